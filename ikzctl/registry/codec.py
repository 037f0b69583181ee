"""Facts, references and findings as JSON and back: what a cache keeps and what processes send each other, never documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ikzctl.model.kinds import place_of
from ikzctl.registry import facts
from ikzctl.registry.finding_rows import finding_of, finding_row
from ikzctl.registry.scan import FileResult

Convert = Callable[[Any], Any]

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


def encode_results(results: Iterable[FileResult]) -> bytes:
    """One JSON array with an entry per file; paths are not in it, whoever keeps it knows them."""
    rows = [(r.fact, r.references, [finding_row(f) for f in r.findings]) for r in results]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode(
        "utf-8", "surrogatepass"
    )


def decode_results(paths: Iterable[str], text: bytes) -> list[FileResult]:
    """The results of these files, equal to those that were encoded; one of `pack.FOREIGN` if the text shows that it is something else."""
    return [_result(path, row) for path, row in zip(paths, json.loads(text), strict=True)]


def _result(path: str, row: Any) -> FileResult:
    place = place_of(path)
    if place is None:
        raise ValueError("a path without a place in the layout")
    fact, references, findings = row
    if fact is not None:
        fact = _maker(place.kind.name)(fact)
    return FileResult(
        path,
        place,
        fact,
        tuple([(kind, id, tuple(field)) for kind, id, field in references]),
        tuple([finding_of(f) for f in findings]),
    )


# --- JSON has no tuples and no dates; the annotations of the facts say where they were --------------------------------


@cache
def _maker(kind: str) -> Convert:
    return _of_named_tuple(_CLASSES[kind])


def _converter(annotation: Any) -> Convert | None:
    """What turns a value out of JSON into one of this type; None if there is nothing to do."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is date:
        return date.fromisoformat
    if origin in (Union, UnionType):
        return _of_union([a for a in arguments if a is not NoneType])
    if origin is tuple and arguments[-1] is Ellipsis:
        return _of_list(_converter(arguments[0]))
    if origin is tuple:
        return _of_row([_converter(a) for a in arguments])
    if hasattr(annotation, "_fields"):
        return _of_named_tuple(annotation)
    if annotation in (str, int, bool):
        return None
    raise TypeError(f"a fact cannot hold {annotation}")


def _of_union(others: list[Any]) -> Convert | None:
    converters = [c for a in others if (c := _converter(a))]
    if not converters:
        return None
    if len(others) > 1:
        raise TypeError("a fact cannot hold one of several types that JSON does not tell apart")
    convert = converters[0]
    return lambda value: None if value is None else convert(value)


def _of_list(convert: Convert | None) -> Convert:
    if convert is None:
        return tuple
    return lambda value: tuple([convert(item) for item in value]) if value else ()


def _of_row(converters: list[Convert | None]) -> Convert:
    todo = [(n, c) for n, c in enumerate(converters) if c]

    def make(value: list[Any]) -> tuple[Any, ...]:
        for number, convert in todo:
            value[number] = convert(value[number])
        return tuple(value)

    return make


def _of_named_tuple(cls: Any) -> Convert:
    hints = get_type_hints(cls)
    todo = [(n, c) for n, name in enumerate(cls._fields) if (c := _converter(hints[name]))]
    make: Convert = cls._make

    def build(value: list[Any]) -> Any:
        for number, convert in todo:
            value[number] = convert(value[number])
        return make(value)

    return build
