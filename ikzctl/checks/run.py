"""All checks over one scan of a registry."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol

from ikzctl.checks import (
    approval,
    contents,
    data_protection,
    forms,
    gates,
    members,
    money,
    partners,
    references,
    waivers,
)
from ikzctl.checks.network import CooperationFacts, Gathering, Network
from ikzctl.checks.report import place, say
from ikzctl.model.findings import Finding, Pointer, in_order

if TYPE_CHECKING:
    from ikzctl.registry.scan import FileResult

GlobalCheck = Callable[[Network, date], Iterable[Finding]]
CooperationCheck = Callable[[CooperationFacts, Network, date], Iterable[Finding]]
Locate = Callable[[Pointer], Pointer]


class Readable(Protocol):
    """As much of a source as is needed to say where in a file something stands."""

    def paths(self) -> Sequence[str]: ...

    def read(self, path: str) -> bytes: ...


GLOBAL_CHECKS: tuple[GlobalCheck, ...] = (
    *references.GLOBAL,
    *partners.GLOBAL,
    *members.GLOBAL,
    *contents.GLOBAL,
    *data_protection.GLOBAL,
    *gates.GLOBAL,
)
COOPERATION_CHECKS: tuple[CooperationCheck, ...] = (
    *references.COOPERATION,
    *members.COOPERATION,
    *forms.COOPERATION,
    *contents.COOPERATION,
    *approval.COOPERATION,
    *data_protection.COOPERATION,
    *money.COOPERATION,
    *gates.COOPERATION,
)
# Ideas are the most of a large registry, and of them there is only the plan: the other checks have nothing to look at there.
PLAN_CHECKS: tuple[CooperationCheck, ...] = (
    members.has_head,
    members.has_members,
    references.others_are_members,
    gates.started_too_early,
)


# What was gathered last. To take it apart takes half as long as the checks, and as a rule the process ends before it has to be.
_last: list[object] = []


def check(results: Iterable[FileResult], as_of: date, locate: Locate) -> tuple[Finding, ...]:
    """Findings of the scan and of all checks across files, sorted by place.

    `locate` adds line and column to a pointer that is known by field only; it is asked once per finding, file after file.
    """
    gathering = Gathering()
    for result in results:
        gathering.add(result)
    return conclude(gathering, as_of, locate)


def conclude(gathering: Gathering, as_of: date, locate: Locate) -> tuple[Finding, ...]:
    """The same for results that have been gathered already."""
    network = gathering.network()
    _last[:] = [gathering, network]
    # nor need the collector walk through them
    gc.freeze()
    found = in_order([*gathering.findings, *across_files(network, as_of)])
    waived = waivers.apply(network.head.waivers, found, as_of) if network.head else found
    return in_order([_located(f, locate) for f in waived])


def across_files(network: Network, as_of: date) -> Iterator[Finding]:
    """What no single file can tell."""
    if network.head is None and ("registry", "", "registry") not in network.known:
        yield say(
            "IKZ-S014",
            "error",
            place("registry", "registry", ""),
            "die Datei registry.yaml fehlt: Das ist kein Registerordner",
        )
    for over_all in GLOBAL_CHECKS:
        yield from over_all(network, as_of)
    for folder in network.cooperations.values():
        if folder.unread:
            # half a cooperation would look like a faulty one
            text = f"die Prüfungen über mehrere Dateien dieser Zusammenarbeit ruhen, bis {folder.unread[0]} lesbar ist"
            yield say("IKZ-S016", "note", folder.own, text)
            continue
        for check_one in PLAN_CHECKS if folder.has_only_plan else COOPERATION_CHECKS:
            yield from check_one(folder, network, as_of)


def _located(finding: Finding, locate: Locate) -> Finding:
    if finding.pointer.line:
        return finding
    return Finding(
        finding.code, finding.severity, locate(finding.pointer), finding.message, finding.norm, finding.norm_state
    )


def locator(source: Readable) -> Locate:
    """Looks a field up in the text of its file; what stands in a file that is not there, or cannot be read, stays without a line."""
    from ikzctl.registry.events import Loaded, load

    @cache
    def paths() -> frozenset[str]:
        return frozenset(source.paths())

    @lru_cache(maxsize=8)
    def loaded(path: str) -> Loaded:
        return load(source.read(path), path)

    def locate(pointer: Pointer) -> Pointer:
        if pointer.file not in paths():
            return pointer
        try:
            return pointer.at(*loaded(pointer.file).position(pointer.field))
        except OSError:  # the source names the file, or somebody has just removed it
            return pointer

    return locate
