"""The steps of a version of the agreement: resolutions, signatures, approval and publications, per partner and authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ikzctl.library import german
from ikzctl.library.law import has_pack, no_pack
from ikzctl.library.parties import APPROVED_INSTRUMENTS, approval_span, authority_of, is_party, land_of, procedure_for
from ikzctl.library.terms import ApprovalClock, Submission, Unit, approval_clock
from ikzctl.model.agreement import Agreement, ProcedureStep
from ikzctl.model.kinds import BY_NAME
from ikzctl.model.member import Member
from ikzctl.procedure.values import ApprovalRow, Done, Obstacle, PartnerRow
from ikzctl.registry.registry import CooperationFolder, Registry

# What a partner resolves for a version; a resolution to give notice or a preliminary debate is something else.
_ABOUT = ("abschluss", "beitritt", "aenderung", "aufhebung", "zustimmung")
_KINDS_DE = {
    "genehmigung": "Genehmigung",
    "anzeige": "Anzeige",
    "fachaufsicht": "Fachaufsicht",
    "einvernehmen": "Einvernehmen",
    "foerderstelle": "Förderstelle",
    "datenschutzaufsicht": "Datenschutzaufsicht",
    "voranfrage": "Voranfrage",
}


@dataclass(frozen=True, slots=True)
class Work:
    """The version that is being worked on: the latest one that is not yet in force, else the latest."""

    number: int
    in_force: bool
    in_force_from: date | None


def version_in_work(agreement: Agreement, day: date) -> Work:
    ordered = sorted(agreement.versions, key=lambda v: v.number)
    if not ordered:
        return Work(0, agreement.state == "in_kraft", None)
    last = ordered[-1]
    in_force = last.in_force_from is not None and last.in_force_from <= day
    return Work(last.number, in_force or (len(ordered) == 1 and agreement.state == "in_kraft"), last.in_force_from)


def kind_de(kind: str) -> str:
    return _KINDS_DE.get(kind, kind)


# --- partners ---------------------------------------------------------------------------------------------------------


def partner_rows(registry: Registry, folder: CooperationFolder, work: Work | None, day: date) -> tuple[PartnerRow, ...]:
    """Members and planned members first, those who have left last."""
    rows = [_row(registry.partner(id).legal_name, id, member, work, day) for id, member in folder.members.items()]
    return tuple(sorted(rows, key=lambda r: (r.state == "ausgeschieden", r.name)))


def _row(name: str, id: str, member: Member, work: Work | None, day: date) -> PartnerRow:
    over = member.until is not None and member.until < day
    if over or member.state == "ausgeschieden":
        state = "ausgeschieden"
    elif member.termination is not None:
        state = "gekuendigt"
    else:
        state = "mitglied" if member.state == "beigetreten" and member.holds_on(day) else "vorgesehen"
    number = work.number if work else 0
    missing = Done("nicht_dokumentiert" if work is not None and work.in_force else "offen")
    return PartnerRow(
        id,
        name,
        member.role,
        state,  # type: ignore[arg-type]
        member.from_,
        member.until,
        _resolution(member, number, day) or missing,
        _first([s.date for s in member.signatures if s.for_version == number], day) or missing,
        _first([p.date for p in member.publications if p.for_version == number], day) or missing,
    )


def _resolution(member: Member, number: int, day: date) -> Done | None:
    """The last word of the council on this version; a planned session if it has not spoken."""
    found = [r for r in member.resolutions if r.for_version == number and r.about in _ABOUT]
    taken = [r for r in found if r.result != "offen" and (r.date is None or r.date <= day)]
    if taken:
        last = max(taken, key=lambda r: r.date or date.min)
        if last.result == "angenommen":
            return Done("erledigt", last.date)
        return Done("abgelehnt" if last.result == "abgelehnt" else "vertagt", last.date)
    planned = [r.planned_on for r in found if r.planned_on is not None]
    return Done("vorgesehen", max(planned)) if planned else None


def _first(days: Sequence[date | None], day: date) -> Done | None:
    known = [d for d in days if d is not None]
    past = [d for d in known if d <= day]
    if past:
        return Done("erledigt", min(past))
    return Done("vorgesehen", min(known)) if known else None


# --- authorities ------------------------------------------------------------------------------------------------------


def approval_rows(
    registry: Registry, folder: CooperationFolder, work: Work, partners: Sequence[PartnerRow], day: date
) -> tuple[ApprovalRow, ...]:
    """The steps entered for the version; if its approval is not entered although the law wants one, that row as well."""
    agreement = folder.agreement
    if agreement is None:
        return ()
    land = land_of(agreement, registry.head)
    found = [s for s in agreement.procedure if s.for_version == work.number]
    rows = [_approval_row(s, land, partners, day) for s in found]
    law = procedure_for("amendment", land, agreement)
    wanted = law is not None and law.procedure == "approval" and not work.in_force
    if wanted and not any(s.kind in ("genehmigung", "anzeige", "voranfrage") for s in found):
        parties = [registry.partner(id) for id, m in folder.members.items() if is_party(m, day)]
        name = authority_of(land, parties).name
        todo = "Schritt „genehmigung“ in agreement.yaml eintragen und Antrag stellen"
        rows.append(ApprovalRow(None, "genehmigung", name, "nicht_eingereicht", None, None, False, None, None, todo))
    return tuple(rows)


def law_gaps(registry: Registry, folder: CooperationFolder, work: Work | None) -> tuple[Obstacle, ...]:
    """What cannot be told of an agreement under the law of a Land that has no law pack."""
    agreement = folder.agreement
    if agreement is None or work is None or work.in_force or agreement.instrument not in APPROVED_INSTRUMENTS:
        return ()
    land = land_of(agreement, registry.head)
    if has_pack(land):
        return ()
    named_in = BY_NAME["agreement"].path(folder.id, folder.id) if agreement.land else BY_NAME["registry"].pattern
    what = f"Genehmigung und ihre Frist sind nicht zu beurteilen: {no_pack(land)}"
    return (Obstacle(what, (), None, None, f"bei der Aufsicht erfragen; das Land steht in {named_in} (land)"),)


def _approval_row(step: ProcedureStep, land: str, partners: Sequence[PartnerRow], day: date) -> ApprovalRow:
    submission = Submission(step.received_on, step.objected_on, step.resubmitted_on, step.decided_on, step.outcome)
    # Silence means consent only where the law says so, and it says so for the approval.
    span = approval_span(land) if step.kind == "genehmigung" else None
    value, unit = span if span else (None, "monat")
    clock = approval_clock(submission, value, _unit(unit), day)
    return ApprovalRow(
        step.id,
        step.kind,
        step.authority,
        clock.state,
        clock.started_on,
        clock.ends_on,
        clock.on_weekend,
        clock.decided_on,
        step.file_no,
        _next_step(step.kind, clock, partners),
    )


def _unit(unit: str) -> Unit:
    return "woche" if unit == "woche" else "monat"


def _next_step(kind: str, clock: ApprovalClock, partners: Sequence[PartnerRow]) -> str:
    if clock.state == "nicht_eingereicht":
        waiting = sum(1 for p in partners if p.state != "ausgeschieden" and p.resolution.mark == "offen")
        if kind == "genehmigung" and waiting:
            beschluesse = "ein Beschluss fehlt" if waiting == 1 else f"{waiting} Beschlüsse fehlen"
            return f"Antrag stellen, sobald beschlossen und unterzeichnet ist ({beschluesse})"
        return (
            "Antrag stellen und Tag des Eingangs eintragen" if kind == "genehmigung" else "absenden und Tag eintragen"
        )
    if clock.state == "laeuft":
        if clock.ends_on is None:
            return "Antwort abwarten"
        weekend = " (Wochenende: nach § 31 Abs. 3 VwVfG womöglich der nächste Werktag)" if clock.on_weekend else ""
        text = f"Entscheidung abwarten; mit Ablauf des {german.date_long(clock.ends_on)} gilt sie als erteilt{weekend}"
        return german.citation(text)
    if clock.state == "angehalten":
        return "Bedenken oder Rückfrage klären und erneut vorlegen; dann läuft die Frist neu"
    if clock.state == "abgelehnt":
        return "Gründe klären, Text ändern, erneut beschließen und vorlegen"
    if clock.state == "gilt_als_erteilt":
        return "Fiktion festhalten (outcome: fiktion) und bekannt machen"
    return "bekannt machen" if kind == "genehmigung" else "erledigt"
