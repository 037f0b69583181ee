"""What happens around a change: strange repositories, other terminals, other programs, a full pipe, a journal that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any
from unittest import mock

import pytest

from ikzctl.actions.partner import plan_to_add
from ikzctl.actions.proposal import Proposal, carry_out
from ikzctl.actions.workspace import Workspace
from ikzctl.files import writer
from ikzctl.files.disk import read_plain
from ikzctl.files.new_folder import WORK, fill_new_folder
from ikzctl.files.recovery import repair
from ikzctl.files.writer import BranchSwitched, commit_changes
from ikzctl.gitrepo import writing
from ikzctl.gitrepo.repository import require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused
from tests.cli.program import Program
from tests.files.command_driver import sample
from tests.gitrepo.repos import git, make_clone, put

WORMS, LANDAU = "07319000", "07313000"
ADD = ("partner", "add", "--key", WORMS, "--yes")


@pytest.fixture
def clone(quick_disk: Path) -> Path:
    make_clone(quick_disk / "r", sample())
    return quick_disk / "r"


@pytest.fixture
def program(clone: Path, tmp_path: Path) -> Program:
    return Program(clone, tmp_path)


def propose(clone: Path, key: str = WORMS) -> tuple[Workspace, Proposal]:
    workspace = Workspace(clone / "registry")
    return workspace, plan_to_add(workspace, key=key, id=None)


def packed(clone: Path) -> Path:
    git(clone, "gc", "-q")
    return clone


def named(clone: Path) -> Path:
    git(clone, "switch", "-q", "-c", "änderung/büro-2")
    return clone


def linked(clone: Path) -> Path:
    git(clone, "worktree", "add", "-q", "../zweiter", "-b", "zwei")
    return clone.parent / "zweiter"


def elsewhere(clone: Path) -> Path:
    (clone / ".git").rename(clone.parent / "fern")
    (clone / ".git").write_text("gitdir: ../fern\n")
    return clone


def old_index(clone: Path) -> Path:
    git(clone, "update-index", "--index-version", "4")
    return clone


def split_index(clone: Path) -> Path:
    git(clone, "update-index", "--split-index")
    return clone


def untracked_cache(clone: Path) -> Path:
    git(clone, "update-index", "--untracked-cache")
    git(clone, "status")
    return clone


def hidden_entries(clone: Path) -> Path:
    git(clone, "update-index", "--assume-unchanged", "registry/registry.yaml")
    git(clone, "update-index", "--skip-worktree", "registry/partners/speyer.yaml")
    return clone


KINDS = (packed, named, linked, old_index, split_index, untracked_cache, hidden_entries)


def test_a_repository_elsewhere_that_does_not_know_this_folder_is_not_written_to(clone):
    """It may be anybody's: the pointer comes with the folder, the repository does not."""
    folder = elsewhere(clone)
    base = git(folder, "rev-parse", "HEAD")
    workspace, proposal = propose(folder)
    with pytest.raises(WriteRefused, match="kennt diesen Ordner nicht"):
        carry_out(workspace, proposal, lambda: proposal)
    assert git(folder, "rev-parse", "HEAD") == base


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_whatever_kind_of_repository_it_is(clone, kind):
    folder = kind(clone)
    base = git(folder, "rev-parse", "HEAD")
    workspace, proposal = propose(folder)
    result = carry_out(workspace, proposal, lambda: proposal)
    assert git(folder, "rev-parse", "HEAD", "HEAD^").split() == [result.commit, base]
    assert git(folder, "status", "--porcelain", "--untracked-files=all") == ""
    assert git(folder, "fsck", "--strict", "--no-dangling") == ""


def test_another_branch_is_checked_out_while_the_question_is_open(clone):
    workspace, proposal = propose(clone)
    base = git(clone, "rev-parse", "HEAD")
    git(clone, "switch", "-q", "-c", "anders")
    with pytest.raises(BranchSwitched) as refused:
        carry_out(workspace, proposal, lambda: propose(clone)[1])
    assert refused.value.message == "Inzwischen ist ein anderer Zweig ausgecheckt. Es wurde nichts geändert."
    assert {git(clone, "rev-parse", "main"), git(clone, "rev-parse", "anders")} == {base}
    assert git(clone, "status", "--porcelain") == ""


def test_another_branch_is_checked_out_in_the_last_moment(clone, monkeypatch):
    workspace, proposal = propose(clone)
    base = git(clone, "rev-parse", "HEAD")

    def move_late(*args):
        git(clone, "switch", "-q", "-c", "anders")
        writing.move_branch(*args)

    monkeypatch.setattr(writer, "move_branch", move_late)
    result = carry_out(workspace, proposal, lambda: proposal)
    assert git(clone, "rev-parse", "main", "main^", "anders").split() == [result.commit, base, base]
    assert "inzwischen ist ein anderer Zweig ausgecheckt" in result.warnings[0]
    assert git(clone, "status", "--porcelain", "--untracked-files=all") == ""
    assert sorted(path.name for path in (clone / ".git/ikzctl").iterdir()) == ["lock"]
    git(clone, "switch", "-q", "main")
    assert git(clone, "status", "--porcelain", "--untracked-files=all") == ""


def test_two_terminals_say_yes_to_the_same_and_to_different_plans(clone):
    (workspace, first), (_, same), (_, other) = propose(clone), propose(clone), propose(clone, LANDAU)
    carry_out(workspace, first, lambda: propose(clone)[1])
    with pytest.raises(UserError, match="der gezeigte Plan gilt nicht mehr"):
        carry_out(workspace, same, lambda: propose(clone)[1])
    carry_out(workspace, other, lambda: propose(clone, LANDAU)[1])
    assert git(clone, "diff-tree", "-r", "--name-only", "HEAD~2", "HEAD").splitlines() == [
        "registry/partners/landau.yaml",
        "registry/partners/worms.yaml",
    ]
    assert git(clone, "status", "--porcelain") == ""


def test_a_file_is_typed_while_the_question_is_open(clone):
    workspace, proposal = propose(clone)
    put(clone, {"registry/partners/worms.yaml": b"von Hand\n"})
    with pytest.raises(WriteRefused, match="Es wurde nichts geändert"):
        carry_out(workspace, proposal, lambda: proposal)
    assert (clone / "registry/partners/worms.yaml").read_bytes() == b"von Hand\n"


@pytest.mark.parametrize("name", ["HEAD.lock", "refs/heads/main.lock"])
def test_a_lock_of_git_is_named_and_stays(clone, name):
    lock = clone / ".git" / name
    lock.write_bytes(b"")
    workspace, proposal = propose(clone)
    with pytest.raises(WriteRefused) as refused:
        carry_out(workspace, proposal, lambda: proposal)
    assert refused.value.message == (
        "Ein anderes git-Programm arbeitet gerade in diesem Repository, oder es ist abgestürzt "
        f"(Sperre: {lock}). Es wurde nichts geändert."
    )
    assert str(refused.value.hint).endswith("Läuft keines mehr, die Sperrdatei von Hand löschen.")
    assert lock.exists()
    lock.unlink()
    carry_out(workspace, proposal, lambda: proposal)


class Died(BaseException):
    """Stands for the end of the process: nothing of ours runs after it."""


def test_a_deleted_journal_leaves_git_able_to_work(clone, monkeypatch):
    def die(*args: object) -> None:
        raise Died

    monkeypatch.setattr(writer, "_complete", die)
    repo = require_repository(clone / "registry")
    with pytest.raises(Died):
        commit_changes(repo, [FileWrite("partners/worms.yaml", b"x\n")], "x", base=git(clone, "rev-parse", "HEAD"))
    monkeypatch.undo()
    (clone / ".git/ikzctl/journal.json").unlink()
    assert (clone / ".git/index.lock").exists()
    assert (repair(repo).kind, repair(repo).kind) == ("abandoned", "nothing")
    assert sorted(path.name for path in (clone / ".git/ikzctl").iterdir()) == ["lock"]
    git(clone, "reset", "-q", "--hard")
    assert (clone / "registry/partners/worms.yaml").read_bytes() == b"x\n"


@pytest.mark.parametrize("text", [b"[" * 200_000, b"\xff\xfe", b"\0" * 40, b'{"branch": "refs/heads/\\ud800"}'])
def test_a_journal_of_foreign_bytes_is_named_and_can_be_dropped(clone, text):
    (clone / ".git/ikzctl").mkdir()
    (clone / ".git/ikzctl/journal.json").write_bytes(text)
    repo = require_repository(clone / "registry")
    with pytest.raises(WriteRefused, match="Journal einer früheren Änderung ist nicht lesbar") as refused:
        repair(repo)
    assert "ikzctl repair --abandon" in str(refused.value.hint)
    assert repair(repo, abandon=True).kind == "abandoned"
    assert not (clone / ".git/ikzctl/journal.json").exists()


def test_the_report_of_a_saved_change_cannot_be_shown(program):
    """A full stdout stops the change before it begins; a full stderr is noticed when it is in, and then nobody is told otherwise."""
    if not Path("/dev/full").exists():
        pytest.skip("no file that is always full")
    with Path("/dev/full").open("wb") as full:
        before = program.git("rev-parse", "HEAD")
        done = started(program, full, subprocess.PIPE)
        assert (done.returncode, done.stderr.decode()) == (2, "Fehler: Der Datenträger ist voll.\n")
        assert program.git("rev-parse", "HEAD") == before
        done = started(program, subprocess.PIPE, full)
        assert done.returncode == 0
        assert "Gespeichert: Commit" in done.stdout.decode()
        assert program.git("rev-parse", "HEAD^") == before


def started(program: Program, out: IO[bytes] | int, err: IO[bytes] | int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        program.command(ADD),
        cwd=program.folder,
        env=program.env,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        check=False,
    )


def test_what_was_left_of_a_new_folder_is_used_or_thrown_away(tmp_path):
    """`init` and `demo`: cut off while it was made, and while it was put in place."""
    folder = tmp_path / "neu"
    put(folder, {f"{WORK}/halb/rest.txt": b"halb"})

    def fill(inside: Path) -> str:
        put(inside, {"a.txt": b"a", ".git/HEAD": b"x"})
        return "gemacht"

    assert fill_new_folder(folder, fill) == "gemacht"
    assert sorted(path.name for path in folder.iterdir()) == [".git", "a.txt"]
    late = tmp_path / "spät"
    make_clone(late / WORK / "fertig", {"registry/registry.yaml": b"format: 1\n"})
    (late / WORK / "fertig/registry").rename(late / "registry")
    (late / WORK / "fertig/registry").mkdir()
    with pytest.raises(UserError, match="nicht leer"):
        fill_new_folder(late, fill)
    (late / WORK / "fertig/registry").rmdir()
    (late / "registry").rename(late / WORK / "fertig/registry")
    assert fill_new_folder(late, fill) is None
    assert sorted(path.name for path in late.iterdir()) == [".git", "registry"]
    assert git(late, "status", "--porcelain") == ""


def test_what_only_looks_like_a_half_made_folder_is_left_alone(tmp_path):
    """Planted: somebody's own notes, a program in the settings, a hook, a repository that holds no registry."""
    for name, spoil in {
        "notiz": lambda work: put(work, {"notiz.txt": b"wichtig"}),
        "programm": lambda work: git(work / "fertig", "config", "core.fsmonitor", "touch x; true"),
        "haken": lambda work: put(work / "fertig/.git/hooks", {"pre-commit": b"#!/bin/sh\n"}),
        "leer": lambda work: (
            git(work / "fertig", "rm", "-q", "-r", "registry") + git(work / "fertig", "commit", "-qm", "x")
        ),
    }.items():
        place = tmp_path / name
        make_clone(place / WORK / "fertig", {"registry/registry.yaml": b"format: 1\n"})
        spoil(place / WORK)
        before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
        with pytest.raises(UserError, match="stammt nicht von ikzctl"):
            fill_new_folder(place, lambda inside: None)
        assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before, name


def test_a_user_s_repository_is_not_taken_for_a_new_one(tmp_path):
    own = tmp_path / "eigen"
    make_clone(own, {"brief.txt": b"hallo"})
    (own / WORK / "fertig").mkdir(parents=True)
    with pytest.raises(UserError, match=r"stammt nicht von ikzctl|nicht leer"):
        fill_new_folder(own, lambda inside: None)
    assert (own / "brief.txt").read_bytes() == b"hallo"


def test_somebodys_file_in_a_half_made_folder_is_in_the_way(tmp_path):
    put(tmp_path / "neu", {f"{WORK}/fertig/a.txt": b"a", "a.txt": b"meins"})
    with pytest.raises(UserError, match="ist nicht leer"):
        fill_new_folder(tmp_path / "neu", lambda inside: None)
    assert (tmp_path / "neu/a.txt").read_bytes() == b"meins"
    assert (tmp_path / "neu" / WORK / "fertig/a.txt").read_bytes() == b"a"


def test_two_runs_make_the_same_new_folder(tmp_path):
    folder = tmp_path / "neu"

    def fill(inside: Path) -> str:
        with pytest.raises(WriteRefused, match="schreibt gerade ein anderer Aufruf"):
            fill_new_folder(folder, lambda inside: "zweiter")
        put(inside, {"a.txt": b"a"})
        return "erster"

    if sys.platform == "win32":
        pytest.skip("folders cannot be locked there")
    assert fill_new_folder(folder, fill) == "erster"
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


SWAPS = [
    ("pipe", os.mkfifo if sys.platform != "win32" else None),
    ("link", lambda path: path.symlink_to("nebenan")),
    ("folder", lambda path: path.mkdir()),
]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links as on Unix")
@pytest.mark.parametrize("swap", [swap for _, swap in SWAPS], ids=[name for name, _ in SWAPS])
def test_what_takes_the_place_of_a_file_just_before_it_is_opened_is_not_waited_for(quick_disk: Path, swap: Any):
    path = quick_disk / "a.yaml"
    path.write_bytes(b"a")
    (quick_disk / "nebenan").write_bytes(b"secret")
    seen = path.lstat()
    path.unlink()
    swap(path)
    with (
        mock.patch.object(Path, "lstat", return_value=seen),
        pytest.raises(WriteRefused, match=r"a\.yaml“ ist keine gewöhnliche Datei"),
    ):
        read_plain(quick_disk, "a.yaml")
