"""Damages the sample registry's files as a slip of the hand or an attacker would, and holds what validate says of them to its laws."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.checks.run import check, locator
from ikzctl.model.findings import Finding
from ikzctl.registry.events import load
from ikzctl.registry.limits import MAX_FINDINGS
from ikzctl.registry.scan import FileResult, examine
from tests.registry.texts import Texts

SAMPLE = Path(__file__).parents[2] / "registry"
DAY = date(2026, 11, 23)
LONGEST = 1_500

PIECES = [
    ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", "#", " #", "'", '"', "|", ">", "|-\n", ">+\n", "|2\n", "&a ", "*a", "!t ",
    "!!omap ", "!!bool ", "%YAML 1.9\n", "@", "`", "---", "...", "\n", "\n  ", "\n    ", "\n\n", "\r\n", "\t", " ", "  ", "07",
    "1e3", "<<: ", "\\", '"\\0"', '"\\ud800"', '"\\e"', "\\x41", "\u202e", "\u200b", "\ufeff", "\u0000", "\x85", "\u2028", "a\u0308",
    "\u0435", "{{", "%}", "~", '"a":b', "[a]: b", "- - ", "\n- ", "2024-13-45", "9" * 20, "\n\t", "- ?", "key:", "\nname: x",
    "=1+1", "[[[[[[[[[[[[[", "\n? a\n: b\n", "\x1b[31m",
]  # fmt: skip
# what may stand where a value stood: legal YAML, mostly of the wrong kind
VALUES = [
    "null", "", "true", "no", "0", "-1", "999999999999999", "1.5", "0.000000000000001", "[]", "{}", "[null]", "[[]]", "[a, b]",
    "{a: 1}", "{id: speyer}", "[{id: x}]", "speyer", "gibt-es-nicht", '"x\\ny"', "2027-01-31", "2027-02-30", "0001-01-01",
    "9999-12-31", '"2027"', '"07318000"', "07318000", '"' + "x" * 3_000 + '"', '"\\u202e"', "'{{ x }}'", '"=1+1"', "offen",
    '"ＡＢＣ"', "'a@b.de'", '"0"', "ja", "nein", '" "', "''", "-", "'['", "1_000", "2000-01-01", '"١٢"',
]  # fmt: skip
DAYS = ["1999-12-31", "2023-01-01", "2026-11-23", "2027-02-28", "2028-02-29", "2031-06-30", "2099-01-01"]
_PAIR = re.compile(r"^( *(?:- )?[a-z_]+:)([^\n]*)$", re.M)
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class Damaged(NamedTuple):
    path: str
    content: bytes


@cache
def originals() -> Mapping[str, bytes]:
    files = sorted(SAMPLE.rglob("*.yaml"))
    return {path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in files}


@cache
def _results() -> Mapping[str, FileResult]:
    return {path: examine(path, content, RECORD_CHECKS) for path, content in originals().items()}


@cache
def _values() -> Mapping[str, list[str]]:
    """Key → all that stands behind it anywhere in the sample, and some days for those that hold days."""
    found: dict[str, list[str]] = {}
    for content in originals().values():
        for pair in _PAIR.finditer(content.decode("utf-8")):
            found.setdefault(pair[1].strip(" -"), []).append(pair[2].strip())
    for values in found.values():
        if any(value[:3] in ("202", "203") for value in values):
            values += DAYS
    return found


def damaged(seed: int) -> Damaged:
    """A file of the sample with one to six slips, the same for the same seed."""
    rnd = random.Random(seed)  # noqa: S311
    path = rnd.choice(list(originals()))
    text = originals()[path].decode("utf-8")
    for _ in range(rnd.choice((1, 1, 1, 2, 3, 6))):
        text = _slip(rnd, text)
    content = text.encode("utf-8", "surrogatepass")
    if rnd.random() < 0.05:
        at = rnd.randrange(len(content) + 1)
        content = content[:at] + bytes([rnd.randrange(256)]) + content[at:]
    return Damaged(path, content)


def _slip(rnd: random.Random, text: str) -> str:
    at = rnd.randrange(len(text) + 1)
    match rnd.randrange(8):
        case 0:
            return text[:at] + rnd.choice(PIECES) + text[at:]
        case 1:
            return text[:at] + text[at + rnd.randrange(1, 6) :]
        case 2 | 3 | 4:
            pairs = list(_PAIR.finditer(text))
            if not pairs:
                return text
            pair = rnd.choice(pairs)
            # what another file says under the same key mostly makes a record, and a contradiction
            values = VALUES if rnd.random() < 0.3 else _values().get(pair[1].strip(" -"), VALUES)
            return f"{text[: pair.start()]}{pair[1]} {rnd.choice(values)}{text[pair.end() :]}"
        case 5:
            lines = text.split("\n")
            first = rnd.randrange(len(lines))
            cut = lines[first : first + rnd.randrange(1, 8)]
            rest = lines[:first] + lines[first + len(cut) :]
            place = rnd.randrange(len(rest) + 1)
            return "\n".join(rest[:place] + cut * rnd.randrange(3) + rest[place:])
        case 6:
            words = list(_WORD.finditer(text))
            if len(words) < 2:
                return text
            old, new = rnd.choice(words), rnd.choice(words)
            return text[: old.start()] + new[0] + text[old.end() :]
        case _:
            other = rnd.choice(list(originals().values())).decode("utf-8")
            start = rnd.randrange(len(other) + 1)
            return text[:at] + other[start : start + rnd.randrange(1, 400)] + text[at:]


def judge(seed: int, *, both: bool, whole: bool) -> str:
    """How validate takes the file of this seed: `clean`, `read` (a record with findings) or `refused`. AssertionError for a broken law.

    `both`: compare the two parsers. `whole`: go on with the checks over the whole registry.
    """
    path, content = damaged(seed)
    loaded = load(content, path)
    if both:
        pure = load(content, path, "pure")
        assert (loaded.data, loaded.findings) == (pure.data, pure.findings), seed
    result = examine(path, content, RECORD_CHECKS)
    assert len(loaded.findings) <= MAX_FINDINGS + 1, seed
    _lawful(result.findings, {path: content}, seed)
    if whole:
        texts = {**originals(), path: content}
        found = check({**_results(), path: result}.values(), DAY, locator(Texts(texts)))
        _lawful(found, texts, seed)
    if result.fact is None:
        return "refused"
    return "read" if result.findings else "clean"


def _lawful(found: tuple[Finding, ...], texts: Mapping[str, bytes], seed: int) -> None:
    for finding in found:
        place, said = finding.pointer, (seed, finding)
        assert place.file in texts, said
        # a cooperation that lost its main file is named by that file, which has no lines
        lines = texts[place.file].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert 1 <= place.line <= len(lines), said
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1, said
        assert finding.message, said
        assert len(finding.message) <= LONGEST, said
