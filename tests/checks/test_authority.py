"""Approval authority computed from the partner set: the table of cases, through whole registries."""

from typing import Any

import pytest

from tests.checks.small import changed, findings

MEMBERS = "cooperations/wohngeld/members/"
CITY = ("speyer", "kreisfreie_stadt", "07318000", None)
OTHER_CITY = ("frankenthal", "kreisfreie_stadt", "07311000", None)
THIRD_CITY = ("ludwigshafen", "kreisfreie_stadt", "07314000", None)
DISTRICT = ("rhein-pfalz-kreis", "landkreis", "07338", None)
OTHER_DISTRICT = ("germersheim", "landkreis", "07334", None)
TOWN = ("schifferstadt", "verbandsfreie_gemeinde", "07338025", "07338")
ASSOCIATION = ("rheinauen", "verbandsgemeinde", "073385007", "07338")
ELSEWHERE = ("bellheim", "verbandsgemeinde", "073345001", "07334")
LARGE_TOWN = ("neuwied", "grosse_kreisangehoerige_stadt", "07138045", "07138")
PURPOSE = ("abwasser", "zweckverband", None, "07338")

TABLE = [
    ("only communes of one district", [TOWN, ASSOCIATION], "kreisverwaltung"),
    ("the district itself is a party", [TOWN, DISTRICT], "add"),
    ("a kreisfreie Stadt", [TOWN, CITY], "add"),
    ("a large town inside a district", [LARGE_TOWN, TOWN], "add"),
    ("communes of two districts", [TOWN, ELSEWHERE], "add"),
    ("two districts", [DISTRICT, OTHER_DISTRICT], "add"),
    ("a Zweckverband beside communes of its district", [TOWN, PURPOSE], "kreisverwaltung"),
    ("Speyer, Frankenthal, Ludwigshafen, Rhein-Pfalz-Kreis", [CITY, OTHER_CITY, THIRD_CITY, DISTRICT], "add"),
]


def _registry(parties, registered):
    """The housing-benefit cooperation of the base between `parties`, with `registered` as the authority that was asked."""
    change: list[dict[str, Any]] = [
        {"file": f"{MEMBERS}speyer.yaml", "gone": True},
        {"file": f"{MEMBERS}frankenthal.yaml", "gone": True},
        {"file": "cooperations/wohngeld/mandates/antraege.yaml", "gone": True},
        {
            "file": "cooperations/wohngeld/agreement.yaml",
            "old": "vat:\n",
            "new": f"procedure:\n  - id: g\n    kind: genehmigung\n    authority_kind: {registered}\nvat:\n",
        },
    ]
    for id, kind, key, district in parties:
        text = f"id: {id}\nlegal_name: {id}\nshort_name: {id}\ngrammar: {{gender: feminin}}\ntype: {kind}\nland: RP\n"
        text += f'key: "{key}"\n' if key else ""
        text += f'district_key: "{district}"\n' if district else ""
        change.append({"file": f"partners/{id}.yaml", "text": text})
        change.append({"file": f"{MEMBERS}{id}.yaml", "text": f"partner: {id}\n"})
    return changed(change)


def _about_authority(texts):
    codes = ("IKZ-L019", "IKZ-L020")
    file = "cooperations/wohngeld/agreement.yaml"
    return [f for f in findings(texts) if f.code in codes and f.pointer.file == file]


@pytest.mark.parametrize(("parties", "right"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_right_authority_is_accepted_and_the_other_is_not(parties, right):
    wrong = "add" if right == "kreisverwaltung" else "kreisverwaltung"
    assert _about_authority(_registry(parties, right)) == []
    (finding,) = _about_authority(_registry(parties, wrong))
    expected = "Aufsichts- und Dienstleistungsdirektion" if right == "add" else "Kreisverwaltung Rhein-Pfalz-Kreis"
    assert expected in finding.message


def test_what_the_table_knows_only_by_hearsay_is_a_warning_that_says_so():
    (finding,) = _about_authority(_registry([DISTRICT, OTHER_DISTRICT], "kreisverwaltung"))
    assert (finding.severity, finding.norm_state) == ("warning", "general_knowledge")
    assert finding.message.endswith("(nicht verifiziert)")
    (finding,) = _about_authority(_registry([TOWN, CITY], "kreisverwaltung"))
    assert (finding.code, finding.severity, finding.norm_state) == ("IKZ-L020", "error", "verified")


def test_without_the_district_of_a_party_the_answer_is_to_ask():
    unknown = ("dorf", "ortsgemeinde", None, None)
    (finding,) = _about_authority(_registry([TOWN, unknown], "kreisverwaltung"))
    assert finding.severity == "note"
    assert "Bitte bei der Aufsicht erfragen" in finding.message


def test_a_land_without_law_pack_is_said_to_be_unknown_and_stops_nothing():
    texts = _registry([TOWN, CITY], "kreisverwaltung")
    path = "cooperations/wohngeld/agreement.yaml"
    texts[path] = texts[path].replace("vat:\n", "land: BE\nvat:\n")
    assert _about_authority(texts) == []
    assert [(f.code, f.pointer.file) for f in findings(texts) if "das Land BE" in f.message] == [("IKZ-L100", path)]


def test_the_authority_changes_when_somebody_joins():
    texts = _registry([TOWN, ASSOCIATION, CITY], "kreisverwaltung")
    path = "cooperations/wohngeld/agreement.yaml"
    texts[path] = texts[path].replace(
        "vat:\n", "versions:\n  - number: 1\n    kind: aenderung\n    joins: [speyer]\nvat:\n"
    )
    assert _about_authority(texts) == [], "the first version was between communes of one district"
    texts[path] = texts[path].replace(
        "authority_kind: kreisverwaltung", "for_version: 1\n    authority_kind: kreisverwaltung"
    )
    assert [f.code for f in _about_authority(texts)] == ["IKZ-L020"]
