"""The canonical order of keys, read from the models."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import place_of
from ikzctl.registry.build import keys_at


def key_order(path: str) -> Callable[[FieldPath], tuple[str, ...]]:
    """For the file at `path`: a field path → the keys that the mapping there may have, in the order of its model."""
    place = place_of(path)
    if place is None:
        return lambda field: ()
    model = place.kind.model()

    @lru_cache(maxsize=512)
    def order(field: FieldPath) -> tuple[str, ...]:
        return keys_at(model, field, None)

    return order
