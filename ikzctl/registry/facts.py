"""What checks across files need to know of each record: small tuples instead of whole documents.

A registry of 50,000 files is read as a stream; of each document only its facts stay in memory. They are plain tuples, dates and
texts, so that they can be compared, sorted and cached.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ikzctl.model.agreement import Agreement
    from ikzctl.model.cooperation import Cooperation
    from ikzctl.model.costs import Costs
    from ikzctl.model.head import RegistryHead
    from ikzctl.model.mandate import Mandate
    from ikzctl.model.member import Member, Suspension
    from ikzctl.model.partner import Partner
    from ikzctl.model.pool import StaffPool
    from ikzctl.model.security import SecurityFile
    from ikzctl.model.system import System
    from ikzctl.model.task import Task


class HeadFact(NamedTuple):
    land: str
    network: str
    waivers: tuple[tuple[str, str, date], ...]
    """Code, file, last day."""


class PartnerFact(NamedTuple):
    id: str
    name: str
    short_name: str
    type: str
    land: str
    key: str | None
    other_keys: tuple[str, ...]
    district_key: str | None
    from_: date | None
    until: date | None
    successor: str | None


class TaskFact(NamedTuple):
    id: str
    name: str
    state: str
    benefit: str | None
    data: tuple[str, ...]
    holders: tuple[str, ...]
    fee_income: bool | None
    advice_separable: bool | None
    maximum_years: int | None
    case_groups: tuple[str, ...]

    @property
    def social(self) -> bool:
        return "sozialdaten" in self.data


class SystemFact(NamedTuple):
    id: str
    name: str
    location: str
    roles: tuple[tuple[str, str | None, str, tuple[str, ...]], ...]
    """Id, task, kind, conflicting roles."""
    tenants: tuple[tuple[str, str, date | None, date | None], ...]
    """Id, partner, from, until."""
    claims: tuple[tuple[str, bool | None, str], ...]
    """Capability, value, state."""


class CommitmentFact(NamedTuple):
    id: str
    framework: str
    level: str
    state: str
    due: date | None
    until: date | None

    @property
    def reached(self) -> bool:
        return self.state in ("umgesetzt", "zertifiziert")


class SecurityFact(NamedTuple):
    partner: str
    commitments: tuple[CommitmentFact, ...]


class GateFact(NamedTuple):
    framework: str
    level: str
    monitoring: bool
    from_: date | None


class CooperationFact(NamedTuple):
    id: str
    name: str
    phase: str
    tasks: tuple[str, ...]
    coordinator: str | None
    gates: tuple[GateFact, ...]
    milestones: tuple[str, ...]
    excepted: tuple[str, ...]
    """Partners named as exceptions of milestones."""


class StepFact(NamedTuple):
    kind: str
    version: int
    authority: str | None
    authority_kind: str | None
    received: date | None
    objected: date | None
    resubmitted: date | None
    decided: date | None
    outcome: str


class DataRoleFact(NamedTuple):
    task: str | None
    model: str
    processor: str | None
    processor_name: str | None
    document: str | None
    notice_controller: date | None
    notice_processor: date | None


class AgreementFact(NamedTuple):
    id: str
    instrument: str
    object: str
    land: str | None
    treaty: str | None
    state: str
    duration: str
    until: date | None
    minimum_until: date | None
    notice: tuple[str, ...]
    entry_rule: str
    entry_date: date | None
    steps: tuple[StepFact, ...]
    versions: tuple[tuple[int, str, date | None, tuple[str, ...], tuple[str, ...]], ...]
    """Number, kind, in force from, partners who join, partners who leave."""
    data_roles: tuple[DataRoleFact, ...]
    documents: tuple[tuple[str, str, str], ...]
    """Id, kind, state."""
    forms: tuple[str, ...]
    """Codes of the legal forms whose reasons are recorded."""
    vat: str
    vat_relief: bool
    minimum_partners: int | None


class CostsFact(NamedTuple):
    id: str
    rules: tuple[tuple[str, tuple[str, ...], str, int], ...]
    """Id, tasks, state, number of steps."""
    income_tasks: tuple[tuple[str | None, str, str], ...]
    """Task, booked by, set off."""
    margin: bool
    settlement_period: str
    statement_due: bool


class MemberFact(NamedTuple):
    partner: str
    from_: date | None
    until: date | None
    role: str
    state: str
    tasks: tuple[str, ...]
    excepted_mandates: tuple[str, ...]
    resolutions: tuple[tuple[str, int, date | None, str], ...]
    """About, version, date, result."""
    signatures: tuple[tuple[int, date | None, str, bool], ...]
    """Version, date, mode, with office."""
    publications: tuple[tuple[int, date | None], ...]
    termination: tuple[date, str | None, str | None] | None
    """Effective day, rule, form."""


class MandateFact(NamedTuple):
    id: str
    task: str
    mode: str
    form: str | None
    state: str
    from_: date | None
    until: date | None
    agent: str | None
    principals: tuple[str, ...]
    scope: str
    consents: tuple[str, ...]
    basis: str | None


class PoolFact(NamedTuple):
    partner: str
    positions: tuple[tuple[str, tuple[str, ...], date | None, date | None, tuple[tuple[str, str], ...]], ...]
    """Id, tasks, from, until, (system, role) pairs."""


class SuspensionFact(NamedTuple):
    id: str
    partner: str | None
    mandate: str | None
    from_: date | None
    until: date | None


Fact = (
    HeadFact | PartnerFact | TaskFact | SystemFact | SecurityFact | CooperationFact | AgreementFact | CostsFact
    | MemberFact | MandateFact | PoolFact | SuspensionFact
)  # fmt: skip


def _head(r: RegistryHead) -> HeadFact:
    return HeadFact(r.land, r.network, tuple((w.code, w.file, w.until) for w in r.waivers))


def _partner(r: Partner) -> PartnerFact:
    other = tuple(k.key for k in r.other_keys if k.until is None)
    return PartnerFact(
        r.id, r.legal_name, r.short_name, r.type, r.land, r.key, other, r.district_key, r.from_, r.until, r.successor
    )


def _task(r: Task) -> TaskFact:
    groups = tuple(g.id for g in r.case_groups)
    return TaskFact(
        r.id, r.name, r.state, r.social_benefit, r.data, r.holders, r.fee_income, r.advice_separable, r.maximum_years, groups
    )  # fmt: skip


def _system(r: System) -> SystemFact:
    return SystemFact(
        r.id,
        r.name,
        r.location,
        tuple((x.id, x.task, x.kind, x.conflicts) for x in r.roles),
        tuple((t.id, t.partner, t.from_, t.until) for t in r.tenants),
        tuple((c.capability, c.value, c.state) for c in r.claims),
    )


def _security(r: SecurityFile) -> SecurityFact:
    commitments = (CommitmentFact(c.id, c.framework, c.level, c.state, c.due, c.until) for c in r.commitments)
    return SecurityFact(r.id, tuple(commitments))


def _cooperation(r: Cooperation) -> CooperationFact:
    gates = tuple(GateFact(g.framework, g.level, g.monitoring_24_7, g.from_) for g in r.gates.security)
    excepted = tuple(e.partner for m in r.milestones for e in m.exceptions)
    return CooperationFact(
        r.id, r.name, r.phase, r.tasks, r.coordinator, gates, tuple(m.id for m in r.milestones), excepted
    )


def _agreement(r: Agreement) -> AgreementFact:
    steps = (
        StepFact(
            s.kind,
            s.for_version,
            s.authority,
            s.authority_kind,
            s.received_on,
            s.objected_on,
            s.resubmitted_on,
            s.decided_on,
            s.outcome,
        )
        for s in r.procedure
    )
    roles = (
        DataRoleFact(
            d.task, d.model, d.processor, d.processor_name, d.document, d.notice_80_controller, d.notice_80_processor
        )
        for d in r.data_protection
    )
    return AgreementFact(
        id=r.id,
        instrument=r.instrument,
        object=r.object,
        land=r.land,
        treaty=r.treaty,
        state=r.state,
        duration=r.duration.kind,
        until=r.duration.until,
        minimum_until=r.duration.minimum_until,
        notice=tuple(n.id for n in r.notice),
        entry_rule=r.entry_into_force.rule,
        entry_date=r.entry_into_force.date,
        steps=tuple(steps),
        versions=tuple((v.number, v.kind, v.in_force_from, v.joins, v.leaves) for v in r.versions),
        data_roles=tuple(roles),
        documents=tuple((d.id, d.kind, d.state) for d in r.documents),
        forms=tuple(f.code for f in r.legal_forms),
        vat=r.vat.state,
        vat_relief=r.vat.relief_2b_3_2,
        minimum_partners=r.leaving.minimum_partners,
    )


def _costs(r: Costs) -> CostsFact:
    return CostsFact(
        r.id,
        tuple((x.id, x.tasks, x.state, len(x.steps)) for x in r.rules),
        tuple((i.task, i.booked_by, i.set_off) for i in r.income),
        any(x.margin for x in r.rates),
        r.settlement.period,
        r.settlement.statement_due is not None,
    )


def _member(r: Member) -> MemberFact:
    end = r.termination
    return MemberFact(
        r.partner,
        r.from_,
        r.until,
        r.role,
        r.state,
        r.tasks,
        tuple(m for e in r.exceptions for m in e.mandates),
        tuple((x.about, x.for_version, x.date, x.result) for x in r.resolutions),
        tuple((s.for_version, s.date, s.mode, s.office is not None) for s in r.signatures),
        tuple((p.for_version, p.date) for p in r.publications),
        (end.effective, end.rule, end.form) if end else None,
    )


def _mandate(r: Mandate) -> MandateFact:
    return MandateFact(
        r.id, r.task, r.mode, r.form, r.state, r.from_, r.until, r.agent, r.principals, r.scope.kind, r.consent_documents, r.basis
    )  # fmt: skip


def _pool(r: StaffPool) -> PoolFact:
    positions = ((p.id, p.tasks, p.from_, p.until, tuple((x.system, x.role) for x in p.roles)) for p in r.positions)
    return PoolFact(r.partner, tuple(positions))


def _suspension(r: Suspension) -> SuspensionFact:
    return SuspensionFact(r.id, r.partner, r.mandate, r.from_, r.until)


_MAKERS: dict[str, Any] = {
    "registry": _head,
    "partner": _partner,
    "task": _task,
    "system": _system,
    "security": _security,
    "cooperation": _cooperation,
    "agreement": _agreement,
    "costs": _costs,
    "member": _member,
    "mandate": _mandate,
    "pool": _pool,
    "suspension": _suspension,
}


def fact_of(kind: str, record: Any) -> Fact:
    """The facts of one record of the named kind."""
    fact: Fact = _MAKERS[kind](record)
    return fact
