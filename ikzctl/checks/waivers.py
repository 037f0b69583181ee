"""Findings that a registry accepts for a while: each with a reason and an end, and none of them silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ikzctl.checks.report import day, place, say
from ikzctl.model.findings import Finding
from ikzctl.registry.facts import WaiverFact

# Nothing that makes a file unreadable, leaks a secret or hides another waiver can be accepted.
NEVER_WAIVED = ("IKZ-Y", "IKZ-P", "IKZ-S", "IKZ-R001", "IKZ-D003", "IKZ-D004")


def apply(waivers: tuple[WaiverFact, ...], findings: Iterable[Finding], as_of: date) -> list[Finding]:
    """Accepted findings become notes; waivers that are over or match nothing are named themselves."""
    in_time = {(w.code, w.file): w for w in waivers if w.until >= as_of and not w.code.startswith(NEVER_WAIVED)}
    used: set[tuple[str, str]] = set()
    out: list[Finding] = []
    for finding in findings:
        waiver = in_time.get((finding.code, finding.pointer.file))
        if waiver is None:
            out.append(finding)
            continue
        used.add((waiver.code, waiver.file))
        text = f"geduldet bis {day(waiver.until)} ({waiver.reason.strip()}): {finding.message}"
        out.append(replace(finding, severity="note", message=text))
    for i, waiver in enumerate(waivers):
        at = place("registry", "registry", "", "waivers", i)
        if waiver.code.startswith(NEVER_WAIVED):
            text = f"{waiver.code} lässt sich nicht dulden, nur beheben"
            out.append(say("IKZ-S020", "warning", at, text))
        elif waiver.until < as_of:
            text = f"die Duldung von {waiver.code} in {waiver.file} ist am {day(waiver.until)} abgelaufen"
            out.append(say("IKZ-S017", "warning", at, text))
        elif (waiver.code, waiver.file) not in used:
            text = f"{waiver.code} kommt in {waiver.file} nicht vor; die Duldung kann entfallen"
            out.append(say("IKZ-S018", "note", at, text))
    return out
