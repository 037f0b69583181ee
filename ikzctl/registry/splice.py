"""Changes to single entries of a text as splices of whole lines; what they do not touch stays as it was written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ikzctl.registry.layout import (
    Piece,
    Style,
    block_lines,
    block_sign,
    comment_lines,
    flow_text,
    lines_of,
    piece_of,
    rendered_like,
)
from ikzctl.registry.nodes import Comment, Entry, Node, Tree
from ikzctl.registry.scalars import Scalar, is_block_text

MAX_FLOW_LINE = 120


@dataclass(frozen=True, slots=True)
class Splice:
    """Lines `first` up to, not including, `stop` give way to `lines`; `dropped` are comments that may go with them."""

    first: int
    stop: int
    lines: list[str]
    dropped: frozenset[Comment] = frozenset()

    def apply(self, lines: Sequence[str]) -> str:
        return "\n".join([*lines[: self.first], *self.lines, *lines[self.stop :]])


def apply_all(splices: Iterable[Splice], lines: Sequence[str]) -> str | None:
    """The text after all of them; None if two of them concern the same lines or the same gap."""
    parts: list[str] = []
    done = -1
    for splice in sorted(splices, key=lambda splice: (splice.first, splice.stop)):
        if splice.first <= done if splice.first == splice.stop else splice.first < done:
            return None
        parts += lines[max(done, 0) : splice.first]
        parts += splice.lines
        done = splice.stop
    return "\n".join([*parts, *lines[max(done, 0) :]])


def style_of(tree: Tree) -> Style:
    """How far this text indents: its first examples of each kind decide, the canonical form where there are none."""
    step = offset = dash = 0
    for entry in tree.walk():
        node = entry.node
        if node.kind == "scalar" or node.flow or not node.entries:
            continue
        distance = node.column - entry.column
        if entry.key is None:
            dash = dash or distance
        elif node.kind == "list":
            offset = offset or (distance + 1)  # 0 is a distance that people use
        else:
            step = step or distance
    return Style(step or 2, offset - 1 if offset else 2, dash or 2)


def comments_in(entry: Entry) -> Iterator[Comment]:
    """The comments inside an entry: below its key or dash, and at the ends of the lines there."""
    yield from entry.node.opening
    for inner in entry.node.entries:
        yield from inner.lead
        if inner.eol is not None:
            yield inner.eol
        yield from comments_in(inner)
    yield from entry.node.trailing


def _below(tree: Tree, entry: Entry) -> list[Comment]:
    """The comments of an entry below its value."""
    end = tree.end_of(entry.node)
    return [comment for comment in entry.node.trailing if comment.alone and comment.index > end]


def _distances(entry: Entry, comments: Iterable[Comment]) -> list[int]:
    return [comment.column - entry.column for comment in comments]


def last_line(tree: Tree, entry: Entry, without: Collection[Comment] = ()) -> int:
    """The last line of an entry with its comments, as far as they are not among those left out."""
    lines = [tree.line_of(tree.end_of(entry.node)), tree.line_of(entry.head_end)]
    lines += [comment.line for comment in comments_in(entry) if comment not in without]
    return max(lines)


def lead_line(tree: Tree, entry: Entry) -> int:
    """First of the comment lines directly above an entry and in its column, or its own; the head of the file is nobody's."""
    line = tree.line_of(entry.start)
    for comment in reversed(entry.lead):
        if comment.alone and comment.line == line - 1 and comment.column == entry.column:
            line -= 1
    return tree.line_of(entry.start) if line == 0 and entry is tree.root.entries[0] else line


def _before(tree: Tree, index: int) -> str:
    return tree.text[tree.line_starts[tree.line_of(index)] : index]


def behind_dash(tree: Tree, entry: Entry) -> bool:
    """True if something stands on the line before the entry, which can only be dashes."""
    return bool(_before(tree, entry.start).strip())


def _text(lines: list[str | None]) -> list[str]:
    return [line or "" for line in lines]


def set_scalar(tree: Tree, entry: Entry, value: Scalar, style: Style) -> Splice:
    """Another scalar in the place of a scalar, in the same quotes and with the same comment behind it."""
    node = entry.node
    first, last = tree.line_of(node.start), tree.line_of(node.end)
    before = _before(tree, node.start)
    if node.start == entry.head_end and tree.text[node.start - 1] in ":-":
        before += " "
    # behind a block stands no comment: it stands behind its sign
    behind = tree.text[node.end : tree.line_starts[last] + len(tree.lines[last])]
    if node.style in ("|", ">"):
        behind = f"  {entry.eol.text}" if entry.eol else ""
    if isinstance(value, str) and is_block_text(value):
        style = style.above(Piece(entry.key), _distances(entry, node.trailing))
        column = entry.column + (style.dash if entry.key is None else style.step)
        lines = [before + block_sign(value) + behind.rstrip(), *_text(block_lines(value, column))]
    else:
        lines = [before + rendered_like(value, node) + behind.rstrip()]
    return Splice(first, last + 1, lines)


def set_flow(tree: Tree, entry: Entry, value: object) -> Splice | None:
    """Another value between brackets on the same line; None if it does not fit there."""
    node = entry.node
    first, last = tree.line_of(node.start), tree.line_of(node.end)
    text = flow_text(value)
    commented = any(node.start <= comment.index < node.end for comment in tree.comments)
    if text is None or first != last or commented:
        return None
    line = _before(tree, node.start) + text + tree.lines[last][node.end - tree.line_starts[last] :]
    return Splice(first, last + 1, [line]) if len(line) <= MAX_FLOW_LINE else None


def unfold(tree: Tree, entry: Entry, style: Style) -> Splice:
    """A collection in brackets as one below the other, with its comments."""
    piece = piece_of(entry)
    inside = [comment for comment in entry.node.trailing if comment not in _below(tree, entry)]
    return replace_entry(tree, entry, replace(piece, lead=[], trailing=list(comment_lines(inside))), style)


def replace_entry(tree: Tree, entry: Entry, piece: Piece, style: Style) -> Splice:
    """Another value of another kind for the same key or item; its own comments stand below the new value."""
    opening, below = entry.node.opening, _below(tree, entry)
    first, last = tree.line_of(entry.start), last_line(tree, entry, below)
    before = _before(tree, entry.start)
    inside = [comment for comment in entry.lead if comment.line >= first]
    style = style.above(piece, _distances(entry, [*opening, *below]))
    piece.eol = entry.eol.text if entry.eol else ""
    if piece.key is None and piece.children:
        push_down(piece)
    lines = _text(lines_of([piece], entry.column, style))
    lines[0] = before + lines[0][entry.column :]
    above = [" " * entry.column + comment.text for comment in inside]
    lines += [tree.lines[comment.line] for comment in opening]
    return Splice(first, last + 1, above + lines, frozenset(comments_in(entry)) - {*opening, *below})


def push_down(piece: Piece) -> None:
    """The comment at the end of an item's line goes to the entry that stands on this line from now on."""
    eol, piece.eol = piece.eol, ""
    target = piece
    while target.children and (target is piece or target.key is None):
        target = target.children[0]
    if eol and not target.eol:
        target.eol = eol


def insert(tree: Tree, node: Node, index: int, piece: Piece, style: Style) -> Splice:
    """A new entry in a block collection that has entries."""
    lines = _text(lines_of([piece], node.column, style))
    if index == 0:
        first = node.entries[0]
        before = _before(tree, first.start)
        if before.strip():
            # the first entry stands behind a dash: the new one takes its place there
            line = tree.line_of(first.start)
            rest = " " * node.column + tree.lines[line][node.column :]
            return Splice(line, line + 1, [before + lines[0][node.column :], *lines[1:], rest])
        line = lead_line(tree, first)
    else:
        line = last_line(tree, node.entries[index - 1]) + 1
    return Splice(line, line, lines)


def remove(tree: Tree, owner: Entry | None, node: Node, index: int) -> Splice:
    """Take an entry out of a block collection, with the comment lines directly above it."""
    entry = node.entries[index]
    line = tree.line_of(entry.start)
    first, stop = lead_line(tree, entry), last_line(tree, entry) + 1
    own = [comment for comment in entry.lead if comment.line >= first]
    dropped = frozenset([*own, *comments_in(entry), *([entry.eol] if entry.eol else [])])
    if len(node.entries) == 1:
        return _empty(tree, owner, node, Splice(first, stop, [], dropped))
    before = _before(tree, entry.start)
    if not before.strip():
        return Splice(first, stop, [], dropped)
    following = node.entries[index + 1]
    if tree.line_of(following.start) == stop:
        # the next entry moves up behind the dash
        moved = before + tree.lines[stop][following.column :]
        return Splice(line, stop + 1, [moved], dropped)
    return Splice(line, stop, [before.rstrip()], dropped)


def _empty(tree: Tree, owner: Entry | None, node: Node, cut: Splice) -> Splice:
    sign = "[]" if node.kind == "list" else "{}"
    if owner is None:
        return replace(cut, lines=[sign])
    head = tree.line_of(owner.start)
    line = tree.text[tree.line_starts[head] : owner.head_end] + " " + sign
    behind = [comment for comment in (*owner.lead, owner.eol) if comment is not None and comment.line == head]
    line += "".join(f"  {comment.text}" for comment in behind)
    if cut.first <= head:
        return replace(cut, first=head, lines=[line])
    return replace(cut, first=head, lines=[line, *tree.lines[head + 1 : cut.first]])


def comment_above(tree: Tree, entry: Entry, comment: list[str]) -> Splice:
    line = tree.line_of(entry.start)
    column = len(tree.lines[line]) - len(tree.lines[line].lstrip())
    return Splice(line, line, [" " * column + text for text in comment])
