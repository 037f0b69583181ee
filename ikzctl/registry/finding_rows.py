"""Findings as rows of plain values and back, without anything heavy."""

from __future__ import annotations

from sys import intern
from typing import Any

from ikzctl.model.findings import SEVERITY_ORDER, FieldPath, Finding, Pointer
from ikzctl.registry.once import once

# no file has so many lines or entries; of a number of thousands of digits Python makes no text
LARGEST = 1 << 40


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
    counted(line), counted(column)
    # of these there are few, and each came as a text of its own
    code, severity, file, norm, norm_state = map(_word, (code, severity, file, norm, norm_state))
    return Finding(code, severity, Pointer(file, once(field_of(field)), line, column), once(message), norm, norm_state)


def field_of(parts: Any) -> FieldPath:
    """TypeError or ValueError if this names no field."""
    return tuple([part if part.__class__ is str else counted(part) for part in parts])


def counted(value: Any) -> int:
    """TypeError or ValueError if nobody can have counted so far."""
    if value.__class__ is not int:
        raise TypeError("not a number")
    if not 0 <= value < LARGEST:
        raise ValueError("not a number that can be")
    return value


def _word(text: Any) -> Any:
    return text and intern(text)
