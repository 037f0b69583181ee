"""The only place that starts git: fixed options, cleaned environment, explicit folders, a time limit."""

from __future__ import annotations

import errno
import functools
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ikzctl.model.errors import UserError
from ikzctl.model.shortages import SHORTAGES

# git for Windows knows this name too; nothing can be put below it, so there is no hook and no attribute to find
NOTHING = "/dev/null"
SECONDS = 120.0
# for questions that git answers at once; whoever waits longer has met a damaged repository
QUICK = 15.0
# older versions run foreign code while cloning (CVE-2024-32002 and its companions)
SAFE_GIT = (2, 39, 4)

_INSTALL = "git installieren (https://git-scm.com/downloads) und danach ein neues Fenster öffnen."

_SETTINGS = (
    f"core.hooksPath={NOTHING}",
    f"core.attributesFile={NOTHING}",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.fsync=all",
    "core.fsyncMethod=fsync",
    # a folder is names and ids: squeezing one of ten thousand files takes longer than all the rest of a commit, and saves a third
    "core.looseCompression=0",
    "core.autocrlf=false",
    "core.symlinks=false",
    # a prepared commit graph can tell another history than the commits do
    "core.commitGraph=false",
    "core.filesRefLockTimeout=2000",
    "core.packedRefsTimeout=2000",
    "gc.auto=0",
    "maintenance.auto=false",
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "commit.gpgSign=false",
    "diff.external=",
    "submodule.recurse=false",
)
_OPTIONS = tuple(part for setting in _SETTINGS for part in ("-c", setting))

_USER_SETTINGS = "GIT_CONFIG_GLOBAL"
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": NOTHING,
    # a partial clone would fetch a missing object through a program that its configuration names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where git works: always told, never searched for."""

    git_dir: Path
    work_tree: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    # the lock of a writing command stays held for as long as any git that it started is alive
    keep_open: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: bytes
    err: str


class GitError(UserError):
    """git answered with a code that was not expected, or not in time; `code` is negative if a signal ended it."""

    def __init__(self, what: str, code: int, err: str) -> None:
        super().__init__(_german_reason(what, code, err))
        self.code = code
        self.err = err
        self.disk_full = any(sign in err for sign in _DISK_FULL)


class NotLikeGit(UserError):
    """What is called git did not answer as git does."""

    def __init__(self) -> None:
        super().__init__(
            "Das Programm git antwortet nicht so wie erwartet; vielleicht ist es sehr alt, oder ein anderes heißt so.",
            hint=f"Zeigen, was installiert ist: git --version   Nötig ist mindestens {'.'.join(map(str, SAFE_GIT))}.",
        )


def run(
    args: Sequence[str],
    place: Place | None,
    *,
    stdin: bytes = b"",
    expect: tuple[int, ...] = (0,),
    user_settings: bool = False,
    seconds: float = SECONDS,
) -> Answer:
    """Start git, give it `stdin`, wait; `GitError` for any exit code that is not in `expect`."""
    process = start(args, place, user_settings=user_settings)
    try:
        with Patience(process, seconds) as patience:
            patience.asked()
            out, err = process.communicate(stdin)
    except BaseException:
        kill(process)
        process.wait()
        raise
    # one that ended well at the very moment has not been killed
    if patience.lost and process.returncode != 0:
        raise GitError(args[0], process.returncode, f"timeout after {seconds:.0f} s")
    answer = Answer(process.returncode, out, printable(err.decode("utf-8", "replace")))
    if answer.code not in expect:
        raise GitError(args[0], answer.code, answer.err)
    return answer


def start_thread(thread: threading.Thread) -> None:
    """Python tells a system that lets no further thread run from no other fault."""
    try:
        thread.start()
    except RuntimeError as fault:
        raise OSError(errno.EAGAIN, str(fault)) from None


class Patience:
    """Ends a git that owes an answer for longer than `seconds`, however many it has given before.

    `asked` is called when an answer is waited for, `answered` when it is there; between the two lie the naps of the one who asks.
    A `timeout` of `communicate` would nap in growing steps instead of waiting.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.lost = False
        self._process = process
        self._seconds = seconds
        self._questions = 0
        # the number of the question that is open; none is 0
        self._owed = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        start_thread(self._watch)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()

    def asked(self) -> None:
        self._questions += 1
        self._owed = self._questions

    def answered(self) -> None:
        self._owed = 0

    def _look(self) -> None:
        """Counts looks, not seconds: while we are stopped ourselves (Ctrl-Z) the clock goes on, and git's answer waits for us."""
        pause = min(1.0, self._seconds)
        seen = looks = 0
        while not self._over.wait(pause):
            owed = self._owed
            looks = looks + 1 if owed and owed == seen else 0
            seen = owed
            if looks * pause >= self._seconds:
                self.lost = True
                kill(self._process)
                return


def start(args: Sequence[str], place: Place | None, *, user_settings: bool = False) -> subprocess.Popen[bytes]:
    """The one start. No shell; nothing a user typed may stand in `args` before `--` or `--end-of-options`."""
    command = [_program(os.environ.get("PATH", os.defpath)), "--no-pager", "--literal-pathspecs", *_OPTIONS]
    if place is not None:
        command.append(f"--git-dir={place.git_dir}")
        if place.work_tree is not None:
            command.append(f"--work-tree={place.work_tree}")
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [*command, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # without a place: the root, so that no repository around the current folder takes part
            cwd=os.sep if place is None else place.work_tree or place.git_dir,
            env=_environment(place, user_settings),
            **_detached(place),
        )
    except OSError as fault:
        if fault.errno != errno.ENOEXEC:
            raise
        raise UserError(f"„{command[0]}“ ist kein Programm, das hier läuft.", hint=_INSTALL) from None
    return process


def _environment(place: Place | None, user_settings: bool) -> dict[str, str]:
    """What this process has, without any `GIT_*`: a hook that calls us, or a script, must not redirect git.

    One only is the user's own word: where his settings are, if not in his home. It counts where they are asked for, and nowhere else.
    This is the one place below `cli` that looks at the environment: only to hand it on to git.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    if not user_settings:
        kept[_USER_SETTINGS] = NOTHING
    elif _USER_SETTINGS in os.environ:
        kept[_USER_SETTINGS] = os.environ[_USER_SETTINGS]
    return kept | _ENVIRONMENT | dict(place.environment if place else {})


if sys.platform == "win32":

    def _detached(place: Place | None) -> dict[str, Any]:
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

    def kill(process: subprocess.Popen[bytes]) -> None:
        process.kill()

else:

    def _detached(place: Place | None) -> dict[str, Any]:
        """A group of its own: Ctrl-C reaches us alone, and we decide whether git may still finish."""
        return {"process_group": 0, "pass_fds": place.keep_open if place else ()}

    def kill(process: subprocess.Popen[bytes]) -> None:
        """With all that it has started: what is called git may be a script, whose git would hold our pipes.

        Until it has been waited for, nobody else can have its number, which is that of its group.
        """
        if process.returncode is None:
            # systems other than Linux refuse it for a group of which nobody is alive
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


@functools.lru_cache(maxsize=2)
def _program(search_path: str) -> str:
    """git from an absolute folder of the search path: never the `git.exe` that lies in the current folder."""
    name = "git.exe" if sys.platform == "win32" else "git"
    for folder in map(Path, search_path.split(os.pathsep)):
        if folder.is_absolute() and os.access(folder / name, os.X_OK) and (folder / name).is_file():
            return str(folder / name)
    raise UserError(
        "Das Programm git wurde nicht gefunden.",
        hint=_INSTALL,
    )


def git_version() -> tuple[int, ...]:
    found = re.search(rb"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?", run(["--version"], None).out)
    return tuple(int(part or 0) for part in found.groups()) if found else (0,)


def version_warning() -> str | None:
    """A German sentence if the installed git is too old to be trusted with foreign registries."""
    version = git_version()
    if version >= SAFE_GIT:
        return None
    have, need = ".".join(map(str, version)), ".".join(map(str, SAFE_GIT))
    return f"git {have} hat bekannte Sicherheitslücken; empfohlen ist mindestens {need}."


def printable(text: str) -> str:
    """Text of another program without control characters, which could steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text).strip()


# Windows knows neither the signal nor the limit
_TOO_LARGE = int(getattr(signal, "SIGXFSZ", 0))
_DISK_FULL = ("No space left on device", "Out of diskspace")
_FRESH = "Abhilfe: das Register frisch klonen (git clone)."
_DAMAGED = f"Das git-Repository ist beschädigt oder unvollständig. {_FRESH}"
_REASONS = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        ("|".join(_DISK_FULL), "Der Datenträger ist voll."),
        ("Disk quota exceeded", "Das Speicherkontingent ist erschöpft."),
        ("Input/output error", "Der Datenträger meldet einen Ein-/Ausgabefehler."),
        ("Read-only file system", "Der Datenträger ist schreibgeschützt."),
        ("Permission denied", "Es fehlen Zugriffsrechte im Ordner des Registers."),
        ("Operation not permitted", "Das Betriebssystem lässt im Ordner des Registers nichts ändern."),
        ("insufficient permission", "Es fehlen Schreibrechte im Ordner des Registers."),
        ("too big|File name too long", "Der Ordner des Registers liegt zu tief; der Pfad ist für git zu lang."),
        ("timeout after", f"git hat nicht rechtzeitig geantwortet; vielleicht ist das Repository beschädigt. {_FRESH}"),
        (
            "fsck error",
            "git nimmt einen Inhalt dieses Repositorys nicht an, weil er fehlerhaft oder gefährlich ist (zum Beispiel .gitmodules).",
        ),
        (
            "Out of memory|memory exhausted",
            f"git braucht mehr Arbeitsspeicher, als da ist; vielleicht ist das Repository beschädigt. {_FRESH}",
        ),
        (
            "[Rr]epo(?:sitory)? version|repository extension|v1-only extension",
            f"Das Repository ist für ein anderes git angelegt als das hier installierte. {_FRESH}",
        ),
        (
            "config (?:line|value|file|variable)|configuration file",
            f"Die Einstellungen des Repositorys (.git/config) sind nicht lesbar. {_FRESH}",
        ),
        (
            "bad signature 0x|index file (?:corrupt|smaller|open|sha1)|bad index (?:file|version)|index entry",
            "Der Index von git (.git/index) ist beschädigt. Abhilfe: die Datei löschen, dann ikzctl repair und git reset.",
        ),
        (
            "not a valid (?:object|'commit' object)|nonexistent object",
            "git fand nicht mehr, was eben erst geschrieben wurde; vielleicht räumt ein anderes git-Programm auf (git gc, "
            "git prune). Den Befehl wiederholen.",
        ),
        (
            r"\.lock': File exists",
            "Ein anderes git-Programm hält eine Sperre in diesem Repository, oder eine blieb liegen (*.lock).",
        ),
        (
            "but expected|reference already exists",
            "Ein anderes git-Programm hat den Zweig im selben Augenblick bewegt. Den Befehl wiederholen.",
        ),
        (
            "exists; cannot create",
            "Ein vorhandener Zweig steht dem neuen im Weg: Neben „a“ kann es „a/b“ nicht geben. Umbenennen: git branch -m",
        ),
        # git keeps to itself what the system has said
        (
            "couldn't (?:set|write|close) '",
            "git durfte die Datei des Zweigs nicht ersetzen; vielleicht ist sie vor Änderungen geschützt oder gehört jemand "
            "anderem (ls -l, lsattr), oder der Datenträger ist voll.",
        ),
        (
            "Could not read [0-9a-f]{40}|No such ref|commondir|Invalid path|shallow file|not a git repository|"
            "(?:loose|packed|bad|missing) object|object (?:file|directory|corrupt|missing)|(?:bad|read|a) tree"
            "|tree object|inflate|unable to unpack|mmap failed|is corrupt|(?:bad|broken) ref|packed-refs|in pack|packfile"
            "|multi-pack-index|cannot be used as a|unable to resolve reference|filename in tree entry|unable to append to"
            "|Not a directory|Is a directory",
            _DAMAGED,
        ),
    )
)


def _german_reason(what: str, code: int, err: str) -> str:
    for pattern, sentence in _REASONS:
        if pattern.search(err):
            return sentence
    if code < 0 and code == -_TOO_LARGE:
        return SHORTAGES[errno.EFBIG]
    if code < 0:
        return f"git wurde bei „{what}“ von außen beendet (Signal {-code})."
    last = err.splitlines()[-1] if err else f"Rückgabewert {code}"
    return f"git konnte „{what}“ nicht ausführen: {last}"
