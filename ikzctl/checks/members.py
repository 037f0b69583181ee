"""Who takes part from when to when, and whether mandates and positions keep to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from ikzctl.checks.network import PARTY_ROLES, CooperationFacts, Network
from ikzctl.checks.periods import overlapping
from ikzctl.checks.report import day, listed, place, say, span
from ikzctl.model.findings import Finding
from ikzctl.registry.facts import MandateFact, MemberFact


def has_head(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    if folder.cooperation is None:
        text = f"im Ordner cooperations/{folder.id} fehlt die Datei cooperation.yaml"
        yield say("IKZ-S013", "error", folder.own, text)


def has_members(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    c = folder.cooperation
    if c and c.phase not in ("idee", "beendet") and len(folder.members) < 2:
        text = f"die Zusammenarbeit „{c.name}“ hat {'nur ein' if folder.members else 'kein'} Mitglied; erwartet werden mindestens zwei"
        yield say("IKZ-N004", "warning", folder.own, text)


def mandates_fit_tasks(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    c = folder.cooperation
    if c is None:
        return
    for m in folder.mandates.values():
        if m.task not in c.tasks:
            text = (
                f"die Aufgabe „{m.task}“ gehört nicht zur Zusammenarbeit; deren Aufgaben: {listed(c.tasks) or 'keine'}"
            )
            yield say("IKZ-N005", "error", folder.at("mandate", m.id, "task"), text)
    given = {m.task for m in folder.mandates.values()}
    for i, task in enumerate(c.tasks):
        if folder.agreement and task not in given:
            text = f"für die Aufgabe „{network.task_name(task)}“ gibt es eine Vereinbarung, aber kein Mandat: Wer tut was für wen?"
            yield say("IKZ-N006", "warning", folder.at("cooperation", folder.id, "tasks", i), text)


def members_fit_tasks(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    tasks = folder.cooperation.tasks if folder.cooperation else ()
    for m in folder.members.values():
        for i, task in enumerate(m.tasks):
            if task not in tasks:
                text = (
                    f"die Aufgabe „{task}“ gehört nicht zur Zusammenarbeit; deren Aufgaben: {listed(tasks) or 'keine'}"
                )
                yield say("IKZ-N007", "error", folder.at("member", m.partner, "tasks", i), text)


def excluded_yet_principal(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    for m in folder.mandates.values():
        for i, principal in enumerate(m.principals):
            member = folder.members.get(principal)
            if member is None:
                continue
            if _excluded(member, m) or (member.tasks and m.task not in member.tasks):
                text = (
                    f"„{network.name(principal)}“ nimmt an der Aufgabe „{m.task}“ nicht teil (Ausnahme oder Aufgabenliste der "
                    "Mitgliedschaft), steht hier aber als Auftraggeber"
                )
                yield say("IKZ-N008", "error", folder.at("mandate", m.id, "principals", i), text)


def _excluded(member: MemberFact, mandate: MandateFact) -> bool:
    return any(
        mandate.id in mandates or (mandate.task in tasks and not mandates) for tasks, mandates in member.exceptions
    )


def mandates_inside_memberships(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Whoever does the task must be a member all the time; for the others the membership limits what the mandate gives."""
    for m in folder.mandates.values():
        if m.agent and (agent := folder.members.get(m.agent)):
            yield from _agent_inside(folder, network, m, agent)
        for i, partner in enumerate(m.principals):
            if (member := folder.members.get(partner)) and _never_together(m, member):
                text = (
                    f"das Mandat gilt {span(m.from_, m.until)}, „{network.name(partner)}“ ist Mitglied "
                    f"{span(member.from_, member.until)}: Es gibt keinen gemeinsamen Tag"
                )
                yield say("IKZ-T008", "error", folder.at("mandate", m.id, "principals", i), text)


def _agent_inside(folder: CooperationFacts, network: Network, m: MandateFact, agent: MemberFact) -> Iterator[Finding]:
    name, at = network.name(agent.partner), folder.at("mandate", m.id, "agent")
    if m.from_ and agent.from_ and m.from_ < agent.from_:
        text = f"das Mandat beginnt am {day(m.from_)}, der Beauftragte „{name}“ ist erst ab {day(agent.from_)} Mitglied"
        yield say("IKZ-T008", "error", at, text)
    if agent.until and (m.until is None or m.until > agent.until):
        goes_on = f"gilt bis {day(m.until)}" if m.until else "hat kein Ende"
        text = f"das Mandat {goes_on}, der Beauftragte „{name}“ ist aber nur bis {day(agent.until)} Mitglied"
        yield say("IKZ-T009", "error", at, text)


def _never_together(m: MandateFact, member: MemberFact) -> bool:
    if m.from_ and m.until and m.until < m.from_:
        return False
    ended = bool(member.until and m.from_ and member.until < m.from_)
    late = bool(member.from_ and m.until and m.until < member.from_)
    return ended or late


def positions_inside_memberships(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    for pool in folder.pools.values():
        member = folder.members.get(pool.partner)
        if member is None:
            continue
        for i, p in enumerate(pool.positions):
            early = p.from_ and member.from_ and p.from_ < member.from_
            late = member.until and p.from_ and (p.until is None or p.until > member.until)
            if early or late:
                text = (
                    f"die Stelle „{p.id}“ gilt {span(p.from_, p.until)}, „{network.name(pool.partner)}“ ist aber nur "
                    f"{span(member.from_, member.until)} Mitglied"
                )
                yield say("IKZ-T010", "warning", folder.at("pool", pool.partner, "positions", i), text)


def in_force_needs_members(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    if folder.agreement is None or folder.agreement.state != "in_kraft":
        return
    joining = {p for v in folder.agreement.versions if not v.from_ or v.from_ > as_of for p in v.joins}
    for m in folder.members.values():
        planned = m.from_ is not None and m.from_ > as_of
        if m.state == "vorgesehen" and m.role in PARTY_ROLES and m.partner not in joining and not planned:
            text = (
                f"die Vereinbarung ist in Kraft, die Mitgliedschaft von „{network.name(m.partner)}“ aber nur vorgesehen; "
                "richtig ist „beigetreten“, oder eine künftige Fassung nennt den Partner unter „joins“"
            )
            yield say("IKZ-T011", "error", folder.at("member", m.partner, "state"), text)


def partners_still_exist(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    for m in folder.members.values():
        partner = network.partners.get(m.partner)
        if partner and partner.until and (m.until is None or m.until > partner.until) and m.state != "ausgeschieden":
            after = f"; Rechtsnachfolger ist „{partner.successor}“" if partner.successor else ""
            text = f"„{partner.short_name}“ besteht nur bis {day(partner.until)}, die Mitgliedschaft geht darüber hinaus{after}"
            yield say("IKZ-T012", "error", folder.at("member", m.partner, "until"), text)


def one_agent_per_task(network: Network, as_of: date) -> Iterator[Finding]:
    """The same whole task of the same partner given away twice at the same time, in one cooperation or in two."""
    given: dict[tuple[str, str], list[tuple[date, str, MandateFact]]] = {}
    for folder in network.cooperations.values():
        for m in folder.mandates.values():
            if m.mode in ("delegating", "mandating") and m.scope == "ganz" and m.area == "gesamt" and m.from_:
                for principal in dict.fromkeys(m.principals):
                    given.setdefault((m.task, principal), []).append((m.from_, folder.id, m))
    for (task, principal), mandates in given.items():
        ordered = sorted(mandates, key=lambda x: (x[0], x[1], x[2].id))
        periods = ((start, m.until, (cooperation, m)) for start, cooperation, m in ordered)
        for (before, one), (cooperation, other) in overlapping(periods):
            where = "" if before == cooperation else f" der Zusammenarbeit „{before}“"
            text = (
                f"die ganze Aufgabe „{task}“ von „{network.name(principal)}“ ist zur selben Zeit auch im Mandat „{one.id}“"
                f"{where} übertragen ({span(one.from_, one.until)})"
            )
            at = place("mandate", other.id, cooperation, "principals", other.principals.index(principal))
            yield say("IKZ-N009", "error", at, text)


def conflicting_roles(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Roles of one system that a single position must not hold at the same time."""

    @lru_cache(maxsize=8)
    def conflicts_of(system: str) -> dict[str, set[str]]:
        known = network.systems.get(system)
        return {r[0]: set(r[3]) for r in known.roles} if known else {}

    for pool in folder.pools.values():
        for i, position in enumerate(pool.positions):
            held: dict[str, list[tuple[str, date | None, date | None]]] = {}
            for k, (system, role, from_, until) in enumerate(position.roles):
                conflicts = conflicts_of(system)
                for other, start, end in held.get(system, ()):
                    apart = (until and start and until < start) or (end and from_ and end < from_)
                    if not apart and (other in conflicts.get(role, ()) or role in conflicts.get(other, ())):
                        text = f"die Stelle „{position.id}“ hat in „{system}“ die unvereinbaren Rollen „{other}“ und „{role}“"
                        yield say(
                            "IKZ-G006", "error", folder.at("pool", pool.partner, "positions", i, "roles", k), text
                        )
                held.setdefault(system, []).append((role, from_, until))


GLOBAL = (one_agent_per_task,)
COOPERATION = (
    has_head,
    has_members,
    mandates_fit_tasks,
    members_fit_tasks,
    excluded_yet_principal,
    mandates_inside_memberships,
    positions_inside_memberships,
    in_force_needs_members,
    partners_still_exist,
    conflicting_roles,
)
