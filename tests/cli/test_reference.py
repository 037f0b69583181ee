"""What README, handbook and the text of the demo promise exists: commands, arguments, options, pages, schemas."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ikzctl.cli.app import command
from ikzctl.cli.demo_text import NEXT
from tests.cli.handbook import HANDBOOK, PAGES, ROOT, ikzctl_lines, page
from tools.command_reference import TARGET, leaves, reference

TEXTS = {"README.md": (ROOT / "README.md").read_text(encoding="utf-8"), **{name: page(name) for name in PAGES}}
TEXTS["templates/new-registry/README.md"] = (ROOT / "templates/new-registry/README.md").read_text(encoding="utf-8")
PROMISED = [(name, words) for name, text in TEXTS.items() for words in ikzctl_lines(text)]
PROMISED += [("demo", line.split()[1:]) for line, _ in NEXT]
TREE = dict(leaves(command()))


def leaf_of(words: list[str]) -> tuple[Any, list[str]] | None:
    for length in (2, 1):
        if tuple(words[:length]) in TREE:
            return TREE[tuple(words[:length])], words[length:]
    return None


def test_the_reference_page_is_the_program_as_it_is():
    assert TARGET.read_text(encoding="utf-8") == reference(), "run: python tools/command_reference.py"


def test_the_reference_names_every_command():
    text = page("befehle.md")
    assert re.findall(r"^## (.+)$", text, re.M) == [" ".join(path) for path in TREE]


@pytest.mark.parametrize(("where", "words"), PROMISED, ids=lambda v: v if isinstance(v, str) else " ".join(v)[:60])
def test_every_command_that_is_promised_exists_with_its_options(where: str, words: list[str]):
    if words[0].startswith("--") or words[0].isupper():
        assert words in (["--install-completion"], ["BEFEHL", "--help"])
        return
    found = leaf_of(words)
    assert found is not None, f"{where}: ikzctl {' '.join(words)}"
    leaf, rest = found
    known = {name for parameter in leaf.params for name in parameter.opts} | {"--help"}
    assert {word for word in rest if word.startswith("-")} <= known


@pytest.mark.parametrize("name", PAGES)
def test_links_of_the_handbook_lead_somewhere(name: str):
    for target in re.findall(r"\]\(([^)#]+)", page(name)):
        assert (HANDBOOK / target).resolve().is_file(), target


def test_every_page_of_the_handbook_is_linked_from_its_first():
    first = page("README.md")
    assert all(f"({name})" in first for name in PAGES if name != "README.md")


def test_no_sentence_of_the_reference_is_empty():
    rows = [line for line in page("befehle.md").splitlines() if line.startswith("| `")]
    assert rows
    assert all(re.fullmatch(r"\| `.+` \| [A-ZÄÖÜtj].*[.] \|", row) for row in rows), [
        r for r in rows if not re.fullmatch(r"\| `.+` \| [A-ZÄÖÜtj].*[.] \|", r)
    ]
