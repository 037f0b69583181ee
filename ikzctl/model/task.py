"""Administrative tasks: what is done, by which law, with which data and which cases."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Citation,
    Count,
    Day,
    LeikaKey,
    Many,
    Name,
    Period,
    Record,
    Slug,
    Sourced,
    Text,
    field,
    many,
)
from ikzctl.model.partner import Gender, PartnerType


class LegalBasis(Sourced):
    """A norm, cited as it is printed; `whole` says whether the whole statute or only the named parts are meant."""

    cite: Citation = field("Fundstelle in Kurzform („§ 24 Abs. 1 WoGG“)")
    statute: Name | None = field("voller Name des Gesetzes", None)
    promulgation: Text | None = field("Datum und Fundstelle der Verkündung, letzte Änderung", None)
    dynamic: bool = field("true: „in der jeweils geltenden Fassung“; false: in der genannten Fassung", True)
    depth: Literal["gesetz", "abschnitt", "vorschrift"] = field(
        "ob das ganze Gesetz, ein Abschnitt oder einzelne Vorschriften gemeint sind", "gesetz"
    )
    about: Text | None = field("was die Vorschrift regelt", None)
    state: Literal["geprueft", "ungeprueft"] = field("ob die Vorschrift im Wortlaut nachgelesen wurde", "ungeprueft")


class CaseGroup(Sourced):
    id: Slug = field("Kennung der Fallgruppe")
    name: Name = field("Bezeichnung der Fallgruppe")
    unit: Name = field("Zähleinheit („Antrag“, „Vorgang“)", "Fall")
    definition: Text | None = field("wann ein Fall als bearbeitet zählt", None)
    leika: Many[LeikaKey] = many("Leistungsschlüssel, in Anführungszeichen")
    digital: bool | None = field("ob die Fallgruppe durchgehend digital bearbeitet werden kann", None)


class WrittenForm(Period):
    norm: Citation = field("Vorschrift, die die Schriftform verlangt")
    effect: Text | None = field("was daraus folgt (Ausdruck, Postversand, Archivierung)", None)


class LegalQuestion(Sourced):
    """A question of law with the answer somebody gave; reused in council papers."""

    question: Text = field("Frage")
    norms: Many[Citation] = many("Vorschriften, um die es geht")
    answer: Text | None = field("Antwort in eigenen Worten; null, solange offen", None)
    answered_by: Name | None = field("wer geantwortet hat", None)
    answered_on: Day | None = field("wann geantwortet wurde", None)
    answered_text: Text | None = field("Zeitangabe in Worten, wenn der Tag nicht bekannt ist", None)


class Hindrance(Sourced):
    """An obstacle outside the partners' power, collected for those who can remove it."""

    norm: Citation | None = field("Vorschrift", None)
    effect: Text = field("Wirkung in der Verwaltung")
    addressee: Name | None = field("wer es ändern kann", None)


class Staffing(Sourced):
    minimum_headcount: Count | None = field("Mindestzahl an Fachkräften, wenn das Gesetz eine verlangt", None)
    qualification: Text | None = field("verlangte Qualifikation", None)
    norm: Citation | None = field("Vorschrift", None)


DataClass = Literal[
    "personenbezogen", "sozialdaten", "besondere_kategorien", "fahrzeugregister", "melderegister", "steuerdaten"
]
ProcedureLaw = Literal["sgb", "vwvfg", "stvg", "fachgesetz", "keines"]


class Task(Record):
    name: Name = field("Name der Aufgabe („Kfz-Zulassung“)")
    subject: Name = field(
        "Wendung für Titel und Text nach „über“ oder „zur“ („die Bearbeitung von Anträgen auf Wohngeld“)"
    )
    gender: Gender = field("grammatisches Geschlecht des Namens", "feminin")
    kind: Literal["pflichtaufgabe", "auftragsangelegenheit", "freiwillig", "intern", "unbekannt"] = field(
        "Art der Aufgabe", "unbekannt"
    )
    state: Literal["kandidat", "aktiv", "pilot", "ruht", "eingestellt"] = field(
        "Stand der Aufgabe in der Zusammenarbeit"
    )
    state_reason: Text | None = field("Grund, wenn die Aufgabe ruht oder eingestellt ist", None)
    state_since: Day | None = field("seit wann", None)
    state_since_text: Text | None = field("seit wann in Worten, wenn der Tag nicht bekannt ist", None)
    leika: Many[LeikaKey] = many("Leistungsschlüssel (14 Ziffern), in Anführungszeichen")
    leika_catalogue: Name | None = field("Stand des Leistungskatalogs, aus dem die Schlüssel sind", None)
    legal_bases: Many[LegalBasis] = many("Rechtsgrundlagen der Aufgabe")
    procedure_law: ProcedureLaw = field("Verfahrensrecht: sgb, vwvfg, stvg, fachgesetz oder keines")
    data: Many[DataClass] = many("Arten verarbeiteter Daten")
    social_benefit: (
        Literal[
            "elterngeld",
            "wohngeld",
            "sozialhilfe",
            "jugendhilfe",
            "unterhaltsvorschuss",
            "kindergeld",
            "ausbildungsfoerderung",
            "andere",
        ]
        | None
    ) = field("Sozialleistungsbereich, wenn es einer ist (entscheidet über § 88 SGB X)", None)
    holders: Many[PartnerType] = many("Arten von Körperschaften, die Träger der Aufgabe sind")
    case_groups: Many[CaseGroup] = many("Fallgruppen")
    fee_income: bool | None = field("ob Gebühren eingenommen werden; null, wenn unbekannt", None)
    fee_norm: Citation | None = field("Vorschrift über die Gebühren", None)
    written_form: Many[WrittenForm] = many("Schriftformerfordernisse")
    advice_separable: bool | None = field(
        "ob Beratung und Bearbeitung getrennt werden können; null, wenn ungeklärt", None
    )
    advice_note: Text | None = field("Begründung dazu", None)
    maximum_years: Count | None = field("gesetzliche Höchstdauer einer Übertragung in Jahren", None)
    staffing: Staffing | None = field("gesetzliche Anforderungen an das Personal", None)
    questions: Many[LegalQuestion] = many("Rechtsfragen mit Antworten")
    hindrances: Many[Hindrance] = many("Hemmnisse außerhalb der eigenen Macht")

    @property
    def social_data(self) -> bool:
        return "sozialdaten" in self.data

    @property
    def personal_data(self) -> bool:
        return bool(self.data)
