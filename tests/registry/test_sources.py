"""A folder that changes while it is read: what was a file when the names were listed is neither followed nor waited for."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.cli.system_faults import reason
from ikzctl.registry.sources import READ_LIMIT, WorkTree

OTHER = ("partners/worms.yaml", b"id: worms\n")
CHANGING = "partners/speyer.yaml"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind(str(path))


SWAPS: list[tuple[str, Callable[[Path], object], str]] = [
    ("gone", lambda path: None, "es gibt sie nicht mehr"),
    ("pipe", os.mkfifo, "es ist keine gewöhnliche Datei"),
    ("socket", _socket, "es ist keine gewöhnliche Datei"),
    ("link", lambda path: path.symlink_to("worms.yaml"), "es ist eine symbolische Verknüpfung"),
    ("link-to-a-device", lambda path: path.symlink_to("/dev/zero"), "es ist eine symbolische Verknüpfung"),
    ("loop", lambda path: path.symlink_to(path.name), "es ist eine symbolische Verknüpfung"),
    ("folder", lambda path: path.mkdir(), "es ist ein Ordner"),
]


@pytest.fixture
def tree(tmp_path, monkeypatch) -> WorkTree:
    """Two files, listed but not yet read."""
    # names of sockets are short
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partners").mkdir()
    (tmp_path / CHANGING).write_bytes(b"id: speyer\n")
    (tmp_path / OTHER[0]).write_bytes(OTHER[1])
    source = WorkTree(Path())
    assert source.paths() == (CHANGING, OTHER[0])
    return source


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and links as on Unix")
@pytest.mark.parametrize(("swap", "why"), [case[1:] for case in SWAPS], ids=[case[0] for case in SWAPS])
def test_what_takes_the_place_of_a_file_is_named_and_the_rest_is_read(tree, swap, why):
    Path(CHANGING).unlink()
    swap(Path(CHANGING))
    assert dict(tree.read_many(tree.paths())) == dict([OTHER])
    (finding,) = tree.problems()
    assert (finding.code, finding.pointer.file) == ("IKZ-P004", CHANGING)
    assert finding.message == f"die Datei kann nicht gelesen werden ({why})"
    with pytest.raises(OSError) as refused:
        tree.read(CHANGING)
    assert CHANGING in str(reason(refused.value))


def test_a_huge_file_is_cut_where_the_reader_refuses_it(tree):
    with Path(CHANGING).open("wb") as stream:
        stream.truncate(1 << 40)
    assert len(tree.read(CHANGING)) == READ_LIMIT
