"""What the clauses say about costs: each computable step of a rule in words, figures only where they are agreed."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from ikzctl.documents.case import DraftCase
from ikzctl.documents.filters import reference
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
    Settlement,
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
_KGST_SHORT = "nach den Werten der KGSt"
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
    "einwohner": "die Einwohnerzahl",
    "faelle": "die Fallzahl",
    "antraege": "die Zahl der Anträge",
    "vzae": "die Zahl der Vollzeitäquivalente",
    "stunden": "die Zahl der Stunden",
    "flaeche": "die Fläche",
    "herkunft": "die Herkunft der Antragstellenden",
}
# These are counted while the work is done and need no statistic of somebody else.
_COUNTED = ("faelle", "antraege", "vzae", "stunden", "herkunft")
_SHARES_IN_TEXT = 5
_CASE_UNITS = ("Fall", "Vorgang", "Antrag", "Verfahren")
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
    rules = [_rule(case, rule, number) for number, rule in live_rules(case)]
    rates = live_rates(case)
    return {
        "cost_rules": rules,
        "cost_open": open_rule,
        "ceiling": bool(costs and costs.ceiling_at_cost),
        "without_compensation": bool(rules) and all(rule["free"] for rule in rules),
        "keys": _keys(case),
        "rates_annex": rates_in_annex(case),
        "rate_rules": [{"text": sentence(rate.review)} for rate in rates if rate.review],
        "cases_counted": any(rate.case_group or rate.unit in _CASE_UNITS for rate in rates if not rate.definition),
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


def live_rules(case: DraftCase) -> list[tuple[int, CostRule]]:
    """Cost rules that have not ended, with their place in the file."""
    rules = case.costs.rules if case.costs else ()
    return [(n, rule) for n, rule in enumerate(rules, 1) if rule.until is None or rule.until >= case.as_of]


def live_rates(case: DraftCase) -> list[Rate]:
    """Rates that have not ended: an earlier rate of the same name is history."""
    rates = case.costs.rates if case.costs else ()
    return [rate for rate in rates if rate.until is None or rate.until >= case.as_of]


def rates_in_annex(case: DraftCase) -> bool:
    """One rate stands in the text itself; several stand in a table."""
    return len(live_rates(case)) > 1


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
    if len(case.task_ids) == 1:
        tasks = "im Übrigen"
    elif not names:
        tasks = "für alle Aufgaben"
    else:
        tasks = f"für die Aufgabe {quoted[0]}" if len(names) == 1 else f"für die Aufgaben {listed(quoted)}"
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
        first = next((cost for cost in step.costs if cost.basis == "kgst"), None)
        costs = [_cost(figures, cost, long=cost is first) for cost in step.costs]
        out["costs"] = costs or [Placeholder(label, figures.path)]
    elif isinstance(step, DeductIncome):
        label = f"Einnahmen der Kostenregel „{figures.name}“"
        out["income"] = list(step.income) or [Placeholder(label, figures.path)]
    elif isinstance(step, HostShare):
        out["who"] = figures.partner(step.partner, "nom") if step.partner else figures.case.roles.acting()["nom"]
        out["amount"] = (
            figures.amount(step.amount, "Eigenanteil")
            if step.amount is not None
            else say(figures.percent(step.percent, "Eigenanteil"), " der Kosten")
        )
    elif isinstance(step, Split):
        out["among"] = (
            listed([figures.partner(id, "dat") for id in step.among]) if step.among else _everyone(figures.case)
        )
        out["weights"] = [_weight(figures, weight, len(step.weights)) for weight in step.weights] or [
            Placeholder("Verteilungsschlüssel", figures.path)
        ]
    elif isinstance(step, CaseRate):
        out["in_annex"] = rates_in_annex(figures.case)
        out["rates"] = _rates(figures, step)
    elif isinstance(step, Cap):
        out["limit"] = _cap(figures, step)
    return out


def _everyone(case: DraftCase) -> str:
    return f"all{case.roles.party.plural('dative', definite=True).removeprefix('d')}"


def _post(figures: _Figures, cost: CostType) -> list[object]:
    """„ für 1,5 Stellen (VZÄ) der Besoldungsgruppe A 8“"""
    if cost.fte is None:
        return [f" in {german.pay_grade(cost.pay_grade)}"] if cost.pay_grade else []
    count = figures_number(figures, cost.fte, "Stellenanteil")
    parts: list[object] = [" für ", "eine Stelle" if count == "1" else say(count, "\u00a0Stellen (VZÄ)")]
    return [*parts, f" der {german.pay_grade(cost.pay_grade)}"] if cost.pay_grade else parts


def _cost(figures: _Figures, cost: CostType, *, long: bool) -> Markup:
    """`long` spells a name out where it appears for the first time."""
    parts: list[object] = [_KINDS[cost.kind], *_post(figures, cost)]
    details: list[Markup] = []
    if cost.basis == "offen":
        details.append(say(Placeholder(f"Ermittlung: {_KINDS[cost.kind].removeprefix('die ')}", figures.path)))
    else:
        details.append(say(_KGST_SHORT if cost.basis == "kgst" and not long else _BASES[cost.basis]))
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
    if weight.fixed and shares_in_annex(figures.case):
        return say(out, " nach ", reference("anlage#anteile"))
    if weight.fixed:
        shares = Markup(", ").join(_share(figures, share) for share in weight.fixed)
        return say(out, " (", shares, ")")
    if weight.by == "fest":
        return say(out, " (", Placeholder("feste Anteile", figures.path), ")")
    return out


def _share(figures: _Figures, share: FixedShare) -> Markup:
    return say(figures.partner(share.partner, "nom"), " ", _figure(figures, share))


def _figure(figures: _Figures, share: FixedShare) -> Markup:
    if share.amount is not None:
        return say(figures.amount(share.amount, "Anteil"), " im Jahr")
    if share.hours_per_week is not None:
        hours = figures_number(figures, share.hours_per_week, "Stunden je Woche")
        return say(hours, " Stunden je Woche")
    return say(figures.percent(share.percent, "Anteil"))


def share_text(case: DraftCase, rule: CostRule, share: FixedShare) -> Markup:
    """A fixed share for a table."""
    return _figure(_Figures(case, rule, 0), share)


def fixed_weights(case: DraftCase) -> list[tuple[CostRule, Weight]]:
    """Keys that fix the share of each party."""
    return [
        (rule, weight)
        for _, rule in live_rules(case)
        for step in rule.steps
        if isinstance(step, Split)
        for weight in step.weights
        if weight.fixed
    ]


def shares_in_annex(case: DraftCase) -> bool:
    return any(len(weight.fixed) > _SHARES_IN_TEXT for _, weight in fixed_weights(case))


def _rates(figures: _Figures, step: CaseRate) -> list[object]:
    known = {rate.id: rate for rate in (figures.case.costs.rates if figures.case.costs else ())}
    if not step.rates:
        return [Placeholder(f"Sätze der Kostenregel „{figures.name}“", figures.path)]
    shown = []
    for id in step.rates:
        if id in known:
            begin = _valid_from(known[id])
            definition = known[id].definition
            about = f" ({clause(definition)})" if definition else ""
            shown.append(say(rate_amount(figures.case, known[id]), about, begin))
    return list(shown)


def _valid_from(rate: Rate) -> str:
    return f" ab dem {german.date_long(rate.from_)}" if rate.from_ and rate.state == "vereinbart" else ""


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
    for number, rule in live_rules(case):
        for weight in (w for step in rule.steps if isinstance(step, Split) for w in step.weights):
            mark = (weight.by, weight.statistic, weight.statistic_day)
            if weight.by not in _KEY_NAMES or mark in seen:
                continue
            if weight.by in _COUNTED and not weight.statistic:
                continue  # counted over the period of the statement; there is no statistic and no day to name
            seen.add(mark)
            name = _KEY_NAMES[weight.by]
            short = name.removeprefix("die ")
            path = f"cooperations/{case.id}/costs.yaml: rules[{number}].steps"
            agreed = rule.state == "vereinbart" and not rule.example
            statistic = (
                clause(weight.statistic)
                if weight.statistic and agreed
                else Placeholder(f"Statistik für den Schlüssel „{short}“", path)
            )
            day: str = Placeholder(f"Stichtag für den Schlüssel „{short}“", path)
            if weight.by in _COUNTED or (weight.statistic_day and agreed):
                day = weight.statistic_day or ""
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
                "task": _of_task(case, item.name, case.tasks[item.task].name) if item.task else "",
                "booked": item.booked_by,
                "booked_open": Placeholder(f"wer {item.name} erhält und wie verrechnet wird", path),
                "set_off": item.set_off,
                "set_off_open": Placeholder(f"Verrechnung: {item.name}", path),
                "balancing": sentence(item.balancing) if item.balancing else "",
            }
        )
    covered = {item.task for item in (case.costs.income if case.costs else ())}
    for id in case.task_ids:
        task = case.tasks[id]
        if task.fee_income and id not in covered and None not in covered:
            name = "die Gebühren"
            out.append(
                {
                    "name": name,
                    "task": _of_task(case, name, task.name),
                    "booked": "offen",
                    "booked_open": Placeholder(f"Verbleib und Verrechnung der Gebühren der Aufgabe {task.name}", path),
                    "set_off": "offen",
                    "set_off_open": Placeholder(f"Verrechnung der Gebühren der Aufgabe {task.name}", path),
                    "balancing": "",
                }
            )
    return out


def _of_task(case: DraftCase, name: str, task: str) -> str:
    """„ der Aufgabe …“ unless there is only one, or the name of the income says so already."""
    return "" if task in name or len(case.task_ids) == 1 else f" der Aufgabe „{task}“"


def _days(value: int | None, label: str, path: str) -> str:
    return german.period(value, "day", "dative") if value else Placeholder(label, path)


def _settlement(case: DraftCase) -> dict[str, object]:
    found = case.costs.settlement if case.costs else None
    if found and found.example:
        found = None
    path = f"cooperations/{case.id}/costs.yaml: settlement"
    agents = {mandate.agent for mandate in case.current_mandates if mandate.agent}
    blank = found is None or found == Settlement(issued_by=found.issued_by)
    issuer: str = Placeholder("wer abrechnet", f"{path}.issued_by")
    if found and found.issued_by:
        issuer = partner_forms(case.partners[found.issued_by])["nom"]
    elif len(agents) == 1:
        issuer = partner_forms(case.partners[next(iter(agents))])["nom"]
    elif agents:
        issuer = case.roles.one("jeweils beauftragt")["nom"]
    return {
        "all_open": Placeholder("Abrechnungszeitraum, Termin und Fristen", path) if blank else "",
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
