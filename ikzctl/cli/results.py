"""Shows what a command has done. It stays done if nobody can be shown it, and must not sound as if it had failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ikzctl.cli.output import ReaderGone, note, say, silence_stdout


def say_done(lines: Iterable[str], done: str) -> None:
    """The lines to stdout; if that takes no more, `done` to stderr instead, which says the same in short.

    Whoever has closed stdout wants no more of it. What there is to note on stderr still can be noted.
    """
    try:
        for line in lines:
            say(line)
    except ReaderGone:
        silence_stdout()
    except OSError as fault:
        from ikzctl.cli.system_faults import reason

        silence_stdout()
        note(done)
        note(f"Die Ausgabe brach ab: {reason(fault) or 'Sie wurde geschlossen.'}")


def show_files(files: Sequence[Path], notes: Sequence[str]) -> None:
    """The paths to stdout, one a line, for people and for scripts; what there is to say about them to stderr."""
    from ikzctl.plans.plan import some

    paths = [str(path) for path in files]
    say_done(paths, f"Geschrieben: {some(paths)}")
    for line in notes:
        note(line)
