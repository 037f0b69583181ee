"""The layout of a registry: which path holds which kind of record. Importable without pydantic."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
# Windows refuses these as file names, with any extension.
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its German name, its path (`{c}` cooperation, `{id}` own id), the model that describes it.

    `id_field` is the key that must equal the file name (or the folder's name where the file name is fixed).
    """

    name: str
    german: str
    pattern: str
    module: str
    cls: str
    id_field: str | None

    def path(self, id: str, cooperation: str = "") -> str:
        return self.pattern.format(id=id, c=cooperation)

    def model(self) -> Any:
        """The pydantic class; importing it is the expensive part, so it happens when the first record is built."""
        return _model(self.module, self.cls)


@cache
def _model(module: str, cls: str) -> Any:
    return getattr(importlib.import_module(f"ikzctl.model.{module}"), cls)


KINDS: tuple[Kind, ...] = (
    Kind("registry", "Registerkopf", "registry.yaml", "head", "RegistryHead", None),
    Kind("partner", "Partner", "partners/{id}.yaml", "partner", "Partner", "id"),
    Kind("task", "Aufgabe", "tasks/{id}.yaml", "task", "Task", "id"),
    Kind("system", "System", "systems/{id}.yaml", "system", "System", "id"),
    Kind("security", "Sicherheitszusagen", "security/{id}.yaml", "security", "SecurityFile", "id"),
    Kind("cooperation", "Zusammenarbeit", "cooperations/{c}/cooperation.yaml", "cooperation", "Cooperation", "id"),
    Kind("agreement", "Vereinbarung", "cooperations/{c}/agreement.yaml", "agreement", "Agreement", "id"),
    Kind("costs", "Kosten", "cooperations/{c}/costs.yaml", "costs", "Costs", "id"),
    Kind("member", "Mitgliedschaft", "cooperations/{c}/members/{id}.yaml", "member", "Member", "partner"),
    Kind("mandate", "Mandat", "cooperations/{c}/mandates/{id}.yaml", "mandate", "Mandate", "id"),
    Kind("pool", "Personalpool", "cooperations/{c}/pools/{id}.yaml", "pool", "StaffPool", "partner"),
    Kind("suspension", "Sperre", "cooperations/{c}/suspensions/{id}.yaml", "member", "Suspension", "id"),
)
BY_NAME: dict[str, Kind] = {k.name: k for k in KINDS}

_TOP = {"partners": "partner", "tasks": "task", "systems": "system", "security": "security"}
FIXED = {"cooperation.yaml": "cooperation", "agreement.yaml": "agreement", "costs.yaml": "costs"}
_FOLDERS = {"members": "member", "mandates": "mandate", "pools": "pool", "suspensions": "suspension"}


class Place(NamedTuple):
    """Where a file stands: its kind, its own id and, inside a cooperation, that cooperation's id."""

    kind: Kind
    id: str
    cooperation: str = ""


def is_slug(text: str) -> bool:
    return len(text) <= 63 and SLUG.fullmatch(text) is not None and text not in RESERVED


def place_of(path: str) -> Place | None:
    """The place that `path` (relative to the registry folder, with `/`) has in the layout; None if it has none."""
    parts = path.split("/")
    if path == "registry.yaml":
        return Place(BY_NAME["registry"], "registry")
    if len(parts) == 2 and parts[0] in _TOP and (stem := _stem(parts[1])):
        return Place(BY_NAME[_TOP[parts[0]]], stem)
    if len(parts) < 3 or parts[0] != "cooperations" or not is_slug(parts[1]):
        return None
    if len(parts) == 3 and parts[2] in FIXED:
        return Place(BY_NAME[FIXED[parts[2]]], parts[1], parts[1])
    if len(parts) == 4 and parts[2] in _FOLDERS and (stem := _stem(parts[3])):
        return Place(BY_NAME[_FOLDERS[parts[2]]], stem, parts[1])
    return None


def _stem(file_name: str) -> str | None:
    stem = file_name.removesuffix(".yaml")
    return stem if stem != file_name and is_slug(stem) else None
