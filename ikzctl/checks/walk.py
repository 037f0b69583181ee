"""All parts of one record with the place where they stand, for rules that hold in every kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any

from ikzctl.model.findings import FieldPath

if TYPE_CHECKING:
    from ikzctl.model.base import Part

Placed = tuple[FieldPath, "Part"]
Listed = tuple[FieldPath, tuple[Any, ...]]

_PLAIN = frozenset({str, int, bool, date, Decimal, NoneType})


def parts(record: Part) -> tuple[list[Placed], list[Listed]]:
    """The record and everything inside it that was written down, and all lists with more than one entry.

    What stands at its default was written by nobody and is left out.
    """
    found: list[Placed] = [((), record)]
    lists: list[Listed] = []
    for path, part in found:  # grows while it is walked
        values = part.__dict__
        for name in part.__pydantic_fields_set__:
            value: Any = values[name]
            kind = value.__class__
            if kind in _PLAIN:
                continue
            if kind is not tuple:
                found.append(((*path, key_of(name)), value))
            elif value:
                inner = (*path, key_of(name))
                if len(value) > 1:
                    lists.append((inner, value))
                if value[0].__class__ not in _PLAIN:
                    found += [((*inner, number), item) for number, item in enumerate(value)]
    return found, lists


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
