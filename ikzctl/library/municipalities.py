"""Municipalities, associations and districts of Germany by official key or name; suggestions for a registry entry."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from ikzctl.library import german, resources
from ikzctl.model.findings import NormState

# Day of the official list and of the population figures in `data/municipalities.csv`.
DATA_DAY = date(2025, 11, 30)
POPULATION_DAY = date(2024, 12, 31)

_LANDS_IN_ORDER = ("SH", "HH", "NI", "HB", "NW", "HE", "RP", "BW", "BY", "SL", "BE", "BB", "MV", "SN", "ST", "TH")
LANDS = {f"{number:02d}": land for number, land in enumerate(_LANDS_IN_ORDER, 1)}
_PREFIX_OF_LAND = {land: prefix for prefix, land in LANDS.items()}

_DISTRICTS = frozenset({"landkreis", "regionalverband"})
_DISTRICT_FREE = frozenset({"kreisfreie_stadt", "stadtkreis"})
# Who gets the bare name as id if several bodies of a Land share it; all types that are not named come last.
_RANK = {
    "kreisfreie_stadt": 0,
    "stadtkreis": 0,
    "landkreis": 1,
    "regionalverband": 1,
    "grosse_kreisangehoerige_stadt": 2,
    "grosse_kreisstadt": 2,
    "verbandsfreie_gemeinde": 3,
    "verbandsgemeinde": 4,
    "samtgemeinde": 4,
    "amt": 4,
}
_LAST_RANK = 5


@dataclass(frozen=True, slots=True)
class Municipality:
    """A body of the official list. `legal_name` is derived: what the body calls itself has to be confirmed by it."""

    key: str
    """Canonical key: AGS (8 digits) for a municipality, 9 digits of the ARS for an association, 5 for a district."""
    ars: str
    name: str
    prefix: str
    type: str
    association_key: str | None
    seat: str
    postcode: str | None
    population: int
    name_state: NormState = "general_knowledge"

    @property
    def land(self) -> str:
        return LANDS[self.key[:2]]

    @property
    def legal_name(self) -> str:
        """`Stadt Speyer`, `Landkreis Bad Dürkheim`, `Rhein-Pfalz-Kreis`"""
        return f"{self.prefix} {self.name}".lstrip()

    @property
    def gender(self) -> german.Gender:
        return german.gender_of(self.legal_name) or "feminin"

    @property
    def district_key(self) -> str | None:
        """Key of the district it belongs to; None for districts and for cities that belong to none."""
        return None if self.type in _DISTRICTS | _DISTRICT_FREE else self.key[:5]

    @property
    def other_keys(self) -> tuple[str, ...]:
        """Further valid keys of the same body: the 12 digits of the ARS, and the district key of a kreisfreie Stadt."""
        keys = [self.ars] if self.ars != self.key else []
        return (*keys, self.key[:5]) if self.type in _DISTRICT_FREE else tuple(keys)

    @property
    def short_name(self) -> str:
        """The name without what only tells it from places elsewhere: `Ludwigshafen`, `Frankenthal`, `Landau`."""
        return short_name(self.name)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A German word that usually fits, and how sure that is; somebody has to confirm it."""

    text: str
    state: NormState = "general_knowledge"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A change of an official key between two states of the list; the official successor of a key is not known."""

    key: str
    change: Literal["weggefallen", "neu", "umbenannt", "verband_gewechselt", "art_geaendert"]
    before: str
    after: str
    last_seen: date
    first_without: date


# --- looking up -------------------------------------------------------------------------------------------------------


@cache
def _lines() -> dict[str, str]:
    """The whole list, unparsed, by key."""
    text = resources.data_file("municipalities.csv").read_text(encoding="utf-8")
    return {line[: line.index(";")]: line for line in text.splitlines()[1:]}


def _parse(line: str) -> Municipality:
    key, ars, name, prefix, kind, association, seat, postcode, population = line.split(";")
    return Municipality(
        key, ars, name, prefix, kind, association or None, seat or name, postcode or None, int(population)
    )


def canonical_key(key: str) -> str | None:
    """The key under which the list has a body; None if the text is not a key of 5, 8, 9 or 12 digits.

    A kreisfreie Stadt has a district key and an AGS: that is one body, and the AGS is its key.
    """
    if not re.fullmatch(r"[0-9]{5}([0-9]{3,4}|[0-9]{7})?", key, re.ASCII):
        return None
    if len(key) == 12:
        return key[:5] + key[9:]
    if len(key) == 5 and key not in _lines():
        return key + "000"
    # The association part of a kreisfreie Stadt's ARS is all zeros.
    return key[:5] + "000" if len(key) == 9 and key.endswith("0000") else key


def find(key: str) -> Municipality | None:
    """The body with this key (5, 8, 9 or 12 digits), or None if the list of `DATA_DAY` does not have it."""
    canonical = canonical_key(key)
    if canonical is None:
        return None
    line = _lines().get(canonical)
    if line is None:
        return None
    found = _parse(line)
    # Twelve digits name the association as well; a wrong one is another key, not another spelling.
    return found if len(key) < 12 or found.ars == key else None


def of_land(land: str) -> tuple[Municipality, ...]:
    """All bodies of a Land, by key."""
    return _of_prefix(_PREFIX_OF_LAND[land])


@cache
def _of_prefix(prefix: str) -> tuple[Municipality, ...]:
    return tuple(_parse(line) for key, line in _lines().items() if key.startswith(prefix))


def everything() -> Iterator[Municipality]:
    """The whole list, by key: 10 750 municipalities, their districts and associations."""
    for prefix in LANDS:
        yield from _of_prefix(prefix)


def fold(text: str) -> str:
    """A spelling for comparisons: `Lüdge` = `Luedge` = `LÜDGE`, one space, no accents."""
    text = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


@cache
def _folded() -> tuple[tuple[tuple[str, str, str], Municipality], ...]:
    return tuple(((fold(m.name), fold(m.short_name), fold(m.legal_name)), m) for m in everything())


def _quality(names: tuple[str, str, str], wanted: str) -> int | None:
    """0 exact, 1 beginning of the bare name, 2 contained; None if it does not fit."""
    if wanted in names:
        return 0
    if names[0].startswith(wanted):
        return 1
    return 2 if wanted in names[2] else None


def search(name: str, land: str | None = None, limit: int = 20) -> list[Municipality]:
    """Bodies that a typed name may mean: exact, beginning, contained, large before small; near misses if none fits."""
    wanted = fold(name)
    if not wanted:
        return []
    pool = [entry for entry in _folded() if land is None or entry[1].land == land]
    hits = [(quality, m) for names, m in pool if (quality := _quality(names, wanted)) is not None]
    if hits:
        hits.sort(key=lambda hit: (hit[0], -hit[1].population, hit[1].key))
        return [m for _, m in hits][:limit]
    from difflib import get_close_matches

    near = get_close_matches(wanted, sorted({text for names, _ in pool for text in names}), n=limit, cutoff=0.8)
    best = {text: place for place, text in reversed(list(enumerate(near)))}
    ranked = [(min(best.get(text, len(near)) for text in names), -m.population, m.key, m) for names, m in pool]
    return [m for place, _, _, m in sorted(ranked, key=lambda r: r[:3])[:limit] if place < len(near)]


@cache
def _changes() -> dict[str, tuple[KeyChange, ...]]:
    out: dict[str, tuple[KeyChange, ...]] = {}
    for line in resources.data_file("key_changes.csv").read_text("utf-8").splitlines()[1:]:
        key, change, before, after, seen, without = line.split(";")
        row = KeyChange(key, change, before, after, date.fromisoformat(seen), date.fromisoformat(without))  # type: ignore[arg-type]
        out[key] = (*out.get(key, ()), row)
    return out


def changes(key: str) -> tuple[KeyChange, ...]:
    """What happened to a key between the end of 2021 and `DATA_DAY`, in order."""
    return _changes().get(canonical_key(key) or "", ())


def vanished(key: str) -> KeyChange | None:
    """The change that ended this key, if it is in the list of vanished keys."""
    return next((c for c in changes(key) if c.change == "weggefallen"), None)


# --- suggestions for a registry entry ---------------------------------------------------------------------------------

_SITUATION = re.compile(r"(?:\s*\([^)]*\)|\s+(?:am|an|im|in|bei|ob|vor|unter|auf|zu)\s.*|\s+[abi]\.\s?\S.*)$")


def short_name(name: str) -> str:
    """`Ludwigshafen am Rhein` → `Ludwigshafen`, `Frankenthal (Pfalz)` → `Frankenthal`.

    >>> short_name("Neustadt an der Weinstraße"), short_name("Frankenthal (Pfalz)"), short_name("Rhein-Pfalz-Kreis")
    ('Neustadt', 'Frankenthal', 'Rhein-Pfalz-Kreis')
    """
    return _SITUATION.sub("", name.partition("/")[0].strip()) or name


def slug(text: str) -> str:
    """`Bad Dürkheim` → `bad-duerkheim`"""
    return fold(text).replace(" ", "-")


@cache
def _bare_owners(land: str) -> dict[str, tuple[int, int, str]]:
    """Bare slug → best rank that claims it in this Land, how many claim it on that rank, and the key of the first."""
    owners: dict[str, tuple[int, int, str]] = {}
    for m in of_land(land):
        rank = _RANK.get(m.type, _LAST_RANK)
        for text in {slug(m.short_name), slug(m.name)}:
            best, count, key = owners.get(text, (rank, 0, m.key))
            if rank < best:
                owners[text] = (rank, 1, m.key)
            elif rank == best:
                owners[text] = (best, count + 1, key if count else m.key)
    return owners


def _slug_with_kind(m: Municipality) -> str:
    return slug(f"{m.prefix or m.type} {m.name}")


@cache
def _slugs_with_kind(land: str) -> Counter[str]:
    return Counter(_slug_with_kind(m) for m in of_land(land))


def suggest_id(municipality: Municipality, taken: Collection[str] = ()) -> str:
    """A registry id: the shortest of short name, full name, name with kind, name with key that is this body's alone.

    Short and full name belong to the body of the highest rank that claims them in its Land: a kreisfreie Stadt before a
    Landkreis, a Landkreis before a town in it, and so on; two of one rank both lose. So `kaiserslautern` is the city and
    `landkreis-kaiserslautern` the district, but `bad-duerkheim` is the district and `stadt-bad-duerkheim` the town.
    """
    m = municipality
    owners = _bare_owners(m.land)
    candidates = [s for s in (slug(m.short_name), slug(m.name)) if owners[s][1:] == (1, m.key)]
    with_kind = _slug_with_kind(m)
    if _slugs_with_kind(m.land)[with_kind] == 1:
        candidates.append(with_kind)
    candidates.append(f"{with_kind[:50].rstrip('-')}-{m.key}")
    for candidate in candidates:
        if len(candidate) <= 63 and candidate not in taken:
            return candidate
    raise ValueError(f"no free id for {m.key}")


_COUNCILS = {
    # Land: (of a town, of another municipality)
    "BB": ("Stadtverordnetenversammlung", "Gemeindevertretung"),
    "BW": ("Gemeinderat", "Gemeinderat"),
    "BY": ("Stadtrat", "Gemeinderat"),
    "HE": ("Stadtverordnetenversammlung", "Gemeindevertretung"),
    "MV": ("Stadtvertretung", "Gemeindevertretung"),
    "NI": ("Rat", "Rat"),
    "NW": ("Rat", "Rat"),
    "RP": ("Stadtrat", "Gemeinderat"),
    "SL": ("Stadtrat", "Gemeinderat"),
    "SN": ("Stadtrat", "Gemeinderat"),
    "ST": ("Stadtrat", "Gemeinderat"),
    "TH": ("Stadtrat", "Gemeinderat"),
}
_COUNCIL_OF_TYPE = {
    "landkreis": "Kreistag",
    "samtgemeinde": "Samtgemeinderat",
    "verbandsgemeinde": "Verbandsgemeinderat",
    "markt": "Marktgemeinderat",
    "verwaltungsgemeinschaft": "Gemeinschaftsversammlung",
    "verwaltungsverband": "Verbandsversammlung",
}
_OFFICE_OF_NAME = {
    "Region Hannover": "Regionspräsident",
    "Städteregion Aachen": "Städteregionsrat",
    "Regionalverband Saarbrücken": "Regionalverbandsdirektor",
}
_OFFICE_OF_TYPE = {
    "landkreis": "Landrat",
    "kreisfreie_stadt": "Oberbürgermeister",
    "stadtkreis": "Oberbürgermeister",
    "grosse_kreisstadt": "Oberbürgermeister",
    "grosse_kreisangehoerige_stadt": "Oberbürgermeister",
    "samtgemeinde": "Samtgemeindebürgermeister",
    "verwaltungsgemeinschaft": "Gemeinschaftsvorsitzender",
    "verwaltungsverband": "Verbandsvorsitzender",
    "verbandsgemeinde": "Bürgermeister",
    "verbandsfreie_gemeinde": "Bürgermeister",
    "stadt": "Bürgermeister",
    "markt": "Bürgermeister",
    "gemeinde": "Bürgermeister",
}


def usual_office(municipality: Municipality) -> Suggestion | None:
    """Office that usually represents the body, masculine form; None for a board (Hesse) or varying practice (Ämter)."""
    m = municipality
    if m.legal_name in _OFFICE_OF_NAME:
        return Suggestion(_OFFICE_OF_NAME[m.legal_name])
    if m.land == "HE":
        return None
    if m.type == "ortsgemeinde":
        return Suggestion("Stadtbürgermeister" if m.prefix == "Stadt" else "Ortsbürgermeister")
    text = _OFFICE_OF_TYPE.get(m.type)
    return Suggestion(text) if text else None


def usual_council(municipality: Municipality) -> Suggestion | None:
    """Name of the council or assembly that usually resolves; None where we do not know."""
    m = municipality
    if m.legal_name in _OFFICE_OF_NAME:
        return None
    if m.type in _COUNCIL_OF_TYPE:
        return Suggestion(_COUNCIL_OF_TYPE[m.type])
    names = _COUNCILS.get(m.land)
    if names is None or m.type == "amt":
        return None
    return Suggestion(names[0] if m.prefix == "Stadt" else names[1])
