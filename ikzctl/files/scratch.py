"""Where a run that makes no commit may leave temporary files when it is cut off: noted first, so that the next run finds them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from ikzctl.files.disk import clear_temps, draft_of, read_own, refuse_links, remove_own, write_whole
from ikzctl.files.journal import own_folder
from ikzctl.gitrepo.repository import Repository
from ikzctl.model.errors import WriteRefused

_FILE = "scratch.json"
_LONGEST = 4096


def note_scratch(repo: Repository, folders: Iterable[Path]) -> None:
    """`folders` lie in the work tree of `repo`. For a caller that holds the write lock."""
    base = _base(repo)
    names = [folder.relative_to(base).as_posix() for folder in folders]
    write_whole(own_folder(repo) / _FILE, json.dumps(names).encode("utf-8"))


def clear_scratch(repo: Repository) -> None:
    """Remove the temporary files that a run left which is no longer there, and the note; a note that is not ours says nothing."""
    own = own_folder(repo)
    remove_own(draft_of(own / _FILE))
    if not os.path.lexists(own / _FILE):
        return
    try:
        names = json.loads(read_own(own / _FILE) or b"[]")
    except (ValueError, RecursionError):
        names = []
    base = _base(repo)
    for name in names if isinstance(names, list) else []:
        if isinstance(name, str) and _can_be_ours(name):
            _clear_folder(base, name)
    remove_own(own / _FILE)


def _can_be_ours(name: str) -> bool:
    """A folder below the work tree that a disk can hold, and none of git's."""
    try:
        parts = os.fsencode(name).split(b"/")
    except UnicodeEncodeError:
        return False
    inside = not Path(name).is_absolute() and all(part not in (b"..", b".git") and len(part) < 256 for part in parts)
    return inside and "\0" not in name and len(name) < _LONGEST


def _clear_folder(base: Path, name: str) -> None:
    """Only files with the names of our own temporary files, and none through a link."""
    try:
        refuse_links(base, f"{name}/x")
    except WriteRefused:
        return
    clear_temps([base / name])


def _base(repo: Repository) -> Path:
    return (repo.work_tree or repo.root).resolve()
