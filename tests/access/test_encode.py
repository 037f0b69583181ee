"""JSON and CSV carry every character unchanged, and no cell is taken for a formula."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.access.encode import COLUMNS, FORMULA_STARTS, digest, encode_blocked_csv, encode_csv, encode_json, table
from ikzctl.access.manifest import build_manifests
from ikzctl.model.errors import UserError
from ikzctl.model.manifest import Manifest
from ikzctl.registry.din91379 import SEQUENCES, SINGLE_CHARACTERS
from tests.access import worlds as w
from tests.access.worlds import registry, world

ASCII = "".join(map(chr, range(0x20, 0x7F)))
HOSTILE = ('"', ";", "\n", "\r\n", "\t", "''", "\u202e", "\U0001f600", "'=1+1")
PIECES = st.sampled_from([*ASCII, *SINGLE_CHARACTERS, *SEQUENCES, *HOSTILE])
TEXTS = st.lists(PIECES, max_size=30).map("".join)
CELLS = TEXTS.filter(lambda text: not text or text[0] not in FORMULA_STARTS)


def read(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def manifest(files, commit=None):
    (one,) = build_manifests(registry(files), "zusammen", w.DAY, commit=commit)
    return one


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_a_table_is_read_back_cell_by_cell(rows):
    assert read(table(rows)) == rows


@given(st.lists(st.lists(CELLS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_every_cell_is_quoted_and_every_row_ends_with_crlf(rows):
    text = table(rows).decode("utf-8-sig")
    expected = "".join(";".join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in rows)
    assert text == expected


@pytest.mark.parametrize("start", list("=+-@＝＋－＠\t\r"))
def test_a_cell_that_a_spreadsheet_would_calculate_is_refused(start):
    with pytest.raises(UserError, match="Tabellenprogramme"):
        table([["harmlos", f"{start}1+1"]])


def test_a_nul_character_is_refused():
    with pytest.raises(UserError, match="Nullzeichen"):
        table([["a\0b"]])


def test_the_registry_refuses_such_names_before_they_get_here():
    files = world()
    files[w.POOL]["positions"][0]["function"] = "=HYPERLINK(1)"
    with pytest.raises(UserError, match="Fehler"):
        manifest(files)


@given(
    st.lists(
        st.sampled_from([*ASCII.strip(), *SINGLE_CHARACTERS.replace("\u00a0", ""), *SEQUENCES]), min_size=1, max_size=20
    )
)
def test_names_arrive_unchanged_in_both_formats(pieces):
    function = "S" + "".join(pieces) + "e"
    one = manifest(world())
    subject = one.subjects[0].model_copy(update={"function": function})
    changed = one.model_copy(update={"subjects": (subject,)})
    assert json.loads(encode_json(changed).decode())["subjects"][0]["function"] == function
    header, row = read(encode_csv(changed))
    assert row[header.index("funktion")] == function


def test_json_is_canonical_and_read_back_by_the_model():
    one = manifest(world(), "0" * 40)
    data = encode_json(one)
    assert data == (json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    assert Manifest.model_validate_json(data) == one
    assert digest(one) == digest(manifest(world(), "0" * 40))
    assert digest(one) != digest(manifest(world(), "1" * 40))
    assert b"\r" not in data
    assert "für".encode() not in data.replace("für".encode(), b"") and "ü".encode() in data


def test_the_table_says_what_to_do():
    header, row = read(encode_csv(manifest(world())))
    assert tuple(header) == COLUMNS
    line = dict(zip(header, row, strict=True))
    assert (line["aktion"], line["konto"], line["stelle"]) == ("recht_geben", "", "speyer/stelle")
    assert (line["partner"], line["mandant"], line["umgebung"]) == ("speyer", "frankenthal", "prod")
    assert (line["gueltig_von"], line["gueltig_bis"]) == ("2026-01-01", "2027-09-30")
    assert line["grund"].startswith("deleg: ")


@pytest.mark.parametrize(
    ("path", "change", "action"),
    [
        (f"{w.C}/suspensions/halt.yaml", {"id": "halt", "reason": "Angriff.", "from": "2026-11-01"}, "sperren"),
        (w.PRINCIPAL, w.member("frankenthal") | {"until": "2026-10-31"}, "recht_nehmen"),
    ],
)
def test_a_right_that_rests_or_has_ended_is_a_row_with_its_reason(path, change, action):
    files = world()
    files[path] = change
    one = manifest(files)
    _, row = read(encode_csv(one))
    assert row[0] == action
    assert one.grants[0].reasons[0].text in row[COLUMNS.index("grund")]
    assert read(encode_blocked_csv(one)) == [[*COLUMNS, "gruende"]]


def test_a_blocked_right_is_in_the_other_table_only():
    files = world()
    files[w.MANDATE] |= {"state": "vorgeschlagen", "from": "2027-01-01"}
    one = manifest(files)
    assert read(encode_csv(one)) == [list(COLUMNS)]
    _, row = read(encode_blocked_csv(one))
    assert (row[0], row[-1]) == ("gesperrt", "mandat_nicht_begonnen, mandat_vorgeschlagen")
    assert row[COLUMNS.index("grund")] == (
        "Das Mandat „auftrag“ beginnt erst am 1.\u00a0Januar 2027. Das Mandat „auftrag“ ist erst vorgeschlagen."
    )


def test_an_ended_mandate_takes_nothing_away_that_its_successor_gives():
    files = world()
    files[f"{w.C}/mandates/frueher.yaml"] = files[w.MANDATE] | {"id": "frueher", "until": "2026-06-30"}
    one = manifest(files)
    assert sorted(g.state for g in one.grants) == ["active", "revoked"]
    _, row = read(encode_csv(one))
    active = next(g for g in one.grants if g.state == "active")
    assert (row[0], row[-1]) == ("recht_geben", active.id)


def test_two_mandates_that_give_one_role_are_one_row_with_both_ids():
    files = world()
    files[w.MANDATE]["until"] = "2026-12-31"
    files[f"{w.C}/mandates/zweites.yaml"] = files[w.MANDATE] | {
        "id": "zweites",
        "from": "2026-03-01",
        "until": "2027-03-31",
    }
    one = manifest(files)
    _, row = read(encode_csv(one))
    assert row[COLUMNS.index("gueltig_von")] == "2026-01-01"
    assert row[COLUMNS.index("gueltig_bis")] == "2027-03-31"
    assert row[-1].split(", ") == [g.id for g in one.grants]
