"""One small registry per finding code: exactly these findings, at exactly these places, and none when it is mended."""

import pytest

from ikzctl.library import findings as catalogue
from tests.checks.small import Case, base, cases, changed, findings, in_words

CASES = cases()


def test_the_base_has_no_findings():
    assert findings(base()) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_exactly_these_findings(case: Case):
    assert in_words(findings(changed(case.change))) == case.expect


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_finding_speaks_of_the_case_and_stands_in_its_line(case: Case):
    texts = changed(case.change)
    found = [f for f in findings(texts) if f.code == case.code]
    assert case.says in found[0].message.replace("\u00a0", " ")
    for f in found:
        if f.pointer.file not in texts:
            assert f.pointer.line == 0
            continue
        line = texts[f.pointer.file].splitlines()[f.pointer.line - 1]
        key = next((part for part in reversed(f.pointer.field) if isinstance(part, str)), "")
        shown = f.pointer.line == 1 or key in line or line.lstrip().startswith("-") or "[" in line
        assert shown, f"line {f.pointer.line} is {line!r}, field {f.pointer.field_text}"


@pytest.mark.parametrize("case", [c for c in CASES if c.mended], ids=lambda c: c.name)
def test_mended_there_is_none(case: Case):
    assert case.mended is not None
    assert case.code not in {f.code for f in findings(changed(case.mended))}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_severities_are_those_of_the_catalogue(case: Case):
    known = catalogue.explain(case.code).severity
    assert {f.severity for f in findings(changed(case.change)) if f.code == case.code} <= set(known) | {"note"}


def test_every_code_of_the_checks_has_a_case():
    # Y, P and S001 to S010 are found while reading and building; tests/registry has them
    elsewhere = ("IKZ-Y", "IKZ-P", "IKZ-S00", "IKZ-S010")
    wanted = {e.code for e in catalogue.explanations() if not e.code.startswith(elsewhere)}
    assert wanted == {c.code for c in CASES}
