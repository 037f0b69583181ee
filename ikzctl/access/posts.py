"""Who works for whom under a mandate, and with which application roles a post does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ikzctl.access.case import Case, Part, example_remark, reason
from ikzctl.access.periods import Span, overlap, relevant
from ikzctl.model.mandate import Mandate
from ikzctl.model.manifest import Reason, Remark
from ikzctl.model.pool import ApplicationRole, Position, StaffPool
from ikzctl.model.system import Role

_MUTUAL = ("joint", "reciprocal")


@dataclass(frozen=True, slots=True)
class Post:
    """A position with one of its application roles; `role` is None if the application does not know the role."""

    home: str
    position: Position
    system: str
    role_id: str
    role: Role | None
    part: Part

    @property
    def subject(self) -> str:
        return f"{self.home}/{self.position.id}"


def work(mandate: Mandate) -> Iterator[tuple[str, str]]:
    """Pairs (whose staff, in whose tenant), never a partner for itself."""
    if mandate.mode == "shared_facility":
        # the operator opens its own facility to the others, whose staff come in with cases of their own
        yield from (
            (user, mandate.agent)
            for user in dict.fromkeys(mandate.principals)
            if mandate.agent and user != mandate.agent
        )
    elif mandate.mode in _MUTUAL:
        parties = tuple(dict.fromkeys(mandate.parties))
        yield from ((home, host) for home in parties for host in parties if home != host)
    elif mandate.agent:
        yield from ((mandate.agent, host) for host in dict.fromkeys(mandate.principals) if host != mandate.agent)


def posts(case: Case, home: str, mandate: Mandate) -> tuple[Post, ...]:
    """Positions of the partner's pool for the mandate's task, with their roles in systems of that task as far as it names any."""
    pool = case.pool(home)
    if pool is None:
        return ()
    return tuple(
        post
        for position in pool.positions
        if not position.tasks or mandate.task in position.tasks
        for post in _roles(case, home, pool, position, mandate)
    )


def _roles(case: Case, home: str, pool: StaffPool, position: Position, mandate: Mandate) -> Iterator[Post]:
    by_role: dict[tuple[str, str], list[ApplicationRole]] = defaultdict(list)
    for entry in position.roles:
        by_role[entry.system, entry.role].append(entry)
    task = mandate.task
    for (system, role_id), entries in by_role.items():
        if (mandate.systems and system not in mandate.systems) or (mandate.roles and role_id not in mandate.roles):
            continue
        view = case.system(system)
        role = view.roles.get(role_id)
        if task == role.task if role and role.task else task in view.system.tasks:
            part = _post_part(case, home, pool, position, relevant(entries, case.as_of))
            yield Post(home, position, system, role_id, role, part)


def _post_part(case: Case, home: str, pool: StaffPool, position: Position, entry: ApplicationRole) -> Part:
    name, file = case.name(home), case.file("pool", home)
    view = case.system(entry.system)
    role, system = view.roles.get(entry.role), view.system.name
    post, right = f"{name}: Die Stelle „{position.id}“", f"{name}: Die Rolle „{entry.role}“ der Stelle „{position.id}“"
    reasons: list[Reason] = []
    remarks: list[Remark] = []
    if position.state in ("unbesetzt", "geplant"):
        text = f"{name}: Die Stelle „{position.id}“ ist nicht besetzt (Stand: {position.state})."
        reasons.append(reason("stelle_nicht_besetzt", text, file))
    elif position.state == "offen":
        text = f"{name}: Ob die Stelle „{position.id}“ besetzt ist, ist offen."
        remarks.append(Remark(code="besetzung_offen", text=text, file=file))
    if role is None:
        text = f"{system} kennt die Rolle „{entry.role}“ nicht."
        reasons.append(reason("rolle_unbekannt", text, case.file("system", entry.system)))
    elif role.privileged and not role.second_factor:
        text = f"{system}: Für die Verwaltungsrechte der Rolle „{role.name}“ ist kein zweiter Faktor angegeben."
        reasons.append(reason("zweiter_faktor_fehlt", text, case.file("system", entry.system)))
    reasons += _kept_apart(case, home, position, entry)
    remarks += example_remark(f"{name}: Die Stelle „{position.id}“", file, pool, position, entry)
    spans = (
        Span("stelle", post, file, position.from_, position.until),
        Span("rolle", right, file, entry.from_, entry.until),
    )
    return Part(spans, reasons=tuple(reasons), remarks=tuple(remarks))


def _kept_apart(case: Case, home: str, position: Position, entry: ApplicationRole) -> Iterator[Reason]:
    """Another role of the post in the same application that must not be held together with this one, now or later."""
    view = case.system(entry.system)
    for other in position.roles:
        if other.system != entry.system or other.role == entry.role or not view.conflict(entry.role, other.role):
            continue
        if overlap(entry, other, case.as_of):
            text = (
                f"{case.name(home)}: Die Stelle „{position.id}“ hat in {view.system.name} zugleich die Rollen "
                f"„{entry.role}“ und „{other.role}“, die getrennt bleiben müssen."
            )
            yield reason("rollentrennung", text, case.file("pool", home))


def gaps(case: Case) -> tuple[str, ...]:
    """Mandates without anybody who works, or without anything that person could work with."""
    out: list[str] = []
    for id, mandate in case.folder.mandates.items():
        pairs = tuple(work(mandate))
        if not pairs:
            who = (
                "wer die Einrichtung betreibt und wer sie mitbenutzt"
                if mandate.mode == "shared_facility"
                else "wer für wen arbeitet"
            )
            out.append(f"Mandat „{id}“: Es steht nicht fest, {who}; daraus folgt kein Recht.")
        for home in dict.fromkeys(home for home, _ in pairs):
            if case.pool(home) is None:
                out.append(f"Mandat „{id}“: {case.name(home)} hat keinen Personalpool; daraus folgt kein Recht.")
            elif not posts(case, home, mandate):
                named = "vom Mandat genannte " if mandate.roles else ""
                where = "einem System, das das Mandat nennt" if mandate.systems else "einem System der Aufgabe"
                out.append(f"Mandat „{id}“: Keine Stelle von {case.name(home)} hat eine {named}Rolle in {where}.")
    return tuple(out)
