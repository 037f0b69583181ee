"""Compute the access rights of a cooperation and write them as manifests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.actions.outcome import Written, require_output_folder
from ikzctl.actions.proposal import require_known_format

if TYPE_CHECKING:
    from ikzctl.access.manifest import ManifestFiles, Summary
    from ikzctl.actions.workspace import Workspace
    from ikzctl.registry.sources import Listed


def write_manifest(
    workspace: Workspace, cooperation: str, folder: Path, *, as_of: date, rev: str | None, overwrite: bool = False
) -> Written:
    """Write JSON and CSV per target into `folder`; `rev` None means the working tree, which is marked in the files."""
    from ikzctl.files.output import write_output

    require_output_folder(workspace.root, folder)
    with workspace.source(rev) as source:
        made = manifest_of(source, cooperation, as_of=as_of)
    if made.files:
        write_output(folder, {f.path: f.content for f in made.files}, overwrite=overwrite)
    # named as the user named the folder
    return Written(tuple(folder / f.path for f in made.files), tuple(_notes(made.summary, rev)))


def manifest_of(source: Listed, cooperation: str, *, as_of: date) -> ManifestFiles:
    """The manifests as bytes, made from what `source` holds."""
    from ikzctl.access.manifest import manifest_files
    from ikzctl.registry.registry import Registry

    registry = Registry(source)
    require_known_format(registry)
    return manifest_files(registry, cooperation, as_of, commit=source.commit)


def _notes(summary: Summary, rev: str | None) -> Iterator[str]:
    if rev is None:
        yield "Vorschau aus dem Ordner, nicht festgeschrieben."
    yield f"{summary.active} Rechte frei, {summary.blocked} gesperrt (Stichtag {summary.as_of:%d.%m.%Y})."
    if summary.reasons:
        yield "Gründe der Sperren, der häufigste zuerst (die Sätze dazu stehen in den Dateien *.gesperrt.csv):"
        for reason, count in summary.reasons.items():
            yield f"  {count:>4} × {reason}"
    for gap in summary.gaps:
        yield f"  {gap}"
    if summary.example:
        yield "Enthält Beispielangaben; nicht zur Einrichtung von Rechten verwenden."
