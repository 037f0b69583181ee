"""Check a registry: every file by itself, then everything across files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ikzctl.model.errors import UserError
from ikzctl.model.findings import Finding, in_order

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.cache import Cache, Memory
    from ikzctl.registry.commit_source import CommitSource
    from ikzctl.registry.scan import FileResult, RecordCheck
    from ikzctl.registry.shards import Shard
    from ikzctl.registry.sources import Source, WorkTree
    from ikzctl.registry.survey import HandOn, Progress, Reader, Survey


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in the order of their places; `files` and `cooperations` are what was looked at."""

    findings: tuple[Finding, ...]
    files: int
    cooperations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """How the work is done; none of it changes a result. `memory`: where to remember it; `jobs`: at most so many processes."""

    memory: Memory | None = None
    jobs: int = 1
    progress: Progress | None = None


def validate(
    workspace: Workspace,
    *,
    as_of: date,
    rev: str | None = None,
    only: tuple[Path, ...] = (),
    start: Path | None = None,
    effort: Effort = Effort(),
) -> Report:
    """All findings of the registry; with `only`, those in these files and folders (seen from `start`, or from the registry's folder)."""
    from ikzctl.registry.scan import no_collector

    wanted = tuple(inside(workspace.root, path, start or workspace.root) for path in only)
    with workspace.source(rev) as source, no_collector():
        report = _examine(workspace.root, source, as_of, effort)
    if not wanted:
        return report
    kept = tuple(f for f in report.findings if any(covers(w, f.pointer.file) for w in wanted))
    return Report(kept, report.files, report.cooperations)


def examine_source(source: Source, as_of: date) -> Report:
    """Read, build and check everything that `source` holds; nothing is remembered."""
    return _anew(source, as_of, Effort())


def _examine(root: Path, source: Source, as_of: date, effort: Effort) -> Report:
    from ikzctl.registry.sources import WorkTree

    if effort.memory is None or not (isinstance(source, WorkTree) or source.commit):
        return _anew(source, as_of, effort)
    from ikzctl.registry.cache import Cache
    from ikzctl.registry.fingerprint import rules_version

    cache = Cache.of(effort.memory, root, rules_version())
    try:
        return _Remembering(cache, source, as_of, effort).report()  # type: ignore[arg-type]
    finally:
        cache.close()


def _anew(source: Source, as_of: date, effort: Effort) -> Report:
    from ikzctl.checks.run import check, locator

    found = check(_reader(effort).results(source), None, as_of, locator(source))
    return _report(found, source)


def _report(found: Iterable[Finding], source: Source) -> Report:
    paths = source.paths()
    cooperations = sorted({p.split("/")[1] for p in paths if p.endswith("/cooperation.yaml")})
    return Report(_ordered([*found, *source.problems()]), len(paths), tuple(cooperations))


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Two findings at one place may differ in their field only; their order must not depend on chance either."""
    return tuple(sorted(in_order(findings), key=lambda f: (*f.sort_key, f.pointer.field_text)))


def _reader(effort: Effort) -> Reader:
    from ikzctl.registry.survey import Reader

    return Reader(_record_checks, effort.jobs, effort.progress)


def _record_checks() -> tuple[RecordCheck, ...]:
    from ikzctl.checks.records import RECORD_CHECKS

    return RECORD_CHECKS


# --- with a memory ----------------------------------------------------------------------------------------------------


@dataclass
class _Remembering:
    """One validation that uses what earlier ones left, and leaves something for the next.

    A result is known under several names: what the file system says of all files (or the tree of the commit), their
    contents, and their meanings. Whichever name fits first saves the rest of the work.
    """

    cache: Cache
    source: WorkTree | CommitSource
    as_of: date
    effort: Effort

    def report(self) -> Report:
        from ikzctl.registry.sources import WorkTree

        stamps: Sequence[str] = ()
        if isinstance(self.source, WorkTree):
            stamps = self.source.stamps()
            quick = self._name("stat", stamps)
        else:
            quick = self._name("tree", [self.source.tree])
        known = _restored(self.cache.result(quick))
        if known is not None:
            return known
        from ikzctl.registry.survey import Survey

        return self._surveyed(
            Survey(self.cache, self.source, stamps or self.source.stamps(), _reader(self.effort)), quick
        )

    def _name(self, kind: str, parts: Iterable[str]) -> str:
        from ikzctl.registry.shards import digest_of

        problems = () if kind == "tree" else [repr(p) for p in self.source.problems()]
        return digest_of([kind, self.as_of.isoformat(), *problems, "", *parts])

    def _surveyed(self, survey: Survey, quick: str) -> Report:
        found = self._first(survey) if survey.first else None
        if found is None:
            survey.take()
        if survey.unread:
            # what could not be read today may be readable tomorrow without any sign of change
            return _report(found if found is not None else self._again(survey), self.source)
        by_content = self._name("content", (s.content for s in survey.shards))
        by_meaning = self._name("meaning", (s.meaning for s in survey.shards))
        report, moved = None, None
        if found is None:
            report = _restored(self.cache.result(by_content))
            if report is None:
                moved = self._moved(survey, self.cache.result(by_meaning))
                report = _restored(moved)
            if report is None:
                found = self._again(survey)
        if report is None:
            report = _report(found or (), self.source)
            moved = _stored(report, survey.blobs({f.pointer.file for f in report.findings}))
        self.cache.keep_files(survey.shards)
        lasting = survey.settled or self.source.stamped_by_content
        self.cache.keep_result(by_content, moved, [by_meaning, quick] if lasting else [by_meaning])
        return report

    def _first(self, survey: Survey) -> tuple[Finding, ...]:
        """Read everything; the facts go to the cache as they come."""
        return self._concluded(survey, survey.take)

    def _again(self, survey: Survey) -> tuple[Finding, ...]:
        """The facts of everything, most of them from the cache."""
        return self._concluded(survey, survey.results)

    def _concluded(self, survey: Survey, hand_out: Callable[[HandOn], None]) -> tuple[Finding, ...]:
        from ikzctl.checks.network import Gathering
        from ikzctl.checks.run import conclude, locator

        gathering = Gathering()
        with self.cache.new_facts() as facts:

            def take(shard: Shard, results: list[FileResult], body: bytes) -> None:
                facts.add(shard.meaning, body)
                for result in results:
                    gathering.add(result)

            hand_out(take)
            if not survey.unread:
                self.cache.keep_facts(facts)
        return conclude(gathering, None, self.as_of, locator(self.source))

    def _moved(self, survey: Survey, result: dict[str, Any] | None) -> dict[str, Any] | None:
        """The result of files that meant the same, with the lines where things stand now."""
        before = _restored(result)
        if before is None or result is None:
            return None
        blobs = survey.blobs({f.pointer.file for f in before.findings})
        elsewhere = {file for file, blob in blobs.items() if result.get("blobs", {}).get(file) != blob}
        if not elsewhere:
            return {**result, "blobs": blobs}
        from ikzctl.checks.run import locator

        locate = locator(self.source)
        findings = [
            replace(f, pointer=locate(f.pointer)) if f.pointer.file in elsewhere and f.pointer.line else f
            for f in before.findings
        ]
        return _stored(Report(_ordered(findings), before.files, before.cooperations), blobs)


def _stored(report: Report, blobs: Mapping[str, str]) -> dict[str, Any]:
    from ikzctl.registry.finding_rows import finding_row

    findings = [finding_row(f) for f in report.findings]
    cooperations = "\n".join(report.cooperations)
    return {"files": report.files, "cooperations": cooperations, "findings": findings, "blobs": dict(blobs)}


def _restored(result: dict[str, Any] | None) -> Report | None:
    """None if there is nothing, or something else than a result."""
    if result is None:
        return None
    from ikzctl.registry.finding_rows import finding_of

    try:
        findings = tuple([finding_of(row) for row in result["findings"]])
        return Report(findings, int(result["files"]), tuple(str(result["cooperations"]).split()))
    except (KeyError, TypeError, ValueError):
        return None


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
