"""Leaving: the notice rule as a gate, nothing deleted, and what it means for those who remain."""

from datetime import date

import pytest

from ikzctl.model.changes import NewFile, RemoveValue
from ikzctl.model.errors import UserError
from ikzctl.plans.leave import plan_leave
from tests.plans.small import MANDATE, TODAY, carried_out, folder_after, paths, registry, said

IN_TIME = date(2027, 12, 31)


def leave(start, partner="hausen", day=IN_TIME, as_of=TODAY, **more):
    return plan_leave(start, "wohngeld", partner, day, reason="Eigene Lösung", as_of=as_of, **more)


def test_a_partner_leaves_and_nothing_is_deleted():
    start = registry(cooperations__wohngeld__pools__hausen={"partner": "hausen", "positions": [
        {"id": "a", "from": "2020-01-01", "function": "SB"},
        {"id": "b", "from": "2020-01-01", "until": "2021-12-31", "function": "SB"}]})  # fmt: skip
    plan = leave(start)
    assert paths(plan) == [
        "members/hausen.yaml", "members/hausen.yaml", "members/hausen.yaml", "pools/hausen.yaml", "agreement.yaml", "agreement.yaml",
    ]  # fmt: skip
    assert not [e for e in plan.edits if isinstance(e, RemoveValue | NewFile)]
    after = folder_after(start, plan)
    left = after.members["hausen"]
    assert (left.until, left.state) == (IN_TIME, "beigetreten")
    assert (left.termination.rule, left.termination.effective, left.termination.reason) == (
        "ordentlich",
        IN_TIME,
        "Eigene Lösung",
    )
    assert (left.termination.declared_on, left.termination.received_on) == (None, None)
    assert [(r.organ, r.about, r.result) for r in left.resolutions] == [("Gemeinderat", "kuendigung", "offen")]
    assert [p.until for p in after.pools["hausen"].positions] == [IN_TIME, date(2021, 12, 31)]
    assert after.mandates["bearbeitung"].principals == ("neudorf", "hausen")
    assert after.mandates["bearbeitung"].until is None
    assert (after.agreement.versions[-1].kind, after.agreement.versions[-1].leaves) == ("aenderung", ("hausen",))
    assert [(s.kind, s.for_version) for s in after.agreement.procedure] == [("voranfrage", 1)]


@pytest.mark.parametrize(
    ("as_of", "day", "reason"),
    [
        (date(2026, 12, 31), IN_TIME, None),
        (
            date(2027, 1, 1),
            IN_TIME,
            "Für den 31. Dezember 2027 ist es zu spät: Die Kündigung hätte bis zum 31. Dezember 2026 zugehen müssen (mit einer Frist "
            "von zwölf Monaten zum Ende eines Jahres). Frühester möglicher Tag: 31. Dezember 2028 (--effective 2028-12-31).",
        ),
        (
            TODAY,
            date(2027, 6, 30),
            "Zum 30. Juni 2027 kann nicht gekündigt werden, nur zum Ende eines Jahres. "
            "Frühester möglicher Tag: 31. Dezember 2027 (--effective 2027-12-31).",
        ),
        (
            TODAY,
            date(2020, 12, 31),
            "Der 31. Dezember 2020 ist vorbei. Wird ein Ausscheiden nachgetragen, den Tag des Zugangs mit --as-of nennen.",
        ),
    ],
)
def test_the_notice_rule_is_a_gate(as_of, day, reason):
    refusals = [r.replace("\u00a0", " ") for r in leave(registry(), day=day, as_of=as_of).refusals]
    assert refusals == ([reason] if reason else [])


def test_minimum_duration_keeps_everybody_in():
    start = registry(
        cooperations__wohngeld__agreement={
            "duration": {"kind": "mindestlaufzeit", "minimum": {"value": 10, "unit": "jahr"}}
        }
    )
    [reason] = leave(start).refusals
    assert "frühestens zum 31.\u00a0Dezember 2029" in reason


def test_an_extraordinary_ground_goes_past_the_period():
    plan = leave(registry(), day=date(2026, 12, 1), extraordinary=True)
    assert plan.refusals == ()
    assert "Der wichtige Grund ist in der Erklärung zu nennen (§ 60 Abs. 2 VwVfG)." in said(plan, "dokumente")
    assert any("§\u00a060 VwVfG" in w for w in plan.warnings)


def test_the_plan_says_when_to_whom_and_in_which_form():
    assert said(leave(registry()), "dokumente")[:3] == [
        "Kündigung schriftlich erklären gegenüber: Gemeinde Altdorf und Gemeinde Neudorf.",
        "Kündigungsregel „ordentlich“: mit einer Frist von zwölf Monaten zum Ende eines Jahres.",
        "Sie muss spätestens am 31. Dezember 2026 zugehen; der letzte Zugang zählt.",
    ]


def test_the_unsettled_law_is_a_question_not_a_claim():
    assert (
        "Ob das Ausscheiden eines von mehreren Beteiligten zu genehmigen oder nur anzuzeigen ist, ist rechtlich ungeklärt: "
        "vorher bei der Aufsicht anfragen (§ 12 Abs. 2 KomZG, nicht verifiziert)."
    ) in said(leave(registry()), "genehmigung")


def test_rules_for_some_do_not_serve_the_others():
    rules = [
        {"id": "nur-beauftragter", "period": {"value": 1, "unit": "monat"}, "to": "monatsende", "who": "beauftragter"},
        {
            "id": "nur-hausen",
            "period": {"value": 2, "unit": "monat"},
            "to": "monatsende",
            "who": "bestimmte",
            "partners": ["hausen"],
        },
        {"id": "uebrige", "period": {"value": 6, "unit": "monat"}, "to": "monatsende", "who": "uebrige"},
    ]
    start = registry(cooperations__wohngeld__agreement={"notice": rules})
    ends = {
        p: [e.value["rule"] for e in leave(start, p, date(2027, 1, 31)).edits if e.target == ("termination",)]
        for p in ("altdorf", "hausen")
    }
    assert ends == {"altdorf": ["nur-beauftragter"], "hausen": ["nur-hausen"]}
    assert "Frühester möglicher Tag: 31.\u00a0Mai 2027" in leave(start, "neudorf", date(2027, 1, 31)).refusals[0]


def test_without_any_right_of_notice_only_consent_or_ground_remain():
    start = registry(
        cooperations__wohngeld__agreement={"notice": [{"id": "w", "kind": "ausserordentlich", "to": "jederzeit"}]}
    )
    assert "kein Recht zur ordentlichen Kündigung" in leave(start).refusals[0]
    assert leave(start, extraordinary=True).refusals == ()


def test_unknown_rules_are_said_to_be_unknown():
    plan = leave(registry(cooperations__wohngeld__agreement={"notice": []}))
    assert plan.refusals == ()
    assert any("nicht geprüft werden" in w for w in plan.warnings)


def test_if_the_agent_leaves_its_mandates_end_and_the_agreement_with_them():
    start = registry()
    plan = leave(start, "altdorf")
    after = folder_after(start, plan)
    assert after.mandates["bearbeitung"].until == IN_TIME
    assert [v.number for v in after.agreement.versions] == [0]
    assert [(s.kind, s.for_version) for s in after.agreement.procedure] == [("anzeige", 0)]
    assert any(
        w.startswith("Der beauftragte Beteiligte scheidet aus; damit endet die Vereinbarung.") for w in plan.warnings
    )
    assert "Aufhebungsvereinbarung, Auseinandersetzung und Anzeige an die Aufsicht." in said(plan, "dokumente")
    assert after.members["neudorf"].until is None


def test_of_two_partners_the_first_that_leaves_ends_it_for_both():
    start = registry(
        cooperations__wohngeld__members__neudorf=None,
        cooperations__wohngeld__mandates__bearbeitung={**MANDATE, "principals": ["hausen"]},
    )
    plan = leave(start)
    assert any(w.startswith("Es bleiben weniger als zwei Beteiligte.") for w in plan.warnings)
    assert carried_out(start, plan).get("mandate", "bearbeitung", "wohngeld").until == IN_TIME


def test_an_agreed_minimum_of_partners_counts():
    start = registry(
        cooperations__wohngeld__agreement={"leaving": {"survival": "fortsetzung_unter_uebrigen", "minimum_partners": 3}}
    )
    assert any("verlangt mindestens 3 Beteiligte; es bleiben 2" in w for w in leave(start).warnings)


def test_only_one_notice():
    start = registry()
    again = leave(carried_out(start, leave(start)))
    assert [r.replace("\u00a0", " ") for r in again.refusals] == [
        "Die Kündigung ist schon eingetragen; sie wirkt mit Ablauf des 31. Dezember 2027."
    ]
    assert again.edits == ()


def test_who_is_no_member_cannot_leave():
    with pytest.raises(UserError, match="Stadt Speyer ist nicht Mitglied") as caught:
        leave(registry(), "speyer")
    assert caught.value.hint == "Mitglieder: altdorf, hausen, neudorf"


@pytest.mark.parametrize("planned_day", [None, "2028-01-01"])
def test_a_planned_member_backs_out_without_notice(planned_day):
    waiting = {"partner": "speyer", "from": planned_day, "state": "vorgesehen"}
    start = registry(cooperations__wohngeld__members__speyer=waiting)
    plan = leave(start, "speyer", TODAY)
    assert plan.refusals == ()
    after = carried_out(start, plan).get("member", "speyer", "wohngeld")
    assert (after.from_, after.until, after.state) == (None, TODAY, "ausgeschieden")
    assert after.termination.reason == "Eigene Lösung"
    assert not after.holds_on(date(2028, 6, 1))


def test_leaving_and_coming_back_is_one_story():
    start = registry()
    gone = carried_out(start, leave(start))
    from ikzctl.plans.join import plan_join

    back = plan_join(gone, "wohngeld", "hausen", date(2030, 1, 1), as_of=date(2029, 6, 1))
    after = carried_out(gone, back).get("member", "hausen", "wohngeld")
    assert [after.holds_on(date(year, 1, 2)) for year in (2027, 2028, 2030)] == [True, False, True]
    assert after.earlier[0].termination.reason == "Eigene Lösung"


def test_a_planned_member_that_leaves_later_is_held_to_the_notice_rule_and_told_that_it_need_not_be():
    waiting = {"partner": "speyer", "from": None, "state": "vorgesehen"}
    start = registry(cooperations__wohngeld__members__speyer=waiting)
    plan = leave(start, "speyer")
    assert plan.refusals == ()
    assert any("spätestens am" in text for text in said(plan, "dokumente"))
    assert any("erst vorgesehen" in text for text in plan.warnings)
    after = carried_out(start, plan).get("member", "speyer", "wohngeld")
    assert (after.until, after.state) == (IN_TIME, "vorgesehen")
