"""Starts a command and says what it cost: time on the clock, time on the processor, most memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_TO_MIB = 1 / 1024 if sys.platform != "darwin" else 1 / 1024 / 1024


class Failed(Exception):
    """The command did not end as expected; the text says how."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and MiB of one process and those it waited for."""

    wall: float
    processor: float
    memory: float


def cost(
    command: Sequence[str | Path],
    *,
    folder: Path = ROOT,
    more: Mapping[str, str] | None = None,
    expect: tuple[int, ...] = (0,),
) -> Cost:
    """Run to the end with output thrown away; raises Failed with the last line it said."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **(more or {})}
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expect:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            name = " ".join([Path(command[0]).name, *map(str, command[1:5])])
            last = lines[-1] if lines else "nothing said"
            raise Failed(f"`{name} …` ended with {process.returncode}: {last}", process.returncode)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _TO_MIB)
