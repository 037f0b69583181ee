"""Starts the real program in a cleaned environment, and looks at what it left on the disk."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pytest

DAY = "2026-11-23"
GIT_FOLDER = str(Path(shutil.which("git") or "/usr/bin/git").parent)


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Program:
    """ikzctl as it starts in `folder`; `home` is empty, so that no setting of this machine's user takes part."""

    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    """What stands before the command: a program that takes rights away, for instance."""

    def __call__(self, *arguments: str, stdin: bytes | None = b"") -> Result:
        """Run one command; the input is closed at once unless given. Nothing may ever end in a traceback."""
        done = subprocess.run(
            self.command(arguments), cwd=self.folder, env=self.env, input=stdin, capture_output=True, check=False
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in result.text, result.text
        return result

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [*self.before, sys.executable, "-m", "ikzctl", *arguments]

    @property
    def env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "PYTHONPATH": str(Path.cwd()), **self.environment}

    def at(self, folder: Path) -> Program:
        return replace(self, folder=folder)

    def with_env(self, **environment: str) -> Program:
        return replace(self, environment={**self.environment, **environment})

    def git(self, *arguments: str) -> str:
        """The user's own git, with an identity."""
        who = {
            f"GIT_{role}_{what}": f"{what}@example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**self.env, **who}, capture_output=True, text=True, check=True
        )
        return done.stdout


def save(program: Program, message: str = "Von Hand") -> None:
    program.git("add", "-A")
    program.git("commit", "-q", "-m", message)


def digest(folder: Path) -> str:
    """Every name, kind and byte below `folder`, git's refs, index and settings included.

    Left out: our own folder, whose lock says who wrote last, and objects, which mean nothing until a ref names them.
    """
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith((".git/ikzctl", ".git/objects/")):
            continue
        status = path.lstat()
        whole.update(f"{name}\0{stat.S_IFMT(status.st_mode)}\0".encode("utf-8", "surrogateescape"))
        if path.is_symlink():
            whole.update(os.fsencode(path.readlink()))
        elif path.is_file():
            try:
                whole.update(path.read_bytes())
            except PermissionError:
                whole.update(b"unreadable")
    return whole.hexdigest()


def copied(source: Path, target: Path) -> Path:
    """A copy of a whole repository, git's files too."""
    shutil.copytree(source, target, symlinks=True)
    return target


def needs(condition: object, why: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not condition, reason=why)


def _can_drop() -> bool:
    """Root may read everything; without these two rights it may not."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return sys.platform != "win32"
    return shutil.which("setpriv") is not None and subprocess.run([*_POWERLESS, "true"], check=False).returncode == 0


_POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
needs_rights = needs(_can_drop(), "running as root, and setpriv cannot take its rights away")


def powerless(program: Program) -> Program:
    return replace(program, before=_POWERLESS) if os.geteuid() == 0 else program
