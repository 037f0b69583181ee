"""A change of the registry as one commit: wholly or not at all, with messages that tell the truth about which."""

from __future__ import annotations

import contextlib
import errno
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ikzctl.files.disk import check_path, german_reason, new_token, sync_folders, temp_name
from ikzctl.files.index import LOCKED, prepare_index, take_lock
from ikzctl.files.interrupts import Interrupts
from ikzctl.files.journal import FileChange, Journal, own_folder, write_journal
from ikzctl.files.lock import WAIT, write_lock
from ikzctl.files.recovery import NOTHING_TO_RECOVER, WITHOUT_CHANGE, Recovery, recover
from ikzctl.files.steps import clear_branch_locks, finish, stage, undo
from ikzctl.files.unsaved import parents_of, require_unstaged, saved_id
from ikzctl.gitrepo.catfile import CatFile, DamagedError
from ikzctl.gitrepo.fence import Identity, check_settings, read_identity
from ikzctl.gitrepo.objects import NewObject, ObjectFormat, make_object, object_id
from ikzctl.gitrepo.process import GitError, Place, version_warning
from ikzctl.gitrepo.repository import (
    Repository,
    branch_commit,
    head_state,
    object_format,
    read_head,
    require_branch,
    require_work_tree,
)
from ikzctl.gitrepo.trees import Trees, changed_trees
from ikzctl.gitrepo.writing import commit_tree, move_branch, store_objects
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused

# what git says when it is not given a lock
_LOCK = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists")
_UNCHANGED = "Es wurde nichts geändert."


class BranchMoved(WriteRefused):
    """Somebody else has committed since `base`; the caller builds its change again on `now`, once."""

    def __init__(self, now: str | None) -> None:
        super().__init__(
            f"Jemand anderes hat in der Zwischenzeit gespeichert. {_UNCHANGED}",
            hint="Den Befehl wiederholen; er rechnet dann mit dem neuen Stand.",
        )
        self.now = now


class BranchSwitched(WriteRefused):
    """Somebody has checked out another branch since the change was shown, for instance while the question was open."""

    def __init__(self) -> None:
        super().__init__(
            f"Inzwischen ist ein anderer Zweig ausgecheckt. {_UNCHANGED}",
            hint="Auf den gewünschten Zweig wechseln und den Befehl wiederholen.",
        )


@dataclass(frozen=True, slots=True)
class CommitResult:
    """The change is in `commit`. `warnings` are German sentences; they do not make the change less saved."""

    commit: str | None
    branch: str
    changed: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    # Ctrl-C came when there was nothing left to stop; a caller with more to do ends here
    interrupted: bool = False
    recovery: Recovery = NOTHING_TO_RECOVER


@dataclass(frozen=True, slots=True)
class _Change:
    """All that a commit needs, read, checked and computed."""

    branch: str
    base: str | None
    files: tuple[FileChange, ...]
    tree: str
    objects: tuple[NewObject, ...]
    object_format: ObjectFormat
    contents: Mapping[str, bytes]
    # of the objects those that git has not, or cannot read
    missing: tuple[str, ...]


def commit_changes(
    repo: Repository,
    writes: Sequence[FileWrite],
    message: str,
    *,
    base: str | None,
    identity: Identity | None = None,
    accepted: Path | None = None,
    command: str = "ikzctl",
    wait: float = WAIT,
    head: bytes | None = None,
) -> CommitResult:
    """Write all files and commit them on the branch that is checked out, or change nothing and say why.

    `base` is the commit that the new texts were made from (None: before the first commit). Paths are relative to `repo.root`.
    `head` is what git's file HEAD said when the user was shown the change (None: it is asked now); nothing is done if it says anything
    else before the commit point.
    `accepted` is the file that remembers which foreign settings the user allowed. Raises WriteRefused, BranchMoved, or
    KeyboardInterrupt, in each case with nothing changed; whatever happens after the commit point becomes a warning.
    """
    _check_request(repo, writes, message)
    interrupts = Interrupts()
    try:
        require_work_tree(repo)
        with interrupts:
            interrupts.stop_if_asked()
            own = own_folder(repo)
            with write_lock(own, command, wait=wait, pause=interrupts.stop_if_asked) as lock:
                place = replace(repo.place, keep_open=(lock,))
                settings = check_settings(repo, accepted)
                recovery = _recover_first(repo, place)
                head = head or read_head(repo.git_dir)
                _require_same_branch(repo, head)
                change = _prepare(repo, writes, base)
                result = CommitResult(base, change.branch, tuple(file.path for file in change.files), recovery=recovery)
                if not change.files:
                    return result
                author = identity or read_identity(repo, settings)
                result = _commit(repo, place, change, head, message, author, interrupts, result)
            return replace(result, interrupted=interrupts.asked)
    except (GitError, DamagedError, OSError) as error:
        if isinstance(error, GitError) and error.code == -signal.SIGINT:
            # Ctrl-C has met a git that was just being started, and nothing is changed
            interrupts.stop_if_asked()
        needed = sum(len(write.content or b"") for write in writes)
        raise WriteRefused(f"{_reason(error, repo, needed)} {_UNCHANGED}", _hint(error)) from error


def _check_request(repo: Repository, writes: Sequence[FileWrite], message: str) -> None:
    for write in writes:
        check_path(write.path)
    paths = {write.path for write in writes}
    nested = any(parent in paths for path in paths for parent in parents_of(path))
    if len(paths) != len(writes) or nested or not message.strip() or "\0" in message:
        raise ValueError("paths must differ, no file may lie below another, and the message must say something")
    if not repo.prefix.isprintable():
        raise WriteRefused(
            f"Der Ordnername „{ascii(repo.prefix)[1:-1]}“ enthält Zeichen, die sich nicht anzeigen lassen. {_UNCHANGED}"
        )


def _require_same_branch(repo: Repository, head: bytes) -> None:
    if read_head(repo.git_dir) != head:
        raise BranchSwitched


def _recover_first(repo: Repository, place: Place) -> Recovery:
    try:
        return recover(repo, place)
    except (OSError, GitError, DamagedError) as error:
        reason = _reason(error, repo, 0)
        raise WriteRefused(
            f"Eine früher unterbrochene Änderung ließ sich nicht zu Ende bringen: {reason} "
            "Die neue Änderung wurde nicht begonnen.",
            hint="Ursache beheben und wiederholen, oder: ikzctl repair",
        ) from error


def _prepare(repo: Repository, writes: Sequence[FileWrite], base: str | None) -> _Change:
    """Compare HEAD, index and disk, then compute the new objects. Writes nothing."""
    now = head_state(repo)
    branch = require_branch(now)
    if now.commit != base:
        raise BranchMoved(now.commit)
    used = object_format(repo, base)
    token = new_token()
    # two of them, because reading a large index takes git as long as unpacking a large folder
    with CatFile(repo.place) as objects, CatFile(repo.place) as staged:
        of_folders, of_index = _questions(repo, base, writes)
        objects.foresee(of_folders)
        staged.foresee(of_index, max_bytes=0)
        trees = Trees(objects, base)
        files = []
        for number, write in enumerate(writes):
            old = saved_id(repo, trees, staged, write.path, used)
            new = None if write.content is None else object_id("blob", write.content, used)
            if old != new:
                temp = Path(write.path).with_name(temp_name(token, number)).as_posix()
                files.append(FileChange(write.path, old, new, temp))
        tree, new_trees = changed_trees(trees, {f"{repo.prefix}{file.path}": file.new for file in files}, used)
        changed = {file.path for file in files}
        contents = {w.path: w.content for w in writes if w.content is not None and w.path in changed}
        new_objects = (*(make_object("blob", content, used) for content in contents.values()), *new_trees)
        missing = tuple(one.oid for one in new_objects if objects.get(one.oid) is None)
    return _Change(branch, base, tuple(files), tree, new_objects, used, contents, missing)


def _questions(repo: Repository, commit: str | None, writes: Sequence[FileWrite]) -> tuple[list[str], list[str]]:
    """What preparing these writes will ask git for: the folders on the way, and what the index has at each of the places."""
    places = [f"{repo.prefix}{write.path}" for write in writes]
    folders = dict.fromkeys(parent for place in places for parent in parents_of(place))
    return Trees.questions(commit, folders), [f":0:{path}" for path in (*folders, *places)]


def _commit(
    repo: Repository,
    place: Place,
    change: _Change,
    head: bytes,
    message: str,
    author: Identity,
    interrupts: Interrupts,
    result: CommitResult,
) -> CommitResult:
    """Objects, journal, preparation, commit point, and what follows from it."""
    interrupts.stop_if_asked()
    # git leaves an object as it is that is there already, even one that a crash cut off; such a one must not get into a commit
    _require_readable(place, [oid for oid in change.missing if _is_file(repo, oid)])
    store_objects(place, change.objects, change.object_format)
    # what is now a file was written just now; in a pack it may be old
    _require_readable(place, [oid for oid in change.missing if not _is_file(repo, oid)])
    new = commit_tree(place, change.tree, change.base, message, author)
    _sync_objects(repo, (new, *(one.oid for one in change.objects)))
    journal = Journal(change.branch, change.base, new, repo.prefix, change.files, _new_folders(repo, change.files))
    try:
        write_journal(own_folder(repo), journal)
        # first of all, so that nobody commits what is staged beside the files
        take_lock(repo)
        modes = require_unstaged(repo, place, change.files)
        stage(repo, journal, change.contents)
        entries = {f"{repo.prefix}{file.path}": file.new for file in change.files}
        prepare_index(repo, place, entries, modes, change.object_format)
        _require_same_branch(repo, head)
        interrupts.stop_if_asked()
    except BaseException:
        # no git has begun to move the branch, so no lock of a branch is ours
        with contextlib.suppress(OSError, UserError):
            undo(repo, journal)
        raise
    _swap(repo, place, journal, message, author)
    return replace(result, commit=new, warnings=(*_complete(repo, journal, head), *_old_git()))


def _is_file(repo: Repository, oid: str) -> bool:
    return (repo.objects / oid[:2] / oid[2:]).exists()


def _require_readable(place: Place, oids: Sequence[str]) -> None:
    if not oids:
        return
    with CatFile(place) as objects:
        for oid in oids:
            if objects.get(oid) is None:
                raise DamagedError(
                    f"Im Repository liegt ein beschädigtes Objekt ({oid[:12]}).",
                    hint="Zeigen: git fsck   Abhilfe: das Register frisch klonen (git clone).",
                )


def _sync_objects(repo: Repository, oids: Sequence[str]) -> None:
    """git brings what is in its objects to the disk, but not their names; a branch must not outlive what it points to."""
    sync_folders([repo.objects, repo.objects / "pack", *(repo.objects / oid[:2] for oid in oids)])


def _swap(repo: Repository, place: Place, journal: Journal, message: str, author: Identity) -> None:
    """The commit point. If git failed, the branch itself says on which side of it we are."""
    subject = message.strip().partition("\n")[0]
    try:
        move_branch(place, journal.branch, journal.new, journal.old, f"ikzctl: {subject}", author)
    except (UserError, OSError):
        try:
            now = branch_commit(repo, journal.branch)
        except (UserError, OSError) as error:
            raise WriteRefused(
                "Ob die Änderung gespeichert wurde, ließ sich nicht feststellen.",
                hint="Klarheit schafft: ikzctl repair",
            ) from error
        if now == journal.new:
            return
        _give_up(repo, journal)
        if now != journal.old:
            raise BranchMoved(now) from None
        raise


def _give_up(repo: Repository, journal: Journal) -> None:
    """Clean up before the commit point; what the disk does not allow now, the journal makes the next run do."""
    for tidy in (clear_branch_locks, undo):
        with contextlib.suppress(OSError, UserError):
            tidy(repo, journal)


def _complete(repo: Repository, journal: Journal, head: bytes) -> tuple[str, ...]:
    """After the commit point nothing is an error any more. `head` is what git's file HEAD said before it."""
    saved = f"Die Änderung ist gespeichert (Commit {journal.new[:12]})"
    try:
        # a git that could not remove its own lock says nothing about it
        clear_branch_locks(repo, journal)
        if read_head(repo.git_dir) != head and head_state(repo).commit != journal.new:
            # the files are another branch's now, and no change of it
            undo(repo, journal)
            return (f"{saved}; inzwischen ist ein anderer Zweig ausgecheckt, seine Dateien blieben, wie sie sind.",)
        kept = finish(repo, journal)
    except (OSError, UserError) as error:
        reason = _reason(error, repo, 0)
        return (f"{saved}; Dateien werden beim nächsten Aufruf nachgezogen. Grund: {reason}",)
    return tuple(
        f"{saved}; „{path}“ wurde gleichzeitig von anderer Hand geändert und blieb so. {WITHOUT_CHANGE}"
        for path in kept
    )


def _old_git() -> tuple[str, ...]:
    """Said when a change was made, because then somebody reads it; the change does not hang on the answer."""
    with contextlib.suppress(OSError, UserError):
        if warning := version_warning():
            return (warning,)
    return ()


def _reason(error: OSError | UserError, repo: Repository, needed: int) -> str:
    """The same sentence for a full disk, whether we met it or git."""
    if lock := _foreign_lock(error):
        return (
            f"Ein anderes git-Programm arbeitet gerade in diesem Repository, oder es ist abgestürzt (Sperre: {lock})."
        )
    if isinstance(error, GitError) and error.disk_full:
        error = OSError(errno.ENOSPC, "full")
    return german_reason(error, repo.git_dir, needed) if isinstance(error, OSError) else error.message


def _hint(error: OSError | UserError) -> str | None:
    if _foreign_lock(error):
        return LOCKED
    return error.hint if isinstance(error, UserError) else None


def _foreign_lock(error: OSError | UserError) -> str | None:
    """The file that git was not allowed to make because it is there already."""
    found = _LOCK.search(error.err) if isinstance(error, GitError) else None
    return found[1] if found else None


def _new_folders(repo: Repository, files: Sequence[FileChange]) -> tuple[str, ...]:
    wanted = {parent: None for file in files if file.new for parent in parents_of(file.path)}
    return tuple(sorted(parent for parent in wanted if not (repo.root / parent).exists()))
