"""What changed between two states of the registry, in terms of the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.history import Difference


def diff(workspace: Workspace, old: str, new: str | None) -> tuple[Difference, ...]:
    """From `old` to `new`, or to the files in the folder. Only files that differ are read."""
    from ikzctl.registry.history import differences

    with workspace.source(old) as before, workspace.source(new) as after:
        return differences(before, after)
