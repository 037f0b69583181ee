"""Finds out what is new in a registry since the last run and reads nothing else; the facts of everything are there when somebody asks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, tee
from typing import Protocol

from ikzctl.registry.cache import Cache, Known
from ikzctl.registry.pack import FOREIGN
from ikzctl.registry.reading import Outcome, Reader, Task
from ikzctl.registry.scan import FileResult
from ikzctl.registry.shards import Row, Shard, blob_id, cut, digest_of, rows_of
from ikzctl.registry.sources import Source


class Stamped(Source, Protocol):
    """A source that can say what its files are without opening them."""

    @property
    def stamped_by_content(self) -> bool:
        """True: a stamp is the id of the content. False: it is what the file system says of the file."""

    def stamps(self) -> Sequence[str]:
        """`path TAB stamp` of every file of the layout, sorted."""


HandOn = Callable[[Shard, list[FileResult], bytes], None]
"""Is given a group with the results of its files, and these encoded."""


class Survey:
    """All files of a registry in groups. After `take` every group has its digests and only what is new has been read.

    `first`: nothing was known before. `fresh` holds the results of files with a new meaning; `unread` could not be opened.
    `steady` is False as soon as a file that was read twice has changed in between: then no report must be remembered.
    """

    def __init__(self, cache: Cache, source: Stamped, stamps: Sequence[str], reader: Reader) -> None:
        self._cache, self._source, self.stamps, self._reader = cache, source, stamps, reader
        self.shards: list[Shard] = []
        self.fresh: dict[str, FileResult] = {}
        self.unread: set[str] = set()
        self._read_again: set[tuple[str, str]] = set()
        self._lines = [stamps[group] for group in cut(source.paths())]
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
        except FOREIGN:
            return []

    @property
    def settled(self) -> bool:
        """Whether the file system alone will tell that nothing has changed."""
        return all(shard.stat for shard in self.shards)

    def take(self, hand_on: HandOn | None = None) -> None:
        """Read what is new; with `hand_on` nothing is kept, but handed on group by group."""
        groups, number = self._groups(), len(self.stamps)
        if not self.first:
            # of a first run rows are made as the reader comes to them: those of all files at once take twenty megabytes
            all_of_them = list(groups)
            groups, number = iter(all_of_them), sum(not row.meaning for rows in all_of_them for row in rows)
        groups, to_read = tee(groups)
        tasks = (self._task(row) for rows in to_read for row in rows if not row.meaning)
        outcomes = self._reader.outcomes(self._source, tasks, number)
        ahead: list[Outcome] = []
        for known in self._found:
            if known:
                self.shards.append(Shard(*known))
                continue
            rows = next(groups)
            there = [found for row in rows if not row.meaning and (found := self._settle(row, ahead, outcomes))]
            shard = Shard()
            shard.seal(rows)
            self.shards.append(shard)
            results = [found.result for found in there if found.result]
            if hand_on is not None:
                from ikzctl.registry.codec import joined

                hand_on(shard, results, joined(found.encoded for found in there if found.encoded))
            else:
                self.fresh.update((result.path, result) for result in results)

    def _groups(self) -> Iterator[list[Row]]:
        """The rows of every group that is not as it was."""
        for known, lines in zip(self._found, self._lines, strict=True):
            if not known:
                yield [self._row(*line.split("\t", 1)) for line in lines]

    def _row(self, path: str, stamp: str) -> Row:
        before = self._before.get(path)
        if self._source.stamped_by_content:
            return before if before and before.blob == stamp else Row(path, "", stamp)
        return before if before and before.stat == stamp else Row(path, stamp)

    def _task(self, row: Row) -> Task:
        before = self._before.get(row.path)
        return Task(row.path, row.blob, *((before.blob, before.meaning) if before else ("", "")), row.stat)

    def _settle(self, row: Row, ahead: list[Outcome], outcomes: Iterator[Outcome]) -> Outcome | None:
        """Complete the row by its outcome, which is the next one unless the file could not be opened."""
        if not ahead:
            ahead += islice(outcomes, 1)
        if not ahead or ahead[0].path != row.path:
            self.unread.add(row.path)
            return None
        found = ahead.pop()
        row.blob, row.meaning = found.blob, found.meaning
        if row.stat and not (found.as_listed and self._cache.settled(row.stat)):
            row.stat = ""
        return found

    def results(self, hand_on: HandOn) -> None:
        """Hand on the results of all files, group by group; only those of groups in which something changed are put together anew."""
        from ikzctl.registry.codec import encode_results

        old = self._old_results()
        for shard, lines in zip(self.shards, self._lines, strict=True):
            paths = [path for line in lines if (path := line[: line.index("\t")]) not in self.unread]
            body = self._cache.body(shard.meaning)
            if body is not None and (known := _decoded(paths, body)) is not None:
                hand_on(shard, known, body)
                continue
            there = {path: found for path in paths if (found := self.fresh.get(path) or old.get(path))}
            there.update(self._once_more([path for path in paths if path not in there]))
            results = [there[path] for path in paths if path in there]
            hand_on(shard, results, encode_results(results))

    def _once_more(self, paths: Sequence[str]) -> Iterator[tuple[str, FileResult]]:
        """The results of files that were known, but the cache has lost what they say."""
        outcomes = self._reader.outcomes(self._source, map(Task, paths), len(paths))
        missing = set(paths)
        for found in outcomes:
            missing.discard(found.path)
            self._read_again.add((found.path, found.blob))
            if found.result:
                yield found.path, found.result
        self.unread |= missing

    def _old_results(self) -> dict[str, FileResult]:
        """Results of unchanged files in groups that are no more what they were."""
        out: dict[str, FileResult] = {}
        for known in self._gone:
            paths = [row.path for row in self._rows(known)]
            body = self._cache.body(known.meaning)
            if body is not None and (results := _decoded(paths, body)) is not None:
                out.update(zip(paths, results, strict=True))
        return out

    def paths(self) -> Sequence[str]:
        return self._source.paths()

    def read(self, path: str) -> bytes:
        """The content of a file that was surveyed, for whoever wants to know where in it something stands."""
        content = self._source.read(path)
        self._read_again.add((path, blob_id(content)))
        return content

    @property
    def steady(self) -> bool:
        """Whether everything that was read so far, some of it twice, belongs to the same contents."""
        if self.unread:
            return False
        if self._source.stamped_by_content:
            return True  # what a commit hands out has been compared with its id
        blobs = self.blobs(path for path, _ in self._read_again)
        return all(blobs.get(path) == blob for path, blob in self._read_again)

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
    from ikzctl.registry.codec import decode_results

    try:
        return decode_results(paths, body)
    except FOREIGN:
        return None
