"""Reading commits: every kind of repository, exact answers, also where nothing may be written."""

from __future__ import annotations

import os

import pytest

from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.objects import object_id
from ikzctl.gitrepo.process import GitError, run, version_warning
from ikzctl.gitrepo.reading import CleanRoom, TreeChange
from ikzctl.gitrepo.repository import branch_commit, find_repository, head_state, require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError
from ikzctl.registry.commit_source import changed_files
from tests.gitrepo.repos import PARTNERS, git, make_clone, put

IN_REGISTRY = {path.removeprefix("registry/"): data for path, data in PARTNERS.items() if path.startswith("registry/")}


def contents(folder, revision="HEAD", prefix=None) -> dict[str, bytes]:
    repo = require_repository(folder)
    with CleanRoom(repo) as room:
        entries = room.list_tree(room.commit_id(revision), repo.prefix if prefix is None else prefix)
        return {
            entry.path: data
            for entry, (_, data) in zip(entries, room.read_blobs([e.oid for e in entries]), strict=True)
        }


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_registry_in_a_folder_of_the_repository(tmp_path, object_format):
    make_clone(tmp_path / "clone", object_format=object_format)
    assert contents(tmp_path / "clone" / "registry") == IN_REGISTRY
    assert contents(tmp_path / "clone") == PARTNERS


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_bare_repository(tmp_path, object_format):
    make_clone(tmp_path / "clone", object_format=object_format)
    git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "clone"), "bare.git")
    repo = find_repository(tmp_path / "bare.git", prefix="registry/")
    assert repo is not None
    assert (repo.work_tree, repo.prefix) == (None, "registry/")
    assert contents(tmp_path / "bare.git", "main", "registry/") == IN_REGISTRY


def test_linked_work_tree_reads_and_writes_its_own_branch(tmp_path):
    base = make_clone(tmp_path / "clone")
    git(tmp_path / "clone", "worktree", "add", "-q", "-b", "entwurf", str(tmp_path / "zweitens"))
    repo = require_repository(tmp_path / "zweitens" / "registry")
    assert repo.common_dir == tmp_path / "clone" / ".git"
    result = commit_changes(repo, [FileWrite("partners/worms.yaml", b"name: Worms\n")], "Worms", base=base)
    assert result.branch == "refs/heads/entwurf"
    assert contents(repo.root) == {**IN_REGISTRY, "partners/worms.yaml": b"name: Worms\n"}
    assert git(tmp_path / "zweitens", "status", "--porcelain") == ""
    assert git(tmp_path / "clone", "status", "--porcelain") == ""
    assert git(tmp_path / "clone", "rev-parse", "main") == base


def test_borrowed_objects_are_found(tmp_path):
    make_clone(tmp_path / "clone")
    git(tmp_path, "clone", "-q", "--shared", str(tmp_path / "clone"), "borrower")
    assert contents(tmp_path / "borrower" / "registry") == IN_REGISTRY


@pytest.mark.parametrize("name", ["HEAD", "main", "v1", "refs/heads/main", "HEAD~0", "@", "full", "short"])
def test_names_for_a_commit(tmp_path, name):
    base = make_clone(tmp_path / "clone")
    git(tmp_path / "clone", "tag", "-a", "v1", "-m", "Fassung 1")
    with CleanRoom(require_repository(tmp_path / "clone")) as room:
        assert room.commit_id({"full": base, "short": base[:10]}.get(name, name)) == base


def test_head_states(tmp_path):
    clone = tmp_path / "clone"
    base = make_clone(clone)
    repo = require_repository(clone)
    assert (head_state(repo).branch, head_state(repo).commit, head_state(repo).operation) == (
        "refs/heads/main",
        base,
        None,
    )
    git(clone, "checkout", "-q", "--detach")
    assert (head_state(repo).branch, head_state(repo).commit) == (None, base)
    git(clone, "checkout", "-q", "--orphan", "neu")
    assert (head_state(repo).branch, head_state(repo).commit) == ("refs/heads/neu", None)
    with CleanRoom(repo) as room, pytest.raises(UserError, match="noch keinen Commit"):
        room.commit_id()


def test_a_file_called_head_is_not_taken_for_it(tmp_path):
    """Where there is no commit yet, git looks among the files."""
    clone = tmp_path / "clone"
    make_clone(clone)
    git(clone, "checkout", "-q", "--orphan", "neu")
    (clone / "HEAD").touch()
    repo = require_repository(clone)
    assert (head_state(repo).branch, head_state(repo).commit) == ("refs/heads/neu", None)
    with CleanRoom(repo) as room, pytest.raises(UserError, match="noch keinen Commit"):
        room.commit_id()


def _called_head(clone, how: str) -> None:
    if how == "link":
        git(clone, "symbolic-ref", "refs/tags/HEAD", "refs/heads/main")
    else:
        git(clone, "update-ref", f"refs/{how}/HEAD", "HEAD")


@pytest.mark.parametrize("how", ["tags", "heads", "link"])
def test_what_else_is_called_head_is_not_taken_for_it(tmp_path, how):
    """Above all before the first commit of a branch, when git itself takes it."""
    clone = tmp_path / "clone"
    base = make_clone(clone)
    repo = require_repository(clone)
    _called_head(clone, how)
    assert (head_state(repo).branch, head_state(repo).commit) == ("refs/heads/main", base)
    git(clone, "checkout", "-q", "--detach")
    assert (head_state(repo).branch, head_state(repo).commit) == (None, base)
    git(clone, "symbolic-ref", "HEAD", "refs/heads/neu")
    assert (head_state(repo).branch, head_state(repo).commit) == ("refs/heads/neu", None)
    with CleanRoom(repo) as room:
        assert room.commit_id("main~0") == base
        with pytest.raises(UserError, match="gibt es in diesem Repository nicht"):
            room.commit_id("HEAD~0")


def test_a_tag_that_is_called_like_a_branch_is_no_branch(tmp_path):
    base = make_clone(tmp_path / "clone")
    repo = require_repository(tmp_path / "clone")
    git(tmp_path / "clone", "update-ref", "refs/tags/refs/heads/neu", "HEAD")
    git(tmp_path / "clone", "update-ref", "refs/heads/oben/neu", "HEAD")
    found = [branch_commit(repo, f"refs/heads/{name}") for name in ("neu", "oben", "main", "oben/neu")]
    assert found == [None, None, base, base]


@pytest.mark.parametrize("command", ["cherry-pick", "revert"])
def test_several_picks_that_stopped_between_two_are_unfinished(tmp_path, command):
    clone = tmp_path / "clone"
    make_clone(clone)
    for text in (b"1", b"2", b"3"):
        put(clone, {"registry/registry.yaml": text})
        git(clone, "commit", "-q", "-am", "Schritt")
    repo = require_repository(clone)
    git(clone, command, "HEAD~2", "HEAD~1", check=False)
    assert f"git {command}" in str(head_state(repo).operation)
    put(clone, {"registry/registry.yaml": b"9"})
    git(clone, "commit", "-q", "-am", "von Hand")
    assert not (clone / ".git" / "CHERRY_PICK_HEAD").exists()
    assert not (clone / ".git" / "REVERT_HEAD").exists()
    assert "mehrerer Commits (git cherry-pick, git revert)" in str(head_state(repo).operation)
    git(clone, command, "--quit")
    assert head_state(repo).operation is None


def test_no_repository(tmp_path):
    assert find_repository(tmp_path) is None
    with pytest.raises(UserError, match="liegt in keinem git-Repository") as refused:
        require_repository(tmp_path)
    assert "ikzctl init" in str(refused.value.hint)


def test_what_changed_between_two_commits(tmp_path):
    clone = tmp_path / "clone"
    old = make_clone(clone)
    put(
        clone,
        {"registry/tasks/waffen.yaml": b"neu\n", "registry/partners/speyer.yaml": b"anders\n", "draussen.txt": b"x"},
    )
    (clone / "registry" / "tasks" / "kfz.yaml").unlink()
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "Zweitens")
    new = git(clone, "rev-parse", "HEAD")
    repo = require_repository(clone / "registry")
    with CleanRoom(repo) as room:
        changes = room.diff_tree(old, new, repo.prefix)
    assert [(change.status, change.path) for change in changes] == [
        ("M", "partners/speyer.yaml"),
        ("D", "tasks/kfz.yaml"),
        ("A", "tasks/waffen.yaml"),
    ]
    blob = object_id("blob", b"neu\n", "sha1")
    assert changes[2] == TreeChange("A", "tasks/waffen.yaml", "000000", "100644", "0" * 40, blob)


def test_a_long_file_is_cut_one_byte_after_the_limit(tmp_path):
    make_clone(tmp_path / "clone", {"a": b"x" * 200_000, "b": b"kurz"})
    with CleanRoom(require_repository(tmp_path / "clone")) as room:
        oids = [entry.oid for entry in room.list_tree(room.commit_id())]
        assert [data for _, data in room.read_blobs(oids, max_bytes=100)] == [b"x" * 101, b"kurz"]


def test_reading_may_stop_in_the_middle(tmp_path):
    make_clone(tmp_path / "clone", {f"{number:05}": b"%d" % number * 500 for number in range(3000)})
    with CleanRoom(require_repository(tmp_path / "clone")) as room:
        oids = [entry.oid for entry in room.list_tree(room.commit_id())]
        stream = room.read_blobs(oids)
        assert next(stream) == (oids[0], b"0" * 500)
        del stream
        assert len(list(room.read_blobs(oids))) == 3000


def test_names_that_are_no_text_come_through_as_text(tmp_path):
    clone = tmp_path / "clone"
    make_clone(clone)
    blob = git(clone, "rev-parse", "HEAD:registry/registry.yaml")
    tree = git(clone, "mktree", "-z", stdin=f"100644 blob {blob}\t".encode() + b"\xff\n.yaml\0")
    commit = git(clone, "commit-tree", tree, "-m", "x")
    with CleanRoom(require_repository(clone)) as room:
        assert [entry.path for entry in room.list_tree(commit)] == ["\\xff\n.yaml"]


def test_git_that_does_not_come_back_is_ended(tmp_path):
    make_clone(tmp_path / "clone")
    place = require_repository(tmp_path / "clone").place
    os.mkfifo(tmp_path / "nobody writes")
    with pytest.raises(GitError, match="nicht rechtzeitig"):
        run(["hash-object", "--", str(tmp_path / "nobody writes")], place, seconds=0.0)


def test_without_git_the_message_says_what_to_do(tmp_path, monkeypatch):
    make_clone(tmp_path / "clone")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="Das Programm git wurde nicht gefunden") as refused:
        head_state(require_repository(tmp_path / "clone"))
    assert "https://git-scm.com" in str(refused.value.hint)


def test_an_old_git_is_named(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.30.2\n", encoding="ascii")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert version_warning() == "git 2.30.2 hat bekannte Sicherheitslücken; empfohlen ist mindestens 2.39.4."


def test_a_link_in_the_place_of_a_file_is_no_content_of_it(tmp_path):
    clone = tmp_path / "clone"
    first = make_clone(clone)
    path = clone / "registry" / "partners" / "speyer.yaml"
    path.unlink()
    path.symlink_to("../registry.yaml")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Verknüpfung")
    with CleanRoom(require_repository(clone / "registry")) as room:
        before, after = changed_files(room, first, room.commit_id("HEAD"))
        assert (before.paths(), after.paths()) == (("partners/speyer.yaml",), ())
        assert (before.has("partners/speyer.yaml"), after.has("partners/speyer.yaml")) == (True, False)
        assert after.has("registry.yaml")
        assert not after.has("partners/nirgends.yaml")


def test_what_did_not_change_is_looked_up_once_and_read_in_one_go(tmp_path, monkeypatch):
    clone = tmp_path / "clone"
    make_clone(clone, {**PARTNERS, **{f"registry/partners/{name}.yaml": b"x: 1\n" for name in "abc"}})
    (clone / "registry" / "partners" / "verweis.yaml").symlink_to("speyer.yaml")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Verknüpfung")
    second = git(clone, "rev-parse", "HEAD")
    put(clone, {"registry/tasks/kfz.yaml": b"name: Zulassung\n"})
    git(clone, "commit", "-q", "-a", "-m", "Umbenannt")
    reads: list[int] = []
    read_blobs = CleanRoom.read_blobs

    def counted(self, oids, **limits):
        reads.append(len(oids))
        return read_blobs(self, oids, **limits)

    monkeypatch.setattr(CleanRoom, "read_blobs", counted)
    with CleanRoom(require_repository(clone / "registry")) as room:
        _, after = changed_files(room, second, room.commit_id("HEAD"))
        asked = ["speyer", "frankenthal", "a", "b", "c", "nirgends", "verweis"]
        after.prepare(f"partners/{name}.yaml" for name in asked)
        assert [after.has(f"partners/{name}.yaml") for name in asked] == [True] * 5 + [False] * 2
        assert after.read("partners/speyer.yaml") == PARTNERS["registry/partners/speyer.yaml"]
        assert reads == [1, 1, 5], "the changed file on both sides, and those that are there"
        assert after.has("registry.yaml")
        assert reads == [1, 1, 5], "a single one is worth no start of git"
