"""Traces of persons and secrets: what is recognised, what is let through, and that no text makes it slow."""

from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikzctl.checks import texts
from ikzctl.checks.records import RECORD_CHECKS, check_record
from ikzctl.model.kinds import place_of
from ikzctl.registry.build import build
from ikzctl.registry.events import load
from ikzctl.registry.scan import examine
from tests.checks.small import base, changed, findings


def _codes(text):
    change = {"file": "cooperations/kfz/cooperation.yaml", "old": "Wer führt das Archiv?", "new": text}
    return {f.code for f in findings(changed([change])) if f.code.startswith("IKZ-D")}


@pytest.mark.parametrize(
    "text",
    [
        "Rückfragen an erika.mustermann@speyer.example",
        "Rückfragen an e.mustermann@speyer.example",
        "Rückfragen an Erika_Mustermann@speyer.example",
    ],
)
def test_mail_of_a_person(text):
    assert _codes(text) == {"IKZ-D001"}


@pytest.mark.parametrize(
    "text",
    [
        "Rückfragen an poststelle@speyer.example",
        "Rückfragen an kfz.zulassung@speyer.example",
        "Rückfragen an ikz-koordination@speyer.example",
        "Rückfragen an stadt.speyer@poststelle.example",
        "Rückfragen an it.sicherheit@speyer.example",
    ],
)
def test_mail_of_a_function(text):
    assert _codes(text) == set()


@pytest.mark.parametrize("number", ["0171 1234567", "+49 151 23456789", "0049-160-1234567", "0179/1234567"])
def test_mobile_number(number):
    assert _codes(f"Rufbereitschaft {number}") == {"IKZ-D002"}


@pytest.mark.parametrize("number", ["06232 14-0", "+49 6232 140", "07318000", "99107023017000", "AZ 2017-1512345678"])
def test_no_mobile_number(number):
    assert _codes(f"Rufbereitschaft {number}") == set()


@pytest.mark.parametrize("text", ["geb. 01.02.1990", "geboren am 1. Februar 1990", "Geburtsdatum 1990-02-01"])
def test_birth_date(text):
    assert _codes(f"Ansprechperson {text}") == {"IKZ-D003"}


@pytest.mark.parametrize("text", ["in Kraft seit 01.02.1990", "Geburtsurkunde vom 01.02.2026 vorlegen"])
def test_no_birth_date(text):
    assert _codes(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Zugang mit Kennwort=Sommer2026",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "api_key=4f9a8b7c6d5e",
        "glpat-abcdefghijklmnopqrst",
    ],
)
def test_secret(text):
    assert _codes(text) == {"IKZ-D004"}


@pytest.mark.parametrize(
    "text", ["Kennwort wird per Post versandt", "Token läuft nach 12 Monaten ab", "Passwort per Brief"]
)
def test_no_secret(text):
    assert _codes(text) == set()


@pytest.mark.parametrize("name", ["_MAIL", "_MOBILE", "_BIRTH", "_SECRET"])
def test_every_repetition_is_bounded(name):
    """An attacker chooses the text: a pattern without unbounded repetition costs the same at every place of it."""
    assert _unbounded(_parser.parse(getattr(texts, name).pattern)) == []


def _unbounded(node):
    found = []
    for op, argument in node:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, inner = argument
            found += [(low, high)] if high is sre.MAXREPEAT else []
            found += _unbounded(inner)
        elif op is sre.SUBPATTERN:
            found += _unbounded(argument[3])
        elif op is sre.BRANCH:
            found += [x for branch in argument[1] for x in _unbounded(branch)]
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            found += _unbounded(argument[1])
    return found


_PIECES = (
    "passwort: abc123!",
    "api",
    "key=4f9a8b7c6d5e",
    "  0",
    "  151 23456789",
    "  /-( 160",
    "kapital 0171 123",
    "2016",
    "geb.",
    "01.02.1990",
    "e.muster@a.example",
    "info@a.example",
    "to\u212aen",
    "\u017fecret",
    "back\\slash",
    "name: Speyer",
    "",
)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(_PIECES), max_size=5), max_size=6), st.lists(st.sampled_from(_PIECES)))
def test_what_was_seen_before_does_not_matter(before: list[list[str]], lines: list[str]):
    """Lines are remembered as innocent; whatever files there were, the answer is that of a first look."""
    content = "\n".join(lines).encode()
    texts._innocent.clear()
    alone = texts.suspects(content)
    texts._innocent.clear()
    for other in before:
        texts.suspects("\n".join(other).encode())
    assert texts.suspects(content) == alone == texts.suspects(content)


@settings(deadline=None, max_examples=2000)
@given(st.text("0149567\n\t ()/-x", max_size=12))
def test_what_is_looked_for_first_overlooks_nothing(text: str):
    content = text.encode()
    if texts._DIALLED_PART.search(content) or texts._DIALLED.search(content):
        assert texts._DIALLED_SIGN.search(content)


def test_little_is_remembered():
    texts._innocent.clear()
    for number in range(3 * texts._MAX_INNOCENT):
        texts.suspects(b"name: %d\nland: RP" % number)
    assert b"land: RP" in texts._innocent
    assert len(texts._innocent) <= texts._MAX_INNOCENT + 2


_WORDS = (
    "Passwort",
    "kennwort",
    "API-Key",
    "to\u212aen",
    "\u017fecret",
    "=",
    ":",
    "Sommer2026!",
    "geb.",
    "Geburtstag",
    "geboren am",
)
_MORE_WORDS = (
    "01.02.1990",
    "1. Februar 1990",
    "0171",
    "+49",
    "151",
    "23456789",
    "e.muster@speyer.example",
    "AKIA0123456789ABCDEF",
    "x",
)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from((*_WORDS, *_MORE_WORDS)), min_size=1, max_size=6),
    st.lists(st.sampled_from((" ", "\n", "", "-", "/", "\n\n", " (")), min_size=6, max_size=6),
    st.sampled_from("|>'p"),
)
def test_no_way_of_writing_hides_anything(words: list[str], between: list[str], style: str):
    """The quick look at the file leaves out work only: what is found in the texts depends on them alone."""
    text = "".join(f"{word}{gap}" for word, gap in zip(words, between, strict=False)).strip()
    lines = [f"      {line}" if line else "" for line in text.split("\n")]
    written = {"|": ["|", *lines], ">": [">", *lines], "'": ["'", *lines, "      '"], "p": ["", *lines]}[style]
    path = "cooperations/kfz/cooperation.yaml"
    content = base()[path].replace("Wer führt das Archiv?", "\n".join(written)).encode()
    loaded = load(content, path)
    place = place_of(path)
    assert place is not None
    record, _ = build(place, loaded, path)
    if record is not None:
        found = list(check_record(place, record, content))
        assert found == list(check_record(place, record, content + b"\\")), "a look at every text finds the same"


@pytest.mark.parametrize(
    "beside", ["{text}  # Passwort: Sommer2026!", "# Passwort: Sommer2026!\n{text}", "{text}\n# Passwort: Sommer2026!"]
)
def test_a_secret_in_a_comment(beside: str):
    """git forgets a comment no more than the rest."""
    path = "cooperations/kfz/cooperation.yaml"
    lines = base()[path].split("\n")
    content = "\n".join([beside.format(text=lines[0]), *lines[1:]]).encode()
    (found,) = [f for f in examine(path, content, RECORD_CHECKS).findings if f.code == "IKZ-D004"]
    number = content[: content.index(b"# Passwort")].count(b"\n")
    place = (number + 1, content.split(b"\n")[number].index(b"#") + 1)
    assert (found.severity, found.pointer.file, found.pointer.line, found.pointer.column) == ("error", path, *place)


def test_a_secret_in_a_comment_beside_a_way_of_writing_without_places():
    assert [*texts._comments(b"? a\n: b # Passwort: Sommer2026!\n")] == [(2, 5, "# Passwort: Sommer2026!")]


def test_what_only_looks_like_a_comment_is_reported_once():
    path = "cooperations/kfz/cooperation.yaml"
    content = base()[path].replace("Wer führt das Archiv?", '"Wer? # Passwort: Sommer2026!"').encode()
    found = [f for f in examine(path, content, RECORD_CHECKS).findings if f.code == "IKZ-D004"]
    assert [f.pointer.field_text.rpartition(".")[2] for f in found] == ["question"]
