"""What a partner must have reached before work in common may start: security, digital readiness, milestones, answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import CooperationFacts, Network, has_left
from ikzctl.checks.report import day, few, place, say
from ikzctl.model.findings import Finding, Severity
from ikzctl.model.security import LEVELS
from ikzctl.registry.facts import CommitmentFact, GateFact

MONITORING = "ueberwachung-24-7"
_SLEEPING = frozenset({"ruht", "beendet"})
_STARTED = frozenset({"pilot", "betrieb"})


def security_level(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    c = folder.cooperation
    if c is None or c.phase in _SLEEPING:
        return
    severity: Severity = "error" if c.phase == "betrieb" else "warning"
    for gate in c.gates:
        if gate.from_ and gate.from_ > as_of:
            continue
        for m in folder.members.values():
            if m.role == "beobachter" or has_left(m, as_of):
                continue
            security = network.security.get(m.partner)
            made = security.commitments if security else ()
            at = folder.at("member", m.partner, "partner")
            if not any(meets(commitment, gate, as_of) for commitment in made):
                text = (
                    f"„{network.name(m.partner)}“ hat das verlangte Sicherheitsniveau {gate.level} ({gate.framework}) nicht erreicht: "
                    f"{_instead([x for x in made if x.framework == gate.framework and x.id != MONITORING])}"
                )
                yield say("IKZ-G001", severity, at, text)
            watching = [x for x in made if x.id == MONITORING]
            if gate.monitoring and not any(x.reached and not _over(x, as_of) for x in watching):
                stand = watching[0].state if watching else "es gibt keine Zusage"
                text = f"für „{network.name(m.partner)}“ ist die Überwachung rund um die Uhr nicht belegt ({stand})"
                yield say("IKZ-G002", severity, at, text)


def meets(commitment: CommitmentFact, gate: GateFact, as_of: date) -> bool:
    """Levels are compared inside one framework only."""
    if commitment.framework != gate.framework or not commitment.reached or _over(commitment, as_of):
        return False
    known = LEVELS[gate.framework]
    if gate.level not in known or commitment.level not in known:
        return commitment.level == gate.level
    return known.index(commitment.level) >= known.index(gate.level)


def _over(commitment: CommitmentFact, as_of: date) -> bool:
    return commitment.until is not None and commitment.until < as_of


def _instead(made: list[CommitmentFact]) -> str:
    if not made:
        return "es gibt keine Zusage"
    due = [f", fällig am {day(c.due)}" if c.due and not c.reached else "" for c in made]
    return "zugesagt ist " + few([f"{c.level} (Stand: {c.state}{d})" for c, d in zip(made, due, strict=True)])


def commitments_are_kept(network: Network, as_of: date) -> Iterator[Finding]:
    for security in network.security.values():
        for i, c in enumerate(security.commitments):
            if c.due and c.due < as_of and not c.reached and c.state != "entfallen":
                text = f"die Zusage „{c.id}“ war bis {day(c.due)} fällig und ist als {c.state} geführt"
                yield say(
                    "IKZ-G008", "warning", place("security", security.partner, "", "commitments", i, "state"), text
                )


def evidence_is_valid(network: Network, as_of: date) -> Iterator[Finding]:
    for security in network.security.values():
        for i, c in enumerate(security.commitments):
            if c.reached and c.proven_until and c.proven_until < as_of and not _over(c, as_of):
                text = f"der Nachweis für „{c.id}“ galt bis {day(c.proven_until)}; ein neuer ist nicht eingetragen"
                yield say(
                    "IKZ-G009", "warning", place("security", security.partner, "", "commitments", i, "evidence"), text
                )


def digital_readiness(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    c = folder.cooperation
    if c is None or not c.readiness or c.phase in _SLEEPING:
        return
    for m in folder.members.values():
        partner = network.partners.get(m.partner)
        if partner is None or m.role == "beobachter" or has_left(m, as_of):
            continue
        stages = {(task, stage): state for task, stage, state in partner.readiness}
        for task in m.tasks or c.tasks:
            behind = [
                f"{s} ({stages.get((task, s), 'unbekannt')})" for s in c.readiness if stages.get((task, s)) != "betrieb"
            ]
            if behind:
                text = f"„{partner.short_name}“, {network.task_name(task)}: noch nicht in Betrieb: {few(behind)}"
                yield say("IKZ-G003", "warning", folder.at("member", m.partner, "partner"), text)


def started_too_early(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    c = folder.cooperation
    if c is None or c.phase not in _STARTED:
        return
    states = dict(c.milestones)
    for i, id in enumerate(c.gate_milestones):
        if states.get(id, "erreicht") != "erreicht":
            text = f"die Phase ist „{c.phase}“, der Meilenstein „{id}“ muss vorher erreicht sein; sein Stand ist {states[id]}"
            yield say("IKZ-G005", "warning", folder.at("cooperation", c.id, "gates", "milestones", i), text)
    for i, (id, blocks, answered) in enumerate(c.questions):
        if "start" in blocks and not answered:
            text = f"die Phase ist „{c.phase}“, die Frage „{id}“ muss vor dem Start beantwortet sein"
            yield say("IKZ-G007", "warning", folder.at("cooperation", c.id, "open_questions", i), text)


GLOBAL = (commitments_are_kept, evidence_is_valid)
COOPERATION = (security_level, digital_readiness, started_too_early)
