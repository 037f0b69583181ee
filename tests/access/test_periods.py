"""Periods as properties: a right holds exactly on the days on which everything holds that it rests on, and never without an end."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ikzctl.access.periods import Cap, Horizon, Span, common, never, overlap, relevant, span_reasons
from ikzctl.model.base import Period
from tests.access import worlds as w
from tests.access.worlds import ends, grants, world

START = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
SPANS = st.lists(
    st.builds(lambda a, b: Span("mandat", "Das Mandat", "f", a, b), st.none() | DAYS, st.none() | DAYS),
    min_size=1,
    max_size=6,
)
CAPS = st.lists(DAYS.map(lambda day: Cap("sperre", None, day)), max_size=2)
PERIODS = st.builds(lambda a, b: Period.model_validate({"from": a, "until": b}), st.none() | DAYS, st.none() | DAYS)


def holds(span, day):
    return span.first is not None and span.first <= day and (span.last is None or day <= span.last)


@given(SPANS, CAPS, DAYS)
def test_the_common_days_are_those_on_which_everything_holds(spans, caps, day):
    found = common(spans, caps)
    inside = found.first is not None and found.first <= day and (found.last is None or day <= found.last)
    assert inside == (all(holds(s, day) for s in spans) and all(day <= c.last for c in caps))


@given(SPANS, DAYS)
def test_a_span_has_a_reason_exactly_when_it_does_not_hold(spans, day):
    for span in spans:
        assert bool(span_reasons(span, day)) == (not holds(span, day))


@given(SPANS, CAPS)
def test_what_ends_a_period_is_named_by_its_rule(spans, caps):
    found = common(spans, caps)
    if found.last is not None:
        sources = [s.rule for s in spans if s.last == found.last] + [c.rule for c in caps if c.last == found.last]
        assert found.ends_by is not None
        assert found.ends_by.rule in sources


@given(SPANS, DAYS)
def test_only_what_can_hold_no_more_counts_as_never(spans, as_of):
    if never(spans, as_of):
        assert not any(all(holds(s, START + timedelta(days=n)) for s in spans) for n in range(62))


@given(st.lists(PERIODS, min_size=1, max_size=5), DAYS)
def test_of_several_periods_one_that_holds_is_taken(periods, day):
    assert relevant(periods, day).holds_on(day) == any(p.holds_on(day) for p in periods)


@given(PERIODS, PERIODS, DAYS)
def test_two_roles_overlap_if_they_share_a_day_from_now_on(a, b, as_of):
    def on(period, day):
        return (period.from_ is None or period.from_ <= day) and (period.until is None or day <= period.until)

    days = (as_of + timedelta(days=n) for n in range(125))
    assert overlap(a, b, as_of) == any(on(a, day) and on(b, day) for day in days)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 800), st.booleans())
def test_the_review_is_never_later_than_allowed_and_never_over(as_of, days, privileged):
    horizon = Horizon(days=days, privileged_days=days)
    last = horizon.last_day(as_of, privileged=privileged)
    assert as_of <= last <= as_of + timedelta(days=days)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_review_stays_the_same_for_weeks_because_it_ends_with_a_quarter(as_of):
    last = Horizon().last_day(as_of, privileged=False)
    assert (last + timedelta(days=1)).day == 1
    assert last.month in (3, 6, 9, 12)
    assert last >= as_of + timedelta(days=365 - 92)


def test_administration_rights_are_reviewed_sooner():
    files = world()
    files[w.POOL]["positions"] = [w.position("stelle", "auskunft", "verwaltung")]
    found = {g.post.role_id: (g.valid_until, g.recertify_by, ends(g).rule, ends(g).file) for g in grants(files)}
    assert found == {
        "auskunft": (date(2027, 9, 30), date(2027, 9, 30), "rezertifizierung", None),
        "verwaltung": (date(2027, 3, 31), date(2027, 3, 31), "rezertifizierung", None),
    }


LIMITS = st.tuples(DAYS, st.none() | DAYS)


@given(LIMITS, LIMITS, LIMITS, LIMITS, LIMITS, LIMITS, DAYS)
def test_a_grant_is_active_exactly_while_all_its_records_hold(agent, principal, mandate, post, role, tenant, as_of):
    """The agreement and the approval hold throughout; all other periods are free."""
    files = world()
    records = [
        files[w.AGENT],
        files[w.PRINCIPAL],
        files[w.MANDATE],
        files[w.POOL]["positions"][0],
        files[w.POOL]["positions"][0]["roles"][0],
        files[w.SYSTEM]["tenants"][1],
    ]
    limits = [agent, principal, mandate, post, role, tenant]
    for record, (first, last) in zip(records, limits, strict=True):
        record |= {"from": first.isoformat(), "until": last.isoformat() if last else None}
    found = grants(files, as_of)
    all_hold = all(first <= as_of and (last is None or as_of <= last) for first, last in limits)
    assert [g.state for g in found if g.state == "active"] == (["active"] if all_hold else [])
    if all_hold:
        (grant,) = found
        ends = [last for _, last in limits if last]
        assert grant.valid_from == max(START, *(first for first, _ in limits))
        assert grant.valid_until == min([*ends, Horizon().last_day(as_of, privileged=False)])
