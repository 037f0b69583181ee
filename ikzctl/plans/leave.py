"""What follows when a partner leaves a cooperation; nothing is deleted, memberships and mandates get an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ikzctl.library import german
from ikzctl.library.parties import procedure_for
from ikzctl.model.agreement import NoticeRule
from ikzctl.model.changes import AppendItem, SetValue
from ikzctl.model.errors import UserError
from ikzctl.model.mandate import Mandate
from ikzctl.model.member import Member
from ikzctl.plans import follow_up, leave_effects, new_files
from ikzctl.plans.case import Case, case_of
from ikzctl.plans.notice import NoticeAnswer, answer
from ikzctl.plans.plan import Draft, Plan
from ikzctl.registry.registry import Registry


@dataclass(frozen=True, slots=True)
class _Leave:
    """The decided frame of a leaving; `version` is the amendment's number, None where nothing is amended."""

    case: Case
    draft: Draft
    member: Member
    effective: date
    reason: str
    notice: NoticeAnswer
    version: int | None


def plan_leave(
    registry: Registry,
    cooperation: str,
    partner: str,
    effective: date,
    *,
    reason: str,
    as_of: date,
    extraordinary: bool = False,
) -> Plan:
    """The plan for `partner` to be a member until `effective` (the last day), the notice arriving on `as_of`.

    Raises UserError for a cooperation or partner that does not exist, and for a partner that is no member.
    """
    case = case_of(registry, cooperation, partner, as_of)
    member = case.member
    if member is None:
        raise UserError(
            f"{case.partner.legal_name} ist nicht Mitglied der Zusammenarbeit „{cooperation}“.", _members_hint(case)
        )
    day = german.date_long(effective)
    title = f"Ausscheiden: {case.partner.legal_name} – {case.cooperation.name}, mit Ablauf des {day}"
    draft = Draft()
    _refuse(draft, member, effective)
    if not draft.refusals:
        planned = _only_planned(member, as_of)
        if planned and effective <= as_of:
            _withdraw(case, draft, member, effective, reason)
        else:
            if planned:
                draft.warnings.append(_STILL_PLANNED)
            _give_notice(case, draft, member, effective, reason, extraordinary=extraordinary)
    return draft.plan(title, f"{case.id}: {case.partner.legal_name} scheidet mit Ablauf des {day} aus")


_STILL_PLANNED = (
    "Die Mitgliedschaft ist erst vorgesehen. Solange die Vereinbarung nicht in Kraft ist, genügt statt der Kündigung ein Beschluss "
    "der Beteiligten über den neuen Kreis; ein Tag bis heute (--effective) hält das fest."
)


def _members_hint(case: Case) -> str:
    ids = case.registry.ids("member", case.id)
    return f"Mitglieder: {', '.join(ids[:12])}" + (" …" if len(ids) > 12 else "")


def _refuse(draft: Draft, member: Member, effective: date) -> None:
    """Only one notice, and no end before the beginning."""
    if member.termination is not None:
        draft.refusals.append(
            f"Die Kündigung ist schon eingetragen; sie wirkt mit Ablauf des {german.date_long(member.termination.effective)}."
        )
    elif member.state == "ausgeschieden" or (member.until is not None and member.until <= effective):
        ended = f" mit Ablauf des {german.date_long(member.until)}" if member.until else ""
        draft.refusals.append(f"Die Mitgliedschaft endet ohnehin{ended}.")
    elif member.from_ is not None and member.state != "vorgesehen" and effective < member.from_:
        draft.refusals.append(f"Die Mitgliedschaft beginnt erst am {german.date_long(member.from_)}.")


def _only_planned(member: Member, day: date) -> bool:
    return member.state == "vorgesehen" and (member.from_ is None or member.from_ > day)


def _withdraw(case: Case, draft: Draft, member: Member, effective: date, reason: str) -> None:
    """Whoever is only planned backs out; there is no notice to give yet."""
    path = case.path("member", case.partner.id)
    edits = [SetValue(path, ("state",), "ausgeschieden"), SetValue(path, ("until",), effective)]
    if member.from_ is not None and member.from_ > effective:
        # An interval that ends before it begins would hold on no day but break every comparison.
        note = f"vorgesehen war der {german.date_long(member.from_)}"
        edits.append(SetValue(path, ("from",), None, note))
    draft.step(
        "Vorgesehene Mitgliedschaft als nicht zustande gekommen festhalten",
        *edits,
        SetValue(path, ("termination",), _termination(None, effective, reason)),
    )
    draft.warnings.append(
        "Die Mitgliedschaft war erst vorgesehen: Es ist keine Kündigung nötig, nur ein Beschluss der Beteiligten über den neuen Kreis."
    )
    _end_mandates(case, draft, effective)
    _end_positions(case, draft, effective)
    leave_effects.remaining(case, draft, effective)
    draft.follows("dokumente", "Der Entwurf der Vereinbarung ist ohne den Partner neu zu erzeugen.")
    follow_up.costs(case, draft, effective, "ohne den Partner")


def _give_notice(
    case: Case, draft: Draft, member: Member, effective: date, reason: str, *, extraordinary: bool
) -> None:
    if effective < case.as_of:
        draft.refusals.append(
            f"Der {german.date_long(effective)} ist vorbei. Wird ein Ausscheiden nachgetragen, den Tag des Zugangs mit --as-of nennen."
        )
        return
    notice = answer(case, effective, case.as_of, extraordinary=extraordinary)
    if notice.refusal is not None:
        draft.refusals.append(notice.refusal)
        return
    if notice.warning is not None:
        draft.warnings.append(notice.warning)
    leave = _Leave(case, draft, member, effective, reason, notice, case.next_version if case.amends else None)
    _membership_step(leave)
    _end_mandates(case, draft, effective)
    _end_positions(case, draft, effective)
    if leave.version is not None:
        _agreement_step(leave, leave.version)
    leave_effects.consequences(case, draft, effective, notice, leave.version, extraordinary=extraordinary)


# --- edits ------------------------------------------------------------------------------------------------------------


def _termination(rule: NoticeRule | None, effective: date, reason: str) -> dict[str, Any]:
    return {
        "rule": rule.id if rule else None,
        "declared_on": None,
        "received_on": None,
        "effective": effective,
        "reason": reason,
        "form": rule.form if rule else "schriftform",
    }


def _membership_step(leave: _Leave) -> None:
    case, draft = leave.case, leave.draft
    path, rule = case.path("member", case.partner.id), leave.notice.rule
    comment = "Kündigung: Tag der Erklärung und Tag des letzten Zugangs eintragen, sobald sie feststehen."
    edits: list[SetValue | AppendItem] = [
        SetValue(path, ("until",), leave.effective),
        SetValue(path, ("termination",), _termination(rule, leave.effective, leave.reason), comment),
    ]
    if rule is None or rule.resolution_required:
        edits += [
            AppendItem(path, ("resolutions",), e)
            for e in new_files.resolution(case.partner, "kuendigung", max(0, (leave.version or 0) - 1))
        ]
    draft.step(f"Mitgliedschaft endet mit Ablauf des {german.date_long(leave.effective)}; Kündigung eintragen", *edits)
    draft.open_facts.append(f"Tag der Erklärung und des letzten Zugangs der Kündigung ({path})")


def _end_mandates(case: Case, draft: Draft, effective: date) -> None:
    """A mandate ends if its agent leaves or if nobody is left beside the leaving partner; else the membership limits it."""
    for mandate in case.mandates:
        why = _why_it_ends(case, mandate)
        if why is None or (mandate.until is not None and mandate.until <= effective):
            continue
        path = case.path("mandate", mandate.id)
        if mandate.from_ is not None and mandate.from_ > effective:
            draft.warnings.append(
                f"Das Mandat „{mandate.id}“ beginnt erst nach dem Ausscheiden: {why}. Bitte neu vereinbaren."
            )
            continue
        draft.step(f"Mandat „{mandate.id}“ endet: {why}", SetValue(path, ("until",), effective))


def _why_it_ends(case: Case, mandate: Mandate) -> str | None:
    id = case.partner.id
    if mandate.agent == id:
        return "der beauftragte Beteiligte scheidet aus"
    if id not in mandate.principals:
        return None
    left = [p for p in mandate.parties if p != id]
    if len(left) < 2:
        return "es bleibt kein weiterer Beteiligter"
    return None


def _end_positions(case: Case, draft: Draft, effective: date) -> None:
    if not case.registry.has("pool", case.partner.id, case.id):
        return
    path = case.path("pool", case.partner.id)
    edits, later = [], []
    for number, position in enumerate(case.registry.get("pool", case.partner.id, case.id).positions):
        if position.until is not None and position.until <= effective:
            continue
        if position.from_ is not None and position.from_ > effective:
            later.append(position.id)
        else:
            edits.append(SetValue(path, ("positions", number, "until"), effective))
    if edits:
        posts = german.counted(len(edits), "Stelle", "Stellen", "feminin")
        verb = "endet" if len(edits) == 1 else "enden"
        draft.step(f"Personalpool: {posts} {verb} für die Zusammenarbeit", *edits)
    if later:
        draft.warnings.append(
            f"Stellen, die erst nach dem Ausscheiden beginnen sollten, bitte von Hand aufgeben: {', '.join(later)}."
        )


def _agreement_step(leave: _Leave, number: int) -> None:
    case, draft = leave.case, leave.draft
    path = case.path("agreement")
    ending = leave_effects.ends_for_all(case, leave.effective)
    if ending is None:
        version = {
            "number": number,
            "kind": "aenderung",
            "reason": f"Ausscheiden {case.names.genitive}",
            "signed_on": None,
            "in_force_from": None,
            "leaves": [case.partner.id],
        }
        draft.step(
            f"{number}. Änderung der Vereinbarung vormerken (Ausscheiden)", AppendItem(path, ("versions",), version)
        )
    event = "withdrawal" if ending is None else "dissolution"
    step = procedure_for(event, case.land, case.agreement)
    if step is None:
        return
    kind = {"approval": "genehmigung", "notification": "anzeige", "ask": "voranfrage"}[step.procedure]
    # What is dissolved is the latest version there is; an amendment that ends nothing but itself does not exist.
    about = number if ending is None else number - 1
    authority = case.authority(case.parties(case.as_of))
    note = (
        "Ob das Ausscheiden zu genehmigen oder anzuzeigen ist, ist rechtlich ungeklärt."
        if kind == "voranfrage"
        else None
    )
    title = {
        "genehmigung": "Genehmigung",
        "anzeige": "Anzeige an die Aufsicht",
        "voranfrage": "Anfrage bei der Aufsicht",
    }[kind]
    draft.step(
        f"{title} vormerken",
        AppendItem(path, ("procedure",), follow_up.approval_step(case, kind, about, authority, note)),
    )
