"""All parts of one record with the place where they stand, for rules that hold in every kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ikzctl.model.findings import FieldPath

if TYPE_CHECKING:
    from ikzctl.model.base import Part

Placed = tuple[FieldPath, "Part"]
Listed = tuple[FieldPath, tuple[Any, ...]]


def parts(record: Part) -> tuple[list[Placed], list[Listed]]:
    """The record and everything inside it, and all lists with more than one entry."""
    found: list[Placed] = [((), record)]
    lists: list[Listed] = []
    for path, part in found:  # grows while it is walked
        values = part.__dict__
        for name, key in _containers(part.__class__):
            value = values[name]
            if value.__class__ is not tuple:
                if value is not None:
                    found.append(((*path, key), value))
            elif value:
                inner = (*path, key)
                if len(value) > 1:
                    lists.append((inner, value))
                if hasattr(value[0], "__dict__"):
                    found += [((*inner, number), item) for number, item in enumerate(value)]
    return found, lists


@cache
def _containers(model: type[Part]) -> tuple[tuple[str, str], ...]:
    """Name and key of each field that may hold a part or a list; what holds plain values only need not be looked at."""
    return tuple((name, key_of(name)) for name, info in model.model_fields.items() if _contains(info.annotation))


def _contains(annotation: Any) -> bool:
    if get_origin(annotation) is tuple or hasattr(annotation, "model_fields"):
        return True
    return get_origin(annotation) is not Literal and any(map(_contains, get_args(annotation)))


def texts(found: Iterable[Placed]) -> Iterator[tuple[FieldPath, str, str, int]]:
    """Every text with the path of its part, its key and its position in a list (-1: no list)."""
    for path, part in found:
        values = part.__dict__
        for name in part.__pydantic_fields_set__:
            value: Any = values[name]
            if value.__class__ is str:
                yield path, value, name, -1
            elif value.__class__ is tuple and value and value[0].__class__ is str:
                for number, text in enumerate(value):
                    yield path, text, name, number


def key_of(name: str) -> str:
    """The key in the file: `from_` is written `from`."""
    return name.removesuffix("_")
