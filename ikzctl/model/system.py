"""Specialist applications and other systems, their roles, tenants and what is claimed of them."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Day,
    Many,
    Name,
    PartnerRef,
    Period,
    ProofState,
    Record,
    Slug,
    Sourced,
    TaskRef,
    Text,
    field,
    many,
)

Capability = Literal[
    "mandantenfaehig",
    "ikz_modul",
    "zentrale_speicherung",
    "zugriff_altakten",
    "zugriff_fremder_beschaeftigter",
    "protokollierung",
    "schnittstelle",
    "online_antrag",
    "sicherheitsstandard",
    "kba_mindestsicherheit",
    "sonstige",
]


class Claim(Sourced):
    """What somebody says of a system; only `geprueft` or `belegt` carries a grant."""

    id: Slug = field("Kennung der Aussage")
    capability: Capability = field("Fähigkeit, um die es geht")
    value: bool | None = field("true, false oder null, wenn ungeklärt")
    state: ProofState = field("behauptet, geprueft oder belegt")
    text: Text | None = field("Aussage in Worten", None)
    claimed_by: Name | None = field("wer es sagt", None)
    as_of: Day | None = field("wann es gesagt wurde", None)


class Role(Sourced):
    """A standard right profile of the application."""

    id: Slug = field("Kennung der Rolle")
    name: Name = field("Name der Rolle, wie die Anwendung sie nennt")
    task: TaskRef | None = field("Aufgabe, die die Rolle braucht", None)
    kind: Literal["beratung", "bearbeitung", "entscheidung", "zahlung", "auskunft", "verwaltung"] = field(
        "wozu die Rolle dient"
    )
    permissions: Many[Name] = many("Rechte, wie die Anwendung sie nennt")
    conflicts: Many[Slug] = many("Rollen, die dieselbe Stelle nicht zugleich haben darf")
    privileged: bool = field("true bei Verwaltungsrechten", False)
    second_factor: Text | None = field("zweiter Faktor bei Verwaltungsrechten", None)


class Tenant(Period):
    """A partner's area in the application (Mandant)."""

    id: Slug = field("Kennung des Mandanten")
    partner: PartnerRef = field("Partner, dem der Mandant und seine Daten gehören")
    name: Name = field("Name des Mandanten")
    environment: Literal["prod", "test"] = field("Produktion oder Test", "prod")


class Certificate(Period):
    name: Name = field("Zertifikat oder Einstufung")
    issuer: Name | None = field("wer es ausgestellt hat", None)


class Delivery(Sourced):
    """A promised delivery, moved or made: slips stay visible."""

    what: Text = field("was geliefert werden soll")
    partner: PartnerRef | None = field("für welchen Partner", None)
    promised: Text | None = field("zugesagter Termin (Tag oder Quartal)", None)
    moved_to: Text | None = field("verschoben auf", None)
    delivered_on: Day | None = field("geliefert am", None)
    reason: Text | None = field("Grund der Verschiebung", None)


class Measure(Sourced):
    """Something that must be mended in the system before it is good enough."""

    text: Text = field("Maßnahme")
    owner: Name | None = field("wer sie erledigen muss", None)
    due: Day | None = field("bis wann", None)
    state: Literal["offen", "in_arbeit", "erledigt"] = field("Stand", "offen")


class System(Record):
    name: Name = field("Name der Anwendung")
    kind: Literal[
        "fachverfahren",
        "e_akte",
        "dms",
        "termin",
        "antragsportal",
        "nutzerkonto",
        "e_payment",
        "archiv",
        "vpn",
        "beratungsplattform",
        "verzeichnisdienst",
        "sonstiges",
    ] = field("Art des Systems")
    tasks: Many[TaskRef] = many("Aufgaben, für die es eingesetzt wird")
    vendor: Name | None = field("Hersteller", None)
    operator: Name | None = field("Betreiber", None)
    location: Literal["inland", "eu", "ewr_schweiz", "angemessenheit", "drittland", "unbekannt"] = field(
        "Ort der Verarbeitung", "unbekannt"
    )
    multi_tenant: bool | None = field("ob Mandanten getrennt werden können; null, wenn ungeklärt", None)
    efa: bool | None = field("ob es eine Einer-für-Alle-Leistung ist", None)
    claims: Many[Claim] = many("Aussagen über Fähigkeiten mit Sicherheit und Quelle")
    roles: Many[Role] = many("Rollen (Standardprofile) der Anwendung")
    tenants: Many[Tenant] = many("Mandanten je Partner")
    certificates: Many[Certificate] = many("Zertifikate und Einstufungen")
    deliveries: Many[Delivery] = many("zugesagte und verschobene Lieferungen")
    measures: Many[Measure] = many("offene Maßnahmen am System")
