"""A registry as one commit holds it; reads blobs by id, so that nothing in the working tree can change what is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ikzctl.model.findings import Finding, Pointer
from ikzctl.model.kinds import place_of
from ikzctl.registry.sources import MAX_FILES, ignorable, link_finding, unknown_path

if TYPE_CHECKING:
    from ikzctl.gitrepo.reading import CleanRoom

_REGULAR = "100644"
# a file beyond the reader's own limit is cut, so that the reader refuses it without the whole of it in memory
_MAX_BYTES = 256 * 1024 + 1


class CommitSource:
    """The files below the registry folder in `commit`; `room` must stay open as long as the source is used."""

    def __init__(self, room: CleanRoom, commit: str) -> None:
        self._room = room
        self.commit: str | None = commit
        self._oids: dict[str, str] = {}
        self._problems: list[Finding] = []
        for entry in room.list_tree(commit, room.repo.prefix):
            self._take(entry.mode, entry.oid, entry.path)

    def _take(self, mode: str, oid: str, path: str) -> None:
        if any(part.startswith(".") for part in path.split("/")):
            return
        if mode == "120000":
            self._problems.append(link_finding(path))
        elif place_of(path) is None:
            if not ignorable(path) and _inside_layout(path, self._room.repo.prefix):
                self._problems.append(unknown_path(path))
        elif mode != _REGULAR:
            text = f"hier wird eine gewöhnliche, nicht ausführbare Datei erwartet (Modus {mode} statt {_REGULAR})"
            self._problems.append(Finding("IKZ-P003", "error", Pointer(path), text))
        else:
            self._oids[path] = oid

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._oids))[:MAX_FILES]

    def blob_ids(self) -> dict[str, str]:
        """Path → blob id of every file of the layout."""
        return dict(self._oids)

    def problems(self) -> tuple[Finding, ...]:
        return tuple(self._problems)

    def read(self, path: str) -> bytes:
        return next(self._room.read_blobs([self._oids[path]], max_bytes=_MAX_BYTES))[1]

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        wanted = list(paths)
        blobs = self._room.read_blobs([self._oids[p] for p in wanted], max_bytes=_MAX_BYTES)
        for path, (_, content) in zip(wanted, blobs, strict=True):
            yield path, content


def _inside_layout(path: str, prefix: str) -> bool:
    """A registry in a folder of its own owns everything there; one at the top of a repository shares it with other files."""
    return bool(prefix) or path.split("/", maxsplit=1)[0] in ("partners", "tasks", "systems", "security", "cooperations")
