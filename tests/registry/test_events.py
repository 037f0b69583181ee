"""The strict loader: every rule of reading, raw and escaped, at its limits, with both parsers."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from decimal import Decimal

import pytest

from ikzctl.registry import limits
from ikzctl.registry.characters import ALLOWED, TYPOGRAPHY, bad_characters
from ikzctl.registry.din91379 import SEQUENCES, SINGLE_CHARACTERS
from ikzctl.registry.events import load
from ikzctl.registry.faults import MESSAGES, shown
from tests.registry.samples import sample


def read(text, parser="fastest"):
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return load(content, "partners/x.yaml", parser)


def faults(text):
    """Codes with line and column; both parsers must say the same."""
    loaded = read(text)
    assert read(text, "pure").findings == loaded.findings
    return [(f.code, f.pointer.line, f.pointer.column) for f in loaded.findings]


def message(text):
    (finding,) = read(text).findings
    assert finding.severity == "error"
    assert finding.pointer.file == "partners/x.yaml"
    return finding.message


def test_plain_data_comes_out():
    text = """\
# Kopf
id: stadt-speyer
key: "07318000"
from: 2027-01-01
rate: 12.50
count: 3
active: true
note: |
  Zeile eins
  Zeile zwei
roles: [a, 'b', {c: null}]
parts:
  - name: x
    until:
  - - 1
"""
    loaded = read(text)
    assert loaded.findings == ()
    assert loaded.data == {
        "id": "stadt-speyer",
        "key": "07318000",
        "from": "2027-01-01",
        "rate": Decimal("12.50"),
        "count": 3,
        "active": True,
        "note": "Zeile eins\nZeile zwei\n",
        "roles": ["a", "b", {"c": None}],
        "parts": [{"name": "x", "until": None}, [1]],
    }
    assert type(loaded.data["rate"]) is Decimal
    assert loaded.data["active"] is True


# -- T01, T02: anchors, aliases, merge keys


def bomb(levels):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("levels", [9, 30])
def test_t01_aliases_are_refused_before_they_multiply(levels):
    codes = {code for code, _, _ in faults(bomb(levels))}
    assert codes <= {"IKZ-Y015", "IKZ-Y016", "IKZ-Y027"}
    assert faults("a: &x 1\nb: *x\n") == [("IKZ-Y015", 1, 4), ("IKZ-Y016", 2, 4)]
    assert faults("a: &x {b: 1}\n") == [("IKZ-Y015", 1, 4)]
    assert faults("&x a: 1\n*x : 2\n") == [("IKZ-Y015", 1, 1), ("IKZ-Y016", 2, 1)]


def test_t01_text_with_the_same_signs_is_fine():
    assert read("a: Müller & Söhne\nb: 'x *y'\nc: '&x'\n").findings == ()


def test_t02_merge_keys_are_refused():
    eight = "\n".join([f"k{n}:\n  <<: [{', '.join(['*k'] * 9)}]" for n in range(8)])
    assert {code for code, _, _ in faults("k: &k {a: 1}\n" + eight)} == {"IKZ-Y015", "IKZ-Y016", "IKZ-Y017"}
    assert faults("a:\n  <<: {b: 1}\n") == [("IKZ-Y017", 2, 3)]
    assert faults("a:\n  '<<': 1\n") == [("IKZ-Y017", 2, 3)]


# -- T03, T04: limits


def nested(depth):
    return "".join("  " * n + "a:\n" for n in range(depth - 1)) + "  " * (depth - 1) + "a: 1\n"


def test_t03_depth():
    assert faults(nested(limits.MAX_DEPTH)) == []
    assert faults(nested(limits.MAX_DEPTH + 1)) == [("IKZ-Y022", 13, 25)]
    assert faults("a: " + "[" * 11 + "1" + "]" * 11) == []
    assert faults("a: " + "[" * 12 + "1" + "]" * 12) == [("IKZ-Y022", 1, 15)]
    assert read(nested(13)).data is None


DEEP = {
    "brackets": "a: " + "[" * 100_000,
    "braces": "{a: " * 60_000,
    "dashes": "a:\n  " + "- " * 100_000,
    "questions": "? " * 100_000,
    "indentation": "".join(" " * n + "a:\n" for n in range(700)),
    "closed brackets": "a: " + "[" * 100_000 + "]" * 100_000,
    "too much": "[" * 300_000,
}


@pytest.mark.parametrize("parser", ["fastest", "pure"])
def test_t03_a_hundred_thousand_levels_do_not_crash_the_process(parser):
    code = (
        "import sys; from ikzctl.registry.events import load\n"
        "from tests.registry.test_events import DEEP\n"
        "for text in DEEP.values():\n"
        f"    loaded = load(text.encode(), 'f', {parser!r})\n"
        "    assert loaded.findings and loaded.data is None\n"
        "print('fertig')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "fertig\n", "")


def test_t04_file_size():
    def text(size):
        return ("a: 1\n" + "# x\n" * size)[: size - 1] + "\n"

    assert faults(text(limits.MAX_BYTES - 1)) == []
    assert faults(text(limits.MAX_BYTES)) == []
    assert faults(text(limits.MAX_BYTES + 1)) == [("IKZ-Y001", 1, 1)]
    assert "zu groß: erlaubt sind 256 KiB" in message(text(limits.MAX_BYTES + 1))


def test_t04_number_of_events():
    # stream, document, mapping, key and list come to five at the start and four ends, the scalar items to the rest
    def text(count):
        return "a:\n" + "- x\n" * (count - 9)

    assert faults(text(limits.MAX_EVENTS - 1)) == []
    assert faults(text(limits.MAX_EVENTS)) == []
    assert [code for code, _, _ in faults(text(limits.MAX_EVENTS + 1))] == ["IKZ-Y023"]


def test_t04_length_of_a_text():
    assert faults(f"a: {'x' * 9_999}\n") == []
    assert faults(f"a: {'x' * 10_000}\n") == []
    assert faults(f"a: {'x' * 10_001}\n") == [("IKZ-Y024", 1, 4)]
    assert faults("a: |\n" + "  xxxxxxxxx\n" * 1_000) == []
    assert faults("a: |\n" + "  xxxxxxxxx\n" * 1_000 + "  x\n") == [("IKZ-Y024", 1, 4)]


def test_t04_digits_of_a_number():
    assert read(f"a: {'9' * 14}\n").data == {"a": 99999999999999}
    assert read(f"a: {'9' * 15}\n").data == {"a": 999999999999999}
    assert faults(f"a: {'9' * 16}\n") == [("IKZ-Y025", 1, 4)]
    assert read(f'a: "{"9" * 16}"\n').findings == ()


def test_many_faults_are_cut_off_and_counted():
    loaded = read("a:\n" + "  - 07\n" * 150)
    assert len(loaded.findings) == limits.MAX_FINDINGS + 1
    assert loaded.findings[-1].code == "IKZ-Y027"
    assert loaded.findings[-1].message == "Weitere 50 Befunde in dieser Datei werden nicht gezeigt."


# -- T05: syntax


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: b: c\n", 1, "Doppelpunkt"),
        ("a: 1\n b: 2\n", 2, "Doppelpunkt"),
        ("a: 1\nb\nc: 2\n", 3, "fehlt ein Doppelpunkt"),
        ("a: 1\nb\n", 2, "fehlt ein Doppelpunkt"),
        ('a: 1\nb: "offen\nc: 2\n', 2, "Anführungszeichen"),
        ("b: 'offen\n", 1, "Anführungszeichen"),
        ("a: [1, 2\nb: 3\n", 1, "Klammer"),
        ("a: {b: 1\n", 1, "Klammer"),
        ("a:\n  - 1\n - 2\n", 3, "Einrückung"),
        ("a:\n    b: 1\n  c: 2\n", 3, "Einrückung"),
        ("a: @x\n", 1, "Anführungszeichen"),
        ("a: `x`\n", 1, "Anführungszeichen"),
        ("a: *\n", 1, "„*“"),
        ("a: & b\n", 1, "„&“"),
        ('a: "C:\\Dienst"\n', 1, "\\"),
        ("a: | text\n", 1, "nächsten Zeile"),
        ("a: - b\n", 1, "Einrückung"),
        ("a: 1\n]\n", 2, ""),
        ("a: !<x\n", 1, "„!“"),
        ("%YAML 1.9\n---\na: 1\n", 1, "„%“"),
    ],
)
def test_t05_syntax_errors_are_explained_in_german(text, line, words):
    (finding,) = read(text).findings
    assert finding.code in ("IKZ-Y010", "IKZ-Y014")
    assert finding.pointer.line == line
    assert words in finding.message
    for english in ("expected", "found", "while", "mapping", "token"):
        assert english not in finding.message
    assert read(text, "pure").findings == (finding,)


def test_t05_faults_before_a_syntax_error_are_still_told():
    assert faults("a: 07\nb: &x 1\nc: [\n") == [("IKZ-Y026", 1, 4), ("IKZ-Y015", 2, 4), ("IKZ-Y010", 3, 5)]


def test_t05_nothing_reaches_stderr(capfd):
    for text in ("%YAML 1.9\n---\na: 1\n", "a: !!bool von\n", "!!omap [a]\n", "a: 2024-13-45\n", "a: !!timestamp x\n"):
        read(text)
        read(text, "pure")
    assert capfd.readouterr() == ("", "")


# -- T06: equal keys


def test_t06_equal_keys_name_both_lines():
    text = "rechte:\n  - a\nname: x\nrechte:\n  - b\n"
    assert faults(text) == [("IKZ-Y019", 4, 1)]
    assert "Zeile 1" in message(text)
    assert "Zeile 4" in message(text)
    assert read(text).data == {"rechte": ["a"], "name": "x"}


def test_t06_two_people_who_add_the_same_key_at_both_ends():
    """git merges the two changes without conflict; the result must not load in silence."""
    merged = "rechte:\n  - lesen\nid: x\nname: y\nrechte:\n  - schreiben\n"
    assert [code for code, _, _ in faults(merged)] == ["IKZ-Y019"]


def test_t06_positions_are_right_behind_a_double():
    text = "a:\n  b: {c: 1, c: {x: 2, x: 3}}\n  d: 1\n  d: [5, 6]\n  e:\n    - f\nz: 1\n"
    loaded = read(text)
    assert loaded.data == {"a": {"b": {"c": 1}, "d": 1, "e": ["f"]}, "z": 1}
    assert [loaded.position(p) for p in (("a", "e"), ("a", "e", 0), ("z",))] == [(5, 3), (6, 7), (7, 1)]
    assert [f.code for f in loaded.findings] == ["IKZ-Y019"] * 3


# -- T07: types


@pytest.mark.parametrize(
    "text", ["07318000", "01067", "0x1F", "0o17", "1e3", "1_000", "12:30", ".inf", "+1", "1.", ".5", "-_5"]
)
def test_t07_numbers_that_are_not_numbers(text):
    assert faults(f"a: 1\nb: {text}\n") == [("IKZ-Y026", 2, 4)]
    assert f'bitte in Anführungszeichen setzen: "{text}".' in message(f"b: {text}\n")
    assert read(f"b: {text}\n").data == {"b": text}
    assert read(f'b: "{text}"\n').findings == ()
    assert read(f"b: '{text}'\n").data == {"b": text}


@pytest.mark.parametrize("key", ["1", "1.5", "true", "null", "~", "07", "1e3"])
def test_t07_keys_must_be_text(key):
    assert faults(f"a: 1\n{key}: 2\n") == [("IKZ-Y020", 2, 1)]
    assert read(f'"{key}": 2\n').data == {key: 2}


def test_t07_other_things_as_keys():
    assert faults("[a]: 1\n") == [("IKZ-Y021", 1, 1)]
    assert faults("? {a: 1}\n: 2\n") == [("IKZ-Y021", 1, 3)]
    assert faults(": 1\n")[0][0] == "IKZ-Y020"
    assert faults('"a\\nb": 1\n') == [("IKZ-Y020", 1, 1)]
    assert faults("? |\n  a\n: 1\n") == [("IKZ-Y020", 1, 3)]


def test_t07_directives_are_refused():
    assert faults("%YAML 1.1\n---\na: no\n") == [("IKZ-Y014", 1, 1)]
    assert read("%YAML 1.1\n---\na: no\n").data == {"a": "no"}
    assert faults("%TAG ! tag:x,2000:\n---\na: 1\n") == [("IKZ-Y014", 1, 1)]
    assert faults("# Kopf\n\n%x\n---\na: 1\n") == [("IKZ-Y014", 3, 1)]
    assert faults("a: 1\n%YAML 1.1\nb: 2\n") == [("IKZ-Y014", 2, 1)]


@pytest.mark.parametrize("parser", ["fastest", "events", "pure"])
def test_a_text_that_goes_on_with_a_per_cent_sign_is_no_directive(parser):
    loaded = load(b'{a: "Anteil in\n%, gerundet"}\n', "f", parser)
    assert (loaded.data, loaded.findings) == ({"a": "Anteil in %, gerundet"}, ())


# -- T08, T09: characters

UNSEEN = {
    "NUL": "\0", "ESC": "\x1b", "BEL": "\a", "DEL": "\x7f", "NEL": "\x85", "C1": "\x9b", "soft hyphen": "\xad", "RLO": "\u202e",
    "RLI": "\u2067", "ALM": "\u061c", "ZWSP": "\u200b", "ZWJ": "\u200d", "word joiner": "\u2060", "BOM": "\ufeff", "LS": "\u2028",
    "PS": "\u2029", "private": "\ue000", "unassigned": "\uffff", "ideographic space": "\u3000", "tag": "\U000e0041",
}  # fmt: skip


@pytest.mark.parametrize("name", UNSEEN)
def test_t08_invisible_characters_raw_and_escaped(name):
    character = UNSEEN[name]
    number = f"U+{ord(character):04X}"
    assert faults(f"a: 1\nb: x{character}y\n") == [("IKZ-Y005", 2, 5)]
    assert number in message(f"b: x{character}y\n")
    assert character not in message(f"b: x{character}y\n")
    assert faults(f"a: 1\n# x{character}\n") == [("IKZ-Y005", 2, 4)]
    assert faults(f"x{character}y: 1\n") == [("IKZ-Y005", 1, 2)]
    escape = f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\U{ord(character):08x}"
    assert faults(f'a: 1\nb: "x{escape}y"\n') == [("IKZ-Y005", 2, 4)]
    assert number in message(f'b: "x{escape}y"\n')
    assert faults(f'"x{escape}y": 1\n') == [("IKZ-Y005", 1, 1)]


def test_t08_a_windows_path_in_double_quotes_is_recognised():
    assert "einfache Anführungszeichen" in message('a: "C:\\Pfad"\n')
    assert read("a: 'C:\\Pfad'\n").data == {"a": "C:\\Pfad"}


def test_t08_short_escapes_and_lone_surrogates():
    assert faults('a: "\\0"\nb: "\\e[31m"\nc: "\\ud800"\n') == [
        ("IKZ-Y005", 1, 4),
        ("IKZ-Y005", 2, 4),
        ("IKZ-Y005", 3, 4),
    ]
    assert "U+D800" in message('c: "\\ud800"\n')
    assert faults(b"a: \xed\xa0\x80\n") == [("IKZ-Y002", 1, 4)]


def test_t08_tabs():
    assert faults("a: 1\nb:\t2\n") == [("IKZ-Y008", 2, 3)]
    assert faults("a:\n\tb: 2\n") == [("IKZ-Y008", 2, 1)]
    assert faults("a: 1\t# x\n") == [("IKZ-Y008", 1, 5)]
    assert faults('a: "x\\ty"\n') == [("IKZ-Y005", 1, 4)]
    assert "insgesamt 3" in message("a:\n\tb: 2\n\t\tc: 3\n")


def test_t08_line_feed_belongs_into_texts_only():
    assert read('a: "x\\ny"\n').data == {"a": "x\ny"}
    assert faults('a: "x\\ry"\n') == [("IKZ-Y005", 1, 4)]


def test_t09_other_scripts_in_values_but_not_in_comments():
    assert faults("a: 1\nname: Sp\u0435yer\n") == [("IKZ-Y006", 2, 9)]
    assert "U+0435" in message("name: Sp\u0435yer\n")
    assert faults("name: |\n  eins\n  Sp\u0435yer\n") == [("IKZ-Y006", 3, 5)]
    assert faults('name: "Sp\\u0435yer"\n') == [("IKZ-Y006", 1, 7)]
    assert faults("n\u0435me: x\n") == [("IKZ-Y006", 1, 2)]
    assert faults("a: 1  # → siehe \u0395\u03bb \u2713\n") == []
    assert faults("a: x # → \nb: → y\n") == [("IKZ-Y006", 2, 4)]


def test_t09_decomposed_letters():
    assert faults("a: Ko\u0308ln\n") == [("IKZ-Y007", 1, 6)]
    assert "„ö“" in message("a: Ko\u0308ln\n")
    assert faults('a: "Ko\\u0308ln"\n') == [("IKZ-Y007", 1, 4)]
    assert faults("\u00e4: 1\na\u0308: 2\n") == [("IKZ-Y007", 2, 2)]


def test_t09_every_character_of_the_norm_is_allowed():
    for start in range(0, len(SINGLE_CHARACTERS), 50):
        assert faults(f"a: x{SINGLE_CHARACTERS[start : start + 50]}x\n") == []
    assert faults("a: " + " ".join(SEQUENCES) + "\n") == []
    assert faults(f"a: x{TYPOGRAPHY}\n") == []


def test_t09_the_table_is_the_norm():
    ascii_count = 95
    assert (len(SINGLE_CHARACTERS) + ascii_count, len(SEQUENCES)) == (585, 149)
    assert len(set(SINGLE_CHARACTERS)) == len(SINGLE_CHARACTERS)
    for text in (*ALLOWED, *SEQUENCES):
        assert unicodedata.normalize("NFC", text) == text
        assert not list(bad_characters(text))
    for scripts in ("GREEK", "CYRILLIC", "ARABIC"):
        assert not any(scripts in unicodedata.name(character) for character in ALLOWED)
    # a combining mark on its own is not in the norm
    assert [bad.flaw for bad in bad_characters("x\u0302")] == ["foreign"]


@pytest.mark.parametrize("mark", ["{{", "}}", "{%", "%}", "{#", "#}", "{_{"])
def test_template_marks_are_refused(mark):
    assert faults(f"a: 1\nb: 'x {mark} y'\n") == [("IKZ-Y009", 2, 4)]
    assert faults(f"'x{mark}': 1\n") == [("IKZ-Y009", 1, 1)]
    escaped = "".join(f"\\x{ord(sign):02x}" for sign in mark)
    assert faults(f'b: "x {escaped} y"\n') == [("IKZ-Y009", 1, 4)]


def test_nested_braces_of_yaml_are_no_template_marks():
    assert read("a: {b: {c: {}}}\n").findings == ()


# -- T10: encodings


def test_t10_byte_order_mark_and_crlf_are_named_and_the_rest_is_read():
    content = "\ufeffa: 1\r\nb: 07\r\nc: x\r\n".encode()
    assert faults(content) == [("IKZ-Y003", 1, 1), ("IKZ-Y004", 1, 1), ("IKZ-Y026", 2, 4)]
    assert read(content).data == {"a": 1, "b": "07", "c": "x"}
    assert "ikzctl fmt" in message(b"\xef\xbb\xbfa: 1\n")
    assert "ikzctl fmt" in message(b"a: 1\r\nb: 2\r\n")
    assert faults(b"a: 1\nb: 2\rc: 3\n") == [("IKZ-Y004", 2, 1)]


def test_t10_other_encodings_are_refused():
    assert faults("a: ä\n".encode("utf-16")) == [("IKZ-Y002", 1, 1)]
    assert "UTF-16" in message("a: ä\n".encode("utf-16"))
    assert "UTF-16" in message("\ufeffa: ä\n".encode("utf-16-be"))
    assert "UTF-32" in message("a: ä\n".encode("utf-32"))
    assert "UTF-32" in message("\ufeffa: ä\n".encode("utf-32-be"))
    assert faults("x: 1\na: ä\n".encode("latin-1")) == [("IKZ-Y002", 2, 4)]
    # bytes that only look right once the letters between them are gone
    assert faults(b"a: \xc3x\xa4\n") == [("IKZ-Y002", 1, 4)]


def test_the_number_of_a_character_that_does_not_exist_is_named_in_its_line():
    assert faults(b'a: 1\nnote: "x \\U00110000"\n') == [("IKZ-Y010", 2, 12)]
    assert "leitet „\\“ eine Ersetzung ein" in message(b'a: 1\nnote: "x \\UFFFFFFFF"\n')


# -- T11: tags


@pytest.mark.parametrize(
    "value", ['!!python/object/apply:os.system ["id"]', "!foo x", "!!str 1", "! x", "!!map {a: 1}", "!!binary aaaa"]
)
def test_t11_tags_are_refused(value):
    assert faults(f"a: {value}\n") == [("IKZ-Y018", 1, 4)]


def test_documents():
    assert faults("") == [("IKZ-Y011", 1, 1)]
    assert faults("# nur Kommentar\n") == [("IKZ-Y011", 1, 1)]
    assert faults("- a\n") == [("IKZ-Y012", 1, 1)]
    assert faults("text\n") == [("IKZ-Y012", 1, 1)]
    assert faults("a: 1\n---\nb: 2\n") == [("IKZ-Y013", 2, 1)]
    assert read("---\na: 1\n...\n").data == {"a": 1}
    assert read("{}\n").data == {}


# -- positions


def test_positions_are_those_of_keys_and_items():
    text = "# x\na:\n  - b: 1\n    c: [x, {d: 2}]\n  -\n  - y\ne: {f: 1}\n"
    loaded = read(text)
    for path, place in {
        (): (1, 1),
        ("a",): (2, 1),
        ("a", 0): (3, 5),
        ("a", 0, "b"): (3, 5),
        ("a", 0, "c"): (4, 5),
        ("a", 0, "c", 1, "d"): (4, 13),
        ("a", 1): (2, 1),  # an item without text has no place of its own
        ("a", 2): (6, 5),
        ("e", "f"): (7, 5),
        ("e", "missing", "x"): (7, 1),
        ("a", 99): (2, 1),
        ("nowhere",): (1, 1),
    }.items():
        assert loaded.position(path) == place, path
    pointer = loaded.pointer(("a", 0, "c"))
    assert (pointer.file, pointer.field, pointer.line, pointer.column) == ("partners/x.yaml", ("a", 0, "c"), 4, 5)


def test_positions_of_random_files_point_at_the_keys():
    for seed in range(150):
        text, data = sample(seed)
        loaded = read(text)
        lines = text.split("\n")

        def check(value, path, loaded=loaded, lines=lines):
            for key in value if isinstance(value, dict) else ():
                line, column = loaded.position((*path, key))
                assert lines[line - 1][column - 1 :].strip("'\"").startswith(key)
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(inner, dict | list):
                    check(inner, (*path, key))

        check(data, ())


# -- the two parsers, the messages


def test_both_parsers_read_random_files_alike():
    for seed in range(400):
        text, data = sample(seed)
        fast, pure = read(text), read(text, "pure")
        assert fast.findings == pure.findings == ()
        assert fast.data == pure.data == data
        assert [m and (m.line, m.column) for m in fast.marks] == [m and (m.line, m.column) for m in pure.marks]


@pytest.mark.parametrize(
    "text",
    [
        *('a: ["b":c]\n', "a: |#\n  x\n", "a: |\n   \n  x\n", "a: |\n  x\n", "a: {b:c}\n", "a: [?x]\n", "a: ['b':c]\n"),
        *("a: b\n...\n...\n", "a: b\n...\n# x\n... # y", "a: |\n  x\n...\n\n...\n", "...\na: b\n...\n...\n"),
    ],
)
def test_where_the_parsers_differ_the_pure_one_decides(text):
    assert read(text).findings == read(text, "pure").findings
    assert read(text).data == read(text, "pure").data


def test_messages_show_no_control_characters_and_stay_short():
    assert shown("a\x1b[31m\nb") == "a<U+001B>[31m b"
    assert len(shown("x" * 500)) == 40
    (first, second) = read('"\\e[31m": 1\n"\\e[31m": 2\n').findings[:2]
    assert "\x1b" not in first.message + second.message


def test_every_message_is_a_german_sentence():
    for code, text in MESSAGES.items():
        assert code.startswith("IKZ-Y0")
        assert text.rstrip().endswith(".")


def test_places_of_thousands_of_items_are_found_in_one_walk():
    """Without it a file of one long list with a finding for each item took a quarter of a minute."""
    from ikzctl.registry import positions

    walks = 0
    real = positions.size

    def counted(value):
        nonlocal walks
        walks += 1
        return real(value)

    content = b"a: 1\nlist:\n" + b"  - x: [1, 2]\n    y: z\n" * 1_500
    loaded = load(content, "f")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(positions, "size", counted)
        places = [loaded.position(("list", number, "y")) for number in range(1_500)]
    assert places == [(4 + 2 * number, 5) for number in range(1_500)]
    assert walks < 10 * 1_500
