"""The one scalar rule, for reading, writing and `fmt`: what an unquoted text means and when quotes are needed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from ikzctl.registry.limits import MAX_DIGITS

Scalar = str | int | Decimal | bool | None
Fault = Literal["ambiguous", "too_long"]

# from here on a text stands as a block of its own: editors wrap it, and no quote has to be doubled in it
LONG_TEXT = 100

WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}

# No number starts otherwise, in any reading; the reader's loop asks this set before it tries patterns.
NUMBER_INITIALS = frozenset("+-.0123456789")

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")

# Every other spelling that YAML 1.1 or the 1.2 core schema (or a reader in wide use) takes for a number. A sign and an
# underscore are enough for some.
_DIGITS = r"(?:[-+]_|[-+]?[0-9])[0-9_]*"
_POWER = r"[eE][-+]?[0-9]+"
_FOREIGN_NUMBER = re.compile(
    rf"{_DIGITS}(?:\.[0-9_]*)?(?:{_POWER})?"  # leading zeros, underscores, 1. and 1e3
    rf"|[-+]?\.[0-9][0-9_]*(?:{_POWER})?"
    r"|[-+]?0[xX][0-9a-fA-F_]+"
    r"|[-+]?0[oO][0-7_]+"
    r"|[-+]?0[bB][01_]+"
    rf"|{_DIGITS}(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # base sixty: 12:30
    r"|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)"
)
# Date with a time of day: YAML 1.1 readers make a point in time of it. A bare ISO date may stay unquoted.
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*")
_FOREIGN_WORDS = frozenset(("~", "=", "<<", "null", "true", "false", "yes", "no", "on", "off", "y", "n"))

# At the start of an unquoted text these mean something else, or only just do not.
_INDICATORS = frozenset(",[]{}#&*!|>'\"%@`?:")
_SPLITS = re.compile(r": |:$| #|[\n\r\t]")
_FLOW_SIGNS = re.compile(r"[,\[\]{}]|:|\?")


# the same dates and amounts come back in file after file
@lru_cache(maxsize=1024)
def resolve(text: str) -> tuple[Scalar, Fault | None]:
    """What an unquoted text means; with a fault the text itself is returned, so that reading can go on."""
    if text in WORDS:
        return WORDS[text], None
    if text[0] not in NUMBER_INITIALS or (len(text) == 10 and ISO_DATE.fullmatch(text)):
        return text, None
    if _INTEGER.fullmatch(text):
        digits = len(text.lstrip("-"))
        return (int(text), None) if digits <= MAX_DIGITS else (text, "too_long")
    if _DECIMAL.fullmatch(text):
        digits = len(text.lstrip("-")) - 1
        return (Decimal(text), None) if digits <= MAX_DIGITS else (text, "too_long")
    if _FOREIGN_NUMBER.fullmatch(text):
        return text, "ambiguous"
    return text, None


def means_something_else(text: str) -> bool:
    """True if YAML 1.1 or 1.2 readers see no text in this unquoted text."""
    return (
        not text
        or text.lower() in _FOREIGN_WORDS
        or _FOREIGN_NUMBER.fullmatch(text) is not None
        or _TIMESTAMP.fullmatch(text) is not None
    )


# the same keys and words come back in file after file
@lru_cache(maxsize=4096)
def needs_quotes(text: str, *, in_flow: bool = False) -> bool:
    """True if the text cannot stand unquoted; `in_flow`: between brackets, where comma and brackets end it."""
    if means_something_else(text) or text[0] in _INDICATORS:
        return True
    if text[0] == "-" and (len(text) == 1 or text[1] in " -"):
        return True
    if text.startswith("...") or text[0].isspace() or text[-1].isspace():
        return True
    return _SPLITS.search(text) is not None or (in_flow and _FLOW_SIGNS.search(text) is not None)


def quoted(text: str) -> str:
    """The text in quotes: double ones, or single ones where that saves escapes."""
    if ('"' in text or "\\" in text) and not re.search(r"[\n\r\t]", text):
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def is_block_text(text: str) -> bool:
    """True if the canonical form of this text is a block under `|`."""
    if "\n" not in text and len(text) <= LONG_TEXT:
        return False
    body = text[:-1] if text.endswith("\n") else text
    lines = body.split("\n")
    # leading blanks would need an indentation indicator, and blanks at the end of a line get lost in editors: such
    # texts stand in double quotes instead
    return bool(lines[0]) and bool(lines[-1]) and lines[0][0] != " " and not any(line[-1:].isspace() for line in lines)


def render(value: Scalar | date, *, in_flow: bool = False) -> str:
    """The canonical text of a scalar on one line; long text is the business of `canonical`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        # a whole Decimal keeps its type when it is read again
        return text if "." in text else text + ".0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return quoted(value) if needs_quotes(value, in_flow=in_flow) else value
