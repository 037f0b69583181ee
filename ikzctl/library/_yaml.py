"""Reading of the YAML that ships with the tool; the strict reader for registries is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ikzctl.library import german


def read(path: Path) -> dict[str, Any]:
    """A shipped YAML file as plain values, its texts with the no-break spaces that citations need in print."""
    return {key: _printable(value) for key, value in read_raw(path).items()}


def read_raw(path: Path) -> dict[str, Any]:
    """A shipped YAML file as plain values, its texts as they stand."""
    from ruamel.yaml import YAML

    with path.open("rb") as handle:
        loaded = YAML(typ="safe").load(handle)
    if not isinstance(loaded, dict):
        raise TypeError(f"{path.name}: a mapping is expected")
    return {str(key): value for key, value in loaded.items()}


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return german.citation(value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value
