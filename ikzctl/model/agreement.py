"""The legal instrument of a cooperation: term, notice rules as data, procedure, versions, data protection, own clauses."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Amount,
    Citation,
    Count,
    Day,
    LandCode,
    Many,
    Name,
    Part,
    PartnerRef,
    Record,
    Slug,
    Sourced,
    TaskRef,
    Text,
    field,
    many,
)
from ikzctl.model.task import LegalBasis

Instrument = Literal[
    "zweckvereinbarung",
    "oeffentlich_rechtliche_vereinbarung",
    "oeffentlich_rechtlicher_vertrag",
    "heranziehungsvereinbarung",
    "verwaltungsgemeinschaft",
    "kommunale_arbeitsgemeinschaft",
    "zweckverband",
    "gemeinsame_kommunale_anstalt",
    "verein",
    "sonstige",
]
TimeUnit = Literal["tag", "woche", "monat", "jahr"]
Grid = Literal["jederzeit", "monatsende", "quartalsende", "halbjahresende", "jahresende", "schuljahresende"]


class TimeSpan(Part):
    value: Count = field("Anzahl")
    unit: TimeUnit = field("Einheit: tag, woche, monat oder jahr")


class Duration(Sourced):
    kind: Literal["unbefristet", "befristet", "mindestlaufzeit", "erprobung", "offen"] = field("Art der Laufzeit")
    from_: Day | None = field("Beginn, wenn ein Tag vereinbart ist", None, alias="from")
    until: Day | None = field("letzter Tag bei Befristung oder Erprobung", None)
    minimum_until: Day | None = field("Ende der Mindestlaufzeit", None)
    minimum: TimeSpan | None = field("Dauer der Mindestlaufzeit ab Wirksamwerden", None)


class Renewal(Sourced):
    kind: Literal["keine", "automatisch", "durch_beschluss"] = field("Verlängerung")
    span: TimeSpan | None = field("um welche Dauer", None)
    objection: TimeSpan | None = field("Frist des Widerspruchs vor Ablauf", None)
    times: Count | None = field("wie oft; fehlt: unbegrenzt", None)


class NoticeRule(Sourced):
    """A right of notice as computable data: period, grid, earliest day, who, form, addressees."""

    id: Slug = field("Kennung der Regel")
    kind: Literal["ordentlich", "ausserordentlich", "sonderkuendigung", "teilkuendigung"] = field(
        "Art der Kündigung", "ordentlich"
    )
    period: TimeSpan | None = field("Kündigungsfrist; null, wenn noch offen", None)
    to: Grid = field("zu welchem Zeitpunkt", "jahresende")
    earliest: Day | None = field("frühester Tag, zu dem gekündigt werden kann", None)
    who: Literal["jeder", "beauftragter", "uebrige", "bestimmte"] = field("wer kündigen darf", "jeder")
    partners: Many[PartnerRef] = many("Partner, die kündigen dürfen, wenn es nur bestimmte sind")
    form: Literal["schriftform", "textform", "elektronisch"] = field("Form", "schriftform")
    addressees: Literal["alle_beteiligten", "beauftragter", "koordinator"] = field(
        "an wen die Erklärung geht", "alle_beteiligten"
    )
    resolution_required: bool = field("ob ein Beschluss der Vertretung vorliegen muss", True)
    grounds: Many[Text] = many("Gründe bei außerordentlicher Kündigung")


class LeavingConsequences(Sourced):
    survival: Literal["fortsetzung_unter_uebrigen", "ende_fuer_alle", "offen"] = field(
        "was nach einem Ausscheiden gilt", "offen"
    )
    ends_without_agent: bool = field("ob die Vereinbarung endet, wenn der beauftragte Beteiligte ausscheidet", True)
    minimum_partners: Count | None = field("Zahl der Beteiligten, unter der die Vereinbarung endet", None)
    recompute: Text | None = field("wie und wann Kostenanteile neu berechnet werden", None)
    tail_cost: Text | None = field("Nachlaufkosten des Ausscheidenden", None)
    statement_on_request: bool = field("ob vor der Kündigung eine Proberechnung verlangt werden kann", False)


class AccessionCandidate(Sourced):
    partner: PartnerRef = field("Partner, dessen Beitritt vorgesehen ist")
    from_: Day | None = field("vorgesehener Beitrittstag", None, alias="from")


class Accession(Sourced):
    open: bool = field("ob weitere Partner beitreten können", True)
    consent: Literal["alle", "mehrheit", "zwei_drittel", "beauftragter", "vorab_erteilt", "offen"] = field(
        "wessen Zustimmung nötig ist", "offen"
    )
    conditions: Many[Text] = many("Bedingungen des Beitritts")
    candidates: Many[AccessionCandidate] = many("vorgesehene Beitritte")
    buy_in: Amount | None = field("Einmalbetrag beim Beitritt in Euro", None)


class Dissolution(Sourced):
    rule: Text | None = field("Auseinandersetzung: Vermögen, Personal, Schulden", None)
    files: Text | None = field("Rückgabe von Akten und Daten", None)
    negotiation: TimeSpan | None = field("Frist, in der verhandelt wird, bevor vermittelt wird", None)


class Liability(Sourced):
    internal: Literal["verursacher", "beauftragter", "anteilig", "vorsatz_und_grobe_fahrlaessigkeit", "offen"] = field(
        "Innenausgleich", "offen"
    )
    cap: Amount | None = field("Höchstbetrag in Euro", None)
    insurer: Name | None = field("Versicherer", None)
    text: Text | None = field("eigene Regelung in Worten", None)


class DataProtectionRole(Sourced):
    """Who is responsible for a processing activity, and by which contract or notice that is secured."""

    activity: Name = field("Verarbeitungstätigkeit")
    task: TaskRef | None = field("Aufgabe", None)
    model: Literal[
        "verantwortlicher_beauftragter",
        "auftragsverarbeitung",
        "gemeinsam_verantwortlich",
        "getrennt_verantwortlich",
        "abruf_79",
        "offen",
    ] = field("Rollenmodell")
    controller: PartnerRef | None = field("Verantwortlicher, wenn es genau einer ist", None)
    processor: PartnerRef | None = field("Auftragsverarbeiter, wenn es ein Partner ist", None)
    processor_name: Name | None = field("Auftragsverarbeiter, wenn es ein Dritter ist", None)
    document: Slug | None = field("Kennung des zugehörigen Dokuments (Vertrag, Vereinbarung)", None)
    notice_80_controller: Day | None = field("Anzeige des Verantwortlichen nach § 80 Abs. 1 Satz 1 SGB X", None)
    notice_80_processor: Day | None = field("Anzeige des Auftragsverarbeiters nach § 80 Abs. 1 Satz 2 SGB X", None)
    retention: Text | None = field("Aufbewahrung und Löschung", None)
    dpia: Literal["nicht_noetig", "noetig", "liegt_vor", "offen"] = field("Datenschutz-Folgenabschätzung", "offen")


class Vat(Sourced):
    state: Literal["nicht_steuerbar", "steuerbefreit", "steuerpflichtig", "uebergangsregel", "kleinbetrag", "offen"] = (
        field("umsatzsteuerliche Einordnung")
    )
    reasoning: Text | None = field("Begründung", None)
    as_of: Day | None = field("Stand der Beurteilung", None)
    relief_2b_3_2: bool = field("ob § 2b Abs. 3 Nr. 2 UStG in Anspruch genommen wird", False)


class PartnerDate(Part):
    partner: PartnerRef = field("Partner")
    date: Day = field("Tag")


class EntryIntoForce(Sourced):
    rule: Literal["nach_letzter_bekanntmachung", "fester_tag", "nach_unterzeichnung", "gestaffelt", "offen"] = field(
        "Regel des Wirksamwerdens"
    )
    date: Day | None = field("vereinbarter Tag", None)
    per_partner: Many[PartnerDate] = many("eigene Tage einzelner Partner")


class ProcedureStep(Sourced):
    """A step in which somebody outside the partners is asked or told."""

    id: Slug = field("Kennung des Schritts")
    kind: Literal[
        "genehmigung", "anzeige", "fachaufsicht", "einvernehmen", "foerderstelle", "datenschutzaufsicht", "voranfrage"
    ] = field("Art")
    authority: Name | None = field("Behörde", None)
    authority_kind: Literal["kreisverwaltung", "add", "ministerium", "bezirksregierung", "sonstige"] | None = field(
        "Art der Behörde", None
    )
    for_version: Count = field("Nummer der Fassung, um die es geht (0 = Urfassung)", 0)
    sent_on: Day | None = field("abgesandt am", None)
    received_on: Day | None = field("eingegangen bei der Behörde am; damit beginnt die Frist", None)
    objected_on: Day | None = field("Bedenken, Rückfrage oder Ablehnung am", None)
    resubmitted_on: Day | None = field("erneut vorgelegt am (Eingang)", None)
    decided_on: Day | None = field("entschieden am", None)
    outcome: Literal[
        "offen", "erteilt", "erteilt_mit_auflagen", "fiktion", "abgelehnt", "zurueckgegeben", "kenntnis", "unbelegt"
    ] = field("Ergebnis; unbelegt: wohl erteilt, der Beleg fehlt", "offen")
    file_no: Name | None = field("Aktenzeichen", None)
    conditions: Many[Text] = many("Auflagen")


class Version(Sourced):
    """A version of the text: original, amendment, rewrite."""

    number: Count = field("laufende Nummer; 0 ist die Urfassung")
    kind: Literal["urfassung", "aenderung", "neufassung", "aufhebung"] = field("Art der Fassung")
    title: Name | None = field("Titel, wenn er abweicht", None)
    reason: Text | None = field("Anlass", None)
    signed_on: Day | None = field("letzte Unterschrift am", None)
    in_force_from: Day | None = field("wirksam ab", None)
    until: Day | None = field("außer Kraft mit Ablauf des", None)
    year_text: Name | None = field("Zeitangabe in Worten, wenn der Tag nicht bekannt ist („2010“)", None)
    joins: Many[PartnerRef] = many("Partner, die mit dieser Fassung beitreten")
    leaves: Many[PartnerRef] = many("Partner, die mit dieser Fassung ausscheiden")


class Document(Sourced):
    """A paper the agreement refers to, with its state, so that none is promised and forgotten."""

    id: Slug = field("Kennung des Dokuments")
    kind: Literal[
        "anlage",
        "auftragsverarbeitungsvertrag",
        "vereinbarung_art_26",
        "nebenabrede",
        "personalvertrag",
        "dienstanweisung",
        "vorgaengervereinbarung",
        "sicherheitskonzept",
        "festlegung_79",
        "zustimmung_fzv_75",
        "satzung",
        "sonstiges",
    ] = field("Art")
    title: Name = field("Titel")
    state: Literal["fehlt", "entwurf", "abgestimmt", "geschlossen", "ausser_kraft"] = field("Stand", "fehlt")
    date: Day | None = field("Datum", None)
    version: Name | None = field("Fassung", None)
    between: Many[PartnerRef] = many("zwischen welchen Partnern; leer: alle")
    text: Text | None = field("Kurzbeschreibung", None)


class OwnClause(Part):
    """A paragraph of the partners' own wording."""

    id: Slug = field("Kennung der eigenen Regelung")
    after: Name | None = field(
        "Kennung der Klausel, nach der sie steht („K05“); fehlt: vor den Schlussbestimmungen", None
    )
    heading: Name = field("Überschrift")
    text: Text = field("Wortlaut; Leerzeile trennt Absätze, Zeilen mit „1.“ werden Nummern, mit „a)“ Buchstaben")
    covers: Many[Name] = many("Pflichtinhalte, die sie abdeckt („zv.liability“)")


class ClauseChoice(Part):
    clause: Name = field("Kennung der Klausel")
    use: bool = field("false: weglassen", True)
    heading: Name | None = field("eigene Überschrift", None)
    text: Text | None = field("eigener Wortlaut statt des Bausteins", None)
    reason: Text | None = field("Grund", None)


class LegalForm(Sourced):
    """Reasons that some legal forms need (SGB X § 88, FZV § 75(4))."""

    code: Literal["A", "B", "C", "D", "E", "F", "G", "H", "I"] = field("Rechtsform nach Schlüssel A bis I")
    factual_link: Text | None = field("Sachzusammenhang der Aufgaben (§ 88 Abs. 1 SGB X)", None)
    purpose: Text | None = field("Zweckmäßigkeit (§ 88 Abs. 1 SGB X)", None)
    interest: Text | None = field("Interesse der Betroffenen (§ 88 Abs. 1 SGB X)", None)
    remaining_part: Text | None = field("wesentlicher Teil, der beim Auftraggeber bleibt (§ 88 Abs. 2 SGB X)", None)
    public_notice: Day | None = field("Bekanntmachung nach § 88 Abs. 4 SGB X am", None)


class Reporting(Sourced):
    annual_report: bool = field("ob jährlich berichtet wird", False)
    due_month: Count | None = field("Monat, bis zu dessen Ende berichtet wird", None, le=12)
    audit: Text | None = field("Prüfungsrechte der Rechnungsprüfung", None)
    consent_matters: Many[Text] = many("Angelegenheiten, die der Zustimmung der übrigen Beteiligten bedürfen")
    hearing_matters: Many[Text] = many("Angelegenheiten, zu denen die übrigen Beteiligten gehört werden")


class ServiceLevel(Sourced):
    name: Name = field("Merkmal („Bearbeitungszeit“)")
    value: Text = field("Zusage")
    consequence: Text | None = field("Folge, wenn sie verfehlt wird", None)


class Terms(Part):
    """Words the text uses for the parties."""

    all_parties: Name | None = field("gemeinsame Bezeichnung („die Beteiligten“)", None)
    agent: Name | None = field("Bezeichnung des Beauftragten („beauftragter Beteiligter“)", None)
    others: Name | None = field("Bezeichnung der Übrigen („übrige Beteiligte“)", None)


class Agreement(Record):
    """`cooperations/<id>/agreement.yaml`; the id is the cooperation's."""

    instrument: Instrument = field("Rechtsinstrument")
    instrument_name: Name | None = field("eigener Name des Instruments, wenn er vom Landesrecht abweicht", None)
    title: Name | None = field(
        "Titel nach dem Namen des Instruments („über die Bearbeitung …“); fehlt: aus den Aufgaben gebildet", None
    )
    land: LandCode | None = field("Land, dessen Recht gilt, wenn Partner aus mehreren Ländern beteiligt sind", None)
    treaty: Name | None = field("Staatsvertrag bei Partnern aus mehreren Ländern", None)
    legal_bases: Many[LegalBasis] = many("Rechtsgrundlagen der Eingangsformel; leer: aus dem Landesrecht")
    legal_forms: Many[LegalForm] = many("Angaben zu Rechtsformen, die eine Begründung brauchen")
    object: Literal["task", "facility_use"] = field(
        "Gegenstand: Aufgabe (task) oder Mitbenutzung einer Einrichtung (facility_use)", "task"
    )
    facility: Text | None = field("Einrichtung bei Mitbenutzung, mit der heutigen Nutzung", None)
    state: Literal["entwurf", "beschlossen", "unterzeichnet", "genehmigt", "in_kraft", "beendet"] = field(
        "Stand der Vereinbarung", "entwurf"
    )
    terms: Terms = field("Bezeichnungen im Text", Terms())
    duration: Duration = field("Laufzeit", Duration(kind="offen"))
    renewal: Renewal | None = field("Verlängerung", None)
    notice: Many[NoticeRule] = many("Kündigungsregeln")
    leaving: LeavingConsequences = field("Folgen des Ausscheidens", LeavingConsequences())
    accession: Accession = field("Beitritt weiterer Partner", Accession())
    dissolution: Dissolution = field("Auflösung und Auseinandersetzung", Dissolution())
    liability: Liability = field("Haftung", Liability())
    data_protection: Many[DataProtectionRole] = many("datenschutzrechtliche Rollen")
    vat: Vat = field("Umsatzsteuer", Vat(state="offen"))
    entry_into_force: EntryIntoForce = field("Wirksamwerden", EntryIntoForce(rule="offen"))
    electronic_signature: Literal["handschriftlich", "qes", "fortgeschritten", "offen"] = field(
        "Art der Unterzeichnung", "handschriftlich"
    )
    reporting: Reporting = field("Berichte und Mitwirkung", Reporting())
    service_levels: Many[ServiceLevel] = many("Leistungszusagen")
    procedure: Many[ProcedureStep] = many("Schritte bei Behörden: Genehmigung, Anzeige, Fachaufsicht")
    versions: Many[Version] = many("Fassungen")
    documents: Many[Document] = many("Dokumente, auf die verwiesen wird")
    clauses: Many[ClauseChoice] = many("Abweichungen von den Standardbausteinen")
    own_clauses: Many[OwnClause] = many("eigene Regelungen")
    copies: Count | None = field("Zahl der Ausfertigungen; fehlt: je Partner eine und eine für die Aufsicht", None)
    dispute: Literal["aufsicht_vermittelt", "schiedsstelle", "gericht", "offen"] = field(
        "Verfahren bei Streit", "offen"
    )
    file_no: Citation | None = field("Aktenzeichen der Vereinbarung", None)
