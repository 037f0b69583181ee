"""A new folder filled out of sight: in the end it holds everything or nothing, and a second run finishes what a killed one left."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ikzctl.files.disk import german_reason, replace_file, sync_folders
from ikzctl.files.interrupts import Interrupts
from ikzctl.files.lock import folder_lock
from ikzctl.model.errors import UserError, WriteRefused

T = TypeVar("T")

# Lies in the new folder while it is being made. What is in `_HALF` is thrown away by the next run, what is in `_WHOLE` is moved up.
WORK = ".ikzctl-neu"
_HALF, _WHOLE = "halb", "fertig"
# whoever finds this in the folder finds all the rest
_LAST = ".git"
_NOTHING = "Es wurde nichts geändert."


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
        shutil.rmtree(half)
    half.mkdir()
    result = fill(half)
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
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
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
            "Einen Ordner nennen, den es noch nicht gibt.",
        )
    foreign = [folder / WORK / name for name in (_HALF, _WHOLE) if not _is_ours(folder / WORK / name, late)]
    if (folder / WORK).is_symlink() or foreign:
        raise UserError(
            f"„{foreign[0] if foreign else folder / WORK}“ stammt nicht von ikzctl. {_NOTHING}",
            "Einen Ordner nennen, den es noch nicht gibt.",
        )


def _is_ours(path: Path, late: bool) -> bool:
    """Whether a run of ours can have left this: nothing, a folder, and under the name for whole content only such."""
    if not path.is_symlink() and not path.exists():
        return True
    return _is_folder(path) and (path.name == _HALF or late or not any(path.iterdir()))


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


def _remove(work: Path, made: tuple[Path, ...]) -> None:
    """As far as the disk allows; what stays does not hinder the next run."""
    shutil.rmtree(work, ignore_errors=True)
    for place in made:
        with contextlib.suppress(OSError):
            place.rmdir()
