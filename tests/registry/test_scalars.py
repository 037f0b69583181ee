"""The one scalar rule: what unquoted text means, and when a writer must quote."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from ruamel.yaml import YAML

from ikzctl.registry.events import load
from ikzctl.registry.scalars import (
    ISO_DATE,
    is_block_text,
    means_something_else,
    needs_quotes,
    quoted,
    render,
    resolve,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("123456789012345", 123456789012345),
        ("12.50", Decimal("12.50")),
        ("-0.10", Decimal("-0.10")),
        ("2027-01-01", "2027-01-01"),
        ("2024-13-45", "2024-13-45"),
        ("15.01.2027", "15.01.2027"),
        ("1.2.3", "1.2.3"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("True", "True"),
        ("Null", "Null"),
        ("off", "off"),
        ("12:75", "12:75"),
        ("2024/25", "2024/25"),
        ("E 9a", "E 9a"),
        ("-", "-"),
        ("0xZZ", "0xZZ"),
    ],
)
def test_unquoted_text_means_what_the_rule_says(text, value):
    resolved, fault = resolve(text)
    assert fault is None
    assert resolved == value
    assert type(resolved) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "07318000", "01067", "00", "-01", "+1", "+0.5", "1.", ".5", "-.5", "1e3", "1E3", "1.5e3", "1.5e+3", "0x1F",
        "0o17", "0b101", "1_000", "1_000.5", "12:30", "08:00", "1:30:59", "190:20:30.15", ".inf", "-.inf", "+.INF",
        ".nan", ".NaN", "00.5", "0_7", "-_5", "-_",
    ],
)  # fmt: skip
def test_what_readers_take_for_another_number_asks_for_quotes(text):
    assert resolve(text) == (text, "ambiguous")
    assert needs_quotes(text)


@pytest.mark.parametrize("text", ["1234567890123456", "-1234567890123456", "1.123456789012345", "99041006017000000"])
def test_more_than_fifteen_digits_are_refused(text):
    assert resolve(text) == (text, "too_long")


@pytest.mark.parametrize(
    "text",
    [
        "", "~", "null", "Null", "NULL", "true", "True", "FALSE", "yes", "No", "ON", "off", "y", "N", "=", "<<", "1", "-1", "1.0",
        "07318000", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43", " a", "a ", "\u00a0a", "a: b", "a:", "a #b", "#a", "- a",
        "-", "---", "...", "? a", ": a", "[a", "]a", "{a", "}a", ",a", "&a", "*a", "!a", "|a", ">a", "'a", '"a', "%a", "@a", "`a",
        "a\nb",
    ],
)  # fmt: skip
def test_text_that_needs_quotes(text):
    assert needs_quotes(text)


@pytest.mark.parametrize(
    "text",
    ["Stadt Speyer", "2027-01-01", "a:b", "a#b", "-a", "it's", 'a "b"', "§ 12", "„a“", "a, b", "a [b]", "C:\\x", "x"],
)
def test_text_that_stands_unquoted(text):
    assert not needs_quotes(text)
    assert render(text) == text


def test_between_brackets_more_needs_quotes():
    for text in ("a, b", "a]", "a [b", "{a", "a:b", "a?"):
        assert needs_quotes(text, in_flow=True)
    assert not needs_quotes("Stadt Speyer", in_flow=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100.0"),
        (Decimal("1E-7"), "0.0000001"),
        (date(2027, 1, 31), "2027-01-31"),
        ("07318000", '"07318000"'),
        ("no", '"no"'),
        ("12:30", '"12:30"'),
        ('"x"', "'\"x\"'"),
        ("\\ 'x':", "'\\ ''x'':'"),
        ("a\n", '"a\\n"'),
    ],
)
def test_canonical_text_of_a_value(value, text):
    assert render(value) == text


def _random_texts(count):
    rnd = random.Random(11)  # noqa: S311
    alphabet = "0123456789++--..__::eExXoObB~ \"'#,[]{}&*!|>%@`?=<"
    words = [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "null",
        "true",
        "false",
        "inf",
        "nan",
        "2024-01-31",
        "T12:00:00",
        " ",
        "ä",
        "a",
    ]
    for _ in range(count):
        yield "".join(rnd.choice((rnd.choice(alphabet), rnd.choice(words))) for _ in range(rnd.randrange(0, 6)))


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
def test_a_second_reader_sees_text_where_we_write_text(version):
    """ruamel's own loader, under both versions of YAML, must read back every text as that text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    texts = [text for text in _random_texts(4000) if ISO_DATE.fullmatch(text) is None]
    lines = "".join(f"- {render(text)}\n" for text in texts)
    assert yaml.load(lines) == texts


def test_our_reader_sees_text_where_we_write_text():
    texts = list(_random_texts(3000))
    for start in range(0, len(texts), 500):
        part = texts[start : start + 500]
        lines = "".join(f"  - {render(text)}\n" for text in part)
        flow = ", ".join(render(text, in_flow=True) for text in part)
        data = load(f"a:\n{lines}b: [{flow}]\n".encode(), "f").data
        assert data == {"a": part, "b": part}


def test_quotes_survive_reading():
    for text in ("", 'a"b', "a'b", "a\\b", "a\\\"'b", "a\nb", 'a\n"b\\'):
        assert load(f"a: {quoted(text)}\n".encode(), "f").data == {"a": text}


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("kurz", False),
        ("x" * 100, False),
        ("x" * 101, True),
        ("a\nb", True),
        ("a\n\nb\n", True),
        ("a\nb\n\n", False),
        ("\na", False),
        (" a\nb", False),
        ("a \nb", False),
        ("a\n  \nb", False),
        ("\n", False),
    ],
)
def test_long_text_stands_as_a_block(text, block):
    assert is_block_text(text) is block


@pytest.mark.parametrize("character", [*"0_:.-+eExXbB1 ", "0:", "1_", "1.", "1e", "-0", "12:3"])
def test_no_pattern_gets_slow(character):
    """A hundred thousand of the worst character; a quadratic pattern would not come back from this."""
    text = character * (100_000 // len(character)) + "x"
    resolve(text)
    means_something_else(text)
    needs_quotes(text)
