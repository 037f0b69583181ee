"""A new folder filled out of sight: in the end it holds everything or nothing, and a second run finishes what a killed one left."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ikzctl.files.disk import german_reason, replace_file, sync_files, sync_folders
from ikzctl.files.interrupts import Interrupts
from ikzctl.files.lock import folder_lock
from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.fence import check_settings
from ikzctl.gitrepo.repository import head_state, require_repository
from ikzctl.model.errors import UserError, WriteRefused

T = TypeVar("T")

# Lies in the new folder while it is being made. What is in `_HALF` is thrown away by the next run, what is in `_WHOLE` is moved up.
WORK = ".ikzctl-neu"
_HALF, _WHOLE = "halb", "fertig"
# whoever finds this in the folder finds all the rest
_LAST = ".git"
_NOTHING = "Es wurde nichts geändert."
_ANOTHER = "Einen Ordner nennen, den es noch nicht gibt."


def fill_new_folder(folder: Path, fill: Callable[[Path], T]) -> T | None:
    """Let `fill` make the content in a folder of its own, then move it to `folder`, which must not exist yet or be empty.

    None: an earlier run had made everything and was cut off while moving; that is finished now, and `fill` was not called.
    Raises what `fill` raises, with nothing left behind.
    """
    _require_empty(folder)
    made = _make(folder)
    work = folder / WORK
    with folder_lock(work, wait=0.0) as alone:
        if not alone and (work / _HALF).exists():
            raise UserError(
                f"In „{folder}“ liegt ein angefangener Inhalt; ob noch ein Aufruf daran schreibt, ist hier nicht zu erkennen. {_NOTHING}",
                f"Läuft keiner mehr, diesen Ordner löschen und wiederholen: {work}",
            )
        try:
            _require_empty(folder)
            result = None if _is_late(folder) else _fill(work, fill)
            with Interrupts() as interrupts:
                _move_up(work / _WHOLE, folder)
                interrupts.nothing_left_to_stop()
        except BaseException:
            if not _is_folder(work / _WHOLE):
                _remove(work, made)
            raise
    # all is in place: what goes wrong now leaves nothing but an empty folder, which git does not see
    for empty in (work / _WHOLE, work):
        with contextlib.suppress(OSError):
            empty.rmdir()
    with contextlib.suppress(OSError):
        sync_folders([folder])
    return result


def _fill(work: Path, fill: Callable[[Path], T]) -> T:
    half = work / _HALF
    if _is_folder(half):
        _remove_tree(half)
    half.mkdir()
    result = fill(half)
    # git brings its objects to the disk, but not what names the branch and its settings
    if _is_folder(half / _LAST):
        sync_files(half / _LAST)
    # the commit point: from here on a second run goes on where this one stops
    replace_file(half, work / _WHOLE)
    return result


def _is_late(folder: Path) -> bool:
    """An earlier run had everything ready, and a part of it may be in place."""
    whole = folder / WORK / _WHOLE
    return _is_folder(whole) and (_is_folder(whole / _LAST) or (folder / _LAST).exists())


def _is_folder(path: Path) -> bool:
    """A folder itself, not a link to one: what a link leads to is not ours."""
    return path.is_dir() and not path.is_symlink()


def _move_up(whole: Path, folder: Path) -> None:
    try:
        sync_folders([whole.parent])
        names = sorted((entry.name for entry in whole.iterdir()), key=lambda name: (name == _LAST, name))
        for name in names:
            (whole / name).rename(folder / name)
    except OSError as error:
        raise WriteRefused(
            f"{german_reason(error, folder, 0)} Der Inhalt von „{folder}“ ist fertig, steht aber noch nicht ganz an seinem Platz.",
            hint="Ursache beheben und denselben Befehl wiederholen; er führt es zu Ende.",
        ) from error


def _require_empty(folder: Path) -> None:
    """Nothing of anybody else's is in the folder; what lies there already beside the content to be moved up came from us."""
    if folder.is_symlink():
        raise _is_link(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"„{folder}“ ist kein Ordner. {_NOTHING}")
    if not folder.exists():
        return
    in_the_way = {entry.name for entry in folder.iterdir()} - {WORK}
    if late := _is_late(folder):
        in_the_way &= {entry.name for entry in (folder / WORK / _WHOLE).iterdir()}
    if in_the_way:
        # all that a run leaves which ends with its very last call
        with contextlib.suppress(OSError):
            (folder / WORK).rmdir()
        raise UserError(
            f"Der Ordner „{folder}“ ist nicht leer. {_NOTHING}",
            _ANOTHER,
        )
    _require_ours(folder, late)


def _is_link(folder: Path) -> UserError:
    """Nothing is made through a link: it may lead elsewhere a moment later."""
    hint = (
        f"Den Ordner selbst nennen, zu dem sie führt: {shlex.quote(str(folder.resolve()))}"
        if folder.is_dir()
        else _ANOTHER
    )
    return UserError(f"„{folder}“ ist eine Verknüpfung. {_NOTHING}", hint)


def _require_ours(folder: Path, late: bool) -> None:
    """What lies in our folder, if it is there, can be what a run of ours left; UserError otherwise."""
    work = folder / WORK
    if not os.path.lexists(work):
        return
    foreign = [work] if not _is_folder(work) else [path for path in work.iterdir() if not _can_be_ours(path, late)]
    if not foreign and late and not _is_our_repository(folder if (folder / _LAST).exists() else work / _WHOLE):
        foreign = [work / _WHOLE]
    if foreign:
        raise UserError(f"„{foreign[0]}“ stammt nicht von ikzctl. {_NOTHING}", _ANOTHER)


def _can_be_ours(path: Path, late: bool) -> bool:
    if path.name not in (_HALF, _WHOLE) or not _is_folder(path):
        return False
    return path.name == _HALF or late or not any(path.iterdir())


def _is_our_repository(top: Path) -> bool:
    """As `fill` leaves it: a registry in its commit, no settings and no hooks that could start a program."""
    try:
        repo = require_repository(top)
        check_settings(repo)
        commit = head_state(repo).commit
        if repo.root != top.resolve() or commit is None or os.path.lexists(repo.git_dir / "hooks"):
            return False
        with CatFile(repo.place) as objects:
            return objects.get(f"{commit}:registry/registry.yaml") is not None
    except (UserError, OSError):
        return False


def _make(folder: Path) -> tuple[Path, ...]:
    """The folders that were made for this, inner ones first."""
    made: list[Path] = []
    try:
        for place in (*reversed(folder.parents), folder, folder / WORK):
            with contextlib.suppress(FileExistsError):
                place.mkdir()
                made.insert(0, place)
    except BaseException:
        _remove(folder / WORK, tuple(made))
        raise
    return tuple(made)


def _remove_tree(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except RecursionError:
        raise UserError(f"„{folder}“ stammt nicht von ikzctl: so tief legt es keine Ordner an. {_NOTHING}") from None


def _remove(work: Path, made: tuple[Path, ...]) -> None:
    """As far as the disk allows; what stays does not hinder the next run."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(work / _HALF, ignore_errors=True)
    for place in (work / _WHOLE, work, *made):
        with contextlib.suppress(OSError):
            place.rmdir()
