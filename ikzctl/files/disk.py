"""Single files on disk: checked paths, no link followed, whole content or none."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from ikzctl.model.errors import WriteRefused
from ikzctl.model.shortages import SHORTAGES

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# a pipe would keep whoever opens it until somebody writes into it
_READING = os.O_RDONLY | _NO_FOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0)
_PART = re.compile(r"[A-Za-z0-9._ -]{1,128}")
_WINDOWS_NAMES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_TEMP = re.compile(r"\.ikzctl-[0-9a-f]{8}-[0-9]{1,7}\.tmp")
# what a virus scanner, an indexer or a cloud client causes on Windows while it holds a file for a moment
_HELD_ON_WINDOWS = (5, 32, 33)
_PATIENCE = 2.5
_PEOPLE = "system.posix_acl_access"
# what file systems say that know no such order for folders, as shares and those of other programs do
_NO_SYNC = (errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
# far above any document of ours; a file without end must not be read into memory
_LARGEST = 64 << 20
# a disk with so much to spare is not full of bytes
_SPARE = 1 << 20


def check_path(path: str) -> None:
    """Refuse what could leave the folder, reach git's own files, or be refused by another operating system."""
    if not is_path(path):
        raise WriteRefused(f"„{ascii(path)[1:-1]}“ ist kein zulässiger Dateiname. Es wurde nichts geändert.")


def is_path(path: str) -> bool:
    return all(map(_is_part, path.split("/")))


def _is_part(part: str) -> bool:
    usable = _PART.fullmatch(part) and not part.startswith(" ") and not part.endswith((" ", "."))
    return bool(usable) and part.lower() not in (".git", "git~1") and not _WINDOWS_NAMES.fullmatch(part)


def refuse_links(root: Path, path: str) -> None:
    """Every folder between `root` and the file is a real folder, or not there yet."""
    place = root
    for part in path.split("/")[:-1]:
        place = place / part
        try:
            mode = place.lstat().st_mode
        except FileNotFoundError:
            return
        except NotADirectoryError:
            mode = 0
        if not stat.S_ISDIR(mode):
            raise WriteRefused(f"„{place}“ ist eine Verknüpfung oder Datei, wo ein Ordner stehen muss.")


def refuse_sticky(target: Path) -> None:
    """What lies in a folder where only owners may replace or remove, and belongs to somebody else, could not be put in place later."""
    if sys.platform == "win32":
        return
    try:
        folder, there = target.parent.stat(), target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if folder.st_mode & stat.S_ISVTX and os.geteuid() not in (0, folder.st_uid, there.st_uid):
        raise WriteRefused(
            f"„{target}“ gehört jemand anderem, und in diesem Ordner darf nur der Eigentümer eine Datei ersetzen (Sticky-Bit). "
            "Es wurde nichts geändert.",
            hint=f"Wem der Ordner gehört, der kann das ändern: chmod -t {shlex.quote(str(target.parent))}",
        )


def read_plain(root: Path, path: str) -> bytes | None:
    """The bytes of an ordinary file, None if there is none; WriteRefused for a link, a folder or a device."""
    refuse_links(root, path)
    target = root / path
    try:
        if not stat.S_ISREG(target.lstat().st_mode):
            raise _no_ordinary_file(target)
        descriptor = os.open(target, _READING)
    except FileNotFoundError:
        return None
    except OSError as error:
        # a link or a socket that has just taken its place
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _no_ordinary_file(target) from None
        raise
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        raise _no_ordinary_file(target)
    with os.fdopen(descriptor, "rb") as stream:
        if info.st_size > _LARGEST:
            raise WriteRefused(f"„{target}“ ist größer als {_LARGEST >> 20} MiB und stammt nicht von ikzctl.")
        return stream.read()


def _no_ordinary_file(target: Path) -> WriteRefused:
    return WriteRefused(f"„{target}“ ist keine gewöhnliche Datei.")


def read_own(target: Path, longest: int = _LARGEST) -> bytes | None:
    """The bytes of a file of ours or of git's; None if there is none, or what lies there is no plain file that we may read.

    Never waits for a pipe and never follows a link: somebody else may have put either in the place of the file.
    """
    try:
        descriptor = os.open(target, _READING)
    except OSError as error:
        if error.errno in (errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        return None
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode) or info.st_size > longest:
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


def write_new(target: Path, data: bytes, *, like: Path | None = None) -> None:
    """Create a file that must not exist yet, with all its bytes on the disk, or none; access rights as those of `like`, if that exists.

    Until it has them it is for nobody else to open.
    """
    mode = 0o600 if like is not None and os.path.lexists(like) else 0o666
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _BINARY, mode)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            left = memoryview(data)
            while left:
                left = left[stream.write(left) :]
            if like is not None and sys.platform != "win32":
                with contextlib.suppress(FileNotFoundError):
                    _same_rights(descriptor, like)
            os.fsync(descriptor)
    except BaseException:
        _remove_draft(target)
        raise


def _remove_draft(draft: Path) -> None:
    """On the way out with an error, which must be heard and not that of removing."""
    with contextlib.suppress(OSError):
        draft.unlink(missing_ok=True)


def _same_rights(descriptor: int, like: Path) -> None:
    """Owner and group as well, where we may give them; else nobody gets more than before.

    Of a file with a list of single people the rights of the group say only how far those may go at most.
    """
    before = like.lstat()
    mode = stat.S_IMODE(before.st_mode)
    people = _people(like)
    # giving a file away takes special bits off, so the mode comes last
    for owner in (before.st_uid, -1):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, owner, before.st_gid)
            break
    if not people and sys.platform == "linux":
        # the folder may give every new file a list
        with contextlib.suppress(OSError):
            os.removexattr(descriptor, _PEOPLE)
    same_group = os.fstat(descriptor).st_gid == before.st_gid
    os.fchmod(descriptor, mode if same_group and not people else mode & ~0o070)
    if people:
        # where the list cannot be had, nobody gets more than before
        with contextlib.suppress(OSError):
            os.setxattr(descriptor, _PEOPLE, people)


def _people(path: Path) -> bytes | None:
    if sys.platform != "linux":
        return None
    try:
        return os.getxattr(path, _PEOPLE, follow_symlinks=False)
    except OSError:
        return None


def replace_file(source: Path, target: Path) -> None:
    """Put `source` in the place of `target` in one step; on Windows wait for whoever holds the file for a moment."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            source.replace(target)
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD_ON_WINDOWS or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def remove_own(target: Path) -> None:
    """Remove a file if it is there; one that is not there is not asked to go: a disk that refuses everything would refuse that too."""
    if os.path.lexists(target):
        target.unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> bool:
    """True if the folder is gone now; one that holds something, or is none, stays."""
    if not os.path.lexists(folder):
        return True
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR) or getattr(error, "winerror", None) == 145:
            return False
        raise
    return True


def draft_of(target: Path) -> Path:
    """Where `write_whole` puts the new content first; what a run that was cut off left there means nothing."""
    return target.with_name(f"{target.name}.new")


def write_whole(target: Path, data: bytes) -> None:
    """Write or replace one of our own files: a draft beside it, on the disk, then renamed."""
    draft = draft_of(target)
    draft.unlink(missing_ok=True)
    write_new(draft, data)
    try:
        replace_file(draft, target)
    except BaseException:
        _remove_draft(draft)
        raise
    sync_folders([target.parent])


def new_token() -> str:
    """What the temporary files of one run have in common."""
    return os.urandom(4).hex()


def temp_name(token: str, number: int) -> str:
    return f".ikzctl-{token}-{number}.tmp"


def is_temp(name: str) -> bool:
    """Only our own temporary files are called like this."""
    return _TEMP.fullmatch(name) is not None


def clear_temps(folders: Iterable[Path]) -> None:
    """Remove what runs that were cut off left in these folders, for a caller that no other run works beside."""
    for folder in dict.fromkeys(folders):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                if is_temp(entry.name) and entry.is_file(follow_symlinks=False):
                    Path(entry.path).unlink(missing_ok=True)


def put_in_place(target: Path, data: bytes, temp: Path, last_look: Callable[[], object] = lambda: None) -> None:
    """Replace or create `target` by way of `temp`, its neighbour: whole, or as it was. The caller syncs the folder.

    `last_look` is called when all is ready, because until then an editor may save the same file; it may raise.
    """
    write_new(temp, data, like=target)
    try:
        last_look()
        replace_file(temp, target)
    except BaseException:
        _remove_draft(temp)
        raise


def sync_folders(folders: Iterable[Path]) -> None:
    """Bring the names in these folders to the disk; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    for folder in dict.fromkeys(folders):
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            continue
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise
        finally:
            os.close(descriptor)


def sync_files(folder: Path) -> None:
    """Bring the files right inside a folder, which others have written, to the disk with their names; not on Windows."""
    if sys.platform == "win32":
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.is_symlink():
            descriptor = os.open(path, _READING)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    sync_folders([folder])


def german_reason(error: OSError, folder: Path, needed: int) -> str:
    """Why the operating system refused, as a sentence; `needed` are the bytes that were to be written."""
    # of two names the second is the one that the user knows: what was to be replaced, not what was to take its place
    where = error.filename2 or error.filename or folder
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            with contextlib.suppress(OSError):
                free = shutil.disk_usage(folder).free
                if free > 2 * needed + _SPARE:
                    return f"Der Datenträger ist voll: Er nimmt keine weiteren Dateien auf, obwohl {free // 1024} KB frei sind."
                return f"Der Datenträger ist voll (frei: {free // 1024} KB, gebraucht: etwa {needed // 1024 + 64} KB)."
            return "Der Datenträger ist voll."
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return f"In „{where}“ darf nicht geschrieben werden (schreibgeschützt oder fehlende Rechte)."
        case errno.EIO:
            return "Der Datenträger meldet einen Ein-/Ausgabefehler."
        case errno.EISDIR:
            return f"„{where}“ ist ein Ordner; dort muss eine Datei stehen."
        case errno.EEXIST:
            return f"„{where}“ gibt es schon, und es ist nicht das, was dort stehen muss."
        case errno.ENOENT:
            return f"„{where}“ gibt es nicht mehr."
        case errno.ENOTDIR:
            return f"„{where}“ liegt nicht in einem Ordner, sondern unter einer Datei."
        case errno.ELOOP:
            return f"„{where}“ ist eine Verknüpfung; dort muss eine gewöhnliche Datei stehen."
        case errno.ENAMETOOLONG:
            return f"Der Pfad ist zu lang: „{where}“."
        case number if number in SHORTAGES:
            return SHORTAGES[number]
        case _:
            return f"Der Zugriff auf „{where}“ ist fehlgeschlagen ({error.strerror})."
