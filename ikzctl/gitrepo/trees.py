"""git's folders: their lines, looked up and replaced in place, and the folders of one commit as far as they are asked for."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import lt
from typing import NamedTuple, Self

from ikzctl.gitrepo.catfile import CatFile, DamagedError
from ikzctl.gitrepo.objects import FILE_MODE, FILE_MODES, TREE_MODE, NewObject, ObjectFormat, format_of, make_object

# git's modes for what is no folder all begin with 1 and are one digit longer than the one of a folder
_FILE, _FOLDER, _MODE, _NAME = rb"100644", rb"40000", rb"(?:100644|100755|120000|160000)", rb"[^\0/]++"
# names that mean nothing to git, on no file system: no leading dot, no short form of a name such as GIT~1
_PLAIN = rb"[a-z0-9][a-z0-9._-]*+"
_WIDTHS: dict[ObjectFormat, int] = {"sha1": 20, "sha256": 32}
_BLOCK = 512


def _for_widths(shape: bytes) -> dict[int, re.Pattern[bytes]]:
    return {width: re.compile(shape.replace(b"ID", b".{%d}" % width), re.DOTALL) for width in _WIDTHS.values()}


# asked first, because these never try a place twice: looking for lines in what is no tree would take for ever
_TREE = _for_widths(rb"(?:(?:%s|%s) %s\0ID)*+" % (_MODE, _FOLDER, _NAME))
_PLAIN_FOLDER = _for_widths(rb"(?:(?:%s|%s) %s\0ID)*+" % (_FILE, _FOLDER, _PLAIN))
# nearly every large folder holds nothing but plain files, or nothing but plain folders
_ALIKE = {mode: _for_widths(rb"(?:%s %s\0ID)*+" % (mode, _PLAIN)) for mode in (_FILE, _FOLDER)}
_NAMES = {mode: _for_widths(rb"%s ([^\0]++)\0ID" % mode) for mode in (_FILE, _FOLDER)}
_LINES = _for_widths(rb"(%s|%s) (%s)\0ID" % (_MODE, _FOLDER, _NAME))
# what other programs and the git of long ago wrote: zeros before a mode, other rights than those two of a file
_OLD_LINE = rb"0*+(1[0-7]{5}|%s)( %s\0ID)" % (_FOLDER, _NAME)
_OLD_TREE, _OLD_LINES = _for_widths(rb"(?:%s)*+" % _OLD_LINE), _for_widths(_OLD_LINE)


class Node(NamedTuple):
    """What a folder holds under a name."""

    mode: str
    oid: str


class Folder:
    """A tree object: its bytes, and what git sorts its lines by. Lines are found by counting; they are never taken apart."""

    def __init__(self, object_format: ObjectFormat, data: bytes = b"", keys: list[bytes] | None = None) -> None:
        """`keys` are the names in git's order: those of folders as if they ended in `/`."""
        self.data = data
        self._keys = keys or []
        self._format = object_format

    @classmethod
    def parse(cls, data: bytes, object_format: ObjectFormat) -> Self:
        """ValueError for bytes that are no tree, and for one whose names are out of order or come twice."""
        width = _WIDTHS[object_format]
        keys = _keys_of(data, width)
        if keys is None and _OLD_TREE[width].fullmatch(data):
            data = _OLD_LINES[width].sub(_as_git_reads, data)
            keys = _keys_of(data, width)
        if keys is None:
            raise ValueError("cut off")
        folders = b"".join(keys).count(b"/")
        # a file and a folder of one name differ in what they are sorted by; only where there are both can that happen
        mixed = 0 < folders < len(keys)
        if not all(map(lt, keys, keys[1:])) or (mixed and len({key.rstrip(b"/") for key in keys}) != len(keys)):
            raise ValueError("out of order")
        return cls(object_format, data, keys)

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, name: bytes) -> Node | None:
        at = self._find(name)
        if at is None:
            return None
        head, _, oid = self.data[self._start(at) : self._start(at + 1)].partition(b"\0")
        return Node(head.partition(b" ")[0].decode("ascii"), oid.hex())

    def changed(self, entries: Mapping[bytes, Node | None]) -> Folder:
        """The same folder with these entries set, or taken away."""
        lines: list[bytes] = []
        keys: list[bytes] = []
        done = 0
        for at, gone, key, line in sorted(edit for name, node in entries.items() for edit in self._edits(name, node)):
            lines += (self.data[self._start(done) : self._start(at)], line)
            keys += [*self._keys[done:at], key] if line else self._keys[done:at]
            done = at + gone
        return Folder(self._format, b"".join([*lines, self.data[self._start(done) :]]), keys + self._keys[done:])

    def _edits(self, name: bytes, node: Node | None) -> Iterable[tuple[int, int, bytes, bytes]]:
        """Where, how many lines go there, and the key and line that come before them (both empty: none)."""
        at = self._find(name)
        if at is not None:
            yield at, 1, b"", b""
        if node is not None:
            mode = node.mode.encode("ascii")
            key = name + b"/" if mode == _FOLDER else name
            yield bisect_left(self._keys, key), 0, key, b"%s %s\0%s" % (mode, name, bytes.fromhex(node.oid))

    def _start(self, at: int) -> int:
        """Where the line of this number begins."""
        block, rest = divmod(at, _BLOCK)
        return self._starts[block] + self._length(at - rest, at)

    @cached_property
    def _starts(self) -> list[int]:
        """Where every so many lines begin: whoever asks for thousands of names must not count from the top each time."""
        blocks = range(0, len(self._keys), _BLOCK)
        return list(accumulate((self._length(first, first + _BLOCK) for first in blocks), initial=0))

    def _length(self, first: int, stop: int) -> int:
        """Of these lines in bytes: the mode (one digit less for a folder, whose key has a sign more), the name, and what is around them."""
        keys = self._keys[first:stop]
        names = b"".join(keys)
        return len(names) - 2 * names.count(b"/") + len(keys) * (len(_FILE) + 2 + _WIDTHS[self._format])

    def _find(self, name: bytes) -> int | None:
        for key in (name, name + b"/"):
            at = bisect_left(self._keys, key)
            if at < len(self._keys) and self._keys[at] == key:
                return at
        return None


def _as_git_reads(line: re.Match[bytes]) -> bytes:
    """A line with the mode that git takes it for, and would write today."""
    mode, rest = line.groups()
    if mode.startswith(b"10"):
        mode = b"100755" if int(mode, 8) & 0o100 else _FILE
    elif mode != _FOLDER:
        mode = b"120000" if mode.startswith(b"12") else b"160000"
    return bytes(mode + rest)


def _keys_of(data: bytes, width: int) -> list[bytes] | None:
    """None if these are no lines as git writes them."""
    mode = _FILE if data.startswith(_FILE) else _FOLDER
    if _ALIKE[mode][width].fullmatch(data):
        names = _NAMES[mode][width].findall(data)
        return names if mode == _FILE else [name + b"/" for name in names]
    if not _TREE[width].fullmatch(data):
        return None
    return [name + b"/" if mode == _FOLDER else name for mode, name in _LINES[width].findall(data)]


def has_plain_names(data: bytes, object_format: ObjectFormat) -> bool:
    """Whether a tree holds nothing but ordinary files and folders, under names that git gives no meaning."""
    width = _WIDTHS[object_format]
    # what all lines have in common takes less time than a choice in each
    return any(shape[width].fullmatch(data) for shape in (*_ALIKE.values(), _PLAIN_FOLDER))


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
        """DamagedError if there is no such folder, or none that git would have written."""
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


def _mode_of(old: Node | None) -> str:
    """A file that may be executed stays one: it is somebody's wish, or the doing of a drive, and no business of a change."""
    return old.mode if old and old.mode in FILE_MODES else FILE_MODE


def _rebuilt(
    trees: Trees,
    oid: str | None,
    steps: Sequence[tuple[list[bytes], str | None]],
    object_format: ObjectFormat,
    new: list[NewObject],
) -> Folder:
    folder = trees.folder(oid) if oid else Folder(object_format)
    entries: dict[bytes, Node | None] = {}
    below: dict[bytes, list[tuple[list[bytes], str | None]]] = {}
    for (name, *rest), content in steps:
        if rest:
            below.setdefault(name, []).append((rest, content))
        else:
            entries[name] = Node(_mode_of(folder.get(name)), content) if content else None
    for name, inner in below.items():
        # what was a file and goes leaves nothing below
        old = None if name in entries else folder.get(name)
        inside = _rebuilt(trees, old.oid if old else None, inner, object_format, new)
        entries[name] = None
        if inside:
            new.append(make_object("tree", inside.data, object_format))
            entries[name] = Node(TREE_MODE, new[-1].oid)
    return folder.changed(entries)
