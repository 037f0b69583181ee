"""In a registry that is right, no check compares all with all; counted, not timed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest

from ikzctl.checks import members, references
from ikzctl.checks.network import CooperationFacts, Gathering, Network
from ikzctl.checks.report import few, listed
from ikzctl.registry.facts import SystemFact
from ikzctl.registry.scan import scan
from tests.checks.small import AS_OF, base
from tests.registry.texts import Texts

MANY = 200


class Names(Collection[str]):
    """So many names; `made` counts those that somebody looked at."""

    def __init__(self, number: int) -> None:
        self.number, self.made = number, 0

    def __len__(self) -> int:
        return self.number

    def __contains__(self, name: object) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        for number in range(self.number):
            self.made += 1
            yield f"n{number}"


class Word(str):
    """A text that counts how often it is compared."""

    compared = 0
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Word.compared += 1
        return str.__eq__(self, other)


class Systems(dict[str, SystemFact]):
    """Counts how often one of them is looked at."""

    seen = 0

    def __getitem__(self, id: str) -> SystemFact:
        self.seen += 1
        return super().__getitem__(id)

    def get(self, id: str, default: SystemFact | None = None) -> SystemFact | None:  # type: ignore[override]
        self.seen += 1
        return super().get(id, default)

    def values(self) -> list[SystemFact]:  # type: ignore[override]
        self.seen += len(self)
        return list(super().values())


@pytest.fixture
def network() -> Network:
    gathering = Gathering()
    for result in scan(Texts({p: t.encode() for p, t in base().items()})):
        gathering.add(result)
    found = gathering.network()
    system = next(s for s in found.systems.values() if s.roles)
    return replace(found, systems=Systems({f"s{n}": system._replace(id=f"s{n}") for n in range(MANY)}))


@pytest.fixture
def folder(network: Network) -> CooperationFacts:
    return network.cooperations["kfz"]


def mandates(folder: CooperationFacts, **what: object) -> CooperationFacts:
    one = folder.mandates["zulassung"]._replace(**what)  # type: ignore[arg-type]
    return replace(folder, mandates={f"m{n}": one._replace(id=f"m{n}") for n in range(MANY)})


def test_a_message_makes_only_the_names_that_it_shows():
    names = Names(4000)
    assert listed(names) == "„n0“, „n1“, „n2“, „n3“, „n4“ und 3995 weitere"
    assert names.made == 5
    assert few(names, 2, " → ") == "n0 → n1 und 3998 weitere"
    assert names.made == 7
    assert [listed(Names(n)) for n in (0, 1, 2)] == ["", "„n0“", "„n0“ und „n1“"]
    assert listed(Names(5)).endswith("„n3“ und „n4“")
    assert few(Names(8)).endswith("n6, n7")


@pytest.mark.parametrize(("roles", "seen"), [((), 0), (("unbekannt",), MANY)])
def test_role_names_of_all_systems_are_gathered_once(
    network: Network, folder: CooperationFacts, roles: tuple[str, ...], seen: int
):
    assert isinstance(network.systems, Systems)
    found = list(references.mandate_roles(mandates(folder, systems=(), roles=roles), network, AS_OF))
    assert len(found) == len(roles) * MANY
    assert network.systems.seen == seen


def test_roles_of_one_system_are_gathered_once(network: Network, folder: CooperationFacts):
    assert isinstance(network.systems, Systems)
    (pool,) = folder.pools.values()
    role = network.systems["s0"].roles[0][0]
    positions = tuple(pool.positions[0]._replace(id=f"p{n}", roles=(("s0", role, None, None),)) for n in range(MANY))
    crowded = replace(folder, pools={pool.partner: pool._replace(positions=positions)})
    network.systems.seen = 0
    assert list(references.application_roles(crowded, network, AS_OF)) == []
    assert list(members.conflicting_roles(crowded, network, AS_OF)) == []
    assert network.systems.seen == 2


def test_documents_are_not_searched_one_by_one(network: Network, folder: CooperationFacts):
    assert folder.agreement is not None
    document = folder.agreement.documents[0]
    papers = tuple(document._replace(id=Word(f"d{n}")) for n in range(MANY))
    all_named = replace(folder, agreement=folder.agreement._replace(documents=papers))
    consents = tuple(Word(f"d{n}") for n in range(MANY))
    all_named = replace(all_named, mandates={"m": folder.mandates["zulassung"]._replace(consents=consents)})
    Word.compared = 0
    assert list(references.documents(all_named, network, AS_OF)) == []
    assert Word.compared <= 2 * MANY
