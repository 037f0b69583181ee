"""The canonical form: what new files look like, and what `fmt` makes of files that people wrote."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from ikzctl.model.errors import UserError
from ikzctl.registry import canonical
from ikzctl.registry.canonical import dump, fmt
from ikzctl.registry.events import load
from ikzctl.registry.layout import same
from tests.registry.owners import owners, same_owner
from tests.registry.samples import sample


def mended(text, key_order=None):
    out = fmt(text.encode("utf-8") if isinstance(text, str) else text, key_order)
    assert fmt(out.encode("utf-8"), key_order) == out
    assert load(out.encode("utf-8"), "f").findings == ()
    return out


def comments(text):
    return re.findall(r"# k[0-9]+", text)


# -- dump


def test_a_new_file():
    data = {
        "id": "stadt-speyer",
        "key": "07318000",
        "country": "no",
        "hours": "12:30",
        "from": date(2027, 1, 1),
        "fte": Decimal("1.50"),
        "until": None,
        "active": True,
        "parts": [{"name": "a", "roles": ("r", "s")}, {"name": "b", "roles": []}],
        "grid": [["a", "b"], []],
        "nothing": {},
        "note": "Erste Zeile.\nZweite: Zeile.\n",
        "reason": "Wort " * 24 + "Ende",
    }
    text = dump(
        data,
        {
            (): "Kopf der Datei.",
            ("key",): "Der amtliche Schlüssel.",
            ("parts", 1): "Der zweite Teil.",
            ("parts", 0, "roles"): "Rollen.",
        },
    )
    assert (
        text
        == """\
# Kopf der Datei.

id: stadt-speyer
# Der amtliche Schlüssel.
key: "07318000"
country: "no"
hours: "12:30"
from: 2027-01-01
fte: 1.50
until: null
active: true
parts:
  - name: a
    # Rollen.
    roles:
      - r
      - s
  # Der zweite Teil.
  - name: b
    roles: []
grid:
  - - a
    - b
  - []
nothing: {}
note: |
  Erste Zeile.
  Zweite: Zeile.
reason: |-
  """
        + "Wort " * 24
        + "Ende\n"
    )
    assert fmt(text.encode()) == text


def test_key_order_of_a_new_file():
    def order(path):
        return {(): ("id", "name", "parts"), ("parts", 0): ("from", "until")}.get(path, ())

    text = dump({"extra": 1, "parts": [{"until": 2, "from": 1}], "id": "x"}, {("parts", 0, "from"): "ab"}, order)
    assert text == "id: x\nparts:\n  # ab\n  - from: 1\n    until: 2\nextra: 1\n"


def test_comments_are_wrapped_at_a_readable_width():
    text = dump({"a": {"b": 1}}, {("a", "b"): "Ein langer Satz, " * 12 + "Ende.\nNeuer Absatz."})
    lines = [line for line in text.splitlines() if "#" in line]
    assert len(lines) > 2
    assert all(len(line) <= 100 and line.startswith("  # ") for line in lines)
    assert lines[-1] == "  # Neuer Absatz."


def test_a_comment_for_nothing_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="does not hold"):
        dump({"a": 1}, {("b",): "x"})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\x1bb", "001B"),
        ("Sp\u0435yer", "0435"),
        ("{{ x }}", "„{{“"),
        ("a\ud800", "Steuerzeichen|UTF-8"),
        (10**15, "Ziffern"),
        ("x" * 10_001, "10001"),
        (Decimal("Infinity"), "Zahl|Anführung"),
    ],
)
def test_what_no_file_may_hold_is_not_written(value, words):
    with pytest.raises((UserError, AssertionError)) as caught:
        dump({"a": value})
    if isinstance(caught.value, UserError):
        assert re.search(words, caught.value.message)


@pytest.mark.parametrize("value", [1.5, datetime(2027, 1, 1, 12, 0), {1, 2}, b"x"])  # noqa: DTZ001
def test_values_without_a_place_in_yaml_are_a_mistake_of_the_program(value):
    with pytest.raises(TypeError):
        dump({"a": value})


def test_random_data_is_read_back_as_it_was():
    for seed in range(600):
        _, data = sample(seed)
        text = dump(data)
        assert same(load(text.encode(), "f").data, data), seed
        assert fmt(text.encode()) == text, seed


# -- fmt: the table of what ruamel's round trip does wrong


def test_9_1_list_that_lost_its_last_entry_is_readable():
    assert mended("k0:\n  # c\n  []\nk1: x\nk2: z\n") == "# c\nk0: []\nk1: x\nk2: z\n"


def test_9_1_comment_in_flow_style_survives():
    assert mended("a: [1, # eins\n  2] # zwei\n") == "a:\n  - 1  # eins\n  - 2  # zwei\n"
    assert mended("a: [ # kopf\n  1]\n") == "a:  # kopf\n  - 1\n"
    assert mended("a: [1, 2] # alle\n") == "a:  # alle\n  - 1\n  - 2\n"
    assert mended("a: {x: 1, y: [2]} # alle\nb: 1\n") == 'a:  # alle\n  x: 1\n  "y":\n    - 2\nb: 1\n'


def test_9_1_forms_that_become_canonical():
    cases = {
        "a: ~\n": "a: null\n",
        "a:\n": "a: null\n",
        "a:    1\n": "a: 1\n",
        "a: '1'\n": 'a: "1"\n',
        "a: 'x'\n": "a: x\n",
        "a: True\n": 'a: "True"\n',
        "a: no\n": 'a: "no"\n',
        'a: "\\u00df"\n': "a: ß\n",
        "---\na: 1\n": "a: 1\n",
        "a: 1\n...\n": "a: 1\n",
        "a:\n    b:\n        - c\n": "a:\n  b:\n    - c\n",
        "a:\n- b\n- c\n": "a:\n  - b\n  - c\n",
        "a: 1 # x\n": "a: 1  # x\n",
        "a: 1        # x\n": "a: 1  # x\n",
        "a: 1": "a: 1\n",
        "a: 1\n\n\n\nb: 2\n\n\n": "a: 1\n\nb: 2\n",
        "a: >-\n  b\n  c\n": "a: b c\n",
        "a: b\n  c\n": "a: b c\n",
        "{a: 1, b: [x, {c: d}]}\n": "a: 1\nb:\n  - x\n  - c: d\n",
        "{}\n": "{}\n",
        "a: 2027-01-01\n": "a: 2027-01-01\n",
        'a: "2027-01-01"\n': "a: 2027-01-01\n",
        "a: 12.50\n": "a: 12.50\n",
        "a: |  # c\n    x\n\n    y\n": "a: |  # c\n  x\n\n  y\n",
        "a: |+\n  x\n\nb: 1\n": 'a: "x\\n\\n"\n\nb: 1\n',
    }
    for text, wanted in cases.items():
        assert mended(text) == wanted


@pytest.mark.parametrize("sign", ["|", "|-", ">", ">-"])
@pytest.mark.parametrize("after", ["", "b: 1\n"])
def test_a_comment_under_a_text_that_is_only_blanks_is_kept(sign, after):
    """A line of blanks says how far in the text would stand; what stands less far in is no text, but a comment."""
    assert "# Achtung" in mended(f"a: {sign}\n   \n # Achtung\n{after}")
    assert "# Achtung" in mended(f"l:\n  - a: {sign}\n\n        \n     # Achtung\n{after}")


def test_9_1_crlf_and_byte_order_mark():
    assert mended(b"\xef\xbb\xbfa: 1\r\n# c\r\nb: |\r\n  x\r\n  y\r\n") == "a: 1\n# c\nb: |\n  x\n  y\n"
    assert mended(b"a: 1\rb: 2") == "a: 1\nb: 2\n"


def test_9_1_long_lines_are_not_folded():
    text = "a: " + "wort " * 19 + "ende\n"
    assert mended(text) == text
    long = "wort " * 60 + "ende"
    assert mended(f"a: {long}\n") == f"a: |-\n  {long}\n"


def test_9_1_tab_before_a_comment_is_named_with_its_line():
    with pytest.raises(UserError, match="Zeile 2: Hier steht ein Tabulator"):
        fmt(b"a: 1\nb: 1\t# x\n")


def test_what_cannot_be_formatted_is_named_with_its_line():
    with pytest.raises(UserError, match="Zeile 3: "):
        fmt(b"a: 1\n\nb: 07\n")
    with pytest.raises(UserError, match="Zeile 2: "):
        fmt(b"a: 1\n? b\n: 2\n")


def test_comments_stay_where_they_speak():
    text = """\
# Kopf

# über a
a: # hinter a
    # über b
    b: 1   # hinter b
    # Ende von a

# über c
c:
- x # hinter x
# über w
- w
# über d
d:
  - # hinter Strich
    # über e
    e: 1
# Schluss
"""
    assert (
        mended(text)
        == """\
# Kopf

# über a
a:  # hinter a
  # über b
  b: 1  # hinter b
  # Ende von a

# über c
c:
  - x  # hinter x
  # über w
  - w
# über d
d:
  # hinter Strich
  # über e
  - e: 1
# Schluss
"""
    )


def test_key_order_takes_comments_along_and_leaves_the_head():
    def order(path):
        return ("id", "name") if not path else ()

    text = "# Kopf\n\n# über z\nz: 1  # hinter z\n# über name\nname: x\nid: w\n# Schluss\n"
    assert mended(text, order) == "# Kopf\n\nid: w\n# über name\nname: x\n# über z\nz: 1  # hinter z\n# Schluss\n"


def test_comments_further_in_stay_with_the_entry_above():
    text = """\
a: 1
      # zu a

    # auch zu a
b: |
   x
  # zu b
c:
      # zu c
  - x
    # zu x
  # Ende von c
d: [1, {e: 2}]  # hinter d
    # zu d
f: []
 # zu f
g:
    h:
    - x
  # zu g
i:
  -
      # zu i 0
    # zu j
    j: |-
      x
      y
     # auch zu j
"""
    assert (
        mended(text)
        == """\
a: 1
  # zu a

  # auch zu a
b: |
  x
 # zu b
c:
    # zu c
  - x
    # zu x
  # Ende von c
d:  # hinter d
  - 1
  - e: 2
  # zu d
f: []
  # zu f
g:
  h:
    - x
  # zu g
i:
  # zu i 0
  # zu j
  - j: |-
      x
      y
     # auch zu j
"""
    )


def keeps_owners(text, out):
    data = load(out.encode(), "f").data
    after = owners(out)
    return all(same_owner(path, after[comment], data) for comment, path in owners(text).items() if path)


def test_random_files_keep_data_and_comments():
    for seed in range(1_500):
        text, data = sample(seed)
        out = mended(text)
        assert keeps_owners(text, out), seed
        assert same(load(out.encode(), "f").data, data), seed
        assert comments(out) == comments(text), seed
        assert out.endswith("\n") and not out.endswith("\n\n")
        assert all(line == line.rstrip() for line in out.split("\n"))
        if seed % 5 == 0:
            assert fmt(text.encode(), None, "pure") == out
            assert fmt(text.replace("\n", "\r\n").encode()) == out


def test_random_files_in_the_order_of_a_schema():
    def order(path):
        return ("until", "id", "note", "from", "active", "members")

    for seed in range(400):
        text, data = sample(seed)
        out = mended(text, order)
        again = load(out.encode(), "f").data or {}
        assert same(again, data, ordered=False), seed
        known = [key for key in again if key in order(())]
        assert known == sorted(known, key=order(()).index)
        assert sorted(comments(out)) == sorted(comments(text)), seed
        assert keeps_owners(text, out), seed


def test_what_is_in_form_and_has_no_comment_is_only_compared(monkeypatch):
    """The quick way says the same as the long one."""
    plain = [dump(load(sample(seed)[0].encode(), "f").data or {}) for seed in range(200)]

    def never(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(canonical, "Tree", never)
        assert [fmt(text.encode()) for text in plain] == plain
    with monkeypatch.context() as patched:
        patched.setattr(canonical, "_written", lambda data, key_order: None)
        assert [fmt(text.encode()) for text in plain] == plain


def test_a_form_that_no_file_may_have_is_said():
    text = "a:\n  b:\n    c:\n" + "".join(
        f'      k{n}: "{"a" + chr(92) + "n"}{("a" + chr(92) + "n") * 3000}"\n' for n in range(26)
    )
    assert len(text) < 256 * 1024
    with pytest.raises(UserError, match=r"nicht selbsttätig umstellen. Danach: .*256"):
        fmt(text.encode())
