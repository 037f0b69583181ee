"""Work over processes: answers in order, faults come home, and afterwards no process is left, whatever happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ikzctl.registry import pool
from ikzctl.registry.pool import Crew

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")


def spread(
    work: Callable[[Any], Any], blocks: Iterable[Any], processes: int, prepare: Any = os.getpid
) -> Iterator[Any]:
    crew = Crew(prepare)
    try:
        crew.grow(processes)
        yield from crew.spread(work, blocks)
    finally:
        crew.end()


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def slowly_at_first(number: int) -> int:
    time.sleep(0.05 if number % 7 == 0 else 0)
    return number


def big(number: int) -> bytes:
    return bytes([number]) * 3_000_000


class Unportable(Exception):
    def __init__(self, one: str, *, two: str) -> None:
        super().__init__(f"{one} {two}")


def failing(number: int) -> int:
    if number == 5:
        raise ValueError("five")
    if number == 6:
        raise Unportable("six", two="six")
    return number


def unportable(number: int) -> Any:
    return (lambda: None) if number == 2 else number


def dying(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  a list of names is all that is wanted
    yield
    assert active_children() == []
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("count", [0, 1, 2, 3, 17, 100])
@pytest.mark.parametrize("processes", [1, 2, 5])
def test_answers_come_in_order(count: int, processes: int):
    answers = list(spread(square, range(count), processes))
    assert [value for value, _ in answers] == [n * n for n in range(count)]
    assert os.getpid() not in {process for _, process in answers}
    assert len({process for _, process in answers}) <= processes


def test_two_processes_take_part():
    assert len({process for _, process in spread(square, range(100), 2)}) == 2


def test_a_slow_block_holds_nobody_up_for_ever():
    assert list(spread(slowly_at_first, range(60), 3)) == list(range(60))


def test_answers_and_blocks_larger_than_any_pipe():
    assert [len(answer) for answer in spread(big, range(12), 2)] == [3_000_000] * 12
    assert list(spread(len, (bytes(3_000_000) for _ in range(12)), 2)) == [3_000_000] * 12


def test_blocks_are_asked_for_as_they_are_needed():
    """Never all of them in memory: what was handed out and not yet answered is bounded."""
    asked = 0

    def blocks() -> Iterator[int]:
        nonlocal asked
        for number in range(1000):
            asked += 1
            yield number

    for done, _ in enumerate(spread(square, blocks(), 2), 1):
        assert asked - done <= 4 * pool._AHEAD * 2
    assert asked == 1000


ready: list[int] = []


def note(number: int) -> None:
    ready.append(number)


def is_ready(number: int) -> tuple[int, list[int]]:
    return number, ready


def test_each_gets_ready_before_it_works_and_may_be_asked_again():
    crew = Crew(partial(note, 7))
    crew.grow(1)
    crew.grow(2)
    crew.grow(1)
    assert len(active_children()) == 2
    for _ in range(3):
        assert list(crew.spread(is_ready, range(9))) == [(number, [7]) for number in range(9)]
    crew.end()
    assert ready == []


def test_what_is_told_is_done_first_and_not_answered():
    crew = Crew(os.getpid)
    crew.tell(note, 0)
    crew.grow(2)
    crew.tell(failing, 5)
    crew.tell(note, 8)
    answers = list(crew.spread(is_ready, range(9)))
    assert [number for number, _ in answers] == list(range(9))
    assert {tuple(told) for _, told in answers} == {(8,), ()}
    crew.end()


def test_what_fails_while_they_get_ready_fails_in_the_work():
    assert [value for value, _ in spread(square, range(3), 2, partial(failing, 5))] == [0, 1, 4]


def test_a_crew_without_work():
    crew = Crew(os.getpid)
    crew.grow(2)
    assert list(crew.spread(square, [])) == []
    crew.end()
    crew.end()


def test_a_fault_comes_home_with_its_place():
    with pytest.raises(ValueError, match="five") as caught:
        list(spread(failing, range(6), 2))
    assert any("in failing" in note for note in caught.value.__notes__)


def test_a_fault_that_cannot_travel_is_told_in_words():
    with pytest.raises(RuntimeError, match="Unportable: six six"):
        list(spread(failing, [6], 2))


def test_an_answer_that_cannot_travel_ends_in_words_too():
    with pytest.raises(ChildProcessError):
        list(spread(unportable, range(3), 2))


def test_a_process_that_somebody_ends():
    with pytest.raises(ChildProcessError):
        list(spread(dying, range(50), 2))


def test_blocks_that_fail():
    def blocks() -> Iterator[int]:
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        list(spread(square, blocks(), 2))


def test_whoever_stops_asking_leaves_nobody_behind():
    answers = spread(square, range(1000), 3)
    assert next(answers)[0] == 0
    assert len(active_children()) == 3
    answers.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("allowed", [0, 1, 2])
def test_where_no_further_process_is_allowed(allowed: int):
    started = 0
    start = pool.multiprocessing.get_context("fork").Process.start  # type: ignore[attr-defined]

    def limited(process: Any) -> None:
        nonlocal started
        if started == allowed:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started += 1
        start(process)

    with mock.patch.object(pool.multiprocessing.get_context("fork").Process, "start", limited):  # type: ignore[attr-defined]
        answers = list(spread(square, range(20), 3))
    assert [value for value, _ in answers] == [n * n for n in range(20)]
    assert len({process for _, process in answers}) == max(allowed, 1)


_STARTING = """
import os, signal
from ikzctl.registry import pool
serve = pool._serve
def interrupted(prepare, pipe, inherited):
    if len(inherited) == 1:  # only the first of them: a second press could meet the end of this program
        os.kill(os.getppid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    serve(prepare, pipe, inherited)
pool._serve = interrupted
crew = pool.Crew(int)
try:
    crew.grow(2)
    for _ in crew.spread(abs, range(10_000_000)):
        pass
except KeyboardInterrupt:
    crew.end()
    print("interrupted", signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""


def test_an_interrupt_while_processes_start():
    """It waits until all have been started, and reaches the one who started them."""
    # in a process of its own, where nothing else can catch it
    done = subprocess.run([sys.executable, "-c", _STARTING], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted False\n", "", 0)


_ORPHANS = """
import os, sys, time
from ikzctl.registry.pool import Crew
from multiprocessing import active_children
crew = Crew(int)
crew.grow(2)
answers = crew.spread(time.sleep, iter(lambda: 0.01, None))
next(answers)
print(*(child.pid for child in active_children()), flush=True)
time.sleep(0.1)
{end}
"""


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os._exit(1)", "os.kill(os.getpid(), 15)"])
def test_processes_end_when_nobody_is_there_to_answer(end: str):
    process = subprocess.run(
        [sys.executable, "-c", _ORPHANS.format(end=end)], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    children = [int(word) for word in process.stdout.split()]
    assert len(children) == 2
    assert process.stderr == ""
    assert all(gone(lambda child=child: not _alive(child)) for child in children)  # type: ignore[misc]


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(condition: Callable[[], bool]) -> bool:
    """Whether it comes true before patience ends; how long that takes is not what is asserted."""
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False
