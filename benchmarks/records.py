"""All files of a synthetic registry: which there are, and what each holds at each revision."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks.bodies import Body, bodies, partner
from benchmarks.dice import Dice
from benchmarks.sizes import Size

Data = dict[str, Any]
Maker = Callable[[int], Data]
"""Revision → content; revision 0 is how the file was first written."""

BIG = "alle-kommunen"
DAY = "2024-01-01"
EXAMPLE = "Synthetisches Register für Messungen; keine Angabe ist belegt."
TASKS = (
    ("gewerbemeldung", "Gewerbemeldung", "die Bearbeitung von Gewerbemeldungen"),
    ("fundbuero", "Fundbüro", "die Führung des Fundbüros"),
    ("hundesteuer", "Hundesteuer", "die Veranlagung der Hundesteuer"),
    ("vergabestelle", "Vergabestelle", "die Durchführung von Vergabeverfahren"),
    ("vollstreckung", "Vollstreckung", "die Vollstreckung von Geldforderungen"),
    ("rechnungspruefung", "Rechnungsprüfung", "die örtliche Rechnungsprüfung"),
    ("lohnabrechnung", "Lohnabrechnung", "die Abrechnung von Löhnen und Bezügen"),
    ("it-betrieb", "IT-Betrieb", "den Betrieb der Informationstechnik"),
)
_FUNCTIONS = ("Sachbearbeitung", "Freigabe", "Auskunft", "Teamleitung")
_SKILLS = ("Fachverfahren", "Gebührenrecht", "Widerspruchsverfahren", "E-Akte")
_GRADES = ("E 6", "E 8", "E 9a", "E 9b", "E 9c", "E 10")
_STATES = ("offen", "laeuft", "erreicht")
_MILESTONES = (
    ("bestandsaufnahme", "Bestandsaufnahme der Abläufe bei allen Beteiligten", "organisation"),
    ("fachverfahren", "Gemeinsames Fachverfahren mit getrennten Mandanten", "technik"),
    ("entwurf", "Entwurf der Vereinbarung, abgestimmt mit den Rechtsämtern", "rechtsaenderung"),
)


def plan(size: Size) -> dict[str, Maker]:
    """Path → maker of every file, in the order in which they are written."""
    municipalities, districts, associations = bodies(size)
    files: dict[str, Maker] = {"registry.yaml": _head}
    for number, (id, name, subject) in enumerate(TASKS):
        files[f"tasks/{id}.yaml"] = partial(_task, id, name, subject)
        files[f"systems/{id}-verfahren.yaml"] = partial(_system, id, name, [m.id for m in municipalities[:4]], number)
    for body in (*municipalities, *districts, *associations):
        files[f"partners/{body.id}.yaml"] = partial(_partner, body, size.seed)
    for body in municipalities[: 4 * size.complete]:
        files[f"security/{body.id}.yaml"] = partial(_security, body.id)
    _cooperations(files, size, [m.id for m in municipalities])
    if size.big_cooperation:
        _big(files, size, [m.id for m in municipalities])
    return files


def _cooperations(files: dict[str, Maker], size: Size, ids: list[str]) -> None:
    for n in range(size.cooperations):
        id = f"vorhaben-{n + 1:05d}"
        complete = n < size.complete and len(ids) >= 4
        files[f"cooperations/{id}/cooperation.yaml"] = partial(_cooperation, id, complete, size.seed)
        members = [ids[(4 * n + i) % len(ids)] for i in range(4)] if complete else []
        if n >= size.cooperations - size.share_of_partner and ids[0] not in members:
            members.append(ids[0])
        pools = _pools_of(n, size, ids) if not size.big_cooperation else {}
        for member in dict.fromkeys((*members, *pools)):
            files[f"cooperations/{id}/members/{member}.yaml"] = partial(_member, member, size.seed)
        if complete:
            _complete(files, id, members, TASKS[n % len(TASKS)][0])
            pools = pools or {members[0]: 3}
        for owner, positions in pools.items():
            task = TASKS[n % len(TASKS)][0]
            files[f"cooperations/{id}/pools/{owner}.yaml"] = partial(_pool, owner, id, task, positions, size.seed)


def _pools_of(number: int, size: Size, ids: list[str]) -> dict[str, int]:
    """Pools are dealt out to the cooperations in turn: owner → positions."""
    dealt = range(number, size.pools, max(size.cooperations, 1))
    return {ids[(number + turn) % len(ids)]: _positions_of(pool, size) for turn, pool in enumerate(dealt)}


def _positions_of(pool: int, size: Size) -> int:
    return size.positions // size.pools + (pool < size.positions % size.pools)


def _complete(files: dict[str, Maker], id: str, members: list[str], task: str) -> None:
    folder = f"cooperations/{id}"
    files[f"{folder}/agreement.yaml"] = partial(_agreement, id, members[0], task)
    files[f"{folder}/costs.yaml"] = partial(_costs, id, task)
    files[f"{folder}/mandates/bearbeitung.yaml"] = partial(_mandate, members, task)
    files[f"{folder}/suspensions/umstellung.yaml"] = partial(_suspension, members[1])


def _big(files: dict[str, Maker], size: Size, ids: list[str]) -> None:
    files[f"cooperations/{BIG}/cooperation.yaml"] = partial(_cooperation, BIG, False, size.seed)
    for id in ids:
        files[f"cooperations/{BIG}/members/{id}.yaml"] = partial(_member, id, size.seed)
    for pool, owner in enumerate(ids[: size.pools]):
        maker = partial(_pool, owner, BIG, TASKS[0][0], _positions_of(pool, size), size.seed)
        files[f"cooperations/{BIG}/pools/{owner}.yaml"] = maker


def _later(day: str, months: int) -> str:
    year, month = int(day[:4]), int(day[5:7]) - 1 + months
    return f"{year + month // 12}-{month % 12 + 1:02d}-01"


def _partner(body: Body, seed: int, revision: int) -> Data:
    dice = Dice.of(seed, f"partners/{body.id}")
    used = [TASKS[(dice.below(len(TASKS)) + i) % len(TASKS)][0] for i in range(2)]
    tasks = list(dict.fromkeys(used))
    return partner(body, dice, revision, tasks, [f"{task}-verfahren" for task in tasks])


def _head(revision: int) -> Data:
    return {
        "format": "ikz-registry/1",
        "name": "Synthetisches Register",
        "land": "RP",
        "network": "aus",
        "source": EXAMPLE,
        **({"note": f"Fortgeschrieben, Stand {revision}."} if revision else {}),
    }


def _task(id: str, name: str, subject: str, revision: int) -> Data:
    return {
        "id": id,
        "name": name,
        "subject": subject,
        "gender": "neutrum" if id == "fundbuero" else "feminin",
        "kind": "freiwillig",
        "state": "aktiv",
        "legal_bases": [{"cite": "Art. 28 Abs. 2 GG", "depth": "vorschrift", "state": "ungeprueft"}],
        "procedure_law": "vwvfg",
        "data": ["personenbezogen"],
        "case_groups": [
            {"id": "antrag", "name": "Antrag", "unit": "Antrag"},
            {"id": "aenderung", "name": "Änderung", "unit": "Vorgang"},
        ],
        "fee_income": False,
        "advice_separable": True,
        "source": EXAMPLE,
        "example": True,
        "note": f"Stand {revision}",
    }


def _system(task: str, name: str, owners: list[str], number: int, revision: int) -> Data:
    roles = [
        {"id": "bearbeitung", "name": f"Sachbearbeitung {name}", "task": task, "kind": "bearbeitung"},
        {"id": "entscheidung", "name": f"Freigabe {name}", "task": task, "kind": "entscheidung"},
    ]
    tenants = [{"id": o, "from": DAY, "partner": o, "name": f"Mandant {o}", "example": True} for o in owners]
    return {
        "id": f"{task}-verfahren",
        "name": f"Fachverfahren {name}",
        "kind": "fachverfahren",
        "tasks": [task],
        "vendor": f"Hersteller {number + 1}",
        "location": "inland",
        "multi_tenant": True,
        "claims": [
            {"id": "mandanten", "capability": "mandantenfaehig", "value": True, "state": "geprueft", "example": True}
        ],
        "roles": roles,
        "tenants": tenants,
        "source": EXAMPLE,
        "note": f"Stand {revision}",
    }


def _security(id: str, revision: int) -> Data:
    commitment = {
        "id": "it-grundschutz",
        "framework": "it-grundschutz",
        "edition": "2023",
        "level": "basis-absicherung",
        "scope": "ganze Verwaltung",
        "state": "umgesetzt",
        "committed_on": "2022-04-01",
        "implemented_on": _later("2023-06-01", revision),
        "source": EXAMPLE,
        "example": True,
    }
    return {"id": id, "commitments": [commitment], "incidents": [], "source": EXAMPLE}


def _cooperation(id: str, complete: bool, seed: int, revision: int) -> Data:
    dice = Dice.of(seed, f"cooperations/{id}")
    task, name, subject = TASKS[0] if id == BIG else TASKS[int(id[-5:]) % len(TASKS) - 1]
    return {
        "id": id,
        "name": f"{name} {id}",
        "purpose": (
            f"Die Beteiligten wollen {subject} gemeinsam erledigen, damit die Aufgabe auch bei Ausfällen verlässlich "
            "erfüllt wird.\n\nBeratung und Annahme bleiben vor Ort; die Bearbeitung liegt in einer gemeinsamen Gruppe."
        ),
        "tasks": [task],
        "phase": "vorbereitung" if complete else "idee",
        "phase_since": _later(DAY, dice.below(24)),
        "front_office": {"kind": "bei_jedem_partner", "text": "Annahme und Beratung bleiben bei jedem Partner."},
        "milestones": _milestones(dice, revision),
        "open_questions": [
            {
                "id": "kosten",
                "question": "Nach welchem Schlüssel werden die Kosten verteilt?",
                "about": "kosten",
                "asked_on": _later(DAY, dice.below(24)),
                "owner": "Kämmereien",
                "answer": None,
            }
        ],
        "source": EXAMPLE,
        "example": True,
    }


def _milestones(dice: Dice, revision: int) -> list[Data]:
    reached = dice.below(3) + revision
    milestones: list[Data] = []
    for order, (id, title, kind) in enumerate(_MILESTONES, 1):
        state = _STATES[(reached + 3 - order) % len(_STATES)]
        milestone: Data = {"id": id, "order": order, "title": title, "kind": kind, "state": state}
        if order > 1:
            milestone["after"] = [_MILESTONES[order - 2][0]]
        milestone["due"] = _later(DAY, 12 * order + dice.below(6))
        if state == "erreicht":
            milestone["reached_on"] = _later(DAY, 6 * order)
        milestones.append(milestone)
    return milestones


def _member(id: str, seed: int, revision: int) -> Data:
    dice = Dice.of(seed, f"members/{id}")
    resolution = {
        "organ": "Vertretung",
        "about": "abschluss",
        "planned_on": _later("2026-01-01", dice.below(12) + revision),
        "date": None,
        "number": f"{dice.below(400) + 1}/2026",
        "result": "offen",
    }
    return {
        "partner": id,
        "from": None,
        "role": "mitglied",
        "state": "vorgesehen",
        "shares": [{"key": "Grundbetrag", "percent": dice.below(90) + 5, "example": True}],
        "resolutions": [resolution],
        "source": EXAMPLE,
        "note": "Der Beitritt ist in Aussicht genommen; ein Beschluss liegt noch nicht vor.",
    }


def _pool(owner: str, cooperation: str, task: str, positions: int, seed: int, revision: int) -> Data:
    dice = Dice.of(seed, f"{cooperation}/pools/{owner}")
    return {
        "partner": owner,
        "positions": [_position(number, task, dice, revision) for number in range(1, positions + 1)],
        "secondment": {"kind": "keine"},
        "source": EXAMPLE,
        "example": True,
    }


def _position(number: int, task: str, dice: Dice, revision: int) -> Data:
    return {
        "id": f"stelle-{number}",
        "from": DAY,
        "function": f"{dice.pick(_FUNCTIONS)} {number}",
        "tasks": [task],
        "skills": [dice.pick(_SKILLS)],
        "pay_system": "tvoed-vka",
        "pay_grade": dice.pick(_GRADES),
        "fte": Decimal(25 * (1 + (dice.below(4) + revision) % 4)).scaleb(-2),
        "place": "dienststelle",
        "state": "besetzt",
    }


def _agreement(id: str, agent: str, task: str, revision: int) -> Data:
    return {
        "id": id,
        "instrument": "zweckvereinbarung",
        "land": "RP",
        "state": "entwurf",
        "duration": {"kind": "unbefristet", "example": True},
        "notice": [
            {
                "id": "ordentlich",
                "kind": "ordentlich",
                "period": {"value": 12 + revision % 12, "unit": "monat"},
                "to": "jahresende",
                "who": "jeder",
                "form": "schriftform",
                "addressees": "alle_beteiligten",
                "example": True,
            }
        ],
        "leaving": {"survival": "fortsetzung_unter_uebrigen", "minimum_partners": 2},
        "accession": {"open": True, "consent": "mehrheit", "conditions": ["gleicher Stand der IT-Sicherheit"]},
        "liability": {"internal": "verursacher"},
        "data_protection": [
            {
                "activity": "Bearbeitung der Anträge",
                "task": task,
                "model": "verantwortlicher_beauftragter",
                "controller": agent,
                "example": True,
            }
        ],
        "vat": {"state": "nicht_steuerbar", "reasoning": "Beispiel", "as_of": DAY},
        "entry_into_force": {"rule": "nach_letzter_bekanntmachung"},
        "versions": [{"number": 0, "kind": "urfassung", "signed_on": None}],
        "documents": [{"id": "ablauf", "kind": "anlage", "title": "Beschreibung des Ablaufs", "state": "entwurf"}],
        "source": EXAMPLE,
        "example": True,
    }


def _costs(id: str, task: str, revision: int) -> Data:
    step = {"step": "fallpauschale", "text": "Je Antrag wird die Pauschale erstattet.", "rates": ["antrag"]}
    return {
        "id": id,
        "rules": [
            {"id": "pauschale", "name": "Pauschale je Antrag", "tasks": [task], "state": "vereinbart", "steps": [step]}
        ],
        "rates": [
            {
                "id": "antrag",
                "name": "Pauschale Antrag",
                "task": task,
                "case_group": "antrag",
                "amount": Decimal("25.50"),
                "unit": "Antrag",
                "state": "vereinbart",
            }
        ],
        "settlement": {
            "period": "kalenderjahr",
            "statement_due": "31. März des Folgejahres",
            "limitation": "zwei Jahre",
        },
        "source": EXAMPLE,
        "note": f"Stand {revision}",
    }


def _mandate(members: list[str], task: str, revision: int) -> Data:
    return {
        "id": "bearbeitung",
        "from": _later("2027-01-01", revision),
        "task": task,
        "mode": "delegating",
        "form": "B",
        "state": "vorgeschlagen",
        "scope": {"kind": "ganz"},
        "agent": members[0],
        "principals": members[1:4],
        "acts_in_name": "agent",
        "appeals": "agent",
        "benefit": "Auch der Beauftragte gewinnt eine größere Arbeitsgruppe und Vertretung.",
        "example": True,
    }


def _suspension(member: str, revision: int) -> Data:
    return {
        "id": "umstellung",
        "from": "2025-03-01",
        "until": f"2025-03-{10 + revision % 20}",
        "partner": member,
        "reason": "Umstellung des Fachverfahrens",
    }
