"""What must hold before a grant is active: agreement, membership, mandate, security, readiness, milestones, stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ikzctl.access.case import Case, Part, example_remark, reason
from ikzctl.access.periods import Cap, Span, relevant
from ikzctl.library.gates import STAGES_DE, readiness_gaps, security_results
from ikzctl.library.german import enumeration
from ikzctl.model.agreement import ProcedureStep, Version
from ikzctl.model.base import Period
from ikzctl.model.cooperation import Milestone
from ikzctl.model.mandate import Mandate
from ikzctl.model.manifest import Reason, Remark
from ikzctl.model.member import EarlierMembership, Member, MemberException

_DAY = timedelta(days=1)
_NOTHING_HANDED_OVER = ("shared_facility", "staff_lending")
_APPROVED = ("erteilt", "erteilt_mit_auflagen", "fiktion")
_STATE_DE = {
    "entwurf": "Entwurf",
    "beschlossen": "beschlossen",
    "unterzeichnet": "unterzeichnet",
    "genehmigt": "genehmigt",
    "beendet": "beendet",
}
_PHASE_DE = {"idee": "erst eine Idee", "vorbereitung": "noch in Vorbereitung", "ruht": "ruhend gestellt"}


def cooperation_part(case: Case) -> Part:
    """What concerns every grant of the cooperation."""
    cooperation, file = case.folder.cooperation, case.file("cooperation")
    reasons: list[Reason] = []
    if cooperation.phase == "beendet":
        reasons.append(reason("zusammenarbeit_beendet", "Die Zusammenarbeit ist beendet.", file))
    elif cooperation.phase in _PHASE_DE:
        text = f"Die Zusammenarbeit ist {_PHASE_DE[cooperation.phase]}."
        reasons.append(reason("zusammenarbeit_nicht_in_betrieb", text, file))
    reasons += _open_questions(case, None)
    return Part(reasons=tuple(reasons), remarks=example_remark("Die Zusammenarbeit", file, cooperation))


def _open_questions(case: Case, partner: str | None) -> Iterator[Reason]:
    for question in case.folder.cooperation.open_questions:
        if "rechtevergabe" not in question.blocks or question.partner != partner:
            continue
        if question.answer is None or (question.answered_on is not None and question.answered_on > case.as_of):
            text = f"Eine Frage, von der die Rechtevergabe abhängt, ist offen: {question.question.strip()}"
            yield reason("offene_frage", text, case.file("cooperation"))


def agreement_part(case: Case, home: str, host: str, form: str | None) -> Part:
    """The agreement binds both partners on the day and is approved as far as the law demands it."""
    agreement, file = case.agreement, case.file("agreement")
    if agreement is None or case.texts is None:
        text = "Für die Zusammenarbeit ist keine Vereinbarung eingetragen."
        return Part(reasons=(reason("vereinbarung_fehlt", text, file),))
    spans = tuple(
        case.texts.span(partner, f"{case.name(partner)}: Die Wirkung der Vereinbarung", file)
        for partner in (home, host)
    )
    reasons: list[Reason] = []
    if agreement.state != "in_kraft":
        text = f"Die Vereinbarung ist nicht in Kraft (Stand: {_STATE_DE[agreement.state]})."
        reasons.append(reason("vereinbarung_nicht_in_kraft", text, file))
    missing, remarks = _approval(case, home, host, form)
    return Part(
        spans, reasons=(*reasons, *missing), remarks=(*remarks, *example_remark("Die Vereinbarung", file, agreement))
    )


def _approval(case: Case, home: str, host: str, form: str | None) -> tuple[list[Reason], list[Remark]]:
    texts, file = case.texts, case.file("agreement")
    if texts is None or case.agreement is None:
        return [], []
    needed = _approval_needed(case, form)
    versions = {v.number: v for v in (texts.text, texts.joined(home), texts.joined(host)) if v}
    reasons: list[Reason] = []
    remarks: list[Remark] = []
    for number, version in sorted(versions.items()):
        steps = [s for s in texts.steps.get(number, ()) if s.kind == "genehmigung"]
        if any(_approved(case, step) for step in steps):
            continue
        undocumented = not steps or all(step.outcome == "unbelegt" for step in steps)
        if (steps and not undocumented) or (needed and case.agreement.state != "in_kraft"):
            norm = case.law.procedure.approval.basis if case.law and case.law.procedure else None
            reasons.append(reason("genehmigung_fehlt", f"Die Genehmigung {_of(version)} liegt nicht vor.", file, norm))
        elif needed:
            text = (
                f"Die Genehmigung {_of(version)} ist nicht dokumentiert; die Vereinbarung ist als in Kraft eingetragen."
            )
            remarks.append(Remark(code="genehmigung_nicht_dokumentiert", text=text, file=file))
        elif needed is None:
            text = f"Ob {_of(version, subject=True)} eine Genehmigung braucht, sagt das hinterlegte Landesrecht nicht."
            remarks.append(Remark(code="genehmigungspflicht_unbekannt", text=text, file=file))
    return reasons, remarks


def _approval_needed(case: Case, form: str | None) -> bool | None:
    """Whether the law of the Land wants an approval for this form; None if that is not known."""
    known = case.law.form(form) if case.law and form else None
    return known.approval if known else None


def _approved(case: Case, step: ProcedureStep) -> bool:
    return step.outcome in _APPROVED and (step.decided_on is None or step.decided_on <= case.as_of)


def _of(version: Version, *, subject: bool = False) -> str:
    if version.number == 0:
        return "die Urfassung" if subject else "der Urfassung"
    return f"{'die' if subject else 'der'} Fassung {version.number}"


def membership_part(case: Case, partner: str, mandate_id: str, mandate: Mandate) -> Part:
    """The partner is a member and takes part in this mandate."""
    name, file = case.name(partner), case.file("member", partner)
    member = case.folder.members.get(partner)
    if member is None:
        return Part(
            reasons=(reason("mitgliedschaft_fehlt", f"{name}: Eine Mitgliedschaft ist nicht eingetragen.", file),)
        )
    span, present = _membership(member, case.as_of, f"{name}: Die Mitgliedschaft", file)
    reasons: list[Reason] = []
    if present and member.state == "vorgesehen":
        reasons.append(reason("mitgliedschaft_vorgesehen", f"{name}: Die Mitgliedschaft ist erst vorgesehen.", file))
    elif present and member.state == "ausgeschieden" and (span.last is None or span.last >= case.as_of):
        reasons.append(reason("mitgliedschaft_beendet", f"{name}: Der Partner ist ausgeschieden.", file))
    if member.role == "beobachter":
        reasons.append(reason("beobachter", f"{name}: Der Partner nimmt nur als Beobachter teil.", file))
    if member.tasks and mandate.task not in member.tasks:
        text = f"{name}: Der Partner nimmt an der Aufgabe „{mandate.task}“ nicht teil."
        reasons.append(reason("aufgabe_ausgenommen", text, file))
    for exception in member.exceptions:
        if _excepted(exception, mandate_id, mandate):
            text = f"{name}: Der Partner ist ausgenommen: {exception.subject.strip()}."
            reasons.append(reason("ausnahme_des_mitglieds", text, file))
    return Part((span,), reasons=tuple(reasons), remarks=example_remark(f"{name}: Die Mitgliedschaft", file, member))


def _membership(member: Member, as_of: date, what: str, file: str) -> tuple[Span, bool]:
    """The membership that counts on the day, and whether it is the present one, which alone the record's state speaks of."""
    memberships = (*map(_until_notice, member.earlier), _until_notice(member))
    counts = relevant(memberships, as_of)
    present = counts is memberships[-1]
    announced = present and member.state == "vorgesehen"
    return Span("mitgliedschaft", what, file, counts.from_, counts.until, announced), present


def _until_notice(membership: Member | EarlierMembership) -> Period:
    """A notice ends a membership although its `until` may not be entered yet."""
    end = membership.termination.effective if membership.termination else None
    if end is None or (membership.until is not None and membership.until <= end):
        return membership
    return membership.model_copy(update={"until": end})


def _excepted(exception: MemberException, mandate_id: str, mandate: Mandate) -> bool:
    """Where an exception names mandates it means those; else all mandates of its tasks."""
    if exception.mandates:
        return mandate_id in exception.mandates
    return mandate.task in exception.tasks


def mandate_part(case: Case, mandate_id: str, mandate: Mandate) -> Part:
    file = case.file("mandate", mandate_id)
    task = case.registry.task(mandate.task)
    reasons: list[Reason] = []
    if mandate.state != "vereinbart":
        reasons.append(reason("mandat_vorgeschlagen", f"Das Mandat „{mandate_id}“ ist erst vorgeschlagen.", file))
    if mandate.form is None:
        text = f"Die Rechtsform (A bis I) des Mandats „{mandate_id}“ ist offen."
        reasons.append(reason("rechtsform_offen", text, file))
    if mandate.task not in case.folder.cooperation.tasks:
        text = f"Die Aufgabe „{task.name}“ gehört nicht zur Zusammenarbeit."
        reasons.append(reason("aufgabe_nicht_vereinbart", text, case.file("cooperation")))
    if task.state not in ("aktiv", "pilot"):
        text = f"Die Aufgabe „{task.name}“ ist nicht aktiv (Stand: {task.state})."
        reasons.append(reason("aufgabe_nicht_aktiv", text, case.file("task", mandate.task)))
    for id in mandate.consent_documents:
        document = case.document_ids.get(id)
        if document is None or document.state != "geschlossen" or (document.date and document.date > case.as_of):
            text = f"Die Zustimmung „{id}“, auf die sich das Mandat stützt, liegt nicht vor."
            reasons.append(reason("zustimmung_fehlt", text, case.file("agreement")))
    span = Span("mandat", f"Das Mandat „{mandate_id}“", file, mandate.from_, mandate.until)
    remarks = (*_parts_remark(mandate_id, mandate, file), *example_remark(f"Das Mandat „{mandate_id}“", file, mandate))
    return Part((span,), reasons=tuple(reasons), remarks=remarks)


def _parts_remark(mandate_id: str, mandate: Mandate, file: str) -> Iterator[Remark]:
    """Which application role serves which part of a task only people know; without their word the roles of the whole task are given."""
    if mandate.scope.kind == "teil" and mandate.mode not in _NOTHING_HANDED_OVER and not mandate.roles:
        text = (
            f"Das Mandat „{mandate_id}“ überträgt nur Teile der Aufgabe und nennt keine Rollen („roles“); "
            "vergeben werden alle Rollen der Aufgabe, die eine Stelle hat."
        )
        yield Remark(code="teile_ohne_rollen", text=text, file=file)


def security_part(case: Case, home: str) -> Part:
    """The partner whose staff get in has reached what the cooperation demands, and for how long that is sure."""
    gates = case.folder.cooperation.gates.security
    security = case.registry.security(home)
    file = case.file("security", home) if security else case.file("cooperation")
    unmet = [r for r in security_results(gates, security, case.as_of) if not r.reached]
    reasons = tuple(
        reason(
            "sicherheit_nicht_erreicht",
            f"{case.name(home)}: Nicht erreicht ist {result.demanded} ({_how_far(result.state)}).",
            file,
        )
        for result in unmet
    )
    if unmet or not gates:
        return Part(reasons=reasons)
    days = {c.until for c in (security.commitments if security else ()) if c.until}
    days |= {gate.from_ - _DAY for gate in gates if gate.from_}
    for day in sorted(d for d in days if d >= case.as_of):
        if not all(r.reached for r in security_results(gates, security, day + _DAY)):
            return Part(caps=(Cap("sicherheit", file, day),))
    return Part()


def _how_far(state: str) -> str:
    return "nur zugesagt" if state == "zugesagt" else "keine Zusage eingetragen"


def partner_gates(case: Case, partner: str, task: str) -> Part:
    """Readiness, milestones and open questions as far as they concern this partner."""
    gates, file = case.folder.cooperation.gates, case.file("cooperation")
    name, reasons = case.name(partner), list(_open_questions(case, partner))
    gaps = readiness_gaps(gates.readiness, case.registry.partner(partner), (task,))
    if gaps:
        links = enumeration([f"{STAGES_DE[gap.stage]} ({gap.state})" for gap in gaps])
        text = f"{name}: Glieder der digitalen Kette sind nicht in Betrieb: {links}."
        reasons.append(reason("bereitschaft_fehlt", text, case.file("partner", partner)))
    known = {m.id: m for m in case.folder.cooperation.milestones}
    for id in gates.milestones:
        milestone = known.get(id)
        if milestone is None:
            reasons.append(reason("meilenstein_offen", f"Der Meilenstein „{id}“ ist nicht eingetragen.", file))
        elif _concerns(milestone, partner) and not _reached(case, milestone):
            text = f"Der Meilenstein „{milestone.title}“ ist nicht erreicht."
            reasons.append(reason("meilenstein_offen", text, file))
    return Part(reasons=tuple(reasons))


def _concerns(milestone: Milestone, partner: str) -> bool:
    if milestone.partners and partner not in milestone.partners:
        return False
    return all(exception.partner != partner for exception in milestone.exceptions)


def _reached(case: Case, milestone: Milestone) -> bool:
    return milestone.state == "erreicht" and (milestone.reached_on is None or milestone.reached_on <= case.as_of)


def stops(case: Case, mandate_id: str, home: str, host: str) -> Part:
    """Stops of one of the two partners or of the mandate; one that is announced ends the grant on the day before."""
    reasons: list[Reason] = []
    caps: list[Cap] = []
    for id, stop in case.folder.suspensions.items():
        if (stop.mandate and stop.mandate != mandate_id) or (stop.partner and stop.partner not in (home, host)):
            continue
        if stop.until is not None and stop.until < case.as_of:
            continue
        file = case.file("suspension", id)
        # a stop without a day is meant to work now: somebody wrote it in a hurry
        if stop.from_ is None or stop.from_ <= case.as_of:
            reasons.append(
                reason("gesperrt", f"{_whom(case, stop.partner, stop.mandate)}: {stop.reason.strip()}", file)
            )
        else:
            caps.append(Cap("sperre", file, stop.from_ - _DAY))
    return Part(caps=tuple(caps), reasons=tuple(reasons))


def _whom(case: Case, partner: str | None, mandate: str | None) -> str:
    parts = [case.name(partner)] if partner else []
    parts += [f"Mandat „{mandate}“"] if mandate else []
    return f"Gesperrt ({', '.join(parts) or 'ganze Zusammenarbeit'})"
