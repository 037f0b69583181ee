"""Words for parties and values in the text: forms of role words, names in all cases, amounts in the house style."""

from __future__ import annotations

from dataclasses import dataclass
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
_UNITS: dict[str, german.Unit] = {"tag": "day", "woche": "week", "monat": "month", "jahr": "year"}
_KEYS: dict[str, german.Case] = {"nom": "nominative", "gen": "genitive", "dat": "dative", "akk": "accusative"}


@dataclass(frozen=True, slots=True)
class Roles:
    """The words of one agreement for its parties; `unknown` are terms whose forms nobody knows, so that they are not used."""

    party: german.RoleNoun
    agent: german.RoleNoun | None = None
    """own word for whoever acts for the others; None: the party's word with „beauftragt“"""
    rest: german.RoleNoun | None = None
    """own word for those others"""
    unknown: tuple[str, ...] = ()

    def all(self, adjective: str = "") -> Forms:
        """`die (übrigen) Beteiligten` in all cases, and without article as `bare_…`."""
        definite = {key: self.party.plural(case, adjective) for key, case in _KEYS.items()}
        bare = {f"bare_{key}": self.party.plural(case, adjective, definite=False) for key, case in _KEYS.items()}
        return definite | bare

    def one(self, adjective: str = "", determiner: german.Determiner = "der") -> Forms:
        """`der zuständige Beteiligte`, `jeder Beteiligte`, `ein Beteiligter` in all cases."""
        return _singular(self.party, adjective, determiner)

    def acting(self) -> Forms:
        """`der beauftragte Beteiligte`, or the agreement's own word for it."""
        return _singular(self.agent, "", "der") if self.agent else self.one("beauftragt")

    def served(self) -> Forms:
        """`die übrigen Beteiligten`, or the agreement's own word for those for whom somebody acts."""
        if self.rest is None:
            return self.all("übrig")
        return {key: self.rest.plural(case) for key, case in _KEYS.items()}


def _singular(noun: german.RoleNoun, adjective: str, determiner: german.Determiner) -> Forms:
    forms = {key: noun.singular(case, adjective, determiner) for key, case in _KEYS.items()}
    more = {f"rel_{key}": german.article(noun.gender, case) for key, case in _KEYS.items()}
    more["rel_gen"] = "deren" if noun.gender == "feminin" else "dessen"
    more["bare_nom"] = noun.singular("nominative", adjective, "")
    return {**forms, **more, **pronouns(noun.gender)}


def pronouns(gender: german.Gender) -> Forms:
    return {
        "pron_dat": "ihr" if gender == "feminin" else "ihm",
        "pron_akk": {"feminin": "sie", "neutrum": "es"}.get(gender, "ihn"),
    }


def roles(all_parties: str, agent: str | None = None, others: str | None = None) -> Roles:
    """The words that the registry asks for, as far as their forms are known."""
    known = [(term, german.role_noun(term)) if term else ("", None) for term in (all_parties, agent, others)]
    fallback = german.role_noun(COLLECTIVE)
    party = known[0][1] or fallback
    if party is None:
        raise ValueError(COLLECTIVE)
    return Roles(party, known[1][1], known[2][1], tuple(term for term, noun in known if term and noun is None))


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
        **pronouns(grammar.gender),
        "name": partner.legal_name,
    }


def open_forms(label: str, path: str) -> Forms:
    """A partner that is not known yet, in whatever case."""
    forms = dict.fromkeys(("nom", "gen", "dat", "akk", "name", "bare_nom"), Placeholder(label, path))
    return forms | {"pron_dat": "dort", "pron_akk": "diese Stelle"}


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
