"""The sample that ships: it is clean, it says what the project report says, and its story leads to it step by step."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ikzctl.library.municipalities import find
from ikzctl.library.resources import data_file, sample_registry_dir
from ikzctl.library.story import chapters
from ikzctl.model.kinds import place_of
from ikzctl.registry.canonical import fmt
from ikzctl.registry.events import load
from ikzctl.registry.key_order import key_order
from ikzctl.registry.registry import Registry
from ikzctl.registry.scan import FileResult, scan
from tests.registry.texts import Texts

Files = dict[str, bytes]
START_PARTNERS = ("frankenthal", "ludwigshafen", "rhein-pfalz-kreis", "speyer")
INSIDE_COOPERATION = frozenset(("member", "mandate", "pool", "suspension"))


@cache
def sample() -> Files:
    root = Path(sample_registry_dir())
    return {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*")) if f.is_file()}


@cache
def story() -> tuple[dict[str, Any], ...]:
    loaded = load(data_file("demo/story.yaml").read_bytes(), "story.yaml")
    assert not loaded.findings
    assert loaded.data is not None
    return tuple(loaded.data["steps"])


def registry() -> Registry:
    return Registry(Texts(sample()))


# --- telling the story backwards: the last state is the sample, an earlier one lacks what came later ---------------------


def named(entry: str, path: str) -> bool:
    return path.startswith(entry) if entry.endswith("/") else path == entry


def added(step: dict[str, Any]) -> list[str]:
    return [path for path in sample() if any(named(entry, path) for entry in step["files"])]


def state_after(number: int) -> Files:
    """The registry after step `number` (0 is the first)."""
    return dict(chapters()[number].files)


def test_every_text_of_the_story_stands_exactly_once_in_the_sample():
    for step in story():
        for change in step["texts"]:
            assert sample()[change["file"]].decode().count(change["find"]) == 1, change


def dangling(results: list[FileResult]) -> list[tuple[str, str, str]]:
    known = {(r.place.kind.name, r.place.cooperation, r.place.id) for r in results}
    out = []
    for result in results:
        for kind, id, _ in result.references:
            cooperation = (
                result.place.cooperation if kind in INSIDE_COOPERATION else id if kind == "cooperation" else ""
            )
            if (kind, cooperation, id) not in known:
                out.append((result.path, kind, id))
    return out


def broken_order(files: Files) -> list[tuple[str, str]]:
    """Milestones that are named as a precondition but do not exist."""
    out = []
    records = Registry(Texts(files))
    for id in records.ids("cooperation"):
        cooperation = records.cooperation(id).cooperation
        known = {m.id for m in cooperation.milestones}
        wanted = {a for m in cooperation.milestones for a in m.after} | set(cooperation.gates.milestones)
        out += [(id, missing) for missing in sorted(wanted - known)]
    return out


@pytest.mark.parametrize("number", range(9))
def test_every_state_of_the_story_is_a_sound_registry(number):
    files = state_after(number)
    results = list(scan(Texts(files)))
    assert [f for r in results for f in r.findings] == []
    assert dangling(results) == []
    assert broken_order(files) == []


def test_the_last_state_of_the_story_is_the_sample_byte_for_byte():
    assert len(story()) == 9
    assert state_after(8) == sample()


def test_every_file_enters_the_story_once_and_every_step_changes_something():
    assert sorted(path for step in story() for path in added(step)) == sorted(sample())
    states = [state_after(n) for n in range(9)]
    assert all(before != after for before, after in pairwise(states))
    dates = [step["date"] for step in story()]
    assert dates == sorted(dates)


def test_every_entry_of_the_story_fits_a_file_that_is_already_there():
    for number, step in enumerate(story()):
        present = state_after(number)
        assert all(any(named(entry, path) for path in sample()) for entry in step["files"])
        for change in (*step["keys"], *step["texts"]):
            assert change["file"] in present
            assert change["file"] not in added(step)


def test_the_task_that_rests_was_active_before_2023():
    states = [
        Registry(Texts(state_after(n))).cooperation("grundsicherung-vorderpfalz").cooperation.phase for n in range(9)
    ]
    assert states == ["vorbereitung", "vorbereitung", *["ruht"] * 7]


# --- the sample itself ------------------------------------------------------------------------------------------------


def test_the_sample_is_written_in_canonical_form():
    assert [p for p, content in sample().items() if fmt(content, key_order(p)).encode() != content] == []
    assert all(place_of(path) for path in sample())


@pytest.mark.parametrize("id", [*START_PARTNERS, "neustadt", "bad-duerkheim"])
def test_partners_carry_their_official_data(id):
    partner = registry().get("partner", id)
    official = find(partner.key)
    assert official is not None
    assert partner.legal_name == official.legal_name
    assert partner.type == official.type
    assert tuple(k.key for k in partner.other_keys) == official.other_keys
    assert partner.address.postcode == official.postcode
    inhabitants = [s for s in partner.statistics if s.what == "einwohner"]
    assert [(int(s.value), s.as_of.isoformat()) for s in inhabitants] == [(official.population, "2024-12-31")]


REPORT = "Endbericht IKZ-Modellprojekt Vorderpfalz, Dezember 2023, Abschnitt 3"


@pytest.mark.parametrize(
    ("cooperation", "count"), [("kfz-vorderpfalz", 6), ("elterngeld-vorderpfalz", 8), ("wohngeld-vorderpfalz", 3)]
)
def test_all_milestones_of_the_report_are_there(cooperation, count):
    milestones = registry().cooperation(cooperation).cooperation.milestones
    assert [m.order for m in milestones if m.source == REPORT] == list(range(1, count + 1))


def test_speyer_is_excepted_from_kfz_with_a_review_after_two_years():
    exceptions = registry().get("member", "speyer", "kfz-vorderpfalz").exceptions
    assert [e.mandates for e in exceptions] == [("terminmanagement",), ("back-office",)]
    assert all("zwei Jahren" in e.review_text for e in exceptions)
    for id in ("terminmanagement", "back-office"):
        assert "speyer" not in registry().get("mandate", id, "kfz-vorderpfalz").parties


def test_only_the_district_has_reached_the_level_of_april_2023():
    reached = {p: next(c.state for c in registry().get("security", p).commitments) for p in START_PARTNERS}
    others = [p for p in START_PARTNERS if p != "rhein-pfalz-kreis"]
    assert reached == {"rhein-pfalz-kreis": "umgesetzt", **dict.fromkeys(others, "verpflichtet")}
    for partner in START_PARTNERS:
        for commitment in registry().get("security", partner).commitments:
            assert (commitment.committed_text, commitment.committed_on) == ("April 2023", None)


def test_the_adoption_service_grew_as_the_sources_say():
    members = registry().cooperation("adoption-vorderpfalz").members
    assert {p: m.from_text for p, m in members.items()} == {
        **dict.fromkeys(("rhein-pfalz-kreis", "frankenthal", "speyer"), "2003"),
        "ludwigshafen": "2010",
        "neustadt": "2020",
    }
    agreement = registry().cooperation("adoption-vorderpfalz").agreement
    assert agreement is not None
    candidates = agreement.accession.candidates
    assert [(c.partner, c.from_) for c in candidates] == [("bad-duerkheim", date(2025, 9, 1))]


def test_what_the_report_leaves_open_is_marked_as_an_example_or_stays_open():
    for id in ("kfz-vorderpfalz", "elterngeld-vorderpfalz", "wohngeld-vorderpfalz"):
        folder = registry().cooperation(id)
        assert folder.costs is not None
        assert {(m.example, m.state) for m in folder.mandates.values()} == {(True, "vorgeschlagen")}
        assert {rate.amount for rate in folder.costs.rates} == {None}
        positions = [position for pool in folder.pools.values() for position in pool.positions]
        assert {(p.example, p.pay_grade, p.fte) for p in positions} == {(True, None, None)}


def test_the_sample_names_no_mailbox_and_no_telephone():
    for path, content in sample().items():
        assert not re.search(rb"@|\+49|\bTel\.", content), path
