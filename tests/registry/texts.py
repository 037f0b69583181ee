"""Registries held in memory, and what a change would make of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ikzctl.model.findings import Finding
from ikzctl.model.kinds import place_of
from ikzctl.registry.sources import Grouped, Listed, folder_of, ignorable, unknown_path


class Texts(Grouped):
    """A registry held in memory: what a change would make of it, or a small registry of a test."""

    def __init__(self, texts: Mapping[str, bytes], commit: str | None = None) -> None:
        self._texts = dict(texts)
        self.commit = commit

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(p for p in self._texts if place_of(p)))

    def has(self, path: str) -> bool:
        return path in self._texts and place_of(path) is not None

    def problems(self) -> tuple[Finding, ...]:
        return tuple(unknown_path(p) for p in sorted(self._texts) if not place_of(p) and not ignorable(p))

    def read(self, path: str) -> bytes:
        return self._texts[path]

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            yield path, self._texts[path]


class Overlay:
    """Another source with some files replaced, added or removed (None): the registry as it would be after a change."""

    commit: str | None = None

    def __init__(self, base: Listed, changed: Mapping[str, bytes | None]) -> None:
        self._base = base
        self._changed = dict(changed)

    def paths(self) -> tuple[str, ...]:
        kept = {p for p in self._base.paths() if self._changed.get(p, b"") is not None}
        return tuple(sorted(kept | {p for p, text in self._changed.items() if text is not None and place_of(p)}))

    def has(self, path: str) -> bool:
        if path in self._changed:
            return self._changed[path] is not None and place_of(path) is not None
        return self._base.has(path)

    def within(self, folder: str) -> frozenset[str]:
        changed = {path for path in self._changed if folder_of(path) == folder}
        return self._base.within(folder) - changed | {path for path in changed if self.has(path)}

    def problems(self) -> tuple[Finding, ...]:
        return self._base.problems()

    def read(self, path: str) -> bytes:
        text = self._changed.get(path)
        return self._base.read(path) if text is None else text

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            yield path, self.read(path)
