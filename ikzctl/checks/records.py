"""Rules that need one file only, per kind of record."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from ikzctl.checks import amounts, keys, texts, walk
from ikzctl.checks.periods import overlapping
from ikzctl.checks.report import day, few, inside, say, span
from ikzctl.checks.walk import Placed
from ikzctl.model.findings import FieldPath, Finding
from ikzctl.model.kinds import Place
from ikzctl.model.security import LEVELS
from ikzctl.registry.near import Hints, near

if TYPE_CHECKING:
    from ikzctl.model.agreement import Agreement
    from ikzctl.model.base import Period
    from ikzctl.model.cooperation import Cooperation
    from ikzctl.model.costs import Costs, Rate
    from ikzctl.model.member import Member, Suspension
    from ikzctl.model.partner import Partner
    from ikzctl.model.pool import StaffPool
    from ikzctl.model.security import SecurityFile
    from ikzctl.model.system import System

KindCheck = Callable[[Any], Iterable[Finding]]


# --- every kind -------------------------------------------------------------------------------------------------------


def periods_in_order(found: Iterable[Placed]) -> Iterator[Finding]:
    for path, part in found:
        values = part.__dict__
        from_, until = values.get("from_"), values.get("until")
        if from_ is not None and until is not None and until < from_:
            text = (
                f"das Ende {day(until)} liegt vor dem Beginn {day(from_)}; „until“ ist der letzte Tag, an dem es gilt"
            )
            yield say("IKZ-T001", "error", inside(*path, "until"), text)


def ids_once(path: FieldPath, values: Sequence[Any]) -> Iterator[Finding]:
    """Ids inside one list, and plain values of one list, occur once."""
    if isinstance(values[0], str):
        for number in _repeated(values):
            text = f"„{values[number]}“ steht in dieser Liste schon weiter oben; einmal genügt"
            yield say("IKZ-S012", "warning", inside(*path, number), text)
        return
    # asked of the instance's own dictionary: a model that lacks the name takes long to say so
    known = getattr(values[0], "__dict__", {})
    for key, german in (("id", "Kennung"), ("number", "Nummer")):
        if key in known:
            for number in _repeated([n if (n := getattr(v, key)) is not None else object() for v in values]):
                text = f"die {german} „{getattr(values[number], key)}“ gibt es in dieser Liste schon; jede darf nur einmal vorkommen"
                yield say("IKZ-S011", "error", inside(*path, number, key), text)


def _repeated(values: Iterable[Hashable]) -> Iterator[int]:
    seen: set[Hashable] = set()
    for number, value in enumerate(values):
        if value in seen:
            yield number
        seen.add(value)


def _overlaps(
    entries: Sequence[Period], key: Callable[[Any], Hashable | None], path: str, what: str
) -> Iterator[Finding]:
    if len(entries) < 2:
        return
    groups: dict[Hashable, list[tuple[int, Period]]] = {}
    for number, entry in enumerate(entries):
        name = key(entry)
        if name is not None:
            groups.setdefault(name, []).append((number, entry))
    for group in groups.values():
        dated = sorted((p.from_, i, p.until) for i, p in group if p.from_)
        for one, other in overlapping((start, until, i) for start, i, until in dated):
            a, b = entries[one], entries[other]
            text = (
                f"{what} gelten zur selben Zeit: Eintrag {one + 1} {span(a.from_, a.until)} und Eintrag {other + 1} "
                f"{span(b.from_, b.until)}; der frühere braucht ein Ende vor dem Beginn des späteren"
            )
            yield say("IKZ-T002", "warning", inside(path, other), text)


# --- partner, system, security ----------------------------------------------------------------------------------------


def one_office_at_a_time(r: Partner) -> Iterator[Finding]:
    yield from _overlaps(
        r.representation,
        lambda x: None if x.deputy or x.scope else "office",
        "representation",
        "zwei Ämter der Vertretung",
    )
    yield from _overlaps(r.organs, lambda x: x.name, "organs", "zwei Einträge desselben Organs")
    yield from _overlaps(
        r.applications, lambda x: (x.system, x.task), "applications", "zwei Einträge desselben Systems"
    )


def one_tenant_at_a_time(r: System) -> Iterator[Finding]:
    yield from _overlaps(
        r.tenants, lambda x: (x.partner, x.environment, x.name), "tenants", "zwei Einträge desselben Mandanten"
    )


def conflicts_known(r: System) -> Iterator[Finding]:
    known, hints = {x.id for x in r.roles}, Hints()
    for i, role in enumerate(r.roles):
        for k, other in enumerate(role.conflicts):
            if other not in known:
                text = f"die Rolle „{other}“ gibt es in diesem System nicht.{hints.near(other, known)}"
                yield say("IKZ-R003", "error", inside("roles", i, "conflicts", k), text)
            elif other == role.id:
                text = f"die Rolle „{other}“ kann nicht mit sich selbst unvereinbar sein"
                yield say("IKZ-S019", "error", inside("roles", i, "conflicts", k), text)


def levels_known(r: SecurityFile) -> Iterator[Finding]:
    for i, c in enumerate(r.commitments):
        yield from _level(c.framework, c.level, ("commitments", i, "level"))


def _level(framework: str, level: str, path: FieldPath) -> Iterator[Finding]:
    known = LEVELS[framework]
    if level not in known:
        hint = near(level, known) or f" Möglich sind: {', '.join(known)}."
        text = f"das Niveau „{level}“ kennt das Regelwerk {framework} nicht; es lässt sich mit keiner Zusage vergleichen.{hint}"
        yield say("IKZ-G004", "warning", inside(*path), text)


# --- cooperation ------------------------------------------------------------------------------------------------------


def milestones_known(r: Cooperation) -> Iterator[Finding]:
    known, hints = {m.id for m in r.milestones}, Hints()
    named: list[tuple[FieldPath, str]] = [(("gates", "milestones", i), m) for i, m in enumerate(r.gates.milestones)]
    named += [(("milestones", i, "after", k), a) for i, m in enumerate(r.milestones) for k, a in enumerate(m.after)]
    for path, id in named:
        if id not in known:
            yield say(
                "IKZ-R002", "error", inside(*path), f"den Meilenstein „{id}“ gibt es hier nicht.{hints.near(id, known)}"
            )


def milestones_without_circle(r: Cooperation) -> Iterator[Finding]:
    if len({m.id for m in r.milestones}) < len(r.milestones):
        return  # two of one name: what waits for which cannot be said
    if _wait_for_earlier_ones(r):
        return
    try:
        TopologicalSorter({m.id: m.after for m in r.milestones}).prepare()
    except CycleError as fault:
        circle: list[str] = fault.args[1]
        at = next(i for i, m in enumerate(r.milestones) if m.id in circle)
        text = (
            f"die Meilensteine warten im Kreis aufeinander: {few(circle[::-1], between=' → ')}; "
            "einer muss ohne den anderen beginnen können"
        )
        yield say("IKZ-T003", "error", inside("milestones", at, "after"), text)


def _wait_for_earlier_ones(r: Cooperation) -> bool:
    """In a plan that is told from its beginning, which most are, there is no circle to be looked for."""
    above: set[str] = set()
    for m in r.milestones:
        if not above.issuperset(m.after):
            return False
        above.add(m.id)
    return True


def gate_levels_known(r: Cooperation) -> Iterator[Finding]:
    for i, g in enumerate(r.gates.security):
        yield from _level(g.framework, g.level, ("gates", "security", i, "level"))


# --- agreement --------------------------------------------------------------------------------------------------------


def documents_known(r: Agreement) -> Iterator[Finding]:
    known, hints = {d.id for d in r.documents}, Hints()
    for i, role in enumerate(r.data_protection):
        if role.document and role.document not in known:
            text = f"das Dokument „{role.document}“ steht nicht unter „documents“.{hints.near(role.document, known)}"
            yield say("IKZ-R005", "error", inside("data_protection", i, "document"), text)


def versions_known(r: Agreement) -> Iterator[Finding]:
    known = {v.number for v in r.versions} | {0}
    in_order = sorted(known)
    for i, step in enumerate(r.procedure):
        if step.for_version not in known:
            text = f"eine Fassung mit der Nummer {step.for_version} gibt es nicht; vorhanden: {few(in_order)}"
            yield say("IKZ-R006", "error", inside("procedure", i, "for_version"), text)


def versions_in_order(r: Agreement) -> Iterator[Finding]:
    dated = sorted(((v.number, i, v.in_force_from) for i, v in enumerate(r.versions) if v.in_force_from))
    latest, before = date.min, 0
    for number, i, start in dated:
        if start < latest:
            text = f"Fassung {number} wird am {day(start)} wirksam und damit vor Fassung {before} ({day(latest)})"
            yield say("IKZ-T004", "error", inside("versions", i, "in_force_from"), text)
        else:
            latest, before = start, number
    for i, v in enumerate(r.versions):
        if v.in_force_from and v.until and v.until < v.in_force_from:
            text = f"Fassung {v.number} tritt am {day(v.until)} außer Kraft und damit vor ihrem Wirksamwerden ({day(v.in_force_from)})"
            yield say("IKZ-T001", "error", inside("versions", i, "until"), text)


def choices_complete(r: Agreement) -> Iterator[Finding]:
    d = r.duration
    if d.kind in ("befristet", "erprobung") and d.until is None:
        yield _incomplete(("duration", "kind"), f"„{d.kind}“ braucht den letzten Tag unter „until“")
    if d.kind == "mindestlaufzeit" and d.minimum_until is None and d.minimum is None:
        yield _incomplete(("duration", "kind"), "„mindestlaufzeit“ braucht „minimum_until“ oder „minimum“")
    if r.entry_into_force.rule == "fester_tag" and r.entry_into_force.date is None:
        yield _incomplete(("entry_into_force", "rule"), "„fester_tag“ braucht den Tag unter „date“")
    if r.entry_into_force.rule == "gestaffelt" and not r.entry_into_force.per_partner:
        yield _incomplete(("entry_into_force", "rule"), "„gestaffelt“ braucht die Tage unter „per_partner“")
    for i, n in enumerate(r.notice):
        if n.who == "bestimmte" and not n.partners:
            yield _incomplete(("notice", i, "who"), "„bestimmte“ braucht die Partner unter „partners“")
        if n.kind in ("ordentlich", "teilkuendigung") and n.period is None:
            yield _incomplete(("notice", i), f"die Kündigungsregel „{n.id}“ hat noch keine Frist („period“)")


def _incomplete(path: FieldPath, text: str) -> Finding:
    return say("IKZ-S019", "warning", inside(*path), text)


def one_rate_at_a_time(r: Costs) -> Iterator[Finding]:
    def same(x: Rate) -> Hashable:
        return (x.task, x.case_group, x.unit) if x.case_group else None

    yield from _overlaps(r.rates, same, "rates", "zwei Sätze für dieselbe Fallgruppe")


# --- member, mandate, pool, suspension --------------------------------------------------------------------------------


def state_fits_dates(r: Member) -> Iterator[Finding]:
    if r.state == "beigetreten" and r.from_ is None and r.from_text is None:
        yield say(
            "IKZ-T005",
            "warning",
            inside("state"),
            "als „beigetreten“ geführt, aber ohne Beginn unter „from“ oder „from_text“",
        )
    if r.state == "ausgeschieden" and r.until is None:
        yield say(
            "IKZ-T005", "error", inside("state"), "als „ausgeschieden“ geführt, aber ohne letzten Tag unter „until“"
        )
    end = r.termination
    if end and r.until and end.effective != r.until:
        text = (
            f"die Kündigung wirkt zum {day(end.effective)}, die Mitgliedschaft endet aber am {day(r.until)}; "
            "beide Tage müssen gleich sein"
        )
        yield say("IKZ-T006", "error", inside("termination", "effective"), text)
    elif end and r.until is None:
        text = f"die Kündigung wirkt zum {day(end.effective)}, die Mitgliedschaft hat aber kein Ende unter „until“"
        yield say("IKZ-T006", "error", inside("termination", "effective"), text)


def one_share_at_a_time(r: Member) -> Iterator[Finding]:
    yield from _overlaps(r.shares, lambda x: x.key, "shares", "zwei Anteile mit demselben Schlüssel")


def roles_inside_position(r: StaffPool) -> Iterator[Finding]:
    for i, position in enumerate(r.positions):
        for k, role in enumerate(position.roles):
            early = role.from_ and position.from_ and role.from_ < position.from_
            late = role.until and position.until and role.until > position.until
            if early or late:
                text = (
                    f"die Rolle „{role.role}“ gilt {span(role.from_, role.until)}, die Stelle „{position.id}“ aber nur "
                    f"{span(position.from_, position.until)}"
                )
                yield say("IKZ-T007", "warning", inside("positions", i, "roles", k), text)


def suspension_has_object(r: Suspension) -> Iterator[Finding]:
    if r.partner is None and r.mandate is None:
        yield say(
            "IKZ-S015", "error", inside(), "die Sperre nennt weder einen Partner noch ein Mandat; sie sperrt nichts"
        )


BY_KIND: dict[str, tuple[KindCheck, ...]] = {
    "partner": (keys.official_key, one_office_at_a_time),
    "system": (one_tenant_at_a_time, conflicts_known),
    "security": (levels_known,),
    "cooperation": (milestones_known, milestones_without_circle, gate_levels_known),
    "agreement": (documents_known, versions_known, versions_in_order, choices_complete),
    "costs": (*amounts.RECORD, one_rate_at_a_time),
    "member": (state_fits_dates, one_share_at_a_time),
    "pool": (roles_inside_position,),
    "suspension": (suspension_has_object,),
}


def check_record(place: Place, record: Any, content: bytes) -> Iterator[Finding]:
    """All rules for this kind of record; `content` is the file that it was read from."""
    found, lists = walk.parts(record)
    at_hand = [*periods_in_order(found)]
    for path, values in lists:
        at_hand += ids_once(path, values)
    if suspects := texts.suspects(content):
        at_hand += texts.nothing_confidential(found, suspects)
        at_hand += texts.nothing_confidential_beside(content, suspects)
    for check in BY_KIND.get(place.kind.name, ()):
        at_hand += check(record)
    if at_hand:
        file = place.kind.path(place.id, place.cooperation)
        for finding in at_hand:
            yield replace(finding, pointer=replace(finding.pointer, file=file))


RECORD_CHECKS = (check_record,)
"""For `scan(source, RECORD_CHECKS)`: one entry, because it knows what applies to which kind."""
