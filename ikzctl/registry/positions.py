"""Where a field stands in the text: looked up only when asked for, by walking the data in the order of the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ikzctl.model.findings import FieldPath

_COLLECTION = (dict, list)
_COLLECTIONS = frozenset(_COLLECTION)


class Mark(Protocol):
    """A place in the text as the parsers give it; both count from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def size(value: Any) -> int:
    """How many keys and list items stand inside a value, at any depth."""
    if not isinstance(value, _COLLECTION):
        return 0
    values = value.values() if isinstance(value, dict) else value
    # in most there is nothing but plain values, of which there may be thousands
    inside = 0 if _COLLECTIONS.isdisjoint(map(type, values)) else sum(map(size, values))
    return len(value) + inside


Offsets = dict[int, Mapping[Any, int]]
"""For a mapping or list, known by its `id`: how many marks stand between its own first one and that of each key or item."""


def locate(
    data: Mapping[str, Any], marks: Sequence[Mark | None], path: FieldPath, offsets: Offsets | None = None
) -> tuple[int, int]:
    """Line and column (from 1) of the key or item at `path`, or of its nearest ancestor that is there.

    `marks` holds one mark per key and per list item in document order; None for an item without text. Whoever asks again for the
    same data hands over the same `offsets`: thousands of findings in one list would otherwise walk it thousands of times.
    """
    known: Offsets = {} if offsets is None else offsets
    place = (1, 1)
    at = 0
    node: Any = data
    for part in path:
        is_list = isinstance(node, list)
        if not (is_list and isinstance(part, int) and part >= 0) and not isinstance(node, Mapping):
            break
        if id(node) not in known:
            known[id(node)] = _offsets(enumerate(node) if is_list else node.items())
        offset = known[id(node)].get(part)
        if offset is None:
            break
        at += offset
        mark = marks[at]
        if mark is not None:
            place = (mark.line + 1, mark.column + 1)
        at += 1
        node = node[part]
    return place


def _offsets(entries: Iterable[tuple[Any, Any]]) -> dict[Any, int]:
    found = {}
    at = 0
    for part, value in entries:
        found[part] = at
        at += 1 + size(value)
    return found
