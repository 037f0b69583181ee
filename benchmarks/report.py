"""Results as a table to read and as JSON to compare."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any

from benchmarks.bench import Bench
from benchmarks.process import ROOT
from benchmarks.sizes import Size
from benchmarks.trial import Outcome, Spread

_PACKAGES = ("pydantic", "pydantic_core", "ruamel.yaml", "ruamel.yaml.clib", "typer", "GitPython")
_FACTOR = {"ms": 1000, "s": 1, "MiB": 1}


def surroundings(bench: Bench, size: Size) -> dict[str, Any]:
    """What numbers depend on: versions, machine, size of the registry."""
    versions = {"python": platform.python_version(), "git": _said("git", "--version").removeprefix("git version ")}
    for name in _PACKAGES:
        try:
            versions[name] = version_of(name)
        except PackageNotFoundError:
            versions[name] = "missing"
    if shutil.which("node"):
        versions["node"] = _said("node", "--version")
    return {
        "commit": _said("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "versions": versions,
        "size": asdict(size),
        "files": bench.files,
        "bytes": sum(bench.sizes.values()),
    }


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def as_json(around: dict[str, Any], outcomes: list[Outcome]) -> dict[str, Any]:
    rows = [{**asdict(outcome), "met": outcome.met} for outcome in outcomes]
    return {"format": "ikz-benchmarks/1", **around, "rows": rows}


def table(around: dict[str, Any], outcomes: list[Outcome]) -> str:
    """Markdown: medians, the spread in brackets behind them."""
    versions = ", ".join(f"{name} {version}" for name, version in around["versions"].items())
    lines = [
        f"{around['files']} files, {around['bytes'] / 1e6:.1f} MB; {around['machine']}; commit {around['commit']}; {versions}",
        "",
        "| row | work | against | ours | yardstick | ratio | reach | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(outcome) for outcome in outcomes)]) + "\n"


def _line(outcome: Outcome) -> str:
    cells = [outcome.name, outcome.work, outcome.against]
    if outcome.ours is None or outcome.yardstick is None or outcome.ratio is None:
        cells += ["–", "–", "–", f"≤ {_number(outcome.reach)}", outcome.skipped]
    else:
        met = "met" if outcome.met else "**missed**"
        remark = f"{met}; {outcome.remark}" if outcome.remark else met
        cells += [_amount(outcome.ours, outcome.unit), _amount(outcome.yardstick, outcome.unit)]
        cells += [_spread(outcome.ratio), f"≤ {_number(outcome.reach)}", remark]
    return "| " + " | ".join(cells) + " |"


def _amount(spread: Spread, unit: str) -> str:
    factor = _FACTOR[unit]
    return f"{_number(spread.median * factor)} {unit} ({_number(spread.low * factor)}–{_number(spread.high * factor)})"


def _spread(spread: Spread) -> str:
    return f"{_number(spread.median)} ({_number(spread.low)}–{_number(spread.high)})"


def _number(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
