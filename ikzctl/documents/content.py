"""The content of a document before it has a shape: sections, Absätze, sentences, items, tables, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Open:
    """A fact that is not known yet; `path` is the registry field that would fill it."""

    label: str
    path: str
    brief: bool = field(default=False, compare=False)

    @property
    def shown(self) -> str:
        return "[offen]" if self.brief else f"[offen: {self.label}]"


@dataclass(frozen=True, slots=True)
class RefPiece:
    """Part of a printed reference; with a bookmark it becomes a live field."""

    text: str
    bookmark: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a clause, or to a labelled Absatz of it; `pieces` is filled when everything is numbered."""

    clause: str
    label: str | None = None
    pieces: tuple[RefPiece, ...] = ()


Inline = Text | Break | Open | Ref
Inlines = tuple[Inline, ...]
LineKind = Literal["satz", "nummer", "buchstabe"]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, one numbered item or one lettered item; `mark` is „1.“ or „a)“, counted by us."""

    kind: LineKind
    inlines: Inlines
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Absatz:
    """`number` 0 means that the § has only this one and shows no „(1)“."""

    lines: tuple[Line, ...]
    label: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A § (`number` > 0) or an unnumbered part such as the Präambel."""

    clause_id: str
    version: str
    heading: str
    absaetze: tuple[Absatz, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Party:
    """One party as the head of the document names it."""

    name: Inlines
    """with article, in the case that the introduction asks for"""
    legal_name: str
    detail: tuple[Inlines, ...]
    """lines below the name: representation, address, role"""
    short: Inlines
    """„nachfolgend …“ or empty"""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    """share of the text width in percent"""
    rows: tuple[tuple[Inlines, ...], ...]


@dataclass(frozen=True, slots=True)
class Annex:
    number: int
    title: str
    reference: Inlines
    """„zu § 3 Abs. 1, Stand: …“"""
    table: Table
    intro: tuple[Inlines, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    name: Inlines
    """„Für den …“"""
    office: Inlines


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A note that others fill in at the end of the document, such as that of the approving authority."""

    title: str
    table: Table


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that stands in the document apart from what the layout itself brings."""

    title: str
    subtitle: str
    parties: tuple[Party, ...]
    introduction: tuple[Section, ...]
    """Eingangsformel and Präambel: parts without §"""
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...]
    annexes: tuple[Annex, ...]
    parties_annex: int = 0
    """number of the annex that lists the parties, 0 when they stand in the head"""
    endorsements: tuple[Endorsement, ...] = ()
    contents_list: bool = False


ENDORSEMENTS_HEADING = "Genehmigungs- und Bekanntmachungsvermerk"
CONTENTS_HEADING = "Inhaltsübersicht"


def contents(document: Document) -> Iterator[tuple[str, str, str]]:
    """Lines of the table of contents: number, heading, and the clause or annex that it leads to."""
    for part in document.introduction:
        if part.heading:
            yield "", part.heading, ""
    for section in document.sections:
        yield f"§\u00a0{section.number}", section.heading, section.clause_id
    for annex in document.annexes:
        yield f"Anlage\u00a0{annex.number}", annex.title, ""
    if document.endorsements:
        yield "", ENDORSEMENTS_HEADING, ""


def plain(inlines: Inlines) -> str:
    """The text as it will stand in the document; a line break counts as one line feed."""
    out = []
    for item in inlines:
        if isinstance(item, Text):
            out.append(item.text)
        elif isinstance(item, Open):
            out.append(item.shown)
        elif isinstance(item, Ref):
            out.append("".join(piece.text for piece in item.pieces))
        else:
            out.append("\n")
    return "".join(out)


def text(value: str) -> Inlines:
    """Fixed text as inlines; line feeds become breaks."""
    out: list[Inline] = []
    for position, part in enumerate(value.split("\n")):
        if position:
            out.append(Break())
        if part:
            out.append(Text(part))
    return tuple(out)


def all_inlines(document: Document) -> Iterator[tuple[str, Inlines]]:
    """Every run of text with the clause or part it belongs to, in reading order."""
    for party in document.parties:
        yield "R02", party.name
        for line in party.detail:
            yield "R02", line
        yield "R02", party.short
    for section in (*document.introduction, *document.sections):
        for absatz in section.absaetze:
            for line_ in absatz.lines:
                yield section.clause_id, line_.inlines
    for signature in document.signatures:
        for line in (signature.name, signature.office):
            yield "S09", line
    for note in document.endorsements:
        for row in note.table.rows:
            for cell in row:
                yield note.title, cell
    for annex in document.annexes:
        yield f"Anlage {annex.number}", annex.reference
        for line in annex.intro:
            yield f"Anlage {annex.number}", line
        for row in annex.table.rows:
            for cell in row:
                yield f"Anlage {annex.number}", cell


def open_facts(document: Document) -> tuple[tuple[Open, tuple[str, ...]], ...]:
    """Each open fact once, with the clauses in which it is printed."""
    found: dict[Open, list[str]] = {}
    for where, inlines in all_inlines(document):
        for item in inlines:
            if isinstance(item, Open):
                places = found.setdefault(item, [])
                if where not in places:
                    places.append(where)
    return tuple((fact, tuple(places)) for fact, places in found.items())
