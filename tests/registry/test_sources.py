"""A folder that changes while it is read: what was a file when the names were listed is neither followed nor waited for."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.cli.system_faults import reason
from ikzctl.model.kinds import place_of
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


# names in which the sign after the common part comes before and after "/" and "."
_NAMES = ("a", "a-b", "a-", "a0", "a-b-c", "ab", "b")


@given(
    st.sets(
        st.builds("partners/{}.yaml".format, st.sampled_from(_NAMES))
        | st.builds("cooperations/{}/cooperation.yaml".format, st.sampled_from(_NAMES))
        | st.builds(
            "cooperations/{}/{}.yaml".format, st.sampled_from(_NAMES), st.sampled_from(["agreement", "costs", "x"])
        )
        | st.builds("cooperations/{}/members/{}.yaml".format, st.sampled_from(_NAMES), st.sampled_from(_NAMES))
        | st.sampled_from(
            ["registry.yaml", "security/a.yaml", "tasks/a.yaml", ".hidden", "README.md", "cooperations/ä/costs.yaml"]
        )
    )
)
def test_files_are_met_in_the_order_of_their_paths(tmp_path_factory: pytest.TempPathFactory, paths: set[str]):
    root = tmp_path_factory.mktemp("r")
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    expected = tuple(sorted(path for path in paths if place_of(path)))
    met: list[str] = []
    assert WorkTree(root).paths(met.append) == expected
    assert met == list(expected)
    met.clear()

    def changed(path: str) -> bool:
        met.append(path)
        return True

    tree = WorkTree(root)
    assert WorkTree(root).stamps(0, changed, in_order=False) == tree.stamps()
    assert met == list(reversed(expected))
    met.clear()
    stamps = tree.stamps(0, changed)
    assert tuple(line.split("\t")[0] for line in stamps) == tree.paths() == tuple(met) == expected
    tree.paths(met.append)
    assert tuple(met) == expected
