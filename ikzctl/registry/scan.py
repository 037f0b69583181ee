"""First half of checking a registry: file after file is read, built and reduced to its facts; no document stays in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ikzctl.model.findings import Finding
from ikzctl.model.kinds import Place, place_of
from ikzctl.registry.build import build
from ikzctl.registry.facts import Fact, fact_of
from ikzctl.registry.references import Reference, references
from ikzctl.registry.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ikzctl.registry.events import Loaded

RecordCheck = Callable[[Place, Any, bytes], Iterable[Finding]]
"""A rule that needs one record and the file it was read from; its findings may be known by field alone, the scan looks the line up."""


class FileResult(NamedTuple):
    """What one file yields: its place in the layout, its facts (None if it could not be built), what it refers to, what is wrong."""

    path: str
    place: Place
    fact: Fact | None
    references: tuple[Reference, ...]
    findings: tuple[Finding, ...]


def scan(
    source: Source, checks: Sequence[RecordCheck] = (), paths: Iterable[str] | None = None
) -> Iterator[FileResult]:
    """Read the files of `source` (or only `paths` of it) in sorted order."""
    with no_collector():
        for path, content in source.read_many(source.paths() if paths is None else paths):
            yield examine(path, content, checks)


def examine(path: str, content: bytes, checks: Sequence[RecordCheck] = ()) -> FileResult:
    """Everything that can be said of one file by itself. `path` must belong to the layout."""
    # imported here, because a run that finds everything as it was needs no parser
    from ikzctl.registry.events import load

    return examine_loaded(path, content, load(content, path), checks)


def examine_loaded(path: str, content: bytes, loaded: Loaded, checks: Sequence[RecordCheck] = ()) -> FileResult:
    """The same for a file whose text has been read already."""
    place = place_of(path)
    if place is None:
        raise ValueError(f"{path} has no place in the layout")
    findings = list(loaded.findings)
    record, faults = build(place, loaded, path)
    findings += faults
    if record is None or loaded.data is None:
        return FileResult(path, place, None, (), tuple(findings))
    for check in checks:
        for finding in check(place, record, content):
            line, column = loaded.position(finding.pointer.field)
            findings.append(replace(finding, pointer=finding.pointer.at(line, column)))
    refs = references(place.kind.name, loaded.data)
    return FileResult(path, place, fact_of(place.kind.name, record), refs, tuple(findings))


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
