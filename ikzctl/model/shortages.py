"""What the operating system is out of, by error number, as a German sentence: nothing that a report of a fault would mend."""

from __future__ import annotations

import errno

SHORTAGES = {
    errno.EMFILE: "Es sind zu viele Dateien zugleich geöffnet; dem Programm ist keine weitere erlaubt (ulimit -n).",
    errno.ENFILE: "Auf diesem Rechner sind zu viele Dateien zugleich geöffnet.",
    errno.EAGAIN: "Das System lässt gerade keine weiteren Prozesse zu (ulimit -u, ulimit -v). Andere Programme beenden und wiederholen.",
    errno.ENOMEM: "Der Arbeitsspeicher reicht nicht. Andere Programme beenden und wiederholen.",
    errno.EFBIG: "Eine Datei würde größer, als hier erlaubt ist (ulimit -f).",
    errno.EBUSY: "Eine Datei oder ein Ordner wird gerade anderweitig verwendet.",
    errno.ETXTBSY: "Eine Datei wird gerade als Programm ausgeführt.",
    errno.E2BIG: "Ein Befehl an git wird länger, als das System erlaubt.",
}
