"""One cooperation with what its grants ask for again and again, indexed once, so that the work grows with the grants only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from ikzctl.access.periods import Cap, Horizon, Span
from ikzctl.library.german import citation
from ikzctl.library.law import LawPack, law_pack
from ikzctl.model.agreement import Agreement, DataProtectionRole, Document, ProcedureStep, Version
from ikzctl.model.base import Sourced
from ikzctl.model.errors import UserError
from ikzctl.model.kinds import BY_NAME
from ikzctl.model.manifest import Reason, ReasonCode, Remark
from ikzctl.model.pool import StaffPool
from ikzctl.model.system import Role, System, Tenant
from ikzctl.registry.registry import CooperationFolder, Registry

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What one record contributes to a grant: the days it holds, other ends, reasons against it, remarks."""

    spans: tuple[Span, ...] = ()
    caps: tuple[Cap, ...] = ()
    reasons: tuple[Reason, ...] = ()
    remarks: tuple[Remark, ...] = ()


def reason(code: ReasonCode, text: str, file: str, norm: str | None = None) -> Reason:
    return Reason(code=code, text=text, file=file, norm=citation(norm) if norm else None)


def example_remark(what: str, file: str, *sources: Sourced) -> tuple[Remark, ...]:
    if not any(source.example for source in sources):
        return ()
    return (Remark(code="beispieldaten", text=f"{what} ist eine Beispielangabe.", file=file),)


@dataclass
class Case:
    """`as_of` is the day for which everything is asked."""

    folder: CooperationFolder
    registry: Registry
    as_of: date
    horizon: Horizon = field(default_factory=Horizon)

    def file(self, kind: str, id: str = "") -> str:
        return BY_NAME[kind].path(id, self.folder.id)

    def name(self, partner: str) -> str:
        return self.registry.partner(partner).short_name

    @property
    def agreement(self) -> Agreement | None:
        return self.folder.agreement

    @cached_property
    def land(self) -> str:
        own = self.agreement.land if self.agreement else None
        return own or self.registry.head.land

    @cached_property
    def law(self) -> LawPack | None:
        try:
            return law_pack(self.land)
        except UserError:  # the city states have no pack; what it would say stays unknown
            return None

    @cached_property
    def texts(self) -> AgreementTexts | None:
        return AgreementTexts(self.agreement, self.as_of) if self.agreement else None

    @cached_property
    def documents(self) -> dict[str, dict[str | None, list[Document]]]:
        """Kind → partner (None: all partners) → documents."""
        out: dict[str, dict[str | None, list[Document]]] = defaultdict(lambda: defaultdict(list))
        for document in self.agreement.documents if self.agreement else ():
            for partner in document.between or (None,):
                out[document.kind][partner].append(document)
        return out

    @cached_property
    def document_ids(self) -> dict[str, Document]:
        return {d.id: d for d in self.agreement.documents} if self.agreement else {}

    @cached_property
    def processing(self) -> dict[tuple[str | None, str | None], list[DataProtectionRole]]:
        """(task, controller) → entries about processing on behalf."""
        out: dict[tuple[str | None, str | None], list[DataProtectionRole]] = defaultdict(list)
        for entry in self.agreement.data_protection if self.agreement else ():
            if entry.model == "auftragsverarbeitung":
                out[entry.task, entry.controller].append(entry)
        return out

    @cached_property
    def data_roles(self) -> dict[str | None, list[DataProtectionRole]]:
        """Task (None: all tasks) → entries about who is responsible, without processing on behalf."""
        out: dict[str | None, list[DataProtectionRole]] = defaultdict(list)
        for entry in self.agreement.data_protection if self.agreement else ():
            if entry.model != "auftragsverarbeitung":
                out[entry.task].append(entry)
        return out

    @cached_property
    def systems(self) -> dict[str, SystemView]:
        return {}

    def system(self, id: str) -> SystemView:
        if id not in self.systems:
            self.systems[id] = SystemView(self.registry.system(id))
        return self.systems[id]

    def pool(self, partner: str) -> StaffPool | None:
        return self.folder.pools.get(partner)


@dataclass
class SystemView:
    """A system with its roles by id and its tenants by partner."""

    system: System

    @cached_property
    def roles(self) -> dict[str, Role]:
        return {role.id: role for role in self.system.roles}

    @cached_property
    def tenants(self) -> dict[str, dict[tuple[str, str], list[Tenant]]]:
        """Partner → (environment, tenant) → its periods."""
        out: dict[str, dict[tuple[str, str], list[Tenant]]] = defaultdict(lambda: defaultdict(list))
        for tenant in self.system.tenants:
            out[tenant.partner][tenant.environment, tenant.id].append(tenant)
        return out

    def conflict(self, one: str, other: str) -> bool:
        """True if the application keeps the two roles apart, whichever of them says so."""
        a, b = self.roles.get(one), self.roles.get(other)
        return bool((a and other in a.conflicts) or (b and one in b.conflicts))


class AgreementTexts:
    """The versions of an agreement: since when and until when they bind a partner, and which approvals that needs."""

    def __init__(self, agreement: Agreement, as_of: date) -> None:
        self.agreement = agreement
        self._as_of = as_of
        versions = sorted(agreement.versions, key=lambda v: v.number)
        self._texts = [v for v in versions if v.kind in ("urfassung", "neufassung")]
        self._ends = [v for v in versions if v.kind == "aufhebung" and v.in_force_from]
        self._joins: dict[str, list[Version]] = defaultdict(list)
        self._leaves: dict[str, list[Version]] = defaultdict(list)
        for version in versions:
            for partner in version.joins:
                self._joins[partner].append(version)
            for partner in version.leaves:
                self._leaves[partner].append(version)
        self._own_days = {entry.partner: entry.date for entry in agreement.entry_into_force.per_partner}
        self.steps: dict[int, list[ProcedureStep]] = defaultdict(list)
        for step in agreement.procedure:
            self.steps[step.for_version].append(step)
        running = [v.number for v in versions if v.kind != "aufhebung" and _began(v, as_of)]
        self.current = max(running, default=None)

    def _latest(self, versions: list[Version]) -> Version | None:
        """The last that is in force, or the first to come."""
        running = [v for v in versions if _began(v, self._as_of)]
        return running[-1] if running else versions[0] if versions else None

    @cached_property
    def text(self) -> Version | None:
        """The full text that counts."""
        return self._latest(self._texts)

    def joined(self, partner: str) -> Version | None:
        """The version by which the partner became bound: the one it joined with, else the text itself."""
        return self._latest(self._joins.get(partner, [])) or self.text

    def span(self, partner: str, what: str, file: str) -> Span:
        """The days on which the agreement binds the partner."""
        joined = self.joined(partner)
        first = joined.in_force_from if joined else None
        own = self._own_days.get(partner)
        if own is not None and (first is None or own > first):
            first = own
        return Span("vereinbarung", what, file, first, self._last(partner, joined))

    def _last(self, partner: str, joined: Version | None) -> date | None:
        left = [
            v.in_force_from - _DAY
            for v in self._leaves.get(partner, ())
            if v.in_force_from and (joined is None or v.number > joined.number)
        ]
        days = [*left[:1], *self._last_of_text]
        return min(days, default=None)

    @cached_property
    def _last_of_text(self) -> tuple[date, ...]:
        days = [v.in_force_from - _DAY for v in self._ends if v.in_force_from]
        text = self.text
        if text and text.until and not self._continued(text):
            days.append(text.until)
        duration, renewal = self.agreement.duration, self.agreement.renewal
        # an automatic renewal goes on until somebody objects, and that is written down as a repeal or a new text
        if duration.until and not (renewal and renewal.kind == "automatisch"):
            days.append(duration.until)
        return tuple(days)

    def _continued(self, text: Version) -> bool:
        """True if a later full text follows without a gap."""
        return any(
            v.number > text.number and v.in_force_from and text.until and v.in_force_from <= text.until + _DAY
            for v in self._texts
        )


def _began(version: Version, day: date) -> bool:
    return version.in_force_from is not None and version.in_force_from <= day
