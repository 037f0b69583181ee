"""How large a synthetic registry is, and the sizes that have a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """What a registry holds. Everything else (tasks, systems, members of complete cooperations) follows from these."""

    municipalities: int = 40
    districts: int = 4
    associations: int = 4
    cooperations: int = 40
    complete: int = 4
    """How many of the cooperations have members, mandate, agreement, costs, pool and suspension; the others are ideas."""
    big_cooperation: bool = True
    """One more cooperation whose members are all municipalities; the pools are there."""
    pools: int = 10
    positions: int = 100
    commits: int = 20
    changes: int = 5
    """Files that each commit after the first one changes."""
    share_of_partner: int = 0
    """In how many of the cooperations the first municipality is a member."""
    name_length: int = 0
    """Legal names are made at least this long."""
    seed: int = 1


PRESETS = {
    "small": Size(),
    "medium": Size(
        municipalities=2_000,
        districts=100,
        associations=200,
        cooperations=4_000,
        complete=40,
        pools=2_000,
        positions=20_000,
        commits=200,
    ),
    "reference": Size(
        municipalities=10_751,
        districts=294,
        associations=1_203,
        cooperations=20_000,
        complete=100,
        pools=10_000,
        positions=100_000,
        commits=1_000,
    ),
}
