"""The only place that writes to the terminal: results to stdout, notes to stderr, control characters made visible."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import Any, TextIO

# Escape sequences in names must not reach the terminal: C0 and C1 without the line feed, DEL, direction marks, invisible characters.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with every control character shown as its code."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def prepare_streams() -> None:
    """UTF-8 on both streams whatever the console says; Windows consoles default to an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str = "") -> None:
    """A line of the result, to stdout."""
    _write(sys.stdout, text)


def note(text: str = "") -> None:
    """A note, a question or an error, to stderr."""
    sys.stdout.flush()
    _write(sys.stderr, text)


def say_json(value: Any) -> None:
    """A result as JSON: same keys in the same order every time, umlauts as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n")


def _write(stream: TextIO, text: str) -> None:
    stream.write(visible(text) + "\n")
    stream.flush()


def silence_stdout() -> None:
    """Python flushes stdout once more at exit; into a closed pipe that would print a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
