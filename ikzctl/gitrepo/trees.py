"""git's folders: their lines, looked up and replaced in place, and the folders of one commit as far as they are asked for."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter, lt
from typing import NamedTuple, Self

from ikzctl.gitrepo.catfile import CatFile, DamagedError
from ikzctl.gitrepo.objects import FILE_MODE, TREE_MODE, NewObject, ObjectFormat, format_of, make_object

# git's modes for what is no folder all begin with 1 and are one digit longer than the one of a folder
_FOLDER, _MODE, _NAME = rb"40000", rb"1[0-7]{5}", rb"[^\0/]++"
_FILE = ord("1")
# names that mean nothing to git, on no file system: no leading dot, no short form of a name such as GIT~1
_PLAIN = rb"[a-z0-9][a-z0-9._-]*"
_WIDTHS: dict[ObjectFormat, int] = {"sha1": 20, "sha256": 32}


def _for_widths(shape: bytes) -> dict[int, re.Pattern[bytes]]:
    return {width: re.compile(shape.replace(b"ID", b".{%d}" % width), re.DOTALL) for width in _WIDTHS.values()}


_LINE = rb"(?:%s|%s) %s\0ID" % (_MODE, _FOLDER, _NAME)
_LINES = _for_widths(_LINE)
# asked first, because it never tries a place twice: looking for lines in what is no tree would take for ever
_TREE = _for_widths(rb"(?>%s)*+" % _LINE)
_PLAIN_FOLDER = _for_widths(rb"(?>(?:100644|40000) %s\0ID)*" % _PLAIN)


class Node(NamedTuple):
    """What a folder holds under a name."""

    mode: str
    oid: str


class Folder:
    """A tree object as a list of lines in git's order. Most lines of a large folder are never taken apart."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        # what git sorts by: a folder as if its name ended in `/`
        self._keys: list[bytes] = []

    @classmethod
    def parse(cls, data: bytes, object_format: ObjectFormat) -> Self:
        """ValueError for bytes that are no tree, and for one whose names are out of order or come twice."""
        width = _WIDTHS[object_format]
        folder = cls()
        if not _TREE[width].fullmatch(data):
            raise ValueError("cut off")
        folder._lines = lines = _LINES[width].findall(data)
        end = -width - 1
        folder._keys = keys = [line[7:end] if line[0] == _FILE else line[6:end] + b"/" for line in lines]
        # a file and a folder of one name differ in what they are sorted by; only where there are both can that happen
        mixed = len(set(map(itemgetter(0), lines))) > 1
        if not all(map(lt, keys, keys[1:])) or (mixed and len({key.rstrip(b"/") for key in keys}) != len(keys)):
            raise ValueError("out of order")
        return folder

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def data(self) -> bytes:
        return b"".join(self._lines)

    def copy(self) -> Folder:
        copy = Folder()
        copy._lines, copy._keys = self._lines.copy(), self._keys.copy()
        return copy

    def get(self, name: bytes) -> Node | None:
        at = self._find(name)
        if at is None:
            return None
        head, _, oid = self._lines[at].partition(b"\0")
        return Node(head.partition(b" ")[0].decode("ascii"), oid.hex())

    def put(self, name: bytes, node: Node | None) -> None:
        """Set the entry `name`, or take it away."""
        at = self._find(name)
        if at is not None:
            del self._lines[at], self._keys[at]
        if node is not None:
            mode = node.mode.encode("ascii")
            key = name + b"/" if mode == _FOLDER else name
            at = bisect_left(self._keys, key)
            self._keys.insert(at, key)
            self._lines.insert(at, b"%s %s\0%s" % (mode, name, bytes.fromhex(node.oid)))

    def _find(self, name: bytes) -> int | None:
        for key in (name, name + b"/"):
            at = bisect_left(self._keys, key)
            if at < len(self._keys) and self._keys[at] == key:
                return at
        return None


def has_plain_names(data: bytes, object_format: ObjectFormat) -> bool:
    """Whether a tree holds nothing but ordinary files and folders, under names that git gives no meaning."""
    return _PLAIN_FOLDER[_WIDTHS[object_format]].fullmatch(data) is not None


class Trees:
    """The folders of one commit, read only as far as they are asked for."""

    def __init__(self, objects: CatFile, commit: str | None) -> None:
        self._objects = objects
        self._commit = commit
        self._known: dict[str, Folder] = {}
        found = objects.get(_top(commit)) if commit else None
        self.root = found.oid if found else None

    @staticmethod
    def questions(commit: str | None, folders: Iterable[str]) -> list[str]:
        """What `entry` will ask for if it is asked for something in these folders."""
        return [_top(commit), *(f"{commit}:{folder}" for folder in folders)] if commit else []

    def entry(self, path: str) -> Node | None:
        """The entry at `path` (with `/`), None if there is none."""
        node = Node(TREE_MODE, self.root) if self.root else None
        way = path.split("/")
        for depth, part in enumerate(way):
            if node is None or node.mode != TREE_MODE:
                return None
            above = f"{self._commit}:{'/'.join(way[:depth])}" if depth else _top(str(self._commit))
            node = self._folder(node.oid, above).get(os.fsencode(part))
        return node

    def folder(self, oid: str) -> Folder:
        """Not to be changed by the caller; DamagedError if there is no such folder, or none that git would have written."""
        return self._folder(oid, oid)

    def _folder(self, oid: str, name: str) -> Folder:
        if oid not in self._known:
            found = self._objects.get(name)
            if found is None or found.oid != oid or found.kind != "tree":
                raise DamagedError(f"Im Repository fehlt ein Verzeichnisobjekt ({oid[:12]}).")
            try:
                self._known[oid] = Folder.parse(found.data, format_of(oid))
            except ValueError:
                raise DamagedError(f"Im Repository ist ein Verzeichnisobjekt beschädigt ({oid[:12]}).") from None
        return self._known[oid]


def _top(commit: str) -> str:
    return f"{commit}^{{tree}}"


def changed_trees(
    trees: Trees, files: Mapping[str, str | None], object_format: ObjectFormat
) -> tuple[str, list[NewObject]]:
    """The root folder after `files` (path → id of the new content, None: gone), and the folders that are new.

    Only the folders on the way to a change are read and written: a full index of a large registry would cost far more.
    """
    new: list[NewObject] = []
    steps = [(path.encode("utf-8").split(b"/"), oid) for path, oid in files.items()]
    new.append(make_object("tree", _rebuilt(trees, trees.root, steps, object_format, new).data, object_format))
    return new[-1].oid, new


def _rebuilt(
    trees: Trees,
    oid: str | None,
    steps: Sequence[tuple[list[bytes], str | None]],
    object_format: ObjectFormat,
    new: list[NewObject],
) -> Folder:
    folder = trees.folder(oid).copy() if oid else Folder()
    below: dict[bytes, list[tuple[list[bytes], str | None]]] = {}
    for (name, *rest), content in steps:
        if rest:
            below.setdefault(name, []).append((rest, content))
        else:
            folder.put(name, Node(FILE_MODE, content) if content else None)
    for name, inner in below.items():
        old = folder.get(name)
        inside = _rebuilt(trees, old.oid if old else None, inner, object_format, new)
        if not inside:
            folder.put(name, None)
            continue
        new.append(make_object("tree", inside.data, object_format))
        folder.put(name, Node(TREE_MODE, new[-1].oid))
    return folder
