"""How a check says what it found: findings with and without a rule of law behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice

from ikzctl.library import german
from ikzctl.model.findings import SEVERITY_ORDER, Finding, NormState, Pointer, Severity
from ikzctl.model.kinds import BY_NAME

UNVERIFIED = " (nicht verifiziert)"


def place(kind: str, id: str, cooperation: str, *field: str | int) -> Pointer:
    """A field of the record with this kind and id; its line is looked up when the finding is reported."""
    return Pointer(BY_NAME[kind].path(id, cooperation), field)


def inside(*field: str | int) -> Pointer:
    """A field of the record that is being read; whoever runs the check knows the file."""
    return Pointer("", field)


def say(code: str, severity: Severity, at: Pointer, message: str) -> Finding:
    """A finding that rests on the registry alone."""
    return Finding(code, severity, at, german.citation(message))


def by_rule(
    number: int,
    land: str | None,
    at: Pointer,
    message: str,
    *,
    at_most: Severity = "error",
    norm: str | None = "",
    state: NormState = "verified",
) -> Iterator[Finding]:
    """The finding of a numbered rule, if the rule holds in this Land; `land` None: only what holds everywhere.

    Severity is that of the rule, never above `at_most`, and never an error on a ground that nobody has read. `state` is
    what else the conclusion rests on; the weaker of both counts. `norm` replaces that of the
    rule where the rule cites several Länder.
    """
    # imported here: most runs over changed files find nothing that rests on law
    from ikzctl.library import law

    rule = law.rule(number)
    if not (rule.holds_in(land) if land else not rule.lands):
        return
    ground = law.weaker(rule.state, state)
    unread = rule.basis == "law" and not law.supports_error(ground)
    severity = milder(rule.severity_in(land or ""), at_most)
    if unread:
        severity = milder(severity, "warning")
        message += UNVERIFIED
    cited = rule.norm if norm == "" else norm and german.citation(norm)
    code = f"IKZ-L{number:03d}"
    yield Finding(code, severity, at, german.citation(message), cited, ground if rule.basis == "law" else None)


def by_fact(code: str, severity: Severity, land: str, fact_id: str, at: Pointer, message: str) -> Finding:
    """A finding that rests on one statement of a law pack."""
    from ikzctl.library import law

    fact = law.law_pack(land).fact(fact_id)
    if not law.supports_error(fact.state):
        severity, message = milder(severity, "warning"), message + UNVERIFIED
    return Finding(code, severity, at, german.citation(message), fact.norm, fact.state)


def milder(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=SEVERITY_ORDER.__getitem__)


def listed(names: Collection[str], limit: int = 5) -> str:
    """`„a“, „b“ und 3 weitere`, so that a message stays readable in a cooperation of thousands."""
    shown = [f"„{n}“" for n in islice(names, limit)]
    return german.enumeration(shown) if len(names) <= limit else ", ".join(shown) + _more(names, limit)


def few(parts: Collection[object], limit: int = 8, between: str = ", ") -> str:
    """`a, b und 3 weitere`: a list of thousands, repeated in thousands of findings, would fill the memory."""
    return between.join(map(str, islice(parts, limit))) + _more(parts, limit)


def _more(parts: Collection[object], limit: int) -> str:
    return f" und {len(parts) - limit} weitere" if len(parts) > limit else ""


def day(value: date) -> str:
    """`31.12.2026`, the short form of messages."""
    return f"{value.day:02d}.{value.month:02d}.{value.year}"


def span(from_: date | None, until: date | None) -> str:
    """`vom 01.01.2027 bis 31.12.2028`"""
    start = f"ab {day(from_)}" if from_ else "ohne Beginn"
    return f"vom {day(from_)} bis {day(until)}" if from_ and until else f"bis {day(until)}" if until else start
