"""Commands that make something from nothing: `demo`, `init`, `schema`."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from ikzctl.cli.options import AsOfOption, day, text


def demo(
    folder: Annotated[Path, typer.Argument(metavar="ORDNER", help="Neuer Ordner für das Beispiel.")] = Path(
        "ikzctl-demo"
    ),
    as_of: AsOfOption = None,
) -> None:
    """Das Beispiel IKZ Vorderpfalz als eigenes Repository anlegen, prüfen und alle Dokumente entwerfen.

    Braucht kein Netz, keinen Server und kein Word.

    \b
    Beispiel:  ikzctl demo beispiel
    """
    from ikzctl.actions.demo import make_demo
    from ikzctl.cli.changing import from_here
    from ikzctl.cli.demo_text import demo_lines
    from ikzctl.cli.results import say_done

    from_here(folder)
    made = make_demo(folder, as_of=day(as_of))
    if made is None:
        _finished(folder, "Der Stichtag ist der")
        return
    say_done(demo_lines(made), f"Das Beispiel ist angelegt: {made.folder}")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="ORDNER", help="Neuer Ordner für das Register.", show_default=False)
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="Name des Registers; sonst der Name des Ordners.", show_default=False
        ),
    ] = None,
    land: Annotated[str, typer.Option("--land", metavar="LAND", help="Land, zwei Buchstaben.")] = "RP",
    function: Annotated[
        str, typer.Option("--function", metavar="FUNKTION", help="Absender der Commits, falls git noch keinen kennt.")
    ] = "IKZ-Koordination",
    mail: Annotated[
        str, typer.Option("--mail", metavar="POSTFACH", help="Funktionspostfach dazu.")
    ] = "ikz-koordination@register.invalid",
) -> None:
    """Ein eigenes, leeres Register als git-Repository anlegen.

    \b
    Beispiel:  ikzctl init mein-register --name "IKZ Musterregion"
    """
    from ikzctl.actions.init import make_registry
    from ikzctl.cli.changing import from_here
    from ikzctl.cli.output import note
    from ikzctl.cli.results import say_done
    from ikzctl.gitrepo.fence import Identity

    from_here(folder)
    # a link that leads to itself has a name, too
    called = text(name, "--name") if name else text(Path(os.path.realpath(folder)).name, "ORDNER")
    made = make_registry(folder, name=called, land=land.upper(), identity=Identity(function, mail))
    if made is None:
        _finished(folder, "Name, Land und Absender sind die")
        note("Name und Land ändern: registry/registry.yaml")
        return
    there = f"Angelegt: {folder} (Commit {(made.result.commit or '')[:12]})"
    go_on = ("Weiter:", f"  cd {shlex.quote(str(folder))}", "  ikzctl partner add --key 07318000", "  ikzctl validate")
    say_done((there, *go_on), there)
    if made.identity_set:
        note(f"git kannte noch keinen Absender; in diesem Repository ist es nun „{function} <{mail}>“.")
        note("Ein Funktionspostfach statt eines Namens ist Absicht: Die Historie lässt sich nicht löschen.")
        note("Ändern: git config user.email POSTFACH")


def _finished(folder: Path, kept: str) -> None:
    """`kept` begins the sentence about what was given then, and again now."""
    from ikzctl.cli.output import note
    from ikzctl.cli.results import say_done

    say_done([f"Angelegt: {folder}"], f"Angelegt: {folder}")
    note("Ein früherer Aufruf war unterbrochen worden; was er gemacht hatte, steht jetzt vollständig an seinem Platz.")
    note(f"{kept} aus jenem Aufruf; was eben angegeben wurde, zählt nicht.")


COMMANDS = (
    ("demo", demo, "Das Beispiel IKZ Vorderpfalz anlegen."),
    ("init", init, "Ein eigenes, leeres Register anlegen."),
)
