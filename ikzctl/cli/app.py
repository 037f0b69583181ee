"""The tree of commands. Command modules import typer and nothing heavier; what a command needs it imports when it runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ikzctl.cli import access, agreement, cache, completion, cooperation, partner, registry_commands, setup_commands
from ikzctl.cli.german import GermanCommand, GermanGroup

_INTRO = """Interkommunale Zusammenarbeit als geprüftes Register: Zweckvereinbarungen und Zugriffsrechte aus einer Quelle.

\b
Zum Kennenlernen:   ikzctl demo
Eigenes Register:   ikzctl init mein-register
Prüfen:             ikzctl validate
"""


def _group(help_text: str) -> typer.Typer:
    return typer.Typer(cls=GermanGroup, help=help_text, no_args_is_help=True, rich_markup_mode=None)


def _version(wanted: bool) -> None:
    if wanted:
        from ikzctl import __version__
        from ikzctl.cli.output import say

        say(f"ikzctl {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", help="Version zeigen.", callback=_version, is_eager=True, show_default=False),
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            help="Vervollständigung für diese Shell einrichten.",
            callback=completion.install,
            is_eager=True,
            show_default=False,
        ),
    ] = False,
    show_completion: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            help="Vervollständigung für diese Shell zeigen, um sie selbst einzurichten.",
            callback=completion.show,
            is_eager=True,
            show_default=False,
        ),
    ] = False,
) -> None:
    """Exists for the options that stand before a command."""


def command() -> Any:
    """The whole command line, ready to run."""
    completion.prepare()
    app = typer.Typer(
        add_completion=False,
        cls=GermanGroup,
        help=_INTRO,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )
    app.callback()(_root)
    for module in (setup_commands, registry_commands):
        for name, function, short in module.COMMANDS:
            app.command(name, cls=GermanCommand, short_help=short)(function)
    for name, help_text, module in (
        ("partner", "Partner anlegen.", partner),
        ("cooperation", "Partner aufnehmen und ausscheiden lassen.", cooperation),
        ("agreement", "Vereinbarungen entwerfen.", agreement),
        ("access", "Zugriffsrechte berechnen.", access),
        ("cache", "Zwischenspeicher ansehen und leeren.", cache),
    ):
        group = _group(help_text)
        for command_name, function, short in module.COMMANDS:
            group.command(command_name, cls=GermanCommand, short_help=short)(function)
        app.add_typer(group, name=name)
    return typer.main.get_command(app)
