"""Clause files and form files: reading them, choosing clauses for a case, turning them into content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ikzctl.documents.content import Section, plain
from ikzctl.documents.fence import ClauseEnvironment, clause_environment, render
from ikzctl.documents.grammar import inlines, parse
from ikzctl.documents.marks import printed
from ikzctl.library.resources import templates_dir
from ikzctl.model.errors import UserError
from ikzctl.model.findings import has_errors
from ikzctl.registry.events import load

_ID = re.compile(r"[A-Z][0-9]{2}")
_HEAD_KEYS = {"id", "version", "norms", "contents", "when", "facts", "reason"}


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause file. `when` is a condition in template syntax, `reason` says in German why the clause is in the text."""

    id: str
    version: str
    heading: str
    norms: tuple[str, ...]
    contents: tuple[str, ...]
    when: str
    facts: tuple[str, ...]
    reason: str
    body: str


@dataclass(frozen=True)
class Form:
    """A form: its clauses in order, its layout, the instruments it is for."""

    id: str
    version: str
    instruments: tuple[str, ...]
    introduction: tuple[str, ...]
    clauses: tuple[str, ...]
    closing_from: str
    layout: bytes

    @cached_property
    def all_clauses(self) -> tuple[str, ...]:
        return (*self.introduction, *self.clauses)


def _agreements_dir() -> Path:
    return templates_dir() / "agreements"


def _yaml(content: bytes, name: str) -> dict[str, Any]:
    loaded = load(content, name)
    if loaded.data is None or has_errors(loaded.findings):
        messages = "; ".join(f"Zeile {finding.pointer.line}: {finding.message}" for finding in loaded.findings)
        raise UserError(f"Vorlage {name} ist nicht lesbar: {messages}")
    return loaded.data


def parse_clause(source: str, name: str) -> Clause:
    """A clause file: a YAML head between `---` lines, the heading as `# …`, then the text."""
    parts = re.split(r"^---[ \t]*\n", source, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise UserError(f"Klausel {name}: Der Kopf zwischen zwei Zeilen „---“ fehlt.")
    head = _yaml(parts[1].encode(), name)
    unknown = set(head) - _HEAD_KEYS
    if unknown:
        raise UserError(f"Klausel {name}: unbekannte Angaben im Kopf: {', '.join(sorted(unknown))}.")
    # the heading may hold template syntax, which the strict YAML reader rightly refuses
    found = re.match(r"\s*# (.+)\n", parts[2])
    heading, body = (found.group(1).strip(), parts[2][found.end() :]) if found else ("", parts[2])
    try:
        clause = Clause(
            id=head["id"],
            version=str(head["version"]),
            heading=heading,
            norms=tuple(head.get("norms") or ()),
            contents=tuple(head.get("contents") or ()),
            when=head.get("when") or "",
            facts=tuple(head.get("facts") or ()),
            reason=head["reason"],
            body=body,
        )
    except KeyError as exc:
        raise UserError(f"Klausel {name}: Im Kopf fehlt {exc.args[0]}.") from None
    if not _ID.fullmatch(clause.id):
        raise UserError(f"Klausel {name}: „{clause.id}“ ist keine Kennung wie K05.")
    return clause


@cache
def shipped_clause(clause_id: str) -> Clause:
    path = _agreements_dir() / "clauses" / f"{clause_id}.md"
    if not path.is_file():
        raise UserError(f"Die Klausel {clause_id} gibt es nicht.")
    clause = parse_clause(path.read_text(encoding="utf-8"), path.name)
    if clause.id != clause_id:
        raise UserError(f"Klausel {path.name}: Die Kennung {clause.id} im Kopf passt nicht zum Dateinamen.")
    return clause


@cache
def shipped_form(form_id: str) -> Form:
    folder = _agreements_dir() / "forms" / form_id
    data = _yaml((folder / "form.yaml").read_bytes(), f"{form_id}/form.yaml")
    return Form(
        id=data["id"],
        version=str(data["version"]),
        instruments=tuple(data["instruments"]),
        introduction=tuple(data.get("introduction") or ()),
        clauses=tuple(data.get("clauses") or ()),
        closing_from=data.get("closing_from") or "",
        layout=(folder / data["layout"]).read_bytes(),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What the partners decided about a standard clause: leave it out, other heading, other wording."""

    use: bool = True
    heading: str | None = None
    text: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A clause in the partners' own words; `after` is the id of the clause it follows."""

    id: str
    heading: str
    text: str
    after: str | None = None
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A clause of this document: where it comes from, why it is in, what it covers."""

    id: str
    version: str
    heading: str
    reason: str
    norms: tuple[str, ...]
    contents: tuple[str, ...]
    own_words: bool
    section: Section


@dataclass(frozen=True, slots=True)
class Left:
    """A clause of the form that is not in this document, and why."""

    id: str
    heading: str
    reason: str


def compose(
    form: Form,
    context: Mapping[str, object],
    choices: Mapping[str, Choice],
    own: Sequence[Own],
    clause: Callable[[str], Clause] = shipped_clause,
) -> tuple[tuple[Chosen, ...], tuple[Left, ...]]:
    """Choose and render the clauses of a form in order; own clauses stand after the clause they name."""
    env = clause_environment()
    left: list[Left] = []
    included: dict[str, Clause] = {}
    for clause_id in form.all_clauses:
        candidate = clause(clause_id)
        choice = choices.get(clause_id, Choice())
        if not choice.use:
            left.append(
                Left(clause_id, candidate.heading, f"abgewählt: {choice.reason or 'ohne Angabe eines Grundes'}")
            )
        elif not _holds(env, candidate, context):
            left.append(Left(clause_id, candidate.heading, "die Voraussetzungen liegen nicht vor"))
        else:
            included[clause_id] = candidate
    names = {*included, *(_own_id(item) for item in own)}
    env = clause_environment({"included": names.__contains__})
    chosen: list[Chosen] = []
    waiting = list(own)
    for clause_id in form.all_clauses:
        if clause_id == form.closing_from:
            chosen += [_own_section(item) for item in waiting if item.after is None]
        if clause_id in included:
            chosen.append(_rendered(env, included[clause_id], context, choices.get(clause_id, Choice())))
        chosen += [_own_section(item) for item in waiting if item.after == clause_id]
    placed = {item.id for item in chosen}
    for item in waiting:
        if _own_id(item) not in placed:
            raise UserError(
                f"Die eigene Regelung „{item.heading}“ soll nach der Klausel {item.after} stehen, die es in diesem Formular nicht gibt."
            )
    return tuple(chosen), tuple(left)


def _holds(env: ClauseEnvironment, clause: Clause, context: Mapping[str, object]) -> bool:
    if not clause.when:
        return True
    return render(env, f"{{% if {clause.when} %}}ja{{% endif %}}", context, f"{clause.id} (Bedingung)") == "ja"


def _rendered(env: ClauseEnvironment, clause: Clause, context: Mapping[str, object], choice: Choice) -> Chosen:
    if choice.text is not None:
        absaetze = parse(_as_text(choice.text), clause.id)
        heading = choice.heading or clause.heading
        reason = f"{clause.reason} – mit eigenem Wortlaut: {choice.reason or 'ohne Angabe eines Grundes'}"
    else:
        absaetze = parse(render(env, clause.body, context, clause.id), clause.id, join_single=True)
        heading = choice.heading or _plain_heading(env, clause, context)
        reason = clause.reason
    section = Section(clause.id, clause.version, heading, absaetze)
    if not section.absaetze:
        raise UserError(f"Die Klausel {clause.id} hat für diesen Fall keinen Text.")
    return Chosen(
        clause.id, clause.version, heading, reason, clause.norms, clause.contents, choice.text is not None, section
    )


def _plain_heading(env: ClauseEnvironment, clause: Clause, context: Mapping[str, object]) -> str:
    return plain(inlines(render(env, clause.heading, context, f"{clause.id} (Überschrift)")))


def _own_id(item: Own) -> str:
    return f"own-{item.id}"


def _own_section(item: Own) -> Chosen:
    section = Section(_own_id(item), "eigene", item.heading, parse(_as_text(item.text), item.heading))
    return Chosen(
        _own_id(item), "eigene", item.heading, "eigene Regelung der Beteiligten", (), item.covers, True, section
    )


def _as_text(text: str) -> str:
    """Registry text in the grammar of clauses, but never as a template: every line is a value that may start an item."""
    lines = []
    for line in text.split("\n"):
        marker = re.match(r"[ \t]*(?:\d{1,3}\.|[a-z]{1,2}\))[ \t]+", line)
        start = marker.group(0) if marker else ""
        rest = line[len(start) :].strip()
        lines.append(start.strip() + (" " if start else "") + (str(printed(rest)) if rest else ""))
    return "\n".join(lines)
