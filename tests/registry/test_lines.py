"""The reader of canonical lines: what it reads, the parsers read alike; what they refuse, it does not read."""

from __future__ import annotations

import random
from bisect import bisect_left
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from ikzctl.registry.canonical import fmt
from ikzctl.registry.events import Loaded, load
from ikzctl.registry.layout import same
from ikzctl.registry.limits import MAX_DEPTH, MAX_EVENTS, MAX_SCALAR
from ikzctl.registry.lines import read_lines
from tests.registry.foreign import Form, written
from tests.registry.samples import sample

FORMS: list[Form] = [{}, {"brackets": True}, {"folded": True}, {"brackets": True, "width": 1000}]
SAMPLE = sorted((Path(__file__).parents[2] / "registry").rglob("*.yaml"))
NORMAL = 6_000
LONG = 300_000

# what people and programs put where; each of these may turn a line into something else
PIECES = [
    " ", "  ", "\n", "\n\n", "\n  ", "- ", "\n- ", "-", ": ", ":", " #", "# ", "#", "'", '"', "''", '""', "[]", "[",
    "]", ", ", "[a, b]", "{a: b}", "{a: ",
    "|", "|-", ">", ">-", "|+", "|2", "&a ", "*a", "!t ", "? ", "@", "`", "%", "~", "null", "true", "no", "07", "1e3",
    "12:30", "1.50", "-5", "--", "---", "...", "<<", "=", "\\", "a: b", "a:b", "a:\n", "key: 1\n", "id: x\n",
    "  b: 2\n", "- c\n", ",", "§ 12", "x", "\u00a0", "{", "}",
]  # fmt: skip

LONG_TEXTS = [
    "a:\n  - k: |-\n      x\n      y\n\n      z\n    m: 1\n  - |\n    x\n    y\nb: |\n  x\n\n  y\nc: 1\n",
    "a: |-\n  x\nb:\n  c:\n    d: |\n      x\n        y\n      z\n    e: f\n",
]


def originals() -> list[str]:
    """Texts in canonical form: the shipped sample, and written-over ones from many hands; and all of them in foreign forms."""
    shipped = [path.read_text(encoding="utf-8") for path in SAMPLE]
    made = [fmt(sample(seed)[0].encode()) for seed in range(300)]
    foreign = [written(data_of(text), **form) for form, text in zip(cycle(FORMS), made + shipped * 3, strict=False)]
    return shipped + made + LONG_TEXTS * 150 + foreign


def data_of(text: str) -> dict[str, Any]:
    return load(text.encode(), "f", "events").data or {}


def damaged(rnd: random.Random, text: str) -> str:
    """Slips that leave most lines as they were: a line further in or out, moved, doubled, gone, or with something in it."""
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        lines = text.split("\n")
        at = rnd.randrange(len(lines))
        kind = rnd.randrange(10)
        if kind == 0:
            lines[at] = " " * rnd.choice((1, 2, 4)) + lines[at]
        elif kind == 1:
            lines[at] = lines[at].removeprefix(" " * rnd.choice((1, 2, 2, 4)))
        elif kind == 2:
            lines.insert(at, lines[rnd.randrange(len(lines))])
        elif kind == 3:
            del lines[at]
        elif kind == 4:
            here = rnd.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:here] + rnd.choice(PIECES) + lines[at][here:]
        elif kind == 5:
            lines[at] = lines[at][: rnd.randrange(len(lines[at]) + 1)]
        elif kind == 6:
            lines[at] = lines[at].replace(": ", rnd.choice((":", ":  ", ": - ", ": |\n    ", ": \n")), 1)
        elif kind == 7:
            lines.insert(at, " " * rnd.randrange(1, 12))
        elif kind == 8:
            # below blanks a comment may be a part of the text above them
            lines[at:at] = [
                " " * rnd.randrange(12),
                " " * rnd.randrange(12) + rnd.choice(("# x", "#", "- a", "b: 2", "c")),
            ]
        else:
            lines[at] += rnd.choice((" ", "  # Anmerkung", " # x", "#x", ":", ": y", " -", "\n    mehr", "\n\n"))
        text = "\n".join(lines)
    return text


def where(loaded: Loaded) -> list[tuple[int, int] | None]:
    return [(mark.line, mark.column) if mark else None for mark in loaded.marks]


def compare(seeds: range) -> tuple[int, int]:
    """How many texts were read by lines, and how many only by a parser; all of them mean the same to all."""
    texts = originals()
    read = left = 0
    for seed in seeds:
        rnd = random.Random(seed)  # noqa: S311
        content = damaged(rnd, rnd.choice(texts)).encode()
        quick, parsed = load(content, "f"), load(content, "f", "events")
        assert same(quick.data, parsed.data), content.decode()
        assert quick.findings == parsed.findings, content.decode()
        # only the reader of lines leaves the places to whoever asks
        by_lines = quick._marks is None
        assert where(quick) == where(parsed), content.decode()
        read, left = read + by_lines, left + (not by_lines)
        if seed % 20 == 0:
            pure = load(content, "f", "pure")
            assert (pure.data, pure.findings) == (parsed.data, parsed.findings), content.decode()
    return read, left


def test_slips_of_the_hand():
    read, left = compare(range(NORMAL))
    assert read > NORMAL // 4
    assert left > NORMAL // 4


@pytest.mark.slow
def test_slips_of_the_hand_many():
    read, left = compare(range(NORMAL, NORMAL + LONG))
    assert read + left == LONG


def test_the_sample_is_read_by_lines_alone():
    """Otherwise speed would be lost unnoticed."""
    assert [path.name for path in SAMPLE if read_lines(path.read_text(encoding="utf-8")) is None] == []


def test_most_of_what_other_programs_write_is_read_by_lines():
    """Neither nested brackets nor escapes are; what is read means the same, which the slips show as well."""
    for form, least in zip(FORMS, (0.9, 0.8, 0.95, 0.8), strict=True):
        texts = [written(data_of(path.read_text(encoding="utf-8")), **form) for path in SAMPLE]
        read = [(text, data) for text in texts if (data := read_lines(text)) is not None]
        assert all(same(data, data_of(text)) for text, data in read), form
        assert len(read) > least * len(SAMPLE), form


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\n", {"a": 1}),
        ("a:\n", {"a": None}),
        ("a: # leer\nb: x\n", {"a": None, "b": "x"}),
        ("# oben\n\na: x  # hinten\n", {"a": "x"}),
        ("a:\n- b\n- c\nd: e\n", {"a": ["b", "c"], "d": "e"}),
        ("a:\n  - b: 1\n    c:\n      - d\n  - b: 2\n", {"a": [{"b": 1, "c": ["d"]}, {"b": 2}]}),
        ("a:\n  - b:\n    - c\n", {"a": [{"b": ["c"]}]}),
        ("a: []\nb: 'x: #y'\nc: \"z\"\nd: https://x.example/#y\n", None),
        ("a: []\nb: 'x: #y'\nc: \"z\"\nd: https://x.example/y\n", {"a": [], "b": "x: #y", "c": "z", "d": "https://x.example/y"}),
        ("a: |\n  b\n\n   c\n\n\nd: |-  # Text\n  # kein Kommentar\n", {"a": "b\n\n c\n", "d": "# kein Kommentar"}),
        ("a:\n  - |\n    b\n  - c: |\n      d\n    e: f\n", {"a": ["b\n", {"c": "d\n", "e": "f"}]}),
        ("---\na: x\n  y\n  z\nb:\n- c d\n  e\n- f: 5\n    6\n", {"a": "x y z", "b": ["c d e", {"f": "5 6"}]}),
        ("a: 'it''s'\nb: 'x\n\n  y \n\n\n  it''s'\nc: \"x\n  y\"\nd: 1\n", {"a": "it's", "b": "x\ny\n\nit's", "c": "x y", "d": 1}),
        ("a: >\n  x\n  y\n\n  z\nb: >-\n  x\n  y\n", {"a": "x y\nz\n", "b": "x y"}),
        ("a: [b, 'c, d', 5]\ne:\n  - {f: g h, i: null}\n  - {f: x,\n    i: y\n    z}\nj: x {y} [z]\n",
         {"a": ["b", "c, d", 5], "e": [{"f": "g h", "i": None}, {"f": "x", "i": "y z"}], "j": "x {y} [z]"}),
        ("a: x \nb: y, \n  z \nc:  \nd: [e, \n  f] \ng: {h: \n  i}\n",
         {"a": "x", "b": "y, z", "c": None, "d": ["e", "f"], "g": {"h": "i"}}),
        ("a: 2027-01-01\nb: no\nc: true\nd: -5\n", {"a": "2027-01-01", "b": "no", "c": True, "d": -5}),
    ],
)  # fmt: skip
def test_forms(text: str, data: dict[str, object] | None):
    assert read_lines(text) == data
    if data is not None:
        parsed = load(text.encode(), "f", "events")
        assert (same(parsed.data, data), parsed.findings) == (True, ())
        assert where(load(text.encode(), "f")) == where(parsed)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "# nur ein Kommentar\n", "a: 1", "- a\n", "a\n", "a: 1\na: 2\n",
        "a: 1\n  b: 2\n", "a:\n  b: 1\n c: 2\n", "a:\n    - b\n  - c\n",
        "a: b: c\n", "a: x\n\n  y\n", "a: 07\n", "a: 1e3\n", "a: &x b\n", "a: *x\n", "a: !x b\n", "a: [b: c]\n", "a: [[b]]\n",
        "a: {}\n", "a: '{{'\n", "a: \"\\n\"\n",
        "a: 'x\n", "a: 'x\n  y\n", "a: >\n  b\n\n   c\n", "a: x # y\n  z\n",
        "a: x\n  y # z\n  0\n", "a: |+\n  b\n", "a: |2\n  b\n", "a: |\n\n  b\n", "a: |\nb: 1\n", "a: |\n    b\n  c\n",
        "a:\n  k: |\n    x\n \n    # y\n", "a: |\n  x\n \nb: 1\n", "a: |-\n  x\n\n \n  y\n",
        "a:\n  - |\n  b\n", "a:\n  - b: |\n    c\n", "null: 1\n", "1: a\n", "'a': b\n", "? a\n",
        "a: - b\n", "- - a\n", "a:  b\n", "---\n", "a: 1\n---\nb: 1\n", "a: [b,\n  c]  # d\n",
        "a: [b,\n\n  c]\n", "a: [b\n]\n", "a: {b: 1, b: 2}\n", "a: {null: 1}\n", "a: {b: 07}\n", "a: [b, 1e3]\n", "[a]\n", "{a: b}\n",
        "a: 'x'\n  'y'\n", "a: x\n  'y'\n", "a: x\n  y: z\n", "- x\n  y\n", "a:\n  x\n", "a:\n  - x\n  y\n",
    ],
)  # fmt: skip
def test_what_is_left_to_the_parsers(text: str):
    assert read_lines(text) is None


@pytest.mark.parametrize(
    "line", ["- b\n", "- b:\n", "- b: 1\n  c: 2\n", "- []\n", "- b:\n  - []\n", "- [b, c]\n", "- {b: c}\n"]
)
def test_as_many_events_as_the_parsers_allow(line: str):
    def fits(times: int) -> bool:
        return read_lines("a:\n" + line * times) is not None

    most = bisect_left(range(MAX_EVENTS), True, key=lambda times: times > 0 and not fits(times)) - 1
    for times in (most, most + 1):
        parsed = load(("a:\n" + line * times).encode(), "f", "events")
        assert (parsed.findings == ()) == (times == most)


def nested(depth: int, inner: str) -> str:
    return "".join(f"{'  ' * level}a:\n" for level in range(depth)) + "  " * depth + inner


@pytest.mark.parametrize(
    "inner",
    ["a: 1\n", "- a\n", "- a: 1\n", "a: []\n", "- []\n", "- a: []\n", "a: [b]\n", "- {a: b}\n", "- a: {b: c}\n"],
)
def test_depth(inner: str):
    """The parsers' reader refuses from the thirteenth level on, so this one must not read it either."""
    for depth in range(MAX_DEPTH - 4, MAX_DEPTH + 3):
        text = nested(depth, inner)
        fits = load(text.encode(), "f", "events").findings == ()
        assert (read_lines(text) is not None) == fits, depth
    assert read_lines(nested(MAX_DEPTH + 1, inner)) is None


@pytest.mark.parametrize(
    ("head", "tail"), [("a: ", ""), ("a: '", "'"), ("a:\n  - ", ""), ("a: |-\n  ", ""), ("a: |-\n  x\n  ", "")]
)
def test_long_values(head: str, tail: str):
    for length in (MAX_SCALAR - 5, MAX_SCALAR - 1, MAX_SCALAR, MAX_SCALAR + 1):
        text = f"{head}{'x' * length}{tail}\n"
        parsed = load(text.encode(), "f", "events")
        assert read_lines(text) in ((None,) if parsed.findings else (None, parsed.data)), length
