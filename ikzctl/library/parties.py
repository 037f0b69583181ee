"""Who is party to a cooperation on a day, and which authority follows from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from ikzctl.library import german
from ikzctl.library.law import Authority, PartyFact, approval_authority, has_pack, law_pack, procedure_of

if TYPE_CHECKING:
    from ikzctl.library.law import Step
    from ikzctl.model.agreement import Agreement
    from ikzctl.model.head import RegistryHead
    from ikzctl.model.member import Member
    from ikzctl.model.partner import Partner

# Users of a service and observers sign nothing.
PARTY_ROLES = frozenset({"mitglied", "beauftragter"})
# Instruments of the Land's law on co-operation; an öffentlich-rechtlicher Vertrag (§ 54 VwVfG) needs no approval by it.
APPROVED_INSTRUMENTS = frozenset(
    {
        "zweckvereinbarung",
        "oeffentlich_rechtliche_vereinbarung",
        "verwaltungsgemeinschaft",
        "zweckverband",
        "gemeinsame_kommunale_anstalt",
    }
)


def forms_of(partner: Partner) -> german.Forms:
    """The legal name with its article in all cases."""
    g = partner.grammar
    given: dict[german.Case, str | None] = {case: getattr(g.forms, case) for case in german.CASES}
    return german.decline(partner.legal_name, g.gender, has_article=g.article, overrides=given)


def land_of(agreement: Agreement | None, head: RegistryHead) -> str:
    return (agreement.land if agreement else None) or head.land


def parties_on(members: Mapping[str, Member], day: date) -> tuple[str, ...]:
    """Partners that sign, as of a day: members that have not ended by then, also those whose beginning is still open."""
    return tuple(id for id, member in members.items() if is_party(member, day))


def is_party(member: Member, day: date) -> bool:
    over = member.until is not None and member.until < day
    return member.role in PARTY_ROLES and member.state != "ausgeschieden" and not over


def authority_of(land: str, partners: Iterable[Partner]) -> Authority:
    """Who approves an agreement of these partners."""
    facts = [PartyFact(p.type, p.key, p.district_key, p.land, p.short_name) for p in partners]
    return approval_authority(land, facts)


def procedure_for(event: str, land: str, agreement: Agreement | None) -> Step | None:
    """What the Land's law wants for an event (accession, amendment, withdrawal, dissolution); None where no pack says it."""
    if agreement is not None and agreement.instrument not in APPROVED_INSTRUMENTS:
        return None
    procedure = procedure_of(land)
    step: Step | None = getattr(procedure, event) if procedure is not None else None
    return step


def approval_span(land: str) -> tuple[int, str] | None:
    """After which time an approval counts as given, as a number and a unit (`woche`, `monat`); None if it never does or is unknown."""
    if not has_pack(land):
        return None
    pack = law_pack(land)
    if pack.procedure is not None:
        return pack.procedure.approval.clock.months, "monat"
    weeks = pack.parameter("deemed_weeks")
    return (int(weeks.value), "woche") if weeks is not None else None
