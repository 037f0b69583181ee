"""Wanted grants: mandate × partners × position × application role × tenant, each with its ground, its end and what blocks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, pairwise
from typing import Literal

from ikzctl.access.bases import (
    BASES,
    Basis,
    Decisive,
    contradicts,
    decisive_data,
    derive_basis,
    logging_rule,
    norms,
    unsuitable,
)
from ikzctl.access.case import Case, Part, example_remark, reason
from ikzctl.access.gates import (
    agreement_part,
    cooperation_part,
    mandate_part,
    membership_part,
    partner_gates,
    security_part,
    stops,
)
from ikzctl.access.periods import ENDED, Cap, Common, Horizon, Span, common, never, relevant, span_reasons
from ikzctl.access.posts import Post, gaps, posts, work
from ikzctl.access.preconditions import Answer, Asked, basis_answer, claim_holds
from ikzctl.library.german import citation
from ikzctl.library.law import weaker
from ikzctl.model.errors import UserError
from ikzctl.model.findings import NormState
from ikzctl.model.mandate import BasisCode, Mandate
from ikzctl.model.manifest import EndsBy, Ground, Reason, Remark
from ikzctl.model.system import System, Tenant
from ikzctl.registry.registry import CooperationFolder, Registry

State = Literal["active", "suspended", "revoked", "blocked"]


@dataclass(frozen=True, slots=True)
class TargetKey:
    """A tenant of an application; `tenant` and `environment` are None where the host has none there."""

    partner: str
    application: str
    tenant: str | None
    environment: Literal["prod", "test"] | None


@dataclass(frozen=True, slots=True)
class Grant:
    """One wanted right. Dates are None where the registry does not settle them, which happens to blocked grants only."""

    id: str
    target: TargetKey
    post: Post
    state: State
    valid_from: date | None
    valid_until: date | None
    ends_by: EndsBy | None
    recertify_by: date
    legal: Ground
    reasons: tuple[Reason, ...]
    remarks: tuple[Remark, ...]


def wanted_grants(
    folder: CooperationFolder, registry: Registry, as_of: date, horizon: Horizon | None = None
) -> tuple[Grant, ...]:
    """All grants in other partners' tenants that the cooperation wants on `as_of`, sorted by id."""
    case = Case(folder, registry, as_of, horizon or Horizon())
    grants = sorted(_Computation(case).run(), key=lambda g: g.id)
    for one, other in pairwise(grants):
        if one.id == other.id:
            raise UserError(
                f"Die Stelle „{one.post.subject}“ ist in {case.file('pool', one.post.home)} doppelt eingetragen.",
                "Jede Stelle eines Personalpools braucht eine eigene Kennung.",
            )
    return tuple(grants)


def wanting_gaps(folder: CooperationFolder, registry: Registry, as_of: date) -> tuple[str, ...]:
    """German sentences about mandates from which no grant can follow although somebody may expect one."""
    return gaps(Case(folder, registry, as_of))


def grant_id(parts: Iterable[str]) -> str:
    """Stable and short: the digest of the ids that make up the grant."""
    text = json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))
    return "g-" + hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass
class _Computation:
    """Remembers what several grants share: parts per partner, per mandate, per pair."""

    case: Case
    _members: dict[tuple[str, str], Part] = field(default_factory=dict)
    _partners: dict[tuple[str, str], Part] = field(default_factory=dict)
    _security: dict[str, Part] = field(default_factory=dict)

    def run(self) -> Iterator[Grant]:
        whole = cooperation_part(self.case)
        for mandate_id, mandate in self.case.folder.mandates.items():
            general: tuple[Part, ...] = (whole, mandate_part(self.case, mandate_id, mandate))
            pairs = tuple(work(mandate))
            by_home = {home: posts(self.case, home, mandate) for home in dict.fromkeys(home for home, _ in pairs)}
            general = (*general, _facility_part(self.case, mandate_id, mandate, chain.from_iterable(by_home.values())))
            for home, host in pairs:
                if by_home[home]:
                    shared = (*general, *self._pair(mandate_id, mandate, home, host))
                    yield from self._in_tenants(mandate_id, mandate, host, by_home[home], shared)

    def _pair(self, mandate_id: str, mandate: Mandate, home: str, host: str) -> tuple[Part, ...]:
        case = self.case
        for partner in (home, host):
            if (partner, mandate_id) not in self._members:
                self._members[partner, mandate_id] = membership_part(case, partner, mandate_id, mandate)
            if (partner, mandate.task) not in self._partners:
                self._partners[partner, mandate.task] = partner_gates(case, partner, mandate.task)
        if home not in self._security:
            self._security[home] = security_part(case, home)
        return (
            agreement_part(case, home, host, mandate.form),
            self._members[home, mandate_id],
            self._members[host, mandate_id],
            self._security[home],
            self._partners[home, mandate.task],
            self._partners[host, mandate.task],
            stops(case, mandate_id, home, host),
        )

    def _in_tenants(
        self, mandate_id: str, mandate: Mandate, host: str, wanted: tuple[Post, ...], shared: tuple[Part, ...]
    ) -> Iterator[Grant]:
        grounds: dict[tuple[str, str | None], tuple[Ground, Part]] = {}
        for post in wanted:
            key = (post.system, post.role.kind if post.role else None)
            if key not in grounds:
                grounds[key] = ground(self.case, mandate_id, mandate, post, host)
            legal, ground_part = grounds[key]
            view = self.case.system(post.system)
            access = _access_claim(self.case, view.system, legal.basis)
            tenants = view.tenants.get(host, {})
            for place, periods in tenants.items() or (((None, None), []),):
                tenant_part = _tenant_part(self.case, view.system, host, periods)
                parts = (*shared, ground_part, post.part, access, tenant_part)
                target = TargetKey(host, post.system, place[1], place[0])  # type: ignore[arg-type]
                grant = _grant(self.case, mandate_id, target, post, legal, parts)
                if grant:
                    yield grant


def _grant(
    case: Case, mandate: str, target: TargetKey, post: Post, legal: Ground, parts: tuple[Part, ...]
) -> Grant | None:
    """The grant, or None if something it needs was over before something else began: it never was and will never be."""
    spans = [span for part in parts for span in part.spans]
    reasons = {r for part in parts for r in part.reasons}
    reasons |= {r for span in spans for r in span_reasons(span, case.as_of)}
    review = case.horizon.last_day(case.as_of, privileged=bool(post.role and post.role.privileged))
    caps = [*(cap for part in parts for cap in part.caps), Cap("rezertifizierung", None, review)]
    if never(spans, case.as_of):
        return None
    state, period = _state(spans, caps, reasons, case.as_of)
    ids = (
        case.folder.id,
        mandate,
        post.home,
        post.position.id,
        target.partner,
        target.application,
        target.tenant or "",
        target.environment or "",
        post.role_id,
    )
    return Grant(
        id=grant_id(ids),
        target=target,
        post=post,
        state=state,
        valid_from=period.first,
        valid_until=period.last,
        ends_by=period.ends_by,
        recertify_by=review,
        legal=legal,
        reasons=tuple(sorted(reasons, key=lambda r: (r.code, r.file, r.text))),
        remarks=tuple(sorted({r for p in parts for r in p.remarks}, key=lambda r: (r.code, r.file, r.text))),
    )


def _state(spans: list[Span], caps: list[Cap], reasons: set[Reason], as_of: date) -> tuple[State, Common]:
    """Ended comes before blocked, blocked before suspended: the first that applies says what an administrator has to do."""
    codes = {r.code for r in reasons}
    days = common(spans)
    if codes & ENDED and days.first is not None and days.last is not None and days.last < as_of:
        return "revoked", days
    if codes - {"gesperrt"}:
        return "blocked", days
    return ("suspended" if codes else "active"), common(spans, caps)


def _facility_part(case: Case, mandate_id: str, mandate: Mandate, wanted: Iterable[Post]) -> Part:
    """Co-use covers one facility; where the users' posts have roles in several systems the mandate has to name the one."""
    if mandate.mode != "shared_facility" or len({post.system for post in wanted}) < 2:
        return Part()
    text = (
        f"Welches System das Mandat „{mandate_id}“ zur Mitbenutzung freigibt, ist nicht bestimmt; "
        "unter „systems“ muss genau eines stehen."
    )
    return Part(reasons=(reason("einrichtung_unbestimmt", text, case.file("mandate", mandate_id)),))


def _access_claim(case: Case, system: System, basis: BasisCode | None) -> Part:
    """Somebody has looked whether staff of others can work in the application at all."""
    if basis == "seconded":  # they work like own staff of the host
        return Part()
    file = case.file("system", system.id)
    claims = [c for c in system.claims if c.capability == "zugriff_fremder_beschaeftigter"]
    if any(c.value is False and c.state != "behauptet" for c in claims):
        text = f"{system.name}: Beschäftigte anderer Partner können nach der Prüfung nicht zugreifen."
        return Part(reasons=(reason("zugriff_ausgeschlossen", text, file),))
    if not claim_holds(system, "zugriff_fremder_beschaeftigter", case.as_of):
        text = f"{system.name}: Ob Beschäftigte anderer Partner zugreifen können, ist nicht geprüft oder belegt."
        return Part(reasons=(reason("zugriff_ungeprueft", text, file),))
    what = f"{system.name}: Die Aussage zum Zugriff fremder Beschäftigter"
    return Part(remarks=example_remark(what, file, *claims))


def _tenant_part(case: Case, system: System, host: str, periods: list[Tenant]) -> Part:
    name, file = case.name(host), case.file("system", system.id)
    if not periods:
        text = f"Kein Mandant von {name} in {system.name} eingetragen."
        return Part(reasons=(reason("mandant_fehlt", text, file),))
    tenant = relevant(periods, case.as_of)
    what = f"{system.name}: Der Mandant „{tenant.name}“"
    return Part(
        (Span("mandant", what, file, tenant.from_, tenant.until),),
        remarks=example_remark(f"{system.name}: Der Mandant „{tenant.name}“", file, tenant),
    )


def ground(case: Case, mandate_id: str, mandate: Mandate, post: Post, host: str) -> tuple[Ground, Part]:
    """The legal ground with everything that is missing for it."""
    task = case.registry.task(mandate.task)
    data, file = decisive_data(task), case.file("mandate", mandate_id)
    system, role = case.system(post.system).system, post.role
    code = derive_basis(mandate, data, role.kind if role else None, case.land)
    basis = BASES[code] if code else None
    asked = Asked(case, basis, post.home, host, mandate.task, system) if basis else None
    found = basis_answer(asked, file, mandate_id)
    part = found.part
    if basis:
        wrong = tuple(reason("zugriffsgrund_unpassend", text, file) for text in _unsuitable(basis, data, mandate))
        part = Part(part.spans, reasons=(*part.reasons, *wrong))
    return _ground(case, mandate_id, mandate, post.home, host, code, found), part


def _unsuitable(basis: Basis, data: Decisive, mandate: Mandate) -> Iterator[str]:
    if unsuitable(basis, data):
        yield f"Der Zugriffsgrund „{basis.code}“ trägt keinen Zugriff auf Daten dieser Art ({data}) bei einem anderen Partner."
    if contradicts(basis, mandate):
        what = "wer eine Einrichtung mitbenutzt, arbeitet nicht für ihren Betreiber"
        if mandate.mode != "shared_facility":
            what = "das Mandat gestattet keine Mitbenutzung"
        yield f"Der Zugriffsgrund „{basis.code}“ passt nicht zur Art der Zusammenarbeit: {what}."


def _ground(
    case: Case, mandate_id: str, mandate: Mandate, home: str, host: str, code: BasisCode | None, found: Answer
) -> Ground:
    task = case.registry.task(mandate.task)
    data = decisive_data(task)
    basis = BASES[code] if code else None
    form = case.law.form(mandate.form) if case.law and mandate.form else None
    joint: NormState | None = "partly" if found.jointly else None  # Article 26 is well known but was not read again
    states = [s for s in (basis.state if basis else None, form.state if form else None, joint) if s]
    printed = norms(basis, mandate.form, form.norms if form else (), case.land)
    return Ground(
        basis=code,
        basis_text=basis.text if basis else None,
        norms=(*printed, citation("Art. 26 DSGVO")) if found.jointly else printed,
        norm_state=weaker(*states) if states else None,
        agreement=case.folder.id if case.agreement else None,
        agreement_version=case.texts.current if case.texts else None,
        documents=tuple(sorted({*found.documents, *mandate.consent_documents})),
        mandate=mandate_id,
        mode=mandate.mode,
        form=mandate.form,
        task=mandate.task,
        scope=mandate.scope.kind,
        parts=tuple(sorted(p.id for p in mandate.scope.parts)),
        data=task.data,
        data_class=data,
        controller=(home if basis.controller == "home" else host) if basis else None,
        joint_controllers=tuple(sorted((home, host))) if found.jointly else (),
        logging=logging_rule(code, data),
    )
