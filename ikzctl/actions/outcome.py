"""What a command that writes files hands back: where they are, and what there is to say about them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ikzctl.model.errors import UserError

_ANOTHER = "Einen anderen Ausgabeordner angeben: --output ORDNER"


@dataclass(frozen=True, slots=True)
class Written:
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def require_output_folder(registry: Path, folder: Path) -> None:
    """UserError if generated files cannot go there, or would be taken for records or for files of git; asked before the work begins."""
    from ikzctl.registry.sources import known_folder

    place = Path(os.path.realpath(folder))
    there = next(above for above in (place, *place.parents) if os.path.lexists(above))
    if not there.is_dir():
        raise UserError(f"„{there}“ ist kein Ordner; die Ausgabe braucht einen.", _ANOTHER)
    if ".git" in place.parts:
        raise UserError(f"„{folder}“ gehört zu git; erzeugte Dateien gehören nicht dorthin.", _ANOTHER)
    if place.is_relative_to(registry):
        inside = place.relative_to(registry).as_posix()
        # a registry at the top of a repository shares it with other files
        if not (registry / ".git").exists() or known_folder(inside.partition("/")[0]):
            raise UserError(
                f"„{folder}“ liegt im Register; dort würden erzeugte Dateien als Fehler gemeldet.", _ANOTHER
            )
