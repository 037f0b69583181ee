"""Small values that come a hundred thousand times are kept once: places of fields, lists of tasks, states of milestones."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


# in a registry of 50,000 files they would be half of all memory; those that come rarely make room for others
@lru_cache(maxsize=1 << 12)
def once(value: Any) -> Any:
    """Something equal, which as a rule is there already. Only for texts, and tuples that none of other types equals, as 1 does True."""
    return value
