"""Consequences that joining and leaving share: councils, papers, supervisory authority, data protection, costs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from ikzctl.library import german
from ikzctl.library.law import Authority, law_pack, procedure_of
from ikzctl.library.parties import approval_span, procedure_for
from ikzctl.model.mandate import Mandate
from ikzctl.plans.case import Case
from ikzctl.plans.plan import Draft

_AUTHORITY_KINDS = {"add": "add", "district": "kreisverwaltung"}


def approval_step(case: Case, kind: str, version: int, authority: Authority, note: str | None = None) -> dict[str, Any]:
    """An open entry for a step at the authority; what the law does not say stays null."""
    entry: dict[str, Any] = {
        "id": case.free_step_id(f"{kind}-{version}"),
        "kind": kind,
        "authority": authority.name,
        "authority_kind": _AUTHORITY_KINDS.get(authority.kind),
        "for_version": version,
        "sent_on": None,
        "received_on": None,
        "decided_on": None,
        "outcome": "offen",
        "file_no": None,
    }
    if note:
        entry["note"] = note
    return entry


def authority_change(draft: Draft, before: Authority, after: Authority) -> None:
    """Who is competent with the new circle of parties, and whether that changes."""
    if after.name is None:
        draft.follows(
            "genehmigung",
            f"Welche Behörde zuständig ist, ließ sich nicht bestimmen. {after.reason_de}",
            after.basis,
            after.state,
        )
        return
    text = f"Zuständig ist danach die {after.name}. {after.reason_de}"
    if before.name is not None and before.name != after.name:
        text = f"Die Zuständigkeit wechselt von der {before.name} zur {after.name}. {after.reason_de}"
    elif before.name == after.name:
        text = f"Zuständig bleibt die {after.name}. {after.reason_de}"
    draft.follows("genehmigung", text, after.basis, after.state)


def amendment_approval(case: Case, draft: Draft, event: str, about: str) -> None:
    """Whether an amendment of this kind has to be approved, and how long that takes."""
    step = procedure_for(event, case.land, case.agreement)
    if step is None:
        draft.follows(
            "genehmigung",
            f"Ob {about} zu genehmigen oder anzuzeigen ist, ist nicht hinterlegt; bitte bei der Aufsicht erfragen.",
        )
        return
    fact = law_pack(case.land).fact(step.fact)
    if step.procedure == "approval":
        draft.follows(
            "genehmigung",
            f"{german.capitalised(about)} ändert die Vereinbarung und ist zu genehmigen.",
            fact.norm,
            step.state,
        )
        _clock(case, draft)
    elif step.procedure == "notification":
        draft.follows("genehmigung", f"{german.capitalised(about)} ist der Aufsicht anzuzeigen.", fact.norm, step.state)
    else:
        draft.follows(
            "genehmigung",
            f"Ob {about} zu genehmigen oder nur anzuzeigen ist, ist rechtlich ungeklärt: vorher bei der Aufsicht anfragen.",
            fact.norm,
            step.state,
        )


def _clock(case: Case, draft: Draft) -> None:
    span = approval_span(case.land)
    if span is None:
        return
    value, unit = span
    length = german.period(value, "week" if unit == "woche" else "month", "nominative")
    pack = law_pack(case.land)
    norm = pack.fact(pack.procedure.approval.clock.fact).norm if pack.procedure else None
    state = pack.procedure.approval.clock.state if pack.procedure else None
    draft.follows(
        "genehmigung",
        f"Die Genehmigung gilt {length} nach Eingang als erteilt, wenn nicht abgelehnt, beanstandet oder rückgefragt wird; "
        "nach erneuter Vorlage läuft die Frist neu.",
        norm,
        state,
    )


def entry_into_force(case: Case, draft: Draft, wanted: date) -> None:
    """Every partner publishes by itself; the last one decides."""
    procedure = procedure_of(case.land)
    if procedure is None:
        return
    rule = procedure.entry_into_force
    draft.follows(
        "genehmigung",
        f"Wirksam wird die Änderung am Tag nach der letzten Bekanntmachung, nicht vor dem {german.date_long(wanted)}.",
        law_pack(case.land).fact(rule.fact).norm,
        rule.state,
    )


def councils(case: Case, draft: Draft, ids: Sequence[str], subject: str) -> None:
    """One paper per council; the files of the other members are not touched, a missing resolution shows on the board."""
    if ids:
        draft.follows("beschluesse", f"{len(ids)} Beschlussvorlagen {subject}: {case.some_names(ids)}.")


def data_protection(case: Case, draft: Draft, mandates: Collection[Mandate], change: str) -> None:
    """Contracts and notices of data protection that name the parties; `change` says what has to be done to them."""
    if case.agreement is None:
        return
    tasks = {m.task for m in mandates}
    for role in case.agreement.data_protection:
        if role.task is not None and role.task not in tasks:
            continue
        if role.model == "auftragsverarbeitung":
            draft.follows(
                "rechte",
                f"Vertrag zur Auftragsverarbeitung {change}: {role.activity}.",
                "Art. 28 DSGVO",
                "general_knowledge",
            )
            if role.task and case.registry.has("task", role.task) and case.registry.task(role.task).social_data:
                draft.follows(
                    "rechte",
                    f"Anzeigen vor Beginn der Verarbeitung von Sozialdaten: {role.activity}.",
                    "§ 80 Abs. 1 SGB X",
                    "verified",
                )
        elif role.model == "gemeinsam_verantwortlich":
            draft.follows(
                "rechte",
                f"Vereinbarung über gemeinsame Verantwortung {change}: {role.activity}.",
                "Art. 26 DSGVO",
                "general_knowledge",
            )


def costs(case: Case, draft: Draft, day: date, change: str) -> None:
    """Shares have to be computed again; fixed ones have to be agreed again."""
    if not case.registry.has("costs", case.id, case.id):
        draft.open_facts.append("Eine Kostenregel ist nicht eingetragen (costs.yaml fehlt).")
        return
    draft.follows("kosten", f"Die Kostenanteile sind {change} neu zu berechnen (costs.yaml).")
    fixed = [id for id, m in case.members.items() if any(s.until is None or s.until >= day for s in m.shares)]
    if fixed:
        draft.follows("kosten", f"Feste Anteile sind neu zu vereinbaren; betroffen: {case.some_names(fixed)}.")
