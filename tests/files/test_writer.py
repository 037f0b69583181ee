"""A change as one commit: what is written, what is left alone, and what is refused with which sentence."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ikzctl.files import index as index_module
from ikzctl.files import lock as lock_module
from ikzctl.files import steps, writer
from ikzctl.files.disk import german_reason, put_in_place, write_new
from ikzctl.files.lock import write_lock
from ikzctl.files.working import write_working_files
from ikzctl.files.writer import BranchMoved, BranchSwitched, CommitResult, commit_changes
from ikzctl.gitrepo import writing
from ikzctl.gitrepo.fence import Identity, read_identity, set_identity
from ikzctl.gitrepo.repository import Repository, create_repository, find_repository, read_head, require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused
from tests.gitrepo.repos import KOORDINATION, PARTNERS, git, make_clone, plain_environment, put

WORMS = FileWrite("partners/worms.yaml", b"name: Stadt Worms\n")
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path):
    make_clone(tmp_path / "clone")
    return tmp_path / "clone"


def registry(clone: Path) -> Repository:
    return require_repository(clone / "registry")


def head(clone: Path) -> str:
    return git(clone, "rev-parse", "HEAD")


def commit(clone: Path, *writes: FileWrite, **more) -> CommitResult:
    return commit_changes(registry(clone), writes, "Änderung", base=head(clone), **more)


def assert_untouched(clone: Path, base: str) -> None:
    assert head(clone) == base
    assert not (clone / "registry" / WORMS.path).exists()
    assert [p.name for p in clone.rglob(".ikzctl*")] == []
    assert not (clone / ".git" / "ikzctl" / "journal.json").exists()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_new_changed_and_gone_in_one_commit(tmp_path, object_format):
    clone = tmp_path / "clone"
    base = make_clone(clone, object_format=object_format)
    writes = (WORMS, FileWrite("registry.yaml", b"format: 2\n"), FileWrite("tasks/kfz.yaml", None))
    result = commit(clone, *writes)
    assert result.changed == ("partners/worms.yaml", "registry.yaml", "tasks/kfz.yaml")
    assert (result.commit, result.branch, result.warnings) == (head(clone), "refs/heads/main", ())
    assert git(clone, "rev-parse", "HEAD^") == base
    assert git(clone, "log", "-1", "--format=%B%an <%ae> %cn <%ce>") == (
        "Änderung\nKoordinierungsstelle IKZ <ikz@vorderpfalz.example> Koordinierungsstelle IKZ <ikz@vorderpfalz.example>"
    )
    assert git(clone, "diff-tree", "-r", "--name-status", base, "HEAD").splitlines() == [
        "A\tregistry/partners/worms.yaml",
        "M\tregistry/registry.yaml",
        "D\tregistry/tasks/kfz.yaml",
    ]
    assert git(clone, "status", "--porcelain") == ""
    assert not (clone / "registry" / "tasks").exists()
    assert git(clone, "fsck", "--strict", "--no-dangling") == ""
    assert git(clone, "reflog", "-1", "--format=%gs") == "ikzctl: Änderung"


def test_first_commit_of_a_new_repository(tmp_path):
    folder = tmp_path / "neu"
    folder.mkdir()
    repo = create_repository(folder)
    set_identity(repo, KOORDINATION)
    result = commit_changes(repo, [FileWrite("registry/registry.yaml", b"format: 1\n")], "Anfang", base=None)
    assert git(folder, "rev-list", "HEAD") == result.commit
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "ls-files") == "registry/registry.yaml"
    with pytest.raises(WriteRefused, match="ist schon ein git-Repository"):
        create_repository(folder)
    assert create_repository(folder / "registry").work_tree == folder / "registry"


def test_unsaved_work_elsewhere_is_left_alone(clone):
    put(clone, {"notizen.txt": b"halb fertig\n", "registry/partners/entwurf.yaml": b"neu\n", "vorgemerkt.txt": b"x\n"})
    git(clone, "add", "vorgemerkt.txt")
    commit(clone, WORMS)
    assert (clone / "notizen.txt").read_bytes() == b"halb fertig\n"
    status = git(clone, "status", "--porcelain").splitlines()
    assert status == ["M notizen.txt", "A  vorgemerkt.txt", "?? registry/partners/entwurf.yaml"]
    assert git(clone, "diff-tree", "-r", "--name-only", "HEAD^", "HEAD") == "registry/partners/worms.yaml"


def test_what_is_already_so_makes_no_commit(clone):
    base = head(clone)
    result = commit(
        clone, FileWrite("registry.yaml", PARTNERS["registry/registry.yaml"]), FileWrite("nie-da.yaml", None)
    )
    assert (result.commit, result.changed) == (base, ())
    assert head(clone) == base


def test_access_rights_of_a_file_stay(clone):
    (clone / "registry" / "registry.yaml").chmod(0o640)
    commit(clone, FileWrite("registry.yaml", b"format: 2\n"))
    assert (clone / "registry" / "registry.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("may", ["all", "group", "nothing"])
def test_nobody_gets_more_than_before_where_the_group_cannot_be_kept(clone, monkeypatch, may):
    def fchown(descriptor: int, owner: int, group: int) -> None:
        if may == "nothing" or (may == "group" and owner != -1):
            raise PermissionError
        chown(descriptor, owner, group)

    chown = os.fchown
    path = clone / "registry" / "registry.yaml"
    os.chown(path, 1234, 1)
    path.chmod(0o664)
    monkeypatch.setattr(os, "fchown", fchown)
    commit(clone, FileWrite("registry.yaml", b"format: 2\n"))
    now = path.stat()
    wanted = {"all": (1234, 1, 0o664), "group": (0, 1, 0o664), "nothing": (0, os.getegid(), 0o604)}
    assert (now.st_uid, now.st_gid, now.st_mode & 0o777) == wanted[may]


def edited(clone: Path) -> None:
    put(clone, {"registry/partners/speyer.yaml": b"name: von Hand\n"})


def staged(clone: Path) -> None:
    original = (clone / "registry/partners/speyer.yaml").read_bytes()
    edited(clone)
    git(clone, "add", "registry")
    put(clone, {"registry/partners/speyer.yaml": original})


def removed(clone: Path) -> None:
    (clone / "registry/partners/speyer.yaml").unlink()


def crlf(clone: Path) -> None:
    path = clone / "registry/partners/speyer.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def linked(clone: Path) -> None:
    path = clone / "registry/partners/speyer.yaml"
    path.rename(clone.parent / "anderswo.yaml")
    path.symlink_to(clone.parent / "anderswo.yaml")


def linked_folder(clone: Path) -> None:
    (clone / "registry/partners").rename(clone.parent / "anderswo")
    (clone / "registry/partners").symlink_to(clone.parent / "anderswo")


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (edited, "hat Änderungen, die nicht festgeschrieben sind"),
        (staged, "hat in git vorgemerkte, aber nicht festgeschriebene Änderungen"),
        (removed, "hat eine nicht festgeschriebene Löschung"),
        (crlf, "Windows-Zeilenenden"),
        (linked, "ist keine gewöhnliche Datei"),
        (linked_folder, "ist eine Verknüpfung oder Datei, wo ein Ordner stehen muss"),
    ],
)
def test_unsaved_work_on_the_same_file_stops_the_change(clone, work, sentence):
    base = head(clone)
    work(clone)
    before = git(clone, "status", "--porcelain")
    with pytest.raises(WriteRefused, match=sentence) as refused:
        commit(clone, WORMS, FileWrite("partners/speyer.yaml", b"name: neu\n"))
    assert "Es wurde nichts geändert." in refused.value.message
    assert git(clone, "status", "--porcelain") == before
    assert_untouched(clone, base)


def test_a_file_that_is_there_but_not_in_git_is_not_overwritten(clone):
    put(clone, {"registry/partners/worms.yaml": b"von Hand\n"})
    with pytest.raises(WriteRefused, match="liegt schon da und gehört noch zu keinem Commit") as refused:
        commit(clone, WORMS)
    assert (clone / "registry/partners/worms.yaml").read_bytes() == b"von Hand\n"
    follow(clone, refused.value.hint, "git add")
    assert git(clone, "status", "--porcelain") == ""


def follow(clone: Path, hint: str | None, begin: str) -> None:
    """Do what stands in the brackets that begin so."""
    commands = re.search(rf"\(({begin}[^)]*)\)", str(hint))
    assert commands
    for command in commands[1].replace("…", "x").split("; "):
        git(clone, *shlex.split(command)[1:])


def gone_from_the_index(clone: Path) -> None:
    git(clone, "rm", "-q", "--cached", "registry/partners/speyer.yaml")


@pytest.mark.parametrize("work", [edited, staged, removed, gone_from_the_index])
@pytest.mark.parametrize("begin", ["git commit", "git restore"])
def test_what_is_advised_can_be_done(clone, work, begin):
    work(clone)
    change = FileWrite("partners/speyer.yaml", b"name: neu\n")
    with pytest.raises(WriteRefused) as refused:
        commit(clone, change)
    follow(clone, refused.value.hint, begin)
    left = {gone_from_the_index: "gehört noch zu keinem Commit", staged: "Änderungen, die nicht festgeschrieben sind"}
    if work in left and begin == "git commit":
        # what lies on the disk is another matter, and now that is said
        with pytest.raises(WriteRefused, match=left[work]):
            commit(clone, change)
    else:
        commit(clone, change)


@pytest.mark.parametrize(
    "path",
    ["../x.yaml", "a/../../x.yaml", "/etc/x", "a//b", "./a", "", "a\0b", "a\nb", "a\\b", "C:x", ".git/config", ".GIT/x", "git~1/x",
     "aux.yaml", "con", "ａ.yaml", "a./b", "x ", "x" * 129],
)  # fmt: skip
def test_paths_stay_inside_and_are_names_for_every_system(clone, path):
    base = head(clone)
    with pytest.raises(WriteRefused, match="kein zulässiger Dateiname"):
        commit(clone, FileWrite(path, b"x\n"))
    assert_untouched(clone, base)


def test_detached_head(clone):
    git(clone, "checkout", "-q", "--detach")
    with pytest.raises(WriteRefused, match="detached HEAD") as refused:
        commit(clone, WORMS)
    assert "git switch main" in str(refused.value.hint)


def test_merge_and_rebase_in_progress(clone):
    base = head(clone)
    git(clone, "switch", "-q", "-c", "seite")
    put(clone, {"notizen.txt": b"seite\n"})
    git(clone, "commit", "-qam", "Seite")
    git(clone, "switch", "-q", "main")
    put(clone, {"notizen.txt": b"main\n"})
    git(clone, "commit", "-qam", "Haupt")
    for begin, end, sentence in (
        (["merge", "seite"], ["merge", "--abort"], "Zusammenführung"),
        (["rebase", "seite"], ["rebase", "--abort"], "Umsetzung von Commits"),
        (["cherry-pick", "seite"], ["cherry-pick", "--abort"], "Übernahme eines Commits"),
    ):
        git(clone, *begin, check=False)
        with pytest.raises(WriteRefused, match=sentence) as refused:
            commit(clone, WORMS)
        assert "git status" in str(refused.value.hint)
        git(clone, *end)
    assert git(clone, "rev-list", "--count", f"{base}..HEAD") == "1"


def test_bare_repository(tmp_path, clone):
    git(tmp_path, "clone", "-q", "--bare", str(clone), "bare.git")
    repo = find_repository(tmp_path / "bare.git", prefix="registry/")
    assert repo is not None
    with pytest.raises(WriteRefused, match="keinen Arbeitsordner"):
        commit_changes(repo, [WORMS], "x", base=head(clone))


def test_shallow_clone_can_be_written(tmp_path, clone):
    git(clone, "commit", "-q", "--allow-empty", "-m", "zwei")
    git(tmp_path, "clone", "-q", "--no-local", "--depth=1", f"file://{clone}", "flach")
    result = commit(tmp_path / "flach", WORMS, identity=KOORDINATION)
    assert head(tmp_path / "flach") == result.commit


def test_no_identity(tmp_path, clone, monkeypatch):
    for key in ("user.name", "user.email"):
        git(clone, "config", "--unset", key)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    base = head(clone)
    with pytest.raises(WriteRefused, match="git kennt Ihren Namen und Ihre E-Mail-Adresse noch nicht") as refused:
        commit(clone, WORMS)
    assert "was für den ganzen Rechner eingestellt ist, zählt hier nicht" in refused.value.message
    assert [line.split(" ")[:4] for line in str(refused.value.hint).splitlines()] == [
        ["git", "config", "--global", "user.name"],
        ["git", "config", "--global", "user.email"],
    ]
    assert_untouched(clone, base)
    put(
        tmp_path,
        {
            "home/.gitconfig": b"[include]\n\tpath = mehr\n",
            "home/mehr": b"[user]\n\tname = Amt <1>\n\temail = amt@stadt.example\n",
        },
    )
    assert read_identity(registry(clone)) == Identity("Amt 1", "amt@stadt.example")
    commit(clone, WORMS)
    assert git(clone, "log", "-1", "--format=%an <%ae>") == "Amt 1 <amt@stadt.example>"


@pytest.mark.parametrize("key", [b"name", b"email"])
@pytest.mark.parametrize("place", ["clone/.git/config", "home/.gitconfig"])
def test_an_identity_in_another_encoding_does_not_get_into_history(tmp_path, clone, monkeypatch, key, place):
    base = head(clone)
    if place.startswith("home"):
        git(clone, "config", "--remove-section", "user")
        put(tmp_path, {place: b"[user]\n\tname = Amt\n\temail = amt@stadt.example\n"})
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with (tmp_path / place).open("ab") as settings:
        settings.write(b"[user]\n\t%s = K\xf6ln\n" % key)
    with pytest.raises(WriteRefused, match="kein lesbarer Text") as refused:
        commit(clone, WORMS)
    assert "git config user.name" in str(refused.value.hint)
    assert_untouched(clone, base)


def test_somebody_else_was_faster(clone):
    old = head(clone)
    git(clone, "commit", "-q", "--allow-empty", "-m", "schneller")
    with pytest.raises(BranchMoved) as moved:
        commit_changes(registry(clone), [WORMS], "x", base=old)
    assert moved.value.now == head(clone)
    assert "Es wurde nichts geändert." in moved.value.message
    assert_untouched(clone, head(clone))


def test_index_lock_of_another_program_is_waited_for_then_named(clone, monkeypatch):
    monkeypatch.setattr(index_module, "WAIT", 0.2)
    base = head(clone)
    lock = clone / ".git" / "index.lock"
    lock.write_bytes(b"")
    with pytest.raises(WriteRefused, match="Ein anderes git-Programm arbeitet gerade") as refused:
        commit(clone, WORMS)
    assert str(lock) in refused.value.message
    assert lock.exists()
    assert_untouched(clone, base)
    monkeypatch.setattr(index_module, "WAIT", 30.0)
    threading.Timer(0.1, lock.unlink).start()
    commit(clone, WORMS)
    assert git(clone, "status", "--porcelain") == ""


def test_lock_of_another_ikzctl_names_its_holder(clone):
    (clone / ".git" / "ikzctl").mkdir()
    with (
        write_lock(clone / ".git" / "ikzctl", "ikzctl cooperation join adoption worms"),
        pytest.raises(WriteRefused) as refused,
    ):
        commit(clone, WORMS, wait=0.1)
    assert "„ikzctl cooperation join adoption worms“" in refused.value.message
    assert f"(Prozess {os.getpid()})" in refused.value.message
    commit(clone, WORMS, wait=0.1)


def test_lock_ends_with_the_process_but_not_before_its_git(clone):
    """kill -9 leaves no lock behind; a git that outlives its starter still holds it."""
    folder = clone / ".git" / "ikzctl"
    folder.mkdir()
    child = (
        "import os, subprocess, sys\nfrom pathlib import Path\nfrom ikzctl.files.lock import write_lock\n"
        f"with write_lock(Path({str(folder)!r}), 'x') as lock:\n"
        "    subprocess.Popen(['sleep', '0.7'], pass_fds=(lock,), stdout=subprocess.DEVNULL)\n"
        "    print('da', flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", child], cwd=PROJECT, stdout=subprocess.PIPE, check=False)
    with pytest.raises(WriteRefused), write_lock(folder, "y", wait=0.1):
        pass
    with write_lock(folder, "y", wait=10.0):
        pass


@pytest.mark.parametrize("locks", [True, False], ids=["locks", "no-locks"])
def test_a_lock_that_goes_with_an_error_undoes_nothing(clone, monkeypatch, locks):
    """A share may say only when a file is closed that it has no room for it, and what was saved is saved all the same."""
    real, real_unlink = os.close, Path.unlink
    failed: list[object] = []

    def lock_numbers() -> list[int]:
        return [path.stat().st_ino for path in (clone / ".git" / "ikzctl").glob("lock")]

    def close(descriptor: int) -> None:
        is_lock = os.fstat(descriptor).st_ino in lock_numbers()
        real(descriptor)
        if is_lock:
            failed.append(descriptor)
            raise OSError(errno.EDQUOT, "quota")

    def unlink(path: Path, **more: bool) -> None:
        if path.name == "lock.alone":
            failed.append(path)
            raise OSError(errno.EIO, "input/output error")
        real_unlink(path, **more)

    def no_locks(descriptor: int) -> bool:
        raise lock_module._NoLocks

    if locks:
        monkeypatch.setattr(os, "close", close)
    else:
        monkeypatch.setattr(lock_module, "_try_lock", no_locks)
        monkeypatch.setattr(Path, "unlink", unlink)
    base = head(clone)
    result = commit(clone, WORMS)
    monkeypatch.undo()
    assert failed
    assert (result.commit, git(clone, "rev-parse", "HEAD^")) == (head(clone), base)
    assert git(clone, "status", "--porcelain") == ""


def test_a_lock_of_git_that_was_only_begun_is_taken_back(clone, monkeypatch):
    """Without second names the lock is written in two steps, and the disk may be full between them."""
    base, lock = head(clone), clone / ".git" / "index.lock"
    real = write_new

    def half(path: Path, data: bytes) -> None:
        real(path, data[:5] if path == lock else data)
        if path == lock:
            raise OSError(errno.ENOSPC, "full")

    def link(*_: Path) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(index_module, "write_new", half)
    with pytest.raises(WriteRefused, match="voll"):
        commit(clone, WORMS)
    assert not lock.exists()
    assert_untouched(clone, base)
    monkeypatch.undo()
    # whoever was killed in between could not take it back
    lock.write_bytes(index_module._MARK[:5])
    commit(clone, WORMS)
    assert not lock.exists()


def test_a_disk_that_knows_no_order_for_folders_still_names_real_faults(clone, monkeypatch):
    real, said = os.fsync, errno.EINVAL

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(said, "folder")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    commit(clone, WORMS)
    said, base = errno.EIO, head(clone)
    with pytest.raises(WriteRefused, match="Ein-/Ausgabefehler"):
        commit(clone, FileWrite(WORMS.path, b"name: Worms\n"))
    assert head(clone) == base


def _git_that(folder: Path, does: str) -> str:
    """A search path on which such a git comes first."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_an_old_git_is_named_after_the_change(clone, tmp_path, monkeypatch):
    real = shutil.which("git")
    old = f'case "$*" in *--version) echo git version 2.30.2;; *) exec {real} "$@";; esac'
    monkeypatch.setenv("PATH", _git_that(tmp_path / "bin", old))
    result = commit(clone, WORMS)
    assert result.commit == head(clone)
    assert result.warnings == ("git 2.30.2 hat bekannte Sicherheitslücken; empfohlen ist mindestens 2.39.4.",)


@pytest.mark.skipif(sys.platform != "linux", reason="open files are told as on Linux")
def test_without_an_input_git_holds_the_lock_all_the_same(clone, tmp_path, monkeypatch):
    """The lock must not get the number of the input: in every git that would be another file."""
    real, log = shutil.which("git"), tmp_path / "log"
    monkeypatch.setenv(
        "PATH", _git_that(tmp_path / "bin", f'ls -l /proc/self/fd | grep -c ikzctl/lock >> {log}; exec {real} "$@"')
    )
    child = (
        "import sys\nfrom ikzctl.cli.output import prepare_streams\nprepare_streams()\n"
        "from pathlib import Path\nfrom ikzctl.files.writer import commit_changes\n"
        "from ikzctl.gitrepo.repository import head_state, require_repository\nfrom ikzctl.model.changes import FileWrite\n"
        f"repo = require_repository(Path({str(clone / 'registry')!r}))\n"
        "write = FileWrite('partners/worms.yaml', sys.argv[1].encode())\n"
        "commit_changes(repo, [write], 'x', base=head_state(repo).commit)\n"
    )
    held = []
    for name, before in (("open", 'exec "$@"'), ("closed", 'exec "$@" <&-')):
        subprocess.run(
            ["sh", "-c", before, "sh", sys.executable, "-c", child, f"name: {name}"], cwd=PROJECT, check=True
        )
        held.append(log.read_text(encoding="ascii").split())
        log.unlink()
    assert held[0] == held[1]
    assert held[0].count("1") > 3


@pytest.mark.parametrize(
    "step", ["_recover_first", "_prepare", "_commit", "store_objects", "write_journal", "take_lock"]
)
@pytest.mark.parametrize("further", [False, True])
def test_branch_switched_meanwhile(clone, monkeypatch, step, further):
    """At whatever moment before the commit point somebody switches branches: nothing may land on the wrong one."""
    base = head(clone)
    git(clone, "switch", "-q", "-c", "anders")
    if further:
        git(clone, "commit", "-q", "--allow-empty", "-m", "weiter")
    other = head(clone)
    git(clone, "switch", "-q", "main")
    shown = read_head(clone / ".git")
    real = getattr(writer, step)

    def switch_then_go_on(*args, **options):
        git(clone, "switch", "-q", "anders")
        return real(*args, **options)

    monkeypatch.setattr(writer, step, switch_then_go_on)
    with pytest.raises(BranchSwitched if step != "_prepare" or not further else BranchMoved):
        commit_changes(require_repository(clone / "registry"), [WORMS], "x", base=base, head=shown)
    assert (git(clone, "rev-parse", "main"), git(clone, "rev-parse", "anders")) == (base, other)
    assert_untouched(clone, other)


def test_nobody_commits_what_lies_beside_the_files(clone, monkeypatch):
    """While new contents wait beside their files git's lock is ours."""
    seen: list[str] = []

    def commit_all_then_stage(*args):
        stage(*args)
        seen.append(git(clone, "status", "--porcelain"))
        done = subprocess.run(["git", "add", "-A"], cwd=clone, capture_output=True, check=False)
        assert b"index.lock" in done.stderr

    stage = steps.stage
    monkeypatch.setattr(writer, "stage", commit_all_then_stage)
    commit(clone, WORMS)
    assert ".ikzctl-" in seen[0]
    assert git(clone, "show", "--name-only", "--format=", "HEAD") == "registry/partners/worms.yaml"


def test_a_file_edited_at_the_last_moment_stays_and_is_named(clone, monkeypatch):
    real = writing.move_branch

    def edit_then_move(*args):
        put(clone, {"registry/partners/speyer.yaml": b"name: von Hand\n"})
        real(*args)

    monkeypatch.setattr(writer, "move_branch", edit_then_move)
    result = commit(clone, WORMS, FileWrite("partners/speyer.yaml", b"name: neu\n"))
    assert result.commit == head(clone)
    assert len(result.warnings) == 1
    assert "„partners/speyer.yaml“ wurde gleichzeitig von anderer Hand geändert" in result.warnings[0]
    assert (clone / "registry/partners/speyer.yaml").read_bytes() == b"name: von Hand\n"
    assert git(clone, "show", "HEAD:registry/partners/speyer.yaml") == "name: neu"
    assert git(clone, "status", "--porcelain") == "M registry/partners/speyer.yaml"


CHANGES = """
import sys
from pathlib import Path
from ikzctl.files.writer import BranchMoved, commit_changes
from ikzctl.gitrepo.repository import head_state, require_repository
from ikzctl.model.changes import FileWrite
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
repo = require_repository(folder)
for number in range(count):
    while True:
        try:
            text = f"{name} {number}"
            writes = [FileWrite(f"partners/{name}-{number}.yaml", b"x\\n"), FileWrite("zaehler.yaml", text.encode())]
            commit_changes(repo, writes, text, base=head_state(repo).commit, wait=60.0)
            break
        except BranchMoved:
            pass
"""


def write_together(clone: Path, processes: int, count: int) -> None:
    environment = plain_environment(clone.parent) | {"PYTHONPATH": str(PROJECT)}
    running = [
        subprocess.Popen([sys.executable, "-c", CHANGES, str(clone / "registry"), f"p{n}", str(count)], env=environment)
        for n in range(processes)
    ]
    assert [process.wait() for process in running] == [0] * processes
    subjects = git(clone, "log", "--format=%s", "--first-parent").splitlines()
    assert sorted(subjects[:-1]) == sorted(f"p{n} {number}" for n in range(processes) for number in range(count))
    assert git(clone, "fsck", "--strict", "--no-dangling") == ""
    assert git(clone, "status", "--porcelain") == ""


def test_four_processes_lose_no_change(clone):
    write_together(clone, 4, 5)


@pytest.mark.slow
def test_eight_processes_lose_none_of_320_changes(clone):
    write_together(clone, 8, 40)


def test_ctrl_c_while_waiting_for_the_lock_stops_at_once(clone):
    folder = clone / ".git" / "ikzctl"
    folder.mkdir()
    base = head(clone)
    script = CHANGES.replace(
        "except BranchMoved:", "except KeyboardInterrupt:\n            sys.exit(130)\n        except BranchMoved:"
    )
    script = script.replace("for number", "print('da', flush=True)\nfor number", 1)
    with write_lock(folder, "ikzctl"):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(clone / "registry"), "p", "1"],
            env=plain_environment(clone.parent) | {"PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        with process.stdout as out:
            out.readline()
            time.sleep(0.3)
            process.send_signal(2)
            assert process.wait() == 130
    assert_untouched(clone, base)


def test_a_reason_names_the_file_that_was_to_be_replaced(tmp_path):
    target = tmp_path / "worms.yaml"
    target.mkdir()
    with pytest.raises(OSError, match=r"worms\.yaml") as caught:
        put_in_place(target, b"name: Worms\n", tmp_path / ".ikzctl-00000000-0.tmp")
    assert german_reason(caught.value, tmp_path, 12) == f"„{target}“ ist ein Ordner; dort muss eine Datei stehen."
    assert [p.name for p in tmp_path.iterdir()] == ["worms.yaml"]


def in_small_disk(tmp_path: Path, script: str) -> Any:
    """Run `script` with a disk of its own at tmp/disk, in a name space where only we see it."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare to make a small disk with")
    probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this system does not let us mount a disk of our own")
    (tmp_path / "disk").mkdir(exist_ok=True)
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", script, str(tmp_path / "disk")],
        env=plain_environment(tmp_path) | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


SMALL_DISK = """
import json, os, subprocess, sys
from pathlib import Path
from ikzctl.files.recovery import repair
from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.reading import CleanRoom
from ikzctl.gitrepo.repository import require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError
from tests.gitrepo.repos import git, make_clone
disk = Path(sys.argv[1])
def mount(*options): subprocess.run(["mount", *options, str(disk)], check=True)
"""


def test_full_disk_writes_nothing_half_and_says_how_much_is_missing(tmp_path):
    found = in_small_disk(
        tmp_path,
        SMALL_DISK
        + """
found = []
mount("-t", "tmpfs", "-o", "size=2m", "none")
base = make_clone(disk / "clone")
repo = require_repository(disk / "clone" / "registry")
filler = disk / "filler"
for free in range(0, 400, 8):
    filler.write_bytes(b"")
    room = os.statvfs(disk)
    filler.write_bytes(b"x" * (room.f_bavail * room.f_frsize - free * 1024))
    try:
        result = commit_changes(repo, [FileWrite("partners/worms.yaml", os.urandom(20000))], "x", base=base)
        said, now = [result.warnings, "saved"], result.commit
    except UserError as error:
        said, now = [error.message, "refused"], base
    assert git(disk / "clone", "rev-parse", "HEAD") == now
    filler.write_bytes(b"")
    repair(repo)
    assert git(disk / "clone", "status", "--porcelain") == "", free
    found.append([free, *said])
    base = now
    if said[1] == "saved": break
print(json.dumps(found))
""",
    )
    refused = [entry for entry in found if entry[2] == "refused"]
    assert len(refused) > 3
    assert found[-1][2] == "saved"
    for _, message, _ in refused:
        assert message.startswith("Der Datenträger ist voll")
        assert message.endswith("Es wurde nichts geändert.")
    assert any("gebraucht: etwa 83 KB" in message for _, message, _ in refused)


def test_read_only_disk_reads_and_refuses_to_write(tmp_path):
    found = in_small_disk(
        tmp_path,
        SMALL_DISK
        + """
mount("-t", "tmpfs", "none")
base = make_clone(disk / "clone")
mount("-o", "remount,ro")
repo = require_repository(disk / "clone" / "registry")
with CleanRoom(repo) as room:
    names = [entry.path for entry in room.list_tree(room.commit_id("main"), repo.prefix)]
try:
    commit_changes(repo, [FileWrite("partners/worms.yaml", b"x")], "x", base=base)
except UserError as error:
    print(json.dumps([names, error.message]))
""",
    )
    assert found[0] == ["partners/frankenthal.yaml", "partners/speyer.yaml", "registry.yaml", "tasks/kfz.yaml"]
    assert "schreibgeschützt" in found[1]
    assert found[1].endswith("Es wurde nichts geändert.")


def test_files_without_a_commit_are_replaced_only_as_they_were_read(clone):
    root = clone / "registry"
    before = PARTNERS["registry/partners/speyer.yaml"]
    assert write_working_files(root, {"partners/speyer.yaml": (before, b"sauber\n")}) == ("partners/speyer.yaml",)
    assert (root / "partners/speyer.yaml").read_bytes() == b"sauber\n"
    with pytest.raises(
        WriteRefused, match=r"„registry.yaml“ wurde inzwischen geändert.*Schon geschrieben: partners/speyer.yaml\."
    ):
        write_working_files(root, {"partners/speyer.yaml": (b"sauber\n", b"neu\n"), "registry.yaml": (b"anders", b"x")})
    assert sorted(p.name for p in root.iterdir()) == ["partners", "registry.yaml", "tasks"]


@pytest.mark.parametrize("email", ["", " ", "a\nb", "-x", "a<b>"])
def test_an_identity_that_would_break_a_commit_is_refused(clone, email):
    with pytest.raises(UserError):
        set_identity(registry(clone), Identity("Amt", email))
