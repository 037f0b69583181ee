"""The last part of an agreement: what the approving authority and the parties note about approval and publication."""

from __future__ import annotations

from ikzctl.documents.annexes import cell
from ikzctl.documents.case import DraftCase
from ikzctl.documents.content import Endorsement, Inlines, Table
from ikzctl.library import german
from ikzctl.model.agreement import ProcedureStep

_ENTRY_COLUMNS = ("Angabe", "Eintrag")
_ENTRY_WIDTHS = (35, 65)


def endorsements(case: DraftCase) -> tuple[Endorsement, ...]:
    """Blank lines to fill in; what the registry knows of the original version already stands in them."""
    return _approval(case), _publication(case)


def _approval(case: DraftCase) -> Endorsement:
    step = next(
        (s for s in case.agreement.procedure if s.kind in ("genehmigung", "anzeige") and not s.for_version), None
    )
    named = step.authority if step and step.authority else case.authority.name
    rows = [
        ("Aufsichtsbehörde", named or ""),
        ("Entscheidung", _decision(step)),
        ("Datum", german.date_short(step.decided_on) if step and step.decided_on else ""),
        ("Aktenzeichen", (step.file_no if step else None) or ""),
        ("Auflagen", "; ".join(step.conditions) if step else ""),
        ("Unterschrift und Dienstsiegel", ""),
    ]
    return Endorsement("Genehmigungsvermerk", Table(_ENTRY_COLUMNS, _ENTRY_WIDTHS, tuple(_cells(*row) for row in rows)))


def _decision(step: ProcedureStep | None) -> str:
    shown = {"erteilt": "genehmigt", "erteilt_mit_auflagen": "mit Auflagen genehmigt", "fiktion": "gilt als genehmigt"}
    return shown.get(step.outcome, "") if step else ""


def _publication(case: DraftCase) -> Endorsement:
    rows = []
    for id in case.parties:
        partner = case.partners[id]
        found = next((p for p in case.members[id].publications if not p.for_version), None)
        live = [g.name for g in partner.gazettes if g.until is None or g.until >= case.as_of]
        organ = (found.organ if found else None) or ", ".join(live)
        issue = (found.issue if found else None) or ""
        day = german.date_short(found.date) if found and found.date else ""
        rows.append(_cells(partner.legal_name, organ, issue, day))
    begin = next((v.in_force_from for v in case.agreement.versions if v.number == 0), None)
    rows.append(_cells("wirksam ab", "", "", german.date_short(begin) if begin else ""))
    columns = (case.roles.one()["bare_nom"], "Bekanntmachungsorgan", "Nummer, Seite", "Datum")
    return Endorsement("Bekanntmachungsvermerk", Table(columns, (36, 30, 18, 16), tuple(rows)))


def _cells(*values: str) -> tuple[Inlines, ...]:
    return tuple(cell(value) for value in values)
