"""New partners from the official list."""

from datetime import date
from typing import Any

import pytest

from ikzctl.library import municipalities
from ikzctl.model.errors import UserError
from ikzctl.plans.partner import plan_add_partner
from tests.plans.small import carried_out, registry


def test_the_list_fills_in_what_it_knows_and_leaves_the_rest_open():
    start = registry(partners__speyer=None)
    plan = plan_add_partner(start, "07318000")
    after: Any = carried_out(start, plan).partner("speyer")
    assert (after.legal_name, after.type, after.land, after.key, after.seat) == (
        "Stadt Speyer", "kreisfreie_stadt", "RP", "07318000", "Speyer")  # fmt: skip
    assert [k.key for k in after.other_keys] == ["073180000000", "07318"]
    assert (after.representation[0].office, after.representation[0].from_, after.representation[0].holder) == (
        "Oberbürgermeister",
        None,
        None,
    )
    assert (after.authority, after.gazettes, after.address.street) == (None, (), None)
    assert (after.statistics[0].value, after.statistics[0].as_of) == (49564, date(2024, 12, 31))


@pytest.mark.parametrize("key", ["07319", "07319000", "073190000000"])
@pytest.mark.parametrize("written", ["07319", "07319000", "073190000000"])
def test_a_city_is_one_partner_under_all_its_keys(key, written):
    start = registry(partners__worms={"key": written})
    assert plan_add_partner(start, key).refusals == (
        "Stadt Worms gibt es im Register schon als „worms“ (Schlüssel 07319000).",
    )


def test_a_further_key_counts_where_there_is_no_own_one():
    start = registry(partners__worms={"key": None, "other_keys": [{"key": "07319"}]})
    assert plan_add_partner(start, "07319000").refusals != ()


def test_a_former_key_of_somebody_else_is_no_obstacle():
    start = registry(
        partners__speyer=None, partners__worms={"other_keys": [{"key": "07318000", "until": "2000-01-01"}]}
    )
    assert plan_add_partner(start, "07318000").refusals == ()


def test_a_taken_id_is_refused_and_an_own_one_is_possible():
    start = registry()
    assert plan_add_partner(start, "07315000", id="speyer").refusals == (
        "Die Kennung „speyer“ ist vergeben; bitte mit --id eine andere nennen.",
    )
    [edit] = plan_add_partner(start, "07315000", id="landeshauptstadt").edits
    assert edit.path == "partners/landeshauptstadt.yaml"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("7318", "ist kein amtlicher Schlüssel"),
        ("07318-000", "ist kein amtlicher Schlüssel"),
        ("07999000", "gibt es im amtlichen Verzeichnis nicht"),
    ],
)
def test_a_wrong_key_is_explained(key, words):
    with pytest.raises(UserError, match=words):
        plan_add_partner(registry(), key)


def test_an_unusable_id_gets_a_suggestion():
    with pytest.raises(UserError) as caught:
        plan_add_partner(registry(), "07315000", id="Mainz am Rhein")
    assert caught.value.hint == "Zum Beispiel: --id mainz"


def test_bodies_of_every_kind_and_land_make_a_valid_file():
    start = registry()
    kinds: dict[tuple[str, str], municipalities.Municipality] = {}
    for m in municipalities.everything():
        kinds.setdefault((m.land, m.type), m)
    for m in kinds.values():
        plan = plan_add_partner(start, m.key)
        if not plan.refusals:
            [path] = {edit.path for edit in plan.edits}
            after = carried_out(start, plan).partner(path.removeprefix("partners/").removesuffix(".yaml"))
            assert (after.legal_name, after.type) == (m.legal_name, m.type)
    assert len(kinds) > 50
