"""What follows when a partner joins a cooperation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ikzctl.library import german
from ikzctl.library.parties import procedure_for
from ikzctl.model.agreement import Agreement
from ikzctl.model.changes import AppendItem, RemoveValue, SetValue
from ikzctl.model.errors import UserError
from ikzctl.model.mandate import Mandate
from ikzctl.model.member import Member
from ikzctl.model.partner import PRIVATE_TYPES
from ikzctl.plans import follow_up, join_effects, new_files
from ikzctl.plans.case import Case, case_of
from ikzctl.plans.plan import Draft, Plan, some
from ikzctl.registry.near import near
from ikzctl.registry.registry import Registry

# new: no membership file yet; again: a former member; date: already planned, only the first day was open
Route = Literal["new", "again", "date"]


@dataclass(frozen=True, slots=True)
class _Join:
    """The decided frame of a joining; `version` is the amendment's number, 0 for a founding party."""

    case: Case
    draft: Draft
    from_day: date
    tasks: tuple[str, ...]
    """Tasks it is restricted to; empty: all."""
    route: Route
    version: int


def plan_join(
    registry: Registry, cooperation: str, partner: str, from_day: date, *, as_of: date, tasks: Sequence[str] = ()
) -> Plan:
    """The plan for `partner` to be a member from `from_day` on, for `tasks` only if some are given.

    Raises UserError for a cooperation, partner or task that does not exist.
    """
    case = case_of(registry, cooperation, partner, as_of)
    _require_tasks(case, tasks)
    draft = Draft()
    route = _route(case, draft, from_day)
    _refuse(case, draft, from_day)
    day = german.date_long(from_day)
    title = f"Beitritt: {case.partner.legal_name} – {case.cooperation.name}, ab {day}"
    message = f"{case.id}: {case.partner.legal_name} ab {day} aufnehmen"
    if not draft.refusals:
        _work_out(_Join(case, draft, from_day, tuple(tasks), route, case.next_version if case.amends else 0))
    return draft.plan(title, message)


def _require_tasks(case: Case, tasks: Sequence[str]) -> None:
    for task in tasks:
        if task not in case.cooperation.tasks:
            known = case.cooperation.tasks
            hint = near(task, known).strip() or f"Aufgaben der Zusammenarbeit: {', '.join(known)}"
            raise UserError(f"Die Aufgabe „{task}“ gehört nicht zur Zusammenarbeit „{case.id}“.", hint)


def _route(case: Case, draft: Draft, from_day: date) -> Route:
    member = case.member
    if member is None:
        return "new"
    if member.state == "vorgesehen" and member.from_ is None and member.until is None:
        return "date"
    who = german.capitalised(case.names.nominative)
    over = member.until is not None and member.until < from_day
    if over:
        return "again"
    if member.until is not None:
        draft.refusals.append(
            f"{who} ist noch bis zum {german.date_long(member.until)} Mitglied; "
            "ein neuer Beitritt kann frühestens am Tag danach beginnen."
        )
    elif member.state == "vorgesehen" and member.from_ is not None:
        draft.refusals.append(f"Der Beitritt ist schon zum {german.date_long(member.from_)} vorgesehen.")
    else:
        since = f" seit dem {german.date_long(member.from_)}" if member.from_ else ""
        draft.refusals.append(f"{who} ist schon Mitglied{since}.")
    return "new"


def _refuse(case: Case, draft: Draft, from_day: date) -> None:
    """Hard stops; what only deserves care becomes a warning."""
    partner, agreement = case.partner, case.agreement
    if case.cooperation.phase == "beendet" or (agreement is not None and agreement.state == "beendet"):
        draft.refusals.append("Die Zusammenarbeit ist beendet; ein Beitritt ist nicht mehr möglich.")
    if partner.until is not None and partner.until < from_day:
        text = f"{partner.legal_name} besteht nur bis zum {german.date_long(partner.until)}."
        draft.refusals.append(text + (f" Rechtsnachfolger: {partner.successor}." if partner.successor else ""))
    if partner.from_ is not None and partner.from_ > from_day:
        draft.refusals.append(f"{partner.legal_name} besteht erst seit dem {german.date_long(partner.from_)}.")
    if case.began is not None and from_day < case.began:
        draft.refusals.append(
            f"Die Zusammenarbeit beginnt erst am {german.date_long(case.began)}; ein Beitritt kann nicht davor liegen."
        )
    last = agreement.duration.until if agreement else None
    if last is not None and last < from_day:
        draft.refusals.append(f"Die Vereinbarung ist bis zum {german.date_long(last)} befristet.")


def _work_out(join: _Join) -> None:
    _warn(join)
    joined = _member_steps(join)
    if join.version:
        _agreement_step(join)
    join_effects.consequences(join.case, join.draft, join.from_day, joined, join.version)


def _warn(join: _Join) -> None:
    case, draft = join.case, join.draft
    if join.from_day < case.as_of:
        draft.warnings.append(
            "Der Beitritt liegt in der Vergangenheit und wird nachgetragen. Beschlüsse, Genehmigung und Bekanntmachungen "
            "bitte mit ihren Tagen ergänzen."
        )
    if case.cooperation.phase == "ruht":
        draft.warnings.append("Die Zusammenarbeit ruht; Rechte entstehen erst, wenn sie wieder aufgenommen ist.")
    if case.partner.type in PRIVATE_TYPES:
        draft.warnings.append(
            "Private können nur neben kommunalen Beteiligten mitwirken, soweit keine Rechtsvorschrift entgegensteht "
            + german.citation("(§ 12 Abs. 1 Satz 2 KomZG)." if case.land == "RP" else "(Landesrecht).")
        )
    if case.partner.land != case.land:
        draft.warnings.append("Der Partner liegt in einem anderen Land; maßgeblich ist dann ein Staatsvertrag.")
    a = case.agreement
    if a is None:
        draft.warnings.append("Eine Vereinbarung ist noch nicht eingetragen (agreement.yaml fehlt).")
    elif not join.version and a.state in ("beschlossen", "unterzeichnet"):
        draft.warnings.append(
            "Die Vereinbarung ist schon beschlossen oder unterzeichnet, aber noch nicht wirksam: Mit einem weiteren Beteiligten "
            "sind die Beschlüsse aller Beteiligten neu zu fassen."
        )
    elif join.version:
        _warn_of_open_amendment(join, a)


def _warn_of_open_amendment(join: _Join, a: Agreement) -> None:
    if not a.accession.open:
        join.draft.warnings.append(
            "Die Vereinbarung sieht keinen Beitritt weiterer Partner vor; auch das muss geändert werden."
        )
    pending = [v for v in a.versions if v.kind == "aenderung" and v.signed_on is None and v.in_force_from is None]
    for version in pending:
        join.draft.warnings.append(
            f"Die {version.number}. Änderung ist noch nicht unterzeichnet; beides lässt sich in einer Urkunde zusammenfassen."
        )


# --- edits ------------------------------------------------------------------------------------------------------------


def _member_steps(join: _Join) -> tuple[Mandate, ...]:
    """The partner's own files and the mandates; returns the mandates it takes part in."""
    case, draft = join.case, join.draft
    joined = _mandates(join)
    _membership_step(join)
    if not case.registry.has("pool", case.partner.id, case.id):
        shared = list(dict.fromkeys(m.task for m in joined if m.mode in new_files.SHARED_STAFF_MODES))
        draft.step(
            "Personalpool anlegen" + (" mit je einer offenen Stelle" if shared else " (ohne Stellen)"),
            new_files.pool_file(case, join.from_day, shared),
        )
    gates = case.cooperation.gates.security
    if gates and not case.registry.has("security", case.partner.id):
        draft.step("Verlangte IT-Sicherheitszusagen als offen eintragen", new_files.security_file(case, gates))
        draft.open_facts.append(f"Tag und Nachweis der Sicherheitszusagen (security/{case.partner.id}.yaml)")
    for mandate in joined:
        if case.partner.id not in mandate.principals:
            path = case.path("mandate", mandate.id)
            draft.step(
                f"Mandat „{mandate.id}“ ({case.task_name(mandate.task)}): als Beteiligten aufnehmen",
                AppendItem(path, ("principals",), case.partner.id),
            )
    return joined


def _membership_step(join: _Join) -> None:
    case, draft = join.case, join.draft
    path = case.path("member", case.partner.id)
    day = german.date_long(join.from_day)
    about = "beitritt" if join.version else "abschluss"
    if join.route == "new":
        file = new_files.member_file(case, join.from_day, join.tasks, join.version, about)
        draft.step(f"Mitgliedschaft ab {day} als vorgesehen anlegen", file)
    elif join.route == "date":
        draft.step(
            f"Vorgesehene Mitgliedschaft: Beginn auf {day} festlegen",
            SetValue(path, ("from",), join.from_day),
            *_restrict(path, join.tasks),
        )
    else:
        draft.step(f"Frühere Mitgliedschaft festhalten und neue ab {day} eintragen", *_again(join, path, about))
    _open_facts(case, draft)


def _restrict(path: str, tasks: tuple[str, ...]) -> tuple[SetValue, ...]:
    return (SetValue(path, ("tasks",), list(tasks)),) if tasks else ()


def _again(join: _Join, path: str, about: str) -> tuple[AppendItem | SetValue | RemoveValue, ...]:
    """The ended membership moves to `earlier` with its notice and what was said of its beginning; nothing of it is lost."""
    member: Member = join.case.registry.get("member", join.case.partner.id, join.case.id)
    moved: dict[str, Any] = {}
    if member.from_text is not None:
        moved["from_text"] = member.from_text
    if member.termination is not None:
        moved["termination"] = member.termination.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    version, partner = join.version, join.case.partner
    entries = [("resolutions", e) for e in new_files.resolution(partner, about, version)]
    entries += [("signatures", e) for e in new_files.signature(version)]
    entries += [("publications", e) for e in new_files.publication(partner, version)]
    return (
        AppendItem(path, ("earlier",), {"from": member.from_, "until": member.until, **moved}),
        *(RemoveValue(path, (key,)) for key in moved),
        SetValue(path, ("from",), join.from_day),
        RemoveValue(path, ("until",)),
        SetValue(path, ("state",), "vorgesehen"),
        *_restrict(path, join.tasks),
        *(AppendItem(path, (key,), entry) for key, entry in entries),
    )


def _open_facts(case: Case, draft: Draft) -> None:
    where = f"partners/{case.partner.id}.yaml"
    if new_files.council_of(case.partner) is None:
        draft.open_facts.append(f"Name der Vertretung, die beschließt ({where}: organs)")
    if not case.partner.representation:
        draft.open_facts.append(f"Amt, das nach außen vertritt ({where}: representation)")
    if new_files.gazette_of(case.partner) is None:
        draft.open_facts.append(f"Bekanntmachungsorgan ({where}: gazettes)")
    draft.open_facts.append(f"Beschluss, Unterschrift und Bekanntmachung ({case.path('member', case.partner.id)})")


def _mandates(join: _Join) -> tuple[Mandate, ...]:
    """Mandates of the cooperation that the partner takes part in; why others are left out is said."""
    case = join.case
    excepted = {id for e in (case.member.exceptions if case.member else ()) for id in e.mandates}
    joined, lacking, lent, left_out = [], [], [], []
    for mandate in case.mandates:
        ended = mandate.until is not None and mandate.until < join.from_day
        if ended or (join.tasks and mandate.task not in join.tasks) or mandate.agent == case.partner.id:
            continue
        if mandate.id in excepted:
            left_out.append(mandate.id)
            continue
        if not _holds(case, mandate.task):
            lacking.append(mandate)
        elif mandate.mode == "staff_lending" and case.partner.id not in mandate.principals:
            lent.append(mandate)
        else:
            joined.append(mandate)
    _say_left_out(join, lacking, left_out, lent)
    if not joined:
        join.draft.warnings.append("Kein Mandat passt auf den neuen Partner; Rechte entstehen dadurch nicht.")
    return tuple(joined)


def _say_left_out(join: _Join, lacking: list[Mandate], left_out: list[str], lent: list[Mandate]) -> None:
    case, draft = join.case, join.draft
    if lacking:
        names = some(dict.fromkeys(case.task_name(m.task) for m in lacking))
        draft.warnings.append(
            f"{case.partner.legal_name} ist nicht Träger: {names}. Diese Mandate bleiben unverändert."
        )
    if left_out:
        draft.warnings.append(f"Vereinbarte Ausnahmen bleiben bestehen; nicht beteiligt an: {some(left_out)}.")
    if lent:
        draft.warnings.append(f"Personalgestellung wird nicht selbsttätig ergänzt: {some(m.id for m in lent)}.")


def _holds(case: Case, task: str) -> bool:
    """Whether the partner is the holder of the task; what is not known does not keep it out."""
    said = [p.holds_task for p in case.partner.profiles if p.task == task and p.holds_task is not None]
    if said:
        return said[-1]
    holders = case.registry.task(task).holders
    return not holders or case.partner.type in holders


def _agreement_step(join: _Join) -> None:
    case, draft, number = join.case, join.draft, join.version
    path = case.path("agreement")
    version = {
        "number": number,
        "kind": "aenderung",
        "reason": f"Beitritt {case.names.genitive}",
        "signed_on": None,
        "in_force_from": None,
        "joins": [case.partner.id],
    }
    draft.step(f"{number}. Änderung der Vereinbarung vormerken (Beitritt)", AppendItem(path, ("versions",), version))
    law = procedure_for("accession", case.land, case.agreement)
    if law is not None and law.procedure == "approval":
        after = case.authority((*_others(case, join.from_day), case.partner.id))
        entry = follow_up.approval_step(case, "genehmigung", number, after)
        draft.step(f"Genehmigung der {number}. Änderung vormerken", AppendItem(path, ("procedure",), entry))


def _others(case: Case, day: date) -> tuple[str, ...]:
    return tuple(id for id in case.parties(day) if id != case.partner.id)
