"""Which rules of law are checked by which code, and why the others are not yet."""

from __future__ import annotations

from ikzctl.library import findings

_OTHER_LAND = "gilt in Ländern, für die noch kein ganzes Rechtspaket hinterlegt ist"
_DOCUMENT = "betrifft den Wortlaut eines Dokuments; das prüft das Erstellen der Dokumente, nicht das Register"

# One sentence per rule, in German because „ikzctl law“ may show it.
NOT_CHECKED: dict[int, str] = {
    **dict.fromkeys((30, 31, 32, 33, 34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46), _OTHER_LAND),
    48: "welches Landesrecht über die Grenze gilt, hängt am Inhalt der Staatsverträge, die noch nicht als Daten vorliegen",
    50: _DOCUMENT,
    51: _DOCUMENT,
    55: "für den gesetzlichen Grund eines nichtöffentlichen Auftragsverarbeiters gibt es noch kein Feld",
    57: "Protokollregeln sind noch nicht als Daten erfasst, nur in Worten",
    58: "Protokollregeln sind noch nicht als Daten erfasst, nur in Worten",
    61: "welche Rolle über Personal entscheidet, ist bei den Rollen der Anwendungen noch nicht gekennzeichnet",
    67: "Jahresumsätze stehen nicht im Register",
    78: _DOCUMENT,
    81: "keine eigene Prüfung: Jede Meldung auf ungeprüfter Grundlage trägt den Zusatz selbst",
}


def codes_of_rule(number: int) -> tuple[str, ...]:
    """Codes whose findings rest on this rule, by the catalogue."""
    return tuple(e.code for e in findings.explanations() if number in e.rules)
