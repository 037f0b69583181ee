"""What the clauses say about costs: each computable step of a rule in words, figures only where they are agreed."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from ikzctl.documents.case import DraftCase
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import clause, listed, money, partner_forms, say, sentence
from ikzctl.library import german
from ikzctl.model.costs import (
    Cap,
    CaseRate,
    Collect,
    CostRule,
    CostType,
    DeductIncome,
    FixedShare,
    HostShare,
    NoCompensation,
    Rate,
    Split,
    Step,
    Weight,
)

_KINDS = {
    "personal": "die Personalkosten",
    "arbeitsplatz": "die Kosten der Arbeitsplätze",
    "sachkosten": "die Sachkosten",
    "gemeinkosten": "die Gemeinkosten",
    "fachverfahren": "die Kosten der Fachverfahren",
    "investition": "die Investitionskosten",
    "sonstige": "sonstige Kosten",
}
_BASES = {
    "ist": "nach tatsächlichem Aufwand",
    "pauschale": "als Pauschale",
    "kgst": "nach den Werten der Kommunalen Gemeinschaftsstelle für Verwaltungsmanagement (KGSt)",
    "plan": "nach dem Haushaltsplan",
}
KEYS = {
    "gleich": "zu gleichen Teilen",
    "einwohner": "nach der Zahl der Einwohner",
    "faelle": "nach der Zahl der bearbeiteten Fälle",
    "antraege": "nach der Zahl der Anträge",
    "vzae": "nach den eingesetzten Vollzeitäquivalenten",
    "stunden": "nach geleisteten Stunden",
    "flaeche": "nach der Fläche",
    "herkunft": "nach der Herkunft der Antragstellenden",
    "fest": "nach festen Anteilen",
}
_KEY_NAMES = {
    "einwohner": "Einwohnerzahl",
    "faelle": "Fallzahl",
    "antraege": "Zahl der Anträge",
    "vzae": "Vollzeitäquivalente",
    "stunden": "Stunden",
    "flaeche": "Fläche",
    "herkunft": "Herkunft der Antragstellenden",
}
_PERIODS = {
    "kalenderjahr": "das Kalenderjahr",
    "halbjahr": "das Kalenderhalbjahr",
    "quartal": "das Kalendervierteljahr",
    "monat": "den Kalendermonat",
}


def values(case: DraftCase) -> dict[str, object]:
    costs = case.costs
    path = f"cooperations/{case.id}/costs.yaml"
    if costs is None or not costs.rules:
        open_rule: str = Placeholder("Kostenregel und Verteilungsschlüssel", f"{path}: rules")
    else:
        open_rule = ""
    rules = [_rule(case, rule, number) for number, rule in enumerate(costs.rules if costs else (), 1)]
    return {
        "cost_rules": rules,
        "cost_open": open_rule,
        "ceiling": bool(costs and costs.ceiling_at_cost),
        "without_compensation": bool(rules) and all(rule["free"] for rule in rules),
        "keys": _keys(case),
        "rates": [rate.id for rate in costs.rates] if costs else [],
        "incomes": _incomes(case),
        "settlement": _settlement(case),
        "adjustment": sentence(costs.adjustment) if costs and costs.adjustment else "",
        "investments": _investments(case),
        "fundings": [
            {"name": f.name, "applicant": partner_forms(case.partners[f.applicant])["nom"] if f.applicant else ""}
            for f in case.cooperation.funding
        ],
        "vat": {
            "state": case.agreement.vat.state,
            "relief": case.agreement.vat.relief_2b_3_2,
            "open": Placeholder("umsatzsteuerliche Einordnung", f"cooperations/{case.id}/agreement.yaml: vat.state"),
        },
    }


class _Figures:
    """Prints the figures of one rule: as they are when the rule is agreed, as open facts otherwise."""

    def __init__(self, case: DraftCase, rule: CostRule, number: int) -> None:
        self.case = case
        self.agreed = rule.state == "vereinbart" and not rule.example
        self.path = f"cooperations/{case.id}/costs.yaml: rules[{number}]"
        self.name = rule.name

    def amount(self, value: Decimal | None, label: str) -> str:
        if value is None or not self.agreed:
            return Placeholder(label, self.path)
        return money(value, self.case.head.house_style.euro)

    def percent(self, value: Decimal | None, label: str) -> str:
        if value is None or not self.agreed:
            return Placeholder(label, self.path)
        return german.percent(value)

    def partner(self, id: str, grammatical: str) -> str:
        return partner_forms(self.case.partners[id])[grammatical]


def _rule(case: DraftCase, rule: CostRule, number: int) -> dict[str, object]:
    figures = _Figures(case, rule, number)
    free = [step for step in rule.steps if isinstance(step, NoCompensation)]
    names = [case.tasks[id].name for id in rule.tasks if id in case.tasks]
    quoted = [f"„{name}“" for name in names]
    tasks = (
        "alle Aufgaben"
        if not names
        else f"die Aufgabe {quoted[0]}"
        if len(names) == 1
        else f"die Aufgaben {listed(quoted)}"
    )
    state = "vorläufig" if rule.state == "vorlaeufig" else "offen"
    return {
        "name": rule.name,
        "tasks": tasks,
        "agreed": figures.agreed,
        "state_open": Placeholder(f"Einigung über die Kostenregel „{rule.name}“ ({state})", figures.path),
        "free": bool(free),
        "revisit": clause(free[0].revisit) if free and free[0].revisit else "",
        "steps": [_step(figures, step) for step in rule.steps],
        "steps_open": Placeholder(f"Schritte der Kostenregel „{rule.name}“", f"{figures.path}.steps"),
    }


def _step(figures: _Figures, step: Step) -> dict[str, object]:
    out: dict[str, object] = {"kind": step.step, "text": ""}
    text = getattr(step, "text", None)
    if text:
        out["text"] = sentence(text)
    if isinstance(step, Collect):
        label = f"Kostenarten der Kostenregel „{figures.name}“"
        out["costs"] = [_cost(figures, cost) for cost in step.costs] or [Placeholder(label, figures.path)]
    elif isinstance(step, DeductIncome):
        label = f"Einnahmen der Kostenregel „{figures.name}“"
        out["income"] = list(step.income) or [Placeholder(label, figures.path)]
    elif isinstance(step, HostShare):
        out["who"] = figures.partner(step.partner, "nom") if step.partner else "der beauftragte Beteiligte"
        out["amount"] = (
            figures.amount(step.amount, "Eigenanteil")
            if step.amount is not None
            else say(figures.percent(step.percent, "Eigenanteil"), " der Kosten")
        )
    elif isinstance(step, Split):
        out["among"] = listed([figures.partner(id, "dat") for id in step.among]) if step.among else "allen Beteiligten"
        out["weights"] = [_weight(figures, weight, len(step.weights)) for weight in step.weights] or [
            Placeholder("Verteilungsschlüssel", figures.path)
        ]
    elif isinstance(step, CaseRate):
        out["rates"] = _rates(figures, step)
    elif isinstance(step, Cap):
        out["limit"] = _cap(figures, step)
    return out


def _cost(figures: _Figures, cost: CostType) -> Markup:
    parts: list[object] = [_KINDS[cost.kind]]
    details: list[Markup] = []
    if cost.fte is not None:
        details.append(say(figures_number(figures, cost.fte, "Stellenanteil"), "\u00a0VZÄ"))
    if cost.pay_grade:
        details.append(say(german.pay_grade(cost.pay_grade)))
    if cost.basis == "offen":
        details.append(say(Placeholder(f"Ermittlung: {_KINDS[cost.kind].removeprefix('die ')}", figures.path)))
    else:
        details.append(say(_BASES[cost.basis]))
    if cost.reference:
        details.append(say(clause(cost.reference)))
    if cost.surcharge_percent is not None:
        details.append(say("mit einem Zuschlag von ", figures.percent(cost.surcharge_percent, "Zuschlag")))
    if cost.amount is not None:
        details.append(say(figures.amount(cost.amount, "Betrag im Jahr"), " im Jahr"))
    return say(*parts, " (", Markup(", ").join(details), ")")


def figures_number(figures: _Figures, value: Decimal, label: str) -> str:
    return german.decimal(value) if figures.agreed else Placeholder(label, figures.path)


def _weight(figures: _Figures, weight: Weight, count: int) -> Markup:
    lead: list[object] = []
    if count > 1:
        lead = ["zu ", figures.percent(weight.percent, "Gewicht des Schlüssels"), " "]
    out = say(*lead, KEYS[weight.by])
    if weight.fixed:
        shares = Markup(", ").join(_share(figures, share) for share in weight.fixed)
        return say(out, " (", shares, ")")
    if weight.by == "fest":
        return say(out, " (", Placeholder("feste Anteile", figures.path), ")")
    return out


def _share(figures: _Figures, share: FixedShare) -> Markup:
    name = figures.partner(share.partner, "nom")
    if share.amount is not None:
        return say(name, " ", figures.amount(share.amount, "Anteil"), " im Jahr")
    if share.hours_per_week is not None:
        hours = figures_number(figures, share.hours_per_week, "Stunden je Woche")
        return say(name, " ", hours, " Stunden je Woche")
    return say(name, " ", figures.percent(share.percent, "Anteil"))


def _rates(figures: _Figures, step: CaseRate) -> list[object]:
    known = {rate.id: rate for rate in (figures.case.costs.rates if figures.case.costs else ())}
    if not step.rates:
        return [Placeholder(f"Sätze der Kostenregel „{figures.name}“", figures.path)]
    return [say(known[id].name, " ", rate_amount(figures.case, known[id])) for id in step.rates if id in known]


def rate_amount(case: DraftCase, rate: Rate) -> Markup:
    """The rate with its unit; a rate that is not agreed is an open fact, whatever figure stands in the registry."""
    path = f"cooperations/{case.id}/costs.yaml: rates ({rate.id})"
    amount: str = Placeholder(f"Betrag „{rate.name}“", path)
    if rate.amount is not None and rate.state == "vereinbart" and not rate.example:
        amount = money(rate.amount, case.head.house_style.euro)
    return say(amount, f" je {rate.unit}")


def _cap(figures: _Figures, step: Cap) -> object:
    if step.kind == "tatsaechliche_kosten":
        return "auf die tatsächlichen Kosten"
    if step.kind == "betrag":
        return say("auf ", figures.amount(step.amount, "Höchstbetrag"), " im Jahr")
    return say("auf eine Steigerung von ", figures.percent(step.percent, "Steigerung"), " gegenüber dem Vorjahr")


def _keys(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    seen = set()
    for number, rule in enumerate(case.costs.rules if case.costs else (), 1):
        for weight in (w for step in rule.steps if isinstance(step, Split) for w in step.weights):
            mark = (weight.by, weight.statistic, weight.statistic_day)
            if weight.by not in _KEY_NAMES or mark in seen:
                continue
            seen.add(mark)
            name = _KEY_NAMES[weight.by]
            path = f"cooperations/{case.id}/costs.yaml: rules[{number}].steps"
            agreed = rule.state == "vereinbart" and not rule.example
            statistic = (
                clause(weight.statistic)
                if weight.statistic and agreed
                else Placeholder(f"Statistik für den Schlüssel {name}", path)
            )
            day = (
                weight.statistic_day
                if weight.statistic_day and agreed
                else Placeholder(f"Stichtag für den Schlüssel {name}", path)
            )
            out.append({"name": name, "statistic": statistic, "day": day})
    return out


def _incomes(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    path = f"cooperations/{case.id}/costs.yaml: income"
    for item in case.costs.income if case.costs else ():
        if item.task and item.task not in case.task_ids:
            continue
        out.append(
            {
                "name": item.name,
                "task": _of_task(item.name, case.tasks[item.task].name) if item.task else "",
                "booked": item.booked_by,
                "booked_open": Placeholder(f"wer vereinnahmt: {item.name}", path),
                "set_off": item.set_off,
                "set_off_open": Placeholder(f"Verrechnung: {item.name}", path),
                "balancing": sentence(item.balancing) if item.balancing else "",
            }
        )
    covered = {item.task for item in (case.costs.income if case.costs else ())}
    for id in case.task_ids:
        task = case.tasks[id]
        if task.fee_income and id not in covered and None not in covered:
            name = "Gebühren"
            out.append(
                {
                    "name": name,
                    "task": f" der Aufgabe „{task.name}“",
                    "booked": "offen",
                    "booked_open": Placeholder(f"wer die Gebühren der Aufgabe {task.name} vereinnahmt", path),
                    "set_off": "offen",
                    "set_off_open": Placeholder(f"Verrechnung der Gebühren der Aufgabe {task.name}", path),
                    "balancing": "",
                }
            )
    return out


def _of_task(name: str, task: str) -> str:
    """„ der Aufgabe …“ unless the name of the income says so already."""
    return "" if task in name else f" der Aufgabe „{task}“"


def _days(value: int | None, label: str, path: str) -> str:
    return german.period(value, "day", "dative") if value else Placeholder(label, path)


def _settlement(case: DraftCase) -> dict[str, object]:
    found = case.costs.settlement if case.costs else None
    if found and found.example:
        found = None
    path = f"cooperations/{case.id}/costs.yaml: settlement"
    agents = {mandate.agent for mandate in case.current_mandates if mandate.agent}
    issuer: str = Placeholder("Beteiligter, der abrechnet", f"{path}.issued_by")
    if found and found.issued_by:
        issuer = partner_forms(case.partners[found.issued_by])["nom"]
    elif len(agents) == 1:
        issuer = partner_forms(case.partners[next(iter(agents))])["nom"]
    elif agents:
        issuer = "der jeweils beauftragte Beteiligte"
    return {
        "period": _PERIODS.get(found.period if found else "", "")
        or Placeholder("Abrechnungszeitraum", f"{path}.period"),
        "issuer": issuer,
        "due": (found and found.statement_due) or Placeholder("Termin der Abrechnung", f"{path}.statement_due"),
        "payment": _days(found.payment_term_days if found else None, "Zahlungsfrist", f"{path}.payment_term_days"),
        "objection": _days(found.objection_days if found else None, "Frist für Einwendungen", f"{path}.objection_days"),
        "limitation": sentence(found.limitation)
        if found and found.limitation
        else Placeholder("Ausschlussfrist für Nachforderungen", f"{path}.limitation"),
        "instalments": [_instalment(case, item.due, item.amount, item.percent) for item in found.instalments]
        if found
        else [],
        "interest": sentence(found.interest) if found and found.interest else "",
    }


def _instalment(case: DraftCase, due: str, amount: Decimal | None, percent: Decimal | None) -> str:
    if amount is not None:
        return f"{due} {money(amount, case.head.house_style.euro)}"
    if percent is not None:
        return f"{due} {german.percent(percent)} des Vorjahresbetrags"
    return due


def _investments(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for number, item in enumerate(case.costs.investments if case.costs else (), 1):
        path = f"cooperations/{case.id}/costs.yaml: investments[{number}]"
        amount: str = Placeholder(f"Betrag: {item.name}", f"{path}.amount")
        if item.amount is not None:
            amount = money(item.amount, case.head.house_style.euro)
        shares = []
        for share in item.shares:
            name = partner_forms(case.partners[share.partner])["nom"]
            if share.percent is not None:
                shares.append(f"{name} {german.percent(share.percent)}")
            elif share.amount is not None:
                shares.append(f"{name} {money(share.amount, case.head.house_style.euro)}")
        out.append(
            {
                "name": item.name,
                "amount": amount,
                "shares": shares,
                "residual": clause(item.residual) if item.residual else "",
            }
        )
    return out
