"""Objects by name from one running `git cat-file`: question and answer, or a long list streamed."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import IO, NamedTuple, Self

from ikzctl.gitrepo.objects import format_of, object_id
from ikzctl.gitrepo.process import QUICK, GitError, Patience, Place, start, start_thread
from ikzctl.model.errors import UserError

_CHUNK = 1 << 16
# questions that fit into any pipe, so that putting them never waits for git
_AHEAD = 4000


class RawObject(NamedTuple):
    oid: str
    kind: str
    data: bytes


class DamagedError(UserError):
    """The object store does not hold what it promises."""


class CatFile:
    """Ask for one object after the other; for a handful of trees and files."""

    def __init__(self, place: Place) -> None:
        self._process = start(["cat-file", "--batch"], place)
        # what takes longer than this for one object has met something that never ends, such as a pipe in its place
        self._patience = Patience(self._process, QUICK)
        self._coming: deque[str] = deque()
        self._come: dict[str, RawObject | None] = {}

    def __enter__(self) -> Self:
        self._patience.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._patience.__exit__(kind, error, at)
        _end(self._process)

    def foresee(self, names: Iterable[str]) -> None:
        """Put questions that `get` will come to, so that git works on the next while we are busy with the answer before."""
        room = _AHEAD
        for name in names:
            room -= len(name.encode("utf-8")) + 1
            if room < 0:
                return
            self._ask(name)
            self._coming.append(name)

    def get(self, name: str, max_bytes: int | None = None) -> RawObject | None:
        """None if git knows no such object. `name` is an id, `ID^{tree}`, `ID:path`, or `:0:path` for an entry of the index.

        One that is longer than `max_bytes` comes cut one byte after it. The answer to a question that was foreseen stays the same.
        """
        while self._coming and name not in self._come:
            self._come[self._coming[0]] = self._answer(None)
            self._coming.popleft()
        if name in self._come:
            return self._come[name]
        self._ask(name)
        return self._answer(max_bytes)

    def _ask(self, name: str) -> None:
        stdin, _ = _pipes(self._process)
        try:
            stdin.write(name.encode("utf-8") + b"\n")
            stdin.flush()
        except OSError:
            raise _broken(self._process, self._patience) from None

    def _answer(self, max_bytes: int | None) -> RawObject | None:
        self._patience.asked()
        found = _next_object(self._process, self._patience, _pipes(self._process)[1], max_bytes)
        self._patience.answered()
        return found


def stream_objects(place: Place, oids: Sequence[str], max_bytes: int) -> Iterator[RawObject | None]:
    """The objects in the order asked for, None for one that is missing; longer ones are cut one byte after `max_bytes`.

    The questions are written by a second thread: waiting for each answer takes almost three times as long.
    """
    process = start(["cat-file", "--batch", "--buffer"], place)
    stdin, stdout = _pipes(process)
    writer = threading.Thread(target=_ask, args=(stdin, oids), daemon=True)
    try:
        start_thread(writer)
    except OSError:
        _end(process)
        raise
    try:
        with Patience(process, QUICK) as patience:
            for _ in oids:
                patience.asked()
                found = _next_object(process, patience, stdout, max_bytes)
                patience.answered()
                yield found
    finally:
        process.kill()
        writer.join()
        _end(process)


def _ask(stdin: IO[bytes], oids: Sequence[str]) -> None:
    try:
        for at in range(0, len(oids), 1000):
            stdin.write("".join(f"{oid}\n" for oid in oids[at : at + 1000]).encode("ascii"))
        stdin.close()
    except (OSError, ValueError):
        # git is gone; the reading side sees that its answers end and says so
        return


def _next_object(
    process: subprocess.Popen[bytes], patience: Patience, stdout: IO[bytes], max_bytes: int | None
) -> RawObject | None:
    header = stdout.readline()
    parts = header.split()
    if parts[-1:] in ([b"missing"], [b"ambiguous"]):
        return None
    if len(parts) != 3 or not parts[2].isdigit():
        raise _broken(process, patience)
    oid, kind, size = parts[0].decode("ascii"), parts[1].decode("ascii"), int(parts[2])
    if max_bytes is not None and size > max_bytes:
        return RawObject(oid, kind, _read_cut(process, patience, stdout, size, max_bytes + 1))
    data = stdout.read(size + 1)
    if len(data) != size + 1:
        raise _broken(process, patience)
    data = data[:-1]
    # git does not compare content and id when it reads; a prepared repository could hold anything under a known id
    if object_id(kind, data, format_of(oid)) != oid:
        raise DamagedError(
            f"Im Repository ist ein Objekt beschädigt oder gefälscht ({oid[:12]}).",
            hint="Zeigen: git fsck   Abhilfe: das Register frisch klonen (git clone).",
        )
    return RawObject(oid, kind, data)


def _read_cut(process: subprocess.Popen[bytes], patience: Patience, stdout: IO[bytes], size: int, keep: int) -> bytes:
    kept = stdout.read(keep)
    left = size + 1 - len(kept)
    while left > 0:
        chunk = stdout.read(min(left, _CHUNK))
        if not chunk:
            raise _broken(process, patience)
        left -= len(chunk)
    return kept


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes to talk through")
    return process.stdin, process.stdout


def _broken(process: subprocess.Popen[bytes], patience: Patience) -> GitError:
    process.kill()
    code = process.wait()
    if patience.lost:
        return GitError("cat-file", code, f"timeout after {QUICK:.0f} s")
    err = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    return GitError("cat-file", code, err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close all pipes and wait; a git that has already gone leaves nothing to flush to."""
    process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue
    process.wait()
