"""Completion with the tabulator key: what typer can do, with German answers."""

from __future__ import annotations

from ikzctl.model.errors import UserError

_PROGRAM = "ikzctl"
_VARIABLE = "_IKZCTL_COMPLETE"
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def prepare() -> None:
    """Teach the parser the shells' ways of asking what could come next."""
    from typer._completion_classes import completion_init

    completion_init()


def install(wanted: bool) -> None:
    """Write the completion into the settings of the shell that runs this program."""
    if not wanted:
        return
    import typer
    from typer._completion_shared import install as install_for

    from ikzctl.cli.output import say

    shell, path = install_for(shell=_shell(), prog_name=_PROGRAM, complete_var=_VARIABLE)
    say(f"Vervollständigung für {shell} eingerichtet: {path}")
    say("Sie wirkt in jedem neuen Fenster.")
    raise typer.Exit


def show(wanted: bool) -> None:
    """The script for the shell that runs this program, for those who keep their settings themselves."""
    if not wanted:
        return
    import typer
    from typer._completion_shared import get_completion_script

    from ikzctl.cli.output import say

    say(get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=_shell()))
    raise typer.Exit


def _shell() -> str:
    from typer._completion_shared import _get_shell_name

    name = _get_shell_name()
    if name in _SHELLS:
        return name
    found = (
        f"Die Shell „{name}“ wird nicht unterstützt." if name else "Welche Shell läuft, ließ sich nicht feststellen."
    )
    raise UserError(found, "Möglich sind bash, zsh, fish und PowerShell.")
