"""Shows what a command made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ikzctl.cli.output import note, say


def show_files(files: Sequence[Path], notes: Sequence[str]) -> None:
    """The paths to stdout, one a line, for people and for scripts; what there is to say about them to stderr."""
    for path in files:
        say(str(path))
    for line in notes:
        note(line)
