"""New objects, a new commit, a moved branch, a fed index: plumbing that neither hooks nor filters take part in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.fence import Identity
from ikzctl.gitrepo.objects import (
    FILE_MODE,
    TREE_MODE,
    NewObject,
    Node,
    ObjectFormat,
    build_pack,
    format_of,
    format_tree,
    no_object,
    object_id,
)
from ikzctl.gitrepo.process import Place, run

# git's own limit: fewer objects become single files, more stay together as one pack
_UNPACK_LIMIT = 100


class Trees:
    """The folders of one commit, read only as far as they are asked for."""

    def __init__(self, objects: CatFile, commit: str | None) -> None:
        self._objects = objects
        self._known: dict[str, dict[bytes, Node]] = {}
        found = objects.get(f"{commit}^{{tree}}") if commit else None
        self.root = found.oid if found else None

    def entry(self, path: str) -> Node | None:
        """The entry at `path` (with `/`), None if there is none."""
        node = Node(TREE_MODE, self.root) if self.root else None
        for part in path.split("/"):
            if node is None or node.mode != TREE_MODE:
                return None
            node = self.nodes(node.oid).get(part.encode("utf-8"))
        return node

    def nodes(self, oid: str) -> dict[bytes, Node]:
        if oid not in self._known:
            self._known[oid] = self._objects.tree(oid)
        return self._known[oid]


def changed_trees(
    trees: Trees, files: Mapping[str, str | None], object_format: ObjectFormat
) -> tuple[str, list[NewObject]]:
    """The root folder after `files` (path → id of the new content, None: gone), and the folders that are new.

    Only the folders on the way to a change are read and written: a full index of a large registry would cost far more.
    """
    new: list[NewObject] = []
    steps = [(path.encode("utf-8").split(b"/"), oid) for path, oid in files.items()]
    nodes = _rebuilt(trees, trees.root, steps, object_format, new)
    data = format_tree(nodes)
    new.append(NewObject("tree", data))
    return object_id("tree", data, object_format), new


def _rebuilt(
    trees: Trees,
    folder: str | None,
    steps: Sequence[tuple[list[bytes], str | None]],
    object_format: ObjectFormat,
    new: list[NewObject],
) -> dict[bytes, Node]:
    nodes = dict(trees.nodes(folder)) if folder else {}
    below: dict[bytes, list[tuple[list[bytes], str | None]]] = {}
    for (name, *rest), oid in steps:
        if rest:
            below.setdefault(name, []).append((rest, oid))
        elif oid is None:
            nodes.pop(name, None)
        else:
            nodes[name] = Node(FILE_MODE, oid)
    for name, inner in below.items():
        old = nodes.get(name)
        inside = _rebuilt(trees, old.oid if old else None, inner, object_format, new)
        if not inside:
            nodes.pop(name, None)
            continue
        data = format_tree(inside)
        new.append(NewObject("tree", data))
        nodes[name] = Node(TREE_MODE, object_id("tree", data, object_format))
    return nodes


def store_objects(place: Place, objects: Sequence[NewObject], object_format: ObjectFormat) -> None:
    """Put the objects into the repository with one start of git, which checks each of them."""
    # two files with the same content are one object; git takes no pack that holds it twice
    objects = list(dict.fromkeys(objects))
    few = len(objects) <= _UNPACK_LIMIT
    command = ["unpack-objects", "-q", "--strict"] if few else ["index-pack", "--stdin", "--strict"]
    run(command, place, stdin=build_pack(objects, object_format))


def commit_tree(place: Place, tree: str, parent: str | None, message: str, identity: Identity) -> str:
    named = replace(place, environment={**place.environment, **identity.environment})
    parents = ["-p", parent] if parent else []
    text = message.rstrip("\n") + "\n"
    return run(["commit-tree", tree, *parents], named, stdin=text.encode("utf-8")).out.decode("ascii").strip()


def move_branch(place: Place, branch: str, new: str, old: str | None, reason: str, identity: Identity) -> None:
    """Compare and swap: git refuses if the branch is no longer at `old`."""
    named = replace(place, environment={**place.environment, **identity.environment})
    run(["update-ref", "-m", reason, branch, new, old or no_object(format_of(new))], named)


def feed_index(place: Place, index: Path, entries: Mapping[str, str | None], object_format: ObjectFormat) -> None:
    """Set or remove entries (path → id) in the index file `index`, without looking at the work tree."""
    private = replace(place, environment={**place.environment, "GIT_INDEX_FILE": str(index)})
    nothing = no_object(object_format)
    lines = (f"0 {nothing}\t{path}" if oid is None else f"{FILE_MODE} {oid}\t{path}" for path, oid in entries.items())
    stdin = "".join(f"{line}\0" for line in lines).encode("utf-8")
    run(["update-index", "-z", "--index-info"], private, stdin=stdin)
