"""`registry.yaml`: format, name, Land, house style, edition of the law."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import Day, LandCode, Many, Name, Part, PartnerRef, Sourced, Text, field, many


class HouseStyle(Part):
    gender: Literal["paarform", "neutral", "stern", "generisch"] = field(
        "Schreibweise für abstrakte Rollen", "paarform"
    )
    euro: Literal["Euro", "€"] = field("Schreibweise von Beträgen", "Euro")
    party_order: Literal["beauftragter_zuerst", "alphabetisch", "wie_angegeben"] = field(
        "Reihenfolge der Beteiligten", "beauftragter_zuerst"
    )
    party_term: Name = field("gemeinsame Bezeichnung der Vertragsparteien", "die Beteiligten")
    contents_list: bool = field("ob ein Inhaltsverzeichnis gedruckt wird", False)


class Waiver(Sourced):
    """A finding that is accepted for a while, with a reason and an end."""

    code: Name = field("Code des Befunds („IKZ-L021“)")
    file: Name = field("Datei, relativ zum Registerordner")
    reason: Text = field("Grund")
    until: Day = field("gilt bis")


class RegistryHead(Sourced):
    format: Literal["ikz-registry/1"] = field("Formatversion des Registers")
    name: Name = field("Name des Registers")
    land: LandCode = field("Land, dessen Recht im Regelfall gilt")
    law_edition: Name | None = field("Rechtsstand, mit dem das Register zuletzt geprüft wurde", None)
    coordination: PartnerRef | None = field("Partner, der das Register führt", None)
    remote: Text | None = field("Adresse des gemeinsamen Repositorys", None)
    house_style: HouseStyle = field("Schreibweisen in Dokumenten", HouseStyle())
    network: Literal["aus", "hinweis", "warnung"] = field(
        "ob gemeldet wird, wenn ein Partner an keiner Zusammenarbeit teilnimmt", "warnung"
    )
    waivers: Many[Waiver] = many("geduldete Befunde mit Grund und Ende")
