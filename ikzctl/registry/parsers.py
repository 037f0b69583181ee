"""The two parsers of ruamel.yaml behind one function that hands out events; nothing of theirs gets past this module."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.error import MarkedYAMLError

try:
    import _ruamel_yaml
    from _ruamel_yaml import CParser
except ImportError:  # no C parser for this interpreter: the pure one gives the same results, only slower
    _ruamel_yaml = None
    CParser = None

NextEvent = Callable[[], Any]

# A short event is a tuple: one of these, the mark of its start, then what it needs. Two fifths of the time that the C parser
# takes go into making objects of ruamel's event classes, which are written in Python; so it is lent functions in their place.
# The reader relies on it that only scalar and alias are not above ALIAS.
SCALAR, ALIAS, MAPPING, SEQUENCE, END, DOCUMENT, STREAM_END, NOTHING = range(8)
ShortEvent = tuple[Any, ...]


def _scalar(anchor: Any, tag: Any, implicit: Any, value: str, start: Any, end: Any, style: Any) -> ShortEvent:
    return SCALAR, start, anchor, tag, value, style, end


def _alias(anchor: Any, start: Any, end: Any) -> ShortEvent:
    return ALIAS, start, anchor, end


def _mapping(anchor: Any, tag: Any, implicit: Any, start: Any, end: Any, flow: Any) -> ShortEvent:
    return MAPPING, start, anchor, tag


def _sequence(anchor: Any, tag: Any, implicit: Any, start: Any, end: Any, flow: Any) -> ShortEvent:
    return SEQUENCE, start, anchor, tag


def _end(start: Any, end: Any) -> ShortEvent:
    return END, start


def _document(start: Any, end: Any, explicit: Any, version: Any, tags: Any) -> ShortEvent:
    return DOCUMENT, start


def _stream_end(start: Any, end: Any) -> ShortEvent:
    return STREAM_END, start


def _nothing(start: Any, end: Any, more: Any) -> ShortEvent:
    return NOTHING, start


_SHORT: dict[str, Callable[..., ShortEvent]] = {
    "StreamStartEvent": _nothing,
    "StreamEndEvent": _stream_end,
    "DocumentStartEvent": _document,
    "DocumentEndEvent": _nothing,
    "AliasEvent": _alias,
    "ScalarEvent": _scalar,
    "MappingStartEvent": _mapping,
    "MappingEndEvent": _end,
    "SequenceStartEvent": _sequence,
    "SequenceEndEvent": _end,
}

# What the C parser accepts and the pure one, which follows YAML 1.2, does not: `"a":b` in brackets, a comment that
# touches a block sign, blanks before the first line of a block. For such files only the pure parser is asked. Four
# patterns, each behind the sign it begins with: one pattern for all of them costs as much as a fifth of the parsing.
_DIFFERENCES = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        (b'":', rb"\":[^\s]"),
        (b"':", rb"':[^\s]"),
        (b"|", rb"\|(?:[-+0-9]*#|[^\n]*\n\n* +\n)"),
        (b">", rb">(?:[-+0-9]*#|[^\n]*\n\n* +\n)"),
    )
)


class NotYaml(Exception):
    """The text is not YAML; lines and columns count from 1, (0, 0) if the parser does not say."""

    def __init__(self, problem: str, context: str, place: tuple[int, int], start: tuple[int, int]) -> None:
        super().__init__(problem)
        self.problem = problem
        self.context = context
        self.place = place
        self.start = start


def short(event: Any) -> ShortEvent:
    """ruamel's event as a short one."""
    kind = event.__class__
    if kind is events.ScalarEvent:
        return SCALAR, event.start_mark, event.anchor, event.tag, event.value, event.style, event.end_mark
    if kind is events.AliasEvent:
        return ALIAS, event.start_mark, event.anchor, event.end_mark
    if kind is events.MappingStartEvent:
        return MAPPING, event.start_mark, event.anchor, event.tag
    if kind is events.SequenceStartEvent:
        return SEQUENCE, event.start_mark, event.anchor, event.tag
    return _OTHERS.get(kind, NOTHING), event.start_mark


_OTHERS = {
    events.MappingEndEvent: END,
    events.SequenceEndEvent: END,
    events.DocumentStartEvent: DOCUMENT,
    events.StreamEndEvent: STREAM_END,
}


@contextmanager
def short_c_events(source: bytes) -> Iterator[NextEvent | None]:
    """Short events of the C parser inside the block, or None where it is missing or not to be trusted with this text.

    Not for several threads at once: while the block runs, the C parser makes short events for everybody.
    """
    if not _trusted(source):
        yield None
        return
    parser = CParser(source)
    if not _lendable():
        yield lambda: short(parser.get_event())
        return
    names = vars(_ruamel_yaml)
    names.update(_SHORT)
    try:
        yield parser.get_event
    finally:
        names.update(_LONG)


_LONG = {name: getattr(events, name) for name in _SHORT}


@cache
def _lendable() -> bool:
    """Whether this version of the C parser looks the classes up where functions can take their place."""
    names = vars(_ruamel_yaml)
    if any(names.get(name) is not kind for name, kind in _LONG.items()):
        return False
    names.update(_SHORT)
    try:
        get_event = CParser(b"a: [b]\n").get_event
        kinds = [get_event()[0] for _ in range(10)]
    except (TypeError, AttributeError):
        return False
    finally:
        names.update(_LONG)
    return kinds == [NOTHING, DOCUMENT, MAPPING, SCALAR, SEQUENCE, SCALAR, END, END, NOTHING, STREAM_END]


def _trusted(source: bytes) -> bool:
    if CParser is None:
        return False
    return not any(sign in source and difference.search(source) for sign, difference in _DIFFERENCES)


def c_events(source: bytes) -> NextEvent | None:
    """Events of the C parser, or None where it is missing or not to be trusted with this text."""
    if not _trusted(source):
        return None
    get_event: NextEvent = CParser(source).get_event
    return get_event


def pure_events(source: bytes) -> NextEvent:
    """Events of the pure parser; whatever goes wrong in it comes out as a NotYaml."""
    yaml = YAML(typ="safe", pure=True)
    yaml.doc_infos.append(DocInfo(requested_version=None))
    parser = yaml.get_constructor_parser(source.decode("utf-8"))[1]

    def get_event() -> Any:
        try:
            return parser.get_event()
        except MarkedYAMLError as fault:
            place = _place(fault.problem_mark)
            start = _place(fault.context_mark)
            raise NotYaml(str(fault.problem or ""), str(fault.context or ""), place, start) from None
        except Exception:
            # odd input makes the parser stumble in its own code; where, it cannot say
            raise NotYaml("", "", (0, 0), (0, 0)) from None

    return get_event


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
