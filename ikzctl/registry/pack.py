"""A file of named parts that is written beside its place and moved there, and read with suspicion: what is not as written is not there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

_MAGIC = b"ikzctl-cache/1\n"
# at the very end: where the list of parts begins, its digest, a line feed
_TAIL = 16 + 32 + 1
_DIGEST = 16
_TEMPORARY = "neu-"
# no cache comes near this; whatever does is not read into memory
_LARGEST = 1 << 30
# what a text that is none of ours can make of functions that take it in, sooner or later
FOREIGN = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)


class Part(NamedTuple):
    offset: int
    length: int
    check: str


class Pack:
    """`meta` is what the writer said about the whole; parts are read when asked for, so that most of the file is never touched."""

    def __init__(self, stream: IO[bytes], meta: dict[str, Any], parts: dict[str, Part]) -> None:
        self._stream = stream
        self.meta = meta
        self.parts = parts

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """None if there is no such file, it is not a whole pack, or another user wrote it."""
        try:
            stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115
        except OSError:
            return None
        try:
            if _is_ours(os.fstat(stream.fileno())):
                return cls(stream, *_contents(stream))
        except (OSError, *FOREIGN):
            pass
        stream.close()
        return None

    def get(self, name: str) -> bytes | None:
        """None if there is no such part or it is damaged."""
        part = self.parts.get(name)
        if part is None:
            return None
        try:
            self._stream.seek(part.offset)
            data = self._stream.read(part.length)
        except (OSError, *FOREIGN):
            return None
        return data if _check(data) == part.check else None

    def close(self) -> None:
        self._stream.close()


def _without_waiting(path: str, flags: int) -> int:
    """A named pipe would keep us until somebody writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _is_ours(found: os.stat_result) -> bool:
    """A cache in a folder that others can write to must not tell us what they like."""
    owned = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return owned and stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST


def _contents(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, Part]]:
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a pack")
    end = stream.seek(0, os.SEEK_END) - _TAIL
    stream.seek(max(end, 0))
    tail = stream.read(_TAIL)
    start = int(tail[:16], 16)
    if not len(_MAGIC) <= start <= end:
        raise ValueError("the list of parts is not where it should be")
    stream.seek(start)
    text = stream.read(end - start)
    if tail != _tail(start, text):
        raise ValueError("the list of parts is damaged")
    listed = json.loads(text)
    parts, offset = {}, len(_MAGIC)
    for name, length, check in listed["parts"]:
        if length.__class__ is not int or length < 0:
            raise ValueError("a part without a length")
        parts[name] = Part(offset, length, check)
        offset += length
    meta: dict[str, Any] = listed["meta"]
    if offset != start or not isinstance(meta, dict):
        raise ValueError("the parts are not what is there")
    return meta, parts


class PackWriter:
    """Writes a pack for `path`: nothing stands there before `finish`, and then all of it at once.

    A folder that cannot be written to is no fault: then nothing is kept. Use it with `with`, so that no half file is left behind.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[tuple[str, int, str]] = []
        self._stream: IO[bytes] | None = None
        self._failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._discard()

    def add(self, name: str, data: bytes) -> None:
        self.add_pieces(name, [data])

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """A part that need not be in memory as a whole."""
        length, check = 0, blake2b(digest_size=_DIGEST)
        for piece in pieces:
            self._write(piece)
            check.update(piece)
            length += len(piece)
        self._parts.append((name, length, check.hexdigest()))

    def take_over(self, name: str, pack: Pack) -> bool:
        """Add a part of another pack; False if that has none of this name or a damaged one."""
        data = pack.get(name)
        if data is None:
            return False
        self._write(data)
        self._parts.append((name, len(data), pack.parts[name].check))
        return True

    def finish(self, meta: dict[str, Any]) -> None:
        start = len(_MAGIC) + sum(length for _, length, _ in self._parts)
        text = json.dumps({"meta": meta, "parts": self._parts}, ensure_ascii=True).encode()
        self._write(text)
        self._write(_tail(start, text))
        if self._stream is None:
            return
        try:
            self._stream.close()
            self._temporary.replace(self._path)
            self._stream = None
        except OSError:
            self._discard()

    def _write(self, data: bytes) -> None:
        if self._stream is None and not self._failed:
            self._begin()
        if self._stream is not None:
            try:
                self._stream.write(data)
            except OSError:
                self._discard()

    def _begin(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # imported here, because most runs only read
            import tempfile

            handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=self._path.parent)
        except OSError:
            self._failed = True
            return
        self._temporary = Path(name)
        self._stream = os.fdopen(handle, "wb")
        self._stream.write(_MAGIC)

    def _discard(self) -> None:
        if self._stream is None:
            return
        stream, self._stream, self._failed = self._stream, None, True
        # what the disk refuses to take when the file is closed is not wanted any more
        with suppress(OSError):
            stream.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def _tail(start: int, text: bytes) -> bytes:
    return f"{start:016x}{_check(text)}\n".encode()


def is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY)


def _check(data: bytes) -> str:
    return blake2b(data, digest_size=_DIGEST).hexdigest()
