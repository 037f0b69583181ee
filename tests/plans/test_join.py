"""Joining: what the plan changes, what it says follows, and what it refuses."""

from datetime import date

import pytest

from ikzctl.model.changes import AppendItem, NewFile
from ikzctl.model.errors import UserError
from ikzctl.plans.join import plan_join
from tests.plans.small import AGREEMENT, MANDATE, TODAY, C, carried_out, folder_after, member, paths, registry, said
from tests.registry.texts import Texts

NEXT_YEAR = date(2028, 1, 1)


def join(start, partner="speyer", day=NEXT_YEAR, **more):
    return plan_join(start, "wohngeld", partner, day, as_of=TODAY, **more)


def test_joining_an_agreement_in_force_is_an_amendment():
    start = registry()
    plan = join(start)
    assert plan.title == "Beitritt: Stadt Speyer – Wohngeld gemeinsam, ab 1.\u00a0Januar 2028"
    assert paths(plan) == [
        "members/speyer.yaml",
        "pools/speyer.yaml",
        "mandates/bearbeitung.yaml",
        "agreement.yaml",
        "agreement.yaml",
    ]
    after = folder_after(start, plan)
    joined = after.members["speyer"]
    assert (joined.from_, joined.until, joined.state) == (NEXT_YEAR, None, "vorgesehen")
    assert [(r.organ, r.about, r.result, r.for_version) for r in joined.resolutions] == [
        ("Stadtrat", "beitritt", "offen", 1)
    ]
    assert [(s.date, s.for_version) for s in joined.signatures] == [(None, 1)]
    assert [(p.organ, p.for_version) for p in joined.publications] == [("Amtsblatt", 1)]
    assert after.mandates["bearbeitung"].principals == ("neudorf", "hausen", "speyer")
    assert after.pools["speyer"].positions == ()
    version = after.agreement.versions[-1]
    assert (version.number, version.kind, version.joins, version.in_force_from) == (1, "aenderung", ("speyer",), None)
    assert version.reason == "Beitritt der Stadt Speyer"
    step = after.agreement.procedure[-1]
    assert (step.id, step.kind, step.for_version, step.outcome) == ("genehmigung-1", "genehmigung", 1, "offen")
    assert (step.authority, step.authority_kind) == ("Aufsichts- und Dienstleistungsdirektion (ADD)", "add")


def test_a_city_moves_the_approval_from_the_district_to_the_add():
    [change, *_] = said(join(registry()), "genehmigung")
    assert "Die Zuständigkeit wechselt von der Kreisverwaltung" in change
    assert "zur Aufsichts- und Dienstleistungsdirektion (ADD)" in change


def test_the_approval_is_needed_and_honest_about_its_ground():
    lines = said(join(registry()), "genehmigung")
    assert (
        "Der Beitritt ändert die Vereinbarung und ist zu genehmigen (§ 12 Abs. 2 Satz 1 KomZG, nicht verifiziert)."
        in lines
    )


def test_every_council_is_named():
    assert said(join(registry()), "beschluesse")[0] == (
        "4 Beschlussvorlagen zum Beitritt: Gemeinde Altdorf, Gemeinde Hausen, Gemeinde Neudorf und Stadt Speyer."
    )


def test_before_the_agreement_is_in_force_a_partner_joins_as_a_founder():
    draft = {"state": "entwurf", "versions": []}
    start = registry(**{f"{C.replace('/', '__')}__agreement": draft})
    plan = join(start)
    assert paths(plan) == ["members/speyer.yaml", "pools/speyer.yaml", "mandates/bearbeitung.yaml"]
    resolution = carried_out(start, plan).get("member", "speyer", "wohngeld").resolutions[0]
    assert (resolution.about, resolution.for_version) == ("abschluss", 0)
    assert "Der Entwurf der Vereinbarung ist mit dem weiteren Beteiligten neu zu erzeugen." in said(plan, "dokumente")


def test_a_founder_after_the_resolutions_sends_everybody_back_to_the_council():
    start = registry(cooperations__wohngeld__agreement={"state": "beschlossen", "versions": []})
    assert any("Beschlüsse aller Beteiligten neu zu fassen" in w for w in join(start).warnings)


def test_gates_that_are_not_reached_are_named_and_demanded():
    gates = {"security": [{"framework": "it-grundschutz", "level": "standard-absicherung", "monitoring_24_7": True}],
             "readiness": ["e_akte", "fachverfahren"]}  # fmt: skip
    start = registry(
        cooperations__wohngeld__cooperation={"gates": gates},
        partners__speyer={
            "readiness": [{"task": "wohngeld", "stages": [{"stage": "fachverfahren", "state": "betrieb"}]}]
        },
    )
    plan = join(start)
    assert said(plan, "schranken") == [
        "IT-Grundschutz, Standard-Absicherung: nicht erreicht. Bis dahin werden keine Rechte vergeben.",
        "Überwachung rund um die Uhr: nicht erreicht. Bis dahin werden keine Rechte vergeben.",
        "Digitale Kette, Wohngeld: noch nicht in Betrieb: E-Akte.",
    ]
    after = carried_out(start, plan)
    security = after.security("speyer")
    assert security is not None
    assert [(c.id, c.framework, c.level, c.state, c.committed_on) for c in security.commitments] == [
        ("it-grundschutz", "it-grundschutz", "standard-absicherung", "verpflichtet", None),
        ("ueberwachung-24-7", "eigene", "erfuellt", "verpflichtet", None),
    ]


def test_commitments_that_exist_are_left_alone():
    gates = {"security": [{"framework": "it-grundschutz", "level": "standard-absicherung"}]}
    own = {"id": "speyer", "commitments": [
        {"id": "g", "framework": "it-grundschutz", "level": "standard-absicherung", "state": "umgesetzt"}]}  # fmt: skip
    plan = join(registry(cooperations__wohngeld__cooperation={"gates": gates}, security__speyer=own))
    assert "security/speyer.yaml" not in paths(plan)
    assert said(plan, "schranken") == []


def test_shared_staff_brings_an_open_post_per_task():
    joint = {**MANDATE, "mode": "joint", "agent": None, "principals": ["altdorf", "neudorf", "hausen"]}
    start = registry(cooperations__wohngeld__mandates__bearbeitung=joint)
    position = carried_out(start, join(start)).get("pool", "speyer", "wohngeld").positions[0]
    assert (position.id, position.function, position.fte, position.state) == (
        "sachbearbeitung-wohngeld", "Sachbearbeitung Wohngeld", None, "offen")  # fmt: skip


def test_only_the_named_tasks_are_joined():
    start = registry(
        tasks__kfz={"id": "kfz", "name": "Kfz", "subject": "Kfz", "state": "aktiv", "procedure_law": "stvg"},
        cooperations__wohngeld__cooperation={"tasks": ["wohngeld", "kfz"]},
        cooperations__wohngeld__mandates__kfz={**MANDATE, "id": "kfz", "task": "kfz"},
    )
    plan = join(start, tasks=("kfz",))
    appended = [e.path for e in plan.edits if isinstance(e, AppendItem) and e.target == ("principals",)]
    assert appended == [f"{C}/mandates/kfz.yaml"]
    assert carried_out(start, plan).get("member", "speyer", "wohngeld").tasks == ("kfz",)


def test_an_unknown_task_is_an_error_with_a_suggestion():
    with pytest.raises(UserError) as caught:
        join(registry(), tasks=("wohngelt",))
    assert caught.value.hint == "Meinten Sie „wohngeld“?"


def test_who_does_not_hold_the_task_joins_no_mandate():
    plan = join(registry(tasks__wohngeld={"holders": ["landkreis"]}))
    assert "mandates/bearbeitung.yaml" not in paths(plan)
    assert "Stadt Speyer ist nicht Träger: Wohngeld. Diese Mandate bleiben unverändert." in plan.warnings


def test_what_the_partner_says_of_itself_beats_the_general_list_of_holders():
    own = {"profiles": [{"task": "wohngeld", "holds_task": True}]}
    plan = join(registry(tasks__wohngeld={"holders": ["landkreis"]}, partners__speyer=own))
    assert "mandates/bearbeitung.yaml" in paths(plan)


@pytest.mark.parametrize(
    ("changes", "partner", "day", "reason"),
    [
        ({}, "neudorf", NEXT_YEAR, "Die Gemeinde Neudorf ist schon Mitglied seit dem 1. Januar 2020."),
        (
            {"cooperations__wohngeld__members__neudorf": {"until": "2028-06-30"}},
            "neudorf",
            NEXT_YEAR,
            "Die Gemeinde Neudorf ist noch bis zum 30. Juni 2028 Mitglied; ein neuer Beitritt kann frühestens am Tag danach beginnen.",
        ),
        (
            {
                "cooperations__wohngeld__members__speyer": {
                    **member("speyer"),
                    "state": "vorgesehen",
                    "from": "2027-07-01",
                }
            },
            "speyer",
            NEXT_YEAR,
            "Der Beitritt ist schon zum 1. Juli 2027 vorgesehen.",
        ),
        (
            {"cooperations__wohngeld__cooperation": {"phase": "beendet"}},
            "speyer",
            NEXT_YEAR,
            "Die Zusammenarbeit ist beendet; ein Beitritt ist nicht mehr möglich.",
        ),
        (
            {"partners__speyer": {"until": "2027-12-31", "successor": "worms"}},
            "speyer",
            NEXT_YEAR,
            "Stadt Speyer besteht nur bis zum 31. Dezember 2027. Rechtsnachfolger: worms.",
        ),
        (
            {},
            "speyer",
            date(2019, 12, 31),
            "Die Zusammenarbeit beginnt erst am 1. Januar 2020; ein Beitritt kann nicht davor liegen.",
        ),
    ],
)
def test_hard_stops(changes, partner, day, reason):
    plan = join(registry(**changes), partner, day)
    assert [r.replace("\u00a0", " ") for r in plan.refusals] == [reason]
    assert plan.edits == ()


@pytest.mark.parametrize(
    ("changes", "day", "words"),
    [
        ({}, date(2026, 1, 1), "wird nachgetragen"),
        ({"cooperations__wohngeld__cooperation": {"phase": "ruht"}}, NEXT_YEAR, "Die Zusammenarbeit ruht"),
        ({"partners__speyer": {"type": "gesellschaft"}}, NEXT_YEAR, "Private können nur neben kommunalen Beteiligten"),
        ({"partners__speyer": {"land": "BW"}}, NEXT_YEAR, "Staatsvertrag"),
        (
            {"cooperations__wohngeld__agreement": {"accession": {"open": False}}},
            NEXT_YEAR,
            "sieht keinen Beitritt weiterer Partner vor",
        ),
    ],
)
def test_what_deserves_care_is_a_warning(changes, day, words):
    plan = join(registry(**changes), day=day)
    assert plan.refusals == ()
    assert any(words in w for w in plan.warnings)


def test_under_the_law_of_a_land_without_law_pack_the_supervisor_is_to_be_asked():
    plan = join(registry(cooperations__wohngeld__agreement={"land": "HH"}))
    assert plan.refusals == ()
    assert "genehmigen oder anzuzeigen ist, ist nicht hinterlegt; bitte bei der Aufsicht erfragen" in " ".join(
        said(plan, "genehmigung")
    )


def test_unknown_partner_and_cooperation_are_errors_that_help():
    with pytest.raises(UserError) as caught:
        join(registry(), "speier")
    assert caught.value.hint == "Meinten Sie „speyer“? Einen neuen Partner legt an: ikzctl partner add --key SCHLÜSSEL"
    with pytest.raises(UserError, match="Zusammenarbeit „wohngel“ gibt es"):
        plan_join(registry(), "wohngel", "speyer", NEXT_YEAR, as_of=TODAY)


def test_a_planned_member_without_a_day_gets_its_day_and_keeps_its_exceptions():
    waiting = {"partner": "speyer", "from": None, "state": "vorgesehen",
               "exceptions": [{"id": "a", "subject": "Back-Office", "mandates": ["bearbeitung"], "reason": "lohnt nicht"}]}  # fmt: skip
    start = registry(cooperations__wohngeld__members__speyer=waiting)
    plan = join(start)
    after = carried_out(start, plan)
    assert after.get("member", "speyer", "wohngeld").from_ == NEXT_YEAR
    assert after.get("mandate", "bearbeitung", "wohngeld").principals == ("neudorf", "hausen")
    assert "Vereinbarte Ausnahmen bleiben bestehen; nicht beteiligt an: bearbeitung." in plan.warnings


def test_a_former_member_comes_back_and_its_first_membership_stays():
    former = {"until": "2024-12-31", "state": "ausgeschieden", "termination": {
        "rule": "ordentlich", "received_on": "2023-12-01", "effective": "2024-12-31", "reason": "Umbau"}}  # fmt: skip
    start = registry(cooperations__wohngeld__members__neudorf=former)
    plan = join(start, "neudorf")
    assert plan.refusals == ()
    after = carried_out(start, plan).get("member", "neudorf", "wohngeld")
    assert (after.from_, after.until, after.state, after.termination) == (NEXT_YEAR, None, "vorgesehen", None)
    [earlier] = after.earlier
    assert (earlier.from_, earlier.until) == (date(2020, 1, 1), date(2024, 12, 31))
    assert earlier.termination.reason == "Umbau"
    assert [after.holds_on(date(year, 6, 1)) for year in (2022, 2026, 2028)] == [True, False, True]
    assert [r.about for r in after.resolutions] == ["beitritt"]


def test_words_for_the_beginning_stay_with_the_membership_that_began_then():
    former = {"from_text": "Frühjahr 2020", "until": "2024-12-31", "state": "ausgeschieden"}
    start = registry(cooperations__wohngeld__members__neudorf=former)
    after = carried_out(start, join(start, "neudorf")).get("member", "neudorf", "wohngeld")
    assert (after.from_, after.from_text) == (NEXT_YEAR, None)
    assert [(one.from_, one.from_text) for one in after.earlier] == [(date(2020, 1, 1), "Frühjahr 2020")]


def test_a_candidate_is_recognised_and_its_entry_stays():
    candidate = {"accession": {"candidates": [{"partner": "speyer", "from": "2027-07-01"}]}}
    start = registry(cooperations__wohngeld__agreement=candidate)
    plan = join(start)
    assert "Der Beitritt war in der Vereinbarung zum 1. Juli 2027 vorgesehen; der Eintrag bleibt stehen." in said(
        plan, "folgen"
    )
    assert "Vorgesehen war der Beitritt zum 1.\u00a0Juli 2027." in plan.warnings
    assert folder_after(start, plan).agreement.accession.candidates[0].partner == "speyer"


def test_posts_and_missing_tenants_are_counted():
    start = registry(
        systems__wogsoft={"id": "wogsoft", "name": "WoGSoft", "kind": "fachverfahren",
                          "roles": [{"id": "sb", "name": "SB", "kind": "bearbeitung"}]},
        cooperations__wohngeld__pools__altdorf={"partner": "altdorf", "positions": [
            {"id": f"s{n}", "from": "2020-01-01", "function": "SB", "roles": [{"system": "wogsoft", "role": "sb"}]} for n in range(2)]},
    )  # fmt: skip
    plan = join(start)
    assert said(plan, "rechte")[0] == (
        "WoGSoft: Zugriff auf den Mandanten des neuen Beteiligten kommt in Betracht für zwei Stellen (Gemeinde Altdorf)."
    )
    assert "Mandant des neuen Beteiligten in WoGSoft (systems/wogsoft.yaml: tenants)" in plan.open_facts


def test_another_instrument_asks_the_supervision_instead_of_claiming_an_approval():
    start = registry(cooperations__wohngeld__agreement={**AGREEMENT, "instrument": "oeffentlich_rechtlicher_vertrag"})
    plan = join(start)
    assert folder_after(start, plan).agreement.procedure == ()
    assert any("nicht hinterlegt; bitte bei der Aufsicht erfragen" in line for line in said(plan, "genehmigung"))


def test_the_plan_reads_on_a_hundred_columns_and_names_each_file_once_per_step():
    lines = join(registry()).lines()
    assert lines[0] == "Änderungen"
    assert max(map(len, lines)) <= 100
    assert lines.count("     cooperations/wohngeld/members/speyer.yaml") == 1


class _Counting(Texts):
    def __init__(self, base):
        super().__init__({p: base.read(p) for p in base.paths()})
        self.seen = []

    def read(self, path):
        self.seen.append(path)
        return super().read(path)


def test_each_file_is_read_once_and_foreign_files_never():
    start = registry(cooperations__andere__cooperation={"id": "andere", "name": "A", "purpose": "P", "phase": "idee"})
    source = _Counting(start.source)
    start.source = source
    join(start)
    assert len(source.seen) == len(set(source.seen))
    assert "partners/worms.yaml" not in source.seen
    assert not [p for p in source.seen if "andere" in p]


def test_new_files_explain_their_keys_in_german():
    [file] = [e for e in join(registry()).edits if isinstance(e, NewFile) and "members" in e.path]
    assert (
        file.comments[("from",)]
        == "Vorgesehener erster Tag. Er gilt erst, wenn Genehmigung und Bekanntmachungen vorliegen."
    )
