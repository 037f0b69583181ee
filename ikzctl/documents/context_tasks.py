"""What the clauses say about tasks, mandates, organisation and staff."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ikzctl.documents.case import DraftCase
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import (
    Forms,
    clause,
    day,
    listed,
    open_forms,
    partner_forms,
    say,
    sentence,
)
from ikzctl.library import german
from ikzctl.model.mandate import Mandate
from ikzctl.model.task import LegalBasis, Task

_RULES = {
    "quote": "nach vereinbarten Anteilen",
    "ueberlauf": "zuerst bei der zuständigen Stelle, bei Überlastung bei den anderen",
    "vertretung": "nur zur Vertretung bei Abwesenheit",
    "herkunft": "nach dem Gebiet, aus dem der Antrag stammt",
    "frei": "nach verfügbarer Kapazität",
}
_MAJORITIES = {
    "einstimmig": "einstimmig",
    "einfache_mehrheit": "mit einfacher Mehrheit der abgegebenen Stimmen",
    "absolute_mehrheit": "mit der Mehrheit aller Stimmen",
    "zwei_drittel": "mit einer Mehrheit von zwei Dritteln aller Stimmen",
}
_TIES = {
    "abgelehnt": "Bei Stimmengleichheit ist ein Antrag abgelehnt.",
    "vorsitz_entscheidet": "Bei Stimmengleichheit entscheidet der Vorsitz.",
    "losentscheid": "Bei Stimmengleichheit entscheidet das Los.",
    "aufsicht_vermittelt": "Bei Stimmengleichheit wird die Aufsichtsbehörde um Vermittlung gebeten.",
}
_SECONDMENTS = {
    "abordnung": "Abordnung",
    "zuweisung": "Zuweisung",
    "personalgestellung": "Personalgestellung",
    "uebergang": "Übergang des Personals",
}


# These modes leave everything outward as it was.
_UNCHANGED = ("shared_facility", "staff_lending")
_NAMED_PRINCIPALS = 3
"""with more principals the text says „die übrigen Beteiligten“, if that is who they are"""


def values(case: DraftCase) -> dict[str, object]:
    return {
        **_mandates(case),
        **_partners(case),
        "tasks": [_task(case.tasks[id]) for id in case.task_ids],
        "case_groups": any(case.tasks[id].case_groups for id in case.task_ids),
        "benefits": [
            {"task": case.tasks[m.task].name, "text": sentence(m.benefit)} for m in case.current_mandates if m.benefit
        ],
        "facility": sentence(case.agreement.facility) if case.agreement.facility else "",
        "carve_outs": _carve_outs(case),
        "carve_outs_alike": not any(item.holder for mandate in case.current_mandates for item in mandate.carve_outs),
        "front_office": _front_office(case),
        "areas": _areas(case),
        "customers": [
            {"task": case.tasks[m.task].name, "text": clause(m.customers)} for m in case.current_mandates if m.customers
        ],
        "office_name": case.cooperation.office_name or "",
        "office_seat": case.cooperation.office_seat or "",
        "branches": list(case.cooperation.branches),
        "cutovers": _cutovers(case),
        "steering": _steering(case),
        "distribution": _distribution(case),
        "service_levels": [
            {"name": s.name, "value": clause(s.value), "consequence": clause(s.consequence) if s.consequence else ""}
            for s in case.agreement.service_levels
        ],
        **_staff(case),
        **_reports(case),
    }


def _mandates(case: DraftCase) -> dict[str, object]:
    mandates = [_mandate(case, group, position) for position, group in enumerate(mandate_groups(case), 1)]
    label = "Aufgabenübertragung: wer welche Aufgabe in welcher Form für wen wahrnimmt"
    return {
        "mandates": mandates,
        "modes": sorted({mandate.mode for mandate in case.current_mandates}),
        "open_mandate": "" if mandates else Placeholder(label, f"cooperations/{case.id}/mandates/"),
        "outward": _outward(case),
    }


def _partners(case: DraftCase) -> dict[str, object]:
    """What holds for single partners: exceptions, more services, and users who are no party."""
    return {
        "exceptions": _exceptions(case),
        "modules": [
            {"partner": partner_forms(case.partners[id])["nom"], "names": list(case.members[id].modules)}
            for id in case.parties
            if case.members[id].modules
        ],
        "users": [
            partner_forms(case.partners[id])["nom"]
            for id, member in case.members.items()
            if member.role == "nutzer" and member.state != "ausgeschieden"
        ],
    }


def _task(task: Task) -> dict[str, object]:
    bases = listed([_basis(basis) for basis in task.legal_bases])
    return {
        "name": task.name,
        "subject": task.subject,
        "bases": bases
        or Placeholder(f"Rechtsgrundlagen der Aufgabe {task.name}", f"tasks/{task.id}.yaml: legal_bases"),
    }


def _basis(basis: LegalBasis) -> str:
    """A whole statute with its long name, a single norm as it is cited."""
    whole = basis.statute and not basis.cite.startswith(("§", "Art"))
    return german.citation(f"{basis.statute} ({basis.cite})" if whole else basis.cite)


def mandate_groups(case: DraftCase) -> list[list[Mandate]]:
    """Mandates that differ in nothing but the agent are one Absatz: one district hands a task to many municipalities."""
    groups: dict[object, list[Mandate]] = {}
    for position, mandate in enumerate(case.current_mandates):
        alike = mandate.mode in ("delegating", "statutory_assignment") and mandate.agent and mandate.principals
        same = (mandate.task, mandate.mode, mandate.principals, mandate.scope, mandate.form, mandate.until)
        groups.setdefault(same if alike else position, []).append(mandate)
    return list(groups.values())


def participants(case: DraftCase, mandate: Mandate) -> tuple[str, ...]:
    """Parties of a mandate; where it names none, all members that take part in its task."""
    if mandate.parties and (mandate.principals or mandate.mode not in ("joint", "reciprocal")):
        return mandate.parties
    return tuple(id for id in case.parties if not case.members[id].tasks or mandate.task in case.members[id].tasks)


def principals(case: DraftCase, mandate: Mandate) -> tuple[str, ...]:
    return tuple(id for id in participants(case, mandate) if id != mandate.agent)


def _path(case: DraftCase, mandate: Mandate, name: str) -> str:
    return f"cooperations/{case.id}/mandates/{mandate.id}.yaml: {name}"


def agent_forms(case: DraftCase, mandate: Mandate) -> Forms:
    if mandate.agent:
        return partner_forms(case.partners[mandate.agent])
    name = case.tasks[mandate.task].name
    return open_forms(f"beauftragter Beteiligter für die Aufgabe {name}", _path(case, mandate, "agent"))


def _names(case: DraftCase, ids: tuple[str, ...], grammatical: str, label: str, path: str) -> str:
    if not ids:
        return Placeholder(label, path)
    return listed([partner_forms(case.partners[id])[grammatical] for id in ids])


def _principals(case: DraftCase, mandate: Mandate, grammatical: str) -> str:
    """Those for whom somebody acts, by name, or together where they are all the others."""
    ids = principals(case, mandate)
    everyone = mandate.agent is not None and len(ids) == len(case.parties) - 1
    if everyone and len(ids) > _NAMED_PRINCIPALS:
        return case.roles.served()[grammatical]
    label = f"übrige Beteiligte der Aufgabe {case.tasks[mandate.task].name}"
    return _names(case, ids, grammatical, label, _path(case, mandate, "principals"))


def _mandate(case: DraftCase, group: list[Mandate], position: int) -> dict[str, object]:
    mandate = group[0]
    task = case.tasks[mandate.task]
    part = " in bestimmtem Umfang" if mandate.scope.kind == "teil" else ""
    parts: object = [_part(task, p) for p in mandate.scope.parts]
    if mandate.scope.kind == "teil" and not parts:
        parts = [
            {
                "text": Placeholder(f"Teil der Aufgabe {task.name}", _path(case, mandate, "scope.parts")),
                "groups": [],
                "norms": [],
            }
        ]
    free = mandate.mode in ("joint", "reciprocal") and not mandate.agent
    return {
        "many": len(group) > 1,
        "agents": listed([agent_forms(case, m)["akk" if m.mode == "statutory_assignment" else "nom"] for m in group]),
        "one_principal": len(principals(case, mandate)) == 1,
        "label": mandate_label(position),
        "task": task.name,
        "object": f"die Aufgabe „{task.name}“{part}",
        "part": part,
        "mode": mandate.mode,
        "form": mandate.form or "",
        "agent": "" if free else agent_forms(case, mandate),
        "principals": _principals(case, mandate, "akk"),
        "principals_dat": _principals(case, mandate, "dat"),
        "principals_nom": _principals(case, mandate, "nom"),
        "parties": listed([partner_forms(case.partners[id])["nom"] for id in participants(case, mandate)]),
        "period": _period(mandate),
        "parts": parts,
        "agent_rule": sentence(mandate.agent_rule) if mandate.agent_rule else "",
        "use_today": sentence(mandate.use_today)
        if mandate.use_today
        else Placeholder(f"heutige Nutzung der Einrichtung, Aufgabe {task.name}", _path(case, mandate, "use_today")),
    }


def _part(task: Task, part: Any) -> dict[str, object]:
    names = {group.id: group.name for group in task.case_groups}
    return {
        "text": clause(part.text),
        "groups": [names.get(id, id) for id in part.case_groups],
        "norms": [german.citation(norm) for norm in part.norms],
    }


def _period(mandate: Mandate) -> str:
    """Only what differs from the agreement's own beginning and end."""
    if mandate.until:
        return f"bis zum {german.date_long(mandate.until)}"
    return ""


def _outward(case: DraftCase) -> list[dict[str, object]]:
    """Mandates that act outwards in the same way, put together; several mandates of one task are told apart by reference."""
    handed = mandate_groups(case)
    count = Counter(group[0].task for group in handed)
    groups: dict[tuple[str, str, str | None, str], list[tuple[int, Mandate, bool]]] = {}
    for position, same in enumerate(handed, 1):
        mandate = same[0]
        actor = mandate.agent if "agent" in (mandate.acts_in_name, mandate.appeals) else None
        # an open question is asked per task, so that each answer finds its field
        alone = count[mandate.task] > 1 or "offen" in (mandate.acts_in_name, mandate.appeals)
        kind = mandate.id if alone else "unchanged" if mandate.mode in _UNCHANGED else ""
        key = (mandate.acts_in_name, mandate.appeals, actor, kind)
        groups.setdefault(key, []).append((position, mandate, len(same) > 1))
    return [_outward_group(case, group, count) for group in groups.values()]


def _actor(case: DraftCase, mandate: Mandate, many: bool) -> Forms:
    """Who acts under a mandate: the agent by name, or whoever is concerned in the single case."""
    if many:
        return case.roles.one("jeweils handelnd")
    if mandate.mode == "reciprocal" and not mandate.agent:
        return case.roles.one("aufgesucht")
    if mandate.mode == "joint" and not mandate.agent:
        return case.roles.one("bearbeitend")
    return agent_forms(case, mandate)


def _outward_group(case: DraftCase, group: list[tuple[int, Mandate, bool]], count: Counter[str]) -> dict[str, object]:
    position, first, many = group[0]
    names = list(dict.fromkeys(f"„{case.tasks[mandate.task].name}“" for _, mandate, _ in group))
    name = case.tasks[first.task].name
    acts = f"in wessen Namen bei der Aufgabe {name} gehandelt wird"
    appeals = f"Widerspruchsstelle bei der Aufgabe {name}"
    return {
        "where": f"der Aufgabe {names[0]}" if len(names) == 1 else f"den Aufgaben {listed(names)}",
        "ref": f"A02#{mandate_label(position)}" if count[first.task] > 1 else "",
        "acts": first.acts_in_name,
        "appeals": first.appeals,
        "actor": _actor(case, first, many),
        "unchanged": first.mode in _UNCHANGED,
        "acts_open": Placeholder(acts, _path(case, first, "acts_in_name")),
        "appeals_open": Placeholder(appeals, _path(case, first, "appeals")),
    }


def mandate_label(position: int) -> str:
    """Mark of the Absatz that hands over the mandate, for references."""
    return f"mandat-{position}"


def _carve_outs(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for mandate in case.current_mandates:
        for item in mandate.carve_outs:
            holder = (
                partner_forms(case.partners[item.holder])["nom"]
                if item.holder
                else f"{case.roles.one('', 'jeder')['nom']} für das eigene Gebiet"
            )
            out.append(
                {
                    "task": case.tasks[mandate.task].name,
                    "text": clause(item.text),
                    "holder": holder,
                    "reason": sentence(item.reason) if item.reason else "",
                }
            )
    return out


def _exceptions(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for id in case.parties:
        for item in case.members[id].exceptions:
            if item.tasks and not set(item.tasks) & set(case.task_ids):
                continue
            review: str = Placeholder(
                f"Termin der Überprüfung, {case.partners[id].short_name}",
                f"cooperations/{case.id}/members/{id}.yaml: exceptions",
            )
            if item.review:
                review = f"zum {german.date_long(item.review)}"
            elif item.review_text:
                review = clause(item.review_text)
            out.append(
                {
                    "partner": partner_forms(case.partners[id])["nom"],
                    "subject": sentence(item.subject),
                    "reason": sentence(item.reason),
                    "review": review,
                }
            )
    return out


def _front_office(case: DraftCase) -> object:
    found = case.cooperation.front_office
    if found is None:
        return ""
    return {"kind": found.kind, "text": sentence(found.text) if found.text else ""}


def _areas(case: DraftCase) -> list[dict[str, str]]:
    out = []
    for id in case.parties:
        area = case.members[id].area
        if area.kind == "teil":
            out.append(
                {
                    "who": f"für {partner_forms(case.partners[id])['akk']}",
                    "text": _area_text(case, area, f"members/{id}.yaml"),
                }
            )
    for mandate in case.current_mandates:
        if mandate.area.kind == "teil":
            text = _area_text(case, mandate.area, f"mandates/{mandate.id}.yaml")
            # the same villages at the member and at its mandate are one restriction
            if text not in [item["text"] for item in out]:
                out.append({"who": f"für die Aufgabe „{case.tasks[mandate.task].name}“", "text": text})
    return out


def _area_text(case: DraftCase, area: Any, file: str) -> str:
    if area.text:
        return clause(area.text)
    if area.places:
        return f"nur das Gebiet von {listed(list(area.places))}"
    return Placeholder("Teil des Gebiets", f"cooperations/{case.id}/{file}: area")


def _cutovers(case: DraftCase) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for mandate in case.current_mandates:
        cut = mandate.cutover
        if cut is None and mandate.mode != "delegating":
            continue
        name = case.tasks[mandate.task].name
        out.append(
            {
                "task": name,
                "agent": agent_forms(case, mandate),
                "cases": cut.running_cases if cut else "offen",
                "cases_open": Placeholder(
                    f"laufende Verfahren der Aufgabe {name}", _path(case, mandate, "cutover.running_cases")
                ),
                "day": day(
                    cut.date if cut else None, f"Stichtag der Aufgabe {name}", _path(case, mandate, "cutover.date")
                ),
                "files": sentence(cut.files) if cut and cut.files else "",
            }
        )
    return out


def _steering(case: DraftCase) -> object:
    body = case.cooperation.steering
    if body is None:
        return ""
    path = f"cooperations/{case.id}/cooperation.yaml: steering"
    votes = [
        f"{case.partners[v.partner].short_name} {german.counted(v.votes, 'Stimme', 'Stimmen', 'feminin')}"
        for v in body.votes
    ]
    meetings = body.meetings_per_year
    undecided = not (body.majority or body.quorum or body.tie)
    return {
        "rules_open": Placeholder("Beschlussregeln des Gremiums", f"{path} (majority, quorum, tie)")
        if undecided
        else "",
        "name": body.name,
        "members": list(body.members),
        "chair": body.chair or "",
        "tasks": [clause(item) for item in body.tasks],
        "votes": votes,
        "majority": _MAJORITIES[body.majority]
        if body.majority
        else Placeholder("Mehrheit im Gremium", f"{path}.majority"),
        "quorum": clause(body.quorum)
        if body.quorum
        else Placeholder("Beschlussfähigkeit des Gremiums", f"{path}.quorum"),
        "tie": _TIES[body.tie]
        if body.tie
        else say("Folge der Stimmengleichheit: ", Placeholder("Folge der Stimmengleichheit", f"{path}.tie"), "."),
        "meetings": ("einmal" if meetings == 1 else f"{german.number_word(meetings)}mal") if meetings else "",
    }


def _distribution(case: DraftCase) -> list[dict[str, object]]:
    return [
        {
            "task": case.tasks[item.task].name,
            "rule": Placeholder(
                f"Verteilung der Arbeit, Beispiel: {_RULES[item.rule]}",
                f"cooperations/{case.id}/cooperation.yaml: distribution",
            )
            if item.example
            else _RULES[item.rule],
            "text": sentence(item.text) if item.text and not item.example else "",
            "minimum": german.decimal(item.minimum_fte) if item.minimum_fte is not None and not item.example else "",
        }
        for item in case.cooperation.distribution
        if item.task in case.task_ids
    ]


# Who instructs follows from the mode where the mode itself says it; in the others only while no pool is recorded.
_INSTRUCTS = {
    "mandating": "auftraggeber",
    "joint": "auftraggeber",
    "staff_lending": "auftraggeber",
    "statutory_assignment": "auftraggeber",
}
_INSTRUCTS_WITHOUT_POOL = {
    "delegating": "beauftragter",
    "reciprocal": "anstellungskoerperschaft",
    "shared_facility": "anstellungskoerperschaft",
}


def _supervision(case: DraftCase) -> dict[str, object]:
    pools = [case.pools[id] for id in case.parties if id in case.pools]
    disciplinary = {pool.supervision.disciplinary for pool in pools}
    stated = {pool.supervision.professional for pool in pools} - {"offen"}
    table = _INSTRUCTS if pools else _INSTRUCTS | _INSTRUCTS_WITHOUT_POOL
    derived = {table.get(mandate.mode, "offen") for mandate in case.current_mandates}
    found = stated or derived
    professional = next(iter(found)) if len(found) == 1 else "offen"
    return {
        "disciplinary": disciplinary.pop() if len(disciplinary) == 1 else "anstellungskoerperschaft",
        "professional": professional,
        "both_agent": not pools and professional == "beauftragter",
        "professional_open": Placeholder(
            "Fachaufsicht über die Bearbeitung", f"cooperations/{case.id}/pools/*.yaml: supervision.professional"
        ),
    }


def _sole_agent(case: DraftCase) -> str:
    """The one party that does the work for all, if there is one."""
    modes = {mandate.mode for mandate in case.current_mandates}
    agents = {mandate.agent for mandate in case.current_mandates}
    found = agents.pop() if len(agents) == 1 and modes <= {"delegating", "mandating", "staff_lending"} else None
    return partner_forms(case.partners[found])["nom"] if found else ""


def _staff(case: DraftCase) -> dict[str, object]:
    pools = [case.pools[id] for id in case.parties if id in case.pools]
    secondments = []
    for pool in pools:
        found = pool.secondment
        if found is None or found.kind == "keine":
            continue
        document = next((d.title for d in case.agreement.documents if d.id == found.document), "")
        secondments.append(
            {
                "partner": partner_forms(case.partners[pool.partner])["nom"],
                "kind": _SECONDMENTS[found.kind],
                "to": partner_forms(case.partners[found.to])["dat"] if found.to else "",
                "period": f"ab {german.date_long(found.from_)}" if found.from_ else "",
                "document": document,
            }
        )
    qualifications = [
        {"task": task.name, **_staffing(task)} for task in (case.tasks[id] for id in case.task_ids) if task.staffing
    ]
    supervision = _supervision(case)
    return {
        "pools": [pool.partner for pool in pools],
        "posts_open": any(p.fte is None or p.pay_grade is None or p.example for pool in pools for p in pool.positions),
        "secondments": secondments,
        "qualifications": qualifications,
        "supervision": supervision,
        "unbound": supervision["professional"] == "weisungsfrei",
        "sole_agent": _sole_agent(case),
    }


def _staffing(task: Task) -> dict[str, str]:
    staffing = task.staffing
    if staffing is None:
        return {"text": "", "norm": ""}
    parts = []
    if staffing.minimum_headcount and not staffing.qualification:
        parts.append(f"mindestens {german.counted(staffing.minimum_headcount, 'Fachkraft', 'Fachkräfte', 'feminin')}")
    if staffing.qualification:
        parts.append(clause(staffing.qualification))
    return {"text": "; ".join(parts), "norm": german.citation(staffing.norm) if staffing.norm else ""}


def _reports(case: DraftCase) -> dict[str, object]:
    reporting = case.agreement.reporting
    agents = {mandate.agent for mandate in case.current_mandates if mandate.agent}
    coordinator = case.cooperation.coordinator
    doer: Forms
    if len(agents) == 1:
        doer = partner_forms(case.partners[next(iter(agents))])
    elif coordinator and coordinator in case.partners:
        doer = partner_forms(case.partners[coordinator])
    else:
        doer = case.roles.one("jeweils bearbeitend")
    to = case.roles.all("übrig")["dat"]
    due = reporting.due_month
    return {
        "doer": {"nom": doer["nom"], "to": to},
        "report": {
            "annual": reporting.annual_report,
            "due": german.month_name(due) if due else "",
            "audit": sentence(reporting.audit) if reporting.audit else "",
        },
        "consent_matters": [clause(item) for item in reporting.consent_matters],
        "hearing_matters": [clause(item) for item in reporting.hearing_matters],
    }
