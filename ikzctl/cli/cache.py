"""What `validate` remembers from run to run: `cache info` and `cache clear`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ikzctl.cli.places import cache_folder
from ikzctl.model.errors import UserError

if TYPE_CHECKING:
    from ikzctl.registry.cache import Kept, Memory


def memory() -> Memory | None:
    """For this run, which begins now."""
    from ikzctl.registry.cache import Memory

    folder = cache_folder()
    return Memory(folder, time.time_ns()) if folder else None


def processors() -> int:
    """How many of them this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def processes(wanted: int | None) -> int:
    """As many as are wanted, or one per processor. Beyond a few per processor each further one only takes time and memory."""
    return min(wanted or processors(), max(8, 2 * processors()))


def info() -> None:
    """Zeigen, was für welches Register zwischengespeichert ist.

    Der Zwischenspeicher beschleunigt „validate“ und „agreement draft“. Er ändert kein Ergebnis und darf jederzeit gelöscht werden.

    \b
    Beispiel:  ikzctl cache info
    """
    from ikzctl.cli.findings_text import one_line
    from ikzctl.cli.output import say
    from ikzctl.registry.cache import inventory

    folder = cache_folder()
    kept = inventory(folder) if folder else ()
    say(one_line(f"Ordner: {folder}") if folder else "Für diesen Benutzer gibt es keinen Ordner für Zwischenspeicher.")
    for one in kept:
        say(one_line(f"{_size(one.size):>10}  {one.root or 'unbekanntes Register'}"))
    say(_total(kept, "belegen", "belegt") if kept else "Es ist nichts zwischengespeichert.")


def clear() -> None:
    """Alles Zwischengespeicherte löschen; die nächste Prüfung liest wieder alle Dateien.

    \b
    Beispiel:  ikzctl cache clear
    """
    from ikzctl.cli.results import say_done
    from ikzctl.cli.system_faults import reason
    from ikzctl.registry.cache import clear as run

    folder = cache_folder()
    try:
        gone = run(folder) if folder else ()
    except OSError as fault:
        why = reason(fault) or str(fault.strerror)
        raise UserError(f"Der Zwischenspeicher in {folder} lässt sich nicht löschen: {why}") from None
    text = f"Gelöscht: {_total(gone)}" if gone else "Es ist nichts zwischengespeichert."
    say_done([text], text)


def _total(kept: tuple[Kept, ...], several: str = "", one: str = "") -> str:
    verb = several if len(kept) != 1 else one
    size = _size(sum(k.size for k in kept))
    return f"{len(kept)} Zwischenspeicher{' ' + verb if verb else ','} {size}."


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB".replace(".", ",") if count >= 1e6 else f"{-(-count // 1000)} kB"


COMMANDS = (
    ("info", info, "Zeigen, was zwischengespeichert ist."),
    ("clear", clear, "Den Zwischenspeicher löschen."),
)
