"""Add a partner from the official list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ikzctl.actions.proposal import Proposal, propose

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace


def plan_to_add(workspace: Workspace, *, key: str, id: str | None) -> Proposal:
    from ikzctl.plans.partner import plan_add_partner

    return propose(workspace, lambda registry: plan_add_partner(registry, key, id=id))
