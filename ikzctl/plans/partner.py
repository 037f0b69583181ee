"""A new partner from the official list of municipalities; what the list does not know stays open."""

from __future__ import annotations

from typing import Any

from ikzctl.library import german, municipalities
from ikzctl.library.municipalities import Municipality
from ikzctl.model.changes import NewFile
from ikzctl.model.errors import UserError
from ikzctl.model.findings import FieldPath
from ikzctl.model.kinds import BY_NAME, is_slug, place_of
from ikzctl.plans.plan import Draft, Plan
from ikzctl.registry.events import load
from ikzctl.registry.registry import Registry

_CONFIRM = "aus Art und Namen gebildet; bitte bestätigen"


def plan_add_partner(registry: Registry, key: str, *, id: str | None = None) -> Plan:
    """The plan for a partner file from an official key of 5, 8, 9 or 12 digits.

    Raises UserError for a key that is none or that the list does not have, and for an unusable id.
    """
    found = _find(key)
    chosen = _choose_id(registry, found, id)
    draft = Draft()
    twin = _registered(registry, found)
    if twin is not None:
        draft.refusals.append(f"{found.legal_name} gibt es im Register schon als „{twin}“ (Schlüssel {found.key}).")
    elif registry.has("partner", chosen):
        draft.refusals.append(f"Die Kennung „{chosen}“ ist vergeben; bitte mit --id eine andere nennen.")
    else:
        draft.step(
            f"Partner „{chosen}“ anlegen: {found.legal_name}, Schlüssel {found.key}", _partner_file(found, chosen)
        )
        _say_open(draft, found, chosen)
    title = f"Neuer Partner: {found.legal_name}"
    return draft.plan(title, f"Partner {found.legal_name} anlegen")


def _find(key: str) -> Municipality:
    if municipalities.canonical_key(key) is None:
        raise UserError(
            f"„{key}“ ist kein amtlicher Schlüssel: erwartet werden 5, 8, 9 oder 12 Ziffern, z. B. 07318000 für die Stadt Speyer."
        )
    found = municipalities.find(key)
    if found is not None:
        return found
    gone = municipalities.vanished(key)
    if gone is not None:
        raise UserError(
            f"Den Schlüssel {key} gibt es nicht mehr: {gone.before}, zuletzt am {german.date_short(gone.last_seen)}."
        )
    day = german.date_short(municipalities.DATA_DAY)
    raise UserError(f"Den Schlüssel {key} gibt es im amtlichen Verzeichnis nicht (Gebietsstand {day}).")


def _choose_id(registry: Registry, found: Municipality, id: str | None) -> str:
    if id is None:
        return municipalities.suggest_id(found, taken=registry.ids("partner"))
    if not is_slug(id):
        raise UserError(
            f"„{id}“ ist keine gültige Kennung: erlaubt sind Kleinbuchstaben a–z, Ziffern und Bindestriche, höchstens 63 Zeichen, "
            "keine Gerätenamen von Windows wie con oder aux.",
            f"Zum Beispiel: --id {municipalities.suggest_id(found)}",
        )
    return id


def _registered(registry: Registry, found: Municipality) -> str | None:
    """The partner that already has this body, under whichever of its keys; only files that hold one of them are parsed."""
    keys = {found.key, found.ars, *found.other_keys}
    spelled = tuple(k.encode() for k in keys)
    paths = [p for p in registry.source.paths() if p.startswith("partners/")]
    for path, content in registry.source.read_many(paths):
        place = place_of(path)
        if place is None or not any(k in content for k in spelled):
            continue
        data = load(content, path).data or {}
        more = [row.get("key") for row in data.get("other_keys") or () if isinstance(row, dict)]
        held = {municipalities.canonical_key(k) or k for k in (data.get("key"), *more) if isinstance(k, str)}
        # A former key may belong to somebody else today; the own key decides where there is one.
        own = data.get("key")
        if (municipalities.canonical_key(own) == found.key) if isinstance(own, str) else (found.key in held):
            return place.id
    return None


def _partner_file(m: Municipality, id: str) -> NewFile:
    office, council = municipalities.usual_office(m), municipalities.usual_council(m)
    state = german.date_short(municipalities.DATA_DAY)
    data: dict[str, Any] = {
        "source": f"Gemeindeverzeichnis GV-ISys (Destatis), Gebietsstand {state}",
        "id": id,
        "legal_name": m.legal_name,
        "short_name": m.short_name,
        "grammar": {"gender": m.gender},
        "type": m.type,
        "land": m.land,
        "key": m.key,
        "other_keys": [{"key": k} for k in m.other_keys],
        **({"district_key": m.district_key} if m.district_key else {}),
        "seat": m.seat,
        "address": {"street": None, "postcode": m.postcode, "town": m.seat},
        "authority": None,
        "representation": [{"from": None, "office": office.text, "holder": None}] if office else [],
        "organs": [{"from": None, "name": council.text, "gender": german.gender_of(council.text) or "maskulin"}]
        if council
        else [],
        "gazettes": [],
        "contacts": [],
        "statistics": [_population(m)],
        "applications": [],
        "readiness": [],
        "profiles": [],
    }
    return NewFile(BY_NAME["partner"].path(id), data, _comments(m, data))


def _population(m: Municipality) -> dict[str, Any]:
    return {
        "source": "Gemeindeverzeichnis GV-ISys (Destatis)",
        "what": "einwohner",
        "value": m.population,
        "as_of": municipalities.POPULATION_DAY,
        "definition": "Fortschreibung des Bevölkerungsstandes",
    }


def _comments(m: Municipality, data: dict[str, Any]) -> dict[FieldPath, str]:
    comments: dict[FieldPath, str] = {
        (): f"{m.legal_name}. Schlüssel, Art, Sitz und Einwohner stehen im amtlichen Verzeichnis; alles Übrige ist noch offen.",
        ("legal_name",): f"Voller Name, wie er in Verträgen steht; {_CONFIRM}.",
        ("grammar",): "Grammatisches Geschlecht des vollen Namens; abweichende Beugung unter forms eintragen.",
        ("key",): "Amtliche Schlüssel sind Text und stehen in Anführungszeichen.",
        ("address", "street"): "Straße und Hausnummer der Verwaltung.",
        ("authority",): "Name der Behörde (z. B. Stadtverwaltung …); sie ist nie Vertragspartei.",
        ("gazettes",): "Bekanntmachungsorgan: vor der ersten Bekanntmachung eintragen.",
        ("applications",): "Eingesetzte Fachverfahren und E-Akte mit Zeitraum.",
        ("readiness",): "Digitale Reife je Aufgabe.",
        ("profiles",): "Organisation je Aufgabe; holds_task sagt, ob der Partner Träger der Aufgabe ist.",
    }
    if data["other_keys"]:
        comments[("other_keys",)] = (
            "Gleichwertige Schlüssel derselben Körperschaft (Kreisschlüssel, Regionalschlüssel)."
        )
    if data["representation"]:
        comments[("representation",)] = (
            f"Amt, das nach außen vertritt; {_CONFIRM}. Ohne „from“ gilt es als nicht bestätigt."
        )
    if data["organs"]:
        comments[("organs",)] = f"Vertretung, die beschließt; {_CONFIRM}. Ohne „from“ gilt sie als nicht bestätigt."
    return comments


def _say_open(draft: Draft, m: Municipality, id: str) -> None:
    draft.open_facts.append(f"Voller Name „{m.legal_name}“: {_CONFIRM}")
    draft.open_facts.append("Amt und Vertretung: seit wann; in welcher Form das Amt genannt wird")
    draft.open_facts.append("Straße der Verwaltung, Name der Behörde, Bekanntmachungsorgan, Ansprechstellen")
    draft.open_facts.append("Fachverfahren, digitale Reife und Organisation je Aufgabe")
    draft.follows("folgen", f"Aufnehmen in eine Zusammenarbeit: ikzctl cooperation join ZUSAMMENARBEIT {id} --from TAG")
