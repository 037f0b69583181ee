"""Somebody's work at the paths of a change that no commit holds: looked for beforehand, and once more while we hold git's lock."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ikzctl.files.disk import read_plain
from ikzctl.files.journal import FileChange
from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.objects import FILE_MODE, TREE_MODE, ObjectFormat, object_id
from ikzctl.gitrepo.process import Place
from ikzctl.gitrepo.repository import Repository
from ikzctl.gitrepo.trees import Trees
from ikzctl.gitrepo.writing import StagedEntry, staged_entries
from ikzctl.model.errors import WriteRefused

_UNCHANGED = "Es wurde nichts geändert."
_STAGED = "in git vorgemerkte, aber nicht festgeschriebene Änderungen"


def saved_id(repo: Repository, trees: Trees, index: CatFile, path: str, used: ObjectFormat) -> str | None:
    """The id that HEAD, index and disk agree on for this path; WriteRefused where somebody's work would be lost."""
    full = f"{repo.prefix}{path}"
    for parent in parents_of(full):
        above = trees.entry(parent)
        if above is not None and above.mode != TREE_MODE:
            raise WriteRefused(f"„{parent}“ ist im Repository kein Ordner. {_UNCHANGED}")
    node = trees.entry(full)
    if node is not None and node.mode != FILE_MODE:
        raise WriteRefused(f"„{full}“ ist im Repository keine gewöhnliche Datei (Modus {node.mode}). {_UNCHANGED}")
    saved = node.oid if node else None
    if any(index.get(f":0:{parent}", 0) for parent in parents_of(full)):
        raise _unsaved(repo.prefix, path, _STAGED)
    # only the id counts, and what somebody has staged may be of any size
    staged = index.get(f":0:{full}", 0)
    if (staged.oid if staged else None) != saved:
        raise _unsaved(repo.prefix, path, _STAGED)
    try:
        data = read_plain(repo.root, path)
    except WriteRefused as error:
        raise WriteRefused(f"{error.message} {_UNCHANGED}", hint=error.hint) from error
    if (None if data is None else object_id("blob", data, used)) == saved:
        return saved
    if data is None:
        raise _unsaved(repo.prefix, path, "eine nicht festgeschriebene Löschung")
    if saved is not None and object_id("blob", data.replace(b"\r\n", b"\n"), used) == saved:
        raise WriteRefused(
            f"„{path}“ hat auf der Platte Windows-Zeilenenden (CRLF), im Repository nicht. {_UNCHANGED}",
            hint="Mit ikzctl fmt richten; damit es so bleibt: git config core.autocrlf false",
        )
    raise _unsaved(repo.prefix, path, "Änderungen, die nicht festgeschrieben sind")


def require_unstaged(repo: Repository, place: Place, files: Sequence[FileChange]) -> None:
    """While we hold git's lock: the index has for each file what HEAD has, and nothing else in its place."""
    full = {f"{repo.prefix}{file.path}": file for file in files}
    there: dict[str, list[StagedEntry]] = {path: [] for path in full}
    for entry in staged_entries(place, list(full)):
        for path in (entry.path, *parents_of(entry.path)):
            if path in there:
                there[path].append(entry)
    for path, file in full.items():
        if there[path] != ([StagedEntry(FILE_MODE, file.old, 0, path)] if file.old else []):
            raise _unsaved(repo.prefix, file.path, _STAGED)


def _unsaved(prefix: str, path: str, what: str) -> WriteRefused:
    where = shlex.quote(f":/{prefix}{path}")
    return WriteRefused(
        f"„{path}“ hat {what}; sie gingen sonst verloren. {_UNCHANGED}",
        hint=f"Erst festschreiben (git commit -m … -- {where}) oder verwerfen (git restore --staged --worktree -- {where}).",
    )


def parents_of(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
