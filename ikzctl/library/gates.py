"""What a cooperation demands before it starts, compared with what a partner has reached: security level and digital chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ikzctl.model.cooperation import SecurityGate
    from ikzctl.model.partner import Partner, ReadinessItem
    from ikzctl.model.security import Commitment, SecurityFile

# By this id a partner's file says how far the round-the-clock monitoring is that a gate may demand.
MONITORING = "ueberwachung-24-7"
FRAMEWORKS_DE = {
    "it-grundschutz": "IT-Grundschutz",
    "grundschutz++": "Grundschutz++",
    "wiba": "WiBA",
    "iso-27001": "ISO 27001",
    "cisis12": "CISIS12",
    "bsi-c5": "BSI C5",
    "eigene": "eigene Vorgabe",
}
STAGES_DE = {
    "nutzerkonto": "Nutzerkonto",
    "online_antrag": "Onlineantrag",
    "e_payment": "E-Payment",
    "medienbruchfrei": "medienbruchfreie Bearbeitung",
    "fachverfahren": "Fachverfahren",
    "e_akte": "E-Akte",
    "archivzugriff": "Zugriff auf das Archiv",
}
GateState = Literal["erreicht", "zugesagt", "fehlt"]


@dataclass(frozen=True, slots=True)
class GateResult:
    """One demand and how far a partner is; `since` is the day of the commitment, `since_text` its words if no day is known."""

    demanded: str
    state: GateState
    since: date | None = None
    since_text: str | None = None
    due: date | None = None
    obstacle: str | None = None

    @property
    def reached(self) -> bool:
        return self.state == "erreicht"


def level_text(framework: str, level: str) -> str:
    """`IT-Grundschutz, Standard-Absicherung`"""
    words = "-".join(part.capitalize() if len(part) > 3 else part.upper() for part in level.split("-"))
    return f"{FRAMEWORKS_DE.get(framework, framework)}, {words}"


def security_results(gates: Iterable[SecurityGate], file: SecurityFile | None, day: date) -> tuple[GateResult, ...]:
    """Each demand that holds on `day` against the partner's commitments that have not run out by then."""
    commitments = [c for c in (file.commitments if file else ()) if _current(c, day)]
    out: list[GateResult] = []
    for gate in gates:
        if gate.from_ is not None and gate.from_ > day:
            continue
        fitting = [c for c in commitments if c.framework == gate.framework and _reaches(c.level, gate)]
        out.append(_result(level_text(gate.framework, gate.level), fitting, day))
        if gate.monitoring_24_7:
            fitting = [c for c in commitments if c.id == MONITORING]
            out.append(_result("Überwachung rund um die Uhr", fitting, day))
    return tuple(out)


def _current(commitment: Commitment, day: date) -> bool:
    return commitment.state != "entfallen" and (commitment.until is None or commitment.until >= day)


def _reaches(level: str, gate: SecurityGate) -> bool:
    from ikzctl.model.security import LEVELS

    if "kern-absicherung" in (level, gate.level):
        # It protects the most valuable parts only, so it neither covers the other levels nor is covered by them.
        return level == gate.level
    order = LEVELS[gate.framework]
    if level not in order or gate.level not in order:
        return level == gate.level
    return order.index(level) >= order.index(gate.level)


def _result(demanded: str, fitting: list[Commitment], day: date) -> GateResult:
    if not fitting:
        return GateResult(demanded, "fehlt")
    done = [c for c in fitting if c.reached and (c.implemented_on is None or c.implemented_on <= day)]
    best = (done or fitting)[0]
    return GateResult(
        demanded,
        "erreicht" if done else "zugesagt",
        best.committed_on,
        best.committed_text,
        best.due,
        None if done else best.obstacle,
    )


@dataclass(frozen=True, slots=True)
class ReadinessGap:
    """A link of the digital chain that a partner does not yet run for a task; `state` as recorded or `nicht eingetragen`."""

    task: str
    stage: str
    state: str
    as_of: date | None = None
    obstacle: str | None = None


def readiness_gaps(stages: Iterable[str], partner: Partner, tasks: Iterable[str]) -> tuple[ReadinessGap, ...]:
    """The demanded links that are not in operation, per task in order."""
    recorded: dict[tuple[str, str], ReadinessItem] = {(r.task, i.stage): i for r in partner.readiness for i in r.stages}
    wanted = tuple(stages)
    out = []
    for task in tasks:
        for stage in wanted:
            item = recorded.get((task, stage))
            if item is None:
                out.append(ReadinessGap(task, stage, "nicht eingetragen"))
            elif item.state != "betrieb":
                out.append(ReadinessGap(task, stage, item.state, item.as_of, item.obstacle))
    return tuple(out)
