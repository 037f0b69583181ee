"""Real repositories for the tests, made by plain git with a configuration of our own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ikzctl.gitrepo.fence import Identity

KOORDINATION = Identity("Koordinierungsstelle IKZ", "ikz@vorderpfalz.example")
PARTNERS = {
    "registry/registry.yaml": b"format: 1\n",
    "registry/partners/speyer.yaml": b"name: Stadt Speyer\nsitz: Speyer\n",
    "registry/partners/frankenthal.yaml": b"name: Stadt Frankenthal (Pfalz)\n",
    "registry/tasks/kfz.yaml": b"name: Kfz-Zulassung\n",
    "notizen.txt": "Rückruf Kämmerei\n".encode(),
}


def plain_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def git(folder: Path, *args: str, stdin: bytes = b"", check: bool = True) -> str:
    """Plain git as a person would start it, without a personal configuration."""
    done = subprocess.run(
        ["git", "-c", "user.name=Person", "-c", "user.email=person@stadt.example", *args],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
        env=plain_environment(folder.parent),
    )
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def make_clone(folder: Path, files: Mapping[str, bytes] = PARTNERS, object_format: str = "sha1") -> str:
    """A work tree with one commit of `files`; its id."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", "--template=", f"--object-format={object_format}")
    for key, value in (("user.name", KOORDINATION.name), ("user.email", KOORDINATION.email)):
        git(folder, "config", key, value)
    put(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "Anfang")
    return git(folder, "rev-parse", "HEAD")
