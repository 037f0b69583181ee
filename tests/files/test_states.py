"""Commands, hands and crashes in any order: a change is whole, nothing that a person wrote gets lost, the plan is the effect."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.gitrepo.repos import plain_environment

KINDS = (
    "impossible",
    "unsaved work in the way",
    "done as planned",
    "struck, old",
    "struck, new",
    "committed by hand",
    "merged by hand",
)
PROJECT = Path(__file__).parents[2]


def explore(library: Path, folder: Path, examples: int, length: int) -> Counter[str]:
    (folder / "control").write_bytes(bytes(40))
    extra = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(folder / "control"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.files.state_machine", str(folder), str(examples), str(length)],
        cwd=PROJECT,
        env=plain_environment(folder) | extra,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return Counter(json.loads(done.stdout.splitlines()[-1]))


def test_a_few_stories(library, quick_disk):
    seen = explore(library, quick_disk, 5, 8)
    assert seen["done as planned"] > 0
    assert seen["struck, old"] + seen["struck, new"] > 0


@pytest.mark.slow
def test_many_long_stories(library, quick_disk):
    seen = explore(library, quick_disk, 40, 25)
    assert min(seen[kind] for kind in KINDS) > 0, seen
