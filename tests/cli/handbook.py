"""Reads the README and the handbook: their fenced blocks, the commands in them, the files they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HANDBOOK = ROOT / "docs" / "handbuch"
PAGES = sorted(path.name for path in HANDBOOK.glob("*.md"))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_FILE = re.compile(r"^Datei `([^`]+)`:\n\n```yaml\n(.*?)^```$", re.M | re.S)
_INLINE = re.compile(r"`(ikzctl [^`]+)`")


def page(name: str) -> str:
    return (HANDBOOK / name).read_text(encoding="utf-8")


def command_blocks(text: str) -> list[list[str]]:
    """The lines of every block without a language, comments cut off."""
    blocks = [body.splitlines() for language, body in _FENCE.findall(text) if not language]
    return [[line for raw in block if (line := _without_comment(raw))] for block in blocks]


def ikzctl_lines(text: str) -> list[list[str]]:
    """Every `ikzctl …` of the page as words, from blocks and from running text, without the program's name."""
    lines = [line for block in command_blocks(text) for line in block]
    lines += [found.replace("\n", " ") for found in _INLINE.findall(_FENCE.sub("", text))]
    return [shlex.split(line)[1:] for line in lines if line.startswith("ikzctl ")]


def yaml_files(text: str) -> dict[str, str]:
    """Path → text of every file that the page tells its reader to type."""
    return dict(_FILE.findall(text))


def _without_comment(line: str) -> str:
    return re.sub(r"\s+#.*$", "", line).strip()
