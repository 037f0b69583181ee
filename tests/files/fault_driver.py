"""One change under faults: started with the interposed library, prints what was wrong at which point as JSON.

Every point gets a fresh copy of the same clone and a forked process that makes the change; the judge is this process, with the
library disarmed.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from ikzctl.files import steps
from ikzctl.files.recovery import repair
from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.repository import branch_commit, require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError
from tests.gitrepo.repos import PARTNERS, git, make_clone, put

MODES = (
    "kill all",
    "kill self",
    "interrupt",
    "no space once",
    "no space from then on",
    "i/o error once",
    "i/o error from then on",
)
NEW = {
    "registry/partners/speyer.yaml": b"name: Stadt Speyer\nsitz: Speyer am Rhein\n",
    "registry/cooperations/adoption/members/speyer.yaml": b"from: 2027-01-01\n",
    "registry/tasks/kfz.yaml": None,
}
WRITES = [FileWrite(path.removeprefix("registry/"), content) for path, content in NEW.items()]
# what somebody is working on and has not committed
UNSAVED = {"notizen.txt": "Rückruf erledigt\n".encode(), "registry/partners/entwurf.yaml": b"name: Stadt Neustadt\n"}
AFTER = {path: content for path, content in {**PARTNERS, **NEW}.items() if content is not None}
NO_LIMIT = 1 << 40
# how many calls before its end the run was killed that is to be repaired: the branch has moved, or not yet
REPAIRED = (4, 12, 19, 25, 32)

Act = Callable[[Path, str], dict[str, object]]


class Report(TypedDict):
    bad: list[list[object]]
    seen: dict[str, dict[str, int]]
    calls: int


class Control:
    """The shared memory of the library: count, at, mode, root, struck."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 40)

    def arm(self, at: int, mode: int, root: int) -> None:
        self._map[:40] = struct.pack("5l", 0, at, mode, root, 0)

    def disarm(self) -> tuple[int, int]:
        """How many calls were counted, and the number of the last one struck (0: none)."""
        count, _, _, _, struck = struct.unpack("5l", self._map[:40])
        self._map[:40] = bytes(40)
        return count, struck


def one_change(clone: Path, base: str) -> dict[str, object]:
    try:
        result = commit_changes(require_repository(clone / "registry"), WRITES, "Speyer tritt bei", base=base)
    except KeyboardInterrupt:
        return {"said": "interrupted"}
    except UserError as error:
        return {"said": "refused", "message": error.message}
    return {"said": "saved", "commit": result.commit, "warnings": list(result.warnings)}


def one_repair(clone: Path, base: str) -> dict[str, object]:
    try:
        return {"said": "repaired", "text": repair(require_repository(clone / "registry")).text}
    except KeyboardInterrupt:
        return {"said": "not repaired", "message": "interrupted before it began"}
    except UserError as error:
        return {"said": "not repaired", "message": error.message}


def struck(
    control: Control, act: Act, clone: Path, base: str, at: int, mode: int
) -> tuple[dict[str, object], int, int]:
    """What the act said of itself, the number of calls, the call struck."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        control.arm(at, mode, os.getpid())
        os.write(writing, json.dumps(act(clone, base)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    count, hit = control.disarm()
    return json.loads(said or b'{"said": "killed"}'), count, hit


def judge(clone: Path, base: str, said: dict[str, object]) -> tuple[str, list[str]]:
    """`old` or `new`, and every law that is broken: right after the change, and after one recovery."""
    wrong = []
    repo = require_repository(clone / "registry")
    before = branch_commit(repo, "refs/heads/main")
    if said["said"] == "saved" and (before == base or before != said["commit"]):
        wrong.append("said saved, is not")
    if said["said"] in ("refused", "interrupted") and before != base:
        wrong.append("said not saved, is")
    if said["said"] == "refused" and "nichts geändert" not in str(said["message"]):
        wrong.append(f"does not say that nothing changed: {said['message']}")
    if said["said"] == "saved" and not said["warnings"]:
        wrong += [f"at once: {law}" for law in broken_laws(clone, AFTER)]
    try:
        repair(repo)
    except UserError as error:
        wrong.append(f"repair refuses: {error.message}")
    now = branch_commit(repo, "refs/heads/main")
    if now != before or (now != base and git(clone, "rev-parse", "main^") != base):
        wrong.append("history is neither old nor new")
    wrong += broken_laws(clone, PARTNERS if now == base else AFTER)
    wrong += next_changes(clone, now)
    return "old" if now == base else "new", wrong


def broken_laws(clone: Path, wanted: dict[str, bytes]) -> list[str]:
    wrong = []
    for path, content in {**wanted, **UNSAVED}.items():
        if not (clone / path).is_file() or (clone / path).read_bytes() != content:
            wrong.append(f"content of {path}")
    status = git(clone, "status", "--porcelain", "--untracked-files=all").splitlines()
    if sorted(status) != ["?? registry/partners/entwurf.yaml", "M notizen.txt"]:
        wrong.append(f"status {status}")
    if git(clone, "ls-tree", "-r", "--name-only", "HEAD").splitlines() != sorted(wanted):
        wrong.append("tree of HEAD")
    left = [
        path for path in clone.rglob("*") if path.name.startswith(".ikzctl") or path.suffix in (".lock", ".new", ".tmp")
    ]
    left += [path for path in (clone / ".git" / "ikzctl").glob("*") if path.name != "lock"]
    left += [
        path for path in clone.rglob("*") if path.is_dir() and ".git" not in path.parts and not any(path.iterdir())
    ]
    return wrong + [f"left over: {path.relative_to(clone)}" for path in left]


def next_changes(clone: Path, base: str | None) -> list[str]:
    """Work goes on, by plain git and by us, and the whole history is sound."""
    wrong = []
    put(clone, {"registry/partners/landau.yaml": b"name: Stadt Landau\n"})
    git(clone, "add", "registry/partners/landau.yaml", check=False)
    git(clone, "commit", "-q", "-m", "von Hand", check=False)
    by_hand = git(clone, "rev-parse", "HEAD")
    if by_hand == base:
        wrong.append("plain git cannot commit")
    repo = require_repository(clone / "registry")
    try:
        commit_changes(repo, [FileWrite("partners/worms.yaml", b"name: Worms\n")], "weiter", base=by_hand)
    except UserError as error:
        wrong.append(f"next change refused: {error.message}")
    sound = git(clone, "fsck", "--strict", "--no-dangling", check=False)
    return wrong + ([f"fsck: {sound}"] if sound else [])


def fresh(pattern: Path, clone: Path) -> None:
    shutil.rmtree(clone, ignore_errors=True)
    shutil.copytree(pattern, clone)


def strike_all(control: Control, act: Act, pattern: Path, base: str, step: int, report: Report) -> int:
    """Every `step`-th call of `act` in every mode; the number of calls."""
    clone = pattern.with_name("clone")
    fresh(pattern, clone)
    said, calls, _ = struck(control, act, clone, base, NO_LIMIT, 1)
    _, wrong = judge(clone, base, said)
    if wrong or said["said"] not in ("saved", "repaired"):
        report["bad"].append(["no fault", 0, said, wrong])
    for mode, name in enumerate(MODES, start=1):
        counts = report["seen"].setdefault(name, {"points": 0, "struck": 0, "old": 0, "new": 0})
        for at in range(1 + mode % step, calls + 1, step):
            fresh(pattern, clone)
            said, _, hit = struck(control, act, clone, base, at, mode)
            state, wrong = judge(clone, base, said)
            counts["points"] += 1
            counts["struck"] += hit > 0
            counts[state] += 1
            if wrong:
                report["bad"].append([name, at, said, wrong])
    return calls


def main() -> None:
    scenario, folder, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    control = Control(Path(os.environ["FAULT_CONTROL"]))
    # no git is alive here that could hold the lock of a branch for longer
    steps.LOCK_REST = 0.02
    pattern, crashed = folder / "pattern", folder / "crashed"
    base = make_clone(pattern)
    put(pattern, UNSAVED)
    report: Report = {"bad": [], "seen": {}, "calls": 0}
    if scenario == "change":
        report["calls"] = strike_all(control, one_change, pattern, base, step, report)
    else:
        fresh(pattern, crashed)
        _, calls, _ = struck(control, one_change, crashed, base, NO_LIMIT, 1)
        for before_the_end in REPAIRED:
            fresh(pattern, crashed)
            struck(control, one_change, crashed, base, calls - before_the_end, 1)
            report["calls"] += strike_all(control, one_repair, crashed, base, step, report)
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
