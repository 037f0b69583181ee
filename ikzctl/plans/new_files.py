"""The files of a partner who joins: membership, staff pool, security commitments; facts nobody knows yet are honest nulls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ikzctl.library.gates import MONITORING
from ikzctl.model.changes import NewFile
from ikzctl.model.cooperation import SecurityGate
from ikzctl.model.findings import FieldPath
from ikzctl.model.partner import Partner
from ikzctl.plans.case import Case

# Modes in which the partners' own staff works for all of them, so that each brings posts along.
SHARED_STAFF_MODES = frozenset({"joint", "reciprocal", "staff_lending"})


def council_of(partner: Partner) -> str | None:
    """Name of the council, as recorded."""
    names = [
        organ.name for organ in partner.organs if organ.kind in ("vertretung", "verbandsversammlung", "verwaltungsrat")
    ]
    return names[-1] if names else None


def gazette_of(partner: Partner) -> str | None:
    return partner.gazettes[-1].name if partner.gazettes else None


def resolution(partner: Partner, about: str, version: int) -> list[dict[str, Any]]:
    """An open resolution; without a known council there is nothing that could be entered."""
    organ = council_of(partner)
    if organ is None:
        return []
    return [
        {"organ": organ, "about": about, "planned_on": None, "date": None, "number": None, "result": "offen",
         "for_version": version}
    ]  # fmt: skip


def signature(version: int) -> list[dict[str, Any]]:
    return [{"date": None, "place": None, "for_version": version}]


def publication(partner: Partner, version: int) -> list[dict[str, Any]]:
    return [{"organ": gazette_of(partner), "date": None, "for_version": version}]


def member_file(case: Case, from_day: date, tasks: Sequence[str], version: int, about: str) -> NewFile:
    """The membership: planned, with everything that still has to happen as open entries."""
    data: dict[str, Any] = {
        "from": from_day,
        "partner": case.partner.id,
        "role": "mitglied",
        "state": "vorgesehen",
        "resolutions": resolution(case.partner, about, version),
        "signatures": signature(version),
        "publications": publication(case.partner, version),
    }
    comments: dict[FieldPath, str] = {
        (): f"Mitgliedschaft: {case.partner.legal_name} in der Zusammenarbeit „{case.cooperation.name}“.",
        ("from",): "Vorgesehener erster Tag. Er gilt erst, wenn Genehmigung und Bekanntmachungen vorliegen.",
        ("state",): "vorgesehen, bis der Beitritt wirksam ist; dann beigetreten.",
        (
            "resolutions",
        ): "Beschluss der Vertretung: Sitzungstag, Nummer und Ergebnis eintragen, sobald sie feststehen.",
        ("signatures",): "Unterschrift mit Tag, Ort und Amtsbezeichnung.",
        ("publications",): "Bekanntmachung: Organ, Ausgabe und Erscheinungstag.",
    }
    if tasks:
        data["tasks"] = list(tasks)
        comments[("tasks",)] = "Nur diese Aufgaben; ohne diesen Schlüssel nimmt der Partner an allen teil."
    return NewFile(case.path("member", case.partner.id), data, comments)


def pool_file(case: Case, from_day: date, tasks: Sequence[str]) -> NewFile:
    """One open post per task that the partners' own staff does together; else an empty list."""
    positions = [
        {
            "id": f"sachbearbeitung-{task}"[:63].rstrip("-"),
            "from": from_day,
            "function": f"Sachbearbeitung {case.task_name(task)}",
            "tasks": [task],
            "pay_grade": None,
            "fte": None,
            "roles": [],
            "state": "offen",
        }
        for task in tasks
    ]
    comments: dict[FieldPath, str] = {
        (): f"Stellen, die {case.names.nominative} einbringt: nach Funktion, nie nach Personen.",
        (
            "positions",
        ): "Stellenanteile (fte), Eingruppierung (pay_grade) und Rollen in Anwendungen (roles) sind noch einzutragen."
        if positions
        else "Bisher bringt der Partner keine Stellen ein. Jede Stelle bekommt Kennung, Funktion, Aufgaben und Rollen.",
    }
    return NewFile(case.path("pool", case.partner.id), {"partner": case.partner.id, "positions": positions}, comments)


def security_file(case: Case, gates: Sequence[SecurityGate]) -> NewFile:
    """The commitments that the cooperation demands, entered as promised with open dates."""
    commitments: list[dict[str, Any]] = []
    comments: dict[FieldPath, str] = {
        (): f"IT-Sicherheitszusagen: {case.partner.legal_name}. Verlangt von der Zusammenarbeit „{case.cooperation.name}“."
    }
    for gate in gates:
        if all(c["framework"] != gate.framework for c in commitments):
            commitments.append(_commitment(gate.framework.replace("+", "p"), gate.framework, gate.level, gate.edition))
        if gate.monitoring_24_7 and all(c["id"] != MONITORING for c in commitments):
            comments[("commitments", len(commitments))] = (
                "Überwachung rund um die Uhr, die die Zusammenarbeit verlangt."
            )
            commitments.append(_commitment(MONITORING, "eigene", "erfuellt", None))
    comments[("commitments", 0, "state")] = (
        "verpflichtet, in_umsetzung, umgesetzt oder zertifiziert; erst dann werden Rechte vergeben."
    )
    comments[("commitments", 0, "committed_on")] = "Tag der Zusage; offen, bis sie schriftlich vorliegt."
    data = {"id": case.partner.id, "commitments": commitments, "incidents": []}
    return NewFile(f"security/{case.partner.id}.yaml", data, comments)


def _commitment(id: str, framework: str, level: str, edition: str | None) -> dict[str, Any]:
    return {
        "id": id,
        "framework": framework,
        "edition": edition,
        "level": level,
        "state": "verpflichtet",
        "committed_on": None,
        "due": None,
        "implemented_on": None,
        "evidence": [],
        "obstacle": None,
    }
