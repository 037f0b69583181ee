"""Objects by name from one running `git cat-file`: question and answer, or a long list streamed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, NamedTuple, Self

from ikzctl.gitrepo.objects import format_of, object_id
from ikzctl.gitrepo.process import QUICK, GitError, Patience, Place, kill, start, start_thread
from ikzctl.model.errors import UserError

if sys.platform == "linux":
    import fcntl

_CHUNK = 1 << 16
# what Linux allows everybody
_WIDE = 1 << 20
_A_MOMENT = 2.0
# questions that fit into any pipe, so that putting them never waits for git
_AHEAD = 4000


class RawObject(NamedTuple):
    oid: str
    kind: str
    data: bytes


class DamagedError(UserError):
    """The object store does not hold what it promises."""


class _Running:
    """One `git cat-file` that is talked with. Use it with `with`."""

    def __init__(self, args: Sequence[str], place: Place) -> None:
        self._process = start(["cat-file", *args], place)
        self.stdin, self.stdout, self._stderr = _pipes(self._process)
        _widen(self.stdout)
        # what takes longer than this for one object has met something that never ends, such as a pipe in its place
        self.patience = Patience(self._process, QUICK)
        self._said = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        try:
            start_thread(self._listener)
            self.patience.__enter__()
        except OSError:
            self.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.patience.__exit__(kind, error, at)
        self.end()

    def _listen(self) -> None:
        """A git whose complaints nobody takes waits in the middle of an answer; more of them than a page help nobody."""
        # short of memory it goes unheard: should it wait for that, patience ends it
        with suppress(OSError, MemoryError):
            while said := self._stderr.read(_CHUNK):
                self._said = self._said or said

    def answer(self, max_bytes: int | None) -> RawObject | None:
        self.patience.asked()
        found = _next_object(self, max_bytes)
        self.patience.answered()
        return found

    def kill(self) -> None:
        kill(self._process)

    def end(self) -> None:
        """Close all pipes and wait; a git that has already gone leaves nothing to flush to."""
        kill(self._process)
        self._process.wait()
        self._hear_out()
        for pipe in (self.stdin, self.stdout, self._stderr):
            # what somebody still reads from cannot be closed
            if pipe is not self._stderr or not self._listener.is_alive():
                with suppress(OSError):
                    pipe.close()

    def _hear_out(self) -> None:
        """Until git's end of the pipe is closed, unless a process that git has left behind holds it."""
        if self._listener.is_alive():
            self._listener.join(_A_MOMENT)

    def broken(self) -> GitError:
        kill(self._process)
        code = self._process.wait()
        if self.patience.lost:
            return GitError("cat-file", code, f"timeout after {QUICK:.0f} s")
        self._hear_out()
        return GitError("cat-file", code, self._said.decode("utf-8", "replace"))


class CatFile:
    """Ask for one object after the other; for a handful of trees and files."""

    def __init__(self, place: Place) -> None:
        self._git = _Running(["--batch"], place)
        # each question with its limit: the same name with another limit is another question
        self._coming: deque[tuple[str, int | None]] = deque()
        self._come: dict[tuple[str, int | None], RawObject | None] = {}

    def __enter__(self) -> Self:
        self._git.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._git.__exit__(kind, error, at)

    def foresee(self, names: Iterable[str], max_bytes: int | None = None) -> None:
        """Put questions that `get` will come to, so that git works on the next while we are busy with the answer before."""
        room = _AHEAD
        for name in names:
            room -= len(name.encode("utf-8")) + 1
            if room < 0:
                return
            self._ask(name)
            self._coming.append((name, max_bytes))

    def get(self, name: str, max_bytes: int | None = None) -> RawObject | None:
        """None if git knows no such object. `name` is an id, `ID^{tree}`, `ID:path`, or `:0:path` for an entry of the index.

        One that is longer than `max_bytes` comes cut one byte after it. The answer to a question that was foreseen, with this limit,
        stays the same.
        """
        question = (name, max_bytes)
        while self._coming and question not in self._come:
            self._come[self._coming[0]] = self._git.answer(self._coming[0][1])
            self._coming.popleft()
        if question in self._come:
            return self._come[question]
        self._ask(name)
        return self._git.answer(max_bytes)

    def _ask(self, name: str) -> None:
        try:
            self._git.stdin.write(name.encode("utf-8") + b"\n")
            self._git.stdin.flush()
        except OSError:
            raise self._git.broken() from None


def stream_objects(place: Place, oids: Sequence[str], max_bytes: int) -> Iterator[RawObject | None]:
    """The objects in the order asked for, None for one that is missing; longer ones are cut one byte after `max_bytes`.

    The questions are written by a second thread: waiting for each answer takes almost three times as long.
    """
    with _Running(["--batch", "--buffer"], place) as git:
        writer = threading.Thread(target=_ask, args=(git.stdin, oids), daemon=True)
        start_thread(writer)
        try:
            for _ in oids:
                yield git.answer(max_bytes)
        finally:
            git.kill()
            writer.join()


def _ask(stdin: IO[bytes], oids: Sequence[str]) -> None:
    try:
        for at in range(0, len(oids), 1000):
            stdin.write("".join(f"{oid}\n" for oid in oids[at : at + 1000]).encode("ascii"))
    except (OSError, ValueError, MemoryError):
        # git is gone, or there is no memory to ask with; the reading side sees that its answers end and says so
        pass
    finally:
        with suppress(OSError, ValueError):
            stdin.close()


def _next_object(git: _Running, max_bytes: int | None) -> RawObject | None:
    header = git.stdout.readline()
    parts = header.split()
    # the last is what newer versions say of a submodule whose commit lies elsewhere
    if parts[-1:] in ([b"missing"], [b"ambiguous"], [b"submodule"]):
        return None
    if len(parts) != 3 or not parts[2].isdigit():
        raise git.broken()
    oid, kind, size = parts[0].decode("ascii"), parts[1].decode("ascii"), int(parts[2])
    if max_bytes is not None and size > max_bytes:
        return RawObject(oid, kind, _read_cut(git, size, max_bytes + 1))
    data = git.stdout.read(size + 1)
    if len(data) != size + 1:
        raise git.broken()
    data = data[:-1]
    # git does not compare content and id when it reads; a prepared repository could hold anything under a known id
    if object_id(kind, data, format_of(oid)) != oid:
        raise DamagedError(
            f"Im Repository ist ein Objekt beschädigt oder gefälscht ({oid[:12]}).",
            hint="Zeigen: git fsck   Abhilfe: das Register frisch klonen (git clone).",
        )
    return RawObject(oid, kind, data)


def _read_cut(git: _Running, size: int, keep: int) -> bytes:
    kept = git.stdout.read(keep)
    left = size + 1 - len(kept)
    while left > 0:
        chunk = git.stdout.read(min(left, _CHUNK))
        if not chunk:
            raise git.broken()
        left -= len(chunk)
    return kept


def _widen(pipe: IO[bytes]) -> None:
    """Let git lay down a folder of ten thousand files and go on to the next question while we are still at the one before."""
    if sys.platform == "linux":
        # whoever has many pipes already gets no larger one
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDE)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise RuntimeError("no pipes to talk through")
    return process.stdin, process.stdout, process.stderr
