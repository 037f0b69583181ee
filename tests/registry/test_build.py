"""Faults in the data of a file: each a German sentence with its place and what would be right."""

from pathlib import Path

import pytest

from ikzctl.registry.facts import PartnerFact, SystemFact
from ikzctl.registry.scan import examine

PARTNER = """\
id: speyer
legal_name: Stadt Speyer
short_name: Speyer
grammar:
  gender: feminin
type: kreisfreie_stadt
land: RP
key: "07318000"
"""
COSTS = """\
id: kfz
rules:
  - id: ausgleich
    name: Ausgleich
    state: offen
    steps:
      - step: verteilen
        weights:
          - by: gleich
"""


def findings(path: str, text: str) -> list[tuple[str, int, int, str]]:
    return [(f.code, f.pointer.line, f.pointer.column, f.message) for f in examine(path, text.encode()).findings]


def test_a_good_partner_has_no_finding_and_yields_its_facts():
    result = examine("partners/speyer.yaml", PARTNER.encode())
    assert result.findings == ()
    assert isinstance(result.fact, PartnerFact)
    assert (result.fact.id, result.fact.key) == ("speyer", "07318000")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("land: RP", "lnad: RP", ("IKZ-S001", 7, 1, "unbekannter Schlüssel „lnad“. Meinten Sie „land“?")),
        ("type: kreisfreie_stadt", "type: kreisfreie_stat", ("IKZ-S003", 6, 1, "„type“: „kreisfreie_stat“ ist kein gültiger Wert. Meinten Sie „kreisfreie_stadt“?")),
        ("id: speyer", "id: speier", ("IKZ-S004", 1, 1, "„id: speier“ passt nicht: die Datei heißt „speyer“. Beide müssen gleich sein.")),
        ("id: speyer", "id: Speyer", ("IKZ-S005", 1, 1, "„id“: „Speyer“ ist ungültig; eine Kennung besteht aus Kleinbuchstaben a–z, Ziffern und Bindestrichen (z. B. rhein-pfalz-kreis)")),
        ('key: "07318000"', 'key: "0731"', ("IKZ-S006", 8, 1, '„key“: „0731“ ist ungültig; ein amtlicher Schlüssel hat 5, 8, 9 oder 12 Ziffern (z. B. "07318000")')),
        ('key: "07318000"', "key: 7318000", ("IKZ-S006", 8, 1, "„key“: ein Schlüssel ist Text: bitte in Anführungszeichen setzen; gefunden wurde die Zahl 7318000")),
        ("legal_name: Stadt Speyer", "legal_name: 12", ("IKZ-S007", 2, 1, "„legal_name“: erwartet wird ein Text, gefunden wurde die Zahl 12; als Text bitte in Anführungszeichen setzen")),
        ("  gender: feminin", "  gender: feminin\n  article: ja", ("IKZ-S007", 6, 3, "„article“: erwartet wird true oder false, gefunden wurde „ja“")),
        ("short_name: Speyer", 'short_name: "=SUMME(A1)"', ("IKZ-S009", 3, 1, "„short_name“: der Text darf nicht mit = beginnen, weil Tabellenprogramme ihn sonst rechnen; gefunden wurde „=SUMME(A1)“")),
        ("land: RP", "land: RP\nfrom: 2024-02-30", ("IKZ-S009", 8, 1, "„from“: den Tag 2024-02-30 gibt es nicht")),
        ("land: RP", "land: RP\nfrom: 1.2.2024", ("IKZ-S009", 8, 1, "„from“: ein Datum wie 2027-01-31 wird erwartet; gefunden wurde „1.2.2024“")),
        ("land: RP", "land: RP\norgans: Stadtrat", ("IKZ-S007", 8, 1, "„organs“: erwartet wird eine Liste (jede Zeile beginnt mit „- “), gefunden wurde „Stadtrat“")),
        ("land: RP", "land: RP\naddress: Maximilianstraße", ("IKZ-S007", 8, 1, "„address“: erwartet wird ein Abschnitt mit eigenen Schlüsseln, gefunden wurde „Maximilianstraße“")),
    ],
)  # fmt: skip
def test_faults_of_a_partner(old, new, expected):
    assert old in PARTNER
    found = findings("partners/speyer.yaml", PARTNER.replace(old, new))
    assert expected in found


def test_a_missing_key_is_named_with_its_meaning():
    found = findings("partners/speyer.yaml", PARTNER.replace("land: RP\n", ""))
    assert found == [("IKZ-S002", 1, 1, "hier fehlt der Schlüssel „land“ (Land, zwei Buchstaben)")]


def test_a_step_of_unknown_kind_names_the_kinds():
    [(code, line, _, text)] = findings(
        "cooperations/kfz/costs.yaml", COSTS.replace("step: verteilen", "step: vertielen")
    )
    assert (code, line) == ("IKZ-S003", 7)
    assert text == "„step: vertielen“ ist kein gültiger Wert. Meinten Sie „verteilen“?"


def test_unknown_keys_inside_a_step_are_compared_with_the_keys_of_that_step():
    found = findings("cooperations/kfz/costs.yaml", COSTS.replace("        weights:", "        weihgts:"))
    assert found == [("IKZ-S001", 8, 9, "unbekannter Schlüssel „weihgts“. Meinten Sie „weights“?")]


def test_all_faults_of_a_file_are_reported_at_once():
    text = PARTNER.replace("land: RP", "lnad: RP").replace("type: kreis", "type: kries").replace('"07318000"', '"1"')
    assert sorted(code for code, *_ in findings("partners/speyer.yaml", text)) == [
        "IKZ-S001",
        "IKZ-S002",
        "IKZ-S003",
        "IKZ-S006",
    ]


def test_a_long_value_is_not_repeated_whole():
    [(_, _, _, text)] = findings(
        "partners/speyer.yaml", PARTNER.replace("type: kreisfreie_stadt", "type: " + "x" * 5000)
    )
    assert len(text) < 1200
    assert "x" * 58 not in text


def test_ten_thousand_unknown_keys_are_a_hundred_findings_and_a_word_about_the_rest():
    """Each finding looks for what may have been meant; for all of them it took minutes."""
    content = b"".join(b"k%d: 1\n" % number for number in range(9_990))
    found = examine("partners/speyer.yaml", content).findings
    assert len(found) <= 101
    last = max(found, key=lambda f: f.code)
    assert last.code == "IKZ-Y027"
    assert last.message.startswith("Weitere 9")
    assert last.pointer.line >= 1


def test_a_record_that_calls_itself_otherwise_is_known_by_its_file():
    content = Path("registry/systems/vois-kfz.yaml").read_bytes().replace(b"id: vois-kfz", b"id: anders", 1)
    result = examine("systems/vois-kfz.yaml", content)
    assert [f.code for f in result.findings] == ["IKZ-S004"]
    assert isinstance(result.fact, SystemFact)
    assert result.fact.id == "vois-kfz"
