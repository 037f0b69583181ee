"""First half of checking a registry: file after file is read, built and reduced to its facts; no document stays in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ikzctl.model.findings import Finding
from ikzctl.model.kinds import Place, place_of
from ikzctl.registry.build import build
from ikzctl.registry.facts import Fact, fact_of
from ikzctl.registry.references import Reference, references
from ikzctl.registry.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ikzctl.registry.events import Loaded

T = TypeVar("T")
RecordCheck = Callable[[Place, Any, bytes], Iterable[Finding]]
"""A rule that needs one record and the file it was read from; its findings may be known by field alone, the scan looks the line up."""


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


def in_blocks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, BLOCK)), [])


def examine(path: str, content: bytes, checks: Sequence[RecordCheck] = ()) -> FileResult:
    """Everything that can be said of one file by itself. `path` must belong to the layout."""
    return examine_all([(path, content)], checks)[0]


def examine_all(files: Iterable[tuple[str, bytes]], checks: Sequence[RecordCheck] = ()) -> list[FileResult]:
    # imported here, because a run that finds everything as it was needs no parser
    from ikzctl.registry.events import load

    return examine_loaded([(path, content, load(content, path)) for path, content in files], checks)


def examine_loaded(files: Sequence[tuple[str, bytes, Loaded]], checks: Sequence[RecordCheck] = ()) -> list[FileResult]:
    """The same for files whose texts have been read already."""
    places = [_place(path) for path, _, _ in files]
    built = [build(place, loaded, path) for place, (path, _, loaded) in zip(places, files, strict=True)]
    findings = [[*loaded.findings, *faults] for (_, _, loaded), (_, faults) in zip(files, built, strict=True)]
    whole = [
        (number, places[number], record, content, loaded)
        for number, ((record, _), (_, content, loaded)) in enumerate(zip(built, files, strict=True))
        if record is not None and loaded.data is not None
    ]
    for number, place, record, content, loaded in whole:
        for check in checks:
            for finding in check(place, record, content):
                line, column = loaded.position(finding.pointer.field)
                findings[number].append(replace(finding, pointer=finding.pointer.at(line, column)))
    named = {number: references(place.kind.name, loaded.data or {}) for number, place, _, _, loaded in whole}
    facts = {number: fact_of(place.kind.name, record) for number, place, record, _, _ in whole}
    return [
        FileResult(path, places[number], facts.get(number), named.get(number, ()), tuple(findings[number]))
        for number, (path, _, _) in enumerate(files)
    ]


def _place(path: str) -> Place:
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
