"""A folder that changes while it is read: what was a file when the names were listed is neither followed nor waited for."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from ikzctl.cli.system_faults import reason
from ikzctl.registry.sources import READ_LIMIT, WorkTree, folder_of, unknown_path
from tests.registry.texts import Overlay, Texts

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


FILES = (
    "registry.yaml",
    "README.md",
    "partners/speyer.yaml",
    "partners/Worms.yaml",
    "partners/con.yaml",
    "partners/notes.txt",
    "partners/inner/a.yaml",
    "partner/falsch.yaml",
    ".hidden/partners/a.yaml",
    "cooperations/lose.yaml",
    "cooperations/kfz/cooperation.yaml",
    "cooperations/kfz/agreement.yml",
    "cooperations/kfz/members/speyer.yaml",
    "cooperations/kfz/members/deep/worms.yaml",
    "cooperations/Groß/cooperation.yaml",
    "cooperations/wohngeld/costs.yaml",
    "cooperations/wohngeld/members/speyer.yaml",
    "elsewhere/b.yaml",
)
FOLDERS = sorted(
    {folder_of(name[:at]) for name in FILES for at in range(len(name) + 1)} | {"partners/../", "//", "no/"}
)


@pytest.fixture
def crooked(tmp_path: Path) -> Path:
    """A folder with files of the layout, and with what does not belong there."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"#\n")
    (tmp_path / "systems").symlink_to("partners")
    (tmp_path / "partners/link.yaml").symlink_to("speyer.yaml")
    (tmp_path / "cooperations/borrowed").symlink_to("kfz")
    (tmp_path / "cooperations/wohngeld/pools").symlink_to("../kfz/members")
    os.mkfifo(tmp_path / "tasks")
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links as on Unix")
def test_one_folder_holds_what_the_walk_through_all_finds_in_it(crooked):
    walked = WorkTree(crooked)
    paths = walked.paths()
    texts = Texts(dict.fromkeys(FILES, b""))
    changed = {"registry.yaml": None, "partners/neu.yaml": b"", "partners/Alt.yaml": b"", "tasks/neu.yaml": b""}
    overlay = Overlay(WorkTree(crooked), changed)
    for folder in FOLDERS:
        inside = {path for path in paths if folder_of(path) == folder}
        # asked first, and after others
        assert WorkTree(crooked).within(folder) == walked.within(folder) == inside, folder
        assert texts.within(folder) == {path for path in texts.paths() if folder_of(path) == folder}
        assert overlay.within(folder) == {path for path in overlay.paths() if folder_of(path) == folder}
    for name in (*FILES, "systems/speyer.yaml", "partners/link.yaml", "cooperations/wohngeld/pools/speyer.yaml"):
        assert WorkTree(crooked).has(name) == walked.has(name) == (name in paths), name
    assert len(paths) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links as on Unix")
def test_a_look_into_one_folder_opens_only_those_above_it(crooked):
    source = WorkTree(crooked)
    with mock.patch.object(os, "scandir", wraps=os.scandir) as opened:
        assert source.within("cooperations/kfz/members/") == {"cooperations/kfz/members/speyer.yaml"}
        assert source.has("cooperations/kfz/members/speyer.yaml")
        assert not source.has("cooperations/wohngeld/members/worms.yaml")
    seen = [Path(call.args[0]).relative_to(crooked).as_posix() for call in opened.call_args_list]
    assert seen == [
        ".",
        "cooperations",
        "cooperations/kfz",
        "cooperations/kfz/members",
        "cooperations/wohngeld",
        "cooperations/wohngeld/members",
    ]
    # what stands in the way is asked for by whoever misses something
    assert "partners/Worms.yaml" in {problem.pointer.file for problem in source.problems()}


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (
            "cooperations/neue-kfz.yaml",
            "IKZ-P001",
            "Eine Zusammenarbeit ist ein Ordner: cooperations/neue-kfz/cooperation.yaml",
        ),
        ("cooperations/kfz/cost.yaml", "IKZ-P001", "Meinten Sie „costs“?"),
        ("cooperations/kfz/xyz.yaml", "IKZ-P001", "des Registers"),
        ("cooperations/Kfz.yaml", "IKZ-P002", "der Dateiname „Kfz.yaml“ ist keine gültige Kennung"),
        ("cooperations/Kfz/members/a.yaml", "IKZ-P002", "der Ordnername „Kfz“ ist keine gültige Kennung"),
        ("partners/con.yaml", "IKZ-P002", "der Dateiname „con.yaml“ ist keine gültige Kennung"),
    ],
)
def test_only_what_is_no_valid_id_is_called_so(path, code, words):
    found = unknown_path(path)
    assert (found.code, words in found.message) == (code, True)
    assert ("Kennung" in found.message) == (code == "IKZ-P002")
