"""Random registry-like files in many hands' styles: every comment is numbered, so that a test can tell them apart."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

TEXTS = (
    "Stadt Speyer",
    "Rhein-Pfalz-Kreis",
    "Müller & Söhne <GmbH>",
    "Kfz-Zulassung: Vorderpfalz",
    "no",
    "07318000",
    "12:30",
    "2027-01-01",
    "§ 12 Abs. 2 KomZG",
    "„Anführung“ – mit Strich",
    'a "b" c',
    "D’Angelo # kein Kommentar",
    "it's",
    "C:\\Pfad",
    "- Strich",
    "null",
    "",
    "a, b [c] {d}",
    "D\u0302 und K\u035fh",
)
LONG = (
    "Erster Absatz.\nZweiter Absatz: mehr.\n",
    "ohne Ende\n\n  eingerückt\nletzte",
    "Wort " * 30 + "Ende",
    "# kein Kommentar\nx",
)
KEYS = (
    "id",
    "name",
    "kind",
    "from",
    "until",
    "note",
    "tasks",
    "members",
    "roles",
    "parts",
    "seat",
    "key",
    "lines",
    "cost",
    "active",
    "source",
    "state",
    "open",
)


def value(rnd: random.Random, depth: int) -> Any:
    kind = rnd.random()
    if depth > 0 and kind < 0.25:
        return mapping(rnd, depth - 1)
    if depth > 0 and kind < 0.45:
        return [value(rnd, depth - 1) for _ in range(rnd.randrange(0, 4))]
    if kind < 0.55:
        return rnd.choice((None, True, False, 0, 12, -7, Decimal("12.50"), Decimal("0.10"), 123456789012345))
    if kind < 0.62:
        return rnd.choice(LONG)
    return rnd.choice(TEXTS)


def mapping(rnd: random.Random, depth: int, least: int = 0) -> dict[str, Any]:
    return {key: value(rnd, depth) for key in rnd.sample(KEYS, rnd.randrange(least, 6))}


class Hand:
    """One person's way of writing YAML; `write` gives a text that means `data`."""

    def __init__(self, rnd: random.Random, commented: bool = True) -> None:
        self.rnd = rnd
        self.step = rnd.choice((2, 2, 4))
        self.offset = rnd.choice((0, 2, 2, 4))
        self.dash = rnd.choice((2, 2, 4))
        self.commented = commented
        self.count = 0

    def write(self, data: dict[str, Any]) -> str:
        lines = [*self.comments(0), ""] if self.rnd.random() < 0.3 else []
        lines += self.mapping(data, 0)
        if self.rnd.random() < 0.3:
            lines += self.comments(0)
            lines += self.strays(0, 1, 0.1)
        return "\n".join(lines) + "\n" if data else "\n".join([*lines, "{}"]) + "\n"

    def comment(self) -> str:
        self.count += 1
        return f"# k{self.count}: »{self.rnd.choice(TEXTS[:4])}«"

    def comments(self, column: int) -> list[str]:
        if not self.commented:
            return []
        return [" " * column + self.comment() for _ in range(self.rnd.choice((0, 0, 0, 1, 1, 2)))]

    def strays(self, least: int, most: int, share: float) -> list[str]:
        """Now and then comments in other columns than anything else, some of them behind an empty line."""
        if not self.commented or self.rnd.random() >= share:
            return []
        blank = [""] if self.rnd.random() < 0.1 else []
        count = self.rnd.choice((1, 1, 2, 3))
        return [*blank, *(" " * self.rnd.randint(least, most) + self.comment() for _ in range(count))]

    def below(self, column: int, inner: Any) -> list[str]:
        """Comments below an entry, further in than it; further in than that, they might be lines of a long text."""
        while isinstance(inner, dict | list) and inner:
            inner = inner[-1] if isinstance(inner, list) else inner[next(reversed(inner))]
        long = isinstance(inner, str) and "\n" in inner
        return self.strays(column + 1, column + (1 if long else self.rnd.choice((2, 2, 6))), 0.12)

    def eol(self) -> str:
        if self.commented and self.rnd.random() < 0.2:
            return " " * self.rnd.choice((1, 2, 5)) + self.comment()
        return ""

    def lead(self, column: int) -> list[str]:
        blank = [""] if self.rnd.random() < 0.1 else []
        outside = self.strays(0, column - 1, 0.03) if column else []
        return [*blank, *outside, *self.comments(column)]

    def mapping(self, data: dict[str, Any], column: int) -> list[str]:
        lines = []
        for key, inner in data.items():
            lines += self.lead(column)
            head = " " * column + (key if self.rnd.random() < 0.9 else f'"{key}"') + ":"
            lines += self.entry(head, inner, column)
            lines += self.below(column, inner)
        return lines + self.trailing(column)

    def trailing(self, column: int) -> list[str]:
        return self.comments(column) if column and self.rnd.random() < 0.15 else []

    def entry(self, head: str, inner: Any, column: int) -> list[str]:
        flow = self.rnd.random() < 0.25 and (text := self.flow(inner)) is not None
        if isinstance(inner, dict) and inner and not flow:
            strays = self.strays(column + 1, column + self.step + 3, 0.12)
            return [head + self.eol(), *strays, *self.mapping(inner, column + self.step)]
        if isinstance(inner, list) and inner and not flow:
            strays = self.strays(column + 1, column + self.offset + 3, 0.12)
            return [head + self.eol(), *strays, *self.items(inner, column + self.offset)]
        if isinstance(inner, dict | list):
            return [f"{head} {text if flow else ('{}' if isinstance(inner, dict) else '[]')}{self.eol()}"]
        return self.scalar(head + " " * self.rnd.choice((1, 1, 1, 3)), inner, column + self.step)

    def items(self, data: list[Any], column: int) -> list[str]:
        lines = []
        for inner in data:
            lines += self.lead(column)
            dash = " " * column + "-" + " " * (self.dash - 1)
            if isinstance(inner, dict) and inner and self.rnd.random() < 0.8:
                body = self.mapping(inner, column + self.dash)
                while body[0] == "" or body[0].lstrip().startswith("#"):
                    lines.append(" " * column + text if (text := body.pop(0).lstrip()) else "")
                lines += [dash + body[0].lstrip(), *body[1:]]
            elif isinstance(inner, dict) and inner:
                lines += [dash.rstrip() + self.eol(), *self.mapping(inner, column + self.dash)]
            elif isinstance(inner, list) and inner:
                lines += [dash.rstrip() + self.eol(), *self.items(inner, column + self.dash)]
            elif isinstance(inner, dict | list):
                lines += [f"{dash}{'{}' if isinstance(inner, dict) else '[]'}{self.eol()}"]
            else:
                lines += self.scalar(dash, inner, column + self.dash)
            lines += self.below(column, inner)
        return lines + self.trailing(column)

    def scalar(self, head: str, inner: Any, column: int) -> list[str]:
        if isinstance(inner, str) and "\n" in inner and self.rnd.random() < 0.8:
            body = inner.removesuffix("\n").split("\n")
            sign = "|" if inner.endswith("\n") else "|-"
            return [head + sign + self.eol(), *(" " * column + line if line else "" for line in body)]
        if inner is None and self.rnd.random() < 0.3:
            return [head.rstrip() + self.eol()]
        return [head + self.one_line(inner) + self.eol()]

    def one_line(self, inner: Any) -> str:
        if inner is None:
            return self.rnd.choice(("null", "~"))
        if isinstance(inner, bool):
            return "true" if inner else "false"
        if not isinstance(inner, str):
            return str(inner)
        simple = inner.replace(" ", "").replace("-", "").isalpha() and inner not in ("no", "null")
        if simple and inner[0] != "-" and self.rnd.random() < 0.8:
            return inner
        if "\n" not in inner and self.rnd.random() < 0.5:
            return "'" + inner.replace("'", "''") + "'"
        return '"' + inner.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def flow(self, inner: Any) -> str | None:
        if isinstance(inner, dict):
            parts = [f"{key}: {text}" for key, item in inner.items() if (text := self.flow(item)) is not None]
            return "{" + ", ".join(parts) + "}" if len(parts) == len(inner) else None
        if isinstance(inner, list):
            items = [self.flow(item) for item in inner]
            return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
        return self.one_line(inner)


def sample(seed: int, commented: bool = True) -> tuple[str, dict[str, Any]]:
    """A text and what it means."""
    rnd = random.Random(seed)  # noqa: S311
    data = mapping(rnd, 4, least=1)
    return Hand(rnd, commented).write(data), data
