"""The review sheet of a draft: everything a lawyer must still decide, with the place in the registry that answers it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from ikzctl.documents.case import DraftCase, Stamp
from ikzctl.documents.clauses import Chosen, Left, shipped_form
from ikzctl.documents.content import Document, Inlines, Open, Table, text
from ikzctl.documents.context_time import next_day
from ikzctl.documents.layouts import Properties, fill, load
from ikzctl.documents.marks import clean, visible
from ikzctl.documents.readback import verify
from ikzctl.documents.report import Block, Heading, Paragraph, Point, to_texts, to_xml
from ikzctl.documents.words import clause, money
from ikzctl.library import german
from ikzctl.library.law import Content, Fact
from ikzctl.model.base import Part
from ikzctl.model.findings import Finding
from ikzctl.model.mandate import Mandate

FORM = "pruefvermerk"
SLOTS = ("inhalt",)
STATES = {
    "verified": "geprüft",
    "partly": "teilweise geprüft",
    "inferred": "gefolgert, nicht bestätigt",
    "general_knowledge": "allgemein bekannt, nicht nachgelesen",
    "unknown": "unbekannt",
}
_ALLOWED = {
    "doubtful": "im Landesrecht ohne ausdrückliche Grundlage",
    "bundle": "nur als Bündel mehrerer Vereinbarungen",
    "other_form": "nicht durch diese Rechtsform",
}
_MODES = {
    "delegating": "delegierend",
    "mandating": "mandatierend",
    "joint": "gemeinsame Durchführung",
    "shared_facility": "Mitbenutzung",
    "reciprocal": "gegenseitig",
    "staff_lending": "Personalgestellung",
    "statutory_assignment": "Heranziehung",
}
_SEVERITIES = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}
# The parties stand in the head of every document, not in a clause file.
HEAD_CONTENTS = {"zv.parties": "R02"}


def write_review(
    case: DraftCase,
    document: Document,
    chosen: Sequence[Chosen],
    left: Sequence[Left],
    facts: Sequence[tuple[Open, tuple[str, ...]]],
    notes: Sequence[str],
    stamp: Stamp,
    mark: str,
) -> bytes:
    """The review sheet as a Word file, read back like the draft itself."""
    blocks = list(review_blocks(case, document, chosen, left, facts, notes))
    form = shipped_form(FORM)
    layout = load(form.layout, FORM, SLOTS)
    values = {
        "titel": "Prüfvermerk",
        "untertitel": clean(f"zum Entwurf: {document.title} {document.subtitle}"),
        "kurztitel": clean(f"Prüfvermerk {case.cooperation.name}"),
        "vermerk": mark,
    }
    stamped = (
        ("ikzctl-formular", f"{form.id}@{form.version}"),
        ("ikzctl-zusammenarbeit", case.id),
        ("ikzctl-stand", stamp.as_of.isoformat()),
        ("ikzctl-commit", stamp.commit or "nicht festgeschrieben"),
        ("ikzctl-rechtsstand", f"{case.law.land} {case.law.edition}"),
        ("ikzctl-layout", hashlib.sha256(form.layout).hexdigest()),
    )
    title = f"{values['titel']} {values['untertitel']}"
    made = fill(
        layout,
        values,
        {"inhalt": to_xml(blocks)},
        Properties(title, stamp.as_of, f"ikzctl {stamp.tool_version}", stamped),
    )
    verify(made, layout, values, {"inhalt": list(to_texts(blocks))}, [])
    return made


def review_blocks(
    case: DraftCase,
    document: Document,
    chosen: Sequence[Chosen],
    left: Sequence[Left],
    facts: Sequence[tuple[Open, tuple[str, ...]]],
    notes: Sequence[str],
) -> Iterator[Block]:
    """What is missing first, then what is open, then what is only worth knowing."""
    places = _places(document)
    contents = list(mandatory(case, chosen))
    missing = [(content, where) for content, where in contents if not where]
    yield _par(
        "Dieser Vermerk ist aus dem Register und den Vorlagen errechnet. Er bereitet die rechtliche Prüfung vor und ersetzt sie nicht."
    )
    yield Point(text(f"fehlende Pflichtinhalte: {len(missing)}"))
    yield Point(text(f"offene Angaben: {len(facts)}"))
    yield Point(text(f"Vorschriften, die nicht voll geprüft sind: {len(list(_unsure(case, chosen)))}"))
    yield Point(text(f"offene Befunde: {len(case.findings)}, geduldete Befunde: {len(case.waived)}"))
    yield from _missing(missing)
    yield from _decisions(case, notes)
    yield from _open_facts(facts, places)
    yield from _norms(case, chosen, places)
    yield from _findings(case)
    yield from _questions(case)
    yield from _provisional(case)
    yield from _dates(case)
    yield from _documents(case)
    yield from _contents(contents, places)
    yield from _clauses(chosen, left, places)


def _par(value: str) -> Paragraph:
    return Paragraph(text(german.citation(value)))


def _places(document: Document) -> dict[str, str]:
    """Clause id → how the draft itself calls the place."""
    names = {section.clause_id: f"§\u00a0{section.number}" for section in document.sections}
    names |= {part.clause_id: part.heading or "Eingang" for part in document.introduction}
    names |= {"R02": "Beteiligte", "S09": "Unterschriften"}
    return names


def _where(ids: Sequence[str], places: dict[str, str]) -> str:
    return ", ".join(dict.fromkeys(places.get(id, id) for id in ids))


def _cells(*values: str) -> tuple[Inlines, ...]:
    return tuple(text(value) for value in values)


# --- contents of the Land ---


def _holds(case: DraftCase, content: Content) -> bool:
    """Whether a content is asked for in this case; a condition we do not know holds, so that nothing is hidden."""
    mandates = case.current_mandates
    conditions = {
        "scope_part": any(m.scope.kind == "teil" for m in mandates),
        "area_limited": any(m.area.kind == "teil" for m in mandates)
        or any(case.members[id].area.kind == "teil" for id in case.parties),
        "mode_delegating": any(m.mode == "delegating" for m in mandates),
        "bylaw_needed": any(d.kind == "satzung" for d in case.agreement.documents),
        "staff_pool": bool(case.pools),
        "unlimited_term": case.agreement.duration.kind in ("unbefristet", "mindestlaufzeit", "offen"),
        "three_or_more_parties": len(case.parties) >= 3,
        "personal_data": any(case.tasks[id].personal_data for id in case.task_ids),
    }
    return conditions.get(content.condition, True)


def mandatory(case: DraftCase, chosen: Sequence[Chosen]) -> Iterator[tuple[Content, tuple[str, ...]]]:
    """The contents that the Land asks for in this case, each with the clauses that cover it."""
    for content in case.law.contents:
        if content.mandatory == "no" or not _holds(case, content):
            continue
        where = tuple(item.id for item in chosen if content.id in item.contents)
        if content.id in HEAD_CONTENTS:
            where = (HEAD_CONTENTS[content.id], *where)
        yield content, where


def _missing(missing: Sequence[tuple[Content, tuple[str, ...]]]) -> Iterator[Block]:
    if not missing:
        return
    yield Heading("Fehlende Inhalte")
    rows = tuple(
        _cells(c.text, c.norm if c.citation_usable else f"{c.norm} (Wortlaut nicht gelesen)", STATES[c.state])
        for c, _ in missing
    )
    yield Table(("Inhalt", "Vorschrift", "Stand der Prüfung"), (46, 30, 24), rows)


def _contents(contents: Sequence[tuple[Content, tuple[str, ...]]], places: dict[str, str]) -> Iterator[Block]:
    yield Heading("Inhalte nach dem Recht des Landes")
    if not contents:
        yield _par("Für dieses Land sind keine Inhalte hinterlegt; die Anforderungen sind im Gesetz nachzulesen.")
        return
    rows = tuple(_cells(c.text, c.norm, _where(where, places) or "fehlt", STATES[c.state]) for c, where in contents)
    yield Table(("Inhalt", "Vorschrift", "geregelt in", "Stand der Prüfung"), (36, 26, 18, 20), rows)


# --- what has to be decided ---


def _mandate_points(case: DraftCase, mandate: Mandate) -> Iterator[str]:
    name = f"Aufgabe „{case.tasks[mandate.task].name}“"
    if sum(other.task == mandate.task for other in case.current_mandates) > 1:
        name += f" ({mandate.title or mandate.id})"
    mode = case.law.mode(mandate.mode)
    form = case.law.form(mandate.form) if mandate.form else None
    if mandate.state == "vorgeschlagen":
        yield f"{name}: Das Mandat ist erst vorgeschlagen und noch nicht vereinbart."
    if mode and mode.allowed != "yes":
        allowed = f"{_ALLOWED[mode.allowed]} ({STATES[mode.state]})"
        yield f"{name}: Die Art „{_MODES[mandate.mode]}“ ist {allowed}. {mode.effect}"
    if mandate.form is None:
        yield f"{name}: Die Rechtsform (A bis I) ist nicht festgelegt."
    elif form is not None:
        yield f"{name}: Rechtsform {form.code}, {form.name}. Grenze: {clause(form.limits)}."
        if form.modes and mandate.mode not in form.modes:
            yield f"{name}: Rechtsform {form.code} passt nicht zur Art „{_MODES[mandate.mode]}“."


def _decisions(case: DraftCase, notes: Sequence[str]) -> Iterator[Block]:
    yield Heading("Zu entscheiden")
    for mandate in case.current_mandates:
        yield from (Point(text(point)) for point in _mandate_points(case, mandate))
    dropped = [id for id in case.cooperation.tasks if id not in case.task_ids]
    for id in dropped:
        task = case.tasks[id]
        reason = f" ({clause(task.state_reason)})" if task.state_reason else ""
        yield Point(
            text(
                f"Aufgabe „{task.name}“ ist nicht im Entwurf: Es gibt kein Mandat für sie; Stand „{task.state}“{reason}."
            )
        )
    authority = case.authority
    yield Point(
        text(
            f"Genehmigungsbehörde: {authority.name or 'nicht bestimmbar'}. {authority.reason_de} "
            f"({authority.basis}; {STATES[authority.state]})"
        )
    )
    for fact in _cautions(case):
        yield Point(text(fact.text))
    for note in notes:
        yield Point(text(note))


def _cautions(case: DraftCase) -> Iterator[Fact]:
    """Facts of the Land whose wording nobody has read: they concern every draft."""
    for fact in case.law.facts:
        if fact.state == "unknown" and fact.id.startswith(("rp.13.", "rp.12.termination")):
            yield fact


def _open_facts(facts: Sequence[tuple[Open, tuple[str, ...]]], places: dict[str, str]) -> Iterator[Block]:
    yield Heading("Offene Angaben")
    if not facts:
        yield _par("Der Entwurf enthält keine offenen Angaben.")
        return
    rows = tuple(_cells(fact.label, fact.path, _where(where, places)) for fact, where in facts)
    yield Table(("Angabe", "Ort im Register", "im Entwurf"), (40, 44, 16), rows)


def _unsure(case: DraftCase, chosen: Sequence[Chosen]) -> Iterator[tuple[Fact, tuple[str, ...]]]:
    """Norms behind the chosen clauses that were not read in full, each once."""
    used: dict[str, list[str]] = {}
    for item in chosen:
        for norm in item.norms:
            used.setdefault(norm, []).append(item.id)
    for id, where in used.items():
        if id.split(".", 1)[0] not in ("bund", case.law.land.lower()):
            continue
        fact = case.law.fact(id)
        if fact.state != "verified":
            yield fact, tuple(where)


def _norms(case: DraftCase, chosen: Sequence[Chosen], places: dict[str, str]) -> Iterator[Block]:
    yield Heading("Vorschriften, die nicht voll geprüft sind")
    if case.law.depth != "full":
        yield _par(
            f"Für {case.law.name} sind nur Name und Grundlage der Vereinbarung hinterlegt. "
            "Genehmigung, Bekanntmachung und Pflichtinhalte sind im Gesetz nachzulesen."
        )
    rows = tuple(
        _cells(fact.norm or "–", fact.text, STATES[fact.state], _where(where, places))
        for fact, where in _unsure(case, chosen)
    )
    for task_id in case.task_ids:
        for basis in case.tasks[task_id].legal_bases:
            if basis.state == "ungeprueft":
                rows += (
                    _cells(
                        german.citation(basis.cite),
                        f"Rechtsgrundlage der Aufgabe „{case.tasks[task_id].name}“",
                        "im Register als ungeprüft geführt",
                        places.get("A01", ""),
                    ),
                )
    if rows:
        yield Table(("Vorschrift", "Aussage", "Stand der Prüfung", "im Entwurf"), (24, 40, 22, 14), rows)
    else:
        yield _par("Alle zugrunde gelegten Vorschriften sind im Wortlaut gelesen.")


def _findings(case: DraftCase) -> Iterator[Block]:
    for title, findings in (("Befunde der Prüfung", case.findings), ("Geduldete Befunde", case.waived)):
        if findings:
            yield Heading(title)
            rows = tuple(_finding(finding) for finding in findings)
            yield Table(("Befund", "Ort", "Aussage"), (16, 32, 52), rows)


def _finding(finding: Finding) -> tuple[Inlines, ...]:
    place = finding.pointer.file + (f": {finding.pointer.field_text}" if finding.pointer.field else "")
    code = f"{finding.code} {_SEVERITIES[finding.severity]}"
    return _cells(code, visible(place), visible(finding.message))


def _questions(case: DraftCase) -> Iterator[Block]:
    open_ = [q for q in case.cooperation.open_questions if not q.answer]
    unanswered = [(t.name, q) for t in (case.tasks[id] for id in case.task_ids) for q in t.questions if not q.answer]
    if not open_ and not unanswered:
        return
    yield Heading("Offene Fragen der Zusammenarbeit")
    for question in open_:
        details = []
        if question.blocks:
            details.append(f"hindert: {', '.join(question.blocks)}")
        if question.owner:
            details.append(f"klärt: {question.owner}")
        if question.due:
            details.append(f"bis {german.date_short(question.due)}")
        yield Point(text(question.question + (f" ({'; '.join(details)})" if details else "")))
    for name, asked in unanswered:
        yield Point(text(f"Aufgabe „{name}“: {asked.question}"))


def _provisional(case: DraftCase) -> Iterator[Block]:
    points = []
    euro = case.head.house_style.euro
    for rule in case.costs.rules if case.costs else ():
        if rule.state != "vereinbart":
            points.append(f"Kostenregel „{rule.name}“: {'vorläufig' if rule.state == 'vorlaeufig' else 'offen'}")
    for rate in case.costs.rates if case.costs else ():
        if rate.state != "vereinbart" or rate.amount is None:
            figures = [
                f"{label} {money(value, euro)}"
                for label, value in (
                    ("Betrag", rate.amount),
                    ("untere Annahme", rate.low),
                    ("obere Annahme", rate.high),
                )
                if value is not None
            ]
            points.append(f"Pauschale „{rate.name}“: nicht vereinbart" + (f"; {', '.join(figures)}" if figures else ""))
    points += [f"{path}: als Beispiel gekennzeichnet, von keiner Quelle belegt" for path in examples(case)]
    if points:
        yield Heading("Vorläufige Angaben und Beispiele")
        for point in points:
            yield Point(text(point))


def examples(case: DraftCase) -> Iterator[str]:
    """Every part of the case's records that is marked as an example, by file and field."""
    folder = f"cooperations/{case.id}"
    records: list[tuple[str, object]] = [
        (f"{folder}/cooperation.yaml", case.cooperation),
        (f"{folder}/agreement.yaml", case.agreement),
        (f"{folder}/costs.yaml", case.costs),
        *((f"{folder}/members/{id}.yaml", case.members[id]) for id in case.parties),
        *((f"{folder}/mandates/{mandate.id}.yaml", mandate) for mandate in case.current_mandates),
        *((f"{folder}/pools/{id}.yaml", case.pools[id]) for id in case.parties if id in case.pools),
        *((f"security/{id}.yaml", case.security[id]) for id in case.parties if id in case.security),
    ]
    for file, record in records:
        yield from (f"{file}{': ' + path if path else ''}" for path in _marked(record, ""))


def _marked(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, tuple):
        for position, item in enumerate(value, 1):
            yield from _marked(item, f"{path}[{position}]")
    elif isinstance(value, Part):
        if getattr(value, "example", False):
            yield path
            return
        for name in type(value).model_fields:
            yield from _marked(getattr(value, name), f"{path}.{name}" if path else name)


def _dates(case: DraftCase) -> Iterator[Block]:
    rules = [rule for rule in case.agreement.notice if rule.kind != "ausserordentlich"]
    points = []
    for rule in rules:
        end = next_day(rule, case.as_of)
        if end:
            points.append(
                f"Eine Kündigung nach der Regel „{rule.id}“, die am {german.date_long(case.as_of)} zuginge, "
                f"wirkte mit Ablauf des {german.date_long(end)}."
            )
    if points:
        yield Heading("Berechnete Termine")
        for point in points:
            yield Point(text(point))


def _documents(case: DraftCase) -> Iterator[Block]:
    pending = [d for d in case.agreement.documents if d.state not in ("geschlossen", "ausser_kraft")]
    if pending:
        yield Heading("Dokumente, die noch fehlen oder nicht geschlossen sind")
        for document in pending:
            yield Point(text(f"{document.title}: {document.state}"))


def _clauses(chosen: Sequence[Chosen], left: Sequence[Left], places: dict[str, str]) -> Iterator[Block]:
    yield Heading("Gewählte Klauseln")
    rows = tuple(
        _cells(places.get(c.id, ""), f"{c.id}, Fassung {c.version}", c.heading or "Eingang", c.reason) for c in chosen
    )
    yield Table(("Ort", "Klausel", "Überschrift", "Grund"), (12, 20, 28, 40), rows)
    if left:
        yield Heading("Nicht verwendete Klauseln")
        yield Table(
            ("Klausel", "Grund"),
            (40, 60),
            tuple(_cells(f"{item.id} {_short(item.heading)}", item.reason) for item in left),
        )


def _short(heading: str) -> str:
    """Headings that are templates themselves are left out: nothing was rendered for a clause that is not used."""
    return "" if "{" in heading else heading
