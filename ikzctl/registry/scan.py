"""First half of checking a registry: file after file is read, built and reduced to its facts; no document stays in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ikzctl.model.findings import Finding
from ikzctl.model.kinds import Place, place_of
from ikzctl.registry.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ikzctl.registry.events import Loaded
    from ikzctl.registry.facts import Fact
    from ikzctl.registry.references import Reference

T = TypeVar("T")
RecordCheck = Callable[[Place, Any, bytes], Iterable[Finding]]
"""A rule that needs one record and the file it was read from; the scan looks up the line of a finding that has none."""


class FileResult(NamedTuple):
    """What one file yields: its place in the layout, its facts (None if it could not be built), what it refers to, what is wrong."""

    path: str
    place: Place
    fact: Fact | None
    references: tuple[Reference, ...]
    findings: tuple[Finding, ...]


# So many files go through each stage together: a processor does one thing to many files in a fifth less time than everything to
# one file after the other (decision 0010).
BLOCK = 64


def scan(
    source: Source, checks: Sequence[RecordCheck] = (), paths: Iterable[str] | None = None
) -> Iterator[FileResult]:
    """Read the files of `source` (or only `paths` of it) in sorted order."""
    with no_collector():
        for block in in_blocks(source.read_many(source.paths() if paths is None else paths)):
            yield from examine_all(block, checks)


def unread(source: Source) -> Iterator[FileResult]:
    """Files that are there and could not be read, as far as is known when they are asked for: links, pipes, without permission.

    Nothing is known of them but that they exist; whoever refers to them must not be told that they do not.
    """
    for path in sorted({problem.pointer.file for problem in source.problems()}):
        place = place_of(path)
        if place is not None:
            yield FileResult(path, place, None, (), ())


def in_blocks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, BLOCK)), [])


def examine(path: str, content: bytes, checks: Sequence[RecordCheck] = ()) -> FileResult:
    """Everything that can be said of one file by itself. `path` must belong to the layout."""
    return examine_all([(path, content)], checks)[0]


@dataclass(slots=True)
class _File:
    """A file on its way through the stages."""

    path: str
    content: bytes
    loaded: Loaded
    place: Place
    findings: list[Finding]
    record: Any = None
    references: tuple[Reference, ...] = ()
    fact: Fact | None = None


def examine_all(contents: Iterable[tuple[str, bytes]], checks: Sequence[RecordCheck] = ()) -> list[FileResult]:
    """The same for several files, stage by stage."""
    # imported here, because a run that finds everything as it was needs none of it
    from ikzctl.registry.build import build
    from ikzctl.registry.events import load
    from ikzctl.registry.facts import fact_of
    from ikzctl.registry.references import references

    texts = [(path, content, load(content, path)) for path, content in contents]
    files = [_File(path, content, loaded, known_place(path), [*loaded.findings]) for path, content, loaded in texts]
    for one in files:
        one.record, faults = build(one.place, one.loaded, one.path)
        one.findings += faults
    whole = [one for one in files if one.record is not None]
    for one in whole:
        one.findings += _checked(one, checks)
    for one in whole:
        one.references = references(one.place.kind.name, one.loaded.data or {})
    for one in whole:
        one.fact = fact_of(one.place.kind.name, one.record)
    return [FileResult(one.path, one.place, one.fact, one.references, tuple(one.findings)) for one in files]


def _checked(one: _File, checks: Sequence[RecordCheck]) -> Iterator[Finding]:
    for check in checks:
        for finding in check(one.place, one.record, one.content):
            at = finding.pointer
            yield finding if at.line else replace(finding, pointer=at.at(*one.loaded.position(at.field)))


def known_place(path: str) -> Place:
    """The place of a file that belongs to the layout; ValueError if it does not."""
    place = place_of(path)
    if place is None:
        raise ValueError(f"{path} has no place in the layout")
    return place


@contextmanager
def no_collector() -> Iterator[None]:
    """Many small objects survive and none form cycles: the collector would walk them again and again, at several times the cost."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
