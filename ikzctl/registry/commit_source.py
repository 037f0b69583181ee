"""A registry as one commit holds it; reads blobs by id, so that nothing in the working tree can change what is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ikzctl.gitrepo.objects import FILE_MODES
from ikzctl.model.findings import Finding, Pointer
from ikzctl.model.kinds import place_of
from ikzctl.registry.sources import (
    READ_LIMIT,
    Grouped,
    ignorable,
    inner_repository,
    known_folder,
    limited,
    link_finding,
    unknown_path,
)

if TYPE_CHECKING:
    from ikzctl.gitrepo.reading import CleanRoom

_LINK = "120000"
_SUBMODULE = "160000"
# git hands out one byte more of what is longer
_MAX_BYTES = READ_LIMIT - 1
# names that turn up one by one are not worth a start of git each
_FEW = 4


class CommitSource(Grouped):
    """The files below the registry folder in `commit`; `room` must stay open as long as the source is used."""

    stamped_by_content = True

    def __init__(self, room: CleanRoom, commit: str) -> None:
        self._room = room
        self.commit: str | None = commit
        self._problems: list[Finding] = []
        self._strange: set[str] = set()
        self._prepared: dict[str, bytes] = {}

    @cached_property
    def _oids(self) -> dict[str, str]:
        """Path → blob id of every file of the layout; listed when first asked for."""
        oids: dict[str, str] = {}
        for entry in self._room.list_tree(self._commit, self._room.repo.prefix):
            self._take(entry.mode, entry.oid, entry.path, oids)
        return oids

    @property
    def _commit(self) -> str:
        if self.commit is None:
            raise ValueError("a commit source without a commit")
        return self.commit

    @cached_property
    def tree(self) -> str:
        """What decides everything that can be read here: the tree of the commit and the folder in it."""
        return f"{self._room.tree_id(self._commit)}:{self._room.repo.prefix}"

    def _take(self, mode: str, oid: str, path: str, oids: dict[str, str]) -> None:
        if mode in FILE_MODES and place_of(path) is not None:
            oids[path] = oid
            return
        if not path:
            text = "der Ordner des Registers ist in diesem Commit ein Submodul oder eine Verknüpfung"
            self._problems.append(Finding("IKZ-P003", "error", Pointer("."), text))
            return
        folder = _first_unknown(path)
        shared = not self._room.repo.prefix
        if folder == "":
            return
        if folder is not None:
            if "/" in folder or not shared:
                self._strange.add(folder)
        elif mode == _LINK:
            self._problems.append(link_finding(path))
        elif mode == _SUBMODULE:
            if known_folder(path):
                self._problems.append(inner_repository(f"{path}/"))
            elif not path.rsplit("/", 1)[-1].startswith(".") and ("/" in path or not shared):
                self._strange.add(path)
        elif not ignorable(path) and ("/" in path or not shared):
            self._problems.append(unknown_path(path))

    def paths(self) -> tuple[str, ...]:
        return self._sorted

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(limited(sorted(self._oids), self._problems))

    def blob_ids(self) -> dict[str, str]:
        """Path → blob id of every file of the layout."""
        return dict(self._oids)

    def stamps(self) -> list[str]:
        return [f"{path}\t{self._oids[path]}" for path in self.paths()]

    def has(self, path: str) -> bool:
        return path in self._oids

    def problems(self) -> tuple[Finding, ...]:
        self.paths()
        return (*self._problems, *(unknown_path(f"{folder}/") for folder in sorted(self._strange)))

    def prepare(self, paths: Iterable[str]) -> None:
        """Read these files in one go; `read` then has them at hand."""
        self._prepared.update(self.read_many([p for p in paths if p in self._oids]))

    def read(self, path: str) -> bytes:
        if path not in self._prepared:
            return self._room.read_blob(self._oids[path], max_bytes=_MAX_BYTES)
        return self._prepared[path]

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return _contents(self._room, self._oids, list(paths))


class SomeFiles:
    """A few files of a commit whose ids are known, so that nobody has to list all others; those are looked up by name if asked for."""

    def __init__(self, room: CleanRoom, commit: str, oids: Mapping[str, str], decided: Collection[str]) -> None:
        """`decided`: paths of which it is known whether they are there."""
        self._room = room
        self.commit: str | None = commit
        self._commit = commit
        self._oids = oids
        self._looked_up = set(decided)
        self._read: dict[str, bytes] = dict(self.read_many(oids))

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._oids))

    def prepare(self, paths: Iterable[str]) -> None:
        """Look for these files, too, and read those that are there in one go."""
        prefix = self._room.repo.prefix
        wanted = {f"{prefix}{path}": path for path in paths if path not in self._looked_up}
        self._looked_up.update(wanted.values())
        found = {wanted[full]: oid for full, oid in self._room.find_files(self._commit, wanted).items()}
        if len(found) > _FEW:
            self._read.update(_contents(self._room, found, list(found)))
            return
        for path, oid in found.items():
            self._read[path] = self._room.read_blob(oid, max_bytes=_MAX_BYTES)

    def has(self, path: str) -> bool:
        if path not in self._looked_up:
            self.prepare([path])
        return path in self._read

    def problems(self) -> tuple[Finding, ...]:
        return ()

    def read(self, path: str) -> bytes:
        return self._read[path]

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return _contents(self._room, self._oids, list(paths))


def changed_files(room: CleanRoom, old: str, new: str) -> tuple[SomeFiles, SomeFiles]:
    """The files of the layout in which two commits differ, on both sides; costs as much as they differ, however large they are."""
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    decided = set()
    for change in room.diff_tree(old, new, room.repo.prefix):
        # the same content, which only became executable or no longer is
        same = change.old == change.new and change.old_mode in FILE_MODES and change.new_mode in FILE_MODES
        if place_of(change.path) is not None and not same:
            decided.add(change.path)
            for side, mode, oid in zip(sides, change[2:4], change[4:6], strict=True):
                if mode in FILE_MODES:
                    side[change.path] = oid
    return SomeFiles(room, old, sides[0], decided), SomeFiles(room, new, sides[1], decided)


def _contents(room: CleanRoom, oids: Mapping[str, str], paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    blobs = room.read_blobs([oids[path] for path in paths], max_bytes=_MAX_BYTES)
    for path, (_, content) in zip(paths, blobs, strict=True):
        yield path, content


def _first_unknown(path: str) -> str | None:
    """The outermost folder on the way to this file that has no place in the layout, `""` if a hidden one comes first."""
    parts = path.split("/")
    for number in range(1, len(parts)):
        if parts[number - 1].startswith("."):
            return ""
        folder = "/".join(parts[:number])
        if not known_folder(folder):
            return folder
    return None
