"""What the board of a cooperation holds: plain values, as text and as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ikzctl.library.gates import GateState
from ikzctl.library.terms import ClockState

Mark = Literal["erledigt", "vorgesehen", "offen", "vertagt", "abgelehnt", "nicht_dokumentiert"]


@dataclass(frozen=True, slots=True)
class Done:
    """How far a step of one partner is; `on` is its day, or the planned day."""

    mark: Mark
    on: date | None = None


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner with its membership and its steps for the version that is being worked on."""

    id: str
    name: str
    role: str
    state: Literal["mitglied", "vorgesehen", "gekuendigt", "ausgeschieden"]
    from_: date | None
    until: date | None
    resolution: Done
    signature: Done
    publication: Done


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A step at an authority. `id` None: it should exist and is not in the registry."""

    id: str | None
    kind: str
    authority: str | None
    state: ClockState
    started_on: date | None
    ends_on: date | None
    on_weekend: bool
    decided_on: date | None
    file_no: str | None
    next_step: str


@dataclass(frozen=True, slots=True)
class GateRow:
    partner: str
    name: str
    demanded: str
    state: GateState
    since: date | None
    since_text: str | None
    due: date | None
    obstacle: str | None


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """A link of the digital chain for a task: how many of the members run it, and who does not."""

    task: str
    stage: str
    ready: int
    members: int
    missing: tuple[str, ...]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    id: str
    title: str
    state: str
    since: date | None
    due: date | None
    due_text: str | None
    overdue: bool
    demanded: bool
    """True if the cooperation must not start before it is reached."""
    waits_for: str | None
    blocked_by: tuple[str, ...]
    exceptions: tuple[str, ...]
    owner: str | None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    id: str
    question: str
    about: str
    blocks: tuple[str, ...]
    asked_on: date | None
    due: date | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """`on` None: only words are known."""

    on: date | None
    on_text: str | None
    what: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps the cooperation from starting, with whom it lies, since when, and what is to be done."""

    what: str
    who: tuple[str, ...]
    since: date | None
    since_text: str | None
    todo: str


@dataclass(frozen=True, slots=True)
class Board:
    """Where one cooperation stands on `as_of`; `version` None: there is no agreement yet."""

    id: str
    name: str
    phase: str
    phase_since: date | None
    phase_reason: str | None
    as_of: date
    agreement: str | None
    version: int | None
    in_force_from: date | None
    obstacles: tuple[Obstacle, ...]
    partners: tuple[PartnerRow, ...]
    approvals: tuple[ApprovalRow, ...]
    security: tuple[GateRow, ...]
    readiness: tuple[ReadinessRow, ...]
    milestones: tuple[MilestoneRow, ...]
    questions: tuple[QuestionRow, ...]
    deadlines: tuple[Deadline, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"format": "ikz-status/1", **jsonable(self)}

    def lines(self) -> tuple[str, ...]:
        from ikzctl.procedure.board_text import board_lines

        return board_lines(self)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    id: str
    name: str
    phase: str
    members: int
    planned: int
    agreement: str | None
    obstacles: int
    first_obstacle: str | None
    overdue: int
    next_deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All cooperations of a registry on one page."""

    name: str
    as_of: date
    cooperations: tuple[OverviewRow, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"format": "ikz-status-overview/1", **jsonable(self)}

    def lines(self) -> tuple[str, ...]:
        from ikzctl.procedure.board_text import overview_lines

        return overview_lines(self)


def jsonable(value: Any) -> Any:
    """Dataclasses as dictionaries, days as ISO text, tuples as lists; `from_` loses its underscore."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    return value
