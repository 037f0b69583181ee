"""What is written as JSON: the bytes of `json.dumps`, whatever is in it, and never all of it at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ikzctl.cli import output

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def written(capsys: pytest.CaptureFixture[str], value: Any) -> str:
    output.say_json(value)
    return capsys.readouterr().out


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(_VALUES, max_size=5), st.integers(1, 30))
def test_the_bytes_are_those_of_one_piece(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, values: list[Any], pieces: int
):
    monkeypatch.setattr(output, "_PIECES", pieces)
    late = output.LateItems(lambda item: {"x": item}, values)
    found = written(capsys, {"b": late, "a": values})
    expected = {"b": [{"x": item} for item in values], "a": values}
    assert json.loads(found) == expected
    plain = json.dumps(expected, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert found == output._CONTROL.sub(lambda c: json.dumps(c[0])[1:-1], plain)


def test_items_are_made_when_they_are_written(monkeypatch: pytest.MonkeyPatch):
    made = 0
    ahead: list[int] = []

    def make(number: int) -> int:
        nonlocal made
        made += 1
        return number

    monkeypatch.setattr(output, "_PIECES", 10)
    monkeypatch.setattr(output, "_put", lambda stream, text: ahead.append(made - text.count("\n")))
    output.say_json(output.LateItems(make, range(1000)))
    assert made == 1000
    assert len(ahead) > 100
    assert ahead[0] <= 10
