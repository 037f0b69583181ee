"""Real agreements, typed into small registries: each must load, draft, read back and say what its original says.

Names, shares and days come from published agreements; what they leave open is open here too. Partners whose names the sources
do not give were chosen from the official list, and bodies called „Beispiel“ are invented.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ikzctl.actions.validate import examine_source
from ikzctl.documents.agreement import Draft, compose_agreement, draft_agreement
from ikzctl.documents.case import DraftCase, from_registry
from ikzctl.documents.content import open_facts
from ikzctl.registry.registry import Registry
from ikzctl.registry.sources import WorkTree
from tests.documents.cases import DAY, STAMP
from tests.documents.reading import body_text

FOLDER = Path(__file__).parent / "agreements"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())

# What each original regulates, in the words of the draft; no-break spaces are written as spaces.
SENTENCES: dict[str, tuple[str, ...]] = {
    "bussgeldstelle-eifel": (
        "Der Landkreis Bernkastel-Wittlich führt als beauftragter Vertragspartner die Aufgabe „Bußgeldstelle“ in bestimmtem "
        "Umfang für den Landkreis Cochem-Zell, den Eifelkreis Bitburg-Prüm und den Landkreis Vulkaneifel durch.",
        "Träger der Aufgabe und zuständige Behörde bleibt jeder Vertragspartner für das eigene Gebiet",
        "Bei jedem Vertragspartner verbleiben für das eigene Gebiet: die Ermittlung des Sachverhalts und die Anhörung",
        "ergehen Bescheide und Schreiben im Namen des zuständigen Vertragspartners",
        "Die örtliche Zuständigkeit der Gerichte bleibt unverändert.",
        "Verwarnungs- und Bußgelder vereinnahmt der zuständige Vertragspartner.",
    ),
    "datenschutz-krefeld": (
        "dem Chemischen und Veterinäruntersuchungsamt Rhein-Ruhr-Wupper\nvertreten durch den Vorstand",
        "Verwaltungsrat des Chemischen und Veterinäruntersuchungsamtes Rhein-Ruhr-Wupper",
        "Die Aufgabe und die Zuständigkeit bleiben bei der Vertragspartei, deren Aufgaben die Dienstkräfte erledigen.",
        "In fachlichen Fragen sind die eingesetzten Beschäftigten an Weisungen nicht gebunden.",
        "mit einer Frist von drei Monaten zum Ende eines Kalendervierteljahres",
        "Von-der-Leyen-Platz 1, 47798 Krefeld",
    ),
    "datenschutz-unna": (
        "Öffentlich-rechtliche Vereinbarung\nüber die Bestellung einer oder eines gemeinsamen Datenschutzbeauftragten",
        "Die Kreisstadt Unna stellt den übrigen Kommunen für die Aufgabe „Datenschutz“ zeitanteilig Dienstkräfte",
        "verlängert sich jeweils um fünf Jahre, wenn nicht eine Kommune spätestens zwölf Monate vor Ablauf",
        "die Bauverein Beispiel GmbH und die Stadtbetriebe Beispiel GmbH",
        "Die Erstattung ist begrenzt auf 100.000 Euro im Jahr.",
        "unterliegen der Umsatzsteuer; alle Beträge verstehen sich zuzüglich",
        "Die Aufsichtsbehörde macht diese öffentlich-rechtliche Vereinbarung",
    ),
    "fahrschulaufsicht-landau": (
        "der Stadt Landau in der Pfalz, vertreten durch den Oberbürgermeister, Marktstraße 50, 76829 Landau in der Pfalz",
        "als beauftragter Aufgabenträger die Aufgabe „Fahrlehrerrecht“ zugleich für die übrigen Vertragspartner.",
        "nach § 9 Abs. 1 Nr. 1 BKrFQG und § 9 Abs. 1 Nr. 3 BKrFQG.",
        "die Personalkosten für 0,2 Stellen (VZÄ) der Besoldungsgruppe A 10 (nach tatsächlichem Aufwand, nach dem Stellenplan",
        "Verteilt wird unter allen Vertragspartnern zu gleichen Teilen.",
        "Stichtag für den Übergang der Aufgabe „Fahrlehrerrecht“ ist der 1. Januar 2026.",
        "mit einer Frist von einem Jahr zum Ende eines Kalenderjahres kündigen, erstmals zum 31. Dezember 2028.",
        "Kündigt der beauftragte Aufgabenträger, ist die Kündigung gegenüber den übrigen Vertragspartnern zu erklären.",
        "treten außer Kraft: Zweckvereinbarung über die Aufgaben der Fahrschulaufsicht.",
    ),
    "gutachterausschuss-bruchsal": (
        "Öffentlich-rechtliche Vereinbarung\nüber die Wertermittlung durch einen gemeinsamen Gutachterausschuss",
        "§§ 25 bis 27a des Gesetzes über kommunale Zusammenarbeit (GKZ) in der Fassung vom 16. September 1974",
        "Die Stadt Bruchsal übernimmt als erfüllende Gemeinde die Aufgabe „Gutachterausschuss“ zugleich für die abgebenden "
        "Gemeinden.",
        "„Gemeinsamer Gutachterausschuss bei der Stadt Bruchsal“. Ihr Sitz ist Bruchsal.",
        "Jede der abgebenden Gemeinden kann diese öffentlich-rechtliche Vereinbarung mit einer Frist von zwei Jahren",
        "für die einzelnen Gemeinden jedoch nicht vor folgenden Tagen:",
        "die Gemeinde Karlsdorf-Neuthard: 1. Oktober 2020",
        "die Stadt Waghäusel: 1. Juni 2021",
        "Beitritt weiterer Gemeinden",
    ),
    "informationssicherheit-traunstein": (
        "der Verwaltungsgemeinschaft Waging a.See\nvertreten durch die Gemeinschaftsvorsitzende oder den",
        "die Personalkosten (als Pauschale, 105.800 € im Jahr)",
        "unter allen Vereinbarungspartnern zu 50 % zu gleichen Teilen und zu 50 % nach der Zahl der Einwohner.",
        "die Einwohnerzahl (Fortschreibung des Bevölkerungsstandes, Stichtag 30. Juni des Vorjahres).",
        "mindestens jedoch für die Dauer von drei Jahren ab dem Wirksamwerden",
        "Marktgemeinderat des Marktes Grassau",
    ),
    "kfz-eifel": (
        "können bei jeder zuständigen Stelle folgender Beteiligter beantragt und in Anspruch genommen werden",
        "stimmt als örtlich zuständige Behörde allgemein und im Voraus zu",
        "jedes Fahrzeug erhält das Kennzeichen des Landkreises, in dem die Halterin oder der Halter wohnt",
        "die Zwangsstilllegung von Fahrzeugen",
        "Mitbenutzung der von ihm betriebenen Einrichtung",
        "handelt der aufgesuchte Beteiligte nach außen im eigenen Namen",
        "Zulassungsgebühren vereinnahmt der Beteiligte, dessen Stelle die Amtshandlung vornimmt. Sie verbleiben dort.",
        "zur Erprobung geschlossen und endet mit Ablauf des 31. Dezember 2027",
        "Vorgesehen ist der Beitritt des Eifelkreises Bitburg-Prüm.",
        "dem Landkreis Cochem-Zell\nvertreten durch die Landrätin",
    ),
    "kita-hentern": (
        "der Ortsgemeinde Hentern\nvertreten durch den Ortsbürgermeister",
        "vertreten durch die Ortsbürgermeisterin oder den Ortsbürgermeister",
        "Gemeinderat der Ortsgemeinde Hentern vom 14. Juni 2023",
        "Vorweg trägt die beauftragte Ortsgemeinde 10 % der Kosten.",
        "die Ortsgemeinde Hentern 55 %, die Ortsgemeinde Baldringen 20 %",
        "mit einer Frist von zwei Jahren zum Ende eines Schuljahres",
        "bedarf der Genehmigung durch die Kreisverwaltung",
    ),
    "schulmilch-rheinland-pfalz": (
        "in der Fassung der 1. Änderung vom 11. August 2025",
        "Der Rhein-Hunsrück-Kreis übernimmt als ausführender Kreis die Aufgabe „Schulmilchprogramm“ zugleich für die übrigen "
        "Beteiligten.",
        "die Personalkosten für 1,5 Stellen (VZÄ) der Besoldungsgruppe A 8",
        "nach dem KGSt-Bericht „Kosten eines Arbeitsplatzes“ in der jeweils aktuellen Fassung",
        "die Anpassung wird im jährlichen Schreiben mitgeteilt",
        "wird am 1. Januar 2026 wirksam, frühestens jedoch am Tag nach der letzten Bekanntmachung",
        "endet, sobald weniger als 20 Beteiligte verbleiben",
    ),
    "standesamt-beelitz": (
        "dem Amt Brück\nvertreten durch den Amtsdirektor",
        "zugleich für das Amt Brück",
        "Amtsausschuss des Amtes Brück",
        "Das Amt Brück nimmt die Aufgabe in diesem Umfang",
        "§§ 5 bis 9 des Gesetzes über kommunale Gemeinschaftsarbeit im Land Brandenburg (GKGBbg) vom 10. Juli 2014",
    ),
    "standesamt-zusmarshausen": (
        "dem Markt Zusmarshausen\nvertreten durch den Ersten Bürgermeister",
        "Der Markt Zusmarshausen übernimmt als übernehmende Gemeinde",
        "Erstattet wird eine Pauschale von 5,50 Euro je Einwohnerin und Einwohner (Stand 30. Juni des Vorjahres) ab dem 1. Januar 2023.",
        "die Vornahme von Eheschließungen durch die Ersten Bürgermeisterinnen und Bürgermeister",
        "Diese Zweckvereinbarung bedarf der Genehmigung durch die Aufsichtsbehörde.",
    ),
    "vergabestelle-germersheim": (
        "Die Verbandsgemeinde Lingenfeld übernimmt als beauftragter Beteiligter",
        "dem Zweckverband Wasserversorgung Beispiel\nvertreten durch die Verbandsvorsteherin oder den Verbandsvorsteher",
        "Verbandsversammlung des Zweckverbandes Wasserversorgung Beispiel",
        "1.die Vergabe von Bauleistungen,",
    ),
    "wohngeld-cloppenburg": (
        "Heranziehungsvereinbarung\nüber die Durchführung des Wohngeldgesetzes",
        "Für die Aufgabe „Wohngeld“ zieht der Landkreis Cloppenburg folgende Beteiligte heran: die Gemeinde Barßel,",
        "Erstattet wird eine Pauschale von 280 Euro je Zahlfall und Jahr",
        "Eine Arbeitsgruppe überprüft die Höhe alle zwei Jahre.",
        "§ 35 SGB I",
        "§§ 2, 5 und 6 des Niedersächsischen Gesetzes über die kommunale Zusammenarbeit (NKomZG)",
    ),
    "zulassung-neumuenster": (
        "Öffentlich-rechtlicher Vertrag\nüber die Zulassung von Fahrzeugen",
        "für den Kreis Plön: nur das Gebiet von Bönebüttel, Großharrie, Rendswühren, Schillsdorf und Tasdorf.",
        "Dieser öffentlich-rechtliche Vertrag gilt auf unbestimmte Zeit.",
        "Die Abläufe bestimmt die Stadt Neumünster; der Kreis Plön wird vorher gehört.",
        "Zulassungsverfahren des Kreises Plön",
        "mit einer Frist von sechs Monaten zum Ende eines Kalenderhalbjahres",
    ),
}
# Sentences that would contradict the agreement.
NEVER: dict[str, tuple[str, ...]] = {
    "bussgeldstelle-eifel": ("im eigenen Namen", "Rechte und Pflichten auf", "Beteiligte"),
    "datenschutz-krefeld": ("den fachlichen Weisungen", "erlässt Bescheide", "Beteiligte"),
    "datenschutz-unna": ("Jede Kommune macht", "Für die Stadtbetriebe", "fachlichen Weisungen"),
    "gutachterausschuss-bruchsal": ("Beteiligte",),
    "informationssicherheit-traunstein": ("Beteiligte", "Euro"),
    "kita-hentern": ("Beteiligte",),
    "kfz-eifel": ("handelt der handelnde", "[offen: Statistik", "[offen: Stichtag"),
    "wohngeld-cloppenburg": ("Abs. 1 ergehen", "Rechte und Pflichten auf"),
    "zulassung-neumuenster": ("Früheres Zulassungsverfahren", "Diese Vereinbarung"),
}


def _case(name: str) -> DraftCase:
    registry = Registry(WorkTree(FOLDER / name))
    return from_registry(registry, registry.ids("cooperation")[0], as_of=DAY)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_agreement_has_sentences_to_hold_it_to():
    assert sorted(SENTENCES) == NAMES


def test_it_can_be_typed_without_a_finding_about_its_form(name):
    found = examine_source(FOLDER / name, WorkTree(FOLDER / name), as_of=DAY).findings
    assert [f"{f.pointer.file}: {f.message}" for f in found if f.code[4] in "YPSR"] == []


def test_the_draft_says_what_the_agreement_regulates(name):
    # drafting reads the file back and raises unless it says exactly what its content says
    shown = body_text(draft_agreement(_case(name), stamp=STAMP)[0].content).replace("\u00a0", " ")
    assert [wanted for wanted in SENTENCES[name] if wanted not in shown] == []
    assert [unwanted for unwanted in NEVER.get(name, ()) if unwanted in shown] == []


def test_the_text_is_clean(name):
    shown = body_text(draft_agreement(_case(name), stamp=STAMP)[0].content)
    assert re.findall(r"[^\n]*(?: {2}| [,.;]|\.\.|,,|\bNone\b|\{|\})[^\n]*", shown) == []
    assert re.findall(r"\b(\w{3,}) \1\b", shown) == []
    assert re.findall(r"(?:§|Abs\.|Art\.|Nr\.) \d", shown) == []


def test_no_agreement_asks_the_same_fact_twice(name):
    draft: Draft = compose_agreement(_case(name))
    labels = [fact.label for fact, _ in open_facts(draft.document)]
    assert len(labels) == len(set(labels))
