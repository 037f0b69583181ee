"""Findings as rows of plain values and back, without anything heavy."""

from __future__ import annotations

from sys import intern
from typing import Any

from ikzctl.model.findings import SEVERITY_ORDER, Finding, Pointer
from ikzctl.registry.once import once


def finding_row(finding: Finding) -> tuple[Any, ...]:
    p = finding.pointer
    return (
        finding.code,
        finding.severity,
        p.file,
        p.field,
        p.line,
        p.column,
        finding.message,
        finding.norm,
        finding.norm_state,
    )


def finding_of(row: Any) -> Finding:
    """TypeError or ValueError if this is no row of a finding: whoever shows findings relies on their types."""
    code, severity, file, field, line, column, message, norm, norm_state = row
    texts = [code, file, message, *(t for t in (norm, norm_state) if t is not None)]
    if severity not in SEVERITY_ORDER or not all(t.__class__ is str for t in texts):
        raise TypeError("not a finding")
    if not (line.__class__ is column.__class__ is int) or not all(f.__class__ in (int, str) for f in field):
        raise TypeError("not a place")
    # of these there are few, and each came as a text of its own
    code, severity, file, norm, norm_state = map(_word, (code, severity, file, norm, norm_state))
    return Finding(code, severity, Pointer(file, once(tuple(field)), line, column), once(message), norm, norm_state)


def _word(text: Any) -> Any:
    return text and intern(text)
