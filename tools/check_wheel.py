"""Build the wheel twice, compare the bytes, install it into a fresh environment and run the main job far from the checkout."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")


def build(folder: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheels = [build(folder / "a"), build(folder / "b")]
        digests = {hashlib.sha256(w.read_bytes()).hexdigest() for w in wheels}
        if len(digests) != 1:
            sys.exit("two builds of the wheel differ")
        python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
        run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock")
        run(*pip, "--no-deps", wheels[0])
        away = folder / "away"
        away.mkdir()
        run(python, "-m", "ikzctl", "demo", "beispiel", cwd=away)
        made = sorted(p.relative_to(away).as_posix() for p in (away / "beispiel" / "out").rglob("*") if p.is_file())
        if not any(p.endswith(".docx") for p in made) or not any(p.endswith(".json") for p in made):
            sys.exit(f"the wheel's demo made no documents: {made}")
        print(f"wheel {wheels[0].name}: same bytes twice, demo made {len(made)} files")


if __name__ == "__main__":
    main()
