"""All facts of a registry, ordered so that checks across files find what they need without searching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ikzctl.checks.report import place
from ikzctl.model.findings import Finding, Pointer
from ikzctl.registry.facts import (
    AgreementFact,
    CooperationFact,
    CostsFact,
    HeadFact,
    MandateFact,
    MemberFact,
    PartnerFact,
    PoolFact,
    SecurityFact,
    SuspensionFact,
    SystemFact,
    TaskFact,
)
from ikzctl.registry.references import Reference
from ikzctl.registry.scan import FileResult

PARTY_ROLES = frozenset({"mitglied", "beauftragter"})


@dataclass(frozen=True, slots=True)
class CooperationFacts:
    """One folder below `cooperations/`; the mappings are keyed by partner or by id, in the order of the files."""

    id: str
    cooperation: CooperationFact | None
    agreement: AgreementFact | None
    costs: CostsFact | None
    members: Mapping[str, MemberFact]
    mandates: Mapping[str, MandateFact]
    pools: Mapping[str, PoolFact]
    suspensions: Mapping[str, SuspensionFact]
    unread: tuple[str, ...] = ()
    """Files of the folder that could not be built."""

    def at(self, kind: str, id: str, *path: str | int) -> Pointer:
        return place(kind, id, self.id, *path)

    @property
    def own(self) -> Pointer:
        """The file that stands for the whole cooperation."""
        return place("cooperation", self.id, self.id)

    @property
    def has_only_plan(self) -> bool:
        """Whether there is nothing beside cooperation.yaml."""
        return not (self.members or self.agreement or self.costs or self.mandates or self.pools or self.suspensions)

    def parties(self, as_of: date) -> Iterator[MemberFact]:
        """Members that are, or are meant to be, party to the agreement and have not left before `as_of`."""
        return (m for m in self.members.values() if m.role in PARTY_ROLES and not has_left(m, as_of))


@dataclass(frozen=True, slots=True)
class Network:
    """Everything that was read. `known` holds (kind, cooperation, id) of every file, also of those that could not be built."""

    head: HeadFact | None
    partners: Mapping[str, PartnerFact]
    tasks: Mapping[str, TaskFact]
    systems: Mapping[str, SystemFact]
    security: Mapping[str, SecurityFact]
    cooperations: Mapping[str, CooperationFacts]
    known: frozenset[tuple[str, str, str]]
    references: tuple[tuple[str, str, tuple[Reference, ...]], ...]
    """Path, cooperation, references of each file that has any."""

    def name(self, partner: str) -> str:
        """What a message calls this partner: its short name, else its id."""
        known = self.partners.get(partner)
        return known.short_name if known else partner

    def land(self, folder: CooperationFacts) -> str | None:
        """The Land whose law a cooperation follows."""
        if folder.agreement and folder.agreement.land:
            return folder.agreement.land
        return self.head.land if self.head else None

    def task_name(self, task: str) -> str:
        known = self.tasks.get(task)
        return known.name if known else task


def has_left(member: MemberFact, as_of: date) -> bool:
    return member.state == "ausgeschieden" or (member.until is not None and member.until < as_of)


@dataclass(slots=True)
class Gathering:
    """Takes the results of a scan one by one; nothing of a document but its facts is kept."""

    findings: list[Finding] = field(default_factory=list)
    _single: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    _folders: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    _unread: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _known: set[tuple[str, str, str]] = field(default_factory=set)
    _references: list[tuple[str, str, tuple[Reference, ...]]] = field(default_factory=list)

    def add(self, result: FileResult) -> None:
        kind, id, cooperation = result.place.kind.name, result.place.id, result.place.cooperation
        self._known.add((kind, cooperation, id))
        self.findings += result.findings
        if result.references:
            self._references.append((result.path, cooperation, result.references))
        if cooperation:
            # the folder exists even if this file says nothing
            folder = self._folders[cooperation]
            if result.fact is None:
                self._unread[cooperation].append(result.path)
            else:
                folder[kind][id] = result.fact
        elif result.fact is not None:
            self._single[kind][id] = result.fact

    def network(self) -> Network:
        return Network(
            head=self._single["registry"].get("registry"),
            partners=self._single["partner"],
            tasks=self._single["task"],
            systems=self._single["system"],
            security=self._single["security"],
            cooperations={id: self._folder(id, kinds) for id, kinds in self._folders.items()},
            known=frozenset(self._known),
            references=tuple(self._references),
        )

    def _folder(self, id: str, kinds: Mapping[str, dict[str, Any]]) -> CooperationFacts:
        return CooperationFacts(
            id=id,
            cooperation=kinds.get("cooperation", {}).get(id),
            agreement=kinds.get("agreement", {}).get(id),
            costs=kinds.get("costs", {}).get(id),
            members=kinds.get("member", {}),
            mandates=kinds.get("mandate", {}),
            pools=kinds.get("pool", {}),
            suspensions=kinds.get("suspension", {}),
            unread=tuple(self._unread.get(id, ())),
        )
