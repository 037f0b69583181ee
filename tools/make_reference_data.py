"""Makes `ikzctl/library/data/*.csv` from the folder with the collected source tables that is given as argument."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "ikzctl" / "library" / "data"

Row = dict[str, str]

# Kinds of the source that are no bodies of their own: statistics, agreements between municipalities, empty land.
NO_BODIES = {"land", "regierungsbezirk", "erfuellende_gemeinde", "gemeindefrei_bewohnt", "gemeindefrei_unbewohnt"}
TYPES = {"kreis": "landkreis", "kirchspielslandgemeinde": "amt"}
PREFIXES = {
    "verwaltungsgemeinschaft": "Verwaltungsgemeinschaft",
    "verwaltungsverband": "Verwaltungsverband",
    "amt": "Amt",
}


def read(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def write(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Plain `;` lines without quoting, because the reader splits; a field that would need quoting stops the run."""
    lines = [";".join(columns)]
    for row in rows:
        if any(c in field for field in row for c in ';"\n'):
            raise ValueError(f"{name}: a field needs quoting: {row}")
        lines.append(";".join(row))
    (TARGET / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def columns(rows: Iterable[Row], *names: str) -> list[list[str]]:
    return [[row[name] for name in names] for row in rows]


def body_type(row: Row, major_towns: set[str]) -> str:
    kind = TYPES.get(row["art"], row["art"])
    if row["land"] == "RP" and kind in ("stadt", "gemeinde"):
        if row["verband_ars"]:
            return "ortsgemeinde"
        return "grosse_kreisangehoerige_stadt" if row["ags"] in major_towns else "verbandsfreie_gemeinde"
    return kind


def name_and_prefix(row: Row) -> tuple[str, str]:
    """The bare name, and the word before it in the label: „Stadt“, „Landkreis“, or nothing for „Rhein-Pfalz-Kreis“."""
    name = row["name"].removesuffix(" (VGem)")
    if name.startswith("GVV "):
        return name.removeprefix("GVV "), "Gemeindeverwaltungsverband"
    if row["bezeichnung"].startswith(name):
        prefix = PREFIXES.get(TYPES.get(row["art"], row["art"]), "")
    else:
        prefix = row["bezeichnung"].removesuffix(name).strip()
    return name, prefix


def is_body(row: Row) -> bool:
    if row["art"] in NO_BODIES or row["name"].startswith(("VVG ", "Gemeinsames deutsch-lux")):
        return False
    # A kreisfreie Stadt is listed as a district and as a municipality; the municipality's key is the canonical one.
    return not (row["ebene"] == "kreis" and row["art"] in ("kreisfreie_stadt", "stadtkreis"))


def municipalities(folder: Path, major_towns: set[str]) -> None:
    rows = []
    source = [row for row in read(folder, "regionaleinheiten.csv") if is_body(row)]
    known = {row["ars"] for row in source}
    for row in source:
        name, prefix = name_and_prefix(row)
        association = row["verband_ars"] if row["verband_ars"] in known else ""
        key, kind = row["ags"] or row["ars"], body_type(row, major_towns)
        rest = (association, row["sitz"], row["plz"], row["einwohner"])
        rows.append([key, row["ars"], name, prefix, kind, *rest])
    write(
        "municipalities.csv",
        ("key", "ars", "name", "prefix", "type", "association", "seat", "postcode", "population"),
        sorted(rows),
    )


def main() -> None:
    folder = Path(sys.argv[1])
    major = read(folder, "rlp_grosse_kreisangehoerige_staedte.csv")
    write("major_towns_rp.csv", ("key", "name", "district"), [(r["ags"], r["name"], r["kreis_ars"]) for r in major])
    municipalities(folder, {r["ags"] for r in major})
    changes = read(folder, "gebietsaenderungen_2021_2025.csv")
    changes.sort(key=lambda r: (r["schluessel"], r["stand_nachher"], r["aenderung"]))
    write(
        "key_changes.csv",
        ("key", "change", "before", "after", "last_seen", "first_without"),
        columns(changes, "schluessel", "aenderung", "vorher", "nachher", "stand_vorher", "stand_nachher"),
    )
    services = [r for r in read(folder, "leistungen_ikz_kern.csv") if r["leika"]]
    write(
        "services.csv",
        ("leika", "task", "name", "ozg_id", "catalogue"),
        columns(services, "leika", "aufgabe", "name", "ozg_id", "pruefstand"),
    )
    write(
        "pay_groups.csv",
        ("key", "system", "label", "rank", "state"),
        columns(read(folder, "entgeltgruppen.csv"), "schluessel", "system", "gruppe", "rang", "pruefstand"),
    )
    modules = read(folder, "bsi_bausteine_2023.csv")
    write("bsi_modules.csv", ("id", "title", "rank"), columns(modules, "id", "titel", "rang"))


if __name__ == "__main__":
    main()
