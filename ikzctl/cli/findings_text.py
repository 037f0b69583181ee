"""Findings as text: one that people read, and one line each for editors and scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ikzctl.model.findings import Finding

_WORDS = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """One line each: `file:line:column: Fehler IKZ-…: message`; editors jump to it."""
    for f in findings:
        yield one_line(f"{place_text(f)}: {_WORDS[f.severity]} {f.code}: {f.message}{norm_text(f)}")


def grouped_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """By file, with the place in front of each finding."""
    current = ""
    for f in findings:
        if f.pointer.file != current:
            if current:
                yield ""
            current = f.pointer.file
            yield one_line(current)
        p = f.pointer
        place = f"{p.line}:{p.column}" if p.line else "–"
        yield one_line(f"  {place:>7}  {_WORDS[f.severity]} {f.code}  {f.message}{norm_text(f)}")


def summary(findings: Sequence[Finding], files: int) -> str:
    counts = {word: sum(f.severity == severity for f in findings) for severity, word in _WORDS.items()}
    parts = [f"{n} {_plural(word, n)}" for word, n in counts.items() if n]
    found = ", ".join(parts) if parts else "kein Befund"
    return f"{files} {'Datei' if files == 1 else 'Dateien'} geprüft: {found}."


def finding_dict(f: Finding) -> dict[str, object]:
    """The JSON form of a finding; a contract with scripts."""
    return {
        "code": f.code,
        "severity": f.severity,
        "file": f.pointer.file,
        "line": f.pointer.line,
        "column": f.pointer.column,
        "field": f.pointer.field_text,
        "message": f.message,
        "norm": f.norm,
        "norm_state": f.norm_state,
    }


def place_text(f: Finding) -> str:
    p = f.pointer
    return f"{p.file}:{p.line}:{p.column}" if p.line else p.file


def one_line(text: str) -> str:
    """A file name may hold a line feed; in a list of lines it must not look like another line."""
    return text.replace("\n", "\\x0a")


def norm_text(f: Finding) -> str:
    if f.norm is None:
        return ""
    unsure = f.norm_state not in (None, "verified", "partly")
    if unsure and "nicht verifiziert" not in f.message:
        return f" [{f.norm}; nicht verifiziert]"
    return f" [{f.norm}]"


def _plural(word: str, n: int) -> str:
    if n == 1 or word == "Fehler":
        return word
    return f"{word}en" if word == "Warnung" else f"{word}e"
