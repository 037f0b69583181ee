"""A Word file as a package of parts: what may be in it, and writing it so that the same parts give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from ikzctl.model.errors import UserError

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_FORBIDDEN_NAMES = re.compile(r"(vbaProject|\.bin$|/embeddings/|/activeX/|afchunk)", re.IGNORECASE)
_FORBIDDEN_ELEMENTS = {
    "altChunk": "ein eingebettetes Fremddokument",
    "attachedTemplate": "eine angebundene Dokumentvorlage",
    "object": "ein eingebettetes Objekt",
    "control": "ein ActiveX-Steuerelement",
    "mailMerge": "eine Seriendruck-Verbindung",
    "ins": "eine nachverfolgte Einfügung",
    "del": "eine nachverfolgte Löschung",
    "moveFrom": "eine nachverfolgte Verschiebung",
    "moveTo": "eine nachverfolgte Verschiebung",
}
_FORBIDDEN_RELATIONS = (
    "attachedTemplate",
    "oleObject",
    "aFChunk",
    "vbaProject",
    "control",
    "package",
    "subDocument",
    "frame",
)
_FIELDS = {"PAGE", "NUMPAGES", "REF", "TOC", "STYLEREF", "DOCPROPERTY"}
# A fixed day instead of the clock: the same parts then give the same bytes. ZIP knows no time before 1980.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Limits:
    packed: int
    unpacked: int
    parts: int
    ratio: int


LAYOUT_LIMITS = Limits(packed=5_000_000, unpacked=30_000_000, parts=500, ratio=100)
# Our own files repeat themselves in long tables; a part may shrink further and be larger than a layout may.
OUTPUT_LIMITS = Limits(packed=50_000_000, unpacked=600_000_000, parts=500, ratio=1_000)


class PackageRefused(UserError):
    """The file holds something that a layout or a draft may not hold."""


def read_parts(data: bytes, what: str, limits: Limits) -> dict[str, bytes]:
    """The parts of a .docx, after checking names, sizes, relationships, fields and active content."""
    if len(data) > limits.packed:
        raise PackageRefused(f"{what} ist größer als {limits.packed // 1_000_000} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _unpacked(archive, what, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as exc:
        raise PackageRefused(f"{what} ist keine lesbare Word-Datei (.docx): {exc}") from None
    for needed in ("[Content_Types].xml", "word/document.xml"):
        if needed not in parts:
            raise PackageRefused(f"{what} ist keine Word-Datei: der Teil {needed} fehlt.")
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            _check_xml(name, content, what)
    return parts


def _unpacked(archive: zipfile.ZipFile, what: str, limits: Limits) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > limits.parts:
        raise PackageRefused(f"{what} hat mehr als {limits.parts} Teile.")
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise PackageRefused(f"{what} ist entpackt größer als {limits.unpacked // 1_000_000} MB.")
    parts: dict[str, bytes] = {}
    for entry in entries:
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name.split("/") or ":" in name or "\\" in name or name in parts:
            raise PackageRefused(f"{what}: der Teil „{name}“ hat einen unzulässigen Namen.")
        if _FORBIDDEN_NAMES.search(name):
            raise PackageRefused(
                f"{what}: der Teil „{name}“ ist ein Makro oder ein eingebettetes Objekt.",
                hint="In Word entfernen und neu speichern.",
            )
        if entry.file_size > limits.ratio * max(entry.compress_size, 1_000):
            raise PackageRefused(f"{what}: der Teil „{name}“ ist ungewöhnlich stark gepackt.")
        if not name.endswith("/"):
            parts[name] = archive.read(entry)
    return parts


def parse_xml(content: bytes) -> etree._Element:
    """Strict: no recovering, no entities, no network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    return etree.fromstring(content, parser)


def _check_xml(name: str, content: bytes, what: str) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise PackageRefused(f"{what}: der Teil „{name}“ enthält eine Dokumenttyp-Angabe.")
    try:
        root = parse_xml(content)
    except etree.XMLSyntaxError as exc:
        raise PackageRefused(f"{what}: der Teil „{name}“ ist kein fehlerfreies XML ({exc.msg}).") from None
    if name.endswith(".rels"):
        _check_relations(root, name, what)
        return
    if name == "[Content_Types].xml" and b"macroEnabled" in content:
        raise PackageRefused(
            f"{what} ist eine Datei mit Makros.", hint="In Word als „Word-Dokument (.docx)“ speichern."
        )
    for element in root.iter(f"{{{W}}}*"):
        local = etree.QName(element).localname
        if local in _FORBIDDEN_ELEMENTS:
            raise PackageRefused(
                f"{what}: der Teil „{name}“ enthält {_FORBIDDEN_ELEMENTS[local]} (w:{local}).",
                hint="In Word entfernen; nachverfolgte Änderungen annehmen oder ablehnen; dann neu speichern.",
            )
    for instruction in field_instructions(root):
        words = instruction.split()
        if not words or words[0].upper() not in _FIELDS:
            raise PackageRefused(
                f"{what}: der Teil „{name}“ enthält das Feld „{instruction.strip()[:60]}“; es ist nicht zugelassen."
            )


def _check_relations(root: etree._Element, name: str, what: str) -> None:
    for relation in root.iter(f"{{{_RELS}}}Relationship"):
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        target = relation.get("Target", "")
        if kind in _FORBIDDEN_RELATIONS:
            raise PackageRefused(f"{what}: „{name}“ verweist auf einen unzulässigen Teil ({kind}).")
        if relation.get("TargetMode") == "External" and not (
            kind == "hyperlink" and target.startswith(("https:", "mailto:"))
        ):
            raise PackageRefused(
                f"{what}: „{name}“ verweist nach außen auf „{target[:80]}“.", hint="In Word die Verknüpfung lösen."
            )


def field_instructions(root: etree._Element) -> Iterator[str]:
    """Every field instruction, also those that Word has cut into several runs."""
    for simple in root.iter(f"{{{W}}}fldSimple"):
        yield simple.get(f"{{{W}}}instr", "")
    current: list[str] | None = None
    for element in root.iter(f"{{{W}}}fldChar", f"{{{W}}}instrText", f"{{{W}}}delInstrText"):
        local = etree.QName(element).localname
        if local == "fldChar":
            kind = element.get(f"{{{W}}}fldCharType")
            if kind == "begin":
                current = []
            elif current is not None:
                yield "".join(current)
                current = None
        elif current is None:
            yield element.text or ""
        else:
            current.append(element.text or "")


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """The package as bytes: parts in a fixed order, with a fixed time."""
    buffer = io.BytesIO()
    first = ["[Content_Types].xml", "_rels/.rels"]
    order = [name for name in first if name in parts] + sorted(name for name in parts if name not in first)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in order:
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            archive.writestr(info, parts[name])
    return buffer.getvalue()
