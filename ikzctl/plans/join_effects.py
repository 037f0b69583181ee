"""What a joining means for councils, papers, authority, rights, gates and costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ikzctl.library import german
from ikzctl.library.gates import STAGES_DE, readiness_gaps, security_results
from ikzctl.model.mandate import Mandate
from ikzctl.plans import follow_up
from ikzctl.plans.case import Case
from ikzctl.plans.plan import Draft, some

_CONSENT = {
    "alle": "Alle bisherigen Beteiligten müssen dem Beitritt zustimmen.",
    "mehrheit": "Die Mehrheit der bisherigen Beteiligten muss dem Beitritt zustimmen.",
    "zwei_drittel": "Zwei Drittel der bisherigen Beteiligten müssen dem Beitritt zustimmen.",
    "beauftragter": "Der beauftragte Beteiligte muss dem Beitritt zustimmen.",
    "vorab_erteilt": "Die Zustimmung der bisherigen Beteiligten ist vorab erteilt.",
    "offen": "Wessen Zustimmung zum Beitritt nötig ist, ist nicht eingetragen.",
}


def consequences(case: Case, draft: Draft, from_day: date, joined: Sequence[Mandate], version: int) -> None:
    others = tuple(id for id in case.parties(from_day) if id != case.partner.id)
    _resolutions(case, draft, others, version)
    _papers(case, draft, version)
    _authority(case, draft, others, from_day, version)
    _grants(case, draft, joined, from_day)
    follow_up.data_protection(case, draft, joined, "um den neuen Beteiligten ergänzen" if version else "vorsehen")
    _security(case, draft, from_day)
    _readiness(case, draft, joined)
    follow_up.costs(case, draft, from_day, "mit dem neuen Beteiligten")
    _other(case, draft, from_day)


def _resolutions(case: Case, draft: Draft, others: Sequence[str], version: int) -> None:
    ids = (*others, case.partner.id)
    follow_up.councils(case, draft, ids, "zum Beitritt" if version else "zum Abschluss der Vereinbarung")
    if version and case.agreement is not None:
        draft.follows("beschluesse", _CONSENT[case.agreement.accession.consent])
        for condition in case.agreement.accession.conditions:
            draft.follows("beschluesse", f"Vereinbarte Bedingung des Beitritts: {condition}.")


def _papers(case: Case, draft: Draft, version: int) -> None:
    if not version:
        draft.follows("dokumente", "Der Entwurf der Vereinbarung ist mit dem weiteren Beteiligten neu zu erzeugen.")
        return
    draft.follows("dokumente", f"{version}. Änderungsvereinbarung (Beitritt), Synopse und Lesefassung.")
    draft.follows("dokumente", "Antrag auf Genehmigung mit den Beschlüssen aller Beteiligten.")
    draft.follows("dokumente", "Bekanntmachung bei jedem Beteiligten.")


def _authority(case: Case, draft: Draft, others: Sequence[str], from_day: date, version: int) -> None:
    before, after = case.authority(others), case.authority((*others, case.partner.id))
    follow_up.authority_change(draft, before, after)
    if version:
        follow_up.amendment_approval(case, draft, "accession", "der Beitritt")
        follow_up.entry_into_force(case, draft, from_day)


def _grants(case: Case, draft: Draft, joined: Sequence[Mandate], from_day: date) -> None:
    """Posts of the agents that get the new partner's tenant, per application; exact lists are the manifest's business."""
    systems: dict[str, None] = {}
    for agent in dict.fromkeys(m.agent for m in joined if m.agent):
        if not case.registry.has("pool", agent, case.id):
            continue
        tasks = {m.task for m in joined if m.agent == agent}
        counts: dict[str, int] = {}
        for position in case.registry.get("pool", agent, case.id).positions:
            over = position.until is not None and position.until < from_day
            if over or (position.tasks and not tasks & set(position.tasks)):
                continue
            for system in dict.fromkeys(role.system for role in position.roles):
                counts[system] = counts.get(system, 0) + 1
        name = case.registry.partner(agent).legal_name
        for system, count in counts.items():
            systems[system] = None
            posts = german.counted(count, "Stelle", "Stellen", "feminin", "accusative")
            shown = case.registry.system(system).name if case.registry.has("system", system) else system
            draft.follows(
                "rechte",
                f"{shown}: Zugriff auf den Mandanten des neuen Beteiligten kommt in Betracht für {posts} ({name}).",
            )
    _tenants(case, draft, systems)
    draft.follows("rechte", "Welche Rechte genau entstehen und welche gesperrt bleiben, zeigt: ikzctl access manifest")


def _tenants(case: Case, draft: Draft, systems: dict[str, None]) -> None:
    for id in systems:
        if not case.registry.has("system", id):
            continue
        system = case.registry.system(id)
        if all(t.partner != case.partner.id for t in system.tenants):
            draft.open_facts.append(f"Mandant des neuen Beteiligten in {system.name} (systems/{id}.yaml: tenants)")


def _security(case: Case, draft: Draft, from_day: date) -> None:
    file = case.registry.security(case.partner.id)
    for result in security_results(case.cooperation.gates.security, file, from_day):
        if not result.reached:
            state = "zugesagt, aber nicht erreicht" if result.state == "zugesagt" else "nicht erreicht"
            draft.follows("schranken", f"{result.demanded}: {state}. Bis dahin werden keine Rechte vergeben.")


def _readiness(case: Case, draft: Draft, joined: Sequence[Mandate]) -> None:
    tasks = list(dict.fromkeys(m.task for m in joined))
    for task in tasks:
        gaps = readiness_gaps(case.cooperation.gates.readiness, case.partner, (task,))
        if gaps:
            stages = some(STAGES_DE[g.stage] for g in gaps)
            draft.follows("schranken", f"Digitale Kette, {case.task_name(task)}: noch nicht in Betrieb: {stages}.")


def _other(case: Case, draft: Draft, from_day: date) -> None:
    a = case.agreement
    candidates = [c for c in (a.accession.candidates if a else ()) if c.partner == case.partner.id]
    for candidate in candidates:
        planned = f" zum {german.date_long(candidate.from_)}" if candidate.from_ else ""
        draft.follows("folgen", f"Der Beitritt war in der Vereinbarung{planned} vorgesehen; der Eintrag bleibt stehen.")
        if candidate.from_ is not None and candidate.from_ != from_day:
            draft.warnings.append(f"Vorgesehen war der Beitritt zum {german.date_long(candidate.from_)}.")
    if a is not None and a.accession.buy_in:
        draft.follows("kosten", f"Einmalbetrag beim Beitritt: {german.money(a.accession.buy_in)}.")
    if case.cooperation.steering is not None and case.cooperation.steering.votes:
        draft.follows("folgen", "Die Stimmen im Steuerungsgremium sind neu festzulegen (cooperation.yaml: steering).")
