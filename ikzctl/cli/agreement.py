"""`ikzctl agreement …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ikzctl.cli.options import (
    AsOfOption,
    CommitOption,
    OutputOption,
    OverwriteOption,
    RegistryOption,
    WorkingTreeOption,
    day,
)


def draft(
    cooperation: Annotated[
        str, typer.Argument(metavar="ZUSAMMENARBEIT", help="Kennung, z. B. kfz-vorderpfalz.", show_default=False)
    ],
    output_folder: OutputOption = Path("entwuerfe"),
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    rev: CommitOption = "HEAD",
    working_tree: WorkingTreeOption = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Den Entwurf der Vereinbarung und den Prüfvermerk schreiben.

    Der Entwurf entsteht aus dem letzten Commit. Was offen oder ungeprüft ist, steht im Prüfvermerk.

    \b
    Beispiel:  ikzctl agreement draft kfz-vorderpfalz --output entwuerfe/
    """
    from ikzctl.actions.draft import draft_agreement
    from ikzctl.actions.validate import Effort
    from ikzctl.cli.cache import memory, processes
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.progress import ProgressLine
    from ikzctl.cli.results import show_files

    chosen = None if working_tree else rev
    workspace = open_to_read(registry, chosen)
    with ProgressLine("Prüfe", wanted=True) as progress:
        result = draft_agreement(
            workspace,
            cooperation,
            output_folder,
            as_of=day(as_of),
            rev=chosen,
            overwrite=overwrite,
            effort=Effort(memory(), processes(None), progress),
        )
    show_files(result.files, result.notes)


COMMANDS = (("draft", draft, "Entwurf und Prüfvermerk schreiben."),)
