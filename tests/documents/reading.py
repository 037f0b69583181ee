"""Looks into finished Word files with python-docx and zipfile, without any code of the writer."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest


def part(data: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def body_text(data: bytes) -> str:
    """All words of the body, a line per paragraph."""
    from xml.etree import ElementTree

    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = ElementTree.fromstring(part(data))  # noqa: S314 - our own file
    lines = []
    for paragraph in root.iter(f"{w}p"):
        words = [{f"{w}t": node.text or "", f"{w}br": "\n"}.get(node.tag, "") for node in paragraph.iter()]
        lines.append("".join(words))
    return "\n".join(lines)


def tags(data: bytes) -> list[str]:
    return re.findall(r'<w:tag w:val="([^"]+)"', part(data))


def to_pdf(data: bytes, folder: Path) -> tuple[int, str]:
    """Number of pages and text, by LibreOffice; without it the test is skipped, except in CI."""
    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        if os.environ.get("CI"):
            pytest.fail("soffice und pdftotext fehlen in der CI")
        pytest.skip("LibreOffice oder pdftotext ist nicht installiert")
    source = folder / "entwurf.docx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pdf = folder / "entwurf.pdf"
    shown = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    text = shown.stdout.decode("utf-8")
    return text.count("\f"), text
