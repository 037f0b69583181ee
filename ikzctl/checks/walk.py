"""All parts of one record with the place where they stand, for rules that hold in every kind of record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ikzctl.model.findings import FieldPath

if TYPE_CHECKING:
    from ikzctl.model.base import Part


def parts(part: Part, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Part]]:
    """`part` and everything inside it that was written down; what stands at its default was not written by anybody."""
    yield path, part
    for name in part.model_fields_set:
        value: Any = part.__dict__[name]
        if value.__class__ is tuple:
            for number, item in enumerate(value):
                if hasattr(item, "model_fields_set"):
                    yield from parts(item, (*path, key_of(name), number))
        elif hasattr(value, "model_fields_set"):
            yield from parts(value, (*path, key_of(name)))


def texts(part: Part, path: FieldPath = ()) -> Iterator[tuple[FieldPath, str]]:
    """Every text of the record with its place."""
    for where, inner in parts(part, path):
        for name in inner.model_fields_set:
            value: Any = inner.__dict__[name]
            if value.__class__ is str:
                yield (*where, key_of(name)), value
            elif value.__class__ is tuple:
                yield from (((*where, key_of(name), i), v) for i, v in enumerate(value) if v.__class__ is str)


def key_of(name: str) -> str:
    """The key in the file: `from_` is written `from`."""
    return name.removesuffix("_")
