"""Builds the layout files of the shipped forms; afterwards they are edited in Word, this script is only their first origin.

    .venv/bin/python tools/make_layouts.py

Arial: on Windows and macOS it is there; on Debian fontconfig gives Liberation Sans, which has the same widths, so that lines and
pages break alike. Sizes, spaces and indents follow the usual look of agreements between municipalities (A4, 11 pt, 2.5 cm margins).
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FONT = "Arial"
CENTER, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT

# id: (size, bold, align, before, after, left cm, first line cm, keep with next, keep lines)
PARAGRAPHS: dict[str, tuple[float, bool, WD_ALIGN_PARAGRAPH, float, float, float, float, bool, bool]] = {
    "IkzZwischen": (11, False, CENTER, 6, 10, 0, 0, True, True),
    "IkzBeteiligter": (11, False, CENTER, 0, 6, 0, 0, False, True),
    "IkzListe": (11, False, LEFT, 0, 6, 1.0, -1.0, False, True),
    "IkzText": (11, False, LEFT, 0, 8, 0, 0, False, False),
    "IkzAbsatz": (11, False, LEFT, 0, 8, 1.0, -1.0, False, False),
    "IkzAbsatzOhne": (11, False, LEFT, 0, 8, 0, 0, False, False),
    "IkzFolge": (11, False, LEFT, 0, 8, 1.0, 0, False, False),
    "IkzNummer": (11, False, LEFT, 0, 5, 1.75, -0.75, False, False),
    "IkzNummerOhne": (11, False, LEFT, 0, 5, 0.75, -0.75, False, False),
    "IkzBuchstabe": (11, False, LEFT, 0, 4, 2.5, -0.75, False, False),
    "IkzBuchstabeOhne": (11, False, LEFT, 0, 4, 1.5, -0.75, False, False),
    "IkzAnlageBezug": (10, False, CENTER, 0, 12, 0, 0, True, True),
    "IkzTabelleKopf": (9, True, LEFT, 2, 2, 0, 0, True, True),
    "IkzTabelleZelle": (9, False, LEFT, 2, 2, 0, 0, False, False),
    "IkzUnterschrift": (11, True, LEFT, 14, 0, 0, 0, True, True),
    "IkzUnterschriftLinie": (11, False, LEFT, 24, 0, 0, 0, True, True),
    "IkzUnterschriftZeile": (9, False, LEFT, 2, 0, 0, 0, False, True),
    "IkzKopfzeile": (9, False, RIGHT, 0, 0, 0, 0, False, False),
    "IkzFusszeile": (9, False, CENTER, 0, 0, 0, 0, False, False),
    "IkzPunkt": (10, False, LEFT, 0, 4, 0.6, -0.6, False, False),
}
GERMAN = {
    "IkzZwischen": "IKZ zwischen",
    "IkzBeteiligter": "IKZ Beteiligter",
    "IkzListe": "IKZ Liste der Beteiligten",
    "IkzText": "IKZ Text",
    "IkzAbsatz": "IKZ Absatz",
    "IkzAbsatzOhne": "IKZ Absatz ohne Nummer",
    "IkzFolge": "IKZ Absatz Fortsetzung",
    "IkzNummer": "IKZ Nummer",
    "IkzNummerOhne": "IKZ Nummer ohne Absatz",
    "IkzBuchstabe": "IKZ Buchstabe",
    "IkzBuchstabeOhne": "IKZ Buchstabe ohne Absatz",
    "IkzAnlage": "IKZ Anlage",
    "IkzAnlageBezug": "IKZ Anlage Bezug",
    "IkzTabelleKopf": "IKZ Tabellenkopf",
    "IkzTabelleZelle": "IKZ Tabellenzelle",
    "IkzUnterschrift": "IKZ Unterschrift",
    "IkzUnterschriftLinie": "IKZ Unterschrift Linie",
    "IkzUnterschriftZeile": "IKZ Unterschrift Zeile",
    "IkzKopfzeile": "IKZ Kopfzeile",
    "IkzFusszeile": "IKZ Fußzeile",
    "IkzPunkt": "IKZ Aufzählung",
}


def main() -> None:
    forms = ROOT / "templates" / "agreements" / "forms"
    agreement = base()
    heading(agreement, "Title", "{{ titel }}")
    agreement.add_paragraph("{{ untertitel }}", style=agreement.styles["Subtitle"])
    for slot in ("beteiligte", "einleitung", "vereinbarung", "unterschriften", "anlagen"):
        agreement.add_paragraph(f"{{{{ {slot} }}}}", style=agreement.styles["IKZ Text"])
    save(agreement, forms / "zweckvereinbarung" / "layout.docx")

    review = base()
    # headings of the review sheet start at level 1 like those of the agreement, but read as a list, not as a contract
    review.styles["Heading 1"].paragraph_format.alignment = LEFT
    heading(review, "Title", "{{ titel }}")
    review.add_paragraph("{{ untertitel }}", style=review.styles["Subtitle"])
    review.add_paragraph("{{ inhalt }}", style=review.styles["IKZ Text"])
    save(review, forms / "pruefvermerk" / "layout.docx")


def base() -> WordDocument:
    """An empty A4 document with our styles, header and footer."""
    word = Document()
    body = word.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    page(word)
    defaults(word)
    for style_id, values in PARAGRAPHS.items():
        paragraph_style(word, style_id, *values)
    borders(word)
    headings(word)
    characters(word)
    table_style(word)
    header_and_footer(word)
    return word


def page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    section.header_distance, section.footer_distance = Cm(1.2), Cm(1.0)


def fonts(run_properties: etree._Element) -> None:
    found = run_properties.find(qn("w:rFonts"))
    if found is not None:
        run_properties.remove(found)
    names = OxmlElement("w:rFonts")
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        names.set(qn(f"w:{kind}"), FONT)
    run_properties.insert(0, names)


def defaults(word: WordDocument) -> None:
    """Font, language and widow control for everything; `de-DE` is what a screen reader and the spelling check go by."""
    styles = word.styles.element
    run_properties = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    fonts(run_properties)
    for old in run_properties.findall(qn("w:lang")):
        run_properties.remove(old)
    language = OxmlElement("w:lang")
    for kind, value in (("val", "de-DE"), ("eastAsia", "de-DE"), ("bidi", "ar-SA")):
        language.set(qn(f"w:{kind}"), value)
    run_properties.append(language)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    fonts(normal.element.get_or_add_rPr())
    normal.paragraph_format.widow_control = True
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.12
    settings = word.settings.element
    for old in settings.findall(qn("w:themeFontLang")):
        old.set(qn("w:val"), "de-DE")


def paragraph_style(
    word: WordDocument,
    style_id: str,
    size: float,
    bold: bool,
    align: WD_ALIGN_PARAGRAPH,
    before: float,
    after: float,
    left: float,
    first: float,
    keep_next: bool,
    keep_lines: bool,
) -> ParagraphStyle:
    style = word.styles.add_style(GERMAN[style_id], WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), style_id)
    style.base_style = word.styles["Normal"]
    style.font.size, style.font.bold = Pt(size), bold
    form = style.paragraph_format
    form.alignment, form.space_before, form.space_after = align, Pt(before), Pt(after)
    form.left_indent, form.first_line_indent = Cm(left), Cm(first)
    form.keep_with_next, form.keep_together, form.widow_control = keep_next, keep_lines, True
    if first < 0:
        form.tab_stops.add_tab_stop(Cm(left))
    style.quick_style = True
    return style


def borders(word: WordDocument) -> None:
    """The line to sign on is the lower border of an empty paragraph: screen readers do not read a row of underscores."""
    style = word.styles["IKZ Unterschrift Linie"]
    style.paragraph_format.right_indent = Cm(1.0)
    edge = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "auto")):
        bottom.set(qn(f"w:{key}"), value)
    edge.append(bottom)
    properties = style.element.get_or_add_pPr()
    position = next(
        (
            i
            for i, child in enumerate(properties)
            if child.tag in (qn("w:tabs"), qn("w:spacing"), qn("w:ind"), qn("w:jc"))
        ),
        len(properties),
    )
    properties.insert(position, edge)


def headings(word: WordDocument) -> None:
    """Word's own heading styles, found by their id in every language, in our look."""
    for name, size, before, after in (
        ("Title", 16, 18, 6),
        ("Subtitle", 12, 0, 18),
        ("Heading 1", 11, 18, 8),
        ("Heading 2", 11, 12, 6),
    ):
        style = word.styles[name]
        properties = style.element.get_or_add_rPr()
        for child in list(properties):
            properties.remove(child)
        fonts(properties)
        style.font.size, style.font.bold = Pt(size), name != "Subtitle"
        for old in style.element.pPr.findall(qn("w:pBdr")) if style.element.pPr is not None else []:
            style.element.pPr.remove(old)
        form = style.paragraph_format
        form.alignment = LEFT if name == "Heading 2" else CENTER
        form.space_before, form.space_after, form.keep_with_next, form.keep_together = Pt(before), Pt(after), True, True
        form.line_spacing = 1.12
        for old in style.element.pPr.findall(qn("w:numPr")):
            style.element.pPr.remove(old)
    style = word.styles.add_style("IKZ Anlage", WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), "IkzAnlage")
    style.base_style = word.styles["Heading 1"]
    style.paragraph_format.page_break_before = True
    style.paragraph_format.space_before = Pt(0)


def characters(word: WordDocument) -> None:
    strong = word.styles.add_style("IKZ Stark", WD_STYLE_TYPE.CHARACTER)
    strong.element.set(qn("w:styleId"), "IkzStark")
    strong.font.bold = True
    open_fact = word.styles.add_style("IKZ offene Angabe", WD_STYLE_TYPE.CHARACTER)
    open_fact.element.set(qn("w:styleId"), "IkzOffen")
    open_fact.font.italic = True
    # Word ignores w:highlight inside a style; shading works in Word and in LibreOffice.
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", "FFF2A8")):
        shade.set(qn(f"w:{key}"), value)
    open_fact.element.get_or_add_rPr().append(shade)


def table_style(word: WordDocument) -> None:
    style = etree.fromstring(
        f'<w:style xmlns:w="{qn("w:x")[1:].split("}")[0]}" w:type="table" w:customStyle="1" w:styleId="IkzTabelle">'
        '<w:name w:val="IKZ Tabelle"/><w:basedOn w:val="TableNormal"/>'
        '<w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:tblPr><w:tblBorders>'
        '<w:top w:val="single" w:sz="6" w:space="0" w:color="808080"/>'
        '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="808080"/>'
        '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/></w:tblBorders>'
        '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="E7E6E6"/></w:tcPr></w:tblStylePr></w:style>'
    )
    word.styles.element.append(style)


def header_and_footer(word: WordDocument) -> None:
    section = word.sections[0]
    head = section.header.paragraphs[0]
    head.style = word.styles["IKZ Kopfzeile"]
    head.add_run("{{ vermerk }}")
    foot = section.footer.paragraphs[0]
    foot.style = word.styles["IKZ Fußzeile"]
    foot.add_run("{{ kurztitel }} · Seite ")
    field(foot, "PAGE")
    foot.add_run(" von ")
    field(foot, "NUMPAGES")


def field(paragraph: object, name: str) -> None:
    for kind, text in (("begin", None), (None, f" {name} "), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run()  # type: ignore[attr-defined]
        if kind == "text":
            run.text = text
        elif kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._r.append(instruction)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def heading(word: WordDocument, style: str, text: str) -> None:
    word.add_paragraph(text, style=word.styles[style])


def save(word: WordDocument, path: Path) -> None:
    from ikzctl.documents.package import OUTPUT_LIMITS, read_parts, write_parts

    core = word.core_properties
    core.title, core.author, core.language, core.comments, core.keywords = "Layout", "ikzctl", "de-DE", "", ""
    core.created = core.modified = datetime(2026, 1, 1, tzinfo=UTC)
    core.last_modified_by, core.revision = "ikzctl", 1
    buffer = io.BytesIO()
    word.save(buffer)
    parts = read_parts(buffer.getvalue(), path.name, OUTPUT_LIMITS)
    drop(parts, "docProps/thumbnail.jpeg", "_rels/.rels")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_parts(parts))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def drop(parts: dict[str, bytes], name: str, relations: str) -> None:
    """python-docx ships a preview picture of an empty page in its template; it has no place here."""
    parts.pop(name, None)
    root = etree.fromstring(parts[relations])
    for relation in list(root):
        if relation.get("Target", "").lstrip("/") == name:
            root.remove(relation)
    parts[relations] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


if __name__ == "__main__":
    main()
