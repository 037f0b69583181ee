"""Whole drafts: what the text says for each kind of cooperation, and that the file says what the content says."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import docx
import pytest

from ikzctl.documents import agreement as drafting
from ikzctl.documents.agreement import compose_agreement, draft_agreement
from ikzctl.documents.clauses import shipped_form
from ikzctl.documents.content import open_facts
from ikzctl.documents.layouts import Properties, fill, load
from ikzctl.documents.readback import ReadBackFailed, control_tags, slot_texts, verify
from ikzctl.model.agreement import Agreement
from ikzctl.model.errors import UserError
from ikzctl.model.pool import StaffPool
from ikzctl.model.security import SecurityFile
from ikzctl.model.system import System
from tests.documents.cases import DAY, STAMP, agreement, case, district, mandate, task, town, towns
from tests.documents.reading import body_text, part, tags, to_pdf

NBSP = "\u00a0"


def text(given) -> str:
    return body_text(draft_agreement(given, stamp=STAMP)[0].content).replace(NBSP, " ")


def own(wording: str, **more: object) -> Agreement:
    return agreement(own_clauses=[{"id": "probe", "heading": "Eigene Regelung", "text": wording, **more}])


# --- what the text says ---


MODES = {
    "delegating": "gehen insoweit alle mit der Aufgabe verbundenen Rechte und Pflichten auf den Rhein-Pfalz-Kreis über",
    "mandating": "handelt im Namen und nach den Weisungen des zuständigen Beteiligten",
    "joint": "führen die Aufgabe „Kfz-Zulassung“ gemeinsam und unabhängig vom Ort der Dienststelle durch",
    "shared_facility": "gestattet als beauftragter Beteiligter die Mitbenutzung der von ihm betriebenen Einrichtung",
    "reciprocal": "folgender Beteiligter beantragt und in Anspruch genommen werden: der Rhein-Pfalz-Kreis und die Stadt",
    "staff_lending": "stellt der Stadt Speyer für die Aufgabe „Kfz-Zulassung“ zeitanteilig Dienstkräfte zur Verfügung",
    "statutory_assignment": "zieht die Stadt Speyer den Rhein-Pfalz-Kreis heran",
}


@pytest.mark.parametrize("mode", sorted(MODES))
def test_each_mode_has_its_own_effect_sentence(mode):
    shown = text(case(mandates=(mandate(mode),)))
    assert MODES[mode] in shown
    assert [other for other in MODES if MODES[other] in shown] == [mode]


def test_the_parties_stand_with_article_case_and_office():
    shown = text(case())
    assert "dem Rhein-Pfalz-Kreis\nvertreten durch den Landrat" in shown
    assert "der Stadt Speyer\nvertreten durch die Oberbürgermeisterin" in shown
    assert "Für den Rhein-Pfalz-Kreis" in shown
    assert "Landrat\nDienstsiegel (L. S.)" in shown


def test_an_unknown_holder_gives_both_forms():
    office = [{"office": "Landrat", "from": "2020-01-01"}]
    shown = text(
        case(
            (town("a", "Amberg", representation=office), town("b", "Bonn")),
            mandates=(mandate(agent="a", principals=["b"]),),
        )
    )
    assert "vertreten durch die Landrätin oder den Landrat" in shown
    assert "Landrätin / Landrat" in shown


def test_notice_is_computed_from_the_data():
    assert (
        "Jeder Beteiligte kann diese Zweckvereinbarung mit einer Frist von zwölf Monaten zum Ende eines Kalenderjahres "
        "kündigen, erstmals zum 31. Dezember 2028." in text(case())
    )


NAMED = {
    ("speyer",): "Die Stadt Speyer kann diese Zweckvereinbarung mit einer Frist",
    (
        "kreis",
        "speyer",
    ): "Der Rhein-Pfalz-Kreis und die Stadt Speyer können diese Zweckvereinbarung jeweils mit einer Frist",
    ("werke",): "Die Stadtwerke Speyer können diese Zweckvereinbarung mit einer Frist",
    (): "[offen: wer kündigen darf] kann diese Zweckvereinbarung mit einer Frist",
}


@pytest.mark.parametrize("named", NAMED)
def test_named_partners_may_give_notice(named):
    rule = {"id": "o", "who": "bestimmte", "partners": list(named), "period": {"value": 12, "unit": "monat"}}
    works = town("werke", "Speyer", legal_name="Stadtwerke Speyer", grammar={"gender": "plural"})
    given = case((district(), town("speyer", "Speyer"), works), terms=agreement(notice=[rule]))
    assert f"{NAMED[named]} von zwölf Monaten zum Ende eines Kalenderjahres kündigen." in text(given)


def test_two_mandates_of_one_task_are_told_apart_by_reference():
    second = mandate("shared_facility", id="termine", use_today="Termine online.")
    shown = text(case(mandates=(mandate(), second)))
    assert (
        "Bei der Aufgabe „Kfz-Zulassung“ in dem Umfang des § 2 Abs. 1 handelt der Rhein-Pfalz-Kreis nach außen" in shown
    )
    assert (
        "Bei der Aufgabe „Kfz-Zulassung“ in dem Umfang des § 2 Abs. 2 handelt jeder Beteiligte nach außen weiterhin allein"
        in shown
    )


def test_an_exception_is_printed_with_reason_and_review():
    exception = {
        "id": "t",
        "subject": "gemeinsames Terminmanagement",
        "reason": "Eigenes Bürgerbüro.",
        "review": "2029-01-01",
    }
    shown = text(case(members={"speyer": {"exceptions": [exception]}}))
    assert (
        "Die Stadt Speyer nimmt an folgendem Teil der Zusammenarbeit nicht teil: gemeinsames Terminmanagement." in shown
    )
    assert "Grund der Ausnahme: Eigenes Bürgerbüro. Überprüfung der Ausnahme: zum 1. Januar 2029." in shown


def test_a_word_whose_forms_nobody_knows_is_named_in_the_review_sheet_and_not_mixed_into_the_text():
    given = case(head={"house_style": {"party_term": "die Signatare"}})
    draft, review = draft_agreement(given, stamp=STAMP)
    assert "Signatare" not in body_text(draft.content)
    assert "Die eigene Bezeichnung „die Signatare“ verwendet der Entwurf nicht" in body_text(review.content)


TERMS = {
    "die Vertragspartner": (
        "Jeder Vertragspartner trägt die Kosten",
        "gegenüber den übrigen Vertragspartnern zu erklären",
    ),
    "die Vereinbarungspartner": ("als beauftragter Vereinbarungspartner", "Beitritt weiterer Vereinbarungspartner"),
    "die Mitgliedsgemeinden": ("Jede Mitgliedsgemeinde trägt die Kosten", "Scheidet eine Mitgliedsgemeinde aus"),
    "die Mitglieder": ("Jedes Mitglied trägt die Kosten", "an das ausscheidende Mitglied zurück"),
}


@pytest.mark.parametrize("term", sorted(TERMS))
def test_another_word_for_the_parties_takes_the_place_of_the_usual_one_in_every_case(term):
    leaving = agreement(leaving={"survival": "fortsetzung_unter_uebrigen"}, liability={"internal": "verursacher"})
    given = case(terms=leaving, head={"house_style": {"party_term": term}}, cooperation={"purpose": "Gemeinsam mehr."})
    shown = text(given)
    for wanted in TERMS[term]:
        assert wanted in shown
    assert "Beteiligte" not in shown


def test_a_partner_that_does_not_hand_over_the_task_keeps_it():
    partners = (district(), town("speyer", "Speyer"), town("worms", "Worms"))
    shown = text(case(partners))
    assert "Die Stadt Speyer nimmt die Aufgabe in diesem Umfang für die Dauer" in shown
    assert "übrigen Beteiligten nehmen die Aufgabe" not in shown


def test_many_principals_that_are_all_the_others_are_named_together():
    partners = towns(6)
    given = case(partners, mandates=(mandate(principals=[p.id for p in partners[1:]]),))
    assert "als beauftragter Beteiligter die Aufgabe „Kfz-Zulassung“ zugleich für die übrigen Beteiligten." in text(
        given
    )


def test_a_system_that_every_party_has_replaced_is_not_in_the_annex():
    old, new = (
        System.model_validate({"id": id, "name": name, "kind": "fachverfahren", "tasks": ["kfz-zulassung"]})
        for id, name in (("alt", "Altverfahren"), ("neu", "Neuverfahren"))
    )
    ended = {"system": "alt", "task": "kfz-zulassung", "until": "2020-12-31"}
    replaced = {"system": "alt", "task": "kfz-zulassung", "state": "abgeloest"}
    partners = (
        town("kreis", "Kreisstadt", applications=[ended, {"system": "neu", "state": "geplant"}]),
        town("speyer", "Speyer", applications=[replaced]),
    )
    shown = text(case(partners, systems=(old, new)))
    assert "Neuverfahren" in shown
    assert "Altverfahren" not in shown


def test_a_missing_security_promise_is_a_row_of_the_annex():
    gate = {"gates": {"security": [{"framework": "it-grundschutz", "level": "standard-absicherung"}]}}
    promise = {
        "id": "g",
        "framework": "it-grundschutz",
        "level": "standard-absicherung",
        "state": "umgesetzt",
    }
    given = case(cooperation=gate, security=(SecurityFile.model_validate({"id": "kreis", "commitments": [promise]}),))
    rows = text(given).split("Zusagen zur Informationssicherheit")[-1]
    assert "Speyer\nverlangt: BSI IT-Grundschutz, Standard-Absicherung\n–\nnicht zugesagt" in rows


def test_the_last_part_leaves_room_for_approval_and_publication_and_fills_in_what_is_known():
    step = {
        "id": "g",
        "kind": "genehmigung",
        "outcome": "erteilt",
        "decided_on": "2026-10-01",
        "file_no": "17-4 12/2026",
    }
    given = case(
        terms=agreement(procedure=[step]),
        members={"speyer": {"publications": [{"organ": "Rheinpost", "date": "2026-10-20"}]}},
    )
    last = text(given).split("Genehmigungs- und Bekanntmachungsvermerk")[-1]
    assert "Entscheidung\ngenehmigt\nDatum\n01.10.2026\nAktenzeichen\n17-4 12/2026" in last
    assert "Stadt Speyer\nRheinpost\n\n20.10.2026" in last


def test_a_contents_list_is_a_live_field_whose_stored_text_is_right():
    draft = draft_agreement(case(head={"house_style": {"contents_list": True}}), stamp=STAMP)[0].content
    xml = part(draft)
    assert ' TOC \\o "1-1" \\n \\h \\u ' in xml
    assert '<w:hyperlink w:anchor="ikz_K01"' in xml
    lines = body_text(draft).split("\n")
    headings = [line + lines[n + 1] for n, line in enumerate(lines) if re.fullmatch("§\u00a0\\d+", line)]
    start = lines.index("Inhaltsübersicht") + 2
    assert lines[start : start + len(headings)] == headings


# --- money ---


STEPS = [
    {"step": "sammeln", "costs": [{"kind": "personal", "basis": "kgst"}]},
    {"step": "eigenanteil", "percent": 20},
    {
        "step": "verteilen",
        "weights": [
            {"by": "gleich", "percent": 50},
            {
                "by": "einwohner",
                "percent": 50,
                "statistic": "Landesstatistik",
                "statistic_day": "30. Juni des Vorjahres",
            },
        ],
    },
    {"step": "hoechstgrenze", "kind": "betrag", "amount": 50000},
]


def _rule(state: str) -> dict[str, object]:
    return {"rules": [{"id": "r", "name": "Personal", "state": state, "from": "2027-01-01", "steps": STEPS}]}


def test_an_agreed_cost_rule_is_written_out_step_by_step():
    shown = text(case(costs=_rule("vereinbart")))
    assert "Zusammengestellt werden die Personalkosten (nach den Werten der Kommunalen Gemeinschaftsstelle" in shown
    assert "Vorweg trägt der beauftragte Beteiligte 20 % der Kosten." in shown
    assert "zu 50 % zu gleichen Teilen und zu 50 % nach der Zahl der Einwohner" in shown
    assert "Die Erstattung ist begrenzt auf 50.000 Euro im Jahr." in shown
    assert "die Einwohnerzahl (Landesstatistik, Stichtag 30. Juni des Vorjahres)." in shown


@pytest.mark.parametrize("state", ["vorlaeufig", "offen"])
def test_figures_of_a_rule_that_is_not_agreed_never_reach_the_text(state):
    shown = text(case(costs=_rule(state)))
    assert "50.000" not in shown
    assert "20 %" not in shown
    assert "[offen: Eigenanteil] der Kosten" in shown
    assert "[offen: Einigung über die Kostenregel „Personal“" in shown


def test_an_example_is_shown_as_open_proposal():
    notice = [{"id": "o", "period": {"value": 6, "unit": "monat"}, "to": "jahresende", "example": True}]
    shown = text(case(terms=agreement(notice=notice)))
    assert (
        "[offen: Frist und Termin der Kündigung, Beispiel: mit einer Frist von sechs Monaten zum Ende eines Kalenderjahres]"
        in shown
    )
    assert "mit einer Frist von sechs Monaten" not in shown.replace("Beispiel: mit einer Frist von sechs Monaten", "")


def test_fees_of_a_fee_task_are_asked_for_even_if_the_registry_is_silent():
    shown = text(case(tasks=(task(fee_income=True),)))
    assert "Wer die Gebühren erhält und wie verrechnet wird, ist noch zu bestimmen:" in shown


# --- open facts and review sheet ---


def test_open_facts_are_printed_marked_and_listed_with_their_field():
    files = draft_agreement(case(), stamp=STAMP)
    fact = "[offen: Kostenregel und Verteilungsschlüssel]"
    assert f'<w:rStyle w:val="IkzOffen"/></w:rPr><w:t xml:space="preserve">{fact}' in part(files[0].content)
    listed = body_text(files[1].content)
    assert "Kostenregel und Verteilungsschlüssel" in listed
    assert "cooperations/kfz/costs.yaml: rules" in listed


def test_every_open_fact_of_the_text_stands_in_the_review_sheet():
    given = case()
    draft = compose_agreement(given)
    listed = body_text(draft_agreement(given, stamp=STAMP)[1].content)
    shown = body_text(draft_agreement(given, stamp=STAMP)[0].content)
    facts = [fact for fact, _ in open_facts(draft.document)]
    labels = {fact.label for fact in facts}
    assert set(re.findall(r"\[offen: ([^\]]+)\]", shown)) == {fact.label for fact in facts if not fact.brief}
    assert ("[offen]" in shown) == any(fact.brief for fact in facts)
    assert [label for label in labels if label not in listed] == []


def test_the_review_sheet_begins_with_what_is_missing():
    lost = agreement(
        clauses=[{"clause": "D04", "use": False, "reason": "steht im Rahmenvertrag"}, {"clause": "L01", "use": False}]
    )
    listed = body_text(draft_agreement(case(terms=lost), stamp=STAMP)[1].content)
    assert "befristete oder unbefristete Dauer" in listed.split("Zu entscheiden")[0]
    assert "abgewählt: steht im Rahmenvertrag" in listed


def test_an_unread_norm_is_named_with_its_state():
    listed = body_text(draft_agreement(case(), stamp=STAMP)[1].content).replace(NBSP, " ")
    assert "Der Wortlaut des § 13 lag nicht vor." in listed
    assert "gefolgert, nicht bestätigt" in listed


# --- references, numbers, own clauses ---


def test_references_are_live_fields_with_the_right_text():
    xml = part(draft_agreement(case(), stamp=STAMP)[0].content)
    assert " REF ikz_anlage_1 \\h  \\* MERGEFORMAT " in xml
    assert f'w:name="ikz_anlage_1"/><w:r><w:t xml:space="preserve">Anlage{NBSP}1<' in xml


def test_a_reference_to_a_missing_clause_stops_before_anything_is_written():
    terms = agreement(
        documents=[{"id": "alt", "kind": "vorgaengervereinbarung", "title": "Vereinbarung von 2003"}],
        clauses=[{"clause": "S05", "use": False}],
    )
    with pytest.raises(
        UserError, match="Klausel S07 verweist auf die Klausel S05, die in diesem Dokument nicht vorkommt"
    ):
        draft_agreement(case(terms=terms), stamp=STAMP)


def test_paragraphs_are_numbered_only_where_there_are_several():
    document = compose_agreement(case()).document
    assert [section.number for section in document.sections] == list(range(1, len(document.sections) + 1))
    for section in document.sections:
        numbers = [absatz.number for absatz in section.absaetze]
        assert numbers == ([0] if len(numbers) == 1 else list(range(1, len(numbers) + 1)))


def test_an_own_clause_stands_where_it_was_asked_for():
    shown = text(case(terms=own("Erster Satz.\n\nEs gilt:\n1. eins\n2. zwei", after="K01")))
    order = [
        shown.index("\n" + heading)
        for heading in ("Kosten und Kostenerstattung", "Eigene Regelung", "Abrechnung und Fälligkeit")
    ]
    assert order == sorted(order)
    assert "(2)Es gilt:\n1.eins\n2.zwei" in shown


def test_an_own_clause_after_an_unknown_clause_is_refused():
    with pytest.raises(UserError, match="Klausel K99"):
        text(case(terms=own("Text.", after="K99")))


# --- values ---


VALUES = [
    "Müller & Söhne <GmbH>",
    "A < B > C",
    "&amp;",
    "]]>",
    "<!-- x",
    "„Anführung“ ‚einfach‘ »spitz«",
    "Straße, Übergröße, ŁÓDŹ, Çelik, D’Angelo",
    f"vor{NBSP}nach",
    "langer Text " * 830 + "Ende",
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_value_survives_in_every_place(value):
    name = value.split("Text ")[0].strip()[:200]
    pool = StaffPool.model_validate(
        {"partner": "a", "positions": [{"id": "p", "function": name, "from": "2027-01-01"}]}
    )
    given = case(
        (town("a", "Amberg", legal_name=name, grammar={"gender": "feminin"}), town("b", "Bonn")),
        mandates=(mandate(agent="a", principals=["b"]),),
        terms=own(value),
        pools=(pool,),
        cooperation={"purpose": value, "name": name, "front_office": {"kind": "ohne", "text": value}},
    )
    draft, review = draft_agreement(given, stamp=STAMP)
    shown = body_text(draft.content)
    assert shown.count(value) >= 3
    assert f"der {name}" in shown
    assert f"Für die {name}" in shown
    assert name in part(draft.content, "word/footer1.xml").replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    )
    assert name in body_text(review.content) or name not in " ".join(
        f.label for f, _ in open_facts(compose_agreement(given).document)
    )


def test_a_line_break_in_a_text_becomes_a_line_break_in_the_file():
    given = case(cooperation={"purpose": "Erste Zeile\nzweite Zeile."})
    assert "Erste Zeile\nzweite Zeile." in text(given)


def test_a_value_that_is_a_template_is_refused():
    with pytest.raises(UserError, match="gehört in Vorlagen"):
        draft_agreement(case(cooperation={"purpose": "{{ 7*7 }}"}), stamp=STAMP)


# --- the file ---


def test_same_input_same_bytes():
    first, second = (draft_agreement(case(), stamp=STAMP) for _ in range(2))
    assert [file.content for file in first] == [file.content for file in second]
    with zipfile.ZipFile(BytesIO(first[0].content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_file_says_where_it_comes_from():
    properties = part(draft_agreement(case(), stamp=STAMP)[0].content, "docProps/custom.xml")
    for expected in (STAMP.commit or "", "zweckvereinbarung@1", "RP 2026-11", "2026-11-23", "K01@2"):
        assert expected in properties


def test_every_page_says_that_it_is_a_draft_and_whether_it_was_committed():
    head = part(draft_agreement(case(), stamp=STAMP)[0].content, "word/header1.xml")
    assert f"Entwurf, Stand 23.{NBSP}November 2026<" in head
    loose = part(draft_agreement(case(), stamp=replace(STAMP, commit=None))[0].content, "word/header1.xml")
    assert f"Entwurf, Stand 23.{NBSP}November 2026 – nicht festgeschrieben" in loose


def test_python_docx_opens_it_and_finds_language_title_and_table_heads():
    opened = docx.Document(BytesIO(draft_agreement(case(), stamp=STAMP)[0].content))
    assert opened.core_properties.title == "Zweckvereinbarung über die Zulassung von Kraftfahrzeugen"
    assert opened.core_properties.language == "de-DE"
    assert 'w:val="de-DE"' in opened.styles.element.xml
    heads = [table for table in opened.tables if "w:tblHeader" in table._tbl.xml]
    assert len(heads) == len(opened.tables) - 1  # all but the signature blocks


def test_heading_levels_have_no_gap():
    for file in draft_agreement(case(), stamp=STAMP):
        assert set(re.findall(r'w:val="(Heading\d)"', part(file.content))) == {"Heading1"}


def test_clauses_are_marked_by_content_controls_in_order():
    given = case()
    document = compose_agreement(given).document
    assert tags(draft_agreement(given, stamp=STAMP)[0].content) == control_tags(document)


def test_a_file_that_lost_a_word_is_not_handed_out(monkeypatch):
    real = drafting.render_slots

    def careless(document):
        slots = real(document)
        return {**slots, "vereinbarung": slots["vereinbarung"].replace("Schriftform", "Textform", 1)}

    monkeypatch.setattr(drafting, "render_slots", careless)
    with pytest.raises(ReadBackFailed, match=r"word/document\.xml"):
        draft_agreement(case(), stamp=STAMP)


def test_a_reference_with_a_wrong_text_is_noticed():
    given = case()
    document = compose_agreement(given).document
    layout = load(shipped_form("zweckvereinbarung").layout, "probe", drafting.SLOTS)
    values = {"titel": "T", "untertitel": "U", "kurztitel": "K", "vermerk": "V", "stand": "S"}
    slots = drafting.render_slots(document)
    bookmark = f'w:name="ikz_anlage_1"/><w:r><w:t xml:space="preserve">Anlage{NBSP}1<'
    wrong = {**slots, "anlagen": slots["anlagen"].replace(bookmark, bookmark.replace(f"{NBSP}1<", f"{NBSP}9<"))}
    made = Properties("T", DAY, "x", ())
    texts = slot_texts(document)
    texts["anlagen"] = [line.replace(f"Anlage{NBSP}1\n", f"Anlage{NBSP}9\n") for line in texts["anlagen"]]
    with pytest.raises(ReadBackFailed, match="ikz_anlage_1"):
        verify(fill(layout, values, wrong, made), layout, values, texts, control_tags(document))


# --- many parties ---


@pytest.mark.parametrize(
    ("count", "shape"),
    [
        (2, "running"),
        (7, "running"),
        (8, "list"),
        (15, "list"),
        (16, "table"),
        (40, "table"),
        (41, "annex"),
        (500, "annex"),
    ],
)
def test_any_number_of_parties_finds_its_shape(count, shape):
    given = case(towns(count), mandates=(mandate(principals=[]),))
    data = draft_agreement(given, stamp=STAMP)[0].content
    shown = body_text(data).replace(NBSP, " ")
    head = shown.split("Die Vorgenannten")[0]
    assert ("\nund\n" in head) == (shape == "running")
    assert ("8.der Stadt Ort" in head) == (shape == "list")
    assert ("Vertretung und Anschrift" in head) == (shape == "table")
    assert (f"den in Anlage 1 aufgeführten {count} Beteiligten" in head) == (shape == "annex")
    assert [n for n in range(1, count) if f"Für die Stadt Ort {n}\n" not in shown] == []
    assert [n for n in range(1, count) if f"Stadt Ort {n}" not in shown] == []


def test_one_party_is_no_agreement():
    with pytest.raises(UserError, match="weniger als zwei Beteiligte"):
        draft_agreement(case((town("a", "Amberg"),), mandates=()), stamp=STAMP)


# --- LibreOffice ---


def test_libreoffice_opens_it_and_shows_all_paragraphs_and_parties(tmp_path):
    given = case(towns(9), mandates=(mandate(principals=[]),), costs=_rule("vereinbart"))
    document = compose_agreement(given).document
    pages, shown = to_pdf(draft_agreement(given, stamp=STAMP)[0].content, tmp_path)
    shown = shown.replace(NBSP, " ")
    assert pages >= 5
    assert f"Seite {pages} von {pages}" in shown
    assert shown.count("Entwurf, Stand 23. November 2026") == pages
    assert [s.number for s in document.sections if not re.search(rf"^\s*§\s?{s.number}$", shown, re.MULTILINE)] == []
    assert [p.legal_name for p in document.parties if p.legal_name not in shown] == []
    assert "ergeben sich aus Anlage 1." in shown
    assert "Reference source not found" not in shown
