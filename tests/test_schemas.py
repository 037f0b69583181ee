"""The shipped JSON Schemas are generated from the models, are current, and accept the sample."""

import json

import jsonschema
import pytest

from ikzctl.actions.schemas import all_schemas
from ikzctl.library.resources import sample_registry_dir, schemas_dir
from ikzctl.library.schemas import schema_name
from ikzctl.model.kinds import KINDS, place_of
from ikzctl.registry.events import load


def test_the_shipped_schemas_are_those_of_the_models():
    for name, content in all_schemas().items():
        assert (schemas_dir() / name).read_bytes() == content, f"{name} is not current"


def test_every_schema_of_a_registry_belongs_to_a_kind():
    shipped = {p.name for p in schemas_dir().glob("registry-*.json")}
    assert shipped == {schema_name(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_schemas_are_valid_and_speak_german(kind):
    schema = json.loads((schemas_dir() / schema_name(kind)).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert all("description" in p or "$ref" in p or "allOf" in p for p in schema["properties"].values())


def test_the_sample_satisfies_the_schemas():
    root = sample_registry_dir()
    checked = 0
    for file in sorted(root.rglob("*.yaml")):
        path = file.relative_to(root).as_posix()
        place = place_of(path)
        assert place is not None
        schema = json.loads((schemas_dir() / schema_name(place.kind)).read_text(encoding="utf-8"))
        data = json.loads(json.dumps(load(file.read_bytes(), path).data, default=float))
        jsonschema.Draft202012Validator(schema).validate(data)
        checked += 1
    assert checked > 90
