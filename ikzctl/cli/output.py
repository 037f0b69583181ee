"""The only place that writes to the terminal: results to stdout, notes to stderr, control characters made visible."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Any, TextIO

# Escape sequences in names must not reach the terminal: C0 and C1 without the line feed, DEL, direction marks, invisible characters,
# halves of surrogate pairs (bytes of an argument that are no UTF-8), tags.
_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
# what a person types is shown back to him, but not ten thousand characters of it
_SHOWN = 300
_LAST_STANDARD = 2
# so many words of JSON are written at a time
_PIECES = 10_000


def visible(text: str) -> str:
    """`text` with every control character shown as its code."""
    return _CONTROL.sub(_code, text)


def _code(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def shortened(text: str, limit: int = _SHOWN) -> str:
    """A message that repeats what somebody typed: on one line, and not all of a very long one."""
    line = text.replace("\n", "\\x0a")
    return line if len(line) <= limit else f"{line[: limit * 2 // 3]} … {line[-limit // 3 :]}"


class ReaderGone(Exception):
    """Whoever was to read our output has closed it: a pager, `head`. Not an OSError, which typer would answer for us."""


def prepare_streams() -> None:
    """UTF-8 on both streams whatever the console says; Windows consoles default to an old code page.

    A stream that was closed before the start (`>&-`) swallows what is written to it. Its number is taken at once: a file that got it
    would be the output, or the input, of every git that we start.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD:
            os.set_inheritable(descriptor, True)
        os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    sys.stdout, sys.stderr = _whole(sys.stdout), _whole(sys.stderr)
    if isinstance(sys.stdin, io.TextIOWrapper):
        # an answer that is no text is no yes
        sys.stdin.reconfigure(errors="replace")


def _whole(stream: TextIO) -> TextIO:
    """The stream in UTF-8, made so that nothing gets lost on the way.

    With PYTHONUNBUFFERED Python drops without a word what the system did not take at once; an output that others have set not to be
    waited for takes no more than fits.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    with suppress(OSError, ValueError):
        os.set_blocking(stream.fileno(), True)
    if isinstance(stream.buffer, io.RawIOBase):
        stream = io.TextIOWrapper(io.BufferedWriter(stream.detach()))
    stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


def say(text: str = "") -> None:
    """A line of the result, to stdout."""
    _write(sys.stdout, text)


def note(text: str = "") -> None:
    """A note or an error, to stderr; one that nobody can be shown must not decide about the exit code."""
    sys.stdout.flush()
    try:
        _write(sys.stderr, text)
    except (OSError, ReaderGone):
        silence_stderr()


class LateItems(list[Any]):
    """A list for `say_json` whose items are made one by one when they are written: all at once could be hundreds of megabytes."""

    def __init__(self, make: Callable[[Any], Any], sources: Iterable[Any]) -> None:
        super().__init__(sources)
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return map(self._make, super().__iter__())


def say_json(value: Any) -> None:
    """A result as JSON: same keys in the same order every time, umlauts as they are, what a terminal would obey as `\\u…`."""
    # most commands show text, and every command waits for its imports
    import json

    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    pieces = chain(encoder.iterencode(value), "\n")
    while text := "".join(islice(pieces, _PIECES)):
        _put(sys.stdout, _CONTROL.sub(lambda found: json.dumps(found[0])[1:-1], text))


def _write(stream: TextIO, text: str) -> None:
    _put(stream, visible(text) + "\n")


def _put(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise ReaderGone from None


def silence_stdout() -> None:
    """What could not be written would fail again with every flush: into a closed pipe, or onto a full disk."""
    _silence(sys.stdout)


def silence_stderr() -> None:
    """The same for stderr: what cannot be shown there must not decide about the exit code."""
    _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> bool:
    """A question that only an explicit yes answers; Enter means no."""
    sys.stdout.flush()
    sys.stderr.write(f"{visible(question)} [j/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip().lower() in ("j", "ja", "y", "yes")
