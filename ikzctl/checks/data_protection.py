"""Roles in data protection, the papers and notices they need, and where data may be processed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.checks.report import by_rule, day, place
from ikzctl.model.findings import Finding, Pointer, Severity
from ikzctl.model.partner import PRIVATE_TYPES
from ikzctl.registry.facts import AgreementFact, DataRoleFact, MandateFact


def _due(a: AgreementFact) -> Severity:
    """A draft may still be incomplete; once in force it must not be."""
    return "error" if a.state == "in_kraft" else "warning"


def roles_are_set(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, c = folder.agreement, folder.cooperation
    for task_id in c.tasks if a and c and a.state != "beendet" else ():
        task = network.tasks.get(task_id)
        if a is None or task is None or not task.data:
            continue
        settled = any(r.task in (None, task_id) and r.model != "offen" for r in a.data_roles)
        if not settled:
            text = (
                f"bei „{task.name}“ werden personenbezogene Daten verarbeitet; wer dafür verantwortlich ist, "
                "steht nicht unter „data_protection“"
            )
            yield from by_rule(49, network.land(folder), folder.at("agreement", a.id, "data_protection"), text)


def orders_are_notified(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Processing of social data by somebody else: both sides tell their supervisor beforehand."""
    a, land = folder.agreement, network.land(folder)
    for i, role in enumerate(a.data_roles if a else ()):
        if a is None or role.model != "auftragsverarbeitung" or not _social(role, folder, network):
            continue
        at = folder.at("agreement", a.id, "data_protection", i)
        if role.notice_controller is None:
            text = "die Anzeige des Verantwortlichen bei seiner Aufsicht fehlt („notice_80_controller“); sie geht dem Auftrag voraus"
            yield from by_rule(52, land, at, text, at_most=_due(a))
        elif (begins := _begins(a)) and role.notice_controller >= begins:
            text = f"die Anzeige ist vom {day(role.notice_controller)}, der Auftrag beginnt schon am {day(begins)}; sie geht ihm voraus"
            yield from by_rule(52, land, at, text)
        partner = network.partners.get(role.processor or "")
        if partner and partner.type not in PRIVATE_TYPES and role.notice_processor is None:
            text = (
                f"„{partner.short_name}“ ist als öffentliche Stelle Auftragsverarbeiter; ihre eigene Anzeige "
                "fehlt („notice_80_processor“)"
            )
            yield from by_rule(53, land, at, text, at_most=_due(a))


def _social(role: DataRoleFact, folder: CooperationFacts, network: Network) -> bool:
    named = (role.task,) if role.task else (folder.cooperation.tasks if folder.cooperation else ())
    return any((task := network.tasks.get(id)) and task.social for id in named if id)


def _begins(a: AgreementFact) -> date | None:
    return next((v.from_ for v in a.versions if v.number == 0 and v.from_), a.entry_date)


def retrieval_is_allowed(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Look-up in another authority's social data."""
    a, land = folder.agreement, network.land(folder)
    if a is None:
        return
    places = [
        folder.at("agreement", a.id, "data_protection", i) for i, r in enumerate(a.data_roles) if r.model == "abruf_79"
    ]
    places += [folder.at("mandate", m.id, "basis") for m in folder.mandates.values() if m.basis == "abruf79"]
    if not places:
        return
    missing = []
    if not any(s.kind == "fachaufsicht" and s.outcome in ("erteilt", "erteilt_mit_auflagen") for s in a.steps):
        missing.append("die Genehmigung der Aufsicht")
    if not any(d.kind == "festlegung_79" and d.state == "geschlossen" for d in a.documents):
        missing.append("die Festlegung von Anlass, Empfängern und Daten")
    if not any(s.kind == "datenschutzaufsicht" and (s.sent or s.received) for s in a.steps):
        missing.append("die Unterrichtung der Datenschutzaufsicht")
    for at in places if missing else ():
        text = f"für den Abruf fremder Sozialdaten fehlt: {'; '.join(missing)}"
        yield from by_rule(56, land, at, text, at_most=_due(a))


_USUAL_GROUND = {"mandating": "av80", "shared_facility": "mitbenutzung"}


def access_has_a_ground(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Every code of an access ground needs its paper before the first grant."""
    a, land = folder.agreement, network.land(folder)
    for m in folder.mandates.values():
        at = folder.at("mandate", m.id, "basis" if m.basis else "mode")
        begun = m.state == "vereinbart" and m.from_ is not None and m.from_ <= as_of
        severity: Severity = "error" if begun else "warning"
        code = m.basis or _USUAL_GROUND.get(m.mode, "")
        if code in ("av80", "av28") and not _order_is_closed(m, a):
            text = (
                "Beschäftigte des Auftragsverarbeiters brauchen einen geschlossenen Vertrag nach Art. 28 DSGVO; "
                "er fehlt unter „data_protection“ und „documents“"
            )
            yield from by_rule(60, land, at, text, at_most=severity)
        elif code == "seconded" and not any(p.secondment and p.secondment.document for p in folder.pools.values()):
            text = "der Zugriff stützt sich auf eine Abordnung oder Gestellung, aber kein Pool nennt ihren Vertrag („secondment“)"
            yield from by_rule(60, land, at, text, at_most=severity)
        elif code == "mitbenutzung" and not _closed(a, "vereinbarung_art_26"):
            text = "die Mitbenutzung braucht eine Vereinbarung nach Art. 26 DSGVO; sie fehlt oder ist nicht geschlossen"
            yield from by_rule(60, land, at, text, at_most=severity)
        elif code == "melde1-3" and not _closed(a, "dienstanweisung"):
            text = (
                "der Zugriff auf das Melderegister braucht eine Dienstanweisung; sie fehlt oder ist nicht geschlossen"
            )
            yield from by_rule(79, land, at, text)


def _order_is_closed(m: MandateFact, a: AgreementFact | None) -> bool:
    closed = {d.id for d in a.documents if d.state == "geschlossen"} if a else set()
    roles = a.data_roles if a else ()
    return any(r.model == "auftragsverarbeitung" and r.task in (None, m.task) and r.document in closed for r in roles)


def _closed(a: AgreementFact | None, kind: str) -> bool:
    return a is not None and any(d.kind == kind and d.state == "geschlossen" for d in a.documents)


# --- systems ----------------------------------------------------------------------------------------------------------


def processed_in_the_right_place(network: Network, as_of: date) -> Iterator[Finding]:
    land = network.head.land if network.head else None
    for system in network.systems.values():
        social = [t for id in system.tasks if (t := network.tasks.get(id)) and t.social]
        if system.location == "drittland" and social:
            text = (
                f"„{system.name}“ verarbeitet Sozialdaten ({social[0].name}) in einem Drittland; das ist nicht zulässig"
            )
            yield from by_rule(54, land, _system(system.id, "location"), text)


def register_systems_are_secure(network: Network, as_of: date) -> Iterator[Finding]:
    """Whether a system reaches the federal vehicle register is not recorded; so this stays a warning."""
    land = network.head.land if network.head else None
    for system in network.systems.values():
        kfz = any((t := network.tasks.get(id)) and "fahrzeugregister" in t.data for id in system.tasks)
        proven = any(capability == "kba_mindestsicherheit" and value for capability, value, _ in system.claims)
        if kfz and system.kind in ("fachverfahren", "antragsportal") and not proven:
            text = (
                f"„{system.name}“ bearbeitet Fahrzeugdaten; die Mindestsicherheit des Kraftfahrt-Bundesamts ist "
                "unter „claims“ nicht festgehalten"
            )
            yield from by_rule(59, land, _system(system.id, "claims"), text, at_most="warning")


def _system(id: str, field: str) -> Pointer:
    return place("system", id, "", field)


GLOBAL = (processed_in_the_right_place, register_systems_are_secure)
COOPERATION = (roles_are_set, orders_are_notified, retrieval_is_allowed, access_has_a_ground)
