"""Which fields of a kind name other records, read once from the model; used to collect all references of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import BY_NAME
from ikzctl.registry.build import aliases, model_classes
from ikzctl.registry.once import once

if TYPE_CHECKING:
    from pydantic import BaseModel

Reference = tuple[str, str, FieldPath]
"""Kind and id of the record that is named, and the field that names it."""


@dataclass(slots=True)
class _Spec:
    """What to look for under one mapping: keys that hold an id (or a list of ids), and keys to descend into."""

    ids: dict[str, str] = field(default_factory=dict)
    inside: dict[str, _Spec] = field(default_factory=dict)


def references(kind: str, data: Mapping[str, Any]) -> tuple[Reference, ...]:
    """All references of one file's data, in the order of the model; values that are no text are skipped (the model reports them)."""
    found: list[Reference] = []
    _collect(_spec(kind), data, (), found)
    return tuple(found)


@cache
def _spec(kind: str) -> _Spec:
    return _spec_of(BY_NAME[kind].model())


def _spec_of(model: type[BaseModel]) -> _Spec:
    spec = _Spec()
    for alias, name in aliases(model).items():
        info = model.model_fields[name]
        target = _target(info.annotation) or _target_of_metadata(info.metadata)
        if target:
            spec.ids[alias] = target
            continue
        for inner in model_classes(info.annotation):
            below = _spec_of(inner)
            if below.ids or below.inside:
                known = spec.inside.setdefault(alias, _Spec())
                known.ids.update(below.ids)
                known.inside.update(below.inside)
    return spec


def _target_of_metadata(metadata: Any) -> str | None:
    from ikzctl.model.base import Ref

    return next((m.kind for m in metadata if isinstance(m, Ref)), None)


def _target(annotation: Any) -> str | None:
    found = _target_of_metadata(getattr(annotation, "__metadata__", ()))
    if found:
        return found
    return next((t for t in map(_target, get_args(annotation)) if t), None) if not model_classes(annotation) else None


def _collect(spec: _Spec, node: Any, path: FieldPath, found: list[Reference]) -> None:
    # exact classes, because the reader makes no others and asking for an abstract one costs more than all the rest
    kind = node.__class__
    if kind is list:
        for number, item in enumerate(node):
            _collect(spec, item, (*path, number), found)
        return
    if kind is not dict:
        return
    for key, target in spec.ids.items():
        if key in node:
            value = node[key]
            if value.__class__ is str:
                found.append((target, value, once((*path, key))))
            elif value.__class__ is list:
                texts = ((n, item) for n, item in enumerate(value) if item.__class__ is str)
                found += [(target, item, once((*path, key, n))) for n, item in texts]
    for key, inside in spec.inside.items():
        # an empty list or section names nobody
        if inner := node.get(key):
            _collect(inside, inner, (*path, key), found)
