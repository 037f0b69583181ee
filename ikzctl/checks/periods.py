"""What holds at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

T = TypeVar("T")


def overlapping(by_beginning: Iterable[tuple[date, date | None, T]]) -> Iterator[tuple[T, T]]:
    """Each that begins while an earlier one holds, behind that earlier one; beginning, last day and what holds, in order.

    Of the earlier ones the one that lasts longest is asked: the neighbour may be over while one before it still holds.
    """
    last, lasting = date.min, None
    for beginning, until, other in by_beginning:
        if lasting is not None and beginning <= last:
            yield lasting, other
        if lasting is None or (until or date.max) >= last:
            last, lasting = until or date.max, other
