"""From the records to what clause texts may say: plain dictionaries, texts in the right case, open facts as placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ikzctl.documents import context_data, context_money, context_tasks, context_time
from ikzctl.documents.annexes import AnnexPlan, plan_annexes
from ikzctl.documents.case import DraftCase
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import (
    COLLECTIVE,
    collective,
    day,
    determined,
    paragraphs,
    partner_forms,
    sentence,
    singular,
)
from ikzctl.library import german
from ikzctl.model.partner import Partner, Representation
from ikzctl.model.task import LegalBasis

PARTIES_ANNEX_FROM = 41


@dataclass(frozen=True, slots=True)
class Context:
    """`values` goes to the clauses, `annexes` to the end of the document, `notes` to the review sheet."""

    values: Mapping[str, object]
    annexes: tuple[AnnexPlan, ...]
    notes: tuple[str, ...]


def build(case: DraftCase) -> Context:
    """Everything that the clauses of the shipped forms may ask for."""
    notes: list[str] = []
    _check_terms(case, notes)
    dropped = {choice.clause for choice in case.agreement.clauses if not choice.use or choice.text is not None}
    annexes = tuple(plan for plan in plan_annexes(case) if plan.clause not in dropped)
    values: dict[str, object] = {
        "agreement": agreement_words(case),
        "all": collective(),
        "others": collective("übrig"),
        "each": determined("jed"),
        "one": determined("ein"),
        "agent": singular("beauftragt"),
        "responsible": singular("zuständig"),
        "leaving": singular("ausscheidend"),
        "gender_style": case.head.house_style.gender,
        "parties_in_annex": len(case.parties) >= PARTIES_ANNEX_FROM,
        "has_agent": any(mandate.agent for mandate in case.current_mandates),
        "bases": _bases(case),
        "resolutions": _resolutions(case),
        "purpose": [sentence(text) for text in paragraphs(case.cooperation.purpose)],
        "history": [{"when": e.when, "text": sentence(e.text)} for e in case.cooperation.history],
        "bylaws": [d.title for d in case.agreement.documents if d.kind == "satzung"],
        "predecessors": [
            d.title + (f" vom {german.date_long(d.date)}" if d.date else "")
            for d in case.agreement.documents
            if d.kind == "vorgaengervereinbarung"
        ],
        "annexes": [{"key": f"anlage#{plan.key}", "title": plan.title} for plan in annexes],
        "copies": _copies(case),
        "dispute": "" if case.agreement.dispute == "offen" else case.agreement.dispute,
        **context_tasks.values(case),
        **context_data.values(case),
        **context_money.values(case),
        **context_time.values(case),
    }
    return Context(values, annexes, tuple(notes))


def agreement_words(case: DraftCase) -> dict[str, str]:
    """The instrument's name with „diese …“ and „die …“ in the cases that the text needs."""
    name = case.agreement.instrument_name or case.law.instrument.name
    gender = german.gender_of(name) or case.law.instrument.gender
    forms = german.decline(name, gender)
    this = {"maskulin": ("dieser", "dieses", "diesem", "diesen"), "neutrum": ("dieses", "dieses", "diesem", "dieses")}
    words = this.get(gender, ("diese", "dieser", "dieser", "diese"))
    cases = (forms.nominative, forms.genitive, forms.dative, forms.accusative)
    out = {
        key: f"{word} {_without_article(form)}"
        for key, word, form in zip(("nom", "gen", "dat", "akk"), words, cases, strict=True)
    }
    return {**out, "name": name, "the_gen": forms.genitive, "title": german.capitalised(name)}


def _without_article(form: str) -> str:
    return form.split(" ", 1)[1]


def _check_terms(case: DraftCase, notes: list[str]) -> None:
    """Words for the parties that the clauses do not use are named in the review sheet, not mixed into the text."""
    terms = case.agreement.terms
    wanted = terms.all_parties or case.head.house_style.party_term
    used = {COLLECTIVE, "beauftragter Beteiligter", "übrige Beteiligte"}
    for given in (wanted, terms.agent, terms.others):
        if given and given not in used:
            notes.append(f"Die eigene Bezeichnung „{given}“ verwendet der Entwurf nicht; sie ist von Hand einzusetzen.")


def _bases(case: DraftCase) -> list[str]:
    if case.agreement.legal_bases:
        return [german.citation(_printed_basis(basis)) for basis in case.agreement.legal_bases]
    statute = case.law.statute
    citation = statute.citation or statute.title
    sections = case.law.instrument.sections.removesuffix(f" {statute.short}")
    if case.law.land == "RP" and case.agreement.instrument == "zweckvereinbarung":
        # published agreements of this Land cite § 1 too
        sections = german.citation("§§ 1, 12 und 13")
    return [german.citation(f"{sections} {_of(citation)}")]


def _of(citation: str) -> str:
    """„Landesgesetz …“ → „des Landesgesetzes …“; a short title stays as it is."""
    first, _, rest = citation.partition(" ")
    if first.endswith(("gesetz", "Gesetz")):
        return f"des {first}es {rest}"
    return citation


def _printed_basis(basis: LegalBasis) -> str:
    out = f"{basis.cite} – {basis.statute}" if basis.statute else basis.cite
    if basis.promulgation:
        out += f", {basis.promulgation}"
    return f"{out} in der jeweils geltenden Fassung" if basis.dynamic else out


def _resolutions(case: DraftCase) -> list[dict[str, str]]:
    """One line per party and resolution to conclude; where none is recorded the day is open."""
    out = []
    for id in case.parties:
        partner = case.partners[id]
        found = [r for r in case.members[id].resolutions if r.about in ("abschluss", "beitritt")]
        name = partner_forms(partner)["gen"]
        path = f"cooperations/{case.id}/members/{id}.yaml: resolutions"
        label = f"Tag des Beschlusses, {partner.short_name}"
        if not found:
            organ = next((o.name for o in partner.organs if o.kind == "vertretung"), None)
            shown = organ or Placeholder(f"zuständiges Organ, {partner.short_name}", f"partners/{id}.yaml: organs")
            out.append({"organ": shown, "partner": name, "date": Placeholder(label, path), "number": ""})
        for resolution in found:
            decided = resolution.date if resolution.result == "angenommen" else None
            out.append(
                {
                    "organ": resolution.organ,
                    "partner": name,
                    "date": day(decided, label, path),
                    "number": resolution.number or "",
                }
            )
    return out


def _copies(case: DraftCase) -> dict[str, str]:
    count = case.agreement.copies
    if count is not None:
        return {"number": german.number_word(count), "whom": "jeder Beteiligte erhält mindestens eine Ausfertigung"}
    number = german.number_word(len(case.parties) + 1)
    return {"number": number, "whom": "jeder Beteiligte und die Aufsichtsbehörde erhalten je eine Ausfertigung"}


def representation(partner: Partner, case: DraftCase) -> Representation | None:
    """The office that represents the partner on the day of the case, deputies aside."""
    return next(
        (
            r
            for r in partner.representation
            if not r.deputy
            and (r.from_ is None or r.from_ <= case.as_of)
            and (r.until is None or r.until >= case.as_of)
        ),
        None,
    )
