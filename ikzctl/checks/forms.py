"""Which legal form a mandate has, and what that form asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.checks.report import by_rule, listed
from ikzctl.model.findings import Finding, Severity
from ikzctl.registry.facts import MandateFact, PartnerFact

# Forms A to D are Zweckvereinbarungen; a mandate without a form stands in the instrument of its agreement.
KOMZG_FORMS = frozenset({"A", "B", "C", "D"})
_CLOSED_BENEFITS = frozenset(
    {"wohngeld", "sozialhilfe", "jugendhilfe", "unterhaltsvorschuss", "kindergeld", "ausbildungsfoerderung"}
)
_MISSING = {
    "factual_link": "der Sachzusammenhang",
    "purpose": "die Zweckmäßigkeit",
    "interest": "das Interesse der Betroffenen",
    "remaining_part": "der wesentliche Teil, der beim Auftraggeber bleibt",
}


def is_komzg(mandate: MandateFact, folder: CooperationFacts) -> bool:
    if mandate.form:
        return mandate.form in KOMZG_FORMS
    return folder.agreement is not None and folder.agreement.instrument == "zweckvereinbarung"


def _firm(mandate: MandateFact) -> Severity:
    """What is only proposed need not be complete yet."""
    return "error" if mandate.state == "vereinbart" else "warning"


def one_agent(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        alone = m.mode in ("delegating", "mandating", "shared_facility")
        if m.agent is None and is_komzg(m, folder) and (alone or m.form):
            text = (
                "der beauftragte Beteiligte fehlt; eine Zweckvereinbarung nennt je Aufgabe oder Aufgabenteil genau einen "
                "(bei gegenseitiger Wahrnehmung je Richtung ein eigenes Mandat)"
            )
            yield from by_rule(6, land, folder.at("mandate", m.id, "agent"), text, at_most=_firm(m))


def agent_holds_task(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        agent = network.partners.get(m.agent or "")
        if agent and is_komzg(m, folder) and m.mode != "shared_facility" and holds(agent, m.task, network) is False:
            text = f"„{agent.short_name}“ soll die Aufgabe „{network.task_name(m.task)}“ übernehmen, ist aber selbst nicht ihr Träger"
            yield from by_rule(7, land, folder.at("mandate", m.id, "agent"), text, at_most=_firm(m))


def holds(partner: PartnerFact, task: str, network: Network) -> bool | None:
    """Whether the partner is bearer of the task: what it said itself, else what the task says of its type; None if unknown."""
    said = next((holds for t, holds in partner.holds if t == task), None)
    known = network.tasks.get(task)
    if said is not None or known is None or not known.holders:
        return said
    return partner.type in known.holders


def serves_both(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        if is_komzg(m, folder) and m.mode in ("delegating", "mandating") and not m.benefit:
            text = (
                "unter „benefit“ steht nicht, was auch der Beauftragte von der Übernahme hat; was nur dem Auftraggeber dient, "
                "gehört in einen öffentlich-rechtlichen Vertrag (Form E)"
            )
            yield from by_rule(8, land, folder.at("mandate", m.id), text)


def use_as_today(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        if m.mode == "shared_facility" and not m.use_today:
            text = "unter „use_today“ fehlt die heutige Nutzung der Einrichtung; eine andere Nutzung deckt die Mitbenutzung nicht"
            yield from by_rule(9, land, folder.at("mandate", m.id), text)


def parts_are_described(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        limited = m.area == "teil" and m.area_described
        if m.scope == "teil" and not m.parts and not limited:
            text = "nur ein Teil der Aufgabe wird übertragen, beschrieben ist er nicht („parts“ oder „area“)"
            yield from by_rule(10, land, folder.at("mandate", m.id, "scope"), text)
        if m.area == "teil" and not m.area_described:
            text = "nur ein Teil des Gebiets ist gemeint, beschrieben ist er nicht („places“ oder „text“)"
            yield from by_rule(10, land, folder.at("mandate", m.id, "area"), text)


def has_form(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        if m.form is None:
            text = "die Rechtsform (A bis I) ist offen; ohne sie entsteht kein Dokument"
            yield from by_rule(11, land, folder.at("mandate", m.id, "form"), text, at_most=_firm(m))


def mandating_has_no_wording(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.mandates.values():
        if m.mode == "mandating" and is_komzg(m, folder):
            text = (
                "für eine mandatierende Zweckvereinbarung kennt das Gesetz keinen Wortlaut; bitte mit der Aufsicht klären oder "
                "Form E (Vertrag im Namen des Auftraggebers) prüfen"
            )
            yield from by_rule(12, land, folder.at("mandate", m.id, "mode"), text)


def benefits_and_orders(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Benefits that are closed to an order among benefit authorities, by form F and by form E."""
    land = network.land(folder)
    for m in folder.mandates.values():
        task = network.tasks.get(m.task)
        if task is None or task.benefit not in _CLOSED_BENEFITS:
            continue
        at = folder.at("mandate", m.id, "form")
        if m.form == "F":
            text = f"„{task.name}“ ist dem Auftrag unter Leistungsträgern (Form F) verschlossen"
            yield from by_rule(13, land, at, text)
        elif m.form == "E":
            text = f"ob „{task.name}“ im Namen des Auftraggebers (Form E) bearbeitet werden darf, ist zweifelhaft; bitte klären lassen"
            yield from by_rule(14, land, at, text)


def orders_are_reasoned(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land, a = network.land(folder), folder.agreement
    orders = [m for m in folder.mandates.values() if m.form == "F"]
    if not orders or a is None:
        return
    recorded = next((f for f in a.forms if f.code == "F"), None)
    missing = [_MISSING[n] for n in (recorded.missing if recorded else _MISSING)]
    at = folder.at("agreement", a.id, "legal_forms")
    if missing:
        yield from by_rule(15, land, at, f"für den Auftrag (Form F) fehlt: {'; '.join(missing)}")
    if recorded is None or recorded.notice is None:
        text = "der Auftrag (Form F) gilt für gleichartige Fälle; der Tag seiner öffentlichen Bekanntmachung fehlt („public_notice“)"
        yield from by_rule(16, land, at, text, at_most="error" if a.state == "in_kraft" else "warning")


def other_registration_office(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Form G: only vehicle registration, with the consent of every home authority, across Länder also of the ministries."""
    land = network.land(folder)
    for m in folder.mandates.values():
        task = network.tasks.get(m.task)
        if m.form != "G" or task is None:
            continue
        at = folder.at("mandate", m.id, "form")
        if "fahrzeugregister" not in task.data:
            text = f"Form G gibt es nur für die Kfz-Zulassung, nicht für „{task.name}“"
            yield from by_rule(17, land, at, text)
            continue
        silent = [network.name(p) for p in m.principals if not _consented(m, p, folder)]
        if silent:
            text = f"die schriftliche Zustimmung der örtlich zuständigen Behörde fehlt oder ist nicht geschlossen: {listed(silent)}"
            yield from by_rule(17, land, folder.at("mandate", m.id, "consent_documents"), text, at_most=_firm(m))
        lands = {p.land for id in (m.agent, *m.principals) if id and (p := network.partners.get(id))}
        if len(lands) > 1 and not _ministries_agree(folder):
            text = (
                f"die Partner gehören zu mehreren Ländern ({', '.join(sorted(lands))}); die Zustimmung der "
                "obersten Landesbehörden fehlt"
            )
            yield from by_rule(18, land, at, text, at_most=_firm(m))


def _consented(m: MandateFact, partner: str, folder: CooperationFacts) -> bool:
    documents = folder.agreement.documents if folder.agreement else ()
    return any(
        d.id in m.consents
        and d.kind == "zustimmung_fzv_75"
        and d.state == "geschlossen"
        and (not d.between or partner in d.between)
        for d in documents
    )


def _ministries_agree(folder: CooperationFacts) -> bool:
    steps = folder.agreement.steps if folder.agreement else ()
    return any(s.kind == "einvernehmen" and s.authority_kind == "ministerium" and s.outcome == "erteilt" for s in steps)


COOPERATION = (
    one_agent,
    agent_holds_task,
    serves_both,
    use_as_today,
    parts_are_described,
    has_form,
    mandating_has_no_wording,
    benefits_and_orders,
    orders_are_reasoned,
    other_registration_office,
)
