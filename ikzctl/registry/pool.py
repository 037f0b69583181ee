"""Spreads work over processes: blocks go out, answers come back in the same order, and nothing is left running afterwards."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

Work = Callable[[Any], Any]
Prepare = Callable[[], object]

# one block to work on and one waiting: a worker never waits for its next one, and little lies around in memory
_AHEAD = 2
_OVER: Any = object()


class Crew:
    """Processes that each do `prepare()`, while it may still be found out what there is to do, and then whatever is spread.

    `end` it in any case. What fails in `prepare` is not told; the work will fail in the same way.
    """

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._workers: list[Worker] = []
        self._deal: Deal | None = None

    def grow(self, processes: int) -> None:
        """To so many processes; fewer where the system allows no further one."""
        # a copy of this process needs no imports of its own; elsewhere it is not safe, or not there
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        # one that is just beginning would answer Ctrl-C with a traceback
        with _no_interrupt(), suppress(OSError):
            while len(self._workers) < processes:
                self._workers.append(_one_more(context, self._prepare, self._workers))

    def tell(self, work: Work, block: Any) -> None:
        """Have one process do this first. Nobody waits for what comes of it, and a fault in it is not told."""
        for _, pipe in self._workers[:1]:
            with suppress(OSError):
                pipe.send((work, block, False))

    def begin(self, work: Work) -> Deal:
        """Work whose blocks are still to be found. What another deal has not answered yet is given up."""
        if self._deal is not None and self._deal.open:
            # its answers would be taken for those of this one
            processes = len(self._workers)
            self.end()
            self.grow(processes)
        self._deal = Deal([pipe for _, pipe in self._workers], work)
        return self._deal

    def answers(self, deal: Deal, blocks: Iterable[Any] = ()) -> Iterator[Any]:
        """All that the deal has not answered, and then that for these blocks, which are asked for as they are needed.

        All processes end when the caller stops asking before the last answer, whatever the reason.
        """
        try:
            for block in blocks:
                deal.give(block)
                while deal.open >= 4 * _AHEAD * max(1, len(self._workers)):
                    yield deal.answer()
            while deal.open:
                yield deal.answer()
        except BaseException:
            self.end()
            raise

    def spread(self, work: Work, blocks: Iterable[Any]) -> Iterator[Any]:
        """`work(block)` for each block, in order; see `answers`."""
        return self.answers(self.begin(work), blocks)

    def end(self) -> None:
        with _no_interrupt():
            for process, _ in self._workers:
                process.kill()
            for process, pipe in self._workers:
                process.join()
                process.close()
                pipe.close()
            self._workers.clear()
        self._deal = None


class Deal:
    """Blocks that are worked on by the processes at the other ends of these pipes, by each in the order in which it got them.

    `work` must be portable; what it raises is raised where its answer is asked for. Without any process this one does the work.
    ChildProcessError if somebody else ends one of them.
    """

    def __init__(self, pipes: Sequence[Connection], work: Work) -> None:
        self._work = work
        self._waiting: deque[Any] = deque()
        self._free = [pipe for _ in range(_AHEAD) for pipe in pipes]
        self._order: dict[Connection, deque[int]] = {pipe: deque() for pipe in pipes}
        self._answers: dict[int, Any] = {}
        self._sent = self._answered = 0

    @property
    def open(self) -> int:
        """How many blocks have been given whose answers nobody has asked for."""
        return len(self._waiting) + self._sent - self._answered

    def give(self, block: Any) -> None:
        """Without waiting for anybody."""
        self._waiting.append(block)
        self._hand_out()
        if self._waiting and self._order:
            self._take_in(0)
            self._hand_out()

    def answer(self) -> Any:
        """The next one, in the order of the blocks. LookupError if none is left."""
        if not self._order:
            return self._work(self._waiting.popleft())
        while self._answered not in self._answers:
            if not self.open:
                raise LookupError("every block has been answered")
            self._hand_out()
            self._take_in(None)
        self._answered += 1
        return self._answers.pop(self._answered - 1)

    def _hand_out(self) -> None:
        while self._waiting and self._free:
            pipe = self._free.pop(0)
            _send(pipe, (self._work, self._waiting.popleft(), True))
            self._order[pipe].append(self._sent)
            self._sent += 1

    def _take_in(self, seconds: float | None) -> None:
        """What is there; None: wait until something is."""
        ready = set(wait([pipe for pipe in self._order if self._order[pipe]], seconds))
        for pipe in [p for p in self._order if p in ready]:
            self._answers[self._order[pipe].popleft()] = _answer(pipe)
            self._free.append(pipe)


Worker = tuple["BaseProcess", Connection]


# --- the process that deals -------------------------------------------------------------------------------------------


def _one_more(context: Any, prepare: Prepare, workers: list[Worker]) -> Worker:
    ours, theirs = context.Pipe()
    # a copy inherits our ends of the pipes so far; as long as it holds them, nobody learns that we are gone
    inherited = [ours, *(pipe for _, pipe in workers)] if sys.platform == "linux" else []
    process = context.Process(target=_serve, args=(prepare, theirs, inherited), daemon=True)
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C waits until all processes have been started, or ended: none may be overlooked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send(pipe: Connection, task: tuple[Work, Any, bool]) -> None:
    try:
        pipe.send(task)
    except OSError:
        raise _gone() from None


def _answer(pipe: Connection) -> Any:
    try:
        well, answer = pipe.recv()
    except (EOFError, OSError):
        raise _gone() from None
    if not well:
        raise answer
    return answer


def _gone() -> ChildProcessError:
    return ChildProcessError("a worker process ended before its work was done")


# --- the processes that work ------------------------------------------------------------------------------------------


def _serve(prepare: Prepare, pipe: Connection, inherited: list[Connection]) -> None:
    # Ctrl-C reaches the whole group; the parent alone decides what follows
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    # a thread takes blocks in while we work: if both sides were sending, each would wait for the other to listen
    waiting: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(pipe, waiting), daemon=True).start()
    with suppress(Exception):
        prepare()
    while (task := waiting.get()) is not _OVER:
        work, block, wanted = task
        done = _done(work, block)
        if wanted:
            with suppress(OSError):
                pipe.send(done)


def _done(work: Work, block: Any) -> tuple[bool, Any]:
    try:
        return True, work(block)
    except Exception as fault:
        return False, _portable(fault)


def _portable(fault: Exception) -> Exception:
    """The fault as it will come out at the other end, with the place where it happened."""
    where = traceback.format_exc()
    try:
        fault.add_note(where)
        same = pickle.loads(pickle.dumps(fault))  # noqa: S301  our own bytes
        return fault if type(same) is type(fault) else RuntimeError(where)
    except Exception:
        return RuntimeError(where)


def _listen(pipe: Connection, waiting: SimpleQueue[Any]) -> None:
    with suppress(EOFError, OSError):
        while True:
            waiting.put(pipe.recv())
    waiting.put(_OVER)
