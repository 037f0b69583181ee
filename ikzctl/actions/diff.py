"""What changed between two states of the registry, in terms of the domain."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.history import Difference
    from ikzctl.registry.sources import Source


def diff(workspace: Workspace, old: str, new: str | None) -> tuple[Difference, ...]:
    """From `old` to `new`, or to the files in the folder. Only files that differ are read as documents, in one batch a side."""
    from ikzctl.library.schemas import describe
    from ikzctl.registry.history import differences

    if new is not None:
        return _between_commits(workspace, old, new)
    with workspace.source(old) as before, workspace.source() as after:
        old_ids, new_ids = _blob_ids(before, before), _blob_ids(after, before)
        changed = sorted(path for path in {*old_ids, *new_ids} if old_ids.get(path) != new_ids.get(path))
        _prepare(before, [path for path in changed if path in old_ids])
        return differences(before, after, describe, changed)


def _between_commits(workspace: Workspace, old: str, new: str) -> tuple[Difference, ...]:
    from ikzctl.gitrepo.reading import CleanRoom
    from ikzctl.library.schemas import describe
    from ikzctl.registry.commit_source import CommitSource, changed_files
    from ikzctl.registry.history import differences, partners_of

    with CleanRoom(workspace.repo) as room:
        newer = room.commit_id(new)
        before, after = changed_files(room, room.commit_id(old), newer)
        after.prepare(partners_of({*before.paths(), *after.paths()}))
        # files that are missing are rare; only then somebody has to look for what took their place
        problems = CommitSource(room, newer).problems
        return differences(before, after, describe, {*before.paths(), *after.paths()}, problems)


def _blob_ids(source: Source, like: Source) -> Mapping[str, str]:
    """Path → blob id; for files in the folder computed as git would, with the hash that the repository of `like` uses."""
    from ikzctl.gitrepo.objects import file_id, format_of, object_id
    from ikzctl.registry.commit_source import CommitSource
    from ikzctl.registry.sources import READ_LIMIT, WorkTree

    if isinstance(source, CommitSource):
        return source.blob_ids()
    hashed_as, ids = format_of(like.commit or ""), {}
    for path, content in source.read_many(source.paths()):
        if len(content) == READ_LIMIT and isinstance(source, WorkTree):
            # what was read may be cut
            with os.fdopen(source.files.open(path)[0], "rb") as whole:
                ids[path] = file_id(whole, hashed_as)
        else:
            ids[path] = object_id("blob", content, hashed_as)
    return ids


def _prepare(source: Source, paths: list[str]) -> None:
    from ikzctl.registry.commit_source import CommitSource

    if isinstance(source, CommitSource):
        source.prepare(paths)
