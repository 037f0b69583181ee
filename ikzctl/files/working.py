"""Files of the working tree rewritten without a commit, for `ikzctl fmt`: each whole, none that changed meanwhile."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path

from ikzctl.files.disk import (
    check_path,
    clear_temps,
    german_reason,
    new_token,
    put_in_place,
    read_plain,
    sync_folders,
    temp_name,
)
from ikzctl.files.index import holds_lock
from ikzctl.files.interrupts import Interrupts
from ikzctl.files.journal import own_folder
from ikzctl.files.lock import folder_lock, write_lock
from ikzctl.files.recovery import NOTHING_TO_RECOVER, Recovery, recover
from ikzctl.files.scratch import clear_scratch, note_scratch
from ikzctl.gitrepo.fence import check_settings
from ikzctl.gitrepo.ordinary import require_ordinary_files
from ikzctl.gitrepo.repository import Repository, find_repository, is_at_home, is_unfinished, require_work_tree
from ikzctl.model.errors import WriteRefused

# by these a file is known to be the same
_STAMP = attrgetter("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")


@contextlib.contextmanager
def ready_to_write(root: Path, *, accepted: Path | None = None, command: str = "ikzctl") -> Iterator[Recovery]:
    """Alone in this registry, with what an interrupted change left finished or undone: it might be in the files to be written.

    Without a repository of its own there is nothing to recover, and the folder itself is the lock.
    """
    repo = _own_repository(root)
    recovery = NOTHING_TO_RECOVER
    with contextlib.ExitStack() as stack:
        try:
            if repo is None:
                stack.enter_context(folder_lock(root))
            else:
                own = own_folder(repo)
                lock = stack.enter_context(write_lock(own, command))
                with Interrupts() as interrupts:
                    clear_scratch(repo)
                    # the fence stands before git is started, which only recovery needs
                    if is_unfinished(repo) or holds_lock(repo):
                        require_ordinary_files(repo.git_dir, repo.common_dir)
                        require_work_tree(repo)
                        check_settings(repo, accepted)
                        recovery = recover(repo, replace(repo.place, keep_open=(lock,)))
                recovery = replace(recovery, interrupted=interrupts.asked)
        except OSError as error:
            where = repo.git_dir if repo else root
            raise WriteRefused(f"{german_reason(error, where, 0)} Es wurde nichts geändert.") from error
        yield recovery


def write_working_files(root: Path, changes: Mapping[str, tuple[bytes, bytes]]) -> tuple[str, ...]:
    """Replace each path (relative to `root`) that still reads as its first value by the second; the paths written.

    WriteRefused at the first file that cannot be replaced names those already done. Ctrl-C stops between two files.
    """
    for path in changes:
        check_path(path)
    if not changes:
        return ()
    done: list[str] = []
    repo = _own_repository(root)
    folders = list(dict.fromkeys((root / path).parent for path in changes))
    with Interrupts() as interrupts:
        try:
            if repo is None:
                clear_temps(folders)
            else:
                note_scratch(repo, folders)
            _replace_all(root, changes, done, interrupts)
        except OSError as error:
            needed = max(len(after) for _, after in changes.values())
            raise WriteRefused(f"{german_reason(error, root, needed)} {_so_far(done)}") from error
        finally:
            if repo is not None:
                _tidy(repo)
    return tuple(done)


def _replace_all(
    root: Path, changes: Mapping[str, tuple[bytes, bytes]], done: list[str], interrupts: Interrupts
) -> None:
    token = new_token()
    for number, (path, (before, after)) in enumerate(changes.items()):
        interrupts.stop_if_asked()
        target = root / path
        unchanged = partial(_require_unchanged, root, path, before, done)
        last_look = partial(_look_again, target, target.lstat(), unchanged)
        unchanged()
        put_in_place(target, after, target.with_name(temp_name(token, number)), last_look)
        done.append(path)
        sync_folders([target.parent])


def _require_unchanged(root: Path, path: str, before: bytes, done: Sequence[str]) -> None:
    if read_plain(root, path) != before:
        raise WriteRefused(f"„{path}“ wurde inzwischen geändert und blieb unberührt. {_so_far(done)}")


def _look_again(target: Path, then: os.stat_result, unchanged: Callable[[], None]) -> None:
    """One glance is quicker than reading, and the quicker it is the less can happen before the file is replaced."""
    if _STAMP(target.lstat()) != _STAMP(then):
        unchanged()


def _own_repository(root: Path) -> Repository | None:
    """The repository that the files belong to; in another one, which only a pointer leads to, nothing is noted or recovered."""
    repo = find_repository(root)
    return repo if repo is not None and is_at_home(repo) else None


def _tidy(repo: Repository) -> None:
    """No file of ours is left; if the disk does not let us say so, the next run looks once more."""
    with contextlib.suppress(OSError):
        clear_scratch(repo)


def _so_far(done: Sequence[str]) -> str:
    return f"Schon geschrieben: {', '.join(done)}." if done else "Es wurde nichts geändert."
