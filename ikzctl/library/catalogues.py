"""Small official lists: services of the LeiKa catalogue, pay groups, modules of the IT-Grundschutz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ikzctl.library import resources
from ikzctl.model.findings import NormState

# What the registry calls the state of the service list; an unknown key is a question, never an error.
SERVICE_CATALOGUE = "OZG-Umsetzungskatalog mit LeiKa-Schlüsseln, Oktober 2019"
GRUNDSCHUTZ_EDITION = "IT-Grundschutz-Kompendium, Edition 2023"

# How the source marks its rows → how sure we are.
_STATES: dict[str, NormState] = {
    "belegt": "partly",
    "landesrecht_pruefen": "general_knowledge",
    "katalog_2019": "partly",
    "katalog_2019+dritte_quelle": "partly",
    "fim_2026_sekundaer": "partly",
}


@dataclass(frozen=True, slots=True)
class Service:
    leika: str
    task: str
    name: str
    ozg_id: str
    state: NormState
    in_catalogue: bool
    """False for a key that was seen later than `SERVICE_CATALOGUE`."""


@dataclass(frozen=True, slots=True)
class PayGroup:
    key: str
    system: str
    """`tvoed-vka`, `tvoed-vka-sue` or `besoldung-a`; ranks compare only inside one system."""
    label: str
    rank: int
    state: NormState


@dataclass(frozen=True, slots=True)
class GrundschutzModule:
    id: str
    title: str
    rank: str


def _rows(name: str) -> list[list[str]]:
    return [line.split(";") for line in resources.data_file(name).read_text("utf-8").splitlines()[1:]]


@cache
def _services() -> dict[str, Service]:
    out: dict[str, Service] = {}
    for leika, task, name, ozg_id, seen in _rows("services.csv"):
        out.setdefault(leika, Service(leika, task, name, ozg_id, _STATES[seen], seen.startswith("katalog_2019")))
    return out


def service(leika: str) -> Service | None:
    """One of the core services of a cooperation; the list is a selection, so None says nothing about the key."""
    return _services().get(leika)


def services_of_task(task: str) -> tuple[Service, ...]:
    """Known services of a task slug such as `kfz-zulassung`, by key."""
    return tuple(s for s in sorted(_services().values(), key=lambda s: s.leika) if s.task == task)


@cache
def _pay_groups() -> dict[str, PayGroup]:
    return {
        key: PayGroup(key, system, label, int(rank), _STATES[state])
        for key, system, label, rank, state in _rows("pay_groups.csv")
    }


def pay_group(text: str) -> PayGroup | None:
    """`E9a`, `E 9a`, `EG 9a`, `S11b`, `A 10`; `E9` alone is ambiguous and therefore unknown."""
    compact = "".join(text.split()).lower().replace("eg", "e", 1)
    return next((group for key, group in _pay_groups().items() if key.lower() == compact), None)


def pay_groups(system: str) -> tuple[PayGroup, ...]:
    """Groups of a system, lowest first."""
    return tuple(sorted((g for g in _pay_groups().values() if g.system == system), key=lambda g: g.rank))


@cache
def _modules() -> dict[str, GrundschutzModule]:
    return {row[0]: GrundschutzModule(*row) for row in _rows("bsi_modules.csv")}


def grundschutz_module(module_id: str) -> GrundschutzModule | None:
    """A Baustein such as `ORP.4`; a requirement `ORP.4.A1` is found by its Baustein."""
    known = _modules()
    return known.get(module_id) or known.get(module_id.rpartition(".A")[0])
