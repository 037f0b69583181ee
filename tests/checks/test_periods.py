"""What holds at the same time is found wherever something shorter lies between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.checks.periods import overlapping
from tests.checks.small import changed, findings

_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 12))
# an end before the beginning is a fault of its own, and no reason for another
_PERIODS = st.lists(st.tuples(_DAYS, st.none() | _DAYS), max_size=8)


@given(_PERIODS)
def test_whoever_begins_while_another_holds_is_named_once(periods: list[tuple[date, date | None]]):
    dated = [(start, until, number) for number, (start, until) in enumerate(sorted(periods, key=lambda p: p[0]))]
    found = list(overlapping(dated))
    wanted = [n for start, _, n in dated if any(u is None or start <= u for _, u, _ in dated[:n])]
    assert [other for _, other in found] == wanted
    for one, other in found:
        until = dated[one][1]
        assert one < other
        assert until is None or dated[other][0] <= until


def test_where_all_go_on_each_is_compared_with_the_one_before():
    starts = [date(2026, 1, 1) + timedelta(days=n) for n in range(4)]
    assert list(overlapping((start, None, n) for n, start in enumerate(starts))) == [(0, 1), (1, 2), (2, 3)]


MANDATE = """\
id: {id}
task: kfz-zulassung
mode: delegating
form: A
state: vereinbart
from: {start}
{until}scope:
  kind: ganz
agent: rhein-pfalz-kreis
principals: [speyer]
benefit: Nähe.
"""


@pytest.mark.parametrize("until", ["", "until: 2027-12-31\n"], ids=["goes-on", "ended"])
def test_a_mandate_without_end_is_met_by_every_later_one(until: str):
    texts = changed(
        {"file": f"cooperations/kfz/mandates/{id}.yaml", "text": MANDATE.format(id=id, start=start, until=until)}
        for id, start in (("b", "2027-01-01"), ("c", "2028-01-01"))
    )
    found = [f for f in findings(texts) if f.code == "IKZ-N009"]
    assert [f.pointer.file for f in found] == [f"cooperations/kfz/mandates/{id}.yaml" for id in "bc"]
    assert ("„zulassung“" in found[1].message) is bool(until)


def test_an_office_without_end_is_met_by_every_later_one():
    more = "".join(
        f"  - from: {start}\n    until: {until}\n    office: Oberbürgermeister\n"
        for start, until in (("2021-01-01", "2021-12-31"), ("2023-01-01", "2023-12-31"))
    )
    office = "    office: Oberbürgermeister\n"
    found = findings(changed([{"file": "partners/speyer.yaml", "old": office, "new": office + more}]))
    assert [(f.code, f.pointer.field) for f in found] == [("IKZ-T002", ("representation", n)) for n in (1, 2)]
    assert all("Eintrag 1 ab 01.01.2020" in f.message for f in found)


def test_a_version_is_compared_with_the_latest_before_it():
    first = "    in_force_from: 2026-03-01\n"
    more = "".join(
        f"  - number: {number}\n    kind: aenderung\n    in_force_from: {day}\n"
        for number, day in ((1, "2026-01-01"), (2, "2026-02-01"))
    )
    change = {"file": "cooperations/kfz/agreement.yaml", "old": first, "new": first + more}
    found = [f for f in findings(changed([change])) if f.code == "IKZ-T004"]
    assert [f.pointer.field[1] for f in found] == [1, 2]
    assert all("vor Fassung 0 (01.03.2026)" in f.message.replace("\u00a0", " ") for f in found)
