"""Completion with the tabulator key: what typer can do, with German answers."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from ikzctl.model.errors import UserError

_PROGRAM = "ikzctl"
_VARIABLE = "_IKZCTL_COMPLETE"
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def prepare() -> None:
    """Teach the parser the shells' ways of asking what could come next; UserError for what no shell asks."""
    from typer._completion_classes import completion_init

    question = os.environ.get(_VARIABLE)
    if question and not _is_asked(question):
        raise UserError(
            f"Die Umgebungsvariable {_VARIABLE} ist gesetzt, aber nicht so, wie Shells sie für die Vervollständigung setzen.",
            f"In diesem Fenster entfernen: unset {_VARIABLE}",
        )
    completion_init()


def _is_asked(question: str) -> bool:
    verb, _, shell = question.partition("_")
    if verb not in ("complete", "source") or shell not in _SHELLS:
        return False
    return question != "complete_bash" or ("COMP_WORDS" in os.environ and os.environ.get("COMP_CWORD", "").isdecimal())


def install(wanted: bool) -> None:
    """Write the completion into the settings of the shell that runs this program."""
    if not wanted:
        return
    import typer

    from ikzctl.cli.results import say_done

    shell = _shell()
    path = _install(shell)
    text = f"Vervollständigung für {shell} eingerichtet: {path}"
    say_done([text, "Sie wirkt in jedem neuen Fenster."], text)
    raise typer.Exit


def _install(shell: str) -> Path:
    """The script first, whole; then one more line in the settings of the shell, which are added to and never written anew."""
    from typer._completion_shared import install as install_for

    from ikzctl.files.disk import write_whole

    home = _home()
    settings: Path | None = None
    lines: list[str] = []
    match shell:
        case "bash":
            path = home / ".bash_completions" / f"{_PROGRAM}.sh"
            settings, lines = home / ".bashrc", [f"source {shlex.quote(str(path))}"]
        case "zsh":
            path = home / ".zfunc" / f"_{_PROGRAM}"
            settings, lines = home / ".zshrc", ["fpath+=~/.zfunc; autoload -Uz compinit; compinit"]
        case "fish":
            path = home / ".config" / "fish" / "completions" / f"{_PROGRAM}.fish"
        case _:
            return install_for(shell=shell, prog_name=_PROGRAM, complete_var=_VARIABLE)[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{_script(shell)}\n".encode())
    if settings is not None:
        _add_lines(settings, lines)
    return path


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise UserError("Wo dieser Benutzer zu Hause ist, weiß das System nicht (HOME ist nicht gesetzt).") from None


def _add_lines(settings: Path, lines: list[str]) -> None:
    """What stands there already stays byte for byte, also if the disk is full in the middle."""
    if settings.exists() and not settings.is_file():
        raise UserError(f"„{settings}“ ist keine gewöhnliche Datei. Es wurde nichts eingetragen.")
    there = settings.read_bytes() if settings.exists() else b""
    missing = [line.encode() for line in lines if line.encode() not in there]
    if missing:
        with settings.open("ab", buffering=0) as stream:
            stream.write(b"".join(b"\n%s\n" % line for line in missing))


def _script(shell: str) -> str:
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)


def show(wanted: bool) -> None:
    """The script for the shell that runs this program, for those who keep their settings themselves."""
    if not wanted:
        return
    import typer

    from ikzctl.cli.output import say

    say(_script(_shell()))
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
