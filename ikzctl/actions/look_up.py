"""Look things up: the entries of a kind, and one entry's own text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ikzctl.model.errors import RegistryUnreadable, UserError
from ikzctl.model.kinds import BY_NAME, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ikzctl.actions.workspace import Workspace
    from ikzctl.model.findings import Finding

_TOP_KINDS = (*(k.name for k in KINDS if "{c}" not in k.pattern and k.id_field), "cooperation")
_NAME_FIELDS = ("legal_name", "name")


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`problems` are about files where entries of this kind lie: what is none of the registry's files, or cannot be opened or read; of
    what stands in a file only the first.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Finding, ...]


def entries(workspace: Workspace, kind: str, *, rev: str | None) -> Listing:
    """All records of a kind with their names; a record that cannot be read is listed without a name, and is a problem."""
    from ikzctl.registry.events import load
    from ikzctl.registry.registry import Registry

    _require_kind(kind)
    with workspace.source(rev) as source:
        paths = {BY_NAME[kind].path(id, id): id for id in Registry(source).ids(kind)}
        names: dict[str, str] = {}
        unreadable: list[Finding] = []
        for path, content in source.read_many(list(paths)):
            loaded = load(content, path)
            names[path] = _name(loaded.data or {})
            unreadable += [f for f in loaded.findings if f.severity == "error"][:1]
        folder = BY_NAME[kind].pattern.split("/")[0]
        problems = (*(f for f in source.problems() if f.pointer.file.split("/")[0] == folder), *unreadable)
        return Listing(tuple(Entry(id, names.get(path, ""), path) for path, id in paths.items()), problems)


def _name(data: Mapping[str, Any]) -> str:
    return next((str(data[f]) for f in _NAME_FIELDS if isinstance(data.get(f), str)), "")


def text_of(workspace: Workspace, kind: str, id: str, *, rev: str | None) -> str:
    """The file of one record as it stands in the registry; RegistryUnreadable for one that would be cut."""
    from ikzctl.registry.raw import too_large
    from ikzctl.registry.registry import Registry

    _require_kind(kind)
    with workspace.source(rev) as source:
        registry = Registry(source)
        if not registry.has(kind, id, id if kind == "cooperation" else ""):
            raise registry.missing(kind, id)
        path = BY_NAME[kind].path(id, id)
        content = source.read(path)
    if (beyond := too_large(content, path)) is not None:
        raise RegistryUnreadable((beyond,), f"Die Datei {path} wird nicht gezeigt.")
    return content.decode("utf-8", errors="replace")


def _require_kind(kind: str) -> None:
    if kind in _TOP_KINDS:
        return
    from ikzctl.registry.near import near

    raise UserError(
        f"Die Art „{kind}“ gibt es nicht. Möglich sind: {', '.join(_TOP_KINDS)}.",
        near(kind, _TOP_KINDS).strip() or None,
    )
