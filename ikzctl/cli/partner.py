"""`ikzctl partner …`."""

from __future__ import annotations

from typing import Annotated

import typer

from ikzctl.cli.options import DryRunOption, RegistryOption, YesOption


def add(
    key: Annotated[
        str,
        typer.Option(
            "--key", metavar="SCHLÜSSEL", help="Amtlicher Schlüssel: 5, 8, 9 oder 12 Ziffern.", show_default=False
        ),
    ],
    id: Annotated[
        str | None,
        typer.Option("--id", metavar="KENNUNG", help="Kennung; sonst aus dem Namen gebildet.", show_default=False),
    ] = None,
    registry: RegistryOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Einen Partner aus der amtlichen Gemeindeliste anlegen.

    Name, Art, Land und Sitz kommen aus der Liste; was sie nicht weiß, bleibt offen.

    \b
    Beispiel:  ikzctl partner add --key 07318000
    """
    from ikzctl.actions.partner import plan_to_add
    from ikzctl.cli.changing import open_workspace, show_and_do

    workspace = open_workspace(registry)
    show_and_do(workspace, lambda: plan_to_add(workspace, key=key, id=id), yes=yes, dry_run=dry_run)


COMMANDS = (("add", add, "Partner aus der amtlichen Liste anlegen."),)
