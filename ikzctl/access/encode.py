"""Manifests as JSON and as CSV: the same manifest gives the same bytes, and no cell is a formula."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ikzctl.model.errors import UserError
from ikzctl.model.manifest import BlockedGrant, Grant, Ground, Manifest, Target

# what a spreadsheet takes for the beginning of a formula, also in full width
FORMULA_STARTS = "=+-@＝＋－＠\t\r"
COLUMNS = (
    "aktion",
    "konto",
    "stelle",
    "funktion",
    "partner",
    "anwendung",
    "mandant",
    "umgebung",
    "rolle",
    "gueltig_von",
    "gueltig_bis",
    "grund",
    "grant_id",
)
# the first state that one of several grants for the same role has, decides
_ACTIONS = {"active": "recht_geben", "suspended": "sperren", "revoked": "recht_nehmen"}
BLOCKED = "gesperrt"


@dataclass(frozen=True, slots=True)
class Cells:
    """What a row says of one grant or of several that give the same role."""

    first: date | None
    last: date | None
    why: str
    ids: str


def encode_json(manifest: Manifest) -> bytes:
    """Canonical JSON: sorted keys, two blanks, real umlauts, line feed at the end."""
    data = manifest.model_dump(mode="json", by_alias=True)
    return (json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2) + "\n").encode()


def digest(manifest: Manifest) -> str:
    """SHA-256 of the canonical JSON; approvals name it."""
    return hashlib.sha256(encode_json(manifest)).hexdigest()


def encode_csv(manifest: Manifest) -> bytes:
    """What an administrator has to do: one row per post and role.

    A post holds a role if at least one grant is active, so an ended mandate takes nothing away that another one gives.
    """
    functions = {s.id: s.function for s in manifest.subjects}
    by_right: dict[tuple[str, str], list[Grant]] = defaultdict(list)
    for grant in manifest.grants:
        by_right[grant.subject, grant.role].append(grant)
    return table((COLUMNS, *(_right(manifest.target, functions, by_right[key]) for key in sorted(by_right))))


def _right(target: Target, functions: dict[str, str], grants: list[Grant]) -> tuple[str, ...]:
    state = next(s for s in _ACTIONS if any(g.state == s for g in grants))
    deciding = [g for g in grants if g.state == state]
    first, last = min(g.valid_from for g in deciding), max(g.valid_until for g in deciding)
    why = " | ".join(dict.fromkeys(map(_why, deciding)))
    ids = ", ".join(g.id for g in deciding)
    return _row(target, functions, _ACTIONS[state], deciding[0], Cells(first, last, why, ids))


def encode_blocked_csv(manifest: Manifest) -> bytes:
    """What must not be set up yet, and why: the codes of the reasons, then the sentences."""
    functions = {s.id: s.function for s in manifest.subjects}
    rows = (
        (
            *_row(manifest.target, functions, BLOCKED, g, Cells(g.valid_from, g.valid_until, _sentences(g), g.id)),
            ", ".join(dict.fromkeys(r.code for r in g.reasons)),
        )
        for g in manifest.blocked
    )
    return table(((*COLUMNS, "gruende"), *rows))


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with byte order mark, `;`, CRLF, every cell quoted; a cell that a spreadsheet would calculate is refused."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        for cell in row:
            _refuse_formula(cell)
        writer.writerow(row)
    return stream.getvalue().encode("utf-8-sig")


def _refuse_formula(cell: str) -> None:
    if cell and cell[0] in FORMULA_STARTS:
        start = {"\t": "einem Tabulator", "\r": "einem Wagenrücklauf"}.get(cell[0], f"„{cell[0]}“")
        raise UserError(
            f"Ein Wert für die Tabelle beginnt mit {start}; Tabellenprogramme würden ihn rechnen.",
            "Der Wert ist im Register zu ändern; „ikzctl validate“ zeigt die Stelle.",
        )
    if "\0" in cell:
        raise UserError("Ein Wert für die Tabelle enthält ein Nullzeichen.")


def _row(
    target: Target, functions: dict[str, str], action: str, grant: Grant | BlockedGrant, cells: Cells
) -> tuple[str, ...]:
    return (
        action,
        "",  # accounts are named in a file outside the history
        grant.subject,
        functions[grant.subject],
        grant.subject.partition("/")[0],
        target.application,
        target.tenant or "",
        target.environment or "",
        grant.role,
        cells.first.isoformat() if cells.first else "",
        cells.last.isoformat() if cells.last else "",
        cells.why,
        cells.ids,
    )


def _why(grant: Grant) -> str:
    return _sentences(grant) if grant.reasons else _ground_text(grant.legal)


def _sentences(grant: Grant | BlockedGrant) -> str:
    return " ".join(r.text if r.norm is None else f"{r.text.rstrip('.')} ({r.norm})." for r in grant.reasons)


def _ground_text(legal: Ground) -> str:
    norms = f" ({', '.join(legal.norms)})" if legal.norms else ""
    version = f", Fassung {legal.agreement_version}" if legal.agreement_version is not None else ""
    return (
        f"{legal.basis}: {legal.basis_text}{norms}; Vereinbarung „{legal.agreement}“{version}, Mandat „{legal.mandate}“"
    )
