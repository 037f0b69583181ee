"""Kill, Ctrl-C, full disk and I/O error at the calls that change the disk: a change happens wholly or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files.fault_driver import MODES, Report
from tests.gitrepo.repos import plain_environment

PROJECT = Path(__file__).parents[2]


def strike(library: Path, folder: Path, scenario: str, step: int) -> Report:
    control = folder / "control"
    control.write_bytes(bytes(40))
    extra = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(control), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.files.fault_driver", scenario, str(folder), str(step)],
        cwd=PROJECT,
        env=plain_environment(folder) | extra,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    report: Report = json.loads(done.stdout)
    return report


def assert_every_law_kept(report: Report) -> None:
    assert report["bad"] == []
    assert set(report["seen"]) == set(MODES)
    for mode, counts in report["seen"].items():
        # a fault that never strikes, or only on one side of the commit point, would prove nothing
        # (one call more or less: the folder for an object may be there already, as its name depends on the time)
        assert counts["struck"] >= counts["points"] - 2 > 0, mode
        assert counts["old"] > 0, mode
        assert counts["new"] > 0, mode


def test_faults_at_every_fifth_call_of_a_change(library, quick_disk):
    report = strike(library, quick_disk, "change", 5)
    assert report["calls"] > 100
    assert_every_law_kept(report)


def test_faults_at_every_50th_call_of_a_recovery(library, quick_disk):
    assert_every_law_kept(strike(library, quick_disk, "repair", 50))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["change", "repair"])
def test_faults_at_each_call(library, quick_disk, scenario):
    report = strike(library, quick_disk, scenario, 1)
    assert_every_law_kept(report)
    assert sum(counts["points"] for counts in report["seen"].values()) == len(MODES) * report["calls"]
