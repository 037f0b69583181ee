"""The strict loader: one loop over parser events builds plain data and turns every fault into a finding with its place.

Two quicker readers may only clear a text, never fault it: `lines` what is written in canonical form, the C parser what is valid YAML.
As soon as one of them meets anything else, the next one reads the text again, so that findings do not depend on what is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ikzctl.model.findings import FieldPath, Finding, Pointer, in_order
from ikzctl.registry.characters import TEMPLATE_MARKS, BadCharacter, bad_characters, may_hold_template_marks
from ikzctl.registry.faults import fault
from ikzctl.registry.limits import MAX_DEPTH, MAX_DIGITS, MAX_EVENTS, MAX_FINDINGS, MAX_SCALAR
from ikzctl.registry.lines import places, read_lines
from ikzctl.registry.parsers import NextEvent, NotYaml, c_events, pure_events
from ikzctl.registry.positions import Mark, Offsets, locate, size
from ikzctl.registry.raw import MAX_KINDS, Prepared, prepare
from ikzctl.registry.scalars import NUMBER_INITIALS, WORDS, resolve
from ikzctl.registry.syntax import explain

Parser = Literal["fastest", "events", "pure"]

_KEY_WANTED: Any = object()
_QUOTES = ("", None, "'", '"')
ESCAPED = " aus einer Ersetzung mit „\\“ (soll „\\“ stehen bleiben, bitte einfache Anführungszeichen nehmen)"
_ODD_INITIALS = NUMBER_INITIALS | {"<"}
# start of stream, document and outermost mapping before the loop, two ends behind it
_EVENTS_INSIDE = MAX_EVENTS - 5


@dataclass(slots=True, weakref_slot=True)
class Loaded:
    """One file read strictly; not to be changed.

    `data` is None if the text could not be read to its end. With error findings it is the best reading that could be
    had (a number that needs quotes stays text, the second of two equal keys is left out): good for finding more, never
    for output.
    """

    data: dict[str, Any] | None
    findings: tuple[Finding, ...]
    file: str
    content: bytes = field(repr=False)
    _marks: Sequence[Mark | None] | None = field(default=None, repr=False)
    _offsets: Offsets = field(default_factory=dict, repr=False, compare=False)

    @property
    def marks(self) -> Sequence[Mark | None]:
        """One per key and list item in document order; of what was read by lines looked up when somebody asks, which is rare."""
        if self._marks is None:
            found = places(self.content.decode("utf-8"))
            self._marks = load(self.content, self.file, "events").marks if found is None else found
        return self._marks

    def position(self, field_path: FieldPath) -> tuple[int, int]:
        """Line and column, from 1, of the key or list item; of the nearest ancestor if there is no such field."""
        return locate(self.data or {}, self.marks, field_path, self._offsets)

    def pointer(self, field_path: FieldPath) -> Pointer:
        return Pointer(self.file, field_path, *self.position(field_path))


def load(content: bytes, file: str, parser: Parser = "fastest") -> Loaded:
    """Read one file; `file` only names it in findings. `"events"` leaves the reader of lines out, `"pure"` the C parser, too.

    The results are the same. Many small objects are made here: when reading many files, keep the collector off.
    """
    prepared = prepare(content, file)
    if isinstance(prepared, Finding):
        return Loaded(None, (prepared,), file, content, [])
    if parser == "fastest" and not prepared.findings and not prepared.doubtful:
        data = read_lines(content.decode("utf-8"))
        if data is not None:
            return Loaded(data, (), file, content)
    if parser != "pure":
        reading = _try_c_parser(prepared, file)
        if reading is not None:
            found = in_order(prepared.findings) if prepared.findings else ()
            return Loaded(reading.root, found, file, content, reading.marks)
    return _judged(prepared, file, content)


def _judged(prepared: Prepared, file: str, content: bytes) -> Loaded:
    """The word of the pure parser, which counts."""
    reading = _Reading(file, prepared)
    complete = False
    try:
        complete = reading.read(pure_events(prepared.source))
    except NotYaml as trouble:
        # a tab was already named; the trouble it makes afterwards is no second fault
        if not prepared.has_tabs:
            reading.findings.append(explain(trouble, file, reading.lines))
    reading.forget_doubles()
    findings = in_order(prepared.findings + reading.findings)
    if reading.more:
        last = findings[-1].pointer
        findings = (*findings, fault("IKZ-Y027", file, (last.line, last.column), count=reading.more))
    return Loaded(reading.root if complete else None, findings, file, content, reading.marks)


def _try_c_parser(prepared: Prepared, file: str) -> _Reading | None:
    get_event = c_events(prepared.source)
    if get_event is None:
        return None
    reading = _Reading(file, prepared, clearing=True)
    try:
        return reading if reading.read(get_event) else None
    except Exception:
        # whatever it was: the pure parser reads the same text next and says what is wrong
        return None


class _NotClear(Exception):
    """The text has some fault; which one, the pure parser will tell."""


class _Reading:
    """One pass over the events of one text; `clearing`: stop at the first fault instead of reporting it."""

    def __init__(self, file: str, prepared: Prepared, clearing: bool = False) -> None:
        self.file = file
        self.clearing = clearing
        self.more = 0
        self.source = prepared.source
        self.findings: list[Finding] = []
        self.marks: list[Mark | None] = []
        self.root: dict[str, Any] = {}
        self.doubles: list[tuple[dict[str, Any], str, int]] = []
        # only a text with one of these can hold a refused character, a template mark, an anchor, an alias or a tag
        # (written out, because this is asked for every file); what a value holds beyond its source comes from escapes
        source = prepared.source
        self.suspicious = prepared.doubtful or may_hold_template_marks(source)
        self.escapes = b"\\" in source
        self.careful = (
            self.suspicious
            or self.escapes
            or len(source) > MAX_SCALAR
            or b"&" in source
            or b"*" in source
            or b"!" in source
        )

    @cached_property
    def lines(self) -> list[str]:
        return self.source.decode("utf-8").split("\n")

    def fault(self, code: str, mark: Mark, **values: object) -> None:
        self._report(code, (mark.line + 1, mark.column + 1), values)

    def _report(self, code: str, place: tuple[int, int], values: dict[str, object]) -> None:
        if self.clearing:
            raise _NotClear
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(fault(code, self.file, place, **values))
        else:
            self.more += 1

    def read(self, get_event: NextEvent) -> bool:
        """Fill `root` and `findings`; False if the text was not read to its end."""
        if not self._open(get_event):
            return False
        if not self._build(get_event):
            return False
        event = get_event()
        while event.__class__ is not StreamEndEvent:
            if event.__class__ is DocumentStartEvent:
                self.fault("IKZ-Y013", event.start_mark)
                return False
            event = get_event()
        return True

    def _open(self, get_event: NextEvent) -> bool:
        get_event()
        event = get_event()
        if event.__class__ is StreamEndEvent:
            self._report("IKZ-Y011", (1, 1), {})
            return False
        event = get_event()
        if event.__class__ is not MappingStartEvent:
            self.fault("IKZ-Y012", event.start_mark)
            return False
        if self.careful:
            self._examine_node(event)
        return True

    def _build(self, get_event: NextEvent) -> bool:
        """The loop that everything waits for; what is rare is done in methods of its own."""
        container: Any = self.root
        key: Any = _KEY_WANTED  # None inside a list
        stack: list[Any] = []
        add_mark = self.marks.append
        careful = self.careful
        for _ in range(_EVENTS_INSIDE):
            event = get_event()
            kind = event.__class__
            if kind is ScalarEvent or kind is AliasEvent:
                if careful:
                    event = self._examine(event)
                value = event.value
                style = event.style
                if key is _KEY_WANTED:
                    add_mark(event.start_mark)
                    odd = (
                        value in container
                        or value in WORDS
                        or value[0] in _ODD_INITIALS
                        or style not in _QUOTES
                        or "\n" in value
                    )
                    key = self._odd_key(event, container, stack) if odd else value
                    continue
                if not style and (value in WORDS or value[0] in NUMBER_INITIALS):
                    value, flaw = resolve(value)
                    if flaw:
                        self._bad_number(event, flaw)
                if key is None:
                    add_mark(event.start_mark if event.value or style else None)
                    container.append(value)
                else:
                    container[key] = value
                    key = _KEY_WANTED
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if key is _KEY_WANTED or len(stack) + 2 > MAX_DEPTH:
                    return self._refuse(event, key is _KEY_WANTED)
                if careful:
                    self._examine_node(event)
                child: Any = {} if kind is MappingStartEvent else []
                stack.append(container)
                if key is None:
                    add_mark(event.start_mark)
                    container.append(child)
                else:
                    container[key] = child
                container = child
                key = _KEY_WANTED if kind is MappingStartEvent else None
            elif not stack:
                return True
            else:
                container = stack.pop()
                key = _KEY_WANTED if container.__class__ is dict else None
        self.fault("IKZ-Y023", event.start_mark, limit=MAX_EVENTS)
        return False

    def _bad_number(self, event: Any, flaw: str) -> None:
        if flaw == "too_long":
            self.fault("IKZ-Y025", event.start_mark, text=event.value, limit=MAX_DIGITS)
        else:
            self.fault("IKZ-Y026", event.start_mark, text=event.value)

    def _odd_key(self, event: Any, container: dict[str, Any], stack: list[Any]) -> str:
        key: str = event.value
        if key == "<<":
            self.fault("IKZ-Y017", event.start_mark)
        elif event.style not in _QUOTES or "\n" in key or (not event.style and resolve(key) != (key, None)):
            self.fault("IKZ-Y020", event.start_mark, text=key)
        if key not in container:
            return key
        # looking up the first one walks the whole data: not for faults that will not be shown anyway
        show = len(self.findings) < MAX_FINDINGS and not self.clearing
        first = locate(self.root, self.marks, (*self._path(stack, container), key))[0] if show else 0
        self.fault("IKZ-Y019", event.start_mark, text=key, first=first, second=event.start_mark.line + 1)
        # kept aside under a name that no text can have, so that the rest of the file is still read
        double = f"{key}\0{len(self.marks)}"
        self.doubles.append((container, double, len(self.marks) - 1))
        return double

    def _path(self, stack: list[Any], container: Any) -> FieldPath:
        outer = [*stack, container][:-1]
        return tuple(len(place) - 1 if isinstance(place, list) else next(reversed(place)) for place in outer)

    def forget_doubles(self) -> None:
        """Take the second of two equal keys out again, from the last to the first because they may be nested."""
        for container, double, index in reversed(self.doubles):
            inner = size(container.pop(double, None))
            del self.marks[index : index + 1 + inner]

    def _refuse(self, event: Any, as_key: bool) -> bool:
        if as_key:
            self.fault("IKZ-Y021", event.start_mark)
        else:
            self.fault("IKZ-Y022", event.start_mark, limit=MAX_DEPTH)
        return False

    def _examine_node(self, event: Any) -> None:
        if event.anchor is not None:
            self.fault("IKZ-Y015", event.start_mark, text=event.anchor)
        if event.tag is not None:
            self.fault("IKZ-Y018", event.start_mark, text=str(event.tag))

    def _examine(self, event: Any) -> Any:
        """The checks that only few texts need; an alias comes back as the scalar that stands for it from here on."""
        if event.__class__ is AliasEvent:
            self.fault("IKZ-Y016", event.start_mark, text=event.anchor)
            return ScalarEvent(None, None, (False, True), f"*{event.anchor}", event.start_mark, event.end_mark, '"')
        self._examine_node(event)
        value: str = event.value
        if len(value) > MAX_SCALAR:
            self.fault("IKZ-Y024", event.start_mark, size=len(value), limit=MAX_SCALAR)
        if self.suspicious or (self.escapes and event.style == '"'):
            self._examine_text(event)
        return event

    def _examine_text(self, event: Any) -> None:
        mark = TEMPLATE_MARKS.search(event.value)
        if mark:
            self.fault("IKZ-Y009", event.start_mark, text=mark.group())
        seen: set[str] = set()
        for bad in bad_characters(event.value):
            if bad.character not in seen and len(seen) < MAX_KINDS:
                seen.add(bad.character)
                self._bad_character(event, bad)

    def _bad_character(self, event: Any, bad: BadCharacter) -> None:
        start, end = event.start_mark, event.end_mark
        place = (start.line + 1, start.column + 1)
        more = ESCAPED
        for number in range(start.line, min(end.line + 1, len(self.lines))):
            at = self.lines[number].find(bad.character, start.column if number == start.line else 0)
            if at >= 0:
                place, more = (number + 1, at + 1), ""
                break
        code = {"unseen": "IKZ-Y005", "decomposed": "IKZ-Y007", "foreign": "IKZ-Y006"}[bad.flaw]
        self._report(code, place, {"name": bad.name, "composed": bad.composed, "more": more})
