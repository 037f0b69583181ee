"""What the clauses say about systems, security and data protection."""

from __future__ import annotations

from collections import Counter

from ikzctl.documents.case import DraftCase
from ikzctl.documents.context_tasks import agent_forms, mandate_groups, mandate_label
from ikzctl.documents.marks import Placeholder
from ikzctl.documents.words import day, listed, partner_forms, sentence
from ikzctl.model.agreement import DataProtectionRole
from ikzctl.model.mandate import Mandate
from ikzctl.model.system import System

_FRAMEWORKS = {
    "it-grundschutz": "BSI IT-Grundschutz",
    "grundschutz++": "BSI Grundschutz++",
    "wiba": "BSI „Weg in die Basis-Absicherung“",
    "iso-27001": "ISO/IEC 27001",
    "cisis12": "CISIS12",
    "bsi-c5": "BSI C5",
    "eigene": "eigenes Regelwerk",
}
_LEVELS = {
    "basis-absicherung": "Basis-Absicherung",
    "standard-absicherung": "Standard-Absicherung",
    "kern-absicherung": "Kern-Absicherung",
    "normal-sdt": "normales Sicherheitsniveau nach dem Stand der Technik",
    "erhoeht": "erhöhtes Sicherheitsniveau",
    "weg-in-die-basis": "alle Prüffragen erfüllt",
    "konform": "konform",
    "zertifiziert": "zertifiziert",
    "umgesetzt": "umgesetzt",
    "typ-1": "Testat Typ 1",
    "typ-2": "Testat Typ 2",
    "erfuellt": "erfüllt",
}
_CONTRACTS = {
    "auftragsverarbeitung": "Vertrag nach Art.\u00a028 DSGVO",
    "gemeinsam_verantwortlich": "Vereinbarung nach Art.\u00a026 DSGVO",
}


def values(case: DraftCase) -> dict[str, object]:
    tasks = [case.tasks[id] for id in case.task_ids]
    social = [task.name for task in tasks if task.social_data]
    return {
        "systems": [system.id for system in systems(case)],
        "commitments": [id for id in case.parties if id in case.security and case.security[id].commitments],
        "security_gate": _gate(case),
        "personal_data": any(task.personal_data for task in tasks),
        "vehicle_data": any("fahrzeugregister" in task.data for task in tasks),
        "social_data": bool(social),
        "social_tasks": _named(social),
        "data_roles": [_role(case, position, role) for position, role in enumerate(case.agreement.data_protection)],
        "derived_roles": _derived(case),
        "notices_80": _notices(case, set(social)),
    }


def systems(case: DraftCase) -> tuple[System, ...]:
    """Applications of the tasks at hand, in use or planned; what every party has replaced or ended is history."""
    wanted = set(case.task_ids)
    return tuple(s for s in case.systems.values() if set(s.tasks) & wanted and _alive(case, s))


def _alive(case: DraftCase, system: System) -> bool:
    """True unless every recorded use by a party is over; a system about which no use is recorded may be planned."""
    uses = [
        use
        for id in case.parties
        for use in case.partners[id].applications
        if use.system == system.id and (use.task is None or use.task in case.task_ids)
    ]
    over = [use for use in uses if use.state == "abgeloest" or (use.until is not None and use.until < case.as_of)]
    return not uses or len(over) < len(uses)


def _named(names: list[str]) -> str:
    shown = [f"„{name}“" for name in names]
    return f"der Aufgabe {shown[0]}" if len(shown) == 1 else f"den Aufgaben {listed(shown)}" if shown else ""


def level_text(framework: str, level: str, edition: str | None) -> str:
    """A level as a person would write it; an unknown level is printed as the registry names it."""
    text = f"{_FRAMEWORKS.get(framework, framework)}, {_LEVELS.get(level, level)}"
    return f"{text} (Ausgabe {edition})" if edition else text


def _gate(case: DraftCase) -> list[str]:
    out: list[str] = []
    path = f"cooperations/{case.id}/cooperation.yaml: gates.security"
    for gate in case.cooperation.gates.security:
        text = level_text(gate.framework, gate.level, gate.edition)
        if gate.monitoring_24_7:
            text += " mit Überwachung der Endgeräte rund um die Uhr"
        out.append(Placeholder(f"Sicherheitsniveau, Beispiel: {text}", path) if gate.example else text)
    return out


def _role(case: DraftCase, position: int, role: DataProtectionRole) -> dict[str, object]:
    path = f"cooperations/{case.id}/agreement.yaml: data_protection[{position + 1}]"
    document = next((d for d in case.agreement.documents if d.id == role.document), None)
    processor: str = Placeholder(f"Auftragsverarbeiter für {role.activity}", f"{path}.processor")
    if role.processor:
        processor = partner_forms(case.partners[role.processor])["nom"]
    elif role.processor_name:
        processor = role.processor_name
    controller: str = case.roles.one("jeweils zuständig")["nom"]
    if role.controller:
        controller = partner_forms(case.partners[role.controller])["nom"]
    elif role.model == "verantwortlicher_beauftragter":
        controller = case.roles.acting()["nom"]
    shown: str = Placeholder(f"{_CONTRACTS.get(role.model, 'Dokument')} zu {role.activity}", f"{path}.document")
    if document and document.state in ("abgestimmt", "geschlossen"):
        shown = document.title
    return {
        "model": role.model,
        "activity": role.activity,
        "controller": controller,
        "processor": processor,
        "document": shown,
        "retention": sentence(role.retention) if role.retention else "",
        "model_open": Placeholder(f"Rollenmodell für {role.activity}", f"{path}.model"),
    }


def _derived(case: DraftCase) -> list[dict[str, object]]:
    """Roles that follow from the mode, for tasks about which the registry says nothing of its own."""
    covered = {role.task for role in case.agreement.data_protection}
    if None in covered:
        return []
    handed = mandate_groups(case)
    count = Counter(group[0].task for group in handed)
    groups: dict[tuple[str, str | None, int], list[tuple[int, list[Mandate]]]] = {}
    for position, group in enumerate(handed, 1):
        mandate = group[0]
        if mandate.task not in covered and case.tasks[mandate.task].personal_data:
            alone = position if count[mandate.task] > 1 else 0
            groups.setdefault((mandate.mode, mandate.agent, alone), []).append((position, group))
    out: list[dict[str, object]] = []
    for (mode, _, alone), found in groups.items():
        mandates = [group[0] for _, group in found]
        many = any(len(group) > 1 for _, group in found)
        names = list(dict.fromkeys(case.tasks[m.task].name for m in mandates))
        path = f"cooperations/{case.id}/agreement.yaml: data_protection"
        out.append(
            {
                "where": _named(names),
                "where_akk": f"die Aufgabe{'n' if len(names) > 1 else ''} {listed([f'„{name}“' for name in names])}",
                "ref": f"A02#{mandate_label(alone)}" if alone else "",
                "mode": mode,
                "agent": case.roles.one("jeweils handelnd") if many else agent_forms(case, mandates[0]),
                "contract": Placeholder(f"Vertrag nach Art.\u00a028 DSGVO ({listed(names)})", path),
                "arrangement": Placeholder(f"Vereinbarung nach Art.\u00a026 DSGVO ({listed(names)})", path),
            }
        )
    return out


def _notices(case: DraftCase, social: set[str]) -> list[dict[str, str]]:
    out = []
    for position, role in enumerate(case.agreement.data_protection):
        task = case.tasks.get(role.task) if role.task else None
        if role.model != "auftragsverarbeitung" or not social or (task is not None and not task.social_data):
            continue
        path = f"cooperations/{case.id}/agreement.yaml: data_protection[{position + 1}]"
        label = f"Anzeige nach §\u00a080 SGB\u00a0X, {role.activity}"
        out.append(
            {
                "activity": role.activity,
                "controller": day(
                    role.notice_80_controller, f"{label} (Verantwortlicher)", f"{path}.notice_80_controller"
                ),
                "processor": day(
                    role.notice_80_processor, f"{label} (Auftragsverarbeiter)", f"{path}.notice_80_processor"
                ),
            }
        )
    return out
