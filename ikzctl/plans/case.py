"""What a plan about one partner in one cooperation looks at; files are read only when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ikzctl.library import german
from ikzctl.library.law import Authority
from ikzctl.library.parties import authority_of, forms_of, land_of, parties_on
from ikzctl.model.agreement import Agreement
from ikzctl.model.cooperation import Cooperation
from ikzctl.model.errors import RegistryUnreadable, UserError
from ikzctl.model.kinds import BY_NAME
from ikzctl.model.mandate import Mandate
from ikzctl.model.member import Member
from ikzctl.model.partner import Partner
from ikzctl.plans.plan import some
from ikzctl.registry.registry import Registry


@dataclass(frozen=True)
class Case:
    """One partner and one cooperation as of a day."""

    registry: Registry
    id: str
    cooperation: Cooperation
    agreement: Agreement | None
    partner: Partner
    as_of: date

    def path(self, kind: str, id: str = "") -> str:
        return BY_NAME[kind].path(id, self.id)

    @property
    def land(self) -> str:
        return land_of(self.agreement, self.registry.head)

    @cached_property
    def names(self) -> german.Forms:
        """The partner's legal name in all cases, with article."""
        return forms_of(self.partner)

    @cached_property
    def member(self) -> Member | None:
        """The partner's own membership file."""
        found: Member | None = None
        if self.registry.has("member", self.partner.id, self.id):
            found = self.registry.get("member", self.partner.id, self.id)
        return found

    @cached_property
    def members(self) -> dict[str, Member]:
        """All memberships; the only part whose cost grows with their number."""
        return self.registry.get_many("member", self.registry.ids("member", self.id), self.id)

    @cached_property
    def mandates(self) -> tuple[Mandate, ...]:
        """Mandates that have not ended before `as_of`."""
        found = (self.registry.get("mandate", id, self.id) for id in self.registry.ids("mandate", self.id))
        return tuple(m for m in found if m.until is None or m.until >= self.as_of)

    @cached_property
    def amends(self) -> bool:
        """Whether there is an agreement in force (or approved), so that a change of its parties is an amendment."""
        if self.agreement is None:
            return False
        in_force = any(v.in_force_from is not None and v.in_force_from <= self.as_of for v in self.agreement.versions)
        return in_force or self.agreement.state in ("genehmigt", "in_kraft")

    @cached_property
    def began(self) -> date | None:
        """First day of the agreement, as far as one is known."""
        if self.agreement is None:
            return None
        a = self.agreement
        known = [d for d in (a.duration.from_, a.entry_into_force.date, *(v.in_force_from for v in a.versions)) if d]
        return min(known, default=None)

    @property
    def next_version(self) -> int:
        """Number of the amendment that would come next; the original is number 0 even if it is not listed."""
        return max((v.number for v in self.agreement.versions), default=0) + 1 if self.agreement else 1

    def parties(self, day: date) -> tuple[str, ...]:
        return parties_on(self.members, day)

    def some_names(self, ids: Iterable[str]) -> str:
        """Legal names of the first of these partners, and how many more there are; only the shown ones are read."""
        return some(ids, lambda id: self.registry.partner(id).legal_name)

    def authority(self, ids: Iterable[str]) -> Authority:
        return authority_of(self.land, self.registry.get_many("partner", ids).values())

    def task_name(self, id: str) -> str:
        return self.registry.task(id).name if self.registry.has("task", id) else id

    def free_step_id(self, wanted: str) -> str:
        """An id for a step of the procedure that is not taken."""
        taken = {s.id for s in self.agreement.procedure} if self.agreement else set()
        return next(id for id in (wanted, *(f"{wanted}-{n}" for n in range(2, 10_000))) if id not in taken)


def case_of(registry: Registry, cooperation: str, partner: str, as_of: date) -> Case:
    """Raises UserError with a suggestion for a cooperation or a partner that is not in the registry."""
    found: Cooperation = registry.get("cooperation", cooperation, cooperation)
    if not registry.has("partner", partner):
        error = registry.missing("partner", partner)
        if isinstance(error, RegistryUnreadable):
            raise error
        more = "Einen neuen Partner legt an: ikzctl partner add --key SCHLÜSSEL"
        raise UserError(error.message, f"{error.hint} {more}" if error.hint else more)
    agreement: Agreement | None = None
    if registry.has("agreement", cooperation, cooperation):
        agreement = registry.get("agreement", cooperation, cooperation)
    return Case(registry, cooperation, found, agreement, registry.partner(partner), as_of)


def planned(day: date | None) -> str:
    return german.date_long(day) if day is not None else "offen"
