"""What the clauses say about term, notice, leaving, joining, ending, approval and entry into force."""

from __future__ import annotations

from datetime import date, timedelta

from ikzctl.documents.case import DraftCase
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import clause, day, listed, money, partner_forms, say, sentence, span
from ikzctl.library import german
from ikzctl.library.parties import APPROVED_INSTRUMENTS
from ikzctl.model.agreement import Grid, NoticeRule

_GRIDS: dict[Grid, str] = {
    "jederzeit": "zu jedem Tag",
    "monatsende": "zum Ende eines Kalendermonats",
    "quartalsende": "zum Ende eines Kalendervierteljahres",
    "halbjahresende": "zum Ende eines Kalenderhalbjahres",
    "jahresende": "zum Ende eines Kalenderjahres",
    "schuljahresende": "zum Ende eines Schuljahres",
}
_GRID_MONTHS: dict[Grid, tuple[int, ...]] = {
    "monatsende": tuple(range(1, 13)),
    "quartalsende": (3, 6, 9, 12),
    "halbjahresende": (6, 12),
    "jahresende": (12,),
    "schuljahresende": (7,),
}
_FORMS = {"schriftform": "Schriftform", "textform": "Textform", "elektronisch": "elektronischen Form"}
_DURATIONS = {
    "unbefristet": "unbefristet",
    "befristet": "befristet",
    "mindestlaufzeit": "unbefristet mit Mindestlaufzeit",
    "erprobung": "zur Erprobung befristet",
    "offen": "offen",
}
_SURVIVALS = {"fortsetzung_unter_uebrigen": "Fortsetzung unter den übrigen", "ende_fuer_alle": "Ende für alle"}


def values(case: DraftCase) -> dict[str, object]:
    rules = case.agreement.notice
    ordinary = [rule for rule in rules if rule.kind in ("ordentlich", "sonderkuendigung", "teilkuendigung")]
    return {
        "duration": _duration(case),
        "renewal": _renewal(case),
        "ordinary": [_notice(case, rule, position) for position, rule in enumerate(ordinary, 1)],
        "notice_open": _notice_open(case, ordinary),
        "notice_form": _notice_form(case, ordinary),
        "extraordinary": [clause(g) for rule in rules if rule.kind == "ausserordentlich" for g in rule.grounds],
        "procedure_sgb": any(case.tasks[id].procedure_law == "sgb" for id in case.task_ids),
        "leaving_rules": _leaving(case),
        "accession": _accession(case),
        "dissolution": _dissolution(case),
        "reviews": _reviews(case),
        "milestones": [m.id for m in case.cooperation.milestones if m.state != "aufgegeben"],
        "approval": _approval(case),
        "entry": _entry(case),
        "gazettes": _gazettes(case),
        "liability": _liability(case),
    }


def _consent(case: DraftCase) -> str:
    """Who has to agree to an accession; empty while that is open."""
    words = case.roles
    all_ = words.all()
    return {
        "alle": f"Der Beitritt bedarf der Zustimmung {'a' + all_['gen'].replace('der ', 'ller ', 1)}.",
        "mehrheit": f"Der Beitritt bedarf der Zustimmung der Mehrheit {all_['gen']}.",
        "zwei_drittel": f"Der Beitritt bedarf der Zustimmung von zwei Dritteln {all_['gen']}.",
        "beauftragter": f"Der Beitritt bedarf der Zustimmung {words.acting()['gen']}; "
        f"{words.all('übrig')['nom']} stimmen mit dem Abschluss im Voraus zu.",
        "vorab_erteilt": "Die Zustimmung zum Beitritt wird mit dem Abschluss im Voraus erteilt"
        + (", soweit der Beitritt hier vorgesehen ist." if case.agreement.accession.candidates else "."),
    }.get(case.agreement.accession.consent, "")


def _file(case: DraftCase, field: str) -> str:
    return f"cooperations/{case.id}/agreement.yaml: {field}"


def _duration(case: DraftCase) -> dict[str, object]:
    found = case.agreement.duration
    minimum: str = Placeholder("Mindestlaufzeit", _file(case, "duration.minimum"))
    if found.minimum_until:
        minimum = f"bis zum Ablauf des {german.date_long(found.minimum_until)}"
    elif found.minimum:
        minimum = f"für die Dauer von {span(found.minimum, 'dative')} ab dem Wirksamwerden"
    capped = [case.tasks[id] for id in case.task_ids if case.tasks[id].maximum_years]
    return {
        # an example is a proposal: it is shown, but as open
        "kind": "offen" if found.example else found.kind,
        "until": day(found.until, "Ende der Laufzeit", _file(case, "duration.until")),
        "minimum": minimum,
        "open": Placeholder(
            f"Laufzeit, Beispiel: {_DURATIONS[found.kind]}" if found.example else "Laufzeit", _file(case, "duration")
        ),
        "cap": f"die Aufgabe „{capped[0].name}“" if capped else "",
    }


def _renewal(case: DraftCase) -> object:
    found = case.agreement.renewal
    if found is None:
        return ""
    path = _file(case, "renewal")
    return {
        "kind": found.kind,
        "span": span(found.span, "accusative") if found.span else Placeholder("Dauer der Verlängerung", path),
        "objection": span(found.objection, "accusative") if found.objection else Placeholder("Widerspruchsfrist", path),
        "times": found.times if found.times else "",
    }


def _notice_open(case: DraftCase, ordinary: list[NoticeRule]) -> str:
    """Without any rule the right of notice is open, except where the term ends by itself."""
    if ordinary or case.agreement.duration.kind in ("befristet", "erprobung"):
        return ""
    return Placeholder("Frist und Termin der Kündigung", _file(case, "notice"))


def _notice(case: DraftCase, rule: NoticeRule, position: int) -> dict[str, object]:
    path = _file(case, f"notice[{position}]")
    period: str = Placeholder("Kündigungsfrist", f"{path}.period")
    if rule.period:
        period = f"mit einer Frist von {span(rule.period, 'dative')}"
    first = first_day(case, rule)
    proposal = f"mit einer Frist von {span(rule.period, 'dative') if rule.period else '…'} {_GRIDS[rule.to]}"
    return {
        "label": f"frist-{position}",
        **_who(case, rule, path),
        "part": "für einzelne Aufgaben " if rule.kind == "teilkuendigung" else "",
        "when": Placeholder(f"Frist und Termin der Kündigung, Beispiel: {proposal}", path)
        if rule.example
        else say(period, " ", _GRIDS[rule.to]),
        "earliest": german.date_long(first) if first and not rule.example else "",
    }


def _who(case: DraftCase, rule: NoticeRule, path: str) -> dict[str, object]:
    """Who may give notice, as the subject of a sentence, and the verb that goes with it."""
    each = case.roles.one("", "jeder")["nom"]
    named = [case.partners[id] for id in rule.partners] if rule.who == "bestimmte" else []
    subject = {
        "jeder": each,
        "beauftragter": case.roles.acting()["nom"],
        "uebrige": f"{each.split(' ')[0]} {case.roles.served()['gen']}",
        "bestimmte": listed([partner_forms(partner)["nom"] for partner in named])
        or Placeholder("wer kündigen darf", f"{path}.partners"),
    }
    several = len(named) > 1
    plural = several or any(partner.grammar.gender == "plural" for partner in named)
    return {"who": subject[rule.who], "can": "können" if plural else "kann", "several": several}


def first_day(case: DraftCase, rule: NoticeRule) -> date | None:
    """The first day to which notice may be given, where the registry fixes one: agreed, or the end of the minimum term."""
    floor = max((d for d in (rule.earliest, case.agreement.duration.minimum_until) if d), default=None)
    return grid_end(floor, rule.to) if floor else None


def next_day(rule: NoticeRule, as_of: date) -> date | None:
    """The day to which notice received on `as_of` would work; None while the period is open."""
    if rule.period is None:
        return None
    end = _later(as_of, rule.period.value, rule.period.unit)
    if rule.earliest and rule.earliest > end:
        end = rule.earliest
    return grid_end(end, rule.to)


def _later(start: date, value: int, unit: str) -> date:
    if unit in ("tag", "woche"):
        return start + timedelta(days=value * (7 if unit == "woche" else 1))
    months = start.month - 1 + value * (12 if unit == "jahr" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, last_of_month(year, month).day))


def last_of_month(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def grid_end(day_: date, grid: Grid) -> date:
    """The first end of the grid that is not before `day_`."""
    if grid == "jederzeit":
        return day_
    ends = (last_of_month(year, month) for year in (day_.year, day_.year + 1) for month in _GRID_MONTHS[grid])
    return next(end for end in ends if end >= day_)


def _notice_form(case: DraftCase, ordinary: list[NoticeRule]) -> dict[str, object]:
    rule = ordinary[0] if ordinary else NoticeRule(id="offen")
    everyone = case.roles.all("übrig")["dat"]
    coordinator = case.cooperation.coordinator
    to = {
        "alle_beteiligten": everyone,
        "beauftragter": case.roles.acting()["dat"],
        "koordinator": partner_forms(case.partners[coordinator])["dat"]
        if coordinator and coordinator in case.partners
        else everyone,
    }
    return {
        "form": _FORMS[rule.form],
        "to": to[rule.addressees],
        "resolution": rule.resolution_required,
        "agent": case.roles.acting()["nom"] if rule.addressees == "beauftragter" and rule.who == "jeder" else "",
    }


def _leaving(case: DraftCase) -> dict[str, object]:
    found = case.agreement.leaving
    survival = "Fortbestand nach einem Ausscheiden"
    if found.example and found.survival != "offen":
        survival += f", Beispiel: {_SURVIVALS[found.survival]}"
    return {
        "survival": "offen" if found.example else found.survival,
        "survival_open": Placeholder(survival, _file(case, "leaving.survival")),
        "without_agent": found.ends_without_agent and not found.example,
        "minimum": german.number_word(found.minimum_partners) if found.minimum_partners and not found.example else "",
        "parties": case.roles.all()["bare_nom"],
        "recompute": sentence(found.recompute) if found.recompute else "",
        "tail": sentence(found.tail_cost) if found.tail_cost else "",
        "tail_open": Placeholder("Nachlaufkosten", _file(case, "leaving.tail_cost")),
        "statement": found.statement_on_request,
    }


def _accession(case: DraftCase) -> dict[str, object]:
    found = case.agreement.accession
    candidates = []
    for item in found.candidates:
        partner = case.partners.get(item.partner)
        if partner is not None and item.partner not in case.parties:
            begin = f" (zum {german.date_long(item.from_)})" if item.from_ else ""
            candidates.append(partner_forms(partner)["gen"] + begin)
    return {
        "open": found.open,
        "consent": _consent(case) or Placeholder("Zustimmung zum Beitritt", _file(case, "accession.consent")),
        "conditions": [clause(item) for item in found.conditions],
        "candidates": candidates,
        "buy_in": money(found.buy_in, case.head.house_style.euro) if found.buy_in else "",
    }


def _dissolution(case: DraftCase) -> dict[str, str]:
    found = case.agreement.dissolution
    return {
        "rule": sentence(found.rule) if found.rule else "",
        "files": sentence(found.files) if found.files else "",
        "negotiation": span(found.negotiation, "dative") if found.negotiation else "",
    }


def _reviews(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for item in case.cooperation.reviews:
        if item.result:
            continue
        when: str = Placeholder(
            f"Termin der Überprüfung „{clause(item.question)[:40]}“",
            f"cooperations/{case.id}/cooperation.yaml: reviews ({item.id})",
        )
        if item.due:
            when = f"bis zum {german.date_long(item.due)}"
        elif item.due_text:
            when = clause(item.due_text)
        out.append(
            {"when": when, "question": sentence(item.question), "indicators": [clause(i) for i in item.indicators]}
        )
    return out


def _approval(case: DraftCase) -> dict[str, object]:
    """Approval or notification of the conclusion, by the law pack and the authority computed from the parties."""
    procedure = case.law.procedure
    by, to = _authority(case)
    codes = {mandate.form for mandate in case.current_mandates}
    forms_of_law = [form for code in codes if code and (form := case.law.form(code))]
    # While a form is open the statute's own rule holds: conclusion needs approval.
    needed = procedure is not None and (
        not forms_of_law or any(form.approval for form in forms_of_law) or None in codes
    )
    wanted = _wanted_elsewhere(case) if procedure is None else ""
    needed = needed or wanted == "approval"
    coordinator = case.cooperation.coordinator
    agents = {mandate.agent for mandate in case.current_mandates if mandate.agent}
    applicant: str = Placeholder("wer die Genehmigung beantragt", _file(case, "procedure"))
    if len(agents) == 1:
        applicant = partner_forms(case.partners[next(iter(agents))])["nom"]
    elif coordinator and coordinator in case.partners:
        applicant = partner_forms(case.partners[coordinator])["nom"]
    return {
        "needed": needed,
        "notify": wanted == "notification" or any(step.kind == "anzeige" for step in case.agreement.procedure),
        "amend": needed and (procedure is None or procedure.amendment.procedure == "approval"),
        "dissolve_notify": procedure is not None and procedure.dissolution.procedure == "notification",
        "by": by,
        "to": to,
        "applicant": applicant,
    }


def _authority(case: DraftCase) -> tuple[str, str]:
    """The approving authority in the accusative and the dative; by its kind where the Land's table is not recorded."""
    steps = (s for s in case.agreement.procedure if s.kind in ("genehmigung", "anzeige") and s.authority)
    step = next(steps, None)
    name = step.authority if step else case.authority.name
    if name:
        forms = german.decline(name, german.gender_of(name) or case.authority.gender)
        return forms.accusative, forms.dative
    if case.law.procedure is None:
        return "die Aufsichtsbehörde", "der Aufsichtsbehörde"
    missing = Placeholder("Genehmigungsbehörde", _file(case, "procedure"))
    return missing, missing


# How the laws of the other Länder call what a mode does; only these parameters say approval or notification.
_PROCEDURE_KEYS = {
    "delegating": ("delegating", "with_powers"),
    "mandating": ("mandating", "tasks_only"),
    "joint": ("joint",),
}


def _wanted_elsewhere(case: DraftCase) -> str:
    """`approval`, `notification` or nothing, for Länder of which only few figures are recorded."""
    if case.agreement.instrument not in APPROVED_INSTRUMENTS:
        return ""
    found = set()
    for mandate in case.current_mandates:
        for key in _PROCEDURE_KEYS.get(mandate.mode, ()):
            rule = case.law.parameter(key)
            if rule is not None:
                found.add(rule.value)
    return "approval" if "approval" in found else "notification" if "notification" in found else ""


def _entry(case: DraftCase) -> dict[str, object]:
    found = case.agreement.entry_into_force
    date_: str = german.date_long(found.date) if found.date else ""
    if found.rule == "fester_tag" and not date_:
        date_ = Placeholder("Tag des Wirksamwerdens", _file(case, "entry_into_force.date"))
    return {
        "rule": found.rule,
        "date": date_,
        "dates": [
            {"partner": partner_forms(case.partners[item.partner])["nom"], "date": german.date_long(item.date)}
            for item in found.per_partner
        ],
        "open": Placeholder("Tag des Wirksamwerdens", _file(case, "entry_into_force.rule")),
    }


def _gazettes(case: DraftCase) -> list[dict[str, str]]:
    """Publication organs, where they are recorded for every party; otherwise the by-laws of each say enough."""
    out = []
    for id in case.parties:
        partner = case.partners[id]
        names = [g.name for g in partner.gazettes if g.until is None or g.until >= case.as_of]
        if not names:
            return []
        out.append({"partner": partner_forms(partner)["nom"], "name": listed(names)})
    return out


def _liability(case: DraftCase) -> dict[str, object]:
    found = case.agreement.liability
    return {
        "internal": found.internal,
        "open": Placeholder("Haftung im Innenverhältnis", _file(case, "liability.internal")),
        "cap": money(found.cap, case.head.house_style.euro) if found.cap else "",
        "insurer": found.insurer or "",
        "text": sentence(found.text) if found.text else "",
    }
