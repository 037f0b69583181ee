"""What all records share: strictness, small value types with German error texts, sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

T = TypeVar("T")

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A spreadsheet takes such a beginning for a formula; names reach tables, so it is refused at the source.
_FORMULA_STARTS = "=+-@＝＋－＠\t\r"
# on one line, without such a beginning and without blanks at the ends
NAME_PATTERN = r"^[^\s=+\-@＝＋－＠]([^\n]*[^\s])?$"


# the same days come back in file after file, and one that is shared is kept once and sent to another process once
@lru_cache(maxsize=1024)
def _iso_day(text: str) -> date:
    if not _ISO_DAY.fullmatch(text):
        raise _no_day()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("ikz_no_such_day", "den Tag {given} gibt es nicht", {"given": text}) from None


def _no_day() -> PydanticCustomError:
    return PydanticCustomError("ikz_day", "ein Datum wie 2027-01-31 wird erwartet")


def _day(value: Any) -> date:
    """ISO text → date. YAML dates arrive as text, because the reader leaves them alone."""
    if isinstance(value, str):
        return _iso_day(value)
    if type(value) is date:
        return value
    raise _no_day()


def _decimal(value: Any) -> Decimal:
    if type(value) is Decimal:
        return value
    if type(value) is int:
        return Decimal(value)
    raise PydanticCustomError("ikz_number", "eine Zahl wie 1250.50 (mit Punkt, ohne Anführungszeichen) wird erwartet")


def _key(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise PydanticCustomError("ikz_key_text", "ein Schlüssel ist Text: bitte in Anführungszeichen setzen")


def name_fault(value: str) -> str:
    """What is wrong with a text that does not match `NAME_PATTERN`, in German."""
    if value[:1] in _FORMULA_STARTS:
        return f"der Text darf nicht mit {value[0]} beginnen, weil Tabellenprogramme ihn sonst rechnen"
    return "ein Name steht in einer Zeile und ohne Leerzeichen am Rand"


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema({"type": "number"})]
# limits and patterns stand before the function: behind it pydantic checks them in Python, at fifteen times the cost
Amount = Annotated[
    Decimal, Field(max_digits=15, decimal_places=2), BeforeValidator(_decimal), WithJsonSchema({"type": "number"})
]
Share = Annotated[
    Decimal, Field(ge=0, le=100, decimal_places=4), BeforeValidator(_decimal), WithJsonSchema({"type": "number"})
]
Fte = Annotated[
    Decimal, Field(ge=0, max_digits=7, decimal_places=2), BeforeValidator(_decimal), WithJsonSchema({"type": "number"})
]
Count = Annotated[int, Field(ge=0)]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names another record; `registry/references.py` reads it."""

    kind: str


PartnerRef = Annotated[Slug, Ref("partner")]
TaskRef = Annotated[Slug, Ref("task")]
SystemRef = Annotated[Slug, Ref("system")]
MandateRef = Annotated[Slug, Ref("mandate")]

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NAME_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Citation = Annotated[str, StringConstraints(min_length=1, max_length=300)]
OfficialKey = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{5}([0-9]{3}|[0-9]{4}|[0-9]{7})?$"), BeforeValidator(_key)
]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), BeforeValidator(_key)]
LeikaKey = Annotated[str, StringConstraints(pattern=r"^99[0-9]{12}$"), BeforeValidator(_key)]
LandCode = Literal["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"]

# How sure somebody is of a fact: claimed, looked at, proven by a document.
ProofState = Literal["behauptet", "geprueft", "belegt"]

Many = Annotated[tuple[T, ...], Field(strict=False)]


def field(description: str, default: Any = ..., **more: Any) -> Any:
    """A field with its German description, which editors show and commands write as a comment."""
    return Field(default, description=description, **more)


def many(description: str, **more: Any) -> Any:
    """A list that may be absent."""
    return Field((), description=description, **more)


class Part(BaseModel):
    """Base of everything in a registry file: strict types, no unknown keys, frozen."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        # a part has no need of a validator of its own: that of the record that it stands in is made on first use
        defer_build=True,
    )


class Sourced(Part):
    """A part that says where its statement comes from."""

    source: Text | None = field("Woher die Angabe stammt (Dokument, Seite, Datum)", None)
    proof: ProofState | None = field("Wie sicher die Angabe ist: behauptet, geprueft oder belegt", None)
    example: bool = field("true, wenn die Angabe nur ein Beispiel ist und nirgends belegt wurde", False)
    note: Text | None = field("Anmerkung für Menschen; erscheint in keinem Dokument", None)


class Period(Sourced):
    """An interval of days; `until` is the last day on which it holds."""

    from_: Day | None = Field(None, alias="from", description="erster Tag, an dem es gilt; null, wenn noch offen")
    until: Day | None = field("letzter Tag, an dem es gilt; fehlt, wenn kein Ende bestimmt ist", None)

    def holds_on(self, day: date) -> bool:
        """True if the interval has begun and has not ended; an unset beginning has not begun."""
        return self.from_ is not None and self.from_ <= day and (self.until is None or day <= self.until)


class Record(Sourced):
    """Base of a whole file with an id equal to its file name."""

    id: Slug = field("Kennung; gleich dem Dateinamen ohne .yaml")


def in_force(periods: Sequence[Period], day: date) -> tuple[Period, ...]:
    """Those of `periods` that hold on `day`, in order."""
    return tuple(p for p in periods if p.holds_on(day))
