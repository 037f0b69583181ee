"""Nothing heavy is imported before a command needs it. Asserted by modules, never by seconds."""

import subprocess
import sys

import pytest

HEAVY = {"pydantic", "pydantic_core", "jinja2", "docxtpl", "docx", "lxml", "git", "ruamel", "rich", "ikzctl.model.base"}
COMMANDS = [
    [],
    ["validate"],
    ["explain"],
    ["status"],
    ["diff"],
    ["list"],
    ["show"],
    ["fmt"],
    ["repair"],
    ["demo"],
    ["init"],
    ["partner"],
    ["partner", "add"],
    ["cooperation"],
    ["cooperation", "join"],
    ["cooperation", "leave"],
    ["agreement", "draft"],
    ["access", "manifest"],
    ["cache", "info"],
    ["cache", "clear"],
]


def modules_after(arguments: list[str], extra: dict[str, str] | None = None) -> tuple[str, set[str]]:
    code = (
        "import sys\n"
        f"sys.argv = ['ikzctl', *{arguments!r}]\n"
        "from ikzctl.cli.entry import answer\n"
        "answer(sys.argv[1:])\n"
        "print('\\n@@', *sorted(sys.modules))"
    )
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, **(extra or {})},
    )
    shown, _, names = done.stdout.rpartition("@@")
    return shown, set(names.split())


def heavy_in(modules: set[str]) -> set[str]:
    return {h for h in HEAVY if h in modules or any(m.startswith(h + ".") for m in modules)}


def test_version_imports_nothing_but_itself():
    shown, modules = modules_after(["--version"])
    assert shown.startswith("ikzctl ")
    mine = {m for m in modules if m.startswith("ikzctl")}
    assert mine == {"ikzctl", "ikzctl.cli", "ikzctl.cli.entry"}
    assert "typer" not in modules


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_imports_nothing_heavy(command):
    shown, modules = modules_after([*command, "--help"])
    assert shown.startswith("Aufruf: ikzctl")
    assert not heavy_in(modules)


def test_completion_imports_nothing_heavy():
    shown, modules = modules_after(
        [],
        {
            "_IKZCTL_COMPLETE": "complete_bash",
            "COMP_WORDS": "ikzctl coop",
            "COMP_CWORD": "1",
            "_TYPER_COMPLETE_ARGS": "ikzctl coop",
        },
    )
    assert "cooperation" in shown
    assert not heavy_in(modules)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c], ids=" ".join)
def test_help_fits_on_a_screen_and_shows_an_example(command):
    shown, _ = modules_after([*command, "--help"])
    assert len(shown.splitlines()) <= 42
    for english in ("Usage", "Options:", "Commands:", "Arguments:", "Show this", "[required]", "[default"):
        assert english not in shown
    if "Befehle:" not in shown:
        assert "Beispiel:  ikzctl" in shown
