"""Registry files as other programs write them: folded at a width, in quotes or brackets, lists at the column of their key."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any, TypedDict

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString

from ikzctl.registry.scalars import ISO_DATE, LONG_TEXT, resolve


class Form(TypedDict, total=False):
    width: int
    brackets: bool
    folded: bool


def written(data: dict[str, Any], *, width: int = 80, brackets: bool = False, folded: bool = False) -> str:
    """The file as ruamel's dumper writes it.

    `brackets`: lists and sections of plain values stand in brackets; `folded`: long texts stand below `>-`.
    """
    yaml = YAML() if folded else YAML(typ="safe", pure=True)
    yaml.width = width
    yaml.default_flow_style = None if brackets else False
    yaml.allow_unicode = True
    yaml.explicit_start = folded
    yaml.representer.ignore_aliases = lambda _: True
    # what its readers take for text and ours for a number has to stand in quotes; dates it puts there itself
    yaml.representer.add_representer(str, _text)
    stream = io.StringIO()
    yaml.dump(_values(data, folded), stream)
    return stream.getvalue()


def _text(representer: Any, text: str) -> Any:
    odd = resolve(text) != (text, None) or bool(ISO_DATE.fullmatch(text))
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style="'" if odd else None)


def _values(value: Any, folded: bool) -> Any:
    if isinstance(value, dict):
        return {key: _values(inner, folded) for key, inner in value.items()}
    if isinstance(value, list):
        return [_values(inner, folded) for inner in value]
    if isinstance(value, Decimal):
        return float(value)
    if folded and isinstance(value, str) and len(value) > LONG_TEXT and not value[0].isspace():
        return FoldedScalarString(value)
    return value
