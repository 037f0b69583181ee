"""Entries with their comments as lines of text: the one place that decides how YAML of ours looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ikzctl.registry.nodes import Comment, Entry, Node
from ikzctl.registry.scalars import Scalar, is_block_text, render

# a line of text, or None for an empty line between entries (an empty line inside a text is a text)
Line = str | None


@dataclass(frozen=True, slots=True)
class Style:
    """Columns from a key to its mapping, to its list, and from a dash to the item."""

    step: int = 2
    list_offset: int = 2
    dash: int = 2

    def above(self, one: Piece, distances: Sequence[int]) -> Style:
        """For an entry whose own comments, so much further in than it, stand below its new value.

        They would become a part of a long text, or comments of the last entry in a collection, if these began before them.
        """
        if not distances:
            return self
        least = distances[0] + 1 if one.children is None else max(distances)
        if one.key is None:
            return replace(self, dash=max(self.dash, least))
        return replace(self, step=max(self.step, least), list_offset=max(self.list_offset, least))


CANONICAL = Style()


@dataclass(slots=True)
class Piece:
    """One entry to be written. `children` is None for a scalar; comments are whole lines from the `#` on.

    The entry's own comments stand further in than what follows them: `opening` above the children, `trailing` below the value.
    """

    key: str | None
    value: Scalar = None
    children: list[Piece] | None = None
    is_list: bool = False
    lead: list[Line] = field(default_factory=list)
    eol: str = ""
    opening: list[Line] = field(default_factory=list)
    trailing: list[Line] = field(default_factory=list)


def plain(value: Any) -> Any:
    """The value as the loader would give it back: lists for tuples, ISO text for dates, dictionaries for mappings."""
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, str):
        return str(value)
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} has no place in a registry file")


def same(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Equality that tells 1, 1.0 and true apart; `ordered`: the keys stand in the same order, too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        if one.keys() != other.keys() or (ordered and list(one) != list(other)):
            return False
        return all(same(one[key], other[key], ordered=ordered) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b, ordered=ordered) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def piece(key: str | None, value: Any) -> Piece:
    """A plain value (see `plain`) as a piece without comments."""
    if isinstance(value, dict):
        return Piece(key, children=[piece(inner, value[inner]) for inner in value])
    if isinstance(value, list):
        return Piece(key, children=[piece(None, inner) for inner in value], is_list=True)
    return Piece(key, value)


def comment_lines(comments: Iterable[Comment]) -> Iterator[Line]:
    for comment in comments:
        if comment.after_blank:
            yield None
        yield comment.text


def piece_of(entry: Entry) -> Piece:
    """An entry that was read, with everything that was written around it."""
    node = entry.node
    lead = list(comment_lines(entry.lead))
    if entry.after_blank:
        lead.append(None)
    children = None if node.kind == "scalar" else [piece_of(inner) for inner in node.entries]
    eol = entry.eol.text if entry.eol else ""
    opening, trailing = list(comment_lines(node.opening)), list(comment_lines(node.trailing))
    return Piece(entry.key, node.value, children, node.kind == "list", lead, eol, opening, trailing)


def lines_of(pieces: Iterable[Piece], column: int, style: Style = CANONICAL) -> list[Line]:
    """The pieces one below the other, keys or dashes in this column (from 0)."""
    lines: list[Line] = []
    for one in pieces:
        lines += _lines(one, column, style)
    return lines


def _lines(one: Piece, column: int, style: Style) -> list[Line]:
    blanks = " " * column
    eol = f"  {one.eol}" if one.eol else ""
    if one.key is None and one.children:
        return _item_lines(one, column, style)
    lead = _indented(one.lead, column)
    # `- text` is as wide as the style says, `key: text` always has one blank
    head = f"{blanks}-{' ' * (style.dash - 1)}" if one.key is None else f"{blanks}{render(one.key)}: "
    if one.children:
        inner = column + (style.list_offset if one.is_list else style.step)
        opening, trailing = _indented(one.opening, inner + 2), _indented(one.trailing, inner)
        return [*lead, head.rstrip() + eol, *opening, *lines_of(one.children, inner, style), *trailing]
    if one.children is not None:
        empty = "[]" if one.is_list else "{}"
        return [*lead, f"{head}{empty}{eol}", *_indented(one.trailing, column + 2)]
    if isinstance(one.value, str) and is_block_text(one.value):
        inner = column + (style.dash if one.key is None else style.step)
        # further in, a comment would be a line of the text
        trailing = _indented(one.trailing, column + 1)
        return [*lead, f"{head}{block_sign(one.value)}{eol}", *block_lines(one.value, inner), *trailing]
    return [*lead, f"{head}{render(one.value)}{eol}", *_indented(one.trailing, column + 2)]


def _item_lines(one: Piece, column: int, style: Style) -> list[Line]:
    """A list item with entries of its own: the first of them stands on the line of the dash."""
    inner = column + style.dash
    body = lines_of(one.children or (), inner, style) + _indented(one.trailing, inner)
    lead = _indented(one.lead, column)
    if one.eol:
        lead.append(" " * column + one.eol)
    # an empty line would set apart what stands above it
    lead += _indented([line for line in one.opening if line is not None], column)
    first = 0
    while (line := body[first]) is None or line.lstrip().startswith("#"):
        first += 1
        if line is not None:
            lead.append(" " * column + line.lstrip())
    return [*lead, f"{' ' * column}-{' ' * (style.dash - 1)}{line[inner:]}", *body[first + 1 :]]


def _indented(comments: Iterable[Line], column: int) -> list[Line]:
    return [None if line is None else " " * column + line for line in comments]


def block_sign(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def block_lines(text: str, column: int) -> list[Line]:
    body = text[:-1] if text.endswith("\n") else text
    return [" " * column + line if line else "" for line in body.split("\n")]


def assemble(lines: Iterable[Line]) -> str:
    """The text of a whole file: never two empty lines between entries, none at the start, a line feed at the end."""
    out: list[str] = []
    gap = False
    for line in lines:
        if line is None:
            gap = bool(out)
            continue
        if gap:
            out.append("")
            gap = False
        out.append(line)
    return "".join(f"{line}\n" for line in out)


def flow_text(value: Any) -> str | None:
    """A plain value on one line between brackets; None if a text in it needs lines of its own."""
    if isinstance(value, dict):
        inner = [(flow_text(key), flow_text(item)) for key, item in value.items()]
        if any(item is None for _, item in inner):
            return None
        return "{" + ", ".join(f"{key}: {item}" for key, item in inner) + "}"
    if isinstance(value, list):
        items = [flow_text(item) for item in value]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    if isinstance(value, str) and is_block_text(value):
        return None
    return render(value, in_flow=True)


def rendered_like(value: Scalar, node: Node) -> str:
    """The text of a scalar that takes the place of another one: quotes stay what they were."""
    if isinstance(value, str) and node.style in ("'", '"') and "\n" not in value:
        if node.style == "'":
            return "'" + value.replace("'", "''") + "'"
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return render(value, in_flow=node.flow)
