"""What keeps a cooperation from starting: with whom it lies, since when, and what is to be done, in the order of the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ikzctl.library import german
from ikzctl.library.gates import STAGES_DE
from ikzctl.model.cooperation import Cooperation
from ikzctl.procedure.steps import Work, kind_de
from ikzctl.procedure.values import (
    ApprovalRow,
    Done,
    GateRow,
    MilestoneRow,
    Obstacle,
    PartnerRow,
    QuestionRow,
    ReadinessRow,
)

_RESOLUTION = {
    "offen": ("Beschluss der Vertretung fehlt", "Beschlussvorlage einbringen und Sitzungstag eintragen"),
    "vorgesehen": ("Beschluss der Vertretung steht an", "Ergebnis nach der Sitzung eintragen"),
    "vertagt": ("Beschluss der Vertretung ist vertagt", "neuen Sitzungstag vereinbaren"),
    "abgelehnt": (
        "Vertretung hat abgelehnt",
        "klären, ob ohne diesen Partner oder mit geändertem Text weitergearbeitet wird",
    ),
}
_APPROVED = ("erteilt", "gilt_als_erteilt")
_CLOCK = {
    "nicht_eingereicht": "ist nicht beantragt",
    "laeuft": "ist beantragt, die Frist läuft",
    "angehalten": "ist durch Bedenken oder Rückfrage angehalten",
    "abgelehnt": "ist abgelehnt",
    "gilt_als_erteilt": "gilt als erteilt, ist aber nicht festgehalten",
}


def obstacles(
    cooperation: Cooperation,
    gaps: Sequence[Obstacle],
    work: Work | None,
    partners: Sequence[PartnerRow],
    approvals: Sequence[ApprovalRow],
    security: Sequence[GateRow],
    readiness: Sequence[ReadinessRow],
    milestones: Sequence[MilestoneRow],
    questions: Sequence[QuestionRow],
) -> tuple[Obstacle, ...]:
    """None for a cooperation that has ended; `gaps`: what keeps us from telling the others."""
    if cooperation.phase == "beendet":
        return ()
    return (
        *gaps,
        *_resting(cooperation, partners),
        *_agreement(cooperation, work, partners, approvals),
        *_milestones(milestones),
        *_security(security),
        *_readiness(readiness),
        *_questions(questions),
    )


def _coordinator(c: Cooperation, partners: Sequence[PartnerRow]) -> tuple[str, ...]:
    if c.coordinator is None:
        return ()
    return (next((p.name for p in partners if p.id == c.coordinator), c.coordinator),)


def _resting(c: Cooperation, partners: Sequence[PartnerRow]) -> Iterator[Obstacle]:
    if c.phase == "ruht":
        todo = "klären, ob und wann sie wieder aufgenommen wird"
        yield Obstacle("Die Zusammenarbeit ruht", _coordinator(c, partners), c.phase_since, None, todo)


def _agreement(
    cooperation: Cooperation, work: Work | None, partners: Sequence[PartnerRow], approvals: Sequence[ApprovalRow]
) -> Iterator[Obstacle]:
    if work is None:
        who = (cooperation.coordinator,) if cooperation.coordinator else ()
        yield Obstacle(
            "Es gibt noch keine Vereinbarung", who, None, None, "agreement.yaml anlegen und Entwurf erzeugen"
        )
        return
    if work.in_force:
        return
    active = [p for p in partners if p.state != "ausgeschieden" and p.role in ("mitglied", "beauftragter")]
    for mark, (what, todo) in _RESOLUTION.items():
        rows = [p for p in active if p.resolution.mark == mark]
        yield from _of_partners(what, rows, [p.resolution for p in rows], todo)
    unsigned = [p for p in active if p.signature.mark != "erledigt"]
    yield from _of_partners("Unterschrift fehlt", unsigned, [], "nach dem Beschluss unterzeichnen und Tag eintragen")
    for row in approvals:
        if row.state != "erteilt":
            who = (row.authority or "zuständige Behörde offen",)
            yield Obstacle(f"{kind_de(row.kind)} {_CLOCK[row.state]}", who, row.started_on, None, row.next_step)
    approved = all(row.state in _APPROVED for row in approvals if row.kind == "genehmigung")
    unpublished = [p for p in active if p.publication.mark != "erledigt"]
    todo = "bekannt machen, Organ und Tag eintragen" if approved else "nach der Genehmigung bekannt machen"
    yield from _of_partners("Bekanntmachung fehlt", unpublished, [], todo)


def _of_partners(what: str, rows: Sequence[PartnerRow], done: Sequence[Done], todo: str) -> Iterator[Obstacle]:
    """One obstacle for all partners with whom the same thing lies: a cooperation of hundreds stays readable."""
    if rows:
        known = [d.on for d in done if d.on is not None]
        yield Obstacle(what, tuple(p.name for p in rows), min(known, default=None), None, todo)


def _milestones(rows: Iterable[MilestoneRow]) -> Iterator[Obstacle]:
    for row in rows:
        if row.demanded and row.state != "erreicht":
            who = (row.owner,) if row.owner else ()
            if row.waits_for:
                todo = f"abwarten oder anmahnen: {row.waits_for}"
            elif row.blocked_by:
                todo = f"vorher erreichen: {', '.join(row.blocked_by)}"
            else:
                todo = "erreichen und Stand eintragen (cooperation.yaml: milestones)"
            yield Obstacle(f"Meilenstein „{row.title}“ ist nicht erreicht", who, row.since, None, todo)


def _security(rows: Sequence[GateRow]) -> Iterator[Obstacle]:
    groups: dict[tuple[str, str], list[GateRow]] = {}
    for row in rows:
        if row.state != "erreicht":
            groups.setdefault((row.demanded, row.state), []).append(row)
    for (demanded, state), found in groups.items():
        words = {row.since_text for row in found if row.since_text}
        since = min((row.since for row in found if row.since), default=None)
        what = f"{demanded}: zugesagt, nicht erreicht" if state == "zugesagt" else f"{demanded}: keine Zusage"
        todo = "umsetzen und Nachweis eintragen" if state == "zugesagt" else "Zusage einholen und eintragen"
        names = tuple(row.name for row in found)
        yield Obstacle(
            what, names, since, words.pop() if since is None and len(words) == 1 else None, f"{todo} (security/)"
        )


def _readiness(rows: Iterable[ReadinessRow]) -> Iterator[Obstacle]:
    """Links that the same partners lack are one obstacle."""
    groups: dict[tuple[str, tuple[str, ...]], list[ReadinessRow]] = {}
    for row in rows:
        if row.missing:
            groups.setdefault((row.task, row.missing), []).append(row)
    for (task, names), found in groups.items():
        what = f"{task}, nicht in Betrieb: {', '.join(STAGES_DE[r.stage] for r in found)}"
        seen = min((r.as_of for r in found if r.as_of), default=None)
        # The register knows since when it has been looked at, not since when it is missing.
        words = f"mindestens {german.date_long(seen)}" if seen else None
        todo = "in Betrieb nehmen und Stand eintragen (partners/: readiness)"
        yield Obstacle(what, names, None, words, todo)


def _questions(rows: Iterable[QuestionRow]) -> Iterator[Obstacle]:
    for row in rows:
        if "start" in row.blocks:
            who = (row.owner,) if row.owner else ()
            todo = f"beantworten (cooperation.yaml: open_questions, {row.id})"
            yield Obstacle(row.question, who, row.asked_on, None, todo)


def oldest(rows: Iterable[QuestionRow]) -> tuple[QuestionRow, ...]:
    """Open questions, the oldest first; those without a day last."""
    return tuple(sorted(rows, key=lambda q: (q.asked_on or date.max, q.id)))
