"""What a test puts in the place of reading a file of the working tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from ikzctl.registry import sources

# what reads when nobody, or everybody so far, has put something in its place
_below = [sources.Files.look_and_read]
_found: dict[str, os.stat_result] = {}


def read(files: sources.Files, path: str) -> bytes:
    """As it was read before the innermost `reads`."""
    _found[path], content = _below[-1](files, path)
    return content


@contextmanager
def reads(by: Callable[[sources.Files, str], bytes]) -> Iterator[None]:
    """While it lasts, `by` reads; it may use `read`, and whatever it does before or after counts as done by somebody else."""
    outer = sources.Files.look_and_read

    def look_and_read(files: sources.Files, path: str) -> tuple[os.stat_result, bytes]:
        _below.append(outer)
        try:
            content = by(files, path)
        finally:
            _below.pop()
        return _found.pop(path, None) or Path(files.root, path).stat(), content

    with mock.patch.object(sources.Files, "look_and_read", look_and_read):
        yield
