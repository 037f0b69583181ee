"""Draft the agreement of a cooperation with its review sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.actions.outcome import Written, require_output_folder
from ikzctl.actions.proposal import require_known_format
from ikzctl.actions.validate import ALONE, Effort, examine_source, findings_of

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.model.generated import GeneratedFile
    from ikzctl.registry.sources import Listed


def draft_agreement(
    workspace: Workspace,
    cooperation: str,
    folder: Path,
    *,
    as_of: date,
    rev: str | None,
    overwrite: bool = False,
    effort: Effort = ALONE,
) -> Written:
    """Write draft and review sheet into `folder`; `rev` None means the working tree, which is marked in the files.

    `effort`: how the registry is checked, whose findings the review sheet names.
    """
    from ikzctl.files.output import write_output

    require_output_folder(workspace.root, folder)
    with workspace.source(rev) as source:
        files = _draft_files(workspace.root, source, cooperation, as_of, effort)
    write_output(folder, {f.path: f.content for f in files}, overwrite=overwrite)
    # named as the user named the folder
    return Written(tuple(folder / f.path for f in files), _notes(rev))


def _draft_files(
    root: Path, source: Listed, cooperation: str, as_of: date, effort: Effort
) -> tuple[GeneratedFile, ...]:
    """The files as bytes, made from what `source` holds."""
    from ikzctl import __version__
    from ikzctl.documents.agreement import draft_agreement as compose
    from ikzctl.documents.case import Stamp, from_registry
    from ikzctl.registry.registry import Registry

    registry = Registry(source)
    require_known_format(registry)
    registry.get("cooperation", cooperation, cooperation)
    report = examine_source(root, source, as_of=as_of, effort=effort)
    case = from_registry(registry, cooperation, as_of=as_of, findings=findings_of(report, cooperation))
    return compose(case, stamp=Stamp(as_of, source.commit, __version__))


def _notes(rev: str | None) -> tuple[str, ...]:
    read_first = "Zuerst den Prüfvermerk lesen: Er nennt offene Angaben und nicht verifizierte Vorschriften."
    if rev is None:
        return ("Vorschau aus dem Ordner, nicht festgeschrieben.", read_first)
    return (read_first,)
