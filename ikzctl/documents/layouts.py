"""Word layouts: what holes and slots they have, filling them, and the file that results."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from lxml import etree

from ikzctl.documents.fence import layout_environment
from ikzctl.documents.package import LAYOUT_LIMITS, OUTPUT_LIMITS, PackageRefused, W, parse_xml, read_parts, write_parts
from ikzctl.documents.wordml import CHARACTER_STYLES_USED, STYLES_USED
from ikzctl.model.errors import UserError

GENERATED_MARK = "ikzctl-erzeugt"
MAX_HOLES = 200
_HOLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_CP = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_CORE = "docProps/core.xml"
_CUSTOM = "docProps/custom.xml"


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked layout; `texts` are its paragraphs per part, holes included."""

    name: str
    data: bytes
    texts: Mapping[str, tuple[str, ...]]
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Properties:
    """Document properties; `custom` are stamped so that a file tells where it comes from."""

    title: str
    day: date
    creator: str
    custom: tuple[tuple[str, str], ...]


def load(data: bytes, name: str, slots: tuple[str, ...]) -> Layout:
    """Check a layout before anything is made with it: content, styles, holes; every slot exactly once, alone in its paragraph."""
    parts = read_parts(data, f"Layout {name}", LAYOUT_LIMITS)
    if _CUSTOM in parts and GENERATED_MARK.encode() in parts[_CUSTOM]:
        raise PackageRefused(
            f"Layout {name} ist selbst ein erzeugtes Dokument.",
            hint="Bitte die Vorlage unter forms/ bearbeiten, nicht einen Entwurf.",
        )
    _check_styles(parts, name)
    texts = {part: tuple(paragraph_texts(parse_xml(parts[part]))) for part in text_parts(parts)}
    holes = [hole for lines in texts.values() for line in lines for hole in _HOLE.findall(line)]
    if len(holes) > MAX_HOLES:
        raise PackageRefused(f"Layout {name} hat mehr als {MAX_HOLES} Platzhalter.")
    for part, lines in texts.items():
        for line in lines:
            _check_line(line, part, name, slots)
    for slot in slots:
        if holes.count(slot) != 1:
            raise PackageRefused(
                f"Layout {name} braucht den Platzhalter {{{{ {slot} }}}} genau einmal; gefunden: {holes.count(slot)}."
            )
    return Layout(name, data, texts, slots)


def _check_line(line: str, part: str, name: str, slots: tuple[str, ...]) -> None:
    rest = _HOLE.sub("", line)
    if any(mark in rest for mark in ("{{", "}}", "{%", "%}", "{#", "#}", "{_")):
        raise PackageRefused(
            f"Layout {name}, {part}: „{line[:80]}“ enthält etwas anderes als einfache Platzhalter wie {{{{ titel }}}}.",
            hint="Bedingungen und Schleifen gehören in die Klauseln.",
        )
    for hole in _HOLE.findall(line):
        if hole in slots and (rest.strip() or part != "word/document.xml"):
            raise PackageRefused(
                f"Layout {name}: der Platzhalter {{{{ {hole} }}}} muss im Text allein in seinem Absatz stehen."
            )


def _check_styles(parts: Mapping[str, bytes], name: str) -> None:
    root = parse_xml(parts.get("word/styles.xml", b"<none/>"))
    known = {style.get(f"{{{W}}}styleId") for style in root.iter(f"{{{W}}}style")}
    missing = [style for style in (*STYLES_USED, *CHARACTER_STYLES_USED) if style not in known]
    if missing:
        raise PackageRefused(
            f"Layout {name}: es fehlen die Formatvorlagen {', '.join(missing)}.",
            hint="Bitte vom mitgelieferten Layout ausgehen.",
        )


def text_parts(parts: Mapping[str, bytes]) -> list[str]:
    """The parts whose text a reader sees: body, headers, footers, foot- and endnotes."""
    return sorted(
        name for name in parts if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml", name)
    )


def paragraph_texts(root: etree._Element) -> list[str]:
    """The text of every paragraph in reading order, also in tables and content controls; a line break is a line feed."""
    return [paragraph_text(paragraph) for paragraph in root.iter(f"{{{W}}}p") if not _inside_fallback(paragraph)]


def _inside_fallback(element: etree._Element) -> bool:
    return any(etree.QName(parent).localname == "Fallback" for parent in element.iterancestors())


def paragraph_text(paragraph: etree._Element) -> str:
    out = []
    for node in paragraph.iter(f"{{{W}}}t", f"{{{W}}}tab", f"{{{W}}}br", f"{{{W}}}noBreakHyphen"):
        parent = node.getparent()
        # a tab stop inside the paragraph's properties is called w:tab too
        if parent is None or etree.QName(parent).localname != "r":
            continue
        out.append({"t": node.text or "", "tab": "\t", "br": "\n"}.get(etree.QName(node).localname, "\u2011"))
    return "".join(out)


def fill(layout: Layout, values: Mapping[str, str], slots: Mapping[str, str], properties: Properties) -> bytes:
    """The finished file: docxtpl fills the holes of the layout, our XML takes the place of the slots."""
    from docxtpl import DocxTemplate

    missing = (
        {hole for lines in layout.texts.values() for line in lines for hole in _HOLE.findall(line)}
        - set(values)
        - set(layout.slots)
    )
    if missing:
        raise UserError(
            f"Layout {layout.name} verlangt unbekannte Angaben: {', '.join(sorted(missing))}.",
            hint=f"Bekannt sind: {', '.join(values)}.",
        )
    template = DocxTemplate(io.BytesIO(layout.data))
    tokens = {slot: f"⟦{slot}⟧" for slot in layout.slots}
    template.render({**values, **tokens}, jinja_env=layout_environment())
    buffer = io.BytesIO()
    template.save(buffer)
    parts = read_parts(buffer.getvalue(), f"Layout {layout.name}", OUTPUT_LIMITS)
    parts["word/document.xml"] = _with_slots(parts["word/document.xml"], tokens, slots)
    _stamp(parts, properties)
    return write_parts(parts)


def _with_slots(body: bytes, tokens: Mapping[str, str], slots: Mapping[str, str]) -> bytes:
    """The body with each slot's paragraph replaced.

    Joined as text: moving elements between two trees costs the square of their number, with lxml 6.1 four times as much for
    twice the parties. A comment marks the place, because escaped text can never look like one.
    """
    root = parse_xml(body)
    wanted = {token: slot for slot, token in tokens.items()}
    for paragraph in list(root.iter(f"{{{W}}}p")):
        slot = wanted.get(paragraph_text(paragraph).strip())
        parent = paragraph.getparent()
        if slot is not None and parent is not None:
            parent.replace(paragraph, etree.Comment(f"ikz-slot:{slot}"))
    out = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    for slot, inner in slots.items():
        out = out.replace(f"<!--ikz-slot:{slot}-->".encode(), inner.encode(), 1)
    return out


def _stamp(parts: dict[str, bytes], properties: Properties) -> None:
    """Write the properties ourselves: a template would escape them twice, and the clock must not get in."""
    day = f"{properties.day.isoformat()}T00:00:00Z"
    parts[_CORE] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(properties.title)}</dc:title><dc:creator>{escape(properties.creator)}</dc:creator><dc:language>de-DE</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>'
    ).encode()
    rows = "".join(
        f'<property fmtid="{_FMTID}" pid="{pid}" name="{escape(name)}"><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
        for pid, (name, value) in enumerate(((GENERATED_MARK, "ja"), *properties.custom), 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts[_CUSTOM] = f'{head}<Properties xmlns="{_CP}" xmlns:vt="{_VT}">{rows}</Properties>'.encode()
    parts["[Content_Types].xml"] = _added(
        parts["[Content_Types].xml"], "Override", {"PartName": f"/{_CUSTOM}", "ContentType": _CUSTOM_TYPE}, "PartName"
    )
    parts["_rels/.rels"] = _added(
        parts["_rels/.rels"], "Relationship", {"Id": "rIdIkzctl", "Type": _CUSTOM_RELATION, "Target": _CUSTOM}, "Type"
    )


def _added(content: bytes, tag: str, attributes: Mapping[str, str], unique: str) -> bytes:
    """`content` with one more element, unless one with the same value of `unique` is there."""
    root = parse_xml(content)
    if not any(child.get(unique) == attributes[unique] for child in root):
        element = etree.SubElement(root, f"{{{etree.QName(root).namespace}}}{tag}")
        for key, value in attributes.items():
            element.set(key, value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
