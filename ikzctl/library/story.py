"""The sample registry as a story: what stood in it after each step, read backwards from what ships."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ikzctl.library._yaml import read_raw
from ikzctl.library.resources import data_file, sample_registry_dir

_TOP_KEY = re.compile(r'"?([a-z_]+)"?:')


@dataclass(frozen=True, slots=True)
class Chapter:
    """One commit of the story: the whole registry after it, path → content."""

    date: datetime
    message: str
    files: Mapping[str, bytes]


def chapters() -> tuple[Chapter, ...]:
    """All steps in order; the last one equals the sample registry byte for byte."""
    sample = sample_texts()
    steps: Sequence[Mapping[str, Any]] = read_raw(data_file("demo/story.yaml"))["steps"]
    return tuple(
        Chapter(datetime.fromisoformat(step["date"]), step["message"], _state_after(number, steps, sample))
        for number, step in enumerate(steps)
    )


def sample_texts() -> dict[str, str]:
    """The sample registry: path → text."""
    root = sample_registry_dir()
    paths = sorted(p for p in root.rglob("*.yaml") if p.is_file())
    return {p.relative_to(root).as_posix(): p.read_bytes().decode("utf-8") for p in paths}


def _state_after(number: int, steps: Sequence[Mapping[str, Any]], sample: Mapping[str, str]) -> dict[str, bytes]:
    names = [entry for step in steps[: number + 1] for entry in step["files"]]
    texts = {path: text for path, text in sample.items() if any(_named(entry, path) for entry in names)}
    later = steps[number + 1 :]
    for change in (c for step in later for c in step["texts"] if c["file"] in texts):
        # a text inside a key that came later goes with its key below
        texts[change["file"]] = texts[change["file"]].replace(change["find"], change["replace"])
    for change in (c for step in later for c in step["keys"] if c["file"] in texts):
        texts[change["file"]] = _without_keys(texts[change["file"]], change["keys"])
    return {path: texts[path].encode() for path in sorted(texts)}


def _named(entry: str, path: str) -> bool:
    return path.startswith(entry) if entry.endswith("/") else path == entry


def _without_keys(text: str, keys: Iterable[str]) -> str:
    """The text without these keys of its top level and the comment lines directly above them."""
    lines = text.splitlines(keepends=True)
    for key in keys:
        starts = [i for i, line in enumerate(lines) if (m := _TOP_KEY.match(line)) and m[1] == key]
        if len(starts) != 1:
            raise ValueError(f"story: the key {key} stands {len(starts)} times")
        first, last = starts[0], starts[0] + 1
        while first and lines[first - 1].startswith("#"):
            first -= 1
        while last < len(lines) and lines[last].startswith((" ", "\n")):
            last += 1
        del lines[first:last]
    return "".join(lines)
