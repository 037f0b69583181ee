"""Where ikzctl keeps what belongs to the user and not to a registry; None if this user is at home nowhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """For what may be lost at any time."""
    usual = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    folder = _own_folder("XDG_CACHE_HOME", usual)
    return folder / "cache" if folder and sys.platform == "win32" else folder


def state_folder() -> Path | None:
    """For what has to last."""
    return _own_folder("XDG_STATE_HOME", (".local", "state"))


def _own_folder(variable: str, usual: tuple[str, ...]) -> Path | None:
    """Never a relative one: it would lie wherever somebody happens to stand, and who hands over a registry could bring it along."""
    if sys.platform == "win32":
        variable, usual = "LOCALAPPDATA", ("AppData", "Local")
    base = os.environ.get(variable)
    if base and Path(base).is_absolute():
        return Path(base) / "ikzctl"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if not home.is_absolute() or not os.environ.get("HOME", "-"):
        return None
    return home.joinpath(*usual, "ikzctl")
