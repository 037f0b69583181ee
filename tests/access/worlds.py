"""A small registry with exactly one active grant; tests bend one thing in it and see what becomes of the grant."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

from ikzctl.access.grants import Grant, wanted_grants
from ikzctl.access.periods import Horizon
from ikzctl.model.manifest import EndsBy
from ikzctl.registry.registry import Registry
from tests.registry.texts import Texts

DAY = date(2026, 11, 23)
C = "cooperations/zusammen"
AGREEMENT, COOPERATION = f"{C}/agreement.yaml", f"{C}/cooperation.yaml"
MANDATE, POOL = f"{C}/mandates/auftrag.yaml", f"{C}/pools/speyer.yaml"
AGENT, PRINCIPAL = f"{C}/members/speyer.yaml", f"{C}/members/frankenthal.yaml"
SYSTEM, TASK = "systems/fach.yaml", "tasks/aufgabe.yaml"

World = dict[str, dict[str, Any]]


def partner(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "legal_name": f"Stadt {id.capitalize()}",
        "short_name": id.capitalize(),
        "grammar": {"gender": "feminin"},
        "type": "kreisfreie_stadt",
        "land": "RP",
    }


def member(id: str, role: str = "mitglied") -> dict[str, Any]:
    return {"partner": id, "from": "2026-01-01", "role": role, "state": "beigetreten"}


def tenant(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "partner": id, "name": f"Mandant {id.capitalize()}", "from": "2020-01-01", **more}


def role(id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": f"Rolle {id}", "task": "aufgabe", "kind": kind, **more}


def claim(capability: str, **more: Any) -> dict[str, Any]:
    return {"id": capability.replace("_", "-"), "capability": capability, "value": True, "state": "geprueft", **more}


def position(id: str = "stelle", *roles: str, **more: Any) -> dict[str, Any]:
    entries = [{"system": "fach", "role": r, "from": "2026-01-01"} for r in roles or ("bearbeitung",)]
    return {"id": id, "function": "Sachbearbeitung", "from": "2026-01-01", "state": "besetzt", "roles": entries, **more}


def document(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": kind.replace("_", "-"), "kind": kind, "title": "Papier", "state": "geschlossen", **more}


def world() -> World:
    """Speyer works for Frankenthal by delegation, approved and in force since 2026."""
    return copy.deepcopy(_WORLD)


_WORLD: World = {
    "registry.yaml": {"format": "ikz-registry/1", "name": "Probe", "land": "RP"},
    "partners/speyer.yaml": partner("speyer"),
    "partners/frankenthal.yaml": partner("frankenthal"),
    TASK: {
        "id": "aufgabe",
        "name": "Aufgabe",
        "subject": "die Aufgabe",
        "state": "aktiv",
        "procedure_law": "vwvfg",
        "data": ["personenbezogen"],
    },
    SYSTEM: {
        "id": "fach",
        "name": "Fach",
        "kind": "fachverfahren",
        "tasks": ["aufgabe"],
        "multi_tenant": True,
        "claims": [claim("zugriff_fremder_beschaeftigter")],
        "roles": [
            role("auskunft", "auskunft"),
            role("bearbeitung", "bearbeitung", conflicts=["entscheidung"]),
            role("entscheidung", "entscheidung"),
            role("verwaltung", "verwaltung", privileged=True, second_factor="Karte"),
        ],
        "tenants": [tenant("speyer"), tenant("frankenthal")],
    },
    COOPERATION: {
        "id": "zusammen",
        "name": "Zusammen",
        "purpose": "Zusammen arbeiten.",
        "tasks": ["aufgabe"],
        "phase": "betrieb",
    },
    AGREEMENT: {
        "id": "zusammen",
        "instrument": "zweckvereinbarung",
        "state": "in_kraft",
        "procedure": [
            {"id": "genehmigung", "kind": "genehmigung", "decided_on": "2025-12-01", "outcome": "erteilt"},
        ],
        "versions": [{"number": 0, "kind": "urfassung", "in_force_from": "2026-01-01"}],
    },
    AGENT: member("speyer", "beauftragter"),
    PRINCIPAL: member("frankenthal"),
    MANDATE: {
        "id": "auftrag",
        "from": "2026-01-01",
        "task": "aufgabe",
        "mode": "delegating",
        "form": "A",
        "state": "vereinbart",
        "scope": {"kind": "ganz"},
        "agent": "speyer",
        "principals": ["frankenthal"],
        "acts_in_name": "agent",
    },
    POOL: {"partner": "speyer", "positions": [position()]},
}


def registry(files: World, commit: str | None = None) -> Registry:
    """JSON is YAML, so the real reader builds the records."""
    texts = {path: json.dumps(data, ensure_ascii=False, indent=1).encode() for path, data in files.items()}
    return Registry(Texts(texts, commit))


def grants(files: World, as_of: date = DAY, horizon: Horizon | None = None) -> tuple[Grant, ...]:
    read = registry(files)
    return wanted_grants(read.cooperation("zusammen"), read, as_of, horizon)


def only(files: World, as_of: date = DAY) -> Grant:
    (grant,) = grants(files, as_of)
    return grant


def ends(grant: Grant) -> EndsBy:
    assert grant.ends_by is not None
    return grant.ends_by


def codes(grant: Grant) -> set[str]:
    return {r.code for r in grant.reasons}
