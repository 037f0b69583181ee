"""Layout files: what may be in them, and what a legal officer may not leave out."""

from __future__ import annotations

import io
import zipfile

import pytest

from ikzctl.documents.agreement import SLOTS, draft_agreement
from ikzctl.documents.clauses import shipped_form
from ikzctl.documents.layouts import load
from ikzctl.documents.package import PackageRefused, write_parts
from tests.documents.cases import STAMP, case

LAYOUT = shipped_form("zweckvereinbarung").layout
DOCUMENT = "word/document.xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(LAYOUT)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(name: str, old: bytes, new: bytes) -> bytes:
    found = parts()
    assert old in found[name]
    return write_parts({**found, name: found[name].replace(old, new, 1)})


def in_body(xml: str) -> bytes:
    return changed(DOCUMENT, b"<w:sectPr", f"<w:p {W}>{xml}</w:p><w:sectPr".encode())


def refused(data: bytes, words: str) -> None:
    with pytest.raises(PackageRefused, match=words):
        load(data, "probe", SLOTS)


def test_the_shipped_layout_is_fine():
    assert load(LAYOUT, "probe", SLOTS).slots == SLOTS


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ('<w:r><w:instrText>DDEAUTO c:\\\\cmd "/k calc"</w:instrText></w:r>', "DDEAUTO"),
        ('<w:fldSimple w:instr="INCLUDETEXT x"/>', "INCLUDETEXT"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDE</w:instrText></w:r>'
            '<w:r><w:instrText>PICTURE "http://x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "INCLUDEPICTURE",
        ),
        ('<w:ins w:id="1" w:author="x"><w:r><w:t>neu</w:t></w:r></w:ins>', "nachverfolgte Einfügung"),
        ('<w:del w:id="1" w:author="x"/>', "nachverfolgte Löschung"),
        ("<w:r><w:object/></w:r>", "eingebettetes Objekt"),
        ("<w:r><w:t>{% if x %}</w:t></w:r>", "einfache Platzhalter"),
        ("<w:r><w:t>{{ a.b }}</w:t></w:r>", "einfache Platzhalter"),
        ("<w:r><w:t>{{ vereinbarung }}</w:t></w:r>", "genau einmal"),
        ("<w:r><w:t>{{ anlagen }} und mehr</w:t></w:r>", "allein in seinem Absatz"),
        ("<w:r><w:t>" + "{{ titel }}" * 201 + "</w:t></w:r>", "mehr als 200 Platzhalter"),
    ],
)
def test_active_content_and_programs_are_refused(xml, words):
    refused(in_body(xml), words)


def test_parts_that_do_not_belong_are_refused():
    refused(write_parts({**parts(), "word/vbaProject.bin": b"x"}), "Makro")
    refused(write_parts({**parts(), "word/embeddings/a.xlsx": b"x"}), "eingebettetes Objekt")
    refused(write_parts({**parts(), "../x.xml": b"<a/>"}), "unzulässigen Namen")
    refused(write_parts({**parts(), "word/x.xml": b"<!DOCTYPE a><a/>"}), "Dokumenttyp")
    refused(write_parts({**parts(), "word/x.xml": b"<a>" + b" " * 2_000_000 + b"</a>"}), "stark gepackt")
    refused(b"kein zip", "keine lesbare Word-Datei")


def test_relations_to_the_outside_are_refused_except_links():
    rels = "word/_rels/document.xml.rels"
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    template = f'<Relationship Id="x1" Type="{base}/attachedTemplate" Target="http://x" TargetMode="External"/></Relationships>'
    refused(changed(rels, b"</Relationships>", template.encode()), "attachedTemplate")
    picture = f'<Relationship Id="x1" Type="{base}/image" Target="http://x" TargetMode="External"/></Relationships>'
    refused(changed(rels, b"</Relationships>", picture.encode()), "verweist nach außen")
    link = f'<Relationship Id="x1" Type="{base}/hyperlink" Target="https://x" TargetMode="External"/></Relationships>'
    assert load(changed(rels, b"</Relationships>", link.encode()), "probe", SLOTS)


def test_a_missing_slot_or_style_is_named():
    refused(changed(DOCUMENT, b"{{ unterschriften }}", b"fort"), r"\{\{ unterschriften \}\} genau einmal; gefunden: 0")
    refused(changed("word/styles.xml", b'w:styleId="IkzNummer"', b'w:styleId="Anders"'), "IkzNummer")


def test_a_draft_is_not_taken_for_a_layout():
    draft = draft_agreement(case(), stamp=STAMP)[0]
    refused(draft.content, "selbst ein erzeugtes Dokument")
