"""Cooperations: purpose, tasks, milestones, open questions, decisions, gates, steering."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Citation,
    Count,
    Day,
    Many,
    Name,
    Number,
    Part,
    PartnerRef,
    Record,
    Share,
    Slug,
    Sourced,
    TaskRef,
    Text,
    field,
    many,
)
from ikzctl.model.partner import ReadinessStage
from ikzctl.model.security import Framework


class MilestoneException(Sourced):
    partner: PartnerRef = field("Partner, für den der Meilenstein nicht oder anders gilt")
    reason: Text = field("Grund")
    review: Day | None = field("Tag der Überprüfung", None)
    review_text: Text | None = field("Überprüfung in Worten, wenn der Tag nicht feststeht", None)


MilestoneKind = Literal[
    "organisation",
    "technik",
    "beschaffung",
    "rechtsaenderung",
    "datenschutz",
    "it_sicherheit",
    "erprobung",
    "evaluation",
    "beitritt",
    "kosten",
    "personal",
]


class Milestone(Sourced):
    id: Slug = field("Kennung des Meilensteins")
    order: Count = field("Reihenfolge im Bericht oder Plan")
    title: Name = field("Bezeichnung")
    kind: MilestoneKind = field("Art; rechtsaenderung liegt außerhalb der eigenen Macht")
    state: Literal["offen", "laeuft", "erreicht", "verschoben", "aufgegeben"] = field("Stand", "offen")
    partners: Many[PartnerRef] = many("Partner, die es betrifft; leer: alle Mitglieder")
    exceptions: Many[MilestoneException] = many("Ausnahmen mit Grund und Überprüfung")
    after: Many[Slug] = many("Meilensteine, die vorher erreicht sein müssen")
    waits_for: Text | None = field("Voraussetzung außerhalb der Zusammenarbeit", None)
    due: Day | None = field("fällig am", None)
    due_text: Text | None = field("Termin in Worten, wenn der Tag nicht feststeht", None)
    since: Day | None = field("seit wann es in diesem Stand ist", None)
    reached_on: Day | None = field("erreicht am", None)
    owner: Name | None = field("zuständige Funktion", None)
    details: Text | None = field("Erläuterung", None)


class Review(Sourced):
    """A dated question back to the cooperation (Evaluation)."""

    id: Slug = field("Kennung der Überprüfung")
    due: Day | None = field("Termin", None)
    due_text: Text | None = field("Termin in Worten", None)
    question: Text = field("Frage, die beantwortet werden soll")
    indicators: Many[Text] = many("Kennzahlen")
    owner: Name | None = field("zuständige Funktion", None)
    result: Text | None = field("Ergebnis, sobald es vorliegt", None)


class OpenQuestion(Sourced):
    id: Slug = field("Kennung der Frage")
    question: Text = field("Frage")
    about: Literal[
        "kosten", "personal", "recht", "datenschutz", "technik", "it_sicherheit", "organisation", "termin"
    ] = field("Gebiet")
    blocks: Many[Literal["entwurf", "start", "genehmigung", "rechtevergabe"]] = many("was ohne Antwort nicht geht")
    asked_on: Day | None = field("gestellt am", None)
    due: Day | None = field("zu klären bis", None)
    owner: Name | None = field("wer sie klärt (Funktion)", None)
    partner: PartnerRef | None = field("Partner, bei dem sie liegt", None)
    answer: Text | None = field("Antwort, sobald sie vorliegt", None)
    answered_on: Day | None = field("beantwortet am", None)


class Decision(Sourced):
    """What was decided, also what was rejected and why."""

    id: Slug = field("Kennung der Entscheidung")
    title: Name = field("Gegenstand")
    outcome: Literal["angenommen", "abgelehnt", "vertagt", "pruefen"] = field("Ergebnis")
    reason: Text = field("Begründung")
    decided_on: Day | None = field("entschieden am", None)
    decided_text: Text | None = field("Zeitangabe in Worten, wenn der Tag nicht bekannt ist", None)
    decided_by: Name | None = field("wer entschieden hat (Gremium, Funktion)", None)
    review: Day | None = field("Wiedervorlage", None)


class SteeringVotes(Part):
    partner: PartnerRef = field("Partner")
    votes: Count = field("Stimmen")


class SteeringBody(Sourced):
    name: Name = field("Name des Gremiums")
    members: Many[Name] = many("Mitglieder nach Funktion")
    votes: Many[SteeringVotes] = many("Stimmen je Partner; leer: jedes Mitglied eine Stimme")
    majority: Literal["einstimmig", "einfache_mehrheit", "absolute_mehrheit", "zwei_drittel"] | None = field(
        "Mehrheit", None
    )
    quorum: Text | None = field("Beschlussfähigkeit", None)
    tie: Literal["abgelehnt", "vorsitz_entscheidet", "losentscheid", "aufsicht_vermittelt"] | None = field(
        "Folge der Stimmengleichheit", None
    )
    meetings_per_year: Count | None = field("Sitzungen im Jahr", None)
    chair: Name | None = field("Vorsitz (Funktion)", None)
    tasks: Many[Text] = many("Aufgaben des Gremiums")


class SecurityGate(Sourced):
    """The level that a partner must have reached before its staff get rights in other partners' systems."""

    framework: Framework = field("Regelwerk")
    level: Name = field("verlangtes Niveau")
    edition: Name | None = field("Ausgabe", None)
    monitoring_24_7: bool = field("true, wenn eine Überwachung rund um die Uhr verlangt wird", False)
    from_: Day | None = field("verlangt ab", None, alias="from")


class Gates(Part):
    security: Many[SecurityGate] = many("verlangtes Sicherheitsniveau; jede Zeile muss erfüllt sein")
    readiness: Many[ReadinessStage] = many("Glieder der digitalen Kette, die bei jedem Partner in Betrieb sein müssen")
    milestones: Many[Slug] = many("Meilensteine, die vor dem Start erreicht sein müssen")


class FrontOffice(Sourced):
    kind: Literal["bei_jedem_partner", "beim_beauftragten", "beides", "ohne"] = field(
        "Wo Anträge angenommen werden und beraten wird"
    )
    text: Text | None = field("Beschreibung", None)


class Distribution(Sourced):
    """How work is shared out inside a joint back office."""

    task: TaskRef = field("Aufgabe")
    rule: Literal["quote", "ueberlauf", "vertretung", "herkunft", "frei"] = field("Verteilungsregel")
    text: Text | None = field("Beschreibung", None)
    minimum_fte: Number | None = field("Mindestkapazität in VZÄ", None)


class HistoryEntry(Sourced):
    when: Name = field("Zeitpunkt in Worten oder als Jahr („2010“)")
    date: Day | None = field("Tag, soweit bekannt", None)
    text: Text = field("was geschah")


class Effect(Sourced):
    """An expected effect, to be compared with what is measured later."""

    name: Name = field("erwartete Wirkung")
    field_: Literal["effizienz", "qualitaet"] = field("Wirkungsfeld", alias="field")
    driver: Literal["personal", "digitalisierung"] = field("wodurch")
    indicator: Text | None = field("Kennzahl", None)
    base: Number | None = field("Ausgangswert", None)
    target: Number | None = field("Ziel", None)
    measured: Number | None = field("gemessen", None)
    measured_on: Day | None = field("Tag der Messung", None)


class Funding(Sourced):
    name: Name = field("Förderung")
    share: Share | None = field("Anteil in Prozent", None)
    applicant: PartnerRef | None = field("Partner, der für alle beantragt", None)
    conditions: Text | None = field("Bedingungen", None)
    due: Day | None = field("Frist", None)


class Cooperation(Record):
    """`cooperations/<id>/cooperation.yaml`; the id is the folder's name."""

    name: Name = field("Name der Zusammenarbeit")
    office_name: Name | None = field("amtlicher Name einer gemeinsamen Stelle („Gemeinsame Fachstelle …“)", None)
    office_seat: Name | None = field("Sitz der gemeinsamen Stelle", None)
    branches: Many[Text] = many("Außenstellen mit Öffnungszeiten")
    purpose: Text = field("Zweck; wird zur Präambel")
    tasks: Many[TaskRef] = many("Aufgaben der Zusammenarbeit")
    phase: Literal["idee", "vorbereitung", "pilot", "betrieb", "ruht", "beendet"] = field("Phase")
    phase_since: Day | None = field("seit wann", None)
    phase_since_text: Text | None = field("seit wann in Worten, wenn der Tag nicht bekannt ist", None)
    phase_reason: Text | None = field("Grund, wenn sie ruht oder beendet ist", None)
    coordinator: PartnerRef | None = field("Partner, der koordiniert", None)
    front_office: FrontOffice | None = field("Annahme und Beratung", None)
    steering: SteeringBody | None = field("Steuerungsgremium", None)
    gates: Gates = field("Voraussetzungen für Start und Rechtevergabe", Gates())
    distribution: Many[Distribution] = many("Verteilung der Arbeit")
    milestones: Many[Milestone] = many("Meilensteine")
    reviews: Many[Review] = many("Überprüfungen")
    open_questions: Many[OpenQuestion] = many("offene Fragen")
    decisions: Many[Decision] = many("Entscheidungen, auch abgelehnte Wege")
    history: Many[HistoryEntry] = many("Vorgeschichte")
    effects: Many[Effect] = many("erwartete Wirkungen")
    funding: Many[Funding] = many("Förderung")
    legal_notes: Many[Citation] = many("Vorschriften, die für die Zusammenarbeit besonders geprüft wurden")
