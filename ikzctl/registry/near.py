"""What somebody may have meant: the nearest of the names that there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# to compare with one name takes microseconds; nobody reads suggestions without end
_MANY = 500
_MAX_HINTS = 50


def near(word: object, choices: Iterable[str]) -> str:
    """„ Meinten Sie „x“?“ if something close is among `choices`, else nothing. Of many only those that begin alike are compared."""
    wanted = str(word)
    found = difflib.get_close_matches(wanted, _likely(wanted, list(choices)), n=1, cutoff=0.6)
    return f" Meinten Sie „{found[0]}“?" if found else ""


def _likely(word: str, choices: list[str]) -> list[str]:
    for length in (1, 2, 4):
        if len(choices) <= _MANY:
            return choices
        choices = [choice for choice in choices if choice[:length] == word[:length]]
    return sorted(choices, key=lambda choice: (abs(len(choice) - len(word)), choice))[:_MANY]


class Hints:
    """Suggestions for one check: a file or a registry that is wrong throughout gets some, and does not wait for thousands."""

    def __init__(self) -> None:
        self._left = _MAX_HINTS

    def near(self, word: object, choices: Iterable[str]) -> str:
        self._left -= 1
        return near(word, choices) if self._left >= 0 else ""
