"""Partners among each other: the same body entered twice, names that look alike, a municipality nobody works with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ikzctl.checks.network import Network
from ikzctl.checks.report import place, say
from ikzctl.library import law, municipalities
from ikzctl.model.findings import Finding, Severity
from ikzctl.model.partner import COMMUNAL_TYPES
from ikzctl.registry.facts import PartnerFact

_LOOK_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l"})
_SEVERITY: dict[str, Severity] = {"hinweis": "note", "warnung": "warning"}


def keys_once(network: Network, as_of: date) -> Iterator[Finding]:
    """A kreisfreie Stadt has a key of 5 and one of 8 digits: one partner, not two."""
    owners: dict[str, str] = {}
    for partner in network.partners.values():
        if partner.key is None:
            continue
        owner = owners.setdefault(municipalities.canonical_key(partner.key) or partner.key, partner.id)
        if owner != partner.id:
            text = (
                f"der amtliche Schlüssel {partner.key} gehört schon zum Partner „{owner}“; eine Körperschaft ist ein Partner "
                "(eine kreisfreie Stadt hat einen fünfstelligen und einen achtstelligen Schlüssel)"
            )
            yield say("IKZ-N001", "error", place("partner", partner.id, "", "key"), text)


def names_differ(network: Network, as_of: date) -> Iterator[Finding]:
    """Two names that a reader takes for one; bodies that the official list keeps apart may share a name."""
    seen: dict[str, PartnerFact] = {}
    for partner in network.partners.values():
        owner = seen.setdefault(municipalities.fold(partner.name).translate(_LOOK_ALIKE), partner)
        if owner is not partner and not (owner.key and partner.key):
            text = f"„{partner.name}“ ist vom Namen des Partners „{owner.id}“ nicht zu unterscheiden"
            yield say("IKZ-N002", "warning", place("partner", partner.id, "", "legal_name"), text)


def nobody_alone(network: Network, as_of: date) -> Iterator[Finding]:
    """No municipality without a cooperation, as far as the registry wants to know that."""
    severity = _SEVERITY.get(network.head.network) if network.head else None
    if severity is None:
        return
    busy = {id for kind, _, id in network.known if kind == "member"}
    for partner in network.partners.values():
        gone = partner.until is not None and partner.until < as_of
        if partner.type in COMMUNAL_TYPES and partner.id not in busy and not gone:
            text = f"„{partner.short_name}“ nimmt an keiner Zusammenarbeit teil: keine Kommune ohne Kooperationspartner"
            yield say("IKZ-N003", severity, place("partner", partner.id, ""), text)


def lands_with_rules(network: Network, as_of: date) -> Iterator[Finding]:
    """One note per Land whose law is not shipped in full, so that silence is not taken for approval."""
    used: dict[str, str] = {}
    for folder in network.cooperations.values():
        land = network.land(folder)
        if folder.agreement and land:
            used.setdefault(land, folder.id)
    for land, cooperation in sorted(used.items()):
        if not law.has_pack(land, full=True):
            text = (
                f"für das Land {land} sind noch keine Verfahrens- und Inhaltsregeln hinterlegt; geprüft werden nur der Aufbau, "
                "das Bundesrecht und einzelne Landesregeln"
            )
            at = place("agreement", cooperation, cooperation, "land")
            if network.head and network.head.land == land:
                at = place("registry", "registry", "", "land")
            yield say("IKZ-L100", "note", at, text)


GLOBAL = (keys_once, names_differ, nobody_alone, lands_with_rules)
