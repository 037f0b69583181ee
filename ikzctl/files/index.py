"""git's index: renewed beside the old one under git's own lock, and put in place in one step."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from ikzctl.files.disk import read_own, remove_own, replace_file, sync_folders, write_new
from ikzctl.gitrepo.objects import ObjectFormat
from ikzctl.gitrepo.process import Place
from ikzctl.gitrepo.repository import OWN_FOLDER, Repository
from ikzctl.gitrepo.writing import feed_index
from ikzctl.model.errors import WriteRefused

WAIT = 2.0
LOCKED = "Das andere Programm beenden und wiederholen. Läuft keines mehr, die Sperrdatei von Hand löschen."
_PAUSE = 0.05
# the last is what Windows says of drives that know no second names
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
# by this text a later run knows that the lock is ours, and not that of a git that is still at work
_MARK = b"ikzctl schreibt; nach einem Absturz hilft: ikzctl repair\n"


def take_lock(repo: Repository) -> None:
    """Keep git out of the index until `put_index` or `release_index`. WriteRefused if another git has it and keeps it.

    A lock that a dead run of ours has left is taken over as it stands: it must not be away for a moment, because it is all that keeps
    somebody's commit from taking back a change that is saved and not yet in the files.
    """
    if (repo.git_dir / "index").is_symlink():
        raise WriteRefused(
            f"„{repo.git_dir / 'index'}“ ist eine Verknüpfung; ikzctl kann sie nicht ersetzen. Es wurde nichts geändert.",
            hint="Die Datei selbst an diese Stelle legen, oder das Register frisch klonen (git clone).",
        )
    lock, mark = repo.git_dir / "index.lock", repo.git_dir / OWN_FOLDER / "index.mark"
    mark.unlink(missing_ok=True)
    write_new(mark, _MARK)
    end = time.monotonic() + WAIT
    while True:
        try:
            _link(mark, lock)
        except FileExistsError:
            if _is_ours(lock):
                break
            if time.monotonic() > end:
                raise WriteRefused(
                    f"Ein anderes git-Programm arbeitet gerade in diesem Repository (Sperre: {lock}). "
                    "Es wurde nichts geändert.",
                    hint=LOCKED,
                ) from None
            time.sleep(_PAUSE)
        else:
            break
    mark.unlink()


def prepare_index(
    repo: Repository,
    place: Place,
    entries: Mapping[str, str | None],
    modes: Mapping[str, str],
    object_format: ObjectFormat,
) -> None:
    """Under git's lock: the new index, beside our journal; nothing of it is visible yet. `modes`: see `feed_index`."""
    private = repo.git_dir / OWN_FOLDER / "index"
    for name in (private, private.with_name("index.lock")):
        remove_own(name)
    with contextlib.suppress(FileNotFoundError):
        _same_content(repo.git_dir / "index", private)
    feed_index(place, private, entries, modes, object_format)


def put_index(repo: Repository) -> None:
    """The commit is made: the new index takes its place, and git may go on."""
    private, index = repo.git_dir / OWN_FOLDER / "index", repo.git_dir / "index"
    # somebody may have removed a damaged index; it is his to make a new one, for which git needs its lock
    if private.exists() or index.exists():
        replace_file(private, index)
        sync_folders([repo.git_dir])
    release_index(repo)


def release_index(repo: Repository) -> None:
    """Drop the prepared index and let git go on, if the lock is ours."""
    own = repo.git_dir / OWN_FOLDER
    for name in ("index", "index.lock", "index.mark"):
        remove_own(own / name)
    if holds_lock(repo):
        (repo.git_dir / "index.lock").unlink(missing_ok=True)


def holds_lock(repo: Repository) -> bool:
    """Whether git's lock is there and ours, be it of a run that died."""
    return _is_ours(repo.git_dir / "index.lock")


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
