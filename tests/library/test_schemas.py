"""Descriptions from the shipped schemas are those of the models, for every field of every kind of file."""

from typing import Any, Literal, get_args, get_origin

import pytest

from ikzctl.library.schemas import describe
from ikzctl.model.kinds import BY_NAME, KINDS
from ikzctl.registry.build import aliases, model_classes


def fields(model, path=(), data=(), seen=()):
    """Path, the values that lead there, and description of every field; what contains itself is entered once."""
    for key, name in aliases(model).items():
        info = model.model_fields[name]
        yield (*path, key), data, info.description
        for inner in model_classes(info.annotation):
            if inner in seen:
                continue
            in_list = "tuple" in str(info.annotation) or "list" in str(info.annotation)
            steps = (key, 0) if in_list else (key,)
            tag = inner.model_fields.get("step")
            value = {"step": get_args(tag.annotation)[0]} if tag and get_origin(tag.annotation) is Literal else {}
            yield from fields(inner, (*path, *steps), (*data, (steps, value)), (*seen, inner))


def document(data):
    """The outermost mapping around these values."""
    root: dict[str, Any] = {}
    current = root
    for steps, value in data:
        inner = dict(value)
        current[steps[0]] = [inner] if len(steps) == 2 else inner
        current = inner
    return root


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_is_described_as_the_model_does(kind):
    checked = 0
    for path, data, description in fields(kind.model()):
        assert describe(kind, path, document(data)) == description, path
        checked += description is not None
    assert checked > 3


def test_where_there_is_no_such_field_nothing_is_said():
    assert describe(BY_NAME["partner"], ("gibt", "es", 0, "nicht"), {"gibt": 1}) is None
    assert describe(BY_NAME["costs"], ("id", "innen"), {"id": "x"}) is None
