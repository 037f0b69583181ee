"""The canonical order of keys, read from the models."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import place_of
from ikzctl.registry.build import keys_at

if TYPE_CHECKING:
    from pydantic import BaseModel


def key_order(path: str) -> Callable[[FieldPath], tuple[str, ...]]:
    """For the file at `path`: a field path → the keys that the mapping there may have, in the order of its model."""
    place = place_of(path)
    if place is None:
        return lambda field: ()
    model = place.kind.model()
    # positions in a list make no difference to the order, and would make every list of its own
    return lambda field: _order(model, tuple(0 if isinstance(part, int) else part for part in field))


@lru_cache(maxsize=4096)
def _order(model: type[BaseModel], field: FieldPath) -> tuple[str, ...]:
    return keys_at(model, field, None)
