"""JSON Schemas of the registry's files, generated from the models; editors use them, ikzctl itself does not."""

from __future__ import annotations

import json
from typing import Any

from ikzctl.model.kinds import KINDS, Kind

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_name(kind: Kind) -> str:
    return f"registry-{kind.name}.schema.json"


def schema_of(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of file, keys as they stand in the file."""
    schema: dict[str, Any] = kind.model().model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, **schema, "title": kind.german, "description": f"{kind.german}: {kind.pattern}"}


def all_schemas() -> dict[str, bytes]:
    """File name → content, the same bytes every time."""
    texts = {schema_name(kind): _text(schema_of(kind)) for kind in KINDS}
    return dict(sorted(texts.items()))


def _text(schema: dict[str, Any]) -> bytes:
    return (json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
