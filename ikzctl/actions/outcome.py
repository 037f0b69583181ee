"""What a command that writes files hands back: where they are, and what there is to say about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Written:
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
