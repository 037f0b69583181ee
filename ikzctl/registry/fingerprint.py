"""Which rules are installed: one digest over everything in the package that can influence what a check says."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

# The command line only shows findings. Nothing that makes them imports `documents`, `access` or `files` (tests/test_layers.py), and
# `_data` is what is handed out, examples and templates. What a whole validation imports and opens is compared with this
# (tests/registry/test_fingerprint.py).
_NO_PART = frozenset({"cli", "documents", "access", "files", "_data", "__pycache__"})
# Files of others that change with their version.
_OTHERS = (("pydantic", "version.py"), ("ruamel.yaml", "__init__.py"), ("ruamel.yaml", "scanner.py"))
_BINARIES = ("_ruamel_yaml", "pydantic_core", "msgspec")


def rules_version(package: Path | None = None) -> str:
    """Digest of the contents; equal only if the same rules look at the same files with the same parsers.

    Read anew each time: that takes less than starting git three times, and no trick with times of files can hide a change.
    """
    whole = blake2b(f"{sys.implementation.name} {sys.version}".encode(), digest_size=16)
    root = package or _package()
    for path in _files(package):
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        content = str(path.stat().st_size).encode() if path.suffix in (".so", ".pyd") else path.read_bytes()
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _package() -> Path:
    return Path(__file__).resolve().parent.parent


def _files(package: Path | None) -> list[Path]:
    own = sorted(Path(path) for path in _walk(str(package or _package())))
    return own if package else [*own, *_foreign()]


def _walk(folder: str, top: bool = True) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if not (top and entry.name in _NO_PART) and entry.name != "__pycache__":
                    yield from _walk(entry.path, False)
            elif not entry.name.endswith((".pyc", ".pyo")):
                yield entry.path


def _foreign() -> Iterator[Path]:
    for name, file in _OTHERS:
        spec = find_spec(name)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            path = Path(folder) / file
            if path.is_file():
                yield path
    for name in _BINARIES:
        spec = find_spec(name)
        for place in (spec.origin, *(spec.submodule_search_locations or ())) if spec else ():
            for path in _binaries(Path(place)) if place else ():
                yield path


def _binaries(place: Path) -> list[Path]:
    if place.suffix in (".so", ".pyd"):
        return [place]
    return sorted(p for p in place.glob("*") if p.suffix in (".so", ".pyd")) if place.is_dir() else []
