"""git's index: renewed beside the old one under git's own lock, and put in place in one step."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ikzctl.files.disk import read_own, remove_own, replace_file, sync_folders, write_new
from ikzctl.gitrepo.objects import ObjectFormat
from ikzctl.gitrepo.process import Place
from ikzctl.gitrepo.repository import Repository
from ikzctl.gitrepo.writing import feed_index
from ikzctl.model.errors import WriteRefused

WAIT = 2.0
LOCKED = "Das andere Programm beenden und wiederholen. Läuft keines mehr, die Sperrdatei von Hand löschen."
_PAUSE = 0.05
# the last is what Windows says of drives that know no second names
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
# by this text a later run knows that the lock is ours, and not that of a git that is still at work
_MARK = b"ikzctl schreibt; nach einem Absturz hilft: ikzctl repair\n"


def renew_index(
    repo: Repository,
    place: Place,
    entries: Mapping[str, str | None],
    object_format: ObjectFormat,
    *,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Take git's lock and prepare the new index next to our journal; nothing of it is visible yet.

    `check` is called while nobody else can change the index, and may raise.
    """
    if (repo.git_dir / "index").is_symlink():
        raise WriteRefused(
            f"„{repo.git_dir / 'index'}“ ist eine Verknüpfung; ikzctl kann sie nicht ersetzen. Es wurde nichts geändert.",
            hint="Die Datei selbst an diese Stelle legen, oder das Register frisch klonen (git clone).",
        )
    own = repo.git_dir / "ikzctl"
    _take_lock(repo, own)
    check()
    private = own / "index"
    private.unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        _same_content(repo.git_dir / "index", private)
    feed_index(place, private, entries, object_format)


def put_index(repo: Repository) -> None:
    """The commit is made: the new index takes its place, the lock goes."""
    private, index = repo.git_dir / "ikzctl" / "index", repo.git_dir / "index"
    # somebody may have removed a damaged index; it is his to make a new one, for which git needs its lock
    if private.exists() or index.exists():
        replace_file(private, index)
        sync_folders([repo.git_dir])
    drop_index(repo)


def drop_index(repo: Repository) -> None:
    """Remove the prepared index and git's lock, if the lock is ours."""
    own = repo.git_dir / "ikzctl"
    for name in ("index", "index.lock", "index.mark"):
        remove_own(own / name)
    lock = repo.git_dir / "index.lock"
    if _is_ours(lock):
        lock.unlink(missing_ok=True)


def _take_lock(repo: Repository, own: Path) -> None:
    lock = repo.git_dir / "index.lock"
    mark = own / "index.mark"
    mark.unlink(missing_ok=True)
    write_new(mark, _MARK)
    end = time.monotonic() + WAIT
    while True:
        try:
            _link(mark, lock)
        except FileExistsError:
            if time.monotonic() > end:
                raise WriteRefused(
                    f"Ein anderes git-Programm arbeitet gerade in diesem Repository (Sperre: {lock}). "
                    "Es wurde nichts geändert.",
                    hint=LOCKED,
                ) from None
            time.sleep(_PAUSE)
        else:
            mark.unlink()
            return


def _link(mark: Path, lock: Path) -> None:
    """The lock appears with its text in it, or not at all; without hard links it is written in two steps."""
    try:
        os.link(mark, lock)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        write_new(lock, _MARK)


def _same_content(index: Path, private: Path) -> None:
    """A second name is enough: git writes a new file and renames it, the old one stays as it is."""
    try:
        os.link(index, private)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(index, private)


def _is_ours(lock: Path) -> bool:
    # where there are no hard links, whoever died while writing it has left the beginning of the text
    content = read_own(lock, len(_MARK))
    return content is not None and content != b"" and _MARK.startswith(content)
