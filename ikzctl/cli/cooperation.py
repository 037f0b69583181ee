"""`ikzctl cooperation …`: partners join and leave."""

from __future__ import annotations

from typing import Annotated

import typer

from ikzctl.cli.options import AsOfOption, DryRunOption, RegistryOption, YesOption, day, text

CooperationArgument = Annotated[
    str, typer.Argument(metavar="ZUSAMMENARBEIT", help="Kennung, z. B. kfz-vorderpfalz.", show_default=False)
]
PartnerArgument = Annotated[
    str, typer.Argument(metavar="PARTNER", help="Kennung, z. B. frankenthal.", show_default=False)
]


def join(
    cooperation: CooperationArgument,
    partner: PartnerArgument,
    from_day: Annotated[
        str,
        typer.Option(
            "--from", metavar="TAG", help="Erster Tag der Mitgliedschaft, z. B. 2027-01-01.", show_default=False
        ),
    ],
    task: Annotated[
        list[str] | None,
        typer.Option("--task", metavar="AUFGABE", help="Nur für diese Aufgabe; mehrfach möglich.", show_default=False),
    ] = None,
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Einen Partner in eine Zusammenarbeit aufnehmen.

    Zeigt zuerst, was sich ändert und was daraus folgt (Beschlüsse, Genehmigung, Rechte, offene Angaben), und fragt dann.

    \b
    Beispiel:  ikzctl cooperation join adoption-vorderpfalz bad-duerkheim --from 2025-09-01
    """
    from ikzctl.actions.membership import plan_to_join
    from ikzctl.cli.changing import open_workspace, show_and_do

    workspace = open_workspace(registry)
    first, today = day(from_day, "--from"), day(as_of)
    tasks = tuple(task or ())
    show_and_do(
        workspace,
        lambda: plan_to_join(workspace, cooperation, partner, first, tasks=tasks, as_of=today),
        yes=yes,
        dry_run=dry_run,
    )


def leave(
    cooperation: CooperationArgument,
    partner: PartnerArgument,
    effective: Annotated[
        str,
        typer.Option(
            "--effective", metavar="TAG", help="Letzter Tag der Mitgliedschaft, z. B. 2027-12-31.", show_default=False
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Grund des Ausscheidens.", show_default=False)
    ],
    extraordinary: Annotated[
        bool,
        typer.Option("--extraordinary", help="Außerordentliche Kündigung aus wichtigem Grund.", show_default=False),
    ] = False,
    registry: RegistryOption = None,
    as_of: AsOfOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Einen Partner ausscheiden lassen. Nichts wird gelöscht; die Mitgliedschaft bekommt ein Ende.

    Wendet die Kündigungsregel der Vereinbarung an und zeigt, was daraus folgt, bevor gefragt wird.

    \b
    Beispiel:  ikzctl cooperation leave kfz-vorderpfalz frankenthal --effective 2027-12-31 --reason "Eigene Lösung"
    """
    from ikzctl.actions.membership import plan_to_leave
    from ikzctl.cli.changing import open_workspace, show_and_do

    workspace = open_workspace(registry)
    last, today = day(effective, "--effective"), day(as_of)
    show_and_do(
        workspace,
        lambda: plan_to_leave(
            workspace,
            cooperation,
            partner,
            last,
            reason=text(reason, "--reason"),
            extraordinary=extraordinary,
            as_of=today,
        ),
        yes=yes,
        dry_run=dry_run,
    )


COMMANDS = (
    ("join", join, "Einen Partner aufnehmen."),
    ("leave", leave, "Einen Partner ausscheiden lassen."),
)
