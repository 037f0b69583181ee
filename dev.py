#!/usr/bin/env python3
"""Set up everything in a fresh checkout and run one of the two jobs: `python3 dev.py demo` or `python3 dev.py test`.

Needs Python 3.11 or newer, pip and git, nothing else. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
USAGE = "usage: python3 dev.py demo [FOLDER] | test [PYTEST ARGUMENTS] | setup"


def run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def make_venv() -> None:
    """A virtual environment; where ensurepip is not installed (Debian splits it off), the running pip fills it."""
    if PYTHON.exists():
        return
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        run(sys.executable, "-m", "venv", "--without-pip", VENV)


def pip(*arguments: str | Path) -> None:
    has_own = subprocess.run([str(PYTHON), "-c", "import pip"], check=False, capture_output=True).returncode == 0
    starter = [PYTHON, "-m", "pip"] if has_own else [sys.executable, "-m", "pip", "--python", PYTHON]
    run(*starter, *arguments, "--quiet", "--disable-pip-version-check")


def install(lock: str) -> None:
    """Exactly the locked versions, each compared with its hash; nothing is done if they are installed already."""
    stamp = VENV / f".installed-{lock}"
    wanted = (ROOT / lock).read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    print(f"Einrichten in {VENV.name} nach {lock} …", file=sys.stderr)
    pip("install", "--require-hashes", "-r", ROOT / lock)
    pip("install", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.write_bytes(wanted)


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  the message is for those who start it with an older one
        sys.exit("ikzctl needs Python 3.11 or newer")
    job, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if job not in ("demo", "test", "setup"):
        sys.exit(USAGE)
    make_venv()
    install("requirements-dev.lock" if job in ("test", "setup") else "requirements.lock")
    if job == "demo":
        run(PYTHON, "-m", "ikzctl", "demo", *(rest or ["demo"]))
        activate = r".venv\Scripts\activate" if os.name == "nt" else "source .venv/bin/activate"
        print(f"\nDamit das Fenster den Befehl ikzctl kennt, zuvor einmal in diesem Ordner:  {activate}")
    elif job == "test":
        # all cores for the whole suite; a chosen part starts quicker without
        run(PYTHON, "-m", "pytest", *(rest or ["-n", "auto", "--dist", "worksteal"]), cwd=ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
