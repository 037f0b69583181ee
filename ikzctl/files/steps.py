"""The steps around the commit point, shared by the run that makes a change and the one that finishes or undoes it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from ikzctl.files.disk import (
    read_own,
    read_plain,
    refuse_links,
    refuse_sticky,
    remove_if_empty,
    remove_own,
    replace_file,
    sync_folders,
    write_new,
)
from ikzctl.files.index import put_index, release_index
from ikzctl.files.journal import FileChange, Journal, journal_path, own_folder, remove_journal
from ikzctl.files.unsaved import parents_of
from ikzctl.gitrepo.objects import format_of, object_id
from ikzctl.gitrepo.repository import Repository
from ikzctl.model.errors import WriteRefused

State = Literal["old", "new", "foreign"]
# nobody holds the lock of a branch for so long; whoever left it is dead
LOCK_REST = 1.0
# nor does a git of ours begin to move a branch, or go on with it, so long after its journal was written
_LOCK_AGE = 600 * 10**9


def state_on_disk(repo: Repository, journal: Journal, file: FileChange) -> State:
    """What lies at the path now; a link or folder there is foreign too."""
    try:
        data = read_plain(repo.root, file.path)
    except WriteRefused:
        return "foreign"
    oid = None if data is None else object_id("blob", data, format_of(journal.new))
    if oid == file.new:
        return "new"
    return "old" if oid == file.old else "foreign"


def stage(repo: Repository, journal: Journal, contents: Mapping[str, bytes]) -> None:
    """Write the new contents beside their files, so that after the commit point only renames are left to do."""
    # whoever finishes a change late may find that a folder has gone which was there before it
    gone = [parent for path in contents for parent in parents_of(path) if not (repo.root / parent).exists()]
    for folder in dict.fromkeys((*journal.folders, *gone)):
        refuse_links(repo.root, folder)
        (repo.root / folder).mkdir(exist_ok=True)
    for file in journal.files:
        refuse_sticky(repo.root / file.path)
    for file in journal.files:
        if file.path in contents:
            refuse_links(repo.root, file.temp)
            write_new(repo.root / file.temp, contents[file.path], like=repo.root / file.path)
    sync_folders((repo.root / folder).parent for folder in journal.folders)


def put_files(repo: Repository, journal: Journal) -> tuple[str, ...]:
    """Replace each file that still has its old content; the paths of those with foreign content, which stay."""
    foreign = []
    touched = []
    for file in journal.files:
        target, temp = repo.root / file.path, repo.root / file.temp
        state = state_on_disk(repo, journal, file)
        if state == "old":
            if file.new is None:
                target.unlink()
            else:
                replace_file(temp, target)
            touched.append(target.parent)
        elif state == "foreign":
            foreign.append(file.path)
    sync_folders(touched)
    remove_temps(repo, journal)
    for file in journal.files:
        if file.new is None:
            _remove_empty(repo.root, repo.root / file.path)
    return tuple(foreign)


def finish(repo: Repository, journal: Journal) -> tuple[str, ...]:
    """Everything after the commit point; the paths that keep foreign content."""
    # git does not bring the name of the branch to the disk: no file may be there before the commit that it belongs to
    branch = Path(journal.branch)
    sync_folders(repo.common_dir / parent for parent in branch.parents if parent.parts[:1] == ("refs",))
    foreign = put_files(repo, journal)
    put_index(repo)
    remove_journal(own_folder(repo))
    return foreign


def undo(repo: Repository, journal: Journal) -> None:
    """Back to before the change: the branch has not moved, no file has been replaced. Raises OSError if the disk refuses."""
    remove_temps(repo, journal)
    for folder in reversed(journal.folders):
        with contextlib.suppress(WriteRefused):
            refuse_links(repo.root, f"{folder}/x")
            remove_if_empty(repo.root / folder)
    release_index(repo)
    remove_journal(own_folder(repo))


def remove_temps(repo: Repository, journal: Journal) -> None:
    for file in journal.files:
        with contextlib.suppress(WriteRefused, NotADirectoryError):
            refuse_links(repo.root, file.temp)
            remove_own(repo.root / file.temp)


def clear_branch_locks(repo: Repository, journal: Journal) -> None:
    """Remove what a git of ours left behind when it died while moving the branch.

    We hold our lock, and where the system lets it every git that moves a branch for us keeps that lock open, so none of them is
    alive. In any case a lock is taken for theirs only if it holds nothing but the new commit, or a part of it and is little younger
    than the journal, and does not change for a while.
    """
    found = {lock: mark for lock in _branch_locks(repo, journal) if (mark := _left_behind(repo, journal, lock))}
    if found:
        time.sleep(LOCK_REST)
    for lock, mark in found.items():
        if _left_behind(repo, journal, lock) == mark:
            lock.unlink(missing_ok=True)


def _branch_locks(repo: Repository, journal: Journal) -> Iterable[Path]:
    return (repo.common_dir / f"{journal.branch}.lock", repo.git_dir / "HEAD.lock")


def _left_behind(repo: Repository, journal: Journal, lock: Path) -> tuple[int, int] | None:
    try:
        info = lock.lstat()
        begun = journal_path(own_folder(repo)).stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):  # in place of `team/x` there may be a branch `team` by now
        return None
    whole = f"{journal.new}\n".encode("ascii")
    content = read_own(lock, len(whole))
    if content is None:
        return None
    # the commit is known to nobody else; of a lock without its whole id only the time tells, and clocks jump
    ours = content == whole or (whole.startswith(content) and begun <= info.st_mtime_ns <= begun + _LOCK_AGE)
    return (info.st_mtime_ns, info.st_size) if ours else None


def _remove_empty(root: Path, gone: Path) -> None:
    """git knows no empty folders; one that lost its last file goes as well."""
    folder = gone.parent
    while folder != root and root in folder.parents and remove_if_empty(folder):
        folder = folder.parent
