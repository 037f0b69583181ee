"""Reads files by the hundred: in this process, or in several where there is enough to do; nothing but what a file yields is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, starmap, tee
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from ikzctl.registry.scan import FileResult, RecordCheck, examine, examine_all, in_blocks, no_collector, scan
from ikzctl.registry.shards import blob_id
from ikzctl.registry.sources import Files, Source, WorkTree, stamp_of

if TYPE_CHECKING:
    from ikzctl.registry.pool import Crew

# below so many files to read, starting processes takes longer than they save
WORTH_A_POOL = 3_000
# one process alone must not be kept busy with what several could do
_MOST_FORESEEN = 500
_TOLD_TOGETHER = 8
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
    stat: str = ""
    """What the file system said of it when it was listed, if that is to be relied on. See `shards.Row`."""


class Outcome(NamedTuple):
    """`result`, and the same encoded, are None if the file still means what it did.

    `as_listed`: it was read from the very file that had been listed, and not from one that took its place.
    """

    path: str
    as_listed: bool
    blob: str
    meaning: str
    encoded: bytes | None = None
    result: FileResult | None = None


@dataclass
class Reader:
    """How files are read: with which rules, in how many processes, and who wants to know how far it is. Use it with `with`."""

    checks: Checks
    """Asked when the first file has to be checked, because importing rules takes long. A function of a module, for other processes."""
    jobs: int = 1
    progress: Progress | None = None
    _crew: Crew | None = field(default=None, init=False)
    _foreseen: int = field(default=0, init=False)
    _waiting: list[str] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._crew is not None:
            self._crew.end()

    def get_ready(self, processes: int) -> None:
        """Let so many processes, but no more than `jobs`, import what reading takes, while it is still found out what to read."""
        if self.jobs < 2:
            return
        if self._crew is None:
            from ikzctl.registry.pool import Crew

            self._crew = Crew(partial(_get_ready, self.checks))
        self._crew.grow(min(processes, self.jobs))

    def foresee(self, files: Files, path: str) -> bool:
        """Have this file read already by a process that is ready; False if no more are wanted."""
        if self._crew is None or self._foreseen >= _MOST_FORESEEN:
            return False
        self._waiting.append(path)
        # the first at once, for much is made only when it is first needed
        if not self._foreseen or len(self._waiting) == _TOLD_TOGETHER:
            self._crew.tell(partial(_foresee, self.checks, files), self._waiting)
            self._foreseen += len(self._waiting)
            self._waiting = []
        return True

    def results(self, source: Source) -> Iterator[FileResult]:
        """What all files yield, in order; nothing is known before and nothing will be remembered."""
        if self.jobs > 1 and isinstance(source, WorkTree) and source.at_least(WORTH_A_POOL):
            self.get_ready(self.jobs)
        paths = source.paths()
        if not self._worth_a_pool(len(paths)):
            return self._counted(scan(source, self.checks(), paths), len(paths))
        return self._counted(self._results_of_crew(source, paths), len(paths))

    def outcomes(self, source: Source, tasks: Iterable[Task], number: int) -> Iterator[Outcome]:
        """In the order of the tasks, of which there are `number`; a file that cannot be opened is left out, the source names it."""
        if self._worth_a_pool(number) or (self._crew is not None and number):
            return self._counted(self._outcomes_of_crew(source, tasks, number), number)
        looked_at = _each_block(map, partial(_look_at, self.checks), source, tasks)
        return self._counted(chain.from_iterable(looked_at), number)

    def _worth_a_pool(self, files: int) -> bool:
        return self.jobs > 1 and files >= WORTH_A_POOL

    def _counted(self, found: Iterator[T], total: int) -> Iterator[T]:
        with no_collector():
            yield from counted(found, total, self.progress)

    def _results_of_crew(self, source: Source, paths: Sequence[str]) -> Iterator[FileResult]:
        from ikzctl.registry.codec import decode_result

        for block in self._spread(_examine, source, map(Task, paths), len(paths)):
            yield from (decode_result(path, encoded) for path, encoded in block)

    def _outcomes_of_crew(self, source: Source, tasks: Iterable[Task], number: int) -> Iterator[Outcome]:
        for block in self._spread(_look_at_and_encode, source, tasks, number):
            yield from (Outcome(*found, _decoded(found[0], found[-1])) for found in block)

    def _spread(self, work: Callable[..., T], source: Source, tasks: Iterable[Task], number: int) -> Iterator[T]:
        if self._worth_a_pool(number):
            self.get_ready(self.jobs)
        if self._crew is None:
            raise ValueError("nobody to spread work to")
        yield from _each_block(self._crew.spread, partial(work, self.checks), source, tasks)


def counted(found: Iterable[T], total: int, progress: Progress | None) -> Iterator[T]:
    """The same, with the progress told now and then."""
    for number, one in enumerate(found, 1):
        yield one
        if progress and number % _STEP == 0:
            progress(number, total)


def _each_block(
    run: Callable[..., Iterable[Any]], work: Callable[..., Any], source: Source, tasks: Iterable[Task]
) -> Iterator[Any]:
    """What `work` makes of each block of files; `run` is `map`, or does the same in several processes."""
    if not isinstance(source, WorkTree):
        yield from run(work, in_blocks(_with_content(source, tasks)))
        return
    # as plain tuples, because the pieces of a class take five times as long to send
    for done, unread in run(partial(_read_and, work, source.files), in_blocks(map(tuple, tasks))):
        for path, fault in unread:
            source.cannot_read(path, fault)
        yield done


def _with_content(source: Source, tasks: Iterable[Task]) -> Iterator[tuple[Task, bytes]]:
    asked, answered = tee(tasks)
    for path, content in source.read_many(task.path for task in asked):
        yield next(task for task in answered if task.path == path), content


def _look_at(checks: Checks, block: Sequence[tuple[Task, bytes]]) -> list[Outcome]:
    """A file whose content is known goes no further; no rule is imported as long as none has to."""
    found = [_by_content(task, task.blob or blob_id(content)) for task, content in block]
    changed = [number for number, outcome in enumerate(found) if not outcome.meaning]
    if changed:
        files = {(found[number].path, found[number].blob): block[number][1] for number in changed}
        new = [name for name in files if name not in _foreseen]
        results = examine_all([(name[0], files[name]) for name in new], checks())
        known = {**_foreseen, **dict(zip(new, results, strict=True))}
        for number in changed:
            task, blob = block[number][0], found[number].blob
            found[number] = _by_result(task, blob, known[task.path, blob])
    return found


def _by_content(task: Task, blob: str) -> Outcome:
    """Without a meaning if the content is not the one that it was known for."""
    return Outcome(task.path, bool(task.stat), blob, task.old_meaning if task.old_blob == blob else "")


def _decoded(path: str, encoded: bytes | None) -> FileResult | None:
    if encoded is None:
        return None
    # imported here, because most files mean what they did
    from ikzctl.registry.codec import decode_result

    return decode_result(path, encoded)


def _by_result(task: Task, blob: str, result: FileResult) -> Outcome:
    from ikzctl.registry.codec import digest_of_text, encode_result

    encoded = encode_result(result)
    meaning = f"!{blob}" if result.findings else digest_of_text(encoded)
    if meaning == task.old_meaning:
        return Outcome(task.path, bool(task.stat), blob, meaning)
    return Outcome(task.path, bool(task.stat), blob, meaning, encoded, result)


# --- the work of one process: what it found, as text, because objects are slow to send ---------------------------------


# what this process has read before it was asked to, by path and id of the content
_foreseen: dict[tuple[str, str], FileResult] = {}


def _get_ready(checks: Checks) -> None:
    """Much is made only when it is first needed."""
    from ikzctl.model.kinds import KINDS
    from ikzctl.registry.references import references

    for kind in KINDS:
        kind.model().model_rebuild()
        references(kind.name, {})
    examine("registry.yaml", b"", checks())


def _foresee(checks: Checks, files: Files, paths: Sequence[str]) -> None:
    contents = []
    for path in paths:
        with suppress(OSError):  # whoever is asked for it will say so
            contents.append((path, files.read(path)))
    for (path, content), result in zip(contents, examine_all(contents, checks()), strict=True):
        _foreseen[path, blob_id(content)] = result


def _read_and(
    work: Callable[[list[tuple[Task, bytes]]], T], files: Files, block: Sequence[tuple[str, ...]]
) -> tuple[T, list[tuple[str, OSError]]]:
    """What `work` makes of these files, and which of them could not be read."""
    there, unread = [], []
    for task in starmap(Task, block):
        try:
            found, content = files.look_and_read(task.path)
        except OSError as fault:
            unread.append((task.path, fault))
            continue
        # a folder that somebody has just put in the place of another keeps the times of its files
        there.append((task if not task.stat or task.stat == stamp_of(found) else task._replace(stat=""), content))
    return work(there), unread


def _examine(checks: Checks, block: Sequence[tuple[Task, bytes]]) -> list[tuple[str, bytes]]:
    from ikzctl.registry.codec import encode_result

    files = [(task.path, content) for task, content in block]
    with no_collector():
        return [(found.path, encode_result(found)) for found in examine_all(files, checks())]


def _look_at_and_encode(
    checks: Checks, block: Sequence[tuple[Task, bytes]]
) -> list[tuple[str, bool, str, str, bytes | None]]:
    with no_collector():
        return [found[:-1] for found in _look_at(checks, block)]
