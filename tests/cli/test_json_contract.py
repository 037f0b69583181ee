"""JSON output is a contract: it fits its schema, the schema names every key, and two runs print the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ikzctl.library.resources import schemas_dir
from tests.cli.program import DAY, Program

NAMES = ("findings", "status", "diff", "list")
COOPERATIONS = ("adoption", "elterngeld", "grundsicherung", "kfz", "wohngeld")


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((schemas_dir() / f"output-{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def checked(name: str, out: str) -> Any:
    value = json.loads(out)
    Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)
    return value


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(child)


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid_closed_and_german(name: str):
    Draft202012Validator.check_schema(schema(name))
    for part in parts(schema(name)):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert set(part["required"]) == set(part["properties"])
            for key, described in part["properties"].items():
                assert "$ref" in described or described["description"].endswith("."), key


def test_findings(read_demo: Program):
    done = read_demo("validate", "--as-of", DAY, "--format", "json")
    value = checked("findings", done.out)
    assert (done.code, done.err) == (0, "")
    assert value["files"] == 99
    lines = read_demo("validate", "--as-of", DAY, "--format", "lines")
    assert [f["code"] for f in value["findings"]] == [line.split(": ")[1].split()[1] for line in lines.out.splitlines()]


def test_findings_of_a_broken_registry(small: Program):
    (small.folder / "registry/partners/worms.yaml").write_text("id: worms\nland: [\n", encoding="utf-8")
    (small.folder / "registry/tasks/fremd.txt").write_text("x", encoding="utf-8")
    done = small("validate", "--format", "json")
    value = checked("findings", done.out)
    assert done.code == 1
    assert {f["severity"] for f in value["findings"]} >= {"error"}
    whole = next(f for f in value["findings"] if f["file"] == "tasks/fremd.txt")
    assert (whole["code"], whole["line"], whole["column"], whole["field"]) == ("IKZ-P001", 0, 0, "")


@pytest.mark.parametrize("cooperation", COOPERATIONS)
def test_status_of_every_cooperation(read_demo: Program, cooperation: str):
    done = read_demo("status", f"{cooperation}-vorderpfalz", "--as-of", DAY, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert checked("status", done.out)["format"] == "ikz-status/1"


def test_status_of_all_cooperations(read_demo: Program):
    value = checked("status", read_demo("status", "--as-of", DAY, "--format", "json").out)
    assert value["format"] == "ikz-status-overview/1"
    assert [c["id"] for c in value["cooperations"]] == [f"{name}-vorderpfalz" for name in COOPERATIONS]


def test_differences_of_every_chapter(read_demo: Program):
    for steps in (1, 4, 8):
        done = read_demo("diff", f"HEAD~{steps}", f"HEAD~{steps - 1}", "--format", "json")
        assert (done.code, done.err) == (1, "")
        assert checked("diff", done.out)["differences"]


def test_no_difference_is_an_empty_list_and_code_0(read_demo: Program):
    done = read_demo("diff", "HEAD", "--format", "json")
    assert (done.code, done.err) == (0, "Kein Unterschied.\n")
    assert checked("diff", done.out) == {"format": "ikz-diff/1", "differences": []}


@pytest.mark.parametrize("kind", ["partner", "task", "system", "security", "cooperation"])
def test_lists(read_demo: Program, kind: str):
    done = read_demo("list", kind, "--format", "json")
    value = checked("list", done.out)
    assert value["kind"] == kind
    assert value["entries"] == sorted(value["entries"], key=lambda e: e["id"])
    assert all((read_demo.folder / "registry" / e["file"]).is_file() for e in value["entries"])


def test_two_runs_print_the_same_bytes(read_demo: Program):
    for arguments in (("validate", "--as-of", DAY), ("status", "--as-of", DAY), ("diff", "HEAD~3"), ("list", "task")):
        assert read_demo(*arguments, "--format", "json") == read_demo(*arguments, "--format", "json")
