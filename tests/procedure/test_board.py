"""The board: what is done, what is open, what blocks the start, and by when."""

import json
from datetime import date
from unittest import mock

import pytest

from ikzctl.model.errors import RegistryUnreadable, UserError
from ikzctl.procedure.board import board, board_of, overview
from ikzctl.procedure.values import Done
from ikzctl.registry.registry import Registry
from tests.plans.small import AGREEMENT, TODAY, member, registry
from tests.registry.texts import Overlay

AGREED = "cooperations__wohngeld__agreement"
COOPERATION = "cooperations__wohngeld__cooperation"
DRAFT = {"state": "entwurf", "versions": [{"number": 0, "kind": "urfassung"}]}
STEP = {"id": "g", "kind": "genehmigung", "authority": "Kreisverwaltung"}


def waiting(**more):
    return {"from": None, "state": "vorgesehen", **more}


def preparing(**changes):
    """The same three partners before their agreement is in force."""
    members = {f"cooperations__wohngeld__members__{p}": waiting() for p in ("altdorf", "neudorf", "hausen")}
    return registry(**{COOPERATION: {"phase": "vorbereitung"}, AGREED: DRAFT, **members, **changes})


def resolved(day, result="angenommen"):
    return waiting(resolutions=[{"organ": "Gemeinderat", "date": day, "result": result}])


def whats(b):
    return [(o.what, o.who) for o in b.obstacles]


def test_a_cooperation_in_force_without_demands_has_no_obstacle():
    b = board_of(registry(), "wohngeld", as_of=TODAY)
    assert b.obstacles == ()
    assert [(p.name, p.state, p.resolution.mark) for p in b.partners] == [
        ("Gemeinde Altdorf", "mitglied", "nicht_dokumentiert"),
        ("Gemeinde Hausen", "mitglied", "nicht_dokumentiert"),
        ("Gemeinde Neudorf", "mitglied", "nicht_dokumentiert"),
    ]
    assert "Nichts steht dem Betrieb entgegen." in b.lines()


def test_before_the_start_every_step_is_named_with_whom_it_lies():
    everybody = ("Gemeinde Altdorf", "Gemeinde Hausen", "Gemeinde Neudorf")
    b = board_of(preparing(), "wohngeld", as_of=TODAY)
    assert whats(b) == [
        ("Beschluss der Vertretung fehlt", everybody),
        ("Unterschrift fehlt", everybody),
        ("Genehmigung ist nicht beantragt", (b.approvals[0].authority,)),
        ("Bekanntmachung fehlt", everybody),
    ]
    assert b.approvals[0].id is None
    assert str(b.approvals[0].authority).startswith("Kreisverwaltung")


@pytest.mark.parametrize(
    ("entry", "as_of", "done"),
    [
        (resolved("2026-10-01"), TODAY, Done("erledigt", date(2026, 10, 1))),
        (resolved("2026-10-01"), date(2026, 9, 30), Done("offen")),
        (resolved("2026-10-01", "abgelehnt"), TODAY, Done("abgelehnt", date(2026, 10, 1))),
        (resolved("2026-10-01", "vertagt"), TODAY, Done("vertagt", date(2026, 10, 1))),
        (
            waiting(resolutions=[{"organ": "Rat", "planned_on": "2026-12-15"}]),
            TODAY,
            Done("vorgesehen", date(2026, 12, 15)),
        ),
        (
            waiting(resolutions=[{"organ": "Rat", "date": "2026-10-01", "result": "angenommen", "for_version": 1}]),
            TODAY,
            Done("offen"),
        ),
        (
            waiting(
                resolutions=[
                    {"organ": "Ausschuss", "about": "vorberatung", "date": "2026-10-01", "result": "angenommen"}
                ]
            ),
            TODAY,
            Done("offen"),
        ),
        (
            waiting(
                resolutions=[
                    {"organ": "Rat", "date": "2026-09-01", "result": "abgelehnt"},
                    {"organ": "Rat", "date": "2026-11-01", "result": "angenommen"},
                ]
            ),
            TODAY,
            Done("erledigt", date(2026, 11, 1)),
        ),
    ],
)
def test_the_last_word_of_the_council_counts(entry, as_of, done):
    b = board_of(preparing(cooperations__wohngeld__members__hausen=entry), "wohngeld", as_of=as_of)
    [row] = [p for p in b.partners if p.id == "hausen"]
    assert row.resolution == done


def test_who_refused_is_told_apart_from_who_has_not_resolved():
    b = board_of(
        preparing(cooperations__wohngeld__members__hausen=resolved("2026-10-01", "abgelehnt")), "wohngeld", as_of=TODAY
    )
    assert whats(b)[:2] == [
        ("Beschluss der Vertretung fehlt", ("Gemeinde Altdorf", "Gemeinde Neudorf")),
        ("Vertretung hat abgelehnt", ("Gemeinde Hausen",)),
    ]
    assert b.obstacles[1].since == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("events", "as_of", "state", "what"),
    [
        ({}, TODAY, "nicht_eingereicht", "Genehmigung ist nicht beantragt"),
        ({"received_on": "2026-10-01"}, date(2026, 12, 1), "laeuft", "Genehmigung ist beantragt, die Frist läuft"),
        (
            {"received_on": "2026-10-01"},
            date(2026, 12, 2),
            "gilt_als_erteilt",
            "Genehmigung gilt als erteilt, ist aber nicht festgehalten",
        ),
        (
            {"received_on": "2026-10-01", "objected_on": "2026-11-15"},
            date(2026, 12, 2),
            "angehalten",
            "Genehmigung ist durch Bedenken oder Rückfrage angehalten",
        ),
        ({"received_on": "2026-10-01", "decided_on": "2026-11-01", "outcome": "erteilt"}, TODAY, "erteilt", None),
        (
            {"received_on": "2026-10-01", "decided_on": "2026-11-01", "outcome": "abgelehnt"},
            TODAY,
            "abgelehnt",
            "Genehmigung ist abgelehnt",
        ),
    ],
)
def test_the_approval_and_its_clock(events, as_of, state, what):
    b = board_of(preparing(**{AGREED: {**DRAFT, "procedure": [{**STEP, **events}]}}), "wohngeld", as_of=as_of)
    assert b.approvals[0].state == state
    assert [w for w, _ in whats(b) if w.startswith("Genehmigung")] == ([what] if what else [])


def test_a_running_clock_is_a_deadline():
    b = board_of(
        preparing(**{AGREED: {**DRAFT, "procedure": [{**STEP, "received_on": "2026-10-23"}]}}), "wohngeld", as_of=TODAY
    )
    assert [(d.on, d.what) for d in b.deadlines] == [
        (date(2026, 12, 23), "Genehmigung: Ablauf der Frist, Kreisverwaltung")
    ]


def test_silence_is_no_consent_where_only_a_question_was_asked():
    asked = {**STEP, "kind": "voranfrage", "received_on": "2020-01-01"}
    b = board_of(preparing(**{AGREED: {**DRAFT, "procedure": [asked]}}), "wohngeld", as_of=TODAY)
    assert b.approvals[0].state == "laeuft"


def test_a_pending_amendment_is_the_version_in_work():
    amended = {
        **AGREEMENT,
        "versions": [*AGREEMENT["versions"], {"number": 1, "kind": "aenderung", "joins": ["speyer"]}],
    }
    joining = {**member("speyer"), "from": "2028-01-01", "state": "vorgesehen"}
    b = board_of(
        registry(**{AGREED: amended, "cooperations__wohngeld__members__speyer": joining}), "wohngeld", as_of=TODAY
    )
    assert (b.version, b.in_force_from) == (1, None)
    assert b.obstacles[0].who == ("Gemeinde Altdorf", "Gemeinde Hausen", "Gemeinde Neudorf", "Stadt Speyer")
    assert [p.state for p in b.partners] == ["mitglied", "mitglied", "mitglied", "vorgesehen"]


def test_gates_are_compared_per_partner_and_gathered_for_the_reader():
    gate = {
        "framework": "it-grundschutz",
        "level": "standard-absicherung",
        "monitoring_24_7": True,
        "from": "2023-04-30",
    }
    done = {"id": "g", "framework": "it-grundschutz", "level": "standard-absicherung", "state": "umgesetzt"}
    watched = {**done, "id": "ueberwachung-24-7", "framework": "eigene", "level": "erfuellt"}
    promised = {**done, "state": "verpflichtet", "committed_on": "2023-04-30", "due": "2026-06-30"}
    b = board_of(
        registry(
            **{COOPERATION: {"gates": {"security": [gate]}}},
            security__altdorf={"id": "altdorf", "commitments": [done, watched]},
            security__hausen={"id": "hausen", "commitments": [promised]},
        ),
        "wohngeld",
        as_of=TODAY,
    )  # fmt: skip
    assert [(r.partner, r.state) for r in b.security] == [
        ("altdorf", "erreicht"), ("altdorf", "erreicht"),
        ("hausen", "zugesagt"), ("hausen", "fehlt"),
        ("neudorf", "fehlt"), ("neudorf", "fehlt"),
    ]  # fmt: skip
    assert whats(b) == [
        ("IT-Grundschutz, Standard-Absicherung: zugesagt, nicht erreicht", ("Gemeinde Hausen",)),
        ("Überwachung rund um die Uhr: keine Zusage", ("Gemeinde Hausen", "Gemeinde Neudorf")),
        ("IT-Grundschutz, Standard-Absicherung: keine Zusage", ("Gemeinde Neudorf",)),
    ]
    assert b.obstacles[0].since == date(2023, 4, 30)
    assert b.deadlines[0].what == "Gemeinde Hausen: IT-Grundschutz, Standard-Absicherung zugesagt"
    assert b.deadlines[0].overdue


@pytest.mark.parametrize(
    ("commitment", "state"),
    [
        ({"level": "basis-absicherung", "state": "umgesetzt"}, "fehlt"),
        ({"level": "standard-absicherung", "state": "zertifiziert"}, "erreicht"),
        ({"level": "kern-absicherung", "state": "zertifiziert"}, "fehlt"),
        ({"level": "standard-absicherung", "state": "umgesetzt", "until": "2026-01-01"}, "fehlt"),
        ({"level": "standard-absicherung", "state": "entfallen"}, "fehlt"),
        ({"level": "standard-absicherung", "state": "umgesetzt", "implemented_on": "2027-01-01"}, "zugesagt"),
        ({"framework": "iso-27001", "level": "zertifiziert", "state": "zertifiziert"}, "fehlt"),
    ],
)
def test_only_the_demanded_level_in_force_opens_the_gate(commitment, state):
    gate = {"framework": "it-grundschutz", "level": "standard-absicherung"}
    own = {"id": "altdorf", "commitments": [{"id": "g", "framework": "it-grundschutz", **commitment}]}
    b = board_of(
        registry(**{COOPERATION: {"gates": {"security": [gate]}}}, security__altdorf=own), "wohngeld", as_of=TODAY
    )
    assert b.security[0].state == state


def test_the_digital_chain_is_one_obstacle_for_partners_with_the_same_gap():
    ready = {
        "readiness": [
            {"task": "wohngeld", "stages": [{"stage": s, "state": "betrieb"} for s in ("e_akte", "fachverfahren")]}
        ]
    }
    b = board_of(
        registry(**{COOPERATION: {"gates": {"readiness": ["e_akte", "fachverfahren"]}}}, partners__altdorf=ready),
        "wohngeld",
        as_of=TODAY,
    )
    assert whats(b) == [("Wohngeld, nicht in Betrieb: E-Akte, Fachverfahren", ("Gemeinde Hausen", "Gemeinde Neudorf"))]
    assert [(r.stage, r.ready, r.members) for r in b.readiness] == [("e_akte", 1, 3), ("fachverfahren", 1, 3)]


def test_milestones_and_questions_block_only_what_they_are_said_to_block():
    milestones = [
        {
            "id": "akten",
            "order": 2,
            "title": "Akten",
            "kind": "technik",
            "waits_for": "Hersteller",
            "due": "2026-01-01",
        },
        {"id": "termine", "order": 1, "title": "Termine", "kind": "technik", "after": ["akten"]},
    ]
    questions = [
        {
            "id": "b",
            "question": "Wer zahlt?",
            "about": "kosten",
            "blocks": ["start"],
            "asked_on": "2026-01-01",
            "owner": "Kämmerei",
        },
        {"id": "a", "question": "Älter?", "about": "kosten", "asked_on": "2025-01-01"},
        {
            "id": "c",
            "question": "Klar?",
            "about": "kosten",
            "blocks": ["start"],
            "answer": "Ja.",
            "answered_on": "2026-02-01",
        },
    ]
    c = {"gates": {"milestones": ["akten"]}, "milestones": milestones, "open_questions": questions}
    b = board_of(registry(**{COOPERATION: c}), "wohngeld", as_of=TODAY)
    assert [(o.what, o.who, o.since) for o in b.obstacles] == [
        ("Meilenstein „Akten“ ist nicht erreicht", (), None),
        ("Wer zahlt?", ("Kämmerei",), date(2026, 1, 1)),
    ]
    assert [(m.id, m.blocked_by, m.overdue) for m in b.milestones] == [
        ("termine", ("akten",), False),
        ("akten", (), True),
    ]
    assert [q.id for q in b.questions] == ["a", "b"]
    assert [q.id for q in board_of(registry(**{COOPERATION: c}), "wohngeld", as_of=date(2026, 1, 15)).questions] == [
        "a",
        "b",
        "c",
    ]


def test_the_last_day_for_a_notice_is_a_deadline():
    b = board_of(registry(), "wohngeld", as_of=TODAY)
    assert [(d.on, d.what.replace("\u00a0", " ")) for d in b.deadlines] == [
        (date(2026, 12, 31), "Letzter Tag für den Zugang einer Kündigung zum 31. Dezember 2027 („ordentlich“)")
    ]


def test_a_partner_under_notice_and_one_that_left():
    b = board_of(
        registry(
            cooperations__wohngeld__members__hausen={"until": "2027-12-31", "termination": {"effective": "2027-12-31"}},
            cooperations__wohngeld__members__worms={**member("worms"), "until": "2021-12-31"},
        ),
        "wohngeld",
        as_of=TODAY,
    )
    assert [(p.id, p.state) for p in b.partners] == [
        ("altdorf", "mitglied"), ("hausen", "gekuendigt"), ("neudorf", "mitglied"), ("worms", "ausgeschieden")]  # fmt: skip


def test_resting_and_ended_cooperations():
    resting = board_of(
        registry(**{COOPERATION: {"phase": "ruht", "phase_since": "2026-01-01", "coordinator": "altdorf"}}),
        "wohngeld",
        as_of=TODAY,
    )
    assert [(o.what, o.who, o.since) for o in resting.obstacles] == [
        ("Die Zusammenarbeit ruht", ("Gemeinde Altdorf",), date(2026, 1, 1))
    ]
    assert board_of(preparing(**{COOPERATION: {"phase": "beendet"}}), "wohngeld", as_of=TODAY).obstacles == ()


def test_without_an_agreement_that_is_the_first_obstacle():
    b = board_of(registry(**{AGREED: None}), "wohngeld", as_of=TODAY)
    assert b.obstacles[0].what == "Es gibt noch keine Vereinbarung"
    assert (b.agreement, b.version, b.approvals) == (None, None, ())


def test_the_text_keeps_to_a_hundred_columns_without_escape_codes():
    long = {"question": "Wer " + "sehr lange " * 60 + "fragt?", "id": "q", "about": "recht", "blocks": ["start"]}
    lines = board_of(
        preparing(**{COOPERATION: {"phase": "vorbereitung", "open_questions": [long]}}), "wohngeld", as_of=TODAY
    ).lines()
    assert max(map(len, lines)) <= 100
    assert not any("\x1b" in line or "\n" in line for line in lines)
    assert lines[3] == "Was den Start verhindert"


def test_the_json_says_what_the_values_say():
    b = board_of(preparing(), "wohngeld", as_of=TODAY)
    read = json.loads(json.dumps(b.as_dict()))
    assert (read["format"], read["as_of"]) == ("ikz-status/1", "2026-11-23")
    assert read["partners"][0]["from"] is None
    assert read["obstacles"][0]["who"] == ["Gemeinde Altdorf", "Gemeinde Hausen", "Gemeinde Neudorf"]


def test_the_overview_names_every_cooperation_and_its_first_obstacle():
    start = registry(cooperations__leer__cooperation={"id": "leer", "name": "Leer", "purpose": "P", "phase": "idee"})
    rows = overview(start, as_of=TODAY).cooperations
    assert [(r.id, r.members, r.first_obstacle, r.next_deadline and r.next_deadline.on) for r in rows] == [
        ("leer", 0, "Es gibt noch keine Vereinbarung", None),
        ("wohngeld", 3, None, date(2026, 12, 31)),
    ]
    assert board(start, None, as_of=TODAY) == overview(start, as_of=TODAY)


def test_a_land_without_law_pack_hides_neither_the_board_nor_the_other_cooperations():
    start = preparing(**{AGREED: {**DRAFT, "land": "BE", "procedure": [{**STEP, "received_on": "2026-10-01"}]}})
    b = board_of(start, "wohngeld", as_of=TODAY)
    first = b.obstacles[0]
    assert (first.what, first.todo) == (
        "Genehmigung und ihre Frist sind nicht zu beurteilen: Für das Land „BE“ gibt es kein Rechtspaket",
        "bei der Aufsicht erfragen; das Land steht in cooperations/wohngeld/agreement.yaml (land)",
    )
    assert [(a.state, a.ends_on) for a in b.approvals] == [("laeuft", None)]
    assert len(b.obstacles) > 2
    assert [r.first_obstacle for r in overview(start, as_of=TODAY).cooperations] == [first.what]


@pytest.mark.parametrize(
    ("agreed", "named"),
    [(DRAFT, ["registry.yaml"]), ({**DRAFT, "instrument": "oeffentlich_rechtlicher_vertrag"}, []), (AGREEMENT, [])],
)
def test_what_needs_no_approval_any_more_needs_no_law_pack(agreed, named):
    start = preparing(**{AGREED: agreed, "registry": {"land": "HH"}})
    gaps = [o.todo for o in board_of(start, "wohngeld", as_of=TODAY).obstacles if "Rechtspaket" in o.what]
    assert [todo.split(" in ")[1].split()[0] for todo in gaps] == named


def test_an_unknown_cooperation_is_an_error_that_helps():
    with pytest.raises(UserError) as caught:
        board(registry(), "wohngelt", as_of=TODAY)
    assert caught.value.hint == "Meinten Sie „wohngeld“?"


def test_the_overview_keeps_no_cooperation_in_memory_but_what_they_share():
    start = preparing()
    overview(start, as_of=TODAY)
    with mock.patch.object(start.source, "read", wraps=start.source.read) as read:
        start.cooperation("wohngeld")
        start.partner("altdorf")
    assert {call.args[0].split("/")[0] for call in read.call_args_list} == {"cooperations"}


def test_staff_pools_are_not_opened_for_a_board():
    """Of a large cooperation they are half of all there is to read, and the board says nothing of them."""
    pool = "cooperations/wohngeld/pools/altdorf.yaml"
    start = Registry(Overlay(preparing().source, {pool: b"kaputt"}))
    assert board_of(start, "wohngeld", as_of=TODAY).obstacles
    overview(start, as_of=TODAY)
    with pytest.raises(RegistryUnreadable, match=pool):
        assert start.cooperation("wohngeld").pools
