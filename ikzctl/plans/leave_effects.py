"""What a leaving means for those who remain: does the cooperation go on, who has to be told, what ends."""

from __future__ import annotations

from datetime import date, timedelta

from ikzctl.library import german
from ikzctl.model.agreement import NoticeRule
from ikzctl.plans import follow_up
from ikzctl.plans.case import Case
from ikzctl.plans.notice import NoticeAnswer, addressees, rule_text
from ikzctl.plans.plan import Draft

_FORMS = {"schriftform": "schriftlich", "textform": "in Textform", "elektronisch": "elektronisch"}


def staying(case: Case, effective: date) -> tuple[str, ...]:
    """Parties that remain on the day after."""
    return tuple(id for id in case.parties(effective + timedelta(days=1)) if id != case.partner.id)


def ends_for_all(case: Case, effective: date) -> str | None:
    """Why the agreement as a whole ends with this leaving; None if it goes on or if nothing is known."""
    left = len(staying(case, effective))
    if left < 2:
        return "Es bleiben weniger als zwei Beteiligte."
    if case.agreement is None:
        return None
    rules = case.agreement.leaving
    if rules.minimum_partners is not None and left < rules.minimum_partners:
        return f"Die Vereinbarung verlangt mindestens {rules.minimum_partners} Beteiligte; es bleiben {left}."
    if rules.survival == "ende_fuer_alle":
        return "Nach der Vereinbarung endet sie für alle, wenn ein Beteiligter ausscheidet."
    if rules.ends_without_agent and any(m.agent == case.partner.id for m in case.mandates):
        return "Der beauftragte Beteiligte scheidet aus; damit endet die Vereinbarung."
    return None


def consequences(
    case: Case, draft: Draft, effective: date, notice: NoticeAnswer, version: int | None, *, extraordinary: bool
) -> None:
    remaining(case, draft, effective)
    _notice(case, draft, effective, notice, extraordinary=extraordinary)
    _authority(case, draft, effective, version)
    _papers(case, draft, effective, version)
    _rights(case, draft, effective)
    follow_up.costs(case, draft, effective, "ohne den ausgeschiedenen Beteiligten")
    _agreed(case, draft)


def remaining(case: Case, draft: Draft, effective: date) -> None:
    """Whether and with whom the cooperation goes on."""
    ending = ends_for_all(case, effective)
    others = staying(case, effective)
    if ending is not None:
        draft.warnings.append(
            f"{ending} Die Zusammenarbeit ist aufzulösen: Mitgliedschaften und Mandate der Übrigen enden nicht von selbst."
        )
    elif case.amends and case.agreement is not None and case.agreement.leaving.survival == "offen":
        draft.warnings.append(
            "Ob die Vereinbarung unter den Übrigen fortgilt, ist nicht geregelt (agreement.yaml: leaving.survival)."
        )
    if others:
        draft.follows("folgen", f"Es bleiben {len(others)}: {case.some_names(others)}.")
    if case.cooperation.coordinator == case.partner.id:
        draft.warnings.append(
            "Der Partner koordiniert die Zusammenarbeit; eine neue Koordination ist zu bestimmen (cooperation.yaml)."
        )
    if case.cooperation.steering is not None and case.cooperation.steering.votes:
        draft.follows("folgen", "Die Stimmen im Steuerungsgremium sind neu festzulegen (cooperation.yaml: steering).")


def _notice(case: Case, draft: Draft, effective: date, notice: NoticeAnswer, *, extraordinary: bool) -> None:
    rule = notice.rule
    who = case.some_names(addressees(case, rule, staying(case, effective)))
    form = _FORMS[rule.form] if rule else "schriftlich"
    kind = "Außerordentliche Kündigung" if extraordinary else "Kündigung"
    draft.follows("dokumente", f"{kind} {form} erklären gegenüber: {who}.")
    if rule is not None:
        draft.follows("dokumente", f"{rule_text(rule)}.")
    if notice.last_receipt is not None:
        draft.follows(
            "dokumente",
            f"Sie muss spätestens am {german.date_long(notice.last_receipt)} zugehen; der letzte Zugang zählt.",
        )
    if rule is None or rule.resolution_required:
        draft.follows("beschluesse", f"Vor der Erklärung beschließt die Vertretung: {case.partner.legal_name}.")
    if extraordinary:
        _grounds(draft, rule)


def _grounds(draft: Draft, rule: NoticeRule | None) -> None:
    draft.follows("dokumente", "Der wichtige Grund ist in der Erklärung zu nennen.", "§ 60 Abs. 2 VwVfG", "verified")
    for ground in rule.grounds if rule else ():
        draft.follows("dokumente", f"Vereinbarter Grund: wenn {ground}.")


def _authority(case: Case, draft: Draft, effective: date, version: int | None) -> None:
    if version is None:
        return
    before = case.authority(case.parties(case.as_of))
    left = staying(case, effective)
    if ends_for_all(case, effective) is None:
        follow_up.authority_change(draft, before, case.authority(left))
        follow_up.amendment_approval(case, draft, "withdrawal", "das Ausscheiden eines von mehreren Beteiligten")
    else:
        follow_up.authority_change(draft, before, before)
        follow_up.amendment_approval(case, draft, "dissolution", "die Aufhebung")


def _papers(case: Case, draft: Draft, effective: date, version: int | None) -> None:
    if ends_for_all(case, effective) is not None:
        draft.follows("dokumente", "Aufhebungsvereinbarung, Auseinandersetzung und Anzeige an die Aufsicht.")
        return
    if version is not None:
        follow_up.councils(case, draft, staying(case, effective), "zur Änderung der Vereinbarung")
        draft.follows("dokumente", f"{version}. Änderungsvereinbarung (Ausscheiden), Synopse und Lesefassung.")
        draft.follows("dokumente", "Bekanntmachung bei jedem Beteiligten.")


def _rights(case: Case, draft: Draft, effective: date) -> None:
    touched = [m for m in case.mandates if case.partner.id in m.parties]
    if touched:
        draft.follows(
            "rechte",
            f"Alle Rechte aus {german.counted(len(touched), 'Mandat', 'Mandaten', 'neutrum', 'dative')} enden mit Ablauf des "
            f"{german.date_long(effective)}, die am Mandanten des Partners und die seiner Stellen. Genau zeigt es: ikzctl access manifest",
        )
    follow_up.data_protection(case, draft, touched, "beenden oder anpassen; Akten und Daten zurückgeben oder löschen")


def _agreed(case: Case, draft: Draft) -> None:
    """What the agreement itself says about leaving."""
    if case.agreement is None:
        return
    rules = case.agreement.leaving
    if rules.recompute:
        draft.follows("kosten", f"Vereinbart: {rules.recompute}")
    if rules.tail_cost:
        draft.follows("kosten", f"Nachlaufkosten: {rules.tail_cost}")
    if rules.statement_on_request:
        draft.follows("kosten", "Vor der Kündigung kann eine Proberechnung verlangt werden.")
    if case.agreement.dissolution.files:
        draft.follows("folgen", f"Akten und Daten: {case.agreement.dissolution.files}")
