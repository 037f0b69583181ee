"""Generated files in an output folder: whole or not at all, inside the folder, never over somebody's own work."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ikzctl.files.disk import (
    check_path,
    clear_temps,
    draft_of,
    german_reason,
    is_path,
    new_token,
    put_in_place,
    read_plain,
    refuse_links,
    remove_own,
    sync_folders,
    temp_name,
    write_whole,
)
from ikzctl.files.lock import folder_lock
from ikzctl.model.errors import WriteRefused

# remembers the digests of what ikzctl wrote, so that it knows its own files from those a person has edited
RECORD = ".ikzctl-output.json"
_HALF = "Die Ausgabe ist unvollständig: Ein Teil der Dateien ist neu, der Rest noch nicht. Derselbe Befehl bringt sie zu Ende."
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Output(NamedTuple):
    """What became of an output folder, as paths below it; `kept` are files that this run would have removed, had nobody changed them."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def write_output(folder: Path, files: Mapping[str, bytes], *, overwrite: bool = False, within: str = "") -> Output:
    """Write `files` (path below `folder` → content), making folders as needed.

    Everything is checked before the first file is written. A file that is there already is replaced only if ikzctl wrote it and
    nobody has changed it since, or with `overwrite`. `files` are all that there is to be below `within` (with `/` at the end): what
    an earlier run wrote there and this one does not is removed, unless somebody has changed it.
    """
    for path in files:
        check_path(path)
    if not files and not os.path.lexists(folder):
        return Output()
    try:
        root = _folder(folder)
        with folder_lock(root) as alone:
            if alone:
                _clear_left_overs(root, files, within)
            return _write_all(root, files, overwrite, within)
    except OSError as error:
        needed = sum(map(len, files.values()))
        raise WriteRefused(german_reason(error, folder, needed)) from error


def _write_all(root: Path, files: Mapping[str, bytes], overwrite: bool, within: str) -> Output:
    known = _read_record(root)
    changed = {path: data for path, data in files.items() if _may_write(root, path, data, known, overwrite)}
    # of each file of an earlier run whether it is as we wrote it, None if it is gone
    old = {path: _untouched(root, path, known) for path in _outdated(known, files, within)}
    removed = tuple(path for path, untouched in old.items() if untouched)
    digests = {path: _digest(data) for path, data in files.items()}
    # before the files: a run that is cut off must not leave files that we no longer take for ours
    _write_record(root, {**known, **{p: list(dict.fromkeys((*known.get(p, ()), digests[p]))) for p in files}})
    steps = [partial(_write, root, p, d, partial(_may_write, root, p, d, known, overwrite)) for p, d in changed.items()]
    # only then: a run that is cut off had better leave a file too many than take one and bring nothing
    steps += [partial(_remove, root, path, known) for path in removed]
    _take(steps, root, sum(map(len, changed.values())))
    # before the record forgets them: what comes back after a power failure must be known as ours
    sync_folders((root / path).parent for path in (*changed, *removed))
    # what somebody has changed is remembered, so that the next run names it, too
    left = {path: kept for path, kept in known.items() if old.get(path, False) is False}
    _write_record(root, {**left, **{path: [digest] for path, digest in digests.items()}})
    return Output(tuple(files), removed, tuple(path for path, untouched in old.items() if untouched is False))


def _take(steps: Sequence[Callable[[], None]], root: Path, needed: int) -> None:
    """One after the other. Whatever stops us in between: nobody must take what is half new for one or the other."""
    done = 0
    try:
        for step in steps:
            step()
            done += 1
    except (WriteRefused, OSError, KeyboardInterrupt) as error:
        if not 0 < done < len(steps):
            raise
        if isinstance(error, KeyboardInterrupt):
            raise WriteRefused("Abgebrochen.", _HALF, exit_code=130) from None
        if isinstance(error, OSError):
            raise WriteRefused(german_reason(error, root, needed), _HALF) from error
        raise WriteRefused(error.message, f"{error.hint} {_HALF}" if error.hint else _HALF) from None


def _outdated(known: Mapping[str, object], files: Collection[str], within: str) -> list[str]:
    return sorted(path for path in known if within and path.startswith(within) and path not in files)


def _clear_left_overs(root: Path, files: Collection[str], within: str) -> None:
    """What a run that was cut off left beside the files that are now written; we hold the lock, so nobody is at it."""
    for path in (*files, within):
        refuse_links(root, path)
    clear_temps((root / within, *((root / path).parent for path in files)))
    remove_own(draft_of(root / RECORD))


def _folder(folder: Path) -> Path:
    """The output folder, resolved once: what lies above it is the user's own choice, what lies in it is checked."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _may_write(root: Path, path: str, data: bytes, known: Mapping[str, list[str]], overwrite: bool) -> bool:
    """False if the file is already there with this content."""
    there = read_plain(root, path)
    if there is None:
        return True
    if there == data:
        return False
    if not overwrite and _digest(there) not in known.get(path, []):
        raise WriteRefused(
            f"„{root / path}“ stammt nicht von ikzctl oder wurde seither geändert; die Datei bleibt, wie sie ist.",
            hint="Umbenennen oder wegräumen, einen anderen Ausgabeordner wählen, oder --overwrite angeben.",
        )
    return True


def _write(root: Path, path: str, data: bytes, last_look: Callable[[], object]) -> None:
    refuse_links(root, path)
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(target, data, target.with_name(temp_name(new_token(), 0)), last_look)


def _untouched(root: Path, path: str, known: Mapping[str, list[str]]) -> bool | None:
    """Whether a file is as we wrote it; None if there is none."""
    try:
        there = read_plain(root, path)
    except WriteRefused:
        # somebody has put a link or a folder in its place, which is his
        return False
    return None if there is None else _digest(there) in known[path]


def _remove(root: Path, path: str, known: Mapping[str, list[str]]) -> None:
    # until now an editor may have saved it
    if _untouched(root, path, known) is False:
        raise WriteRefused(f"„{root / path}“ wurde gerade geändert; die Datei bleibt, wie sie ist.")
    remove_own(root / path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_record(root: Path) -> dict[str, list[str]]:
    """Path → digests. A record that is missing or not ours only costs the question whether to overwrite."""
    try:
        record = json.loads(read_plain(root, RECORD) or b"{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {
        path: [digest for digest in digests if isinstance(digest, str) and _DIGEST.fullmatch(digest)]
        for path, digests in record.items()
        if isinstance(digests, list) and is_path(path)
    }


def _write_record(root: Path, record: Mapping[str, list[str]]) -> None:
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    there = read_plain(root, RECORD)
    # a folder in which there is nothing of ours gets no record either
    if there != text.encode("utf-8") and (record or there is not None):
        write_whole(root / RECORD, text.encode("utf-8"))
