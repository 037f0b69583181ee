"""Plain reports as Word files: headings, paragraphs, bullet points and tables in a layout with one slot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ikzctl.documents import wordml
from ikzctl.documents.content import Inlines, Table, plain


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Point:
    inlines: Inlines


Block = Heading | Paragraph | Point | Table


def to_xml(blocks: Sequence[Block]) -> str:
    out = []
    for block in blocks:
        if isinstance(block, Heading):
            out.append(wordml.paragraph("Heading1", wordml.run(block.text)))
        elif isinstance(block, Table):
            out.append(wordml.table(block) + wordml.paragraph("IkzTabelleZelle", ""))
        elif isinstance(block, Point):
            out.append(
                wordml.paragraph("IkzPunkt", f"{wordml.run('–')}<w:r><w:tab/></w:r>{wordml.runs(block.inlines)}")
            )
        else:
            out.append(wordml.paragraph("IkzText", wordml.runs(block.inlines)))
    return "".join(out)


def to_texts(blocks: Sequence[Block]) -> Iterator[str]:
    """The paragraphs that the file must hold, for reading back."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Table):
            yield from block.columns
            for row in block.rows:
                yield from (plain(cell) for cell in row)
        elif isinstance(block, Point):
            yield f"–\t{plain(block.inlines)}"
        else:
            yield plain(block.inlines)
