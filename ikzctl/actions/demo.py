"""Build the sample as a repository of its own, whose commits tell its story, and draft everything into `out/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ikzctl.actions.draft import draft_agreement
from ikzctl.actions.init import surroundings, whole
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


def make_demo(folder: Path, *, as_of: date) -> Demo | None:
    """Needs no network, no server, no Word, and no git identity of the user's.

    None: an earlier run had been interrupted when all was made, and is finished now.
    """
    from ikzctl.files.new_folder import fill_new_folder

    return fill_new_folder(folder, lambda inside: _make(inside, folder, as_of))


def _make(inside: Path, folder: Path, as_of: date) -> Demo:
    """Everything in the folder `inside`, which is going to be `folder`; the paths are told as they will be."""
    commits = _tell_story(inside)
    workspace = Workspace((inside / "registry").resolve())
    report = validate(workspace, as_of=as_of, rev="HEAD")
    drafts: list[Path] = []
    manifests: list[Path] = []
    out = inside / OUTPUT
    for cooperation in report.cooperations:
        drafts += draft_agreement(workspace, cooperation, out / "vereinbarungen", as_of=as_of, rev="HEAD").files
        manifests += write_manifest(workspace, cooperation, out / "manifeste", as_of=as_of, rev="HEAD").files
    drafts, manifests = ([folder / path.relative_to(inside) for path in paths] for paths in (drafts, manifests))
    return Demo(folder, commits, report, tuple(drafts), tuple(manifests))


def _tell_story(folder: Path) -> int:
    """One commit a chapter. The dates are the story's, so that the commits are the same every time.

    The function that commits is written into the repository: whoever tries the changing commands needs no identity either.
    """
    from ikzctl.files.writer import commit_changes
    from ikzctl.gitrepo.fence import Identity, set_identity
    from ikzctl.gitrepo.repository import create_repository
    from ikzctl.library.story import chapters

    repo = create_repository(folder)
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
        base = whole(commit_changes(repo, writes, chapter.message, base=base, identity=identity)).commit
        before = chapter.files
    return len(told)
