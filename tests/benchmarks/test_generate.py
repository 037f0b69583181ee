"""The synthetic registry is what it claims to be: valid, canonical, and the same everywhere."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.dice import Dice
from benchmarks.generate import changes, git, make, texts
from benchmarks.records import BIG
from benchmarks.sizes import PRESETS, Size
from benchmarks.text import canonical
from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.model.kinds import KINDS, place_of
from ikzctl.registry.canonical import fmt
from ikzctl.registry.events import load
from ikzctl.registry.key_order import key_order
from ikzctl.registry.scan import examine
from ikzctl.registry.sources import WorkTree

ROOT = Path(__file__).parent.parent.parent
TINY = Size(municipalities=8, districts=2, associations=2, cooperations=6, complete=1, pools=3, positions=10, commits=6)


def kind_and_id(path):
    place = place_of(path)
    assert place is not None
    return place.kind.name, place.id


def kinds(files):
    return Counter(kind_and_id(path)[0] for path in files)


@pytest.fixture(scope="module")
def small():
    return dict(texts(PRESETS["small"]))


def test_the_dice_are_the_published_ones():
    # SplitMix64 has a reference sequence for this seed
    dice = Dice(1234567)
    assert [dice.next() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_every_kind_of_record_is_there(small):
    assert set(kinds(small)) == {kind.name for kind in KINDS}


def test_the_size_is_the_size_asked_for(small):
    found = kinds(small)
    assert found["partner"] == 40 + 4 + 4
    assert found["cooperation"] == 40 + 1
    assert found["agreement"] == found["costs"] == found["mandate"] == found["suspension"] == 4
    assert found["pool"] == 10 + 4
    assert sum(1 for path in small if path.startswith(f"cooperations/{BIG}/members/")) == 40
    positions = sum(
        text.count(b"\n  - id: stelle-")
        for path, text in small.items()
        if path.startswith(f"cooperations/{BIG}/pools/")
    )
    assert positions == 100


@pytest.mark.parametrize(
    "size",
    [
        PRESETS["small"],
        replace(TINY, big_cooperation=False),
        replace(TINY, share_of_partner=6),
        replace(TINY, name_length=200),
    ],
    ids=["small", "no big cooperation", "one partner everywhere", "long names"],
)
def test_every_file_is_valid_and_canonical(size):
    for path, text in texts(size):
        result = examine(path, text, RECORD_CHECKS)
        assert result.findings == (), path
        assert result.fact is not None, path
        assert fmt(text, key_order(path)) == text.decode(), path


def test_every_reference_is_met(small):
    known = set(map(kind_and_id, small))
    missing = [
        (path, kind, id)
        for path, text in small.items()
        for kind, id, _ in examine(path, text).references
        if (kind, id) not in known
    ]
    assert missing == []


def test_a_name_is_as_long_as_asked_for():
    files = texts(replace(TINY, name_length=200))
    data = [load(text, path).data or {} for path, text in files if path.startswith("partners/")]
    names = [one["legal_name"] for one in data]
    assert [len(name) for name in names] == [200] * 12


def test_one_partner_in_many_cooperations():
    files = dict(texts(replace(TINY, complete=0, big_cooperation=False, pools=0, positions=0, share_of_partner=5)))
    members = [path for path in files if "/members/" in path]
    assert len(members) == 5
    assert len({path.rsplit("/", 1)[1] for path in members}) == 1


def test_partners_beyond_the_official_list_are_invented():
    files = dict(texts(replace(TINY, associations=1_010, cooperations=0, complete=0)))
    invented = [path for path in files if path.startswith("partners/zweckverband-")]
    assert [path.removeprefix("partners/") for path in invented] == ["zweckverband-1009.yaml", "zweckverband-1010.yaml"]
    assert all(b"\nkey:" not in files[path] for path in invented)


def test_a_file_does_not_depend_on_how_many_others_there_are():
    few, many = dict(texts(replace(TINY, commits=1))), dict(texts(replace(TINY, commits=1, cooperations=12)))
    assert few.items() < many.items()


def test_commits_change_what_they_say():
    paths = [str(n) for n in range(23)]
    size = replace(TINY, commits=5, changes=4)
    steps = list(changes(paths, size))
    assert [len(step) for step in steps] == [4, 4, 4, 4]
    # sixteen of twenty-three: none of them twice
    assert len({path for step in steps for path in step}) == 16


def test_the_repository_holds_the_files(tmp_path):
    made = make(TINY, tmp_path)
    source = WorkTree(tmp_path / "registry")
    files = dict(source.read_many(source.paths()))
    assert files == dict(texts(TINY))
    assert source.problems() == ()
    assert made.files == len(files)
    assert made.bytes == sum(map(len, files.values()))
    assert git(tmp_path, "status", "--porcelain") == b""
    assert git(tmp_path, "rev-list", "--count", "HEAD") == b"6\n"
    changed = git(tmp_path, "diff-tree", "-r", "--name-only", "HEAD~4", "HEAD").splitlines()
    assert len(changed) == 4 * TINY.changes


def test_a_full_folder_is_left_alone(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(SystemExit, match="not empty"):
        make(TINY, tmp_path)


def test_same_arguments_same_commit(tmp_path):
    """The id of the last commit covers every byte of every file at every revision."""
    commits = set()
    for hash_seed in ("0", "4711"):
        folder = tmp_path / hash_seed
        options = ["--municipalities", "6", "--cooperations", "5", "--commits", "3", "--seed", "7"]
        command = [sys.executable, "-m", "benchmarks.generate", str(folder), *options]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        )
        commits.add(done.stdout.split()[-1])
    assert len(commits) == 1


def test_another_seed_makes_another_registry():
    one, other = dict(texts(TINY)), dict(texts(replace(TINY, seed=2)))
    assert one.keys() == other.keys()
    assert one != other


def test_canonical_text_of_odd_values():
    data = {
        "a": "ja: nein",
        "b": "x\n\ny",
        "c": [],
        "d": {},
        "e": [{"f": [1, True, None]}],
        "g": "007",
        "h": ["z" * 101],
    }
    text = canonical(data)
    assert fmt(text) == text.decode()
