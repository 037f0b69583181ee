"""From the records to what clause texts may say: plain dictionaries, texts in the right case, open facts as placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ikzctl.documents import context_data, context_money, context_tasks, context_time
from ikzctl.documents.annexes import AnnexPlan, plan_annexes
from ikzctl.documents.case import DraftCase
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import Forms, listed, paragraphs, partner_forms, sentence
from ikzctl.library import german
from ikzctl.model.partner import Partner, Representation
from ikzctl.model.task import LegalBasis

PARTIES_ANNEX_FROM = 41
_RESOLUTIONS_LISTED = 15
"""with more parties an introduction of nothing but open days would hide the text"""
_SHORT_DATE = re.compile(r"\b([0-9]{2})\.([0-9]{2})\.([0-9]{4})\b")


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
        **_roles(case),
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
        "publication": _publication(case),
        "federal_code": case.law.land == "RP",
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
    """Words whose forms we do not know are named in the review sheet, not mixed into the text in a wrong case."""
    for given in case.roles.unknown:
        notes.append(f"Die eigene Bezeichnung „{given}“ verwendet der Entwurf nicht; sie ist von Hand einzusetzen.")


def _roles(case: DraftCase) -> dict[str, Forms]:
    """The words for the parties in every role that a clause speaks of."""
    words = case.roles
    return {
        "all": words.all(),
        "others": words.all("übrig"),
        "further": words.all("weiter"),
        "remaining": words.all("verbleibend"),
        "single": words.all("einzeln"),
        "party": words.one(),
        "each": words.one("", "jeder"),
        "one": words.one("", "ein"),
        "agent": words.acting(),
        "responsible": words.one("zuständig"),
        "former": words.one("bisher zuständig"),
        "affected": words.one("betroffen"),
        "joining": words.one("beitretend"),
        "leaving": words.one("ausscheidend"),
    }


def _publication(case: DraftCase) -> dict[str, str]:
    """Who makes the text public by the law of the Land; `law` where we do not know."""
    rule = case.law.parameter("publication")
    by = "parties" if case.law.procedure is not None else rule.value if rule else "law"
    if by not in ("parties", "supervisor"):
        by = "law"
    return {"by": by, "word": "letzten Bekanntmachung" if by == "parties" else "Bekanntmachung"}


def _bases(case: DraftCase) -> list[str]:
    if case.agreement.legal_bases:
        return [german.citation(_printed_basis(basis)) for basis in case.agreement.legal_bases]
    statute = case.law.statute
    citation = _statute_words(statute.title, statute.short, statute.citation or "")
    sections = case.law.instrument.sections.removesuffix(f" {statute.short}")
    if case.law.land == "RP" and case.agreement.instrument == "zweckvereinbarung":
        # published agreements of this Land cite § 1 too
        sections = german.citation("§§ 1, 12 und 13")
    return [german.citation(f"{sections} {_of(citation)}")]


def _statute_words(title: str, short: str, citation: str) -> str:
    """Long name at first use: „Gesetz über … (GkG NRW) in der Fassung vom …“."""
    if citation.startswith(short):
        citation = f"{title} ({short}){citation.removeprefix(short)}"
    return _SHORT_DATE.sub(lambda m: german.date_long(date(int(m[3]), int(m[2]), int(m[1]))), citation or title)


def _of(citation: str) -> str:
    """„Landesgesetz …“ → „des Landesgesetzes …“; a short title stays as it is."""
    words = citation.split(" ")
    at = next((i for i, word in enumerate(words[:2]) if word.endswith(("gesetz", "Gesetz"))), None)
    if at is not None:
        before = [word.removesuffix("es") + "en" if word.endswith("es") else word for word in words[:at]]
        return " ".join(["des", *before, f"{words[at]}es", *words[at + 1 :]])
    return f"der {citation}" if words[0].endswith(("verfassung", "ordnung")) else citation


def _printed_basis(basis: LegalBasis) -> str:
    out = f"{basis.cite} – {basis.statute}" if basis.statute else basis.cite
    if basis.promulgation:
        out += f", {basis.promulgation}"
    return f"{out} in der jeweils geltenden Fassung" if basis.dynamic else out


def _resolutions(case: DraftCase) -> list[dict[str, str]]:
    """One line per party and resolution to conclude; days that are not recorded are one open question for all."""
    out = []
    pending = [id for id in case.parties if not _concluded(case, id)]
    if len(case.parties) > _RESOLUTIONS_LISTED and len(pending) == len(case.parties):
        return []
    names = listed([case.partners[id].short_name for id in pending])
    label, path = f"Tage der Beschlüsse ({names})", f"cooperations/{case.id}/members/: resolutions"
    for id in case.parties:
        partner = case.partners[id]
        found = [r for r in case.members[id].resolutions if r.about in ("abschluss", "beitritt")]
        name = partner_forms(partner)["gen"]
        open_day = Placeholder(label, path, brief=True)
        if not found:
            organ = next((o.name for o in partner.organs if o.kind != "ausschuss"), None)
            shown = organ or Placeholder(f"zuständiges Organ, {partner.short_name}", f"partners/{id}.yaml: organs")
            out.append({"organ": shown, "partner": name, "date": open_day, "number": ""})
        for resolution in found:
            decided = resolution.date if resolution.result == "angenommen" else None
            out.append(
                {
                    "organ": resolution.organ,
                    "partner": name,
                    "date": german.date_long(decided) if decided else open_day,
                    "number": resolution.number or "",
                }
            )
    return out


def _concluded(case: DraftCase, id: str) -> bool:
    found = [r for r in case.members[id].resolutions if r.about in ("abschluss", "beitritt")]
    return bool(found) and all(r.result == "angenommen" and r.date for r in found)


def _copies(case: DraftCase) -> dict[str, str]:
    count, each = case.agreement.copies, case.roles.one("", "jeder")["nom"]
    if count is not None:
        return {"number": german.number_word(count), "whom": f"{each} erhält mindestens eine Ausfertigung"}
    number = german.number_word(len(case.parties) + 1)
    return {"number": number, "whom": f"{each} und die Aufsichtsbehörde erhalten je eine Ausfertigung"}


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
