"""A registry as the commands see it: typed records, read when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ikzctl.model.errors import RegistryUnreadable, UserError
from ikzctl.model.findings import has_errors
from ikzctl.model.kinds import BY_NAME, place_of
from ikzctl.registry.build import build
from ikzctl.registry.events import load
from ikzctl.registry.near import near
from ikzctl.registry.sources import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ikzctl.model.agreement import Agreement
    from ikzctl.model.cooperation import Cooperation
    from ikzctl.model.costs import Costs
    from ikzctl.model.head import RegistryHead
    from ikzctl.model.mandate import Mandate
    from ikzctl.model.member import Member, Suspension
    from ikzctl.model.partner import Partner
    from ikzctl.model.pool import StaffPool
    from ikzctl.model.security import SecurityFile
    from ikzctl.model.system import System
    from ikzctl.model.task import Task
    from ikzctl.registry.sources import Listed


@dataclass(frozen=True)
class CooperationFolder:
    """All records of one cooperation; the mappings are keyed by partner id or mandate id and sorted by it.

    `read_pools` is called when somebody first asks for `pools`: of a large cooperation they are most of what there is to read.
    """

    id: str
    cooperation: Cooperation
    agreement: Agreement | None
    costs: Costs | None
    members: Mapping[str, Member]
    mandates: Mapping[str, Mandate]
    suspensions: Mapping[str, Suspension]
    read_pools: Callable[[], Mapping[str, StaffPool]]

    @cached_property
    def pools(self) -> Mapping[str, StaffPool]:
        return self.read_pools()


@dataclass
class Registry:
    """Reads from `source` on demand and remembers what it built.

    Every method that returns a record raises `RegistryUnreadable` when its file has errors, and `UserError` with a suggestion when there
    is no such record.
    """

    source: Listed
    _built: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Cooperation (`""` for what belongs to none) → path → record."""

    @property
    def commit(self) -> str | None:
        return self.source.commit

    def ids(self, kind: str, cooperation: str = "") -> tuple[str, ...]:
        """Ids of all records of a kind (inside a cooperation where the kind lives there), sorted."""
        if kind == "cooperation":
            files = filter(None, map(place_of, self.source.paths()))
        else:
            files = filter(None, map(place_of, self.source.within(folder_of(BY_NAME[kind].path("", cooperation)))))
        return tuple(sorted(place.id for place in files if place.kind.name == kind))

    def has(self, kind: str, id: str, cooperation: str = "") -> bool:
        return self.source.has(BY_NAME[kind].path(id, cooperation or id))

    def get(self, kind: str, id: str, cooperation: str = "") -> Any:
        """The record of that kind and id."""
        path = BY_NAME[kind].path(id, cooperation)
        built = self._built.setdefault(cooperation, {})
        if path not in built:
            if not self.has(kind, id, cooperation):
                raise self.missing(kind, id, cooperation)
            built[path] = self._read(path)
        return built[path]

    def get_many(self, kind: str, ids: Iterable[str], cooperation: str = "") -> dict[str, Any]:
        """These records by id; their files are read in one go, which for thousands takes a third of the time."""
        paths = {id: BY_NAME[kind].path(id, cooperation) for id in ids}
        built = self._built.setdefault(cooperation, {})
        wanted = [path for path in paths.values() if path not in built and self.source.has(path)]
        for path, content in self.source.read_many(wanted) if len(wanted) > 1 else ():
            built[path] = self._record(path, content)
        return {id: self.get(kind, id, cooperation) for id in paths}

    def forget(self, cooperation: str) -> None:
        """Let go of what was read of one cooperation, for whoever looks at one after the other."""
        self._built.pop(cooperation, None)

    def paths_read(self) -> tuple[str, ...]:
        """Of all records that somebody has asked for, sorted; registry.yaml aside."""
        return tuple(sorted(path for built in self._built.values() for path in built))

    def _read(self, path: str) -> Any:
        return self._record(path, self.source.read(path))

    def _record(self, path: str, content: bytes) -> Any:
        place = place_of(path)
        if place is None:
            raise ValueError(f"{path} has no place in the layout")
        loaded = load(content, path)
        record, faults = build(place, loaded, path)
        findings = (*loaded.findings, *faults)
        if record is None or has_errors(findings):
            raise RegistryUnreadable(findings, f"Die Datei {path} hat Fehler, die zuerst behoben werden müssen.")
        return record

    def missing(self, kind: str, id: str, cooperation: str = "") -> UserError:
        """The error for a record that does not exist, with a suggestion; it may be there in a form that is not read."""
        unread = self._unread(BY_NAME[kind].path(id, cooperation or id))
        if unread is not None:
            return unread
        known = self.ids(kind, cooperation)
        german = BY_NAME[kind].german
        where = f" in der Zusammenarbeit „{cooperation}“" if cooperation and kind != "cooperation" else ""
        hint = near(id, known).strip() or (
            f"Vorhanden: {', '.join(known[:12])}" + (" …" if len(known) > 12 else "") if known else None
        )
        return UserError(f"{german} „{id}“ gibt es{where} nicht im Register.", hint)

    def _unread(self, path: str) -> RegistryUnreadable | None:
        """What stands in the way of a file: it, or a folder above it, is a link, a pipe, a submodule."""
        places = {path, *(path[:at] for at, sign in enumerate(path) if sign == "/")}
        blamed = [f for f in self.source.problems() if f.pointer.file.rstrip("/") in places]
        return RegistryUnreadable(blamed, f"Die Datei {path} kann nicht gelesen werden.") if blamed else None

    @cached_property
    def head(self) -> RegistryHead:
        path = "registry.yaml"
        if not self.source.has(path):
            raise self._unread(path) or UserError(
                "Die Datei registry.yaml fehlt: Das ist kein Registerordner.",
                "Ein neues Register legt an: ikzctl init ORDNER",
            )
        head: RegistryHead = self._read(path)
        return head

    def partner(self, id: str) -> Partner:
        record: Partner = self.get("partner", id)
        return record

    def task(self, id: str) -> Task:
        record: Task = self.get("task", id)
        return record

    def system(self, id: str) -> System:
        record: System = self.get("system", id)
        return record

    def security(self, partner: str) -> SecurityFile | None:
        """The commitments of a partner, None if it has made none."""
        record: SecurityFile | None = self.get("security", partner) if self.has("security", partner) else None
        return record

    def cooperation(self, id: str) -> CooperationFolder:
        """The whole folder of a cooperation."""
        return CooperationFolder(
            id=id,
            cooperation=self.get("cooperation", id, id),
            agreement=self.get("agreement", id, id) if self.has("agreement", id, id) else None,
            costs=self.get("costs", id, id) if self.has("costs", id, id) else None,
            members=self.get_many("member", self.ids("member", id), id),
            mandates=self.get_many("mandate", self.ids("mandate", id), id),
            suspensions=self.get_many("suspension", self.ids("suspension", id), id),
            read_pools=lambda: self.get_many("pool", self.ids("pool", id), id),
        )
