"""What checks across files need to know of each record: small tuples instead of whole documents.

A registry of 50,000 files is read as a stream; of each document only its facts stay in memory. They are plain tuples, dates and
texts, so that they can be compared, sorted and cached.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ikzctl.registry.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ikzctl.model.agreement import Agreement, DataProtectionRole, LegalForm, ProcedureStep
    from ikzctl.model.cooperation import Cooperation
    from ikzctl.model.costs import CostRule, Costs
    from ikzctl.model.head import RegistryHead
    from ikzctl.model.mandate import Mandate
    from ikzctl.model.member import Member, Suspension
    from ikzctl.model.partner import Partner
    from ikzctl.model.pool import Position, Secondment, StaffPool
    from ikzctl.model.security import Commitment, SecurityFile
    from ikzctl.model.system import System
    from ikzctl.model.task import Task


class WaiverFact(NamedTuple):
    code: str
    file: str
    until: date
    reason: str


class HeadFact(NamedTuple):
    land: str
    network: str
    law_edition: str | None
    waivers: tuple[WaiverFact, ...]


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
    holds: tuple[tuple[str, bool], ...]
    """Task, whether the partner is itself its bearer; only where that was said."""
    readiness: tuple[tuple[str, str, str], ...]
    """Task, stage, state."""
    groups: tuple[tuple[int, str, str], ...]
    """Position in `statistics`, task, case group."""


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
    kind: str
    tasks: tuple[str, ...]
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
    proven_until: date | None
    """Last day of the evidence that lasts longest; None if none of it ends."""

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
    readiness: tuple[str, ...]
    """Stages that must be in use at every partner."""
    gate_milestones: tuple[str, ...]
    milestones: tuple[tuple[str, str], ...]
    """Id, state."""
    questions: tuple[tuple[str, tuple[str, ...], bool], ...]
    """Id, what it blocks, whether it is answered."""
    named: tuple[tuple[tuple[str | int, ...], str], ...]
    """Field and partner wherever a partner of this cooperation is named in the plan."""


class StepFact(NamedTuple):
    kind: str
    version: int
    authority: str | None
    authority_kind: str | None
    sent: date | None
    received: date | None
    objected: date | None
    resubmitted: date | None
    decided: date | None
    outcome: str


class DataRoleFact(NamedTuple):
    task: str | None
    model: str
    controller: str | None
    processor: str | None
    processor_name: str | None
    document: str | None
    notice_controller: date | None
    notice_processor: date | None


class VersionFact(NamedTuple):
    number: int
    kind: str
    from_: date | None
    until: date | None
    joins: tuple[str, ...]
    leaves: tuple[str, ...]


class FormFact(NamedTuple):
    """What is recorded for a legal form that needs reasons."""

    code: str
    missing: tuple[str, ...]
    notice: date | None


class DocumentFact(NamedTuple):
    id: str
    kind: str
    state: str
    between: tuple[str, ...]


class AgreementFact(NamedTuple):
    id: str
    instrument: str
    object: str
    facility: bool
    land: str | None
    treaty: str | None
    state: str
    duration: str
    from_: date | None
    until: date | None
    minimum_until: date | None
    minimum_months: int | None
    notice: tuple[str, ...]
    entry_rule: str
    entry_date: date | None
    steps: tuple[StepFact, ...]
    versions: tuple[VersionFact, ...]
    data_roles: tuple[DataRoleFact, ...]
    documents: tuple[DocumentFact, ...]
    forms: tuple[FormFact, ...]
    liability: bool
    """Whether liability between the partners is settled."""
    signature: str
    covers: tuple[str, ...]
    """Mandatory contents that the partners' own clauses cover."""
    vat: str
    vat_relief: bool
    minimum_partners: int | None


class CostRuleFact(NamedTuple):
    id: str
    tasks: tuple[str, ...]
    state: str
    steps: tuple[str, ...]
    until: date | None
    benefits: bool
    """Whether a step speaks of Elterngeld benefits themselves."""


class RateFact(NamedTuple):
    id: str
    task: str | None
    group: str | None
    margin: bool


class CostsFact(NamedTuple):
    id: str
    rules: tuple[CostRuleFact, ...]
    rates: tuple[RateFact, ...]
    income: tuple[tuple[str | None, str, str, bool], ...]
    """Task, booked by, set off, with balancing rule."""
    statement_due: bool
    limitation: bool


class TerminationFact(NamedTuple):
    effective: date
    rule: str | None
    form: str
    reason: bool


class MemberFact(NamedTuple):
    partner: str
    from_: date | None
    until: date | None
    dated: bool
    """Whether the beginning is known at least in words."""
    role: str
    state: str
    tasks: tuple[str, ...]
    exceptions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """Tasks and mandates of each exception."""
    resolutions: tuple[tuple[str, int, date | None, str], ...]
    """About, version, date, result."""
    signatures: tuple[tuple[int, date | None, str, bool], ...]
    """Version, date, mode, with office."""
    publications: tuple[tuple[int, date | None], ...]
    termination: TerminationFact | None


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
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    """Id and case groups of each part."""
    area: str
    area_described: bool
    benefit: bool
    use_today: bool
    consents: tuple[str, ...]
    systems: tuple[str, ...]
    roles: tuple[str, ...]
    basis: str | None


class PositionFact(NamedTuple):
    id: str
    tasks: tuple[str, ...]
    from_: date | None
    until: date | None
    roles: tuple[tuple[str, str, date | None, date | None], ...]
    """System, role, from, until."""
    cover_of: tuple[str, ...]


class SecondmentFact(NamedTuple):
    kind: str
    to: str | None
    from_: date | None
    until: date | None
    consent: bool | None
    tariff: bool
    document: str | None


class PoolFact(NamedTuple):
    partner: str
    positions: tuple[PositionFact, ...]
    secondment: SecondmentFact | None


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
    waivers = tuple(WaiverFact(w.code, w.file, w.until, w.reason) for w in r.waivers)
    return HeadFact(r.land, r.network, r.law_edition, waivers)


def _partner(r: Partner) -> PartnerFact:
    return PartnerFact(
        id=r.id,
        name=r.legal_name,
        short_name=r.short_name,
        type=r.type,
        land=r.land,
        key=r.key,
        other_keys=tuple(k.key for k in r.other_keys if k.until is None),
        district_key=r.district_key,
        from_=r.from_,
        until=r.until,
        successor=r.successor,
        holds=tuple((p.task, p.holds_task) for p in r.profiles if p.holds_task is not None),
        readiness=tuple((x.task, s.stage, s.state) for x in r.readiness for s in x.stages),
        groups=tuple((i, s.task, s.case_group) for i, s in enumerate(r.statistics) if s.task and s.case_group),
    )


def _task(r: Task) -> TaskFact:
    return TaskFact(
        id=r.id,
        name=r.name,
        state=r.state,
        benefit=r.social_benefit,
        data=r.data,
        holders=r.holders,
        fee_income=r.fee_income,
        advice_separable=r.advice_separable,
        maximum_years=r.maximum_years,
        case_groups=tuple(g.id for g in r.case_groups),
    )


def _system(r: System) -> SystemFact:
    return SystemFact(
        id=r.id,
        name=r.name,
        kind=r.kind,
        tasks=r.tasks,
        location=r.location,
        roles=tuple((x.id, x.task, x.kind, x.conflicts) for x in r.roles),
        tenants=tuple((t.id, t.partner, t.from_, t.until) for t in r.tenants),
        claims=tuple((c.capability, c.value, c.state) for c in r.claims),
    )


def _security(r: SecurityFile) -> SecurityFact:
    return SecurityFact(r.id, tuple(_commitment(c) for c in r.commitments))


def _commitment(c: Commitment) -> CommitmentFact:
    ends = [e.valid_until for e in c.evidence if e.valid_until]
    proven_until = max(ends) if ends and len(ends) == len(c.evidence) else None
    return CommitmentFact(c.id, c.framework, c.level, c.state, c.due, c.until, proven_until)


def _cooperation(r: Cooperation) -> CooperationFact:
    return CooperationFact(
        id=r.id,
        name=r.name,
        phase=r.phase,
        tasks=r.tasks,
        coordinator=r.coordinator,
        gates=tuple(GateFact(g.framework, g.level, g.monitoring_24_7, g.from_) for g in r.gates.security),
        readiness=r.gates.readiness,
        gate_milestones=r.gates.milestones,
        milestones=once(tuple((m.id, m.state) for m in r.milestones)),
        questions=once(tuple((q.id, q.blocks, q.answer is not None) for q in r.open_questions)),
        named=tuple(_named(r)),
    )


def _named(r: Cooperation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for i, m in enumerate(r.milestones):
        yield from ((("milestones", i, "partners", k), p) for k, p in enumerate(m.partners))
        yield from ((("milestones", i, "exceptions", k, "partner"), e.partner) for k, e in enumerate(m.exceptions))
    for i, q in enumerate(r.open_questions):
        if q.partner:
            yield ("open_questions", i, "partner"), q.partner
    if r.steering:
        yield from ((("steering", "votes", i, "partner"), v.partner) for i, v in enumerate(r.steering.votes))


_MONTHS = {"tag": 0, "woche": 0, "monat": 1, "jahr": 12}


def _agreement(r: Agreement) -> AgreementFact:
    minimum = r.duration.minimum
    return AgreementFact(
        id=r.id,
        instrument=r.instrument,
        object=r.object,
        facility=r.facility is not None,
        land=r.land,
        treaty=r.treaty,
        state=r.state,
        duration=r.duration.kind,
        from_=r.duration.from_,
        until=r.duration.until,
        minimum_until=r.duration.minimum_until,
        minimum_months=minimum.value * _MONTHS[minimum.unit] if minimum else None,
        notice=tuple(n.id for n in r.notice),
        entry_rule=r.entry_into_force.rule,
        entry_date=r.entry_into_force.date,
        steps=tuple(_step(s) for s in r.procedure),
        versions=tuple(VersionFact(v.number, v.kind, v.in_force_from, v.until, v.joins, v.leaves) for v in r.versions),
        data_roles=tuple(_data_role(d) for d in r.data_protection),
        documents=tuple(DocumentFact(d.id, d.kind, d.state, d.between) for d in r.documents),
        forms=tuple(_form(f) for f in r.legal_forms),
        liability=r.liability.internal != "offen" or r.liability.text is not None,
        signature=r.electronic_signature,
        covers=tuple(c for own in r.own_clauses for c in own.covers),
        vat=r.vat.state,
        vat_relief=r.vat.relief_2b_3_2,
        minimum_partners=r.leaving.minimum_partners,
    )


def _step(s: ProcedureStep) -> StepFact:
    return StepFact(
        kind=s.kind,
        version=s.for_version,
        authority=s.authority,
        authority_kind=s.authority_kind,
        sent=s.sent_on,
        received=s.received_on,
        objected=s.objected_on,
        resubmitted=s.resubmitted_on,
        decided=s.decided_on,
        outcome=s.outcome,
    )


def _data_role(d: DataProtectionRole) -> DataRoleFact:
    return DataRoleFact(
        task=d.task,
        model=d.model,
        controller=d.controller,
        processor=d.processor,
        processor_name=d.processor_name,
        document=d.document,
        notice_controller=d.notice_80_controller,
        notice_processor=d.notice_80_processor,
    )


def _form(f: LegalForm) -> FormFact:
    needed = ("factual_link", "purpose", "interest", "remaining_part")
    return FormFact(f.code, tuple(n for n in needed if getattr(f, n) is None), f.public_notice)


def _costs(r: Costs) -> CostsFact:
    return CostsFact(
        id=r.id,
        rules=tuple(
            CostRuleFact(x.id, x.tasks, x.state, tuple(s.step for s in x.steps), x.until, _speaks_of_benefits(x))
            for x in r.rules
        ),
        rates=tuple(RateFact(x.id, x.task, x.case_group, x.margin) for x in r.rates),
        income=tuple((i.task, i.booked_by, i.set_off, i.balancing is not None) for i in r.income),
        statement_due=r.settlement.statement_due is not None,
        limitation=r.settlement.limitation is not None,
    )


def _speaks_of_benefits(rule: CostRule) -> bool:
    for step in rule.steps:
        texts = [getattr(step, "text", None), *(c.reference for c in getattr(step, "costs", ()))]
        if any(t and "elterngeldleistung" in t.casefold() for t in texts):
            return True
    return False


def _member(r: Member) -> MemberFact:
    end = r.termination
    return MemberFact(
        partner=r.partner,
        from_=r.from_,
        until=r.until,
        dated=r.from_ is not None or r.from_text is not None,
        role=r.role,
        state=r.state,
        tasks=r.tasks,
        exceptions=tuple((e.tasks, e.mandates) for e in r.exceptions),
        resolutions=tuple((x.about, x.for_version, x.date, x.result) for x in r.resolutions),
        signatures=tuple((s.for_version, s.date, s.mode, s.office is not None) for s in r.signatures),
        publications=tuple((p.for_version, p.date) for p in r.publications),
        termination=TerminationFact(end.effective, end.rule, end.form, end.reason is not None) if end else None,
    )


def _mandate(r: Mandate) -> MandateFact:
    return MandateFact(
        id=r.id,
        task=r.task,
        mode=r.mode,
        form=r.form,
        state=r.state,
        from_=r.from_,
        until=r.until,
        agent=r.agent,
        principals=r.principals,
        scope=r.scope.kind,
        parts=tuple((p.id, p.case_groups) for p in r.scope.parts),
        area=r.area.kind,
        area_described=bool(r.area.places or r.area.text),
        benefit=r.benefit is not None,
        use_today=r.use_today is not None,
        consents=r.consent_documents,
        systems=r.systems,
        roles=r.roles,
        basis=r.basis,
    )


def _pool(r: StaffPool) -> PoolFact:
    return PoolFact(r.partner, tuple(_position(p) for p in r.positions), _secondment(r.secondment))


def _position(p: Position) -> PositionFact:
    roles = tuple((x.system, x.role, x.from_, x.until) for x in p.roles)
    return PositionFact(p.id, once(p.tasks), p.from_, p.until, once(roles), once(p.cover_of))


def _secondment(s: Secondment | None) -> SecondmentFact | None:
    if s is None or s.kind == "keine":
        return None
    return SecondmentFact(s.kind, s.to, s.from_, s.until, s.consent, s.tariff is not None, s.document)


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
