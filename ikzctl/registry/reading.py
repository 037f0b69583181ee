"""Reads files by the hundred: in this process, or in several where there is enough to do; nothing but what a file yields is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from ikzctl.registry.codec import decode_result, digest_of_text, encode_result
from ikzctl.registry.scan import FileResult, RecordCheck, examine_all, in_blocks, no_collector, scan
from ikzctl.registry.shards import blob_id
from ikzctl.registry.sources import Source

# below so many files to read, starting processes takes longer than they save
WORTH_A_POOL = 3_000
# after so many files the progress is told
_STEP = 50

T = TypeVar("T")
Checks = Callable[[], tuple[RecordCheck, ...]]
Progress = Callable[[int, int], None]
"""Told how many of how many files have been read."""


class Task(NamedTuple):
    """A file to be read, and what is known of it; if it still means what it did, that is all there is to say. See `shards.Row`."""

    path: str
    blob: str = ""
    """The id of the content, if the source knows it."""
    old_blob: str = ""
    old_meaning: str = ""


class Outcome(NamedTuple):
    """`result`, and the same encoded, are None if the file still means what it did."""

    path: str
    blob: str
    meaning: str
    encoded: bytes | None = None
    result: FileResult | None = None


@dataclass(frozen=True)
class Reader:
    """How files are read: with which rules, in how many processes, and who wants to know how far it is."""

    checks: Checks
    """Asked when the first file has to be checked, because importing rules takes long. A function of a module, for other processes."""
    jobs: int = 1
    progress: Progress | None = None

    def results(self, source: Source) -> Iterator[FileResult]:
        """What all files yield, in order; nothing is known before and nothing will be remembered."""
        paths = source.paths()
        if not self._worth_a_pool(len(paths)):
            return self._counted(scan(source, self.checks(), paths), len(paths))
        return self._counted(self._results_of_pool(source, paths), len(paths))

    def outcomes(self, source: Source, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """In the order of the tasks; a file that cannot be opened is left out, the source names it."""
        contents = _with_content(source, tasks)
        if not self._worth_a_pool(len(tasks)):
            looked_at = (_look_at(self.checks, block) for block in in_blocks(contents))
            return self._counted(chain.from_iterable(looked_at), len(tasks))
        return self._counted(self._outcomes_of_pool(contents), len(tasks))

    def _worth_a_pool(self, files: int) -> bool:
        return self.jobs > 1 and files >= WORTH_A_POOL

    def _counted(self, found: Iterator[T], total: int) -> Iterator[T]:
        with no_collector():
            yield from counted(found, total, self.progress)

    def _results_of_pool(self, source: Source, paths: Sequence[str]) -> Iterator[FileResult]:
        contents = source.read_many(paths)
        for block in self._spread(_examine, contents):
            yield from (decode_result(path, encoded) for path, encoded in block)

    def _outcomes_of_pool(self, contents: Iterator[tuple[Task, bytes]]) -> Iterator[Outcome]:
        for block in self._spread(_look_at_and_encode, contents):
            for path, blob, meaning, encoded in block:
                yield Outcome(path, blob, meaning, encoded, decode_result(path, encoded) if encoded else None)

    def _spread(self, work: Callable[..., T], contents: Iterator[Any]) -> Iterator[T]:
        from ikzctl.model.kinds import KINDS
        from ikzctl.registry.pool import spread

        # imported when a first record turns up; once before the processes part is enough
        self.checks()
        for kind in KINDS:
            kind.model().model_rebuild()
        return spread(partial(work, self.checks), in_blocks(contents), self.jobs)


def counted(found: Iterable[T], total: int, progress: Progress | None) -> Iterator[T]:
    """The same, with the progress told now and then."""
    for number, one in enumerate(found, 1):
        yield one
        if progress and number % _STEP == 0:
            progress(number, total)


def _with_content(source: Source, tasks: Sequence[Task]) -> Iterator[tuple[Task, bytes]]:
    waiting = {task.path: task for task in tasks}
    for path, content in source.read_many([task.path for task in tasks]):
        yield waiting[path], content


def _look_at(checks: Checks, block: Sequence[tuple[Task, bytes]]) -> list[Outcome]:
    """A file whose content is known goes no further; no rule is imported as long as none has to."""
    found = [_by_content(task, task.blob or blob_id(content)) for task, content in block]
    changed = [number for number, outcome in enumerate(found) if not outcome.meaning]
    if changed:
        files = [(block[number][0].path, block[number][1]) for number in changed]
        for number, result in zip(changed, examine_all(files, checks()), strict=True):
            found[number] = _by_result(block[number][0], found[number].blob, result)
    return found


def _by_content(task: Task, blob: str) -> Outcome:
    """Without a meaning if the content is not the one that it was known for."""
    return Outcome(task.path, blob, task.old_meaning if task.old_blob == blob else "")


def _by_result(task: Task, blob: str, result: FileResult) -> Outcome:
    encoded = encode_result(result)
    meaning = f"!{blob}" if result.findings else digest_of_text(encoded)
    if meaning == task.old_meaning:
        return Outcome(task.path, blob, meaning)
    return Outcome(task.path, blob, meaning, encoded, result)


# --- the work of one process: what it found, as text, because objects are slow to send ---------------------------------


def _examine(checks: Checks, block: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    with no_collector():
        return [(found.path, encode_result(found)) for found in examine_all(block, checks())]


def _look_at_and_encode(
    checks: Checks, block: Sequence[tuple[Task, bytes]]
) -> list[tuple[str, str, str, bytes | None]]:
    with no_collector():
        return [found[:-1] for found in _look_at(checks, block)]
