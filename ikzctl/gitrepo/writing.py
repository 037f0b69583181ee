"""New objects, a new commit, a moved branch, a fed index: plumbing that neither hooks nor filters take part in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ikzctl.gitrepo.fence import Identity
from ikzctl.gitrepo.objects import FILE_MODE, FILE_MODES, NewObject, ObjectFormat, build_pack, format_of, no_object
from ikzctl.gitrepo.process import Place, run
from ikzctl.gitrepo.trees import has_plain_names

# git's own limit: fewer objects become single files, more stay together as one pack
_UNPACK_LIMIT = 100
_NAMED = 500
# a folder of less than a thousand files is checked in no time
_LARGE = 1 << 15


def store_objects(place: Place, objects: Sequence[NewObject], object_format: ObjectFormat) -> None:
    """Put the objects into the repository; git checks each but large folders in which it could find nothing to object to.

    Such a check looks up whatever a folder names: for one of ten thousand files it would be most of the work of a commit.
    """
    # two files with the same content are one object; git takes no pack that holds it twice
    objects = list({one.oid: one for one in objects}.values())
    if len(objects) > _UNPACK_LIMIT:
        run(["index-pack", "--stdin", "--strict"], place, stdin=build_pack(objects, object_format))
        return
    large = (one for one in objects if one.kind == "tree" and len(one.data) > _LARGE)
    spared = {one.oid for one in large if has_plain_names(one.data, object_format)}
    # what is checked names what is spared, so that has to be there
    for is_spared, check in ((True, []), (False, ["--strict"])):
        if chosen := [one for one in objects if (one.oid in spared) is is_spared]:
            # what git unpacks at once is not worth compressing for the way to it
            run(["unpack-objects", "-q", *check], place, stdin=build_pack(chosen, object_format, level=0))


def commit_tree(place: Place, tree: str, parent: str | None, message: str, identity: Identity) -> str:
    named = replace(place, environment={**place.environment, **identity.environment})
    parents = ["-p", parent] if parent else []
    text = message.rstrip("\n") + "\n"
    return run(["commit-tree", tree, *parents], named, stdin=text.encode("utf-8")).out.decode("ascii").strip()


def move_branch(place: Place, branch: str, new: str, old: str | None, reason: str, identity: Identity) -> None:
    """Compare and swap: git refuses if the branch is no longer at `old`."""
    named = replace(place, environment={**place.environment, **identity.environment})
    run(["update-ref", "-m", reason, branch, new, old or no_object(format_of(new))], named)


class StagedEntry(NamedTuple):
    """One entry of the index; `stage` is 0 unless a merge left several versions."""

    mode: str
    oid: str
    stage: int
    path: str


def staged_entries(place: Place, paths: Sequence[str]) -> list[StagedEntry]:
    """What the index has at these paths (from the top of the repository) and below them."""
    # so many names fit into a command; beyond, all entries are asked for
    named = ["--", *paths] if len(paths) <= _NAMED else []
    entries = []
    for line in run(["ls-files", "--stage", "-z", "--full-name", *named], place).out.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, oid, stage = head.decode("ascii").split(" ")
        entries.append(StagedEntry(mode, oid, int(stage), path.decode("utf-8", "surrogateescape")))
    return entries


def staged_modes(place: Place, paths: Sequence[str]) -> dict[str, str]:
    """With which mode the index has the files at these paths."""
    return {entry.path: entry.mode for entry in staged_entries(place, paths) if entry.mode in FILE_MODES}


def feed_index(
    place: Place,
    index: Path,
    entries: Mapping[str, str | None],
    modes: Mapping[str, str],
    object_format: ObjectFormat,
) -> None:
    """Set or remove entries (path → id) in the index file `index`, without looking at the work tree.

    `modes` are those of the entries that are there: one that somebody has staged is his, and stays.
    """
    private = replace(place, environment={**place.environment, "GIT_INDEX_FILE": str(index)})
    nothing = no_object(object_format)
    lines = (
        f"0 {nothing}\t{path}" if oid is None else f"{modes.get(path, FILE_MODE)} {oid}\t{path}"
        for path, oid in entries.items()
    )
    stdin = "".join(f"{line}\0" for line in lines).encode("utf-8")
    run(["update-index", "-z", "--index-info"], private, stdin=stdin)
