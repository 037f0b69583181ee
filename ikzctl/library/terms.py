"""Days and periods as contracts and statutes count them: notice, approval clock, entry into force. Plain values only."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ikzctl.model.agreement import Duration, NoticeRule

Unit = Literal["tag", "woche", "monat", "jahr"]
Grid = Literal["jederzeit", "monatsende", "quartalsende", "halbjahresende", "jahresende", "schuljahresende"]
Outcome = Literal[
    "offen", "erteilt", "erteilt_mit_auflagen", "fiktion", "abgelehnt", "zurueckgegeben", "kenntnis", "unbelegt"
]

# Months whose last day is on the grid. The school year ends on 31 July in every Land (general knowledge, not read).
_GRID_MONTHS: dict[Grid, tuple[int, ...]] = {
    "monatsende": tuple(range(1, 13)),
    "quartalsende": (3, 6, 9, 12),
    "halbjahresende": (6, 12),
    "jahresende": (12,),
    "schuljahresende": (7,),
}
_DAY = timedelta(days=1)
GRID_DE: dict[Grid, str] = {
    "jederzeit": "zu jedem Tag",
    "monatsende": "zum Ende eines Monats",
    "quartalsende": "zum Ende eines Quartals",
    "halbjahresende": "zum Ende eines Halbjahres",
    "jahresende": "zum Ende eines Jahres",
    "schuljahresende": "zum Ende eines Schuljahres",
}


def month_end(year: int, month: int) -> date:
    if year > date.max.year:
        return date.max  # some write "for ever" as the last day that there is
    return date(year, month, calendar.monthrange(year, month)[1])


def add_span(day: date, value: int, unit: Unit) -> date:
    """Last day of a period that an event on `day` starts; the day itself does not count (§§ 187, 188 BGB).

    Where the last month has no such day, the period ends with that month.

    >>> add_span(date(2026, 12, 31), 2, "monat"), add_span(date(2028, 2, 29), 1, "jahr")
    (datetime.date(2027, 2, 28), datetime.date(2029, 2, 28))
    """
    if unit in ("tag", "woche"):
        days = value * (7 if unit == "woche" else 1)
        return day + timedelta(days=days) if days <= (date.max - day).days else date.max
    months = day.year * 12 + day.month - 1 + value * (12 if unit == "jahr" else 1)
    if months // 12 > date.max.year:
        return date.max
    last = month_end(months // 12, months % 12 + 1)
    return last.replace(day=min(day.day, last.day))


def term_end(first: date, value: int, unit: Unit) -> date:
    """Last day of a term whose first day counts in full: five years from 1 January 2027 end on 31 December 2031."""
    return add_span(first - _DAY, value, unit) if unit in ("tag", "woche") else _month_term_end(first, value, unit)


def _month_term_end(first: date, value: int, unit: Unit) -> date:
    last = add_span(first, value, unit)
    # 31 January + 1 month is clipped to the end of February, which is itself the last day of the term.
    return last if last.day < first.day else last - _DAY


def on_grid(day: date, grid: Grid) -> bool:
    return grid == "jederzeit" or (day.month in _GRID_MONTHS[grid] and day == month_end(day.year, day.month))


def next_on_grid(day: date, grid: Grid) -> date:
    """The first day on the grid that is not before `day`."""
    if grid == "jederzeit":
        return day
    month = next((m for m in _GRID_MONTHS[grid] if m >= day.month), None)
    if month is not None:
        return month_end(day.year, month)
    return month_end(day.year + 1, _GRID_MONTHS[grid][0])


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """A right of notice: period, grid, and the first day with whose end it can take effect."""

    value: int
    unit: Unit
    grid: Grid
    not_before: date | None = None


def notice_terms(rule: NoticeRule, duration: Duration | None, in_force_from: date | None) -> NoticeTerms | None:
    """The terms of a rule together with the minimum duration; None while the period is still open."""
    if rule.period is None:
        return None
    bounds = [rule.earliest]
    if duration is not None:
        bounds.append(duration.minimum_until)
        if duration.minimum is not None and in_force_from is not None:
            bounds.append(term_end(in_force_from, duration.minimum.value, duration.minimum.unit))
    known = [b for b in bounds if b is not None]
    return NoticeTerms(rule.period.value, rule.period.unit, rule.to, max(known) if known else None)


def earliest_effective(terms: NoticeTerms, received: date) -> date:
    """The first day with whose end a notice takes effect that arrives on `received`."""
    day = add_span(received, terms.value, terms.unit)
    return next_on_grid(max(day, terms.not_before or day), terms.grid)


def last_receipt(terms: NoticeTerms, effective: date) -> date:
    """The last day on which a notice can arrive to take effect with the end of `effective`.

    Weekends and holidays do not move it: a period of notice is there for the receiver.
    """
    day = add_span(effective, -terms.value, terms.unit)
    while add_span(day + _DAY, terms.value, terms.unit) <= effective:
        day += _DAY
    return day


def possible(terms: NoticeTerms, effective: date) -> bool:
    """True if the right of notice can end something with this day at all, whenever it is declared."""
    return on_grid(effective, terms.grid) and (terms.not_before is None or effective >= terms.not_before)


# --- approval ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submission:
    """What happened to an application for approval; None: not (yet) known."""

    received_on: date | None = None
    objected_on: date | None = None
    resubmitted_on: date | None = None
    decided_on: date | None = None
    outcome: Outcome = "offen"

    def known_on(self, day: date) -> Submission:
        """As it was known on `day`: later events have not happened yet."""
        seen = [d if d is not None and d <= day else None for d in (self.received_on, self.objected_on)]
        again = self.resubmitted_on if self.resubmitted_on and self.resubmitted_on <= day else None
        future = self.decided_on is not None and self.decided_on > day
        decided = None if future else self.decided_on
        return Submission(seen[0], seen[1], again, decided, "offen" if future else self.outcome)


ClockState = Literal["nicht_eingereicht", "laeuft", "angehalten", "gilt_als_erteilt", "erteilt", "abgelehnt"]


@dataclass(frozen=True, slots=True)
class ApprovalClock:
    """`started_on` and `ends_on` are None until the application has arrived, or where the Land's clock is not known.

    `ends_on` is the last day of the period; § 31 Abs. 3 VwVfG may move it, see `on_weekend`.
    """

    state: ClockState
    started_on: date | None = None
    ends_on: date | None = None
    stopped_on: date | None = None
    decided_on: date | None = None

    @property
    def on_weekend(self) -> bool:
        return self.ends_on is not None and self.ends_on.weekday() >= 5


def approval_clock(submission: Submission, value: int | None, unit: Unit, as_of: date) -> ApprovalClock:
    """Where the approval stands: it counts as given when the period ends without refusal, concern or request.

    `value` None: the Land has no such clock, or we do not know it; then nothing is ever taken as given.
    """
    s = submission.known_on(as_of)
    start = max((d for d in (s.received_on, s.resubmitted_on) if d), default=None)
    end = add_span(start, value, unit) if start is not None and value is not None else None
    if s.outcome in ("erteilt", "erteilt_mit_auflagen", "fiktion", "kenntnis"):
        return ApprovalClock("erteilt", start, end, None, s.decided_on)
    if s.outcome in ("abgelehnt", "zurueckgegeben") and not _resubmitted_after(s):
        return ApprovalClock("abgelehnt", start, end, s.decided_on or s.objected_on, s.decided_on)
    if start is None:
        return ApprovalClock("nicht_eingereicht")
    # A concern after the end of the period comes too late to stop it.
    if s.objected_on is not None and s.objected_on >= start and (end is None or s.objected_on <= end):
        return ApprovalClock("angehalten", start, end, s.objected_on)
    if end is not None and as_of > end:
        return ApprovalClock("gilt_als_erteilt", start, end, None, end)
    return ApprovalClock("laeuft", start, end)


def _resubmitted_after(s: Submission) -> bool:
    return s.resubmitted_on is not None and (s.decided_on is None or s.resubmitted_on > s.decided_on)


def in_force_from(published: Iterable[date | None], agreed: date | None = None) -> date | None:
    """The day after the last publication, or a later agreed day; None while a publication is missing."""
    days = list(published)
    known = [d for d in days if d is not None]
    if not days or len(known) < len(days):
        return None
    first = max(known) + _DAY
    return max(first, agreed) if agreed is not None else first
