"""Partners: legal bodies that can be a party, with their names, organs, keys and digital readiness."""

from __future__ import annotations

from typing import Literal

from ikzctl.model.base import (
    Day,
    LandCode,
    Many,
    Name,
    Number,
    OfficialKey,
    Part,
    PartnerRef,
    Period,
    Postcode,
    Record,
    Slug,
    Sourced,
    SystemRef,
    TaskRef,
    Text,
    field,
    many,
)

PartnerType = Literal[
    "landkreis",
    "kreisfreie_stadt",
    "grosse_kreisangehoerige_stadt",
    "grosse_kreisstadt",
    "stadtkreis",
    "stadt",
    "markt",
    "gemeinde",
    "verbandsfreie_gemeinde",
    "verbandsgemeinde",
    "ortsgemeinde",
    "samtgemeinde",
    "amt",
    "verwaltungsgemeinschaft",
    "verwaltungsverband",
    "bezirk",
    "regionalverband",
    "bezirksverband",
    "zweckverband",
    "kommunale_anstalt",
    "gemeinsame_kommunale_anstalt",
    "anstalt",
    "koerperschaft",
    "stiftung",
    "land",
    "bund",
    "gesellschaft",
    "verein",
    "natuerliche_person",
]

# Bodies that KomZG § 12(1) sentence 1 calls kommunale Beteiligte: territorial bodies, Zweckverbände, communal Anstalten.
COMMUNAL_TYPES: frozenset[str] = frozenset(
    {
        "landkreis",
        "kreisfreie_stadt",
        "grosse_kreisangehoerige_stadt",
        "grosse_kreisstadt",
        "stadtkreis",
        "stadt",
        "markt",
        "gemeinde",
        "verbandsfreie_gemeinde",
        "verbandsgemeinde",
        "ortsgemeinde",
        "samtgemeinde",
        "amt",
        "verwaltungsgemeinschaft",
        "verwaltungsverband",
        "bezirk",
        "regionalverband",
        "bezirksverband",
        "zweckverband",
        "kommunale_anstalt",
        "gemeinsame_kommunale_anstalt",
    }
)
PRIVATE_TYPES: frozenset[str] = frozenset({"gesellschaft", "verein", "natuerliche_person"})

Gender = Literal["maskulin", "feminin", "neutrum", "plural"]


class CaseForms(Part):
    """Ready-made forms with article, where the rule would get them wrong."""

    nominative: Name | None = field("Wer? z. B. „der Rhein-Pfalz-Kreis“", None)
    genitive: Name | None = field("Wessen? z. B. „des Rhein-Pfalz-Kreises“", None)
    dative: Name | None = field("Wem? z. B. „dem Rhein-Pfalz-Kreis“", None)
    accusative: Name | None = field("Wen? z. B. „den Rhein-Pfalz-Kreis“", None)


class Grammar(Part):
    gender: Gender = field("grammatisches Geschlecht des vollen Namens")
    article: bool = field("ob vor dem vollen Namen ein Artikel steht", True)
    forms: CaseForms = field("fertige Beugungsformen, wenn die Regel nicht stimmt", CaseForms())
    short_article: bool = field(
        "ob vor dem Kurznamen ein Artikel steht („der Rhein-Pfalz-Kreis“, aber „Speyer“)", False
    )


class Address(Sourced):
    street: Name | None = field("Straße und Hausnummer des Sitzes der Verwaltung", None)
    postcode: Postcode | None = field("Postleitzahl, in Anführungszeichen", None)
    town: Name | None = field("Ort", None)


class Representation(Period):
    """An office that represents the body towards others, for a period; persons are named only when a document is drafted."""

    office: Name = field("Amtsbezeichnung in der männlichen Form, z. B. Oberbürgermeister, Landrat")
    office_feminine: Name | None = field("Amtsbezeichnung in der weiblichen Form, falls sie nicht auf -in endet", None)
    holder: Literal["maskulin", "feminin"] | None = field(
        "Form, in der das Amt derzeit genannt wird; null, wenn unbekannt", None
    )
    deputy: bool = field("true, wenn es die Vertretung im Amt ist", False)
    scope: Text | None = field("Geschäftsbereich oder Betragsgrenze, wenn die Vertretungsmacht begrenzt ist", None)


class Organ(Period):
    """Council or assembly that resolves."""

    name: Name = field("Name des Organs, z. B. Stadtrat, Kreistag")
    gender: Gender = field("grammatisches Geschlecht des Organnamens", "maskulin")
    kind: Literal["vertretung", "ausschuss", "verwaltungsrat", "verbandsversammlung"] = field(
        "Art des Organs", "vertretung"
    )


class Gazette(Period):
    name: Name = field("Name des Bekanntmachungsorgans")
    kind: Literal["amtsblatt", "zeitung", "internet", "aushang"] = field("Art des Bekanntmachungsorgans", "amtsblatt")
    url: Text | None = field("Adresse im Netz", None)


class Contact(Part):
    """A contact by function, never by person."""

    function: Name = field("Funktion, z. B. IKZ-Koordination, Datenschutz, IT-Leitung")
    unit: Name | None = field("Organisationseinheit", None)
    mail: Text | None = field("Funktionspostfach, keine persönliche Adresse", None)
    phone: Text | None = field("Sammelnummer", None)


class Statistic(Sourced):
    """A counted figure with its day, for cost keys and thresholds."""

    what: Literal["einwohner", "flaeche_ha", "faelle", "digitale_faelle", "fahrzeuge", "sonstige"] = field(
        "was gezählt wurde"
    )
    task: TaskRef | None = field("Aufgabe, auf die sich die Zahl bezieht", None)
    case_group: Slug | None = field("Fallgruppe der Aufgabe", None)
    value: Number = field("Zahl")
    as_of: Day = field("Stichtag oder letzter Tag des Zeitraums")
    period_from: Day | None = field("erster Tag des Zeitraums, wenn es eine Summe über Zeit ist", None)
    definition: Text | None = field("was genau gezählt wurde", None)


class ApplicationUse(Period):
    """A system that the partner uses for a task, for a period."""

    system: SystemRef = field("Kennung des Systems")
    task: TaskRef | None = field("Aufgabe, für die es eingesetzt wird; fehlt bei übergreifenden Systemen", None)
    state: Literal["geplant", "einfuehrung", "probebetrieb", "betrieb", "abgeloest"] = field(
        "Stand beim Partner", "betrieb"
    )


ReadinessStage = Literal[
    "nutzerkonto", "online_antrag", "e_payment", "medienbruchfrei", "fachverfahren", "e_akte", "archivzugriff"
]


class ReadinessItem(Sourced):
    stage: ReadinessStage = field("Glied der digitalen Kette")
    state: Literal["fehlt", "geplant", "probebetrieb", "teilweise", "betrieb", "unbekannt"] = field("Stand")
    as_of: Day | None = field("Tag, zu dem der Stand gilt", None)
    obstacle: Text | None = field("was fehlt oder hindert", None)


class Readiness(Part):
    task: TaskRef = field("Aufgabe")
    stages: Many[ReadinessItem] = many("Glieder der digitalen Kette mit ihrem Stand")


class TaskProfile(Sourced):
    """How the partner is organised for a task today."""

    task: TaskRef = field("Aufgabe")
    unit: Name | None = field("Organisationseinheit, die die Aufgabe erledigt", None)
    front_office: Text | None = field("Wie und wo Bürgerinnen und Bürger vorsprechen", None)
    organisation: Text | None = field("Besonderheiten der Organisation", None)
    holds_task: bool | None = field("ob der Partner selbst Träger der Aufgabe ist", None)
    vat_option_27_22a: bool | None = field("ob die Übergangsregel des § 27 Abs. 22a UStG genutzt wird", None)


class FormerKey(Part):
    key: OfficialKey = field("früherer oder weiterer amtlicher Schlüssel, in Anführungszeichen")
    until: Day | None = field("letzter Tag, an dem er galt; fehlt bei einem weiteren gültigen Schlüssel", None)


class Partner(Record):
    """A legal body. The authority (Stadtverwaltung, Kreisverwaltung) is an attribute, never the party."""

    legal_name: Name = field("voller Name der Körperschaft, wie er in Verträgen steht („Stadt Speyer“)")
    short_name: Name = field("Kurzname („Speyer“)")
    grammar: Grammar = field("wie der Name gebeugt wird")
    type: PartnerType = field("Art der Körperschaft")
    type_text: Name | None = field("eigene Bezeichnung der Rechtsform, wenn die Art sie nicht trifft", None)
    land: LandCode = field("Land, zwei Buchstaben")
    key: OfficialKey | None = field(
        "amtlicher Schlüssel (AGS, Kreis- oder Regionalschlüssel), in Anführungszeichen", None
    )
    other_keys: Many[FormerKey] = many("weitere und frühere amtliche Schlüssel")
    district_key: OfficialKey | None = field(
        "Kreisschlüssel des Landkreises, dem eine kreisangehörige Körperschaft angehört", None
    )
    association: PartnerRef | None = field(
        "Verbandsgemeinde, Amt oder Ähnliches, das die Verwaltungsgeschäfte führt", None
    )
    from_: Day | None = field("erster Tag des Bestehens, falls von Bedeutung", None, alias="from")
    until: Day | None = field("letzter Tag des Bestehens (Gebietsänderung, Auflösung)", None)
    successor: PartnerRef | None = field("Rechtsnachfolger nach einer Gebietsänderung", None)
    seat: Name | None = field("Sitz", None)
    address: Address | None = field("Anschrift der Verwaltung", None)
    authority: Name | None = field("Name der Behörde („Stadtverwaltung Speyer“); sie ist nie Vertragspartei", None)
    supervisor: Name | None = field(
        "Aufsichtsbehörde, wenn sie sich nicht aus der Art ergibt (Zweckverband, Anstalt)", None
    )
    representation: Many[Representation] = many("Ämter, die die Körperschaft nach außen vertreten")
    organs: Many[Organ] = many("Organe, die beschließen")
    gazettes: Many[Gazette] = many("Bekanntmachungsorgane")
    contacts: Many[Contact] = many("Ansprechstellen nach Funktion, keine Personen")
    statistics: Many[Statistic] = many("Zahlen mit Stichtag (Einwohner, Fälle)")
    applications: Many[ApplicationUse] = many("eingesetzte Fachverfahren, E-Akte und weitere Systeme mit Zeitraum")
    readiness: Many[Readiness] = many("digitale Reife je Aufgabe")
    profiles: Many[TaskProfile] = many("Organisation je Aufgabe")
