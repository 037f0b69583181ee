"""What the operating system refused, as a sentence: a full disk or a missing right is nothing that a report of a fault would mend."""

from __future__ import annotations

import errno

from ikzctl.model.shortages import SHORTAGES

_SENTENCES = {
    **SHORTAGES,
    errno.ENOENT: "„{name}“ gibt es nicht (mehr).",
    errno.ENAMETOOLONG: "„{name}“ ist als Name einer Datei oder eines Ordners zu lang.",
    errno.ENOTDIR: "„{name}“ ist kein Ordner.",
    errno.EISDIR: "„{name}“ ist ein Ordner; erwartet wird eine Datei.",
    errno.ELOOP: "„{name}“ ist eine symbolische Verknüpfung, der ikzctl nicht folgt, oder eine, die im Kreis führt.",
    errno.ENXIO: "„{name}“ ist keine gewöhnliche Datei.",
    errno.EACCES: "Für „{name}“ fehlen die Zugriffsrechte.",
    errno.EPERM: "Für „{name}“ fehlen die Zugriffsrechte.",
    errno.EROFS: "„{name}“ liegt auf einem schreibgeschützten Datenträger.",
    errno.ENOSPC: "Der Datenträger ist voll.",
    errno.EDQUOT: "Das Speicherkontingent ist erschöpft.",
    errno.EIO: "Der Datenträger meldet einen Ein-/Ausgabefehler.",
}


def reason(fault: OSError) -> str | None:
    """None where the system says something that only a fault of the program can explain."""
    if "temporary directory" in (fault.strerror or ""):
        # Python has tried them all, and keeps to itself why none would do
        return "In keinem Ordner für temporäre Dateien kann geschrieben werden; vermutlich ist der Datenträger voll."
    sentence = _SENTENCES.get(fault.errno or 0)
    # of two names the second is the one that the user knows: what was to be replaced
    name = fault.filename2 or fault.filename
    if sentence is None or ("{name}" in sentence and name is None):
        return None
    return sentence.format(name=name)
