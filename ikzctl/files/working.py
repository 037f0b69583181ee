"""Files of the working tree rewritten without a commit, for `ikzctl fmt`: each whole, none that changed meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ikzctl.files.disk import check_path, german_reason, read_plain, replace_file, sync_folders, write_new
from ikzctl.model.errors import WriteRefused


def write_working_files(root: Path, changes: Mapping[str, tuple[bytes, bytes]]) -> tuple[str, ...]:
    """Replace each path (relative to `root`) that still reads as its first value by the second; the paths written.

    WriteRefused at the first file that cannot be replaced names those already done.
    """
    done: list[str] = []
    for path, (before, after) in changes.items():
        check_path(path)
        target = root / path
        temp = target.with_name(f".ikzctl-{os.urandom(4).hex()}-0.tmp")
        try:
            if read_plain(root, path) != before:
                raise WriteRefused(f"„{path}“ wurde inzwischen geändert und blieb unberührt. {_so_far(done)}")
            try:
                write_new(temp, after, like=target)
                replace_file(temp, target)
            finally:
                temp.unlink(missing_ok=True)
            sync_folders([target.parent])
        except OSError as error:
            raise WriteRefused(f"{german_reason(error, root, len(after))} {_so_far(done)}") from error
        done.append(path)
    return tuple(done)


def _so_far(done: Sequence[str]) -> str:
    return f"Schon geschrieben: {', '.join(done)}." if done else "Es wurde nichts geändert."
