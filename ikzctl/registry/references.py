"""Which fields of a kind name other records, read once from the model; used to collect all references of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import BY_NAME
from ikzctl.registry.build import aliases, model_classes

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
    return tuple(_walk(_spec(kind), data, ()))


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


def _walk(spec: _Spec, node: Any, path: FieldPath) -> Iterator[Reference]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _walk(spec, item, (*path, number))
        return
    if not isinstance(node, Mapping):
        return
    for key, target in spec.ids.items():
        value = node.get(key)
        if isinstance(value, str):
            yield target, value, (*path, key)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, str):
                    yield target, item, (*path, key, number)
    for key, inside in spec.inside.items():
        if key in node:
            yield from _walk(inside, node[key], (*path, key))
