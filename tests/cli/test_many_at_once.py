"""Many people save at once: every command makes its commit, none is lost, and nobody has to start one twice."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from ikzctl.library.municipalities import everything
from tests.cli.program import Program
from tests.gitrepo.repos import git

# one after the other, as a person would
ONE_PERSON = """
import subprocess, sys
for key in sys.argv[1:]:
    command = [sys.executable, "-m", "ikzctl", "partner", "add", "--key", key, "--id", f"p{key}", "--yes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{key}: {done.returncode} {done.stdout} {done.stderr}")
"""


def save_together(program: Program, people: int, each: int) -> None:
    keys = [one.key for one in islice(everything(), 100, 100 + people * each)]
    before = git(program.folder, "rev-parse", "HEAD")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_PERSON, *keys[number::people]],
            cwd=program.folder,
            env=program.env,
            stderr=subprocess.PIPE,
        )
        for number in range(people)
    ]
    said = [process.communicate()[1].decode() for process in running]
    assert said == [""] * people
    assert int(git(program.folder, "rev-list", "--count", f"{before}..HEAD")) == people * each
    assert {path.stem for path in Path(program.folder, "registry/partners").glob("p*.yaml")} >= {
        f"p{key}" for key in keys
    }
    assert git(program.folder, "status", "--porcelain") == ""
    assert git(program.folder, "fsck", "--strict", "--no-dangling") == ""
    assert program("validate").code in (0, 1)


def test_four_people_save_three_partners_each(small: Program):
    save_together(small, 4, 3)


@pytest.mark.slow
def test_eight_people_save_forty_partners_each(small: Program):
    save_together(small, 8, 40)


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("partner add", ("--key", "07315000")),
        ("cooperation join", ("vergabestelle", "mainz", "--from", "2030-01-01")),
        ("cooperation leave", ("vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "Geheim")),
    ],
)
def test_those_who_wait_are_told_which_command_they_wait_for(small: Program, command: str, given: tuple[str, ...]):
    if "mainz" in given:
        assert small("partner", "add", "--key", "07315000", "--yes").code == 0
    assert small(*command.split(), *given, "--yes").code == 0
    holder = json.loads((small.folder / ".git/ikzctl/lock").read_text())
    assert holder["command"] == f"ikzctl {command}"
