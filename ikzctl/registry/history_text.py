"""German sentences for changes that mean something of their own: joining, leaving, mandates, milestones, approvals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ikzctl.model.kinds import Place

if TYPE_CHECKING:
    from ikzctl.registry.history import Change, Names

# The registry knows nothing of the library, where German grammar lives; twelve names are all it needs.
_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
_SHOWN, _BEFORE = 77, 25
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_UMLAUTS = {
    "laeuft": "läuft",
    "in_kraft": "in Kraft",
    "in_umsetzung": "in Umsetzung",
    "erteilt_mit_auflagen": "erteilt mit Auflagen",
    "geprueft": "geprüft",
}
# blanks that look like any other
_BLANKS = {0xA0: " ", 0x202F: " ", 0x2009: " "}
# kinds of files that are named by the partner of that id
ABOUT_A_PARTNER = ("partner", "member", "pool", "security")
# No model has seen these data: where they are not what a sentence is about, the general one has to do.
_FAULTY = (AttributeError, LookupError, TypeError)


def day_text(value: object) -> str:
    """A day as `1. September 2025`, anything else as it stands."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[2]) <= 12:
        return str(value)
    return f"{int(found[3])}.\u00a0{_MONTHS[int(found[2]) - 1]} {found[1]}"


def plain_value(value: Any, an_entry: str = "ein Eintrag", entries: str = "Einträge") -> str:
    """A value as it may stand in a sentence: short and in one line; `an_entry`, `entries`: the words in the case wanted."""
    if value is None:
        return "offen"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, dict):
        named = next(
            (
                value[k]
                for k in ("title", "name", "function", "id", "partner", "number", "organ", "text")
                if value.get(k) is not None
            ),
            None,
        )
        return plain_value(named, an_entry, entries) if named is not None else an_entry
    if isinstance(value, list):
        return f"{len(value)} {entries}" if len(value) != 1 else plain_value(value[0], an_entry, entries)
    text = day_text(value).replace("\n", " ")
    if text != value and (not isinstance(value, str) or _DAY.fullmatch(value)):
        return text
    return f"„{_cut(_UMLAUTS.get(text, text), 0)}“"


def _cut(text: str, start: int) -> str:
    """As much of a long text as a sentence can bear, from `start` on."""
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"


def both_values(old: Any, new: Any) -> tuple[str, str]:
    """Two values as they may stand behind „von“ and „auf“: of long texts the part in which they differ."""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _SHOWN:
        return _as_written(old, new, " ")
    return plain_value(old, "einem Eintrag", "Einträgen"), plain_value(new, "einen Eintrag")


def _as_written(old: str, new: str, line_break: str) -> tuple[str, str]:
    start = 0
    if max(len(old), len(new)) > _SHOWN:
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        start = max(0, same - _BEFORE)
    one, other = (f"„{_cut(text, start).replace(chr(10), line_break)}“" for text in (old, new))
    return one, other


def value_change(old: Any, new: Any) -> str:
    """`jetzt „a“`, `nicht mehr „a“` or `von „a“ auf „b“`."""
    if old in (None, [], {}):
        return f"jetzt {plain_value(new)}"
    if new in (None, [], {}):
        return f"nicht mehr {plain_value(old)}"
    one, other = both_values(old, new)
    both_texts = isinstance(old, str) and isinstance(new, str)
    if both_texts and _look_alike(one, other):
        one, other = _as_written(old, new, "⏎")
    if _look_alike(one, other) or (not both_texts and plain_value(old) == plain_value(new)):
        how = "andere Schreibweise" if both_texts or old == [new] or new == [old] else "anderer Inhalt"
        return f"{how} von {plain_value(new, 'einem Eintrag', 'Einträgen')}"
    return f"von {one} auf {other}"


def _look_alike(one: str, other: str) -> bool:
    one, other = (unicodedata.normalize("NFC", text).translate(_BLANKS) for text in (one, other))
    return one == other


def label_of(place: Place, names: Names) -> str:
    """What the file is about: `Mitgliedschaft Stadt Speyer (kfz-vorderpfalz)`"""
    about = names.partner(place.id) if place.kind.name in ABOUT_A_PARTNER else place.id
    where = f" ({place.cooperation})" if place.cooperation and place.cooperation != place.id else ""
    return f"{place.kind.german} {about}{where}" if place.kind.name != "registry" else place.kind.german


def added_text(place: Place, data: Mapping[str, Any], names: Names) -> str:
    if place.kind.name == "member":
        with suppress(*_FAULTY):
            return _member_new(place, data, names)
    if place.kind.name == "mandate":
        principals = data.get("principals")
        parties = [data.get("agent"), *(principals if isinstance(principals, list) else [])]
        shown = ", ".join(names.partner(p) for p in parties if p)
        return f"Neues Mandat {place.id} ({place.cooperation}): {names.task(data.get('task'))}, Beteiligte: {shown}"
    return f"Neu: {label_of(place, names)}"


def removed_text(place: Place, names: Names) -> str:
    return f"Gelöscht: {label_of(place, names)}. Im Register wird nichts gelöscht; Beendetes bekommt ein Ende (until)."


def _said(value: object) -> str:
    """A text or number inside a sentence, a day in words; TypeError for what no sentence can be about."""
    if not isinstance(value, str | int):
        raise TypeError
    return day_text(value)


def _member_new(place: Place, data: Mapping[str, Any], names: Names) -> str:
    """A new file may tell a whole history; what it says of role, periods and notice has no sentence of its own."""
    more = [f"Rolle: {_word(data.get('role'))}"] if data.get("role") not in (None, "mitglied") else []
    if data.get("state") == "ausgeschieden":
        text = (
            f"{names.partner(place.id)}: neu eingetragen als aus der Zusammenarbeit {place.cooperation} ausgeschieden"
        )
        more.append(_period(data))
    else:
        text = _joins(place, data, names)
        more += [f"Beginn: {_said(data['from_text'])}"] if data.get("from_text") else []
        more += [f"bis {_said(data['until'])}"] if data.get("until") else []
        more += [_notice(data)] if data.get("termination") else []
    more += [f"früher Mitglied {_period(earlier)}" for earlier in data.get("earlier") or []]
    return f"{text} ({'; '.join(more)})" if more else text


def _period(data: Mapping[str, Any]) -> str:
    """`vom 1. Januar 2020 bis 31. Dezember 2023, Kündigung zum 31. Dezember 2023`"""
    day, end = data.get("from"), data.get("until")
    start = _said(day or data.get("from_text") or "")
    shown = [f"{'ab' if not end else 'vom' if day else 'von'} {start}"] if start else ["Beginn offen,"] if end else []
    shown += [f"bis {_said(end)}"] if end else []
    days = " ".join(shown) or "ohne Tage"
    return f"{days}, {_notice(data)}" if data.get("termination") else days


def _notice(data: Mapping[str, Any]) -> str:
    effective = data["termination"].get("effective")
    return f"Kündigung zum {_said(effective)}" if effective else "Kündigung"


def _joins(place: Place, data: Mapping[str, Any], names: Names) -> str:
    name, day, state = names.partner(place.id), data.get("from"), data.get("state")
    if state not in (None, "vorgesehen", "beigetreten"):
        raise TypeError
    if state == "beigetreten":
        return (
            f"{name} tritt der Zusammenarbeit {place.cooperation} zum {_said(day)} bei"
            if day
            else f"{name} ist der Zusammenarbeit {place.cooperation} beigetreten"
        )
    when = f"zum {_said(day)}" if day else "ohne Tag"
    return f"{name}: Beitritt zur Zusammenarbeit {place.cooperation} {when} vorgesehen"


# --- sentences by kind and place --------------------------------------------------------------------------------------

Sentence = Callable[["Change", "Names"], str]


def special_text(change: Change, names: Names) -> str | None:
    """The sentence for this place, None if there is none of its own."""
    table = _SENTENCES.get(change.place.kind.name, {})
    sentence = table.get((change.kind, change.pattern))
    try:
        return sentence(change, names) if sentence else None
    except _FAULTY:
        return None


def _member_end(c: Change, names: Names) -> str:
    name, end = names.partner(c.place.id), c.whole_new.get("until")
    where = f"in der Zusammenarbeit {c.place.cooperation}"
    if _returned(c) and not c.new:
        return _member_back(c, names)
    if c.pattern == ("termination",) and c.new is None:
        return f"{name}: Kündigung der Mitgliedschaft {where} ist zurückgenommen"
    if c.pattern == ("termination",) and not end:
        return f"{name}: Kündigung der Mitgliedschaft {where} ist eingetragen, ihr Ende noch nicht"
    if not end:
        return f"{name}: Mitgliedschaft {where} endet nicht mehr zum {_said(c.whole_old.get('until'))}"
    by_notice = " (Kündigung)" if c.whole_new.get("termination") else ""
    return f"{name}: Mitgliedschaft {where} endet am {_said(end)}{by_notice}"


def _returned(c: Change) -> bool:
    """Whether another membership begins and the one before it was put among the earlier ones."""
    old, new = c.whole_old, c.whole_new
    begins = any(old.get(key) != new.get(key) for key in ("from", "from_text"))
    return begins and len(new.get("earlier") or ()) > len(old.get("earlier") or ())


def _member_back(c: Change, names: Names) -> str:
    new, former = c.whole_new, c.whole_old
    day, state = new.get("from") or new.get("from_text"), new.get("state")
    when = f"zum {_said(day)}" if day else "ohne Tag"
    stays = {"beigetreten": "", "ausgeschieden": " und schon wieder ausgeschieden"}.get(
        _said(state or ""), " vorgesehen"
    )
    text = f"{names.partner(c.place.id)}: erneuter Beitritt zur Zusammenarbeit {c.place.cooperation} {when}{stays}"
    # the membership so far belongs among the earlier ones as it was; else the file now tells another history
    other = min((_other_terms(former, one) for one in new["earlier"]), key=len)
    if not other or not _other_terms(former, {}):
        return text
    return f"{text}; die bisherige Mitgliedschaft ({_period(former)}) ist anders eingetragen: {', '.join(other)}"


# what a membership that ended takes along to the earlier ones
_TERMS = {"from": "Beginn", "from_text": "Beginn in Worten", "until": "Ende", "termination": "Kündigung"}


def _member_earlier(c: Change, names: Names) -> str:
    if _returned(c) and not _other_terms(c.whole_old, c.new) and c.new.keys() <= _TERMS.keys():
        return _member_back(c, names)
    return f"{names.partner(c.place.id)}: frühere Mitgliedschaft in {c.place.cooperation} eingetragen, {_period(c.new)}"


def _other_terms(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [german for key, german in _TERMS.items() if _essence(one.get(key)) != _essence(other.get(key))]


def _essence(value: Any) -> Any:
    """Without what says nothing: a form moved to another place is written without its defaults."""
    if not isinstance(value, dict):
        return value
    return {
        key: v for key, v in value.items() if v not in (None, False, [], {}) and (key, v) != ("form", "schriftform")
    }


def _member_begin(c: Change, names: Names) -> str:
    if _returned(c):
        return _member_back(c, names)
    name = names.partner(c.place.id)
    before = f" (bisher {_said(c.old)})" if c.old else ""
    if not c.new:
        return f"{name}: Beginn der Mitgliedschaft in {c.place.cooperation} ist wieder offen{before}"
    return f"{name}: Mitgliedschaft in {c.place.cooperation} beginnt am {_said(c.new)}{before}"


def _member_begin_text(c: Change, names: Names) -> str:
    if not _returned(c) or (c.new and c.whole_new.get("from")):
        # what the day of the return does not say has the general sentence
        raise TypeError
    return _member_back(c, names)


def _member_state(c: Change, names: Names) -> str:
    if _returned(c) and c.new in (None, "vorgesehen", "beigetreten"):
        return _member_back(c, names)
    if c.new == "beigetreten":
        return _joins(c.place, c.whole_new, names)
    if c.new == "ausgeschieden":
        return f"{names.partner(c.place.id)} ist aus der Zusammenarbeit {c.place.cooperation} ausgeschieden"
    return f"{names.partner(c.place.id)}: Mitgliedschaft in {c.place.cooperation} ist {_word(c.new, 'vorgesehen')}"


def _resolution(c: Change, names: Names) -> str:
    entry = c.new if c.kind == "added" else c.items[-1]
    who = f"{names.partner(c.place.id)} ({c.place.cooperation})"
    about, result = _said(entry.get("about") or "abschluss"), _said(entry.get("result") or "offen")
    organ = _said(entry.get("organ"))
    on = f" am {_said(entry['date'])}" if entry.get("date") else ""
    if result == "offen":
        return f"{who}: Beschluss zu „{about}“ vorgesehen, {organ}"
    return f"{who}: {organ} hat „{about}“{on} {result}"


def _party(c: Change, names: Names) -> str:
    if c.kind == "added":
        return f"Mandat {c.place.id} ({c.place.cooperation}): neuer Beteiligter {names.partner(_said(c.new))}"
    return f"Mandat {c.place.id} ({c.place.cooperation}): nicht mehr Beteiligter {names.partner(_said(c.old))}"


def _mandate_agent(c: Change, names: Names) -> str:
    shown = [names.partner(_said(v)) if v else "niemand" for v in (c.old, c.new)]
    return f"Mandat {c.place.id} ({c.place.cooperation}): beauftragter Beteiligter {_from_to(*shown)}"


def _mandate_end(c: Change, names: Names) -> str:
    if not c.new:
        return f"Mandat {c.place.id} ({c.place.cooperation}) endet nicht mehr zum {_said(c.old)}"
    return f"Mandat {c.place.id} ({c.place.cooperation}) endet am {_said(c.new)}"


def _milestone(c: Change, names: Names) -> str:
    title = _said(c.items[-1].get("title", c.items[-1].get("id")))
    return f"{c.place.cooperation}: Meilenstein „{title}“ {_from_to(_word(c.old), _word(c.new))}"


def _question_new(c: Change, names: Names) -> str:
    question = f"„{_said(c.new.get('question', c.new.get('id')))}“"
    day = _said(c.new.get("answered_on") or "")
    if c.new.get("answer"):
        return f"{c.place.cooperation}: neue Frage {question}, schon beantwortet{day and f' am {day}'}"
    return f"{c.place.cooperation}: neue offene Frage {question}{day and f', als Tag der Antwort {day}'}"


def _question(c: Change, names: Names) -> str:
    now = c.items[-1]
    question = f"„{_said(now.get('question', now.get('id')))}“"
    answered = bool(now.get("answer"))
    turned = answered != bool(c.items_old[-1].get("answer"))
    # the day that comes or goes along with the answer is the same change
    if turned and not (c.old and c.new) and bool(c.new) == answered:
        how = "offene Frage beantwortet" if answered else "Frage wieder offen"
        return f"{c.place.cooperation}: {how}: {question}"
    field = "Antwort" if c.pattern[-1] == "answer" else "Tag der Antwort"
    return f"{c.place.cooperation}: Frage {question}: {field} {value_change(c.old, c.new)}"


def _phase(c: Change, names: Names) -> str:
    return f"{c.place.cooperation}: Phase {_from_to(_word(c.old), _word(c.new))}"


def _agreement_state(c: Change, names: Names) -> str:
    states = _from_to(_word(c.old, "entwurf"), _word(c.new, "entwurf"))
    return f"{c.place.cooperation}: Vereinbarung {states}"


_VERSIONS = {"urfassung": "Urfassung", "aenderung": "Änderung", "neufassung": "Neufassung", "aufhebung": "Aufhebung"}
_VERSION_PARTNERS = {"joins": "Beitritt:", "leaves": "Ausscheiden:"}
_VERSION_DAYS = {"signed_on": "unterzeichnet am", "in_force_from": "wirksam ab", "until": "außer Kraft nach dem"}


def _version(c: Change, names: Names) -> str:
    v, number = c.new, _said(c.new.get("number"))
    reason = f": {_said(v['reason'])}" if v.get("reason") else ""
    kind = _VERSIONS[v.get("kind") or ("urfassung" if number == "0" else "aenderung")]
    title = (
        f"{number}. {kind}"
        if kind == "Änderung"
        else kind
        if kind == "Urfassung" and number == "0"
        else f"{kind} (Nr. {number})"
    )
    moved = {word: [names.partner(id) for id in v[key]] for key, word in _VERSION_PARTNERS.items() if v.get(key)}
    # most reasons say it: „Beitritt der Stadt Speyer“
    more = [
        f"{word} {', '.join(found)}"
        for word, found in moved.items()
        if not all(part in reason for part in (word.rstrip(":"), *found))
    ]
    more += [f"{word} {_said(v[key])}" for key, word in _VERSION_DAYS.items() if v.get(key)]
    shown = f" ({'; '.join(more)})" if more else ""
    return f"{c.place.cooperation}: {title} der Vereinbarung aufgenommen{reason}{shown}"


def _version_in_force(c: Change, names: Names) -> str:
    number = _said(c.items[-1].get("number"))
    title = "Vereinbarung" if number == "0" else f"{number}. Änderung der Vereinbarung"
    return f"{c.place.cooperation}: {title} wirksam ab {_said(c.new) if c.new else 'einem noch offenen Tag'}"


_STEP_DAYS = {
    "sent_on": "abgesandt am",
    "received_on": "eingegangen am",
    "objected_on": "Bedenken am",
    "resubmitted_on": "erneut vorgelegt am",
}


def _step_new(c: Change, names: Names) -> str:
    step, outcome = c.new, _word(c.new.get("outcome"))
    done = [f"{word} {_said(step[key])}" for key, word in _STEP_DAYS.items() if step.get(key)]
    day = f" am {_said(step['decided_on'])}" if step.get("decided_on") else ""
    if day or outcome != "offen":
        done.append(f"entschieden{day}, Ergebnis offen" if outcome == "offen" else f"{outcome}{day}")
    how = f"aufgenommen: {', '.join(done)}" if done else "vorgemerkt"
    return f"{c.place.cooperation}: Schritt „{_said(step.get('kind'))}“ {how}{_authority(step)}"


def _step_outcome(c: Change, names: Names) -> str:
    step = c.items[-1]
    on = f" am {_said(step['decided_on'])}" if step.get("decided_on") else ""
    what = f"{_said(step.get('kind')).capitalize()} {_word(step.get('outcome'))}{on}"
    return f"{c.place.cooperation}: {what}{_authority(step)}"


def _step_received(c: Change, names: Names) -> str:
    step = c.items[-1]
    when = f"eingegangen am {_said(c.new)}" if c.new else "nicht mehr eingegangen"
    what = f"{_said(step.get('kind')).capitalize()} {when}"
    return f"{c.place.cooperation}: {what}{_authority(step)}"


def _authority(step: Mapping[str, Any]) -> str:
    return f", {_said(step['authority'])}" if step.get("authority") else ""


def _commitment(c: Change, names: Names) -> str:
    item = c.items[-1]
    what = f"{_said(item.get('framework'))}, {_said(item.get('level'))}"
    return f"{names.partner(c.place.id)}: Sicherheitszusage {what} {_from_to(_word(c.old), _word(c.new))}"


def _from_to(old: str, new: str) -> str:
    """For words; TypeError if both are the same, which the general sentence can tell apart."""
    if _look_alike(old, new):
        raise TypeError
    return f"von {old} auf {new}"


def _word(value: object, default: str = "offen") -> str:
    if not isinstance(value, str | None):
        raise TypeError
    text = default if value is None else _cut(value.replace("\n", " "), 0)
    return _UMLAUTS.get(text, text.replace("_", " "))


_SENTENCES: dict[str, dict[tuple[str, tuple[str, ...]], Sentence]] = {
    "member": {
        ("changed", ("from",)): _member_begin,
        ("changed", ("until",)): _member_end,
        ("changed", ("termination",)): _member_end,
        ("changed", ("state",)): _member_state,
        ("changed", ("from_text",)): _member_begin_text,
        ("added", ("earlier", "*")): _member_earlier,
        ("added", ("resolutions", "*")): _resolution,
        ("changed", ("resolutions", "*", "result")): _resolution,
        ("changed", ("resolutions", "*", "date")): _resolution,
    },
    "mandate": {
        ("added", ("principals", "*")): _party,
        ("removed", ("principals", "*")): _party,
        ("changed", ("agent",)): _mandate_agent,
        ("changed", ("until",)): _mandate_end,
    },
    "cooperation": {
        ("changed", ("phase",)): _phase,
        ("changed", ("milestones", "*", "state")): _milestone,
        ("added", ("open_questions", "*")): _question_new,
        ("changed", ("open_questions", "*", "answer")): _question,
        ("changed", ("open_questions", "*", "answered_on")): _question,
    },
    "agreement": {
        ("changed", ("state",)): _agreement_state,
        ("added", ("versions", "*")): _version,
        ("changed", ("versions", "*", "in_force_from")): _version_in_force,
        ("added", ("procedure", "*")): _step_new,
        ("changed", ("procedure", "*", "outcome")): _step_outcome,
        ("changed", ("procedure", "*", "decided_on")): _step_outcome,
        ("changed", ("procedure", "*", "received_on")): _step_received,
    },
    "security": {("changed", ("commitments", "*", "state")): _commitment},
}
