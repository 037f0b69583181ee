"""What `ikzctl demo` says at its end: what was made, and what to try next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ikzctl.cli.findings_text import summary

if TYPE_CHECKING:
    from ikzctl.actions.demo import Demo


def demo_lines(made: Demo) -> Iterator[str]:
    yield f"Das Beispiel „IKZ Vorderpfalz“ liegt in {made.folder}"
    yield ""
    yield f"  {made.folder}/registry   das Register: {made.report.files} Dateien, {made.commits} Commits, die seine Geschichte erzählen"
    yield f"  {made.folder}/out        {len(made.drafts)} Entwürfe und Prüfvermerke, {len(made.manifests)} Dateien mit Zugriffsrechten"
    yield ""
    yield "Vereinbarungen (Word):"
    for path in made.drafts:
        yield f"  {path}"
    yield "Zugriffsrechte (JSON und CSV):"
    for folder, count in sorted(Counter(str(p.parent) for p in made.manifests).items()):
        yield f"  {folder}  ({count} Dateien)"
    yield ""
    yield f"Prüfung: {summary(made.report.findings, made.report.files)} Die Warnungen nennen, was der Projektbericht offen lässt."
    yield ""
    yield "Zum Ausprobieren:"
    yield f"  cd {shlex.quote(str(made.folder))}"
    for command, what in NEXT:
        yield f"  {command}"
        yield f"      {what}"


NEXT = (
    ("ikzctl status kfz-vorderpfalz", "was den Start verhindert, mit wem, seit wann"),
    ("ikzctl validate", "alle Befunde mit Datei, Zeile und Vorschrift"),
    (
        "ikzctl cooperation join adoption-vorderpfalz bad-duerkheim --from 2025-09-01",
        "ein Partner kommt hinzu: erst der Plan, dann ein Commit",
    ),
    (
        'ikzctl cooperation leave kfz-vorderpfalz frankenthal --effective 2027-12-31 --reason "Eigene Lösung"',
        "ein Partner geht: Frist, Folgen, nichts wird gelöscht",
    ),
    ("ikzctl diff HEAD~1", "was sich in der Sache geändert hat"),
)
