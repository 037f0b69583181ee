"""Every command there is, in a registry that was handed over with everything that makes git start a program: none is started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ikzctl.cli.app import command
from tests.cli.program import Program, copied, digest, needs
from tests.gitrepo.hostile import ATTRIBUTES, Trap, bury, set_command_keys, set_hooks
from tools.command_reference import leaves

pytestmark = needs(sys.platform != "win32", "links and programs as on Unix")
# what stands for an argument of this name; a command that asks for something new needs a line here
WORDS = {
    "code": "IKZ-S001",
    "cooperation": "vergabestelle",
    "effective": "2029-12-31",
    "folder": "{new}",
    "from_day": "2027-08-01",
    "id": "worms",
    "key": "07316000",
    "kind": "partner",
    "old": "HEAD~1",
    "output_folder": "{new}",
    "partner": "alzey-worms",
    "reason": "Eigene Lösung",
}
# who wants to join is no member yet
JOINING = "speyer"
VARIANTS = ("rev", "working_tree", "new", "no_cache", "check", "dry_run", "abandon")
COMMANDS = dict(leaves(command()))


def calls(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The shortest call of the command, and one more for each way of working that it has."""
    plain: list[str] = [*path]
    options: dict[str, list[str]] = {}
    for parameter in COMMANDS[path].params:
        named = parameter.param_type_name == "argument"
        if parameter.required or parameter.name in ("cooperation", "folder", "output_folder"):
            word = JOINING if (path[-1], parameter.name) == ("join", "partner") else WORDS[parameter.name]
            plain += [word] if named else [parameter.opts[0], word]
        elif parameter.name == "yes":
            plain.append("--yes")
        elif parameter.name in VARIANTS:
            options[parameter.name] = _option(parameter, named)
    yield tuple(plain)
    for extra in options.values():
        yield (*plain, *extra)


def _option(parameter: Any, named: bool) -> list[str]:
    if named:
        return ["HEAD"]
    return [parameter.opts[0]] if parameter.is_flag else [parameter.opts[0], "HEAD"]


CALLS = [call for path in COMMANDS for call in calls(path)]
WRITING = [call for call in CALLS if "--yes" in call and "--dry-run" not in call]


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    return Trap(tmp_path_factory.mktemp("trap") / "t")


@pytest.fixture(scope="module")
def prepared(made_small: Path, home: Path, trap: Trap, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """All but the settings: hooks, attributes, a buried bare repository, replaced and grafted history, a submodule, a link."""
    program = Program(copied(made_small, tmp_path_factory.mktemp("hostile") / "r"), home)
    assert program("partner", "add", "--key", "07318000", "--yes").code == 0
    folder = program.folder
    (folder / ".gitattributes").write_bytes(ATTRIBUTES)
    (folder / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = ext::{trap.program}\n', encoding="utf-8")
    bury(folder / "registry/partners", trap)
    (folder / "registry/partners/link.yaml").symlink_to("/etc/passwd")
    program.git("add", "-A")
    first = program.git("rev-parse", "HEAD").strip()
    program.git("update-index", "--add", "--cacheinfo", f"160000,{first},x")
    program.git("commit", "-q", "-m", "Vorbereitet")
    head = program.git("rev-parse", "HEAD").strip()
    program.git("replace", head, first)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/grafts").write_text(f"{head} {first}\n", encoding="ascii")
    (folder / ".git/info/attributes").write_bytes(ATTRIBUTES)
    set_hooks(folder, trap)
    return program


@pytest.fixture(scope="module")
def hostile(prepared: Program, trap: Trap, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """All of that, and every setting that names a program; called from within the buried repository."""
    folder = copied(prepared.folder, tmp_path_factory.mktemp("settings") / "r")
    set_command_keys(folder, trap)
    return prepared.at(folder / "registry/partners")


def filled(call: tuple[str, ...], tmp_path: Path) -> tuple[str, ...]:
    return tuple(word.format(new=tmp_path / "neu") for word in call)


def test_plain_git_springs_the_trap(hostile: Program, trap: Trap):
    """Otherwise the tests below would prove nothing."""
    for folder in (hostile.folder, hostile.folder.parents[1]):
        subprocess.run(["git", "status"], cwd=folder, env=hostile.env, capture_output=True, check=False)
        assert trap.sprung
        trap.marker.unlink()


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_no_command_starts_a_program(hostile: Program, trap: Trap, tmp_path: Path, call: tuple[str, ...]):
    repository = hostile.folder.parents[1]
    before = digest(repository)
    done = hostile(*filled(call, tmp_path))
    assert not trap.sprung
    assert done.code in (0, 1, 2), done.text
    assert digest(repository) == before
    if call in WRITING or call[0] == "repair":
        assert done.code == 2
        assert "damit könnte git fremde Programme starten. Es wurde nichts geändert." in done.err


@pytest.mark.parametrize("call", WRITING, ids=" ".join)
def test_what_is_written_starts_none_either(prepared: Program, trap: Trap, tmp_path: Path, call: tuple[str, ...]):
    """Without the settings the fence lets a change through; hooks, filters and the buried repository still have no say."""
    program = prepared.at(copied(prepared.folder, tmp_path / "r"))
    done = program(*filled(call, tmp_path))
    assert not trap.sprung
    assert done.code == 0, done.text
    log = program.with_env(GIT_NO_REPLACE_OBJECTS="1", GIT_GRAFT_FILE="/dev/null").git("log", "--format=%s")
    assert log.splitlines()[1:3] == ["Vorbereitet", "Partner Stadt Speyer anlegen"]
