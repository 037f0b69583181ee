"""Look things up: the entries of a kind, and one entry's own text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ikzctl.model.errors import UserError
from ikzctl.model.kinds import BY_NAME, KINDS

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace

_TOP_KINDS = (*(k.name for k in KINDS if "{c}" not in k.pattern and k.id_field), "cooperation")
_NAME_FIELDS = ("legal_name", "name")


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    name: str
    path: str


def entries(workspace: Workspace, kind: str, *, rev: str | None) -> tuple[Entry, ...]:
    """All records of a kind with their names; a record that cannot be read is listed without a name."""
    from ikzctl.registry.events import load
    from ikzctl.registry.registry import Registry

    _require_kind(kind)
    with workspace.source(rev) as source:
        out = []
        for id in Registry(source).ids(kind):
            path = BY_NAME[kind].path(id, id)
            data = load(source.read(path), path).data or {}
            name = next((str(data[f]) for f in _NAME_FIELDS if isinstance(data.get(f), str)), "")
            out.append(Entry(id, name, path))
        return tuple(out)


def text_of(workspace: Workspace, kind: str, id: str, *, rev: str | None) -> str:
    """The file of one record as it stands in the registry."""
    from ikzctl.registry.registry import Registry

    _require_kind(kind)
    with workspace.source(rev) as source:
        registry = Registry(source)
        if not registry.has(kind, id, id if kind == "cooperation" else ""):
            raise registry.missing(kind, id)
        return source.read(BY_NAME[kind].path(id, id)).decode("utf-8", errors="replace")


def _require_kind(kind: str) -> None:
    if kind in _TOP_KINDS:
        return
    from ikzctl.registry.build import near

    raise UserError(
        f"Die Art „{kind}“ gibt es nicht. Möglich sind: {', '.join(_TOP_KINDS)}.",
        near(kind, _TOP_KINDS).strip() or None,
    )
