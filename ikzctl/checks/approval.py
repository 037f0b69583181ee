"""Approval of an agreement and of its changes: by whom, when, and what may not happen before."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import PARTY_ROLES, CooperationFacts, Network
from ikzctl.checks.report import by_fact, by_rule, day
from ikzctl.library import law, municipalities
from ikzctl.library.law import Authority, PartyFact
from ikzctl.model.findings import Finding, Pointer
from ikzctl.registry.facts import AgreementFact, PartnerFact, StepFact, VersionFact

GRANTED = frozenset({"erteilt", "erteilt_mit_auflagen", "fiktion"})
_KINDS = {"kreisverwaltung": "district", "add": "add"}
_GERMAN = {"district": "die Kreisverwaltung", "add": "die ADD"}


def needs_approval(folder: CooperationFacts) -> AgreementFact | None:
    """The agreement, if it is one that the law on co-operation wants approved."""
    a = folder.agreement
    return a if a and a.instrument == "zweckvereinbarung" else None


# --- which authority --------------------------------------------------------------------------------------------------


def authority_is_right(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    if a is None or land is None:
        return
    for i, step in enumerate(a.steps):
        if step.kind not in ("genehmigung", "anzeige") or not (step.authority or step.authority_kind):
            continue
        expected = authority_of(folder, network, land, step.version)
        given = _KINDS.get(step.authority_kind or "")
        number = 20 if _with_city_or_district(folder, network, step.version) else 19
        at = folder.at("agreement", a.id, "procedure", i, "authority_kind" if step.authority_kind else "authority")
        if expected.kind == "ask":
            text = f"die zuständige Behörde lässt sich nicht errechnen: {expected.reason_de}"
            yield from by_rule(19, land, at, text.rstrip("."), at_most="note")
        elif (given or step.authority_kind) and given != expected.kind:
            text = f"eingetragen ist {_said(step)}, zuständig ist nach dem Kreis der Beteiligten {expected.name}. {expected.reason_de}"
            yield from by_rule(number, land, at, text.rstrip("."), norm=expected.basis, state=expected.state)
        elif expected.kind == "district" and step.authority and not _same_office(step.authority, expected):
            text = f"eingetragen ist „{step.authority}“, zuständig ist nach dem Kreis der Beteiligten {expected.name}"
            at = folder.at("agreement", a.id, "procedure", i, "authority")
            yield from by_rule(19, land, at, text, norm=expected.basis, state=expected.state)


def authority_of(folder: CooperationFacts, network: Network, land: str, version: int) -> Authority:
    """The computed authority for one version of the agreement."""
    parties = (network.partners.get(id) for id in parties_of_version(folder, version))
    return law.approval_authority(land, [_party(p) for p in parties if p])


def _with_city_or_district(folder: CooperationFacts, network: Network, version: int) -> bool:
    parties = (network.partners.get(id) for id in parties_of_version(folder, version))
    return any(p.type in ("kreisfreie_stadt", "grosse_kreisangehoerige_stadt", "landkreis") for p in parties if p)


def parties_of_version(folder: CooperationFacts, number: int) -> tuple[str, ...]:
    """Who is party to this version: later joiners not yet, earlier leavers no more."""
    versions = folder.agreement.versions if folder.agreement else ()
    later = {p for v in versions if v.number > number for p in v.joins}
    gone = {p for v in versions if v.number <= number for p in v.leaves}
    members = (m for m in folder.members.values() if m.role in PARTY_ROLES)
    return tuple(m.partner for m in members if m.partner not in later and m.partner not in gone)


def _party(p: PartnerFact) -> PartyFact:
    return PartyFact(kind=p.type, key=p.key, district_key=p.district_key, land=p.land, name=p.name)


def _said(step: StepFact) -> str:
    return _GERMAN.get(_KINDS.get(step.authority_kind or "", ""), f"„{step.authority or step.authority_kind}“")


def _same_office(given: str, expected: Authority) -> bool:
    wanted = municipalities.fold((expected.name or "").removeprefix("Kreisverwaltung"))
    return wanted in municipalities.fold(given)


# --- in force only with approval --------------------------------------------------------------------------------------


def in_force_with_approval(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    if a is None or a.state != "in_kraft":
        return
    rewritten = [v.number for v in a.versions if v.kind == "neufassung" and v.from_ and v.from_ <= as_of]
    number = max(rewritten, default=0)
    at = folder.at("agreement", a.id, "state")
    granted = [s for s in a.steps if _is_approval(s, number)]
    if not granted and any(_is_unproven(s, number) for s in a.steps):
        text = "die Vereinbarung ist als in Kraft geführt, ihre Genehmigung ist aber nicht belegt"
        yield from by_rule(21, land, at, text, at_most="warning")
    elif not granted:
        text = "die Vereinbarung ist als in Kraft geführt, unter „procedure“ fehlt aber ihre Genehmigung"
        yield from by_rule(21, land, at, text)
    elif not any(approved_on(s, land) for s in granted):
        text = "die Vereinbarung ist als in Kraft geführt und genehmigt, der Tag der Genehmigung fehlt aber"
        yield from by_rule(21, land, at, text, at_most="warning")


def _is_approval(step: StepFact, version: int) -> bool:
    return step.kind == "genehmigung" and step.version == version and step.outcome in GRANTED


def _is_unproven(step: StepFact, version: int) -> bool:
    """Nobody doubts that it was given, but nobody has the paper."""
    return step.kind == "genehmigung" and step.version == version and step.outcome == "unbelegt"


def approved_on(step: StepFact, land: str | None) -> date | None:
    return step.decided or (deemed_on(step, land) if step.outcome == "fiktion" else None)


def deemed_on(step: StepFact, land: str | None) -> date | None:
    """The day with which approval counts as given if the authority stays silent; None if no clock runs."""
    start = step.resubmitted or step.received
    if start is None or (step.objected and not (step.resubmitted and step.resubmitted > step.objected)):
        return None
    procedure = law.procedure_of(land) if land else None
    return _months_later(start, procedure.approval.clock.months) if procedure else None


def _months_later(start: date, months: int) -> date:
    """The same day of a later month; its last day where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def nothing_before_approval(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Neither effect nor publication of a version before its approval, no effect before it was published."""
    a, land = needs_approval(folder), network.land(folder)
    if a is None:
        return
    approved = {s.version: d for s in a.steps if _is_approval(s, s.version) and (d := approved_on(s, land))}
    last: dict[int, date] = {}
    for m in folder.members.values():
        for i, (number, day_) in enumerate(m.publications):
            if day_ is None:
                continue
            last[number] = max(day_, last.get(number, day_))
            if number in approved and day_ < approved[number]:
                text = f"bekannt gemacht am {day(day_)}, genehmigt aber erst am {day(approved[number])}"
                yield from by_rule(23, land, folder.at("member", m.partner, "publications", i, "date"), text)
    for at, number, starts in _starts(folder, a):
        if number in approved and starts < approved[number]:
            text = f"wirksam ab {day(starts)}, genehmigt aber erst am {day(approved[number])}"
            yield from by_rule(22, land, at, text)
        # with staggered starts the first day says nothing about the last publication
        if land == "RP" and number in last and starts <= last[number] and a.entry_rule != "gestaffelt":
            text = (
                f"wirksam ab {day(starts)}, die letzte Bekanntmachung erschien aber erst am {day(last[number])}; "
                "frühestens am Tag danach"
            )
            yield by_fact("IKZ-L103", "error", land, "rp.12.entry_into_force", at, text)


def _starts(folder: CooperationFacts, a: AgreementFact) -> Iterator[tuple[Pointer, int, date]]:
    """Where a version says from which day it holds."""
    for i, v in enumerate(a.versions):
        if v.from_:
            yield folder.at("agreement", a.id, "versions", i, "in_force_from"), v.number, v.from_
    if a.entry_date and not any(v.number == 0 and v.from_ for v in a.versions):
        yield folder.at("agreement", a.id, "entry_into_force", "date"), 0, a.entry_date


# --- the clock --------------------------------------------------------------------------------------------------------


def clock_is_right(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    for i, step in enumerate(a.steps if a else ()):
        if step.kind != "genehmigung":
            continue
        at = folder.at("agreement", folder.id, "procedure", i)
        if step.received is None and (step.outcome == "fiktion" or (step.sent and step.outcome == "offen")):
            text = "der Tag des Eingangs bei der Behörde fehlt; ohne ihn läuft keine Frist"
            yield from by_rule(25, land, at, text)
            continue
        due = deemed_on(step, land)
        if step.outcome == "fiktion":
            yield from _fiction(step, due, land, at)
        elif step.outcome == "offen" and due and due < as_of:
            text = f"die Frist ist am {day(due)} abgelaufen; die Genehmigung kann als erteilt gelten. Bitte bei der Behörde klären"
            yield from by_rule(24, land, at, text, at_most="note")


def _fiction(step: StepFact, due: date | None, land: str | None, at: Pointer) -> Iterator[Finding]:
    if due is None and step.objected:
        text = f"die Behörde hat sich am {day(step.objected)} geäußert; ohne erneute Vorlage gilt die Genehmigung nicht als erteilt"
        yield from by_rule(24, land, at, text)
    elif due and step.decided and step.decided != due:
        text = f"als Tag der fingierten Genehmigung ist der {day(step.decided)} eingetragen; nach der Frist ist es der {day(due)}"
        yield from by_rule(24, land, at, text)


# --- changes and end --------------------------------------------------------------------------------------------------


def changes_are_approved(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    for i, v in enumerate(a.versions if a else ()):
        if v.kind in ("aenderung", "neufassung") and v.from_ and v.from_ <= as_of and a and not _approved(a, v):
            unproven = any(_is_unproven(s, v.number) for s in a.steps)
            gap = "ist aber nicht belegt" if unproven else "fehlt unter „procedure“"
            text = f"Fassung {v.number} ist seit dem {day(v.from_)} wirksam, ihre Genehmigung {gap}"
            at = folder.at("agreement", folder.id, "versions", i)
            yield from by_rule(26, land, at, text, at_most="warning" if unproven else "error")


def _approved(a: AgreementFact, v: VersionFact) -> bool:
    return any(_is_approval(s, v.number) for s in a.steps)


def joining_is_a_change(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Whoever becomes a member after the start needs a version of the agreement that names him."""
    a, land = needs_approval(folder), network.land(folder)
    if a is None or a.state != "in_kraft":
        return
    first = min((starts for _, number, starts in _starts(folder, a) if number == 0), default=None)
    joined = {p for v in a.versions for p in v.joins}
    for m in folder.members.values():
        if first and m.from_ and first < m.from_ <= as_of and m.role in PARTY_ROLES and m.partner not in joined:
            text = (
                f"„{network.name(m.partner)}“ ist nach dem Wirksamwerden ({day(first)}) beigetreten, aber keine Fassung nennt "
                "den Beitritt unter „joins“"
            )
            yield from by_rule(26, land, folder.at("member", m.partner, "from"), text)


def end_is_notified(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    if a is None:
        return
    ending = [v.number for v in a.versions if v.kind == "aufhebung" and (v.from_ is None or v.from_ <= as_of)]
    told = any(s.kind == "anzeige" and (s.sent or s.received) for s in a.steps)
    if (a.state == "beendet" or ending) and not told:
        text = "die Vereinbarung ist aufgehoben, eine Anzeige bei der Aufsichtsbehörde mit Tag fehlt unter „procedure“"
        yield from by_rule(27, land, folder.at("agreement", a.id, "state"), text)


def leaving_is_asked(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = needs_approval(folder), network.land(folder)
    if a is None or len(folder.members) < 3:
        return
    steps = {s.version for s in a.steps}
    settled = {p for v in a.versions if v.number in steps for p in v.leaves}
    asked = any(s.kind == "voranfrage" for s in a.steps)
    for m in folder.members.values():
        if m.termination and not asked and m.partner not in settled:
            text = (
                f"„{network.name(m.partner)}“ scheidet zum {day(m.termination.effective)} aus; ob das zu genehmigen oder nur "
                "anzuzeigen ist, muss die Aufsichtsbehörde sagen"
            )
            yield from by_rule(28, land, folder.at("member", m.partner, "termination"), text)


COOPERATION = (
    authority_is_right,
    in_force_with_approval,
    nothing_before_approval,
    clock_is_right,
    changes_are_approved,
    joining_is_a_change,
    end_is_notified,
    leaving_is_asked,
)
