"""What changed between two states, told in the terms of the domain."""

import json
import os
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikzctl.actions.diff import diff
from ikzctl.actions.workspace import Workspace
from ikzctl.library.resources import schemas_dir
from ikzctl.library.schemas import describe, schema_name
from ikzctl.model.kinds import KINDS
from ikzctl.model.member import Resolution
from ikzctl.plans.join import plan_join
from ikzctl.plans.leave import plan_leave
from ikzctl.registry.history import _LABELS, _OWN_IDENTITY, _short, differences
from ikzctl.registry.sources import WorkTree
from tests.gitrepo.repos import git, make_clone
from tests.plans.small import AGREEMENT, MANDATE, TODAY, C, carried_out, member, registry, texts
from tests.registry.texts import Texts


def told(old, new, paths=None):
    return [d.text.replace("\u00a0", " ") for d in differences(old, new, describe, paths)]


def between(before, after):
    return told(texts(**before), texts(**after))


def test_nothing_changed_nothing_told():
    assert between({}, {}) == []


def test_a_comment_alone_is_no_change_of_the_matter():
    old = texts()
    new = Texts({p: old.read(p) + (b"# so\n" if p == "registry.yaml" else b"") for p in old.paths()})
    assert told(old, new) == ["registry.yaml: nur Kommentare oder Schreibweise"]


MEMBER = "cooperations__wohngeld__members__speyer"
COOPERATION = "cooperations__wohngeld__cooperation"
AGREED = "cooperations__wohngeld__agreement"
MILESTONE = {"id": "akten", "order": 1, "title": "Aktenverfahren", "kind": "technik"}
QUESTION = {"id": "geld", "question": "Wer zahlt?", "about": "kosten"}
STEP = {"id": "g", "kind": "genehmigung", "authority": "ADD"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            {},
            {MEMBER: {**member("speyer"), "from": "2025-09-01"}},
            "Stadt Speyer tritt der Zusammenarbeit wohngeld zum 1. September 2025 bei",
        ),
        (
            {},
            {MEMBER: {**member("speyer"), "from": None, "state": "vorgesehen"}},
            "Stadt Speyer: Beitritt zur Zusammenarbeit wohngeld ohne Tag vorgesehen",
        ),
        (
            {MEMBER: {**member("speyer"), "from": "2028-01-01", "state": "vorgesehen"}},
            {MEMBER: {**member("speyer"), "from": "2028-01-01"}},
            "Stadt Speyer tritt der Zusammenarbeit wohngeld zum 1. Januar 2028 bei",
        ),
        (
            {MEMBER: {**member("speyer"), "from": "2028-01-01"}},
            {MEMBER: {**member("speyer"), "from": "2028-07-01"}},
            "Stadt Speyer: Mitgliedschaft in wohngeld beginnt am 1. Juli 2028 (bisher 1. Januar 2028)",
        ),
        (
            {MEMBER: member("speyer")},
            {MEMBER: {**member("speyer"), "until": "2027-12-31", "termination": {"effective": "2027-12-31"}}},
            "Stadt Speyer: Mitgliedschaft in der Zusammenarbeit wohngeld endet am 31. Dezember 2027 (Kündigung)",
        ),
        (
            {COOPERATION: {"milestones": [MILESTONE]}},
            {COOPERATION: {"milestones": [{**MILESTONE, "state": "erreicht"}]}},
            "wohngeld: Meilenstein „Aktenverfahren“ von offen auf erreicht",
        ),
        (
            {COOPERATION: {"open_questions": [QUESTION]}},
            {COOPERATION: {"open_questions": [{**QUESTION, "answer": "Alle.", "answered_on": "2026-11-01"}]}},
            "wohngeld: offene Frage beantwortet: „Wer zahlt?“",
        ),
        ({}, {COOPERATION: {"open_questions": [QUESTION]}}, "wohngeld: neue offene Frage „Wer zahlt?“"),
        ({}, {COOPERATION: {"phase": "ruht"}}, "wohngeld: Phase von betrieb auf ruht"),
        (
            {},
            {
                "cooperations__wohngeld__mandates__bearbeitung": {
                    **MANDATE,
                    "principals": ["neudorf", "hausen", "speyer"],
                }
            },
            "Mandat bearbeitung (wohngeld): neuer Beteiligter Stadt Speyer",
        ),
        (
            {},
            {"cooperations__wohngeld__mandates__bearbeitung": {**MANDATE, "agent": "speyer"}},
            "Mandat bearbeitung (wohngeld): beauftragter Beteiligter von Gemeinde Altdorf auf Stadt Speyer",
        ),
        (
            {AGREED: {"procedure": [STEP]}},
            {AGREED: {"procedure": [{**STEP, "decided_on": "2027-03-01", "outcome": "erteilt_mit_auflagen"}]}},
            "wohngeld: Genehmigung erteilt mit Auflagen am 1. März 2027, ADD",
        ),
        (
            {},
            {AGREED: {"versions": [*AGREEMENT["versions"], {"number": 1, "kind": "aenderung", "reason": "Beitritt"}]}},
            "wohngeld: 1. Änderung der Vereinbarung aufgenommen: Beitritt",
        ),
        ({}, {"partners__speyer": {"seat": "Speyer"}}, "Partner Stadt Speyer: Sitz: jetzt „Speyer“"),
        (
            {"partners__speyer": {"seat": "Speyer"}},
            {"partners__speyer": {"seat": "Dudenhofen"}},
            "Partner Stadt Speyer: Sitz: von „Speyer“ auf „Dudenhofen“",
        ),
        ({}, {"partners__speyer": {"example": True}}, "Partner Stadt Speyer: nur ein Beispiel: jetzt ja"),
        ({"partners__speyer": {"seat": "Speyer"}}, {}, "Partner Stadt Speyer: Sitz: nicht mehr „Speyer“"),
        (
            {COOPERATION: {"milestones": [MILESTONE]}},
            {COOPERATION: {"milestones": [{**MILESTONE, "due": "2027-06-30"}]}},
            "Zusammenarbeit wohngeld, „Aktenverfahren“: fällig am: jetzt 30. Juni 2027",
        ),
        (
            {"cooperations__wohngeld__members__hausen": None},
            {
                "cooperations__wohngeld__members__hausen": None,
                "systems__wog": {"id": "wog", "name": "WoG", "kind": "archiv"},
            },
            "Neu: System wog",
        ),
    ],
)
def test_one_sentence_for_one_change(before, after, sentence):
    assert between(before, after) == [sentence]


def test_no_label_speaks_of_how_a_value_is_written():
    schemas = (json.loads((schemas_dir() / schema_name(kind)).read_bytes()) for kind in KINDS)
    described = {text for schema in schemas for text in _descriptions(schema)}
    labels = {_short(text) for text in described}
    assert [one for one in labels if re.search(r"\b(true|false|null)\b|geprueft|vorlaeufig", one)] == []
    assert "ob in Vertretung unterzeichnet wurde" in labels
    assert set(_LABELS) <= described, "a description was changed, and its label is out of use"


def _descriptions(schema):
    """Those of all fields, wherever they stand."""
    if isinstance(schema, dict):
        yield from (field["description"] for field in schema.get("properties", {}).values() if "description" in field)
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in inner:
        yield from _descriptions(part)


def test_a_deleted_file_is_a_warning():
    [found] = differences(texts(), texts(cooperations__wohngeld__members__hausen=None), describe)
    assert found.severity == "warning"
    assert found.text == (
        "Gelöscht: Mitgliedschaft Gemeinde Hausen (wohngeld). Im Register wird nichts gelöscht; Beendetes bekommt ein Ende (until)."
    )
    assert found.as_dict()["file"] == "cooperations/wohngeld/members/hausen.yaml"


def _written(folder, **changes):
    source = texts(**changes)
    for path in source.paths():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(source.read(path))
    return folder


@pytest.mark.parametrize(
    ("put", "why"),
    [
        (lambda place: place.symlink_to("/dev/null"), "symbolische Verknüpfungen sind im Register nicht erlaubt"),
        (os.mkfifo, "hier wird eine gewöhnliche Datei erwartet"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="neither links nor pipes")
def test_what_is_no_file_any_more_was_not_deleted(tmp_path, put, why):
    place = _written(tmp_path) / C / "members" / "hausen.yaml"
    place.unlink()
    put(place)
    [found] = differences(texts(), WorkTree(tmp_path), describe)
    start = f"{C}/members/hausen.yaml: Die Datei lässt sich nicht mehr als Datei lesen: {why}"
    assert (found.text.startswith(start), found.severity) == (True, "warning")


@pytest.mark.skipif(os.name == "nt", reason="no links")
def test_files_behind_a_folder_that_is_a_link_were_not_deleted(tmp_path):
    folder = _written(tmp_path / "r") / C / "members"
    folder.rename(tmp_path / "away")
    folder.symlink_to(tmp_path / "away")
    found = told(texts(), WorkTree(tmp_path / "r"))
    assert len(found) == 3
    assert all("nicht mehr als Datei lesen: symbolische" in one for one in found)


def test_a_repository_inside_stands_in_the_way_of_no_file(tmp_path):
    inner = _written(tmp_path, cooperations__wohngeld__members__hausen=None) / C / "members" / ".git"
    inner.mkdir()
    (inner / "HEAD").write_text("x")
    [found] = told(texts(), WorkTree(tmp_path))
    assert found.startswith("Gelöscht: ")


@pytest.mark.skipif(os.name == "nt", reason="no links")
@pytest.mark.parametrize("newer", ["HEAD", None])
def test_a_link_is_no_deletion_in_a_commit_either(tmp_path, newer):
    source = texts()
    make_clone(tmp_path / "clone", {f"registry/{path}": source.read(path) for path in source.paths()})
    place = tmp_path / "clone/registry/partners/speyer.yaml"
    place.unlink()
    place.symlink_to("../registry.yaml")
    place.with_name("hausen.yaml").unlink()
    git(tmp_path / "clone", "add", "-A")
    git(tmp_path / "clone", "commit", "-q", "-m", "Verknüpfung")
    found = [d.text for d in diff(Workspace(tmp_path / "clone/registry"), "HEAD~1", newer)]
    assert found[0].startswith("Gelöscht: ")
    assert found[1].startswith("partners/speyer.yaml: Die Datei lässt sich nicht mehr als Datei lesen: symbolische")


def test_a_file_that_broke_is_named():
    old = texts()
    new = Texts({p: (b"a: [1\n" if p == "registry.yaml" else old.read(p)) for p in old.paths()})
    assert told(old, new) == ["registry.yaml: Die Datei lässt sich nicht mehr lesen."]


def test_a_new_file_that_cannot_be_read_is_named():
    old = texts()
    new = Texts({p: old.read(p) for p in old.paths()} | {"partners/neu.yaml": b"a: [1\n"})
    [found] = differences(old, new, describe)
    assert (found.text, found.severity) == ("Neu: Partner neu (partners/neu.yaml lässt sich nicht lesen)", "warning")


NOW_FAULTY = "partners/speyer.yaml: Die Datei hat jetzt Fehler, die „ikzctl validate“ zeigt."


@pytest.mark.parametrize(
    ("slip", "more"),
    [
        (lambda text: text + b"id: worms\n", []),
        (lambda text: b"\xef\xbb\xbf" + text, []),
        (lambda text: text.replace(b"\n", b"\r\n"), []),
        (lambda text: text + b"seat: A\nseat: B\n", ["Partner Stadt Speyer: Sitz: jetzt „A“"]),
    ],
)
def test_a_slip_that_makes_a_file_faulty_is_no_matter_of_spelling(slip, more):
    base = {p: texts().read(p) for p in texts().paths()}
    path = "partners/speyer.yaml"
    faulty = Texts({**base, path: slip(base[path])})
    found = differences(Texts(base), faulty, describe)
    assert [d.text for d in found] == [NOW_FAULTY, *more]
    assert [d.severity for d in found] == ["warning", *["note"] * len(more)]
    # it had faults already
    assert not any("Fehler" in text for text in told(faulty, Texts({**base, path: slip(base[path]) + b"# a\n"})))
    [new] = differences(Texts({p: text for p, text in base.items() if p != path}), faulty, describe)
    assert new.text == "Neu: Partner Stadt Speyer (partners/speyer.yaml hat Fehler, die „ikzctl validate“ zeigt)"
    assert new.severity == "warning"


def test_the_story_of_a_plan_is_the_story_of_its_difference():
    start = registry()
    after = carried_out(start, plan_join(start, "wohngeld", "speyer", date(2028, 1, 1), as_of=TODAY))
    assert told(start.source, after.source) == [
        "wohngeld: Schritt „genehmigung“ vorgemerkt, Aufsichts- und Dienstleistungsdirektion (ADD)",
        "wohngeld: 1. Änderung der Vereinbarung aufgenommen: Beitritt der Stadt Speyer",
        "Mandat bearbeitung (wohngeld): neuer Beteiligter Stadt Speyer",
        "Stadt Speyer: Beitritt zur Zusammenarbeit wohngeld zum 1. Januar 2028 vorgesehen",
        "Neu: Personalpool Stadt Speyer (wohngeld)",
    ]


def test_leaving_and_coming_back_are_told():
    start = registry()
    gone = carried_out(start, plan_leave(start, "wohngeld", "hausen", date(2027, 12, 31), reason="x", as_of=TODAY))
    assert (
        "Gemeinde Hausen: Mitgliedschaft in der Zusammenarbeit wohngeld endet am 31. Dezember 2027 (Kündigung)"
        in told(start.source, gone.source)
    )
    back = carried_out(gone, plan_join(gone, "wohngeld", "hausen", date(2030, 1, 1), as_of=date(2029, 1, 1)))
    mine = [t for t in told(gone.source, back.source) if t.startswith("Gemeinde Hausen")]
    assert mine[0] == "Gemeinde Hausen: erneuter Beitritt zur Zusammenarbeit wohngeld zum 1. Januar 2030 vorgesehen"
    assert not any("anders eingetragen" in t or "frühere Mitgliedschaft" in t for t in mine)
    assert len([t for t in mine if "Beitritt zur" in t]) == 1


ENDED = {**member("speyer"), "until": "2023-12-31", "state": "ausgeschieden"}
NOTICE = {"effective": "2023-12-31", "reason": "x"}
JOINS = "Stadt Speyer tritt der Zusammenarbeit wohngeld zum 1. Januar 2020 bei"
LEFT = "Stadt Speyer: neu eingetragen als aus der Zusammenarbeit wohngeld ausgeschieden"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (ENDED, f"{LEFT} (vom 1. Januar 2020 bis 31. Dezember 2023)"),
        (
            {**ENDED, "from": None, "termination": NOTICE},
            f"{LEFT} (Beginn offen, bis 31. Dezember 2023, Kündigung zum 31. Dezember 2023)",
        ),
        ({**ENDED, "from": None, "until": None}, f"{LEFT} (ohne Tage)"),
        ({**member("speyer"), "role": "beobachter"}, f"{JOINS} (Rolle: beobachter)"),
        (
            {**member("speyer"), "until": "2023-12-31", "termination": NOTICE},
            f"{JOINS} (bis 31. Dezember 2023; Kündigung zum 31. Dezember 2023)",
        ),
        (
            {**member("speyer"), "earlier": [{"from_text": "2003", "until": "2010-12-31"}]},
            f"{JOINS} (früher Mitglied von 2003 bis 31. Dezember 2010)",
        ),
        (
            {**member("speyer"), "from": None, "from_text": "2003"},
            "Stadt Speyer ist der Zusammenarbeit wohngeld beigetreten (Beginn: 2003)",
        ),
        ({**member("speyer"), "state": "gegangen"}, "Neu: Mitgliedschaft Stadt Speyer (wohngeld)"),
    ],
)
def test_a_new_member_is_told_with_its_role_and_its_periods(new, sentence):
    assert between({}, {MEMBER: new}) == [sentence]


VOTE = {"organ": "Stadtrat", "about": "abschluss", "date": None, "number": None, "result": "offen"}
PASSED = {**VOTE, "date": "2026-11-11", "number": "123/2026", "result": "angenommen"}
NUMBER = "Mitgliedschaft Stadt Speyer (wohngeld), „Stadtrat“: Vorlagen- oder Beschlussnummer"


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            [VOTE],
            [PASSED],
            [
                "Stadt Speyer (wohngeld): Stadtrat hat „abschluss“ am 11. November 2026 angenommen",
                f"{NUMBER}: jetzt „123/2026“",
            ],
        ),
        ([PASSED], [{**PASSED, "number": "124/2026"}], [f"{NUMBER}: von „123/2026“ auf „124/2026“"]),
        (
            [PASSED],
            [{**VOTE, "about": "vorberatung"}, PASSED],
            ["Stadt Speyer (wohngeld): Beschluss zu „vorberatung“ vorgesehen, Stadtrat"],
        ),
        (
            [PASSED],
            [{**PASSED, "for_version": 0}],
            ["Mitgliedschaft Stadt Speyer (wohngeld), „Stadtrat“: Nummer der Fassung: jetzt 0"],
        ),
        (
            [PASSED],
            [{key: value for key, value in PASSED.items() if key != "about"}],
            ["Mitgliedschaft Stadt Speyer (wohngeld), „Stadtrat“: worüber: nicht mehr „abschluss“"],
        ),
        (
            [VOTE, {**VOTE, "for_version": 1}],
            [{**VOTE, "for_version": 1}],
            ["Mitgliedschaft Stadt Speyer (wohngeld): Beschlüsse: entfallen „Stadtrat“"],
        ),
        (
            [VOTE, {**VOTE, "for_version": 1}],
            [{**VOTE, "result": "vertagt"}, {**VOTE, "for_version": 1, "result": "vertagt"}],
            [
                "Stadt Speyer (wohngeld): Stadtrat hat „abschluss“ vertagt",
                "Stadt Speyer (wohngeld): Stadtrat hat „abschluss“ vertagt (resolutions.1)",
            ],
        ),
    ],
)
def test_a_resolution_that_is_completed_stays_the_same(before, after, sentences):
    told = between(*({MEMBER: {**member("speyer"), "resolutions": entries}} for entries in (before, after)))
    assert told == sentences


def test_a_resolution_is_known_by_the_defaults_of_the_model():
    fields = Resolution.model_fields
    known = {key: default for key, default in _OWN_IDENTITY["resolutions"].items() if default is not None}
    assert known == {key: fields[key].default for key in ("about", "for_version")}
    assert fields["organ"].is_required()


USED = {"system": "wog", "state": "in_betrieb"}


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            [USED],
            [{**USED, "task": "wohngeld"}],
            ["Partner Stadt Speyer, „wohngeld“: Aufgabe, für die es eingesetzt wird: jetzt „wohngeld“"],
        ),
        (
            [{**USED, "task": "wohngeld"}, {**USED, "task": "kfz"}],
            [{**USED, "task": "kfz"}],
            [
                "Partner Stadt Speyer: eingesetzte Fachverfahren, E-Akte und weitere Systeme mit Zeitraum: entfallen ein Eintrag"
            ],
        ),
    ],
)
def test_what_is_filled_in_later_makes_no_other_entry(before, after, sentences):
    assert between(*({"partners__speyer": {"applications": entries}} for entries in (before, after))) == sentences


OTHER_STEP = {"id": "h", "kind": "genehmigung", "authority": "Kreisverwaltung"}


@pytest.mark.parametrize(
    ("other", "more", "sentences"),
    [
        (
            OTHER_STEP,
            {"outcome": "erteilt", "decided_on": "2026-11-01"},
            [
                "Genehmigung erteilt am 1. November 2026, ADD",
                "Genehmigung erteilt am 1. November 2026, Kreisverwaltung",
            ],
        ),
        (
            OTHER_STEP,
            {"received_on": "2026-11-01"},
            [
                "Genehmigung eingegangen am 1. November 2026, ADD",
                "Genehmigung eingegangen am 1. November 2026, Kreisverwaltung",
            ],
        ),
        (
            {**STEP, "id": "h"},
            {"outcome": "erteilt", "decided_on": "2026-11-01"},
            [
                "Genehmigung erteilt am 1. November 2026, ADD",
                "Genehmigung erteilt am 1. November 2026, ADD (procedure.1)",
            ],
        ),
    ],
)
def test_two_authorities_that_answer_alike_are_both_told(other, more, sentences):
    steps = [STEP, other]
    told = between({AGREED: {"procedure": steps}}, {AGREED: {"procedure": [{**step, **more} for step in steps]}})
    assert told == [f"wohngeld: {sentence}" for sentence in sentences]


def test_who_came_back_twice_is_told_twice():
    first = {"from": "2003-01-01", "until": "2004-12-31"}
    second = {"from": "2010-01-01", "until": "2012-12-31"}
    before = {**member("speyer"), "from": "2003-01-01"}
    after = {**before, "from": "2030-01-01", "earlier": [first, second]}
    assert between({MEMBER: before}, {MEMBER: after}) == [
        f"{BACK} zum 1. Januar 2030; die bisherige Mitgliedschaft (ab 1. Januar 2003) ist anders eingetragen: Ende",
        f"{EARLIER} vom 1. Januar 2003 bis 31. Dezember 2004",
        f"{EARLIER} vom 1. Januar 2010 bis 31. Dezember 2012",
    ]


BACK = "Stadt Speyer: erneuter Beitritt zur Zusammenarbeit wohngeld"
EARLIER = "Stadt Speyer: frühere Mitgliedschaft in wohngeld eingetragen,"
LEAVING = {**ENDED, "termination": {**NOTICE, "declared_on": None, "form": "schriftform"}}
MOVED = {"from": "2020-01-01", "until": "2023-12-31", "termination": NOTICE}
SINCE = {**member("speyer"), "from": "2026-01-01"}
WAS = "die bisherige Mitgliedschaft (vom 1. Januar 2020 bis 31. Dezember 2023, Kündigung zum 31. Dezember 2023)"


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (LEAVING, {**SINCE, "earlier": [MOVED]}, [f"{BACK} zum 1. Januar 2026"]),
        (
            LEAVING,
            {**SINCE, "earlier": [{"from": "2015-01-01", "until": "2021-12-31"}]},
            [
                f"{BACK} zum 1. Januar 2026; {WAS} ist anders eingetragen: Beginn, Ende, Kündigung",
                f"{EARLIER} vom 1. Januar 2015 bis 31. Dezember 2021",
            ],
        ),
        (
            LEAVING,
            {**SINCE, "earlier": [{**MOVED, "termination": {**NOTICE, "reason": "y"}}]},
            [
                f"{BACK} zum 1. Januar 2026; {WAS} ist anders eingetragen: Kündigung",
                f"{EARLIER} vom 1. Januar 2020 bis 31. Dezember 2023, Kündigung zum 31. Dezember 2023",
            ],
        ),
        (
            {**LEAVING, "from": None, "from_text": "2003"},
            {**SINCE, "earlier": [{"from_text": "2003", "until": "2023-12-31", "termination": NOTICE}]},
            [f"{BACK} zum 1. Januar 2026"],
        ),
        (
            {**LEAVING, "earlier": [{"from": "2003-01-01", "until": "2004-12-31"}]},
            {**SINCE, "earlier": [{"from": "2003-01-01", "until": "2004-12-31"}, MOVED]},
            [f"{BACK} zum 1. Januar 2026"],
        ),
        (
            LEAVING,
            {**SINCE, "earlier": [MOVED], "until": "2026-06-30", "state": "ausgeschieden"},
            [
                f"{BACK} zum 1. Januar 2026 und schon wieder ausgeschieden",
                "Stadt Speyer: Mitgliedschaft in der Zusammenarbeit wohngeld endet am 30. Juni 2026",
            ],
        ),
        (
            SINCE,
            {**SINCE, "earlier": [{"from": "2015-01-01", "until": "2021-12-31"}]},
            [f"{EARLIER} vom 1. Januar 2015 bis 31. Dezember 2021"],
        ),
    ],
)
def test_who_comes_back_keeps_what_was_or_it_is_told(old, new, sentences):
    assert sorted(between({MEMBER: old}, {MEMBER: new})) == sorted(sentences)


STEPS, ANSWERED = "wohngeld: Schritt „genehmigung“", {**QUESTION, "answer": "Alle.", "answered_on": "2026-11-01"}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"outcome": "abgelehnt", "decided_on": "2026-02-01", "received_on": "2026-01-05"},
            "aufgenommen: eingegangen am 5. Januar 2026, abgelehnt am 1. Februar 2026, ADD",
        ),
        ({"outcome": "erteilt"}, "aufgenommen: erteilt, ADD"),
        ({"decided_on": "2026-02-01"}, "aufgenommen: entschieden am 1. Februar 2026, Ergebnis offen, ADD"),
        ({"sent_on": "2026-01-02"}, "aufgenommen: abgesandt am 2. Januar 2026, ADD"),
        ({"outcome": "offen"}, "vorgemerkt, ADD"),
    ],
)
def test_a_new_step_is_told_with_what_has_come_of_it(more, sentence):
    assert between({}, {AGREED: {"procedure": [{**STEP, **more}]}}) == [f"{STEPS} {sentence}"]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ({"kind": "aufhebung", "reason": "Ende"}, "Aufhebung (Nr. 1) der Vereinbarung aufgenommen: Ende"),
        ({"kind": "neufassung"}, "Neufassung (Nr. 1) der Vereinbarung aufgenommen"),
        (
            {"kind": "aenderung", "leaves": ["hausen", "neudorf"], "joins": ["speyer"], "in_force_from": "2027-01-01"},
            "1. Änderung der Vereinbarung aufgenommen "
            "(Beitritt: Stadt Speyer; Ausscheiden: Gemeinde Hausen, Gemeinde Neudorf; wirksam ab 1. Januar 2027)",
        ),
    ],
)
def test_a_new_version_is_told_with_its_kind_its_partners_and_its_days(version, sentence):
    after = {AGREED: {"versions": [*AGREEMENT["versions"], {"number": 1, **version}]}}
    assert between({}, after) == [f"wohngeld: {sentence}"]


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (None, ANSWERED, ["neue Frage „Wer zahlt?“, schon beantwortet am 1. November 2026"]),
        (None, {**QUESTION, "answer": "Alle."}, ["neue Frage „Wer zahlt?“, schon beantwortet"]),
        (
            None,
            {**QUESTION, "answered_on": "2026-11-01"},
            ["neue offene Frage „Wer zahlt?“, als Tag der Antwort 1. November 2026"],
        ),
        (ANSWERED, QUESTION, ["Frage wieder offen: „Wer zahlt?“"]),
        (
            ANSWERED,
            {**QUESTION, "answer": "Alle."},
            ["Frage „Wer zahlt?“: Tag der Antwort nicht mehr 1. November 2026"],
        ),
        (ANSWERED, {**ANSWERED, "answer": "Keiner."}, ["Frage „Wer zahlt?“: Antwort von „Alle.“ auf „Keiner.“"]),
        (
            ANSWERED,
            {**ANSWERED, "answered_on": "2026-11-02"},
            ["Frage „Wer zahlt?“: Tag der Antwort von 1. November 2026 auf 2. November 2026"],
        ),
        (
            {**QUESTION, "answered_on": "2026-11-01"},
            {**QUESTION, "answer": "Alle."},
            [
                "offene Frage beantwortet: „Wer zahlt?“",
                "Frage „Wer zahlt?“: Tag der Antwort nicht mehr 1. November 2026",
            ],
        ),
    ],
)
def test_a_question_is_answered_by_its_answer_alone(before, after, sentences):
    states = ({COOPERATION: {"open_questions": [one] if one else []}} for one in (before, after))
    assert between(*states) == [f"wohngeld: {one}" for one in sentences]


class _Watched(Texts):
    def __init__(self, base):
        super().__init__({p: base.read(p) for p in base.paths()})
        self.seen = set()

    def read(self, path):
        self.seen.add(path)
        return super().read(path)


def test_only_the_named_files_and_the_names_in_them_are_read():
    path = f"{C}/mandates/bearbeitung.yaml"
    old = _Watched(texts())
    new = _Watched(
        texts(cooperations__wohngeld__mandates__bearbeitung={**MANDATE, "principals": ["neudorf", "hausen", "speyer"]})
    )
    assert len(told(old, new, [path])) == 1
    assert old.seen | new.seen == {path, "partners/speyer.yaml"}


@settings(max_examples=60)
@given(st.data())
def test_every_changed_value_is_told_somehow(data):
    """Whatever scalar of the cooperation changes, the difference is never empty and never a mere matter of spelling."""
    base = {
        "milestones": [MILESTONE, {**MILESTONE, "id": "zwei"}],
        "open_questions": [QUESTION],
        "phase": "betrieb",
        "name": "A",
    }
    changed = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["B", "C"]),
                "phase": st.sampled_from(["ruht", "pilot"]),
                "coordinator": st.just("speyer"),
                "milestones": st.sampled_from([[], [MILESTONE], [MILESTONE, {**MILESTONE, "id": "drei"}]]),
                "open_questions": st.just([]),
            },
        )
    )  # fmt: skip
    texts_told = between({COOPERATION: base}, {COOPERATION: {**base, **changed}})
    assert bool(texts_told) == bool(changed)
    assert not any("nur Kommentare" in t for t in texts_told)
