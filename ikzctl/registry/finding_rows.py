"""Findings as rows of plain values and back, without anything heavy."""

from __future__ import annotations

from typing import Any

from ikzctl.model.findings import Finding, Pointer


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
    code, severity, file, field, line, column, message, norm, norm_state = row
    return Finding(code, severity, Pointer(file, tuple(field), line, column), message, norm, norm_state)
