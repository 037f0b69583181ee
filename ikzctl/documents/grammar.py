"""The grammar of clause text: a blank line ends an Absatz, a line is a sentence, „1.“ an item, „a)“ a sub-item; no more."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from ikzctl.documents.content import Absatz, Break, Inline, Inlines, Line, Open, Ref, Text, plain
from ikzctl.documents.marks import (
    BREAK,
    BRIEF,
    OPEN_END,
    OPEN_PATH,
    OPEN_START,
    REF_END,
    REF_START,
    VALUE_END,
    VALUE_START,
)
from ikzctl.model.errors import UserError

_LABEL = re.compile(r"\[#([a-z][a-z0-9-]*)\]\s+")
_NUMBER = re.compile(r"\d{1,3}\.\s+")
_LETTER = re.compile(r"[a-z]{1,2}\)\s+")
_TOKEN = re.compile(
    f"{OPEN_START}(?P<open>[^{OPEN_PATH}]*){OPEN_PATH}(?P<path>[^{OPEN_END}]*){OPEN_END}|{REF_START}(?P<ref>[^{REF_END}]*){REF_END}|(?P<break>{BREAK})"
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def parse(rendered: str, where: str, *, join_single: bool = False) -> tuple[Absatz, ...]:
    """Rendered, escaped text → Absätze without numbers of their own; items are counted here.

    `join_single` makes a list of one item part of its sentence; own wording keeps the list that its author wrote.
    """
    absaetze = []
    for block in re.split(r"\n[ \t]*(?:\n[ \t]*)+", rendered.strip("\n \t")):
        lines = [line.strip(" \t") for line in block.split("\n") if line.strip(" \t")]
        if lines:
            absatz = _absatz(lines, where)
            absaetze.append(replace(absatz, lines=_joined(absatz.lines)) if join_single else absatz)
    return tuple(absaetze)


def inlines(rendered: str) -> Inlines:
    """One piece of rendered, escaped text → inlines."""
    out: list[Inline] = []
    position = 0
    for found in _TOKEN.finditer(rendered):
        _add_text(out, rendered[position : found.start()])
        position = found.end()
        if found["open"] is not None:
            label = html.unescape(found["open"])
            out.append(Open(label.removeprefix(BRIEF), html.unescape(found["path"]), brief=label.startswith(BRIEF)))
        elif found["ref"] is not None:
            clause, _, label = found["ref"].partition("#")
            out.append(Ref(clause, label or None))
        else:
            out.append(Break())
    _add_text(out, rendered[position:])
    return tuple(out)


def _add_text(out: list[Inline], raw: str) -> None:
    text = html.unescape(raw.replace(VALUE_START, "").replace(VALUE_END, ""))
    if text:
        out.append(Text(text))


def _absatz(lines: list[str], where: str) -> Absatz:
    label = None
    found = _LABEL.match(lines[0])
    if found:
        label = found.group(1)
        lines[0] = lines[0][found.end() :]
    out: list[Line] = []
    number = letter = 0
    for raw in lines:
        if (item := _NUMBER.match(raw)) is not None:
            number, letter = number + 1, 0
            out.append(Line("nummer", inlines(raw[item.end() :]), f"{number}."))
        elif (item := _LETTER.match(raw)) is not None:
            letter += 1
            out.append(Line("buchstabe", inlines(raw[item.end() :]), f"{letter_mark(letter)})"))
        else:
            out.append(Line("satz", inlines(raw)))
    if out[0].kind != "satz":
        raise UserError(
            f"Klausel {where}: Ein Absatz darf nicht mit einer Nummer beginnen; vor die Aufzählung gehört ein Satz."
        )
    return Absatz(tuple(out), label)


def _joined(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A „1.“ without a „2.“ reads as the end of the sentence that opens it."""
    out: list[Line] = []
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        alone = line.mark == "1." and (following is None or following.kind == "satz")
        before = out[-1] if out else None
        opens = before is not None and before.kind == "satz" and not plain(before.inlines).endswith((".", "!", "?"))
        if alone and opens and before is not None:
            out[-1] = Line("satz", (*before.inlines, Text(" "), *line.inlines))
        else:
            out.append(line)
    return tuple(out)


def letter_mark(count: int) -> str:
    """1 → a, 26 → z, 27 → aa."""
    out = ""
    while count > 0:
        count, rest = divmod(count - 1, 26)
        out = _LETTERS[rest] + out
    return out
