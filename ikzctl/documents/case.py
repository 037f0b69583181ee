"""The case a draft is made for: the records of one cooperation, the law that applies, the day it is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ikzctl.documents.words import Roles, roles
from ikzctl.library.law import Authority, LawPack, PartyFact, approval_authority, law_pack
from ikzctl.library.municipalities import fold
from ikzctl.model.agreement import Agreement
from ikzctl.model.base import Part, Period
from ikzctl.model.cooperation import Cooperation
from ikzctl.model.costs import Costs
from ikzctl.model.errors import UserError
from ikzctl.model.findings import Finding
from ikzctl.model.head import RegistryHead
from ikzctl.model.mandate import Mandate
from ikzctl.model.member import Member
from ikzctl.model.partner import Partner
from ikzctl.model.pool import StaffPool
from ikzctl.model.security import SecurityFile
from ikzctl.model.system import System
from ikzctl.model.task import Task
from ikzctl.registry.references import references
from ikzctl.registry.registry import CooperationFolder, Registry

# Users of a service and observers sign nothing.
PARTY_ROLES = ("mitglied", "beauftragter")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file says about its origin; `commit` None means the working tree."""

    as_of: date
    commit: str | None
    tool_version: str


@dataclass(frozen=True)
class DraftCase:
    """Everything a draft needs, as of one day. The mappings are keyed by id."""

    id: str
    head: RegistryHead
    cooperation: Cooperation
    agreement: Agreement
    costs: Costs | None
    members: Mapping[str, Member]
    mandates: Mapping[str, Mandate]
    pools: Mapping[str, StaffPool]
    partners: Mapping[str, Partner]
    tasks: Mapping[str, Task]
    systems: Mapping[str, System]
    security: Mapping[str, SecurityFile]
    law: LawPack
    as_of: date
    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Ids of the parties in the order of the house style."""
        ids = [
            id
            for id, member in self.members.items()
            if member.role in PARTY_ROLES and member.state != "ausgeschieden" and not _over(member, self.as_of)
        ]
        if len(ids) < 2:
            raise UserError(
                f"Die Zusammenarbeit {self.id} hat weniger als zwei Beteiligte; ein Entwurf ist nicht möglich.",
                hint="Mitglieder stehen unter cooperations/<id>/members/.",
            )
        agents = [mandate.agent for mandate in self.current_mandates if mandate.agent]
        style = self.head.house_style.party_order

        def place(id: str) -> tuple[int, int, str]:
            given = self.members[id].position_in_text
            first = agents.index(id) if style == "beauftragter_zuerst" and id in agents else len(agents)
            return (given if given is not None else 10_000, first, fold(self.partners[id].short_name))

        return tuple(sorted(ids, key=place))

    @cached_property
    def current_mandates(self) -> tuple[Mandate, ...]:
        """Mandates that have not ended, in the order of the cooperation's tasks."""
        order = {task: position for position, task in enumerate(self.cooperation.tasks)}
        live = [mandate for mandate in self.mandates.values() if not _over(mandate, self.as_of)]
        return tuple(sorted(live, key=lambda mandate: (order.get(mandate.task, len(order)), mandate.id)))

    @cached_property
    def task_ids(self) -> tuple[str, ...]:
        """Tasks that the text is about: those with a mandate; without any mandate all that have not been dropped."""
        with_mandate = tuple(dict.fromkeys(mandate.task for mandate in self.current_mandates))
        if with_mandate:
            return with_mandate
        return tuple(id for id in self.cooperation.tasks if self.tasks[id].state != "eingestellt")

    @cached_property
    def roles(self) -> Roles:
        """The words for the parties: those of the agreement, else those of the house."""
        terms = self.agreement.terms
        return roles(terms.all_parties or self.head.house_style.party_term, terms.agent, terms.others)

    @cached_property
    def authority(self) -> Authority:
        """Who approves, computed from the parties."""
        facts = [
            PartyFact(partner.type, partner.key, partner.district_key, partner.land, partner.short_name)
            for partner in (self.partners[id] for id in self.parties)
        ]
        return approval_authority(self.law.land, facts)


def _over(period: Period, day: date) -> bool:
    return period.until is not None and period.until < day


def from_registry(
    registry: Registry,
    cooperation: str,
    *,
    as_of: date,
    findings: tuple[Finding, ...] = (),
    waived: tuple[Finding, ...] = (),
) -> DraftCase:
    """Collect the records of one cooperation; without an agreement file everything that it would say is open."""
    folder = registry.cooperation(cooperation)
    agreement = folder.agreement or Agreement(id=cooperation, instrument="zweckvereinbarung")
    acting = {*folder.members, *(a for m in folder.mandates.values() for a in m.parties), *folder.pools}
    others = {id for id in _named(folder) if registry.has("partner", id)}
    tasks = {*folder.cooperation.tasks, *(mandate.task for mandate in folder.mandates.values())}
    security = {id: found for id in sorted(folder.members) if (found := registry.security(id)) is not None}
    systems = {id: registry.system(id) for id in registry.ids("system")}
    return DraftCase(
        id=cooperation,
        head=registry.head,
        cooperation=folder.cooperation,
        agreement=agreement,
        costs=folder.costs,
        members=folder.members,
        mandates=folder.mandates,
        pools=folder.pools,
        partners=_Partners(registry, acting | others),
        tasks={id: registry.task(id) for id in sorted(tasks)},
        systems=systems,
        security=security,
        law=law_pack(agreement.land or registry.head.land),
        as_of=as_of,
        findings=findings,
        waived=waived,
    )


class _Partners(dict[str, Partner]):
    """By id. Whom somebody looks up in vain does not exist in the registry, and that is what the user is told."""

    def __init__(self, registry: Registry, ids: set[str]) -> None:
        super().__init__((id, registry.partner(id)) for id in sorted(ids))
        self._registry = registry

    def __missing__(self, id: str) -> Partner:
        raise self._registry.missing("partner", id)


def _named(folder: CooperationFolder) -> Iterator[str]:
    """Ids of all partners that the records of a cooperation name anywhere, other than as its members."""
    records: dict[str, Collection[Part]] = {
        "cooperation": [folder.cooperation],
        "agreement": [folder.agreement] if folder.agreement else [],
        "costs": [folder.costs] if folder.costs else [],
        "mandate": folder.mandates.values(),
        "pool": folder.pools.values(),
    }
    for kind, those in records.items():
        for record in those:
            data = record.model_dump(mode="json", by_alias=True, exclude_unset=True)
            yield from (id for target, id, _ in references(kind, data) if target == "partner")
