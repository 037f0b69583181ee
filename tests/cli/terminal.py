"""Runs the program at a pseudo-terminal, types answers, and keeps every byte that it showed."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.cli.program import Program

QUESTION = b"[j/N] "
_PATIENCE = 60.0


class Shown(NamedTuple):
    code: int
    raw: bytes
    left: tuple[int, ...] = ()
    """Processes that are still there when the program has ended."""

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")


def in_terminal(
    program: Program, *arguments: str, answers: Sequence[bytes] = (), interrupt_at: bytes = b"", columns: int = 0
) -> Shown:
    """Run one command with a terminal as its three streams; each answer is typed when a question stands there.

    `interrupt_at`: Ctrl-C is typed as soon as this has been shown. `columns`: how wide the terminal is, 0: it does not say.
    """
    import pty
    import termios

    leader, follower = pty.openpty()
    if columns:
        termios.tcsetwinsize(follower, (24, columns))
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *program.command(arguments)],
        cwd=program.folder,
        env={**program.env, "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    try:
        shown = _converse(leader, list(answers), interrupt_at)
        return Shown(process.wait(_PATIENCE), shown, of_session(process.pid))
    finally:
        process.kill()
        process.wait()
        os.close(leader)


# makes the terminal the controlling one, so that Ctrl-C typed there becomes a signal, then becomes the program
_START = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"


def of_session(leader: int) -> tuple[int, ...]:
    """Processes that the program started and that have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            process, _, rest = status.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, session = rest.split()[:4]
        if session == str(leader) and state != "Z":
            found.append(int(process.split()[0]))
    return tuple(found)


def _converse(leader: int, answers: list[bytes], interrupt_at: bytes) -> bytes:
    shown = b""
    answered = 0
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if not select.select([leader], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says so when the last process has closed the terminal
            return shown
        if not piece:
            return shown
        shown += piece
        if interrupt_at and interrupt_at in shown:
            interrupt_at = b""
            os.write(leader, b"\x03")
        if answers and shown.count(QUESTION) > answered:
            answered += 1
            os.write(leader, answers.pop(0))
    raise AssertionError(f"still running: {shown.decode('utf-8', 'replace')}")
