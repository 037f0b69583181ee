"""A small registry in memory: three partners, one task, an agreement in force, one delegating mandate."""

from datetime import date
from pathlib import PurePosixPath
from typing import Any

from ikzctl.actions.proposal import check_new_texts, texts_of
from ikzctl.registry.canonical import dump
from ikzctl.registry.registry import Registry
from tests.registry.texts import Overlay, Texts

C = "cooperations/wohngeld"
TODAY = date(2026, 11, 23)
_TYPES = {
    "speyer": ("Stadt Speyer", "kreisfreie_stadt", "07318000", "feminin", "Stadtrat"),
    "worms": ("Stadt Worms", "kreisfreie_stadt", "07319000", "feminin", "Stadtrat"),
    "landkreis": ("Landkreis Musterland", "landkreis", "07398", "maskulin", "Kreistag"),
    "altdorf": ("Gemeinde Altdorf", "verbandsfreie_gemeinde", "07398001", "feminin", "Gemeinderat"),
    "neudorf": ("Gemeinde Neudorf", "verbandsfreie_gemeinde", "07398002", "feminin", "Gemeinderat"),
    "hausen": ("Gemeinde Hausen", "verbandsfreie_gemeinde", "07398003", "feminin", "Gemeinderat"),
}


def partner(id: str, **more: Any) -> dict[str, Any]:
    name, kind, key, gender, council = _TYPES[id]
    return {
        "id": id,
        "legal_name": name,
        "short_name": name.split(" ", 1)[1],
        "grammar": {"gender": gender},
        "type": kind,
        "land": "RP",
        "key": key,
        **({"district_key": "07398"} if kind == "verbandsfreie_gemeinde" else {}),
        "organs": [{"from": "2000-01-01", "name": council}],
        "gazettes": [{"name": "Amtsblatt"}],
        **more,
    }


def member(id: str, **more: Any) -> dict[str, Any]:
    return {"partner": id, "from": "2020-01-01", "state": "beigetreten", **more}


AGREEMENT: dict[str, Any] = {
    "id": "wohngeld",
    "instrument": "zweckvereinbarung",
    "state": "in_kraft",
    "duration": {"kind": "unbefristet"},
    "notice": [{"id": "ordentlich", "period": {"value": 12, "unit": "monat"}, "to": "jahresende"}],
    "leaving": {"survival": "fortsetzung_unter_uebrigen"},
    "versions": [{"number": 0, "kind": "urfassung", "in_force_from": "2020-01-01"}],
}
MANDATE: dict[str, Any] = {
    "id": "bearbeitung",
    "task": "wohngeld",
    "mode": "delegating",
    "state": "vereinbart",
    "from": "2020-01-01",
    "scope": {"kind": "ganz"},
    "agent": "altdorf",
    "principals": ["neudorf", "hausen"],
}


def files(**changes: dict[str, Any] | None) -> dict[str, Any]:
    """Path → data; a change is named by its path with `__` for `/` and without the ending, None takes the file away."""
    all_files: dict[str, Any] = {
        "registry.yaml": {"format": "ikz-registry/1", "name": "Klein", "land": "RP"},
        "tasks/wohngeld.yaml": {
            "id": "wohngeld",
            "name": "Wohngeld",
            "subject": "das Wohngeld",
            "state": "aktiv",
            "procedure_law": "sgb",
            "data": ["personenbezogen", "sozialdaten"],
        },
        f"{C}/cooperation.yaml": {
            "id": "wohngeld",
            "name": "Wohngeld gemeinsam",
            "purpose": "Gemeinsam schneller.",
            "tasks": ["wohngeld"],
            "phase": "betrieb",
        },
        f"{C}/agreement.yaml": AGREEMENT,
        f"{C}/mandates/bearbeitung.yaml": MANDATE,
    }
    all_files |= {f"partners/{id}.yaml": partner(id) for id in _TYPES}
    all_files |= {f"{C}/members/{id}.yaml": member(id) for id in ("altdorf", "neudorf", "hausen")}
    for name, data in changes.items():
        path = f"{name.replace('__', '/')}.yaml"
        if data is None:
            del all_files[path]
        else:
            all_files[path] = {**all_files.get(path, {}), **data}
    return all_files


def texts(**changes: dict[str, Any] | None) -> Texts:
    return Texts({path: dump(data).encode() for path, data in files(**changes).items()})


def registry(**changes: dict[str, Any] | None) -> Registry:
    """Keys such as `cooperations__wohngeld__agreement`; the given keys replace those of the base."""
    return Registry(texts(**changes))


def carried_out(start: Registry, plan: Any) -> Registry:
    """The registry as it is after the plan; fails if the plan would not be accepted."""
    writes = texts_of(start.source, plan.edits)
    check_new_texts(start.source, writes)
    return Registry(Overlay(start.source, {w.path: w.content for w in writes}))


def folder_after(start: Registry, plan: Any) -> Any:
    """The cooperation's records as they are after the plan."""
    return carried_out(start, plan).cooperation("wohngeld")


def paths(plan: Any) -> list[str]:
    return [
        PurePosixPath(edit.path).relative_to(C).as_posix() if edit.path.startswith(C) else edit.path
        for edit in plan.edits
    ]


def said(plan: Any, group: str) -> list[str]:
    return [c.line().replace("\u00a0", " ") for c in plan.consequences if c.group == group]
