"""The board as plain German text of at most a hundred columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from ikzctl.library import german
from ikzctl.library.gates import STAGES_DE
from ikzctl.procedure.steps import kind_de
from ikzctl.procedure.values import Board, Deadline, Done, MilestoneRow, Obstacle, Overview, OverviewRow, PartnerRow

WIDTH = 100
_NAMES_SHOWN = 12
_NAME_WIDTH = 34
_MARKS = {"offen": "fehlt", "vertagt": "vertagt", "abgelehnt": "abgelehnt", "nicht_dokumentiert": "–"}
_AGREEMENT = {
    "entwurf": "Entwurf",
    "beschlossen": "beschlossen",
    "unterzeichnet": "unterzeichnet",
    "genehmigt": "genehmigt",
    "in_kraft": "in Kraft",
    "beendet": "beendet",
}
_MILESTONE = {"laeuft": "läuft"}
_CLOCK = {
    "nicht_eingereicht": "nicht beantragt",
    "laeuft": "Frist läuft",
    "angehalten": "angehalten",
    "gilt_als_erteilt": "gilt als erteilt",
    "erteilt": "erteilt",
    "abgelehnt": "abgelehnt",
}


def board_lines(b: Board) -> tuple[str, ...]:
    return tuple(_board(b))


def _board(b: Board) -> Iterator[str]:
    since = f" seit {german.date_long(b.phase_since)}" if b.phase_since else ""
    yield f"{b.name} ({b.id})"
    yield f"Stand {german.date_long(b.as_of)} · Phase: {b.phase}{since} · Vereinbarung: {_agreement_text(b)}"
    if b.phase_reason:
        yield from _wrap(b.phase_reason, "")
    yield from _obstacles(b)
    yield from _partners(b)
    yield from _approvals(b)
    yield from _security(b)
    yield from _readiness(b)
    yield from _milestones(b.milestones)
    yield from _questions(b)
    yield from _deadlines(b.deadlines)


def _agreement_text(b: Board) -> str:
    if b.agreement is None:
        return "keine"
    version = "" if not b.version else f", {b.version}. Änderung"
    return f"{_AGREEMENT[b.agreement]}{version}"


def _obstacles(b: Board) -> Iterator[str]:
    started = b.phase in ("betrieb", "beendet")
    yield ""
    if not b.obstacles:
        yield "Nichts steht dem Betrieb entgegen." if started else "Nichts verhindert den Start."
        return
    yield "Was noch offen ist" if started else "Was den Start verhindert"
    for number, o in enumerate(b.obstacles, 1):
        yield from _obstacle(number, o)


def _obstacle(number: int, o: Obstacle) -> Iterator[str]:
    yield from _wrap(o.what, f"{number:>3}. ")
    if o.who:
        yield from _wrap(f"mit wem: {_some(o.who)}", " " * 5, 14)
    if o.since or o.since_text:
        yield from _wrap(f"seit:    {german.date_long(o.since) if o.since else o.since_text}", " " * 5, 14)
    yield from _wrap(f"zu tun:  {o.todo}", " " * 5, 14)


def _partners(b: Board) -> Iterator[str]:
    yield ""
    width = min(_NAME_WIDTH, max((len(p.name) for p in b.partners), default=7))
    yield f"{'Partner':<{width}}  {'Mitgliedschaft':<23}{'Beschluss':<13}{'Unterschrift':<13}Bekanntm."
    for p in b.partners:
        cells = (
            f"{_done(p.resolution):<13}{_done(p.signature):<13}{_done(p.publication)}"
            if p.state != "ausgeschieden"
            else ""
        )
        yield f"{_cut(p.name, width):<{width}}  {_membership(p):<23}{cells}".rstrip()


def _membership(p: PartnerRow) -> str:
    if p.state == "ausgeschieden":
        return f"bis {german.date_short(p.until)}" if p.until else "ausgeschieden"
    if p.state == "gekuendigt" or p.until:
        return f"endet {german.date_short(p.until)}" if p.until else "gekündigt"
    if p.state == "vorgesehen":
        return f"geplant {german.date_short(p.from_)}" if p.from_ else "geplant, Tag offen"
    return f"seit {german.date_short(p.from_)}" if p.from_ else "ja"


def _done(d: Done) -> str:
    if d.mark == "erledigt":
        return german.date_short(d.on) if d.on else "ja"
    if d.mark == "vorgesehen":
        return f"({german.date_short(d.on)})" if d.on else "geplant"
    return _MARKS[d.mark]


def _approvals(b: Board) -> Iterator[str]:
    yield from _title("Behörden", b.approvals)
    for row in b.approvals:
        text = f"{kind_de(row.kind)}: {_CLOCK[row.state]}"
        text += f", {row.authority}" if row.authority else ", zuständige Behörde offen"
        if row.started_on:
            text += f", Eingang {german.date_short(row.started_on)}"
        if row.ends_on and row.state == "laeuft":
            text += f", Fristende {german.date_short(row.ends_on)}"
        if row.decided_on:
            text += f" am {german.date_short(row.decided_on)}"
        if row.file_no:
            text += f" (Az. {row.file_no})"
        yield from _wrap(text, "  ")
        yield from _wrap(f"→ {row.next_step}", "    ")


def _security(b: Board) -> Iterator[str]:
    yield from _title("IT-Sicherheit: verlangt und erreicht", b.security)
    for demanded in dict.fromkeys(row.demanded for row in b.security):
        rows = [row for row in b.security if row.demanded == demanded]
        reached = sum(row.state == "erreicht" for row in rows)
        yield from _wrap(f"{demanded}: {reached} von {len(rows)} erreicht", "  ")
        for state, word in (("zugesagt", "zugesagt, nicht erreicht"), ("fehlt", "keine Zusage")):
            names = [row.name for row in rows if row.state == state]
            if names:
                yield from _wrap(f"{word}: {_some(names)}", "    ")


def _readiness(b: Board) -> Iterator[str]:
    yield from _title("Digitale Kette: in Betrieb", b.readiness)
    for task in dict.fromkeys(row.task for row in b.readiness):
        stages = [f"{STAGES_DE[r.stage]} {r.ready}/{r.members}" for r in b.readiness if r.task == task]
        yield from _wrap(f"{task}: {', '.join(stages)}", "  ")


def _milestones(rows: tuple[MilestoneRow, ...]) -> Iterator[str]:
    yield from _title("Meilensteine", rows)
    for row in rows:
        text = f"{_MILESTONE.get(row.state, row.state):<11} {row.title}"
        if row.demanded:
            text += " [vor dem Start]"
        if row.due or row.due_text:
            text += f", fällig {german.date_short(row.due) if row.due else row.due_text}"
        if row.overdue:
            text += " – überfällig"
        yield from _wrap(text, "  ", 14)
        if row.waits_for:
            yield from _wrap(f"wartet auf: {row.waits_for}", " " * 14)
        if row.blocked_by:
            yield from _wrap(f"erst nach: {', '.join(row.blocked_by)}", " " * 14)
        if row.exceptions:
            yield from _wrap(f"Ausnahme: {_some(row.exceptions)}", " " * 14)


def _questions(b: Board) -> Iterator[str]:
    yield from _title("Offene Fragen", b.questions)
    for q in b.questions:
        asked = german.date_short(q.asked_on) if q.asked_on else "ohne Tag"
        blocks = f" [sperrt: {', '.join(q.blocks)}]" if q.blocks else ""
        owner = f" – {q.owner}" if q.owner else ""
        yield from _wrap(f"{asked:<10}  {q.question}{owner}{blocks}", "  ", 14)


def _deadlines(rows: tuple[Deadline, ...]) -> Iterator[str]:
    yield from _title("Termine und Fristen", rows)
    for d in rows:
        if d.on is not None:
            yield from _wrap(f"{german.date_short(d.on)}  {d.what}{' – überfällig' if d.overdue else ''}", "  ", 14)
        else:
            yield from _wrap(f"ohne Tag    {d.what}: {d.on_text}", "  ", 14)


# --- overview ---------------------------------------------------------------------------------------------------------


def overview_lines(o: Overview) -> tuple[str, ...]:
    out = [f"{o.name}, Stand {german.date_long(o.as_of)}"]
    for row in o.cooperations:
        out += ["", *_overview_row(row)]
    if not o.cooperations:
        out.append("Es gibt noch keine Zusammenarbeit.")
    return tuple(out)


def _overview_row(row: OverviewRow) -> Iterator[str]:
    members = f"{row.members} Mitglieder" if row.members != 1 else "1 Mitglied"
    planned = f", {row.planned} vorgesehen" if row.planned else ""
    agreement = _AGREEMENT[row.agreement] if row.agreement else "keine"
    yield f"{row.name} ({row.id})"
    yield f"  {row.phase} · {members}{planned} · Vereinbarung: {agreement}"
    if row.first_obstacle:
        more = f" (und {row.obstacles - 1} weitere)" if row.obstacles > 1 else ""
        yield from _wrap(f"offen: {row.first_obstacle}{more}", "  ")
    if row.overdue:
        yield f"  überfällig: {row.overdue}"
    if row.next_deadline is not None and row.next_deadline.on is not None:
        yield from _wrap(f"nächster Termin: {german.date_short(row.next_deadline.on)} {row.next_deadline.what}", "  ")


# --- lines ------------------------------------------------------------------------------------------------------------


def _title(text: str, rows: Iterable[object]) -> Iterator[str]:
    if any(True for _ in rows):
        yield ""
        yield text


def _wrap(text: str, indent: str, hanging: int | None = None) -> list[str]:
    following = " " * (hanging if hanging is not None else len(indent))
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=following, break_on_hyphens=False)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _some(names: Iterable[str]) -> str:
    known = list(names)
    if len(known) <= _NAMES_SHOWN:
        return german.enumeration(known)
    return f"{', '.join(known[:_NAMES_SHOWN])} und {len(known) - _NAMES_SHOWN} weitere"
