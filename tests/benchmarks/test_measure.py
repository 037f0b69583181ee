"""The arithmetic of the measurement and its table; what a command costs is nobody's business here."""

import json
import sys

import pytest

from benchmarks import measure, report
from benchmarks.bench import Bench
from benchmarks.generate import make
from benchmarks.process import Failed, cost
from benchmarks.rows import ROWS, _commit_before, _raw_diff
from benchmarks.sizes import Size
from benchmarks.trial import NotThere, Row, Spread, Trial, in_turn, medians

TINY = Size(municipalities=6, districts=1, associations=1, cooperations=4, complete=1, pools=2, positions=4, commits=5)
ROW = Row("row", "work", "yardstick", 2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    make(TINY, folder / "repository")
    return Bench(folder / "repository", folder / "scratch")


def sides(*rounds):
    left = list(rounds)
    return lambda: dict(zip(("ours", "yardstick"), left.pop(0), strict=True))


def test_the_sides_take_turns_and_the_first_round_does_not_count():
    seen = []

    def side(name, value):
        def once():
            seen.append(name)
            return value

        return once

    outcome = ROW.run(Trial(in_turn({"ours": side("a", 3.0), "yardstick": side("b", 2.0)})), 2)
    assert seen == ["a", "b", "a", "b", "a", "b"]
    assert outcome.ratio == Spread(1.5, 1.5, 1.5)
    assert outcome.met is True


def test_ratio_of_the_medians_and_spread_of_the_rounds():
    outcome = ROW.run(Trial(sides((99, 1), (1, 1), (6, 2), (20, 4))), 3)
    assert outcome.ours == Spread(6, 1, 20)
    assert outcome.yardstick == Spread(2, 1, 4)
    assert outcome.ratio == Spread(3, 1, 5)
    assert outcome.met is False


def test_a_row_may_want_fewer_rounds_and_mix_its_sides():
    trial = Trial(sides((0, 0), (5, 1)), ours=lambda v: v["ours"] - v["yardstick"], yardstick=lambda v: 2, rounds=1)
    outcome = ROW.run(trial, 5)
    assert outcome.ours == Spread(4, 4, 4)
    assert outcome.ratio == Spread(2, 2, 2)


def test_medians_by_side():
    assert medians([{"a": 1, "b": 9}, {"a": 5, "b": 7}, {"a": 2, "b": 8}]) == {"a": 2, "b": 8}


def test_a_failing_command_says_so():
    with pytest.raises(Failed, match=r"ended with 4: so nicht$") as failed:
        cost([sys.executable, "-c", "import sys; print('so nicht', file=sys.stderr); sys.exit(4)"])
    assert failed.value.code == 4
    used = cost([sys.executable, "-c", "import sys; sys.exit(1)"], expect=(0, 1))
    assert used.wall > 0
    assert 1 < used.memory < 1000


def test_what_is_not_there_is_named(bench):
    with pytest.raises(NotThere, match=r"^noch nicht vorhanden: validate --no-such-option$"):
        bench.need("validate", "--no-such-option")
    assert bench.has("validate", "--registry")


def test_a_missing_row_stands_in_the_table_and_fails_nothing(bench, monkeypatch):
    def never(bench):
        raise NotThere("noch nicht vorhanden: x")

    monkeypatch.setitem(ROWS, "version", (ROWS["version"][0], never))
    (outcome,) = measure.measured(bench, ["version"], 1)
    assert outcome.met is None
    text = report.table({"files": 1, "bytes": 10, "machine": "m", "commit": "c", "versions": {}}, [outcome])
    assert text.splitlines()[-1] == (
        "| version | `--version` | empty Python start | – | – | – | ≤ 1.60 | noch nicht vorhanden: x |"
    )


def test_a_line_of_the_table():
    outcome = ROW.run(Trial(sides((1, 1), (0.0125, 0.005)), remark="half"), 1)
    around = {"files": 2, "bytes": 1_500_000, "machine": "m", "commit": "c", "versions": {"python": "3"}}
    lines = report.table(around, [outcome]).splitlines()
    assert lines[0] == "2 files, 1.5 MB; m; commit c; python 3"
    assert lines[-1] == (
        "| row | work | yardstick | 12.5 ms (12.5–12.5) | 5.00 ms (5.00–5.00) | 2.50 (2.50–2.50) | ≤ 2.00 | **missed**; half |"
    )


def test_the_commit_for_a_difference_of_so_many_files(bench):
    old, count = _commit_before(bench, 12)
    assert count == 3 * TINY.changes
    assert bench.git("rev-parse", "HEAD~3").decode().strip() == old
    # more than there are: from the first commit on
    first, every = _commit_before(bench, 10_000)
    assert bench.git("rev-list", "--max-parents=0", "HEAD").decode().strip() == first
    assert every == 4 * TINY.changes
    assert _raw_diff(bench.folder, old) > 0


def test_from_the_command_line(tmp_path, capsys):
    options = ["--municipalities", "6", "--districts", "1", "--cooperations", "4", "--pools", "2", "--commits", "2"]
    target = tmp_path / "result.json"
    given = [*options, "--folder", str(tmp_path), "--only", "version", "--rounds", "1", "--json", str(target)]
    assert measure.main(given) == 0
    out, err = capsys.readouterr()
    assert "version: round 1 of 1" in err
    result = json.loads(target.read_text(encoding="utf-8"))
    assert result["format"] == "ikz-benchmarks/1"
    assert result["size"]["municipalities"] == 6
    assert [row["name"] for row in result["rows"]] == ["version"]
    assert out.splitlines()[-1].startswith("| version | `--version` | empty Python start | ")
    # the second time nothing is generated again
    measure.main(given)
    assert "generating" not in capsys.readouterr().err


@pytest.mark.parametrize(("reach", "code"), [(0, 1), (1e9, 0)])
def test_check_ends_with_one_if_a_reach_is_missed(tmp_path, monkeypatch, reach, code):
    make_trial = ROWS["version"][1]
    monkeypatch.setitem(ROWS, "version", (Row("version", "w", "y", reach), make_trial))
    options = ["--municipalities", "4", "--cooperations", "1", "--pools", "0", "--positions", "0", "--commits", "1"]
    given = [*options, "--folder", str(tmp_path), "--only", "version", "--rounds", "1", "--check"]
    assert measure.main(given) == code
