"""Kill, Ctrl-C, full disk and I/O error at the calls of every command that writes anything, as the user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files.command_driver import KILL, NAMES, CaseReport
from tests.files.fault_driver import MODES
from tests.gitrepo.repos import plain_environment

PROJECT = Path(__file__).parents[2]
# as many calls as this, spread over the command, each with the next mode; commands with several hundred calls get fewer of them
GATE = (
    {"add": 21, "leave": 7, "repair-late": 7, "repair-early": 7, "join": 3},
    {"fmt": 7, "fmt-late": 3, "validate": 4, "validate-warm": 4, "validate-rev": 4, "clear": 3, "completion": 3},
    {"draft": 7, "manifest": 7, "init": 14, "init-empty": 3, "demo": 1},
)


def strike(library: Path, folder: Path, wanted: dict[str, int], start: str = "fork") -> dict[str, CaseReport]:
    """What the driver found; 0 wants every call in every mode."""
    control = folder / "control"
    control.write_bytes(bytes(40))
    extra = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(control), "PYTHONDONTWRITEBYTECODE": "1"}
    cases = [f"{name}:{count}" for name, count in wanted.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.files.command_driver", str(folder), start, *cases],
        cwd=PROJECT,
        env={k: v for k, v in plain_environment(folder).items() if k != "XDG_CONFIG_HOME"} | extra,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(line) for line in done.stdout.splitlines())


def assert_every_law_kept(reports: dict[str, CaseReport]) -> None:
    assert {name: report["bad"] for name, report in reports.items() if report["bad"]} == {}
    for name, report in reports.items():
        struck, all_points = (sum(counts[key] for counts in report["modes"].values()) for key in ("struck", "points"))
        # a fault that never strikes would prove nothing; the number of calls differs by one or two from run to run, because the
        # folder for an object may be there already
        assert struck >= all_points - max(2, all_points // 100), name


@pytest.mark.parametrize("wanted", GATE, ids=["commits", "files", "folders"])
def test_faults_at_calls_of_every_command(library, quick_disk, wanted):
    reports = strike(library, quick_disk, wanted)
    assert set(reports) == set(wanted)
    assert_every_law_kept(reports)
    for name, count in wanted.items():
        if count >= len(MODES):
            assert set(reports[name]["modes"]) == set(MODES), name


def test_every_command_that_writes_is_among_them():
    assert {name for group in GATE for name in group} == set(NAMES)


def test_a_program_of_its_own_makes_the_same_calls(library, quick_disk):
    """The driver forks; that must not be another command than the one that a user starts."""
    reports = strike(library, quick_disk, {"add": 3, "manifest": 1}, "real")
    assert_every_law_kept(reports)
    for report in reports.values():
        assert abs(report["calls"] - report["real_calls"]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name != "demo"])
def test_faults_at_each_call_of_every_command(library, quick_disk, name):
    """`demo` makes some three thousand calls in as many seconds; they are those of the other commands, over and over."""
    report = strike(library, quick_disk, {name: 0})[name]
    assert_every_law_kept({name: report})
    assert sum(counts["points"] for counts in report["modes"].values()) == len(MODES) * report["calls"]
    assert abs(report["calls"] - report["real_calls"]) <= 2
    if name not in ("validate", "validate-warm", "completion", "clear"):
        # whoever is killed has not done it; at the very end the kill may come too late
        killed = report["modes"][KILL[0]]
        assert killed["done"] <= killed["points"] - killed["struck"]


@pytest.mark.slow
def test_faults_at_a_hundred_calls_of_the_demo(library, quick_disk):
    assert_every_law_kept(strike(library, quick_disk, {"demo": 100}))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["add", "fmt", "draft", "manifest", "init"])
def test_faults_in_a_program_of_its_own(library, quick_disk, name):
    assert_every_law_kept(strike(library, quick_disk, {name: 70}, "real"))
