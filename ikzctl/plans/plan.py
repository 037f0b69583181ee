"""The plan of a change: steps with their edits, what follows from them, what stays open, and why it may not be done."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ikzctl.library.german import citation
from ikzctl.model.changes import Edit, Step
from ikzctl.model.findings import NormState

Group = Literal["beschluesse", "dokumente", "genehmigung", "rechte", "kosten", "schranken", "folgen"]
GROUP_TITLES: dict[Group, str] = {
    "beschluesse": "Beschlüsse",
    "dokumente": "Dokumente",
    "genehmigung": "Aufsicht",
    "rechte": "Zugriffsrechte und Datenschutz",
    "kosten": "Kosten",
    "schranken": "Schranken der Zusammenarbeit",
    "folgen": "Weitere Folgen",
}
WIDTH = 100
# A cooperation of hundreds still gets a readable plan.
NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Consequence:
    """Something that somebody has to do or know because of the change; `state` says how sure its norm is."""

    group: Group
    text: str
    norm: str | None = None
    state: NormState | None = None

    def line(self) -> str:
        if self.norm is None:
            return self.text
        doubt = "" if self.state in (None, "verified", "partly") else ", nicht verifiziert"
        return f"{self.text.removesuffix('.')} ({citation(self.norm)}{doubt})."


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` carry the edits; with any `refusals` nothing may be done. `message` is the first line of the commit."""

    title: str
    message: str
    steps: tuple[Step, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    open_facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(edit for step in self.steps for edit in step.edits)

    def lines(self) -> tuple[str, ...]:
        """The plan as it is read before the question; refusals are left to the caller."""
        return tuple(_lines(self))


@dataclass
class Draft:
    """Collects a plan while it is being worked out."""

    steps: list[Step] = field(default_factory=list)
    consequences: list[Consequence] = field(default_factory=list)
    open_facts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def step(self, text: str, *edits: Edit) -> None:
        self.steps.append(Step(text, edits))

    def follows(self, group: Group, text: str, norm: str | None = None, state: NormState | None = None) -> None:
        self.consequences.append(Consequence(group, text, norm, state))

    def plan(self, title: str, message: str) -> Plan:
        """A refused plan changes nothing, so it shows no steps."""
        steps = () if self.refusals else tuple(self.steps)
        return Plan(
            title,
            message,
            steps,
            () if self.refusals else tuple(self.consequences),
            () if self.refusals else tuple(self.open_facts),
            tuple(self.warnings),
            tuple(self.refusals),
        )


def some(names: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """`A, B und C`, of a long list the first ones and how many more; `shown` says how one is shown, if not as it is."""
    from ikzctl.library.german import enumeration

    known = list(names)
    first = [shown(name) for name in known[:NAMES_SHOWN]]
    if len(known) <= NAMES_SHOWN:
        return enumeration(first)
    return f"{', '.join(first)} und {len(known) - NAMES_SHOWN} weitere"


def wrapped(text: str, bullet: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(plan: Plan) -> Iterator[str]:
    if plan.steps:
        yield "Änderungen"
        for number, step in enumerate(plan.steps, 1):
            yield from wrapped(step.text, f"{number:>3}. ")
            for path in dict.fromkeys(edit.path for edit in step.edits):
                yield f"     {path}"
    for group, title in GROUP_TITLES.items():
        yield from _block(title, [c.line() for c in plan.consequences if c.group == group])
    yield from _block("Bleibt offen", plan.open_facts)
    yield from _block("Zu beachten", plan.warnings)


def _block(title: str, texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number == 0:
            yield ""
            yield title
        yield from wrapped(text, "  - ")
