"""A text that loads without faults as a tree of entries that know their place in it and which comments are theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml.events import MappingStartEvent, ScalarEvent, SequenceStartEvent, StreamEndEvent

from ikzctl.registry.events import Parser
from ikzctl.registry.parsers import NextEvent, c_events, pure_events
from ikzctl.registry.scalars import Scalar, resolve

Kind = Literal["scalar", "map", "list"]

_COLON = re.compile(r" *:")
_BLOCK_HEADER = re.compile(r"[|>][-+]?([1-9])?[-+]?")


class ExplicitKeyError(Exception):
    """A key is written as `? key`; lines of such an entry cannot be told apart. The line counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` starts with `#`; `line` and `column` count from 0; `alone`: nothing else stands on the line."""

    text: str
    line: int
    column: int
    index: int
    alone: bool
    after_blank: bool


@dataclass(slots=True, eq=False)
class Node:
    """A value; `start` and `end` are indexes into the text, comments and blanks around it not included.

    `opening` and `trailing` are comments of the entry that stand between its head and what is inside, and below that.
    """

    kind: Kind
    flow: bool
    style: str
    start: int
    end: int = 0
    column: int = 0
    value: Scalar = None
    entries: list[Entry] = field(default_factory=list)
    opening: list[Comment] = field(default_factory=list)
    trailing: list[Comment] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value, or a list item; `start` is the key or the dash, `head_end` the end of its colon or dash."""

    key: str | None
    start: int
    head_end: int
    column: int
    node: Node
    after_blank: bool = False
    lead: list[Comment] = field(default_factory=list)
    eol: Comment | None = None


class Tree:
    """The entries of one text with their comments."""

    def __init__(self, text: str, parser: Parser = "fastest") -> None:
        self.text = text
        self.lines = text.split("\n")
        self.line_starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._solid: list[tuple[int, int]] = []
        self.root = self._read(parser)
        self.comments = list(self._find_comments())
        _Attach(self).run()

    def line_of(self, index: int) -> int:
        return bisect_right(self.line_starts, index) - 1

    def walk(self, node: Node | None = None) -> Iterator[Entry]:
        """Every entry in the order of the text."""
        for entry in (node or self.root).entries:
            yield entry
            yield from self.walk(entry.node)

    # -- building

    def _read(self, parser: Parser) -> Node:
        source = self.text.encode("utf-8")
        get_event = c_events(source) if parser == "fastest" else None
        if get_event is not None:
            try:
                return self._build(get_event)
            except ExplicitKeyError:
                raise
            except Exception:
                # the C parser refuses some texts that the reference, the pure parser, has accepted
                self._solid.clear()
        return self._build(pure_events(source))

    def _build(self, get_event: NextEvent) -> Node:
        event = get_event()
        while event.__class__ is not MappingStartEvent:
            if event.__class__ is StreamEndEvent:
                raise ValueError("only what the loader has read has a tree")
            event = get_event()
        root = Node("map", bool(event.flow_style), "", event.start_mark.index, column=event.start_mark.column)
        stack = [root]
        key: Any = None
        while stack:
            event = get_event()
            node = stack[-1]
            if event.__class__ is ScalarEvent and node.kind == "map" and key is None:
                key = event
            elif event.__class__ in (ScalarEvent, MappingStartEvent, SequenceStartEvent):
                child = self._add(node, key, event)
                key = None
                if child.kind != "scalar":
                    stack.append(child)
            else:
                self._close(stack.pop(), event)
        # where the data ends: at the end of the text or at `...`
        self.end = event.start_mark.index
        while event.__class__ is not StreamEndEvent:
            event = get_event()
        return root

    def _add(self, node: Node, key: Any, event: Any) -> Node:
        start = event.start_mark.index
        if event.__class__ is ScalarEvent:
            style = event.style or ""
            value = event.value if style else resolve(event.value)[0]
            child = Node("scalar", node.flow, style, start, event.end_mark.index, value=value)
        else:
            kind: Kind = "map" if event.__class__ is MappingStartEvent else "list"
            child = Node(kind, bool(event.flow_style), "", start, start, column=event.start_mark.column)
        if key is not None:
            self._solid.append((key.start_mark.index, key.end_mark.index))
            entry = self._key_entry(node, key, child)
        elif node.flow:
            entry = Entry(None, start, start, event.start_mark.column, child)
        else:
            dash = self._dash(node)
            entry = Entry(None, dash, dash + 1, node.column, child)
        if child.kind == "scalar":
            self._measure(entry, child, empty=not child.style and event.value == "")
        first = self.line_of(entry.start)
        entry.after_blank = self._is_blank(first - 1) and not self.text[self.line_starts[first] : entry.start].strip()
        node.entries.append(entry)
        return child

    def _key_entry(self, node: Node, key: Any, child: Node) -> Entry:
        colon = _COLON.match(self.text, key.end_mark.index)
        if colon is None and not node.flow:
            raise ExplicitKeyError(key.start_mark.line + 1)
        head_end = colon.end() if colon else key.end_mark.index
        return Entry(key.value, key.start_mark.index, head_end, key.start_mark.column, child)

    def _dash(self, node: Node) -> int:
        if not node.entries:
            return node.start
        line = self.line_of(self.end_of(node.entries[-1].node)) + 1
        while not self.lines[line].lstrip().startswith("-"):
            line += 1
        return self.line_starts[line] + node.column

    def end_of(self, node: Node) -> int:
        """Index behind the last character of a value, for block collections that of their last entry."""
        while node.kind != "scalar" and not node.flow and node.entries:
            node = node.entries[-1].node
        return node.end

    def _measure(self, entry: Entry, node: Node, empty: bool) -> None:
        if empty:
            # the parsers place a value that is not written anywhere between here and the next token
            node.start = node.end = entry.head_end
        elif node.style in ("|", ">"):
            header = _BLOCK_HEADER.match(self.text, node.start)
            assert header is not None  # noqa: S101 - the parser saw it
            self._solid.append((node.start, header.end()))
            first = self.line_of(node.start) + 1
            last = self._block_end(first, entry.column, int(header.group(1) or 0))
            node.end = header.end()
            if last >= first:
                node.end = self.line_starts[last] + len(self.lines[last])
                self._solid.append((self.line_starts[first], node.end))
        else:
            self._solid.append((node.start, node.end))

    def _block_end(self, first: int, parent: int, indicator: int) -> int:
        """Last line with text of the block that starts at line `first`; first - 1 if there is none."""
        indent = parent + indicator if indicator else 0
        last, widest = first - 1, 0
        for number in range(first, len(self.lines)):
            line = self.lines[number]
            if not line.strip(" "):
                # above the text a line of blanks says as well how far in the text stands; what follows less far in is none of it
                widest = max(widest, len(line))
                continue
            own = len(line) - len(line.lstrip(" "))
            indent = indent or max(own, widest)
            if own < indent or own <= parent:
                break
            last = number
        return last

    def _close(self, node: Node, event: Any) -> None:
        if not node.flow:
            return
        end = event.end_mark.index
        pair = node.entries and self.text[end - 1 : end] not in ("]", "}")
        node.end = self.end_of(node.entries[-1].node) if pair else end

    # -- comments

    def _is_blank(self, line: int) -> bool:
        return line >= 0 and not self.lines[line].strip()

    def _find_comments(self) -> Iterator[Comment]:
        at = 0
        for start, end in [*self._solid, (len(self.text), len(self.text))]:
            index = self.text.find("#", at, start)
            while index >= 0:
                line = self.line_of(index)
                before = self.text[self.line_starts[line] : index]
                stop = self.line_starts[line] + len(self.lines[line])
                alone = not before.strip()
                text = self.text[index:stop].rstrip()
                yield Comment(text, line, len(before), index, alone, alone and self._is_blank(line - 1))
                index = self.text.find("#", stop, start)
            at = max(at, end)


class _Attach:
    """Gives every comment to the entry it speaks about, going through entries and comments in the order of the text."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.waiting = list(reversed(tree.comments))
        self.following = list(reversed(list(tree.walk())))

    def run(self) -> None:
        self._children(self.tree.root)
        self.tree.root.trailing += self._take(len(self.tree.text) + 1)

    def _take(self, until: int) -> list[Comment]:
        taken = []
        while self.waiting and self.waiting[-1].index < until:
            taken.append(self.waiting.pop())
        return taken

    def _children(self, node: Node) -> None:
        previous: Entry | None = None
        for entry in node.entries:
            for comment in self._take(entry.start):
                if not comment.alone and previous is not None and previous.eol is None and node.flow:
                    previous.eol = comment
                else:
                    entry.lead.append(comment)
            self.following.pop()
            self._entry(entry)
            if self.waiting and not node.flow:
                self._below(entry)
            previous = entry

    def _entry(self, entry: Entry) -> None:
        node = entry.node
        if node.kind == "scalar":
            # between a key and its value there is no place for comments in the canonical form
            entry.lead += self._take(node.start)
            header = _BLOCK_HEADER.match(self.tree.text, node.start) if node.style in ("|", ">") else None
            self._end_of_line(entry, header.end() if header else node.end)
            return
        inside = len(self.waiting)
        first = node.entries[0].start if node.entries else self.tree.end_of(node)
        for comment in self._take(first):
            if node.entries and comment.alone:
                below = node.entries[0]
                deeper = comment.column > below.column and not node.flow and not below.lead
                (node.opening if deeper else below.lead).append(comment)
            elif node.entries and entry.key is None:
                # the canonical form has no place behind a dash alone
                entry.lead.append(comment)
            elif entry.eol is None and not comment.alone:
                entry.eol = comment
            else:
                entry.lead.append(comment)
        self._children(node)
        if node.flow:
            self._flow_end(entry, commented=len(self.waiting) < inside)

    def _end_of_line(self, entry: Entry, end: int) -> None:
        if self._speaks_about(end):
            if entry.eol is not None:
                entry.lead.append(entry.eol)
            entry.eol = self.waiting.pop()

    def _speaks_about(self, end: int) -> bool:
        """True if the next comment stands on the line of what ends here, with nothing but a comma between them."""
        if not self.waiting or self.waiting[-1].alone:
            return False
        between = self.tree.text[end : self.waiting[-1].index]
        return not between.strip(" ,")

    def _flow_end(self, entry: Entry, commented: bool) -> None:
        node = entry.node
        last = node.entries[-1] if node.entries else None
        for comment in self._take(node.end):
            if not comment.alone and last is not None and last.eol is None:
                last.eol = comment
            else:
                node.trailing.append(comment)
        if not self._speaks_about(node.end):
            return
        if commented or entry.eol is not None:
            # above the list it would change places with the comments inside
            if last is not None and last.node.kind == "scalar" and last.eol is None and not node.trailing:
                last.eol = self.waiting.pop()
            else:
                node.trailing.append(self.waiting.pop())
        elif entry.key is None and node.entries:
            entry.lead.append(self.waiting.pop())
        else:
            entry.eol = self.waiting.pop()

    def _below(self, entry: Entry) -> None:
        """Comments below an entry are its own as long as they stand further in than it and than what follows."""
        following = self.following[-1] if self.following else None
        until = following.start if following else self.tree.end
        least = max(entry.column, following.column if following else 0)
        while self.waiting and self.waiting[-1].index < until and self.waiting[-1].column > least:
            entry.node.trailing.append(self.waiting.pop())
