"""The catalogue of findings: what each code means, how to mend it, and which rules of law stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ikzctl.library import _yaml
from ikzctl.model.errors import UserError
from ikzctl.model.findings import Severity


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code; `rules` are numbers in `rules.yaml`, `fact` an id in a law pack: norm and verification state are there."""

    code: str
    title: str
    severity: tuple[Severity, ...]
    meaning: str
    remedy: str
    area: str
    example: str | None = None
    rules: tuple[int, ...] = ()
    fact: str | None = None


@cache
def _catalogue() -> dict[str, Explanation]:
    raw = _yaml.read(Path(__file__).with_name("findings.yaml"))
    return {row["code"]: _explanation(row, raw["areas"]) for row in raw["findings"]}


def _explanation(row: dict[str, Any], areas: dict[str, str]) -> Explanation:
    lists = {"severity": tuple(row["severity"]), "rules": tuple(row.get("rules", ()))}
    return Explanation(**{**row, **lists, "area": areas[row["code"][4]]})


def explanations() -> tuple[Explanation, ...]:
    """All codes in the order of the catalogue."""
    return tuple(_catalogue().values())


def explain(code: str) -> Explanation:
    """The entry of a code, as typed by a user (`ikz-l021`, `L021`); UserError with near codes if there is none."""
    wanted = code.strip().upper()
    wanted = wanted if wanted.startswith("IKZ-") else f"IKZ-{wanted}"
    found = _catalogue().get(wanted)
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(wanted, _catalogue(), n=3, cutoff=0.7)
        hint = f"Meinten Sie {', '.join(near)}?" if near else "Codes sehen so aus: IKZ-L021"
        raise UserError(f"Den Befund „{code}“ gibt es nicht.", hint)
    return found
