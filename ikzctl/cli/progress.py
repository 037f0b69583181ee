"""One line on the terminal for work that takes longer than a second: how far it is and how long it may still take."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

_SILENT = 1.0
_BETWEEN = 0.1
_WIDTH = 30


class ProgressLine:
    """Use it with `with`; what was shown is gone afterwards. Shows nothing where nobody looks."""

    def __init__(self, what: str, *, wanted: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._clock = clock
        self._next = clock() + _SILENT
        self._shown = 0
        # when this was first told of, and how much was done then: getting ready says nothing about how quick the work is
        self._first: tuple[float, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._write("")

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        if self._first is None or done <= self._first[1]:
            self._first = now, done
        began, before = self._first
        if self._wanted and now >= self._next and 0 < done <= total:
            self._next = now + _BETWEEN
            left = (now - began) / (done - before) * (total - done) if done > before else None
            text = line(self._what, done, total, left)
            # a line that goes on in the next one could not be taken back
            self._write(text[: _columns() - 1])

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(f"\r{text:<{self._shown}}" + ("" if text else "\r"))
            sys.stderr.flush()
            self._shown = len(text)
        except (OSError, ValueError):
            # the terminal has gone, or the stream is closed; whoever waits for the result must not lose it for that
            self._wanted, self._shown = False, 0


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def line(what: str, done: int, total: int, seconds: float | None) -> str:
    """`Prüfe  ████████░░░░░░  53 %  noch 0:07`; without the time as long as nobody can know it."""
    full = done * _WIDTH // total
    bar = f"{what}  {'█' * full}{'░' * (_WIDTH - full)}  {done * 100 // total} %"
    if seconds is None:
        return bar
    minutes, rest = divmod(round(seconds), 60)
    return f"{bar}  noch {minutes}:{rest:02d}"
