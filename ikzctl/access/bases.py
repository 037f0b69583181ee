"""The grounds on which somebody may work in another partner's tenant, and how the ground follows from mandate and data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ikzctl.library.german import citation
from ikzctl.model.findings import NormState
from ikzctl.model.mandate import BasisCode, FormCode, Mandate
from ikzctl.model.manifest import LoggingRule
from ikzctl.model.task import DataClass, Task

Decisive = DataClass | Literal["keine"]

# First hit decides: the strictest regime that applies to any of a task's data applies to the access as a whole.
_ORDER: tuple[DataClass, ...] = ("sozialdaten", "fahrzeugregister", "melderegister")


@dataclass(frozen=True, slots=True)
class Basis:
    """`data`: classes it is made for (empty: any); `refused`: classes it may not carry; `document`: kind that must be concluded."""

    code: BasisCode
    text: str
    norms: tuple[str, ...]
    state: NormState
    controller: Literal["home", "host"]
    data: tuple[Decisive, ...] = ()
    refused: tuple[Decisive, ...] = ()
    document: str | None = None


_ALL = (
    Basis("own", "Beschäftigte der zuständigen Stelle im eigenen Mandanten", (), "verified", "host"),
    Basis(
        "deleg",
        "Beschäftigte des beauftragten Beteiligten, auf den die Aufgabe übergegangen ist",
        (),
        "verified",
        "home",
    ),
    Basis(
        "av80",
        "Beschäftigte eines Auftragsverarbeiters von Sozialdaten",
        ("Art. 28 DSGVO", "§ 80 SGB X"),
        # § 80 was read, Article 28 is well known but was not read again
        "partly",
        "host",
        data=("sozialdaten",),
        document="auftragsverarbeitungsvertrag",
    ),
    Basis(
        "av28",
        "Beschäftigte eines Auftragsverarbeiters ohne Sozialdaten",
        ("Art. 28 DSGVO",),
        "general_knowledge",
        "host",
        refused=("sozialdaten",),
        document="auftragsverarbeitungsvertrag",
    ),
    Basis(
        "abruf79",
        "automatisierter Abruf zwischen Leistungsträgern, die beide verantwortlich bleiben",
        ("§ 79 SGB X",),
        "verified",
        "host",
        data=("sozialdaten",),
        document="festlegung_79",
    ),
    Basis(
        "fzv75",
        "Bearbeitung durch eine andere Zulassungsbehörde mit Zustimmung der örtlich zuständigen",
        ("§ 75 Abs. 4 Satz 1 FZV",),
        "verified",
        "home",
        data=("fahrzeugregister",),
        document="zustimmung_fzv_75",
    ),
    Basis(
        "melde1-3",
        "Zugriff auf das Melderegister wie eine Stelle der Verwaltungseinheit der Meldebehörde",
        ("§ 1 Abs. 3 KomZG",),
        "verified",
        "host",
        data=("melderegister",),
        document="dienstanweisung",
    ),
    Basis(
        "seconded",
        "abgeordnete oder gestellte Beschäftigte, die wie eigene der aufnehmenden Stelle zählen",
        ("§§ 14 und 20 BeamtStG", "§ 4 TVöD"),
        "partly",
        "host",
        document="personalvertrag",
    ),
    Basis(
        "mitbenutzung",
        "Beschäftigte eines Beteiligten, der eine Einrichtung des Betreibers für eigene Vorgänge mitbenutzt",
        (),  # the form says it, see `norms`
        "verified",
        # nobody works for somebody else: everybody is responsible for its own cases
        "home",
    ),
)
# In these grounds the staff do the host's work, which is just what nobody does in co-use.
_FOR_OTHERS = ("deleg", "av80", "av28")
BASES: dict[BasisCode, Basis] = {b.code: b for b in _ALL}

_CO_USE_RP = "§ 12 Abs. 1 Satz 1 Alt. 2 KomZG"

LOG_SOCIAL = LoggingRule(
    code="sgbx79-4",
    text=(
        "Mindestens jeder zehnte Abruf wird mit Zeit, Daten, Verfahren und verantwortlicher Person protokolliert; "
        "gelöscht wird nach spätestens sechs Monaten."
    ),
    norm=citation("§ 79 Abs. 4 SGB X"),
)
LOG_VEHICLE = LoggingRule(
    code="stvg36-6",
    text=(
        "Jeder Abruf wird mit verwendeten Daten, Tag, Uhrzeit, abrufender Stelle und abgerufenen Daten protokolliert; "
        "gelöscht wird nach sechs Monaten."
    ),
    norm=citation("§ 36 Abs. 6 StVG"),
)


def decisive_data(task: Task) -> Decisive:
    """The class of data that decides about the ground; data of people without a special regime count as `personenbezogen`."""
    for data in _ORDER:
        if data in task.data:
            return data
    return "personenbezogen" if task.data else "keine"


def derive_basis(mandate: Mandate, data: Decisive, role_kind: str | None, land: str) -> BasisCode | None:
    """The ground that mode, form and data give, or the one that the mandate names; None if none fits."""
    if mandate.basis:
        return mandate.basis
    if mandate.mode == "staff_lending" or mandate.form == "H":
        return "seconded"
    if mandate.form == "G":
        return "fzv75"
    if land == "RP" and data == "melderegister" and role_kind == "auskunft":
        return "melde1-3"
    if mandate.mode == "shared_facility":
        return "mitbenutzung"
    if mandate.form in ("E", "F"):
        # outside the law on co-operation competence does not move, whatever the mode is called
        return _processing(data)
    if mandate.mode == "delegating":
        return "deleg"
    if mandate.mode == "mandating":
        return _processing(data)
    if mandate.mode == "statutory_assignment":
        return {"agent": "deleg", "principal": _processing(data), "offen": None}[mandate.acts_in_name]
    return _mutual(mandate, data, role_kind)


def _processing(data: Decisive) -> BasisCode:
    return "av80" if data == "sozialdaten" else "av28"


def _mutual(mandate: Mandate, data: Decisive, role_kind: str | None) -> BasisCode:
    """Everybody for everybody: a bundle of delegations, or else by the regime of the data."""
    if mandate.form == "C":
        return "deleg"
    if data == "fahrzeugregister":
        return "fzv75"
    if data == "sozialdaten" and role_kind == "auskunft":
        return "abruf79"
    return _processing(data)


def unsuitable(basis: Basis, data: Decisive) -> bool:
    """True if this ground cannot carry access to such data, or carries no access to other partners' tenants at all."""
    return basis.code == "own" or bool(basis.data and data not in basis.data) or data in basis.refused


def contradicts(basis: Basis, mandate: Mandate) -> bool:
    """True if the ground says that staff work for the host where they only use its facility, or the other way round."""
    if mandate.mode == "shared_facility":
        return basis.code in _FOR_OTHERS
    return basis.code == "mitbenutzung"


def norms(basis: Basis | None, form: FormCode | None, of_form: Sequence[str], land: str) -> tuple[str, ...]:
    """What a lawyer has to look up, the form first; printed as citations, each once."""
    if basis and basis.code == "mitbenutzung" and (land, form) == ("RP", "D"):
        of_form = (_CO_USE_RP,)  # the form names the sentence, this ground its second alternative
    return tuple(dict.fromkeys(map(citation, (*of_form, *(basis.norms if basis else ())))))


def logging_rule(basis: BasisCode | None, data: Decisive) -> LoggingRule | None:
    if basis == "abruf79":
        return LOG_SOCIAL
    return LOG_VEHICLE if data == "fahrzeugregister" else None
