"""Keeps the evidence of a fault of the tool in a file that the user can attach to a report."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from ikzctl import __version__
from ikzctl.cli.places import state_folder


def write_fault_log(fault: BaseException, arguments: list[str]) -> Path:
    """The traceback without the values of variables, readable by its owner only."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    text = "\n".join(
        (
            f"ikzctl {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"Aufruf: ikzctl {' '.join(arguments)}",
            "",
            "".join(traceback.format_exception(fault)),
        )
    )
    # the second of them is looked for only if need be: that may fail as well
    for where in (state_folder, lambda: Path(tempfile.gettempdir())):
        try:
            folder = where()
            if folder is None:
                continue
            path = folder / f"fehler-{stamp}-{os.getpid()}.log"
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
        except OSError:
            continue
        return path
    sys.stderr.write(text)
    return Path("(keine Datei: weder Zustandsordner noch temporärer Ordner sind beschreibbar)")
