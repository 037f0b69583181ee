"""Where a registry is read from: the working tree, a commit, or texts in memory. All answer the same questions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from ikzctl.model.findings import Finding, Pointer
from ikzctl.model.kinds import place_of
from ikzctl.registry.build import near

MAX_FILES = 200_000
_FOLDERS = ("partners", "tasks", "systems", "security", "cooperations")
_IN_COOPERATION = ("members", "mandates", "pools", "suspensions")


class Source(Protocol):
    """A set of files below the registry folder, addressed by relative paths with `/`."""

    @property
    def commit(self) -> str | None:
        """The commit that is read; None for the working tree and for texts in memory."""

    def paths(self) -> tuple[str, ...]:
        """All paths that belong to the layout, sorted."""

    def problems(self) -> tuple[Finding, ...]:
        """Findings about paths that do not belong there or cannot be read as files."""

    def read(self, path: str) -> bytes: ...

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]: ...


class WorkTree:
    """The files as they lie in the folder now."""

    commit: str | None = None

    def __init__(self, root: Path) -> None:
        self.root = root
        self._paths: tuple[str, ...] | None = None
        self._problems: list[Finding] = []

    def paths(self) -> tuple[str, ...]:
        if self._paths is None:
            found: list[str] = []
            self._walk(self.root, "", found)
            self._paths = tuple(sorted(found))
            if len(found) > MAX_FILES:
                text = f"das Register hat {len(found)} Dateien; höchstens {MAX_FILES} werden gelesen"
                self._problems.append(Finding("IKZ-P005", "error", Pointer("."), text))
                self._paths = self._paths[:MAX_FILES]
        return self._paths

    def problems(self) -> tuple[Finding, ...]:
        self.paths()
        return tuple(self._problems)

    def read(self, path: str) -> bytes:
        with open(f"{self.root}/{path}", "rb") as stream:  # noqa: PTH123  Path.read_bytes costs twice as much per file
            return stream.read()

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                yield path, self.read(path)
            except OSError as fault:
                text = f"die Datei kann nicht gelesen werden ({fault.strerror})"
                self._problems.append(Finding("IKZ-P004", "error", Pointer(path), text))

    def _walk(self, folder: Path | str, prefix: str, found: list[str]) -> None:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                if entry.is_symlink():
                    self._problems.append(link_finding(path))
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name[0] == ".":
                        continue
                    if known_folder(path):
                        self._walk(entry.path, path + "/", found)
                    else:
                        self._problems.append(unknown_path(path + "/"))
                elif entry.is_file(follow_symlinks=False):
                    if place_of(path):
                        found.append(path)
                    elif not ignorable(path):
                        self._problems.append(unknown_path(path))
                else:
                    self._problems.append(
                        Finding("IKZ-P003", "error", Pointer(path), "hier wird eine gewöhnliche Datei erwartet")
                    )


class Texts:
    """A registry held in memory: what a change would make of it, or a small registry of a test."""

    def __init__(self, texts: Mapping[str, bytes], commit: str | None = None) -> None:
        self._texts = dict(texts)
        self.commit = commit

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(p for p in self._texts if place_of(p)))

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

    def __init__(self, base: Source, changed: Mapping[str, bytes | None]) -> None:
        self._base = base
        self._changed = dict(changed)

    def paths(self) -> tuple[str, ...]:
        kept = {p for p in self._base.paths() if self._changed.get(p, b"") is not None}
        return tuple(sorted(kept | {p for p, text in self._changed.items() if text is not None and place_of(p)}))

    def problems(self) -> tuple[Finding, ...]:
        return self._base.problems()

    def read(self, path: str) -> bytes:
        text = self._changed.get(path)
        return self._base.read(path) if text is None else text

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            yield path, self.read(path)


def ignorable(path: str) -> bool:
    """Files that may lie in a registry folder without being records: notes for people and settings that start with a dot."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith(".") or (name.endswith(".md") and "/" not in path)


def known_folder(path: str) -> bool:
    parts = path.split("/")
    if len(parts) == 1:
        return parts[0] in _FOLDERS
    if parts[0] != "cooperations":
        return False
    return len(parts) == 2 or (len(parts) == 3 and parts[2] in _IN_COOPERATION)


def unknown_path(path: str) -> Finding:
    """A file or folder that has no place in the layout."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if path.endswith("/"):
        hint = near(last, (*_FOLDERS, *_IN_COOPERATION))
        return Finding(
            "IKZ-P001", "error", Pointer(path), f"der Ordner „{last}“ gehört nicht zum Aufbau des Registers.{hint}"
        )
    if last.endswith(".yml"):
        return Finding("IKZ-P002", "error", Pointer(path), f"die Endung muss .yaml heißen: „{last[:-4]}.yaml“")
    if last.endswith(".yaml") and known_folder(path.rsplit("/", 1)[0]):
        text = (
            f"der Dateiname „{last}“ ist keine gültige Kennung: erlaubt sind Kleinbuchstaben a–z, Ziffern und Bindestriche, "
            "höchstens 63 Zeichen, keine Gerätenamen von Windows wie con oder aux"
        )
        return Finding("IKZ-P002", "error", Pointer(path), text)
    return Finding("IKZ-P001", "error", Pointer(path), f"die Datei „{last}“ gehört nicht zum Aufbau des Registers")


def link_finding(path: str) -> Finding:
    text = "symbolische Verknüpfungen sind im Register nicht erlaubt; bitte die Datei selbst ablegen"
    return Finding("IKZ-P003", "error", Pointer(path), text)
