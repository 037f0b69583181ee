"""Which characters a file may hold: those of DIN 91379 (data type C) and the typography of German texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ikzctl.registry.din91379 import SEQUENCES, SINGLE_CHARACTERS

# What running text in German print needs and data type C (made for names) lacks: quotation marks, dashes, ellipsis,
# bullet, per mille and the two comparison signs of service levels. Nothing invisible, nothing that looks like a letter.
TYPOGRAPHY = "–—‘‚“”„‹›…•‰≤≥"
ALLOWED = frozenset(SINGLE_CHARACTERS) | frozenset(TYPOGRAPHY)

_USUAL = ALLOWED | frozenset(map(chr, range(0x20, 0x7F))) | {"\n"}

# Invisible, unassigned, private or able to change the order of what is shown: refused even in comments.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"))

Flaw = Literal["unseen", "foreign", "decomposed"]

TEMPLATE_MARKS = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\{_\{|\}_\}")
_MARKS_IN_BYTES = re.compile(TEMPLATE_MARKS.pattern.encode())


def may_hold_template_marks(source: bytes) -> bool:
    """False if no value of this source can hold a mark, unless an escape brings it there."""
    # written so because it is asked for every file, and hardly any has braces
    return (b"{" in source or b"}" in source) and _MARKS_IN_BYTES.search(source) is not None


@dataclass(frozen=True, slots=True)
class BadCharacter:
    """One character that may not stand here; `index` counts from 0 in the text that was looked at."""

    index: int
    character: str
    flaw: Flaw
    composed: str = ""

    @property
    def name(self) -> str:
        """`U+202E`: never the character itself, which could turn a terminal line around."""
        return f"U+{ord(self.character):04X}"


@cache
def _pattern() -> re.Pattern[str]:
    # a sequence of the norm is tried first and steps over its combining marks; the group catches what may not be there
    sequences = "|".join(re.escape(s) for s in sorted(SEQUENCES, key=len, reverse=True))
    allowed = "".join(re.escape(c) for c in sorted(ALLOWED))
    return re.compile(f"(?:{sequences})|([^ -~\\n{allowed}])")


def bad_characters(text: str) -> Iterator[BadCharacter]:
    """Everything in the text (line feeds aside) that the rule does not allow, from left to right."""
    if _USUAL.issuperset(text):
        return
    for match in _pattern().finditer(text):
        character = match.group(1)
        if character is None:
            continue
        index = match.start()
        if unicodedata.category(character) in _UNSEEN:
            yield BadCharacter(index, character, "unseen")
            continue
        pair = unicodedata.normalize("NFC", text[index - 1 : index + 1]) if index else character
        if unicodedata.combining(character) and pair in ALLOWED:
            yield BadCharacter(index, character, "decomposed", pair)
        else:
            yield BadCharacter(index, character, "foreign")
