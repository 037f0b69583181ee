"""The annexes of an agreement: tables of tasks, systems, posts, security commitments, rates and milestones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ikzctl.documents.case import DraftCase
from ikzctl.documents.content import Annex, Inlines, Party, Ref, Table, Text
from ikzctl.documents.context_data import level_text, systems
from ikzctl.documents.context_money import rate_amount
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
    if case.costs and case.costs.rates:
        plans.append(AnnexPlan("kosten", "Pauschalen", "K03", _rates))
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
    return Annex(1, "Verzeichnis der Beteiligten", reference, parties_table(parties), key="beteiligte")


def cell(value: object) -> Inlines:
    return inlines(str(printed(value))) if value != "" else ()


def _open(label: str, path: str) -> Inlines:
    return cell(Placeholder(label, path))


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
        path = f"systems/{system.id}.yaml"
        tenants = [
            case.partners[t.partner].short_name for t in system.tenants if t.partner in case.parties and not t.example
        ]
        tasks = [case.tasks[id].name for id in system.tasks if id in case.task_ids]
        operator = cell(system.operator) if system.operator else _open("Betreiber", f"{path}: operator")
        owners = cell(", ".join(dict.fromkeys(tenants))) if tenants else _open("Mandanten", f"{path}: tenants")
        rows.append((cell(system.name), cell(", ".join(tasks)), operator, owners, _separation(system)))
    return Table(
        ("Fachverfahren", "Aufgaben", "Betreiber", "Mandanten", "Trennung der Mandanten"),
        (22, 20, 19, 19, 20),
        tuple(rows),
    )


def _separation(system: System) -> Inlines:
    """A claim that nobody has checked is printed as a claim, never as a fact."""
    path = f"systems/{system.id}.yaml: claims"
    claims = [claim for claim in system.claims if claim.capability == "mandantenfaehig"]
    if any(claim.value and claim.state in ("geprueft", "belegt") for claim in claims):
        return cell("nachgewiesen")
    if claims or system.multi_tenant:
        return _open("Nachweis der Mandantentrennung", path)
    return _open("Mandantentrennung", path)


def _posts(case: DraftCase) -> Table:
    rows = []
    for id in case.parties:
        pool = case.pools.get(id)
        for number, position in enumerate(pool.positions if pool else (), 1):
            if position.until is not None and position.until < case.as_of:
                continue
            rows.append(_post(case, id, position, f"cooperations/{case.id}/pools/{id}.yaml: positions[{number}]"))
    rows.append(_total(case))
    return Table(("Beteiligter", "Stelle", "Aufgaben", "Bewertung", "VZÄ"), (22, 28, 22, 18, 10), tuple(rows))


def _post(case: DraftCase, id: str, position: Position, path: str) -> tuple[Inlines, ...]:
    tasks = [case.tasks[task].name for task in position.tasks if task in case.tasks]
    firm = not (position.example or case.pools[id].example)
    grade = (
        cell(german.pay_grade(position.pay_grade)) if position.pay_grade else _open("Bewertung", f"{path}.pay_grade")
    )
    fte = cell(german.decimal(position.fte, 2)) if position.fte is not None and firm else _open("VZÄ", f"{path}.fte")
    return (cell(case.partners[id].short_name), cell(position.function), cell(", ".join(tasks) or "alle"), grade, fte)


def _total(case: DraftCase) -> tuple[Inlines, ...]:
    live = [
        position
        for id in case.parties
        if id in case.pools
        for position in case.pools[id].positions
        if position.until is None or position.until >= case.as_of
    ]
    known = [p.fte for p in live if p.fte is not None and not p.example]
    total = (
        cell(german.decimal(sum(known, Decimal(0)), 2)) if known else _open("Summe", f"cooperations/{case.id}/pools/")
    )
    label = "Summe" if len(known) == len(live) else "Summe der bekannten Anteile"
    return (cell(label), (), (), (), total)


def _security(case: DraftCase) -> Table:
    rows = []
    for id in case.parties:
        found = case.security.get(id)
        for commitment in found.commitments if found else ():
            if commitment.until is not None and commitment.until < case.as_of:
                continue
            path = f"security/{id}.yaml: commitments ({commitment.id})"
            proof = ", ".join(
                item.title + (f" (gültig bis {german.date_short(item.valid_until)})" if item.valid_until else "")
                for item in commitment.evidence
            )
            since = commitment.committed_text or ""
            if commitment.committed_on:
                since = german.date_short(commitment.committed_on)
            state = _COMMITMENT_STATES[commitment.state]
            rows.append(
                (
                    cell(case.partners[id].short_name),
                    cell(_promise(commitment)),
                    cell(since) if since else _open("Tag der Zusage", f"{path}.committed_on"),
                    cell(
                        f"{state} am {german.date_short(commitment.implemented_on)}"
                        if commitment.implemented_on
                        else state
                    ),
                    cell(proof) if proof else _open("Nachweis", f"{path}.evidence"),
                )
            )
    return Table(
        ("Beteiligter", "Regelwerk und Niveau", "zugesagt", "Stand", "Nachweis"), (20, 30, 14, 16, 20), tuple(rows)
    )


def _promise(commitment: Commitment) -> str:
    """What was promised; rules of the partners' own are described by their scope, because their level has no name."""
    if commitment.framework == "eigene" and commitment.scope:
        return f"eigene Zusage „{commitment.id}“: {clause(commitment.scope)}"
    return level_text(commitment.framework, commitment.level, commitment.edition)


def _rates(case: DraftCase) -> Table:
    rows = []
    for rate in case.costs.rates if case.costs else ():
        task = case.tasks.get(rate.task) if rate.task else None
        begin = german.date_short(rate.from_) if rate.from_ and rate.state == "vereinbart" else ""
        rows.append(
            (
                cell(rate.name),
                cell(task.name if task else "alle"),
                cell(rate_amount(case, rate)),
                cell(clause(rate.definition or "")),
                cell(begin) if begin else _open("gilt ab", f"cooperations/{case.id}/costs.yaml: rates ({rate.id})"),
            )
        )
    return Table(
        ("Pauschale", "Aufgabe", "Betrag und Einheit", "Zählung", "gilt ab"), (24, 20, 24, 20, 12), tuple(rows)
    )


def _milestones(case: DraftCase) -> Table:
    rows = []
    for item in sorted(case.cooperation.milestones, key=lambda m: m.order):
        if item.state == "aufgegeben":
            continue
        path = f"cooperations/{case.id}/cooperation.yaml: milestones ({item.id})"
        if item.state == "erreicht":
            when = cell(german.date_short(item.reached_on)) if item.reached_on else cell("erreicht")
        elif item.due:
            when = cell(german.date_short(item.due))
        else:
            when = cell(clause(item.due_text)) if item.due_text else _open("Termin", f"{path}.due")
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
