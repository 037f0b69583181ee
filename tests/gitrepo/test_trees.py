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
    return tmp_path / "clone", raw, tree


def test_a_folder_is_sorted_as_git_sorts_it(mixed):
    clone, raw, tree = mixed
    folder = Folder.parse(raw, "sha1")
    assert folder.get(b"b") == Node("40000", git(clone, "rev-parse", "HEAD:b"))
    names = git(clone, "ls-tree", "--name-only", tree).encode().split()
    entries = {name: folder.get(name) for name in reversed(names)}
    assert object_id("tree", Folder("sha1").changed(entries).data, "sha1") == tree
    one_by_one = Folder("sha1")
    for name, node in entries.items():
        one_by_one = one_by_one.changed({name: node})
    assert object_id("tree", one_by_one.data, "sha1") == tree


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
        line("010", "a"),
        line("0", "a"),
        line("", "a"),
        line("0100664", "b") + line("40000", "a"),
        line("100664", "a") + line("100644", "b")[:-1],
        line("10", "a"),
        b"\0" * 21,
    ],
)
def test_what_git_would_not_write_is_no_folder(data):
    with pytest.raises(ValueError, match=r"cut off|out of order"):
        Folder.parse(data, "sha1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("040000", "40000"),
        ("100664", "100644"),
        ("0100600", "100644"),
        ("100775", "100755"),
        ("120777", "120000"),
        ("0160000", "160000"),
    ],
)
def test_a_mode_of_long_ago_is_read_as_git_reads_it(tmp_path, old, new):
    data = line("100644", "a") + line(old, "b", TRAP) + line("040000", "c", TRAP)
    folder = Folder.parse(data, "sha1")
    assert folder.data == line("100644", "a") + line(new, "b", TRAP) + line("40000", "c", TRAP)
    assert (folder.get(b"b"), folder.get(b"c")) == (Node(new, TRAP), Node("40000", TRAP))
    make_clone(tmp_path / "clone", {"a": b"1"})
    place = require_repository(tmp_path / "clone").place
    tree = run(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], place, stdin=data).out.decode().strip()
    assert git(tmp_path / "clone", "ls-tree", tree).splitlines()[1].split()[0] == new.rjust(6, "0")


def test_an_id_that_looks_like_a_line_is_none():
    folder = Folder.parse(line("100644", "a", TRAP) + line("100644", "b"), "sha1")
    assert (len(folder), folder.get(b"a"), folder.get(b"x"), folder.get(b"y")) == (2, Node("100644", TRAP), None, None)


names = st.text("ab.-0", min_size=1, max_size=4).map(str.encode)
modes = st.sampled_from(["100644", "40000"])
FORMATS = {"sha1": 20, "sha256": 32}


def nodes(width, modes=modes):
    return st.builds(Node, modes, st.binary(min_size=width, max_size=width).map(bytes.hex))


def as_git_would(table):
    """The bytes of a folder, made line by line."""
    order = sorted(table, key=lambda name: name + b"/" if table[name].mode == "40000" else name)
    lines = (b"%s %s\0%s" % (table[n].mode.encode(), n, bytes.fromhex(table[n].oid)) for n in order)
    return b"".join(lines)


@pytest.mark.parametrize("used", FORMATS)
@given(data=st.data())
def test_a_folder_behaves_like_a_table_of_names(used, data):
    # of one kind, as large folders are, or of several
    kinds = data.draw(st.sampled_from([modes, st.just("100644"), st.just("40000"), modes | st.just("120000")]))
    some = nodes(FORMATS[used], kinds)
    table = data.draw(st.dictionaries(names, some, max_size=12))
    folder = Folder(used).changed(table)
    for changes in data.draw(st.lists(st.dictionaries(names, st.none() | some, max_size=6), max_size=4)):
        before = folder.data
        after = folder.changed(changes)
        assert folder.data == before
        folder = after
        table = {name: node for name, node in {**table, **changes}.items() if node}
    assert folder.data == as_git_would(table)
    for one in (folder, Folder.parse(folder.data, used)):
        assert len(one) == len(table)
        assert {name: one.get(name) for name in [*table, b"none"]} == {**table, b"none": None}


@pytest.mark.parametrize("number", [511, 512, 513, 1024, 1500])
@pytest.mark.parametrize("kinds", [["100644"], ["40000"], ["100644", "40000"]])
def test_lines_of_a_large_folder_are_found(number, kinds):
    table = {b"%05d" % n * (1 + n % 3): Node(kinds[n % len(kinds)], f"{n:040x}") for n in range(number)}
    folder = Folder.parse(as_git_would(table), "sha1")
    assert {name: folder.get(name) for name in table} == table
    changes = {name: None if n % 3 else Node("40000", OID) for n, name in enumerate(table) if n % 7 == 0}
    changes |= {b"z%d" % n: Node("100644", OID) for n in range(3)}
    left = {name: node for name, node in {**table, **changes}.items() if node}
    assert folder.changed(changes).data == as_git_would(left)


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
