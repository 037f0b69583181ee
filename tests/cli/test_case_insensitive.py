"""On a disk that takes Speyer.yaml and speyer.yaml for one file and refuses the names of devices, as Windows does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program, copied, needs

_PROGRAMS = ("mkntfs", "lowntfs-3g", "fusermount")
_FOUND = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") for name in _PROGRAMS}


def _mounted(image: Path, folder: Path) -> bool:
    if not all(_FOUND.values()):
        return False
    folder.mkdir()
    with image.open("wb") as stream:
        stream.truncate(24 << 20)
    steps = (
        ["mkntfs", "-F", "-Q", "-q", str(image)],
        ["lowntfs-3g", "-o", "ignore_case,windows_names,streams_interface=none", str(image), str(folder)],
    )
    return all(
        subprocess.run([str(_FOUND[name]), *rest], capture_output=True, check=False).returncode == 0
        for name, *rest in steps
    )


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("windows")
    folder = place / "disk"
    if not _mounted(place / "image", folder):
        pytest.skip(
            "no disk as on Windows: lowntfs-3g and mkntfs (package ntfs-3g), /dev/fuse and the right to mount are needed"
        )
    yield folder
    subprocess.run([str(_FOUND["fusermount"]), "-u", str(folder)], check=True)


@pytest.fixture(scope="module")
def program(disk: Path, made_small: Path, home: Path) -> Program:
    made = Program(copied(made_small, disk / "r"), home)
    # the disk knows no right to execute, and shows every name in small letters
    made.git("config", "core.filemode", "false")
    made.git("config", "core.ignorecase", "true")
    return made


pytestmark = needs(os.name == "posix", "mounting as on Unix")


def test_the_disk_is_like_that(disk: Path):
    (disk / "Speyer.yaml").write_bytes(b"x")
    assert (disk / "speyer.yaml").read_bytes() == b"x"
    with pytest.raises(OSError, match="Invalid argument"):
        (disk / "aux.yaml").write_bytes(b"x")


@pytest.mark.parametrize(
    "words",
    [("validate",), ("validate", "--rev", "HEAD"), ("status",), ("list", "partner"), ("fmt", "--check"), ("repair",)],
    ids=" ".join,
)
def test_reading_works(program: Program, words: tuple[str, ...]):
    done = program(*words)
    assert done.code == 0, done.text


def test_a_change_is_one_commit_and_nothing_else(program: Program):
    done = program("partner", "add", "--key", "07318000", "--yes")
    assert done.code == 0, done.text
    assert program.git("status", "--porcelain") == ""
    assert program.git("show", "--format=", "--name-only", "HEAD") == "registry/partners/speyer.yaml\n"
    assert program.git("fsck", "--strict") == ""
    assert program("validate").code == 0


def test_an_id_that_windows_refuses_is_refused_before_anything_is_done(program: Program):
    before = program.git("rev-parse", "HEAD")
    for id in ("con", "aux", "lpt1"):
        done = program("partner", "add", "--key", "07316000", "--id", id, "--yes")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("Fehler: ")
    assert program.git("rev-parse", "HEAD") == before
    assert program.git("status", "--porcelain") == ""
