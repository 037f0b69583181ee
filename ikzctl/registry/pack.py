"""A file of named parts that is written beside its place and moved there, and read with suspicion: what is not as written is not there."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

_MAGIC = b"ikzctl-cache/1\n"
# at the very end: where the list of parts begins, and its digest
_TAIL = 16 + 32 + 1
_TEMPORARY = "neu-"


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
        """None if there is no such file or it is not a whole pack."""
        try:
            stream = path.open("rb")
        except OSError:
            return None
        try:
            meta, parts = _contents(stream)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            stream.close()
            return None
        return cls(stream, meta, parts)

    def get(self, name: str) -> bytes | None:
        """None if there is no such part or it is damaged."""
        part = self.parts.get(name)
        if part is None:
            return None
        try:
            self._stream.seek(part.offset)
            data = self._stream.read(part.length)
        except (OSError, ValueError, OverflowError):
            return None
        return data if _check(data) == part.check else None

    def close(self) -> None:
        self._stream.close()


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
    if _check(text).encode() != tail[16:48]:
        raise ValueError("the list of parts is damaged")
    listed = json.loads(text)
    parts, offset = {}, len(_MAGIC)
    for name, length, check in listed["parts"]:
        parts[name] = Part(offset, length, check)
        offset += length
    meta: dict[str, Any] = listed["meta"]
    return meta, parts


class PackWriter:
    """Parts are written as they come; nothing stands under the final name before `finish`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._parts: list[tuple[str, int, str]] = []
        stream.write(_MAGIC)

    def add(self, name: str, data: bytes) -> None:
        self._stream.write(data)
        self._parts.append((name, len(data), _check(data)))

    def finish(self, meta: dict[str, Any]) -> None:
        start = self._stream.tell()
        text = json.dumps({"meta": meta, "parts": self._parts}, ensure_ascii=True).encode()
        self._stream.write(text)
        self._stream.write(f"{start:016x}{_check(text)}\n".encode())


@contextmanager
def writing(path: Path) -> Iterator[PackWriter]:
    """A writer for `path`; the pack is there as a whole afterwards, or the old one still is. OSError if it cannot be written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield PackWriter(stream)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY)


def _check(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
