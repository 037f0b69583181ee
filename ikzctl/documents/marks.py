"""Signs of our own inside rendered text: where a value, an open fact, a reference or a line break stands."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from markupsafe import Markup, escape

from ikzctl.model.errors import UserError

# Private-use characters. They cannot come from data: `clean` refuses them, and so does the reader of the registry.
VALUE_START, VALUE_END = "\ue000", "\ue001"
OPEN_START, OPEN_PATH, OPEN_END = "\ue002", "\ue003", "\ue004"
REF_START, REF_END = "\ue005", "\ue006"
BREAK = "\ue007"
BRIEF = "\ue008"

TEMPLATE_MARKS = ("{{", "}}", "{%", "%}", "{#", "#}", "{_{", "}_}", "{_%", "%_}")
_ILLEGAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\u2028\u2029]")

# open facts stand between these
_BRACKETS = "⟦⟧"


class Placeholder(str):
    """A fact that nobody knows yet: prints as „[offen: …]“ and remembers the registry field that would fill it.

    `brief` prints as „[offen]“: in tables, whose heading says what is missing, and where one answer is asked for many places.
    """

    __slots__ = ("brief", "path")
    path: str
    brief: bool

    def __new__(cls, label: str, path: str, *, brief: bool = False) -> Placeholder:
        self = super().__new__(cls, clean(label))
        self.path = clean(path)
        self.brief = brief
        return self


def clean(text: str) -> str:
    """`text` unchanged, or a refusal: nothing that steers our grammar, the template language or XML may come in as data."""
    found = _ILLEGAL.search(text)
    if found:
        code = ord(found.group())
        name = unicodedata.name(found.group(), "Steuer- oder Sonderzeichen")
        raise UserError(f"Der Text „{text[:60]!a}“ enthält ein unzulässiges Zeichen: U+{code:04X} ({name}).")
    for mark in TEMPLATE_MARKS:
        if mark in text:
            raise UserError(
                f"Der Text „{text[:60]}“ enthält „{mark}“. Diese Zeichenfolge gehört in Vorlagen und darf in Angaben nicht vorkommen.",
                hint="Bitte die Angabe ohne diese Zeichenfolge schreiben.",
            )
    return text


def visible(text: str) -> str:
    """A text about faults, which may repeat a file name of anybody's choice: what no document may hold shows as its code."""
    marked = any(mark in text for mark in TEMPLATE_MARKS)
    return "".join(_code(c) if _ILLEGAL.match(c) or c in _BRACKETS or (marked and c in "{}") else c for c in text)


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def printable(value: object) -> str:
    """A value as text, or a refusal: None, objects and functions must never reach a contract."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(f"ein Wert der Art {type(value).__name__} kann nicht gedruckt werden")
    return clean(str(value))


def printed(value: object) -> Markup:
    """A value as clauses print it: escaped and wrapped, so that it cannot become an item, a label or a paragraph."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Placeholder):
        brief = BRIEF if value.brief else ""
        return _joined(OPEN_START, brief, escape(value), OPEN_PATH, escape(value.path), OPEN_END)
    return _joined(VALUE_START, escape(printable(value)).replace("\n", BREAK), VALUE_END)


def _joined(*parts: str) -> Markup:
    """Our signs and escaped pieces in a row; callers escape what comes from outside."""
    return Markup("".join(parts))  # noqa: S704
