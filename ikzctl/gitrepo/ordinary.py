"""What git must not be led to by its own folder: a pipe that it would wait for, a link through which it would write elsewhere."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ikzctl.model.errors import UserError, WriteRefused

# what git opens whatever it is asked
_FILES = (
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "index",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "logs/HEAD",
    "packed-refs",
    "shallow",
    # and what ikzctl opens in its folder there
    "ikzctl/index",
    "ikzctl/journal.json",
    "ikzctl/journal.json.new",
    "ikzctl/lock",
    "ikzctl/scratch.json",
)
_OF_OBJECTS = ("info/alternates", "info/commit-graph", "pack/multi-pack-index")
# git follows borrowed objects no further
_MAX_BORROWED = 6
_MAX_ALTERNATES = 64 * 1024


def require_ordinary_files(*folders: Path) -> None:
    """UserError that names the first of git's files in these git dirs that is no file. Loose objects are not looked at."""
    for folder in dict.fromkeys(folders):
        for path in _opened_by_git(str(folder)):
            _require_file(path)


def require_no_links(*folders: Path) -> None:
    """WriteRefused if something in these git dirs that a commit adds to is a link: git would append to whatever it leads to.

    One `logs/refs/heads/main` that leads to the user's start-up script would be enough to have a program run.
    """
    for folder in dict.fromkeys(folders):
        link = next((path for path in _written_by_git(str(folder)) if os.path.islink(path)), None)  # noqa: PTH114
        if link is not None:
            raise WriteRefused(
                f"„{link}“ ist eine Verknüpfung; git würde an ihrem Ziel schreiben. Es wurde nichts geändert.",
                hint="Das Register frisch klonen (git clone) und dort arbeiten.",
            )


def _written_by_git(folder: str) -> Iterator[str]:
    for name in ("logs", "refs"):
        yield f"{folder}/{name}"
        yield from _below(f"{folder}/{name}")
    objects = f"{folder}/objects"
    yield objects
    with contextlib.suppress(OSError), os.scandir(objects) as entries:
        yield from [entry.path for entry in entries]


def _opened_by_git(folder: str) -> Iterator[str]:
    for name in _FILES:
        yield f"{folder}/{name}"
    yield from _below(f"{folder}/refs")
    yield from _below(f"{folder}/logs")
    seen: set[str] = set()
    waiting = [f"{folder}/objects"]
    for _ in range(_MAX_BORROWED):
        waiting, now = [], waiting
        for objects in now:
            if objects not in seen:
                seen.add(objects)
                yield from (f"{objects}/{name}" for name in _OF_OBJECTS)
                yield from _below(f"{objects}/pack")
                waiting += _borrowed(objects)


def _below(folder: str) -> Iterator[str]:
    """Everything below a folder that is neither a file nor a folder itself."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                listed = list(entries)
        except OSError:
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif not entry.is_file(follow_symlinks=False):
                yield entry.path


def _borrowed(objects: str) -> list[str]:
    """The object folders that this one borrows from; git ignores lines that lead nowhere."""
    path = f"{objects}/info/alternates"
    _require_file(path)
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  paths here are text, as they come from git
            text = os.fsdecode(stream.read(_MAX_ALTERNATES))
    except OSError:
        return []
    lines = (line for line in text.split("\n") if line and not line.startswith("#") and "\0" not in line)
    return [os.path.join(objects, line) for line in lines]  # noqa: PTH118


def _require_file(path: str) -> None:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise UserError(
            f"„{path}“ gehört zu git und müsste eine gewöhnliche Datei sein; das Repository ist beschädigt.",
            hint="Das Register frisch klonen (git clone).",
        )
