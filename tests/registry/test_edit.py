"""Editing files that people wrote: readable afterwards, no comment of a surviving entry lost, no other line touched."""

from __future__ import annotations

import copy
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ikzctl.model.changes import AppendItem, NewFile, RemoveValue, SetValue
from ikzctl.model.errors import WriteRefused
from ikzctl.registry.edit import Document, TextEdit, apply, render_new
from ikzctl.registry.events import load
from ikzctl.registry.layout import same
from ikzctl.registry.splice import Splice
from tests.registry.owners import owners, same_owner
from tests.registry.samples import KEYS, sample, value

FILE = "partners/x.yaml"
NORMAL = 2_100
LONG = 30_000


def put(text, target, new, comment=None, key_order=None):
    return apply(text.encode(), [SetValue(FILE, target, new, comment)], key_order).decode()


def append(text, target, new, comment=None):
    return apply(text.encode(), [AppendItem(FILE, target, new, comment)]).decode()


def remove(text, *target):
    return apply(text.encode(), [RemoveValue(FILE, target)]).decode()


# -- the table of what ruamel's round trip does wrong


def test_9_1_removing_the_last_entry_leaves_a_readable_file():
    assert remove("k0:\n  # c\n  - a\nk1: x\nk2: y\n", "k0", 0) == "k0: []\nk1: x\nk2: y\n"
    assert remove("k0:  # c\n  - a\nk1: x\n", "k0", 0) == "k0: []  # c\nk1: x\n"
    assert remove("k0:\n  a: 1\n  # darunter\nk1: x\n", "k0", "a") == "k0: {}\n  # darunter\nk1: x\n"
    assert remove("k0:\n  # frei\n\n  # an a\n  a: 1\n", "k0", "a") == "k0: {}\n  # frei\n\n"


def test_9_1_the_comment_goes_with_its_entry():
    assert remove("l:\n- a # bis 2026\n- b # bis 2027\n", "l", 1) == "l:\n- a # bis 2026\n"
    assert remove("l:\n- a # bis 2026\n- b # bis 2027\n", "l", 0) == "l:\n- b # bis 2027\n"


def test_9_1_the_comment_above_the_next_key_stays():
    text = "a: 1\n# über b\nb: 2\n# über c\nc: 3\n"
    assert remove(text, "b") == "a: 1\n# über c\nc: 3\n"
    assert remove(text, "c") == "a: 1\n# über b\nb: 2\n"


def test_9_1_appending_stays_in_front_of_the_next_section():
    text = "l:\n  - a\n\n# Abschnitt zwei\nk: 1\n"
    assert append(text, ("l",), "b") == "l:\n  - a\n  - b\n\n# Abschnitt zwei\nk: 1\n"


def test_9_1_nothing_else_is_rewritten():
    text = "a:    ~\nb: \"ß\"\nc:   'x'   # c\nd: {x: 1}\n" + "e: " + "wort " * 50 + "ende\nf:\n    - 1\n"
    assert put(text, ("f", 0), 2) == text.replace("- 1", "- 2")
    assert put("---\na: 1", ("a",), 2) == "---\na: 2\n"


def test_9_1_values_that_need_quotes_get_them():
    assert put("a: x\n", ("a",), "no") == 'a: "no"\n'
    assert put("a: x\n", ("a",), "12:30") == 'a: "12:30"\n'
    assert put("a: x\n", ("a",), "07318000") == 'a: "07318000"\n'
    assert put("l: [a]\n", ("l", 0), "a, b") == 'l: ["a, b"]\n'


# -- setting


def test_set_keeps_quotes_spacing_and_the_comment_behind():
    assert put("a:   'x'   # c\n", ("a",), "it's") == "a:   'it''s'   # c\n"
    assert put('a: "x" # c\n', ("a",), 'y"z\\') == 'a: "y\\"z\\\\" # c\n'
    assert put("a: x # c\n", ("a",), date(2027, 1, 31)) == "a: 2027-01-31 # c\n"
    assert put("a: # c\n", ("a",), Decimal("1.50")) == "a: 1.50 # c\n"
    assert put("a:\nb: 1\n", ("a",), "x") == "a: x\nb: 1\n"
    assert put("a: x\n", ("a",), None) == "a: null\n"
    assert put("l:\n- \n- b\n", ("l", 0), "x") in ("l:\n-  x\n- b\n", "l:\n- x\n- b\n")


def test_set_long_text_as_a_block_and_back():
    assert put("a: x  # c\nb: 1\n", ("a",), "eins\nzwei\n") == "a: |  # c\n  eins\n  zwei\nb: 1\n"
    assert put("a: |  # c\n  eins\n\n  zwei\n\nb: 1\n", ("a",), "x") == "a: x  # c\n\nb: 1\n"
    assert put("l:\n    -   a: x\n", ("l", 0, "a"), "1\n2") == "l:\n    -   a: |-\n          1\n          2\n"


def test_set_a_value_of_another_kind():
    assert put("a: x  # c\nb: 1\n", ("a",), {"k": [1], "e": {}}) == "a:  # c\n  k:\n    - 1\n  e: {}\nb: 1\n"
    assert put("a:  # c\n  - 1\n  - 2\nb: 1\n", ("a",), "x") == "a: x  # c\nb: 1\n"
    assert put("l:\n- x\n- y\n", ("l", 0), {"a": 1, "b": 2}) == "l:\n- a: 1\n  b: 2\n- y\n"
    assert put("l:\n  - x  # c\n", ("l", 0), {"a": 1}) == "l:\n  - a: 1  # c\n"
    assert put("a: []\n", ("a",), {}) == "a: {}\n"


def test_set_a_mapping_changes_only_what_differs():
    text = "a:\n  # x\n  x: 1  # eins\n  # y\n  y: 2\n  z: 3\n"
    assert put(text, ("a",), {"x": 1, "z": 4, "v": 5}) == "a:\n  # x\n  x: 1  # eins\n  z: 4\n  v: 5\n"
    assert put(text, ("a",), {"x": 1, "y": 2, "z": 3}) == text


def test_set_a_list_changes_only_what_differs():
    text = "l:\n  - a  # eins\n  - b  # zwei\n  - c  # drei\n"
    assert put(text, ("l",), ["a", "c"]) == "l:\n  - a  # eins\n  - c  # drei\n"
    assert put(text, ("l",), ["a", "b", "x", "c"]) == "l:\n  - a  # eins\n  - b  # zwei\n  - x\n  - c  # drei\n"
    assert put(text, ("l",), ["a", "x", "c"]) == "l:\n  - a  # eins\n  - x  # zwei\n  - c  # drei\n"


def order(path):
    return {(): ("id", "name", "members", "note"), ("members", 0): ("from", "until", "role")}.get(path, ())


def test_new_keys_go_to_their_canonical_place():
    text = "# Kopf\n\nid: x\n# über note\nnote: n\n# Schluss\n"
    assert put(text, ("name",), "w", None, order) == "# Kopf\n\nid: x\nname: w\n# über note\nnote: n\n# Schluss\n"
    assert put(text, ("other",), 1, None, order) == "# Kopf\n\nid: x\n# über note\nnote: n\nother: 1\n# Schluss\n"
    assert put("note: n\n", ("id",), "x", None, order) == "id: x\nnote: n\n"
    assert put("# Kopf\n\nnote: n\n", ("id",), "x", None, order) == "# Kopf\n\nid: x\nnote: n\n"
    assert (
        put("members:\n  - role: r\n", ("members", 0, "from"), 1, None, order) == "members:\n  - from: 1\n    role: r\n"
    )
    assert put("members:\n  - from: 1\n    role: r\n", ("members", 0, "until"), 2, None, order) == (
        "members:\n  - from: 1\n    until: 2\n    role: r\n"
    )
    new = {"role": "r", "from": 1}
    assert put("id: x\n", ("members",), [new], None, order) == "id: x\nmembers:\n  - from: 1\n    role: r\n"


def test_new_keys_without_order_go_to_the_end_of_their_mapping():
    text = "a:\n  b: 1  # eins\n    # tiefer, gehört zu b\n# über c\nc: 2\n"
    assert put(text, ("a", "x"), 1).startswith("a:\n  b: 1  # eins\n")
    assert load(put(text, ("a", "x"), 1).encode(), FILE).data == {"a": {"b": 1, "x": 1}, "c": 2}
    assert put("a: 1\n\n# Schluss\n", ("b",), 2) == "a: 1\nb: 2\n\n# Schluss\n"


def test_missing_mappings_on_the_way_are_made():
    assert put("a: 1\n", ("b", "c", "d"), 2) == "a: 1\nb:\n  c:\n    d: 2\n"
    assert put("a: 1\nb:\n", ("b", "c"), 2) == "a: 1\nb:\n  c: 2\n"
    assert put("a: 1\nb: {}  # c\n", ("b", "c"), 2) == "a: 1\nb:  # c\n  c: 2\n"
    assert put("{}\n", ("a",), 1) == "a: 1\n"


def test_comments_of_edits():
    assert put("a: 1\n", ("b",), 2, "Neu.") == "a: 1\n# Neu.\nb: 2\n"
    assert put("a: 1\nb: 1\n", ("b",), 2, "Geändert.") == "a: 1\n# Geändert.\nb: 2\n"
    assert append("l:\n    - a\n", ("l",), "b", "Neu.") == "l:\n    - a\n    # Neu.\n    - b\n"
    assert append("l: []\n", ("l",), "b", "Neu.") == "l:\n  # Neu.\n  - b\n"
    assert append("a: 1\n", ("l",), "b", "Neu.") == "a: 1\nl:\n  # Neu.\n  - b\n"
    assert append("l: [a]\n", ("l",), "b", "Neu.") == "l:\n  - a\n  # Neu.\n  - b\n"


# -- appending, in the style of the text


def test_append_follows_the_style_of_the_text():
    item = {"a": 1, "b": ["x"]}
    assert append("l:\n- a: 0\n  b:\n  - y\n", ("l",), item) == "l:\n- a: 0\n  b:\n  - y\n- a: 1\n  b:\n  - x\n"
    four = "l:\n    -   a: 0\n        b:\n            - y\n"
    assert append(four, ("l",), item) == four + "    -   a: 1\n        b:\n            -   x\n"
    assert append("l:\n    - a\n", ("l",), "b") == "l:\n    - a\n    - b\n"
    assert append("l: [a, b]  # c\n", ("l",), "c") == "l: [a, b, c]  # c\n"
    assert append("l: [a, # eins\n  b]\n", ("l",), "c") == "l:\n  - a  # eins\n  - b\n  - c\n"
    assert append("l: [" + "wort, " * 18 + "wort]\n", ("l",), "wort").count("- wort\n") == 20


def test_append_to_nothing():
    assert append("a: 1\nl: []  # c\nb: 2\n", ("l",), "x") == "a: 1\nl:  # c\n  - x\nb: 2\n"
    assert append("a: 1\n", ("l",), {"x": 1}) == "a: 1\nl:\n  - x: 1\n"
    assert append("l: null\n", ("l",), "x") == "l:\n  - x\n"


# -- removing


def test_remove_takes_the_lead_and_nothing_else():
    text = "# Kopf\n\na: 1\n# frei\n\n# an b, eins\n# an b, zwei\nb:\n  # innen\n  - x  # y\n  # Ende innen\n# an c\nc: 2\n"
    assert remove(text, "b") == "# Kopf\n\na: 1\n# frei\n\n# an c\nc: 2\n"
    assert remove("# Titel der Datei\nid: x\nname: y\n", "id") == "# Titel der Datei\nname: y\n"


FORMER = "from: 2020-01-01\n  # Beschluss Nr. 17\nuntil: 2024-12-31\nrole: r\n"


def test_a_comment_further_in_stays_with_the_entry_above():
    assert remove(FORMER, "until") == "from: 2020-01-01\n  # Beschluss Nr. 17\nrole: r\n"
    assert remove(FORMER, "from") == "until: 2024-12-31\nrole: r\n"
    assert remove("l:\n  - x\n    # zu x\n  # zu y\n  - y\n", "l", 1) == "l:\n  - x\n    # zu x\n"
    assert remove("a:\n    # zu a\n  b: 1\n  c: 2\n", "a", "b") == "a:\n    # zu a\n  c: 2\n"
    assert remove("a: |\n   x\n  # zu a\nb: 1\nc: 1\n", "b") == "a: |\n   x\n  # zu a\nc: 1\n"
    assert remove("l:\n  -\n    # zu a\n    a: 1\n    b: 2\n", "l", 0, "a") == "l:\n  -\n    b: 2\n"


def test_a_comment_less_far_in_than_the_removed_entry_stays():
    assert remove("l:\n  - x\n# außen\n  - y\nk: 1\n", "l", 1) == "l:\n  - x\n# außen\nk: 1\n"
    assert remove("a:\n # außen\n  b: 1\n  c: 2\n", "a", "b") == "a:\n # außen\n  c: 2\n"
    assert remove("a:\n    b: 1\n  # zu a\nc: 2\n", "c") == "a:\n    b: 1\n  # zu a\n"


@pytest.mark.parametrize("value", ["x", "# eins\nzwei", {"a": [1]}, [["x"], "eins\nzwei\n"], [], None])
@pytest.mark.parametrize(
    "old", ["", " null", " wort", " []", " [x]", " |\n          eins\n          zwei", "\n  - x\n  - y\n  # unten"]
)
@pytest.mark.parametrize("comments", ["  # c", " # c", "      # c\n  # d", " # c\n      # d"])
def test_a_new_value_stands_above_the_comments_of_its_entry(value, old, comments):
    for head, target in (("k", ("k",)), ("l:\n- k", ("l", 0, "k"))):
        indented = comments.replace(" #", "   #") if head != "k" else comments
        text = f"{head}:{old}\n{indented}\n"
        edit = SetValue(FILE, target, value)
        after = both_ways(text.encode(), edit)[0]
        assert after.endswith(f"\n{indented}\n")
        check_owners(text, edit, after)


def test_new_entries_stand_behind_the_comments_of_the_one_above():
    assert append("l:\n  - x\n    # zu x\n", ("l",), "z") == "l:\n  - x\n    # zu x\n  - z\n"
    text = "from: 2020-01-01\n\n  # zu from\n# zu role\nrole: r\n"
    wanted = text.replace("# zu role", "until: 2024-12-31\n# zu role")
    assert put(text, ("until",), date(2024, 12, 31), None, lambda path: ("from", "until", "role")) == wanted
    assert put('"f":\n  # c1\n', ("zz",), {"k": 1}) == '"f":\n  # c1\nzz:\n  k: 1\n'
    assert put("a: [1]\n  # zu a\n# Ende\n", ("b",), 1) == "a: [1]\n  # zu a\nb: 1\n# Ende\n"
    assert put("a: 1\n...\n  # c\n", ("b",), 1) == "a: 1\nb: 1\n...\n  # c\n"


def test_remove_behind_a_dash():
    assert remove("l:\n  - a: 1\n    b: 2\n", "l", 0, "a") == "l:\n  - b: 2\n"
    assert remove("l:\n  - a: 1\n    # an b\n    b: 2\n", "l", 0, "a") == "l:\n  -\n    # an b\n    b: 2\n"
    assert remove("l:\n  - a: 1\n", "l", 0, "a") == "l:\n  - {}\n"
    assert remove("l:\n  - - 1\n    - 2\n", "l", 0, 0) == "l:\n  - - 2\n"


def test_remove_between_brackets():
    assert remove("l: [a, b]  # c\n", "l", 0) == "l: [b]  # c\n"
    assert remove("l: [a]\n", "l", 0) == "l: []\n"
    assert remove("l: {a: 1, b: {c: 2}}\n", "l", "b", "c") == "l: {a: 1, b: {}}\n"
    assert remove("{a: 1, b: 2}\n", "a") == "b: 2\n"


def test_the_last_key_of_a_file():
    assert remove("# c\n\na: 1\n", "a") == "# c\n\n{}\n"


# -- refusals


@pytest.mark.parametrize(
    ("text", "edit", "line"),
    [
        ("a: 1\n? b\n: 2\n", SetValue(FILE, ("a",), 2), 2),
        ("a: 1\nb: 07\n", SetValue(FILE, ("a",), 2), 2),
        ("a: 1\nb: 2\n", RemoveValue(FILE, ("c",)), 1),
        ("a: 1\nb: [x]\n", RemoveValue(FILE, ("b", 3)), 2),
        ("a: 1\nb: x\n", AppendItem(FILE, ("b",), 1), 2),
        ("a: 1\nb: x\n", SetValue(FILE, ("b", "c"), 1), 2),
        ("a: 1\nb:\n  - x\n", SetValue(FILE, ("b", 5), 1), 2),
        ("a: 1\r\nb: x\r\n", SetValue(FILE, ("b",), 2), 1),
    ],
)
def test_refusals_name_file_and_line(text, edit, line):
    with pytest.raises(WriteRefused) as caught:
        apply(text.encode("utf-8", "surrogatepass"), [edit])
    assert caught.value.message.startswith(f"{FILE}, Zeile {line}: ")


@pytest.mark.parametrize("value", ["a\x1bb", "{{ x }}", "\ud800", ["x", "{{ x }}"]])
def test_a_value_that_no_file_may_hold_is_what_is_refused(value):
    for edit in (SetValue(FILE, ("b",), value), SetValue(FILE, ("c",), value), AppendItem(FILE, ("l",), value)):
        with pytest.raises(WriteRefused, match=r"^So kann der Eintrag nicht gespeichert werden: .* nichts geändert\.$"):
            apply(b"a: 1\nb: x\nl:\n  - y\n", [edit])


def test_several_edits_in_order():
    edits: list[TextEdit] = [
        AppendItem(FILE, ("l",), "a"),
        AppendItem(FILE, ("l",), "b"),
        SetValue(FILE, ("k",), 1),
        RemoveValue(FILE, ("l", 0)),
    ]
    assert apply(b"# Kopf\n\nid: x\n", edits).decode() == "# Kopf\n\nid: x\nl:\n  - b\nk: 1\n"
    assert apply(b"a: 1", []) == b"a: 1"


def test_render_new():
    new = NewFile("partners/y.yaml", {"name": "W", "id": "w"}, {(): "Kopf"})
    assert render_new(new, order) == b"# Kopf\n\nid: w\nname: W\n"
    with pytest.raises(WriteRefused, match=r"partners/y\.yaml"):
        render_new(NewFile("partners/y.yaml", {"name": "a\x1b"}))


# -- the laws, on random files


def paths(data, path=()):
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from paths(inner, (*path, key))


def get(data, path):
    for part in path:
        data = data[part]
    return data


def random_edit(rnd, data):
    """An edit, and the data as it must be afterwards, worked out without the editor."""
    after = copy.deepcopy(data)
    all_paths = list(paths(data))
    path = rnd.choice(all_paths)
    comment = f"neu{rnd.randrange(10**6)}" if rnd.random() < 0.2 else None
    kind = rnd.random()
    lists = [p for p in all_paths if isinstance(get(data, p), list)]
    if kind < 0.35:
        del get(after, path[:-1])[path[-1]]
        return RemoveValue(FILE, path), after
    new = value(rnd, 2)
    if kind < 0.6:
        get(after, path[:-1])[path[-1]] = new
        return SetValue(FILE, path, new, comment), after
    if kind < 0.8 or not lists:
        owner = rnd.choice([(), *(p for p in all_paths if isinstance(get(data, p), dict))])
        key = rnd.choice(KEYS)
        get(after, owner)[key] = new
        return SetValue(FILE, (*owner, key), new, comment), after
    owner = rnd.choice(lists)
    get(after, owner).append(new)
    return AppendItem(FILE, owner, new, comment), after


BARE_DASH = r"[- ]*-(?: *#.*)?"


def dash_line(lines, number):
    """The line of the dash, if it stands alone somewhere above, else the same line."""
    above = number
    while above > 0 and re.fullmatch(r" *(?:#.*)?", lines[above - 1]):
        above -= 1
    if above > 0 and re.fullmatch(BARE_DASH, lines[above - 1]):
        return dash_line(lines, above - 1)
    return number


def above_comments(lines, number):
    column = len(lines[number]) - len(lines[number].lstrip())
    while number > 0 and lines[number - 1].startswith(" " * column + "#"):
        number -= 1
    return number


def region(text, path):
    """Lines, from 0, that may change with the entry at `path`: from the comments above it to the next entry not inside it."""
    loaded = load(text.encode(), FILE)
    lines = text.split("\n")
    places = [(p, loaded.position(p)) for p in paths(loaded.data)]
    # what stands between brackets is one thing; so is an item whose dash stands on a line of its own
    for depth in range(1, len(path)):
        number = loaded.position(path[:depth])[0] - 1
        if re.search(r"[:-] +[\[{]", lines[number]):
            path = path[:depth]
            break
    textless = isinstance(path[-1], int) and get(loaded.data, path) is None
    if textless:
        # an item without text has no place of its own; the list around it has one
        path = path[:-1]
    start = loaded.position(path)
    end = next((p[0] for q, p in places if p > start and q[: len(path)] != path), len(lines) + 1) - 1
    first = start[0] - 1
    last = max(p[0] for q, p in places if q[: len(path)] == path) - 1
    if textless:
        last = max([last, *(number for number in range(first, end) if re.fullmatch(BARE_DASH, lines[number]))])
    first = above_comments(lines, dash_line(lines, first))
    column = min(len(line) - len(line.lstrip()) for line in lines[first : start[0]] if not re.match(" *#", line))
    # comments that follow, not deeper than the entry itself, are somebody else's
    stop = end
    for number in range(last + 1, end):
        text_of = lines[number].lstrip()
        if text_of.startswith("#") and len(lines[number]) - len(text_of) <= column and number > last:
            stop = number
            break
    return first, max(stop, start[0])


def check_laws(before, edit, after_data, out):
    loaded = load(out.encode(), FILE)
    assert loaded.findings == ()
    assert same(loaded.data, after_data, ordered=False)

    old_data = load(before.encode(), FILE).data
    target = edit.target
    there = target in set(paths(old_data))
    lines = before.split("\n")
    if there and not isinstance(edit, AppendItem):
        first, stop = region(before, target)
    elif len(target) > 1 or there:
        owner = target if there else target[:-1]
        first, stop = region(before, owner)
    else:
        first, stop = 0, 0
    out_lines = out.split("\n")

    # law 3: every other line stands there as before, in order; only the line of the key or dash above may change, and
    # the one that moves up behind a dash
    may = set(range(first, stop))
    if target[:-1]:
        head = load(before.encode(), FILE).position(target[:-1])[0] - 1
        may |= {head, dash_line(lines, head)}
    if isinstance(edit, RemoveValue) and re.match(r" *-", lines[load(before.encode(), FILE).position(target)[0] - 1]):
        may.add(stop)
    outside = [line for number, line in enumerate(lines) if number not in may]
    rest = iter(out_lines)
    missing = [line for line in outside if line not in rest]
    assert not missing

    # law 2: comments outside stay, all of them if nothing was taken away
    kept = [re.findall(r"# k[0-9]+", line) for number, line in enumerate(lines) if number not in range(first, stop)]
    if isinstance(edit, AppendItem) or not there:
        kept = [re.findall(r"# k[0-9]+", line) for line in lines]
    wanted = [comment for line in kept for comment in line]
    rest_comments = iter(re.findall(r"# k[0-9]+", out))
    assert all(comment in rest_comments for comment in wanted)


def moved(path, edit):
    """Where the entry at `path` is after the edit; None if it is gone, or inside of what was set anew."""
    target, depth = edit.target, len(edit.target) - 1
    if isinstance(edit, SetValue):
        return None if len(path) > len(target) and path[: len(target)] == target else path
    if isinstance(edit, AppendItem) or path[:depth] != target[:depth] or len(path) <= depth:
        return path
    if path[depth] == target[depth]:
        return None
    after = isinstance(target[depth], int) and path[depth] > target[depth]
    return (*path[:depth], path[depth] - 1, *path[depth + 1 :]) if after else path


def check_owners(before, edit, out):
    """Every comment of an entry that is still there is still there, and still this entry's; the number of them."""
    old = owners(before)
    # what was nobody's closes no entry when the one below it goes
    now = owners(out, without={comment for comment, path in old.items() if path is None})
    data = load(out.encode(), FILE).data
    kept = [(comment, moved(path, edit)) for comment, path in old.items() if path]
    kept = [(comment, path) for comment, path in kept if path is not None]
    for comment, path in kept:
        assert comment in now, f"{comment} of {path} is lost"
        assert same_owner(path, now[comment], data), f"{comment} of {path} came to {now[comment]}"
    return len(kept)


def schema_order(path):
    """Puts new keys before, between and behind those that are there."""
    return KEYS[::-1]


def run(seeds):
    counts = {SetValue: 0, AppendItem: 0, RemoveValue: 0}
    for seed in seeds:
        text, data = sample(seed)
        rnd = random.Random(seed)  # noqa: S311
        for _ in range(3):
            if not data:
                break
            edit, after = random_edit(rnd, data)
            order = rnd.choice((None, schema_order))
            out = apply(text.encode(), [edit], order).decode()
            try:
                check_laws(text, edit, after, out)
                check_owners(text, edit, out)
            except AssertionError as failure:
                raise AssertionError(f"seed {seed}: {edit}\n{text}\n-----\n{out}") from failure
            if seed % 10 == 0:
                assert apply(text.encode(), [edit], order, "pure").decode() == out
            counts[type(edit)] += 1
            text, data = out, load(out.encode(), FILE).data or {}
    return counts


def test_random_edits_obey_the_laws():
    counts = run(range(NORMAL // 2))
    assert sum(counts.values()) >= NORMAL
    assert min(counts.values()) > NORMAL // 10


@pytest.mark.slow
def test_random_edits_obey_the_laws_many():
    assert sum(run(range(NORMAL, NORMAL + LONG // 3)).values()) > LONG // 2


# -- the marks of the loader are a short cut to what the tree of all entries would do


class Counting(Document):
    """Counts its steps, and how many of them the marks alone were enough for."""

    steps = plain_steps = 0

    def done_plainly(self, edit, new, path):
        done = super().done_plainly(edit, new, path)
        self.steps += 1
        self.plain_steps += done
        return done


class ByTree(Document):
    """Asks the tree of all entries for every change."""

    def done_plainly(self, edit, new, path):
        return False


def both_ways(content, edit, key_order=None):
    """The text after the edit, which must be the same both ways, and the document that counted; None if refused."""
    quick, slow = (kind(content, FILE, key_order, "fastest") for kind in (Counting, ByTree))
    outcomes: list[str | WriteRefused] = []
    for document in (quick, slow):
        try:
            document.make(edit)
            outcomes.append(document.text)
        except WriteRefused as refusal:
            outcomes.append(refusal)
    if isinstance(outcomes[1], WriteRefused):
        assert str(outcomes[0]) == str(outcomes[1])
        return None, quick
    assert outcomes[0] == outcomes[1]
    return outcomes[0], quick


def compare_ways(seeds):
    steps = plain_steps = 0
    for seed in seeds:
        text, data = sample(seed)
        rnd = random.Random(seed)  # noqa: S311
        for _ in range(3):
            if not data:
                break
            edit, _after = random_edit(rnd, data)
            try:
                out, document = both_ways(text.encode(), edit, rnd.choice((None, schema_order)))
            except AssertionError as failure:
                raise AssertionError(f"seed {seed}: {edit}\n{text}") from failure
            steps, plain_steps = steps + document.steps, plain_steps + document.plain_steps
            text = text if out is None else out
            data = load(text.encode(), FILE).data or {}
    return steps, plain_steps


def test_random_edits_give_the_same_text_with_and_without_the_tree():
    steps, plain_steps = compare_ways(range(NORMAL // 2))
    assert steps > NORMAL
    assert plain_steps > steps // 2


@pytest.mark.slow
def test_random_edits_give_the_same_text_with_and_without_the_tree_many():
    assert compare_ways(range(NORMAL, NORMAL + LONG // 3))[0] > LONG // 2


def one_after_the_other(content, edits):
    for edit in edits:
        content = apply(content, [edit])
    return content


def outcome(make):
    try:
        return make()
    except WriteRefused:
        return None


def test_several_edits_at_once_give_the_same_text_as_one_after_the_other():
    at_once = 0
    for seed in range(NORMAL // 2):
        text, data = sample(seed)
        rnd = random.Random(seed)  # noqa: S311
        edits = [random_edit(rnd, data)[0] for _ in range(rnd.choice((2, 2, 3, 5)))]
        edits = [SetValue(FILE, edit.target, edit.value) for edit in edits if isinstance(edit, SetValue)]
        content = text.encode()
        wanted = outcome(lambda: one_after_the_other(content, edits))  # noqa: B023
        assert outcome(lambda: apply(content, edits)) == wanted, f"seed {seed}: {edits}\n{text}"  # noqa: B023
        at_once += len(edits) > 1 and Document(content, FILE, None, "fastest").made_at_once(edits)
    assert at_once > NORMAL // 40


def test_a_thousand_posts_end_with_one_load(monkeypatch):
    posts = "".join(f"  - id: s{number}\n    function: Amt\n" for number in range(1000))
    edits = [SetValue(FILE, ("positions", number, "until"), date(2028, 12, 31)) for number in range(1000)]
    loads = []

    def counted(*args):
        loads.append(args)
        return load(*args)

    monkeypatch.setattr("ikzctl.registry.edit.load", counted)
    out = apply(f"positions:\n{posts}".encode(), edits)
    assert len(loads) == 2
    assert out.decode() == "positions:\n" + posts.replace("Amt\n", "Amt\n    until: 2028-12-31\n")


REGISTRY = Path(__file__).parents[2] / "registry"


@pytest.mark.parametrize("kind", ["value", "item", "key"])
def test_usual_edits_of_the_sample_registry_need_no_tree(kind):
    made = 0
    for file in sorted(REGISTRY.rglob("*.yaml")):
        content = file.read_bytes()
        data = load(content, FILE).data
        rnd = random.Random(file.name)  # noqa: S311
        for path in rnd.sample(list(paths(data)), 3):
            old = get(data, path)
            if kind == "value" and not isinstance(old, dict | list):
                edit: TextEdit = SetValue(FILE, path, "neu", "Kommentar")
            elif kind == "item" and isinstance(old, list):
                edit = AppendItem(FILE, path, old[-1] if old else "neu", "Kommentar" if old else None)
            elif kind == "key" and isinstance(old, dict) and old:
                edit = SetValue(FILE, (*path, "neu"), {"a": [1]})
            else:
                continue
            out, document = both_ways(content, edit)
            assert out is not None
            assert document.plain_steps == document.steps, (file, edit)
            made += 1
    assert made > 10


@pytest.mark.parametrize(
    ("text", "edit", "wanted"),
    [
        ("a: x  # c\n", SetValue(FILE, ("a",), "w"), "a: w  # c\n"),
        ("a: 'x # n'  # c\n", SetValue(FILE, ("a",), "w"), "a: 'w'  # c\n"),
        ("a: |  # c\n  # n\n\n# d\nb: 1\n", SetValue(FILE, ("a",), "w"), "a: w  # c\n\n# d\nb: 1\n"),
        ("l: []  # c\n# d\n", AppendItem(FILE, ("l",), "w"), "l:  # c\n  - w\n# d\n"),
        ("l:\n- |\n  # n\n# d\nb: 1\n", AppendItem(FILE, ("l",), "w"), "l:\n- |\n  # n\n- w\n# d\nb: 1\n"),
        ("a:\n  b: 1\n  # in a\n# an c\nc: 1\n", RemoveValue(FILE, ("c",)), "a:\n  b: 1\n  # in a\n"),
        ("a:\n  b: 1\n  # in a\n# an c\nc: 1\n", RemoveValue(FILE, ("a",)), "# an c\nc: 1\n"),
    ],
)
def test_comments_stay_without_the_tree(text, edit, wanted):
    out, document = both_ways(text.encode(), edit)
    assert out == wanted
    assert document.plain_steps == document.steps == 1


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ('a: "x\n  # n"\nb: 1\n', SetValue(FILE, ("a",), "w")),
        ("a: x\n  y\nb: 1\n", SetValue(FILE, ("a",), "w")),
        ("a: >\n  # n\nb: 1\n", SetValue(FILE, ("a",), "w")),
        ("a: {\n  b: 1,\n  c: 2}\n", SetValue(FILE, ("a", "b"), 2)),
        ("l: [\n  x,\n  y]\n", AppendItem(FILE, ("l",), "z")),
        ("l:\n  - a: 1  # c\n", SetValue(FILE, ("l", 0), {"b": 1})),
        ("{\na: 1\n}\n", SetValue(FILE, ("a",), 2)),
        ("a: 1\n...\n", SetValue(FILE, ("b",), 2)),
    ],
)
def test_what_is_not_plain_is_left_to_the_tree(text, edit):
    assert both_ways(text.encode(), edit)[1].plain_steps == 0


def test_a_lost_comment_is_noticed_without_the_tree():
    document = Document(b"a: 1\nb: x  # c\n", FILE, None, "fastest")
    assert not document.done_plainly(lambda _: Splice(1, 2, ["b: y"]), {"a": 1, "b": "y"}, ("b",))
    assert not document.done_plainly(lambda _: Splice(1, 2, ["b: y  # c"]), {"a": 1, "b": "z"}, ("b",))
    assert not document.done_plainly(lambda _: Splice(0, 1, ["a: 1.0"]), {"a": 1, "b": "x"}, ("a",))
    assert document.text == "a: 1\nb: x  # c\n"
    assert document.done_plainly(lambda _: Splice(1, 2, ["b: y  # c"]), {"a": 1, "b": "y"}, ("b",))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\nk: |\n  x", "a: 2\nk: |-\n  x\n"),
        ("a: 1\nk: >  # lang\n  x\n  y", "a: 2\nk: >-  # lang\n  x\n  y\n"),
        ("a: 1\nl:\n  - |\n    x\n  - |\n    y", "a: 2\nl:\n  - |\n    x\n  - |-\n    y\n"),
        ("a: 1\nk: |-\n  x", "a: 2\nk: |-\n  x\n"),
        ("a: 1\nk: x", "a: 2\nk: x\n"),
    ],
)
def test_a_last_line_without_an_end_keeps_what_it_says(text: str, wanted: str):
    assert put(text, ("a",), 2) == wanted
    assert load(wanted.encode(), FILE, "pure").data == {**load(text.encode(), FILE, "pure").data, "a": 2}  # type: ignore[dict-item]


def test_a_long_text_that_begins_with_an_empty_line_can_be_replaced():
    assert (
        apply(b"a: 1\nnote: |-  # Hinweis\n\n  Text\n", [SetValue("f.yaml", ("note",), "neu")])
        == b"a: 1\nnote: neu  # Hinweis\n"
    )
