"""Check a registry: every file by itself, then everything across files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.actions.report import Report, report_of
from ikzctl.model.errors import UserError
from ikzctl.model.findings import Finding

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.cache import Memory
    from ikzctl.registry.reading import Progress, Reader
    from ikzctl.registry.scan import RecordCheck
    from ikzctl.registry.sources import Source


@dataclass(frozen=True, slots=True)
class Effort:
    """How the work is done; none of it changes a result. `memory`: where to remember it; `jobs`: at most so many processes."""

    memory: Memory | None = None
    jobs: int = 1
    progress: Progress | None = None


ALONE = Effort()
"""In one process; nothing is remembered."""


def validate(
    workspace: Workspace,
    *,
    as_of: date,
    rev: str | None = None,
    only: tuple[Path, ...] = (),
    start: Path | None = None,
    effort: Effort = ALONE,
) -> Report:
    """All findings of the registry; with `only`, those in these files and folders (seen from `start`, or from the registry's folder)."""
    wanted = tuple(inside(workspace.root, path, start or workspace.root) for path in only)
    with workspace.source(rev) as source:
        report = examine_source(workspace.root, source, as_of=as_of, effort=effort)
    if not wanted:
        return report
    kept = tuple(f for f in report.findings if any(covers(w, f.pointer.file) for w in wanted))
    return Report(kept, report.files, report.cooperations)


def examine_source(root: Path, source: Source, *, as_of: date, effort: Effort = ALONE) -> Report:
    """Read, build and check everything that `source` holds of the registry in the folder `root`."""
    from ikzctl.registry.scan import no_collector

    with no_collector():
        try:
            return _examine(root, source, as_of, effort)
        except ChildProcessError:  # somebody ended one of our processes: memory was short, for instance
            return _examine(root, source, as_of, replace(effort, jobs=1))


def _examine(root: Path, source: Source, as_of: date, effort: Effort) -> Report:
    from ikzctl.registry.sources import WorkTree

    if effort.memory is None or not (isinstance(source, WorkTree) or source.commit) or effort.memory.is_inside(root):
        return _anew(source, as_of, effort)
    from ikzctl.actions.remembering import Remembering
    from ikzctl.registry.cache import Cache
    from ikzctl.registry.fingerprint import rules_version
    from ikzctl.registry.pack import FOREIGN

    cache = Cache.of(effort.memory, root, rules_version())
    try:
        with _reader(effort) as reader:
            return Remembering(cache, source, as_of, reader).report()  # type: ignore[arg-type]
    except FOREIGN:
        # facts that nobody but a forger can have written; if the fault is ours, it will show again
        cache.forget()
        return _anew(source, as_of, effort)
    finally:
        cache.close()


def _anew(source: Source, as_of: date, effort: Effort) -> Report:
    from ikzctl.checks.run import check, locator
    from ikzctl.registry.scan import unread

    with _reader(effort) as reader:
        # a generator: what could not be read is known when all has been read
        results = (result for part in (reader.results, unread) for result in part(source))
        return report_of(check(results, as_of, locator(source)), source)


def _reader(effort: Effort) -> Reader:
    from ikzctl.registry.reading import Reader

    return Reader(_record_checks, effort.jobs, effort.progress)


def _record_checks() -> tuple[RecordCheck, ...]:
    from ikzctl.checks.records import RECORD_CHECKS

    return RECORD_CHECKS


def findings_of(report: Report, cooperation: str) -> tuple[Finding, ...]:
    """Findings in the folder of one cooperation."""
    return tuple(f for f in report.findings if f.pointer.file.startswith(f"cooperations/{cooperation}/"))


def inside(root: Path, path: Path, start: Path) -> str:
    """`path` as it stands below the registry's folder; the user may mean it from where he stands or from that folder."""
    found = next((base / path for base in (start, root) if (base / path).exists()), None)
    if found is None:
        raise UserError(f"„{path}“ gibt es nicht, weder von hier aus gesehen noch im Register {root}.")
    # a link in the registry is meant itself: where it leads to, another file stands
    link = found.parent.resolve() / found.name
    place = link if found.is_symlink() and link.is_relative_to(root) else found.resolve()
    try:
        return place.relative_to(root).as_posix()
    except ValueError:
        raise UserError(f"„{path}“ liegt nicht im Register {root}.") from None


def covers(wanted: str, file: str) -> bool:
    """True if `file` is the wanted file or lies in the wanted folder."""
    return wanted in (".", file) or file.startswith(f"{wanted}/")
