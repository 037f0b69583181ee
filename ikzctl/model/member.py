"""Memberships: a partner in a cooperation from–until, with resolutions, signature, publication, notice."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ikzctl.model.base import (
    Count,
    Day,
    MandateRef,
    Many,
    Name,
    Part,
    PartnerRef,
    Period,
    Share,
    Slug,
    Sourced,
    TaskRef,
    Text,
    field,
    many,
)


class MemberException(Sourced):
    """What a partner does not take part in, why, and when that is looked at again."""

    id: Slug = field("Kennung der Ausnahme")
    subject: Text = field("wovon der Partner ausgenommen ist")
    tasks: Many[TaskRef] = many("betroffene Aufgaben")
    mandates: Many[MandateRef] = many("betroffene Mandate")
    reason: Text = field("Grund")
    review: Day | None = field("Tag der Überprüfung", None)
    review_text: Text | None = field("Überprüfung in Worten, wenn der Tag nicht feststeht", None)


class Resolution(Sourced):
    """A resolution of the partner's council or committee."""

    organ: Name = field("Organ („Stadtrat“)")
    about: Literal["abschluss", "beitritt", "aenderung", "kuendigung", "aufhebung", "vorberatung", "zustimmung"] = (
        field("worüber", "abschluss")
    )
    planned_on: Day | None = field("vorgesehener Sitzungstag", None)
    date: Day | None = field("Tag des Beschlusses; null, solange offen", None)
    number: Name | None = field("Vorlagen- oder Beschlussnummer", None)
    result: Literal["offen", "angenommen", "abgelehnt", "vertagt"] = field("Ergebnis", "offen")
    for_version: Count = field("Nummer der Fassung", 0)
    conditions: Many[Text] = many("Maßgaben des Beschlusses")


class Signature(Sourced):
    date: Day | None = field("Tag der Unterschrift", None)
    place: Name | None = field("Ort", None)
    office: Name | None = field("Amtsbezeichnung, mit der unterzeichnet wurde", None)
    deputy: bool = field("true, wenn in Vertretung unterzeichnet wurde", False)
    mode: Literal["handschriftlich", "qes", "fortgeschritten"] = field("Art der Unterschrift", "handschriftlich")
    for_version: Count = field("Nummer der Fassung", 0)


class Publication(Sourced):
    organ: Name | None = field("Bekanntmachungsorgan", None)
    issue: Name | None = field("Ausgabe, Nummer, Seite", None)
    date: Day | None = field("Erscheinungstag", None)
    for_version: Count = field("Nummer der Fassung", 0)


class Consent(Sourced):
    to: Name = field("wozu zugestimmt wurde („Beitritt bad-duerkheim“)")
    date: Day | None = field("Tag", None)
    given: bool | None = field("true zugestimmt, false verweigert, null offen", None)


class TerminationNotice(Sourced):
    """Notice given by this partner; a membership ends by it, nothing is deleted."""

    rule: Slug | None = field("Kennung der Kündigungsregel", None)
    declared_on: Day | None = field("erklärt am", None)
    received_on: Day | None = field("zugegangen am (letzter Zugang)", None)
    effective: Day = field("wirksam mit Ablauf des")
    reason: Text | None = field("Grund", None)
    form: Literal["schriftform", "textform", "elektronisch"] = field("Form", "schriftform")


class ShareEntry(Period):
    key: Name = field("Schlüssel („fester Anteil“)")
    percent: Share = field("Prozent")


class Area(Part):
    kind: Literal["gesamt", "teil"] = field("ganzes Gebiet oder Teil", "gesamt")
    places: Many[Name] = many("Orte oder Ortsteile")
    text: Text | None = field("Beschreibung", None)


class EarlierMembership(Period):
    """A membership that ended before the present one began: whoever comes back keeps one file and its whole history."""

    termination: TerminationNotice | None = field("Kündigung, die diese Mitgliedschaft beendete", None)
    from_text: Name | None = field("Beginn in Worten, wenn der Tag nicht bekannt ist („2003“)", None)


class Member(Period):
    """`cooperations/<c>/members/<partner>.yaml`; `from` and `until` are those of the present membership."""

    partner: PartnerRef = field("Kennung des Partners; gleich dem Dateinamen")
    role: Literal["mitglied", "beauftragter", "nutzer", "beobachter"] = field("Rolle", "mitglied")
    state: Literal["vorgesehen", "beigetreten", "ausgeschieden"] = field("Stand der Mitgliedschaft", "vorgesehen")
    from_text: Name | None = field("Beginn in Worten, wenn der Tag nicht bekannt ist („2003“)", None)
    tasks: Many[TaskRef] = many("Aufgaben, an denen der Partner teilnimmt; leer: alle")
    modules: Many[Name] = many("zusätzliche Leistungen")
    area: Area = field("Gebiet", Area())
    exceptions: Many[MemberException] = many("Ausnahmen mit Grund und Überprüfung")
    shares: Many[ShareEntry] = many("Anteile des Partners")
    resolutions: Many[Resolution] = many("Beschlüsse")
    signatures: Many[Signature] = many("Unterschriften")
    publications: Many[Publication] = many("Bekanntmachungen")
    consents: Many[Consent] = many("Zustimmungen zu Vorhaben anderer")
    termination: TerminationNotice | None = field("Kündigung durch diesen Partner", None)
    earlier: Many[EarlierMembership] = many("frühere, beendete Mitgliedschaften desselben Partners")
    position_in_text: Count | None = field("Stelle in der Reihenfolge der Beteiligten, wenn sie vereinbart ist", None)

    @property
    def periods(self) -> tuple[Period, ...]:
        """All memberships, earlier ones first."""
        return (*self.earlier, self)

    def holds_on(self, day: date) -> bool:
        """True if the partner was a member on that day, in the present or in an earlier membership."""
        return super().holds_on(day) or any(p.holds_on(day) for p in self.earlier)


class Suspension(Period):
    """`cooperations/<c>/suspensions/<id>.yaml`: all grants of a partner or mandate rest."""

    id: Slug = field("Kennung der Sperre; gleich dem Dateinamen")
    partner: PartnerRef | None = field("gesperrter Partner", None)
    mandate: MandateRef | None = field("gesperrtes Mandat", None)
    reason: Text = field("Grund")
    set_by: PartnerRef | None = field("Partner, der die Sperre gesetzt hat", None)
