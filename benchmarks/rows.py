"""The rows of the table: what is measured, how, and what is to be reached."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from benchmarks import outside
from benchmarks.bench import Bench
from benchmarks.generate import GIT_ENVIRONMENT
from benchmarks.process import ROOT, Cost, Failed, cost
from benchmarks.records import BIG
from benchmarks.trial import NotThere, Row, Trial, Values, in_turn

_REPEAT = 5
_FIRST_DAY = date(2027, 1, 1)


# --- start ------------------------------------------------------------------------------------------------------------


def _empty_start() -> float:
    return sum(cost([sys.executable, "-c", "pass"]).wall for _ in range(_REPEAT)) / _REPEAT


def _start(bench: Bench, *arguments: str, more: dict[str, str] | None = None) -> Trial:
    def ours() -> float:
        return sum(bench.ikzctl(*arguments, more=more).wall for _ in range(_REPEAT)) / _REPEAT

    return Trial(in_turn({"ours": ours, "yardstick": _empty_start}))


def version(bench: Bench) -> Trial:
    return _start(bench, "--version")


def help_(bench: Bench) -> Trial:
    return _start(bench, "--help")


def completion(bench: Bench) -> Trial:
    words = {"_IKZCTL_COMPLETE": "complete_bash", "COMP_WORDS": "ikzctl va", "COMP_CWORD": "1"}
    return _start(bench, more=words)


def smallest(bench: Bench) -> Trial:
    return _start(bench, "cache", "info")


# --- validate ---------------------------------------------------------------------------------------------------------


def _cold(bench: Bench) -> float:
    used = bench.validate(*bench.cold())
    bench.costs.setdefault("cold", []).append(used)
    return used.wall


def _events(bench: Bench) -> float:
    return cost([sys.executable, "-m", "benchmarks.yardsticks", "events", bench.registry]).wall


def validate_cold(bench: Bench) -> Trial:
    return Trial(in_turn({"ours": lambda: _cold(bench), "yardstick": lambda: _events(bench)}), unit="s")


def validate_check_jsonschema(bench: Bench) -> Trial:
    program = outside.check_jsonschema(bench)
    chosen = outside.sample(bench)
    sides = {"ours": lambda: _cold(bench), "yardstick": lambda: outside.jsonschema_seconds(program, chosen)}
    files = sum(len(paths) for paths, _ in chosen.values())
    return Trial(in_turn(sides), unit="s", rounds=3, remark=f"yardstick scaled up from {files} files")


def validate_ajv(bench: Bench) -> Trial:
    command = outside.ajv(bench)
    return Trial(in_turn({"ours": lambda: _cold(bench), "yardstick": lambda: cost(command).wall}), unit="s")


def validate_two(bench: Bench) -> Trial:
    bench.need("validate", "--jobs")
    none = ("--no-cache",) if bench.has("validate", "--no-cache") else ()
    sides = {
        "ours": lambda: bench.validate("--jobs", "2", *none).wall,
        "yardstick": lambda: bench.validate("--jobs", "1", *none).wall,
    }
    return Trial(in_turn(sides), unit="s")


def _status(bench: Bench) -> float:
    return bench.git_cost("status", "--porcelain")


def validate_commit(bench: Bench) -> Trial:
    bench.need("validate", "--no-cache")
    bench.restore()
    sides = {"ours": lambda: bench.validate("--rev", "HEAD").wall, "yardstick": lambda: _status(bench)}
    return Trial(in_turn(sides))


def validate_work_tree(bench: Bench) -> Trial:
    bench.need("validate", "--no-cache")
    bench.restore()
    return Trial(in_turn({"ours": lambda: bench.validate().wall, "yardstick": lambda: _status(bench)}))


def validate_changed(bench: Bench) -> Trial:
    """Half of the files get a comment more, the others another source: what the checks across files do not look at."""

    def change(number: int, content: bytes, turn: int) -> bytes:
        if number % 2:
            return content + f"# Runde {turn}\n".encode()
        return re.sub(rb"(?m)^source: .*$", f"source: Quelle der Runde {turn}".encode(), content)

    return _changed_files(bench, list(bench.sizes), change)


def validate_changed_facts(bench: Bench) -> Trial:
    """Partners and cooperations get other names, which the checks across files compare: all of these have to be done again."""

    def change(number: int, content: bytes, turn: int) -> bytes:
        return re.sub(rb"(?m)^(short_name|name): .*$", rf"\1: Name der Runde {turn}-{number}".encode(), content)

    named = [path for path in bench.sizes if path.parent.name == "partners" or path.name == "cooperation.yaml"]
    return _changed_files(bench, named, change)


def _changed_files(bench: Bench, among: Sequence[Path], change: Callable[[int, bytes, int], bytes]) -> Trial:
    """100 of these files are changed in each round, always to what no cache knows."""
    bench.need("validate", "--no-cache")
    bench.restore()
    before = {path: path.read_bytes() for path in among[:: max(1, len(among) // 100)][:100]}
    turn = 0

    def ours() -> float:
        nonlocal turn
        turn += 1
        for number, (path, content) in enumerate(before.items()):
            changed = change(number, content, turn)
            if changed == content:
                raise Failed(f"{path} was not changed", 0)
            path.write_bytes(changed)
        return bench.validate().wall

    def warm() -> float:
        # the round before changed files; only the second run from now finds nothing new
        time.sleep(2.1)
        bench.validate()
        return bench.validate().wall

    def imported() -> float:
        return cost([sys.executable, "-c", "import pydantic"]).wall - cost([sys.executable, "-c", "pass"]).wall

    sides = {"warm": warm, "ours": ours, "import": imported, "cold": lambda: _cold(bench)}
    return Trial(
        in_turn(sides),
        yardstick=lambda v: v["warm"] + v["import"] + 3 * len(before) * v["cold"] / bench.files,
        unit="s",
        remark=f"{len(before)} files changed",
    )


def validate_memory(bench: Bench) -> Trial:
    def once() -> Values:
        known: list[Cost] = bench.costs.get("cold", [])
        if not known:
            _cold(bench)
        return {"ours": max(used.memory for used in bench.costs["cold"])}

    return Trial(once, yardstick=_allowed(bench), unit="MiB", rounds=1, remark="most of all cold runs")


def validate_memory_first(bench: Bench) -> Trial:
    """As people run it: all processors (the largest process counts), and the cache is made."""

    def first() -> Values:
        bench.ikzctl("cache", "clear")
        return {"ours": bench.validate().memory}

    return Trial(first, yardstick=_allowed(bench), unit="MiB", remark="largest process")


def _allowed(bench: Bench) -> Callable[[Values], float]:
    allowed = 100 + 1.5 * bench.files / 1024
    return lambda _: allowed


# --- changes ----------------------------------------------------------------------------------------------------------


def diff(bench: Bench) -> Trial:
    old, count = _commit_before(bench, 500)

    def ours() -> float:
        return bench.ikzctl("diff", old, "HEAD", "--registry", str(bench.folder), expect=(0, 1)).wall

    sides = {"ours": ours, "yardstick": lambda: _raw_diff(bench.folder, old)}
    return Trial(in_turn(sides), remark=f"{count} files changed")


def _commit_before(bench: Bench, wanted: int) -> tuple[str, int]:
    """The youngest commit since which at least so many files have changed, or the first one."""
    commits = bench.git("rev-list", "HEAD").decode().split()
    low, high = 0, len(commits) - 1
    while low < high:
        middle = (low + high) // 2
        if _changed(bench.folder, commits[middle]) < wanted:
            low = middle + 1
        else:
            high = middle
    return commits[high], _changed(bench.folder, commits[high])


def _changed(folder: Path, old: str) -> int:
    return len(_git(folder, "diff-tree", "-r", "--name-only", old, "HEAD").splitlines())


def _git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True, env=GIT_ENVIRONMENT).stdout


def _raw_diff(folder: Path, old: str) -> float:
    start = time.perf_counter()
    fields = _git(folder, "diff-tree", "-r", "-z", "--raw", old, "HEAD").split(b"\0")[:-1:2]
    ids = [id for entry in fields for id in entry.split()[2:4] if id.strip(b"0")]
    _git(folder, "cat-file", "--batch", "--buffer", given=b"\n".join(ids) + b"\n")
    return time.perf_counter() - start


def _undone(bench: Bench, action: Callable[[], float]) -> float:
    """Measure something that makes a commit, and take that back."""
    head = bench.git("rev-parse", "HEAD").decode().strip()
    try:
        return action()
    finally:
        bench.git("clean", "--quiet", "--force", "-d")
        bench.restore(head)


def _new_day() -> str:
    """Another one whenever it is asked for: what git has stored once it does not store again, and nobody joins twice."""
    return (_FIRST_DAY + timedelta(days=time.time_ns() // 10**9 % 20_000)).isoformat()


def _joining(bench: Bench, cooperation: str, partner: str) -> float:
    """Seconds of the commit alone: as a difference of two long runs they would be lost in their spread."""
    return _undone(bench, lambda: float(_yardstick("join", bench.registry, cooperation, partner, _new_day())))


def _yardstick(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "benchmarks.yardsticks", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or ["nothing said"])[-1], done.returncode)
    return done.stdout


def _newcomer(bench: Bench) -> str:
    """A partner that is in no cooperation yet."""
    members = {path.stem for path in bench.sizes if path.parent.name == "members"}
    free = sorted(path.stem for path in bench.sizes if path.parent.name == "partners" and path.stem not in members)
    if not free:
        raise NotThere("every partner is a member somewhere")
    return free[0]


def join(bench: Bench) -> Trial:
    partner = _newcomer(bench)

    def by_git() -> float:
        path = bench.registry / "cooperations" / BIG / "members" / f"{partner}.yaml"
        path.write_bytes(f"partner: {partner}\nfrom: {_new_day()}\nrole: mitglied\n".encode())
        return bench.git_cost("add", str(path)) + bench.git_cost("commit", "--quiet", "--message", "Beitritt")

    sides = {"ours": lambda: _joining(bench, BIG, partner), "yardstick": lambda: _undone(bench, by_git)}
    return Trial(in_turn(sides))


def join_growth(bench: Bench) -> Trial:
    partner, small = _newcomer(bench), "vorhaben-00001"
    sides = {
        "ours": lambda: _joining(bench, BIG, partner),
        "yardstick": lambda: _joining(bench, small, partner),
    }
    return Trial(in_turn(sides))


def edit(bench: Bench) -> Trial:
    pools = [path for path in bench.sizes if path.parent.name == "pools"]
    file = max(pools or bench.sizes, key=lambda path: bench.sizes[path])

    def once() -> Values:
        ours, yardstick = map(float, _yardstick("edit", file).split())
        return {"ours": ours, "yardstick": yardstick}

    return Trial(once, remark=f"a file of {bench.sizes[file]} bytes")


ROWS: dict[str, tuple[Row, Callable[[Bench], Trial]]] = {
    row.name: (row, make)
    for row, make in (
        (Row("version", "`--version`", "empty Python start", 1.6), version),
        (Row("help", "`--help`", "empty Python start", 8), help_),
        (Row("completion", "completion of a command's name", "empty Python start", 8), completion),
        (Row("smallest", "smallest command: `cache info`", "empty Python start", 8), smallest),
        (Row("validate-cold", "`validate`, cold, one process", "bytes + C parser events", 2), validate_cold),
        (
            Row("validate-check-jsonschema", "`validate`, cold, one process", "check-jsonschema", 1 / 15),
            validate_check_jsonschema,
        ),
        (Row("validate-ajv", "`validate`, cold, one process", "ajv + js-yaml", 1), validate_ajv),
        (Row("validate-two", "`validate`, two processes", "one process", 0.60), validate_two),
        (Row("validate-commit", "`validate` of a commit, nothing new", "`git status`", 4), validate_commit),
        (Row("validate-work-tree", "`validate`, nothing changed", "`git status`", 10), validate_work_tree),
        (
            Row("validate-changed", "`validate`, 100 files changed", "warm + pydantic + 3 × cold per file", 1),
            validate_changed,
        ),
        (
            Row("validate-changed-facts", "`validate`, 100 names changed", "warm + pydantic + 3 × cold per file", 1),
            validate_changed_facts,
        ),
        (Row("validate-memory", "peak memory of `validate`", "100 MB + 1.5 KB per file", 1), validate_memory),
        (
            Row("validate-memory-first", "the same, all processors, first run", "100 MB + 1.5 KB per file", 1),
            validate_memory_first,
        ),
        (Row("diff", "`diff` of two commits", "`git diff-tree` + blobs in one batch", 4), diff),
        (Row("join", "`cooperation join` beyond start and checks", "`git add; git commit`", 2), join),
        (
            Row("join-growth", "`cooperation join`, everybody's cooperation", "member 5 of a small one", 1.2),
            join_growth,
        ),
        (Row("edit", "one edit of a file", "ruamel load + dump", 1 / 20), edit),
    )
}
