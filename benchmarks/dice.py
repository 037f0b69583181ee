"""Random numbers that are the same on every machine, in every Python, for the same seed and name."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """SplitMix64. One per file, so that what a file holds does not depend on how many others there are."""

    def __init__(self, state: int) -> None:
        self._state = state & _MASK

    @classmethod
    def of(cls, seed: int, name: str) -> Dice:
        return cls(int.from_bytes(blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "big"))

    def next(self) -> int:
        """64 random bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, limit: int) -> int:
        """From 0 to limit - 1; the slight preference for small numbers does not matter here."""
        return self.next() % limit

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]
