"""Rounds, medians and ratios: the arithmetic of a measurement, apart from what is measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Values = dict[str, float]
"""Name of a side → seconds (or MiB)."""


class NotThere(Exception):
    """What the row measures does not exist here; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One row as it is run: `once` measures all sides in turn, the first time unrecorded."""

    once: Callable[[], Values]
    ours: Callable[[Values], float] = lambda v: v["ours"]
    yardstick: Callable[[Values], float] = lambda v: v["yardstick"]
    unit: str = "ms"
    rounds: int | None = None
    """A smaller number of rounds than asked for, where one round takes minutes."""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ratio.median` is the ratio of the medians; its spread is that of the rounds. `skipped` says why there are no numbers."""

    name: str
    work: str
    against: str
    reach: float
    unit: str = ""
    ours: Spread | None = None
    yardstick: Spread | None = None
    ratio: Spread | None = None
    remark: str = ""
    skipped: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.ratio is None else self.ratio.median <= self.reach


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what is compared with what, and what is to be reached."""

    name: str
    work: str
    against: str
    reach: float

    def skip(self, reason: str) -> Outcome:
        return Outcome(self.name, self.work, self.against, self.reach, skipped=reason)

    def run(self, trial: Trial, rounds: int) -> Outcome:
        """Warm up once, then measure side by side, round by round."""
        trial.once()
        count = min(rounds, trial.rounds or rounds)
        measured = []
        for number in range(1, count + 1):
            print(f"{self.name}: round {number} of {count}", file=sys.stderr)
            measured.append(trial.once())
        return self.outcome(trial, measured)

    def outcome(self, trial: Trial, measured: list[Values]) -> Outcome:
        middle = medians(measured)
        ratios = [trial.ours(one) / trial.yardstick(one) for one in measured]
        return Outcome(
            self.name,
            self.work,
            self.against,
            self.reach,
            trial.unit,
            _around(trial.ours(middle), [trial.ours(one) for one in measured]),
            _around(trial.yardstick(middle), [trial.yardstick(one) for one in measured]),
            _around(trial.ours(middle) / trial.yardstick(middle), ratios),
            trial.remark,
        )


def _around(middle: float, values: list[float]) -> Spread:
    return Spread(middle, min(values), max(values))


def medians(measured: list[Values]) -> Values:
    return {name: median(one[name] for one in measured) for name in measured[0]}


def in_turn(sides: Mapping[str, Callable[[], float]]) -> Callable[[], Values]:
    """One round of several sides, each measured once, in this order."""
    return lambda: {name: side() for name, side in sides.items()}
