"""Changes, edits, commits and merges by hand, and crashes, in any order: started with the interposed library by test_states.py."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ikzctl.files import steps
from tests.files.command_driver import DAY, Runner, Said, files_in, left_overs, make_pattern, sample, warm_up
from tests.files.fault_driver import MODES, Control
from tests.gitrepo.repos import git, put

ADOPTION, KFZ = "adoption-vorderpfalz", "kfz-vorderpfalz"
# all change a file or two; some of them the same files
CHANGES = (
    *(("partner", "add", "--key", key) for key in ("07319000", "07313000", "07331", "07312000")),
    ("cooperation", "join", ADOPTION, "bad-duerkheim", "--from", "2025-09-01", "--as-of", DAY),
    ("cooperation", "join", KFZ, "bad-duerkheim", "--from", "2027-01-01", "--as-of", DAY),
    *(("cooperation", "leave", KFZ, partner, "--effective", "2027-12-31", "--reason", "Eigene Lösung", "--as-of", DAY)
      for partner in ("frankenthal", "speyer")),
)  # fmt: skip
# what somebody edits: files that the changes touch, and others
EDITED = (
    f"cooperations/{KFZ}/members/frankenthal.yaml",
    f"cooperations/{ADOPTION}/agreement.yaml",
    "partners/speyer.yaml",
)
FOLDER, RUN = Path(sys.argv[1]), Runner(Control(Path(os.environ["FAULT_CONTROL"])))

# how often each kind of outcome was met
SEEN: Counter[str] = Counter()
changes = st.sampled_from(CHANGES)
edited = st.sampled_from(EDITED)


class Registry(RuleBasedStateMachine):
    """`saved`: what the branch holds; `unsaved`: what somebody typed since; `ancestors`: commits that must never get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.place = FOLDER / "state"
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(FOLDER / "pattern", self.place)
        self.clone = self.place / "r"
        self.saved = files_in(self.clone)
        self.unsaved: dict[str, bytes] = {}
        self.ancestors = [self.head()]
        self.crashed = False
        self.number = 0

    def head(self) -> str:
        return git(self.clone, "rev-parse", "main")

    def foresee(self, args: tuple[str, ...]) -> tuple[Said, dict[str, bytes]]:
        """What the change does where nothing disturbs it: in a copy without anybody's unsaved work."""
        copy = FOLDER / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.place, copy)
        git(copy / "r", "reset", "-q", "--hard")
        said = RUN(copy, (*args, "--yes"))
        return said, files_in(copy / "r")

    def advance(self, new: dict[str, bytes]) -> None:
        """The branch has moved by one commit, on top of the one before."""
        assert git(self.clone, "rev-parse", "main^") == self.ancestors[-1]
        self.ancestors.append(self.head())
        self.saved = new

    @precondition(lambda self: not self.crashed)
    @rule(args=changes)
    def change(self, args: tuple[str, ...]) -> None:
        """Plan = effect: what --dry-run shows is what --yes shows, names the files, and is what the commit changes."""
        shown = RUN(self.place, (*args, "--dry-run"))
        foreseen, wanted = self.foresee(args)
        touched = {path for path in {*wanted, *self.saved} if wanted.get(path) != self.saved.get(path)}
        done = RUN(self.place, (*args, "--yes"))
        if foreseen.code != 0:
            SEEN["impossible"] += 1
            assert (shown.code, done.code, foreseen.code) == (1, 1, 1), (shown, done)
            return
        assert shown.code == 0
        if touched & set(self.unsaved):
            SEEN["unsaved work in the way"] += 1
            assert done.code == 2, done
            assert "nichts geändert" in done.err
            return
        assert done.code == 0, done
        assert done.out.startswith(shown.out)
        report = done.out.removeprefix(shown.out).splitlines()
        assert {f"registry/{line.strip()}" for line in report[1:]} == touched
        assert all(path.removeprefix("registry/") in shown.out for path in touched)
        named = git(self.clone, "diff-tree", "-r", "--name-only", "main^", "main").splitlines()
        assert set(named) == touched
        SEEN["done as planned"] += 1
        self.advance(wanted)

    @precondition(lambda self: not self.crashed)
    @rule(args=changes, at=st.integers(1, 150), mode=st.integers(1, len(MODES)))
    def crash(self, args: tuple[str, ...], at: int, mode: int) -> None:
        """The change is struck somewhere: it is in, as a whole, or it is not."""
        _, wanted = self.foresee(args)
        said = RUN(self.place, (*args, "--yes"), at, mode)
        assert "Traceback" not in said.text, said
        assert said.code != 3, said
        moved = self.head() != self.ancestors[-1]
        if said.code is not None:
            assert (said.code == 0) == moved, said
        SEEN[f"struck, {'new' if moved else 'old'}"] += RUN.hit > 0
        if moved:
            self.advance(wanted)
        self.crashed = True

    @precondition(lambda self: self.crashed)
    @rule()
    def recover(self) -> None:
        assert RUN(self.place, ("repair",)).code == 0
        self.crashed = False

    @precondition(lambda self: self.crashed)
    @rule()
    def go_on_at_once(self) -> None:
        """The next command recovers by itself. This one finds everything in form, or brings into form what was typed."""
        assert RUN(self.place, ("fmt",)).code == 0
        self.crashed = False

    @rule(path=edited)
    def edit_by_hand(self, path: str) -> None:
        """A file that an interrupted change has yet to replace is another matter: test_recovery.py."""
        name = f"registry/{path}"
        if self.crashed or name not in self.saved:
            return
        self.number += 1
        self.unsaved[name] = (self.clone / name).read_bytes() + f"# von Hand {self.number}\n".encode()
        put(self.clone, {name: self.unsaved[name]})

    @precondition(lambda self: not self.crashed and self.unsaved)
    @rule()
    def commit_by_hand(self) -> None:
        SEEN["committed by hand"] += 1
        git(self.clone, "commit", "-q", "-a", "-m", "von Hand")
        self.advance(self.saved | self.unsaved)
        self.unsaved = {}

    @precondition(lambda self: not self.crashed)
    @rule()
    def merge_by_hand(self) -> None:
        """Somebody else's branch, begun one commit ago, with a note of his."""
        SEEN["merged by hand"] += 1
        self.number += 1
        name, before = f"notiz-{self.number}.txt", self.ancestors[-1]
        blob = git(self.clone, "hash-object", "-w", "--stdin", stdin=b"notiz\n")
        tree = git(self.clone, "ls-tree", self.ancestors[0]) + f"\n100644 blob {blob}\t{name}\n"
        other = git(self.clone, "commit-tree", git(self.clone, "mktree", stdin=tree.encode()), "-p", self.ancestors[0],
                    "-m", "notiz")  # fmt: skip
        git(self.clone, "merge", "-q", "--no-ff", "-m", "zusammen", other)
        assert git(self.clone, "rev-parse", "main^1", "main^2").split() == [before, other]
        self.ancestors += [other, self.head()]
        self.saved = {**self.saved, name: b"notiz\n"}

    @invariant()
    def nothing_got_lost(self) -> None:
        known = set(git(self.clone, "rev-list", "main").splitlines())
        assert known >= set(self.ancestors)
        for name, content in self.unsaved.items():
            assert (self.clone / name).read_bytes() == content

    @invariant()
    def files_are_as_the_branch_says(self) -> None:
        if self.crashed:
            return
        assert files_in(self.clone) == self.saved | self.unsaved
        status = git(self.clone, "status", "--porcelain", "--untracked-files=all").splitlines()
        assert {line.split()[-1] for line in status} == set(self.unsaved)
        assert left_overs(self.clone) == []

    def teardown(self) -> None:
        assert RUN(self.place, ("repair",)).code == 0
        self.crashed = False
        self.files_are_as_the_branch_says()
        assert git(self.clone, "fsck", "--strict", "--no-dangling", check=False) == ""


def main() -> None:
    examples, length = int(sys.argv[2]), int(sys.argv[3])
    # no git is alive here that could hold the lock of a branch for longer
    steps.LOCK_REST = 0.02
    warm_up(FOLDER)
    make_pattern(FOLDER / "pattern", {"README.md": b"# Register\n", **sample()}, unsaved=False)
    plan = settings(
        max_examples=examples,
        stateful_step_count=length,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink] if examples > 20 else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Registry, settings=plan)
    sys.stdout.write(json.dumps(SEEN))


if __name__ == "__main__":
    main()
