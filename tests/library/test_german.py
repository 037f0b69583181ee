"""German forms: what documents and messages print, case by case."""

from __future__ import annotations

import doctest
from datetime import date
from decimal import Decimal

import pytest

from ikzctl.library import german, municipalities
from ikzctl.library.german import NBSP


@pytest.mark.parametrize("module", [german, municipalities])
def test_examples_in_the_docstrings_are_true(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


BODIES = {
    ("Stadt Speyer", "feminin"): ("die Stadt Speyer", "der Stadt Speyer", "der Stadt Speyer", "die Stadt Speyer"),
    ("Rhein-Pfalz-Kreis", "maskulin"): (
        *("der Rhein-Pfalz-Kreis", "des Rhein-Pfalz-Kreises", "dem Rhein-Pfalz-Kreis", "den Rhein-Pfalz-Kreis"),
    ),
    ("Landkreis Bad Dürkheim", "maskulin"): (
        *("der Landkreis Bad Dürkheim", "des Landkreises Bad Dürkheim"),
        *("dem Landkreis Bad Dürkheim", "den Landkreis Bad Dürkheim"),
    ),
    ("Eifelkreis Bitburg-Prüm", "maskulin"): (
        *("der Eifelkreis Bitburg-Prüm", "des Eifelkreises Bitburg-Prüm"),
        *("dem Eifelkreis Bitburg-Prüm", "den Eifelkreis Bitburg-Prüm"),
    ),
    ("Verbandsgemeinde Rheinauen", "feminin"): (
        *("die Verbandsgemeinde Rheinauen", "der Verbandsgemeinde Rheinauen"),
        *("der Verbandsgemeinde Rheinauen", "die Verbandsgemeinde Rheinauen"),
    ),
    ("Zweckverband Gewässer", "maskulin"): (
        *(
            "der Zweckverband Gewässer",
            "des Zweckverbandes Gewässer",
            "dem Zweckverband Gewässer",
            "den Zweckverband Gewässer",
        ),
    ),
    ("Amt Eiderkanal", "neutrum"): (
        "das Amt Eiderkanal",
        "des Amtes Eiderkanal",
        "dem Amt Eiderkanal",
        "das Amt Eiderkanal",
    ),
    ("Große Kreisstadt Rottweil", "feminin"): (
        *("die Große Kreisstadt Rottweil", "der Großen Kreisstadt Rottweil"),
        *("der Großen Kreisstadt Rottweil", "die Große Kreisstadt Rottweil"),
    ),
    ("Märkischer Kreis", "maskulin"): (
        *("der Märkische Kreis", "des Märkischen Kreises", "dem Märkischen Kreis", "den Märkischen Kreis"),
    ),
    ("öffentlich-rechtliche Vereinbarung", "feminin"): (
        *("die öffentlich-rechtliche Vereinbarung", "der öffentlich-rechtlichen Vereinbarung"),
        *("der öffentlich-rechtlichen Vereinbarung", "die öffentlich-rechtliche Vereinbarung"),
    ),
}


@pytest.mark.parametrize(("body", "expected"), BODIES.items())
def test_bodies_are_declined_with_their_article(body, expected):
    forms = german.decline(*body)
    assert (forms.nominative, forms.genitive, forms.dative, forms.accusative) == expected
    assert forms.certain


def test_a_name_without_article_keeps_strong_adjectives():
    forms = german.decline("Große Kreisstadt Rottweil", "feminin", has_article=False)
    assert (forms.nominative, forms.genitive) == ("Große Kreisstadt Rottweil", "Großer Kreisstadt Rottweil")


def test_ready_made_forms_win_over_the_rule():
    forms = german.decline("KommWis", "maskulin", overrides={"genitive": "der KommWis", "dative": None})
    assert (forms.genitive, forms.dative) == ("der KommWis", "dem KommWis")


def test_an_unknown_noun_is_admitted():
    assert not german.decline("KommWis", "maskulin").certain
    assert german.decline("KommWis", "feminin").certain


def test_a_name_whose_noun_contradicts_its_gender_is_not_inflected():
    forms = german.decline("Landkreis Musterland", "feminin")
    assert forms.genitive == "der Landkreis Musterland"


OFFICES = {
    ("Oberbürgermeister", "feminin", "accusative"): "die Oberbürgermeisterin",
    ("Oberbürgermeister", "maskulin", "accusative"): "den Oberbürgermeister",
    ("Oberbürgermeister", None, "accusative"): "die Oberbürgermeisterin oder den Oberbürgermeister",
    ("Landrat", "feminin", "nominative"): "die Landrätin",
    ("Landrat", "maskulin", "genitive"): "des Landrats",
    ("Landrat", None, "dative"): "der Landrätin oder dem Landrat",
    ("Erster Beigeordneter", "maskulin", "accusative"): "den Ersten Beigeordneten",
    ("Erster Beigeordneter", "feminin", "accusative"): "die Erste Beigeordnete",
    ("Erster Beigeordneter", "feminin", "genitive"): "der Ersten Beigeordneten",
    ("Gemeinschaftsvorsitzender", "maskulin", "nominative"): "der Gemeinschaftsvorsitzende",
    ("Regionspräsident", "maskulin", "accusative"): "den Regionspräsidenten",
    ("Vorstand", None, "accusative"): "den Vorstand",
}


@pytest.mark.parametrize(("given", "expected"), OFFICES.items())
def test_offices_in_both_genders_and_all_cases(given, expected):
    title, holder, case = given
    assert german.office(title, holder, case) == expected


def test_an_office_may_bring_its_own_feminine_form():
    assert german.office("Amtmann", "feminin", feminine="Amtfrau") == "die Amtfrau"


def test_dates_hold_the_day_to_the_month():
    assert german.date_long(date(2027, 1, 1)) == f"1.{NBSP}Januar 2027"
    assert german.date_short(date(2027, 1, 1)) == "01.01.2027"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("1234.5", "1.234,50"), ("0", "0,00"), ("1000000", "1.000.000,00"), ("-12.34", "−12,34"), ("12.30", "12,30")],
)
def test_money_has_two_places_and_a_held_sign(amount, expected):
    assert german.money(Decimal(amount)) == f"{expected}{NBSP}€"


def test_printing_never_rounds():
    with pytest.raises(ValueError, match="more than 2 decimal places"):
        german.money(Decimal("1.005"))
    with pytest.raises(ValueError, match="not a number"):
        german.decimal(Decimal("NaN"))


def test_percent_keeps_every_given_place():
    assert german.percent(Decimal("33.3333")) == f"33,3333{NBSP}%"


@pytest.mark.parametrize(
    ("count", "unit", "case", "expected"),
    [
        (12, "month", "nominative", "zwölf Monate"),
        (12, "month", "dative", "zwölf Monaten"),
        (1, "month", "accusative", "einen Monat"),
        (1, "year", "dative", "einem Jahr"),
        (1, "week", "dative", "einer Woche"),
        (2, "week", "dative", "zwei Wochen"),
        (14, "day", "dative", f"14{NBSP}Tagen"),
    ],
)
def test_periods_in_words(count, unit, case, expected):
    assert german.period(count, unit, case) == expected


def test_notice_periods_read_as_in_agreements():
    assert german.notice_phrase(12, "month") == "mit einer Frist von zwölf Monaten"
    assert german.notice_phrase(1, "year") == "mit einer Frist von einem Jahr"


def test_enumerations_and_counted_nouns():
    assert german.enumeration(["Speyer", "Frankenthal", "Ludwigshafen"]) == "Speyer, Frankenthal und Ludwigshafen"
    assert german.enumeration(["a", "b"], "oder") == "a oder b"
    assert german.counted(1, "Stelle", "Stellen", "feminin", "dative") == "einer Stelle"
    assert german.counted(13, "Stelle", "Stellen", "feminin") == f"13{NBSP}Stellen"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("E8", "Entgeltgruppe~8 TVöD-VKA"),
        ("EG 15Ü", "Entgeltgruppe~15Ü TVöD-VKA"),
        ("S 11b", "Entgeltgruppe S~11b TVöD-VKA"),
        ("A 10", "Besoldungsgruppe A~10"),
        ("außertariflich", "außertariflich"),
    ],
)
def test_pay_grades(typed, printed):
    assert german.pay_grade(typed).replace(NBSP, "~") == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("§ 12 Abs. 2 Satz 1 KomZG", "§~12 Abs.~2 Satz~1 KomZG"),
        ("§§ 1, 12 und 13 KomZG", "§§~1, 12 und 13 KomZG"),
        ("§80 SGB X", "§~80 SGB~X"),
        ("§§ 67 ff. SGB X", "§§~67~ff. SGB~X"),
        ("Art. 28 Abs. 3 Buchst. a DSGVO i.V.m. § 80 SGB X", "Art.~28 Abs.~3 Buchst.~a DSGVO i.~V.~m. §~80 SGB~X"),
        ("§ 12 Abs. 1 S. 3", "§~12 Abs.~1 S.~3"),
        ("z. B. in Absatz 3", "z.~B. in Absatz~3"),
        ("der Absatz in dem Satz und die Nr. der Anlage", "der Absatz in dem Satz und die Nr. der Anlage"),
    ],
)
def test_citations_get_their_no_break_spaces(typed, printed):
    assert german.citation(typed).replace(NBSP, "~") == printed
    assert german.citation(german.citation(typed)) == german.citation(typed)


def test_citations_are_built_from_parts():
    assert german.section("12", "KomZG", paragraph=2, sentence=1) == german.citation("§ 12 Abs. 2 Satz 1 KomZG")
    assert german.sections(("12", "13"), "KomZG") == f"§§{NBSP}12 und 13 KomZG"
    assert german.sections(("12",), "KomZG") == f"§{NBSP}12 KomZG"


# --- words for the parties ---


SINGULAR = {
    "die Beteiligten": ("der zuständige Beteiligte", "des zuständigen Beteiligten", "dem zuständigen Beteiligten"),
    "die Vertragspartner": (
        "der zuständige Vertragspartner",
        "des zuständigen Vertragspartners",
        "dem zuständigen Vertragspartner",
    ),
    "die Mitgliedsgemeinden": (
        "die zuständige Mitgliedsgemeinde",
        "der zuständigen Mitgliedsgemeinde",
        "der zuständigen Mitgliedsgemeinde",
    ),
    "die Ämter": ("das zuständige Amt", "des zuständigen Amtes", "dem zuständigen Amt"),
}
PLURAL = {
    "die Beteiligten": ("die übrigen Beteiligten", "der übrigen Beteiligten", "den übrigen Beteiligten"),
    "die Vertragspartner": (
        "die übrigen Vertragspartner",
        "der übrigen Vertragspartner",
        "den übrigen Vertragspartnern",
    ),
    "die Mitgliedsgemeinden": (
        "die übrigen Mitgliedsgemeinden",
        "der übrigen Mitgliedsgemeinden",
        "den übrigen Mitgliedsgemeinden",
    ),
    "die Ämter": ("die übrigen Ämter", "der übrigen Ämter", "den übrigen Ämtern"),
}


@pytest.mark.parametrize("term", sorted(SINGULAR))
def test_a_word_for_the_parties_is_declined_with_its_adjective(term):
    noun = german.role_noun(term)
    assert noun is not None
    assert tuple(noun.singular(case, "zuständig") for case in german.CASES[:3]) == SINGULAR[term]
    assert tuple(noun.plural(case, "übrig") for case in german.CASES[:3]) == PLURAL[term]
    assert noun.plural("accusative", "übrig") == PLURAL[term][0]


@pytest.mark.parametrize(
    ("term", "one", "every", "bare"),
    [
        ("die Beteiligten", "ein Beteiligter", "jedes Beteiligten", "weiterer Beteiligter"),
        ("die Kommunen", "eine Kommune", "jeder Kommune", "weiterer Kommunen"),
        ("die Mitglieder", "ein Mitglied", "jedes Mitglieds", "weiterer Mitglieder"),
    ],
)
def test_one_every_and_no_article_take_their_own_endings(term, one, every, bare):
    noun = german.role_noun(term)
    assert noun is not None
    assert noun.singular("nominative", "", "ein") == one
    assert noun.singular("genitive", "", "jeder") == every
    assert noun.plural("genitive", "weiter", definite=False) == bare


def test_an_adjective_that_belongs_to_the_word_stays_with_it():
    noun = german.role_noun("erfüllende Gemeinde")
    assert noun is not None
    assert noun.singular("dative") == "der erfüllenden Gemeinde"
    assert noun.singular("nominative", "", "") == "erfüllende Gemeinde"


def test_the_forms_of_an_unknown_word_are_not_guessed():
    assert german.role_noun("die Signatare") is None
    assert german.role_noun("das Trio") is None


def test_an_adjective_in_the_neuter_is_declined():
    forms = german.decline("Chemisches Untersuchungsamt", "neutrum")
    assert (forms.nominative, forms.dative) == ("das Chemische Untersuchungsamt", "dem Chemischen Untersuchungsamt")
