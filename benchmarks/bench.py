"""What all rows share: the repository that is measured, the commands, and a probe for what exists yet."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.generate import git
from benchmarks.process import ROOT, Cost, Failed, cost
from benchmarks.trial import NotThere

MISSING = "noch nicht vorhanden"
AS_OF = "2026-11-23"
# exit code of ikzctl for a fault of its own, which a command without its action is
_FAULT = 3


@dataclass
class Bench:
    """`folder` is a repository made by `benchmarks.generate`; `scratch` a folder for caches and foreign tools."""

    folder: Path
    scratch: Path
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    """What was measured on the way and other rows may use, by row."""
    _help: dict[str, str] = field(default_factory=dict)

    @property
    def registry(self) -> Path:
        return self.folder / "registry"

    @cached_property
    def sizes(self) -> dict[Path, int]:
        return {path: path.stat().st_size for path in sorted(self.registry.rglob("*.yaml"))}

    @property
    def files(self) -> int:
        return len(self.sizes)

    @property
    def environment(self) -> dict[str, str]:
        """Caches and logs of the measured program stay in the scratch folder."""
        places = {name: str(self.scratch / name.lower()) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME")}
        return {**places, "PYTHONDONTWRITEBYTECODE": "", "NO_COLOR": "1"}

    def program(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ikzctl", *arguments]

    def ikzctl(self, *arguments: str, expect: tuple[int, ...] = (0,), more: dict[str, str] | None = None) -> Cost:
        """Run a command; NotThere if it ends as a command does whose inside is not written yet, or is broken."""
        try:
            return cost(self.program(*arguments), more={**self.environment, **(more or {})}, expect=expect)
        except Failed as trouble:
            if trouble.code == _FAULT:
                raise NotThere(f"{MISSING} (oder defekt): {' '.join(arguments[:2])}") from None
            raise

    def validate(self, *more: str) -> Cost:
        """`validate` of the whole registry; that it finds something is no failure."""
        where = ("--registry", str(self.folder), "--as-of", AS_OF)
        return self.ikzctl("validate", *where, *more, expect=(0, 1))

    def cold(self) -> tuple[str, ...]:
        """Options under which nothing is remembered and one process does all."""
        jobs = ("--jobs", "1") if self.has("validate", "--jobs") else ()
        return (*jobs, *(("--no-cache",) if self.has("validate", "--no-cache") else ()))

    def has(self, command: str, option: str) -> bool:
        if command not in self._help:
            done = subprocess.run(
                self.program(*command.split(), "--help"),
                cwd=ROOT,
                env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            self._help[command] = done.stdout
        return option in self._help[command]

    def need(self, command: str, option: str) -> None:
        if not self.has(command, option):
            raise NotThere(f"{MISSING}: {command} {option}")

    def git(self, *arguments: str) -> bytes:
        return git(self.folder, *arguments)

    def git_cost(self, *arguments: str) -> float:
        return cost(["git", *arguments], folder=self.folder).wall

    def restore(self, commit: str = "HEAD") -> None:
        """The work tree as the commit has it, and git's index fresh."""
        self.git("reset", "--hard", "--quiet", commit)
        self.git("status", "--porcelain")
