"""Which right of notice a leaving partner has, and whether the wished day is possible and still in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ikzctl.library import german, terms
from ikzctl.model.agreement import NoticeRule
from ikzctl.plans.case import Case

_EXTRAORDINARY = ("ausserordentlich", "sonderkuendigung")
_UNITS: dict[str, german.Unit] = {"tag": "day", "woche": "week", "monat": "month", "jahr": "year"}


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """`rule` None: no rule of the agreement applies. `refusal` None: the wished day is possible.

    `last_receipt` is None where no period could be computed.
    """

    rule: NoticeRule | None
    refusal: str | None = None
    last_receipt: date | None = None
    warning: str | None = None


def rules_for(case: Case, *, extraordinary: bool) -> tuple[NoticeRule, ...]:
    """The rules of the agreement that this partner may use."""
    kinds = _EXTRAORDINARY if extraordinary else ("ordentlich",)
    agents = {m.agent for m in case.mandates}
    role = case.member.role if case.member else None
    is_agent = case.partner.id in agents or role == "beauftragter"

    def may(rule: NoticeRule) -> bool:
        if rule.who == "bestimmte":
            return case.partner.id in rule.partners
        return rule.who == "jeder" or (rule.who == "beauftragter") == is_agent

    notice = case.agreement.notice if case.agreement else ()
    return tuple(rule for rule in notice if rule.kind in kinds and may(rule))


def answer(case: Case, effective: date, received: date, *, extraordinary: bool) -> NoticeAnswer:
    """The best rule for the wished day: one that allows it, else the one that allows leaving first."""
    if case.agreement is None:
        return NoticeAnswer(
            None,
            warning="Eine Vereinbarung ist nicht eingetragen; ob die Frist gewahrt ist, konnte nicht geprüft werden.",
        )
    rules = rules_for(case, extraordinary=extraordinary)
    if not rules:
        return _without_rule(case, extraordinary=extraordinary)
    found = [_check(case, rule, effective, received) for rule in rules]
    allowed = [a for _, a in found if a.refusal is None]
    return allowed[0] if allowed else min(found, key=lambda pair: pair[0])[1]


def _without_rule(case: Case, *, extraordinary: bool) -> NoticeAnswer:
    if extraordinary:
        text = "Die Vereinbarung regelt die außerordentliche Kündigung nicht; es bleibt § 60 VwVfG: schriftlich, mit Begründung."
        return NoticeAnswer(None, warning=german.citation(text))
    if case.agreement is not None and not case.agreement.notice:
        return NoticeAnswer(
            None,
            warning="Kündigungsregeln sind nicht eingetragen; ob die Frist gewahrt ist, konnte nicht geprüft werden.",
        )
    return NoticeAnswer(
        None,
        refusal="Die Vereinbarung gibt diesem Partner kein Recht zur ordentlichen Kündigung. "
        "Es bleiben die Aufhebung im Einvernehmen und die Kündigung aus wichtigem Grund (--extraordinary).",
    )


def _check(case: Case, rule: NoticeRule, effective: date, received: date) -> tuple[date, NoticeAnswer]:
    """The first day that the rule allows, and what it says about the wished one."""
    duration = case.agreement.duration if case.agreement else None
    found = terms.notice_terms(rule, duration, case.began)
    if found is None:
        if rule.kind in _EXTRAORDINARY:
            return received, NoticeAnswer(rule)
        text = f"Die Frist der Kündigungsregel „{rule.id}“ ist noch offen; ob sie gewahrt ist, konnte nicht geprüft werden."
        return received, NoticeAnswer(rule, warning=text)
    first = terms.earliest_effective(found, received)
    if not terms.possible(found, effective):
        return first, NoticeAnswer(rule, refusal=_not_a_day(found, effective, first))
    last = terms.last_receipt(found, effective)
    if received > last:
        return first, NoticeAnswer(rule, refusal=_too_late(found, effective, last, first), last_receipt=last)
    return first, NoticeAnswer(rule, last_receipt=last)


def _not_a_day(found: terms.NoticeTerms, effective: date, first: date) -> str:
    text = f"Zum {german.date_long(effective)} kann nicht gekündigt werden, nur {terms.GRID_DE[found.grid]}"
    if found.not_before is not None:
        text += f" und frühestens zum {german.date_long(found.not_before)}"
    return f"{text}. Frühester möglicher Tag: {german.date_long(first)} (--effective {first.isoformat()})."


def _too_late(found: terms.NoticeTerms, effective: date, last: date, first: date) -> str:
    return (
        f"Für den {german.date_long(effective)} ist es zu spät: Die Kündigung hätte bis zum {german.date_long(last)} zugehen müssen "
        f"({german.notice_phrase(found.value, _UNITS[found.unit])} {terms.GRID_DE[found.grid]}). "
        f"Frühester möglicher Tag: {german.date_long(first)} (--effective {first.isoformat()})."
    )


def rule_text(rule: NoticeRule) -> str:
    """`Kündigungsregel „ordentlich“: mit einer Frist von zwölf Monaten zum Ende eines Jahres`"""
    parts = [german.notice_phrase(rule.period.value, _UNITS[rule.period.unit])] if rule.period else []
    if rule.period or rule.kind == "ordentlich":
        parts.append(terms.GRID_DE[rule.to])
    shown = f": {' '.join(parts)}" if parts else ""
    return f"Kündigungsregel „{rule.id}“{shown}"


def addressees(case: Case, rule: NoticeRule | None, remaining: Iterable[str]) -> tuple[str, ...]:
    """Who must receive the notice; without a rule everybody who remains."""
    if rule is not None and rule.addressees == "beauftragter":
        agents = {m.agent for m in case.mandates if m.agent}
        return tuple(id for id in sorted(agents) if id != case.partner.id) or tuple(remaining)
    if (
        rule is not None
        and rule.addressees == "koordinator"
        and case.cooperation.coordinator not in (None, case.partner.id)
    ):
        return (str(case.cooperation.coordinator),)
    return tuple(remaining)
