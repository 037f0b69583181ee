"""Where single entries begin and end, told from the marks of the loader: enough for the usual edits without a tree of the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ikzctl.model.findings import FieldPath
from ikzctl.registry.canonical import comment_text
from ikzctl.registry.events import Loaded
from ikzctl.registry.layout import CANONICAL, Piece, Style, block_lines, block_sign, lines_of, rendered_like
from ikzctl.registry.nodes import Node
from ikzctl.registry.positions import Mark, size
from ikzctl.registry.scalars import is_block_text
from ikzctl.registry.splice import Splice, push_down

_COLLECTION = (dict, list)
_COLLECTIONS = frozenset(_COLLECTION)
_EXPLICIT_KEY = re.compile(r"^[ -]*\?(?: |$)", re.MULTILINE)
_COLON = re.compile(r" *:(?= |$)")
_QUOTED = re.compile(r"""(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")(?= *$| +#)""")
_PLAIN = re.compile(r"[^\s'\"\[\]{}#&*!|>%@`,][^ ]*(?: +[^ #][^ ]*)*")
_EMPTY = re.compile(r"(?:\[\]|\{\})(?= *$| +#)")
_BLOCK_TEXT = re.compile(r"[:-] +([|>][-+0-9]*)(?: +#.*)? *$")


class Unclear(Exception):
    """This place is not written plainly enough; the tree of the whole text knows more."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An entry in block style: the number of its mark, line and column (from 0) of its key or dash, column of its mark."""

    key: str | None
    value: Any
    at: int
    line: int
    column: int
    mark_column: int


def _text(piece: Piece, column: int, style: Style) -> list[str]:
    return [line or "" for line in lines_of([piece], column, style)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class Outline:
    """The lines of one text and the marks of its entries; every question about a place that is not plain raises Unclear."""

    def __init__(self, text: str, loaded: Loaded) -> None:
        if "?" in text and _EXPLICIT_KEY.search(text):
            raise Unclear
        self.lines = text.split("\n")
        self.data: Any = loaded.data
        self.marks: Sequence[Mark | None] = loaded.marks

    # -- edits

    def set(self, path: FieldPath, value: Any, piece: Piece) -> Splice:
        """Another value in the place of a scalar or an empty collection; `piece` is the new entry as a whole."""
        spot = self._spots(path)[-1]
        line = self.lines[spot.line]
        start, end, last, below = self._value(spot)
        behind = line[end:].rstrip()
        if behind and last > spot.line:
            behind = f"  {behind.lstrip()}"
        if isinstance(value, _COLLECTION) or isinstance(spot.value, _COLLECTION):
            piece.eol = behind.lstrip()
            if piece.key is None and piece.children:
                push_down(piece)
            style = self._style(piece).above(piece, below)
            lines = _text(piece, spot.column, style)
            return Splice(spot.line, last + 1, [line[: spot.column] + lines[0][spot.column :], *lines[1:]])
        before = line[:start] if line[:start].endswith(" ") else line[:start] + " "
        if isinstance(value, str) and is_block_text(value):
            style = self._style(piece).above(piece, below)
            inner = spot.column + (style.dash if spot.key is None else style.step)
            body = [text or "" for text in block_lines(value, inner)]
            return Splice(spot.line, last + 1, [before + block_sign(value) + behind, *body])
        quote = line[start : start + 1]
        node = Node("scalar", False, quote if quote in ("'", '"') else "", start, end)
        return Splice(spot.line, last + 1, [before + rendered_like(value, node) + behind])

    def add(self, path: FieldPath, index: int, piece: Piece) -> Splice:
        """A new entry behind entry `index` - 1 of the collection at `path`; its first place is left to the tree."""
        container = self._get(path)
        if index == 0:
            raise Unclear
        part = index - 1 if isinstance(container, list) else list(container)[index - 1]
        spot = self._spots((*path, part))[-1]
        line = self._ends(spot)[1] + 1
        return Splice(line, line, _text(piece, spot.column, self._style(piece)))

    def remove(self, path: FieldPath) -> Splice:
        """Without an entry that has others beside it, together with the comment lines directly above it."""
        previous, spot = self._spots(path)
        if len(self._get(path[:-1])) == 1 or self.lines[spot.line][: spot.column].strip():
            raise Unclear
        if previous is not None:
            floor = self._ends(previous)[1] + 1
        else:
            floor = self.mark(spot.at - 1).line + 1 if spot.at else 0
        first = spot.line
        sign = " " * spot.column + "#"
        while first > floor and self.lines[first - 1].startswith(sign):
            first -= 1
        if first == 0 and spot.at == 0:
            # the head of the file is nobody's
            first = spot.line
        return Splice(first, self._ends(spot)[1] + 1, [])

    def comment(self, path: FieldPath, text: str) -> Splice:
        """The same entry with a comment above it."""
        spot = self._spots(path)[-1]
        blanks = " " * _indent(self.lines[spot.line])
        return Splice(spot.line, spot.line, [f"{blanks}{line}" for line in comment_text(text, spot.column)])

    # -- places

    def _get(self, path: FieldPath) -> Any:
        value = self.data
        for part in path:
            value = value[part]
        return value

    def mark(self, number: int) -> Mark:
        mark = self.marks[number]
        if mark is None:
            raise Unclear
        return mark

    def _spots(self, path: FieldPath) -> tuple[Spot | None, Spot]:
        """The entry before the one at `path` in the same collection, and this one; all collections on the way are blocks."""
        inner = self.data
        before: Spot | None = None
        spot: Spot | None = None
        at = 0
        for part in path:
            self.check_block(spot, at)
            keys = list(inner) if isinstance(inner, dict) else None
            values = inner if keys is None else list(inner.values())
            index: Any = part if keys is None else keys.index(part)
            at += size(values[:index])
            before = None
            if index:
                last = values[index - 1]
                inside = size(last) if isinstance(last, _COLLECTION) else 0
                before = self.spot(keys[index - 1] if keys else None, last, at - 1 - inside)
            inner = values[index]
            spot = self.spot(keys[index] if keys else None, inner, at)
            at += 1
        if spot is None:
            raise Unclear
        return before, spot

    def spot(self, key: str | None, value: Any, at: int) -> Spot:
        mark = self.mark(at)
        before = self.lines[mark.line][: mark.column]
        dash = len(before.rstrip()) - 1
        if before.strip(" -") or (key is None and dash < 0):
            raise Unclear
        return Spot(key, value, at, mark.line, dash if key is None else mark.column, mark.column)

    def check_block(self, owner: Spot | None, first: int) -> None:
        """The collection of `owner` (None: the whole text), whose first entry has the mark `first`, has no brackets."""
        mark = self.mark(first)
        if owner is not None and owner.key is None:
            # behind a dash: a block begins where its first key does, or with a dash of its own
            dashed = self.lines[owner.line].startswith("-", owner.mark_column)
            here = (mark.line, mark.column) == (owner.line, owner.mark_column)
            if not (dashed if isinstance(owner.value, list) else here):
                raise Unclear
            return
        above = self.lines[: mark.line]
        if owner is not None:
            above = [self.lines[owner.line][self._head_end(owner) :], *self.lines[owner.line + 1 : mark.line]]
        if owner is not None and mark.line == owner.line:
            raise Unclear
        if any(line.lstrip()[:1] not in ("", "#") for line in above):
            raise Unclear

    def _head_end(self, spot: Spot) -> int:
        """The column behind the colon or dash."""
        if spot.key is None:
            return spot.column + 1
        line = self.lines[spot.line]
        for quote in ("", '"', "'"):
            if line.startswith(f"{quote}{spot.key}{quote}", spot.column):
                colon = _COLON.match(line, spot.column + len(spot.key) + 2 * len(quote))
                if colon:
                    return colon.end()
        raise Unclear

    def _value(self, spot: Spot) -> tuple[int, int, int, list[int]]:
        """Columns of a scalar or of empty brackets on the line of the key or dash, and the last line of its text.

        What follows on the line is nothing or a comment. Of a text below, the columns are those of its sign. Last come the
        distances of the entry's comments below: how much further in they stand.
        """
        if isinstance(spot.value, _COLLECTION) and spot.value:
            raise Unclear
        line = self.lines[spot.line]
        head = self._head_end(spot)
        start = head + _indent(line[head:])
        last, stop = self._ends(spot)
        below = [_indent(text) - spot.column for text in self.lines[last + 1 : stop + 1] if text.strip()]
        if line[start : start + 1] == "|":
            sign = _BLOCK_TEXT.search(line)
            if sign is None or sign.start(1) != start:
                raise Unclear
            return start, sign.end(1), last, below
        if last != spot.line:
            raise Unclear
        if line[start : start + 1] in ("", "#"):
            return head, head, last, below
        for pattern in (_QUOTED, _PLAIN, _EMPTY):
            value = pattern.match(line, start)
            if value:
                return start, value.end(), last, below
        raise Unclear

    def _ends(self, spot: Spot) -> tuple[int, int]:
        """The last line of an entry without and with its comments below: those further in than it and than what follows."""
        after, value = spot.at + 1, spot.value
        if isinstance(value, _COLLECTION):
            after += size(value)
        while isinstance(value, _COLLECTION) and value:
            value = value[-1] if isinstance(value, list) else value[next(reversed(value))]
        first = self.mark(after - 1).line
        last = end = self._text_end(first, value)
        stop = self.mark(after).line if after < len(self.marks) else len(self.lines)
        below = [number for number in range(last + 1, stop) if self.lines[number].strip()]
        if not below:
            return end, end
        quoted = isinstance(value, str) and "#" in value and last == first
        if quoted or any(not self.lines[number].lstrip().startswith("#") for number in below):
            # a value that goes on, perhaps with a line that only looks like a comment
            raise Unclear
        following = _indent(self.lines[stop]) if stop < len(self.lines) else 0
        for number in below:
            if _indent(self.lines[number]) <= max(spot.column, following):
                break
            last = number
        return end, last

    def _text_end(self, first: int, value: Any) -> int:
        """The last line of a scalar; of what goes on, only a block under a plain sign can be told."""
        sign = _BLOCK_TEXT.search(self.lines[first])
        if sign is None:
            return first
        if sign.group(1) not in ("|", "|-") or not isinstance(value, str):
            raise Unclear
        body = value.removesuffix("\n").split("\n")
        last = first + len(body)
        if [line.lstrip(" ") for line in self.lines[first + 1 : last + 1]] != [line.lstrip(" ") for line in body]:
            raise Unclear
        return last

    # -- style

    def _style(self, piece: Piece) -> Style:
        """How far this text indents (see `splice.style_of`), if anything in `piece` depends on it."""
        if piece.key is not None and not piece.children and not isinstance(piece.value, str):
            return CANONICAL
        if piece.key is not None and not piece.children and not is_block_text(str(piece.value)):
            return CANONICAL
        examples = _Examples(self)
        examples.look(self.data, 0)
        return Style(examples.step or 2, 2 if examples.offset is None else examples.offset, examples.dash or 2)


class _Examples:
    """The first distances of each kind in a text: from a key to its mapping, to its list, from a dash to its mapping."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.step = 0
        self.offset: int | None = None
        self.dash = 0

    def look(self, value: Any, at: int) -> int:
        """Go through a collection whose first entry has mark `at`; the number behind its last, -1 if all was found."""
        is_list = isinstance(value, list)
        if is_list and _COLLECTIONS.isdisjoint(map(type, value)):
            return at + len(value)
        entries: Iterable[tuple[str | None, Any]] = ((None, inner) for inner in value) if is_list else value.items()
        for key, inner in entries:
            at += 1
            if not isinstance(inner, _COLLECTION) or not inner:
                continue
            if not self._measure(key, inner, at):
                at += size(inner)
                continue
            if self.step and self.dash and self.offset is not None:
                return -1
            at = self.look(inner, at)
            if at < 0:
                return at
        return at

    def _measure(self, key: str | None, value: Any, first: int) -> bool:
        """False if the collection stands in brackets."""
        outline = self.outline
        spot = outline.spot(key, value, first - 1)
        mark = outline.mark(first)
        if mark.line == spot.line and (key is not None or outline.lines[spot.line][spot.mark_column] in "[{"):
            return False
        outline.check_block(spot, first)
        if key is None:
            self.dash = self.dash or spot.mark_column - spot.column
        elif isinstance(value, dict):
            self.step = self.step or mark.column - spot.column
        elif self.offset is None:
            self.offset = _indent(outline.lines[mark.line]) - spot.column
        return True
