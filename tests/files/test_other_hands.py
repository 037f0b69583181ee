"""What editors, other people and prepared notes do around a writing command: nothing of theirs is lost, nothing foreign obeyed."""

from __future__ import annotations

import json
import os
import shutil
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.files import disk, writer
from ikzctl.files.lock import folder_lock
from ikzctl.files.output import write_output
from ikzctl.files.recovery import repair
from ikzctl.files.working import ready_to_write, write_working_files
from ikzctl.files.writer import CommitResult, commit_changes
from ikzctl.gitrepo import catfile, writing
from ikzctl.gitrepo.process import GitError
from ikzctl.gitrepo.repository import require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import WriteRefused
from tests.gitrepo.repos import PARTNERS, git, make_clone

SPEYER = "partners/speyer.yaml"
OLD = PARTNERS[f"registry/{SPEYER}"]
EDITED = b"name: von Hand\n"
WORMS = FileWrite("partners/worms.yaml", b"name: Stadt Worms\n")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    make_clone(tmp_path / "clone")
    return tmp_path / "clone"


def commit(clone: Path, *writes: FileWrite) -> CommitResult:
    return commit_changes(
        require_repository(clone / "registry"), writes, "Änderung", base=git(clone, "rev-parse", "HEAD")
    )


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Saves its file by a rename as soon as the new content lies ready beside it."""

    def saves(target: Path) -> None:
        real = disk.write_new

        def write_then_save(temp: Path, data: bytes, *, like: Path | None = None) -> None:
            real(temp, data, like=like)
            if like == target:
                draft = target.with_name("draft")
                draft.write_bytes(EDITED)
                draft.replace(target)

        monkeypatch.setattr(disk, "write_new", write_then_save)

    return saves


def test_fmt_leaves_what_an_editor_has_just_saved(clone, editor):
    root = clone / "registry"
    editor(root / SPEYER)
    with pytest.raises(WriteRefused, match="wurde inzwischen geändert und blieb unberührt"):
        write_working_files(root, {SPEYER: (OLD, b"sauber\n")})
    assert (root / SPEYER).read_bytes() == EDITED
    assert [path.name for path in clone.rglob(".ikzctl*")] == []


def test_a_file_of_ours_that_is_edited_while_it_is_written_anew_stays(tmp_path, editor):
    write_output(tmp_path / "out", {"a.json": b"1\n"})
    editor((tmp_path / "out").resolve() / "a.json")
    with pytest.raises(WriteRefused, match="wurde seither geändert"):
        write_output(tmp_path / "out", {"a.json": b"2\n"})
    assert (tmp_path / "out" / "a.json").read_bytes() == EDITED


def test_one_fmt_at_a_time_where_there_is_no_repository(tmp_path):
    with ready_to_write(tmp_path), pytest.raises(WriteRefused, match="schreibt gerade ein anderer Aufruf"):
        folder_lock(tmp_path, wait=0.0).__enter__()
    with ready_to_write(tmp_path):
        pass


@pytest.mark.parametrize("name", ["\ud800", "x" * 300, "a/" * 3000, "ABSOLUTE", "../opfer", "registry/\0", ".git"])
def test_a_prepared_note_of_temporary_files_leads_nowhere(clone, name):
    victim = clone.parent / "opfer"
    victim.mkdir()
    for folder in (victim, clone / ".git"):
        (folder / ".ikzctl-00000000-0.tmp").touch()
    own = clone / ".git" / "ikzctl"
    own.mkdir()
    (own / "scratch.json").write_text(json.dumps([str(victim) if name == "ABSOLUTE" else name]), encoding="ascii")
    assert repair(require_repository(clone / "registry")).kind == "nothing"
    assert not (own / "scratch.json").exists()
    assert (victim / ".ikzctl-00000000-0.tmp").exists()
    assert (clone / ".git" / ".ikzctl-00000000-0.tmp").exists()
    assert commit(clone, WORMS).commit


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such folders")
def test_what_only_its_owner_may_replace_is_refused_before_anything_is_saved(clone, monkeypatch):
    folder, base = clone / "registry" / "partners", git(clone, "rev-parse", "HEAD")
    folder.chmod(folder.stat().st_mode | stat.S_ISVTX)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(WriteRefused, match="darf nur der Eigentümer eine Datei ersetzen") as refused:
        commit(clone, FileWrite(SPEYER, b"name: neu\n"))
    assert str(refused.value.hint).endswith(f"chmod -t {folder}")
    assert (git(clone, "rev-parse", "HEAD"), git(clone, "status", "--porcelain")) == (base, "")
    assert not (clone / ".git" / "index.lock").exists()
    assert commit(clone, WORMS).commit


def test_the_branch_gets_another_name_at_the_commit_point(clone, monkeypatch):
    real = writing.move_branch

    def move_then_rename(*args) -> None:
        real(*args)
        git(clone, "branch", "-m", "main", "haupt")

    monkeypatch.setattr(writer, "move_branch", move_then_rename)
    result = commit(clone, WORMS)
    assert (result.commit, result.warnings) == (git(clone, "rev-parse", "haupt"), ())
    assert (clone / "registry" / WORMS.path).read_bytes() == WORMS.content
    assert git(clone, "status", "--porcelain") == ""


def test_what_keeps_a_lock_from_going_does_not_keep_the_rest(clone, monkeypatch):
    def refuse(*_) -> None:
        raise GitError("update-ref", 128, "fatal: nein")

    def cannot(*_) -> None:
        raise PermissionError("refs/heads")

    monkeypatch.setattr(writer, "move_branch", refuse)
    monkeypatch.setattr(writer, "clear_branch_locks", cannot)
    with pytest.raises(WriteRefused):
        commit(clone, WORMS)
    assert not (clone / ".git" / "index.lock").exists()
    assert {path.name for path in (clone / ".git" / "ikzctl").iterdir()} == {"lock"}
    assert [path.name for path in clone.rglob(".ikzctl*")] == []


def test_a_folder_that_has_gone_since_is_made_again(clone, monkeypatch):
    class Died(BaseException):
        pass

    def die(*_) -> None:
        raise Died

    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(writer, "_complete", die)
        commit(clone, WORMS)
    shutil.rmtree(clone / "registry" / "partners")
    assert repair(require_repository(clone / "registry")).kind == "finished"
    assert (clone / "registry" / WORMS.path).read_bytes() == WORMS.content
    assert repair(require_repository(clone / "registry")).kind == "nothing"


def test_a_prepared_journal_removes_no_folder_through_a_link(clone):
    git(clone, "pack-refs", "--all")
    (clone / "registry" / "weg").symlink_to("../.git")
    journal = {
        "branch": "refs/heads/main",
        "old": git(clone, "rev-parse", "HEAD"),
        "new": "1" * 40,
        "root": "registry/",
        "files": [],
        "folders": ["weg/refs", "weg/refs/heads", "weg/refs/tags"],
    }
    (clone / ".git" / "ikzctl").mkdir()
    (clone / ".git" / "ikzctl" / "journal.json").write_text(json.dumps(journal), encoding="ascii")
    assert repair(require_repository(clone / "registry")).kind == "undone"
    assert (clone / ".git" / "refs" / "heads").is_dir()
    assert git(clone, "status", "--porcelain") == "?? registry/weg"


def test_what_is_staged_is_not_taken_into_memory(clone, monkeypatch):
    real, taken = catfile._next_object, []

    def measured(git_: catfile._Running, max_bytes: int | None) -> catfile.RawObject | None:
        found = real(git_, max_bytes)
        taken.append(len(found.data) if found else 0)
        return found

    (clone / "registry" / WORMS.path).write_bytes(b"x" * 5_000_000)
    git(clone, "add", f"registry/{WORMS.path}")
    monkeypatch.setattr(catfile, "_next_object", measured)
    with pytest.raises(WriteRefused, match="vorgemerkte, aber nicht festgeschriebene"):
        commit(clone, WORMS)
    assert 0 < max(taken) < 10_000


def give_people(path: Path, name: str, *, owner: int, group: int) -> bytes:
    """A list by which a single person may read and write; its mask is what the owner may."""
    everybody = 0xFFFFFFFF
    entries = [
        (1, owner, everybody),
        (2, 6, 65534),
        (4, group, everybody),
        (0x10, owner, everybody),
        (0x20, 0, everybody),
    ]
    people = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(path, name, people)
    except OSError:
        pytest.skip("this file system knows no lists of people")
    return people


@pytest.mark.skipif(sys.platform != "linux", reason="lists of people are asked for as on Linux")
def test_a_file_keeps_the_people_who_may_read_it(clone):
    path = clone / "registry" / SPEYER
    path.chmod(0o600)
    people = give_people(path, "system.posix_acl_access", owner=6, group=0)
    commit(clone, FileWrite(SPEYER, b"name: neu\n"))
    assert path.read_bytes() == b"name: neu\n"
    assert os.getxattr(path, "system.posix_acl_access") == people
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.skipif(sys.platform != "linux", reason="lists of people are asked for as on Linux")
def test_a_file_does_not_get_the_people_whom_its_folder_gives_to_new_files(clone):
    path = clone / "registry" / SPEYER
    path.chmod(0o660)
    give_people(path.parent, "system.posix_acl_default", owner=7, group=5)
    commit(clone, FileWrite(SPEYER, b"name: neu\n"), WORMS)
    assert "system.posix_acl_access" not in os.listxattr(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert "system.posix_acl_access" in os.listxattr(clone / "registry" / WORMS.path), (
        "a new file is the folder's business"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="rights as on Unix")
def test_what_is_to_take_the_place_of_a_private_file_is_private_from_the_beginning(clone, monkeypatch):
    path = clone / "registry" / SPEYER
    path.chmod(0o600)
    seen: list[int] = []
    real = disk._same_rights

    def look(descriptor: int, like: Path) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        real(descriptor, like)

    monkeypatch.setattr(disk, "_same_rights", look)
    commit(clone, FileWrite(SPEYER, b"name: neu\n"))
    assert seen == [0o600]
