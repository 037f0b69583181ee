"""Days to keep in mind: reviews, milestones, commitments, notice, approval clock, terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ikzctl.library import german
from ikzctl.library.terms import earliest_effective, last_receipt, notice_terms
from ikzctl.model.agreement import Agreement
from ikzctl.model.cooperation import Cooperation
from ikzctl.procedure.steps import kind_de
from ikzctl.procedure.values import ApprovalRow, Deadline, GateRow, PartnerRow
from ikzctl.registry.registry import CooperationFolder

_CLOSED = ("erreicht", "aufgegeben")
Entry = tuple[date | None, str | None, str]
"""Day, words instead of a day, what."""


def deadlines(
    folder: CooperationFolder,
    partners: Sequence[PartnerRow],
    approvals: Sequence[ApprovalRow],
    security: Sequence[GateRow],
    day: date,
) -> tuple[Deadline, ...]:
    """Overdue ones first, then by day; what is known in words only comes last."""
    entries = [
        *_cooperation(folder.cooperation),
        *_members(folder, partners, day),
        *_authorities(approvals),
        *(
            (row.due, None, f"{row.name}: {row.demanded} zugesagt")
            for row in security
            if row.due and row.state != "erreicht"
        ),
        *(_agreement(folder.agreement, day) if folder.agreement is not None else ()),
    ]
    found = [Deadline(on, text, what, on is not None and on < day) for on, text, what in entries if on or text]
    return tuple(sorted(found, key=lambda d: (d.on is None, d.on or date.max, d.what)))


def _cooperation(c: Cooperation) -> Iterator[Entry]:
    for milestone in c.milestones:
        if milestone.state not in _CLOSED:
            yield milestone.due, milestone.due_text, f"Meilenstein „{milestone.title}“"
            for exception in milestone.exceptions:
                yield exception.review, exception.review_text, f"Ausnahme von „{milestone.title}“ überprüfen"
    for review in c.reviews:
        if review.result is None:
            yield review.due, review.due_text, f"Überprüfung: {review.question}"
    for question in c.open_questions:
        if question.answer is None:
            yield question.due, None, f"Offene Frage klären: {question.question}"
    for decision in c.decisions:
        yield decision.review, None, f"Wiedervorlage: {decision.title}"
    for funding in c.funding:
        yield funding.due, None, f"Förderung: {funding.name}"


def _members(folder: CooperationFolder, partners: Sequence[PartnerRow], day: date) -> Iterator[Entry]:
    for row in partners:
        member = folder.members[row.id]
        if row.state == "ausgeschieden":
            continue
        if member.until is not None:
            yield member.until, None, f"{row.name}: Mitgliedschaft endet"
        if member.state == "vorgesehen" and member.from_ is not None:
            yield member.from_, None, f"{row.name}: vorgesehener Beginn der Mitgliedschaft"
        if row.resolution.mark == "vorgesehen":
            yield row.resolution.on, None, f"{row.name}: Sitzung der Vertretung"
        for exception in member.exceptions:
            yield exception.review, exception.review_text, f"{row.name}: Ausnahme überprüfen ({exception.subject})"


def _authorities(approvals: Sequence[ApprovalRow]) -> Iterator[Entry]:
    for row in approvals:
        if row.state == "laeuft" and row.ends_on is not None:
            yield row.ends_on, None, f"{kind_de(row.kind)}: Ablauf der Frist, {row.authority or 'Aufsicht'}"


def _agreement(a: Agreement, day: date) -> Iterator[Entry]:
    if a.duration.until is not None:
        yield a.duration.until, None, "Ende der Laufzeit der Vereinbarung"
    if a.state != "in_kraft":
        return
    began = min((v.in_force_from for v in a.versions if v.in_force_from), default=None)
    for rule in a.notice:
        terms = notice_terms(rule, a.duration, began) if rule.kind == "ordentlich" else None
        if terms is not None:
            effective = earliest_effective(terms, day)
            last = last_receipt(terms, effective)
            yield (
                last,
                None,
                f"Letzter Tag für den Zugang einer Kündigung zum {german.date_long(effective)} („{rule.id}“)",
            )
