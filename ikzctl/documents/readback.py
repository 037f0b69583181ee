"""Reads a finished file a second time and compares it with the content; what does not agree never leaves the house."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lxml import etree

from ikzctl.documents.content import (
    CONTENTS_HEADING,
    ENDORSEMENTS_HEADING,
    Absatz,
    Annex,
    Document,
    Party,
    Section,
    Signature,
    contents,
    plain,
)
from ikzctl.documents.layouts import Layout, paragraph_texts, text_parts
from ikzctl.documents.marks import TEMPLATE_MARKS
from ikzctl.documents.package import OUTPUT_LIMITS, W, parse_xml, read_parts
from ikzctl.documents.wordml import LIST_HEAD_FROM, PARTY_COLUMNS, TABLE_HEAD_FROM

_HOLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


class ReadBackFailed(Exception):
    """The file does not say what it should say: a fault of the tool, not of the user."""


def verify(
    data: bytes, layout: Layout, values: Mapping[str, str], slots: Mapping[str, Sequence[str]], tags: Sequence[str]
) -> None:
    """Raise `ReadBackFailed` unless the file holds exactly the layout's text, the values and the slots' paragraphs.

    `slots` gives for each slot the non-empty paragraphs in order, `tags` the content controls that must be there, each once.
    """
    parts = read_parts(data, "Das erzeugte Dokument", OUTPUT_LIMITS)
    trees = {name: parse_xml(parts[name]) for name in text_parts(parts)}
    if set(trees) != set(layout.texts):
        raise ReadBackFailed(f"parts differ: {sorted(trees)} instead of {sorted(layout.texts)}")
    for name, root in trees.items():
        found = [text for text in paragraph_texts(root) if text.strip()]
        wanted = [text for text in _expected(layout.texts[name], values, slots) if text.strip()]
        _compare(name, found, wanted)
        for text in found:
            if any(mark in text for mark in (*TEMPLATE_MARKS, "⟦", "⟧")):
                raise ReadBackFailed(f"{name}: leftover tag in {text[:80]!r}")
    _compare("content controls", _tags(trees["word/document.xml"]), list(tags))
    _check_fields(trees["word/document.xml"])


def _expected(lines: Sequence[str], values: Mapping[str, str], slots: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The layout's own paragraphs with plain substitution: a second way to the text, without the template engine."""
    for line in lines:
        hole = _HOLE.fullmatch(line.strip())
        if hole and hole.group(1) in slots:
            yield from slots[hole.group(1)]
        else:
            yield _HOLE.sub(lambda found: values[found.group(1)], line)


def _compare(what: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    for position, (is_, should) in enumerate(zip(found, wanted, strict=False)):
        if is_ != should:
            raise ReadBackFailed(f"{what}, entry {position + 1}: found {is_[:120]!r}, expected {should[:120]!r}")
    if len(found) != len(wanted):
        raise ReadBackFailed(f"{what}: {len(found)} entries instead of {len(wanted)}")


def _tags(root: etree._Element) -> list[str]:
    return [tag.get(f"{{{W}}}val", "") for tag in root.iter(f"{{{W}}}tag")]


def _check_fields(root: etree._Element) -> None:
    """Every REF field must find its bookmark and show the text that stands there."""
    marked: dict[str, str] = {}
    open_marks: dict[str, str] = {}
    instruction: str | None = None
    shown: list[tuple[str, str]] = []
    for node in root.iter(
        f"{{{W}}}bookmarkStart", f"{{{W}}}bookmarkEnd", f"{{{W}}}fldChar", f"{{{W}}}instrText", f"{{{W}}}t"
    ):
        local = etree.QName(node).localname
        if local == "bookmarkStart":
            name = node.get(f"{{{W}}}name", "")
            if name in marked:
                raise ReadBackFailed(f"the bookmark {name} stands twice")
            marked[name] = ""
            open_marks[node.get(f"{{{W}}}id", "")] = name
        elif local == "bookmarkEnd":
            open_marks.pop(node.get(f"{{{W}}}id", ""), None)
        elif local == "instrText":
            instruction = (node.text or "").split()[1] if (node.text or "").split()[:1] == ["REF"] else None
        elif local == "fldChar" and node.get(f"{{{W}}}fldCharType") == "end":
            instruction = None
        elif local == "t":
            for name in open_marks.values():
                marked[name] += node.text or ""
            if instruction:
                shown.append((instruction, node.text or ""))
    for name, value in shown:
        if marked.get(name) != value:
            raise ReadBackFailed(f"a reference to {name} shows {value!r}, there stands {marked.get(name)!r}")


# --- the paragraphs that a document should have, straight from its content ---


def slot_texts(document: Document) -> dict[str, list[str]]:
    return {
        "beteiligte": list(_parties(document)),
        "einleitung": list(_introduction(document)),
        "vereinbarung": [text for part in document.sections for text in section_texts(part)],
        "unterschriften": [text for block in document.signatures for text in _signature(block)],
        "anlagen": [*(text for annex in document.annexes for text in _annex(annex)), *_endorsements(document)],
    }


def _introduction(document: Document) -> Iterator[str]:
    pending = document.contents_list
    for part in document.introduction:
        if pending and part.heading:
            yield from _contents(document)
            pending = False
        yield from section_texts(part)
    if pending:
        yield from _contents(document)


def _contents(document: Document) -> Iterator[str]:
    yield CONTENTS_HEADING
    for number, heading, _ in contents(document):
        yield f"{number}\t{heading}" if number else heading


def _endorsements(document: Document) -> Iterator[str]:
    if document.endorsements:
        yield ENDORSEMENTS_HEADING
    for note in document.endorsements:
        yield note.title
        yield from note.table.columns
        for row in note.table.rows:
            yield from (plain(cell) for cell in row)


def control_tags(document: Document) -> list[str]:
    tags = ["R02", *(part.clause_id for part in document.introduction), *(part.clause_id for part in document.sections)]
    if document.signatures:
        tags.append("S09")
    return [*tags, *(f"Anlage-{annex.number}" for annex in document.annexes)]


def section_texts(part: Section) -> Iterator[str]:
    if part.number:
        yield f"§\u00a0{part.number}\n{part.heading}"
    elif part.heading:
        yield part.heading
    for absatz in part.absaetze:
        yield from _absatz(absatz)


def _absatz(absatz: Absatz) -> Iterator[str]:
    pending = f"({absatz.number})\t" if absatz.number else ""
    sentences: list[str] = []
    for line in absatz.lines:
        if line.kind == "satz":
            sentences.append(plain(line.inlines))
            continue
        if sentences:
            yield pending + " ".join(sentences)
            pending, sentences = "", []
        yield f"{line.mark}\t{plain(line.inlines)}"
    if sentences:
        yield pending + " ".join(sentences)


def _parties(document: Document) -> Iterator[str]:
    count = len(document.parties)
    if document.parties_annex:
        yield "zwischen"
        yield f"den in Anlage\u00a0{document.parties_annex} aufgeführten {count} Beteiligten"
    elif count >= TABLE_HEAD_FROM:
        yield "zwischen"
        yield from PARTY_COLUMNS
        for position, party in enumerate(document.parties, 1):
            yield str(position)
            yield party.legal_name
            yield "\n".join(plain(line) for line in party.detail)
            yield plain(party.short)
    elif count >= LIST_HEAD_FROM:
        yield "zwischen"
        for position, party in enumerate(document.parties, 1):
            short = plain(party.short)
            yield f"{position}.\t" + ", ".join(_party_lines(party, short=False)) + (f" {short}" if short else "")
    else:
        for position, party in enumerate(document.parties):
            yield "und" if position else "zwischen"
            yield "\n".join(_party_lines(party))


def _party_lines(party: Party, *, short: bool = True) -> Iterable[str]:
    last = [plain(party.short)] if short and party.short else []
    return [plain(party.name), *(plain(line) for line in party.detail), *last]


def _signature(block: Signature) -> Iterator[str]:
    yield plain(block.name)
    yield "Ort, Datum"
    yield plain(block.office)


def _annex(annex: Annex) -> Iterator[str]:
    yield f"Anlage\u00a0{annex.number}\n{annex.title}"
    yield plain(annex.reference)
    yield from (plain(line) for line in annex.intro)
    yield from annex.table.columns
    for row in annex.table.rows:
        yield from (plain(cell) for cell in row)
