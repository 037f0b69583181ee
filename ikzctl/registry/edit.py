"""Changes to files that people write: only the lines concerned change, and every step is checked before it counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from ikzctl.model.changes import AppendItem, NewFile, RemoveValue, SetValue
from ikzctl.model.errors import UserError, WriteRefused
from ikzctl.model.findings import FieldPath
from ikzctl.registry.canonical import KeyOrder, comment_text, dump, fmt, sort_keys
from ikzctl.registry.events import Loaded, Parser, load
from ikzctl.registry.layout import Piece, lines_of, piece, plain, same
from ikzctl.registry.nodes import Comment, Entry, ExplicitKeyError, Node, Tree
from ikzctl.registry.outline import Outline, Unclear
from ikzctl.registry.parsers import NotYaml
from ikzctl.registry.splice import (
    Splice,
    apply_all,
    behind_dash,
    comment_above,
    insert,
    last_line,
    lead_line,
    remove,
    replace_entry,
    set_flow,
    set_scalar,
    style_of,
    unfold,
)

TextEdit = SetValue | AppendItem | RemoveValue


def render_new(edit: NewFile, key_order: KeyOrder | None = None) -> bytes:
    """The bytes of a new file in canonical form."""
    try:
        return dump(edit.data, edit.comments, key_order).encode("utf-8")
    except UserError as trouble:
        raise WriteRefused(f"{edit.path}: {trouble.message}") from None


def apply(
    content: bytes, edits: Sequence[TextEdit], key_order: KeyOrder | None = None, parser: Parser = "fastest"
) -> bytes:
    """The text after all edits, made one after the other; raises WriteRefused and names the line if one cannot be made.

    A path that does not exist is created by SetValue and AppendItem as far as mappings are concerned; RemoveValue and a
    list position that is not there are refused.
    """
    if not edits:
        return content
    document = Document(content, edits[0].path, key_order, parser)
    if len(edits) > 1 and document.made_at_once(edits):
        return document.text.encode("utf-8")
    for edit in edits:
        try:
            document.make(edit)
        except WriteRefused:
            _require_writable(edit)
            raise
    return document.text.encode("utf-8")


def _require_writable(edit: TextEdit) -> None:
    """If no file may hold the new value, that is what has to be said, and not where it was to stand."""
    if not isinstance(edit, RemoveValue):
        try:
            dump({"x": edit.value})
        except UserError as trouble:
            raise WriteRefused(f"{trouble.message} Es wurde nichts geändert.") from None


# the sign that begins a long text, at the end of its line
_LONG_TEXT = re.compile(r"(?<= )([|>][0-9]?)\+?(?= *(?: #.*)?$)")


def _stripped(text: str) -> str:
    """The text with the sign of its last long text saying that its last line has no end."""
    lines = text.split("\n")
    number = next((n for n in reversed(range(len(lines))) if _LONG_TEXT.search(lines[n])), 0)
    lines[number] = _LONG_TEXT.sub(r"\1-", lines[number])
    return "\n".join(lines)


class Document:
    """A text that changes step by step; `loaded`, `data` and `tree` always belong to `text`.

    Every step is tried by the marks of the loader first, which costs one more load of the new text. What is not written
    plainly enough for that is done by the tree of all entries, built only then.
    """

    def __init__(self, content: bytes, file: str, key_order: KeyOrder | None, parser: Parser) -> None:
        self.file = file
        self.key_order = key_order
        self.parser = parser
        loaded = load(content, file, parser)
        if loaded.findings or loaded.data is None:
            first = loaded.findings[0]
            raise WriteRefused(
                f"{file}, Zeile {first.pointer.line}: Die Datei hat einen Fehler und wird deshalb nicht geändert. "
                f"{first.message}"
            )
        self._take(*self._ended(content.decode("utf-8"), loaded))

    def _ended(self, text: str, loaded: Loaded) -> tuple[str, Loaded]:
        """The text with an end to its last line; where that would become part of a long text, its sign takes it off again."""
        if text.endswith("\n"):
            return text, loaded
        for whole in (f"{text}\n", f"{_stripped(text)}\n"):
            again = load(whole.encode("utf-8"), self.file, self.parser)
            if not again.findings and same(again.data, loaded.data):
                return whole, again
        raise self._refused(text.count("\n") + 1, "am Ende der Datei fehlt das Zeilenende; ikzctl fmt ergänzt es")

    def _take(self, text: str, loaded: Loaded, tree: Tree | None = None) -> None:
        self.text = text
        self.loaded = loaded
        self.data: Any = loaded.data
        self._built = tree

    @property
    def tree(self) -> Tree:
        if self._built is None:
            self._built = self._tree(self.text)
        return self._built

    def _tree(self, text: str) -> Tree:
        try:
            return Tree(text, self.parser)
        except ExplicitKeyError as trouble:
            raise self._refused(trouble.line, "bitte „? schluessel“ als „schluessel: wert“ schreiben") from None

    def _refused(self, line: int, what: str) -> WriteRefused:
        return WriteRefused(
            f"{self.file}, Zeile {line}: Diese Stelle lässt sich nicht selbsttätig ändern ({what}). "
            "Es wurde nichts geändert; bitte hier von Hand ändern."
        )

    # -- what can be asked for

    def make(self, edit: TextEdit) -> None:
        if isinstance(edit, RemoveValue):
            self.remove(edit.target)
        elif isinstance(edit, AppendItem):
            self.append(edit.target, plain(edit.value), edit.comment)
        else:
            self.put(edit.target, plain(edit.value), edit.comment)

    def made_at_once(self, edits: Sequence[TextEdit]) -> bool:
        """True if all edits could be made with one load of the new text: each is told from the marks, in lines of its own.

        One after the other costs a load each, which for a thousand posts of one pool is half a minute.
        """
        new = self.data
        paths: dict[FieldPath, None] = {}
        splices: list[Splice] = []
        try:
            outline = Outline(self.text, self.loaded)
            for edit in edits:
                if not isinstance(edit, SetValue) or edit.comment is not None or not edit.target:
                    return False
                path, value = edit.target, plain(edit.value)
                if any(path[:length] in paths for length in range(len(path))):
                    return False
                if same(self._get(path), value):
                    continue
                splices.append(self._set_or_added(outline, path, value))
                new, container = _copied(new, path[:-1])
                container[path[-1]] = value
                paths[path] = None
        except Unclear:
            return False
        return self._taken(outline, splices, new, paths)

    def _set_or_added(self, outline: Outline, path: FieldPath, value: Any) -> Splice:
        if self._get(path) is not _MISSING:
            return outline.set(path, value, self._piece(path, value))
        parent, key = self._get(path[:-1]), path[-1]
        if not isinstance(parent, dict) or not isinstance(key, str):
            raise Unclear
        return self._added(outline, path, self._rank(path[:-1], parent, key), value, None)

    def put(self, path: FieldPath, value: Any, comment: str | None = None) -> None:
        old = self._get(path)
        if old is _MISSING:
            self._add(path, value, comment)
            return
        self._change(path, old, value)
        if comment is not None and path:
            self._comment(path, comment)

    def append(self, path: FieldPath, value: Any, comment: str | None = None) -> None:
        old = self._get(path)
        if old is _MISSING or old is None:
            self._new_list(path, value, comment)
        elif isinstance(old, list):
            self._add((*path, len(old)), value, comment)
        else:
            raise self._refused(self._line(path), "hier steht keine Liste")

    def remove(self, path: FieldPath) -> None:
        if not path or self._get(path) is _MISSING:
            raise self._refused(self._line(path), "der Eintrag ist nicht da")
        new, container = _copied(self.data, path[:-1])
        del container[path[-1]]
        if self.done_plainly(lambda outline: outline.remove(path), new, path):
            return
        if self._through_brackets(path[:-1], new):
            return
        node = self._node(path[:-1])
        owner = self._entry(path[:-1]) if len(path) > 1 else None
        self._do(remove(self.tree, owner, node, _index(node, path[-1])), new, path)

    # -- how it is done

    def _comment(self, path: FieldPath, comment: str) -> None:
        if self.done_plainly(lambda outline: outline.comment(path, comment), self.data, path):
            return
        self._through_brackets(path[:-1], self.data, keep=False)
        entry = self._entry(path)
        splice = comment_above(self.tree, entry, [str(line) for line in comment_text(comment, entry.column)])
        self._do(splice, self.data, path)

    def _new_list(self, path: FieldPath, value: Any, comment: str | None) -> None:
        if comment is None:
            self.put(path, [value])
            return
        # first the list, empty, then the item together with its comment
        self.put(path, [])
        self._add((*path, 0), value, comment)

    def _change(self, path: FieldPath, old: Any, new: Any) -> None:
        if same(old, new):
            return
        if isinstance(old, dict) and isinstance(new, dict) and old and new and not old.keys().isdisjoint(new):
            for key in [key for key in old if key not in new]:
                self.remove((*path, key))
            for key, value in new.items():
                self.put((*path, key), value)
        elif isinstance(old, list) and isinstance(new, list) and old and new:
            self._change_list(path, old, new)
        else:
            self._replace(path, new)

    def _change_list(self, path: FieldPath, old: list[Any], new: list[Any]) -> None:
        """What is equal at both ends stays untouched; in between item takes the place of item."""
        shorter = min(len(old), len(new))
        head = 0
        while head < shorter and same(old[head], new[head]):
            head += 1
        tail = 0
        while tail < shorter - head and same(old[-1 - tail], new[-1 - tail]):
            tail += 1
        for index in range(head, shorter - tail):
            self.put((*path, index), new[index])
        for index in reversed(range(shorter - tail, len(old) - tail)):
            self.remove((*path, index))
        for index in range(shorter - tail, len(new) - tail):
            self._add((*path, index), new[index], None)

    def _replace(self, path: FieldPath, value: Any) -> None:
        if not path:
            raise self._refused(1, "die ganze Datei ist gemeint")
        new, container = _copied(self.data, path[:-1])
        container[path[-1]] = value
        if self.done_plainly(lambda outline: outline.set(path, value, self._piece(path, value)), new, path):
            return
        if self._through_brackets(path[:-1], new):
            return
        entry = self._entry(path)
        style = style_of(self.tree)
        if entry.node.kind == "scalar" and not isinstance(value, dict | list):
            splice = set_scalar(self.tree, entry, value, style)
        else:
            splice = replace_entry(self.tree, entry, self._piece(path, value), style)
        self._do(splice, new, path)

    def _add(self, path: FieldPath, value: Any, comment: str | None) -> None:
        last = path[-1]
        parent = self._get(path[:-1])
        if parent is _MISSING or parent is None:
            if isinstance(last, int):
                raise self._refused(self._line(path), "diese Liste gibt es nicht")
            if comment is None:
                self.put(path[:-1], {last: value})
                return
            self.put(path[:-1], parent := {})
        if not isinstance(parent, list if isinstance(last, int) else dict):
            raise self._refused(self._line(path), "hier steht ein Wert anderer Art")
        if isinstance(last, int) and not 0 <= last <= len(parent):
            raise self._refused(self._line(path), "diese Stelle der Liste gibt es nicht")
        new, container = _copied(self.data, path[:-1])
        _insert(container, last, value)
        index = last if isinstance(last, int) else self._rank(path[:-1], parent, last)
        if self.done_plainly(lambda outline: self._added(outline, path, index, value, comment), new, path):
            return
        if self._through_brackets(path[:-1], new, keep=comment is None):
            return
        self._do(self._insertion(path, index, self._piece(path, value, comment)), new, path)

    def _added(self, outline: Outline, path: FieldPath, index: int, value: Any, comment: str | None) -> Splice:
        one = self._piece(path, value, comment)
        container = self._get(path[:-1])
        if container or len(path) == 1:
            return outline.add(path[:-1], index, one)
        owner = Piece(_key(path[:-1]), children=[one], is_list=isinstance(container, list))
        return outline.set(path[:-1], container, owner)

    def _insertion(self, path: FieldPath, index: int, one: Piece) -> Splice:
        node = self._node(path[:-1])
        style = style_of(self.tree)
        if node.entries:
            if index == 0 and one.lead and behind_dash(self.tree, node.entries[0]):
                # a comment cannot stand between a dash and the first key; the second place has to do
                index = 1
            return insert(self.tree, node, index, one, style)
        if len(path) > 1:
            owner = self._entry(path[:-1])
            return replace_entry(self.tree, owner, Piece(owner.key, children=[one], is_list=node.kind == "list"), style)
        line = self.tree.line_of(node.start)
        return Splice(line, line + 1, [text or "" for text in lines_of([one], 0, style)])

    def _through_brackets(self, path: FieldPath, new: dict[str, Any], keep: bool = True) -> bool:
        """True if the change was made between brackets; otherwise none are left on the way to `path`."""
        if self.tree.root.flow and self.tree.root.entries:
            self._accept(
                fmt(self.text.encode("utf-8"), None, self.parser),
                self.data,
                frozenset(),
                set(range(len(self.tree.lines))),
            )
        for depth in range(1, len(path) + 1):
            outer = self._entry(path[:depth])
            if not outer.node.flow or outer.node.kind == "scalar" or not outer.node.entries:
                continue
            splice = set_flow(self.tree, outer, _get(new, path[:depth])) if keep else None
            if splice is not None:
                self._do(splice, new, path[:depth])
                return True
            self._do(unfold(self.tree, outer, style_of(self.tree)), self.data, path[:depth])
            return False
        return False

    def _piece(self, path: FieldPath, value: Any, comment: str | None = None) -> Piece:
        one = piece(_key(path), value)
        if self.key_order is not None:
            sort_keys(one, path, self.key_order)
        if comment is not None:
            one.lead = comment_text(comment, 2 * len(path) - 2)
        return one

    def _rank(self, path: FieldPath, keys: Collection[str], key: str) -> int:
        """Where a new key goes: behind the last key that the schema names before it, else to the end."""
        order = self.key_order(path) if self.key_order is not None else ()
        if key not in order:
            return len(keys)
        earlier = set(order[: order.index(key)])
        return max((place + 1 for place, other in enumerate(keys) if other in earlier), default=0)

    # -- looking things up

    def _get(self, path: FieldPath) -> Any:
        return _get(self.data, path)

    def _entry(self, path: FieldPath) -> Entry:
        node = self._node(path[:-1])
        return node.entries[_index(node, path[-1])]

    def _node(self, path: FieldPath) -> Node:
        node = self.tree.root
        for part in path:
            node = node.entries[_index(node, part)].node
        return node

    def _line(self, path: FieldPath) -> int:
        """Line, from 1, of the field or of its nearest ancestor that is there."""
        while path and self._get(path) is _MISSING:
            path = path[:-1]
        return self.tree.line_of(self._entry(path).start) + 1 if path else 1

    # -- never trust the writer

    def done_plainly(self, edit: Callable[[Outline], Splice], new: Any, path: FieldPath) -> bool:
        """True if the marks alone were enough for this change and the new text means what it should.

        Before and behind the lines of the splice the text is the same, byte by byte, because it is made of slices of the
        old one. If the data is as wanted, no comment there can have become part of a value. What is left to look at are
        the comments in the lines that gave way to others; only a removed entry takes its comments along.
        """
        try:
            outline = Outline(self.text, self.loaded)
            splice = edit(outline)
        except Unclear:
            return False
        return self._taken(outline, [splice], new, [path])

    def _taken(self, outline: Outline, splices: Sequence[Splice], new: Any, paths: Iterable[FieldPath]) -> bool:
        text = apply_all(splices, outline.lines)
        if text is None:
            return False
        loaded = load(text.encode("utf-8", "surrogatepass"), self.file, self.parser)
        if loaded.findings or loaded.data != new:
            return False
        # where nothing was to change, the same bytes were read; `same` tells 1, 1.0 and true apart in what is new
        for path in paths:
            wanted = _get(new, path)
            if wanted is not _MISSING and not same(_get(loaded.data, path), wanted, ordered=False):
                return False
        for splice in splices:
            replaced = outline.lines[splice.first : splice.stop]
            if splice.lines and not self._keeps_comments(replaced, splice.lines):
                return False
        self._take(text, loaded)
        return True

    def _keeps_comments(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """True if all comments in the lines of one entry are in its new lines, too."""
        if not any("#" in line for line in old):
            return True
        # below a key these lines are a text of their own; a blank in an empty one might be more than stands before a long text
        texts = ("".join(["k:\n", *(f" {line}\n" if line else "\n" for line in lines)]) for lines in (old, new))
        try:
            one, other = (Tree(text, self.parser) for text in texts)
        except NotYaml:
            return False
        return _in_order([comment.text for comment in one.comments], [comment.text for comment in other.comments])

    def _do(self, splice: Splice, new: dict[str, Any], path: FieldPath) -> None:
        self._accept(splice.apply(self.tree.lines), new, splice.dropped, self._concerned(path))

    def _concerned(self, path: FieldPath) -> set[int]:
        """The lines that a change at `path` may touch: those of the entry, of its key, and of what shares a dash with it."""
        lines: set[int] = set()
        if self._get(path) is not _MISSING:
            entry = self._entry(path)
            lines |= set(range(lead_line(self.tree, entry), last_line(self.tree, entry) + 1))
        if len(path) > 1:
            lines.add(self.tree.line_of(self._entry(path[:-1]).start))
            lines.add(self.tree.line_of(self._entry(path[:-1]).node.start))
        node = self._node(path[:-1])
        if not node.entries:
            lines.add(self.tree.line_of(node.start))
        elif behind_dash(self.tree, node.entries[0]):
            lines |= {self.tree.line_of(entry.start) for entry in node.entries[:2]}
        return lines

    def _accept(self, text: str, data: dict[str, Any], dropped: frozenset[Comment], concerned: set[int]) -> None:
        """Same data plus the change, every other comment still there and in order, no other line touched: or nothing."""
        line = min(concerned, default=0) + 1
        loaded = load(text.encode("utf-8", "surrogatepass"), self.file, self.parser)
        if loaded.findings or loaded.data is None:
            raise self._refused(line, f"danach: {loaded.findings[0].message}")
        if not same(loaded.data, data, ordered=False):
            raise self._refused(line, "danach stünde etwas anderes da als gemeint")
        tree = self._tree(text)
        kept = [comment.text for comment in self.tree.comments if comment not in dropped]
        if not _in_order(kept, [comment.text for comment in tree.comments]):
            raise self._refused(line, "ein Kommentar ginge verloren")
        untouched = [text for number, text in enumerate(self.tree.lines) if number not in concerned]
        if not _in_order(untouched, tree.lines):
            raise self._refused(line, "eine andere Zeile würde sich ändern")
        self._take(text, loaded, tree)


def _in_order(some: Sequence[str], among: Sequence[str]) -> bool:
    """True if all of `some` occur in `among` in this order."""
    rest = iter(among)
    return all(one in rest for one in some)


def _key(path: FieldPath) -> str | None:
    """The key of the entry at `path`; None for an item of a list."""
    return path[-1] if isinstance(path[-1], str) else None


def _copied(data: Any, path: FieldPath) -> tuple[Any, Any]:
    """The data with copies of all collections on the way to `path`, and the last of these copies, which may be changed."""
    top = container = data.copy()
    for part in path:
        container[part] = container = container[part].copy()
    return top, container


def _get(value: Any, path: FieldPath) -> Any:
    for part in path:
        keyed = isinstance(value, dict) and part in value
        listed = isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value)
        if not keyed and not listed:
            return _MISSING
        value = value[part]
    return value


def _insert(container: Any, part: str | int, value: Any) -> None:
    if isinstance(part, int):
        container.insert(part, value)
    else:
        container[part] = value


def _index(node: Node, part: str | int) -> int:
    if isinstance(part, int):
        return part
    return next(number for number, entry in enumerate(node.entries) if entry.key == part)


_MISSING: Any = object()
