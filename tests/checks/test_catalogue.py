"""Every code that the tool can say is explained, every rule of law has a check or a reason why not."""

import re
from pathlib import Path

import pytest

import ikzctl
from ikzctl.checks.coverage import NOT_CHECKED, codes_of_rule
from ikzctl.library import findings, law
from ikzctl.model.errors import UserError

CODE = re.compile(r"IKZ-[A-Z][0-9]{3}")
BY_RULE = re.compile(r"by_rule\(\s*(\w+)")


def _sources():
    root = Path(ikzctl.__file__).parent
    return {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in sorted(root.rglob("*.py"))}


def _rules_of_checks():
    """Numbers handed to `by_rule`; one check chooses between two of them."""
    named = {n for name, text in _sources().items() if name.startswith("checks/") for n in BY_RULE.findall(text)}
    return {int(n) for n in named if n.isdecimal()} | ({19, 20} if "number" in named else set())


def test_every_code_in_use_is_explained_and_no_other():
    in_code = {code for text in _sources().values() for code in CODE.findall(text)}
    by_number = {f"IKZ-L{number:03d}" for number in _rules_of_checks()}
    assert {e.code for e in findings.explanations()} == in_code | by_number


def test_codes_are_unique_and_in_order_of_their_area():
    codes = [e.code for e in findings.explanations()]
    assert len(codes) == len(set(codes))
    for letter in "YPSRTLGCDN":
        mine = [c for c in codes if c[4] == letter]
        assert mine == sorted(mine)


def test_every_rule_is_checked_or_says_why_not():
    checked = {rule.number for rule in law.rules() if codes_of_rule(rule.number)}
    assert checked | set(NOT_CHECKED) == {rule.number for rule in law.rules()}
    assert not checked & set(NOT_CHECKED)
    # rule 62 is the security gate, which compares levels itself
    assert checked == _rules_of_checks() | {62}


def test_the_number_of_a_law_code_is_the_number_of_its_rule():
    for entry in findings.explanations():
        if entry.code.startswith("IKZ-L0"):
            assert entry.rules == (int(entry.code[5:]),)


def test_facts_behind_codes_exist():
    pack = law.law_pack("RP")
    named = [e.fact for e in findings.explanations() if e.fact]
    assert named and all(pack.fact(fact_id).norm for fact_id in named)


def test_rules_that_nobody_has_read_are_never_errors():
    for entry in findings.explanations():
        for number in entry.rules:
            rule = law.rule(number)
            if rule.basis == "law" and not law.supports_error(rule.state):
                assert "error" not in entry.severity, entry.code


@pytest.mark.parametrize("typed", ["IKZ-L021", "ikz-l021", "L021", " l021 "])
def test_a_code_is_found_as_people_type_it(typed):
    assert findings.explain(typed).title == "In Kraft ohne Genehmigung"


def test_an_unknown_code_gets_near_ones():
    with pytest.raises(UserError) as caught:
        findings.explain("IKZ-L0021")
    assert "IKZ-L021" in (caught.value.hint or "")
