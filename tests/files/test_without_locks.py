"""A share without locks, second names and order for folders: one writer at a time all the same, and nobody undoes another's work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.gitrepo.repos import git

PROJECT = Path(__file__).parents[2]
# takes the lock as a writing command does and dies with it
DIES = (
    "import os, sys\nfrom pathlib import Path\nfrom ikzctl.files.lock import write_lock\n"
    "with write_lock(Path(sys.argv[1]), 'ikzctl cooperation join kfz speyer'):\n    os.kill(os.getpid(), 9)\n"
)
JOIN = (
    "cooperation",
    "join",
    "adoption-vorderpfalz",
    "bad-duerkheim",
    "--from",
    "2025-09-01",
    "--yes",
    "--as-of",
    "2025-08-01",
)


@pytest.fixture
def program(without_locks, tmp_path):
    (tmp_path / "home").mkdir()
    person = {"GIT_AUTHOR_NAME": "P", "GIT_AUTHOR_EMAIL": "p@stadt.example"}
    committer = {"GIT_COMMITTER_NAME": "P", "GIT_COMMITTER_EMAIL": "p@stadt.example"}
    run = Program(tmp_path, tmp_path / "home", {"LD_PRELOAD": str(without_locks), **person, **committer})
    assert run("demo", "demo").code == 0
    return run.at(tmp_path / "demo")


def own(program: Program) -> Path:
    return program.folder / ".git" / "ikzctl"


def test_a_change_is_made_and_leaves_no_lock(program):
    before = git(program.folder, "rev-parse", "HEAD")
    done = program(*JOIN)
    assert done.code == 0, done.text
    assert git(program.folder, "rev-parse", "HEAD^") == before
    assert git(program.folder, "status", "--porcelain") == ""
    assert {path.name for path in own(program).iterdir()} <= {"lock"}


def test_whoever_dies_leaves_a_lock_that_only_people_remove(program):
    command = [sys.executable, "-c", DIES, str(own(program))]
    own(program).mkdir(exist_ok=True)
    subprocess.run(command, cwd=PROJECT, env=program.env, check=False)
    lock = own(program) / "lock.alone"
    assert lock.exists()
    before = git(program.folder, "rev-parse", "HEAD")
    for refused in (program(*JOIN), program("repair")):
        assert refused.code == 2
        assert "„ikzctl cooperation join kfz speyer“" in refused.err
        assert "lässt sich das nicht unterscheiden" in refused.err
        assert str(lock) in refused.err
    assert git(program.folder, "rev-parse", "HEAD") == before
    lock.unlink()
    assert program(*JOIN).code == 0


def test_two_at_once_take_turns(program):
    keys = {"trier": "07211000", "koblenz": "07111000"}
    running = [
        subprocess.Popen(
            program.command(("partner", "add", "--key", key, "--id", id, "--yes")),
            cwd=program.folder,
            env=program.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for id, key in keys.items()
    ]
    said = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert git(program.folder, "status", "--porcelain") == ""
    assert git(program.folder, "fsck", "--strict", "--no-dangling") == ""
    assert all((program.folder / "registry" / "partners" / f"{id}.yaml").exists() for id in keys)


def test_what_another_init_may_be_at_is_left_alone(program, tmp_path):
    half = tmp_path / "neu" / ".ikzctl-neu" / "halb"
    half.mkdir(parents=True)
    (half / "etwas").write_text("x", encoding="utf-8")
    refused = program.at(tmp_path)("init", "neu")
    assert refused.code == 2
    assert "ob noch ein Aufruf daran schreibt" in refused.err
    assert (half / "etwas").exists()


def test_a_pipe_in_the_place_of_the_lock_is_not_waited_for(program):
    own(program).mkdir(exist_ok=True)
    os.mkfifo(own(program) / "lock.alone")
    refused = program(*JOIN)
    assert refused.code == 2
    assert "ein anderer Aufruf von ikzctl" in refused.err
