"""Drafts an agreement: chooses and renders the clauses, makes the Word file and its review sheet, reads both back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ikzctl.documents import annexes as annex_tables
from ikzctl.documents import wordml
from ikzctl.documents.annexes import parties_annex
from ikzctl.documents.case import DraftCase, Stamp
from ikzctl.documents.clauses import Choice, Chosen, Form, Left, Own, compose, shipped_form
from ikzctl.documents.content import Break, Document, Inlines, Open, Party, Section, Signature, Text, open_facts, text
from ikzctl.documents.context import PARTIES_ANNEX_FROM, Context, agreement_words, build, representation
from ikzctl.documents.endorsements import endorsements
from ikzctl.documents.layouts import Properties, fill, load
from ikzctl.documents.marks import clean
from ikzctl.documents.numbering import number
from ikzctl.documents.readback import control_tags, slot_texts, verify
from ikzctl.documents.review import write_review
from ikzctl.documents.words import partner_forms
from ikzctl.library import german
from ikzctl.model.errors import UserError
from ikzctl.model.generated import GeneratedFile

FORM = "zweckvereinbarung"
SLOTS = ("beteiligte", "einleitung", "vereinbarung", "unterschriften", "anlagen")
CONTENTS_FROM = 25
"""with more §§ than this a table of contents is printed, whatever the house style says"""


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a draft with everything that the review sheet has to say about it."""

    document: Document
    chosen: tuple[Chosen, ...]
    left: tuple[Left, ...]
    context: Context
    form: Form


def draft_agreement(case: DraftCase, *, stamp: Stamp, form_id: str = FORM) -> tuple[GeneratedFile, ...]:
    """The draft and its review sheet as files; raises instead of handing out a file that does not say what it should."""
    draft = compose_agreement(case, form_id)
    layout = load(draft.form.layout, form_id, SLOTS)
    values = _hole_values(case, draft.document, stamp)
    data = fill(layout, values, render_slots(draft.document), properties(case, draft, stamp))
    verify(data, layout, values, slot_texts(draft.document), control_tags(draft.document))
    facts = open_facts(draft.document)
    review = write_review(
        case, draft.document, draft.chosen, draft.left, facts, draft.context.notes, stamp, values["vermerk"]
    )
    return (
        GeneratedFile(f"{case.id}-{_file_word(case)}-entwurf.docx", data),
        GeneratedFile(f"{case.id}-pruefvermerk.docx", review),
    )


def _file_word(case: DraftCase) -> str:
    return case.agreement.instrument.replace("_", "-")


def compose_agreement(case: DraftCase, form_id: str = FORM) -> Draft:
    """The numbered content of the draft, with every reference resolved; nothing is written yet."""
    form = shipped_form(form_id)
    if case.agreement.instrument not in form.instruments:
        raise UserError(
            f"Für das Instrument „{case.agreement.instrument}“ gibt es kein Formular.",
            hint=f"Möglich sind: {', '.join(form.instruments)}.",
        )
    context = build(case)
    choices = {c.clause: Choice(c.use, c.heading, c.text, c.reason) for c in case.agreement.clauses}
    unknown = set(choices) - set(form.all_clauses)
    if unknown:
        raise UserError(f"agreement.yaml: clauses nennt Klauseln, die es nicht gibt: {', '.join(sorted(unknown))}.")
    own = [Own(c.id, c.heading, c.text, c.after, c.covers) for c in case.agreement.own_clauses]
    chosen, left = compose(form, context.values, choices, own)
    introduction = tuple(item.section for item in chosen if item.id in form.introduction)
    sections = tuple(item.section for item in chosen if item.id not in form.introduction)
    return Draft(_document(case, context, introduction, sections), chosen, left, context, form)


def _document(
    case: DraftCase, context: Context, introduction: tuple[Section, ...], sections: tuple[Section, ...]
) -> Document:
    parties = tuple(_party(case, id) for id in case.parties)
    in_annex = len(parties) >= PARTIES_ANNEX_FROM
    first = (parties_annex(case, parties),) if in_annex else ()
    included = {section.clause_id for section in sections}
    tables = annex_tables.build(case, context.annexes, included, first=len(first) + 1)
    title, subtitle = titles(case)
    document = Document(
        title=title,
        subtitle=subtitle,
        parties=parties,
        introduction=introduction,
        sections=sections,
        signatures=tuple(_signature(case, id) for id in case.parties),
        annexes=(*first, *tables),
        parties_annex=1 if in_annex else 0,
        endorsements=endorsements(case),
        contents_list=case.head.house_style.contents_list or len(sections) > CONTENTS_FROM,
    )
    return number(document)


def titles(case: DraftCase) -> tuple[str, str]:
    """Name of the instrument, and what it is about."""
    words = agreement_words(case)
    if case.agreement.title:
        return words["title"], case.agreement.title
    subjects = [case.tasks[id].subject for id in case.task_ids]
    names = [case.tasks[id].name for id in case.task_ids]
    about = f"über {subjects[0]}"
    if len(subjects) > 1:
        about = f"über die Zusammenarbeit bei den Aufgaben {german.enumeration(names)}"
    return words["title"], about + _amended(case)


def _amended(case: DraftCase) -> str:
    """„ in der Fassung der 1. Änderung vom …“ once an amendment has been signed."""
    signed = [v for v in case.agreement.versions if v.kind == "aenderung" and v.signed_on]
    if not signed:
        return ""
    last = max(signed, key=lambda v: v.number)
    day = german.date_long(last.signed_on) if last.signed_on else ""
    return f" in der Fassung der {last.number}.{german.NBSP}Änderung vom {day}"


def _party(case: DraftCase, id: str) -> Party:
    partner = case.partners[id]
    forms = partner_forms(partner)
    detail: list[Inlines] = []
    found = representation(partner, case)
    if found is None:
        missing = Open(f"Vertretung, {partner.short_name}", f"partners/{id}.yaml: representation")
        detail.append((Text("vertreten durch "), missing))
    else:
        office = german.office(found.office, found.holder, "accusative", found.office_feminine)
        detail.append(text(f"vertreten durch {office}"))
    address = partner.address
    if address and address.street and address.postcode and address.town:
        detail.append(text(f"{address.street}, {address.postcode} {address.town}"))
    short = (
        text(f"–{german.NBSP}im Folgenden: {german.quoted(partner.short_name)}{german.NBSP}–")
        if partner.short_name != partner.legal_name
        else ()
    )
    return Party(text(forms["dat"]), partner.legal_name, tuple(detail), short)


def _signature(case: DraftCase, id: str) -> Signature:
    partner = case.partners[id]
    found = representation(partner, case)
    line = text(f"Für {partner_forms(partner)['akk']}")
    seal = Text("Dienstsiegel (L.\u00a0S.)")
    if found is None:
        missing = Open(f"Amtsbezeichnung, {partner.short_name}", f"partners/{id}.yaml: representation")
        return Signature(line, (missing, Break(), seal))
    title = german.office_title(found.office, found.holder, found.office_feminine)
    return Signature(line, (Text(title), Break(), seal))


def render_slots(document: Document) -> dict[str, str]:
    """WordprocessingML for each slot of the layout; bookmarks and controls are counted through the whole document."""
    builder = wordml.Builder()
    return {
        "beteiligte": wordml.parties(builder, document),
        "einleitung": wordml.introduction(builder, document),
        "vereinbarung": "".join(wordml.section(builder, part) for part in document.sections),
        "unterschriften": wordml.signatures(builder, document.signatures),
        "anlagen": "".join(wordml.annex(builder, annex) for annex in document.annexes) + wordml.endorsements(document),
    }


def draft_mark(stamp: Stamp) -> str:
    """What stands on every page."""
    mark = f"Entwurf, Stand {german.date_long(stamp.as_of)}"
    return mark if stamp.commit else f"{mark} – nicht festgeschrieben"


def _hole_values(case: DraftCase, document: Document, stamp: Stamp) -> dict[str, str]:
    values = {
        "titel": document.title,
        "untertitel": document.subtitle,
        "kurztitel": f"{document.title} {case.cooperation.name}",
        "vermerk": draft_mark(stamp),
        "stand": german.date_long(stamp.as_of),
    }
    return {name: clean(value) for name, value in values.items()}


def properties(case: DraftCase, draft: Draft, stamp: Stamp) -> Properties:
    """Document properties: enough to make the same file again and to see what it was made from."""
    clauses = " ".join(f"{item.id}@{item.version}" for item in draft.chosen)
    return Properties(
        title=f"{draft.document.title} {draft.document.subtitle}",
        day=stamp.as_of,
        creator=f"ikzctl {stamp.tool_version}",
        custom=(
            ("ikzctl-formular", f"{draft.form.id}@{draft.form.version}"),
            ("ikzctl-zusammenarbeit", case.id),
            ("ikzctl-stand", stamp.as_of.isoformat()),
            ("ikzctl-commit", stamp.commit or "nicht festgeschrieben"),
            ("ikzctl-rechtsstand", f"{case.law.land} {case.law.edition}"),
            ("ikzctl-klauseln", clauses),
            ("ikzctl-layout", hashlib.sha256(draft.form.layout).hexdigest()),
        ),
    )
