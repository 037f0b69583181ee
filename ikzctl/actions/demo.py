"""Build the sample as a repository of its own, whose commits tell its story, and draft everything into `out/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ikzctl.actions.draft import draft_agreement
from ikzctl.actions.init import start_repository, surroundings
from ikzctl.actions.manifest import write_manifest
from ikzctl.actions.report import Report
from ikzctl.actions.validate import validate
from ikzctl.actions.workspace import Workspace
from ikzctl.model.changes import FileWrite

OUTPUT = "out"
_FUNCTION = "IKZ-Koordination Vorderpfalz (Beispiel)"
_MAILBOX = "ikz-beispiel@register.invalid"


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made in `folder`."""

    folder: Path
    commits: int
    report: Report
    drafts: tuple[Path, ...]
    manifests: tuple[Path, ...]


def make_demo(folder: Path, *, as_of: date) -> Demo:
    """Needs no network, no server, no Word, and no git identity of the user's."""
    commits = _tell_story(folder)
    workspace = Workspace((folder / "registry").resolve())
    report = validate(workspace, as_of=as_of, rev="HEAD")
    drafts: list[Path] = []
    manifests: list[Path] = []
    for cooperation in report.cooperations:
        drafts += draft_agreement(
            workspace, cooperation, folder / OUTPUT / "vereinbarungen", as_of=as_of, rev="HEAD"
        ).files
        manifests += write_manifest(
            workspace, cooperation, folder / OUTPUT / "manifeste", as_of=as_of, rev="HEAD"
        ).files
    return Demo(folder, commits, report, tuple(drafts), tuple(manifests))


def _tell_story(folder: Path) -> int:
    """One commit a chapter. The dates are the story's, so that the commits are the same every time.

    The function that commits is written into the repository: whoever tries the changing commands needs no identity either.
    """
    from ikzctl.files.writer import commit_changes
    from ikzctl.gitrepo.fence import Identity, set_identity
    from ikzctl.library.story import chapters

    repo = start_repository(folder)
    set_identity(repo, Identity(_FUNCTION, _MAILBOX))
    base: str | None = None
    before: Mapping[str, bytes] = {}
    told = chapters()
    for chapter in told:
        writes = [] if base else surroundings()
        writes += [
            FileWrite(f"registry/{path}", text) for path, text in chapter.files.items() if before.get(path) != text
        ]
        identity = Identity(_FUNCTION, _MAILBOX, chapter.date)
        base = commit_changes(repo, writes, chapter.message, base=base, identity=identity).commit
        before = chapter.files
    return len(told)
