"""What the shipped JSON Schemas say about a field, for those who need its German description but none of the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from ikzctl.library.resources import schemas_dir
from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import Kind

_Schema = dict[str, Any]


def schema_name(kind: Kind) -> str:
    return f"registry-{kind.name}.schema.json"


def describe(kind: Kind, field: FieldPath, data: Any) -> str | None:
    """The description of the field at `field`, which ends in a key; None if the schema has none, or no such field.

    Where the schema allows several forms, `data` (the document) tells which one is meant.
    """
    root = _schema_of(kind)
    current = [root]
    for step in field[:-1]:
        inside = [below for one in current for below in _below(one, step)]
        data = _value(data, step)
        current = _meant([form for one in inside for form in _forms(one, root)], data)
    for one in current:
        described = one.get("properties", {}).get(field[-1], {}).get("description")
        if described:
            return str(described)
    return None


@cache
def _schema_of(kind: Kind) -> _Schema:
    schema: _Schema = json.loads((schemas_dir() / schema_name(kind)).read_bytes())
    return schema


def _below(schema: _Schema, step: str | int) -> Iterator[_Schema]:
    """The schemas of an entry or of a key; those of all entries of a list are one."""
    if isinstance(step, int):
        if "items" in schema:
            yield schema["items"]
    elif step in schema.get("properties", {}):
        yield schema["properties"][step]


def _forms(schema: _Schema, root: _Schema) -> Iterator[_Schema]:
    """What a schema comes to: references followed, alternatives one by one."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    alternatives = [one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ())]
    if not alternatives:
        yield schema
    for one in alternatives:
        yield from _forms(one, root)


def _value(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _meant(forms: list[_Schema], data: Any) -> list[_Schema]:
    """Of forms that are told apart by their key `step`, the one that the data names."""
    if len(forms) < 2 or not isinstance(data, dict) or "step" not in data:
        return forms
    return [form for form in forms if form.get("properties", {}).get("step", {}).get("const") == data["step"]] or forms
