"""Which records a case holds: all partners that the files of the cooperation name, members or not."""

from __future__ import annotations

from typing import Any

import pytest

from ikzctl.documents.agreement import draft_agreement
from ikzctl.documents.case import from_registry
from ikzctl.model.errors import UserError
from tests.documents.cases import DAY, STAMP
from tests.documents.reading import body_text
from tests.plans.small import MANDATE, C, registry

AGREEMENT, COOPERATION, COSTS, MANDATES, POOL = (
    f"{C}/{name}".replace("/", "__")
    for name in ("agreement", "cooperation", "costs", "mandates/bearbeitung", "pools/altdorf")
)
PERIOD = {"value": 12, "unit": "monat"}
RULE = {"id": "it", "name": "IT", "state": "vereinbart"}
ROLE = {"activity": "Wohngeldverfahren", "model": "auftragsverarbeitung"}
MILESTONE = {"id": "m", "order": 1, "title": "Netz", "kind": "technik"}


def _naming(partner: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Field → the file and what it says so that the field names `partner`."""
    share = {"partner": partner, "percent": 5}
    split = {"step": "verteilen", "weights": [{"by": "fest", "fixed": [share]}]}
    return {
        "votes": (COOPERATION, {"steering": {"name": "Rat", "votes": [{"partner": partner, "votes": 1}]}}),
        "applicant": (COOPERATION, {"funding": [{"name": "Landesmittel", "applicant": partner}]}),
        "exceptions": (
            COOPERATION,
            {"milestones": [{**MILESTONE, "exceptions": [{"partner": partner, "reason": "Kein Netz."}]}]},
        ),
        "coordinator": (COOPERATION, {"coordinator": partner}),
        "notice": (AGREEMENT, {"notice": [{"id": "o", "who": "bestimmte", "partners": [partner], "period": PERIOD}]}),
        "processor": (AGREEMENT, {"data_protection": [{**ROLE, "processor": partner}]}),
        "controller": (AGREEMENT, {"data_protection": [{**ROLE, "controller": partner}]}),
        "per_partner": (
            AGREEMENT,
            {"entry_into_force": {"rule": "gestaffelt", "per_partner": [{"partner": partner, "date": "2028-01-01"}]}},
        ),
        "issued_by": (COSTS, {"id": "wohngeld", "settlement": {"period": "monat", "issued_by": partner}}),
        "shares": (COSTS, {"id": "wohngeld", "investments": [{"name": "Server", "shares": [share]}]}),
        "fixed": (COSTS, {"id": "wohngeld", "rules": [{**RULE, "steps": [split]}]}),
        "holder": (MANDATES, {**MANDATE, "carve_outs": [{"text": "die Beratung vor Ort", "holder": partner}]}),
        "to": (POOL, {"partner": "altdorf", "secondment": {"kind": "abordnung", "to": partner}}),
    }


def _draft(field: str, partner: str) -> str:
    file, data = _naming(partner)[field]
    notice = {"notice": [{"id": "o", "addressees": "koordinator", "period": PERIOD}]}
    case = from_registry(registry(**{AGREEMENT: notice, file: data}), "wohngeld", as_of=DAY)
    return body_text(draft_agreement(case, stamp=STAMP)[0].content)


@pytest.mark.parametrize("field", _naming(""))
def test_a_partner_outside_the_cooperation_is_named(field):
    assert "Worms" in _draft(field, "worms")


@pytest.mark.parametrize("field", sorted(_naming("").keys() - {"exceptions", "coordinator"}))
def test_a_partner_that_is_not_registered_is_told_to_the_user(field):
    with pytest.raises(UserError, match="Partner „wurms“ gibt es nicht im Register"):
        _draft(field, "wurms")


@pytest.mark.parametrize("field", ["exceptions", "coordinator"])
def test_what_a_draft_can_do_without_may_be_unknown(field):
    assert "urms" not in _draft(field, "wurms")


def test_other_partners_are_not_read():
    case = from_registry(registry(), "wohngeld", as_of=DAY)
    assert sorted(case.partners) == ["altdorf", "hausen", "neudorf"]
