"""Partners join and leave: the plan of what follows, as a proposal that can be carried out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ikzctl.actions.proposal import Proposal, propose

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace


def plan_to_join(
    workspace: Workspace, cooperation: str, partner: str, from_day: date, *, tasks: tuple[str, ...], as_of: date
) -> Proposal:
    from ikzctl.plans.join import plan_join

    return propose(
        workspace, lambda registry: plan_join(registry, cooperation, partner, from_day, as_of=as_of, tasks=tasks)
    )


def plan_to_leave(
    workspace: Workspace,
    cooperation: str,
    partner: str,
    effective: date,
    *,
    reason: str,
    extraordinary: bool,
    as_of: date,
) -> Proposal:
    from ikzctl.plans.leave import plan_leave

    return propose(
        workspace,
        lambda registry: plan_leave(
            registry, cooperation, partner, effective, reason=reason, as_of=as_of, extraordinary=extraordinary
        ),
    )
