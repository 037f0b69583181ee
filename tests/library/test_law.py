"""Law packs: complete, cited, honest about what was not read; who approves."""

from __future__ import annotations

import re
from typing import get_args
from unittest import mock

import pytest

from ikzctl.library import law
from ikzctl.library.german import NBSP
from ikzctl.library.law import PartyFact, approval_authority
from ikzctl.model.errors import UserError

SPEYER = PartyFact("kreisfreie_stadt", "07318000", None, "RP", "Speyer")
FRANKENTHAL = PartyFact("kreisfreie_stadt", "07311000", None, "RP", "Frankenthal")
RHEIN_PFALZ = PartyFact("landkreis", "07338", None, "RP", "Rhein-Pfalz-Kreis")
DUERKHEIM = PartyFact("landkreis", "07332", None, "RP", "Bad Dürkheim")
RHEINAUEN = PartyFact("verbandsgemeinde", "073385006", "07338", "RP", "Rheinauen")
SCHIFFERSTADT = PartyFact("verbandsfreie_gemeinde", "07338025", "07338", "RP", "Schifferstadt")
GERMERSHEIM = PartyFact("verbandsfreie_gemeinde", "07334007", "07334", "RP", "Germersheim")
NEUWIED = PartyFact("grosse_kreisangehoerige_stadt", "07138045", "07138", "RP", "Neuwied")
MANNHEIM = PartyFact("stadtkreis", "08222000", None, "BW", "Mannheim")
WATER = PartyFact("zweckverband", None, "07338", "RP", "Zweckverband Wasser")
WATER_UNPLACED = PartyFact("zweckverband", None, None, "RP", "Zweckverband Wasser")
COMPANY = PartyFact("gesellschaft", None, None, "BW", "Rechenzentrum")

PACK = law.law_pack("RP")


@pytest.mark.parametrize(
    ("parties", "kind", "name", "state"),
    [
        ([SPEYER, FRANKENTHAL, RHEIN_PFALZ], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "verified"),
        ([RHEINAUEN, SCHIFFERSTADT], "district", "Kreisverwaltung Rhein-Pfalz-Kreis", "verified"),
        ([RHEINAUEN, SCHIFFERSTADT, RHEIN_PFALZ], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "verified"),
        ([SCHIFFERSTADT, GERMERSHEIM], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "inferred"),
        ([NEUWIED, NEUWIED], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "verified"),
        ([RHEIN_PFALZ, DUERKHEIM], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "general_knowledge"),
        ([WATER, SCHIFFERSTADT], "district", "Kreisverwaltung Rhein-Pfalz-Kreis", "general_knowledge"),
        ([WATER_UNPLACED, SPEYER], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "general_knowledge"),
        ([SPEYER, RHEIN_PFALZ, COMPANY], "add", "Aufsichts- und Dienstleistungsdirektion (ADD)", "verified"),
        ([WATER_UNPLACED, SCHIFFERSTADT], "ask", None, "unknown"),
        ([SPEYER, MANNHEIM], "ask", None, "unknown"),
        ([PartyFact("bezirksverband", None, None, "RP", "Bezirksverband"), SPEYER], "ask", None, "unknown"),
        ([COMPANY], "ask", None, "unknown"),
        ([], "ask", None, "unknown"),
    ],
)
def test_the_lowest_common_supervisor_follows_from_the_parties(parties, kind, name, state):
    for order in (parties, list(reversed(parties))):
        found = approval_authority("RP", order)
        assert (found.kind, found.name, found.state) == (kind, name, state)


def test_a_joining_partner_can_change_the_authority():
    assert approval_authority("RP", [RHEINAUEN, SCHIFFERSTADT]).kind == "district"
    assert approval_authority("RP", [RHEINAUEN, SCHIFFERSTADT, SPEYER]).kind == "add"


def test_the_answer_names_its_ground():
    found = approval_authority("RP", [SPEYER, RHEIN_PFALZ])
    assert found.basis == f"§{NBSP}12 Abs.{NBSP}2 Satz{NBSP}1 KomZG und §{NBSP}118 Abs.{NBSP}1 Satz{NBSP}1 GemO"
    assert "kreisfreie" in found.reason_de


@pytest.mark.parametrize("land", ["NW", "HB"])
def test_other_laender_give_no_authority(land):
    assert approval_authority(land, [SPEYER]).kind == "ask"


def test_kinds_agree_with_the_registry():
    from ikzctl.model.partner import COMMUNAL_TYPES, PartnerType

    assert set(get_args(PartnerType)) - COMMUNAL_TYPES == law.NOT_COMMUNAL


def test_the_statute_is_printed_with_its_amendment():
    assert PACK.statute.citation is not None
    assert PACK.statute.citation.startswith(
        "Landesgesetz über die kommunale Zusammenarbeit (KomZG) vom 22. Dezember 1982"
    )
    assert "2. März 2017" in PACK.statute.citation
    assert PACK.instrument.forms.genitive == "der Zweckvereinbarung"


def test_what_was_not_read_is_said():
    assert PACK.fact("rp.13.text").state == "unknown"
    assert PACK.fact("rp.12.entry_into_force").state == "partly"
    uncited = {c.id for c in PACK.contents if not c.citation_usable}
    assert {c.id for c in PACK.contents if "13 KomZG" in c.norm} <= uncited
    assert {"zv.cost", "zv.satzung", "zv.effect.transfer", "zv.withdrawal"} <= uncited


def test_the_clock_is_two_months_from_receipt():
    assert PACK.procedure is not None
    clock = PACK.procedure.approval.clock
    assert (clock.months, clock.starts, clock.restarts) == (2, "receipt", "resubmission")
    assert PACK.procedure.dissolution.procedure == "notification"
    assert PACK.procedure.amendment.procedure == "approval"
    assert PACK.procedure.withdrawal.procedure == "ask"


def test_every_fact_has_its_ground_and_is_referred_to_by_a_unique_id():
    facts = (*PACK.facts, *law.federal_facts())
    assert len({f.id for f in facts}) == len(facts) == 51 + 72
    for fact in facts:
        assert fact.state in law.NORM_STATES
        assert fact.source
        assert fact.text.endswith(".")
        assert fact.norm is not None or fact.state == "partly"


def test_every_reference_inside_the_pack_leads_somewhere():
    assert PACK.procedure is not None
    p = PACK.procedure
    named = [f for m in PACK.modes for f in m.facts]
    named += [p.approval.clock.fact, p.publication.fact, p.entry_into_force.fact]
    named += [p.amendment.fact, p.accession.fact, p.withdrawal.fact, p.dissolution.fact]
    assert all(PACK.fact(fact_id).id == fact_id for fact_id in named)
    assert {m for form in PACK.forms for m in form.modes} <= {m.key for m in PACK.modes}
    assert [form.code for form in PACK.forms] == list("ABCDEFGHI")


def test_modes_are_those_of_the_registry():
    assert {m.key for m in PACK.modes} == {
        *("delegating", "mandating", "joint", "shared_facility", "reciprocal", "staff_lending", "statutory_assignment"),
    }
    mandating, delegating = PACK.mode("mandating"), PACK.mode("delegating")
    assert mandating is not None
    assert delegating is not None
    assert (delegating.allowed, mandating.allowed) == ("yes", "doubtful")


def test_norms_are_ready_for_print():
    norms = [f.norm for f in (*PACK.facts, *law.federal_facts())] + [r.norm for r in law.rules()]
    norms += [c.norm for c in PACK.contents] + [m.norm for m in PACK.modes]
    assert not [n for n in norms if n and re.search(r"(§|Abs\.|Satz|Nr\.|Art\.|Buchst\.) ", n)]


def test_all_flaechenlaender_know_the_name_of_their_instrument():
    names = {land: law.law_pack(land).instrument.name for land in law.lands()}
    assert len(names) == 13
    assert {land for land, name in names.items() if name == "Zweckvereinbarung"} == {"RP", "BY", "NI", "SN", "ST", "TH"}
    assert set(names.values()) == {"Zweckvereinbarung", "öffentlich-rechtliche Vereinbarung"}


def test_other_laender_carry_only_known_parameters():
    north_rhine = law.law_pack("NW")
    weeks = north_rhine.parameter("deemed_weeks")
    assert weeks is not None
    assert (north_rhine.depth, weeks.value, weeks.state) == ("name_only", 4, "verified")
    assert law.law_pack("BW").parameter("mandating") is None
    assert law.law_pack("SN").statute.citation is None


def test_a_city_state_has_no_pack_and_says_so():
    with pytest.raises(UserError, match="HH"):
        law.law_pack("HH")


def test_which_packs_there_are_is_known_without_reading_a_full_one():
    assert [land for land in [*law.lands(), "HH", "", "XX"] if law.has_pack(land)] == list(law.lands())
    full = [land for land in law.lands() if law.law_pack(land).depth == "full"]
    assert [land for land in law.lands() if law.has_pack(land, full=True)] == full
    with mock.patch.object(law, "_yaml", None):
        assert all(law.has_pack(land) for land in full)
        assert not law.has_pack("NW", full=True)


def test_the_rules_are_numbered_without_gap():
    assert [r.number for r in law.rules()] == list(range(1, 82))


def test_no_rule_of_law_is_an_error_on_ground_that_was_not_read():
    for r in law.rules():
        for land in law.lands():
            if r.basis == "law" and r.severity_in(land) == "error":
                assert law.supports_error(r.state)
    assert (law.rule(21).severity_in("RP"), law.rule(49).severity_in("RP")) == ("error", "warning")


def test_rules_hold_where_they_are_written():
    assert law.rule(72).holds_in("RP")
    assert not law.rule(72).holds_in("SL")
    assert not law.rule(2).holds_in("BY")
    assert (law.rule(47).severity_in("RP"), law.rule(47).severity_in("BB")) == ("warning", "error")
    assert 30 not in {r.number for r in law.rules("RP")}


def test_a_conclusion_is_as_sure_as_its_weakest_ground():
    assert law.weaker("verified", "inferred", "partly") == "inferred"
