"""`ikzctl access …`."""

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


def manifest(
    cooperation: Annotated[
        str, typer.Argument(metavar="ZUSAMMENARBEIT", help="Kennung, z. B. kfz-vorderpfalz.", show_default=False)
    ],
    output_folder: OutputOption = Path("manifeste"),
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    rev: CommitOption = "HEAD",
    working_tree: WorkingTreeOption = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Die Zugriffsrechte einer Zusammenarbeit als Manifest schreiben (JSON und CSV).

    Jedes Recht nennt seinen Rechtsgrund; gesperrte Rechte stehen mit ihrem Grund dabei.

    \b
    Beispiel:  ikzctl access manifest kfz-vorderpfalz --output manifeste/
    """
    from ikzctl.actions.manifest import write_manifest
    from ikzctl.cli.changing import open_to_read
    from ikzctl.cli.results import show_files

    chosen = None if working_tree else rev
    workspace = open_to_read(registry, chosen)
    result = write_manifest(workspace, cooperation, output_folder, as_of=day(as_of), rev=chosen, overwrite=overwrite)
    show_files(result.files, result.notes)


COMMANDS = (("manifest", manifest, "Zugriffsrechte als Manifest schreiben."),)
