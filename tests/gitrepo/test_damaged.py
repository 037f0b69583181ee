"""A repository that is damaged, or whose own files are no files: one German sentence at once, and nothing that waits for ever."""

from __future__ import annotations

import os
import shutil
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo import catfile, process, reading
from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.process import GitError, NotLikeGit
from ikzctl.gitrepo.reading import CleanRoom
from ikzctl.gitrepo.repository import find_repository, head_state, require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused
from tests.gitrepo.repos import git, make_clone, put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and devices as on Unix")
CHANGE = [FileWrite("partners/worms.yaml", b"name: Worms\n")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    make_clone(tmp_path / "clone")
    git(tmp_path / "clone", "commit", "-q", "--allow-empty", "-m", "zwei")
    return tmp_path / "clone"


def read_all(clone: Path, revision: str = "HEAD") -> None:
    repo = require_repository(clone / "registry")
    with CleanRoom(repo) as room:
        entries = room.list_tree(room.commit_id(revision), repo.prefix)
        for _ in room.read_blobs([entry.oid for entry in entries]):
            pass


def write_one(clone: Path) -> None:
    repo = require_repository(clone / "registry")
    commit_changes(repo, CHANGE, "x", base=head_state(repo).commit)


def _instead(path: Path, make: Callable[[Path], object]) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)


NO_FILES = [
    "HEAD", "config", "config.worktree", "commondir", "packed-refs", "index", "shallow", "info/grafts", "info/attributes",
    "objects/info/alternates", "objects/info/commit-graph", "objects/pack/pack-1.idx", "refs/heads/main", "refs/tags/a/b",
    "ikzctl/journal.json", "ikzctl/lock",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_FILES)
@pytest.mark.parametrize("act", [read_all, write_one])
def test_a_pipe_among_gits_files_is_named_before_git_waits_for_it(clone, name, act):
    _instead(clone / ".git" / name, os.mkfifo)
    with pytest.raises(UserError, match="müsste eine gewöhnliche Datei sein") as refused:
        act(clone)
    assert f"{clone}/.git/{name}" in refused.value.message
    assert "git clone" in str(refused.value.hint)


def test_a_damaged_index_of_packs_is_called_so(clone):
    (clone / ".git/objects/pack/multi-pack-index").write_bytes(b"MIDX" + b"x" * 1000)
    with pytest.raises(UserError, match="beschädigt oder unvollständig"):
        read_all(clone)


@pytest.mark.parametrize("name", ["HEAD", "index", "ikzctl/journal.json", "refs/heads/main"])
def test_a_link_to_a_device_is_no_file_either(clone, name):
    _instead(clone / ".git" / name, lambda path: path.symlink_to("/dev/zero"))
    with pytest.raises(UserError, match="müsste eine gewöhnliche Datei sein"):
        write_one(clone)


def test_a_pipe_among_borrowed_objects_is_named(clone, tmp_path):
    first, second = tmp_path / "eins", tmp_path / "zwei"
    for folder, borrowed in ((clone / ".git/objects", first), (first, second)):
        (folder / "info").mkdir(parents=True, exist_ok=True)
        (folder / "info/alternates").write_text(f"# geliehen\n{borrowed}\n", encoding="utf-8")
    (second / "info").mkdir(parents=True)
    os.mkfifo(second / "info/alternates")
    with pytest.raises(UserError, match="zwei/info/alternates"):
        read_all(clone)


def test_objects_that_borrow_from_each_other_are_looked_at_once(clone):
    objects = clone / ".git/objects"
    (objects / "info/alternates").write_text(f"{objects}\n{objects}/../objects\nfehlt\n\0\n", encoding="utf-8")
    read_all(clone)


@pytest.mark.parametrize("name", ["HEAD", "HEAD^{tree}", "HEAD:registry/registry.yaml"])
def test_a_pipe_in_the_place_of_an_object_ends_the_waiting(clone, monkeypatch, name):
    for module in (process, catfile, reading):
        monkeypatch.setattr(module, "QUICK", 1.0)
    oid = git(clone, "rev-parse", name)
    _instead(clone / ".git/objects" / oid[:2] / oid[2:], os.mkfifo)
    with pytest.raises(GitError, match="nicht rechtzeitig geantwortet; vielleicht ist das Repository beschädigt"):
        read_all(clone)


def test_patience_counts_from_the_last_question(clone, monkeypatch):
    """Many answers may take longer together than one may; and who does not ask is not waited for."""
    monkeypatch.setattr(catfile, "QUICK", 0.3)
    with CleanRoom(require_repository(clone)) as room:
        oid = room.list_tree(room.commit_id())[0].oid
        for _ in range(4):
            assert room.read_blob(oid)
            time.sleep(0.2)


POINTERS: list[tuple[str, bytes]] = [
    (".git", b"gitdir: a\0b\n"),
    (".git", b"gitdir: /etc\n"),
    (".git", b"gitdir: ../verschoben/.git\n"),
    (".git", b"Unsinn"),
    (".git", b"gitdir: " + b"a" * 4000 + b"\n"),
    (".git/commondir", b"a\0b\n"),
    (".git/commondir", b"a/" * 2000),
]


@pytest.mark.parametrize(("name", "text"), POINTERS)
def test_a_pointer_that_leads_nowhere_is_named_or_not_followed(clone, name, text):
    _instead(clone / name, lambda path: path.write_bytes(text))
    for act in (read_all, write_one):
        with pytest.raises(UserError, match=r"beschädigt|dort liegt kein Repository|liegt in keinem git-Repository"):
            act(clone)


def test_a_folder_that_is_a_link_in_a_circle_is_no_repository(tmp_path):
    (tmp_path / "kreis").symlink_to("kreis")
    with pytest.raises(UserError):
        require_repository(tmp_path / "kreis" / "x")


def test_a_pointer_to_a_repository_that_does_not_know_the_folder_is_not_written_through(clone, tmp_path):
    """Somebody hands over a folder whose commits would land in the user's own repository."""
    handed = tmp_path / "handed"
    shutil.copytree(clone, handed, ignore=shutil.ignore_patterns(".git"))
    (handed / ".git").write_text(f"gitdir: {clone / '.git'}\n", encoding="utf-8")
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(WriteRefused, match="kennt diesen Ordner nicht; es ist ein Untermodul"):
        write_one(handed)
    assert git(clone, "rev-parse", "HEAD") == before
    read_all(handed)


def test_a_commondir_in_a_main_repository_is_not_written_through(clone, tmp_path):
    make_clone(tmp_path / "handed")
    (tmp_path / "handed" / ".git" / "commondir").write_text(f"{clone / '.git'}\n", encoding="utf-8")
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(WriteRefused, match="schickt git in ein anderes Repository"):
        write_one(tmp_path / "handed")
    assert git(clone, "rev-parse", "HEAD") == before


@pytest.mark.parametrize("name", ["logs/HEAD", "logs/refs/heads/main", "logs", "refs", "objects"])
def test_a_link_through_which_a_commit_would_write_elsewhere(clone, tmp_path, name):
    """The name of the user comes with the folder too; in a start-up file, behind a link from the log, it would be a command."""
    place, outside = clone / ".git" / name, tmp_path / "draussen"
    place.rename(outside)
    place.symlink_to(outside)
    before = {path: path.read_bytes() for path in (outside, *outside.rglob("*")) if path.is_file()}
    with pytest.raises(WriteRefused, match="ist eine Verknüpfung; git würde an ihrem Ziel schreiben"):
        write_one(clone)
    assert {path: path.read_bytes() for path in (outside, *outside.rglob("*")) if path.is_file()} == before
    read_all(clone)


def test_a_link_to_nowhere_is_not_followed_to_a_new_file(clone, tmp_path):
    (clone / ".git/logs/HEAD").unlink()
    (clone / ".git/logs/HEAD").symlink_to(tmp_path / "neu")
    with pytest.raises(WriteRefused, match="ist eine Verknüpfung"):
        write_one(clone)
    assert not (tmp_path / "neu").exists()


def test_a_linked_folder_of_objects(clone, tmp_path):
    for folder in (clone / ".git/objects").iterdir():
        folder.rename(tmp_path / folder.name)
        folder.symlink_to(tmp_path / folder.name)
    with pytest.raises(WriteRefused, match="ist eine Verknüpfung"):
        write_one(clone)


def test_a_linked_work_tree_is_written_through_its_pointer(clone, tmp_path):
    git(clone, "worktree", "add", "-q", str(tmp_path / "zweiter"), "-b", "zweig")
    write_one(tmp_path / "zweiter")
    assert git(clone, "log", "-1", "--format=%s", "zweig") == "x"


def _object(clone: Path, name: str) -> Path:
    oid = git(clone, "rev-parse", name)
    path = clone / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


DAMAGED = "git-Repository ist beschädigt oder unvollständig. Abhilfe: das Register frisch klonen"
SETTINGS = "Die Einstellungen des Repositorys (.git/config) sind nicht lesbar"
DAMAGES: list[tuple[str, Callable[[Path], object], str]] = [
    ("commit-empty", lambda c: _object(c, "HEAD").write_bytes(b""), DAMAGED),
    ("commit-junk", lambda c: _object(c, "HEAD").write_bytes(b"x" * 99), DAMAGED),
    ("commit-cut", lambda c: _object(c, "HEAD").write_bytes(_object(c, "HEAD").read_bytes()[:20]), DAMAGED),
    ("commit-folder", lambda c: _instead(_object(c, "HEAD"), Path.mkdir), DAMAGED),
    ("tree-gone", lambda c: _object(c, "HEAD^{tree}").unlink(), DAMAGED),
    ("tree-junk", lambda c: _object(c, "HEAD:registry").write_bytes(zlib.compress(b"tree 3\0abc")), DAMAGED),
    ("file-gone", lambda c: _object(c, "HEAD:registry/registry.yaml").unlink(), "fehlt ein Objekt"),
    ("file-junk", lambda c: _object(c, "HEAD:registry/registry.yaml").write_bytes(b"x"), "beschädigt|fehlt ein Objekt"),
    ("objects-gone", lambda c: shutil.rmtree(c / ".git/objects"), DAMAGED),
    ("head-junk", lambda c: (c / ".git/HEAD").write_bytes(b"\xff\0x"), DAMAGED),
    ("head-blank", lambda c: (c / ".git/HEAD").write_bytes(b"ref: refs/heads/a b\n"), DAMAGED),
    ("branch-junk", lambda c: (c / ".git/refs/heads/main").write_bytes(b"Unsinn"), DAMAGED),
    ("branch-empty", lambda c: (c / ".git/refs/heads/main").write_bytes(b""), DAMAGED),
    ("config-junk", lambda c: (c / ".git/config").write_bytes(b"\0[[["), SETTINGS),
    ("config-number", lambda c: git(c, "config", "core.bare", "vielleicht"), SETTINGS),
    ("version", lambda c: git(c, "config", "core.repositoryformatversion", "99"), "für ein anderes git angelegt"),
]


@pytest.mark.parametrize(("damage", "sentence"), [c[1:] for c in DAMAGES], ids=[c[0] for c in DAMAGES])
def test_damage_is_said_in_german(clone, damage, sentence):
    damage(clone)
    with pytest.raises(UserError) as refused:
        read_all(clone)
    assert any(part in refused.value.message for part in sentence.split("|")), refused.value.message
    assert "fatal" not in refused.value.message


def test_a_tree_that_git_holds_dangerous_is_not_written_on(clone):
    (clone / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = y\n\tupdate = !sh\n', encoding="utf-8")
    git(clone, "add", ".gitmodules")
    git(clone, "commit", "-q", "-m", "Falle")
    before = git(clone, "rev-parse", "HEAD")
    with pytest.raises(WriteRefused, match=r"fehlerhaft oder gefährlich ist .* Es wurde nichts geändert\."):
        write_one(clone)
    assert git(clone, "rev-parse", "HEAD") == before
    assert git(clone, "status", "--porcelain") == ""


FIRST, GONE = "0" * 40, "1" * 40
NOT_MOVED = [
    ("refs/heads/main", "HEAD", FIRST, "hat den Zweig im selben Augenblick bewegt"),
    ("refs/heads/main", "HEAD", "HEAD~1", "hat den Zweig im selben Augenblick bewegt"),
    ("refs/heads/main", GONE, "HEAD", "fand nicht mehr, was eben erst geschrieben wurde"),
    ("refs/heads/main/neu", "HEAD", FIRST, "Ein vorhandener Zweig steht dem neuen im Weg"),
    ("refs/heads/voll", "HEAD~1", "HEAD", "git durfte die Datei des Zweigs nicht ersetzen"),
]


@pytest.mark.parametrize(("branch", "new", "old", "sentence"), NOT_MOVED)
def test_why_a_branch_does_not_move(clone, branch, new, old, sentence):
    git(clone, "branch", "voll")
    git(clone, "pack-refs", "--all")
    put(clone, {".git/refs/heads/voll/notiz": b"no reference"})
    with pytest.raises(GitError) as refused:
        process.run(["update-ref", branch, new, old], require_repository(clone).place)
    assert sentence in refused.value.message


ANSWERS = [
    "exit 0",
    "echo git version 1.8.0",
    "head -c 3000 /dev/urandom",
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("act", [read_all, write_one])
def test_a_program_that_only_looks_like_git_is_no_fault_of_ours(clone, tmp_path, monkeypatch, answer, act):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UserError):
        act(clone)
    assert find_repository(clone) is not None


def test_a_newer_git_says_of_a_commit_that_lies_elsewhere_that_it_is_a_submodule(clone, tmp_path, monkeypatch):
    place = require_repository(clone).place
    (tmp_path / "git").write_text("#!/bin/sh\nread name\necho $name submodule\nread more\n", encoding="utf-8")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with CatFile(place) as objects:
        assert objects.get("HEAD:registry/partners") is None


def test_a_git_that_is_no_program_is_named(clone, tmp_path, monkeypatch):
    (tmp_path / "git").write_text("Unsinn", encoding="utf-8")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="ist kein Programm, das hier läuft"):
        read_all(clone)


def test_nonsense_instead_of_an_id_is_said_to_be_nonsense(clone, tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 1.8.0\n", encoding="utf-8")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NotLikeGit, match="vielleicht ist es sehr alt"):
        read_all(clone)
