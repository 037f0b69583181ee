"""git's folders: looked up, changed and written as git itself would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikzctl.gitrepo.objects import object_id
from ikzctl.gitrepo.process import run
from ikzctl.gitrepo.repository import require_repository
from ikzctl.gitrepo.trees import Folder, Node, has_plain_names
from tests.gitrepo.repos import git, make_clone

OID = "ab" * 20
# an id that looks like the start of further lines
TRAP = b"40000 x\x00100644 y\x00zzz".ljust(20, b"z").hex()


def line(mode, name, oid=OID):
    return f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid)


@pytest.fixture
def mixed(tmp_path):
    """The bytes of a folder whose files and folders sort differently, and its id."""
    files = {"a": b"1", "a.b": b"2", "a-b": b"3", "a0": b"4", "b/c": b"5", "b.c": b"6", "b-c": b"7", "b0": b"8"}
    make_clone(tmp_path / "clone", files)
    tree = git(tmp_path / "clone", "rev-parse", "HEAD^{tree}")
    raw = run(["cat-file", "tree", tree], require_repository(tmp_path / "clone").place).out
    return raw, tree, git(tmp_path / "clone", "rev-parse", "HEAD:b")


def test_a_folder_is_sorted_as_git_sorts_it(mixed):
    raw, tree, below = mixed
    folder = Folder.parse(raw, "sha1")
    assert folder.get(b"b") == Node("40000", below)
    names = [entry.partition(b"\0")[0].partition(b" ")[2] for entry in folder._lines]
    again = Folder()
    for name in sorted(names, reverse=True):
        again.put(name, folder.get(name))
    assert object_id("tree", again.data, "sha1") == tree


@pytest.mark.parametrize(
    "data",
    [
        line("100644", "a")[:-1],
        line("100644", "a") + b"1",
        line("100644", "b") + line("100644", "a"),
        line("100644", "a") + line("100644", "a"),
        line("100644", "a") + line("100644", "a.b") + line("40000", "a"),
        line("40000", "a") + line("100644", "a.b"),
        line("100644", "a/b"),
        line("100644", ""),
        line("040000", "a"),
        line("10", "a"),
        b"\0" * 21,
    ],
)
def test_what_git_would_not_write_is_no_folder(data):
    with pytest.raises(ValueError, match=r"cut off|out of order"):
        Folder.parse(data, "sha1")


def test_an_id_that_looks_like_a_line_is_none():
    folder = Folder.parse(line("100644", "a", TRAP) + line("100644", "b"), "sha1")
    assert (len(folder), folder.get(b"a"), folder.get(b"x"), folder.get(b"y")) == (2, Node("100644", TRAP), None, None)


names = st.text("ab.-0", min_size=1, max_size=4).map(str.encode)
nodes = st.builds(Node, st.sampled_from(["100644", "40000"]), st.binary(min_size=20, max_size=20).map(bytes.hex))


@given(st.dictionaries(names, nodes, max_size=12), st.lists(st.tuples(names, st.none() | nodes), max_size=12))
def test_a_folder_behaves_like_a_table_of_names(start, changes):
    folder, table = Folder(), dict(start)
    for name, node in start.items():
        folder.put(name, node)
    for name, node in changes:
        folder.put(name, node)
        table[name] = node
    table = {name: node for name, node in table.items() if node}
    read = Folder.parse(folder.data, "sha1")
    assert {name: read.get(name) for name in table} == table
    assert len(read) == len(table)


@pytest.mark.parametrize(
    ("mode", "name", "plain"),
    [
        ("100644", "a.yaml", True),
        ("40000", "a-b_c.d", True),
        ("100644", ".gitmodules", False),
        ("100644", ".gitattributes", False),
        ("100644", "git~1", False),
        ("100644", "A", False),
        ("100644", "a\u200cb", False),
        ("120000", "a", False),
        ("160000", "a", False),
        ("100755", "a", False),
    ],
)
def test_only_files_and_folders_without_a_meaning_for_git_are_plain(mode, name, plain):
    assert has_plain_names(line("100644", "0") + line(mode, name) + line("100644", "zz"), "sha1") is plain
    assert has_plain_names(b"", "sha256")
