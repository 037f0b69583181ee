"""Reads what is new in a registry since the last run, and nothing else; the facts of everything are there when somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from ikzctl.registry.cache import Cache, Known
from ikzctl.registry.codec import decode_results, encode_results
from ikzctl.registry.scan import FileResult, RecordCheck, examine, examine_loaded, no_collector, scan
from ikzctl.registry.shards import Row, Shard, blob_id, cut, digest_of, meaning_of, rows_of
from ikzctl.registry.sources import Source

# below so many files to read, starting processes takes longer than they save
WORTH_A_POOL = 3_000
_BLOCK = 200
# after so many files the progress is told
_STEP = 50

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how many of how many files have been read."""


class Stamped(Source, Protocol):
    """A source that can say what its files are without opening them."""

    @property
    def stamped_by_content(self) -> bool:
        """True: a stamp is the id of the content. False: it is what the file system says of the file."""

    def stamps(self) -> Sequence[str]:
        """`path TAB stamp` of every file of the layout, sorted."""


class Task(NamedTuple):
    """A file to be read; if its content or its meaning is still what it was, that is all there is to say."""

    path: str
    old_blob: str = ""
    old_meaning: str = ""
    blob: str = ""
    """The id of the content, if the source knows it."""


class Outcome(NamedTuple):
    """`result` is None if the file still means the same; `encoded` is there if it came from another process."""

    path: str
    blob: str
    meaning: str
    result: FileResult | None
    encoded: bytes | None = None


@dataclass(frozen=True)
class Reader:
    """How files are read: with which rules, in how many processes, and who wants to know how far it is."""

    checks: Callable[[], tuple[RecordCheck, ...]]
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
            return self._counted((_look(task, content, self.checks) for task, content in contents), len(tasks))
        return self._counted(self._outcomes_of_pool(contents), len(tasks))

    def _worth_a_pool(self, files: int) -> bool:
        return self.jobs > 1 and files >= WORTH_A_POOL

    def _counted(self, found: Iterator[T], total: int) -> Iterator[T]:
        with no_collector():
            for number, one in enumerate(found, 1):
                yield one
                if self.progress and number % _STEP == 0:
                    self.progress(number, total)

    def _results_of_pool(self, source: Source, paths: Sequence[str]) -> Iterator[FileResult]:
        contents = source.read_many(paths)
        for block_paths, encoded in self._spread(_examine_all, contents):
            yield from decode_results(block_paths, encoded)

    def _outcomes_of_pool(self, contents: Iterator[tuple[Task, bytes]]) -> Iterator[Outcome]:
        for block in self._spread(_look_at_all, contents):
            for path, blob, meaning, encoded in block:
                result = decode_results([path], encoded)[0] if encoded else None
                yield Outcome(path, blob, meaning, result, encoded)

    def _spread(self, work: Callable[..., T], contents: Iterator[Any]) -> Iterator[T]:
        from ikzctl.model.kinds import KINDS
        from ikzctl.registry.pool import spread

        for kind in KINDS:
            # imported when a first record turns up; once before the processes part is enough
            kind.model()
        return spread(partial(work, self.checks), iter(lambda: list(islice(contents, _BLOCK)), []), self.jobs)


def _with_content(source: Source, tasks: Sequence[Task]) -> Iterator[tuple[Task, bytes]]:
    waiting = {task.path: task for task in tasks}
    for path, content in source.read_many([task.path for task in tasks]):
        yield waiting[path], content


def _look(task: Task, content: bytes, checks: Callable[[], tuple[RecordCheck, ...]]) -> Outcome:
    blob = task.blob or blob_id(content)
    if task.old_meaning and task.old_blob == blob:
        return Outcome(task.path, blob, task.old_meaning, None)
    from ikzctl.registry.events import load

    loaded = load(content, task.path)
    clean = meaning_of(loaded.data) if loaded.data is not None and not loaded.findings else ""
    if clean and clean == task.old_meaning:
        return Outcome(task.path, blob, clean, None)
    result = examine_loaded(task.path, content, loaded, checks())
    return Outcome(task.path, blob, f"!{blob}" if result.findings else clean, result)


def _examine_all(
    checks: Callable[[], tuple[RecordCheck, ...]], block: list[tuple[str, bytes]]
) -> tuple[list[str], bytes]:
    """The work of one process: what it found, without anything that is slow to send."""
    with no_collector():
        results = [examine(path, content, checks()) for path, content in block]
    return [path for path, _ in block], encode_results(results)


def _look_at_all(
    checks: Callable[[], tuple[RecordCheck, ...]], block: list[tuple[Task, bytes]]
) -> list[tuple[str, str, str, bytes | None]]:
    """The same for files of which something may be known."""
    answers = []
    with no_collector():
        for task, content in block:
            found = _look(task, content, checks)
            encoded = encode_results([found.result]) if found.result else None
            answers.append((found.path, found.blob, found.meaning, encoded))
    return answers


# --- the registry as groups of files ----------------------------------------------------------------------------------

HandOn = Callable[[Shard, list[FileResult], bytes], None]
"""Is given a group with the results of its files, and these encoded."""


class Survey:
    """All files of a registry in groups. After `take` every group has its digests and only what is new has been read.

    `first`: nothing was known before. `fresh` holds the results of files with a new meaning; `unread` could not be opened.
    """

    def __init__(self, cache: Cache, source: Stamped, stamps: Sequence[str], reader: Reader) -> None:
        self._cache, self._source, self._reader = cache, source, reader
        self.shards: list[Shard] = []
        self.fresh: dict[str, FileResult] = {}
        self.unread: set[str] = set()
        self._lines = cut(stamps)
        known = cache.shards()
        self.first = not known
        digests = {(k.content if source.stamped_by_content else k.stat): k for k in known}
        digests.pop("", None)
        self._found = [digests.get(digest_of(group)) for group in self._lines]
        used = {id(k) for k in self._found if k}
        self._gone = [k for k in known if id(k) not in used]
        self._before = {row.path: row for k in self._gone for row in self._rows(k)}

    def _rows(self, known: Known) -> list[Row]:
        table = self._cache.table(known.content)
        try:
            return rows_of(table) if table else []
        except ValueError:
            return []

    @property
    def settled(self) -> bool:
        """Whether the file system alone will tell that nothing has changed."""
        return all(shard.stat for shard in self.shards)

    def take(self, hand_on: HandOn | None = None) -> None:
        """Read what is new; with `hand_on` nothing is kept, but handed on group by group."""
        groups = [None if k else self._group(lines) for k, lines in zip(self._found, self._lines, strict=True)]
        tasks = [self._task(row) for rows in groups if rows for row in rows if not row.meaning]
        outcomes = self._reader.outcomes(self._source, tasks)
        ahead: list[Outcome] = []
        for number, known in enumerate(self._found):
            rows, groups[number] = groups[number], None
            if known or not rows:
                self.shards.append(Shard(*known) if known else Shard())
                continue
            there = [found for row in rows if not row.meaning and (found := self._settle(row, ahead, outcomes))]
            shard = Shard()
            shard.seal(rows)
            self.shards.append(shard)
            results = [found.result for found in there if found.result]
            if hand_on is not None:
                hand_on(shard, results, _joined(there, results))
            else:
                self.fresh.update((result.path, result) for result in results)

    def _group(self, lines: Sequence[str]) -> list[Row]:
        return [self._row(*line.split("\t", 1)) for line in lines]

    def _row(self, path: str, stamp: str) -> Row:
        before = self._before.get(path)
        if self._source.stamped_by_content:
            return before if before and before.blob == stamp else Row(path, "", stamp)
        return before if before and before.stat == stamp else Row(path, stamp)

    def _task(self, row: Row) -> Task:
        before = self._before.get(row.path)
        return Task(row.path, before.blob, before.meaning, row.blob) if before else Task(row.path, blob=row.blob)

    def _settle(self, row: Row, ahead: list[Outcome], outcomes: Iterator[Outcome]) -> Outcome | None:
        """Complete the row by its outcome, which is the next one unless the file could not be opened."""
        if not ahead:
            ahead += islice(outcomes, 1)
        if not ahead or ahead[0].path != row.path:
            self.unread.add(row.path)
            return None
        found = ahead.pop()
        row.blob, row.meaning = found.blob, found.meaning
        if row.stat and not self._cache.settled(row.stat):
            row.stat = ""
        return found

    def results(self, hand_on: HandOn) -> None:
        """Hand on the results of all files, group by group; only those of groups in which something changed are put together anew."""
        old = self._old_results()
        for shard, lines in zip(self.shards, self._lines, strict=True):
            paths = [path for line in lines if (path := line[: line.index("\t")]) not in self.unread]
            body = self._cache.body(shard.meaning)
            if body is not None and (known := _decoded(paths, body)) is not None:
                hand_on(shard, known, body)
                continue
            there = {path: found for path in paths if (found := self.fresh.get(path) or old.get(path))}
            tasks = [Task(path) for path in paths if path not in there]
            for outcome in self._reader.outcomes(self._source, tasks) if tasks else ():
                if outcome.result:
                    there[outcome.path] = outcome.result
            results = [there[path] for path in paths if path in there]
            hand_on(shard, results, encode_results(results))

    def _old_results(self) -> dict[str, FileResult]:
        """Results of unchanged files in groups that are no more what they were."""
        out: dict[str, FileResult] = {}
        for known in self._gone:
            paths = [row.path for row in self._rows(known)]
            body = self._cache.body(known.meaning)
            if body is not None and (results := _decoded(paths, body)) is not None:
                out.update(zip(paths, results, strict=True))
        return out

    def blobs(self, files: Iterable[str]) -> dict[str, str]:
        """The ids of the contents of these files, as far as they exist."""
        wanted = set(files)
        starts = [lines[0] for lines in self._lines]
        numbers = {bisect_right(starts, f"{file}\t\uffff") - 1 for file in wanted} - {-1}
        out = {}
        for number in numbers:
            shard = self.shards[number]
            table = shard.table if shard.table is not None else self._cache.table(shard.content)
            out.update({row.path: row.blob for row in (rows_of(table) if table else ()) if row.path in wanted})
        return out


def _decoded(paths: Sequence[str], body: bytes) -> list[FileResult] | None:
    """None if this is not what it should be, whoever wrote it."""
    try:
        return decode_results(paths, body)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def _joined(outcomes: Sequence[Outcome], results: Sequence[FileResult]) -> bytes:
    """The encoded results, put together where other processes have encoded them already."""
    texts = [o.encoded[1:-1] for o in outcomes if o.encoded]
    return b"[" + b",".join(texts) + b"]" if len(texts) == len(results) else encode_results(results)
