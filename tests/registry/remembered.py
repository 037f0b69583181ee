"""A small registry on the disk, validated in every way there is: all of them have to say the same, byte for byte."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest import mock

from ikzctl.actions.report import Report
from ikzctl.actions.validate import Effort, validate
from ikzctl.actions.workspace import Workspace
from ikzctl.cli.show_findings import show_report
from ikzctl.registry import fingerprint, reading, scan, shards, sources
from ikzctl.registry.cache import Memory
from tests.checks.small import AS_OF, base
from tests.gitrepo.repos import git
from tests.registry.reads import read, reads

SECOND = 10**9
FORMATS = ("text", "lines", "json")


@dataclass
class World:
    """A repository in `folder` with its registry, and a cache beside it.

    `rested`: the next run takes place so much later that the times of all files can be relied on. For that nobody has to
    wait: the run is told a later hour.
    """

    folder: Path
    rules: str = "rules"
    as_of: date = AS_OF
    rested: bool = True
    name: str = "r"

    @classmethod
    def made(cls, folder: Path, texts: Mapping[str, str] | None = None) -> World:
        world = cls(folder)
        for path, text in (base() if texts is None else texts).items():
            world.put(path, text.encode())
        return world

    @property
    def root(self) -> Path:
        return (self.folder / self.name / "registry").resolve()

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def packs(self) -> list[Path]:
        return sorted(p for p in self.cache.rglob("*") if p.is_file())

    def put(self, path: str, content: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)

    def get(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def paths(self) -> list[str]:
        return sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*.yaml") if p.is_file())

    def commit(self) -> None:
        top = self.root.parent
        if not (top / ".git").exists():
            git(top, "init", "-q", "-b", "main", "--template=")
        git(top, "add", "--all")
        git(top, "commit", "-q", "--allow-empty", "-m", "x")

    def tick(self) -> None:
        """Wait until the file system counts on: what happens within one step of its clock is the matter of tests of its own."""
        clock = self.folder / "clock"
        clock.touch()
        before = clock.stat().st_ctime_ns
        while clock.stat().st_ctime_ns == before:
            time.sleep(0.001)
            clock.touch()

    # --- the ways -----------------------------------------------------------------------------------------------------

    def cold(self, rev: str | None = None) -> Report:
        return self._validated(Effort(), rev)

    def warm(self, rev: str | None = None, jobs: int = 1) -> Report:
        later = 3 * SECOND if self.rested else 0
        return self._validated(Effort(Memory(self.cache, time.time_ns() + later), jobs), rev)

    def parallel(self, rev: str | None = None) -> Report:
        with many_processes():
            return self._validated(Effort(jobs=2), rev)

    def warm_parallel(self, rev: str | None = None) -> Report:
        with many_processes():
            return self.warm(rev, jobs=2)

    def _validated(self, effort: Effort, rev: str | None) -> Report:
        with (
            self._rules(),
            self._rights(),
            mock.patch.object(shards, "_BORDER", 3),
        ):  # several groups though there are few files
            return validate(Workspace(self.root), as_of=self.as_of, rev=rev, effort=effort)

    @contextmanager
    def _rules(self) -> Iterator[None]:
        with mock.patch.object(fingerprint, "rules_version", lambda: self.rules):
            yield

    @contextmanager
    def _rights(self) -> Iterator[None]:
        """Root may read everything; here the reader itself is refused what the user is."""

        def refused(files: sources.Files, path: str) -> bytes:
            if not (Path(files.root) / path).stat().st_mode & 0o400:
                raise PermissionError(13, os.strerror(13), f"{files.root}/{path}")
            return read(files, path)

        with reads(refused):
            yield


@contextmanager
def many_processes() -> Iterator[None]:
    """Even a few files are spread over processes."""
    with mock.patch.object(reading, "WORTH_A_POOL", 2), mock.patch.object(scan, "BLOCK", 3):
        yield


def said(report: Report) -> str:
    """Everything that somebody can learn of a report, types included."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        for form in FORMATS:
            show_report(report, form)
    return f"{report!r}\n{out.getvalue()}"


def same(world: World) -> str:
    """All ways say the same of the files as they lie there now; what it is."""
    expected = said(world.cold())
    assert said(world.warm()) == expected
    assert said(world.warm()) == expected
    return expected
