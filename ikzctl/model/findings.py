"""What checks and readers report: one value type, importable without pydantic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Literal

Severity = Literal["error", "warning", "note"]
NormState = Literal["verified", "partly", "inferred", "general_knowledge", "unknown"]
FieldPath = tuple[str | int, ...]

SEVERITY_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
_PLACE = attrgetter("pointer.file", "pointer.line", "pointer.column")
_SORT_KEY = attrgetter("sort_key")


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place in the registry.

    `file` is relative to the registry's root folder and uses `/`. `line` and `column` count from 1; 0 means that the place is
    known by `field` only and has not been looked up in the text yet.
    """

    file: str
    field: FieldPath = ()
    line: int = 0
    column: int = 0

    def at(self, line: int, column: int) -> Pointer:
        return replace(self, line=line, column=column)

    @property
    def field_text(self) -> str:
        """The field as a person would say it: `milestones[2].title` (list positions count from 1)."""
        out = ""
        for part in self.field:
            if isinstance(part, int):
                out += f"[{part + 1}]"
            else:
                out += f".{part}" if out else part
        return out


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing; `message` is German and names what was found and what would be right."""

    code: str
    severity: Severity
    pointer: Pointer
    message: str
    norm: str | None = None
    norm_state: NormState | None = None

    @property
    def sort_key(self) -> tuple[str | int, ...]:
        """Place first, then everything else, so that chance decides nothing among findings at one place."""
        p = self.pointer
        order = (p.file, p.line, p.column, SEVERITY_ORDER[self.severity], self.code, self.message)
        return (*order, repr(p.field), self.norm is not None, self.norm or "", self.norm_state or "")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by place and without repetition, so that two runs over the same input print the same."""
    # by place first: the whole keys of tens of thousands of findings at once would take more memory than the findings themselves
    by_place = sorted(set(findings), key=_PLACE)
    return tuple([f for _, group in groupby(by_place, _PLACE) for f in sorted(group, key=_SORT_KEY)])


def has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    return any(f.severity == "error" for f in findings)
