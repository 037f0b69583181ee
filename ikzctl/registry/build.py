"""Plain data of one file → typed record; every fault of the data becomes a German finding with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from ikzctl.model.findings import FieldPath, Finding, Pointer
from ikzctl.model.kinds import Place
from ikzctl.registry.near import near

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ikzctl.registry.events import Loaded

# each costs a walk through the file and a search for what may have been meant: ten thousand unknown keys would take minutes
_MAX_FAULTS = 100
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": (
        "IKZ-S005",
        "eine Kennung besteht aus Kleinbuchstaben a–z, Ziffern und Bindestrichen (z. B. rhein-pfalz-kreis)",
    ),
    r"^[0-9]{5}([0-9]{3}|[0-9]{4}|[0-9]{7})?$": (
        "IKZ-S006",
        'ein amtlicher Schlüssel hat 5, 8, 9 oder 12 Ziffern (z. B. "07318000")',
    ),
    r"^[0-9]{5}$": ("IKZ-S006", 'eine Postleitzahl hat fünf Ziffern (z. B. "67346")'),
    r"^99[0-9]{12}$": ("IKZ-S006", 'ein Leistungsschlüssel hat 14 Ziffern und beginnt mit 99 (z. B. "99107023017000")'),
}
_KINDS_OF_VALUE = {
    "string_type": "ein Text",
    "int_type": "eine ganze Zahl",
    "bool_type": "true oder false",
    "tuple_type": "eine Liste (jede Zeile beginnt mit „- “)",
    "list_type": "eine Liste (jede Zeile beginnt mit „- “)",
    "model_type": "ein Abschnitt mit eigenen Schlüsseln",
    "dict_type": "ein Abschnitt mit eigenen Schlüsseln",
    "model_attributes_type": "ein Abschnitt mit eigenen Schlüsseln",
}
_LIMITS = {
    "string_too_short": "der Text ist leer",
    "string_too_long": "der Text ist länger als {max_length} Zeichen",
    "greater_than_equal": "die Zahl muss mindestens {ge} sein",
    "less_than_equal": "die Zahl darf höchstens {le} sein",
    "decimal_max_places": "höchstens {decimal_places} Nachkommastellen sind erlaubt",
    "decimal_max_digits": "die Zahl hat mehr als {max_digits} Stellen",
    "decimal_whole_digits": "die Zahl hat zu viele Stellen vor dem Komma",
}

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def build(place: Place, loaded: Loaded, file: str) -> tuple[BaseModel | None, list[Finding]]:
    """Validate one file's data against the model of its kind.

    Returns the record, or None with at least one error finding. Never raises for bad data.
    """
    from pydantic import ValidationError

    if loaded.data is None:
        return None, []
    model = place.kind.model()
    try:
        record: BaseModel = model.model_validate(loaded.data)
    except ValidationError as fault:
        return None, _translate(fault, model, loaded, file)
    misnamed = _check_id(place, record, loaded, file)
    if misnamed and place.kind.id_field:
        # others refer to the file by its name; under the wrong id its findings would point to a file that is not there
        record = record.model_copy(update={place.kind.id_field: place.id})
    return record, misnamed


def _check_id(place: Place, record: BaseModel, loaded: Loaded, file: str) -> list[Finding]:
    name = place.kind.id_field
    if name is None or getattr(record, name) == place.id:
        return []
    found = getattr(record, name)
    where = "der Ordner" if place.kind.name in ("cooperation", "agreement", "costs") else "die Datei"
    text = f"„{name}: {found}“ passt nicht: {where} heißt „{place.id}“. Beide müssen gleich sein."
    return [Finding("IKZ-S004", "error", loaded.pointer((name,)), text)]


def _translate(fault: Any, model: type[BaseModel], loaded: Loaded, file: str) -> list[Finding]:
    errors = fault.errors(include_url=False, include_context=True, include_input=False)
    out: dict[tuple[FieldPath, str], Finding] = {}
    for error in errors[:_MAX_FAULTS]:
        path = data_path(error["loc"], loaded.data)
        code, text = _message(error, path, model, loaded.data)
        pointer = loaded.pointer(path if error["type"] != "missing" else path[:-1])
        # a union reports one fault per alternative; the first per place says enough
        out.setdefault((path, code), Finding(code, "error", _writable_place(pointer), _writable(text)))
    found = list(out.values())
    if len(errors) > _MAX_FAULTS:
        text = f"Weitere {len(errors) - _MAX_FAULTS} Befunde in dieser Datei werden nicht gezeigt."
        found.append(Finding("IKZ-Y027", "error", found[-1].pointer, text))
    return found


def _writable(text: str) -> str:
    """Half of a pair of surrogates, which an escape can name, is no character: no terminal and no file takes it."""
    return _HALF_PAIR.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def _writable_place(pointer: Pointer) -> Pointer:
    return replace(pointer, field=tuple(_writable(part) if isinstance(part, str) else part for part in pointer.field))


def data_path(loc: Iterable[str | int], data: Any) -> FieldPath:
    """pydantic's location without the names of union branches: only steps that exist in `data`, plus a last missing or unknown key."""
    out: list[str | int] = []
    steps = list(loc)
    node = data
    for number, step in enumerate(steps):
        if value_at(node, (step,)) is None and not (isinstance(node, Mapping) and step in node):
            if number < len(steps) - 1 or not isinstance(node, Mapping):
                continue
        else:
            node = node[step]
        out.append(step)
    return tuple(out)


def value_at(data: Any, path: FieldPath) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def show(value: Any) -> str:
    """A value as it may be repeated in a message: short, one line, never a whole structure."""
    if value is None:
        return "leer (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return f"die Zahl {value}"
    if isinstance(value, Mapping):
        return "ein Abschnitt"
    if isinstance(value, (list, tuple)):
        return "eine Liste"
    text = str(value).replace("\n", " ")
    return f"„{text if len(text) <= 60 else text[:57] + '…'}“"


def _message(error: Mapping[str, Any], path: FieldPath, model: type[BaseModel], data: Any) -> tuple[str, str]:
    kind = error["type"]
    context = error.get("ctx", {})
    found = value_at(data, path)
    name = path[-1] if path else ""
    if kind == "extra_forbidden":
        allowed = keys_at(model, path[:-1], data)
        hint = near(name, allowed) or f" Möglich sind: {', '.join(allowed)}."
        return "IKZ-S001", f"unbekannter Schlüssel „{name}“.{hint}"
    if kind == "missing":
        return "IKZ-S002", f"hier fehlt der Schlüssel „{name}“ ({_description(model, path, data)})"
    if kind == "literal_error":
        choices = [c.strip("'") for c in context["expected"].replace(" or ", ", ").split(", ")]
        hint = near(found, choices) or f" Möglich sind: {', '.join(choices)}."
        return "IKZ-S003", f"„{name}“: {show(found)} ist kein gültiger Wert.{hint}"
    if kind == "string_pattern_mismatch" and context.get("pattern") in _PATTERNS:
        code, rule = _PATTERNS[context["pattern"]]
        return code, f"„{_owner(path)}“: {show(found)} ist ungültig; {rule}"
    if kind == "string_pattern_mismatch" and (fault := _fault_of_name(context, found)):
        return "IKZ-S009", f"„{_owner(path)}“: {fault}; gefunden wurde {show(found)}"
    if kind in _KINDS_OF_VALUE:
        return (
            "IKZ-S007",
            f"„{_owner(path)}“: erwartet wird {_KINDS_OF_VALUE[kind]}, gefunden wurde {show(found)}{_quote_hint(kind, found)}",
        )
    if kind in _LIMITS:
        return "IKZ-S008", f"„{_owner(path)}“: {_LIMITS[kind].format(**context)}, gefunden wurde {show(found)}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return "IKZ-S003", _unknown_branch(context, found)
    if kind.startswith("ikz_"):
        code = "IKZ-S006" if kind == "ikz_key_text" else "IKZ-S009"
        text = f"„{_owner(path)}“: {error['msg']}"
        return code, text if kind == "ikz_no_such_day" else f"{text}; gefunden wurde {show(found)}"
    return "IKZ-S010", f"„{_owner(path)}“: {show(found)} passt hier nicht ({_description(model, path, data)})"


def _fault_of_name(context: Mapping[str, Any], found: Any) -> str:
    from ikzctl.model.base import NAME_PATTERN, name_fault

    return name_fault(str(found)) if context.get("pattern") == NAME_PATTERN else ""


def _owner(path: FieldPath) -> str:
    """The name of the field, for a list item with its position."""
    if path and isinstance(path[-1], int) and len(path) > 1:
        return f"{path[-2]}[{path[-1] + 1}]"
    return str(path[-1]) if path else "Datei"


def _quote_hint(kind: str, found: Any) -> str:
    if kind == "string_type" and isinstance(found, (int, Decimal, bool)):
        return "; als Text bitte in Anführungszeichen setzen"
    return ""


def _unknown_branch(context: Mapping[str, Any], found: Any) -> str:
    key = str(context.get("discriminator", "")).strip("'")
    tag = found.get(key) if isinstance(found, Mapping) else None
    choices = [c.strip().strip("'") for c in str(context.get("expected_tags", "")).split(",") if c]
    if tag is None:
        return f"hier fehlt der Schlüssel „{key}“, der sagt, um welche Art von Eintrag es geht"
    hint = near(tag, choices) or f" Möglich sind: {', '.join(choices)}."
    return f"„{key}: {tag}“ ist kein gültiger Wert.{hint}"


def keys_at(model: type[BaseModel], path: FieldPath, data: Any) -> tuple[str, ...]:
    """The keys that a mapping at `path` may have, in the order of the model."""
    models = models_at(model, path, data)
    return tuple(dict.fromkeys(alias for m in models for alias in aliases(m)))


@cache
def aliases(model: type[BaseModel]) -> Mapping[str, str]:
    """Key in the file → name of the field, in canonical order: what it is, from when to when, the rest, where it comes from."""
    from ikzctl.model.base import Period, Sourced

    fields = model.model_fields
    origin = [name for name in Sourced.model_fields if name in fields and issubclass(model, Sourced)]
    period = [name for name in ("from_", "until") if name in fields and issubclass(model, Period)]
    own = [name for name in fields if name not in origin and name not in period]
    own.sort(key=lambda name: name != "id")
    ordered = own[:1] + period + own[1:] + origin
    return {(fields[name].alias or name): name for name in ordered}


def models_at(model: type[BaseModel], path: FieldPath, data: Any) -> tuple[type[BaseModel], ...]:
    """The model classes that describe the mapping at `path`; several where a union leaves it open."""
    current: tuple[type[BaseModel], ...] = (model,)
    node = data
    for step in path:
        node = value_at(node, (step,))
        if isinstance(step, int):
            current = _narrow(current, node)
            continue
        following: list[type[BaseModel]] = []
        for candidate in current:
            name = aliases(candidate).get(step)
            if name:
                following += model_classes(candidate.model_fields[name].annotation)
        current = _narrow(tuple(following), node)
    return current


def _narrow(candidates: tuple[type[BaseModel], ...], node: Any) -> tuple[type[BaseModel], ...]:
    """Of a tagged union keep the branch that the data names."""
    if len(candidates) < 2 or not isinstance(node, Mapping) or "step" not in node:
        return candidates
    chosen = tuple(c for c in candidates if node["step"] in get_args(c.model_fields["step"].annotation))
    return chosen or candidates


def model_classes(annotation: Any) -> list[type[BaseModel]]:
    """All model classes that occur in a type annotation, in order."""
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (tuple, Union, UnionType, Annotated) or get_args(annotation):
        return [m for argument in get_args(annotation) for m in model_classes(argument)]
    return []


def _description(model: type[BaseModel], path: FieldPath, data: Any) -> str:
    for candidate in models_at(model, path[:-1], data) if path and isinstance(path[-1], str) else ():
        name = aliases(candidate).get(str(path[-1]))
        if name and candidate.model_fields[name].description:
            return str(candidate.model_fields[name].description)
    return "Angabe nach dem Schema"


def pointer(file: str, *field: str | int) -> Pointer:
    """A place that is known by field only; line and column are looked up when the finding is shown."""
    return Pointer(file, field)
