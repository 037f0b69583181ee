"""Reads what is written as `fmt` writes it, line by line; about every other text it says nothing, and the parsers decide.

Nearly all files of a registry look like this, and for them the events of a parser are most of the cost of reading. This reader may
be ignorant, but it never guesses: each line has to fit one form as a whole, in a column where such an entry can stand, or the text
is not read here. It knows no faults; a text with a fault does not fit. That it reads nothing otherwise than the parsers do, and finds
every entry in the same place, is proven over mutations of all kinds of files in the tests.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ikzctl.registry.limits import MAX_DEPTH, MAX_EVENTS, MAX_SCALAR
from ikzctl.registry.scalars import WORDS, Scalar, resolve

# A line yields six events at most, so a text with fewer lines than this cannot have more than are allowed.
_MAX_LINES = MAX_EVENTS // 6

_LINE = re.compile(
    r"""(\ *+)(-\ )?
    (?:([a-z][a-z0-9_-]{0,62}):(?:\ |$))?
    (   # a text without quotes: begins with no sign, holds no ": " and no " #", ends with no blank
        (?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|-(?=[0-9]))[^:#]*(?::[^\s:#][^:#]*)*(?<!\ )
        |"[^"\\]*"|'[^']*'|\[\]|\|-?
    )?
    (?:(?:^|\ +|(?<=\ ))\#.*)?""",
    re.VERBOSE,
)

# What stands on a line: nothing or a comment, a value, the beginning of a long text, an empty list, or a key whose value follows.
_NOTHING, _VALUE, _LONG_TEXT, _EMPTY_LIST, _KEY = range(5)
_Line = tuple[int, int, bool, str, Scalar]
"""The form of the line, its column, whether it begins with a dash, its key ("" if none), its value."""


class _Unusual(Exception):
    """Something that only the parsers may judge."""


def read_lines(text: str) -> dict[str, Any] | None:
    """The plain data of a text in canonical form (or nearly so), else None. `prepare` must have found nothing in the text."""
    # between braces other rules hold, and two of them are a mark for templates
    if "{" in text or "}" in text or not text.endswith("\n"):
        return None
    lines = text.split("\n")
    if len(lines) > _MAX_LINES or (len(text) > MAX_SCALAR and max(map(len, lines)) > MAX_SCALAR):
        return None
    try:
        return _read(lines) or None
    except _Unusual:
        return None


class Place(NamedTuple):
    """Line and column of an entry, from 0."""

    line: int
    column: int


def places(text: str) -> list[Place]:
    """Where the keys and list items of a text stand that `read_lines` has read, in the order of the text."""
    found = []
    lines = text.split("\n")
    following = 0
    for number, line in enumerate(lines):
        if number < following:
            continue
        form, at, dash, key, scalar = _forms.get(line) or _new_line(line)
        if form == _NOTHING:
            continue
        if dash:
            # an item begins where its value does, a mapping where its first key does
            found.append(Place(number, at + 2))
        if key:
            found.append(Place(number, at + 2 if dash else at))
        if form == _LONG_TEXT:
            _, following = _long_text(lines, number, _own_column(at, dash, key), str(scalar))
    return found


def _read(lines: list[str]) -> dict[str, Any]:
    """The loop that everything waits for. `container` is what entries go into, `column` where they stand."""
    root: dict[str, Any] = {}
    container: Any = root
    column, is_list = 0, False
    outer: list[tuple[Any, int, bool]] = []
    awaiting = ""  # the key of the line before, if its value follows
    following = 0
    for number, text in enumerate(lines):
        if number < following:
            continue
        form, at, dash, key, scalar = _forms.get(text) or _new_line(text)
        if form == _NOTHING:
            continue
        if at != column or dash != is_list:
            if awaiting and (at > column or (dash and at == column)):
                outer.append((container, column, is_list))
                if len(outer) >= MAX_DEPTH:
                    raise _Unusual
                container[awaiting] = container = [] if dash else {}
                column, is_list = at, dash
            while at < column or (is_list and not dash):
                container, column, is_list = outer.pop()
            if at != column or dash != is_list:
                raise _Unusual
        value: Any = scalar
        awaiting = ""
        if form > _VALUE:
            if form == _LONG_TEXT:
                value, following = _long_text(lines, number, _own_column(at, dash, key), str(scalar))
            elif form == _KEY:
                awaiting = key
            else:
                value = []
        if dash:
            if not key:
                container.append(value)
                continue
            outer.append((container, column, True))
            container.append({})
            container, column, is_list = container[-1], at + 2, False
            if len(outer) >= MAX_DEPTH:
                raise _Unusual
        if key in container:
            raise _Unusual
        container[key] = value
    return root


# The same lines come back in file after file; this much stays in the processor's own memory, which matters more than what is in it.
_forms: dict[str, _Line] = {}
_MAX_FORMS = 2048
_LONG = 200


def _new_line(text: str) -> _Line:
    line = _line(text)
    if len(text) < _LONG:
        if len(_forms) >= _MAX_FORMS:
            _forms.clear()
        _forms[text] = line
    return line


def _line(text: str) -> _Line:
    """Raises _Unusual for a line that has none of the usual forms."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise _Unusual
    indent, dash, key, value = found.groups(default="")
    if not value and not key and not dash:
        return _NOTHING, 0, False, "", None
    if key in WORDS if key else (not value or not dash):
        raise _Unusual
    form, meaning = _meaning(value)
    return form, len(indent), dash != "", key, meaning


def _meaning(value: str) -> tuple[int, Scalar]:
    if not value:
        return _KEY, None
    if value[0] == "|":
        return _LONG_TEXT, value
    if value == "[]":
        return _EMPTY_LIST, None
    if value[0] in "\"'":
        return _VALUE, value[1:-1]
    meaning, flaw = resolve(value)
    if flaw:
        raise _Unusual
    return _VALUE, meaning


def _own_column(at: int, dash: bool, key: str) -> int:
    """The column beyond which a long text has to stand."""
    return at + 2 if dash and key else at


def _long_text(lines: list[str], number: int, column: int, sign: str) -> tuple[str, int]:
    """What stands below line `number` and further in than `column`, its first line says how far; and the number of the line behind."""
    first = lines[number + 1]
    depth = len(first) - len(first.lstrip(" "))
    if depth <= column or depth == len(first):
        raise _Unusual
    margin = " " * depth
    end = number + 2
    while end < len(lines) and (not lines[end] or lines[end].startswith(margin)):
        end += 1
    text = "\n".join([line[depth:] for line in lines[number + 1 : end]]).rstrip("\n")
    behind = lines[min(end, len(lines) - 1)]
    # too long; or something between the text and its key; or blanks, which may be a part of the text
    if len(text) >= MAX_SCALAR or behind.startswith(" " * (column + 1)) or (behind and not behind.strip(" ")):
        raise _Unusual
    return (text if sign == "|-" else text + "\n"), end
