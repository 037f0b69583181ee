"""git's objects as bytes: ids, and the pack stream that carries new objects into a repository."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zlib
from collections.abc import Iterable
from io import BufferedReader
from typing import Literal, NamedTuple

ObjectFormat = Literal["sha1", "sha256"]
ObjectKind = Literal["commit", "tree", "blob", "tag"]

FILE_MODE = "100644"
# whether a file may be executed is not asked: a work tree on Windows or a network drive cannot tell
FILE_MODES = (FILE_MODE, "100755")
TREE_MODE = "40000"
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PACK_NUMBERS: dict[ObjectKind, int] = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


class NewObject(NamedTuple):
    """An object that is to be stored; `make_object` knows its id."""

    kind: ObjectKind
    data: bytes
    oid: str


def format_of(oid: str) -> ObjectFormat:
    return "sha1" if len(oid) == 40 else "sha256"


def is_object_id(text: str) -> bool:
    return _FULL_ID.fullmatch(text) is not None


def no_object(object_format: ObjectFormat) -> str:
    """The id that stands for "not there" wherever git compares."""
    return "0" * (40 if object_format == "sha1" else 64)


def digest(data: bytes, object_format: ObjectFormat) -> bytes:
    return hashlib.new(object_format, data, usedforsecurity=False).digest()


def object_id(kind: str, data: bytes, object_format: ObjectFormat) -> str:
    whole = _begun(kind, len(data), object_format)
    whole.update(data)
    return whole.hexdigest()


def file_id(stream: BufferedReader, object_format: ObjectFormat) -> str:
    """The id of the content of an open file, which need not fit into memory."""
    whole = _begun("blob", os.fstat(stream.fileno()).st_size, object_format)
    return hashlib.file_digest(stream, lambda: whole).hexdigest()


def _begun(kind: str, size: int, object_format: ObjectFormat) -> hashlib._Hash:
    return hashlib.new(object_format, b"%s %d\0" % (kind.encode("ascii"), size), usedforsecurity=False)


def make_object(kind: ObjectKind, data: bytes, object_format: ObjectFormat) -> NewObject:
    return NewObject(kind, data, object_id(kind, data, object_format))


def build_pack(objects: Iterable[NewObject], object_format: ObjectFormat, *, level: int = -1) -> bytes:
    """A pack (version 2) of whole objects, as `unpack-objects` and `index-pack` read it; `level` is that of zlib."""
    listed = list(objects)
    parts = [struct.pack(">4sLL", b"PACK", 2, len(listed))]
    for kind, data, _ in listed:
        size = len(data)
        first = _PACK_NUMBERS[kind] << 4 | size & 15
        size >>= 4
        head = bytearray()
        while size:
            head.append(first | 128)
            first = size & 127
            size >>= 7
        head.append(first)
        parts += (bytes(head), zlib.compress(data, level))
    pack = b"".join(parts)
    return pack + digest(pack, object_format)
