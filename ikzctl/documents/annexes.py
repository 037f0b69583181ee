"""The annexes of an agreement: tables of tasks, systems, posts, security commitments, rates and milestones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ikzctl.documents.case import DraftCase
from ikzctl.documents.content import Annex, Inlines, Party, Ref, Table, Text
from ikzctl.documents.context_data import level_text, systems
from ikzctl.documents.context_money import (
    fixed_weights,
    live_rates,
    rate_amount,
    rates_in_annex,
    share_text,
    shares_in_annex,
)
from ikzctl.documents.grammar import inlines
from ikzctl.documents.marks import Placeholder, printed
from ikzctl.documents.wordml import parties_table
from ikzctl.documents.words import clause
from ikzctl.library import german
from ikzctl.model.pool import Position
from ikzctl.model.security import Commitment
from ikzctl.model.system import System

_CASE_STATES = {
    "offen": "offen",
    "laeuft": "in Arbeit",
    "erreicht": "erreicht",
    "verschoben": "verschoben",
    "aufgegeben": "aufgegeben",
}
# Ids that stand for a rule of their own in every registry; the gates of a cooperation know them too.
_OWN_RULES = {"ueberwachung-24-7": "Überwachung rund um die Uhr"}
_COMMITMENT_STATES = {
    "verpflichtet": "zugesagt",
    "in_umsetzung": "in Umsetzung",
    "umgesetzt": "umgesetzt",
    "zertifiziert": "zertifiziert",
    "entfallen": "entfallen",
}


@dataclass(frozen=True, slots=True)
class AnnexPlan:
    """An annex that this case needs: its key, the clause that refers to it, and how its table is made."""

    key: str
    title: str
    clause: str
    table: Callable[[DraftCase], Table]
    intro: str = ""


def plan_annexes(case: DraftCase) -> tuple[AnnexPlan, ...]:
    """Annexes in their order; each only where there is something to list and the clause that needs it is in the text."""
    plans = []
    if any(case.tasks[id].case_groups for id in case.task_ids):
        plans.append(AnnexPlan("aufgaben", "Aufgaben und Fallgruppen", "A01", _tasks))
    if systems(case):
        plans.append(AnnexPlan("systeme", "Fachverfahren und Mandanten", "O04", _systems))
    if any(case.security[id].commitments for id in case.parties if id in case.security):
        plans.append(AnnexPlan("sicherheit", "Zusagen zur Informationssicherheit", "O05", _security))
    if any(id in case.pools for id in case.parties):
        plans.append(AnnexPlan("stellen", "Stellen für die gemeinsame Bearbeitung", "P01", _posts))
    if rates_in_annex(case):
        plans.append(AnnexPlan("kosten", "Pauschalen", "K03", _rates))
    if shares_in_annex(case):
        plans.append(AnnexPlan("anteile", "Anteile an den Kosten", "K01", _shares))
    if any(m.state != "aufgegeben" for m in case.cooperation.milestones):
        plans.append(AnnexPlan("meilensteine", "Meilensteine", "L09", _milestones))
    return tuple(plans)


def build(case: DraftCase, plans: tuple[AnnexPlan, ...], included: set[str], first: int = 1) -> tuple[Annex, ...]:
    """The annexes with numbers from `first` on; the line below the title names the clause that refers to them."""
    day = german.date_long(case.as_of)
    out = []
    for number, plan in enumerate((p for p in plans if p.clause in included), first):
        reference = (Text("zu "), Ref(plan.clause), Text(f", Stand: {day}"))
        out.append(Annex(number, plan.title, reference, plan.table(case), key=plan.key))
    return tuple(out)


def parties_annex(case: DraftCase, parties: tuple[Party, ...]) -> Annex:
    reference = (Text(f"Stand: {german.date_long(case.as_of)}"),)
    return Annex(1, f"Verzeichnis {case.roles.all()['gen']}", reference, parties_table(parties), key="beteiligte")


def cell(value: object) -> Inlines:
    return inlines(str(printed(value))) if value != "" else ()


def _open(label: str, path: str) -> Inlines:
    """In a table the heading says what is missing; the review sheet has the label and the place."""
    return cell(Placeholder(label, path, brief=True))


def _tasks(case: DraftCase) -> Table:
    rows = []
    for id in case.task_ids:
        task = case.tasks[id]
        for group in task.case_groups:
            name = cell(task.name)
            about = group.definition or ""
            rows.append((name, cell(group.name), cell(group.unit), cell(clause(about)), cell(", ".join(group.leika))))
    return Table(
        ("Aufgabe", "Fallgruppe", "Zähleinheit", "Zählung", "Leistungsschlüssel"), (20, 26, 14, 20, 20), tuple(rows)
    )


def _systems(case: DraftCase) -> Table:
    rows = []
    for system in systems(case):
        missing = _open(f"Betreiber, Mandanten und deren Trennung: {system.name}", f"systems/{system.id}.yaml")
        tenants = [
            case.partners[t.partner].short_name for t in system.tenants if t.partner in case.parties and not t.example
        ]
        tasks = [case.tasks[id].name for id in system.tasks if id in case.task_ids]
        operator = cell(system.operator) if system.operator else missing
        owners = cell(", ".join(dict.fromkeys(tenants))) if tenants else missing
        separation = cell("nachgewiesen") if _separated(system) else missing
        rows.append((cell(system.name), cell(", ".join(tasks)), operator, owners, separation))
    return Table(
        ("Fachverfahren", "Aufgaben", "Betreiber", "Mandanten", "Trennung der Mandanten"),
        (22, 20, 19, 19, 20),
        tuple(rows),
    )


def _separated(system: System) -> bool:
    """A claim that nobody has checked is no proof."""
    claims = [claim for claim in system.claims if claim.capability == "mandantenfaehig"]
    return any(claim.value and claim.state in ("geprueft", "belegt") for claim in claims)


def _posts(case: DraftCase) -> Table:
    rows = []
    for id in case.parties:
        pool = case.pools.get(id)
        for position in pool.positions if pool else ():
            if position.until is not None and position.until < case.as_of:
                continue
            rows.append(_post(case, id, position))
    rows += _total(case)
    return Table((_party_head(case), "Stelle", "Aufgaben", "Bewertung", "VZÄ"), (22, 28, 22, 18, 10), tuple(rows))


def _party_head(case: DraftCase) -> str:
    return case.roles.one()["bare_nom"]


def _post(case: DraftCase, id: str, position: Position) -> tuple[Inlines, ...]:
    tasks = [case.tasks[task].name for task in position.tasks if task in case.tasks]
    firm = not (position.example or case.pools[id].example)
    label = f"Bewertung und VZÄ der Stellen, {case.partners[id].short_name}"
    missing = _open(label, f"cooperations/{case.id}/pools/{id}.yaml: positions")
    grade = cell(german.pay_grade(position.pay_grade)) if position.pay_grade else missing
    fte = cell(german.decimal(position.fte, 2)) if position.fte is not None and firm else missing
    return (cell(case.partners[id].short_name), cell(position.function), cell(", ".join(tasks) or "alle"), grade, fte)


def _total(case: DraftCase) -> list[tuple[Inlines, ...]]:
    """The sum, as soon as there is something to add."""
    live = [
        position
        for id in case.parties
        if id in case.pools
        for position in case.pools[id].positions
        if position.until is None or position.until >= case.as_of
    ]
    known = [p.fte for p in live if p.fte is not None and not p.example]
    if not known:
        return []
    label = "Summe" if len(known) == len(live) else "Summe der bekannten Anteile"
    return [(cell(label), (), (), (), cell(german.decimal(sum(known, Decimal(0)), 2)))]


def _security(case: DraftCase) -> Table:
    rows = []
    for id in case.parties:
        found = case.security.get(id)
        live = [c for c in (found.commitments if found else ()) if c.until is None or c.until >= case.as_of]
        rows += [_commitment(case, id, commitment) for commitment in live]
        rows += _gaps(case, id, live)
    return Table(
        (_party_head(case), "Regelwerk und Niveau", "zugesagt", "Stand", "Nachweis"), (20, 30, 14, 16, 20), tuple(rows)
    )


def _commitment(case: DraftCase, id: str, commitment: Commitment) -> tuple[Inlines, ...]:
    name = case.partners[id].short_name
    missing = _open(f"Tage und Nachweise der Sicherheitszusagen, {name}", f"security/{id}.yaml: commitments")
    proof = ", ".join(
        item.title + (f" (gültig bis {german.date_short(item.valid_until)})" if item.valid_until else "")
        for item in commitment.evidence
    )
    since = german.date_short(commitment.committed_on) if commitment.committed_on else commitment.committed_text
    state = _COMMITMENT_STATES[commitment.state]
    if commitment.implemented_on:
        state = f"{state} am {german.date_short(commitment.implemented_on)}"
    return (
        cell(name),
        cell(_promise(commitment)),
        cell(since) if since else missing,
        cell(state),
        cell(proof) if proof else missing,
    )


def _gaps(case: DraftCase, id: str, live: list[Commitment]) -> list[tuple[Inlines, ...]]:
    """Levels that the cooperation asks for and this party has not promised at all."""
    promised = {commitment.framework for commitment in live}
    return [
        (
            cell(case.partners[id].short_name),
            cell(f"verlangt: {level_text(gate.framework, gate.level, gate.edition)}"),
            cell("–"),
            cell("nicht zugesagt"),
            cell("–"),
        )
        for gate in case.cooperation.gates.security
        if gate.framework not in promised and not gate.example
    ]


def _promise(commitment: Commitment) -> str:
    """What was promised; rules of the partners' own are described by their scope, because their level has no name."""
    if commitment.framework == "eigene" and commitment.scope:
        name = _OWN_RULES.get(commitment.id, f"eigene Zusage „{commitment.id}“")
        return f"{name}: {clause(commitment.scope)}"
    return level_text(commitment.framework, commitment.level, commitment.edition)


def _rates(case: DraftCase) -> Table:
    rows = []
    missing = _open("Beträge und Beginn der Pauschalen", f"cooperations/{case.id}/costs.yaml: rates")
    for rate in live_rates(case):
        task = case.tasks.get(rate.task) if rate.task else None
        begin = german.date_short(rate.from_) if rate.from_ and rate.state == "vereinbart" else ""
        agreed = rate.amount is not None and rate.state == "vereinbart" and not rate.example
        amount = cell(rate_amount(case, rate)) if agreed else (*missing, Text(f" je {rate.unit}"))
        rows.append(
            (
                cell(rate.name),
                cell(task.name if task else "alle"),
                amount,
                cell(clause(rate.definition or "")),
                cell(begin) if begin else missing,
            )
        )
    return Table(
        ("Pauschale", "Aufgabe", "Betrag und Einheit", "Zählung", "gilt ab"), (24, 20, 24, 20, 12), tuple(rows)
    )


def _shares(case: DraftCase) -> Table:
    rows = []
    for rule, weight in fixed_weights(case):
        for share in weight.fixed:
            name = cell(case.partners[share.partner].legal_name)
            rows.append((name, cell(rule.name), cell(share_text(case, rule, share))))
    return Table((_party_head(case), "Kostenregel", "Anteil"), (50, 30, 20), tuple(rows))


def _milestones(case: DraftCase) -> Table:
    rows = []
    missing = _open("Termine der Meilensteine", f"cooperations/{case.id}/cooperation.yaml: milestones")
    for item in sorted(case.cooperation.milestones, key=lambda m: m.order):
        if item.state == "aufgegeben":
            continue
        if item.state == "erreicht":
            when = cell(german.date_short(item.reached_on)) if item.reached_on else cell("erreicht")
        elif item.due:
            when = cell(german.date_short(item.due))
        else:
            when = cell(clause(item.due_text)) if item.due_text else missing
        notes = [
            f"ohne {case.partners[e.partner].short_name}: {clause(e.reason)}"
            for e in item.exceptions
            if e.partner in case.partners
        ]
        if item.waits_for:
            notes.append(f"setzt voraus: {clause(item.waits_for)}")
        rows.append(
            (cell(str(item.order)), cell(item.title), cell(_CASE_STATES[item.state]), when, cell("; ".join(notes)))
        )
    return Table(("Nr.", "Meilenstein", "Stand", "Termin", "Anmerkung"), (7, 37, 12, 14, 30), tuple(rows))
