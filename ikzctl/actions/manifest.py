"""Compute the access rights of a cooperation and write them as manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """Write JSON and CSV per target into `folder`; `rev` None means the working tree, which is marked in the files.

    Manifests of this cooperation that an earlier run wrote there, and that there are no more, are removed: they would still say
    "recht_geben".
    """
    from ikzctl.files.output import write_output

    require_output_folder(workspace.root, folder)
    with workspace.source(rev) as source:
        made = manifest_of(source, cooperation, as_of=as_of)
    contents = {f.path: f.content for f in made.files}
    output = write_output(folder, contents, overwrite=overwrite, within=f"{cooperation}/")
    # named as the user named the folder
    removed, kept = ([folder / path for path in paths] for paths in (output.removed, output.kept))
    return Written(tuple(folder / path for path in contents), (*_notes(made.summary, rev), *_gone(removed, kept)))


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


def _gone(removed: Sequence[Path], kept: Sequence[Path]) -> Iterator[str]:
    """What is said of manifests that an earlier run wrote and that do not follow from the register any more."""
    if removed:
        yield "Entfernt, weil es diese Manifeste nicht mehr gibt (Rechte, die nur darin standen, gelten nicht mehr):"
        yield from (f"  {path}" for path in removed)
    if kept:
        yield "Achtung: Diese Dateien gelten nicht mehr. Sie bleiben nur, weil jemand sie geändert hat; bitte löschen:"
        yield from (f"  {path}" for path in kept)
