"""One validation that uses what earlier ones left in the cache, and leaves something for the next; the result is that of a run without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ikzctl.actions.report import Report, report_of
from ikzctl.model.findings import Finding, in_order

if TYPE_CHECKING:
    from ikzctl.registry.cache import Cache
    from ikzctl.registry.commit_source import CommitSource
    from ikzctl.registry.reading import Reader
    from ikzctl.registry.scan import FileResult
    from ikzctl.registry.shards import Shard
    from ikzctl.registry.sources import Files, WorkTree
    from ikzctl.registry.survey import HandOn, Survey


# how often a registry is looked at that somebody is just changing
_TRIES = 10


@dataclass
class Remembering:
    """A result is known under several names: what the file system says of all files (or the tree of the commit), their
    contents, and their meanings. Whichever name fits first saves the rest of the work. With the same meanings only lines may differ.
    """

    cache: Cache
    source: WorkTree | CommitSource
    as_of: date
    reader: Reader
    _has_news: bool = field(default=False, init=False)
    """Whether a file was met that changed after the last look: then all that is known by what the file system says is out of date."""

    def report(self) -> Report:
        for _ in range(_TRIES):
            report, steady = self._attempt()
            if steady:
                break
        return report

    def _attempt(self) -> tuple[Report, bool]:
        """A report, and whether what it says of a file belongs to one content of that file."""
        from ikzctl.registry.sources import WorkTree

        self._has_news = False
        stamps: Sequence[str] = ()
        if isinstance(self.source, WorkTree):
            stamps = self.source.stamps(self.cache.looked(), partial(self._news, self.source.files))
        known = None if self._has_news else _restored(self.cache.result(self._quick_name(stamps)))
        if known is not None:
            return known, True
        from ikzctl.registry.survey import Survey

        if not stamps:
            self._get_ready()
            stamps = self.source.stamps()
        return self._surveyed(Survey(self.cache, self.source, stamps, self.reader))

    def _news(self, files: Files, path: str) -> bool:
        """This file has to be read; whether more such news are of use."""
        if not self._has_news:
            self._has_news = True
            self._get_ready()
        return self.reader.foresee(files, path)

    def _get_ready(self) -> None:
        """There is something to read: in a large registry others get ready for it while this process still looks for more."""
        from ikzctl.registry.reading import WORTH_A_POOL
        from ikzctl.registry.shards import USUAL_SIZE
        from ikzctl.registry.sources import WorkTree

        known, jobs = len(self.cache.shards()) * USUAL_SIZE, self.reader.jobs
        if known >= WORTH_A_POOL:
            # what has changed since is little as a rule
            self.reader.get_ready(1)
        elif not known and jobs > 1 and isinstance(self.source, WorkTree) and self.source.at_least(WORTH_A_POOL):
            self.reader.get_ready(jobs)

    def _name(self, kind: str, parts: Iterable[str]) -> str:
        from ikzctl.registry.shards import digest_of

        problems = () if kind == "tree" else sorted(repr(p) for p in self.source.problems())
        return digest_of([kind, self.as_of.isoformat(), *problems, "", *parts])

    def _quick_name(self, stamps: Sequence[str]) -> str:
        from ikzctl.registry.sources import WorkTree

        if isinstance(self.source, WorkTree):
            return self._name("stat", stamps)
        return self._name("tree", [self.source.tree])

    def _surveyed(self, survey: Survey) -> tuple[Report, bool]:
        found = self._first(survey) if survey.first else None
        if found is None:
            survey.take()
        if survey.unread:
            # what could not be read today may be readable tomorrow without any sign of change
            return report_of(found if found is not None else self._again(survey), self.source), True
        by_content = self._name("content", (s.content for s in survey.shards))
        by_meaning = self._name("meaning", (s.meaning for s in survey.shards))
        report, result = (None, None) if found is not None else self._known(survey, by_content, by_meaning)
        if report is None:
            report = report_of(found if found is not None else self._again(survey), self.source)
            result = _stored(report, survey.blobs({f.pointer.file for f in report.findings}))
        steady, lasting = survey.steady, survey.settled or self.source.stamped_by_content
        if not survey.unread:
            self.cache.keep_files(survey.shards)
        if steady:
            names = [by_meaning, self._quick_name(survey.stamps)] if lasting else [by_meaning]
            self.cache.keep_result(by_content, result, names)
        return report, steady or bool(survey.unread)

    def _known(self, survey: Survey, by_content: str, by_meaning: str) -> tuple[Report | None, dict[str, Any] | None]:
        """The report of these files, and what is to be remembered of it if it is not there as it is."""
        report = _restored(self.cache.result(by_content))
        if report is not None:
            return report, None
        moved = self._moved(survey, self.cache.result(by_meaning))
        return _restored(moved), moved

    def _first(self, survey: Survey) -> tuple[Finding, ...]:
        """Read everything; the facts go to the cache as they come."""
        return self._concluded(survey, survey.take)

    def _again(self, survey: Survey) -> tuple[Finding, ...]:
        """The facts of everything, most of them from the cache."""
        return self._concluded(survey, survey.results)

    def _concluded(self, survey: Survey, hand_out: Callable[[HandOn], None]) -> tuple[Finding, ...]:
        from ikzctl.checks.network import Gathering
        from ikzctl.checks.run import conclude, locator
        from ikzctl.registry.scan import unread

        gathering = Gathering()
        with self.cache.new_facts() as facts:

            def take(shard: Shard, results: list[FileResult], body: bytes) -> None:
                facts.add(shard.meaning, body)
                for result in results:
                    gathering.add(result)

            hand_out(take)
            if survey.steady:
                self.cache.keep_facts(facts)
        for one in unread(self.source):
            gathering.add(one)
        return conclude(gathering, self.as_of, locator(survey))

    def _moved(self, survey: Survey, result: dict[str, Any] | None) -> dict[str, Any] | None:
        """The result of files that meant the same, with the lines where things stand now."""
        before = _restored(result)
        if before is None or result is None:
            return None
        blobs = survey.blobs({f.pointer.file for f in before.findings})
        then = result.get("blobs")
        at_rest = blobs.items() & then.items() if isinstance(then, dict) else set()
        moved = [f for f in before.findings if f.pointer.line and f.pointer.file not in dict(at_rest)]
        if not moved:
            return {**result, "blobs": blobs}
        from ikzctl.checks.run import locator

        locate = locator(survey)
        kept = set(before.findings).difference(moved)
        findings = in_order([*kept, *(replace(f, pointer=locate(f.pointer)) for f in moved)])
        return _stored(Report(findings, before.files, before.cooperations), blobs)


def _stored(report: Report, blobs: Mapping[str, str]) -> dict[str, Any]:
    from ikzctl.registry.finding_rows import finding_row

    findings = [finding_row(f) for f in report.findings]
    cooperations = "\n".join(report.cooperations)
    return {"files": report.files, "cooperations": cooperations, "findings": findings, "blobs": dict(blobs)}


def _restored(result: dict[str, Any] | None) -> Report | None:
    """None if there is nothing, or something else than a result."""
    if result is None:
        return None
    from ikzctl.registry.finding_rows import counted, finding_of
    from ikzctl.registry.pack import FOREIGN

    try:
        findings = tuple([finding_of(row) for row in result["findings"]])
        return Report(findings, counted(result["files"]), tuple(str(result["cooperations"]).split()))
    except FOREIGN:
        return None
