"""Staff pools: positions by function, never persons."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Day,
    Fte,
    Many,
    Name,
    Number,
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


class ApplicationRole(Period):
    """A role that the position needs in an application."""

    system: SystemRef = field("Kennung des Systems")
    role: Slug = field("Kennung der Rolle")


class CoverWindow(Period):
    """A time-boxed cover of another partner's absence."""

    partner: PartnerRef = field("Partner, der vertreten wird")
    reason: Text | None = field("Anlass", None)


class Position(Period):
    id: Slug = field("Kennung der Stelle")
    function: Name = field("Funktion („Sachbearbeitung Kfz-Zulassung“)")
    tasks: Many[TaskRef] = many("Aufgaben; leer: alle der Zusammenarbeit")
    skills: Many[Name] = many("Kenntnisse")
    pay_system: Literal["tvoed-vka", "tvoed-vka-sue", "besoldung-a", "sonstige"] | None = field(
        "Tarif oder Besoldung", None
    )
    pay_grade: Name | None = field("Entgelt- oder Besoldungsgruppe; null, solange offen", None)
    fte: Fte | None = field("Stellenanteil für die Zusammenarbeit in VZÄ; null, solange offen", None)
    hours_per_week: Number | None = field("Wochenstunden, wenn so vereinbart", None)
    roles: Many[ApplicationRole] = many("Rollen in Anwendungen")
    covers: Many[CoverWindow] = many("Vertretungszeiten")
    cover_of: Many[Slug] = many("Stellen, die vertreten werden")
    place: Literal["dienststelle", "mobil", "beides", "offen"] = field("Arbeitsort", "offen")
    state: Literal["besetzt", "unbesetzt", "geplant", "offen"] = field("Stand der Stelle", "offen")


class Secondment(Sourced):
    """Abordnung or Gestellung of positions."""

    kind: Literal["keine", "abordnung", "zuweisung", "personalgestellung", "uebergang"] = field("Art", "keine")
    to: PartnerRef | None = field("aufnehmender Partner", None)
    from_: Day | None = field("Beginn", None, alias="from")
    until: Day | None = field("Ende", None)
    consent: bool | None = field("Zustimmung der Betroffenen liegt vor", None)
    tariff: Name | None = field("Tarif des öffentlichen Dienstes, der gilt", None)
    document: Slug | None = field("Kennung des Vertrags", None)


class Supervision(Part):
    disciplinary: Literal["anstellungskoerperschaft", "beauftragter"] = field(
        "Dienstaufsicht", "anstellungskoerperschaft"
    )
    professional: Literal["anstellungskoerperschaft", "beauftragter", "auftraggeber", "weisungsfrei", "offen"] = field(
        "Fachaufsicht", "offen"
    )


class StaffPool(Sourced):
    """`cooperations/<c>/pools/<partner>.yaml`."""

    partner: PartnerRef = field("Kennung des Partners; gleich dem Dateinamen")
    positions: Many[Position] = many("Stellen nach Funktion, keine Personen")
    secondment: Secondment | None = field("Abordnung, Gestellung oder Übergang", None)
    supervision: Supervision = field("Dienst- und Fachaufsicht", Supervision())
