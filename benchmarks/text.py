"""The canonical text of plain data, written an order of magnitude faster than the package does, which checks what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ikzctl.registry.layout import block_lines, block_sign
from ikzctl.registry.scalars import is_block_text, render

# typed, because 1, 1.0 and true are one key otherwise
_render = lru_cache(maxsize=1 << 16, typed=True)(render)


def canonical(data: Mapping[str, Any]) -> bytes:
    """`data` must come with its keys in canonical order; a test compares the result with `ikzctl fmt`."""
    lines: list[str] = []
    _mapping(lines.append, data, "", "")
    return ("\n".join(lines) + "\n").encode()


def _mapping(out: Callable[[str], None], data: Mapping[str, Any], first: str, indent: str) -> None:
    head = first
    for key, value in data.items():
        _entry(out, f"{head}{_render(key)}:", value, indent + "  ", indent + "  ")
        head = indent


def _entry(out: Callable[[str], None], head: str, value: Any, inner: str, text_indent: str) -> None:
    if isinstance(value, dict):
        out(head if value else f"{head} {{}}")
        _mapping(out, value, inner, inner)
    elif isinstance(value, list):
        out(head if value else f"{head} []")
        for item in value:
            if isinstance(item, dict):
                _mapping(out, item, f"{inner}- ", inner + "  ")
            else:
                _entry(out, f"{inner}-", item, inner + "  ", inner + "  ")
    elif isinstance(value, str) and is_block_text(value):
        out(f"{head} {block_sign(value)}")
        for line in block_lines(value, len(text_indent)):
            out(line or "")
    else:
        out(f"{head} {_render(value)}")
