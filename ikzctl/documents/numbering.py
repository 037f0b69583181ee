"""Counts §§ and Absätze and turns references by clause id into printed ones with their bookmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ikzctl.documents.content import Absatz, Document, Inlines, Ref, RefPiece, Section
from ikzctl.model.errors import UserError

NBSP = "\u00a0"


def number(document: Document) -> Document:
    """The same document with §§ and Absätze counted and every reference resolved; a reference to nowhere is refused."""
    sections = tuple(_counted(section, position) for position, section in enumerate(document.sections, 1))
    index = {section.clause_id: section for section in sections}
    annexes = {annex.key: annex.number for annex in document.annexes if annex.key}

    def resolve(inlines: Inlines, home: str) -> Inlines:
        return tuple(_resolved(item, home, index, annexes) if isinstance(item, Ref) else item for item in inlines)

    return replace(
        document,
        introduction=tuple(_in_section(part, resolve) for part in document.introduction),
        sections=tuple(_in_section(section, resolve) for section in sections),
        annexes=tuple(
            replace(
                annex,
                reference=resolve(annex.reference, ""),
                intro=tuple(resolve(line, "") for line in annex.intro),
                table=replace(
                    annex.table, rows=tuple(tuple(resolve(cell, "") for cell in row) for row in annex.table.rows)
                ),
            )
            for annex in document.annexes
        ),
    )


def section_bookmark(clause_id: str) -> str:
    return "ikz_" + clause_id.replace("-", "_")


def absatz_bookmark(clause_id: str, label: str) -> str:
    return f"{section_bookmark(clause_id)}__{label.replace('-', '_')}"


def annex_bookmark(number_: int) -> str:
    return f"ikz_anlage_{number_}"


def section_number(section: Section) -> str:
    return f"§{NBSP}{section.number}"


def _counted(section: Section, position: int) -> Section:
    if len(section.absaetze) < 2:
        return replace(section, number=position)
    absaetze = tuple(replace(absatz, number=count) for count, absatz in enumerate(section.absaetze, 1))
    return replace(section, number=position, absaetze=absaetze)


def _in_section(section: Section, resolve: Callable[[Inlines, str], Inlines]) -> Section:
    absaetze = tuple(
        replace(
            absatz,
            lines=tuple(replace(line, inlines=resolve(line.inlines, section.clause_id)) for line in absatz.lines),
        )
        for absatz in section.absaetze
    )
    return replace(section, absaetze=absaetze)


def _resolved(ref: Ref, home: str, index: dict[str, Section], annexes: dict[str, int]) -> Ref:
    if ref.clause == "anlage":
        if ref.label not in annexes:
            raise UserError(
                f"Klausel {home} verweist auf die Anlage „{ref.label}“, die es in diesem Dokument nicht gibt."
            )
        count = annexes[ref.label]
        return replace(ref, pieces=(RefPiece(f"Anlage{NBSP}{count}", annex_bookmark(count)),))
    section = index.get(ref.clause)
    if section is None:
        raise UserError(f"Klausel {home} verweist auf die Klausel {ref.clause}, die in diesem Dokument nicht vorkommt.")
    whole = RefPiece(section_number(section), section_bookmark(ref.clause))
    if ref.label is None:
        return replace(ref, pieces=(whole,))
    absatz = _labelled(section, ref, home)
    if not absatz.number:
        return replace(ref, pieces=(whole,))
    part = RefPiece(str(absatz.number), absatz_bookmark(ref.clause, ref.label))
    if ref.clause == home:
        return replace(ref, pieces=(RefPiece(f"Abs.{NBSP}"), part))
    return replace(ref, pieces=(whole, RefPiece(f"{NBSP}Abs.{NBSP}"), part))


def _labelled(section: Section, ref: Ref, home: str) -> Absatz:
    found = [absatz for absatz in section.absaetze if absatz.label == ref.label]
    if len(found) != 1:
        raise UserError(
            f"Klausel {home} verweist auf „{ref.clause}#{ref.label}“; diese Marke steht dort {len(found)}-mal statt einmal."
        )
    return found[0]
