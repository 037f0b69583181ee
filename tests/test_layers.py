"""The house keeps its shape: imports point one way, each library has one home, nobody below the command line prints or reads the clock."""

import ast
from pathlib import Path

import pytest

from ikzctl.registry.fingerprint import _NO_PART

PACKAGE = Path(__file__).parent.parent / "ikzctl"
LAYERS = [
    {"model"},
    {"gitrepo"},
    {"library", "registry", "files"},
    {"checks", "plans", "procedure", "documents", "access"},
    {"actions"},
    {"cli"},
]
LEVEL = {package: level for level, packages in enumerate(LAYERS) for package in packages}
# within layer 2 the writer of files knows only git; the registry and the library know nothing of each other
HOMES = {
    "pydantic": {"model", "registry"},
    "pydantic_core": {"model"},
    "ruamel": {"registry", "library"},
    "msgspec": {"registry"},
    "git": set(),  # GitPython: a second reader in the tests only
    "jinja2": {"documents"},
    "docxtpl": {"documents"},
    "docx": {"documents"},
    "lxml": {"documents"},
    "markdown_it": {"documents"},
    "typer": {"cli"},
    "rich": {"cli"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.append((node.lineno, node.module))
            if node.module == "ikzctl":
                found += [(node.lineno, f"ikzctl.{alias.name}") for alias in node.names]
    return found


def package_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def test_every_package_has_a_layer():
    packages = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").is_file()}
    assert packages == set(LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path):
    mine = package_of(path)
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != "ikzctl" or len(parts) < 2 or parts[1] not in LEVEL or not mine:
            continue
        other = parts[1]
        assert other == mine or LEVEL[other] < LEVEL[mine], f"{path.name}:{line}: {mine} must not import {other}"


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if package_of(p) in {"model", "gitrepo", "library", "registry", "checks"}],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_findings_are_made_without_what_the_version_of_the_rules_leaves_out(path):
    for line, name in imports(path):
        parts = name.split(".")
        assert parts[0] != "ikzctl" or len(parts) < 2 or parts[1] not in _NO_PART, f"{path.name}:{line}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_has_one_home(path):
    for line, name in imports(path):
        top = name.split(".")[0]
        if top in HOMES:
            assert package_of(path) in HOMES[top], f"{path.name}:{line}: {top} belongs to {HOMES[top]}"


@pytest.mark.parametrize(
    "path", [p for p in MODULES if package_of(p) not in ("cli", "")], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_no_printing_and_no_clock_below_the_command_line(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called != "print", f"{path.name}:{node.lineno}: prints"
            clocks = {"date.today", "datetime.now", "datetime.utcnow", "datetime.today"}
            assert called not in clocks, f"{path.name}:{node.lineno}: reads the clock"


def test_functions_stay_short():
    lengths = [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}")
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = sorted(item for item in lengths if item[0] > 60)
    assert not long, long
    assert sum(n > 40 for n, _ in lengths) <= len(lengths) / 10
