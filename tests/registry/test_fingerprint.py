"""The version of the rules covers whatever can take part in a result, and changes with each of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ikzctl
from ikzctl.library.resources import sample_registry_dir
from ikzctl.registry import fingerprint
from ikzctl.registry.fingerprint import rules_version

PACKAGE = Path(ikzctl.__file__).parent
_SEEN = """
import sys, json
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
sys.argv = ["ikzctl", "validate", "--no-cache", "--jobs", "1", "--registry", sys.argv[1]]
from ikzctl.cli.entry import answer
answer(sys.argv[1:])
modules = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
print("\\n@@" + json.dumps([opened, modules]))
"""
# They only dress up what pydantic's own version decides, or belong to the command line, which shows findings and makes none.
_HARMLESS = {
    "annotated_doc",
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
    "typer",
    "shellingham",
    "rich",
}
_COVERED = {"pydantic", "pydantic_core", "ruamel", "_ruamel_yaml", "msgspec"}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, str | None]]:
    """Files that a whole validation opens, and the modules that it imports."""
    folder = tmp_path_factory.mktemp("sample") / "registry"
    shutil.copytree(sample_registry_dir(), folder)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder.parent)}
    done = subprocess.run(
        [sys.executable, "-c", _SEEN, str(folder)], capture_output=True, text=True, check=True, env=environment
    )
    opened, modules = json.loads(done.stdout.rpartition("\n@@")[2])
    return opened, modules


def covered() -> set[Path]:
    return {path.resolve() for path in fingerprint._files(None)}


def test_every_module_of_ours_that_takes_part_is_covered(seen: tuple[list[str], dict[str, str | None]]):
    ours = {Path(file) for name, file in seen[1].items() if file and name.startswith("ikzctl")}
    parts = {path.resolve() for path in ours if path.parent.name != "cli"}
    assert len(parts) > 40
    assert parts <= covered()


def test_every_file_of_ours_that_is_opened_is_covered(seen: tuple[list[str], dict[str, str | None]]):
    """Law, rules, catalogues, municipalities: read as data, not imported."""
    top = PACKAGE.parent
    opened = {Path(path).resolve() for path in seen[0] if Path(path).is_absolute() and Path(path).is_relative_to(top)}
    inside_environment = {path for path in opened if path.is_relative_to(Path(sys.prefix).resolve())}
    data = {path for path in opened - inside_environment if path.suffix not in (".pyc", ".pth", ".cfg")}
    data = {path for path in data if path.parent != PACKAGE / "cli"}
    assert {"rp.yaml", "rules.yaml", "municipalities.csv"} <= {path.name for path in data}
    assert data <= covered()


def test_nothing_of_others_takes_part_that_is_not_known(seen: tuple[list[str], dict[str, str | None]]):
    foreign = {name.split(".")[0] for name, file in seen[1].items() if file and "site-packages" in file}
    of_the_environment = {name for name in foreign if name.startswith(("__editable", "_virtualenv", "_distutils"))}
    assert foreign - of_the_environment <= _HARMLESS | _COVERED | {"ikzctl"}


def test_versions_of_others_are_covered():
    names = {path.name for path in fingerprint._foreign()}
    assert {"version.py", "__init__.py"} <= names
    assert any(name.startswith("_pydantic_core") for name in names)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with a part of each sort."""
    files = ("checks/a.py", "library/data/a.csv", "model/b.py", "registry/c.py", "cli/d.py", "documents/e.py", "f.py")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "checks" / "__pycache__").mkdir()
    return tmp_path


def edited(name: str) -> Callable[[Path], object]:
    return lambda package: (package / name).write_text("x = 2\n")


@pytest.mark.parametrize(
    "change",
    [
        *(edited(name) for name in ("checks/a.py", "library/data/a.csv", "model/b.py", "registry/c.py", "f.py")),
        edited("checks/new.py"),
        lambda package: (package / "checks/a.py").unlink(),
        lambda package: (package / "checks/a.py").rename(package / "checks/b.py"),
        lambda package: (package / "library/cli").mkdir() or edited("library/cli/a.py")(package),
    ],
)
def test_what_takes_part_makes_another_version(package: Path, change: Callable[[Path], object]):
    before = rules_version(package)
    assert rules_version(package) == before
    change(package)
    assert rules_version(package) != before


@pytest.mark.parametrize("name", ["cli/d.py", "documents/e.py", "checks/__pycache__/a.cpython-311.pyc", "checks/x.pyc"])
def test_what_takes_no_part_makes_none(package: Path, name: str):
    before = rules_version(package)
    edited(name)(package)
    assert rules_version(package) == before


def test_contents_do_not_run_together(package: Path):
    (package / "checks" / "a.py").write_text("x")
    (package / "checks" / "b.py").write_text("y")
    before = rules_version(package)
    (package / "checks" / "a.py").write_text("xchecks/b.py\x001\x00y")
    (package / "checks" / "b.py").unlink()
    assert rules_version(package) != before


def test_another_python_makes_another_version(package: Path, monkeypatch: pytest.MonkeyPatch):
    before = rules_version(package)
    monkeypatch.setattr(sys, "version", "3.99")
    assert rules_version(package) != before
