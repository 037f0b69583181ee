"""`diff` reads what no model has checked, and says something true about it."""

import re

import pytest

from ikzctl.library.schemas import describe
from ikzctl.registry.history import differences
from tests.plans.small import texts
from tests.registry.texts import Texts

C = "cooperations/wohngeld"


def said(path: str, before: str, after: str) -> list[str]:
    base = {p: texts().read(p) for p in texts().paths()}
    old, new = (Texts({**base, path: text.encode()}) for text in (before, after))
    return [d.text.replace("\u00a0", " ") for d in differences(old, new, describe)]


MEMBER = "partner: hausen\nfrom: 2027-01-01\nrole: mitglied\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (f"{C}/members/hausen.yaml", MEMBER, MEMBER + "resolutions: [foo]\n"),
        (f"{C}/members/hausen.yaml", MEMBER, MEMBER + "resolutions: 5\n"),
        (f"{C}/members/hausen.yaml", MEMBER, MEMBER + "earlier: [[a]]\nuntil: {a: b}\n"),
        (f"{C}/cooperation.yaml", "id: wohngeld\n", "id: wohngeld\nopen_questions: [foo]\n"),
        (f"{C}/cooperation.yaml", 'milestones: {"*": {state: x}}\n', 'milestones: {"*": {state: y}}\n'),
        (f"{C}/cooperation.yaml", "phase: [a]\n", "phase: {b: c}\n"),
        (f"{C}/agreement.yaml", "id: wohngeld\n", "id: wohngeld\nversions: [foo]\nprocedure: [1]\n"),
        (f"{C}/mandates/neu.yaml", "id: neu\n", "id: neu\nagent: {a: b}\nprincipals: [[x], {y: 1}, ../tasks/x]\n"),
        ("security/hausen.yaml", "partner: hausen\n", "partner: hausen\ncommitments: [foo]\n"),
    ],
)
def test_faulty_data_get_a_sentence_all_the_same(path: str, before: str, after: str):
    assert said(path, before, after)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("state: beigetreten", "", "Gemeinde Hausen: Mitgliedschaft in wohngeld ist vorgesehen"),
        (
            "state: beigetreten",
            "state: {a: b}",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): Stand der Mitgliedschaft: von „beigetreten“ auf einen Eintrag",
        ),
        (
            "role: nutzer",
            "role: {a: b}",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): Rolle: von „nutzer“ auf einen Eintrag",
        ),
        (
            "role: {a: b}",
            "role: nutzer",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): Rolle: von einem Eintrag auf „nutzer“",
        ),
        (
            "role: [a, b]",
            "role: nutzer",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): Rolle: von 2 Einträgen auf „nutzer“",
        ),
        (
            "role: nutzer",
            "role: [a, b]",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): Rolle: von „nutzer“ auf 2 Einträge",
        ),
        ("role: nutzer", "role:", "Mitgliedschaft Gemeinde Hausen (wohngeld): Rolle: nicht mehr „nutzer“"),
        (
            "until: {a: b}",
            "until: {a: 2027-01-01}",
            "Mitgliedschaft Gemeinde Hausen (wohngeld): a: von „b“ auf 1. Januar 2027",
        ),
        (
            "",
            "termination: {reason: x}",
            "Gemeinde Hausen: Kündigung der Mitgliedschaft in der Zusammenarbeit wohngeld ist eingetragen, ihr Ende noch nicht",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_makes_no_wrong_german(before: str, after: str, sentence: str):
    head = "partner: hausen\n"
    assert said(f"{C}/members/hausen.yaml", f"{head}{before}\n", f"{head}{after}\n") == [sentence]


# one place after the other, of what the sentences speak
SPOKEN = {
    f"{C}/members/hausen.yaml": [
        "from: {}",
        "until: {}",
        "resolutions: [{{organ: {}, about: {}, result: {}, date: {}}}]",
        "earlier: [{{from: {}}}]",
    ],
    f"{C}/mandates/neu.yaml": ["agent: {}", "principals: [{}]", "until: {}"],
    f"{C}/cooperation.yaml": [
        "milestones: [{{id: m, title: {}, state: {}}}]",
        "open_questions: [{{question: {}, answer: x}}]",
    ],
    f"{C}/agreement.yaml": [
        "versions: [{{number: {}, reason: {}, in_force_from: {}}}]",
        "procedure: [{{id: g, kind: {}, authority: {}, received_on: {}, outcome: {}}}]",
    ],
    "security/hausen.yaml": ["commitments: [{{framework: {}, level: {}, state: {}}}]"],
}


@pytest.mark.parametrize(("path", "line"), [(path, line) for path, lines in SPOKEN.items() for line in lines])
def test_no_sentence_shows_a_value_as_the_program_holds_it(path: str, line: str):
    shapes = [line.format(*[value] * 4) for value in ("2027-01-01", "null", "[x, y]", "{a: b}")]
    empty = "partner: hausen\n"
    for before in ("", *shapes):
        for after in ("", *shapes):
            for text in said(path, f"{empty}{before}\n", f"{empty}{after}\n"):
                assert not re.search(r"None|\{|\[|'", text), text


def test_a_new_mandate_without_a_list_of_parties_is_named():
    base = {p: texts().read(p) for p in texts().paths()}
    new = Texts({**base, f"{C}/mandates/neu.yaml": b"id: neu\nprincipals: 5\nagent: [x]\n"})
    [told] = [d.text for d in differences(Texts(base), new, describe)]
    assert told.startswith("Neues Mandat neu (wohngeld)")


def test_another_order_is_no_matter_of_spelling():
    path = f"{C}/mandates/neu.yaml"
    [told] = said(path, "principals:\n  - hausen\n  - speyer\n", "principals:\n  - speyer\n  - hausen\n")
    assert told.endswith(": andere Reihenfolge")


def test_a_notice_taken_back_is_no_end_and_no_return():
    path, ended = f"{C}/members/hausen.yaml", f"{MEMBER}until: 2029-12-31\n"
    notice = "termination:\n  declared_on: 2029-01-01\n  reason: x\n"
    [told] = said(path, ended + notice, ended)
    assert told == ("Gemeinde Hausen: Kündigung der Mitgliedschaft in der Zusammenarbeit wohngeld ist zurückgenommen")
    earlier = "earlier:\n  - from: 2003-01-01\n    until: 2004-12-31\n"
    [told] = said(path, ended + earlier, MEMBER + earlier)
    assert "endet nicht mehr zum 31. Dezember 2029" in told


def test_the_same_change_in_two_sections_is_told_twice():
    one = "front_office:\n  source: X\nsteering:\n  source: X\n"
    told = said(f"{C}/cooperation.yaml", one, one.replace("X", "Q"))
    assert len(set(told)) == 2
    assert told[1].endswith("(steering.source)")


def test_two_entries_without_a_name_are_two():
    told = said(f"{C}/members/hausen.yaml", MEMBER, MEMBER + "signatures:\n  - place: Hausen\n  - place: Worms\n")
    assert len(set(told)) == 2
    assert told[1] == f"{told[0]} (signatures.1)"


def test_long_texts_show_where_they_differ():
    [told] = said("tasks/wohngeld.yaml", f"name: {'a' * 200}alt{'b' * 200}\n", f"name: {'a' * 200}neu{'b' * 200}\n")
    assert "alt" in told
    assert "neu" in told
    assert len(told) < 300


def test_a_file_that_never_was_readable_did_not_get_worse():
    [told] = said("tasks/wohngeld.yaml", "a: [\n", "a: ]\n")
    assert told.endswith("war schon nicht lesbar und ist es auch jetzt nicht.")


SEAT = "Partner Stadt Speyer: Sitz"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("seat: geprueft", "seat: geprüft", f"{SEAT}: von „geprueft“ auf „geprüft“"),
        ('seat: "a\\nb"', "seat: a b", f"{SEAT}: von „a⏎b“ auf „a b“"),
        ("seat: [a]", "seat: a", f"{SEAT}: andere Schreibweise von „a“"),
        ("seat: {x: y}", "seat: [{z: y}]", f"{SEAT}: anderer Inhalt von einem Eintrag"),
        ("seat: {name: A, x: 1}", "seat: [{name: A, x: 2}]", f"{SEAT}: anderer Inhalt von „A“"),
        (
            f'seat: "{"a" * 90}\\nb"',
            f"seat: {'a' * 90} b",
            f"{SEAT}: von „…{'a' * 25}⏎b“ auf „…{'a' * 25} b“",
        ),
    ],
)
def test_two_sides_that_would_look_alike_are_told_apart(before: str, after: str, sentence: str):
    head = "id: speyer\nlegal_name: Stadt Speyer\n"
    assert said("partners/speyer.yaml", f"{head}{before}\n", f"{head}{after}\n") == [sentence]


def test_what_only_a_program_can_tell_apart_is_called_so():
    told = said("partners/speyer.yaml", "id: speyer\nseat: ä\n", "id: speyer\nseat: a\u0308\n")
    assert told[-1] == "Partner speyer: Sitz: andere Schreibweise von „a\u0308“"


def test_a_state_that_held_anyway_is_no_step_from_one_to_the_same():
    question = "id: wohngeld\nmilestones:\n  - id: m\n    title: M\n"
    [told] = said(f"{C}/cooperation.yaml", question, question + "    state: offen\n")
    assert told == "Zusammenarbeit wohngeld, „M“: Stand: jetzt „offen“"
