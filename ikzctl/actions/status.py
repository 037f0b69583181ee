"""Where a cooperation stands, or all of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.procedure.values import Board, Overview


def status(workspace: Workspace, cooperation: str | None, *, as_of: date, rev: str | None) -> Board | Overview:
    from ikzctl.procedure.board import board
    from ikzctl.registry.registry import Registry

    with workspace.source(rev) as source:
        return board(Registry(source), cooperation, as_of=as_of)
