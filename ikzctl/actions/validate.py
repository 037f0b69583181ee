"""Check a registry: every file by itself, then everything across files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.errors import UserError
from ikzctl.model.findings import Finding

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.sources import Source


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in the order of their places; `files` and `cooperations` are what was looked at."""

    findings: tuple[Finding, ...]
    files: int
    cooperations: tuple[str, ...]


def validate(
    workspace: Workspace, *, as_of: date, rev: str | None = None, only: tuple[Path, ...] = (), start: Path | None = None
) -> Report:
    """All findings of the registry; with `only`, those in these files and folders (seen from `start`, or from the registry's folder)."""
    wanted = tuple(inside(workspace.root, path, start or workspace.root) for path in only)
    with workspace.source(rev) as source:
        report = examine_source(source, as_of)
    if not wanted:
        return report
    kept = tuple(f for f in report.findings if any(covers(w, f.pointer.file) for w in wanted))
    return Report(kept, report.files, report.cooperations)


def examine_source(source: Source, as_of: date) -> Report:
    """Read, build and check everything that `source` holds."""
    from ikzctl.checks.records import RECORD_CHECKS
    from ikzctl.checks.run import check, locator
    from ikzctl.model.findings import in_order
    from ikzctl.registry.scan import scan

    paths = source.paths()
    found = check(scan(source, RECORD_CHECKS), None, as_of, locator(source))
    cooperations = tuple(sorted({p.split("/")[1] for p in paths if p.endswith("/cooperation.yaml")}))
    return Report(in_order([*found, *source.problems()]), len(paths), cooperations)


def findings_of(report: Report, cooperation: str) -> tuple[Finding, ...]:
    """Findings in the folder of one cooperation."""
    return tuple(f for f in report.findings if f.pointer.file.startswith(f"cooperations/{cooperation}/"))


def inside(root: Path, path: Path, start: Path) -> str:
    """`path` as it stands below the registry's folder; the user may mean it from where he stands or from that folder."""
    found = next((base / path for base in (start, root) if (base / path).exists()), None)
    if found is None:
        raise UserError(f"„{path}“ gibt es nicht, weder von hier aus gesehen noch im Register {root}.")
    try:
        return found.resolve().relative_to(root).as_posix()
    except ValueError:
        raise UserError(f"„{path}“ liegt nicht im Register {root}.") from None


def covers(wanted: str, file: str) -> bool:
    """True if `file` is the wanted file or lies in the wanted folder."""
    return wanted in (".", file) or file.startswith(f"{wanted}/")
