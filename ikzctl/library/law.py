"""What the law says, per Land: instrument, forms, contents, procedure; every fact with its norm and how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from ikzctl.library import _yaml, german, municipalities, resources
from ikzctl.model.errors import UserError
from ikzctl.model.findings import NormState, Severity

# Best first; `partly` is the last state on which an error may rest.
NORM_STATES: tuple[NormState, ...] = ("verified", "partly", "inferred", "general_knowledge", "unknown")

ProcedureKind = Literal["approval", "notification", "ask"]


def weaker(*states: NormState) -> NormState:
    """The least sure of several states: a conclusion is as sure as its weakest ground."""
    return max(states, key=NORM_STATES.index)


def supports_error(state: NormState) -> bool:
    """True if a finding on this ground may be an error; below that it is a warning that says „nicht verifiziert“."""
    return state in ("verified", "partly")


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of law in our words; `read_on` is None where the day of reading was not recorded."""

    id: str
    text: str
    norm: str | None
    source: str
    state: NormState
    read_on: date | None = None


@dataclass(frozen=True, slots=True)
class SectionVersion:
    number: str
    in_force_since: date


@dataclass(frozen=True, slots=True)
class Statute:
    """The Land's law on co-operation; `citation` is what a document prints at first mention, None if not known."""

    short: str
    title: str
    citation: str | None
    state: NormState
    source: str | None = None
    sections: tuple[SectionVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """The legal instrument, e.g. `Zweckvereinbarung`; `sections` are the norms it is based on."""

    name: str
    plural: str
    gender: german.Gender
    sections: str
    state: NormState
    source: str | None = None

    @property
    def forms(self) -> german.Forms:
        return german.decline(self.name, self.gender)


@dataclass(frozen=True, slots=True)
class RoleWord:
    """Word of the statute for a role: `agent`, `principals` or `parties`."""

    key: str
    singular: str
    plural: str
    norm: str
    state: NormState


@dataclass(frozen=True, slots=True)
class Mode:
    """A mandate mode under this Land's law.

    `allowed`: `yes`; `doubtful` (no wording for it); `bundle` (one instrument each); `other_form` (not by this instrument).
    `decision_in_name_of` and `controller`: agent, principals, each, joint or agreed.
    """

    key: str
    name: str
    allowed: Literal["yes", "doubtful", "bundle", "other_form"]
    effect: str
    decision_in_name_of: Literal["agent", "principals", "each", "agreed"]
    controller: Literal["agent", "principals", "each", "joint", "agreed"]
    norm: str | None
    facts: tuple[str, ...]
    state: NormState


@dataclass(frozen=True, slots=True)
class LegalForm:
    """One of the forms A to I; `modes` are those it carries, `approval` whether the law of the Land wants an approval."""

    code: str
    name: str
    norms: tuple[str, ...]
    fits: str
    procedure: str
    limits: str
    modes: tuple[str, ...]
    approval: bool
    state: NormState


@dataclass(frozen=True, slots=True)
class Content:
    """Something an agreement contains; `treat_as` says how its absence is treated, before the state caps it.

    `citation_usable` is False where the paragraph inside the norm could not be read: then no document may print it.
    """

    id: str
    text: str
    norm: str
    citation_usable: bool
    mandatory: Literal["yes", "optional", "unknown", "no"]
    condition: str
    treat_as: Severity
    state: NormState


@dataclass(frozen=True, slots=True)
class Clock:
    """When an approval counts as given: `months` after receipt, again after resubmission, unless stopped."""

    months: int
    starts: str
    restarts: str
    stopped_by: tuple[str, ...]
    fact: str
    state: NormState


@dataclass(frozen=True, slots=True)
class Step:
    """A rule on an event of the procedure, with the fact that it rests on."""

    procedure: ProcedureKind
    fact: str
    state: NormState


@dataclass(frozen=True, slots=True)
class PublicationRule:
    by: Literal["each_party", "supervisor"]
    after: str
    fact: str
    state: NormState


@dataclass(frozen=True, slots=True)
class EntryIntoForce:
    rule: Literal["day_after_last_publication"]
    unless: Literal["later_date"]
    fact: str
    state: NormState


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One line of the table that finds the approval authority; the first that fits holds."""

    when: str
    authority: str
    basis: str
    state: NormState
    reason: str


@dataclass(frozen=True, slots=True)
class AuthorityName:
    name: str
    short: str
    seat: str | None
    gender: german.Gender


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    clock: Clock
    table: tuple[AuthorityRow, ...]
    authorities: Mapping[str, AuthorityName]
    basis: str


@dataclass(frozen=True, slots=True)
class Procedure:
    approval: ApprovalRule
    publication: PublicationRule
    entry_into_force: EntryIntoForce
    amendment: Step
    accession: Step
    withdrawal: Step
    dissolution: Step


@dataclass(frozen=True, slots=True)
class Parameter:
    """A single known figure of a Land without a full pack, e.g. `deemed_weeks: 4`."""

    key: str
    value: str | int | bool
    norm: str
    state: NormState


@dataclass(frozen=True, slots=True)
class LawPack:
    """Law of one Land. `depth` `name_only` means: right names and a few parameters, no procedure, no contents."""

    land: str
    name: str
    edition: str
    depth: Literal["full", "name_only"]
    statute: Statute
    instrument: Instrument
    roles: tuple[RoleWord, ...] = ()
    facts: tuple[Fact, ...] = ()
    modes: tuple[Mode, ...] = ()
    forms: tuple[LegalForm, ...] = ()
    contents: tuple[Content, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    procedure: Procedure | None = None

    def fact(self, fact_id: str) -> Fact:
        """A fact of this Land or of federal law; an unknown id is a fault of the caller."""
        return _index(self.land)[fact_id]

    def mode(self, key: str) -> Mode | None:
        return next((m for m in self.modes if m.key == key), None)

    def form(self, code: str) -> LegalForm | None:
        return next((f for f in self.forms if f.code == code), None)

    def content(self, content_id: str) -> Content | None:
        return next((c for c in self.contents if c.id == content_id), None)

    def role(self, key: str) -> RoleWord | None:
        return next((r for r in self.roles if r.key == key), None)

    def parameter(self, key: str) -> Parameter | None:
        return next((p for p in self.parameters if p.key == key), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a registry should satisfy; the checks refer to its number."""

    number: int
    text: str
    norm: str | None
    severity: Severity
    lands: tuple[str, ...]
    """Empty: all Länder."""
    state: NormState
    by_land: Mapping[str, Severity]
    not_lands: tuple[str, ...] = ()
    basis: Literal["law", "own"] = "law"

    def holds_in(self, land: str) -> bool:
        return land not in self.not_lands and (not self.lands or land in self.lands)

    def severity_in(self, land: str) -> Severity:
        """Severity for a Land; a rule of law that is not verified at least in part is never an error."""
        severity = self.by_land.get(land, self.severity)
        if severity == "error" and self.basis == "law" and not supports_error(self.state):
            return "warning"
        return severity


# --- reading ----------------------------------------------------------------------------------------------------------


def _facts(raw: Mapping[str, Any]) -> tuple[Fact, ...]:
    return tuple(Fact(**{**row, "source": raw["sources"][row["source"]]}) for row in raw["facts"])


@cache
def federal_facts() -> tuple[Fact, ...]:
    """Federal and European law that holds in every Land, e.g. `bund.sgbx80.1`."""
    return _facts(_yaml.read(resources.law_file("bund.yaml")))


@cache
def _index(land: str) -> dict[str, Fact]:
    return {fact.id: fact for fact in (*law_pack(land).facts, *federal_facts())}


def _tupled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _statute(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Statute:
    sections = tuple(SectionVersion(**row) for row in raw.get("sections", ()))
    return Statute(**{**raw, "source": sources.get(raw.get("source", "")), "sections": sections})


def _instrument(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Instrument:
    return Instrument(**{**raw, "source": sources.get(raw.get("source", ""))})


def _procedure(raw: Mapping[str, Any]) -> Procedure:
    approval = raw["approval"]
    return Procedure(
        approval=ApprovalRule(
            clock=Clock(**_tupled(approval["clock"])),
            table=tuple(AuthorityRow(**row) for row in approval["table"]),
            authorities={key: AuthorityName(**row) for key, row in approval["authorities"].items()},
            basis=approval["basis"],
        ),
        publication=PublicationRule(**raw["publication"]),
        entry_into_force=EntryIntoForce(**raw["entry_into_force"]),
        **{event: Step(**raw[event]) for event in ("amendment", "accession", "withdrawal", "dissolution")},
    )


@cache
def _full_pack(file: str) -> LawPack:
    raw = _yaml.read(resources.law_file(file))
    return LawPack(
        land=raw["land"],
        name=raw["name"],
        edition=raw["edition"],
        depth=raw["depth"],
        statute=_statute(raw["statute"], raw["sources"]),
        instrument=_instrument(raw["instrument"], raw["sources"]),
        roles=tuple(RoleWord(**row) for row in raw["roles"]),
        facts=_facts(raw),
        modes=tuple(Mode(**_tupled(row)) for row in raw["modes"]),
        forms=tuple(LegalForm(**_tupled(row)) for row in raw["forms"]),
        contents=tuple(Content(**row) for row in raw["contents"]),
        procedure=_procedure(raw),
    )


@cache
def _named_packs() -> dict[str, LawPack]:
    raw = _yaml.read(resources.law_file("laender.yaml"))
    return {
        row["land"]: LawPack(
            land=row["land"],
            name=row["name"],
            edition=raw["edition"],
            depth="name_only",
            statute=_statute(row["statute"], {}),
            instrument=_instrument(row["instrument"], {}),
            parameters=tuple(Parameter(**p) for p in row["parameters"]),
        )
        for row in raw["lands"]
    }


_FULL_PACKS = {"RP": "rp.yaml"}


def lands() -> tuple[str, ...]:
    """Länder with a law pack, full ones first."""
    return (*_FULL_PACKS, *sorted(_named_packs()))


def has_pack(land: str, *, full: bool = False) -> bool:
    """Whether there is a law pack of this Land, or a full one; packs in full are known without reading any."""
    return land in _FULL_PACKS or (not full and land in _named_packs())


def law_pack(land: str) -> LawPack:
    """The law pack of a Land (two letters); the city states have none."""
    if land in _FULL_PACKS:
        return _full_pack(_FULL_PACKS[land])
    found = _named_packs().get(land)
    if found is None:
        raise UserError(f"{no_pack(land)}.", hint=f"Vorhanden sind: {', '.join(lands())}")
    return found


def no_pack(land: str) -> str:
    return f"Für das Land „{land}“ gibt es kein Rechtspaket"


def procedure_of(land: str) -> Procedure | None:
    """How approval works in a Land; None where no pack says it, and for a Land without any."""
    return law_pack(land).procedure if has_pack(land) else None


@cache
def _rules() -> dict[int, Rule]:
    rows = _yaml.read(resources.rules_file())["rules"]
    return {row["number"]: _rule(row) for row in rows}


def _rule(row: Mapping[str, Any]) -> Rule:
    named = () if row["lands"] == "all" else tuple(row["lands"])
    return Rule(**{**_tupled(row), "lands": named, "by_land": row.get("by_land", {})})


def rule(number: int) -> Rule:
    """Rule 1 to 81; an unknown number is a fault of the caller."""
    return _rules()[number]


def rules(land: str | None = None) -> tuple[Rule, ...]:
    """All rules, or those that hold in a Land, by number."""
    return tuple(r for _, r in sorted(_rules().items()) if land is None or r.holds_in(land))


# --- who approves -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartyFact:
    """What the approval authority depends on: kind, own key, district key (None if there is none), Land, name."""

    kind: str
    key: str | None
    district_key: str | None
    land: str
    name: str


@dataclass(frozen=True, slots=True)
class Authority:
    """The answer: `add` or `district` with a name, or `ask` without one; `reason_de` is a German sentence."""

    name: str | None
    kind: Literal["add", "district", "ask"]
    basis: str | None
    state: NormState
    reason_de: str
    seat: str | None = None
    gender: german.Gender = "feminin"


_CITIES = frozenset({"kreisfreie_stadt", "grosse_kreisangehoerige_stadt"})
_IN_DISTRICT = frozenset({"verbandsfreie_gemeinde", "verbandsgemeinde", "ortsgemeinde", "stadt", "gemeinde"})
_ASSOCIATIONS = frozenset({"zweckverband", "kommunale_anstalt", "gemeinsame_kommunale_anstalt"})
_PLACED = _CITIES | _IN_DISTRICT | _ASSOCIATIONS | {"landkreis"}
# They may be parties, but the authority is found among the communal parties only.
NOT_COMMUNAL = frozenset(
    {"anstalt", "koerperschaft", "stiftung", "land", "bund", "gesellschaft", "verein", "natuerliche_person"}
)


def approval_authority(land: str, parties: Sequence[PartyFact]) -> Authority:
    """Lowest common supervisory authority of the communal parties; where we may not conclude, the answer is to ask."""
    procedure = procedure_of(land)
    if procedure is None:
        return _ask(None, f"Für das Land {land} ist die Genehmigungsbehörde nicht hinterlegt.")
    approval = procedure.approval
    communal = [p for p in parties if p.kind not in NOT_COMMUNAL]
    obstacle = _obstacle(land, communal)
    if obstacle is not None:
        return _ask(approval.basis, obstacle)
    row = next(r for r in approval.table if r.when == _case(communal))
    office = approval.authorities[row.authority]
    basis = german.enumeration([approval.basis, row.basis])
    # Who supervises a Zweckverband or an Anstalt was not read, whatever the other parties are.
    state = weaker(row.state, "general_knowledge") if any(p.kind in _ASSOCIATIONS for p in communal) else row.state
    if row.authority == "district":
        name = f"{office.name} {_district_name(communal)}"
        return Authority(name, "district", basis, state, row.reason, office.seat, office.gender)
    return Authority(f"{office.name} ({office.short})", "add", basis, state, row.reason, office.seat, office.gender)


def _ask(basis: str | None, reason: str) -> Authority:
    return Authority(None, "ask", basis, "unknown", f"{reason} Bitte bei der Aufsicht erfragen.")


def _obstacle(land: str, communal: Sequence[PartyFact]) -> str | None:
    """Why the table gives no answer for these parties; None if it does."""
    if not communal:
        return "Es gibt keinen kommunalen Beteiligten."
    foreign = sorted({p.name for p in communal if p.land != land})
    if foreign:
        return (
            f"Aus einem anderen Land beteiligt: {german.enumeration(foreign)}; maßgeblich ist dann ein Staatsvertrag."
        )
    strange = sorted({p.name for p in communal if p.kind not in _PLACED})
    if strange:
        return f"Für diese Art von Beteiligten ist die Aufsicht nicht hinterlegt: {german.enumeration(strange)}."
    if any(p.kind in _CITIES or p.kind == "landkreis" for p in communal):
        return None
    unclear = sorted({p.name for p in communal if not p.district_key})
    if unclear and len({p.district_key for p in communal if p.district_key}) < 2:
        return f"Zugehörigkeit zu einem Landkreis unbekannt: {german.enumeration(unclear)}."
    return None


def _case(communal: Sequence[PartyFact]) -> str:
    """The row of the table that fits parties without an obstacle."""
    if any(p.kind in _CITIES for p in communal):
        return "city"
    district_parties = sum(1 for p in communal if p.kind == "landkreis")
    if district_parties:
        return "one_district_party" if district_parties == 1 else "several_district_parties"
    if len({p.district_key for p in communal if p.district_key}) > 1:
        return "several_districts"
    return "one_district_with_association" if any(p.kind in _ASSOCIATIONS for p in communal) else "one_district"


def _district_name(communal: Sequence[PartyFact]) -> str:
    key = communal[0].district_key or ""
    found = municipalities.find(key)
    return found.name if found else f"des Landkreises mit dem Schlüssel {key}"
