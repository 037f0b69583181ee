"""JSON Schemas of the registry's files and of the access manifest, generated from the models; ikzctl itself does not use them."""

from __future__ import annotations

import json
from typing import Any

from ikzctl.access.schema import SCHEMA_NAME, manifest_schema_text
from ikzctl.library.schemas import schema_name
from ikzctl.model.kinds import KINDS, Kind

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of file, keys as they stand in the file."""
    schema: dict[str, Any] = kind.model().model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, **schema, "title": kind.german, "description": f"{kind.german}: {kind.pattern}"}


def all_schemas() -> dict[str, bytes]:
    """File name → content, the same bytes every time."""
    texts = {schema_name(kind): _text(schema_of(kind)) for kind in KINDS}
    return dict(sorted({**texts, SCHEMA_NAME: manifest_schema_text()}.items()))


def _text(schema: dict[str, Any]) -> bytes:
    return (json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
