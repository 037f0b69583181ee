"""Where a field stands in the text: looked up only when asked for, by walking the data in the order of the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from operator import ne
from typing import Any, Protocol

from ikzctl.model.findings import FieldPath


class Mark(Protocol):
    """A place in the text as the parsers give it; both count from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def size(value: Any) -> int:
    """How many keys and list items stand inside a value, at any depth."""
    count, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Mapping | list):
            count += len(inner)
            waiting.extend(inner.values() if isinstance(inner, Mapping) else inner)
    return count


def locate(data: Mapping[str, Any], marks: Sequence[Mark | None], path: FieldPath) -> tuple[int, int]:
    """Line and column (from 1) of the key or item at `path`, or of its nearest ancestor that is there.

    `marks` holds one mark per key and per list item in document order; None for an item without text.
    """
    place = (1, 1)
    at = 0
    node: Any = data
    for part in path:
        before: Iterable[Any]
        if isinstance(node, Mapping) and part in node:
            before = [node[key] for key in takewhile(partial(ne, part), node)]
        elif isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node):
            before = node[:part]
        else:
            break
        at += sum(1 + size(value) for value in before)
        mark = marks[at]
        if mark is not None:
            place = (mark.line + 1, mark.column + 1)
        at += 1
        node = node[part]
    return place
