"""Hostile templates: each is refused, or prints nothing but harmless text."""

from __future__ import annotations

import pytest

from ikzctl.documents.fence import TemplateRefused, clause_environment, layout_environment, render
from ikzctl.documents.marks import Placeholder, clean
from ikzctl.model.errors import UserError

CONTEXT = {"a": "x", "items": ["1", "2"], "record": {"name": "n"}, "nothing": None, "flag": True}

HOSTILE = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ a.__class__ }}",
    "{{ a['__class__'] }}",
    "{{ record|attr('__class__') }}",
    "{{ a.format(a) }}",
    "{{ record.items() }}",
    "{{ record.pop('name') }}",
    "{{ 'a' * 10**9 }}",
    "{{ 9 ** 9999999 }}",
    "{{ 7 % 3 }}",
    "{{ [1, 2] }}",
    "{{ {'a': 1} }}",
    "{{ items[a] }}",
    "{{ items[0:1] }}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% macro m() %}x{% endmacro %}",
    "{% call a() %}x{% endcall %}",
    "{% set b = a ~ a %}{{ b }}",
    "{% filter upper %}x{% endfilter %}",
    "{% block b %}x{% endblock %}",
    "{% for i in items recursive %}{{ i }}{% endfor %}",
    "{% for i in items %}{% for j in items %}{% for k in items %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for i in 'abc' %}{{ i }}{% endfor %}",
    "{{ a|safe }}",
    "{{ '" + "x" * 2_001 + "' }}",
]


def test_there_are_28_hostile_templates():
    assert len(set(HOSTILE)) == 28


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_template_is_refused_before_it_is_evaluated(source):
    with pytest.raises(TemplateRefused):
        render(clause_environment(), source, CONTEXT, "probe")


@pytest.mark.parametrize(
    "source", ["{{ nothing }}", "{{ flag }}", "{{ record }}", "{{ items }}", "{{ missing }}", "{{ record.missing }}"]
)
def test_what_is_no_text_is_never_printed(source):
    with pytest.raises(TemplateRefused, match="Vorlage probe"):
        render(clause_environment(), source, CONTEXT, "probe")


def test_methods_of_a_value_cannot_be_shown_either():
    with pytest.raises(TemplateRefused):
        render(clause_environment(), "{{ a.upper }}", CONTEXT, "probe")


@pytest.mark.parametrize("source", ["{% if a %}x{% endif %}", "{{ a.b }}", "{{ a|ref }}", "{{ 1 + 1 }}"])
def test_a_layout_holds_names_and_nothing_else(source):
    with pytest.raises(TemplateRefused):
        render(layout_environment(), source, CONTEXT, "layout")


def test_the_error_names_clause_and_line():
    with pytest.raises(TemplateRefused, match=r"Vorlage K05, Zeile 2: „Mul“"):
        render(clause_environment(), "Satz.\n{{ 2 * 2 }}", CONTEXT, "K05")


@pytest.mark.parametrize(
    "value", ["{{ 7*7 }}", "{% x %}", "{# x #}", "{_{", "\x07", "a\tb", "\ud800", "\ue000", "\u2028"]
)
def test_data_that_could_steer_is_refused(value):
    with pytest.raises(UserError):
        clean(value)
    with pytest.raises(UserError):
        Placeholder(value, "pfad")
