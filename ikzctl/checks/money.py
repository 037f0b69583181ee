"""Who pays what: computable rules, fees, statements, and VAT."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.forms import holds
from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.checks.report import by_rule, listed, say
from ikzctl.model.findings import Finding
from ikzctl.registry.facts import AgreementFact, CostsFact

_LONG_TERM_YEARS = 5
_TRANSITION_ENDS = date(2026, 12, 31)
_OPEN_VAT = {"offen": "offen", "uebergangsregel": "nur nach der Übergangsregel geklärt"}


def _pays(costs: CostsFact | None) -> bool:
    """Whether money flows at all."""
    return costs is not None and any(set(r.steps) - {"ohne_erstattung"} for r in costs.rules)


def rules_are_settled(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    in_force = folder.agreement is not None and folder.agreement.state == "in_kraft"
    for i, rule in enumerate(folder.costs.rules if folder.costs else ()):
        at = folder.at("costs", folder.id, "rules", i, "state")
        if rule.until and rule.until < as_of:
            continue
        if rule.state == "offen":
            text = (
                f"die Kostenregel „{rule.id}“ ist noch offen; eine Vereinbarung, die nur auf eine spätere "
                "Absprache verweist, ist zu unbestimmt"
            )
            yield say("IKZ-C005", "warning", at, text)
        elif rule.state == "vorlaeufig" and in_force:
            text = f"die Vereinbarung ist in Kraft, die Kostenregel „{rule.id}“ aber nur vorläufig"
            yield say("IKZ-C006", "warning", at, text)


def fees_are_dealt_with(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Fees that nobody set off have ended cooperations."""
    if folder.costs is None or folder.cooperation is None or folder.agreement is None:
        return
    for task_id in folder.cooperation.tasks:
        task = network.tasks.get(task_id)
        if task is None or not task.fee_income:
            continue
        entries = [(i, x) for i, x in enumerate(folder.costs.income) if x[0] in (None, task_id)]
        if not entries:
            text = f"bei „{task.name}“ fallen Gebühren an; wer sie vereinnahmt und wie sie verrechnet werden, fehlt unter „income“"
            yield say("IKZ-C007", "warning", folder.at("costs", folder.id, "income"), text)
        for i, (_, _, set_off, balanced) in entries:
            if set_off in ("behalten", "offen") and not balanced:
                text = (
                    f"die Gebühren von „{task.name}“ werden nicht verrechnet ({set_off}); eine Ausgleichs- oder "
                    "Überprüfungsregel fehlt („balancing“)"
                )
                yield say("IKZ-C007", "warning", folder.at("costs", folder.id, "income", i), text)


def statements_have_a_day(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    if folder.costs is None or not _pays(folder.costs):
        return
    at = folder.at("costs", folder.id, "settlement")
    if not folder.costs.statement_due:
        yield say("IKZ-C008", "warning", at, "bis wann abgerechnet wird, ist nicht vereinbart („statement_due“)")
    if not folder.costs.limitation:
        yield say("IKZ-C009", "note", at, "wie lange nachgefordert werden darf, ist nicht vereinbart („limitation“)")


# --- VAT --------------------------------------------------------------------------------------------------------------


def relief_without_margin(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, costs = folder.agreement, folder.costs
    for i, rate in enumerate(costs.rates if costs else ()):
        if a and a.vat_relief and rate.margin:
            text = (
                f"der Satz „{rate.id}“ enthält einen Gewinnaufschlag; die Ausnahme setzt bloße Kostenerstattung voraus"
            )
            yield from by_rule(63, network.land(folder), folder.at("costs", folder.id, "rates", i, "margin"), text)


def relief_for_long_terms(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    if a and a.vat_relief and not _long_term(a):
        text = "die Ausnahme setzt eine langfristige Vereinbarung voraus; die Laufzeit ist kürzer als etwa fünf Jahre oder offen"
        yield from by_rule(64, network.land(folder), folder.at("agreement", a.id, "duration"), text)


def _long_term(a: AgreementFact) -> bool:
    start = a.from_ or a.entry_date or next((v.from_ for v in a.versions if v.from_), None)
    end = a.until if a.duration in ("befristet", "erprobung") else a.minimum_until
    if a.duration == "unbefristet":
        return True
    if a.minimum_months is not None and a.minimum_months >= 12 * _LONG_TERM_YEARS:
        return True
    return start is not None and end is not None and (end - start).days >= 365 * _LONG_TERM_YEARS


def relief_for_common_tasks(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, c = folder.agreement, folder.cooperation
    for task in c.tasks if a and a.vat_relief and c else ():
        parties = (p for m in folder.parties(as_of) if (p := network.partners.get(m.partner)))
        others = [p.short_name for p in parties if holds(p, task, network) is False]
        if others and a:
            text = (
                f"die Ausnahme setzt voraus, dass die Aufgabe allen obliegt; „{network.task_name(task)}“ ist "
                f"nicht Aufgabe von {listed(others)}"
            )
            yield from by_rule(65, network.land(folder), folder.at("agreement", a.id, "vat"), text)


def vat_is_settled(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    if a is None or a.state == "beendet" or (a.until and a.until <= _TRANSITION_ENDS):
        return
    if a.vat in _OPEN_VAT and _pays(folder.costs):
        text = f"die Umsatzsteuer ist {_OPEN_VAT[a.vat]}; für Zeiträume nach dem 31.12.2026 braucht die Vereinbarung eine Regel"
        yield from by_rule(66, network.land(folder), folder.at("agreement", a.id, "vat"), text)


# --- single tasks -----------------------------------------------------------------------------------------------------


def registration_fees(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Fees of vehicle registration belong to the body whose office acts."""
    land = network.land(folder)
    for i, (task_id, booked_by, _, _) in enumerate(folder.costs.income if folder.costs else ()):
        task = network.tasks.get(task_id or "")
        if task is None or "fahrzeugregister" not in task.data:
            continue
        modes = {m.mode for m in folder.mandates.values() if m.task == task_id}
        at = folder.at("costs", folder.id, "income", i, "booked_by")
        if booked_by == "zustaendige_stelle" and modes & {"delegating", "reciprocal"}:
            text = "die Gebühr steht der Körperschaft zu, deren Behörde handelt; gebucht wird sie aber bei der zuständigen Stelle"
            yield from by_rule(68, land, at, text)
        elif booked_by in ("handelnde_stelle", "beauftragter") and modes == {"mandating"}:
            text = "gehandelt wird im Namen des Auftraggebers; ihm steht dann auch die Gebühr zu"
            yield from by_rule(68, land, at, text, at_most="warning")


def benefits_are_no_costs(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    tasks = folder.cooperation.tasks if folder.cooperation else ()
    for i, rule in enumerate(folder.costs.rules if folder.costs else ()):
        concerned = [
            t for t in (rule.tasks or tasks) if (known := network.tasks.get(t)) and known.benefit == "elterngeld"
        ]
        if rule.benefits and concerned:
            text = "Elterngeldleistungen sind Mittel des Bundes und gehören nicht in den Kostenausgleich"
            yield from by_rule(69, network.land(folder), folder.at("costs", folder.id, "rules", i, "steps"), text)


# --- staff lent out ---------------------------------------------------------------------------------------------------


def staff_lent_out(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for pool in folder.pools.values():
        s = pool.secondment
        home, host = network.partners.get(pool.partner), network.partners.get((s.to if s else None) or "")
        if s is None:
            continue
        at = folder.at("pool", pool.partner, "secondment")
        across = home is not None and host is not None and home.land != host.land
        long = s.from_ is not None and (s.until is None or (s.until - s.from_).days > 365 * _LONG_TERM_YEARS + 1)
        if s.kind == "abordnung" and across and long and not s.consent:
            text = "die Abordnung über die Landesgrenze dauert länger als fünf Jahre; die Zustimmung der Person ist nicht festgehalten"
            yield from by_rule(75, land, at, text)
        if s.kind == "personalgestellung" and not s.tariff:
            text = "die Personalgestellung setzt das Tarifrecht des öffentlichen Dienstes voraus; der Tarif ist nicht genannt"
            yield from by_rule(76, land, at, text)


COOPERATION = (
    rules_are_settled,
    fees_are_dealt_with,
    statements_have_a_day,
    relief_without_margin,
    relief_for_long_terms,
    relief_for_common_tasks,
    vat_is_settled,
    registration_fees,
    benefits_are_no_costs,
    staff_lent_out,
)
