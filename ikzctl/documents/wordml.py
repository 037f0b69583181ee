"""Content → WordprocessingML: the XML that goes into the slots of a layout, written by us and addressed by style id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from ikzctl.documents.content import (
    CONTENTS_HEADING,
    ENDORSEMENTS_HEADING,
    Absatz,
    Annex,
    Break,
    Document,
    Inlines,
    Line,
    Open,
    Party,
    Ref,
    Section,
    Signature,
    Table,
    Text,
    contents,
)
from ikzctl.documents.numbering import absatz_bookmark, annex_bookmark, section_bookmark, section_number

STYLES_USED = (
    "Title",
    "Heading1",
    "IkzZwischen",
    "IkzBeteiligter",
    "IkzListe",
    "IkzText",
    "IkzAbsatz",
    "IkzAbsatzOhne",
    "IkzFolge",
    "IkzNummer",
    "IkzNummerOhne",
    "IkzBuchstabe",
    "IkzBuchstabeOhne",
    "IkzAnlage",
    "IkzAnlageBezug",
    "IkzTabelle",
    "IkzTabelleKopf",
    "IkzTabelleZelle",
    "IkzUnterschrift",
    "IkzUnterschriftLinie",
    "IkzUnterschriftZeile",
)
CHARACTER_STYLES_USED = ("IkzOffen", "IkzStark")

TABLE_HEAD_FROM = 16
"""from this number of parties on the head lists them in a table"""
LIST_HEAD_FROM = 8
# after a list the same space as after any Absatz
_SPACE_AFTER = '<w:spacing w:after="160"/>'
_TIGHT = '<w:spacing w:after="20"/>'
# room for „Anlage 10“ before the heading
_WIDE_TAB = '<w:tabs><w:tab w:val="clear" w:pos="567"/><w:tab w:val="left" w:pos="1247"/></w:tabs>'
_WIDE_INDENT = '<w:ind w:left="1247" w:hanging="1247"/>'
_WRITING_HEIGHT = 510
_TEXT_WIDTH = 9070
"""twentieths of a point: A4 less 2.5 cm on both sides"""


class Builder:
    """Collects XML; bookmarks and content controls get running numbers, so that the same content gives the same bytes."""

    def __init__(self) -> None:
        self._bookmarks = 0
        self._controls = 0

    def bookmark(self, name: str, inner: str) -> str:
        self._bookmarks += 1
        return f'<w:bookmarkStart w:id="{self._bookmarks}" w:name={quoteattr(name)}/>{inner}<w:bookmarkEnd w:id="{self._bookmarks}"/>'

    def control(self, tag: str, alias: str, inner: str) -> str:
        """A content control around the words that begin a clause; the clause reaches to the next control.

        Not around the whole clause: LibreOffice 7.4 loses line breaks and bookmarks in the first paragraph of a control that
        holds paragraphs, and with them every reference to it.
        """
        self._controls += 1
        head = f"<w:alias w:val={quoteattr(alias[:60])}/><w:tag w:val={quoteattr(tag)}/>"
        return f'<w:sdt><w:sdtPr>{head}<w:id w:val="{self._controls}"/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>'


def run(text: str, style: str = "") -> str:
    if not text:
        return ""
    properties = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(style: str, inner: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inner}</w:p>'


def runs(inlines: Inlines, style: str = "") -> str:
    out = []
    for item in inlines:
        if isinstance(item, Text):
            out.append(run(item.text, style))
        elif isinstance(item, Open):
            out.append(run(item.shown, "IkzOffen"))
        elif isinstance(item, Break):
            out.append("<w:r><w:br/></w:r>")
        else:
            out.append(_reference(item, style))
    return "".join(out)


def _reference(ref: Ref, style: str) -> str:
    return "".join(
        _field(piece.bookmark, piece.text, style) if piece.bookmark else run(piece.text, style) for piece in ref.pieces
    )


def _field(bookmark: str, shown: str, style: str) -> str:
    """A live REF field whose stored text is already right; MERGEFORMAT keeps our formatting when Word updates it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> REF {escape(bookmark)} \\h  \\* MERGEFORMAT </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown, style)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def section(builder: Builder, part: Section) -> str:
    alias = f"Klausel {part.clause_id} ({part.version})"
    inner = []
    if part.number:
        number = builder.bookmark(section_bookmark(part.clause_id), run(section_number(part)))
        heading = builder.control(part.clause_id, alias, run(part.heading))
        inner.append(paragraph("Heading1", f"{number}<w:r><w:br/></w:r>{heading}"))
    elif part.heading:
        inner.append(paragraph("Heading1", builder.control(part.clause_id, alias, run(part.heading))))
    for position, absatz in enumerate(part.absaetze):
        starts = position == 0 and not part.number and not part.heading
        inner.extend(_absatz(builder, part, absatz, alias if starts else ""))
    return "".join(inner)


def _absatz(builder: Builder, part: Section, absatz: Absatz, alias: str) -> Iterable[str]:
    """`alias` is given where the clause begins with this Absatz instead of a heading."""
    numbered = absatz.number > 0
    groups = _paragraphs(absatz.lines)
    for position, group in enumerate(groups):
        last = _SPACE_AFTER if position + 1 == len(groups) else ""
        if group[0].kind != "satz":
            style = ("IkzNummer" if group[0].kind == "nummer" else "IkzBuchstabe") + ("" if numbered else "Ohne")
            yield paragraph(style, f"{run(group[0].mark)}<w:r><w:tab/></w:r>{runs(group[0].inlines)}", last)
            continue
        inner = _sentences(group)
        if alias and position == 0:
            inner = builder.control(part.clause_id, alias, inner)
        # what introduces a list must not stand alone at the foot of a page
        stay = "<w:keepNext/>" if position + 1 < len(groups) else ""
        if position == 0 and numbered:
            digits = run(str(absatz.number))
            mark = builder.bookmark(absatz_bookmark(part.clause_id, absatz.label), digits) if absatz.label else digits
            yield paragraph("IkzAbsatz", f"{run('(')}{mark}{run(')')}<w:r><w:tab/></w:r>{inner}", stay)
        elif position == 0:
            yield paragraph("IkzAbsatzOhne" if part.number else "IkzText", inner, stay)
        else:
            yield paragraph("IkzFolge" if numbered else "IkzAbsatzOhne", inner, stay)


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Sentences that follow each other share a paragraph; every item has its own."""
    out: list[list[Line]] = []
    for line in lines:
        if line.kind == "satz" and out and out[-1][0].kind == "satz":
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _sentences(lines: Sequence[Line]) -> str:
    return run(" ").join(runs(line.inlines) for line in lines)


def parties(builder: Builder, document: Document) -> str:
    """The head: running text for a few parties, a numbered list for more, a table or an annex for many."""
    count = len(document.parties)
    between = builder.control("R02", "Klausel R02 (Beteiligte)", run("zwischen"))
    start = paragraph("IkzZwischen", between)
    if document.parties_annex:
        words = run(f"den in Anlage\u00a0{document.parties_annex} aufgeführten {count} Beteiligten")
        return start + paragraph("IkzBeteiligter", words)
    if count >= TABLE_HEAD_FROM:
        return start + table(parties_table(document.parties)) + paragraph("IkzZwischen", "")
    if count >= LIST_HEAD_FROM:
        lines = (f"{run(f'{i}.')}<w:r><w:tab/></w:r>{_in_one_line(p)}" for i, p in enumerate(document.parties, 1))
        return start + "".join(paragraph("IkzListe", line) for line in lines)
    return start + paragraph("IkzZwischen", run("und")).join(_party(party) for party in document.parties)


def _party(party: Party) -> str:
    lines = [runs(party.name, "IkzStark"), *(runs(line) for line in party.detail)]
    if party.short:
        lines.append(runs(party.short))
    return paragraph("IkzBeteiligter", "<w:r><w:br/></w:r>".join(lines))


def _in_one_line(party: Party) -> str:
    lines = [runs(party.name, "IkzStark"), *(runs(line) for line in party.detail)]
    return run(", ").join(lines) + (run(" ") + runs(party.short) if party.short else "")


def introduction(builder: Builder, document: Document) -> str:
    """Introduction and preamble; a table of contents stands before the first part with a heading."""
    out = []
    pending = document.contents_list
    for part in document.introduction:
        if pending and part.heading:
            out.append(_contents(document))
            pending = False
        out.append(section(builder, part))
    return "".join(out) + (_contents(document) if pending else "")


def _contents(document: Document) -> str:
    """A live TOC field without page numbers, as statutes print it: its stored text is right without any layout."""
    entries = list(contents(document))
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\n \\h \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = [paragraph("IkzZwischen", run(CONTENTS_HEADING, "IkzStark"), '<w:spacing w:before="280" w:after="160"/>')]
    for position, (number, heading, clause) in enumerate(entries):
        shown = f"{run(number)}<w:r><w:tab/></w:r>{run(heading)}" if number else run(heading)
        if clause:
            shown = f'<w:hyperlink w:anchor={quoteattr(section_bookmark(clause))} w:history="1">{shown}</w:hyperlink>'
        first, last = position == 0, position == len(entries) - 1
        space = _SPACE_AFTER if last else _TIGHT
        lines.append(
            paragraph(
                "IkzListe", f"{begin if first else ''}{shown}{end if last else ''}", _WIDE_TAB + space + _WIDE_INDENT
            )
        )
    return "".join(lines)


def endorsements(document: Document) -> str:
    """The notes that authority and parties fill in, on a page of their own."""
    if not document.endorsements:
        return ""
    parts = [paragraph("IkzAnlage", run(ENDORSEMENTS_HEADING))]
    for note in document.endorsements:
        parts.append(paragraph("IkzUnterschrift", run(note.title), _SPACE_AFTER))
        parts.append(table(note.table, row_height=_WRITING_HEIGHT))
        parts.append(paragraph("IkzTabelleZelle", ""))
    return "".join(parts)


PARTY_COLUMNS = ("Nr.", "Körperschaft", "Vertretung und Anschrift", "Bezeichnung")


def parties_table(parties_: Sequence[Party]) -> Table:
    """The parties as rows; also used for the annex."""
    rows = []
    for count, party in enumerate(parties_, 1):
        detail: list[Text | Break | Open | Ref] = []
        for line in party.detail:
            if detail:
                detail.append(Break())
            detail.extend(line)
        rows.append(((Text(str(count)),), (Text(party.legal_name),), tuple(detail), party.short))
    return Table(PARTY_COLUMNS, (7, 33, 38, 22), tuple(rows))


def signatures(builder: Builder, blocks: Sequence[Signature]) -> str:
    """Two columns; a row stays on one page."""
    if not blocks:
        return ""
    cells = [_signature(builder, block, first=position == 0) for position, block in enumerate(blocks)]
    if len(cells) % 2:
        cells.append(paragraph("IkzUnterschriftZeile", ""))
    width = _TEXT_WIDTH // 2
    rows = "".join(
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cell(cells[i], width)}{_cell(cells[i + 1], width)}</w:tr>"
        for i in range(0, len(cells), 2)
    )
    grid = f'<w:tblGrid><w:gridCol w:w="{width}"/><w:gridCol w:w="{width}"/></w:tblGrid>'
    properties = f'<w:tblPr><w:tblW w:w="{2 * width}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0000"/></w:tblPr>'
    return f"<w:tbl>{properties}{grid}{rows}</w:tbl>{paragraph('IkzUnterschriftZeile', '')}"


def _signature(builder: Builder, block: Signature, *, first: bool) -> str:
    inner = runs(block.name, "IkzStark")
    if first:
        inner = builder.control("S09", "Klausel S09 (Unterschriften)", inner)
    lines = paragraph("IkzUnterschrift", inner, "<w:keepNext/>")
    place = paragraph("IkzUnterschriftLinie", "", "<w:keepNext/>") + paragraph(
        "IkzUnterschriftZeile", run("Ort, Datum"), "<w:keepNext/>"
    )
    sign = paragraph("IkzUnterschriftLinie", "", "<w:keepNext/>") + paragraph(
        "IkzUnterschriftZeile", runs(block.office)
    )
    return lines + place + sign


def _cell(inner: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inner}</w:tc>'


def table(content: Table, row_height: int = 0) -> str:
    """`row_height` is the least height of a row, for tables that are filled in by hand."""
    widths = [_TEXT_WIDTH * share // 100 for share in content.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "".join(
        _cell(paragraph("IkzTabelleKopf", run(name)), width)
        for name, width in zip(content.columns, widths, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    for row in content.rows:
        cells = "".join(
            _cell(paragraph("IkzTabelleZelle", runs(cell)), width) for cell, width in zip(row, widths, strict=True)
        )
        height = f'<w:trHeight w:val="{row_height}" w:hRule="atLeast"/>' if row_height else ""
        rows.append(f"<w:tr><w:trPr><w:cantSplit/>{height}</w:trPr>{cells}</w:tr>")
    properties = (
        f'<w:tblPr><w:tblStyle w:val="IkzTabelle"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr>'
    )
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def annex(builder: Builder, content: Annex) -> str:
    number = builder.bookmark(annex_bookmark(content.number), run(f"Anlage\u00a0{content.number}"))
    title = builder.control(f"Anlage-{content.number}", f"Anlage {content.number}", run(content.title))
    parts = [paragraph("IkzAnlage", f"{number}<w:r><w:br/></w:r>{title}")]
    if content.reference:
        parts.append(paragraph("IkzAnlageBezug", runs(content.reference)))
    parts.extend(paragraph("IkzText", runs(line)) for line in content.intro)
    parts.append(table(content.table))
    parts.append(paragraph("IkzTabelleZelle", ""))
    return "".join(parts)
