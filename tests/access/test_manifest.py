"""Manifests of the sample and of a large cooperation: valid by the published schema, the same bytes, linear work."""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from ikzctl.access.grants import wanted_grants
from ikzctl.access.manifest import manifest_files
from ikzctl.access.schema import SCHEMA_NAME, manifest_schema_text
from ikzctl.procedure.board import board_of
from ikzctl.registry.registry import Registry
from ikzctl.registry.sources import WorkTree
from tests.access import worlds as w
from tests.access.worlds import registry, world

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789" * 4
SAMPLE_DAY = date(2026, 11, 23)


def sample():
    return Registry(WorkTree(ROOT / "registry"))


def test_the_published_schema_is_current():
    assert (ROOT / "schemas" / SCHEMA_NAME).read_bytes() == manifest_schema_text()


def validator():
    schema = json.loads(manifest_schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("day", [date(2009, 6, 1), date(2015, 6, 1), SAMPLE_DAY, date(2027, 6, 1)])
def test_the_schema_accepts_every_manifest_of_the_sample(day):
    read, check, seen = sample(), validator(), 0
    for cooperation in read.ids("cooperation"):
        for file in manifest_files(read, cooperation, day, commit=COMMIT).files:
            if file.path.endswith(".json"):
                check.validate(json.loads(file.content))
                seen += 1
    assert seen


def test_the_schema_refuses_an_active_grant_without_ground_or_end():
    check = validator()
    data = json.loads(manifest_files(registry(world()), "zusammen", w.DAY, commit=COMMIT).files[0].content)
    check.validate(data)
    for broken in (
        {"valid_until": None},
        {"legal": data["grants"][0]["legal"] | {"basis": None}},
        {"state": "blocked"},
        {"x": 1},
    ):
        with pytest.raises(jsonschema.ValidationError):
            check.validate(data | {"grants": [data["grants"][0] | broken]})


def test_two_readings_of_the_sample_give_the_same_bytes():
    for cooperation in sample().ids("cooperation"):
        one = manifest_files(sample(), cooperation, SAMPLE_DAY, commit=COMMIT)
        assert one == manifest_files(sample(), cooperation, SAMPLE_DAY, commit=COMMIT)


def test_the_adoption_service_works_in_the_tenants_of_its_members_and_nowhere_else():
    summary = manifest_files(sample(), "adoption-vorderpfalz", SAMPLE_DAY, commit=COMMIT).summary
    tenants = ["frankenthal", "ludwigshafen", "neustadt", "speyer"]
    assert [(t.partner, t.active) for t in summary.targets] == [(tenant, 3) for tenant in tenants]
    assert summary.example


@pytest.mark.parametrize("cooperation", ["kfz-vorderpfalz", "elterngeld-vorderpfalz", "wohngeld-vorderpfalz"])
def test_what_is_only_planned_is_blocked_with_its_reasons(cooperation):
    summary = manifest_files(sample(), cooperation, SAMPLE_DAY, commit=COMMIT).summary
    assert summary.active == 0
    assert summary.blocked > 0
    for code in ("vereinbarung_nicht_in_kraft", "mandat_vorgeschlagen", "mitgliedschaft_vorgesehen"):
        assert summary.reasons[code] == summary.blocked


@pytest.mark.parametrize("cooperation", ["kfz-vorderpfalz", "elterngeld-vorderpfalz", "wohngeld-vorderpfalz"])
def test_board_and_manifest_agree_on_who_has_not_reached_the_security_level(cooperation):
    read = sample()
    unmet = {row.partner for row in board_of(read, cooperation, as_of=SAMPLE_DAY).security if row.state != "erreicht"}
    grants = wanted_grants(read.cooperation(cooperation), read, SAMPLE_DAY)
    blocked = {g.post.home for g in grants if any(r.code == "sicherheit_nicht_erreicht" for r in g.reasons)}
    assert blocked == unmet & {g.post.home for g in grants} != set()


def test_the_calendar_is_opened_by_ludwigshafen_and_speyer_is_left_out_of_the_vehicle_registration():
    read = sample()
    grants = wanted_grants(read.cooperation("kfz-vorderpfalz"), read, SAMPLE_DAY)
    work = {(g.legal.mandate, g.post.home, g.target.partner, g.target.application, g.legal.basis) for g in grants}
    assert work == {
        ("back-office", "ludwigshafen", "frankenthal", "vois-kfz", "deleg"),
        ("back-office", "ludwigshafen", "rhein-pfalz-kreis", "vois-kfz", "deleg"),
        ("terminmanagement", "frankenthal", "ludwigshafen", "terminmanagement-kfz", "mitbenutzung"),
        ("terminmanagement", "rhein-pfalz-kreis", "ludwigshafen", "terminmanagement-kfz", "mitbenutzung"),
    }
    calendar = [g for g in grants if g.legal.mandate == "terminmanagement"]
    assert {g.target.tenant for g in calendar} == {"ludwigshafen"}
    for grant in calendar:
        codes = {r.code for r in grant.reasons}
        assert "vereinbarung_art26_fehlt" in codes
        assert not codes & {"vertrag_art28_fehlt", "einrichtung_unbestimmt", "mandant_fehlt"}
    assert {r.code for g in grants for r in g.remarks if g not in calendar} >= {"teile_ohne_rollen"}


def test_three_files_per_tenant_with_names_of_their_own():
    files = world()
    files[w.SYSTEM]["tenants"].append(w.tenant("frankenthal", environment="test"))
    made = manifest_files(registry(files), "zusammen", w.DAY, commit=None).files
    assert [file.path for file in made] == [
        "zusammen/frankenthal--fach--frankenthal.json",
        "zusammen/frankenthal--fach--frankenthal.csv",
        "zusammen/frankenthal--fach--frankenthal.gesperrt.csv",
        "zusammen/frankenthal--fach--frankenthal--test.json",
        "zusammen/frankenthal--fach--frankenthal--test.csv",
        "zusammen/frankenthal--fach--frankenthal--test.gesperrt.csv",
    ]
    assert [json.loads(f.content)["target"]["environment"] for f in made[::3]] == ["prod", "test"]


def test_a_partner_without_tenant_gets_a_manifest_that_says_so():
    files = world()
    files[w.SYSTEM]["tenants"] = []
    made = manifest_files(registry(files), "zusammen", w.DAY, commit=None)
    assert made.files[0].path == "zusammen/frankenthal--fach--ohne_mandant.json"
    assert made.summary.targets[0].reasons == {"mandant_fehlt": 1}


def test_commit_day_and_missing_serial_are_stated():
    made = manifest_files(registry(world()), "zusammen", w.DAY, commit=COMMIT)
    data = json.loads(made.files[0].content)
    assert (data["format"], data["registry_commit"], data["as_of"], data["serial"]) == (
        "ikz-access/1",
        COMMIT,
        "2026-11-23",
        None,
    )
    assert made.summary.targets[0].digest == made.files[0].sha256


def test_lists_are_sorted_by_id():
    files = world()
    files[w.POOL]["positions"] = [w.position("z", "entscheidung"), w.position("a", "auskunft"), w.position("m")]
    data = json.loads(manifest_files(registry(files), "zusammen", w.DAY, commit=None).files[0].content)
    for key in ("subjects", "roles", "grants"):
        ids = [item["id"] for item in data[key]]
        assert len(ids) == 3
        assert ids == sorted(ids)


def large(members):
    """One agent, many principals that joined one by one, each with a tenant and an approval of its own."""
    files = world()
    names = [f"ort-{n:03}" for n in range(members)]
    agreement = files[w.AGREEMENT]
    agreement["documents"] = [w.document("auftragsverarbeitungsvertrag")]
    notices = {"notice_80_controller": "2025-12-01", "notice_80_processor": "2025-12-01"}
    agreement["data_protection"] = [{"activity": "Bearbeitung", "model": "auftragsverarbeitung", **notices}]
    for number, name in enumerate(names, start=1):
        files[f"partners/{name}.yaml"] = w.partner(name)
        files[f"{w.C}/members/{name}.yaml"] = w.member(name)
        files[w.SYSTEM]["tenants"].append(w.tenant(name))
        version = {"number": number, "kind": "aenderung", "in_force_from": "2026-01-01", "joins": [name]}
        step = {"id": f"g-{number}", "kind": "genehmigung", "for_version": number, "outcome": "erteilt"}
        agreement["versions"].append(version)
        agreement["procedure"].append(step)
    files[w.TASK]["data"] = ["sozialdaten"]
    files[w.MANDATE] |= {"mode": "mandating", "form": "F", "principals": names}
    return registry(files)


def large_facility(members):
    """One operator, many users that come in one by one, each with a post and an arrangement of its own with the operator."""
    files = world()
    names = [f"ort-{n:03}" for n in range(members)]
    agreement = files[w.AGREEMENT]
    agreement["data_protection"] = [{"activity": "Termine", "task": "aufgabe", "model": "gemeinsam_verantwortlich"}]
    agreement["documents"] = []
    for name in names:
        files[f"partners/{name}.yaml"] = w.partner(name)
        files[f"{w.C}/members/{name}.yaml"] = w.member(name)
        files[f"{w.C}/pools/{name}.yaml"] = {"partner": name, "positions": [w.position()]}
        agreement["documents"].append(w.document("vereinbarung_art_26", id=name, between=["speyer", name]))
    files[w.MANDATE] |= {"mode": "shared_facility", "form": "D", "principals": names}
    return registry(files)


def steps(read, members):
    """Interpreter instructions spent on computing the grants; the records are read before counting starts."""
    folder = read.cooperation("zusammen")
    wanted_grants(folder, read, w.DAY)
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        grants = wanted_grants(folder, read, w.DAY)
    finally:
        sys.settrace(before)
    assert Counter(g.state for g in grants) == {"active": members}
    return count


@pytest.mark.parametrize("kind", [large, large_facility])
def test_work_grows_with_the_members_and_no_faster(kind):
    small, big = 125, 500
    assert steps(kind(big), big) / steps(kind(small), small) < big / small * 1.05
