"""Flat verbs for the whole registry: `validate`, `status`, `diff`, `list`, `show`, `fmt`, `repair`, `explain`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ikzctl.cli.options import AsOfOption, Format, FormatOption, RegistryOption, RevOption, day

if TYPE_CHECKING:
    from ikzctl.actions.fmt import Formatting


class FindingsFormat(StrEnum):
    """How findings are shown."""

    text = "text"
    lines = "lines"
    json = "json"


class FailOn(StrEnum):
    """From which severity on `validate` ends with 1."""

    error = "error"
    warning = "warning"


def validate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATEI…]", help="Nur Befunde zu diesen Dateien oder Ordnern zeigen.", show_default=False
        ),
    ] = None,
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    rev: RevOption = None,
    format: Annotated[
        FindingsFormat, typer.Option("--format", help="text, lines (eine Zeile je Befund) oder json.")
    ] = FindingsFormat.text,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Ab welcher Schwere der Befehl mit 1 endet.")
    ] = FailOn.error,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Alles neu lesen und nichts zwischenspeichern.", show_default=False)
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            min=1,
            help="Höchstens so viele Prozesse; sonst so viele wie Prozessoren.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Das Register prüfen und alle Befunde mit Datei, Zeile und Vorschrift zeigen.

    \b
    Beispiel:  ikzctl validate
               ikzctl validate partners/speyer.yaml --format lines
    """
    from ikzctl.actions.validate import Effort
    from ikzctl.actions.validate import validate as run
    from ikzctl.cli.cache import memory, processes
    from ikzctl.cli.changing import here, open_to_read
    from ikzctl.cli.progress import ProgressLine
    from ikzctl.cli.show_findings import show_report

    workspace = open_to_read(registry, rev)
    watched = format is FindingsFormat.text or sys.stdout.isatty()
    with ProgressLine("Prüfe", wanted=watched) as progress:
        effort = Effort(None if no_cache else memory(), processes(jobs), progress)
        report = run(workspace, as_of=day(as_of), rev=rev, only=tuple(paths or ()), start=here(), effort=effort)
    show_report(report, format.value)
    bad = ("error",) if fail_on is FailOn.error else ("error", "warning")
    if any(f.severity in bad for f in report.findings):
        raise typer.Exit(1)


def explain(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="Code eines Befunds, z. B. IKZ-L021.", show_default=False)
    ],
) -> None:
    """Erklären, was ein Befund bedeutet, worauf er sich stützt und wie er behoben wird.

    \b
    Beispiel:  ikzctl explain IKZ-S001
    """
    from ikzctl.actions.explain import explain as run
    from ikzctl.cli.output import say

    for line in run(code):
        say(line)


def status(
    cooperation: Annotated[
        str | None,
        typer.Argument(metavar="[ZUSAMMENARBEIT]", help="Kennung; fehlt sie, alle im Überblick.", show_default=False),
    ] = None,
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    rev: RevOption = None,
    format: FormatOption = Format.text,
) -> None:
    """Zeigen, wo eine Zusammenarbeit steht und was den Start verhindert: mit wem, seit wann, was zu tun ist.

    \b
    Beispiel:  ikzctl status kfz-vorderpfalz
    """
    from ikzctl.actions.status import status as run
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.output import say, say_json

    board = run(open_to_read(registry, rev), cooperation, as_of=day(as_of), rev=rev)
    if format is Format.json:
        say_json(board.as_dict())
        return
    for line in board.lines():
        say(line)


def diff(
    old: Annotated[str, typer.Argument(metavar="STAND", help="Älterer Stand, z. B. HEAD~1.", show_default=False)],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEUERER_STAND]", help="Fehlt er, werden die Dateien im Ordner verglichen.", show_default=False
        ),
    ] = None,
    registry: RegistryOption = None,
    format: FormatOption = Format.text,
) -> None:
    """Zeigen, was sich in der Sache geändert hat: Beitritte, Fristen, Mandate, Meilensteine.

    Endet mit 1, wenn es Unterschiede gibt.

    \b
    Beispiel:  ikzctl diff HEAD~1
    """
    from ikzctl.actions.diff import diff as run
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.output import note, say, say_json

    found = run(open_to_read(registry, new), old, new)
    if format is Format.json:
        say_json({"format": "ikz-diff/1", "differences": [d.as_dict() for d in found]})
    else:
        for difference in found:
            say(difference.text)
    if not found:
        note("Kein Unterschied.")
        return
    raise typer.Exit(1)


def list_(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="ART", help="Was: partner, task, system, security oder cooperation.", show_default=False
        ),
    ],
    registry: RegistryOption = None,
    rev: RevOption = None,
    format: FormatOption = Format.text,
) -> None:
    """Die Einträge einer Art auflisten; endet mit 1, wenn Dateien nicht gelesen werden können.

    \b
    Beispiel:  ikzctl list partner
    """
    from ikzctl.actions.look_up import entries
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.output import note, say, say_json

    listing = entries(open_to_read(registry, rev), kind, rev=rev)
    found = listing.entries
    for problem in listing.problems:
        at = problem.pointer
        note(f"Hinweis: {at.file}{f':{at.line}' if at.line else ''}: {problem.message}")
    if format is Format.json:
        rows = [{"id": e.id, "name": e.name, "file": e.path} for e in found]
        say_json({"format": "ikz-list/1", "kind": kind, "entries": rows})
    else:
        width = max((len(e.id) for e in found), default=0)
        for e in found:
            say(f"{e.id:<{width}}  {e.name}")
    if listing.problems:
        raise typer.Exit(1)


def show(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="ART", help="Was: partner, task, system, security oder cooperation.", show_default=False
        ),
    ],
    id: Annotated[str, typer.Argument(metavar="KENNUNG", help="Kennung des Eintrags.", show_default=False)],
    registry: RegistryOption = None,
    rev: RevOption = None,
) -> None:
    """Einen Eintrag zeigen, wie er im Register steht.

    \b
    Beispiel:  ikzctl show partner speyer
    """
    from ikzctl.actions.look_up import text_of
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.output import say

    say(text_of(open_to_read(registry, rev), kind, id, rev=rev).rstrip("\n"))


def fmt(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DATEI…]", help="Nur diese Dateien oder Ordner.", show_default=False),
    ] = None,
    registry: RegistryOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Nur melden, was sich ändern würde; endet dann mit 1.", show_default=False)
    ] = False,
) -> None:
    """Die Dateien in die einheitliche Form bringen: Reihenfolge, Einrückung, Anführungszeichen, Zeilenenden.

    Kommentare und Werte bleiben; gespeichert (Commit) wird nichts.

    \b
    Beispiel:  ikzctl fmt
               ikzctl fmt --check
    """
    from ikzctl.actions.fmt import bring_into_form, wanted_form
    from ikzctl.cli.changing import accepted_settings, after_recovery, here, note_unfinished, open_workspace
    from ikzctl.cli.progress import ProgressLine

    workspace, only = open_workspace(registry), tuple(paths or ())
    with ProgressLine("Vergleiche", wanted=True) as progress:
        if check:
            note_unfinished(workspace)
            wanted = wanted_form(workspace, only=only, start=here(), progress=progress)
        else:
            wanted = bring_into_form(
                workspace,
                only=only,
                start=here(),
                told=after_recovery,
                accepted=accepted_settings(),
                progress=progress,
            )
    _show_formatting(wanted, check)
    if wanted.refused or (check and wanted.changes):
        raise typer.Exit(1)


def _show_formatting(wanted: Formatting, check: bool) -> None:
    from ikzctl.cli.output import note, say
    from ikzctl.cli.results import say_done

    for path, reason in wanted.refused.items():
        note(f"{path}: {reason}")
    if check:
        for path in wanted.changes:
            say(path)
    else:
        say_done(wanted.changes, "Die Dateien sind geschrieben.")
    if wanted.changes:
        differ = "weicht ab" if len(wanted.changes) == 1 else "weichen ab"
        note(f"{len(wanted.changes)} von {wanted.files} Dateien {differ if check else 'in Form gebracht'}.")
    elif not wanted.refused:
        one = wanted.files == 1
        note(f"{wanted.files} {'Datei geprüft; sie ist' if one else 'Dateien geprüft; alle sind'} in Form.")
    elif wanted.files > len(wanted.refused):
        note(f"{wanted.files} Dateien geprüft; die übrigen sind in Form.")


def repair(
    registry: RegistryOption = None,
    abandon: Annotated[
        bool,
        typer.Option(
            "--abandon", help="Die unterbrochene Änderung nur vergessen; nichts wird angefasst.", show_default=False
        ),
    ] = False,
) -> None:
    """Eine unterbrochene Änderung abschließen oder zurücknehmen.

    Das geschieht auch von selbst beim nächsten Befehl, der etwas ändert.

    \b
    Beispiel:  ikzctl repair
    """
    from ikzctl.cli.changing import accepted_settings, open_workspace
    from ikzctl.cli.results import say_done
    from ikzctl.files.recovery import repair as run

    done = run(open_workspace(registry).repo, accepted=accepted_settings(), abandon=abandon)
    text = done.text or "Es gibt nichts zu reparieren."
    say_done([text], text)


COMMANDS = (
    ("validate", validate, "Das Register prüfen."),
    ("explain", explain, "Einen Befund erklären."),
    ("status", status, "Stand einer Zusammenarbeit, Hindernisse, Fristen."),
    ("diff", diff, "Was sich in der Sache geändert hat."),
    ("fmt", fmt, "Dateien in die einheitliche Form bringen."),
    ("repair", repair, "Eine unterbrochene Änderung abschließen."),
    ("list", list_, "Einträge einer Art auflisten."),
    ("show", show, "Einen Eintrag zeigen."),
)
