"""Thousands of damaged files: never an exception, never a word on stderr, always the same findings from both parsers."""

from __future__ import annotations

import random

import pytest

from ikzctl.registry.canonical import fmt
from ikzctl.registry.events import load
from ikzctl.registry.layout import same
from tests.registry.samples import sample

NORMAL = 4_000
LONG = 100_000

PIECES = [
    ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", "#", " #", "'", '"', "|", ">", "|-\n", ">+\n", "|2\n", "&a ", "*a", "!t ", "!!omap ",
    "!!bool ", "%YAML 1.9\n", "@", "`", "---", "...", "\n", "\n  ", "\n    ", "\n\n", "\r\n", "\t", " ", "  ", "a", "07", "1e3", "<<: ",
    "\\", '"\\0"', '"\\ud800"', '"\\e"', "\\x41", "\u202e", "\u200b", "\ufeff", "\u0000", "\x85", "\u2028", "a\u0308", "\u0435", "{{", "%}",
    "~", "null", "true", '"a":b', "[a]: b", "a:b", "- - ", "\n- ", "2024-13-45", "9" * 20, "\n\t", "- ?", ": - ", "key:", "\nname: x",
]  # fmt: skip


def damaged(seed: int) -> bytes:
    """A realistic file with a few slips of the hand, or of a hostile one."""
    rnd = random.Random(seed)  # noqa: S311
    text, _ = sample(rnd.randrange(2_000))
    for _ in range(rnd.choice((1, 1, 1, 2, 2, 3, 5, 9))):
        at = rnd.randrange(len(text) + 1)
        kind = rnd.random()
        if kind < 0.6:
            text = text[:at] + rnd.choice(PIECES) + text[at:]
        elif kind < 0.8:
            text = text[:at] + text[at + rnd.randrange(1, 6) :]
        else:
            start = rnd.randrange(len(text) + 1)
            text = text[:at] + text[start : start + rnd.randrange(1, 60)] + text[at:]
    content = text.encode("utf-8", "surrogatepass")
    if rnd.random() < 0.05:
        at = rnd.randrange(len(content) + 1)
        content = content[:at] + bytes([rnd.randrange(256)]) + content[at:]
    return content


def check(seeds: range) -> tuple[int, int]:
    """Numbers of clean and of faulty files; all of them obey the laws."""
    clean = faulty = 0
    for seed in seeds:
        content = damaged(seed)
        fast, pure = load(content, "f"), load(content, "f", "pure")
        assert (fast.data, fast.findings) == (pure.data, pure.findings), seed
        if fast.findings:
            faulty += 1
            assert all(f.pointer.line >= 1 and f.pointer.column >= 1 and f.pointer.file == "f" for f in fast.findings)
            assert all(f.code.startswith("IKZ-Y0") and f.severity == "error" for f in fast.findings)
            lines = content.count(b"\n") + content.count(b"\r") + 1
            assert all(f.pointer.line <= lines for f in fast.findings), seed
        else:
            clean += 1
            assert fast.data is not None
    return clean, faulty


def test_damaged_files(capfd):
    clean, faulty = check(range(NORMAL))
    assert clean > NORMAL // 10
    assert faulty > NORMAL // 2
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_damaged_files_many(capfd):
    clean, faulty = check(range(NORMAL, NORMAL + LONG))
    assert clean + faulty == LONG
    assert capfd.readouterr() == ("", "")


def test_fmt_keeps_what_damaged_files_still_mean():
    """Odd, but legal forms are what people come with: fmt keeps their data or says that it cannot."""
    done = 0
    for seed in range(NORMAL // 2):
        content = damaged(seed)
        loaded = load(content, "f")
        if loaded.findings:
            continue
        text = fmt(content)
        assert same(load(text.encode(), "f").data, loaded.data), seed
        assert fmt(text.encode()) == text, seed
        done += 1
    assert done > 100
