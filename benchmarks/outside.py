"""Validators of others as yardsticks: fetched into a folder of their own, never part of the project's environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.process import ROOT, cost
from benchmarks.trial import NotThere
from ikzctl.model.kinds import place_of

SCHEMAS = ROOT / "schemas"
_SAMPLE = 100
# a kind with fewer files than this share is left out of the yardstick, which only makes it faster
_SHARE = 0.02


def check_jsonschema(bench: Bench) -> Path:
    """The program, installed from the package index into an environment of its own."""
    folder = bench.scratch / "check-jsonschema"
    program = folder / "bin" / "check-jsonschema"
    if not program.exists():
        print("installing check-jsonschema", file=sys.stderr)
        _fetch([sys.executable, "-m", "venv", "--without-pip", folder])
        _fetch(
            [
                sys.executable,
                "-m",
                "pip",
                "--python",
                folder / "bin" / "python",
                "install",
                "--quiet",
                "check-jsonschema",
            ]
        )
    return program


def _fetch(command: list[str | Path]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["nothing said"]
        raise NotThere(f"{Path(str(command[0])).name} {command[1]} failed: {last[0][:120]}")


def sample(bench: Bench) -> dict[str, tuple[list[Path], int]]:
    """Kind → some of its files, evenly chosen, and how many there are."""
    by_kind: dict[str, list[Path]] = {}
    for path in bench.sizes:
        place = place_of(path.relative_to(bench.registry).as_posix())
        if place is not None:
            by_kind.setdefault(place.kind.name, []).append(path)
    chosen = {}
    for kind, paths in by_kind.items():
        if len(paths) >= _SHARE * bench.files:
            step = max(1, len(paths) // _SAMPLE)
            chosen[kind] = (paths[::step][:_SAMPLE], len(paths))
    return chosen


def jsonschema_seconds(program: Path, chosen: dict[str, tuple[list[Path], int]]) -> float:
    """Seconds for all files of these kinds: one start, and per file what the sample took beyond one file."""
    total = start = 0.0
    for kind, (paths, count) in chosen.items():
        command: list[str | Path] = [program, "--schemafile", SCHEMAS / f"registry-{kind}.schema.json", "--no-cache"]
        start = cost([*command, paths[0]]).wall
        if len(paths) > 1:
            total += (cost([*command, *paths]).wall - start) / (len(paths) - 1) * count
    return total + start


def ajv(bench: Bench) -> list[str | Path]:
    """The command that validates the registry with ajv and js-yaml; NotThere without node or the packages."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotThere("node is not installed")
    folder = bench.scratch / "ajv"
    if not (folder / "node_modules" / "ajv").is_dir():
        print("installing ajv and js-yaml", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _fetch([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "ajv@8", "js-yaml@4"])
    return [node, ROOT / "benchmarks" / "ajv.mjs", folder, SCHEMAS, bench.registry]
