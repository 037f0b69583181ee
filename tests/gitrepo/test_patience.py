"""How long git is waited for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.gitrepo import catfile
from ikzctl.gitrepo.process import GitError, Place, run
from tests.gitrepo.repos import git, make_clone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and scripts as on Unix")
PROJECT = Path(__file__).parents[2]
LARGE = 3_000_000
BEGIN = "import sys\nfrom pathlib import Path\nfrom ikzctl.gitrepo import catfile, process\nplace = process.Place(Path(sys.argv[1]))\n"
ASKING = {
    "once": "print(len(process.run(['cat-file', 'blob', sys.argv[2]], place, seconds=0.5).out))\n",
    "talking": "catfile.QUICK = 0.5\nwith catfile.CatFile(place) as git:\n    print(len(git.get(sys.argv[2]).data))\n",
}


def _talk(place: Place) -> None:
    with catfile.CatFile(place) as objects:
        objects.get("HEAD")


def git_that(folder: Path, does: str) -> str:
    """A search path on which such a git comes first; `$real` is the true one."""
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\nreal={shutil.which('git')}\n{does}\n", encoding="utf-8")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
def test_while_we_are_stopped_git_is_not_silent(tmp_path: Path, ask: str):
    """Ctrl-Z, and `fg` much later: git has long had its answer ready, and could not even hand it over."""
    make_clone(tmp_path / "clone", {"a": b"x" * LARGE})
    begun = tmp_path / "begun"
    path = git_that(tmp_path / "bin", f'touch {begun}\nsleep 0.2\nexec $real "$@"')
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            BEGIN + ask,
            str(tmp_path / "clone/.git"),
            git(tmp_path / "clone", "rev-parse", "HEAD:a"),
        ],
        cwd=PROJECT,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not begun.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.2)
    process.send_signal(signal.SIGCONT)
    assert process.communicate() == (f"{LARGE}\n", "")


@pytest.mark.parametrize("act", [lambda place: run(["version"], place, seconds=0.3), _talk], ids=ASKING)
def test_a_script_in_the_place_of_git_does_not_hold_us_with_what_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Place], object]
):
    make_clone(tmp_path / "clone")
    monkeypatch.setattr(catfile, "QUICK", 0.3)
    monkeypatch.setenv("PATH", git_that(tmp_path / "bin", 'sleep 30\n$real "$@"'))
    started = time.monotonic()
    with pytest.raises(GitError, match="nicht rechtzeitig geantwortet"):
        act(Place(tmp_path / "clone/.git"))
    assert time.monotonic() - started < 15
