"""The canonical form of a file: for data that is written new, and for text that people wrote (`fmt`)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from ikzctl.model.errors import UserError
from ikzctl.model.findings import FieldPath
from ikzctl.registry.events import ESCAPED, Parser, load
from ikzctl.registry.layout import Line, Piece, assemble, comment_lines, lines_of, piece, piece_of, plain, same
from ikzctl.registry.nodes import ExplicitKeyError, Tree

# field path of a mapping → its keys in the order of the schema; keys it does not name stand at the end
KeyOrder = Callable[[FieldPath], tuple[str, ...]]

COMMENT_WIDTH = 100
_MENDABLE = ("IKZ-Y003", "IKZ-Y004")


def dump(
    data: Mapping[str, Any], comments: Mapping[FieldPath, str] | None = None, key_order: KeyOrder | None = None
) -> str:
    """Plain data as a new file; a comment stands above the entry of its path, that of `()` at the head of the file.

    Raises UserError if the data holds a text that no registry file may hold, ValueError for a comment without entry.
    """
    comments = comments or {}
    wanted = plain(data)
    top = piece(None, wanted)
    pieces = {(): top, **dict(_paths(top, ()))}
    for path, text in comments.items():
        if path not in pieces:
            raise ValueError(f"comment for {path!r}, which the data does not hold")
        if path:
            pieces[path].lead.extend(comment_text(text, 2 * (len(path) - 1)))
    head: list[Line] = [*comment_text(comments[()], 0), None] if () in comments else []
    text = assemble([*head, *_body(top, key_order)])
    loaded = load(text.encode("utf-8", "surrogatepass"), "")
    if loaded.findings:
        first = loaded.findings[0]
        # the escape is ours, nobody typed it
        raise UserError(f"So kann der Eintrag nicht gespeichert werden: {first.message.replace(ESCAPED, '')}")
    if not same(loaded.data, wanted, ordered=False):
        raise AssertionError("what was written does not read back as what was meant")
    return text


def comment_text(text: str, column: int) -> list[Line]:
    """A German sentence as comment lines of readable width."""
    width = COMMENT_WIDTH - column - 2
    wrapped = [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return [f"# {line}".rstrip() for line in wrapped]


def _paths(one: Piece, path: FieldPath) -> list[tuple[FieldPath, Piece]]:
    found = []
    for number, child in enumerate(one.children or ()):
        inner: FieldPath = (*path, number if child.key is None else child.key)
        found += [(inner, child), *_paths(child, inner)]
    return found


def sort_keys(one: Piece, path: FieldPath, key_order: KeyOrder) -> None:
    """Bring the keys of every mapping into the order of the schema; unknown ones follow as they stood."""
    if one.children is None:
        return
    for number, child in enumerate(one.children):
        sort_keys(child, (*path, number if child.key is None else child.key), key_order)
    if not one.is_list:
        ranks = {key: rank for rank, key in enumerate(key_order(path))}
        one.children.sort(key=lambda child: ranks.get(child.key or "", len(ranks)))


def fmt(content: bytes, key_order: KeyOrder | None = None, parser: Parser = "fastest") -> str:
    """The canonical form of an existing text; every comment and every value stays.

    Raises UserError, naming the line, if the text has faults or if its form cannot be changed without losing something.
    """
    text = content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    loaded = load(content, "", parser)
    faults = [finding for finding in loaded.findings if finding.code not in _MENDABLE]
    if faults or loaded.data is None:
        raise _by_hand(faults[0].pointer.line, faults[0].message)
    if not loaded.findings and _written(loaded.data, key_order) == text:
        # nearly all files of a registry: no comment, no empty line, and nothing to do
        return text
    try:
        tree = Tree(text, parser)
    except ExplicitKeyError as trouble:
        raise _by_hand(trouble.line, "Bitte „? schluessel“ als „schluessel: wert“ schreiben.") from None
    formatted = _layout(tree, key_order)
    if formatted.encode("utf-8") != content:
        _compare(tree, loaded.data, formatted, key_order is not None, parser)
    return formatted


def _written(data: dict[str, Any], key_order: KeyOrder | None) -> str:
    """The canonical form of plain data without comments."""
    return assemble(_body(piece(None, data), key_order))


def _body(top: Piece, key_order: KeyOrder | None) -> list[Line]:
    if key_order is not None:
        sort_keys(top, (), key_order)
    return lines_of(top.children, 0) if top.children else ["{}"]


def _layout(tree: Tree, key_order: KeyOrder | None) -> str:
    pieces = [piece_of(entry) for entry in tree.root.entries]
    head: list[Line] = []
    if pieces:
        # what an empty line sets apart from the first key speaks about the file
        lead = pieces[0].lead
        cut = max((number for number, line in enumerate(lead) if line is None), default=-1) + 1
        head, pieces[0].lead = lead[:cut], lead[cut:]
    top = Piece(None, children=pieces, trailing=list(comment_lines(tree.root.trailing)))
    return assemble([*head, *_body(top, key_order), *top.trailing])


def _compare(tree: Tree, data: dict[str, Any], formatted: str, sorted_keys: bool, parser: Parser) -> None:
    """Never trust the writer: same data, same comments, or nothing is changed."""
    again = load(formatted.encode("utf-8"), "", parser)
    before = [comment.text for comment in tree.comments]
    if again.findings or not same(again.data, data, ordered=not sorted_keys):
        # the place in the other text means nothing to whoever has this one
        why = f" Danach: {again.findings[0].message}" if again.findings else ""
        raise _by_hand(1, f"Diese Datei lässt sich nicht selbsttätig umstellen.{why}")
    after = [comment.text for comment in Tree(formatted, parser).comments]
    if sorted_keys:
        before, after = sorted(before), sorted(after)
    if before != after:
        first = next((c for c in tree.comments if c.text not in after), tree.comments[0])
        raise _by_hand(first.line + 1, "Der Kommentar in dieser Zeile ginge verloren. Bitte über den Eintrag setzen.")


def _by_hand(line: int, message: str) -> UserError:
    return UserError(f"Zeile {line}: {message}", hint="Es wurde nichts geändert.")
