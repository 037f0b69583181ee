"""Small registries: the folder `base` is without any finding, and a case says in a few lines what is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.checks.run import check, locator
from ikzctl.model.findings import Finding
from ikzctl.registry.scan import scan
from tests.registry.texts import Texts

HERE = Path(__file__).parent
AS_OF = date(2026, 11, 23)


@cache
def base() -> Mapping[str, str]:
    root = HERE / "base"
    return {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in sorted(root.rglob("*.yaml"))}


def changed(changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The base with some texts replaced (`old`, `new`), added (`text`) or gone (`gone`); what is to be replaced must be there once."""
    texts = dict(base())
    for change in changes:
        file = change["file"]
        if "text" in change:
            texts[file] = change["text"]
        elif change.get("gone"):
            del texts[file]
        else:
            assert texts[file].count(change["old"]) == 1, f"{file}: {change['old']!r} is not there exactly once"
            texts[file] = texts[file].replace(change["old"], change["new"])
    return texts


def findings(texts: Mapping[str, str], as_of: date = AS_OF) -> tuple[Finding, ...]:
    source = Texts({path: text.encode() for path, text in texts.items()})
    return check(scan(source, RECORD_CHECKS), as_of, locator(source))


def in_words(found: Iterable[Finding]) -> list[str]:
    """`error IKZ-L021 cooperations/kfz/agreement.yaml state`"""
    return [f"{f.severity} {f.code} {f.pointer.file} {f.pointer.field_text}".rstrip() for f in found]


@dataclass(frozen=True)
class Case:
    name: str
    change: list[dict[str, Any]]
    expect: list[str]
    says: str
    """A part of the message that must be there."""
    mended: list[dict[str, Any]] | None

    @property
    def code(self) -> str:
        return self.name[:8]


def cases() -> list[Case]:
    return [_case(path) for path in sorted((HERE / "cases").glob("*.yaml"))]


def _case(path: Path) -> Case:
    raw = YAML(typ="safe").load(path.read_text("utf-8"))
    return Case(path.stem, raw["change"], raw["expect"], raw["says"], raw.get("mended"))
