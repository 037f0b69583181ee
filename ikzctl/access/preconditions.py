"""What each ground needs before anybody gets in: contracts, notices, approvals, consents, secondments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ikzctl.access.bases import Basis
from ikzctl.access.case import Case, Part, reason
from ikzctl.access.periods import Span
from ikzctl.model.agreement import DataProtectionRole, Document
from ikzctl.model.manifest import Reason, ReasonCode
from ikzctl.model.system import System


@dataclass(frozen=True, slots=True)
class Asked:
    """A ground that is asked for: whose staff (`home`) want to work in whose tenant (`host`) of which system, for which task."""

    case: Case
    basis: Basis
    home: str
    host: str
    task: str
    system: System

    def of(self, partner: str) -> str:
        return self.case.name(partner)

    @property
    def controller(self) -> str:
        return self.home if self.basis.controller == "home" else self.host

    @property
    def processor(self) -> str:
        """Who would process on behalf: always the other side."""
        return self.host if self.basis.controller == "home" else self.home


@dataclass(frozen=True, slots=True)
class Answer:
    """Ids of the documents the ground rests on, what it adds to the grant, and whether both partners decide jointly (Art. 26)."""

    documents: tuple[str, ...]
    part: Part
    jointly: bool = False


_Missing = tuple[ReasonCode, str, str]

# reason, wording („fehlt“ is added) and norm if the document that a ground needs is not concluded
_DOCUMENT: dict[str, _Missing] = {
    "auftragsverarbeitungsvertrag": (
        "vertrag_art28_fehlt",
        "der Vertrag über die Auftragsverarbeitung",
        "Art. 28 Abs. 3 DSGVO",
    ),
    "vereinbarung_art_26": (
        "vereinbarung_art26_fehlt",
        "die Vereinbarung über die gemeinsame Verantwortung",
        "Art. 26 Abs. 1 DSGVO",
    ),
    "festlegung_79": ("abruf_festlegung_fehlt", "die Festlegung zum automatisierten Abruf", "§ 79 Abs. 2 SGB X"),
    "zustimmung_fzv_75": (
        "zustimmung_75_fehlt",
        "die schriftliche Zustimmung der örtlich zuständigen Zulassungsbehörde",
        "§ 75 Abs. 4 Satz 1 FZV",
    ),
    "dienstanweisung": (
        "dienstanweisung_fehlt",
        "die Dienstanweisung über den Zugriff auf das Melderegister",
        "§ 1 Abs. 3 KomZG",
    ),
}


def answer(asked: Asked) -> Answer:
    """The documents found and everything that is missing for this ground."""
    basis = asked.basis
    if basis.code == "seconded":
        return _secondment(asked)
    if basis.code == "mitbenutzung":
        return _co_use(asked)
    found = _concluded(asked, basis.document) if basis.document else None
    reasons = [] if found or not basis.document else [_document_missing(asked, basis.document)]
    more = _MORE.get(basis.code)
    if more:
        reasons += more(asked)
    return Answer((found.id,) if found else (), Part(reasons=tuple(reasons)))


def _concluded(asked: Asked, kind: str) -> Document | None:
    """The document of that kind between the two partners, if it is concluded."""
    by_partner: Mapping[str | None, Sequence[Document]] = asked.case.documents.get(kind, {})
    # the shorter of two lists: the one partner that works with all others has a paper with each of them
    own = min((by_partner.get(partner, ()) for partner in (asked.home, asked.host)), key=len)
    for document in (*own, *by_partner.get(None, ())):
        if _covers(document, asked) and in_effect(document, asked.case.as_of):
            return document
    return None


def _covers(document: Document, asked: Asked) -> bool:
    return not document.between or {asked.home, asked.host} <= set(document.between)


def in_effect(document: Document, day: date) -> bool:
    return document.state == "geschlossen" and (document.date is None or document.date <= day)


def _document_missing(asked: Asked, kind: str) -> Reason:
    code, what, norm = _DOCUMENT[kind]
    text = f"Zwischen {asked.of(asked.home)} und {asked.of(asked.host)} fehlt {what}."
    return reason(code, text, asked.case.file("agreement"), norm)


def _notices(asked: Asked) -> list[Reason]:
    """Both notices of § 80: the controller's and, because the processor is a public body, the processor's own."""
    case = asked.case
    entries = [entry for entry in _orders(asked) if entry.processor in (asked.processor, None)]
    out: list[Reason] = []
    sides: tuple[tuple[ReasonCode, str, str, Callable[[DataProtectionRole], date | None]], ...] = (
        ("anzeige_80_auftraggeber_fehlt", asked.controller, "Satz 1", lambda e: e.notice_80_controller),
        ("anzeige_80_auftragsverarbeiter_fehlt", asked.processor, "Satz 2", lambda e: e.notice_80_processor),
    )
    for code, partner, sentence, day_of in sides:
        days = [day_of(entry) for entry in entries]
        if not any(day is not None and day <= case.as_of for day in days):
            text = f"{asked.of(partner)}: Die Auftragsverarbeitung von Sozialdaten ist der Aufsicht nicht angezeigt."
            out.append(reason(code, text, case.file("agreement"), f"§ 80 Abs. 1 {sentence} SGB X"))
    return out


def _orders(asked: Asked) -> list[DataProtectionRole]:
    """Entries about processing on behalf of the controller, for this task or for all."""
    return [
        entry
        for controller in (asked.controller, None)
        for task in (asked.task, None)
        for entry in asked.case.processing.get((task, controller), ())
    ]


def _retrieval(asked: Asked) -> list[Reason]:
    """Approval by the supervision, notice to the data protection authority, logging in the application."""
    case, file = asked.case, asked.case.file("agreement")
    steps = case.agreement.procedure if case.agreement else ()
    out: list[Reason] = []
    approved = any(
        s.kind == "fachaufsicht"
        and s.outcome in ("erteilt", "erteilt_mit_auflagen")
        and (s.decided_on is None or s.decided_on <= case.as_of)
        for s in steps
    )
    if not approved:
        text = "Die Aufsicht hat den automatisierten Abruf nicht genehmigt."
        out.append(reason("abruf_genehmigung_fehlt", text, file, "§ 79 Abs. 1 SGB X"))
    if not any(s.kind == "datenschutzaufsicht" and s.sent_on and s.sent_on <= case.as_of for s in steps):
        text = "Die Datenschutzaufsicht ist über den automatisierten Abruf nicht unterrichtet."
        out.append(reason("abruf_unterrichtung_fehlt", text, file, "§ 79 Abs. 3 SGB X"))
    if not claim_holds(asked.system, "protokollierung", case.as_of):
        text = f"{asked.system.name}: Die Protokollierung der Abrufe ist nicht geprüft."
        out.append(
            reason("abruf_protokollierung_fehlt", text, case.file("system", asked.system.id), "§ 79 Abs. 4 SGB X")
        )
    return out


_MORE: dict[str, Callable[[Asked], list[Reason]]] = {"av80": _notices, "abruf79": _retrieval}


def _co_use(asked: Asked) -> Answer:
    """Everybody's own cases in a common facility: what is needed depends on how the agreement deals out responsibility."""
    case = asked.case
    task = case.registry.task(asked.task)
    if not task.data:
        return Answer((), Part())
    entries = [entry for id in (asked.task, None) for entry in case.data_roles.get(id, ())]
    joint = [entry for entry in entries if entry.model == "gemeinsam_verantwortlich"]
    if joint:
        return _joint(asked, joint)
    if any(entry.model == "getrennt_verantwortlich" for entry in entries):
        return Answer((), Part())
    if any(entry.processor == asked.processor for entry in _orders(asked)):
        found = _concluded(asked, "auftragsverarbeitungsvertrag")
        reasons = [] if found else [_document_missing(asked, "auftragsverarbeitungsvertrag")]
        reasons += _notices(asked) if "sozialdaten" in task.data else []
        return Answer((found.id,) if found else (), Part(reasons=tuple(reasons)))
    text = (
        f"Wer bei der Mitbenutzung von {asked.system.name} durch {asked.of(asked.home)} für die Daten verantwortlich ist, "
        "steht nicht fest."
    )
    open_role = reason("datenschutzrolle_offen", text, case.file("agreement"), "Art. 4 Nr. 7 DSGVO")
    return Answer((), Part(reasons=(open_role,)))


def _joint(asked: Asked, entries: Sequence[DataProtectionRole]) -> Answer:
    """The arrangement of Article 26: where the agreement names papers, every one that covers both partners, else any of the kind."""
    case, kind = asked.case, "vereinbarung_art_26"
    named = {entry.document for entry in entries if entry.document}
    papers = [case.document_ids[id] for id in sorted(named) if id in case.document_ids]
    if named:
        papers = [document for document in papers if _covers(document, asked)]
        found = papers if all(in_effect(document, case.as_of) for document in papers) else []
    else:
        found = [document for document in (_concluded(asked, kind),) if document]
    reasons = () if found else (_document_missing(asked, kind),)
    return Answer(tuple(document.id for document in found), Part(reasons=reasons), jointly=True)


def _secondment(asked: Asked) -> Answer:
    case, file = asked.case, asked.case.file("pool", asked.home)
    pool = case.pool(asked.home)
    secondment = pool.secondment if pool else None
    home, host = asked.of(asked.home), asked.of(asked.host)
    if secondment is None or secondment.kind in ("keine", "uebergang") or secondment.to != asked.host:
        text = f"Eine Abordnung oder Gestellung von {home} zu {host} ist nicht eingetragen."
        return Answer((), Part(reasons=(reason("abordnung_fehlt", text, file),)))
    reasons: list[Reason] = []
    if secondment.consent is False:
        reasons.append(reason("abordnung_fehlt", f"{home}: Die Zustimmung der Betroffenen ist verweigert.", file))
    document = case.document_ids.get(secondment.document) if secondment.document else None
    if document is None or not in_effect(document, case.as_of):
        text = f"{home}: Der Vertrag oder die Verfügung über die Abordnung zu {host} liegt nicht vor."
        reasons.append(reason("abordnungsvertrag_fehlt", text, file))
    span = Span("abordnung", f"{home}: Die Abordnung zu {host}", file, secondment.from_, secondment.until)
    found = (document.id,) if document and in_effect(document, case.as_of) else ()
    return Answer(found, Part((span,), reasons=tuple(reasons)))


def claim_holds(system: System, capability: str, day: date) -> bool:
    """True if the capability is affirmed and somebody looked at it."""
    return any(
        c.capability == capability
        and c.value is True
        and c.state in ("geprueft", "belegt")
        and (c.as_of is None or c.as_of <= day)
        for c in system.claims
    )


def basis_answer(asked: Asked | None, file: str, mandate: str) -> Answer:
    """As `answer`; without any fitting ground the reason says so."""
    if asked is None:
        text = f"Für das Mandat „{mandate}“ steht kein Zugriffsgrund fest; ohne ihn gibt es keinen Zugriff."
        return Answer((), Part(reasons=(reason("zugriffsgrund_fehlt", text, file),)))
    return answer(asked)
