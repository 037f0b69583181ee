"""Somebody's work at the paths of a change that no commit holds: looked for beforehand, and once more while we hold git's lock."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ikzctl.files.disk import read_plain
from ikzctl.files.journal import FileChange
from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.objects import FILE_MODES, TREE_MODE, ObjectFormat, object_id
from ikzctl.gitrepo.process import Place
from ikzctl.gitrepo.repository import Repository
from ikzctl.gitrepo.trees import Trees
from ikzctl.gitrepo.writing import StagedEntry, staged_entries
from ikzctl.model.errors import WriteRefused

_UNCHANGED = "Es wurde nichts geändert."


def saved_id(repo: Repository, trees: Trees, index: CatFile, path: str, used: ObjectFormat) -> str | None:
    """The id that HEAD, index and disk agree on for this path; WriteRefused where somebody's work would be lost."""
    full = f"{repo.prefix}{path}"
    for parent in parents_of(full):
        above = trees.entry(parent)
        if above is not None and above.mode != TREE_MODE:
            raise WriteRefused(f"„{parent}“ ist im Repository kein Ordner. {_UNCHANGED}")
    node = trees.entry(full)
    if node is not None and node.mode not in FILE_MODES:
        raise WriteRefused(f"„{full}“ ist im Repository keine gewöhnliche Datei (Modus {node.mode}). {_UNCHANGED}")
    saved = node.oid if node else None
    if any(index.get(f":0:{parent}", 0) for parent in parents_of(full)):
        raise _staged(repo.prefix, path)
    # only the id counts, and what somebody has staged may be of any size
    staged = index.get(f":0:{full}", 0)
    if (staged.oid if staged else None) != saved:
        raise _staged(repo.prefix, path)
    try:
        data = read_plain(repo.root, path)
    except WriteRefused as error:
        raise WriteRefused(f"{error.message} {_UNCHANGED}", hint=error.hint) from error
    if (None if data is None else object_id("blob", data, used)) == saved:
        return saved
    raise _differs(repo.prefix, path, data, saved, used)


def _differs(prefix: str, path: str, data: bytes | None, saved: str | None, used: ObjectFormat) -> WriteRefused:
    """What lies on the disk is not what HEAD and index have."""
    where = _named(prefix, path)
    if data is not None and saved is None:
        return WriteRefused(
            f"„{path}“ liegt schon da und gehört noch zu keinem Commit; die Datei ginge sonst verloren. {_UNCHANGED}",
            hint=f"Erst aufnehmen (git add -- {where}; git commit -m … -- {where}) oder an eine andere Stelle legen.",
        )
    if data is not None and object_id("blob", data.replace(b"\r\n", b"\n"), used) == saved:
        return WriteRefused(
            f"„{path}“ hat auf der Platte Windows-Zeilenenden (CRLF), im Repository nicht. {_UNCHANGED}",
            hint="Mit ikzctl fmt richten. Damit es so bleibt: git config core.autocrlf false, und in .gitattributes kein eol=crlf.",
        )
    what = (
        "hat eine nicht festgeschriebene Löschung" if data is None else "hat Änderungen, die nicht festgeschrieben sind"
    )
    return _unsaved(path, what, f"Erst festschreiben (git commit -m … -- {where}) oder {_discard(prefix, path)}.")


def require_unstaged(repo: Repository, place: Place, files: Sequence[FileChange]) -> Mapping[str, str]:
    """While we hold git's lock: the index has for each file what HEAD has, and nothing else in its place.

    The modes that it has them with, by the path in the repository. Whether a file may be executed can be staged, and stays so.
    """
    full = {f"{repo.prefix}{file.path}": file for file in files}
    there: dict[str, list[StagedEntry]] = {path: [] for path in full}
    for entry in staged_entries(place, list(full)):
        for path in (entry.path, *parents_of(entry.path)):
            if path in there:
                there[path].append(entry)
    for path, file in full.items():
        saved = [[StagedEntry(mode, file.old, 0, path)] for mode in FILE_MODES] if file.old else [[]]
        if there[path] not in saved:
            raise _staged(repo.prefix, file.path)
    return {path: entries[0].mode for path, entries in there.items() if entries}


def _staged(prefix: str, path: str) -> WriteRefused:
    what = "hat in git vorgemerkte, aber nicht festgeschriebene Änderungen"
    # the whole of what is staged: of one path git takes what lies on the disk, and there may be nothing to take
    return _unsaved(path, what, f"Erst festschreiben (git commit -m …) oder {_discard(prefix, path)}.")


def _unsaved(path: str, what: str, hint: str) -> WriteRefused:
    return WriteRefused(f"„{path}“ {what}; sie gingen sonst verloren. {_UNCHANGED}", hint=hint)


def _discard(prefix: str, path: str) -> str:
    return f"verwerfen (git restore --staged --worktree -- {_named(prefix, path)})"


def _named(prefix: str, path: str) -> str:
    """The path as an argument for git, in whatever folder somebody is."""
    return shlex.quote(f":/{prefix}{path}")


def parents_of(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
