"""The neutral access manifest `ikz-access/1`: who may do what in one tenant, why, until when, and what is blocked and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ikzctl.model.base import Count, Day, Many, Name, Part, PartnerRef, Slug, SystemRef, TaskRef, field, many
from ikzctl.model.findings import NormState
from ikzctl.model.mandate import BasisCode, FormCode, Mode
from ikzctl.model.task import DataClass

SubjectId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$", max_length=127)
]
GrantId = Annotated[str, StringConstraints(pattern=r"^g-[0-9a-f]{20}$")]
CommitId = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
Path = Annotated[str, StringConstraints(min_length=1, max_length=400)]
# longer than the longest text of a registry, because reasons quote some
Sentence = Annotated[str, StringConstraints(min_length=3, max_length=12_000)]
Norm = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Justification = Annotated[str, StringConstraints(min_length=3, max_length=200)]
Serial = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=0, le=100)]

EndRule = Literal[
    "mitgliedschaft",
    "vereinbarung",
    "mandat",
    "stelle",
    "rolle",
    "mandant",
    "abordnung",
    "sicherheit",
    "sperre",
    "rezertifizierung",
]
RemarkCode = Literal[
    "beispieldaten",
    "besetzung_offen",
    "genehmigung_nicht_dokumentiert",
    "genehmigungspflicht_unbekannt",
    "teile_ohne_rollen",
]
ReasonCode = Literal[
    "abordnung_beendet",
    "abordnung_beginn_offen",
    "abordnung_fehlt",
    "abordnung_nicht_begonnen",
    "abordnungsvertrag_fehlt",
    "abruf_festlegung_fehlt",
    "abruf_genehmigung_fehlt",
    "abruf_protokollierung_fehlt",
    "abruf_unterrichtung_fehlt",
    "anzeige_80_auftraggeber_fehlt",
    "anzeige_80_auftragsverarbeiter_fehlt",
    "aufgabe_ausgenommen",
    "aufgabe_nicht_aktiv",
    "aufgabe_nicht_vereinbart",
    "ausnahme_des_mitglieds",
    "beobachter",
    "bereitschaft_fehlt",
    "datenschutzrolle_offen",
    "dienstanweisung_fehlt",
    "einrichtung_unbestimmt",
    "genehmigung_fehlt",
    "gesperrt",
    "mandant_beendet",
    "mandant_beginn_offen",
    "mandant_fehlt",
    "mandant_nicht_begonnen",
    "mandat_beendet",
    "mandat_beginn_offen",
    "mandat_nicht_begonnen",
    "mandat_vorgeschlagen",
    "meilenstein_offen",
    "mitgliedschaft_beendet",
    "mitgliedschaft_beginn_offen",
    "mitgliedschaft_fehlt",
    "mitgliedschaft_nicht_begonnen",
    "mitgliedschaft_vorgesehen",
    "offene_frage",
    "rechtsform_offen",
    "rolle_beendet",
    "rolle_beginn_offen",
    "rolle_nicht_begonnen",
    "rolle_unbekannt",
    "rollentrennung",
    "sicherheit_nicht_erreicht",
    "stelle_beendet",
    "stelle_beginn_offen",
    "stelle_nicht_begonnen",
    "stelle_nicht_besetzt",
    "vereinbarung_beendet",
    "vereinbarung_fehlt",
    "vereinbarung_nicht_begonnen",
    "vereinbarung_nicht_in_kraft",
    "vereinbarung_art26_fehlt",
    "vertrag_art28_fehlt",
    "wirksamwerden_offen",
    "zugriff_ausgeschlossen",
    "zugriff_ungeprueft",
    "zugriffsgrund_fehlt",
    "zugriffsgrund_unpassend",
    "zusammenarbeit_beendet",
    "zusammenarbeit_nicht_in_betrieb",
    "zustimmung_75_fehlt",
    "zustimmung_fehlt",
    "zweiter_faktor_fehlt",
]


class Reason(Part):
    """Why a grant is not active."""

    code: ReasonCode = field("feste Kennung des Grundes")
    text: Sentence = field("der Grund als Satz")
    file: Path = field("Datei des Registers, in der der Grund steht")
    norm: Norm | None = field("Vorschrift, wenn der Grund auf einer beruht", None)


class Remark(Part):
    """What an administrator should know of a grant although it does not block it."""

    code: RemarkCode = field("feste Kennung des Hinweises")
    text: Sentence = field("der Hinweis als Satz")
    file: Path = field("Datei des Registers, auf die er sich bezieht")


class LoggingRule(Part):
    code: Literal["sgbx79-4", "stvg36-6"] = field("Kennung der Protokollregel")
    text: Sentence = field("was zu protokollieren und wann zu löschen ist")
    norm: Norm = field("Vorschrift")


class Ground(Part):
    """On what a wanted grant rests; without a basis nobody gets access."""

    basis: BasisCode | None = field("Code des Zugriffsgrunds; null, wenn keiner passt")
    basis_text: Sentence | None = field("der Zugriffsgrund in Worten")
    norms: Many[Norm] = many("Vorschriften, auf denen er beruht")
    norm_state: NormState | None = field("wie sicher die Vorschriften geprüft sind")
    agreement: Slug | None = field("Kennung der Vereinbarung (der Zusammenarbeit)")
    agreement_version: Count | None = field("Nummer der Fassung, die am Stichtag gilt")
    documents: Many[Slug] = many("Dokumente der Vereinbarung, auf die er sich stützt")
    mandate: Slug = field("Kennung des Mandats")
    mode: Mode = field("Art der Übertragung")
    form: FormCode | None = field("Rechtsform A bis I")
    task: TaskRef = field("Aufgabe")
    scope: Literal["ganz", "teil"] = field("ob die Aufgabe ganz oder in Teilen übertragen ist")
    parts: Many[Slug] = many("Kennungen der übertragenen Teile")
    data: Many[DataClass] = many("Arten der Daten der Aufgabe")
    data_class: DataClass | Literal["keine"] = field("Datenart, nach der sich der Zugriffsgrund richtet")
    controller: PartnerRef | None = field("Verantwortlicher für die Verarbeitung")
    joint_controllers: Many[PartnerRef] = many(
        "Partner, die für eine gemeinsame Einrichtung gemeinsam verantwortlich sind"
    )
    logging: LoggingRule | None = field("Protokollregel, soweit eine vorgeschrieben ist")


class LegalGround(Ground):
    basis: BasisCode = field("Code des Zugriffsgrunds")
    agreement: Slug = field("Kennung der Vereinbarung (der Zusammenarbeit)")


class EndsBy(Part):
    """What set the last day of a grant."""

    rule: EndRule = field("was das Ende bestimmt")
    file: Path | None = field("Datei des Registers, in der das Ende steht; null bei der Rezertifizierung")


class Grant(Part):
    """A right of a position in the tenant; it always ends, no later than its review."""

    id: GrantId = field("feste Kennung, aus den Kennungen aller Bestandteile gebildet")
    subject: SubjectId = field("Stelle als <Partner>/<Stelle>")
    role: Slug = field("Kennung der Rolle")
    state: Literal["active", "suspended", "revoked"] = field(
        "active: einrichten; suspended: ruht; revoked: abgelaufen, wegnehmen"
    )
    valid_from: Day = field("erster Tag")
    valid_until: Day = field("letzter Tag, einschließlich")
    ends_by: EndsBy = field("was den letzten Tag bestimmt")
    recertify_by: Day = field("spätester Tag der nächsten Überprüfung")
    justification: Justification = field("Anlass in Kürze")
    legal: LegalGround = field("Rechtsgrund")
    reasons: Many[Reason] = many("warum es ruht oder beendet ist")
    remarks: Many[Remark] = many("Hinweise")


class BlockedGrant(Part):
    """A right that the registry wants and that must not be set up yet."""

    id: GrantId = field("dieselbe Kennung, die das Recht hat, sobald es gilt")
    subject: SubjectId = field("Stelle als <Partner>/<Stelle>")
    role: Slug = field("Kennung der Rolle")
    valid_from: Day | None = field("erster Tag nach den eingetragenen Zeiträumen, soweit bestimmt")
    valid_until: Day | None = field("letzter Tag nach den eingetragenen Zeiträumen, soweit bestimmt")
    justification: Justification = field("Anlass in Kürze")
    legal: Ground = field("Rechtsgrund, soweit er feststeht")
    reasons: Annotated[Many[Reason], Field(min_length=1)] = field("warum es gesperrt ist")
    remarks: Many[Remark] = many("Hinweise")


class Target(Part):
    """One tenant of one application: the unit that an administrator of the host works on."""

    partner: PartnerRef = field("Partner, dem der Mandant gehört")
    application: SystemRef = field("Kennung der Anwendung")
    application_name: Name = field("Name der Anwendung")
    tenant: Slug | None = field("Kennung des Mandanten; null, wenn keiner eingetragen ist")
    tenant_name: Name | None = field("Name des Mandanten")
    environment: Literal["prod", "test"] | None = field("Produktion oder Test; nie gemischt")
    owner_mark: Literal["ikz"] = field("Zeichen an jedem Objekt, das aus diesem Manifest entsteht", "ikz")


class Subject(Part):
    """A post; the account behind it is named in a file outside the history."""

    id: SubjectId = field("Stelle als <Partner>/<Stelle>")
    home_partner: PartnerRef = field("Partner, bei dem die Stelle besteht")
    pool: Slug = field("Zusammenarbeit, zu deren Personalpool sie gehört")
    kind: Literal["position"] = field("Art", "position")
    function: Name = field("Funktion der Stelle")


class ManifestRole(Part):
    """A standard right profile of the application."""

    id: Slug = field("Kennung der Rolle")
    name: Name = field("Name der Rolle in der Anwendung")
    task: TaskRef | None = field("Aufgabe, für die sie gebraucht wird")
    kind: Literal["beratung", "bearbeitung", "entscheidung", "zahlung", "auskunft", "verwaltung"] = field("wozu")
    permissions: Many[Name] = many("Rechte, wie die Anwendung sie nennt")
    sod_conflicts: Many[Slug] = many("Rollen, die dieselbe Stelle nicht zugleich haben darf")
    privileged: bool = field("Verwaltungsrechte")
    on_empty: Literal["keep", "delete"] = field("was mit einer Gruppe ohne Mitglieder geschieht", "keep")


class Limits(Part):
    """How much one application of the manifest may take away before somebody has to look."""

    max_removals: Count = field("höchste Zahl entzogener Rechte", 10)
    max_removals_percent: Percent = field("höchster Anteil in Prozent", 25)
    min_members: Count = field("kleinste Zahl der Inhaber je Rolle", 0)


class Recertification(Part):
    days: Count = field("höchste Geltungsdauer eines Rechts in Tagen ab dem Stichtag")
    privileged_days: Count = field("dasselbe für Verwaltungsrechte")


class Manifest(Part):
    """All wanted rights of one cooperation in one tenant on one day."""

    format: Literal["ikz-access/1"] = field("Formatversion", "ikz-access/1")
    cooperation: Slug = field("Kennung der Zusammenarbeit")
    target: Target = field("Mandant, um den es geht")
    serial: Serial | None = field(
        "laufende Nummer der Freigabe; null, solange das Manifest nicht freigegeben ist", None
    )
    registry_commit: CommitId | None = field("Stand des Registers; null bei einer Vorschau aus dem Arbeitsordner")
    as_of: Day = field("Stichtag")
    recertification: Recertification = field("Fristen der Überprüfung")
    example: bool = field("true, wenn ein Recht auf Beispieldaten beruht")
    subjects: Many[Subject] = many("Stellen")
    roles: Many[ManifestRole] = many("Rollen")
    grants: Many[Grant] = many("Rechte, nach Kennung")
    blocked: Many[BlockedGrant] = many("gesperrte Rechte mit Grund, nach Kennung")
    limits: Limits = field("Schranken für die Anwendung", Limits())
