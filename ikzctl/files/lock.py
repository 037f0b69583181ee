"""One ikzctl at a time: a lock that ends with its holder and can name it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from ikzctl.files.disk import read_own
from ikzctl.model.errors import WriteRefused

WAIT = 10.0
_PAUSE = 0.05
_WAIT_AND_REPEAT = "Warten, bis der andere Aufruf fertig ist, und wiederholen."
# holds the place of the lock where the file system knows none
_ALONE = "lock.alone"
_NO_LOCKS_HERE = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)


@contextlib.contextmanager
def write_lock(
    folder: Path, command: str, *, wait: float = WAIT, pause: Callable[[], None] = lambda: None
) -> Iterator[int]:
    """Hold the lock in `folder`; yields the descriptor, which keeps the lock for as long as any process has it open.

    Some network shares know no locks. There a file that only one can create does instead; if its maker dies, people have to
    remove it, because nobody else can tell that he is dead.

    History is safe without it: what guards that is the compare-and-swap of the branch. What a run has prepared beside it is not: the
    next one takes it for the remains of a dead one. So a lock that is granted and shuts nobody out, as on shares that lock for one
    computer only, lets the files fall behind the branch. `pause` is called while waiting and may raise. The file stays; removing it
    would let two processes hold two locks of the same name.
    """
    path = folder / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        end = time.monotonic() + wait
        try:
            while not _try_lock(descriptor):
                _wait(end, pause, lambda: WriteRefused(_held(path), hint=_WAIT_AND_REPEAT))
            _sign(descriptor, command)
            instead: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
        except _NoLocks:
            instead = _alone(folder / _ALONE, command, end, pause)
        with instead:
            yield descriptor
    finally:
        _let_go(descriptor)


@contextlib.contextmanager
def _alone(path: Path, command: str, end: float, pause: Callable[[], None]) -> Iterator[None]:
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            break
        except FileExistsError:
            _wait(end, pause, lambda: _crashed_perhaps(path))
    try:
        _sign(descriptor, command)
        os.close(descriptor)
        yield
    finally:
        # what was done is done; whoever comes next is told what to do with the file
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_lock(folder: Path, *, wait: float = WAIT) -> Iterator[bool]:
    """Hold the folder itself, so that no file is left of the lock. Yields False where folders cannot be locked.

    WriteRefused if another run holds it, or has moved it away when our turn comes.
    """
    if sys.platform == "win32":
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        end = time.monotonic() + wait
        try:
            while not _try_lock(descriptor):
                _wait(end, lambda: None, lambda: _busy(folder))
            held = True
        except _NoLocks:
            held = False
        try:
            still_there = os.path.samestat(os.fstat(descriptor), folder.lstat())
        except FileNotFoundError:
            still_there = False
        if not still_there:
            raise _busy(folder)
        yield held
    finally:
        _let_go(descriptor)


def _let_go(descriptor: int) -> None:
    """The lock goes in any case. A share may tell only now that the text in it was not saved, and nothing of a change hangs on that."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


class _NoLocks(Exception):
    """The file system knows no locks."""


def _wait(end: float, pause: Callable[[], None], refusal: Callable[[], WriteRefused]) -> None:
    """Until the next try; after `end` there is none."""
    pause()
    if time.monotonic() > end:
        raise refusal() from None
    time.sleep(_PAUSE)


def _crashed_perhaps(path: Path) -> WriteRefused:
    return WriteRefused(
        f"{_held(path)} Oder ein Aufruf ist abgestürzt: Auf diesem Dateisystem lässt sich das nicht unterscheiden.",
        hint=f"Läuft auf keinem Rechner mehr ein ikzctl, diese Datei löschen und wiederholen: {path}",
    )


def _busy(folder: Path) -> WriteRefused:
    return WriteRefused(
        f"In „{folder}“ schreibt gerade ein anderer Aufruf von ikzctl. Es wurde nichts geändert.",
        hint=_WAIT_AND_REPEAT,
    )


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        # far behind the text, which must stay readable for those who wait
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise _NoLocks from None
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:
                raise _NoLocks from None
            raise
        return True


def _sign(descriptor: int, command: str) -> None:
    """Say who holds the lock. Only a courtesy: a full disk must not be noticed here first."""
    holder = {"host": socket.gethostname(), "pid": os.getpid(), "command": command}
    if os.fstat(descriptor).st_nlink > 1:
        return  # somebody has given the file a second name; what stands in it may be his
    with contextlib.suppress(OSError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(holder).encode("utf-8"))


def _held(path: Path) -> str:
    try:
        holder = json.loads(read_own(path) or b"")
        since = datetime.fromtimestamp(path.stat().st_mtime).astimezone().strftime("%d.%m.%Y, %H:%M:%S Uhr")
        who = f"„{holder['command']}“ auf {holder['host']} (Prozess {holder['pid']}) seit {since}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        who = "ein anderer Aufruf von ikzctl"
    return f"In diesem Register schreibt gerade {who}. Es wurde nichts geändert."
