"""Who may be party to an agreement, and what it must say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.checks.report import by_fact, by_rule, day, listed, place, say
from ikzctl.library import law
from ikzctl.model.findings import Finding
from ikzctl.model.partner import COMMUNAL_TYPES, PRIVATE_TYPES
from ikzctl.registry.facts import AgreementFact, MemberFact

_DECIDED = frozenset({"beschlossen", "unterzeichnet", "genehmigt", "in_kraft"})
_SIGNED = frozenset({"unterzeichnet", "genehmigt", "in_kraft"})


# --- parties ----------------------------------------------------------------------------------------------------------


def two_parties(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    if folder.agreement and folder.agreement.state != "beendet" and sum(1 for _ in folder.parties(as_of)) < 2:
        text = "eine Vereinbarung braucht mindestens zwei Beteiligte unter „members“"
        yield from by_rule(1, network.land(folder), folder.at("agreement", folder.id), text)


def right_kind_of_parties(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    if a is None or a.instrument != "zweckvereinbarung" or a.state == "beendet":
        return
    parties = [p for m in folder.parties(as_of) if (p := network.partners.get(m.partner))]
    if parties and not any(p.type in COMMUNAL_TYPES for p in parties):
        text = "unter den Beteiligten ist weder eine Kommune noch ein Zweckverband noch eine kommunale Anstalt"
        yield from by_rule(2, land, folder.at("agreement", a.id), text)
    for p in parties:
        at = folder.at("member", p.id, "partner")
        if p.type in PRIVATE_TYPES:
            text = f"„{p.short_name}“ ist privat; bitte festhalten, dass keine Rechtsvorschrift der Beteiligung entgegensteht"
            yield from by_rule(3, land, at, text)
        elif p.type == "anstalt":
            text = f"„{p.short_name}“ ist eine nicht kommunale Anstalt; die Vorschrift nennt sie nicht als Beteiligte"
            yield from by_rule(4, land, at, text)


def one_land_or_treaty(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    lands = sorted({p.land for m in folder.parties(as_of) if (p := network.partners.get(m.partner))})
    if a and len(lands) > 1 and a.treaty is None:
        text = f"die Beteiligten gehören zu mehreren Ländern ({', '.join(lands)}); der Staatsvertrag dafür fehlt unter „treaty“"
        land = network.land(folder)
        # the norm that was read is that of Brandenburg
        norm = "" if land == "BB" else None
        yield from by_rule(47, land, folder.at("agreement", a.id, "treaty"), text, norm=norm)


# --- contents ---------------------------------------------------------------------------------------------------------


def object_fits(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    if a is None or a.instrument != "zweckvereinbarung":
        return
    at = folder.at("agreement", a.id, "object")
    if a.object == "facility_use" and not a.facility:
        yield from by_rule(
            5, land, at, "Gegenstand ist die Mitbenutzung, die Einrichtung ist unter „facility“ aber nicht beschrieben"
        )
    modes = {m.mode for m in folder.mandates.values()}
    if a.object == "task" and modes == {"shared_facility"}:
        yield from by_rule(
            5, land, at, "alle Mandate sind Mitbenutzungen; Gegenstand ist dann „facility_use“, nicht „task“"
        )


def says_how_it_ends(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    if a and a.state != "beendet" and not a.notice and "zv.termination" not in a.covers:
        text = "die Vereinbarung hat keine Kündigungsregel; Recht, Frist, Form und Empfänger gehören unter „notice“"
        yield from by_rule(29, network.land(folder), folder.at("agreement", a.id, "notice"), text)


def says_who_pays(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    has_rule = folder.costs is not None and folder.costs.rules
    if a and a.state != "beendet" and not has_rule and "zv.cost" not in a.covers:
        text = "eine Regel über Kosten oder Entschädigung fehlt („costs.yaml“); auch „ohne Erstattung“ ist eine Regel"
        if land == "RP":
            # the norm of the rule belongs to other Länder; that of Rheinland-Pfalz has not been read
            yield from by_rule(37, land, folder.at("agreement", a.id), text, norm=None, state="general_knowledge")
        else:
            yield from by_rule(37, land, folder.at("agreement", a.id), text)


def says_who_is_liable(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    if a and a.state != "beendet" and not a.liability and "zv.liability" not in a.covers:
        text = "die Haftung der Beteiligten untereinander ist offen"
        yield from by_rule(77, network.land(folder), folder.at("agreement", a.id, "liability"), text)


def not_longer_than_allowed(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    """Some laws cap how long a task may be handed over."""
    a = folder.agreement
    start = (a.from_ or a.entry_date or next((v.from_ for v in a.versions if v.from_), None)) if a else None
    for m in folder.mandates.values():
        task = network.tasks.get(m.task)
        if a is None or task is None or task.maximum_years is None:
            continue
        begin, end = m.from_ or start, m.until or a.until
        if end is None:
            text = f"„{task.name}“ darf höchstens {task.maximum_years} Jahre übertragen werden; ein Ende ist nicht bestimmt"
            yield say("IKZ-L104", "warning", folder.at("mandate", m.id), text)
        elif begin and end >= _years_later(begin, task.maximum_years):
            text = (
                f"„{task.name}“ darf höchstens {task.maximum_years} Jahre übertragen werden; vorgesehen ist "
                f"{day(begin)} bis {day(end)}"
            )
            yield say("IKZ-L104", "error", folder.at("mandate", m.id, "until"), text)


def _years_later(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def promised_papers_exist(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a = folder.agreement
    for i, document in enumerate(a.documents if a else ()):
        if a and a.state in _SIGNED and document.state in ("fehlt", "entwurf", "abgestimmt"):
            text = (
                f"die Vereinbarung ist {_word(a)}, das zugesagte Dokument „{document.id}“ ist aber noch nicht geschlossen "
                f"({document.state})"
            )
            yield say("IKZ-L105", "warning", folder.at("agreement", a.id, "documents", i, "state"), text)


def _word(a: AgreementFact) -> str:
    return {"in_kraft": "in Kraft"}.get(a.state, a.state)


# --- resolutions and signatures ---------------------------------------------------------------------------------------


def councils_resolved(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    if a is None or a.state not in _DECIDED:
        return
    missing = [network.name(m.partner) for m in _bound(folder, as_of) if not _resolved(m)]
    if missing:
        text = f"der Beschluss von Rat oder Kreistag ist nicht eingetragen: {listed(missing)}"
        norm = "§ 32 Abs. 1 GemO" if land == "RP" else ""
        yield from by_rule(70, land, folder.at("agreement", a.id, "state"), text, norm=norm)


def _bound(folder: CooperationFacts, as_of: date) -> Iterator[MemberFact]:
    return (m for m in folder.parties(as_of) if m.state == "beigetreten")


def _resolved(m: MemberFact) -> bool:
    about = ("abschluss", "beitritt", "zustimmung")
    return any(what in about and result == "angenommen" for what, _, _, result in m.resolutions)


def signed_and_published(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    if a is None or a.state not in _SIGNED:
        return
    at = folder.at("agreement", a.id, "state")
    unsigned = [
        network.name(m.partner) for m in _bound(folder, as_of) if not any(signed for _, signed, _, _ in m.signatures)
    ]
    if unsigned:
        text = f"die Vereinbarung ist {_word(a)}, Unterschriften sind aber nicht eingetragen: {listed(unsigned)}"
        yield say("IKZ-L101", "warning", at, text)
    if a.state == "in_kraft" and a.instrument == "zweckvereinbarung" and land == "RP":
        silent = [network.name(m.partner) for m in _bound(folder, as_of) if not any(d for _, d in m.publications)]
        if silent:
            text = f"Bekanntmachungen sind nicht eingetragen: {listed(silent)}"
            yield by_fact("IKZ-L102", "warning", land, "rp.12.publication", at, text)


def signed_by_the_office(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.members.values():
        for i, (_, signed, mode, office) in enumerate(m.signatures):
            at = folder.at("member", m.partner, "signatures", i)
            if signed and not office:
                yield from by_rule(71, land, at, "die Amtsbezeichnung fehlt, mit der unterschrieben wurde („office“)")
            if mode == "fortgeschritten":
                yield from by_rule(72, land, at, "elektronisch genügt nur die qualifizierte Signatur (qes)")
            elif mode == "qes":
                text = "ob eine qualifizierte Signatur die eigenhändige Unterschrift ersetzt, ist offen"
                yield from by_rule(73, land, at, text)


def way_of_signing(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    a, land = folder.agreement, network.land(folder)
    if a is None:
        return
    at = folder.at("agreement", a.id, "electronic_signature")
    if a.signature == "fortgeschritten":
        yield from by_rule(72, land, at, "elektronisch genügt nur die qualifizierte Signatur (qes)")
    elif a.signature == "qes":
        yield from by_rule(
            73, land, at, "ob eine qualifizierte Signatur die eigenhändige Unterschrift ersetzt, ist offen"
        )


def notice_in_due_form(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
    land = network.land(folder)
    for m in folder.members.values():
        if m.termination is None:
            continue
        if m.termination.form != "schriftform":
            text = f"die Form der Kündigung ist {m.termination.form}; verlangt ist die Schriftform"
            yield from by_rule(74, land, folder.at("member", m.partner, "termination", "form"), text)
        if not m.termination.reason:
            text = "die Kündigung nennt keinen Grund; sie soll begründet sein"
            yield from by_rule(74, land, folder.at("member", m.partner, "termination"), text, at_most="warning")


def law_as_checked(network: Network, as_of: date) -> Iterator[Finding]:
    """The registry says with which state of the law it was last checked; a newer one ships now."""
    head = network.head
    if head is None or head.law_edition is None or not law.has_pack(head.land):
        return
    shipped = law.law_pack(head.land).edition
    if head.law_edition < shipped:
        text = f"das Register wurde zuletzt mit dem Rechtsstand {head.law_edition} geprüft, hinterlegt ist {shipped}"
        yield from by_rule(80, head.land, place("registry", "registry", "", "law_edition"), text)


GLOBAL = (law_as_checked,)
COOPERATION = (
    two_parties,
    right_kind_of_parties,
    one_land_or_treaty,
    object_fits,
    says_how_it_ends,
    says_who_pays,
    says_who_is_liable,
    not_longer_than_allowed,
    promised_papers_exist,
    councils_resolved,
    signed_and_published,
    signed_by_the_office,
    way_of_signing,
    notice_in_due_form,
)
