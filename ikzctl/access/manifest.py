"""Grants of a cooperation as manifests, one per tenant, and as files ready to be written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ikzctl.access.encode import encode_blocked_csv, encode_csv, encode_json
from ikzctl.access.grants import Grant, TargetKey, wanted_grants, wanting_gaps
from ikzctl.access.periods import Horizon
from ikzctl.model import manifest as model
from ikzctl.model.generated import GeneratedFile
from ikzctl.model.manifest import LegalGround, Manifest
from ikzctl.model.system import System
from ikzctl.registry.registry import Registry


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """Counts of one manifest; `reasons` counts how many blocked grants have that reason."""

    partner: str
    application: str
    tenant: str | None
    environment: str | None
    active: int
    suspended: int
    revoked: int
    blocked: int
    reasons: Mapping[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a command says of the manifests; `gaps` are German sentences about mandates from which no grant follows."""

    cooperation: str
    as_of: date
    targets: tuple[TargetSummary, ...]
    gaps: tuple[str, ...]
    example: bool

    @property
    def active(self) -> int:
        return sum(t.active for t in self.targets)

    @property
    def blocked(self) -> int:
        return sum(t.blocked for t in self.targets)

    @property
    def reasons(self) -> dict[str, int]:
        """How many blocked grants have the reason, most frequent first."""
        total: Counter[str] = Counter()
        for target in self.targets:
            total.update(target.reasons)
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    files: tuple[GeneratedFile, ...]
    summary: Summary


def manifest_files(
    registry: Registry, cooperation_id: str, as_of: date, *, commit: str | None, horizon: Horizon | None = None
) -> ManifestFiles:
    """Three files per target: JSON, CSV of what to do, CSV of what is blocked. `commit` None: a preview that nobody committed."""
    manifests = build_manifests(registry, cooperation_id, as_of, commit=commit, horizon=horizon)
    files = tuple(file for manifest in manifests for file in _files(manifest))
    folder = registry.cooperation(cooperation_id)
    summary = Summary(
        cooperation=cooperation_id,
        as_of=as_of,
        targets=tuple(_summary(m, json) for m, json in zip(manifests, files[::3], strict=True)),
        gaps=wanting_gaps(folder, registry, as_of),
        example=any(m.example for m in manifests),
    )
    return ManifestFiles(files, summary)


def build_manifests(
    registry: Registry, cooperation_id: str, as_of: date, *, commit: str | None, horizon: Horizon | None = None
) -> tuple[Manifest, ...]:
    """One manifest per tenant in which the cooperation wants a right, sorted by target."""
    horizon = horizon or Horizon()
    by_target: dict[TargetKey, list[Grant]] = defaultdict(list)
    for grant in wanted_grants(registry.cooperation(cooperation_id), registry, as_of, horizon):
        by_target[grant.target].append(grant)
    review = model.Recertification(days=horizon.days, privileged_days=horizon.privileged_days)
    return tuple(
        Manifest(
            cooperation=cooperation_id,
            target=_target(registry.system(key.application), key),
            registry_commit=commit,
            as_of=as_of,
            recertification=review,
            example=any(r.code == "beispieldaten" for g in by_target[key] for r in g.remarks),
            subjects=_subjects(cooperation_id, by_target[key]),
            roles=_roles(by_target[key]),
            grants=tuple(_granted(g) for g in by_target[key] if g.state != "blocked"),
            blocked=tuple(_blocked(g) for g in by_target[key] if g.state == "blocked"),
        )
        for key in sorted(by_target, key=_order)
    )


def _order(key: TargetKey) -> tuple[str, str, str, str]:
    return (key.partner, key.application, key.tenant or "", key.environment or "")


def _target(system: System, key: TargetKey) -> model.Target:
    name = next((t.name for t in system.tenants if t.id == key.tenant and t.partner == key.partner), None)
    return model.Target(
        partner=key.partner,
        application=key.application,
        application_name=system.name,
        tenant=key.tenant,
        tenant_name=name,
        environment=key.environment,
    )


def _subjects(cooperation: str, grants: Iterable[Grant]) -> tuple[model.Subject, ...]:
    posts = {g.post.subject: g.post for g in grants}
    return tuple(
        model.Subject(id=id, home_partner=post.home, pool=cooperation, function=post.position.function)
        for id, post in sorted(posts.items())
    )


def _roles(grants: Iterable[Grant]) -> tuple[model.ManifestRole, ...]:
    roles = {g.post.role_id: g.post.role for g in grants if g.post.role}
    return tuple(
        model.ManifestRole(
            id=id,
            name=role.name,
            task=role.task,
            kind=role.kind,
            permissions=role.permissions,
            sod_conflicts=tuple(sorted(role.conflicts)),
            privileged=role.privileged,
        )
        for id, role in sorted(roles.items())
    )


def _justification(grant: Grant) -> str:
    return f"Aufgabe „{grant.legal.task}“, Mandat „{grant.legal.mandate}“"


def _granted(grant: Grant) -> model.Grant:
    """The model refuses what a grant must not lack: a ground, an agreement, two dates."""
    return model.Grant.model_validate(
        {
            "id": grant.id,
            "subject": grant.post.subject,
            "role": grant.post.role_id,
            "state": grant.state,
            "valid_from": grant.valid_from,
            "valid_until": grant.valid_until,
            "ends_by": grant.ends_by,
            "recertify_by": grant.recertify_by,
            "justification": _justification(grant),
            "legal": LegalGround.model_validate(dict(grant.legal)),
            "reasons": grant.reasons,
            "remarks": grant.remarks,
        }
    )


def _blocked(grant: Grant) -> model.BlockedGrant:
    return model.BlockedGrant(
        id=grant.id,
        subject=grant.post.subject,
        role=grant.post.role_id,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        justification=_justification(grant),
        legal=grant.legal,
        reasons=grant.reasons,
        remarks=grant.remarks,
    )


def file_stem(manifest: Manifest) -> str:
    """`kfz-vorderpfalz/speyer--vois-kfz--speyer`; ids hold no double hyphen, so two targets never share a name."""
    target = manifest.target
    tenant = target.tenant or "ohne_mandant"
    test = "--test" if target.environment == "test" else ""
    return f"{manifest.cooperation}/{target.partner}--{target.application}--{tenant}{test}"


def _files(manifest: Manifest) -> tuple[GeneratedFile, ...]:
    stem = file_stem(manifest)
    return (
        GeneratedFile(f"{stem}.json", encode_json(manifest)),
        GeneratedFile(f"{stem}.csv", encode_csv(manifest)),
        GeneratedFile(f"{stem}.gesperrt.csv", encode_blocked_csv(manifest)),
    )


def _summary(manifest: Manifest, json: GeneratedFile) -> TargetSummary:
    states = Counter(g.state for g in manifest.grants)
    reasons = Counter(code for g in manifest.blocked for code in {r.code for r in g.reasons})
    return TargetSummary(
        partner=manifest.target.partner,
        application=manifest.target.application,
        tenant=manifest.target.tenant,
        environment=manifest.target.environment,
        active=states["active"],
        suspended=states["suspended"],
        revoked=states["revoked"],
        blocked=len(manifest.blocked),
        reasons=dict(sorted(reasons.items())),
        digest=json.sha256,
    )
