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

# singular nominative without article and plural; all masculine, so that the clauses need one set of pronouns only
_NOUNS: dict[str, tuple[str, str]] = {
    "Beteiligte": ("Beteiligter", "Beteiligte"),
    "Vertragspartner": ("Vertragspartner", "Vertragspartner"),
    "Vereinbarungspartner": ("Vereinbarungspartner", "Vereinbarungspartner"),
    "Kooperationspartner": ("Kooperationspartner", "Kooperationspartner"),
    "Partner": ("Partner", "Partner"),
}
DEFAULT_NOUN = "Beteiligte"
_UNITS: dict[str, german.Unit] = {"tag": "day", "woche": "week", "monat": "month", "jahr": "year"}


def known_noun(term: str) -> str | None:
    """The noun of a collective term („die Vertragspartner“) if the clauses can inflect it."""
    noun = term.removeprefix("die ").strip()
    # the usual spelling is „die Beteiligten“, which is the weak form of the noun
    noun = DEFAULT_NOUN if noun == "Beteiligten" else noun
    return noun if noun in _NOUNS else None


def collective(noun: str, adjective: str = "") -> Forms:
    """`die (übrigen) Beteiligten` in all cases."""
    _, plural = _NOUNS[noun]
    weak = "Beteiligten" if noun == DEFAULT_NOUN else plural
    lead = f"{adjective}en " if adjective else ""
    dative = weak if weak.endswith("n") else weak + "n"
    return {
        "nom": f"die {lead}{weak}",
        "gen": f"der {lead}{weak}",
        "dat": f"den {lead}{dative}",
        "akk": f"die {lead}{weak}",
    }


def singular(noun: str, adjective: str = "") -> Forms:
    """`der (zuständige) Beteiligte` in all cases, and bare (`zuständiger Beteiligter`)."""
    strong, _ = _NOUNS[noun]
    weak_nom, weak, genitive = _weak(noun)
    nom_lead, lead = (f"{adjective}e ", f"{adjective}en ") if adjective else ("", "")
    return {
        "nom": f"der {nom_lead}{weak_nom}",
        "gen": f"des {lead}{genitive}",
        "dat": f"dem {lead}{weak}",
        "akk": f"den {lead}{weak}",
        "bare_nom": f"{adjective}er {strong}" if adjective else strong,
    }


def determined(noun: str, word: Literal["jed", "ein"]) -> Forms:
    """`jeder Beteiligte`, `ein Beteiligter` in all cases."""
    weak_nom, weak, genitive = _weak(noun)
    strong, _ = _NOUNS[noun]
    nominative = f"jeder {weak_nom}" if word == "jed" else f"ein {strong}"
    return {
        "nom": nominative,
        "gen": f"{word}es {genitive}",
        "dat": f"{word}em {weak}",
        "akk": f"{word}en {weak}",
    }


def _weak(noun: str) -> tuple[str, str, str]:
    """Weak nominative, other weak cases, genitive."""
    if noun == DEFAULT_NOUN:
        return "Beteiligte", "Beteiligten", "Beteiligten"
    return noun, noun, f"{noun}s"


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
