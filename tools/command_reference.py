"""Write docs/handbuch/befehle.md from the tree of commands: `python tools/command_reference.py [--check]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ikzctl.cli.app import command

TARGET = Path(__file__).resolve().parent.parent / "docs" / "handbuch" / "befehle.md"
_HEAD = """# Befehle

Alle Befehle mit ihren Angaben und Optionen. Diese Seite entsteht aus dem Programm selbst (`tools/command_reference.py`);
dasselbe zeigt `ikzctl BEFEHL --help`.

Überall gilt: Ergebnisse gehen auf die Standardausgabe, Hinweise und Fehler auf die Fehlerausgabe. Farben und Steuerzeichen
gibt es nicht. Ausgänge:

| Ausgang | bedeutet |
|---|---|
| 0 | in Ordnung |
| 1 | Befunde, Unterschiede, abgelehnt oder auf die Frage nicht „j“ geantwortet |
| 2 | falscher Aufruf oder unlesbare Eingabe; es wurde nichts geändert |
| 3 | Fehler des Programms; eine Protokolldatei liegt bei |
| 130 | mit Strg-C abgebrochen |
| 141 | die Ausgabe wurde geschlossen, bevor alles gezeigt war (etwa von `head`); ob es Befunde oder Unterschiede gibt, bleibt offen |

`--format json` ist für Skripte gedacht. Die Form steht fest und ist beschrieben:
[Befunde](../../schemas/output-findings.schema.json) (`validate`), [Stand](../../schemas/output-status.schema.json) (`status`),
[Unterschiede](../../schemas/output-diff.schema.json) (`diff`), [Listen](../../schemas/output-list.schema.json) (`list`).
Der Schlüssel `format` nennt die Fassung, zum Beispiel `ikz-findings/1`.
"""


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it, in the order of the help."""
    for name, child in node.commands.items():
        if getattr(child, "commands", None):
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


def reference() -> str:
    """The whole page."""
    sections = [_HEAD]
    for path, leaf in leaves(command()):
        sections.append("\n".join(_section(path, leaf)))
    return "\n".join(sections)


def _section(path: tuple[str, ...], leaf: Any) -> Iterator[str]:
    words = " ".join(path)
    text, example = _parts(leaf.help)
    arguments = [p for p in leaf.params if p.param_type_name == "argument"]
    usage = " ".join(p.metavar if p.required else f"[{p.metavar.strip('[]')}]" for p in arguments)
    yield f"## {words}\n"
    yield f"{text}\n"
    yield "```"
    yield f"ikzctl {words} [OPTIONEN]{' ' if usage else ''}{usage}"
    yield "```\n"
    yield "| Angabe oder Option | bedeutet |"
    yield "|---|---|"
    for parameter in arguments:
        yield _row(f"`{parameter.metavar.strip('[]')}`", parameter)
    for parameter in leaf.params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            yield _row(_names(parameter), parameter)
    yield ""
    yield f"Beispiel:\n\n```\n{example}\n```\n"


def _parts(help_text: str) -> tuple[str, str]:
    """The description as paragraphs, and the example's lines."""
    text, _, example = help_text.partition("\b\nBeispiel:")
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n\n".join(paragraphs), "\n".join(line.strip() for line in example.strip().splitlines())


def _names(option: Any) -> str:
    long, *short = sorted(option.opts, key=len, reverse=True)
    choices = getattr(option.type, "choices", None)
    if option.is_flag:
        value = ""
    elif choices:
        value = " " + "|".join(str(getattr(c, "value", c)) for c in choices)
    else:
        value = f" {option.metavar}"
    # a bar would end the cell of the table
    return ", ".join([*(f"`{name}`" for name in short), f"`{long}{value}`"]).replace("|", "\\|")


def _row(name: str, parameter: Any) -> str:
    text = re.sub(r"\s+", " ", parameter.help or "").strip()
    if parameter.required:
        text += " Nötig."
    elif parameter.show_default and parameter.default not in (None, False):
        default = getattr(parameter.default, "value", parameter.default)
        text += f" Vorgabe: `{default}`."
    return f"| {name} | {text} |"


def main(arguments: list[str]) -> int:
    wanted = reference()
    if arguments == ["--check"]:
        return 0 if TARGET.read_text(encoding="utf-8") == wanted else 1
    TARGET.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
