"""Checks over a whole registry: order, places, waivers, and that one fault hides no other."""

from datetime import date
from functools import cache
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.checks.network import CooperationFacts, Gathering, Network
from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.checks.run import COOPERATION_CHECKS, PLAN_CHECKS, check, locator
from ikzctl.model.cooperation import Cooperation
from ikzctl.model.findings import Finding
from ikzctl.model.security import LEVELS
from ikzctl.registry.facts import CooperationFact, GateFact
from ikzctl.registry.scan import scan
from tests.checks.small import AS_OF, base, cases, changed, findings, in_words
from tests.registry.texts import Texts

AGREEMENT = "cooperations/kfz/agreement.yaml"
OPEN_LIABILITY = {"file": AGREEMENT, "old": "internal: verursacher", "new": "internal: offen"}


def _waived(until):
    waiver = (
        f"waivers:\n  - code: IKZ-L077\n    file: {AGREEMENT}\n    reason: Text wird verhandelt\n    until: {until}\n"
    )
    return changed([OPEN_LIABILITY, {"file": "registry.yaml", "old": "land: RP\n", "new": "land: RP\n" + waiver}])


def test_an_accepted_finding_becomes_a_note_with_its_reason():
    (finding,) = findings(_waived("2026-12-31"))
    assert (finding.code, finding.severity) == ("IKZ-L077", "note")
    assert finding.message == (
        "geduldet bis 31.12.2026 (Text wird verhandelt): die Haftung der Beteiligten untereinander ist offen"
    )


def test_a_waiver_holds_on_its_last_day_and_not_after():
    texts = _waived("2026-11-23")
    assert {f.severity for f in findings(texts, date(2026, 11, 23))} == {"note"}
    assert {f.severity for f in findings(texts, date(2026, 11, 24))} == {"warning"}


def test_a_waiver_holds_for_one_file_only():
    other = {"file": "cooperations/wohngeld/agreement.yaml", "old": "internal: anteilig", "new": "internal: offen"}
    texts = {
        **changed([other]),
        **{p: t for p, t in _waived("2026-12-31").items() if p in (AGREEMENT, "registry.yaml")},
    }
    assert in_words(findings(texts)) == [
        f"note IKZ-L077 {AGREEMENT} liability",
        "warning IKZ-L077 cooperations/wohngeld/agreement.yaml liability",
    ]


def test_many_faults_in_one_registry_are_all_reported():
    alone = [
        c
        for c in cases()
        if c.name in ("IKZ-L071-amt-fehlt", "IKZ-C001-neunzig-prozent", "IKZ-L020-staedte-nur-bei-der-add")
    ]
    together = changed([change for case in alone for change in case.change])
    assert {f.code for f in findings(together)} == {"IKZ-L071", "IKZ-C001", "IKZ-L020"}


def test_no_message_grows_with_the_list_it_speaks_of():
    """Repeated in each of a thousand findings, a list of thousands would be a gigabyte."""
    many = range(1, 700)
    versions = "".join(f"  - number: {n}\n    kind: aenderung\n" for n in many)
    steps = "".join(f"  - id: s{n}\n    kind: anzeige\n    for_version: 9999\n" for n in range(20))
    circle = "".join(
        f"  - id: m{n}\n    order: {n}\n    title: Schritt\n    kind: technik\n    after: [m{n % 699 + 1}]\n"
        for n in many
    )
    weak = "".join(
        f"  - id: w{n}\n    framework: it-grundschutz\n    level: basis-absicherung\n    state: verpflichtet\n"
        for n in many
    )
    whole = changed(
        [{"file": "cooperations/kfz/cooperation.yaml", "old": "milestones:\n", "new": f"milestones:\n{circle}"}]
    )
    whole[AGREEMENT] = (
        whole[AGREEMENT]
        .replace("versions:\n", f"versions:\n{versions}")
        .replace("procedure:\n", f"procedure:\n{steps}")
    )
    whole["security/speyer.yaml"] = f"id: speyer\ncommitments:\n{weak}"
    found = findings(whole)
    assert {"IKZ-R006", "IKZ-T003", "IKZ-G001"} <= {f.code for f in found}
    assert max(len(f.message) for f in found) < 500


def test_the_order_of_the_files_does_not_matter():
    texts = {p: t.encode() for p, t in changed(next(c for c in cases() if c.code == "IKZ-L022").change).items()}
    source = Texts(texts)
    results = list(scan(source, RECORD_CHECKS))
    forwards = check(results, AS_OF, locator(source))
    backwards = check(reversed(results), AS_OF, locator(source))
    assert forwards == backwards
    assert len(forwards) == 5


def test_line_and_column_point_to_the_key():
    (finding,) = findings(changed([OPEN_LIABILITY]))
    text = changed([OPEN_LIABILITY])[AGREEMENT].splitlines()
    assert text[finding.pointer.line - 1] == "liability:"
    assert finding.pointer.column == 1


@pytest.mark.parametrize("phase", ["idee", "vorbereitung", "pilot", "betrieb"])
def test_security_is_an_error_only_in_operation(phase):
    change = [
        {"file": "security/speyer.yaml", "text": "id: speyer\n"},
        {"file": "cooperations/kfz/cooperation.yaml", "old": "phase: betrieb", "new": f"phase: {phase}"},
    ]
    found = [f for f in findings(changed(change)) if f.code in ("IKZ-G001", "IKZ-G002")]
    assert [f.code for f in found] == ["IKZ-G001", "IKZ-G002"]
    assert {f.severity for f in found} == {"error" if phase == "betrieb" else "warning"}


@pytest.mark.parametrize(
    ("made", "enough"),
    [
        ("basis-absicherung", False),
        ("standard-absicherung", True),
        ("kern-absicherung", True),
    ],
)
def test_levels_of_one_framework_are_ordered(made, enough):
    change = {"file": "security/speyer.yaml", "old": "level: standard-absicherung", "new": f"level: {made}"}
    assert ("IKZ-G001" not in {f.code for f in findings(changed([change]))}) is enough


def test_a_registry_of_another_land_keeps_the_rules_that_hold_everywhere():
    """No rule of Rheinland-Pfalz speaks of an agreement under another law; federal law does."""
    change = [
        {"file": AGREEMENT, "old": "state: in_kraft", "new": "land: NW\nstate: in_kraft"},
        {"file": AGREEMENT, "old": "    outcome: erteilt\n", "new": "    outcome: offen\n"},
        OPEN_LIABILITY,
    ]
    found = [f for f in findings(changed(change)) if f.pointer.file == AGREEMENT]
    assert [f.code for f in found] == ["IKZ-L100", "IKZ-L077"]


def test_findings_are_values():
    found = findings(changed([OPEN_LIABILITY]))
    assert found == findings(changed([OPEN_LIABILITY]))
    assert all(isinstance(f, Finding) for f in found)
    assert findings(base()) == ()


@pytest.mark.parametrize("path", sorted(base()))
def test_no_line_that_is_missing_makes_a_check_fail(path):
    """Half-written files are everyday: whatever is left out, there are findings or none, never an exception."""
    lines = base()[path].splitlines(keepends=True)
    for number in range(len(lines)):
        texts = {**base(), path: "".join(lines[:number] + lines[number + 1 :])}
        assert all(f.message and f.code.startswith("IKZ-") for f in findings(texts))


_WORDS = st.sampled_from(["kfz", "wohngeld", "a", "b", "recht", "start", "erreicht", "geplant", ""])
_DATES = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
_GATES = st.builds(
    GateFact, st.sampled_from(sorted(LEVELS)), st.sampled_from(["basis", "standard", "x"]), st.booleans(), _DATES
)
_PLANS = st.builds(
    CooperationFact,
    id=st.just("idee"),
    name=_WORDS,
    phase=st.sampled_from(get_args(Cooperation.model_fields["phase"].annotation)),
    tasks=st.tuples(_WORDS),
    coordinator=st.none() | _WORDS,
    gates=st.tuples(_GATES),
    readiness=st.tuples(_WORDS),
    gate_milestones=st.tuples(_WORDS),
    milestones=st.tuples(st.tuples(_WORDS, _WORDS)),
    questions=st.tuples(st.tuples(_WORDS, st.tuples(_WORDS), st.booleans())),
    named=st.tuples(st.tuples(st.just(("steering",)), _WORDS)),
)


@cache
def _network() -> Network:
    gathering = Gathering()
    for result in scan(Texts({p: t.encode() for p, t in base().items()}), RECORD_CHECKS):
        gathering.add(result)
    return gathering.network()


@given(st.none() | _PLANS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_of_a_mere_plan_the_other_checks_say_nothing(plan, as_of):
    folder = CooperationFacts("idee", plan, None, None, {}, {}, {}, {})
    assert folder.has_only_plan
    for check_one in set(COOPERATION_CHECKS).difference(PLAN_CHECKS):
        assert list(check_one(folder, _network(), as_of)) == [], check_one.__name__
    assert set(PLAN_CHECKS) < set(COOPERATION_CHECKS)
