"""When a right holds: the common days of everything it rests on, and what ends it first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeVar

from ikzctl.library.german import date_long
from ikzctl.model.base import Period
from ikzctl.model.manifest import EndRule, EndsBy, Reason, ReasonCode

P = TypeVar("P", bound=Period)
Dated = Literal["mitgliedschaft", "vereinbarung", "mandat", "stelle", "rolle", "mandant", "abordnung"]

# reasons for a span that has no first day yet, begins later, is over
_CODES: dict[Dated, tuple[ReasonCode, ReasonCode, ReasonCode]] = {
    "mitgliedschaft": ("mitgliedschaft_beginn_offen", "mitgliedschaft_nicht_begonnen", "mitgliedschaft_beendet"),
    "vereinbarung": ("wirksamwerden_offen", "vereinbarung_nicht_begonnen", "vereinbarung_beendet"),
    "mandat": ("mandat_beginn_offen", "mandat_nicht_begonnen", "mandat_beendet"),
    "stelle": ("stelle_beginn_offen", "stelle_nicht_begonnen", "stelle_beendet"),
    "rolle": ("rolle_beginn_offen", "rolle_nicht_begonnen", "rolle_beendet"),
    "mandant": ("mandant_beginn_offen", "mandant_nicht_begonnen", "mandant_beendet"),
    "abordnung": ("abordnung_beginn_offen", "abordnung_nicht_begonnen", "abordnung_beendet"),
}
ENDED: frozenset[ReasonCode] = frozenset(codes[2] for codes in _CODES.values()) | {"zusammenarbeit_beendet"}


@dataclass(frozen=True, slots=True)
class Span:
    """Days in which one thing holds that a right needs; `what` is its German name with its owner („Speyer: Die Mitgliedschaft“).

    `announced` is set where the record says in words that it has not begun, so that a missing first day is no second reason.
    """

    rule: Dated
    what: str
    file: str
    first: date | None
    last: date | None
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """A last day that does not come from a record's own period, e.g. a stop that is announced."""

    rule: EndRule
    file: str | None
    last: date


@dataclass(frozen=True, slots=True)
class Horizon:
    """How many days a right may hold before somebody has to confirm it."""

    days: int = 365
    privileged_days: int = 183

    def last_day(self, as_of: date, *, privileged: bool) -> date:
        """The last end of a quarter within the limit, so that the same right keeps its end for months; else the limit itself."""
        limit = as_of + timedelta(days=self.privileged_days if privileged else self.days)
        quarter = date(limit.year, (limit.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
        if (limit + timedelta(days=1)).day == 1 and limit.month % 3 == 0:
            quarter = limit
        return quarter if quarter >= as_of else limit


@dataclass(frozen=True, slots=True)
class Common:
    """First and last common day; None where it is not known or there is no common day."""

    first: date | None
    last: date | None
    ends_by: EndsBy | None


def common(spans: Iterable[Span], caps: Iterable[Cap] = ()) -> Common:
    """The common days of all spans; of several that end first on one day the first named is given as the cause."""
    known = tuple(spans)
    ends: list[Cap] = [Cap(s.rule, s.file, s.last) for s in known if s.last is not None]
    end = min((*ends, *caps), key=lambda cap: cap.last, default=None)
    firsts = [s.first for s in known if s.first is not None]
    first = max(firsts) if len(firsts) == len(known) and firsts else None
    if end and any(day > end.last for day in firsts):
        return Common(None, None, None)
    ends_by = EndsBy(rule=end.rule, file=end.file) if end else None
    return Common(first, end.last if end else None, ends_by)


def never(spans: Iterable[Span], as_of: date) -> bool:
    """True if one of the spans was over before `as_of` and before another began."""
    known = tuple(spans)
    over = [s.last for s in known if s.last is not None and s.last < as_of]
    return bool(over) and any(s.first is not None and s.first > min(over) for s in known)


def span_reasons(span: Span, as_of: date) -> tuple[Reason, ...]:
    """Why the span does not hold on `as_of`; empty if it does."""
    missing, later, over = _CODES[span.rule]
    if span.last is not None and span.last < as_of:
        return (Reason(code=over, text=f"{span.what} endete am {date_long(span.last)}.", file=span.file),)
    if span.first is None:
        if span.announced:
            return ()
        return (Reason(code=missing, text=f"{span.what} hat noch keinen ersten Tag.", file=span.file),)
    if span.first > as_of:
        return (Reason(code=later, text=f"{span.what} beginnt erst am {date_long(span.first)}.", file=span.file),)
    return ()


def relevant(periods: Sequence[P], as_of: date) -> P:
    """Of several periods of one thing the one that counts: it holds; else the next to begin; else the last that ended."""
    for period in periods:
        if period.holds_on(as_of):
            return period
    coming = [p for p in periods if p.until is None or p.until >= as_of]
    if coming:
        return min(coming, key=lambda p: p.from_ or date.max)
    return max(periods, key=lambda p: p.until or date.min)


def overlap(a: Period, b: Period, as_of: date) -> bool:
    """True if the two share a day that is not over on `as_of`; a period without first day may begin any day."""
    first = max(a.from_ or date.min, b.from_ or date.min, as_of)
    return first <= min(a.until or date.max, b.until or date.max)
