"""Cuts the files of a registry into small groups that stay the same while their files do, so that what is unchanged is never looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha1
from itertools import islice
from zlib import crc32

# A border follows each path whose checksum ends in zeros: every 64th on average. It depends on that path alone, so that a new
# file moves no border but its own.
USUAL_SIZE = 0x40
_BORDER = USUAL_SIZE - 1
_PIECE = 1_000


@dataclass(slots=True)
class Row:
    """One file. `stat` is what the file system says of it, empty if it must not be relied on or there is none.

    `meaning` stands for what the file yields: two files with the same meaning make no difference to anything else. It is empty
    as long as nobody has looked; a file with findings means its exact content.
    """

    path: str
    stat: str = ""
    blob: str = ""
    meaning: str = ""


@dataclass(slots=True)
class Shard:
    """Files next to each other, and the digests by which the group is known again.

    `stat` is empty if what the file system says of one of them must not be relied on. `table` holds the rows as text; None
    if the group was known before.
    """

    stat: str = ""
    content: str = ""
    meaning: str = ""
    table: bytes | None = None

    def seal(self, rows: Sequence[Row]) -> None:
        """Compute everything from the rows."""
        self.stat = digest_of([f"{r.path}\t{r.stat}" for r in rows]) if all(r.stat for r in rows) else ""
        self.content = digest_of([f"{r.path}\t{r.blob}" for r in rows])
        self.meaning = digest_of([f"{r.path}\t{r.meaning}" for r in rows])
        lines = [f"{r.path}\t{r.blob}\t{r.meaning}\t{r.stat}" for r in rows]
        self.table = "\n".join(lines).encode("utf-8", "surrogatepass")


def rows_of(table: bytes) -> list[Row]:
    rows = []
    for line in table.decode("utf-8", "surrogatepass").split("\n"):
        path, blob, meaning, stat = line.split("\t", 3)
        rows.append(Row(path, stat, blob, meaning))
    return rows


def cut(paths: Sequence[str]) -> list[slice]:
    """Sorted paths in groups."""
    numbers = [number for number, path in enumerate(paths, 1) if crc32(path.encode()) & _BORDER == 0]
    starts = [0, *numbers]
    ends = [*numbers, len(paths)]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def digest_of(lines: Iterable[str]) -> str:
    digest, rest, between = blake2b(digest_size=16), iter(lines), ""
    # of all lines of a registry one text would take as much memory as the lines themselves, and its bytes once more
    while piece := list(islice(rest, _PIECE)):
        digest.update((between + "\n".join(piece)).encode("utf-8", "surrogatepass"))
        between = "\n"
    return digest.hexdigest()


def blob_id(content: bytes) -> str:
    """The id under which git would store this content."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
