"""Bring the registry's files into canonical form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.errors import UserError

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.files.recovery import Recovery
    from ikzctl.registry.reading import Progress


# a link, a folder or a pipe in the place of a file; a file that cannot be opened
_NO_ORDINARY_FILE = ("IKZ-P003", "IKZ-P004")


@dataclass(frozen=True, slots=True)
class Formatting:
    """`changes`: path → bytes before and after; `refused`: path → why it has to be mended by hand."""

    changes: Mapping[str, tuple[bytes, bytes]]
    refused: Mapping[str, str]
    files: int


def wanted_form(
    workspace: Workspace, *, only: tuple[Path, ...], start: Path, progress: Progress | None = None
) -> Formatting:
    """What `fmt` would change in the working tree; nothing is written."""
    from ikzctl.actions.validate import covers, inside
    from ikzctl.registry.canonical import fmt
    from ikzctl.registry.key_order import key_order
    from ikzctl.registry.reading import counted
    from ikzctl.registry.scan import no_collector

    wanted = tuple(inside(workspace.root, path, start) for path in only)
    changes: dict[str, tuple[bytes, bytes]] = {}
    refused: dict[str, str] = {}
    with workspace.source() as source, no_collector():
        paths = [p for p in source.paths() if not wanted or any(covers(w, p) for w in wanted)]
        for path, before in counted(source.read_many(paths), len(paths), progress):
            try:
                after = fmt(before, key_order(path)).encode("utf-8")
            except UserError as fault:
                refused[path] = fault.message
                continue
            if after != before:
                changes[path] = (before, after)
        unread = (f for f in source.problems() if f.code in _NO_ORDINARY_FILE)
        refused |= {
            f.pointer.file: f.message
            for f in unread
            if not wanted or any(covers(w, f.pointer.file) or covers(f.pointer.file, w) for w in wanted)
        }
    return Formatting(changes, refused, len(paths))


def bring_into_form(
    workspace: Workspace,
    *,
    only: tuple[Path, ...],
    start: Path,
    told: Callable[[Recovery], None],
    accepted: Path | None = None,
    progress: Progress | None = None,
) -> Formatting:
    """Replace the files in the folder; they are not committed.

    A change that was interrupted is finished before the first file is read: its files may still hold what it replaces. `told` hears
    of that at once, for it stays done even if a file is refused then; it may raise.
    """
    from ikzctl.files.working import ready_to_write, write_working_files

    with ready_to_write(workspace.root, accepted=accepted, command="ikzctl fmt") as recovery:
        told(recovery)
        formatting = wanted_form(workspace, only=only, start=start, progress=progress)
        write_working_files(workspace.root, formatting.changes)
    return formatting
