"""Shows the report of `validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ikzctl.cli import output
from ikzctl.cli.findings_text import finding_dict, finding_lines, grouped_lines, summary

if TYPE_CHECKING:
    from ikzctl.actions.report import Report


def show_report(report: Report, format: str) -> None:
    """Findings to stdout in the format asked for; the summary goes to stderr where a program reads the findings."""
    if format == "json":
        findings = output.LateItems(finding_dict, report.findings)
        output.say_json({"format": "ikz-findings/1", "files": report.files, "findings": findings})
        return
    if format == "lines":
        for line in finding_lines(report.findings):
            output.say(line)
        output.note(summary(report.findings, report.files))
        return
    for line in grouped_lines(report.findings):
        output.say(line)
    if report.findings:
        output.say()
    output.say(summary(report.findings, report.files))
    if report.findings:
        output.note(f"Was ein Befund bedeutet, erklärt: ikzctl explain {report.findings[0].code}")
