"""What a plan wants to do to the registry: plain values, shown to the user and carried out by the same description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ikzctl.model.findings import FieldPath


@dataclass(frozen=True, slots=True)
class NewFile:
    """Create `path` (relative to the registry folder) with `data`; `comments` are German sentences above the key of that field path.

    The field path `()` stands for the head of the file. A comment for a path that `data` does not hold is an error.
    """

    path: str
    data: Mapping[str, Any]
    comments: Mapping[FieldPath, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetValue:
    """Give the key at `target` this value; the key is added in canonical place if it is not there."""

    path: str
    target: FieldPath
    value: Any
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class AppendItem:
    """Append `value` to the list at `target`; the list is added if the key is not there."""

    path: str
    target: FieldPath
    value: Any
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveValue:
    """Remove the key or list item at `target` together with the comment lines directly above it."""

    path: str
    target: FieldPath


Edit = NewFile | SetValue | AppendItem | RemoveValue


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a plan: German text and the edits that carry it out."""

    text: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class FileWrite:
    """New content of one file of the registry; `content` None means the file goes away."""

    path: str
    content: bytes | None
