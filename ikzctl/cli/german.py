"""Makes typer speak German: headings of the help, and the faults that its parser reports."""

from __future__ import annotations

import re
from typing import Any

from typer._click import exceptions as faults
from typer.core import TyperCommand, TyperGroup

from ikzctl.cli.output import shortened

# What typer prints in its help, and what our users read instead. Every entry is a whole word or heading of typer's own.
_HELP = (
    (re.compile(r"^Usage: ", re.M), "Aufruf: "),
    (re.compile(r"^Arguments:$", re.M), "Angaben:"),
    (re.compile(r"^Options:$", re.M), "Optionen:"),
    (re.compile(r"^Commands:$", re.M), "Befehle:"),
    (re.compile(r"\[OPTIONS\]"), "[OPTIONEN]"),
    # typer marks what is needed in the usage line by braces, which people take for something to type
    (re.compile(r"(?<=[ ])\{([A-ZÄÖÜ]+)\}"), r"\1"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "BEFEHL …"),
    (re.compile(r"Show this message and exit\."), "Diese Hilfe zeigen."),
    (re.compile(r"\[required\]"), "[nötig]"),
    (re.compile(r"\[x>=(\d+)\]"), r"[ab \1]"),
    (re.compile(r"\[default:\s+"), "[Vorgabe: "),
)


def _in_german(text: str) -> str:
    for pattern, german in _HELP:
        text = pattern.sub(german, text)
    return text


class GermanCommand(TyperCommand):
    """A command whose help is German."""

    def get_help(self, ctx: Any) -> str:
        return _in_german(super().get_help(ctx))


class GermanGroup(TyperGroup):
    """A group of commands whose help is German."""

    def get_help(self, ctx: Any) -> str:
        return _in_german(super().get_help(ctx))


def usage_fault(fault: faults.ClickException) -> list[str]:
    """What a user reads who typed something that the parser does not understand."""
    if isinstance(fault, faults.NoArgsIsHelpError):
        return [_in_german(fault.message)]
    context = getattr(fault, "ctx", None)
    lines = [shortened(f"Fehler: {_sentence(fault)}")]
    if context is not None:
        lines.append(f"Hilfe: {context.command_path} --help")
    return lines


def _sentence(fault: faults.ClickException) -> str:
    message = fault.format_message()
    if isinstance(fault, faults.MissingParameter):
        return f"Es fehlt {_parameter(fault)}."
    if isinstance(fault, faults.NoSuchOption):
        close = fault.possibilities
        hint = f" Meinten Sie {' oder '.join(sorted(close))}?" if close else ""
        return f"Die Option „{fault.option_name}“ gibt es hier nicht.{hint}"
    if isinstance(fault, faults.BadParameter):
        return f"{_parameter(fault, capital=True)}: {_value_fault(fault.message)}"
    return _parser_fault(message)


def _parameter(fault: Any, *, capital: bool = False) -> str:
    parameter = fault.param
    if parameter is None:
        return "Eine Angabe" if capital else "eine Angabe"
    if parameter.param_type_name == "option":
        return f"{'Die' if capital else 'die'} Option {parameter.opts[0]}"
    name = parameter.make_metavar(fault.ctx).strip("[]")
    return f"{'Die' if capital else 'die'} Angabe {name}"


# Python's repr puts a text that holds an apostrophe between double quotes
_QUOTED = r"""(?:'(.*)'|"(.*)")"""
_VALUES = (
    (re.compile(rf"{_QUOTED} is not one of (.*)\.", re.S), r"„\1\2“ gibt es nicht; möglich sind \3."),
    (re.compile(rf"{_QUOTED} is not a valid int(?:eger)?(?: range)?\.", re.S), r"„\1\2“ ist keine ganze Zahl."),
    (re.compile(r"(-?\d+) is not in the range x>=(\d+)\."), r"\1 ist zu wenig; die kleinste Zahl ist \2."),
)
_PARSER = (
    (
        re.compile(rf"No such command {_QUOTED}\. Did you mean (.*)\?", re.S),
        r"Den Befehl „\1\2“ gibt es nicht. Meinten Sie \3?",
    ),
    (re.compile(rf"No such command {_QUOTED}\.", re.S), r"Den Befehl „\1\2“ gibt es nicht."),
    (re.compile(r"Missing command\."), "Es fehlt der Befehl."),
    (re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.S), r"Das ist zu viel: „\1“."),
    (re.compile(r"Option '(.*)' requires an argument\."), r"Die Option „\1“ braucht eine Angabe."),
    (re.compile(r"Option '(.*)' does not take a value\."), r"Die Option „\1“ nimmt keine Angabe."),
)
_LISTED = re.compile(r"'([a-z]+)'(?=,|\.$|\?$)")


def _value_fault(message: str) -> str:
    return _first(_VALUES, message)


def _parser_fault(message: str) -> str:
    return _first(_PARSER, message)


def _first(table: tuple[tuple[re.Pattern[str], str], ...], message: str) -> str:
    for pattern, german in table:
        if pattern.fullmatch(message):
            return _LISTED.sub(r"„\1“", pattern.sub(german, message, count=1))
    return message
