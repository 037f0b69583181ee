"""Official keys of a partner against the official list of municipalities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ikzctl.checks.report import day, inside, say
from ikzctl.library import municipalities
from ikzctl.model.findings import Finding

if TYPE_CHECKING:
    from ikzctl.model.partner import Partner

# Types that the official list knows; associations for a purpose, companies and the like have no key there.
_LISTED = frozenset(
    {
        "landkreis", "kreisfreie_stadt", "grosse_kreisangehoerige_stadt", "grosse_kreisstadt", "stadtkreis", "stadt", "markt",
        "gemeinde", "verbandsfreie_gemeinde", "verbandsgemeinde", "ortsgemeinde", "samtgemeinde", "amt", "regionalverband",
    }
)  # fmt: skip
# What one Land calls by a word of its own; the list and the registry may each use either.
_SAME = {
    "stadtkreis": "kreisfreie_stadt",
    "grosse_kreisstadt": "stadt",
    "grosse_kreisangehoerige_stadt": "stadt",
    "markt": "gemeinde",
    "verbandsfreie_gemeinde": "gemeinde",
    "ortsgemeinde": "gemeinde",
}


def official_key(r: Partner) -> Iterator[Finding]:
    if r.key is None:
        if r.type in _LISTED:
            text = (
                f"ohne amtlichen Schlüssel lässt sich „{r.legal_name}“ nicht mit dem amtlichen Verzeichnis vergleichen"
            )
            yield say("IKZ-D008", "note", inside(), text)
        return
    found = municipalities.find(r.key)
    if found is None:
        yield from _unknown(r, r.key)
    elif not _same_type(r.type, found.type):
        text = f"der Schlüssel {r.key} gehört zu „{found.legal_name}“ ({found.type}), der Partner ist aber als {r.type} eingetragen"
        yield say("IKZ-D006", "error" if r.type in _LISTED else "warning", inside("key"), text)
    elif found.land != r.land:
        text = f"der Schlüssel {r.key} gehört zum Land {found.land}, eingetragen ist {r.land}"
        yield say("IKZ-D007", "error", inside("land"), text)
    for i, other in enumerate(r.other_keys):
        if other.until is None and (body := municipalities.find(other.key)) and found and body.key != found.key:
            text = f"der weitere Schlüssel {other.key} gehört zu „{body.legal_name}“, nicht zu „{found.legal_name}“"
            yield say("IKZ-D006", "error", inside("other_keys", i, "key"), text)


def _unknown(r: Partner, key: str) -> Iterator[Finding]:
    stand = f"Stand {day(municipalities.DATA_DAY)}"
    gone = municipalities.vanished(key)
    if gone and r.until is None:
        text = (
            f"den Schlüssel {key} („{gone.before}“) gibt es seit dem {day(gone.first_without)} nicht mehr ({stand}); "
            "bitte Gebietsänderung prüfen: „until“ und „successor“ eintragen oder den Schlüssel ändern"
        )
        yield say("IKZ-D005", "warning", inside("key"), text)
    elif not gone and r.until is None:
        text = f"den Schlüssel {key} kennt das amtliche Verzeichnis nicht ({stand}){_hint(r)}"
        yield say("IKZ-D005", "warning", inside("key"), text)


def _hint(r: Partner) -> str:
    likely = _by_name(r.land).get(municipalities.fold(r.short_name), ())
    fitting = next((m for m in likely if _same_type(r.type, m.type)), None)
    return f". Meinten Sie „{fitting.key}“ ({fitting.legal_name})?" if fitting else ""


@cache
def _by_name(land: str) -> dict[str, list[municipalities.Municipality]]:
    out: dict[str, list[municipalities.Municipality]] = {}
    for m in municipalities.of_land(land):
        for name in {municipalities.fold(m.name), municipalities.fold(m.short_name)}:
            out.setdefault(name, []).append(m)
    return out


def _same_type(one: str, other: str) -> bool:
    if one == other:
        return True
    pair = {_SAME.get(one, one), _SAME.get(other, other)}
    return len(pair) == 1 or pair == {"stadt", "gemeinde"}
