"""German forms for documents and messages: cases, offices, dates, amounts, periods, lists, citations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

NBSP = "\u00a0"

Case = Literal["nominative", "genitive", "dative", "accusative"]
Gender = Literal["maskulin", "feminin", "neutrum", "plural"]
Holder = Literal["maskulin", "feminin"]
Unit = Literal["day", "week", "month", "year"]

CASES: tuple[Case, ...] = ("nominative", "genitive", "dative", "accusative")

_ARTICLES: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("der", "des", "dem", "den"),
    "feminin": ("die", "der", "der", "die"),
    "neutrum": ("das", "des", "dem", "das"),
    "plural": ("die", "der", "den", "die"),
}

# Endings of adjectives: after an article, and without one.
_WEAK: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("e", "en", "en", "en"),
    "feminin": ("e", "en", "en", "e"),
    "neutrum": ("e", "en", "en", "e"),
    "plural": ("en", "en", "en", "en"),
}
_STRONG: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("er", "en", "em", "en"),
    "feminin": ("e", "er", "er", "e"),
    "neutrum": ("es", "en", "em", "es"),
    "plural": ("e", "er", "en", "e"),
}

# Gender and genitive ending → last parts of the nouns that name bodies, organs, authorities and instruments.
_NOUNS: Mapping[tuple[Gender, str], str] = {
    ("maskulin", "es"): "kreis verband ausschuss markt vertrag rat",
    ("maskulin", "s"): "tag bezirk verein betrieb flecken",
    ("feminin", ""): (
        "stadt gemeinde region versammlung verwaltung vereinbarung gemeinschaft gesellschaft körperschaft anstalt"
        " stiftung regierung direktion behörde stelle"
    ),
    ("neutrum", "es"): "amt",
    ("neutrum", "s"): "unternehmen ministerium präsidium institut zentrum",
}
_HEAD_NOUNS: tuple[tuple[str, Gender, str], ...] = tuple(
    (noun, gender, ending) for (gender, ending), nouns in _NOUNS.items() for noun in nouns.split()
)
# Adjectives that open names of bodies and instruments; any other word before the head noun is taken for a name.
_ADJECTIVES = frozenset(
    ("groß", "frei", "kreisfrei", "gemeinsam", "kommunal", "öffentlich", "öffentlich-rechtlich", "rechtsfähig")
)


def article(gender: Gender, case: Case) -> str:
    return _ARTICLES[gender][CASES.index(case)]


def capitalised(text: str) -> str:
    """First letter large, the rest untouched: for a form with article at the start of a sentence."""
    return text[:1].upper() + text[1:]


# --- bodies -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forms:
    """The four cases of a name, with article if it has one; `certain` is False if the rule did not know the noun."""

    nominative: str
    genitive: str
    dative: str
    accusative: str
    certain: bool = True

    def in_case(self, case: Case) -> str:
        return (self.nominative, self.genitive, self.dative, self.accusative)[CASES.index(case)]


def _head(words: Sequence[str]) -> tuple[int, Gender, str] | None:
    """Position, gender and genitive ending of the first word that is a known noun for a body."""
    for position, word in enumerate(words):
        for part, gender, ending in _HEAD_NOUNS:
            if word.lower().endswith(part):
                return position, gender, ending
    return None


def gender_of(name: str) -> Gender | None:
    """Grammatical gender that the head noun of a name tells; None if no known noun is in it.

    >>> gender_of("Rhein-Pfalz-Kreis"), gender_of("Stadt Speyer"), gender_of("Amt Eiderkanal"), gender_of("Altrip")
    ('maskulin', 'feminin', 'neutrum', None)
    """
    found = _head(name.split(" "))
    return found[1] if found else None


def _inflect_adjective(word: str, gender: Gender, case: Case, has_article: bool) -> str:
    """`Große` → `Großen`, `Märkischer` → `Märkische` (with article); words that are no adjectives stay."""
    stem = re.sub(r"(er|es|en|e)$", "", word)
    is_adjective = stem.lower() in _ADJECTIVES or (word.endswith(("er", "es")) and stem.endswith("isch"))
    if not is_adjective or stem == word:
        return word
    return stem + (_WEAK if has_article else _STRONG)[gender][CASES.index(case)]


def _one_case(words: Sequence[str], head: tuple[int, str] | None, gender: Gender, case: Case, has_article: bool) -> str:
    out = list(words)
    if head is not None:
        position, ending = head
        for i in range(position):
            out[i] = _inflect_adjective(out[i], gender, case, has_article)
        if case == "genitive" and gender in ("maskulin", "neutrum"):
            out[position] += ending
    text = " ".join(out)
    return f"{article(gender, case)} {text}" if has_article else text


def decline(
    name: str, gender: Gender, *, has_article: bool = True, overrides: Mapping[Case, str | None] | None = None
) -> Forms:
    """Case forms of a body or instrument; `overrides` are ready-made forms with article and win.

    >>> decline("Rhein-Pfalz-Kreis", "maskulin").genitive
    'des Rhein-Pfalz-Kreises'
    >>> decline("Stadt Speyer", "feminin").dative
    'der Stadt Speyer'
    >>> decline("öffentlich-rechtliche Vereinbarung", "feminin").genitive
    'der öffentlich-rechtlichen Vereinbarung'
    """
    words = name.split(" ")
    found = _head(words)
    certain = found is not None and (found[1] == gender or gender == "plural")
    head = (found[0], found[2]) if found is not None and certain else None
    given = overrides or {}
    made = {case: given.get(case) or _one_case(words, head, gender, case, has_article) for case in CASES}
    # A feminine or plural name without a known noun changes nothing but its article, so it is right all the same.
    sure = certain or gender == "feminin" or all(given.get(case) for case in CASES)
    return Forms(made["nominative"], made["genitive"], made["dative"], made["accusative"], sure)


def without_article(name: str) -> Forms:
    """Forms of a bare place name: „Speyer“, „Speyers“; names that end in a sibilant take an apostrophe.

    >>> without_article("Speyer").genitive, without_article("Worms").genitive
    ('Speyers', 'Worms’')
    """
    genitive = name + ("’" if name.endswith(("s", "ß", "x", "z", "ce")) else "s")
    return Forms(name, genitive, name, name)


# --- offices ----------------------------------------------------------------------------------------------------------

_ADJECTIVAL_OFFICES = ("beigeordneter", "vorsitzender", "bevollmächtigter", "beauftragter", "bediensteter")
_WEAK_OFFICES = ("präsident", "dezernent", "referent", "assistent")
_SELF_FEMININE = ("vorstand",)


def feminine_office(masculine: str) -> str:
    """Feminine form of an office title.

    >>> feminine_office("Landrat"), feminine_office("Erster Beigeordneter"), feminine_office("Verbandsvorsteher")
    ('Landrätin', 'Erste Beigeordnete', 'Verbandsvorsteherin')
    """
    *before, noun = masculine.split(" ")
    lead = [re.sub(r"er$", "e", word) for word in before]
    if noun.lower().endswith(_SELF_FEMININE):
        return masculine
    if noun.lower().endswith(_ADJECTIVAL_OFFICES):
        noun = noun[:-1]
    elif noun.lower().endswith("rat"):
        noun = noun[:-3] + noun[-3:].replace("at", "ät") + "in"
    elif noun.lower().endswith("anwalt"):
        noun = noun[:-4] + "wältin"
    else:
        noun = noun.removesuffix("e") + "in"
    return " ".join([*lead, noun])


def _office_case(title: str, gender: Holder, case: Case) -> str:
    *before, noun = title.split(" ")
    weak = case == "nominative" or (gender == "feminin" and case == "accusative")
    ending = "e" if weak else "en"
    lead = [re.sub(r"(er|e)$", ending, word) for word in before]
    low = noun.lower()
    if f"{low.removesuffix('r')}r".endswith(_ADJECTIVAL_OFFICES):
        noun = re.sub(r"(er|e)$", ending, noun)
    elif gender == "maskulin" and case != "nominative" and low.endswith(_WEAK_OFFICES):
        noun += "en"
    elif gender == "maskulin" and case == "genitive":
        noun += "s"
    return " ".join([article(gender, case), *lead, noun])


def office(masculine: str, holder: Holder | None, case: Case = "accusative", feminine: str | None = None) -> str:
    """An office with article; an unknown holder gives both forms, because neither may be guessed.

    >>> office("Oberbürgermeister", "feminin")
    'die Oberbürgermeisterin'
    >>> office("Landrat", None)
    'die Landrätin oder den Landrat'
    """
    title_f = feminine or feminine_office(masculine)
    if title_f == masculine:
        return _office_case(masculine, "maskulin", case)
    forms = {"feminin": _office_case(title_f, "feminin", case), "maskulin": _office_case(masculine, "maskulin", case)}
    if holder is None:
        return f"{forms['feminin']} oder {forms['maskulin']}"
    return forms[holder]


def office_title(masculine: str, holder: Holder | None, feminine: str | None = None) -> str:
    """The bare title as it stands under a signature; unknown holder: both with a stroke.

    >>> office_title("Oberbürgermeister", None)
    'Oberbürgermeisterin / Oberbürgermeister'
    """
    title_f = feminine or feminine_office(masculine)
    if holder == "maskulin" or title_f == masculine:
        return masculine
    return title_f if holder == "feminin" else f"{title_f} / {masculine}"


# --- numbers, dates, periods ------------------------------------------------------------------------------------------

_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
_NUMBERS = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
# singular, plural, plural in the dative, gender
_UNITS: Mapping[Unit, tuple[str, str, str, Gender]] = {
    "day": ("Tag", "Tage", "Tagen", "maskulin"),
    "week": ("Woche", "Wochen", "Wochen", "feminin"),
    "month": ("Monat", "Monate", "Monaten", "maskulin"),
    "year": ("Jahr", "Jahre", "Jahren", "neutrum"),
}
_ONE: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("ein", "eines", "einem", "einen"),
    "feminin": ("eine", "einer", "einer", "eine"),
    "neutrum": ("ein", "eines", "einem", "ein"),
    "plural": ("eine", "einer", "einer", "eine"),
}


def number_word(n: int) -> str:
    """`zwölf`; above twelve digits, as is usual in print."""
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else integer(n)


def one(gender: Gender, case: Case = "nominative") -> str:
    """The number one as an article: `ein`, `einen`, `einer` …"""
    return _ONE[gender][CASES.index(case)]


def integer(n: int) -> str:
    """`12.345`; four digits take the dot as well, so that columns agree."""
    return f"{n:,}".replace(",", ".")


def decimal(value: Decimal, places: int | None = None) -> str:
    """Decimal comma and thousands dot; `places` pads but never rounds: a value that does not fit is an error.

    >>> decimal(Decimal("1.5")), decimal(Decimal("1.5"), 2), decimal(Decimal("12345.60"))
    ('1,5', '1,50', '12.345,6')
    """
    if not value.is_finite():
        raise ValueError(f"not a number that can be printed: {value}")
    needed = max(0, -int(value.normalize().as_tuple().exponent))
    if places is not None and needed > places:
        raise ValueError(f"{value} has more than {places} decimal places")
    text = f"{value:,.{needed if places is None else places}f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".").replace("-", "−")


def money(amount: Decimal) -> str:
    """`1.234,50 €` with a no-break space; fractions of a cent are an error, because print must not round.

    >>> money(Decimal("1234.5"))
    '1.234,50\\xa0€'
    """
    return f"{decimal(amount, 2)}{NBSP}€"


def percent(value: Decimal) -> str:
    """`12,5 %` with a no-break space; 12.5 means 12,5 %."""
    return f"{decimal(value)}{NBSP}%"


def date_long(day: date) -> str:
    """`1. Januar 2027`, the day held to the month."""
    return f"{day.day}.{NBSP}{_MONTHS[day.month - 1]} {day.year}"


def date_short(day: date) -> str:
    """`01.01.2027`"""
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def month_name(month: int) -> str:
    return _MONTHS[month - 1]


def period(count: int, unit: Unit, case: Literal["nominative", "dative", "accusative"] = "nominative") -> str:
    """A length of time in words.

    >>> period(12, "month", "dative"), period(1, "month", "accusative"), period(18, "month")
    ('zwölf Monaten', 'einen Monat', '18\\xa0Monate')
    """
    singular, plural, dative_plural, gender = _UNITS[unit]
    if count == 1:
        return f"{one(gender, case)} {singular}"
    noun = dative_plural if case == "dative" else plural
    return f"{number_word(count)} {noun}" if count <= 12 else f"{integer(count)}{NBSP}{noun}"


def notice_phrase(count: int, unit: Unit) -> str:
    """`mit einer Frist von zwölf Monaten`"""
    return f"mit einer Frist von {period(count, unit, 'dative')}"


def counted(n: int, singular: str, plural: str, gender: Gender, case: Case = "nominative") -> str:
    """`eine Stelle`, `zwei Stellen`, `13 Stellen`; the caller gives the nouns in the case asked for."""
    if n == 1:
        return f"{one(gender, case)} {singular}"
    return f"{number_word(n)} {plural}" if n <= 12 else f"{integer(n)}{NBSP}{plural}"


def enumeration(items: Sequence[str], last: str = "und") -> str:
    """`A, B und C`

    >>> enumeration(["A", "B", "C"]), enumeration(["A"]), enumeration([])
    ('A, B und C', 'A', '')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def quoted(text: str) -> str:
    """German quotation marks: „…“"""
    return f"„{text}“"


# --- pay grades -------------------------------------------------------------------------------------------------------

_GRADE = re.compile(r"(?:EG|E|S|A|B)\s*\d{1,2}\s*(?:[abc]|Ü)?", re.IGNORECASE)


def pay_grade(text: str) -> str:
    """The grade as agreements print it; a text that is no known grade comes back unchanged.

    >>> pay_grade("A10"), pay_grade("E 9a")
    ('Besoldungsgruppe A\\xa010', 'Entgeltgruppe\\xa09a TVöD-VKA')
    """
    compact = text.replace(" ", "").replace(NBSP, "")
    if not _GRADE.fullmatch(compact):
        return text
    letter = compact.rstrip("0123456789abcABCüÜ" if compact[0] not in "aAbB" else "0123456789").upper()
    number = compact[len(letter) :].lower().replace("ü", "Ü")
    if letter in ("E", "EG"):
        return f"Entgeltgruppe{NBSP}{number} TVöD-VKA"
    if letter == "S":
        return f"Entgeltgruppe S{NBSP}{number} TVöD-VKA"
    return f"Besoldungsgruppe {letter}{NBSP}{number}"


# --- words for the parties --------------------------------------------------------------------------------------------

# Singular ending → plural ending, gender, ending of the genitive: nouns that agreements use for their parties.
_ROLE_NOUNS: tuple[tuple[str, str, Gender, str], ...] = (
    ("partner", "partner", "maskulin", "s"),
    ("träger", "träger", "maskulin", "s"),
    ("geber", "geber", "maskulin", "s"),
    ("nehmer", "nehmer", "maskulin", "s"),
    ("mitglied", "mitglieder", "neutrum", "s"),
    ("gemeinde", "gemeinden", "feminin", ""),
    ("kommune", "kommunen", "feminin", ""),
    ("stadt", "städte", "feminin", ""),
    ("kreis", "kreise", "maskulin", "es"),
    ("verband", "verbände", "maskulin", "es"),
    ("amt", "ämter", "neutrum", "es"),
    ("partei", "parteien", "feminin", ""),
    ("körperschaft", "körperschaften", "feminin", ""),
    ("anstalt", "anstalten", "feminin", ""),
    ("behörde", "behörden", "feminin", ""),
    ("verwaltung", "verwaltungen", "feminin", ""),
    ("stelle", "stellen", "feminin", ""),
)
_NOUNS_FROM_ADJECTIVES = ("beteiligt", "beauftragt", "verpflichtet", "unterzeichnend", "vertragsschließend")
_EVERY: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("jeder", "jedes", "jedem", "jeden"),
    "feminin": ("jede", "jeder", "jeder", "jede"),
    "neutrum": ("jedes", "jedes", "jedem", "jedes"),
}
# „ein“ has no ending in three places; the adjective shows the gender there.
_AFTER_ONE: Mapping[Gender, tuple[str, str, str, str]] = {
    "maskulin": ("er", "en", "en", "en"),
    "feminin": ("e", "en", "en", "e"),
    "neutrum": ("es", "en", "en", "es"),
}
Determiner = Literal["der", "ein", "jeder", ""]


@dataclass(frozen=True, slots=True)
class RoleNoun:
    """A word for a party, in number and case; `adjectives` are stems that always stand before it."""

    one: str
    many: str
    gender: Gender
    genitive: str
    adjectival: bool = False
    adjectives: tuple[str, ...] = ()

    def singular(self, case: Case, adjective: str = "", determiner: Determiner = "der") -> str:
        """`der zuständige Beteiligte`, `jede Gemeinde`, `beauftragtem Beteiligten`"""
        at = CASES.index(case)
        tables = {"der": _WEAK, "jeder": _WEAK, "ein": _AFTER_ONE, "": _STRONG}
        ending = tables[determiner][self.gender][at]
        lead = {"der": _ARTICLES, "jeder": _EVERY, "ein": _ONE, "": {}}[determiner].get(self.gender, ("",) * 4)[at]
        noun = self.one + (self.genitive if case == "genitive" else "")
        return self._phrase(lead, adjective, ending, noun)

    def plural(self, case: Case, adjective: str = "", *, definite: bool = True) -> str:
        """`die übrigen Beteiligten`, `weiterer Beteiligter`"""
        at = CASES.index(case)
        ending = (_WEAK if definite else _STRONG)["plural"][at]
        noun = self.many + ("n" if case == "dative" and self.many.endswith(("e", "er")) else "")
        return self._phrase(_ARTICLES["plural"][at] if definite else "", adjective, ending, noun)

    def _phrase(self, lead: str, adjective: str, ending: str, noun: str) -> str:
        stems = [stem for stem in (adjective, *self.adjectives) if stem]
        words = [lead, *(stem + ending for stem in stems), noun + (ending if self.adjectival else "")]
        return " ".join(word for word in words if word)


def role_noun(term: str) -> RoleNoun | None:
    """The noun of a term like `die Vertragspartner` or `beauftragter Beteiligter`; None if it is not known.

    >>> role_noun("die Mitgliedsgemeinden").singular("nominative", "zuständig")
    'die zuständige Mitgliedsgemeinde'
    >>> role_noun("die Vertragspartner").plural("dative")
    'den Vertragspartnern'
    """
    words = term.split(" ")
    if words[0] in ("der", "die", "das"):
        words = words[1:]
    *before, noun = words or [""]
    stems = [re.sub(r"(er|es|en|e)$", "", word) for word in before]
    if any(stem == word for stem, word in zip(stems, before, strict=True)):
        return None
    low = noun.lower()
    for root in _NOUNS_FROM_ADJECTIVES:
        if re.fullmatch(rf".*{root}(e|er|en|es)", low):
            bare = re.sub(r"(er|es|en|e)$", "", noun)
            return RoleNoun(bare, bare, "maskulin", "", adjectival=True, adjectives=tuple(stems))
    for one_, many, gender, genitive in _ROLE_NOUNS:
        for form in (many, one_):
            if low.endswith(form):
                start = noun[: len(noun) - len(form)]
                names = ((start + one_), (start + many)) if start else (capitalised(one_), capitalised(many))
                return RoleNoun(*names, gender, genitive, adjectives=tuple(stems))
    return None


# --- citations --------------------------------------------------------------------------------------------------------

_BEFORE_NUMBER = re.compile(
    r"(§§?|\b(?:Art|Abs|Nr|Nrn|Kap|Tz|Rn|Drs|Ziff)\.|\bS\.(?=\s*\d)|\b(?:Artikeln?|Absatz|Absätze|Satz|Sätze|Nummern?|Halbsatz"
    r"|Ziffer|Anlage|Alternative))[ \u00a0]*(?=[0-9IVX])"
)
_BEFORE_LETTER = re.compile(r"\b(Buchst\.|Buchstaben?)[ \u00a0]*(?=[a-z]{1,2}\b)")
_ABBREVIATIONS = re.compile(r"\b(z\.|d\.|i\.|u\.|o\.|v\.|s\.) ?(?=(?:B|h|V|m|a|ä|d|H|o|u|v)\.)")
_I_V_M = re.compile(r"\bi\.[ \u00a0]?V\.[ \u00a0]?m\.")
_FF = re.compile(r"(?<=[0-9a-z]) (?=ff?\.)")


def citation(text: str) -> str:
    """A typed citation, or running text that holds some, with the no-break spaces that print needs.

    >>> citation("§12 Abs.2 Satz 1 KomZG").replace(NBSP, "~")
    '§~12 Abs.~2 Satz~1 KomZG'
    >>> citation("Art. 28 Abs. 3 DSGVO i. V. m. § 80 SGB X").replace(NBSP, "~")
    'Art.~28 Abs.~3 DSGVO i.~V.~m. §~80 SGB~X'
    """
    text = _BEFORE_NUMBER.sub(lambda m: m.group(1) + NBSP, text)
    text = _BEFORE_LETTER.sub(lambda m: m.group(1) + NBSP, text)
    text = _I_V_M.sub(f"i.{NBSP}V.{NBSP}m.", text)
    text = _ABBREVIATIONS.sub(lambda m: m.group(1) + NBSP, text)
    text = _FF.sub(NBSP, text)
    return re.sub(r"\bSGB ([IVX]+)\b", rf"SGB{NBSP}\1", text)


def section(
    number: str, law: str | None = None, *, paragraph: str | int | None = None, sentence: str | int | None = None
) -> str:
    """`§ 12 Abs. 2 Satz 1 KomZG` from its parts.

    >>> section("12", "KomZG", paragraph=2, sentence=1).replace(NBSP, "~")
    '§~12 Abs.~2 Satz~1 KomZG'
    """
    parts = [f"§{NBSP}{number}"]
    if paragraph is not None:
        parts.append(f"Abs.{NBSP}{paragraph}")
    if sentence is not None:
        parts.append(f"Satz{NBSP}{sentence}")
    return " ".join([*parts, *([law] if law else [])])


def sections(numbers: Sequence[str], law: str | None = None) -> str:
    """`§§ 12 und 13 KomZG`; one number takes a single sign."""
    sign = "§" if len(numbers) == 1 else "§§"
    return f"{sign}{NBSP}{enumeration(numbers)}" + (f" {law}" if law else "")
