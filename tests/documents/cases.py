"""Small cooperations, written as records, to draft agreements from."""

from __future__ import annotations

from datetime import date
from typing import Any

from ikzctl.documents.case import DraftCase, Stamp
from ikzctl.library.law import law_pack
from ikzctl.model.agreement import Agreement
from ikzctl.model.cooperation import Cooperation
from ikzctl.model.costs import Costs
from ikzctl.model.head import RegistryHead
from ikzctl.model.mandate import Mandate
from ikzctl.model.member import Member
from ikzctl.model.partner import Partner
from ikzctl.model.pool import StaffPool
from ikzctl.model.security import SecurityFile
from ikzctl.model.system import System
from ikzctl.model.task import Task

DAY = date(2026, 11, 23)
STAMP = Stamp(DAY, "0123456789abcdef0123456789abcdef01234567", "0.1.0")


def town(id: str, name: str, **more: Any) -> Partner:
    return Partner.model_validate(
        {
            "id": id,
            "legal_name": f"Stadt {name}",
            "short_name": name,
            "grammar": {"gender": "feminin"},
            "type": "kreisfreie_stadt",
            "land": "RP",
            "representation": [{"office": "Oberbürgermeister", "holder": "feminin", "from": "2020-01-01"}],
            "organs": [{"name": "Stadtrat", "from": "2000-01-01"}],
            "gazettes": [{"name": f"Amtsblatt {name}", "from": "2000-01-01"}],
            **more,
        }
    )


def district() -> Partner:
    return town(
        "kreis", "Rhein-Pfalz-Kreis", legal_name="Rhein-Pfalz-Kreis", grammar={"gender": "maskulin"}, type="landkreis",
        representation=[{"office": "Landrat", "holder": "maskulin", "from": "2020-01-01"}],
    )  # fmt: skip


def task(**more: Any) -> Task:
    return Task.model_validate(
        {
            "id": "kfz-zulassung",
            "name": "Kfz-Zulassung",
            "subject": "die Zulassung von Kraftfahrzeugen",
            "state": "aktiv",
            "procedure_law": "stvg",
            "data": ["personenbezogen", "fahrzeugregister"],
            "legal_bases": [{"cite": "§ 75 FZV"}],
            "case_groups": [{"id": "neu", "name": "Neuzulassung"}],
            **more,
        }
    )


def mandate(mode: str = "delegating", **more: Any) -> Mandate:
    free = mode in ("joint", "reciprocal")
    return Mandate.model_validate(
        {
            "id": "kfz",
            "task": "kfz-zulassung",
            "mode": mode,
            "form": "A",
            "state": "vereinbart",
            "scope": {"kind": "ganz"},
            "agent": None if free else "kreis",
            "principals": [] if free else ["speyer"],
            "acts_in_name": "agent" if mode == "delegating" else "principal",
            "appeals": "agent" if mode == "delegating" else "principal",
            **more,
        }
    )


def agreement(**more: Any) -> Agreement:
    return Agreement.model_validate(
        {
            "id": "kfz",
            "instrument": "zweckvereinbarung",
            "duration": {"kind": "unbefristet"},
            "notice": [
                {"id": "o", "period": {"value": 12, "unit": "monat"}, "to": "jahresende", "earliest": "2028-06-01"}
            ],
            "entry_into_force": {"rule": "nach_letzter_bekanntmachung"},
            **more,
        }
    )


def case(
    partners: tuple[Partner, ...] | None = None,
    *,
    mandates: tuple[Mandate, ...] | None = None,
    terms: Agreement | None = None,
    costs: dict[str, Any] | None = None,
    tasks: tuple[Task, ...] | None = None,
    pools: tuple[StaffPool, ...] = (),
    systems: tuple[System, ...] = (),
    security: tuple[SecurityFile, ...] = (),
    members: dict[str, dict[str, Any]] | None = None,
    cooperation: dict[str, Any] | None = None,
    head: dict[str, Any] | None = None,
    **more: Any,
) -> DraftCase:
    partners = partners or (district(), town("speyer", "Speyer"))
    tasks = tasks or (task(),)
    live = (mandate(),) if mandates is None else mandates
    given = members or {}
    return DraftCase(
        id="kfz",
        head=RegistryHead.model_validate({"format": "ikz-registry/1", "name": "Probe", "land": "RP", **(head or {})}),
        cooperation=Cooperation.model_validate(
            {
                "id": "kfz",
                "name": "Kfz-Zulassung",
                "purpose": "Die Beteiligten wollen zusammenarbeiten.",
                "tasks": [item.id for item in tasks],
                "phase": "vorbereitung",
                **(cooperation or {}),
            }
        ),
        agreement=terms or agreement(),
        costs=Costs.model_validate({"id": "kfz", **costs}) if costs is not None else None,
        members={
            p.id: Member.model_validate({"partner": p.id, "from": "2027-01-01", **given.get(p.id, {})})
            for p in partners
        },
        mandates={item.id: item for item in live},
        pools={pool.partner: pool for pool in pools},
        partners={p.id: p for p in partners},
        tasks={item.id: item for item in tasks},
        systems={system.id: system for system in systems},
        security={item.id: item for item in security},
        law=law_pack("RP"),
        as_of=DAY,
        **more,
    )


def towns(count: int) -> tuple[Partner, ...]:
    return (district(), *(town(f"stadt-{n}", f"Ort {n}") for n in range(1, count)))
