"""The shipped clauses: complete heads, true facts, known norms and contents, and the grammar of their text."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import meta

from ikzctl.documents.clauses import Form, parse_clause, shipped_clause, shipped_form
from ikzctl.documents.content import plain
from ikzctl.documents.context import build
from ikzctl.documents.fence import clause_environment, render
from ikzctl.documents.grammar import parse
from ikzctl.library.law import law_pack
from ikzctl.library.resources import templates_dir
from ikzctl.model.errors import UserError
from tests.documents.cases import case

FORM: Form = shipped_form("zweckvereinbarung")
FILES = sorted((templates_dir() / "agreements" / "clauses").glob("*.md"))
IDS = [path.stem for path in FILES]


def test_every_clause_file_is_used_by_the_form_and_every_clause_of_the_form_exists():
    assert sorted(FORM.all_clauses) == IDS


@pytest.mark.parametrize("id", IDS)
def test_the_head_names_exactly_the_facts_that_the_text_asks_for(id):
    clause = shipped_clause(id)
    env = clause_environment()
    asked = set()
    for source in (
        clause.heading,
        clause.body,
        f"{{% if {clause.when or 'agreement'} %}}{{% endif %}}" if clause.when else "",
    ):
        asked |= meta.find_undeclared_variables(env.parse(source))
    assert sorted(asked) == sorted(clause.facts)


@pytest.mark.parametrize("id", IDS)
def test_facts_norms_and_contents_of_the_head_exist(id):
    clause = shipped_clause(id)
    law = law_pack("RP")
    assert set(clause.facts) <= set(build(case()).values)
    assert [norm for norm in clause.norms if not law.fact(norm).text] == []
    assert [content for content in clause.contents if law.content(content) is None] == []


def test_contents_that_nobody_else_covers_are_covered_by_the_form():
    covered = {content for id in FORM.all_clauses for content in shipped_clause(id).contents} | {"zv.parties"}
    assert {content.id for content in law_pack("RP").contents} <= covered


def test_a_clause_without_head_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match="Der Kopf zwischen zwei Zeilen"):
        parse_clause("Nur Text.", "X01.md")


def test_an_unknown_key_in_the_head_is_named():
    with pytest.raises(UserError, match="unbekannte Angaben im Kopf: facst"):
        parse_clause('---\nid: K01\nversion: "1"\nfacst: []\nreason: x\n---\nText.', "K01.md")


def _texts(source: str, **values: object) -> list[list[str]]:
    rendered = render(clause_environment(), source, values, "probe")
    return [
        [f"{line.mark} {plain(line.inlines)}".strip() for line in absatz.lines] for absatz in parse(rendered, "probe")
    ]


def test_a_line_is_a_sentence_and_items_are_counted_by_us():
    source = "Erster Satz.\nZweiter Satz:\n7. eins\n7. zwei\na) klein\na) kleiner\n7. drei\nSchluss.\n\nNeuer Absatz."
    assert _texts(source) == [
        ["Erster Satz.", "Zweiter Satz:", "1. eins", "2. zwei", "a) klein", "b) kleiner", "3. drei", "Schluss."],
        ["Neuer Absatz."],
    ]


def test_a_value_can_start_neither_item_nor_absatz_nor_label():
    value = "1. Nummer\n\n[#marke] a) Buchstabe"
    assert _texts("{{ wert }}", wert=value) == [[value]]


def test_a_tag_at_the_end_of_an_item_does_not_swallow_the_next_item():
    source = "Es gilt:\n{% for x in xs %}\n1. {{ x }}{% if x == 'a' %}!{% endif %}\n{% endfor %}\nEnde."
    assert _texts(source, xs=["a", "b"]) == [["Es gilt:", "1. a!", "2. b", "Ende."]]


def test_plain_spaces_in_citations_become_no_break_spaces_but_values_stay():
    assert _texts("Nach § 12 Abs. 2 KomZG und {{ wert }}.", wert="§ 3 X") == [
        ["Nach §\u00a012 Abs.\u00a02 KomZG und § 3 X."]
    ]


def test_an_absatz_may_not_begin_with_an_item():
    with pytest.raises(UserError, match="darf nicht mit einer Nummer beginnen"):
        parse("1. eins", "K01")
