"""Cost rules as composable steps, rates with validity, fees, settlement."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from ikzctl.model.base import (
    Amount,
    Count,
    Day,
    Fte,
    Many,
    Name,
    Number,
    Part,
    PartnerRef,
    Period,
    Record,
    Share,
    Slug,
    Sourced,
    TaskRef,
    Text,
    field,
    many,
)

CostState = Literal["vereinbart", "vorlaeufig", "offen"]


class CostType(Part):
    kind: Literal[
        "personal", "arbeitsplatz", "sachkosten", "gemeinkosten", "fachverfahren", "investition", "sonstige"
    ] = field("Kostenart")
    basis: Literal["ist", "pauschale", "kgst", "plan", "offen"] = field("wie sie ermittelt werden", "offen")
    fte: Fte | None = field("Stellenanteil in VZÄ, der zugrunde liegt", None)
    pay_grade: Name | None = field("Entgelt- oder Besoldungsgruppe", None)
    surcharge_percent: Share | None = field("Zuschlag in Prozent", None)
    amount: Amount | None = field("Betrag in Euro je Jahr, soweit vereinbart", None)
    reference: Text | None = field(
        "Bezug („KGSt-Bericht Kosten eines Arbeitsplatzes in der jeweils aktuellen Fassung“)", None
    )


class Collect(Part):
    """Step: put costs into the pot."""

    step: Literal["sammeln"] = field("Schritt: Kosten zusammenstellen")
    costs: Many[CostType] = many("Kostenarten")
    text: Text | None = field("Erläuterung", None)


class DeductIncome(Part):
    step: Literal["einnahmen_abziehen"] = field("Schritt: Einnahmen absetzen")
    income: Many[Name] = many("welche Einnahmen (Gebühren, Zuschüsse)")
    text: Text | None = field("Erläuterung", None)


class HostShare(Part):
    step: Literal["eigenanteil"] = field("Schritt: Eigenanteil eines Partners vorweg")
    partner: PartnerRef | None = field("Partner; fehlt: der beauftragte Beteiligte", None)
    percent: Share | None = field("Prozent", None)
    amount: Amount | None = field("Betrag in Euro", None)


class FixedShare(Part):
    partner: PartnerRef = field("Partner")
    percent: Share | None = field("Prozent", None)
    amount: Amount | None = field("Betrag in Euro je Jahr", None)
    hours_per_week: Number | None = field("Stunden je Woche", None)


class Weight(Part):
    """One key by which a part of the pot is split."""

    by: Literal["gleich", "einwohner", "faelle", "antraege", "vzae", "stunden", "flaeche", "herkunft", "fest"] = field(
        "Verteilungsschlüssel"
    )
    percent: Share = field("Anteil des Topfs, der so verteilt wird, in Prozent", Decimal(100))
    statistic: Text | None = field("Statistik, die gilt", None)
    statistic_day: Name | None = field("Stichtag („30. Juni des Vorjahres“)", None)
    fixed: Many[FixedShare] = many("feste Anteile")


class Split(Part):
    step: Literal["verteilen"] = field("Schritt: verteilen")
    weights: Many[Weight] = many("Schlüssel; ihre Anteile ergeben zusammen 100 Prozent")
    among: Many[PartnerRef] = many("unter welchen Partnern; leer: alle Mitglieder")
    text: Text | None = field("Erläuterung", None)


class CaseRate(Part):
    step: Literal["fallpauschale"] = field("Schritt: Pauschale je Fall oder Einheit")
    rates: Many[Slug] = many("Kennungen der Sätze; leer: noch offen")
    text: Text | None = field("Erläuterung", None)


class Cap(Part):
    step: Literal["hoechstgrenze"] = field("Schritt: Höchstgrenze")
    kind: Literal["tatsaechliche_kosten", "betrag", "steigerung_prozent"] = field("Art der Grenze")
    amount: Amount | None = field("Betrag in Euro", None)
    percent: Share | None = field("Prozent je Jahr", None)


class NoCompensation(Part):
    step: Literal["ohne_erstattung"] = field("Schritt: keine Erstattung")
    revisit: Text | None = field("Anlass, neu zu verhandeln", None)


class FreeStep(Part):
    """A step in words, where no computable form fits; it reaches the text, and every settlement names it as manual."""

    step: Literal["eigene_regel"] = field("Schritt in Worten")
    text: Text = field("Wortlaut")


Step = Annotated[
    Collect | DeductIncome | HostShare | Split | CaseRate | Cap | NoCompensation | FreeStep, Field(discriminator="step")
]


class CostRule(Period):
    id: Slug = field("Kennung der Kostenregel")
    name: Name = field("Bezeichnung")
    tasks: Many[TaskRef] = many("Aufgaben; leer: alle der Zusammenarbeit")
    state: CostState = field("vereinbart, vorlaeufig oder offen")
    steps: Many[Step] = many("Schritte in ihrer Reihenfolge")


class Rate(Period):
    id: Slug = field("Kennung des Satzes")
    name: Name = field("Bezeichnung")
    task: TaskRef | None = field("Aufgabe", None)
    case_group: Slug | None = field("Fallgruppe", None)
    amount: Amount | None = field("Betrag in Euro; null, solange unbekannt", None)
    low: Amount | None = field("untere Annahme in Euro für Szenarien", None)
    high: Amount | None = field("obere Annahme in Euro für Szenarien", None)
    unit: Name = field("Einheit („Fall“, „Einwohner“, „Stunde“)")
    definition: Text | None = field("was eine Einheit ist", None)
    state: CostState = field("vereinbart, vorlaeufig oder offen")
    margin: bool = field("true, wenn der Satz einen Gewinnaufschlag enthält", False)
    review: Text | None = field("wann und wie der Satz überprüft wird", None)


class Income(Sourced):
    """Fees and other income: who books them and how they are set off."""

    name: Name = field("Einnahme („Zulassungsgebühren“)")
    task: TaskRef | None = field("Aufgabe", None)
    booked_by: Literal["handelnde_stelle", "zustaendige_stelle", "beauftragter", "offen"] = field("wer sie vereinnahmt")
    set_off: Literal["verrechnen", "abfuehren", "behalten", "offen"] = field("was mit ihr geschieht")
    balancing: Text | None = field("Ausgleichs- oder Überprüfungsregel", None)


class Instalment(Part):
    due: Name = field("Fälligkeit („15. Februar“, „vierteljährlich zum Monatsende“)")
    amount: Amount | None = field("Betrag in Euro", None)
    percent: Share | None = field("Prozent des Vorjahresbetrags", None)


class Settlement(Sourced):
    period: Literal["kalenderjahr", "halbjahr", "quartal", "monat", "offen"] = field("Abrechnungszeitraum", "offen")
    statement_due: Name | None = field("bis wann abgerechnet wird („31. März des Folgejahres“)", None)
    payment_term_days: Count | None = field("Zahlungsfrist in Tagen", None)
    objection_days: Count | None = field("Frist für Einwendungen in Tagen", None)
    limitation: Text | None = field("Ausschlussfrist für Nachforderungen", None)
    instalments: Many[Instalment] = many("Abschläge")
    interest: Text | None = field("Verzinsung", None)
    issued_by: PartnerRef | None = field("Partner, der abrechnet; fehlt: der beauftragte Beteiligte", None)


class Investment(Sourced):
    name: Name = field("Investition oder Anlaufkosten")
    amount: Amount | None = field("Betrag in Euro", None)
    shares: Many[FixedShare] = many("Anteile")
    residual: Text | None = field("Behandlung des Restbuchwerts", None)
    funding: Text | None = field("Förderung", None)
    date: Day | None = field("Tag", None)


class Costs(Record):
    """`cooperations/<id>/costs.yaml`; the id is the cooperation's."""

    rules: Many[CostRule] = many("Kostenregeln")
    rates: Many[Rate] = many("Sätze mit Geltung")
    income: Many[Income] = many("Gebühren und andere Einnahmen")
    settlement: Settlement = field("Abrechnung", Settlement())
    investments: Many[Investment] = many("Investitionen und Anlaufkosten")
    adjustment: Text | None = field("Anpassung ohne Änderung der Vereinbarung", None)
    ceiling_at_cost: bool | None = field("ob höchstens die tatsächlichen Kosten erstattet werden", None)
