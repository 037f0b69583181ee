"""Where shipped files lie, in a source checkout as well as in an installed wheel, whatever the current folder is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _shipped(name: str) -> Path:
    """The wheel carries the folder inside the package; in a checkout it lies beside the package."""
    inside = _PACKAGE / "_data" / name
    if inside.is_dir():
        return inside
    beside = _PACKAGE.parent / name
    if beside.is_dir():
        return beside
    raise FileNotFoundError(f"shipped folder {name!r} is neither at {inside} nor at {beside}")


def templates_dir() -> Path:
    """Folder with `agreements/` (clauses, forms, layouts)."""
    return _shipped("templates")


def sample_registry_dir() -> Path:
    """Folder with the sample `registry.yaml` and everything that belongs to it."""
    return _shipped("registry")


def schemas_dir() -> Path:
    """Folder with the generated JSON Schemas."""
    return _shipped("schemas")


def data_file(name: str) -> Path:
    """A file of reference data, e.g. `municipalities.csv`."""
    return _PACKAGE / "library" / "data" / name


def law_file(name: str) -> Path:
    """A file of a law pack, e.g. `rp.yaml`."""
    return _PACKAGE / "library" / "law" / name


def rules_file() -> Path:
    """The rules of law as data."""
    return _PACKAGE / "library" / "rules.yaml"
