"""What a validation says: the findings in one order, whoever made them and in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ikzctl.model.findings import Finding, in_order

if TYPE_CHECKING:
    from ikzctl.registry.sources import Source


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in the order of their places; `files` and `cooperations` are what was looked at."""

    findings: tuple[Finding, ...]
    files: int
    cooperations: tuple[str, ...]


def report_of(found: Iterable[Finding], source: Source) -> Report:
    """These findings and what the source itself has to say of its paths."""
    paths = source.paths()
    cooperations = sorted({p.split("/")[1] for p in paths if p.endswith("/cooperation.yaml")})
    return Report(in_order([*found, *source.problems()]), len(paths), tuple(cooperations))
