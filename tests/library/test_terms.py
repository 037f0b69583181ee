"""Notice, approval clock and entry into force, counted as §§ 187, 188 BGB count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.library.terms import (
    NoticeTerms,
    Submission,
    add_span,
    approval_clock,
    earliest_effective,
    in_force_from,
    last_receipt,
    next_on_grid,
    notice_terms,
    on_grid,
    possible,
    term_end,
)
from ikzctl.model.agreement import Duration, NoticeRule

D = date.fromisoformat
GRIDS = ("jederzeit", "monatsende", "quartalsende", "halbjahresende", "jahresende", "schuljahresende")
days = st.dates(date(2000, 1, 1), date(2080, 12, 31))
terms = st.builds(
    NoticeTerms,
    st.integers(0, 36),
    st.sampled_from(["tag", "woche", "monat", "jahr"]),
    st.sampled_from(GRIDS),
    st.none() | days,
)


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        ("2026-01-31", 1, "monat", "2026-02-28"),
        ("2028-01-31", 1, "monat", "2028-02-29"),
        ("2026-08-31", 6, "monat", "2027-02-28"),
        ("2026-12-31", 2, "monat", "2027-02-28"),
        ("2026-11-30", 3, "monat", "2027-02-28"),
        ("2027-02-28", 1, "monat", "2027-03-28"),
        ("2028-02-29", 1, "jahr", "2029-02-28"),
        ("2028-02-29", 4, "jahr", "2032-02-29"),
        ("2027-01-15", 12, "monat", "2028-01-15"),
        ("2026-12-24", 14, "tag", "2027-01-07"),
        ("2026-12-24", 2, "woche", "2027-01-07"),
        ("2027-03-31", -1, "monat", "2027-02-28"),
        ("2027-01-31", -2, "monat", "2026-11-30"),
    ],
)
def test_a_period_ends_as_the_civil_code_counts(start, value, unit, end):
    assert add_span(D(start), value, unit) == D(end)


@pytest.mark.parametrize(
    ("first", "value", "unit", "last"),
    [
        ("2027-01-01", 5, "jahr", "2031-12-31"),
        ("2027-03-15", 6, "monat", "2027-09-14"),
        ("2027-01-31", 1, "monat", "2027-02-28"),
        ("2028-02-29", 1, "jahr", "2029-02-28"),
        ("2027-01-01", 14, "tag", "2027-01-14"),
    ],
)
def test_a_term_counts_its_first_day(first, value, unit, last):
    assert term_end(D(first), value, unit) == D(last)


@pytest.mark.parametrize(
    ("day", "grid", "expected"),
    [
        ("2027-01-01", "monatsende", "2027-01-31"),
        ("2027-01-31", "monatsende", "2027-01-31"),
        ("2027-04-01", "quartalsende", "2027-06-30"),
        ("2027-07-01", "halbjahresende", "2027-12-31"),
        ("2027-12-31", "jahresende", "2027-12-31"),
        ("2027-08-01", "schuljahresende", "2028-07-31"),
        ("2027-07-31", "schuljahresende", "2027-07-31"),
        ("2027-05-17", "jederzeit", "2027-05-17"),
        ("2028-02-10", "monatsende", "2028-02-29"),
    ],
)
def test_the_grid_offers_its_next_day(day, grid, expected):
    assert next_on_grid(D(day), grid) == D(expected)


@pytest.mark.parametrize(
    ("value", "unit", "grid", "received", "effective"),
    [
        (12, "monat", "jahresende", "2026-12-31", "2027-12-31"),
        (12, "monat", "jahresende", "2027-01-01", "2028-12-31"),
        (3, "monat", "quartalsende", "2027-03-31", "2027-06-30"),
        (3, "monat", "quartalsende", "2027-04-01", "2027-09-30"),
        (6, "monat", "monatsende", "2026-08-31", "2027-02-28"),
        (6, "monat", "monatsende", "2026-09-01", "2027-03-31"),
        (2, "jahr", "jahresende", "2026-11-23", "2028-12-31"),
        (4, "woche", "jederzeit", "2026-11-23", "2026-12-21"),
        (6, "monat", "schuljahresende", "2027-02-01", "2028-07-31"),
        (6, "monat", "schuljahresende", "2027-01-31", "2027-07-31"),
    ],
)
def test_notice_takes_effect(value, unit, grid, received, effective):
    assert earliest_effective(NoticeTerms(value, unit, grid), D(received)) == D(effective)


@pytest.mark.parametrize(
    ("value", "unit", "effective", "last"),
    [
        (12, "monat", "2027-12-31", "2026-12-31"),
        (3, "monat", "2027-12-31", "2027-09-30"),
        (3, "monat", "2027-06-30", "2027-03-31"),
        (6, "monat", "2027-02-28", "2026-08-31"),
        (1, "jahr", "2028-02-29", "2027-02-28"),
        (1, "jahr", "2029-02-28", "2028-02-29"),
        (14, "tag", "2027-01-07", "2026-12-24"),
    ],
)
def test_the_last_day_on_which_notice_can_arrive(value, unit, effective, last):
    assert last_receipt(NoticeTerms(value, unit, "jederzeit"), D(effective)) == D(last)


@given(terms, days)
def test_the_earliest_day_is_on_the_grid_and_late_enough(t, received):
    effective = earliest_effective(t, received)
    assert on_grid(effective, t.grid)
    assert effective >= add_span(received, t.value, t.unit)
    assert t.not_before is None or effective >= t.not_before
    assert possible(t, effective)


@given(terms, days, st.integers(0, 400))
def test_later_receipt_never_ends_anything_earlier(t, received, more):
    assert earliest_effective(t, received) <= earliest_effective(t, received + timedelta(days=more))


@given(terms, days)
def test_receipt_on_the_last_day_is_enough_and_a_day_later_is_not(t, day):
    effective = next_on_grid(max(day, t.not_before or day), t.grid)
    last = last_receipt(t, effective)
    assert earliest_effective(t, last) <= effective
    assert earliest_effective(t, last + timedelta(days=1)) > effective


def test_minimum_duration_and_earliest_day_both_bind():
    rule = NoticeRule.model_validate(
        {"id": "o", "period": {"value": 6, "unit": "monat"}, "to": "jahresende", "earliest": "2029-06-30"}
    )
    five_years = Duration.model_validate({"kind": "mindestlaufzeit", "minimum": {"value": 5, "unit": "jahr"}})
    found = notice_terms(rule, five_years, date(2027, 1, 1))
    assert found == NoticeTerms(6, "monat", "jahresende", date(2031, 12, 31))
    assert earliest_effective(found, date(2027, 1, 1)) == date(2031, 12, 31)
    assert notice_terms(rule, None, None) == NoticeTerms(6, "monat", "jahresende", date(2029, 6, 30))


def test_a_rule_whose_period_is_open_has_no_terms():
    assert notice_terms(NoticeRule.model_validate({"id": "o", "period": None}), None, None) is None


# --- approval clock ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("submission", "as_of", "state", "ends_on"),
    [
        (Submission(), "2027-01-01", "nicht_eingereicht", None),
        (Submission(D("2027-03-01")), "2027-02-01", "nicht_eingereicht", None),
        (Submission(D("2026-12-31")), "2027-02-28", "laeuft", "2027-02-28"),
        (Submission(D("2026-12-31")), "2027-03-01", "gilt_als_erteilt", "2027-02-28"),
        (Submission(D("2027-01-10"), D("2027-02-01")), "2027-06-01", "angehalten", "2027-03-10"),
        (Submission(D("2027-01-10"), D("2027-02-01")), "2027-01-31", "laeuft", "2027-03-10"),
        (Submission(D("2027-01-10"), D("2027-03-11")), "2027-06-01", "gilt_als_erteilt", "2027-03-10"),
        (Submission(D("2027-01-10"), D("2027-02-01"), D("2027-04-15")), "2027-06-15", "laeuft", "2027-06-15"),
        (Submission(D("2027-01-10"), D("2027-02-01"), D("2027-04-15")), "2027-06-16", "gilt_als_erteilt", "2027-06-15"),
        (Submission(D("2027-01-10"), D("2027-05-01"), D("2027-04-15")), "2027-09-01", "angehalten", "2027-06-15"),
        (Submission(D("2027-01-10"), outcome="erteilt"), "2027-01-11", "erteilt", "2027-03-10"),
        (
            Submission(D("2027-01-10"), decided_on=D("2027-02-01"), outcome="erteilt"),
            "2027-01-31",
            "laeuft",
            "2027-03-10",
        ),
        (
            Submission(D("2027-01-10"), decided_on=D("2027-02-01"), outcome="abgelehnt"),
            "2027-02-01",
            "abgelehnt",
            "2027-03-10",
        ),
        (
            Submission(D("2027-01-10"), None, D("2027-05-01"), D("2027-02-01"), "zurueckgegeben"),
            "2027-05-02",
            "laeuft",
            "2027-07-01",
        ),
    ],
)
def test_the_approval_clock_of_two_months(submission, as_of, state, ends_on):
    clock = approval_clock(submission, 2, "monat", D(as_of))
    assert (clock.state, clock.ends_on) == (state, D(ends_on) if ends_on else None)


def test_without_a_known_clock_nothing_counts_as_approved():
    assert approval_clock(Submission(D("2020-01-01")), None, "monat", D("2027-01-01")).state == "laeuft"


def test_a_clock_that_ends_on_a_sunday_says_so():
    assert approval_clock(Submission(D("2026-12-28")), 2, "monat", D("2027-01-01")).on_weekend
    assert not approval_clock(Submission(D("2026-12-29")), 2, "woche", D("2027-01-01")).on_weekend


def test_the_last_publication_decides():
    assert in_force_from([D("2027-01-10"), D("2027-01-31")]) == D("2027-02-01")
    assert in_force_from([D("2027-01-10"), None]) is None
    assert in_force_from([]) is None
    assert in_force_from([D("2027-01-10")], D("2027-04-01")) == D("2027-04-01")
    assert in_force_from([D("2027-05-10")], D("2027-04-01")) == D("2027-05-11")


def test_what_goes_beyond_the_calendar_ends_with_it():
    """Some registries write "for ever" as the last day that there is."""
    near_the_end = date(9999, 12, 20)
    assert add_span(near_the_end, 30, "tag") == add_span(near_the_end, 3, "woche") == date.max
    assert add_span(near_the_end, 2, "monat") == add_span(near_the_end, 1, "jahr") == date.max
    assert add_span(date(9999, 11, 20), 1, "monat") == near_the_end
    assert next_on_grid(date(9999, 12, 31), "quartalsende") == date.max
