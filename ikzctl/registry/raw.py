"""What is checked before a parser sees a file: size, encoding, line ends, and every character of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ikzctl.model.findings import Finding
from ikzctl.registry.characters import ALLOWED, BadCharacter, bad_characters
from ikzctl.registry.faults import fault
from ikzctl.registry.limits import MAX_BYTES

MAX_KINDS = 20
_ORDINARY = bytes(range(0x20, 0x7F)) + b"\n"
# the longer ones first, because one of them begins like a shorter one
_MARKS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
# what stands above the text; further down only what can be meant as one, for a text in quotes may go on with "%, gerundet"
_HEAD = re.compile(rb"(?:(?: *(?:#[^\n]*)?|%[^\n]*)\n)*(?:%[^\n]*)?")
_DIRECTIVE = re.compile(rb"^%[^\n]*", re.MULTILINE)
_LATER_DIRECTIVE = re.compile(rb"^%(?:YAML|TAG)\b[^\n]*", re.MULTILINE)


@dataclass(slots=True)
class Prepared:
    """`source` is safe to parse: UTF-8, LF, an "x" or a blank in place of every character that is refused anywhere.

    `doubtful`: there are characters in it that comments may hold, but values may not.
    """

    source: bytes
    findings: list[Finding]
    doubtful: bool = False
    has_tabs: bool = False


def prepare(content: bytes, file: str) -> Prepared | Finding:
    """The text as the parsers get it, or the one fault after which nothing can be read."""
    if (beyond := too_large(content, file)) is not None:
        return beyond
    unusual = content.translate(None, _ORDINARY)
    if unusual:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as trouble:
            return _not_utf8(content, file, trouble.start)
        # in valid UTF-8 the bytes that are left after ASCII is taken out are valid as well
        if not ALLOWED.issuperset(unusual.decode("utf-8")):
            return _mend(text, file)
    if content.startswith(b"%") or b"\n%" in content:
        return _without_directives(Prepared(content, []), file)
    return Prepared(content, [])


def too_large(content: bytes, file: str) -> Finding | None:
    """What is wrong with a file of which a source hands out no more than the beginning."""
    return fault("IKZ-Y001", file, (1, 1), limit=MAX_BYTES // 1024) if len(content) > MAX_BYTES else None


def _not_utf8(content: bytes, file: str, offset: int) -> Finding:
    place = (content.count(b"\n", 0, offset) + 1, offset - content.rfind(b"\n", 0, offset))
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    kind = f"sondern als {encoding}" if encoding else f"Byte 0x{content[offset]:02X} passt nicht"
    return fault("IKZ-Y002", file, place, kind=kind)


def _mend(text: str, file: str) -> Prepared:
    findings: list[Finding] = []
    if text.startswith("\ufeff"):
        findings.append(fault("IKZ-Y003", file, (1, 1)))
        text = text[1:]
    if "\r" in text:
        line = re.split(r"\r", text, maxsplit=1)[0].count("\n") + 1
        findings.append(fault("IKZ-Y004", file, (line, 1)))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    tabs = text.count("\t")
    if tabs:
        more = f" (insgesamt {tabs} in der Datei)" if tabs > 1 else ""
        findings.append(fault("IKZ-Y008", file, _place(text, text.index("\t")), more=more))
        text = text.replace("\t", " ")
    bad = list(bad_characters(text))
    unseen = [b for b in bad if b.flaw == "unseen"]
    findings += _unseen(text, file, unseen)
    if unseen:
        text = text.translate({ord(b.character): "x" for b in unseen})
    prepared = Prepared(text.encode("utf-8"), findings, len(unseen) < len(bad), tabs > 0)
    return _without_directives(prepared, file)


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _unseen(text: str, file: str, unseen: list[BadCharacter]) -> list[Finding]:
    found = []
    counts = Counter(b.character for b in unseen)
    # the first of its kind speaks for all of them, and a file of nothing but rubbish need not be listed whole
    firsts = {b.character: b for b in reversed(unseen)}
    for bad in sorted(firsts.values(), key=lambda b: b.index)[:MAX_KINDS]:
        count = counts[bad.character]
        more = f" (insgesamt {count}-mal)" if count > 1 else ""
        found.append(fault("IKZ-Y005", file, _place(text, bad.index), name=bad.name, more=more))
    return found


def _without_directives(prepared: Prepared, file: str) -> Prepared:
    found = _HEAD.match(prepared.source)
    end = found.end() if found else 0
    head, body = prepared.source[:end], prepared.source[end:]
    # as a comment the line keeps its place and the parsers do not act on it
    source = _DIRECTIVE.sub(b"#", head) + _LATER_DIRECTIVE.sub(b"#", body)
    if source == prepared.source:
        return prepared
    first = _DIRECTIVE.search(head) or _LATER_DIRECTIVE.search(prepared.source, end)
    line = prepared.source.count(b"\n", 0, first.start()) + 1 if first else 1
    prepared.findings.append(fault("IKZ-Y014", file, (line, 1)))
    return Prepared(source, prepared.findings, prepared.doubtful, prepared.has_tabs)
