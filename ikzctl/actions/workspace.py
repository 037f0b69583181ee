"""Find the registry that a command is about, and open it as a source: the working tree or one commit."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.errors import UserError

if TYPE_CHECKING:
    from ikzctl.gitrepo.repository import Repository
    from ikzctl.registry.sources import Listed

_HEAD_FILE = "registry.yaml"


@dataclass(frozen=True)
class Workspace:
    """`root` is the folder that holds registry.yaml."""

    root: Path

    @cached_property
    def repo(self) -> Repository:
        """The repository around the registry; UserError if there is none."""
        from ikzctl.gitrepo.repository import require_repository

        return require_repository(self.root)

    @contextmanager
    def source(self, rev: str | None = None) -> Iterator[Listed]:
        """The working tree, or with `rev` the commit that it names."""
        from ikzctl.registry.sources import WorkTree

        if rev is None:
            yield WorkTree(self.root)
            return
        from ikzctl.gitrepo.reading import CleanRoom
        from ikzctl.registry.commit_source import CommitSource

        with CleanRoom(self.repo) as room:
            yield CommitSource(room, room.commit_id(rev))


def find_workspace(start: Path, given: Path | None) -> Workspace:
    """The registry at `given` (its own folder or the one above it), else the nearest one from `start` upwards."""
    if given is not None:
        if (given / _HEAD_FILE).is_file():
            return Workspace(given.resolve())
        if (given / "registry" / _HEAD_FILE).is_file():
            return _at_home(given / "registry")
        _refuse_bare(given)
        raise UserError(
            f"Im Ordner „{given}“ liegt kein Register (gesucht wurde registry.yaml, auch im Unterordner registry).",
            "Ein neues Register legt an: ikzctl init ORDNER",
        )
    for folder in (start, *start.parents):
        for place in (folder / "registry", folder):
            if (place / _HEAD_FILE).is_file():
                return _at_home(place)
    _refuse_bare(start)
    raise UserError(
        "Hier und in den Ordnern darüber liegt kein Register (gesucht wurde registry/registry.yaml).",
        "Entweder in den Ordner des Registers wechseln, ihn mit --registry ORDNER nennen oder eines anlegen: ikzctl init ORDNER",
    )


def _at_home(place: Path) -> Workspace:
    """The registry at a place that nobody has named: if that is a link, it must not lead into another repository."""
    root = place.resolve()
    if place.is_symlink():
        from ikzctl.gitrepo.repository import find_repository

        here, there = find_repository(place.parent), find_repository(root)
        if here is not None and (there is None or there.work_tree != here.work_tree):
            raise UserError(
                f"„{place}“ ist eine Verknüpfung nach „{root}“, und das liegt nicht in diesem Repository.",
                f"Ist das Register dort gemeint, angeben: --registry {shlex.quote(str(root))}",
            )
    return Workspace(root)


def _refuse_bare(folder: Path) -> None:
    """A repository without files in it is no registry yet, but there is a way to one."""
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
        raise UserError(
            f"„{folder}“ ist ein Repository ohne Arbeitsordner (bare); ikzctl arbeitet in einem gewöhnlichen Klon.",
            f"git clone {shlex.quote(str(folder))}",
        )
