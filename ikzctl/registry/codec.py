"""Facts, references and findings as JSON and back: what a cache keeps and what processes send each other, never documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import blake2b
from sys import intern
from typing import Annotated, Any, overload

import msgspec

from ikzctl.registry import facts
from ikzctl.registry.finding_rows import LARGEST, counted, field_of, finding_of, finding_row
from ikzctl.registry.once import once
from ikzctl.registry.scan import FileResult, known_place

_CLASSES: dict[str, Any] = {
    "registry": facts.HeadFact,
    "partner": facts.PartnerFact,
    "task": facts.TaskFact,
    "system": facts.SystemFact,
    "security": facts.SecurityFact,
    "cooperation": facts.CooperationFact,
    "agreement": facts.AgreementFact,
    "costs": facts.CostsFact,
    "member": facts.MemberFact,
    "mandate": facts.MandateFact,
    "pool": facts.PoolFact,
    "suspension": facts.SuspensionFact,
}


# plain values and tuples; amounts with decimals are numbers, and no texts. UnicodeEncodeError for half of a pair of surrogates.
as_json = msgspec.json.Encoder(decimal_format="number").encode
_parsed = msgspec.json.decode
_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode
_Field = tuple[str | Annotated[int, msgspec.Meta(ge=0, lt=LARGEST)], ...]
_References = tuple[tuple[str, str, _Field], ...]


def encode_result(result: FileResult) -> bytes:
    """A JSON array with facts, references and findings. The path is not in it: whoever keeps it knows where it came from."""
    return as_json((result.fact, result.references, [finding_row(f) for f in result.findings]))


def decode_result(path: str, row: bytes | msgspec.Raw) -> FileResult:
    """Equal to what was encoded; one of `pack.FOREIGN` if the text shows that it is something else."""
    place = known_place(path)
    fact, references, findings = _decoder(place.kind.name).decode(row)
    if (share := _SHARERS.get(place.kind.name)) is not None and fact is not None:
        fact = share(fact)
    shared = [(intern(kind), intern(id), once(at)) for kind, id, at in references]
    return FileResult(path, place, fact, tuple(shared), tuple([finding_of(f) for f in findings]))


def joined(rows: Iterable[bytes]) -> bytes:
    """The encoded results of several files as one text."""
    return b"[" + b",".join(rows) + b"]"


def encode_results(results: Iterable[FileResult]) -> bytes:
    return joined(map(encode_result, results))


def decode_results(paths: Iterable[str], text: bytes) -> list[FileResult]:
    """The results of these files; like `decode_result`."""
    return [decode_result(path, row) for path, row in zip(paths, _rows(text), strict=True)]


class Rows(Sequence[Any]):
    """Items of a JSON array that are made when they are asked for: tens of thousands of them at once take a hundred megabytes."""

    def __init__(self, items: list[msgspec.Raw]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Any: ...

    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...

    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [_parsed(item) for item in self._items[at]]
        return _parsed(self._items[at])


class _WithFindings(msgspec.Struct):
    files: Any
    cooperations: Any
    findings: list[msgspec.Raw]
    blobs: Any


_with_findings = msgspec.json.Decoder(_WithFindings).decode


def parsed_with_findings(text: bytes) -> dict[str, Any]:
    """A result of which nothing but the number of findings is looked at; one of `pack.FOREIGN` if it is none."""
    found = _with_findings(text)
    return {**msgspec.structs.asdict(found), "findings": Rows(found.findings)}


def digest_of_text(encoded: bytes) -> str:
    return blake2b(encoded, digest_size=16).hexdigest()


# --- what comes again and again -----------------------------------------------------------------------------------------

# Every text of JSON becomes an object of its own; read from a file, facts have these in common from the beginning.


def _pool(fact: facts.PoolFact) -> facts.PoolFact:
    positions = [
        facts.PositionFact(intern(id), once(tasks), from_, until, once(roles), once(cover_of))
        for id, tasks, from_, until, roles, cover_of in fact.positions
    ]
    return fact._replace(positions=tuple(positions))


def _partner(fact: facts.PartnerFact) -> facts.PartnerFact:
    for number, _, _ in fact.groups:
        counted(number)
    return fact


def _cooperation(fact: facts.CooperationFact) -> facts.CooperationFact:
    return fact._replace(
        phase=intern(fact.phase),
        tasks=once(fact.tasks),
        milestones=once(fact.milestones),
        questions=once(fact.questions),
        named=tuple([(field_of(path), partner) for path, partner in fact.named]),
    )


# the kinds of which a large registry has most, for the time for any other would buy nothing; and those that say where something stands
_SHARERS: dict[str, Callable[[Any], Any]] = {"pool": _pool, "cooperation": _cooperation, "partner": _partner}


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    row: Any = tuple[_CLASSES[kind] | None, _References, list[Any]]  # type: ignore[valid-type]
    return msgspec.json.Decoder(row)
