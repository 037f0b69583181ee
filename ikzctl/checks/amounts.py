"""Costs inside one file: do the shares add up, does every step name what is there, is anything left open?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ikzctl.checks.report import inside, say
from ikzctl.model.findings import FieldPath, Finding
from ikzctl.registry.near import Hints

if TYPE_CHECKING:
    from ikzctl.model.costs import Costs, FixedShare

_WHOLE = Decimal(100)


def weights_add_up(r: Costs) -> Iterator[Finding]:
    for i, rule in enumerate(r.rules):
        for k, step in enumerate(rule.steps):
            if step.step != "verteilen":
                continue
            total = sum((w.percent for w in step.weights), Decimal(0))
            if total != _WHOLE:
                text = f"die Schlüssel ergeben zusammen {_percent(total)} statt 100 %"
                yield say("IKZ-C001", "error", inside("rules", i, "steps", k, "weights"), text)
            for n, weight in enumerate(step.weights):
                where = ("rules", i, "steps", k, "weights", n, "fixed")
                yield from _fixed_add_up(weight.fixed, where, weight.by == "fest")


def investments_add_up(r: Costs) -> Iterator[Finding]:
    for i, investment in enumerate(r.investments):
        yield from _fixed_add_up(investment.shares, ("investments", i, "shares"), False)


def _fixed_add_up(shares: Sequence[FixedShare], path: FieldPath, needed: bool) -> Iterator[Finding]:
    if needed and not shares:
        yield say("IKZ-C002", "error", inside(*path[:-1]), "der Schlüssel „fest“ braucht die Anteile unter „fixed“")
    given = [s.percent for s in shares if s.percent is not None]
    if given and len(given) == len(shares) and sum(given) != _WHOLE:
        text = f"die festen Anteile ergeben zusammen {_percent(sum(given, Decimal(0)))} statt 100 %"
        yield say("IKZ-C001", "error", inside(*path), text)


def rates_known(r: Costs) -> Iterator[Finding]:
    known, hints = {rate.id for rate in r.rates}, Hints()
    for i, rule in enumerate(r.rules):
        for k, step in enumerate(rule.steps):
            if step.step != "fallpauschale":
                continue
            for n, id in enumerate(step.rates):
                if id not in known:
                    text = f"den Satz „{id}“ gibt es unter „rates“ nicht.{hints.near(id, known)}"
                    yield say("IKZ-R007", "error", inside("rules", i, "steps", k, "rates", n), text)
            if not step.rates and rule.state != "offen":
                text = f"die Kostenregel „{rule.id}“ ist als {rule.state} geführt, nennt aber noch keinen Satz"
                yield say("IKZ-C003", "warning", inside("rules", i, "steps", k), text)


def agreed_rates_have_amounts(r: Costs) -> Iterator[Finding]:
    for i, rate in enumerate(r.rates):
        if rate.state == "vereinbart" and rate.amount is None:
            text = f"der Satz „{rate.id}“ ist als vereinbart geführt, hat aber keinen Betrag"
            yield say("IKZ-C004", "error", inside("rates", i, "amount"), text)


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",") + "\u00a0%"


RECORD = (weights_add_up, investments_add_up, rates_known, agreed_rates_have_amounts)
