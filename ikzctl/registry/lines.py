"""Reads line by line what is written as `fmt` or other programs write it; about every other text it says nothing: the parsers decide.

Nearly all files of a registry look like this, and for them the events of a parser are most of the cost of reading. This reader may
be ignorant, but it never guesses: each line has to fit one form as a whole, in a column where such an entry can stand, or the text
is not read here. It knows no faults; a text with a fault does not fit. That it reads nothing otherwise than the parsers do, and finds
every entry in the same place, is proven over mutations of all kinds of files in the tests.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ikzctl.registry.characters import TEMPLATE_MARKS
from ikzctl.registry.limits import MAX_DEPTH, MAX_EVENTS, MAX_SCALAR
from ikzctl.registry.scalars import WORDS, Scalar
from ikzctl.registry.spread import KEY, PLAIN_START, QUOTED, Unusual, enclosed, long_text, plain, unquoted

_HEAD = rf"(\ *+)(-\ )?(?:({KEY}):(?:\ |$))?"
_LINE = re.compile(
    rf"""{_HEAD}
    (   # a text without quotes: begins with no sign, holds no ": " and no " #", ends with no blank
        {PLAIN_START}[^:#]*(?::[^\s:#][^:#]*)*(?<!\ )
        |{QUOTED}|\[\]|[|>]-?
    )?
    (?:(?:^|\ +|(?<=\ ))\#.*)?\ *""",
    re.VERBOSE,
)
# two events begin a text, two end it
_MAX_INSIDE = MAX_EVENTS - 4
_ENCLOSED = re.compile(rf"""{_HEAD}(['"\[{{].*)""", re.VERBOSE)

# What stands on a line: more of the text above, nothing or a comment, a value, the beginning of a long text, an empty list, a key whose
# value follows, or a list or section in brackets or a text whose quotes are not closed.
_MORE, _NOTHING, _VALUE, _LONG_TEXT, _EMPTY_LIST, _KEY, _ENCLOSED_VALUE = range(-1, 6)
_Line = tuple[int, int, bool, str, Scalar]
"""The form of the line, its column, whether it begins with a dash, its key ("" if none), its value."""


def read_lines(text: str) -> dict[str, Any] | None:
    """The plain data of a text in one of the usual forms, else None. `prepare` must have found nothing in the text."""
    if not text.endswith("\n"):
        return None
    if ("{" in text or "}" in text) and TEMPLATE_MARKS.search(text):
        return None
    lines = _split(text)
    if len(text) > MAX_SCALAR and max(map(len, lines)) > MAX_SCALAR:
        return None
    try:
        data = _read(lines)
    except Unusual:
        return None
    # no event takes less than a character, so hardly a text has to be counted
    if not data or (len(text) > _MAX_INSIDE and _events(data) > _MAX_INSIDE):
        return None
    return data


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    if lines[0] == "---":
        lines[0] = ""
    return lines


def _events(value: Any) -> int:
    """How many events a parser makes of a value."""
    if isinstance(value, dict):
        return 2 + len(value) + sum(map(_events, value.values()))
    return 2 + sum(map(_events, value)) if isinstance(value, list) else 1


class Place(NamedTuple):
    """Line and column of an entry, from 0."""

    line: int
    column: int


def places(text: str) -> list[Place] | None:
    """Where the keys and list items of a text stand that `read_lines` has read, in the order of the text.

    None if there is something between brackets: then a parser has to say it.
    """
    found = []
    lines = _split(text)
    following = 0
    for number, line in enumerate(lines):
        if number < following:
            continue
        form, at, dash, key, scalar = _forms.get(line) or _new_line(line)
        if form <= _NOTHING:
            continue
        if dash:
            # an item begins where its value does, a mapping where its first key does
            found.append(Place(number, at + 2))
        if key:
            found.append(Place(number, at + 2 if dash else at))
        if form == _LONG_TEXT:
            _, following = long_text(lines, number, _own_column(at, dash, key), str(scalar))
        elif form == _ENCLOSED_VALUE:
            value, following = enclosed(lines, number, _own_column(at, dash, key), str(scalar))
            if not isinstance(value, str):
                return None
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
        if form <= _NOTHING:
            if form == _MORE:
                whole, following = _text_that_goes_on(lines, number)
                container[-1 if is_list else next(reversed(container))] = whole
            continue
        if at != column or dash != is_list:
            if awaiting and (at > column or (dash and at == column)):
                outer.append((container, column, is_list))
                if len(outer) >= MAX_DEPTH:
                    raise Unusual
                container[awaiting] = container = [] if dash else {}
                column, is_list = at, dash
            while at < column or (is_list and not dash):
                container, column, is_list = outer.pop()
            if at != column or dash != is_list:
                raise Unusual
        value: Any = scalar
        awaiting = ""
        if form > _VALUE:
            if form == _LONG_TEXT:
                value, following = long_text(lines, number, _own_column(at, dash, key), str(scalar))
            elif form == _KEY:
                awaiting = key
            else:
                # what it stands in, itself, and with a dash the section that begins with it
                if len(outer) + 2 + (dash and key != "") > MAX_DEPTH:
                    raise Unusual
                value = []
                if form == _ENCLOSED_VALUE:
                    value, following = enclosed(lines, number, _own_column(at, dash, key), str(scalar))
        if dash:
            if not key:
                container.append(value)
                continue
            outer.append((container, column, True))
            container.append({})
            container, column, is_list = container[-1], at + 2, False
            if len(outer) >= MAX_DEPTH:
                raise Unusual
        if key in container:
            raise Unusual
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
    """Raises Unusual for a line that has none of the usual forms."""
    found = _LINE.fullmatch(text) or _ENCLOSED.fullmatch(text)
    if found is None:
        raise Unusual
    indent, dash, key, value = found.groups(default="")
    if not value and not key and not dash:
        return _NOTHING, 0, False, "", None
    if key in WORDS if key else (not value or not dash):
        if key or not value or value[0] in "'\"[|>{":
            raise Unusual
        return _MORE, len(indent), False, "", value
    if found.re is _ENCLOSED:
        return _ENCLOSED_VALUE, len(indent), dash != "", key, value
    form, meaning = _meaning(value)
    return form, len(indent), dash != "", key, meaning


def _meaning(value: str) -> tuple[int, Scalar]:
    if not value:
        return _KEY, None
    if value[0] in "|>":
        return _LONG_TEXT, value
    if value == "[]":
        return _EMPTY_LIST, None
    if value[0] in "\"'":
        return _VALUE, unquoted(value)
    return _VALUE, plain(value)


def _own_column(at: int, dash: bool, key: str) -> int:
    """The column beyond which a long text has to stand."""
    return at + 2 if dash and key else at


def _text_that_goes_on(lines: list[str], number: int) -> tuple[Scalar, int]:
    """A text without quotes that began in the line before; and the number of the line behind it."""
    before = lines[number - 1] if number else ""
    form, at, dash, key, _ = _forms.get(before) or _new_line(before)
    begin = before[at + 2 * dash + (len(key) + 2 if key else 0) :].strip(" ")
    if form != _VALUE or begin[0] in "'\"":
        raise Unusual
    column = _own_column(at, dash, key)
    parts = [begin]
    while number < len(lines):
        form, at, *_ = _forms.get(lines[number]) or _new_line(lines[number])
        if form != _MORE:
            break
        if at <= column:
            raise Unusual
        parts.append(lines[number].strip(" "))
        number += 1
    text = " ".join(parts)
    # a comment ends the text; what goes on behind it is a fault
    if len(text) > MAX_SCALAR or " #" in text:
        raise Unusual
    return plain(text), number
