"""Values that take more than their line says: long texts, texts in quotes or without that go on below, lists and sections in brackets.

`lines` hands over where such a value begins. As there: whatever does not fit one form as a whole is left to the parsers.
"""

from __future__ import annotations

import re
from typing import Any

from ikzctl.registry.limits import MAX_SCALAR
from ikzctl.registry.scalars import WORDS, Scalar, resolve

KEY = r"[a-z][a-z0-9_-]{0,62}"
# A text without quotes begins with no sign. Between brackets it holds none of theirs, and to be sure no colon and no hash.
PLAIN_START = r"""(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|-(?=[0-9]))"""
QUOTED = r"""'[^']*(?:''[^']*)*'|"[^"\\]*\""""
_ITEM = rf"(?:{PLAIN_START}[^:#,\[\]{{}}]*(?<!\ )|{QUOTED})"
_LIST = re.compile(rf"\[ ?{_ITEM}(?:, {_ITEM})* ?\]")
_ITEMS = re.compile(_ITEM)
_SECTION = re.compile(rf"\{{ ?{KEY}: {_ITEM}(?:, {KEY}: {_ITEM})* ?\}}")
_ENTRIES = re.compile(rf"({KEY}): ({_ITEM})")
_QUOTED = re.compile(QUOTED)
_BREAKS = re.compile(r" *\n[ \n]*")


class Unusual(Exception):
    """Something that only the parsers may judge."""


def plain(text: str) -> Scalar:
    """What a text without quotes means."""
    meaning, flaw = resolve(text)
    if flaw:
        raise Unusual
    return meaning


def unquoted(text: str) -> str:
    """What stands between the quotes."""
    inner = _BREAKS.sub(_folded, text[1:-1]) if "\n" in text else text[1:-1]
    return inner.replace("''", "'") if text[0] == "'" else inner


def _folded(breaks: re.Match[str]) -> str:
    """A line break is a blank; each empty line behind it is a line break."""
    return "\n" * (breaks.group().count("\n") - 1) or " "


def long_text(lines: list[str], number: int, column: int, sign: str) -> tuple[str, int]:
    """What stands below line `number` and further in than `column`, its first line says how far; and the number of the line behind."""
    first = lines[number + 1]
    depth = len(first) - len(first.lstrip(" "))
    if depth <= column or depth == len(first):
        raise Unusual
    margin = " " * depth
    end = number + 2
    while end < len(lines) and (not lines[end] or lines[end].startswith(margin)):
        end += 1
    text = "\n".join([line[depth:] for line in lines[number + 1 : end]]).rstrip("\n")
    behind = lines[min(end, len(lines) - 1)]
    # too long; or something between the text and its key; or blanks, which may be a part of the text
    if len(text) >= MAX_SCALAR or behind.startswith(" " * (column + 1)) or (behind and not behind.strip(" ")):
        raise Unusual
    if sign[0] == ">":
        # lines further in keep their breaks, and so do their neighbours; blanks at the end of a line stay before the break
        if "\n " in text or " \n" in text:
            raise Unusual
        text = _BREAKS.sub(_folded, text)
    return (text if sign[-1] == "-" else text + "\n"), end


def enclosed(lines: list[str], number: int, column: int, opening: str) -> tuple[Any, int]:
    """The value that begins with `opening`, a quote or a bracket, and goes on below in lines further in than `column`."""
    margin = " " * (column + 1)
    end = number + 1
    while end < len(lines) and (lines[end].startswith(margin) or not lines[end].strip(" ")):
        end += 1
    text = opening if end == number + 1 else "\n".join([opening, *lines[number + 1 : end]]).rstrip("\n ")
    if len(text) > MAX_SCALAR:
        raise Unusual
    if text[0] in "[{":
        return _in_brackets(text), end
    if not _QUOTED.fullmatch(text):
        raise Unusual
    return unquoted(text), end


def _in_brackets(text: str) -> Any:
    if "\n" in text:
        parts = [part.strip(" ") for part in text.split("\n")]
        if "" in parts:
            raise Unusual
        text = " ".join(parts)
    if not (_LIST if text[0] == "[" else _SECTION).fullmatch(text):
        raise Unusual
    if text[0] == "[":
        return [_item(item) for item in _ITEMS.findall(text, 1, len(text) - 1)]
    entries = _ENTRIES.findall(text)
    section = {key: _item(item) for key, item in entries}
    if len(section) < len(entries) or not WORDS.keys().isdisjoint(section):
        raise Unusual
    return section


def _item(text: str) -> Scalar:
    return unquoted(text) if text[0] in "\"'" else plain(text)
