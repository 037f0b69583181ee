"""Syntax errors of the parser in words that help: what is probably wrong and how it is written rightly."""

from __future__ import annotations

from ikzctl.model.findings import Finding, Pointer
from ikzctl.registry.parsers import NotYaml


def explain(trouble: NotYaml, file: str, lines: list[str]) -> Finding:
    """The finding for what the parser refused, placed inside the text; never in the parser's own words."""
    conflict = next((number for number, text in enumerate(lines, 1) if text.startswith("<<<<<<< ")), None)
    place, message = ((conflict, 1), _CONFLICT) if conflict else _say(trouble)
    return Finding("IKZ-Y010", "error", Pointer(file, (), *_inside(place, lines)), message)


def _say(trouble: NotYaml) -> tuple[tuple[int, int], str]:
    context, problem = trouble.context, trouble.problem
    if "while scanning a quoted scalar" in context and "end of stream" in problem:
        return trouble.start, "Hier beginnt ein Anführungszeichen, das nicht geschlossen wird."
    if "while scanning a double-quoted scalar" in context:
        return trouble.place, _ESCAPE
    if "flow node" in context:
        return trouble.place, "Zwischen Klammern fehlt hier ein Wert, oder die schließende Klammer fehlt."
    if "flow" in context:
        return trouble.start, _BRACKET
    place = trouble.place if trouble.place[0] else trouble.start
    for needle, message in _MESSAGES:
        if needle in problem or needle in context:
            return place, message
    return place, _GENERAL


_CONFLICT = (
    "Hier beginnt eine Stelle, die git beim Zusammenführen nicht entscheiden konnte. Bitte die richtige Fassung stehen lassen "
    "und die Zeilen mit „<<<<<<<“, „=======“ und „>>>>>>>“ löschen."
)
_ESCAPE = (
    "In doppelten Anführungszeichen leitet „\\“ eine Ersetzung ein, und diese gibt es nicht. "
    "Bitte „\\\\“ schreiben oder einfache Anführungszeichen nehmen."
)
_BRACKET = (
    "Die Klammer, die hier beginnt, wird nicht richtig geschlossen. Bitte die schließende Klammer und die Kommas "
    "prüfen; Text, der mit einer Klammer beginnt, gehört in Anführungszeichen."
)
_INDENT = (
    "Die Einrückung passt nicht zu den Zeilen darüber. Einträge derselben Ebene müssen gleich weit eingerückt sein, "
    "untergeordnete zwei Leerzeichen weiter."
)
_GENERAL = "Diese Stelle ist kein gültiges YAML. Bitte Einrückung, Doppelpunkte und Anführungszeichen prüfen."

# what the parser says, looked for in this order
_MESSAGES = (
    (
        "mapping values are not allowed",
        "Hier steht ein Doppelpunkt, wo keiner stehen kann: Entweder ist die Zeile falsch eingerückt, oder ein Text "
        "mit „: “ braucht Anführungszeichen.",
    ),
    (
        "could not find expected ':'",
        "Hier fehlt ein Doppelpunkt mit Leerzeichen nach dem Schlüssel („schluessel: wert“), oder die Zeile ist falsch "
        "eingerückt.",
    ),
    (
        "cannot start any token",
        "Text darf nicht mit diesem Zeichen beginnen. Bitte den Text in Anführungszeichen setzen.",
    ),
    (
        "while scanning a block scalar",
        "Nach „|“ oder „>“ folgt der Text erst in der nächsten Zeile, eingerückt; in dieser Zeile steht höchstens noch "
        "ein Kommentar.",
    ),
    (
        "more indented follow up line",
        "Leere Zeilen am Anfang eines Textes nach „|“ dürfen keine Leerzeichen enthalten.",
    ),
    (
        "while scanning an anchor",
        "Text darf nicht mit „&“ beginnen. Bitte den Text in Anführungszeichen setzen.",
    ),
    ("while scanning an alias", "Text darf nicht mit „*“ beginnen. Bitte den Text in Anführungszeichen setzen."),
    ("tag", "Text darf nicht mit „!“ beginnen. Bitte den Text in Anführungszeichen setzen."),
    ("sequence entries are not allowed", _INDENT),
    ("while parsing a block", _INDENT),
    ("expected '<document start>'", _INDENT),
    (
        "document separator",
        "„---“ oder „...“ steht mitten in einem Text in Anführungszeichen. Bitte den Text einrücken.",
    ),
)


def _inside(place: tuple[int, int], lines: list[str]) -> tuple[int, int]:
    """The parser likes to complain one line behind the end; people look at the last line with text."""
    line, column = place
    last = len(lines)
    while last > 1 and not lines[last - 1].strip():
        last -= 1
    if line > last:
        return last, len(lines[last - 1]) + 1
    return max(line, 1), max(column, 1)
