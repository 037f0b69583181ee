"""What can be wrong with a file as text: one code and one German sentence per kind of fault."""

from __future__ import annotations

from ikzctl.model.findings import Finding, Pointer
from ikzctl.registry.characters import bad_characters

MESSAGES = {
    # how large it is, the reader does not know: it gets no more than a little beyond the limit
    "IKZ-Y001": "Die Datei ist zu groß: erlaubt sind {limit} KiB. Bitte auf mehrere Dateien verteilen.",
    "IKZ-Y002": (
        "Die Datei ist nicht als UTF-8 gespeichert ({kind}). Bitte im Editor mit der Kodierung UTF-8 speichern."
    ),
    "IKZ-Y003": "Die Datei beginnt mit einer Byte-Reihenfolge-Marke (BOM). „ikzctl fmt“ entfernt sie.",
    "IKZ-Y004": "Die Zeilen enden mit CR oder CRLF (Windows); richtig ist LF. „ikzctl fmt“ stellt sie um.",
    "IKZ-Y005": "Unsichtbares Zeichen oder Steuerzeichen {name}{more}. Bitte löschen.",
    "IKZ-Y006": (
        "Das Zeichen {name} ist nicht erlaubt: Werte verwenden lateinische Schrift nach DIN 91379. "
        "Ein ähnlich aussehendes Zeichen bitte neu eintippen."
    ),
    "IKZ-Y007": (
        "„{composed}“ ist aus einem Buchstaben und {name} zusammengesetzt (NFD). "
        "Bitte neu eintippen, dann ist es ein einziges Zeichen."
    ),
    "IKZ-Y008": ("Hier steht ein Tabulator{more}; YAML rückt mit Leerzeichen ein. Bitte durch Leerzeichen ersetzen."),
    "IKZ-Y009": "„{text}“ ist ein Zeichen für Dokumentvorlagen und darf in Werten nicht stehen.",
    "IKZ-Y011": "Die Datei ist leer oder enthält nur Kommentare; erwartet werden Einträge „schluessel: wert“.",
    "IKZ-Y012": "Auf der obersten Ebene werden Einträge der Form „schluessel: wert“ erwartet.",
    "IKZ-Y013": "Hier beginnt ein zweites Dokument. Bitte je Datei nur ein Dokument.",
    "IKZ-Y014": "Zeilen, die mit „%“ beginnen (YAML-Direktiven), sind nicht erlaubt. Bitte die Zeile löschen.",
    "IKZ-Y015": ("Anker („&{text}“) sind nicht erlaubt. Beginnt ein Text mit „&“, gehört er in Anführungszeichen."),
    "IKZ-Y016": ("Verweise („*{text}“) sind nicht erlaubt. Beginnt ein Text mit „*“, gehört er in Anführungszeichen."),
    "IKZ-Y017": "Zusammenführungen mit „<<“ sind nicht erlaubt. Bitte die Einträge ausschreiben.",
    "IKZ-Y018": ("Typangaben („{text}“) sind nicht erlaubt. Beginnt ein Text mit „!“, gehört er in Anführungszeichen."),
    "IKZ-Y019": (
        "Der Schlüssel „{text}“ steht zweimal da: in Zeile {first} und in Zeile {second}. Bitte einen entfernen."
    ),
    "IKZ-Y020": (
        "Der Schlüssel „{text}“ ist kein einfacher, einzeiliger Text. Zahlen, true, false und null als Schlüssel "
        "bitte in Anführungszeichen setzen."
    ),
    "IKZ-Y021": (
        "Ein Schlüssel muss ein einfacher Text sein, keine Liste und keine Gruppe von Einträgen. "
        "Beginnt ein Text mit einer Klammer, gehört er in Anführungszeichen."
    ),
    "IKZ-Y022": "Zu tief verschachtelt: erlaubt sind {limit} Ebenen.",
    "IKZ-Y023": (
        "Die Datei enthält zu viele Einträge (mehr als {limit} Bestandteile). Bitte auf mehrere Dateien verteilen."
    ),
    "IKZ-Y024": "Dieser Text hat {size} Zeichen; erlaubt sind {limit}.",
    "IKZ-Y025": (
        "Zahlen haben höchstens {limit} Ziffern, „{text}“ hat mehr. "
        "Einen Schlüssel wie AGS oder LeiKa bitte in Anführungszeichen setzen."
    ),
    "IKZ-Y026": (
        '„{text}“ lesen manche Programme als Zahl, andere als Text; bitte in Anführungszeichen setzen: "{text}".'
    ),
    "IKZ-Y027": "Weitere {count} Befunde in dieser Datei werden nicht gezeigt.",
}

_MAX_SHOWN = 40


def shown(text: str) -> str:
    """A text from the file as it may appear in a message: short, on one line, nothing invisible in it."""
    short = text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
    safe = short.replace("\n", " ")
    for bad in list(bad_characters(safe)):
        safe = safe.replace(bad.character, f"<{bad.name}>") if bad.flaw == "unseen" else safe
    return safe


def fault(code: str, file: str, place: tuple[int, int], **values: object) -> Finding:
    """The finding of this code at line and column (from 1); a `text` among `values` comes from the file and is made safe to show."""
    safe = {key: shown(str(value)) if key == "text" else value for key, value in values.items()}
    return Finding(code, "error", Pointer(file, (), *place), MESSAGES[code].format(**safe))
