"""Generated files in an output folder: whole or not at all, inside the folder, never over somebody's own work."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

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
    sync_folders,
    temp_name,
    write_whole,
)
from ikzctl.files.lock import folder_lock
from ikzctl.model.errors import WriteRefused

# remembers the digests of what ikzctl wrote, so that it knows its own files from those a person has edited
RECORD = ".ikzctl-output.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def write_output(folder: Path, files: Mapping[str, bytes], *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write `files` (path below `folder` → content), making folders as needed; the paths, in the order given.

    Everything is checked before the first file is written. A file that is there already is replaced only if ikzctl wrote it and
    nobody has changed it since, or with `overwrite`.
    """
    for path in files:
        check_path(path)
    try:
        root = _folder(folder)
        with folder_lock(root) as alone:
            if alone:
                _clear_left_overs(root, files)
            _write_all(root, files, overwrite)
    except OSError as error:
        needed = sum(map(len, files.values()))
        raise WriteRefused(german_reason(error, folder, needed), hint="Die Ausgabe ist unvollständig.") from error
    return tuple(root / path for path in files)


def _write_all(root: Path, files: Mapping[str, bytes], overwrite: bool) -> None:
    known = _read_record(root)
    changed = {path: data for path, data in files.items() if _may_write(root, path, data, known, overwrite)}
    digests = {path: _digest(data) for path, data in files.items()}
    # before the files: a run that is cut off must not leave files that we no longer take for ours
    _write_record(root, {path: list(dict.fromkeys((*known.get(path, ()), digests[path]))) for path in files}, known)
    for path, data in changed.items():
        _write(root, path, data, partial(_may_write, root, path, data, known, overwrite))
    _write_record(root, {path: [digest] for path, digest in digests.items()}, known)


def _clear_left_overs(root: Path, paths: Iterable[str]) -> None:
    """What a run that was cut off left beside the files that are now written; we hold the lock, so nobody is at it."""
    for path in paths:
        refuse_links(root, path)
    clear_temps((root / path).parent for path in paths)
    draft_of(root / RECORD).unlink(missing_ok=True)


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
    sync_folders([target.parent])


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


def _write_record(root: Path, new: Mapping[str, list[str]], known: Mapping[str, list[str]]) -> None:
    text = json.dumps({**known, **new}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if read_plain(root, RECORD) != text.encode("utf-8"):
        write_whole(root / RECORD, text.encode("utf-8"))
