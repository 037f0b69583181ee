"""One demo and one small registry for the whole run; every test works on a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.handbook import page, yaml_files
from tests.cli.program import DAY, Program, copied, save


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The demo with everything drafted, and what the command said about it. Not to be changed by a test."""
    parent = tmp_path_factory.mktemp("demo")
    done = Program(parent, home)("demo", "d", "--as-of", DAY)
    assert done.code == 0, done.text
    (parent / "said.txt").write_text(done.out, encoding="utf-8")
    return parent / "d"


@pytest.fixture(scope="session")
def made_small(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The registry of the handbook's first own cooperation: two partners, one task, saved. Not to be changed by a test."""
    parent = tmp_path_factory.mktemp("small")
    program = Program(parent, home)
    assert program("init", "r", "--name", "Klein").code == 0
    inside = program.at(parent / "r")
    for key in ("07319000", "07331"):
        assert inside("partner", "add", "--key", key, "--yes").code == 0
    for path, text in yaml_files(page("erste-zusammenarbeit.md")).items():
        target = parent / "r" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    save(inside, "Gemeinsame Vergabestelle vorbereiten")
    return parent / "r"


@pytest.fixture
def demo(made_demo: Path, home: Path, tmp_path: Path) -> Program:
    return Program(copied(made_demo, tmp_path / "d"), home)


@pytest.fixture
def small(made_small: Path, home: Path, tmp_path: Path) -> Program:
    return Program(copied(made_small, tmp_path / "r"), home)


@pytest.fixture
def read_demo(made_demo: Path, home: Path) -> Program:
    """The shared demo itself, for commands that only read."""
    return Program(made_demo, home)
