"""The fence around foreign configuration: which local settings may stand when ikzctl writes, and who the user is."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ikzctl.gitrepo.process import QUICK, GitError, NotLikeGit, Place, printable, run
from ikzctl.gitrepo.repository import Repository
from ikzctl.model.errors import UserError, WriteRefused

# nothing here can name a program or a file; git lowers section and key, the middle part stays as written
_HARMLESS = re.compile(
    r"core\.(?:repositoryformatversion|filemode|bare|ignorecase|precomposeunicode|logallrefupdates|symlinks|autocrlf)"
    r"|remote\.[^\n]+\.(?:url|fetch)"
    r"|branch\.[^\n]+\.(?:remote|merge|rebase|pushremote|description|vscode-merge-base)"
    r"|user\.(?:name|email)"
    # the second leads git to one more file, `config.worktree`, whose settings are listed and looked at with the others
    r"|extensions\.(?:objectformat|worktreeconfig)"
)


_LONGEST = 200
# far above all that anybody allows; a file without end must not be read into memory
_LARGEST_BOOK = 1 << 20


class Setting(NamedTuple):
    scope: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a commit names; a function and its mailbox rather than a person. `when` None means now."""

    name: str
    email: str
    when: datetime | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        dates = (
            {} if self.when is None else dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), self.when.isoformat())
        )
        return {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_COMMITTER_NAME": self.name,
            "GIT_COMMITTER_EMAIL": self.email,
            **dates,
        }


class ForeignSettings(WriteRefused):
    """The repository brings settings that could run programs; `keys` can be accepted once with `accept_settings`."""

    def __init__(self, keys: Sequence[str]) -> None:
        named = ", ".join(f"„{printable(key)}“" for key in keys)
        super().__init__(
            f"Die Einstellungen dieses Repositorys (.git/config) enthalten {named}; damit könnte git fremde Programme "
            "starten. Es wurde nichts geändert.",
            hint="Abhilfe: das Register frisch klonen (git clone) und dort arbeiten.",
        )
        self.keys = tuple(keys)


def check_settings(repo: Repository, accepted: Path | None = None) -> tuple[Setting, ...]:
    """Refuse foreign settings before anything else is done; the local settings for `read_identity` otherwise.

    Reading the configuration runs nothing, and files that it includes are not opened. `accepted` is the file outside
    the registry that remembers what this user allowed.
    """
    settings = _list_settings(repo.place, "--no-includes")
    known = _read_accepted(accepted).get(str(repo.common_dir), {})
    values = _values(settings)
    foreign = [key for key in values if not _HARMLESS.fullmatch(key) and known.get(key) != values[key]]
    if foreign:
        raise ForeignSettings(sorted(set(foreign)))
    return settings


def accept_settings(repo: Repository, keys: Sequence[str], accepted: Path) -> None:
    """Remember that the user allows these keys with the values that they have now."""
    values = _values(_list_settings(repo.place, "--no-includes"))
    book = _read_accepted(accepted)
    book.setdefault(str(repo.common_dir), {}).update({key: values[key] for key in keys if key in values})
    accepted.parent.mkdir(parents=True, exist_ok=True)
    draft = accepted.with_name(f"{accepted.name}.{os.getpid()}")
    try:
        # the name of a folder may be no text, which only an escape can stand for
        draft.write_text(json.dumps(book, indent=1), encoding="ascii")
        draft.replace(accepted)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _values(settings: Sequence[Setting]) -> dict[str, list[str]]:
    """All values of each key, in order: git obeys a later one, or all of them."""
    values: dict[str, list[str]] = {}
    for setting in settings:
        values.setdefault(setting.key, []).append(setting.value)
    return values


def read_identity(repo: Repository, local: Sequence[Setting] | None = None) -> Identity:
    """Name and mailbox from the repository or, failing that, from the user's own configuration.

    What an administrator has set for everybody on this machine names no one, and counts as little here as anywhere in ikzctl.
    """
    found = {s.key: s.value for s in (check_settings(repo) if local is None else local)}
    if not (found.get("user.name") and found.get("user.email")):
        try:
            found = {s.key: s.value for s in _list_settings(repo.place, "--includes", user_settings=True)}
        except GitError as fault:
            if fault.code < 0:
                raise  # ended from outside, which says nothing about the file
            raise WriteRefused(
                "Ihre eigenen git-Einstellungen (.gitconfig in Ihrem Benutzerordner, oder was GIT_CONFIG_GLOBAL nennt) "
                "lassen sich nicht lesen. Es wurde nichts geändert.",
                hint="Was nicht stimmt, sagt: git config --global --list",
            ) from None
    name, email = (_clean(found.get(key, "")) for key in ("user.name", "user.email"))
    if not (name and email):
        raise WriteRefused(
            "git kennt Ihren Namen und Ihre E-Mail-Adresse noch nicht (was für den ganzen Rechner eingestellt ist, zählt hier "
            "nicht). Es wurde nichts geändert.",
            hint='git config --global user.name "Koordinierungsstelle IKZ"\n'
            'git config --global user.email "ikz@stadt.example"',
        )
    if "\ufffd" in name + email:
        raise WriteRefused(
            "Ihr Name oder Ihre E-Mail-Adresse in den git-Einstellungen ist kein lesbarer Text (nicht UTF-8). "
            "Es wurde nichts geändert.",
            hint="Wo sie stehen, zeigt: git config --show-origin --get-regexp user   Neu setzen:\n"
            'git config user.name "Koordinierungsstelle IKZ"\n'
            'git config user.email "ikz@stadt.example"',
        )
    return Identity(name, email)


def set_identity(repo: Repository, identity: Identity) -> None:
    """Write the identity into a repository that ikzctl has just made."""
    check_identity(identity)
    for key, value in (("user.name", identity.name), ("user.email", identity.email)):
        run(["config", "--local", key, value], repo.place)


def check_identity(identity: Identity) -> None:
    """UserError for what git would cut or take for an option."""
    for value in (identity.name, identity.email):
        if not _clean(value) or _clean(value) != value or value.startswith("-") or len(value) > _LONGEST:
            raise UserError(f"„{printable(value)}“ taugt nicht als Name oder E-Mail-Adresse für git.")


def _list_settings(place: Place, includes: str, *, user_settings: bool = False) -> tuple[Setting, ...]:
    command = ["config", "--list", "-z", "--show-scope", includes]
    answer = run(command, place, user_settings=user_settings, seconds=QUICK)
    parts = answer.out.decode("utf-8", "replace").split("\0")[:-1]
    if len(parts) % 2:
        raise NotLikeGit
    settings = []
    for scope, item in zip(parts[::2], parts[1::2], strict=True):
        key, _, value = item.partition("\n")
        if scope != "command":
            settings.append(Setting(scope, key, value))
    return tuple(settings)


def _read_accepted(accepted: Path | None) -> dict[str, dict[str, list[str]]]:
    """Repository → key → values; what cannot be read allows nothing."""
    if accepted is None:
        return {}
    try:
        book = json.loads(_read_plain(accepted))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(book, dict):
        return {}
    return {
        place: {key: values for key, values in keys.items() if _is_texts(values)}
        for place, keys in book.items()
        if isinstance(keys, dict)
    }


def _read_plain(path: Path) -> bytes:
    """OSError for what is no ordinary file of a sensible size. A pipe is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_BOOK:
            raise OSError("not what ikzctl has written")
        return stream.read()


def _is_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _clean(text: str) -> str:
    """As git itself cuts it: nothing that would end the field in a commit, no punctuation at its ends."""
    return "".join(c for c in text if c.isprintable() and c not in "<>").strip(" .,:;\"\\'")
