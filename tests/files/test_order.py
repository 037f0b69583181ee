"""What reaches the disk before what: after a power cut at any moment the next command finds something that it can finish or undo."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

from tests.files.command_driver import ADD, environment, make_pattern, sample
from tests.files.fault_driver import NO_LIMIT

OWN = ".git/ikzctl"
TEMP = "registry/partners/TEMP"
# of all new objects; two may lie in one of them, as the id of the commit depends on the time
FOLDERS = ".git/objects/NN"
OBJECT = [("fsync", "OBJECT"), ("link", "OBJECT")]
EXPECTED = [
    # the new file, its three folders, the commit: each whole before it has its name, and the names before anything points to them
    *OBJECT * 5,
    ("fsync", ".git/objects"),
    ("fsync", ".git/objects/pack"),
    ("fsync", FOLDERS),
    # the journal
    ("fsync", f"{OWN}/journal.json.new"),
    ("rename", f"{OWN}/journal.json"),
    ("fsync", OWN),
    # git's lock on the index, so that nobody commits what follows: the new content and the new index, which are going to be renamed
    ("fsync", f"{OWN}/index.mark"),
    ("link", ".git/index.lock"),
    ("fsync", TEMP),
    ("link", f"{OWN}/index"),
    ("fsync", f"{OWN}/index.lock"),
    ("rename", f"{OWN}/index"),
    # the commit point
    ("fsync", ".git/refs/heads/main.lock"),
    ("rename", ".git/refs/heads/main"),
    ("fsync", ".git/refs/heads"),
    ("fsync", ".git/refs"),
    # the file, the index, the end of the journal
    ("rename", "registry/partners/worms.yaml"),
    ("fsync", "registry/partners"),
    ("rename", ".git/index"),
    ("fsync", ".git"),
    ("unlink", f"{OWN}/journal.json"),
    ("fsync", OWN),
]


def traced(library: Path, folder: Path) -> list[tuple[str, str]]:
    """The calls of `partner add` that bring something to the disk, give it its place, or end the journal."""
    control, trace = folder / "control", folder / "trace"
    control.write_bytes(struct.pack("5l", 0, NO_LIMIT, 1, 0, 0))
    make_pattern(folder / "p", sample())
    extra = {"LD_PRELOAD": str(library), "FAULT_CONTROL": str(control), "FAULT_TRACE": str(trace)}
    command = [sys.executable, "-B", "-m", "ikzctl", *ADD]
    subprocess.run(
        command,
        cwd=folder / "p/r",
        env=environment(folder / "p") | extra | {"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
    )
    root = f"{(folder / 'p/r').resolve()}/"
    found: list[tuple[str, str]] = []
    for line in trace.read_text(encoding="utf-8").splitlines():
        call, first, second = line.split("\t")
        place = (second or first).removeprefix(root)
        if place.startswith("/"):
            continue
        place = re.sub(r"^\.git/objects/../.+", "OBJECT", place)
        place = re.sub(r"^\.git/objects/[0-9a-f]{2}$", FOLDERS, place)
        if place == FOLDERS and found[-1:] == [(call, FOLDERS)]:
            continue
        place = re.sub(r"\.ikzctl-[0-9a-f]{8}-0\.tmp", "TEMP", place)
        if call in ("fsync", "rename", "link") or (call == "unlink" and place.endswith("journal.json")):
            found.append((call, place))
    return found


def test_contents_before_names_and_the_branch_before_the_files(library, quick_disk):
    assert traced(library, quick_disk) == EXPECTED
