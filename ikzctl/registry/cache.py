"""What earlier runs left in the user's cache folder: per registry its files, their facts, and whole results. It only ever saves time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ikzctl.registry.pack import FOREIGN, Pack, PackWriter, is_temporary

if TYPE_CHECKING:
    from ikzctl.registry.shards import Shard

_FILES, _FACTS, _RESULTS = "files", "facts", "results"
_NAMES = (_FILES, _FACTS, _RESULTS)
_MAX_RESULTS = 8
_MAX_NAMES = 32
_FEW = 1_000
_PIECE = 1_000
_SHORT = 1 << 20
# File systems count time in steps of up to two seconds; within such a step a file can change twice and look the same.
_STEP = 2_000_000_000
# what a run that was killed left half-written is taken away after so long
_DAY = 86_400 * 10**9
# Windows keeps no time of change, only that of writing, which anybody may set; there every file is read, but not parsed
_TIMES_TELL = os.name != "nt"


@dataclass(frozen=True, slots=True)
class Memory:
    """Where caches of this user lie, and when this run began, in nanoseconds since 1970 as file systems count them."""

    folder: Path
    began: int

    def is_inside(self, root: Path) -> bool:
        """Whether the caches would lie in this registry, where they would be findings themselves."""
        # of a link that leads in a circle this makes some path; `resolve` would raise
        return Path(os.path.realpath(self.folder)).is_relative_to(root)


class Known(NamedTuple):
    """A group of files as an earlier run saw it, by its digests."""

    stat: str
    content: str
    meaning: str


@dataclass
class Cache:
    """The cache of one registry and one set of rules. Everything that cannot be read is simply not known."""

    folder: Path
    root: str
    rules: str
    began: int
    _open: dict[str, Pack | None] = field(default_factory=dict)

    @classmethod
    def of(cls, memory: Memory, root: Path, rules: str) -> Cache:
        # imported here, because whoever looks after the folder needs none of it
        from ikzctl.registry.shards import digest_of

        return cls(memory.folder / digest_of([str(root)]), str(root), rules, memory.began)

    def close(self) -> None:
        for pack in self._open.values():
            if pack is not None:
                pack.close()
        self._open.clear()

    def forget(self) -> None:
        """Take everything away that is known of this registry."""
        self.close()
        for name in _NAMES:
            with suppress(OSError):
                (self.folder / name).unlink()

    def settled(self, stat: str) -> bool:
        """Whether the file has been at rest long enough before this run that its times tell of every later change."""
        _, written, changed, _ = map(int, stat.split("\t"))
        return _TIMES_TELL and changed > 0 and max(written, changed) < self.began - _STEP

    # --- files and their facts ----------------------------------------------------------------------------------------

    def shards(self) -> list[Known]:
        """What the last run saw; nothing if the facts are gone, because then all files have to be read anyway."""
        files = self._pack(_FILES)
        if files is None or self._pack(_FACTS) is None:
            return []
        try:
            return [Known(*map(_text, shard)) for shard in files.meta["shards"]]
        except FOREIGN:
            return []

    def table(self, content: str) -> bytes | None:
        """The rows of a group of files as text."""
        return self._part(_FILES, content)

    def body(self, meaning: str) -> bytes | None:
        """The encoded results of a group of files."""
        return self._part(_FACTS, meaning)

    def keep_files(self, shards: Iterable[Shard]) -> None:
        """Remember these files; groups without a table are those that the last run already knew."""
        self._sweep()
        with PackWriter(self.folder / _FILES) as pack:
            listed = []
            old = self._pack(_FILES)
            for shard in shards:
                if shard.table is not None:
                    pack.add(shard.content, shard.table)
                elif old is None or not pack.take_over(shard.content, old):
                    continue
                listed.append((shard.stat, shard.content, shard.meaning))
            self._finish(pack, _FILES, shards=listed)

    def new_facts(self) -> PackWriter:
        """For the encoded results of all groups, by the digest of their meaning; `keep_facts` puts them in place."""
        return PackWriter(self.folder / _FACTS)

    def keep_facts(self, pack: PackWriter) -> None:
        self._finish(pack, _FACTS)

    # --- whole results ------------------------------------------------------------------------------------------------

    def looked(self) -> int:
        """When the last run began that had something to keep, in nanoseconds since 1970; 0 if nothing is known."""
        pack = self._pack(_RESULTS)
        began = pack.meta.get("began") if pack else None
        return began if isinstance(began, int) else 0

    def result(self, name: str) -> dict[str, Any] | None:
        """The result of this name."""
        text = self._part(_RESULTS, self._names().get(name, name))
        try:
            found = _parsed(text) if text else None
        except FOREIGN:
            return None
        return found if isinstance(found, dict) else None

    def keep_result(self, key: str, result: Mapping[str, Any] | None, names: Iterable[str]) -> None:
        """Remember a result (None: the one that is there) and names for it; the oldest ones make room."""
        old = self._pack(_RESULTS)
        kept = [part for part in (old.parts if old else ()) if part != key][1 - _MAX_RESULTS :]
        named = {**self._names(), key: key}
        for name in names:
            named.pop(name, None)
            named[name] = key
        with PackWriter(self.folder / _RESULTS) as pack:
            for part in kept if result is not None else [*kept, key]:
                if old is not None:
                    pack.take_over(part, old)
            if result is not None:
                pack.add_pieces(key, _json(result))
            there = {*kept, key}
            names = dict([(n, k) for n, k in named.items() if k in there][-_MAX_NAMES:])
            self._finish(pack, _RESULTS, began=self.began, names=names)

    def _names(self) -> dict[str, str]:
        pack = self._pack(_RESULTS)
        names = pack.meta.get("names") if pack else None
        return {str(name): str(key) for name, key in names.items()} if isinstance(names, dict) else {}

    # --- packs --------------------------------------------------------------------------------------------------------

    def _pack(self, name: str) -> Pack | None:
        if name not in self._open:
            pack = Pack.open(self.folder / name)
            if pack is not None and (pack.meta.get("root"), pack.meta.get("rules")) != (self.root, self.rules):
                pack.close()
                pack = None
            self._open[name] = pack
        return self._open[name]

    def _part(self, name: str, part: str) -> bytes | None:
        pack = self._pack(name)
        return pack.get(part) if pack else None

    def _sweep(self) -> None:
        with suppress(OSError):
            for path in self.folder.iterdir():
                if is_temporary(path.name) and path.lstat().st_mtime_ns < self.began - _DAY:
                    path.unlink()

    def _finish(self, pack: PackWriter, name: str, **meta: Any) -> None:
        # an open file cannot be replaced everywhere; whoever needs it again opens the new one
        old = self._open.pop(name, None)
        if old is not None:
            old.close()
        pack.finish({"root": self.root, "rules": self.rules, **meta})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a digest")
    return value


# As a rule there are so few findings that importing another reader and writer of JSON takes longer than what it saves. But of
# sixty thousand findings `json` makes a hundred megabytes of scraps.


def _json(value: Mapping[str, Any]) -> Iterator[bytes]:
    findings = value["findings"]
    if len(findings) <= _FEW:
        # a slice is a list, whatever the findings came as
        yield json.dumps({**value, "findings": findings[:]}).encode()
        return
    from ikzctl.registry.codec import as_json

    yield as_json({name: inner for name, inner in value.items() if name != "findings"})[:-1] + b',"findings":['
    for start in range(0, len(findings), _PIECE):
        yield (b"," if start else b"") + as_json(findings[start : start + _PIECE])[1:-1]
    yield b"]}"


def _parsed(text: bytes) -> Any:
    if len(text) <= _SHORT:
        return json.loads(text)
    from ikzctl.registry.codec import parsed_with_findings

    return parsed_with_findings(text)


# --- looking after the folder -----------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """The cache of one registry; `root` is None if it cannot be read any more."""

    root: str | None
    size: int
    files: int


def inventory(folder: Path) -> tuple[Kept, ...]:
    """All caches in the folder."""
    kept = []
    for place in _places(folder):
        own = _own(place)
        kept.append(Kept(_root_of(place), sum(map(_size, own)), len(own)))
    return tuple(sorted(kept, key=lambda k: (k.root is None, k.root or "", k.size)))


def clear(folder: Path) -> tuple[Kept, ...]:
    """Remove all caches and say what they were; files that are not ours stay."""
    gone = inventory(folder)
    for place in _places(folder):
        for path in _own(place):
            path.unlink(missing_ok=True)
        with suppress(OSError):  # something else lies in it, or a run has just begun to write
            place.rmdir()
    return gone


def _root_of(place: Path) -> str | None:
    """Each of the files names the registry; the results are looked at first, because they have the fewest parts."""
    for name in reversed(_NAMES):
        pack = _closed(place / name)
        if pack is not None and isinstance(root := pack.meta.get("root"), str):
            return root
    return None


def _closed(path: Path) -> Pack | None:
    pack = Pack.open(path)
    if pack is not None:
        pack.close()
    return pack


def _places(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    named = (p for p in folder.iterdir() if len(p.name) == 32 and not set(p.name) - set("0123456789abcdef"))
    return sorted(p for p in named if p.is_dir() and not p.is_symlink() and _own(p))


def _own(place: Path) -> list[Path]:
    """Links are not ours: nobody but us writes here, and we write files."""
    named = sorted(p for p in place.iterdir() if p.name in _NAMES or is_temporary(p.name))
    return [p for p in named if p.is_file() and not p.is_symlink()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a run has just finished
        return 0
