"""Everything that names something else: does it exist, and does it belong to the cooperation?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache

from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.checks.report import listed, place, say
from ikzctl.model.findings import FieldPath, Finding, Pointer
from ikzctl.model.kinds import BY_NAME
from ikzctl.registry.near import Hints

# --- whole registry ---------------------------------------------------------------------------------------------------


def dangling(network: Network, as_of: date) -> Iterator[Finding]:
    """References to records that do not exist."""
    hints, said = Hints(), dict[tuple[str, str, str], str]()
    local = {k.name for k in BY_NAME.values() if "{c}" in k.pattern}
    for path, cooperation, references in network.references:
        for kind, id, field in references:
            target = (kind, cooperation if kind in local else "", id)
            if target in network.known:
                continue
            if target not in said:
                said[target] = hints.near(id, (i for k, c, i in network.known if (k, c) == target[:2]))
            text = f"{BY_NAME[kind].german} „{id}“ gibt es nicht im Register.{said[target]}"
            yield say("IKZ-R001", "error", Pointer(path, field), text)


def security_of_partners(network: Network, as_of: date) -> Iterator[Finding]:
    hints = Hints()
    for id in network.security:
        if ("partner", "", id) not in network.known:
            text = f"Partner „{id}“ gibt es nicht im Register.{hints.near(id, network.partners)}"
            yield say("IKZ-R001", "error", place("security", id, "", "id"), text)


def statistics_of_known_groups(network: Network, as_of: date) -> Iterator[Finding]:
    hints = Hints()
    for partner in network.partners.values():
        for number, task, group in partner.groups:
            at = place("partner", partner.id, "", "statistics", number, "case_group")
            yield from _group(network, task, group, at, hints)


def _group(network: Network, task: str, group: str, at: Pointer, hints: Hints) -> Iterator[Finding]:
    known = network.tasks.get(task)
    if known and group not in known.case_groups:
        text = f"die Aufgabe „{task}“ hat keine Fallgruppe „{group}“.{hints.near(group, known.case_groups)}"
        yield say("IKZ-R004", "error", at, text)


# --- one cooperation --------------------------------------------------------------------------------------------------


def case_groups(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    hints = Hints()
    for mandate in folder.mandates.values():
        for i, (_, groups) in enumerate(mandate.parts):
            for k, group in enumerate(groups):
                at = folder.at("mandate", mandate.id, "scope", "parts", i, "case_groups", k)
                yield from _group(network, mandate.task, group, at, hints)
    for i, rate in enumerate(folder.costs.rates if folder.costs else ()):
        if rate.task and rate.group:
            at = folder.at("costs", folder.id, "rates", i, "case_group")
            yield from _group(network, rate.task, rate.group, at, hints)


def application_roles(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    hints, names_of = Hints(), _role_names(network)
    for pool in folder.pools.values():
        for i, position in enumerate(pool.positions):
            for k, (system, role, _, _) in enumerate(position.roles):
                if system in network.systems and role not in (names := names_of((system,))):
                    text = f"das System „{system}“ hat keine Rolle „{role}“.{hints.near(role, names)}"
                    at = folder.at("pool", pool.partner, "positions", i, "roles", k, "role")
                    yield say("IKZ-R003", "error", at, text)


def mandate_roles(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """A misspelt role would silently give fewer rights."""
    hints, names_of = Hints(), _role_names(network)
    for m in folder.mandates.values():
        if not m.roles:
            continue
        names = names_of(tuple([s for s in m.systems if s in network.systems]))
        for i, role in enumerate(m.roles):
            if role not in names:
                where = "den Systemen des Mandats" if m.systems else "keinem System"
                text = f"die Rolle „{role}“ gibt es in {where}{' nicht' if m.systems else ''}.{hints.near(role, names)}"
                yield say("IKZ-R003", "error", folder.at("mandate", m.id, "roles", i), text)


def _role_names(network: Network) -> Callable[[tuple[str, ...]], frozenset[str]]:
    """The names of all roles of these systems, or of all that there are; thousands ask for the same ones."""

    @lru_cache(maxsize=8)
    def names_of(systems: tuple[str, ...]) -> frozenset[str]:
        return frozenset(role[0] for system in systems or network.systems for role in network.systems[system].roles)

    return names_of


def documents(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    known = {d.id for d in folder.agreement.documents} if folder.agreement else set()
    named: list[tuple[Pointer, str]] = [
        (folder.at("mandate", m.id, "consent_documents", i), document)
        for m in folder.mandates.values()
        for i, document in enumerate(m.consents)
    ]
    named += [
        (folder.at("pool", p.partner, "secondment", "document"), p.secondment.document)
        for p in folder.pools.values()
        if p.secondment and p.secondment.document
    ]
    hints = Hints()
    for at, document in named:
        if document not in known:
            text = f"das Dokument „{document}“ steht nicht unter „documents“ der Vereinbarung.{hints.near(document, known)}"
            yield say("IKZ-R005", "error", at, text)


def versions_of_members(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    known = {0} | {v.number for v in folder.agreement.versions} if folder.agreement else {0}
    for m in folder.members.values():
        steps: tuple[tuple[str, Iterable[int]], ...] = (
            ("resolutions", (x[1] for x in m.resolutions)),
            ("signatures", (x[0] for x in m.signatures)),
            ("publications", (x[0] for x in m.publications)),
        )
        for name, numbers in steps:
            for i, number in enumerate(numbers):
                if number not in known:
                    text = f"die Vereinbarung hat keine Fassung mit der Nummer {number}"
                    yield say("IKZ-R006", "error", folder.at("member", m.partner, name, i, "for_version"), text)


def notice_rules(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    known, hints = folder.agreement.notice if folder.agreement else (), Hints()
    for m in folder.members.values():
        if m.termination and m.termination.rule and m.termination.rule not in known:
            rule = m.termination.rule
            text = f"eine Kündigungsregel „{rule}“ steht nicht in der Vereinbarung.{hints.near(rule, known)}"
            yield say("IKZ-R008", "error", folder.at("member", m.partner, "termination", "rule"), text)


def covered_positions(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    known, hints = {p.id for pool in folder.pools.values() for p in pool.positions}, Hints()
    for pool in folder.pools.values():
        for i, position in enumerate(pool.positions):
            for k, other in enumerate(position.cover_of):
                if other not in known:
                    text = f"eine Stelle „{other}“ gibt es in dieser Zusammenarbeit nicht.{hints.near(other, known)}"
                    at = folder.at("pool", pool.partner, "positions", i, "cover_of", k)
                    yield say("IKZ-R009", "error", at, text)


def mandates_between_members(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    for m in folder.mandates.values():
        if m.agent and ("member", folder.id, m.agent) not in network.known:
            text = f"„{m.agent}“ soll die Aufgabe übernehmen, ist aber kein Mitglied dieser Zusammenarbeit"
            yield say("IKZ-R010", "error", folder.at("mandate", m.id, "agent"), text)
        for i, principal in enumerate(m.principals):
            if ("member", folder.id, principal) not in network.known:
                text = f"für „{principal}“ soll gehandelt werden, ist aber kein Mitglied dieser Zusammenarbeit"
                yield say("IKZ-R010", "error", folder.at("mandate", m.id, "principals", i), text)
            elif principal == m.agent:
                text = f"„{principal}“ ist in diesem Mandat schon der Beauftragte und kann nicht zugleich Auftraggeber sein"
                yield say("IKZ-N010", "error", folder.at("mandate", m.id, "principals", i), text)


def others_are_members(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Partners that the plan, the agreement or a pool names, although they take no part."""
    for (kind, id, *path), partner in _named(folder):
        if partner not in folder.members:
            text = f"„{partner}“ ist kein Mitglied dieser Zusammenarbeit; vorhanden: {listed(folder.members)}"
            yield say("IKZ-R011", "warning", folder.at(str(kind), str(id), *path), text)


def _named(folder: CooperationFacts) -> Iterator[tuple[FieldPath, str]]:
    """Kind, id and field, and the partner that is named there."""
    if folder.cooperation:
        yield from ((("cooperation", folder.id, *path), p) for path, p in folder.cooperation.named)
        if folder.cooperation.coordinator:
            yield ("cooperation", folder.id, "coordinator"), folder.cooperation.coordinator
    for i, role in enumerate(folder.agreement.data_roles if folder.agreement else ()):
        for name, p in (("controller", role.controller), ("processor", role.processor)):
            if p:
                yield ("agreement", folder.id, "data_protection", i, name), p
    for pool in folder.pools.values():
        yield ("pool", pool.partner, "partner"), pool.partner
        if pool.secondment and pool.secondment.to:
            yield ("pool", pool.partner, "secondment", "to"), pool.secondment.to
    for s in folder.suspensions.values():
        if s.partner:
            yield ("suspension", s.id, "partner"), s.partner


GLOBAL = (dangling, security_of_partners, statistics_of_known_groups)
COOPERATION = (
    case_groups,
    application_roles,
    mandate_roles,
    documents,
    versions_of_members,
    notice_rules,
    covered_positions,
    mandates_between_members,
    others_are_members,
)
