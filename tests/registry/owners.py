"""Whose a comment is (decision 0009), told from the places of entries and comments alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from ikzctl.model.findings import FieldPath
from ikzctl.registry.nodes import Comment, Entry, Node, Tree

NOTHING_BELOW = -1


class Place(NamedTuple):
    path: FieldPath
    entry: Entry
    line: int


def owners(text: str, without: Collection[str] = ()) -> dict[str, FieldPath | None]:
    """The path of the owner of every comment that has a line of its own outside of brackets; None: it is nobody's.

    At the head of the file the owner is (): nothing tells whether the file is meant or its first entry.
    """
    tree = Tree(text)
    places = list(_places(tree, tree.root, ()))
    comments = [comment for comment in tree.comments if comment.alone and comment.text not in without]
    found: dict[str, FieldPath | None] = {}
    for place, following in zip([None, *places], [*places, None], strict=True):
        gap = [comment for comment in comments if _between(comment, place, following)]
        chain = [other for other in places if place and place.path[: len(other.path)] == other.path]
        for number, comment in enumerate(gap):
            found[comment.text] = _owner(gap, number, chain, following)
    return found


def _places(tree: Tree, node: Node, path: FieldPath) -> Iterator[Place]:
    for number, entry in enumerate(node.entries):
        inner: FieldPath = (*path, number if entry.key is None else entry.key)
        yield Place(inner, entry, tree.line_of(entry.start))
        if not entry.node.flow:
            yield from _places(tree, entry.node, inner)


def _between(comment: Comment, place: Place | None, following: Place | None) -> bool:
    if following is not None and comment.index > following.entry.start:
        return False
    if place is None:
        return True
    node = place.entry.node
    return comment.index > (node.end if node.flow or node.kind == "scalar" else place.entry.start)


def _owner(gap: list[Comment], number: int, chain: list[Place], following: Place | None) -> FieldPath | None:
    # a comment closes the entries that it does not stand further in than, as an entry would
    least = min(comment.column for comment in gap[: number + 1])
    below = following.entry.column if following else NOTHING_BELOW
    if least > below:
        return next((place.path for place in reversed(chain) if place.entry.column < least), None)
    run = gap[len(gap) - _directly_above(gap, following) :]
    if following is None or gap[number] not in run:
        return None
    return () if not chain and run[0].line == 0 else following.path


def _directly_above(gap: list[Comment], following: Place | None) -> int:
    count = 0
    while (
        following
        and count < len(gap)
        and gap[-1 - count].column == following.entry.column
        and gap[-1 - count].line == following.line - 1 - count
    ):
        count += 1
    return count


def same_owner(owner: FieldPath, other: FieldPath | None, data: Any) -> bool:
    """Above a dash stand the comments of the item and those of the first entry in it: nothing tells them apart there."""
    if owner == other or (other == () and owner == (next(iter(data)),)):
        return True
    if len(owner) < 2 or not isinstance(owner[-2], int):
        return False
    parent = data
    for part in owner[:-1]:
        parent = parent[part]
    first = 0 if isinstance(parent, list) else next(iter(parent))
    return owner[-1] == first and same_owner(owner[:-1], other, data)
