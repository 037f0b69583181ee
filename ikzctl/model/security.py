"""Security commitments of a partner: what was promised, what is reached, and by which evidence."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import Amount, Day, Many, Name, Part, Record, Slug, Sourced, Text, field, many

Framework = Literal["it-grundschutz", "grundschutz++", "wiba", "iso-27001", "cisis12", "bsi-c5", "eigene"]

# Order inside one framework only; levels of different frameworks are not comparable by a number.
LEVELS: dict[str, tuple[str, ...]] = {
    "it-grundschutz": ("basis-absicherung", "standard-absicherung", "kern-absicherung"),
    "grundschutz++": ("normal-sdt", "erhoeht"),
    "wiba": ("weg-in-die-basis",),
    "iso-27001": ("konform", "zertifiziert"),
    "cisis12": ("umgesetzt", "zertifiziert"),
    "bsi-c5": ("typ-1", "typ-2"),
    "eigene": ("erfuellt",),
}


class Evidence(Sourced):
    title: Name = field("Nachweis (Testat, Bericht, Zertifikat)")
    issued_on: Day | None = field("Datum des Nachweises", None)
    valid_until: Day | None = field("gültig bis", None)
    issuer: Name | None = field("wer ihn ausgestellt hat", None)
    reference: Text | None = field("Aktenzeichen oder Ablageort", None)


class Control(Part):
    """A single control of a catalogue; for Grundschutz++ the uuid counts, ids move."""

    id: Name = field("Kennung der Anforderung („ORP.4.A1“)")
    uuid: Name | None = field("eindeutige Kennung bei Grundschutz++", None)
    state: Literal["offen", "teilweise", "erfuellt", "entbehrlich"] = field("Stand", "offen")


class Commitment(Sourced):
    id: Slug = field("Kennung der Zusage")
    framework: Framework = field("Regelwerk")
    edition: Name | None = field("Ausgabe oder Stand des Regelwerks", None)
    level: Name = field("zugesagtes Niveau, z. B. standard-absicherung")
    scope: Text | None = field("Geltungsbereich (Informationsverbund)", None)
    state: Literal["verpflichtet", "in_umsetzung", "umgesetzt", "zertifiziert", "entfallen"] = field("Stand der Zusage")
    committed_on: Day | None = field("Tag der Zusage", None)
    committed_text: Text | None = field("Zeitangabe in Worten, wenn der Tag nicht bekannt ist („April 2023“)", None)
    due: Day | None = field("zugesagt bis", None)
    implemented_on: Day | None = field("erreicht am", None)
    until: Day | None = field("gilt bis; fehlt ohne Ende", None)
    evidence: Many[Evidence] = many("Nachweise")
    controls: Many[Control] = many("einzelne Anforderungen mit Stand")
    cost: Amount | None = field("Aufwand in Euro, soweit bekannt", None)
    obstacle: Text | None = field("was der Umsetzung entgegensteht", None)

    @property
    def reached(self) -> bool:
        return self.state in ("umgesetzt", "zertifiziert")


class Incident(Sourced):
    """A security incident as far as it touches the cooperation."""

    id: Slug = field("Kennung des Vorfalls")
    from_: Day | None = field("Beginn", None, alias="from")
    until: Day | None = field("Ende der Beeinträchtigung", None)
    when_text: Text | None = field("Zeitangabe in Worten, wenn der Tag nicht bekannt ist", None)
    text: Text = field("was geschah und was daraus folgte")


class SecurityFile(Record):
    """`security/<partner>.yaml`; the id is the partner's."""

    commitments: Many[Commitment] = many("Sicherheitszusagen")
    incidents: Many[Incident] = many("Sicherheitsvorfälle mit Wirkung auf die Zusammenarbeit")
