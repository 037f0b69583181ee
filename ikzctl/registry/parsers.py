"""The two parsers of ruamel.yaml behind one function that hands out events; nothing of theirs gets past this module."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.error import MarkedYAMLError

try:
    from _ruamel_yaml import CParser
except ImportError:  # no C parser for this interpreter: the pure one gives the same results, only slower
    CParser = None

NextEvent = Callable[[], Any]

# What the C parser accepts and the pure one, which follows YAML 1.2, does not: `"a":b` in brackets, a comment that
# touches a block sign, blanks before the first line of a block. For such files only the pure parser is asked. Four
# patterns with a fixed first character, because one for all of them costs as much as a fifth of the parsing. To the end of a line
# looks only its last sign: a line of a hundred thousand of them would else be read a hundred thousand times.
_DIFFERENCES = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\":[^\s]",
        rb"':[^\s]",
        rb"\|(?:[-+0-9]*#|[^\n|]*\n\n* +\n)",
        rb">(?:[-+0-9]*#|[^\n>]*\n\n* +\n)",
    )
)


# as the parser itself says it of escapes that it knows not to exist
_QUOTED = "while scanning a double-quoted scalar"


class NotYaml(Exception):
    """The text is not YAML; lines and columns count from 1, (0, 0) if the parser does not say."""

    def __init__(self, problem: str, context: str, place: tuple[int, int], start: tuple[int, int]) -> None:
        super().__init__(problem)
        self.problem = problem
        self.context = context
        self.place = place
        self.start = start


def c_events(source: bytes) -> NextEvent | None:
    """Events of the C parser, or None where it is missing or not to be trusted with this text."""
    if CParser is None:
        return None
    if source.count(b"\n...") > 1:
        return None  # for the pure parser a second end of the document begins another one
    for difference in _DIFFERENCES:
        if difference.search(source):
            return None
    get_event: NextEvent = CParser(source).get_event
    return get_event


def pure_events(source: bytes) -> NextEvent:
    """Events of the pure parser; whatever goes wrong in it comes out as a NotYaml."""
    yaml = YAML(typ="safe", pure=True)
    yaml.doc_infos.append(DocInfo(requested_version=None))
    text = source.decode("utf-8")
    parser = yaml.get_constructor_parser(text)[1]

    def get_event() -> Any:
        try:
            return parser.get_event()
        except MarkedYAMLError as fault:
            place = _place(fault.problem_mark)
            start = _place(fault.context_mark)
            raise NotYaml(str(fault.problem or ""), str(fault.context or ""), place, start) from None
        except Exception:
            # odd input makes the parser stumble in its own code, such as over the number of a character that does not exist
            mark = yaml.reader.get_mark()
            escape = text[mark.index - 2 : mark.index] == "\\U"
            raise NotYaml("", _QUOTED if escape else "", _place(mark), (0, 0)) from None

    return get_event


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
