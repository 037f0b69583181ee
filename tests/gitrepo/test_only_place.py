"""git is started in one place, and GitPython reads what we write without being part of it."""

from __future__ import annotations

import ast
from pathlib import Path

import git as gitpython
import pytest

from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.repository import require_repository
from ikzctl.model.changes import FileWrite
from tests.gitrepo.repos import make_clone

PACKAGE = Path(__file__).parents[2] / "ikzctl"
STARTER = PACKAGE / "gitrepo" / "process.py"
MODULES = sorted(PACKAGE.rglob("*.py"))
STARTS = {
    "Popen",
    "run",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "system",
    "popen",
    "create_subprocess_exec",
    "spawn",
    "posix_spawn",
}
# of GitPython: runs hooks, overwrites branches, or runs programs that a registry names
FORBIDDEN = {
    "is_dirty",
    "clone_from",
    "config_writer",
    "expand_vars",
    "untracked_files",
    "Submodule",
    "Remote",
    "clone_to",
}


def calls(path: Path) -> list[tuple[int, str, str]]:
    """Line, the name called, and the whole call as text."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found.append((node.lineno, name, ast.unparse(node)))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_else_starts_git(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert not {"git", "pygit2", "dulwich"} & {name.split(".")[0] for name in imported}
    if path == STARTER:
        return
    if path.is_relative_to(PACKAGE / "gitrepo") or path.is_relative_to(PACKAGE / "files"):
        assert not any(
            text.startswith(("subprocess.Popen(", "subprocess.run(", "os.")) and name in STARTS
            for _, name, text in calls(path)
        )
    if "subprocess" in imported:
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not {word for word in words if word == "git" or word.startswith("git ")}
    for line, name, text in calls(path):
        assert not (name in ("system", "popen") and text.startswith("os.")), f"{path.name}:{line}"


def test_the_starter_starts_once():
    started = [line for line, name, text in calls(STARTER) if text.startswith("subprocess.") and name in STARTS]
    assert len(started) == 1
    assert "shell=" not in STARTER.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_gitpython_does_wrong_is_not_used(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {
        keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords if keyword.arg
    }
    assert not used & FORBIDDEN


def test_another_implementation_reads_our_commits(tmp_path):
    base = make_clone(tmp_path / "clone")
    repo = require_repository(tmp_path / "clone" / "registry")
    names = [f"partners/p{number:03}.yaml" for number in range(150)]
    # below and above the limit from which new objects stay together as one pack
    for part in (names[:3], names[3:]):
        writes = [FileWrite(name, f"name: {name} ä\n".encode()) for name in part]
        base = str(commit_changes(repo, writes, "Beitritt Wörth", base=base).commit)
    with gitpython.Repo(tmp_path / "clone") as other:
        commit = other.commit(base)
        assert commit.message == "Beitritt Wörth\n"
        assert (commit.author.name, commit.author.email) == ("Koordinierungsstelle IKZ", "ikz@vorderpfalz.example")
        folder = commit.tree / "registry" / "partners"
        found = {f"partners/{blob.name}": blob.data_stream.read() for blob in folder.blobs}
    assert {name: found[name] for name in names} == {name: f"name: {name} ä\n".encode() for name in names}
