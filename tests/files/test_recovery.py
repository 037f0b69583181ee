"""After an interruption: finish, undo, or ask for help without touching anything."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from ikzctl.files import index, recovery, steps, writer
from ikzctl.files.recovery import repair
from ikzctl.files.working import ready_to_write, write_working_files
from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.repository import require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused
from tests.gitrepo.repos import PARTNERS, git, make_clone, put

CHANGE = [FileWrite("partners/speyer.yaml", b"name: neu\n"), FileWrite("pools/speyer.yaml", b"stellen: []\n")]


class Died(BaseException):
    """Stands for the end of the process: nothing of ours runs after it."""


def die(*args: object) -> None:
    raise Died


def change_and_die(clone: Path, step: str, base: str, writes: Sequence[FileWrite] = CHANGE) -> None:
    """Begin the change and end where the writer comes to `step`."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Died):
        patch.setattr(writer, step, die)
        commit_changes(require_repository(clone / "registry"), writes, "Speyer", base=base)


@pytest.fixture
def died(tmp_path):
    """A clone whose writer died right after the commit point."""
    clone = tmp_path / "clone"
    base = make_clone(clone)
    change_and_die(clone, "_complete", base)
    assert git(clone, "rev-parse", "HEAD^") == base
    assert (clone / "registry/partners/speyer.yaml").read_bytes() == PARTNERS["registry/partners/speyer.yaml"]
    return clone


def journal(clone: Path) -> Path:
    return clone / ".git" / "ikzctl" / "journal.json"


def test_a_saved_change_is_finished(died):
    result = repair(require_repository(died / "registry"))
    assert (result.kind, result.files) == ("finished", ("partners/speyer.yaml", "pools/speyer.yaml"))
    assert "wurde abgeschlossen" in str(result.text)
    assert (died / "registry/pools/speyer.yaml").read_bytes() == b"stellen: []\n"
    assert git(died, "status", "--porcelain") == ""
    assert sorted(p.name for p in (died / ".git/ikzctl").iterdir()) == ["lock"]
    assert repair(require_repository(died / "registry")).kind == "nothing"


def test_the_next_change_finishes_it_too(died):
    repo = require_repository(died / "registry")
    result = commit_changes(
        repo, [FileWrite("registry.yaml", b"format: 2\n")], "x", base=git(died, "rev-parse", "HEAD")
    )
    assert result.recovery.kind == "finished"
    assert git(died, "status", "--porcelain") == ""


def test_what_somebody_wrote_since_stays(died):
    put(died, {"registry/partners/speyer.yaml": b"name: von Hand\n"})
    result = repair(require_repository(died / "registry"))
    assert (result.files, result.kept) == (("pools/speyer.yaml",), ("partners/speyer.yaml",))
    assert "partners/speyer.yaml. Dort fehlt die gespeicherte Änderung" in str(result.text)
    assert (died / "registry/partners/speyer.yaml").read_bytes() == b"name: von Hand\n"
    assert git(died, "status", "--porcelain") == "M registry/partners/speyer.yaml"


def test_another_branch_is_checked_out(died):
    (died / ".git/index.lock").unlink()
    git(died, "switch", "-q", "-c", "anders", "HEAD^", "--discard-changes")
    before = git(died, "status", "--porcelain")
    with pytest.raises(WriteRefused, match="während der Zweig „main“ ausgecheckt war") as refused:
        repair(require_repository(died / "registry"))
    assert refused.value.hint == "Dorthin zurückkehren und abschließen: git switch main; ikzctl repair"
    assert git(died, "status", "--porcelain") == before
    git(died, "switch", "-q", "main", "--discard-changes")
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert git(died, "status", "--porcelain") == ""


def test_the_branch_has_moved_on(died):
    """Plain git commits with the index that it had: this takes the change back, which only a person can judge."""
    (died / ".git/index.lock").unlink()
    git(died, "commit", "-q", "--allow-empty", "-m", "weiter")
    with pytest.raises(WriteRefused, match="hat sich seither weiterbewegt") as refused:
        repair(require_repository(died / "registry"))
    assert "ikzctl repair --abandon" in str(refused.value.hint)
    assert journal(died).exists()
    before = (died / "registry/partners/speyer.yaml").read_bytes()
    assert repair(require_repository(died / "registry"), abandon=True).kind == "abandoned"
    assert not journal(died).exists()
    assert (died / "registry/partners/speyer.yaml").read_bytes() == before
    assert [p.name for p in died.rglob(".ikzctl*")] == []


@pytest.mark.parametrize("rename", [("branch", "-m", "main", "hauptzweig"), ("switch", "-q", "--detach")])
def test_the_commit_is_checked_out_under_another_name(died, rename):
    git(died, *rename)
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert git(died, "status", "--porcelain") == ""
    assert not journal(died).exists()


def test_the_branch_lies_now_where_its_folder_was(tmp_path):
    """`team/x` has become `team`: below a file neither a lock nor a folder can be looked for."""
    clone = tmp_path / "clone"
    base = make_clone(clone)
    git(clone, "switch", "-q", "-c", "team/x")
    change_and_die(clone, "_complete", base)
    git(clone, "branch", "-m", "team/x", "team")
    assert repair(require_repository(clone / "registry")).kind == "finished"
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize("writes", [CHANGE, CHANGE[:1]], ids=["new file", "old file"])
def test_somebody_has_removed_the_index(tmp_path, writes):
    """As is advised where it is damaged; the new one is made by git, which our lock must not keep from it."""
    clone = tmp_path / "clone"
    change_and_die(clone, "_complete", make_clone(clone), writes)
    (clone / ".git" / "index").unlink()
    assert repair(require_repository(clone / "registry")).kind == "finished"
    assert not (clone / ".git" / "index.lock").exists()
    git(clone, "reset", "-q")
    assert git(clone, "status", "--porcelain") == ""
    assert (clone / "registry/partners/speyer.yaml").read_bytes() == b"name: neu\n"


def test_the_branch_is_gone(died):
    (died / ".git/index.lock").unlink()
    git(died, "switch", "-q", "-c", "anders", "HEAD^", "--discard-changes")
    git(died, "branch", "-q", "-D", "main")
    before = git(died, "status", "--porcelain", "--untracked-files=no")
    with pytest.raises(WriteRefused, match="den Zweig „main“ gibt es nicht mehr"):
        repair(require_repository(died / "registry"))
    done = repair(require_repository(died / "registry"), abandon=True)
    assert (done.kind, "git status lesen" in str(done.text)) == ("abandoned", True)
    assert git(died, "status", "--porcelain", "--untracked-files=no") == before


def test_a_change_that_died_before_it_was_saved_stands_in_nobodys_way(tmp_path):
    clone = tmp_path / "clone"
    change_and_die(clone, "_swap", make_clone(clone))
    assert journal(clone).exists()
    (clone / ".git/index.lock").unlink()
    git(clone, "commit", "-q", "--allow-empty", "-m", "weiter")
    assert repair(require_repository(clone / "registry")).kind == "undone"
    assert git(clone, "status", "--porcelain", "--untracked-files=all") == ""
    assert [p.name for p in clone.rglob(".ikzctl*")] == []


def test_a_change_that_left_the_branch_and_not_the_files_is_not_called_without_effect(died):
    repo = require_repository(died / "registry")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Died):
        patch.setattr(steps, "put_index", die)
        repair(repo)
    git(died, "update-ref", "refs/heads/main", "HEAD^")
    result = repair(repo)
    assert (result.kind, result.kept) == ("undone", ("partners/speyer.yaml", "pools/speyer.yaml"))
    assert "nicht mehr, diese Dateien aber schon: partners/speyer.yaml, pools/speyer.yaml" in str(result.text)
    assert git(died, "status", "--porcelain", "--untracked-files=all") == (
        "M registry/partners/speyer.yaml\n?? registry/pools/speyer.yaml"
    )
    assert not (died / ".git/index.lock").exists()


@pytest.mark.parametrize("step", ["stage", "prepare_index", "finish"])
def test_the_lock_of_a_dead_run_keeps_git_out_until_everything_is_in_place(died, monkeypatch, step):
    """Whoever commits before the files are there takes the saved change back."""
    real = getattr(recovery, step)
    refused = []

    def go_on(*args, **options):
        lines = subprocess.run(["git", "commit", "-am", "fremd"], cwd=died, capture_output=True, check=False).stderr
        refused.append(b"index.lock" in lines)
        return real(*args, **options)

    monkeypatch.setattr(recovery, step, go_on)
    head = git(died, "rev-parse", "HEAD")
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert (refused, git(died, "rev-parse", "HEAD")) == ([True], head)
    assert git(died, "status", "--porcelain", "--untracked-files=all") == ""


def test_a_commit_just_before_the_lock_is_ours_again_is_seen(died, monkeypatch):
    (died / ".git/index.lock").unlink()
    real = index.take_lock

    def too_late(repo):
        git(died, "reset", "-q")
        git(died, "commit", "-q", "--allow-empty", "-am", "fremd")
        real(repo)

    monkeypatch.setattr(recovery, "take_lock", too_late)
    before = (died / "registry/partners/speyer.yaml").read_bytes()
    with pytest.raises(WriteRefused, match="hat sich seither weiterbewegt"):
        repair(require_repository(died / "registry"))
    assert (died / "registry/partners/speyer.yaml").read_bytes() == before
    assert not (died / ".git/index.lock").exists()


def test_a_late_finish_that_fails_goes_on_keeping_git_out(died, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "voll")

    monkeypatch.setattr(recovery, "stage", full)
    with pytest.raises(WriteRefused, match="Datenträger ist voll"):
        repair(require_repository(died / "registry"))
    assert (died / ".git/index.lock").exists()
    monkeypatch.undo()
    assert repair(require_repository(died / "registry")).kind == "finished"


def lose(clone: Path, commit: str) -> None:
    (clone / ".git/objects" / commit[:2] / commit[2:]).unlink()


def test_a_commit_that_was_tidied_away_before_it_was_saved_is_in_no_history(tmp_path):
    clone = tmp_path / "clone"
    change_and_die(clone, "_swap", make_clone(clone))
    (clone / ".git/index.lock").unlink()
    git(clone, "commit", "-q", "--allow-empty", "-m", "weiter")
    lose(clone, json.loads(journal(clone).read_bytes())["new"])
    assert repair(require_repository(clone / "registry")).kind == "undone"
    assert not journal(clone).exists()


@pytest.mark.parametrize("lost", ["HEAD^", "HEAD^^", "HEAD"])
def test_a_saved_change_that_a_damaged_repository_has_lost_is_not_said_to_be_unsaved(died, lost):
    (died / ".git/index.lock").unlink()
    git(died, "commit", "-q", "--allow-empty", "-m", "weiter")
    lose(died, git(died, "rev-parse", lost))
    with pytest.raises(UserError, match="beschädigt oder unvollständig"):
        repair(require_repository(died / "registry"))
    assert journal(died).exists()


def test_a_change_that_was_taken_back_while_a_file_of_it_stayed_is_a_persons_to_judge(died):
    (died / ".git/index.lock").unlink()
    git(died, "reset", "-q", "--hard", "HEAD^")
    git(died, "commit", "-q", "--allow-empty", "-m", "weiter")
    put(died, {"registry/partners/speyer.yaml": b"name: neu\n"})
    with pytest.raises(WriteRefused, match="hat sich seither weiterbewegt"):
        repair(require_repository(died / "registry"))
    assert journal(died).exists()


@pytest.mark.parametrize("change", [{"new": None}, {"new": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"}, {"old": None}])
def test_a_journal_that_says_otherwise_than_its_commits_is_not_obeyed(died, change):
    data = json.loads(journal(died).read_bytes())
    data["files"][0] |= change
    journal(died).write_text(json.dumps(data), encoding="utf-8")
    before = (git(died, "status", "--porcelain"), (died / "registry/partners/speyer.yaml").read_bytes())
    with pytest.raises(WriteRefused, match=r"passt nicht zu ihrem Commit .*partners/speyer\.yaml"):
        repair(require_repository(died / "registry"))
    (died / ".git/index.lock").unlink(missing_ok=True)
    assert (git(died, "status", "--porcelain"), (died / "registry/partners/speyer.yaml").read_bytes()) == before


@pytest.mark.parametrize("finish", [repair, lambda repo: write_with_fmt(repo.root)])
def test_a_copied_work_tree_does_not_use_up_the_journal_of_the_one_it_was_copied_from(tmp_path, finish):
    first, second, copied = tmp_path / "erster", tmp_path / "zweiter", tmp_path / "kopie"
    make_clone(first)
    git(first, "worktree", "add", "-q", str(second), "-b", "zweig")
    change_and_die(second, "_complete", git(second, "rev-parse", "HEAD"))
    shutil.copytree(second, copied)
    own = first / ".git/worktrees/zweiter/ikzctl"
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    with contextlib.suppress(WriteRefused):
        finish(require_repository(copied / "registry"))
    assert {path.name: path.read_bytes() for path in own.iterdir()} == before
    assert repair(require_repository(second / "registry")).kind == "finished"
    assert git(second, "status", "--porcelain") == ""


def write_with_fmt(root: Path) -> None:
    path = "partners/frankenthal.yaml"
    with ready_to_write(root) as found:
        assert found.kind == "nothing"
        write_working_files(root, {path: ((root / path).read_bytes(), b"name: in Form\n")})
    assert (root / path).read_bytes() == b"name: in Form\n"


def test_the_branch_has_moved_on_and_everything_is_in_order(died):
    (died / ".git/index.lock").unlink()
    git(died, "reset", "-q", "--hard")
    git(died, "commit", "-q", "--allow-empty", "-m", "weiter")
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert git(died, "status", "--porcelain", "--untracked-files=all") == ""


@pytest.mark.parametrize("amend", [False, True])
def test_whoever_worked_on_after_everything_was_in_place_is_not_held_up(died, amend):
    """Only the journal was left; the same files have been changed and committed since."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Died):
        patch.setattr(steps, "remove_journal", die)
        repair(require_repository(died / "registry"))
    path = "registry/partners/frankenthal.yaml" if amend else "registry/partners/speyer.yaml"
    put(died, {path: b"name: noch neuer\n"})
    git(died, "commit", "-qam", "weiter", *(["--amend"] if amend else []))
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert git(died, "status", "--porcelain", "--untracked-files=all") == ""
    assert not journal(died).exists()


def test_whoever_worked_on_while_the_index_was_behind_has_to_judge_for_himself(died):
    """In the folder all is well, but the index would take the change back with the next commit."""
    (died / ".git/index.lock").unlink()
    git(died, "commit", "-q", "--allow-empty", "-m", "weiter")
    put(died, {f"registry/{write.path}": write.content or b"" for write in CHANGE})
    with pytest.raises(WriteRefused, match="hat sich seither weiterbewegt"):
        repair(require_repository(died / "registry"))
    assert journal(died).exists()


def test_with_the_journal_gone_fmt_lets_git_work_again(died):
    journal(died).unlink()
    with ready_to_write(died / "registry") as done:
        assert "git status lesen" in str(done.text)
    assert not (died / ".git/index.lock").exists()


def test_the_lock_of_a_living_git_is_not_ours(died):
    """After the death another program took the index: it is named, and its lock stays."""
    lock = died / ".git" / "index.lock"
    lock.unlink()
    lock.write_bytes(b"DIRC")
    with pytest.raises(WriteRefused, match="Ein anderes git-Programm"):
        repair(require_repository(died / "registry"))
    assert lock.read_bytes() == b"DIRC"
    lock.unlink()
    assert repair(require_repository(died / "registry")).kind == "finished"


@pytest.mark.parametrize(("seconds", "stays"), [(1, False), (3600, True)])
def test_an_empty_lock_is_ours_only_if_it_is_about_as_old_as_the_journal(died, seconds, stays):
    """git keeps HEAD locked with an empty file while it moves a branch; a person's git may do so long after the death of ours."""
    lock = died / ".git" / "HEAD.lock"
    lock.touch()
    begun = journal(died).stat().st_mtime
    os.utime(lock, (begun + seconds, begun + seconds))
    assert repair(require_repository(died / "registry")).kind == "finished"
    assert lock.exists() == stays


def test_another_registry_in_the_same_repository_is_named(died):
    put(died, {"zweites/registry.yaml": b"format: 1\n"})
    for abandon in (False, True):
        with pytest.raises(WriteRefused, match="am Register „registry/“ unterbrochen"):
            repair(require_repository(died / "zweites"), abandon=abandon)
        assert journal(died).exists()


def test_a_registry_that_lies_elsewhere_now_is_no_dead_end(died):
    (died / "registry").rename(died / "verzeichnis")
    repo = require_repository(died / "verzeichnis")
    with pytest.raises(WriteRefused, match="am Register „registry/“ unterbrochen") as refused:
        repair(repo)
    assert str(refused.value.hint).startswith(
        "Den Ordner gibt es nicht mehr. Ihn zurücklegen, oder zum Zweig „main“ zurückkehren"
    )
    assert repair(repo, abandon=True).kind == "abandoned"
    assert not journal(died).exists()
    git(died, "add", "-A")


FORGED = [
    {"temp": "../../fremd"},
    {"temp": "partners/speyer.yaml"},
    {"path": "../notizen.txt"},
    {"path": ".git/config"},
    {"new": "HEAD"},
    {"new": "0" * 39},
    {"more": 1},
]


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: next(iter(forged.items())))
def test_a_journal_that_we_did_not_write_is_not_obeyed(died, forged):
    data = json.loads(journal(died).read_bytes())
    data["files"][0] |= forged
    assert_not_obeyed(died, json.dumps(data))


@pytest.mark.parametrize("name", ["path", "temp"])
def test_a_journal_that_names_a_file_twice_is_not_obeyed(died, name):
    data = json.loads(journal(died).read_bytes())
    data["files"].append(
        data["files"][0] | {name: data["files"][0][name].replace("speyer", "worms").replace("-0.", "-9.")}
    )
    assert_not_obeyed(died, json.dumps(data))


@pytest.mark.parametrize("root", [5000 * "l" + "/", 3000 * "l/", "\0/"])
def test_a_journal_of_a_folder_that_cannot_be_is_no_dead_end(died, root):
    data = json.loads(journal(died).read_bytes()) | {"root": root}
    journal(died).write_text(json.dumps(data), encoding="utf-8")
    repo = require_repository(died / "registry")
    with pytest.raises(WriteRefused, match="Änderung am Register"):
        repair(repo)
    assert repair(repo, abandon=True).kind == "abandoned"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"branch": 1}',
        '{"branch": "HEAD", "old": null, "new": null, "root": "", "files": [], "folders": []}',
    ],
)
def test_a_damaged_journal_is_reported(died, text):
    assert_not_obeyed(died, text)


@pytest.mark.parametrize("branch", ["refs/heads/../../config", "refs/heads/", "refs/tags/x", "main", "refs/heads/a b"])
def test_a_journal_names_a_branch_and_nothing_else(died, branch):
    assert_not_obeyed(died, json.dumps(json.loads(journal(died).read_bytes()) | {"branch": branch}))


def assert_not_obeyed(clone: Path, text: str) -> None:
    journal(clone).write_text(text, encoding="utf-8")
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and path.name != "lock"}
    with pytest.raises(WriteRefused, match="nicht lesbar"):
        repair(require_repository(clone / "registry"))
    assert {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and path.name != "lock"} == before


def test_our_folder_is_not_followed_elsewhere(tmp_path):
    clone = tmp_path / "clone"
    base = make_clone(clone)
    (tmp_path / "anderswo").mkdir()
    (clone / ".git" / "ikzctl").symlink_to(tmp_path / "anderswo")
    with pytest.raises(WriteRefused, match="kein gewöhnlicher Ordner"):
        commit_changes(require_repository(clone / "registry"), CHANGE, "x", base=base)
    assert list((tmp_path / "anderswo").iterdir()) == []
