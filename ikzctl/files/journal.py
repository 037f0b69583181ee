"""What a change is about to do, on the disk before its commit point, so that a later run can finish or undo it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from ikzctl.files.disk import check_path, draft_of, is_temp, read_own, remove_own, sync_folders, write_whole
from ikzctl.gitrepo.repository import JOURNAL, OWN_FOLDER, Repository
from ikzctl.model.errors import WriteRefused

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH_PART = re.compile(r"[^\x00-\x20~^:?*\[\\\x7f/]+")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file: `path` and `temp` (its new content until it is put in place) are relative to the registry folder."""

    path: str
    old: str | None
    new: str | None
    temp: str


@dataclass(frozen=True, slots=True)
class Journal:
    """`folders` did not exist before; outer ones first. `old` is None for the first commit of a branch."""

    branch: str
    old: str | None
    new: str
    root: str
    files: tuple[FileChange, ...]
    folders: tuple[str, ...]


def own_folder(repo: Repository) -> Path:
    """Our folder inside the git dir; made if need be, never through a link."""
    folder = repo.git_dir / OWN_FOLDER
    if not os.path.lexists(folder):
        folder.mkdir(exist_ok=True)
    if folder.is_symlink() or not folder.is_dir():
        raise WriteRefused(f"„{folder}“ ist kein gewöhnlicher Ordner; ikzctl schreibt dort nicht.")
    return folder


def write_journal(folder: Path, journal: Journal) -> None:
    write_whole(folder / JOURNAL, json.dumps(asdict(journal), ensure_ascii=False, indent=1).encode("utf-8"))


def journal_path(folder: Path) -> Path:
    return folder / JOURNAL


def drop_draft(folder: Path) -> None:
    """Half a journal says nothing: whoever wrote it had not begun."""
    remove_own(draft_of(folder / JOURNAL))


def remove_journal(folder: Path) -> None:
    drop_draft(folder)
    remove_own(folder / JOURNAL)
    sync_folders([folder])


def read_journal(folder: Path) -> Journal | None:
    """None if there is none. A journal that we cannot have written is reported and left alone: it may be foreign."""
    if not os.path.lexists(folder / JOURNAL):
        return None
    try:
        raw = json.loads(read_own(folder / JOURNAL) or b"")
    except (ValueError, RecursionError):
        raise _unreadable(folder) from None
    try:
        journal = Journal(
            raw["branch"],
            raw["old"],
            raw["new"],
            raw["root"],
            tuple(FileChange(**item) for item in raw["files"]),
            tuple(raw["folders"]),
        )
        _check(journal)
    except (KeyError, TypeError, AttributeError, ValueError, WriteRefused):
        raise _unreadable(folder) from None
    return journal


def _check(journal: Journal) -> None:
    first, second, *parts = journal.branch.split("/")
    journal.branch.encode("utf-8")
    named = all(_BRANCH_PART.fullmatch(part) and ".." not in part and part != "." for part in parts)
    if (first, second) != ("refs", "heads") or not parts or not named:
        raise ValueError("branch")
    for oid in (journal.new, journal.old, *(oid for file in journal.files for oid in (file.old, file.new))):
        if oid is not None and not _ID.fullmatch(oid):
            raise ValueError("object id")
    if journal.new is None or not isinstance(journal.root, str):
        raise ValueError("new")
    for names in ([file.path for file in journal.files], [file.temp for file in journal.files]):
        if len(set(names)) < len(names):
            raise ValueError("twice")
    for file in journal.files:
        check_path(file.path)
        folder, _, name = file.temp.rpartition("/")
        if folder != file.path.rpartition("/")[0] or not is_temp(name):
            raise ValueError("temp")
    for path in journal.folders:
        check_path(path)


def _unreadable(folder: Path) -> WriteRefused:
    return WriteRefused(
        f"Das Journal einer früheren Änderung ist nicht lesbar ({folder / JOURNAL}). Es wurde nichts geändert.",
        hint="Bitte den Stand mit git status prüfen; ist alles in Ordnung: ikzctl repair --abandon",
    )
