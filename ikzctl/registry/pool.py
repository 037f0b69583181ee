"""Spreads work over processes: blocks go out, answers come back in the same order, and nothing is left running afterwards."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
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

    def spread(self, work: Work, blocks: Iterable[Any]) -> Iterator[Any]:
        """`work(block)` for each block, in order. `work` must be portable; what it raises is raised here.

        Without any process this one does the work. All end when the caller stops asking before the last answer, whatever the
        reason. ChildProcessError if somebody else ends one of them.
        """
        if not self._workers:
            yield from map(work, blocks)
            return
        try:
            yield from _deal(self._workers, work, iter(blocks))
        except BaseException:
            # what is still on its way would be taken for the answer to the next question
            self.end()
            raise

    def end(self) -> None:
        with _no_interrupt():
            for process, _ in self._workers:
                process.kill()
            for process, pipe in self._workers:
                process.join()
                process.close()
                pipe.close()
            self._workers.clear()


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


def _deal(workers: list[Worker], work: Work, blocks: Iterator[Any]) -> Iterator[Any]:
    free = [pipe for _ in range(_AHEAD) for _, pipe in workers]
    order: dict[Connection, list[int]] = {pipe: [] for _, pipe in workers}
    answers: dict[int, Any] = {}
    sent = wanted = 0
    more = True
    while True:
        while more and free and sent - wanted < 4 * _AHEAD * len(workers):
            try:
                block = next(blocks)
            except StopIteration:
                more = False
                break
            pipe = free.pop(0)
            _send(pipe, (work, block, True))
            order[pipe].append(sent)
            sent += 1
        if wanted == sent:
            return
        if wanted not in answers:
            ready = set(wait([pipe for pipe in order if order[pipe]]))
            for pipe in [p for p in order if p in ready]:
                answers[order[pipe].pop(0)] = _answer(pipe)
                free.append(pipe)
        while wanted in answers:
            yield answers.pop(wanted)
            wanted += 1


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
