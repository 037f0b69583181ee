"""Official keys and names: one body, one key; suggestions for a registry entry."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ikzctl.library import catalogues, municipalities
from ikzctl.library.municipalities import find, search, suggest_id

SPEYER, DISTRICT = "07318000", "07338"


@pytest.mark.parametrize("key", ["07318000", "07318", "073180000000", "073180000"])
def test_a_kreisfreie_stadt_is_one_body_under_all_its_keys(key):
    found = find(key)
    assert found is not None
    assert found.key == SPEYER
    assert found.other_keys == ("073180000000", "07318")


def test_an_association_has_only_its_regional_key():
    found = find("073385001")
    assert found is not None
    assert (found.legal_name, found.type, found.district_key) == (
        *("Verbandsgemeinde Dannstadt-Schauernheim", "verbandsgemeinde"),
        DISTRICT,
    )


@pytest.mark.parametrize("key", ["", "0731", "07338999", "7318000", "07318000 ", "０7318000", "073189999000", "Speyer"])
def test_what_is_no_key_of_the_list_finds_nothing(key):
    assert find(key) is None


PARTNERS = {
    "07318000": ("Stadt Speyer", "kreisfreie_stadt", "feminin", "speyer", "Oberbürgermeister", "Stadtrat"),
    "07311000": (
        "Stadt Frankenthal (Pfalz)",
        "kreisfreie_stadt",
        "feminin",
        "frankenthal",
        "Oberbürgermeister",
        "Stadtrat",
    ),
    "07314000": (
        "Stadt Ludwigshafen am Rhein",
        "kreisfreie_stadt",
        "feminin",
        "ludwigshafen",
        "Oberbürgermeister",
        "Stadtrat",
    ),
    "07316000": (
        "Stadt Neustadt an der Weinstraße",
        "kreisfreie_stadt",
        "feminin",
        "neustadt",
        "Oberbürgermeister",
        "Stadtrat",
    ),
    "07338": ("Rhein-Pfalz-Kreis", "landkreis", "maskulin", "rhein-pfalz-kreis", "Landrat", "Kreistag"),
    "07332": ("Landkreis Bad Dürkheim", "landkreis", "maskulin", "bad-duerkheim", "Landrat", "Kreistag"),
    "07332002": (
        "Stadt Bad Dürkheim",
        "verbandsfreie_gemeinde",
        "feminin",
        "stadt-bad-duerkheim",
        "Bürgermeister",
        "Stadtrat",
    ),
    "07335": ("Landkreis Kaiserslautern", "landkreis", "maskulin", "landkreis-kaiserslautern", "Landrat", "Kreistag"),
    "07138045": (
        "Stadt Neuwied",
        "grosse_kreisangehoerige_stadt",
        "feminin",
        "stadt-neuwied",
        "Oberbürgermeister",
        "Stadtrat",
    ),
    "07338001": ("Ortsgemeinde Altrip", "ortsgemeinde", "feminin", "altrip", "Ortsbürgermeister", "Gemeinderat"),
    "01051": ("Kreis Dithmarschen", "landkreis", "maskulin", "dithmarschen", "Landrat", "Kreistag"),
    "03241": ("Region Hannover", "landkreis", "feminin", "region-hannover", "Regionspräsident", None),
}


@pytest.mark.parametrize(("key", "expected"), PARTNERS.items())
def test_what_a_registry_entry_would_be_filled_with(key, expected):
    m = find(key)
    assert m is not None
    office, council = municipalities.usual_office(m), municipalities.usual_council(m)
    words = (office.text if office else None, council.text if council else None)
    assert (m.legal_name, m.type, m.gender, suggest_id(m), *words) == expected


def test_suggestions_are_marked_as_unverified():
    m = find(SPEYER)
    assert m is not None
    office = municipalities.usual_office(m)
    assert office is not None
    assert (m.name_state, office.state) == ("general_knowledge", "general_knowledge")


def test_the_hessian_board_is_not_replaced_by_a_person():
    m = find("06412000")
    assert m is not None
    assert municipalities.usual_office(m) is None


def test_a_taken_id_gives_the_next_longer_one():
    m = find("07314000")
    assert m is not None
    taken = {"ludwigshafen"}
    assert suggest_id(m, taken) == "ludwigshafen-am-rhein"
    assert suggest_id(m, taken | {"ludwigshafen-am-rhein"}) == "stadt-ludwigshafen-am-rhein"


def test_every_body_has_an_id_of_its_own_inside_its_land():
    for land in municipalities.LANDS.values():
        bodies = municipalities.of_land(land)
        ids = [suggest_id(m) for m in bodies]
        assert len(set(ids)) == len(bodies)
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i) and len(i) <= 63 for i in ids)


def test_the_list_agrees_with_the_official_counts():
    bodies = list(municipalities.everything())
    rp = [m for m in bodies if m.land == "RP"]
    count = {kind: sum(1 for m in rp if m.type == kind) for kind in {m.type for m in rp}}
    assert count == {
        "landkreis": 24,
        "kreisfreie_stadt": 12,
        "grosse_kreisangehoerige_stadt": 8,
        "verbandsfreie_gemeinde": 21,
        "verbandsgemeinde": 129,
        "ortsgemeinde": 2259,
    }
    assert sum(1 for m in bodies if len(m.key) == 8) == 10_751
    in_no_municipality = 708 + 209  # Lohheide and Osterheide
    assert sum(m.population for m in bodies if len(m.key) == 8) == 83_577_140 - in_no_municipality
    assert [m.key for m in bodies] == sorted({m.key for m in bodies})


def test_every_body_is_found_under_all_its_keys_and_belongs_to_known_ones():
    for m in municipalities.of_land("RP"):
        assert all(find(key) == m for key in (m.key, *m.other_keys))
        assert m.district_key is None or find(m.district_key) is not None
        assert m.association_key is None or find(m.association_key) is not None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("speyer", "Stadt Speyer"),
        ("LUDWIGSHAFEN", "Stadt Ludwigshafen am Rhein"),
        ("bad duerkheim", "Landkreis Bad Dürkheim"),
        ("rhein pfalz kreis", "Rhein-Pfalz-Kreis"),
        ("Spyer", "Stadt Speyer"),
        ("Frankental", "Stadt Frankenthal (Pfalz)"),
    ],
)
def test_names_are_found_as_people_type_them(typed, first):
    assert search(typed)[0].legal_name == first


def test_search_can_be_limited_and_may_find_nothing():
    assert {m.land for m in search("Neustadt", land="RP")} == {"RP"}
    assert len(search("Neu", limit=5)) == 5
    assert search("  ") == []
    assert search("Xqzwvk") == []


def test_a_vanished_key_is_known_with_the_states_around_its_end():
    gone = municipalities.vanished("06635005")
    assert gone is not None
    assert (gone.before, gone.last_seen, gone.first_without) == ("Bromskirchen", date(2022, 12, 31), date(2023, 11, 30))
    assert find("06635005") is None
    assert municipalities.vanished(SPEYER) is None


def test_types_are_those_of_the_registry():
    from typing import get_args

    from ikzctl.model.base import LandCode
    from ikzctl.model.partner import PartnerType

    assert {m.type for m in municipalities.everything()} <= set(get_args(PartnerType))
    assert set(municipalities.LANDS.values()) == set(get_args(LandCode))


def test_core_services_are_found_by_key_and_by_task():
    service = catalogues.service("99041006017000")
    assert service is not None
    assert (service.task, service.name, service.in_catalogue) == ("elterngeld", "Elterngeld Bewilligung", True)
    later = catalogues.service("99107023037000")
    assert later is not None
    assert not later.in_catalogue
    assert len(catalogues.services_of_task("kfz-zulassung")) == 22
    assert catalogues.service("99000000000000") is None


def test_pay_groups_are_ordered_and_the_ambiguous_one_is_unknown():
    e9a, e9b = catalogues.pay_group("E 9a"), catalogues.pay_group("EG9b")
    assert e9a is not None
    assert e9b is not None
    assert e9a.rank < e9b.rank
    assert catalogues.pay_group("E9") is None
    assert [g.label for g in catalogues.pay_groups("besoldung-a")][:2] == ["A 4", "A 5"]


def test_grundschutz_modules_are_found_by_requirement_too():
    module = catalogues.grundschutz_module("ORP.4.A1")
    assert module is not None
    assert (module.id, catalogues.grundschutz_module("ORP.99")) == ("ORP.4", None)
