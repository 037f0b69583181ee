"""Options that several commands share, with their German help, and how their values are read."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ikzctl.model.errors import UserError


class Format(StrEnum):
    """How a result is shown."""

    text = "text"
    json = "json"


RegistryOption = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        metavar="ORDNER",
        # ours to say, in German
        readable=False,
        help="Ordner des Registers; sonst der nächste von hier aufwärts.",
        show_default=False,
    ),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="TAG", help="Stichtag wie 2027-01-31; sonst heute.", show_default=False)
]
RevOption = Annotated[
    str | None,
    typer.Option(
        "--rev",
        metavar="STAND",
        help="Stand in der Historie (Commit, Zweig, HEAD~1); sonst die Dateien im Ordner.",
        show_default=False,
    ),
]
CommitOption = Annotated[
    str, typer.Option("--rev", metavar="STAND", help="Stand in der Historie, aus dem erzeugt wird.")
]
WorkingTreeOption = Annotated[
    bool,
    typer.Option(
        "--working-tree",
        help="Vorschau aus den Dateien im Ordner; wird als „nicht festgeschrieben“ gekennzeichnet.",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="Ausgabe als Text oder JSON.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Ohne Rückfrage ausführen.", show_default=False)]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Nur zeigen, nichts ändern.", show_default=False)]
OverwriteOption = Annotated[
    bool,
    typer.Option("--overwrite", help="Auch Dateien ersetzen, die inzwischen jemand geändert hat.", show_default=False),
]
OutputOption = Annotated[
    Path, typer.Option("--output", "-o", metavar="ORDNER", help="Ordner für die erzeugten Dateien.")
]


# periods are counted on from a day, and the calendar of Python has an end
_FIRST, _LAST = date(1800, 1, 1), date(2999, 12, 31)


def day(text: str | None, name: str = "--as-of") -> date:
    """The day that an option names; today if it is absent."""
    if text is None:
        return date.today()  # noqa: DTZ011  days are meant as the user's calendar shows them
    try:
        named = date.fromisoformat(text)
    except ValueError:
        named = None
    # Python knows other ways to write a day, such as 2027-W01-1
    if named is None or named.isoformat() != text:
        raise UserError(f"{name}: „{text}“ ist kein Tag; erwartet wird ein Datum wie 2027-01-31.")
    if not _FIRST <= named <= _LAST:
        raise UserError(
            f"{name}: Mit dem Jahr {named.year} kann hier niemand rechnen; möglich sind {_FIRST.year} bis {_LAST.year}."
        )
    return named


def text(given: str, name: str) -> str:
    """What an option says, if it is text at all: bytes that are no UTF-8 cannot be saved."""
    try:
        given.encode("utf-8")
    except UnicodeEncodeError:
        raise UserError(f"{name}: Die Angabe ist kein lesbarer Text (nicht UTF-8).") from None
    if not given.strip():
        raise UserError(f"{name}: Die Angabe ist leer.")
    return given
