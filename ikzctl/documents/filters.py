"""The few filters and tests that clause texts may use."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ikzctl.documents.marks import REF_END, REF_START, Placeholder, printed
from ikzctl.library.german import NBSP, capitalised, citation, enumeration, number_word

_TARGET = re.compile(r"(?:[A-Z][0-9]{2}|own-[a-z0-9-]+)(?:#[a-z][a-z0-9-]*)?|anlage#[a-z][a-z0-9-]*")
_LABEL = re.compile(r"[a-z][a-z0-9-]*")
_TRAILING = re.compile(r"(§§?|\b(?:Art|Abs|Nr|Buchst)\.|\bAnlage) $")
_UNITS = re.compile(r"(?<=\d) (?=(?:€|Euro|%|VZÄ)(?!\w))")


def no_break(text: str) -> str:
    """No-break spaces inside citations and before units; also where the number comes from a value that follows."""
    return _TRAILING.sub(lambda found: found.group(1) + NBSP, _UNITS.sub(NBSP, citation(text)))


def reference(target: str) -> Markup:
    """`"L03" | ref` or `"L03#frist" | ref`: where it points to is found when everything is numbered."""
    if not _TARGET.fullmatch(target):
        raise ValueError(f"„{target}“ ist kein Verweisziel; erlaubt sind „L03“, „L03#marke“ und „anlage#marke“")
    return Markup(f"{REF_START}{escape(target)}{REF_END}")  # noqa: S704


def join_words(items: Sequence[str], last: str = "und") -> Markup:
    """`A, B und C`; open facts among them stay marked as such."""
    return Markup(enumeration([printed(item) for item in items], str(escape(last))))  # noqa: S704


def mark(label: str) -> Markup:
    """A label from a loop: the only value that the grammar may read as part of its own signs."""
    if not _LABEL.fullmatch(label):
        raise ValueError(f"„{label}“ ist keine Marke")
    return Markup(label)  # noqa: S704


def first_capital(value: str) -> str:
    return value if isinstance(value, Placeholder) else capitalised(value)


def count_word(value: int) -> str:
    return number_word(value)


def size(items: Collection[Any]) -> int:
    return len(items)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "ref": reference,
    "marke": mark,
    "aufzaehlung": join_words,
    "gross": first_capital,
    "zahlwort": count_word,
    "anzahl": size,
}
