"""Mandates: who does which part of which task for whom, in which mode."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Day,
    MandateRef,
    Many,
    Name,
    Part,
    PartnerRef,
    Period,
    Slug,
    Sourced,
    SystemRef,
    TaskRef,
    Text,
    field,
    many,
)
from ikzctl.model.member import Area

Mode = Literal[
    "delegating", "mandating", "joint", "shared_facility", "reciprocal", "staff_lending", "statutory_assignment"
]
FormCode = Literal["A", "B", "C", "D", "E", "F", "G", "H", "I"]
BasisCode = Literal["own", "deleg", "av80", "av28", "abruf79", "fzv75", "melde1-3", "seconded", "mitbenutzung"]


class TaskPart(Part):
    """A part of a task that is handed over."""

    id: Slug = field("Kennung des Aufgabenteils")
    text: Text = field("Beschreibung des Aufgabenteils, als Satzglied („die Bearbeitung digital gestellter Anträge …“)")
    case_groups: Many[Slug] = many("Fallgruppen")
    norms: Many[Name] = many("Vorschriften, auf die sich der Teil beschränkt")


class Scope(Part):
    kind: Literal["ganz", "teil"] = field("ganze Aufgabe oder Teile")
    parts: Many[TaskPart] = many("Aufgabenteile")


class CarveOut(Sourced):
    """What stays with somebody although the task is handed over."""

    text: Text = field("nicht übertragener Teil, als Satzglied („die Beratung der Antragstellenden vor Ort“)")
    holder: PartnerRef | None = field("wer ihn behält; fehlt: jeder für sein Gebiet", None)
    reason: Text | None = field("Grund", None)


class Cutover(Part):
    """What happens to running cases and files on the day of transfer."""

    date: Day | None = field("Stichtag", None)
    running_cases: Literal["uebernahme", "verbleib", "offen"] = field("laufende Verfahren", "offen")
    files: Text | None = field("Akten und Register", None)


class Mandate(Period):
    """`cooperations/<c>/mandates/<id>.yaml`."""

    id: Slug = field("Kennung des Mandats; gleich dem Dateinamen")
    task: TaskRef = field("Aufgabe")
    mode: Mode = field(
        "Art der Übertragung (delegating, mandating, joint, shared_facility, reciprocal, staff_lending, statutory_assignment)"
    )
    form: FormCode | None = field("Rechtsform A bis I; null, solange offen", None)
    state: Literal["vorgeschlagen", "vereinbart"] = field("ob die Partner das Mandat vereinbart haben", "vorgeschlagen")
    scope: Scope = field("Umfang")
    carve_outs: Many[CarveOut] = many("was nicht übertragen wird")
    area: Area = field("Gebiet", Area())
    customers: Text | None = field("Beschränkung auf einen Kreis von Antragstellenden", None)
    agent: PartnerRef | None = field(
        "beauftragter Beteiligter; null bei gegenseitiger oder gemeinsamer Durchführung", None
    )
    agent_rule: Text | None = field("Regel, wenn der Beauftragte wechselt („der jeweils betroffene Landkreis“)", None)
    principals: Many[PartnerRef] = many("übrige Beteiligte, für die gehandelt wird")
    acts_in_name: Literal["agent", "principal", "offen"] = field("in wessen Namen Bescheide ergehen", "offen")
    appeals: Literal["agent", "principal", "offen"] = field("wer über Widersprüche entscheidet", "offen")
    benefit: Text | None = field("Nutzen auch für den Beauftragten (OVG Rheinland-Pfalz)", None)
    systems: Many[SystemRef] = many("Systeme, auf die sich das Mandat bezieht; leer: alle der Aufgabe")
    roles: Many[Slug] = many("Rollen in Anwendungen, die das Mandat umfasst; leer: alle der Aufgabe")
    basis: BasisCode | None = field("Code des Zugriffsgrunds, wenn er vom Regelfall abweicht", None)
    consent_documents: Many[Slug] = many("Zustimmungen, auf die sich das Mandat stützt (Kennungen der Dokumente)")
    use_today: Text | None = field("heutige Nutzung der Einrichtung bei Mitbenutzung", None)
    cutover: Cutover | None = field("Übergang laufender Fälle und Akten", None)
    successor: MandateRef | None = field("Mandat, das dieses fortsetzt", None)
    title: Name | None = field("Überschrift im Text, wenn sie abweicht", None)

    @property
    def parties(self) -> tuple[str, ...]:
        """Agent first, then principals in order."""
        return ((self.agent,) if self.agent else ()) + tuple(p for p in self.principals if p != self.agent)
