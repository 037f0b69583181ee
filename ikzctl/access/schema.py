"""The published JSON Schema of the access manifest, generated from its model."""

from __future__ import annotations

import json
from typing import Any

from ikzctl.model.manifest import Manifest

SCHEMA_NAME = "access-manifest.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def manifest_schema() -> dict[str, Any]:
    schema: dict[str, Any] = Manifest.model_json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": _DIALECT,
        **schema,
        "title": "Zugriffsmanifest",
        "description": "Rechte der Stellen einer Zusammenarbeit in einem Mandanten, Format ikz-access/1",
    }


def manifest_schema_text() -> bytes:
    """The bytes of the file, the same every time."""
    return (json.dumps(manifest_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
