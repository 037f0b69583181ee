"""Words for parties and values in the text: forms of role words, names in all cases, amounts in the house style."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from markupsafe import Markup

from ikzctl.documents.marks import Placeholder, printed
from ikzctl.library import german
from ikzctl.model.agreement import TimeSpan
from ikzctl.model.partner import Partner

Forms = dict[str, str]

COLLECTIVE = "die Beteiligten"
"""The only collective term: the clauses are written with it, and half a text with another word would be worse than none."""
_UNITS: dict[str, german.Unit] = {"tag": "day", "woche": "week", "monat": "month", "jahr": "year"}


def collective(adjective: str = "") -> Forms:
    """`die (übrigen) Beteiligten` in all cases."""
    lead = f"{adjective}en " if adjective else ""
    articles = {"nom": "die", "gen": "der", "dat": "den", "akk": "die"}
    return {key: f"{article} {lead}Beteiligten" for key, article in articles.items()}


def singular(adjective: str) -> Forms:
    """`der zuständige Beteiligte` in all cases, and bare (`zuständiger Beteiligter`)."""
    return {
        "nom": f"der {adjective}e Beteiligte",
        "gen": f"des {adjective}en Beteiligten",
        "dat": f"dem {adjective}en Beteiligten",
        "akk": f"den {adjective}en Beteiligten",
        "bare_nom": f"{adjective}er Beteiligter",
    }


def determined(word: Literal["jed", "ein"]) -> Forms:
    """`jeder Beteiligte`, `ein Beteiligter` in all cases."""
    return {
        "nom": "jeder Beteiligte" if word == "jed" else "ein Beteiligter",
        "gen": f"{word}es Beteiligten",
        "dat": f"{word}em Beteiligten",
        "akk": f"{word}en Beteiligten",
    }


def partner_forms(partner: Partner) -> Forms:
    """The full name in all cases with its article."""
    grammar = partner.grammar
    given = grammar.forms
    forms = german.decline(
        partner.legal_name,
        grammar.gender,
        has_article=grammar.article,
        overrides={
            "nominative": given.nominative,
            "genitive": given.genitive,
            "dative": given.dative,
            "accusative": given.accusative,
        },
    )
    return {
        "nom": forms.nominative,
        "gen": forms.genitive,
        "dat": forms.dative,
        "akk": forms.accusative,
        "pronoun_dat": "ihr" if grammar.gender == "feminin" else "ihm",
        "name": partner.legal_name,
    }


def open_forms(label: str, path: str) -> Forms:
    """A partner that is not known yet, in whatever case."""
    return dict.fromkeys(("nom", "gen", "dat", "akk", "name", "bare_nom"), Placeholder(label, path)) | {
        "pronoun_dat": "dort"
    }


def say(*parts: object) -> Markup:
    """Pieces of text and open facts in a row, ready to print."""
    return Markup("").join(printed(part) for part in parts if part != "")


def money(amount: Decimal, style: Literal["Euro", "€"]) -> str:
    """An amount in running text: whole sums without cents, the sign of the house."""
    whole = amount == amount.to_integral_value()
    figure = german.decimal(amount, 0) if whole else german.decimal(amount, 2)
    return f"{figure}{german.NBSP}{style}"


def day(value: date | None, label: str, path: str) -> str:
    return german.date_long(value) if value else Placeholder(label, path)


def span(value: TimeSpan, case: Literal["nominative", "dative", "accusative"] = "nominative") -> str:
    return german.period(value.value, _UNITS[value.unit], case)


def listed(items: list[str]) -> str:
    return german.enumeration(items)


def sentence(value: str) -> str:
    """Free text of the registry as a sentence: ends with a mark."""
    return value if value.rstrip().endswith((".", "!", "?", "…")) else value.rstrip() + "."


def clause(value: str) -> str:
    """Free text of the registry as part of a sentence: without its full stop."""
    return value.rstrip().removesuffix(".")


def paragraphs(value: str) -> list[str]:
    """Text divided by blank lines; line breaks inside a paragraph stay."""
    return [block.strip() for block in value.split("\n\n") if block.strip()]
