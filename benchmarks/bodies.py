"""The partners of a synthetic registry: bodies of the official list, evenly chosen, and invented ones beyond its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.dice import Dice
from benchmarks.sizes import Size
from ikzctl.library.municipalities import (
    DATA_DAY,
    POPULATION_DAY,
    Municipality,
    everything,
    suggest_id,
    usual_council,
    usual_office,
)

SOURCE = "Gemeindeverzeichnis GV-ISys (Destatis), Gebietsstand 30.11.2025"
SINCE = "2015-01-01"
_LANDS = ("RP", "BY", "NI", "SN")


@dataclass(frozen=True, slots=True)
class Body:
    """One partner; `official` is None for an invented one, `association` the id of another partner."""

    id: str
    name: str
    short_name: str
    type: str
    land: str
    gender: str
    official: Municipality | None = None
    association: str | None = None


@cache
def _official(digits: int) -> tuple[Municipality, ...]:
    return tuple(m for m in everything() if len(m.key) == digits)


def _chosen(digits: int, wanted: int) -> list[Municipality]:
    known = _official(digits)
    taken = min(wanted, len(known))
    return [known[i * len(known) // taken] for i in range(taken)]


def bodies(size: Size) -> tuple[list[Body], list[Body], list[Body]]:
    """Municipalities, districts, associations."""
    taken: set[str] = set()
    ids: dict[str, str] = {}
    groups = [_chosen(8, size.municipalities), _chosen(5, size.districts), _chosen(9, size.associations)]
    for group in groups:
        for m in group:
            ids[m.key] = suggest_id(m, taken)
            taken.add(ids[m.key])
    municipalities, districts, associations = ([_of_list(m, ids, size) for m in group] for group in groups)
    municipalities += _invented("gemeinde", "Gemeinde Neudorf", "feminin", len(municipalities), size.municipalities)
    districts += _invented("landkreis", "Landkreis Neuland", "maskulin", len(districts), size.districts)
    name = "Zweckverband Gemeinsame Dienste"
    associations += _invented("zweckverband", name, "maskulin", len(associations), size.associations)
    return municipalities, districts, associations


def _of_list(m: Municipality, ids: dict[str, str], size: Size) -> Body:
    name = _at_least(size.name_length, m.legal_name)
    return Body(ids[m.key], name, m.short_name, m.type, m.land, m.gender, m, ids.get(m.association_key or ""))


def _at_least(length: int, name: str) -> str:
    if len(name) >= length:
        return name
    longer = f"{name} mit allen Ortsteilen{', Ortschaften und Weilern' * (length // 20)}"
    # a name has no blank at its end
    return longer[: length - 1] + "n"


def _invented(kind: str, name: str, gender: str, start: int, end: int) -> list[Body]:
    return [
        Body(f"{kind}-{n}", f"{name} {n}", f"{name.rsplit(maxsplit=1)[-1]} {n}", kind, _LANDS[n % len(_LANDS)], gender)
        for n in range(start + 1, end + 1)
    ]


def partner(body: Body, dice: Dice, revision: int, profiles: list[str], systems: list[str]) -> dict[str, Any]:
    """The record; each revision has newer figures."""
    m = body.official
    data: dict[str, Any] = {
        "id": body.id,
        "legal_name": body.name,
        "short_name": body.short_name,
        "grammar": {"gender": body.gender},
        "type": body.type,
        "land": body.land,
    }
    if m is not None:
        data["key"] = m.key
        if m.other_keys:
            data["other_keys"] = [{"key": key} for key in m.other_keys]
        if m.district_key:
            data["district_key"] = m.district_key
    if body.association:
        data["association"] = body.association
    data["seat"] = m.seat if m is not None else body.short_name
    if m is not None and m.postcode:
        data["address"] = {"street": None, "postcode": m.postcode, "town": m.seat}
    data["representation"] = _offices(m)
    data["organs"] = _organs(m)
    data["contacts"] = [{"function": "IKZ-Koordination", "unit": "Hauptamt"}]
    data["statistics"] = _figures(m, dice, revision)
    data["applications"] = [{"system": s, "from": f"20{dice.below(8) + 17}-01-01", "state": "betrieb"} for s in systems]
    data["profiles"] = [{"task": t, "unit": f"Fachbereich {dice.below(6) + 1}", "holds_task": True} for t in profiles]
    data["source"] = SOURCE
    data["proof"] = "belegt" if m is not None else "behauptet"
    return data


def _offices(m: Municipality | None) -> list[dict[str, Any]]:
    office = usual_office(m) if m is not None else None
    text = office.text if office else "Verbandsvorsteher" if m is None else "Bürgermeister"
    note = "Amt nach dem Kommunalverfassungsrecht; der Tag ist der Beginn der Aufzeichnung."
    return [{"office": text, "from": SINCE, "holder": None, "note": note}]


def _organs(m: Municipality | None) -> list[dict[str, Any]]:
    council = usual_council(m) if m is not None else None
    return [{"name": council.text if council else "Vertretung", "from": SINCE}]


def _figures(m: Municipality | None, dice: Dice, revision: int) -> list[dict[str, Any]]:
    population = (m.population if m is not None else dice.below(20_000)) + 7 * revision
    figures: list[dict[str, Any]] = [
        {
            "what": "einwohner",
            "value": population,
            "as_of": POPULATION_DAY.isoformat(),
            "definition": "Fortschreibung auf Grundlage des Zensus 2022",
            "source": SOURCE,
            "proof": "belegt",
        }
    ]
    area = {"what": "flaeche_ha", "value": 300 + dice.below(15_000), "as_of": DATA_DAY.isoformat(), "example": True}
    return [*figures, area]
