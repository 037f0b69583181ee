"""Explain a finding: what it means, what it rests on, how to mend it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ikzctl.library.findings import Explanation
    from ikzctl.model.findings import NormState

_WIDTH = 96
_SEVERITY = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}
_STATES = {
    "verified": "im Wortlaut nachgelesen",
    "partly": "teilweise nachgelesen",
    "inferred": "von uns gefolgert, nicht verifiziert",
    "general_knowledge": "allgemeines Wissen, nicht verifiziert",
    "unknown": "unbekannt, nicht verifiziert",
}


def explain(code: str) -> tuple[str, ...]:
    """The lines to show; UserError with near codes if there is no such finding."""
    from ikzctl.library.findings import explain as look_up

    return tuple(_lines(look_up(code)))


def _lines(entry: Explanation) -> Iterator[str]:
    yield f"{entry.code}  {entry.title}"
    yield f"{' oder '.join(_SEVERITY[s] for s in entry.severity)} · {entry.area}"
    yield ""
    yield from textwrap.wrap(entry.meaning, _WIDTH)
    yield ""
    yield "Was zu tun ist"
    yield from textwrap.wrap(entry.remedy, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if entry.example:
        yield ""
        yield "So ist es richtig"
        yield from (f"  {line}" for line in entry.example.splitlines())
    if entry.rules or entry.fact:
        yield from _grounds(entry)


def _grounds(entry: Explanation) -> Iterator[str]:
    from ikzctl.library.law import law_pack, rule

    for number in entry.rules:
        found = rule(number)
        yield from _ground(found.norm, found.state, found.text)
    if entry.fact:
        fact = law_pack("RP").fact(entry.fact)
        yield from _ground(fact.norm, fact.state, fact.text)


def _ground(norm: str | None, state: NormState, text: str) -> Iterator[str]:
    yield ""
    yield f"Grundlage: {norm or 'eigene Regel'} ({_STATES[state]})"
    yield from textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
