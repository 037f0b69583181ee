"""Finish or undo what an interrupted run left: first act of every writing command, and `ikzctl repair`."""

from __future__ import annotations

import contextlib
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ikzctl.files.disk import german_reason
from ikzctl.files.index import holds_lock, prepare_index, release_index, take_lock
from ikzctl.files.interrupts import Interrupts
from ikzctl.files.journal import FileChange, Journal, drop_draft, own_folder, read_journal, remove_journal
from ikzctl.files.lock import write_lock
from ikzctl.files.scratch import clear_scratch
from ikzctl.files.steps import clear_branch_locks, finish, remove_temps, stage, state_on_disk, undo
from ikzctl.gitrepo.catfile import CatFile, DamagedError
from ikzctl.gitrepo.fence import check_settings
from ikzctl.gitrepo.objects import format_of
from ikzctl.gitrepo.process import Place
from ikzctl.gitrepo.repository import Repository, branch_commit, head_state, is_ancestor, require_work_tree
from ikzctl.gitrepo.writing import staged_modes
from ikzctl.model.errors import UserError, WriteRefused


@dataclass(frozen=True, slots=True)
class Recovery:
    """`files` were put in place now. `kept` were left alone: they have another content than commit and journal know; of a change that
    was undone, they have its content.
    """

    kind: Literal["nothing", "finished", "undone", "abandoned"]
    commit: str | None = None
    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    # Ctrl-C came meanwhile; a caller with more to do ends here
    interrupted: bool = False

    @property
    def text(self) -> str | None:
        """What was done, as a German sentence; None if there was nothing to do."""
        match self.kind:
            case "finished":
                kept = (
                    f" Selbst geändert und deshalb belassen: {', '.join(self.kept)}. {WITHOUT_CHANGE}"
                    if self.kept
                    else ""
                )
                return f"Eine unterbrochene, schon gespeicherte Änderung wurde abgeschlossen (Commit {_short(self.commit)}).{kept}"
            case "undone":
                if self.kept:
                    return (
                        "Eine unterbrochene Änderung wurde aufgeräumt. Der Zweig enthält sie nicht mehr, diese Dateien aber schon: "
                        f"{', '.join(self.kept)}. Was davon gelten soll, festschreiben; den Rest verwerfen. Zeigen: git status"
                    )
                return "Eine unterbrochene Änderung, die noch nicht gespeichert war, wurde aufgeräumt; sie ist nicht wirksam."
            case "abandoned":
                return (
                    "Die Reste einer unterbrochenen Änderung wurden verworfen; Dateien und Historie blieben, wie sie sind. "
                    "Vor dem nächsten Commit bitte git status lesen: Dort kann eine schon gespeicherte Änderung als "
                    "zurückgenommen stehen."
                )
        return None


WITHOUT_CHANGE = "Dort fehlt die gespeicherte Änderung; wer den Inhalt so festschreibt, nimmt sie zurück. Was fehlt, zeigt: git diff HEAD"
NOTHING_TO_RECOVER = Recovery("nothing")


def repair(
    repo: Repository, *, accepted: Path | None = None, command: str = "ikzctl repair", abandon: bool = False
) -> Recovery:
    """Finish or undo an interrupted change; with `abandon` only forget it, where `repair` asked for help before."""
    if repo.work_tree is None:
        return NOTHING_TO_RECOVER
    try:
        require_work_tree(repo)
        own = own_folder(repo)
        # short enough to be finished first: Ctrl-C ends only the waiting
        with Interrupts() as interrupts, write_lock(own, command, pause=interrupts.stop_if_asked) as lock:
            place = replace(repo.place, keep_open=(lock,))
            check_settings(repo, accepted)
            done = _abandon(repo, own) if abandon else recover(repo, place)
        return replace(done, interrupted=interrupts.asked)
    except OSError as error:
        raise WriteRefused(german_reason(error, repo.git_dir, 0)) from error


def recover(repo: Repository, place: Place) -> Recovery:
    """For a caller that holds the write lock and has checked the settings."""
    own = own_folder(repo)
    clear_scratch(repo)
    journal = read_journal(own)
    if journal is None:
        drop_draft(own)
        # the journal outlives the lock, so somebody has deleted it; now our lock would keep git from working for ever
        orphaned = holds_lock(repo)
        release_index(repo)
        return Recovery("abandoned") if orphaned else NOTHING_TO_RECOVER
    _require_own(repo, journal)
    clear_branch_locks(repo, journal)
    head, now = head_state(repo), branch_commit(repo, journal.branch)
    # the branch may have been renamed since: what is checked out decides what belongs into the files
    if head.commit == journal.new:
        return _finish_late(repo, place, journal)
    if now == journal.old or (now is not None and _never_took_effect(repo, place, journal, now)):
        kept = tuple(file.path for file in journal.files if _has_taken_effect(repo, journal, file))
        undo(repo, journal)
        return Recovery("undone", kept=kept)
    if head.branch == journal.branch and now is not None and _is_settled(repo, place, journal, now):
        remove_temps(repo, journal)
        release_index(repo)
        remove_journal(own)
        return Recovery("finished", journal.new)
    raise _needs_help(journal, now)


def _folder(repo: Repository, journal: Journal) -> str:
    """Where the registry of the interrupted change lay."""
    return f"{repo.work_tree}/{journal.root}"


def _is_folder(path: str) -> bool:
    # a journal is only a file: what it names may be no path at all
    with contextlib.suppress(OSError):
        return Path(path).is_dir()
    return False


def _require_own(repo: Repository, journal: Journal) -> None:
    if journal.root == repo.prefix:
        return
    folder = _folder(repo, journal)
    branch = journal.branch.removeprefix("refs/heads/")
    raise WriteRefused(
        f"Im selben Repository wurde eine Änderung am Register „{journal.root or '.'}“ unterbrochen.",
        hint=f"Zuerst dort abschließen: ikzctl repair --registry {shlex.quote(folder)}"
        if _is_folder(folder)
        else f"Den Ordner gibt es nicht mehr. Ihn zurücklegen, oder zum Zweig „{branch}“ zurückkehren, und dort ikzctl repair; "
        "sonst: ikzctl repair --abandon",
    )


def _never_took_effect(repo: Repository, place: Place, journal: Journal, now: str) -> bool:
    """The branch went on without the commit, and no file has been replaced: the change was cut off before it was saved."""
    if any(_has_taken_effect(repo, journal, file) for file in journal.files):
        return False
    return not is_ancestor(place, journal.new, now)


def _has_taken_effect(repo: Repository, journal: Journal, file: FileChange) -> bool:
    return file.old != file.new and state_on_disk(repo, journal, file) == "new"


def _finish_late(repo: Repository, place: Place, journal: Journal) -> Recovery:
    """The temps and the prepared index may be missing or cut off: both are made anew from the commit."""
    with CatFile(place) as objects:
        _require_truth(repo, objects, journal)
        take_lock(repo)
        if head_state(repo).commit != journal.new:
            # somebody has committed before the lock was ours
            release_index(repo)
            raise _needs_help(journal, branch_commit(repo, journal.branch))
        remove_temps(repo, journal)
        late = tuple(file for file in journal.files if state_on_disk(repo, journal, file) == "old")
        stage(repo, journal, {file.path: _content(objects, file.new) for file in late if file.new})
        entries = {
            f"{repo.prefix}{file.path}": file.new
            for file in journal.files
            # somebody who staged a version of his own since then keeps it
            if _staged(objects, repo, file) in (file.old, file.new)
        }
    prepare_index(repo, place, entries, staged_modes(place, list(entries)), format_of(journal.new))
    kept = finish(repo, journal)
    return Recovery("finished", journal.new, tuple(file.path for file in late), kept)


def _require_truth(repo: Repository, objects: CatFile, journal: Journal) -> None:
    """A journal that wants something else than its two commits say was not written by us, and nothing is put in place for it."""
    for file in journal.files:
        for commit, expected in ((journal.old, file.old), (journal.new, file.new)):
            found = objects.get(f"{commit}:{repo.prefix}{file.path}") if commit else None
            if (found.oid if found else None) != expected:
                raise WriteRefused(
                    f"Das Journal einer früheren Änderung passt nicht zu ihrem Commit {_short(journal.new)} ({file.path}). "
                    "Es wurde nichts geändert.",
                    hint="Bitte den Stand mit git status prüfen; ist alles in Ordnung: ikzctl repair --abandon",
                )


def _content(objects: CatFile, oid: str) -> bytes:
    found = objects.get(oid)
    if found is None:
        raise DamagedError(f"Im Repository fehlt ein Objekt ({oid[:12]}).")
    return found.data


def _staged(objects: CatFile, repo: Repository, file: FileChange) -> str | None:
    found = objects.get(f":0:{repo.prefix}{file.path}", 0)
    return found.oid if found else None


def _is_settled(repo: Repository, place: Place, journal: Journal, now: str) -> bool:
    """Somebody has committed since, on top of the change and without taking it back; folder and index are as that commit has them."""
    gone_on = False
    with CatFile(place) as objects:
        for file in journal.files:
            found = objects.get(f"{now}:{repo.prefix}{file.path}")
            saved = found.oid if found else None
            if saved == file.old or _staged(objects, repo, file) != saved:
                return False
            if state_on_disk(repo, journal, replace(file, new=saved)) != "new":
                return False
            gone_on = gone_on or saved != file.new
    # with the very contents of the change, the commit may be another one (git commit --amend)
    return not gone_on or is_ancestor(place, journal.new, now)


def _abandon(repo: Repository, own: Path) -> Recovery:
    try:
        journal = read_journal(own)
    except UserError:
        journal = None
    if journal is not None:
        # of a registry that lies elsewhere now, nobody could say it from its own folder
        if _is_folder(_folder(repo, journal)):
            _require_own(repo, journal)
        for tidy in (clear_branch_locks, remove_temps):
            with contextlib.suppress(OSError):
                tidy(repo, journal)
    with contextlib.suppress(OSError):
        release_index(repo)
    remove_journal(own)
    return Recovery("abandoned")


def _needs_help(journal: Journal, now: str | None) -> WriteRefused:
    branch = journal.branch.removeprefix("refs/heads/")
    files = ", ".join(file.path for file in journal.files[:5]) + (" …" if len(journal.files) > 5 else "")
    if now == journal.new:
        return WriteRefused(
            f"Eine gespeicherte Änderung an {files} wurde unterbrochen, während der Zweig „{branch}“ ausgecheckt war.",
            hint=f"Dorthin zurückkehren und abschließen: git switch {shlex.quote(branch)}; ikzctl repair",
        )
    since = f"der Zweig „{branch}“ hat sich seither weiterbewegt" if now else f"den Zweig „{branch}“ gibt es nicht mehr"
    return WriteRefused(
        f"Eine Änderung an {files} wurde unterbrochen, und {since}. ikzctl rührt deshalb nichts an.",
        hint=f"Mit git status und git show {_short(journal.new)} prüfen; danach: ikzctl repair --abandon",
    )


def _short(commit: str | None) -> str:
    return (commit or "")[:12]
