"""Where a registry is read from: the working tree or a commit. Both answer the same questions."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from ikzctl.model.findings import Finding, Pointer
from ikzctl.model.kinds import FIXED, is_slug, place_of
from ikzctl.registry.limits import MAX_BYTES
from ikzctl.registry.near import near

MAX_FILES = 200_000
# a file beyond the reader's own limit is cut, so that the reader refuses it without the whole of it in memory
READ_LIMIT = MAX_BYTES + 2
_CHUNK = 16 * 1024
# no file changed later than this, in nanoseconds since 1970
FOREVER = 1 << 63
# a link or a pipe that took the place of a file since the folder was listed is not followed and not waited for
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_UNREADABLE = {
    errno.ENOENT: "es gibt sie nicht mehr",
    errno.EACCES: "die Zugriffsrechte fehlen",
    errno.EPERM: "die Zugriffsrechte fehlen",
    errno.ELOOP: "es ist eine symbolische Verknüpfung",
    errno.ENXIO: "es ist keine gewöhnliche Datei",
    errno.EISDIR: "es ist ein Ordner",
    errno.EIO: "der Datenträger meldet einen Ein-/Ausgabefehler",
}
_FOLDERS = ("partners", "tasks", "systems", "security", "cooperations")
_IN_COOPERATION = ("members", "mandates", "pools", "suspensions")


class Source(Protocol):
    """A set of files below the registry folder, addressed by relative paths with `/`."""

    @property
    def commit(self) -> str | None:
        """The commit that is read; None for anything else, such as the working tree."""

    def paths(self) -> tuple[str, ...]:
        """All paths that belong to the layout, sorted."""

    def has(self, path: str) -> bool:
        """Whether there is a file of the layout at this path."""

    def problems(self) -> tuple[Finding, ...]:
        """Findings about paths that do not belong there or cannot be read as files."""

    def read(self, path: str) -> bytes: ...

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Path and content in the order asked for; a file that cannot be read is left out and becomes a problem."""


class Listed(Source, Protocol):
    """A source that knows what lies in one folder without a look at all others."""

    def within(self, folder: str) -> frozenset[str]:
        """The paths of the layout right inside a folder, named `partners/`, or `""` for the top."""


class Grouped:
    """For sources that list everything at once and never change."""

    def paths(self) -> tuple[str, ...]:
        raise NotImplementedError

    def within(self, folder: str) -> frozenset[str]:
        return self._grouped.get(folder, frozenset())

    @cached_property
    def _grouped(self) -> Mapping[str, frozenset[str]]:
        return by_folder(self.paths())


class Files(NamedTuple):
    """The files below a folder, for any process that wants to read them."""

    root: str

    def open(self, path: str) -> tuple[int, os.stat_result]:
        """A handle for an ordinary file, and what the file system says of that very file; anything else is an error."""
        handle = os.open(f"{self.root}/{path}", _READING)
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            os.close(handle)
            raise OSError(errno.EISDIR if stat.S_ISDIR(found.st_mode) else errno.ENXIO, "no ordinary file", path)
        return handle, found

    def read(self, path: str) -> bytes:
        return self.look_and_read(path)[1]

    def look_and_read(self, path: str) -> tuple[os.stat_result, bytes]:
        """And what the file system says of it: it may have taken the place of the file that was listed."""
        # open() and its buffer take four times as long as the system for files of this size
        handle, found = self.open(path)
        try:
            content = os.read(handle, _CHUNK)
            while content and (more := os.read(handle, min(_CHUNK, READ_LIMIT - len(content)))):
                content += more
        finally:
            os.close(handle)
        return found, content


class WorkTree:
    """The files as they lie in the folder now."""

    commit: str | None = None
    stamped_by_content = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = Files(str(root))
        self._paths: tuple[str, ...] | None = None
        self._grouped: Mapping[str, frozenset[str]] | None = None
        self._looked_into: dict[str, tuple[frozenset[str], dict[str, str]]] = {}
        self._problems: list[Finding] = []
        self._unread: list[Finding] = []
        # a registry at the top of a repository shares it with other files
        self._shared = (root / ".git").exists()

    def paths(self) -> tuple[str, ...]:
        if self._paths is None:
            self._paths = tuple(self._limited([path for path, _ in self._walk()]))
        return self._paths

    def has(self, path: str) -> bool:
        return path in self.within(folder_of(path))

    def within(self, folder: str) -> frozenset[str]:
        if self._paths is not None and self._grouped is None:
            self._grouped = by_folder(self._paths)
        if self._grouped is not None:
            return self._grouped.get(folder, frozenset())
        return self._listed(folder)[0]

    def _listed(self, folder: str) -> tuple[frozenset[str], dict[str, str]]:
        """The files of a folder, and the folders in it with their places; it counts only if those above it would be looked into."""
        if folder not in self._looked_into:
            place = self._listed(folder_of(folder[:-1]))[1].get(folder) if folder else str(self.root)
            files, folders = self._look_into(folder, place, []) if place else ([], [])
            self._looked_into[folder] = frozenset([path for path, _ in files]), dict(folders)
        return self._looked_into[folder]

    def at_least(self, files: int) -> bool:
        """Whether there are so many files, as far as a glance at two folders shows: False does not mean that there are not."""
        seen = 0
        for folder in ("partners", "cooperations"):
            with suppress(OSError), os.scandir(self.root / folder) as entries:
                # a folder of a cooperation holds one file at least
                seen += sum(1 for _ in islice(entries, files - seen))
        return seen >= files

    def stamps(self, since: int = FOREVER, changed: Callable[[str], bool] = bool) -> list[str]:
        """Path, then size, times of writing and of any change, and number of each file; without opening one.

        Zeros where even that is refused: reading the file will tell why. `changed` is told of files that changed after
        `since`, in nanoseconds since 1970, until it answers that it has heard enough.
        """
        lines = []
        # a new look at everything: what could not be read then may be readable now
        self._unread, self._grouped = [], None
        for path, entry in self._walk():
            stamp, moment = _stamp(entry)
            lines.append(f"{path}\t{stamp}")
            if moment > since and not changed(path):
                since = FOREVER
        lines = self._limited(lines)
        self._paths = tuple([line[: line.index("\t")] for line in lines])
        return lines

    def _limited(self, lines: list[str]) -> list[str]:
        lines.sort()
        return limited(lines, self._problems)

    def problems(self) -> tuple[Finding, ...]:
        self.paths()
        return (*self._problems, *self._unread)

    def read(self, path: str) -> bytes:
        return self.files.read(path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            try:
                content = self.read(path)
            except OSError as fault:
                self.cannot_read(path, fault)
                continue
            yield path, content

    def cannot_read(self, path: str, fault: OSError) -> None:
        why = _UNREADABLE.get(fault.errno or 0, fault.strerror)
        text = f"die Datei kann nicht gelesen werden ({why})"
        self._unread.append(Finding("IKZ-P004", "error", Pointer(path), text))

    def _walk(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Every file of the layout; what has no place there becomes a problem."""
        self._problems = []
        waiting = [("", str(self.root))]
        while waiting:
            files, folders = self._look_into(*waiting.pop(), self._problems)
            waiting += folders
            yield from files

    def _look_into(
        self, prefix: str, folder: str, problems: list[Finding]
    ) -> tuple[list[tuple[str, os.DirEntry[str]]], list[tuple[str, str]]]:
        """The files of one folder, and the folders in it that may hold more, with the place where each lies."""
        files, folders = [], []
        # in a folder of records every valid id makes a valid path, which is quicker to see than to take paths apart
        # (the folder of a cooperation is none, and of these there are most)
        of_records = prefix.count("/") != 2 and place_of(f"{prefix}x.yaml") is not None
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name if entry.name.isascii() else _as_git_names_it(entry.name)
                if name == ".git" and prefix and _is_repository(entry):
                    problems.append(inner_repository(prefix))
                if not entry.is_file(follow_symlinks=False):
                    if self._enter(prefix + name, entry, problems):
                        folders.append((f"{prefix}{name}/", entry.path))
                elif name.endswith(".yaml") and (is_slug(name[:-5]) if of_records else place_of(prefix + name)):
                    files.append((prefix + name, entry))
                elif not ignorable(prefix + name) and (prefix or not self._shared):
                    problems.append(unknown_path(prefix + name))
        return files, folders

    def _enter(self, path: str, entry: os.DirEntry[str], problems: list[Finding]) -> bool:
        """Whether this is a folder to look into."""
        if entry.is_symlink():
            problems.append(link_finding(path))
        elif not entry.is_dir(follow_symlinks=False):
            problems.append(Finding("IKZ-P003", "error", Pointer(path), "hier wird eine gewöhnliche Datei erwartet"))
        elif entry.name[0] != ".":
            if known_folder(path):
                return True
            if "/" in path or not self._shared:
                problems.append(unknown_path(path + "/"))
        return False


def _as_git_names_it(name: str) -> str:
    """Bytes that are no UTF-8 stand in a name as `\\xNN`, as they do when a commit is read."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _stamp(entry: os.DirEntry[str]) -> tuple[str, int]:
    """And when the file changed."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return "0\t0\t0\t0", FOREVER
    return stamp_of(found), found.st_ctime_ns


def stamp_of(found: os.stat_result) -> str:
    """See `WorkTree.stamps`."""
    return f"{found.st_size}\t{found.st_mtime_ns}\t{found.st_ctime_ns}\t{found.st_ino}"


def _is_repository(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or os.path.exists(f"{entry.path}/HEAD")  # noqa: PTH110  paths are text here


def inner_repository(folder: str) -> Finding:
    text = "in diesem Ordner liegt ein eigenes git-Repository (.git); was darin neu ist, kommt nicht in das Register"
    return Finding("IKZ-P001", "error", Pointer(folder), text)


def folder_of(path: str) -> str:
    """The folder that a file or folder lies in, with its last `/`; `""` for the top."""
    return path[: path.rfind("/") + 1]


def by_folder(paths: Iterable[str]) -> Mapping[str, frozenset[str]]:
    grouped: dict[str, list[str]] = {}
    for path in paths:
        grouped.setdefault(folder_of(path), []).append(path)
    return {folder: frozenset(inside) for folder, inside in grouped.items()}


def limited(paths: list[str], problems: list[Finding]) -> list[str]:
    """As many as are read; that there are more becomes a problem."""
    if len(paths) > MAX_FILES:
        text = f"das Register hat {len(paths)} Dateien; höchstens {MAX_FILES} werden gelesen"
        problems.append(Finding("IKZ-P005", "error", Pointer("."), text))
    return paths[:MAX_FILES]


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
    parts = path.rstrip("/").split("/")
    last = parts[-1]
    if path.endswith("/"):
        hint = near(last, (*_FOLDERS, *_IN_COOPERATION))
        return Finding(
            "IKZ-P001", "error", Pointer(path), f"der Ordner „{last}“ gehört nicht zum Aufbau des Registers.{hint}"
        )
    if last.endswith(".yml"):
        return Finding("IKZ-P002", "error", Pointer(path), f"die Endung muss .yaml heißen: „{last[:-4]}.yaml“")
    if last.endswith(".yaml") and (named := _misnamed(parts)):
        text = (
            f"{named} ist keine gültige Kennung: erlaubt sind Kleinbuchstaben a–z, Ziffern und Bindestriche, "
            "höchstens 63 Zeichen, keine Gerätenamen von Windows wie con oder aux"
        )
        return Finding("IKZ-P002", "error", Pointer(path), text)
    text = f"die Datei „{last}“ gehört nicht zum Aufbau des Registers"
    return Finding("IKZ-P001", "error", Pointer(path), text + _file_meant(parts))


def _misnamed(parts: list[str]) -> str:
    """Which name on the way to a `.yaml` is no valid id, where one has to stand; "" if none."""
    if not known_folder("/".join(parts[:-1])):
        return ""
    if parts[0] == "cooperations" and len(parts) > 2 and not is_slug(parts[1]):
        return f"der Ordnername „{parts[1]}“"
    return "" if is_slug(parts[-1].removesuffix(".yaml")) else f"der Dateiname „{parts[-1]}“"


def _file_meant(parts: list[str]) -> str:
    if parts[0] == "cooperations" and len(parts) == 2 and parts[1].endswith(".yaml"):
        return f". Eine Zusammenarbeit ist ein Ordner: cooperations/{parts[1].removesuffix('.yaml')}/cooperation.yaml"
    if parts[0] != "cooperations" or len(parts) != 3:
        return ""
    hint = near(parts[-1].removesuffix(".yaml"), [name.removesuffix(".yaml") for name in FIXED])
    return hint and f".{hint}"


def link_finding(path: str) -> Finding:
    text = "symbolische Verknüpfungen sind im Register nicht erlaubt; bitte die Datei selbst ablegen"
    return Finding("IKZ-P003", "error", Pointer(path), text)
