"""What changed between two states of a registry, in the terms of the domain instead of lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any, Literal

from ikzctl.model.findings import FieldPath, Finding
from ikzctl.model.kinds import BY_NAME, Kind, Place, is_slug, place_of
from ikzctl.registry.events import load
from ikzctl.registry.history_text import (
    ABOUT_A_PARTNER,
    added_text,
    day_text,
    label_of,
    plain_value,
    removed_text,
    special_text,
    value_change,
)
from ikzctl.registry.sources import Source

Describe = Callable[[Kind, FieldPath, Any], str | None]
"""The German description of a field, by the document that holds it."""

# The key by which entries of a list are recognised again: the first that all of them have, before and after. One that
# is filled in later (the task of an income) would make another entry of the same.
_IDENTITY = (
    *("id", "number", "partner", "key", "stage", "activity", "name", "task"),
    *("system", "cite", "title", "to", "clause", "step", "what"),
)
# The number of a resolution is no name: it comes with the meeting, and may be corrected. What is not written is the model's
# default, repeated here because nobody has to wait for the models.
_OWN_IDENTITY = {"resolutions": {"organ": None, "about": "abschluss", "for_version": 0}}


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `field` is its place in the file, `()` for a whole file; a removed file is a warning."""

    path: str
    field: FieldPath
    text: str
    severity: Literal["note", "warning"] = "note"

    def as_dict(self) -> dict[str, Any]:
        return {"file": self.path, "field": list(self.field), "text": self.text, "severity": self.severity}


@dataclass
class Names:
    """Legal names of partners and names of other records, looked up in the newer state first; and names of fields."""

    old: Source
    new: Source
    describe: Describe
    problems: Callable[[], Iterable[Finding]]
    _known: dict[str, str] = field(default_factory=dict)

    @cached_property
    def in_the_way(self) -> dict[str, str]:
        """Path → why no file can be read at or below it; asked for only if one is missing."""
        # a folder of which files are read stands in nobody's way, whatever else is wrong with it
        entered = {above for path in self.new.paths() for above in _with_folders(path)}
        found = ((problem.pointer.file.rstrip("/"), problem.message) for problem in self.problems())
        return {place: message for place, message in found if place not in entered}

    def partner(self, id: object) -> str:
        return self._name("partner", id, "legal_name")

    def task(self, id: object) -> str:
        return self._name("task", id, "name")

    def _name(self, kind: str, id: object, key: str) -> str:
        if not isinstance(id, str) or not is_slug(id):
            return plain_value(id)
        path, default = BY_NAME[kind].path(id), id
        if path not in self._known:
            self._known[path] = default
            for source in (self.new, self.old):
                data = _data(source, path) if source.has(path) else None
                if data and isinstance(data.get(key), str):
                    self._known[path] = data[key]
                    break
        return self._known[path]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is different; `pattern` is the path with `*` for entries of lists.

    `items` are the entries passed on the way, `items_old` the same as they were.
    """

    place: Place
    field: FieldPath
    pattern: tuple[str, ...]
    old: Any
    new: Any
    items: tuple[Mapping[str, Any], ...]
    whole_old: Mapping[str, Any]
    whole_new: Mapping[str, Any]
    kind: Literal["changed", "added", "removed", "moved"] = "changed"
    items_old: tuple[Mapping[str, Any], ...] = ()


def differences(
    old: Source,
    new: Source,
    describe: Describe,
    paths: Iterable[str] | None = None,
    problems: Callable[[], Iterable[Finding]] | None = None,
) -> tuple[Difference, ...]:
    """All differences, by file and in the order of the file.

    `paths`: the files that changed, if the caller knows them; `problems`: those of the newer state, if it does not know its own.
    """
    names = Names(old, new, describe, problems or new.problems)
    out: list[Difference] = []
    for path in sorted({*old.paths(), *new.paths()} if paths is None else set(paths)):
        place = place_of(path)
        if place is None:
            continue
        was, is_there = old.has(path), new.has(path)
        if is_there and not was:
            out.append(_of_new_file(place, path, new, names))
        elif was and not is_there:
            out.append(_of_missing_file(place, path, names))
        # contents are cut behind the size that is read, so that two may differ and look alike
        elif was and (paths is not None or old.read(path) != new.read(path)):
            out += _of_file(place, path, old, new, names)
    return tuple(out)


def partners_of(paths: Iterable[str]) -> set[str]:
    """The files of the partners that the sentences about these files name for sure, to be read beforehand."""
    places = [place for path in paths if (place := place_of(path)) is not None]
    return {BY_NAME["partner"].path(place.id) for place in places if place.kind.name in ABOUT_A_PARTNER}


def _data(source: Source, path: str) -> dict[str, Any] | None:
    return load(source.read(path), path).data


def _of_new_file(place: Place, path: str, new: Source, names: Names) -> Difference:
    loaded = load(new.read(path), path)
    if loaded.data is None:
        return Difference(path, (), f"{added_text(place, {}, names)} ({path} lässt sich nicht lesen)", "warning")
    text = added_text(place, loaded.data, names)
    if loaded.findings:
        return Difference(path, (), f"{text} ({path} hat Fehler, die „ikzctl validate“ zeigt)", "warning")
    return Difference(path, (), text)


def _of_missing_file(place: Place, path: str, names: Names) -> Difference:
    """What is no file any more, or lies behind a folder that is none, was not deleted."""
    why = next((names.in_the_way[one] for one in _with_folders(path) if one in names.in_the_way), None)
    text = (
        removed_text(place, names) if why is None else f"{path}: Die Datei lässt sich nicht mehr als Datei lesen: {why}"
    )
    return Difference(path, (), text, "warning")


def _with_folders(path: str) -> tuple[str, ...]:
    return (path, *(path[:at] for at, sign in enumerate(path) if sign == "/"))


def _of_file(place: Place, path: str, old: Source, new: Source, names: Names) -> list[Difference]:
    was, now = load(old.read(path), path), load(new.read(path), path)
    before, after = was.data, now.data
    if before is None or after is None:
        state = "lässt sich nicht mehr lesen" if after is None else "lässt sich wieder lesen"
        if before is after:
            state = "hat sich geändert; sie war schon nicht lesbar und ist es auch jetzt nicht"
        return [Difference(path, (), f"{path}: Die Datei {state}.", "warning" if after is None else "note")]
    found: list[Change] = []
    _compare(Change(place, (), (), before, after, (), before, after), found)
    # what was read of a file with faults need not be all that it says
    broken = (
        f"{path}: Die Datei hat jetzt Fehler, die „ikzctl validate“ zeigt." if now.findings and not was.findings else ""
    )
    if not found and not broken:
        return [Difference(path, (), f"{path}: nur Kommentare oder Schreibweise")]
    changes = _told(path, found, names)
    return [Difference(path, (), broken, "warning"), *changes] if broken else changes


def _told(path: str, found: list[Change], names: Names) -> list[Difference]:
    """A sentence for each change, but one only for what means the same."""
    out: dict[str, Difference] = {}
    for change in found:
        special = special_text(change, names)
        text, about = (_text(change, names), change.field) if special is None else (special, _entry_of(change.field))
        same = out.get(text)
        # two changes of one thing with one meaning (answer and its day) have one sentence
        if same and (special is None or (about and _entry_of(same.field) not in ((), about))):
            # the same words about another section: without its name one of the two would be lost
            text = f"{text} ({'.'.join(map(str, about))})"
        out.setdefault(text, Difference(path, change.field, text))
    return list(out.values())


def _entry_of(place: FieldPath) -> FieldPath:
    """The innermost entry of a list that the place is in or is itself; `()` if it is in none."""
    while place and not isinstance(place[-1], int):
        place = place[:-1]
    return place


def _compare(c: Change, found: list[Change]) -> None:
    """Walk both values at once; a leaf, and every added or removed entry, is a change."""
    if isinstance(c.old, dict) and isinstance(c.new, dict):
        for key in dict.fromkeys((*c.new, *c.old)):
            old, new = c.old.get(key), c.new.get(key)
            if not _alike(old, new):
                _compare(_inside(c, key, key, old, new), found)
    elif isinstance(c.old, list | None) and isinstance(c.new, list | None) and (c.old or c.new):
        _compare_lists(c, c.old or [], c.new or [], found)
    elif _differ(c.old, c.new):
        found.append(c)


def _alike(old: Any, new: Any) -> bool:
    """Nearly everything is as it was; that is seen sooner than walked. What is equal but of another type has another repr."""
    return bool(old == new) and (type(old) is str or repr(old) == repr(new))


def _differ(old: Any, new: Any) -> bool:
    """An absent key, null and an empty list say the same; true is not 1."""
    if old in (None, [], {}) and new in (None, [], {}):
        return False
    return type(old) is not type(new) or bool(old != new)


def _inside(c: Change, step: str | int, sign: str, old: Any, new: Any) -> Change:
    items, items_old = c.items, c.items_old
    if sign == "*" and isinstance(step, int) and isinstance(new, dict):
        items, items_old = (*items, new), (*items_old, old)
    field, pattern = (*c.field, step), (*c.pattern, sign)
    return Change(c.place, field, pattern, old, new, items, c.whole_old, c.whole_new, "changed", items_old)


def _compare_lists(c: Change, old: list[Any], new: list[Any], found: list[Change]) -> None:
    keys = _keys_of(c.pattern[-1], [*old, *new])
    unchanged = Counter(map(repr, old)) & Counter(map(repr, new))
    entries_old, entries_new = _identified(old, keys, unchanged), _identified(new, keys, unchanged)
    for identity, (number, entry) in entries_new.items():
        if identity in entries_old:
            before = entries_old[identity][1]
            if _alike(before, entry):
                continue
            _compare(_inside(c, number, "*", before, entry), found)
        else:
            found.append(_entry(c, number, None, entry, "added"))
    for identity, (number, entry) in entries_old.items():
        if identity not in entries_new:
            found.append(_entry(c, number, entry, None, "removed"))
    if [one for one in entries_old if one in entries_new] != [one for one in entries_new if one in entries_old]:
        found.append(replace(c, kind="moved"))


def _entry(c: Change, number: int, old: Any, new: Any, kind: Literal["added", "removed"]) -> Change:
    return Change(c.place, (*c.field, number), (*c.pattern, "*"), old, new, c.items, c.whole_old, c.whole_new, kind)


def _keys_of(name: str, entries: list[Any]) -> Mapping[str, Any]:
    """The keys that together name an entry of the list, with what holds where they are missing; none if nothing does."""
    records = [entry for entry in entries if isinstance(entry, dict)]
    shared = (key for key in _IDENTITY if all(record.get(key) is not None for record in records))
    return _OWN_IDENTITY.get(name) or dict.fromkeys(islice(shared, 1))


def _identified(
    entries: list[Any], keys: Mapping[str, Any], unchanged: Mapping[str, int]
) -> dict[object, tuple[int, Any]]:
    """Identity → position and entry; entries that say nothing by themselves are told apart by their position."""
    out: dict[object, tuple[int, Any]] = {}
    seen: Counter[object] = Counter()
    for number, entry in enumerate(entries):
        whole = repr(entry)
        if seen[whole] < unchanged.get(whole, 0):
            # whatever else has the same name: this one was there before
            identity: object = whole
        elif isinstance(entry, dict):
            named = ((entry.get(key), default) for key, default in keys.items())
            identity = tuple(str(default if v is None else v) for v, default in named) or ("position", number)
        else:
            identity = ("position", number) if isinstance(entry, list) else (entry,)
        # Entries of the same name (rates of different periods) are told apart by their order.
        out[(identity, seen[identity])] = (number, entry)
        seen[identity] += 1
    return out


def _text(change: Change, names: Names) -> str:
    """The sentence for a change that has none of its own."""
    subject = f"{label_of(change.place, names)}{_entries(change)}: {_description(change, names.describe)}"
    if change.kind == "added":
        return f"{subject}: neu {plain_value(change.new)}"
    if change.kind == "removed":
        return f"{subject}: entfallen {plain_value(change.old)}"
    if change.kind == "moved":
        return f"{subject}: andere Reihenfolge"
    return f"{subject}: {value_change(change.old, change.new)}"


def _entries(change: Change) -> str:
    """The entries of lists that lead to the value: `, „Aktenverfahren“`."""
    shown = []
    for item in change.items:
        keys = ("title", "name", "function", "organ", *_IDENTITY)
        name = next((item[k] for k in keys if isinstance(item.get(k), str | int)), None)
        if name is not None:
            shown.append(f"„{day_text(name)}“")
    return f", {', '.join(shown)}" if shown else ""


def _description(change: Change, describe: Describe) -> str:
    """The German description of the field, up to its first explanation."""
    steps = change.field[:-1] if change.kind != "changed" and isinstance(change.field[-1], int) else change.field
    while steps and isinstance(steps[-1], int):
        steps = steps[:-1]
    if not steps:
        return "Inhalt"
    data = change.whole_old if change.kind == "removed" else change.whole_new
    described = describe(change.place.kind, steps, data)
    return _short(described) if described else str(steps[-1])


# Descriptions that say how to write a value, and not what the field is.
_LABELS = {
    "true, wenn die Angabe nur ein Beispiel ist und nirgends belegt wurde": "nur ein Beispiel",
    "true bei Verwaltungsrechten": "Verwaltungsrechte",
    "true zugestimmt, false verweigert, null offen": "zugestimmt",
    "true, false oder null, wenn ungeklärt": "trifft zu",
    "true: „in der jeweils geltenden Fassung“; false: in der genannten Fassung": "in der jeweils geltenden Fassung",
    "false: weglassen": "Klausel verwenden",
    "behauptet, geprueft oder belegt": "Stand der Aussage",
    "vereinbart, vorlaeufig oder offen": "Stand",
}


def _short(description: str) -> str:
    if description in _LABELS:
        return _LABELS[description]
    description = re.sub(r"^true, wenn ", "ob ", description)
    for stop in ("; ", " („", " (", ": ", ", z. B."):
        description = description.split(stop, maxsplit=1)[0]
    return description
