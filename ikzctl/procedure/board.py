"""The board of a cooperation, and the overview of all: how far it is, what blocks it, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ikzctl.library.gates import readiness_gaps, security_results
from ikzctl.model.cooperation import Cooperation
from ikzctl.procedure.deadlines import deadlines
from ikzctl.procedure.obstacles import obstacles, oldest
from ikzctl.procedure.steps import approval_rows, law_gaps, partner_rows, version_in_work
from ikzctl.procedure.values import (
    Board,
    GateRow,
    MilestoneRow,
    Overview,
    OverviewRow,
    PartnerRow,
    QuestionRow,
    ReadinessRow,
)
from ikzctl.registry.registry import Registry

_OPEN = ("offen", "laeuft", "verschoben")


def board(registry: Registry, cooperation: str | None, *, as_of: date) -> Board | Overview:
    """The board of one cooperation, or the overview of all if none is named."""
    return board_of(registry, cooperation, as_of=as_of) if cooperation is not None else overview(registry, as_of=as_of)


def board_of(registry: Registry, cooperation: str, *, as_of: date) -> Board:
    folder = registry.cooperation(cooperation)
    c, agreement = folder.cooperation, folder.agreement
    work = version_in_work(agreement, as_of) if agreement is not None else None
    partners = partner_rows(registry, folder, work, as_of)
    active = [p for p in partners if p.state != "ausgeschieden"]
    approvals = approval_rows(registry, folder, work, partners, as_of) if work is not None else ()
    security = _security(registry, c, active, as_of)
    readiness = _readiness(registry, c, active)
    milestones = _milestones(registry, c, as_of)
    questions = oldest(_questions(registry, c, as_of))
    return Board(
        id=cooperation,
        name=c.name,
        phase=c.phase,
        phase_since=c.phase_since,
        phase_reason=c.phase_reason,
        as_of=as_of,
        agreement=agreement.state if agreement else None,
        version=work.number if work else None,
        in_force_from=work.in_force_from if work else None,
        obstacles=obstacles(
            c, law_gaps(registry, folder, work), work, partners, approvals, security, readiness, milestones, questions
        ),
        partners=partners,
        approvals=approvals,
        security=security,
        readiness=readiness,
        milestones=milestones,
        questions=questions,
        deadlines=deadlines(folder, partners, approvals, security, as_of),
    )


def overview(registry: Registry, *, as_of: date) -> Overview:
    rows = []
    for id in registry.ids("cooperation"):
        b = board_of(registry, id, as_of=as_of)
        registry.forget(id)
        coming = [d for d in b.deadlines if d.on is not None and not d.overdue]
        rows.append(
            OverviewRow(
                id,
                b.name,
                b.phase,
                sum(p.state in ("mitglied", "gekuendigt") for p in b.partners),
                sum(p.state == "vorgesehen" for p in b.partners),
                b.agreement,
                len(b.obstacles),
                b.obstacles[0].what if b.obstacles else None,
                sum(d.overdue for d in b.deadlines),
                coming[0] if coming else None,
            )
        )
    return Overview(registry.head.name, as_of, tuple(rows))


def _security(registry: Registry, c: Cooperation, active: Sequence[PartnerRow], day: date) -> tuple[GateRow, ...]:
    if not c.gates.security:
        return ()
    return tuple(
        GateRow(p.id, p.name, r.demanded, r.state, r.since, r.since_text, r.due, r.obstacle)
        for p in active
        for r in security_results(c.gates.security, registry.security(p.id), day)
    )


def _readiness(registry: Registry, c: Cooperation, active: Sequence[PartnerRow]) -> tuple[ReadinessRow, ...]:
    """Per task and link; a partner counts for the whole cooperation, because the gate speaks of every partner."""
    stages = c.gates.readiness
    if not stages:
        return ()
    missing: dict[tuple[str, str], list[tuple[str, date | None]]] = {}
    for p in active:
        for gap in readiness_gaps(stages, registry.partner(p.id), c.tasks):
            missing.setdefault((gap.task, gap.stage), []).append((p.name, gap.as_of))
    rows = []
    for task in c.tasks:
        for stage in stages:
            gaps = missing.get((task, stage), [])
            seen = min((d for _, d in gaps if d is not None), default=None)
            names = tuple(name for name, _ in gaps)
            rows.append(
                ReadinessRow(registry.task(task).name, stage, len(active) - len(gaps), len(active), names, seen)
            )
    return tuple(rows)


def _milestones(registry: Registry, c: Cooperation, day: date) -> tuple[MilestoneRow, ...]:
    state = {m.id: m.state for m in c.milestones}
    return tuple(
        MilestoneRow(
            m.id,
            m.title,
            m.state,
            m.since,
            m.due,
            m.due_text,
            m.due is not None and m.due < day and m.state in _OPEN,
            m.id in c.gates.milestones,
            m.waits_for if m.state in _OPEN else None,
            tuple(a for a in m.after if state.get(a) in _OPEN),
            tuple(registry.partner(e.partner).short_name for e in m.exceptions),
            m.owner,
        )
        for m in sorted(c.milestones, key=lambda m: (m.order, m.id))
    )


def _questions(registry: Registry, c: Cooperation, day: date) -> list[QuestionRow]:
    rows = []
    for q in c.open_questions:
        answered = q.answer is not None and (q.answered_on is None or q.answered_on <= day)
        if answered or (q.asked_on is not None and q.asked_on > day):
            continue
        owner = q.owner or (registry.partner(q.partner).legal_name if q.partner else None)
        rows.append(QuestionRow(q.id, q.question, q.about, tuple(q.blocks), q.asked_on, q.due, owner))
    return rows
