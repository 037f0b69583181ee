"""A registry handed over with a prepared repository: nothing of it runs, nothing of it redirects."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.files.recovery import repair
from ikzctl.files.writer import commit_changes
from ikzctl.gitrepo.catfile import DamagedError
from ikzctl.gitrepo.fence import ForeignSettings, accept_settings, check_settings, read_identity
from ikzctl.gitrepo.reading import CleanRoom
from ikzctl.gitrepo.repository import find_repository, head_state, require_repository
from ikzctl.model.changes import FileWrite
from ikzctl.model.errors import UserError, WriteRefused
from tests.gitrepo.hostile import COMMAND_KEYS, Trap, buried_bare, hostile_clone
from tests.gitrepo.repos import PARTNERS, git, make_clone, plain_environment, put

CHANGE = [FileWrite("partners/worms.yaml", b"name: Worms\n")]


@pytest.fixture
def trap(tmp_path) -> Trap:
    return Trap(tmp_path / "trap")


def read_everything(folder: Path) -> dict[str, bytes]:
    repo = require_repository(folder)
    with CleanRoom(repo) as room:
        commit = room.commit_id("main")
        entries = room.list_tree(commit, repo.prefix)
        contents = dict(room.read_blobs([entry.oid for entry in entries]))
        room.diff_tree(commit, commit)
        room.tree_id(commit)
        return {entry.path: contents[entry.oid] for entry in entries}


def test_the_trap_works(tmp_path, trap):
    """Plain git springs it; otherwise the other tests would prove nothing."""
    hostile_clone(tmp_path / "clone", trap)
    subprocess.run(
        ["git", "status"], cwd=tmp_path / "clone", env=plain_environment(tmp_path), capture_output=True, check=False
    )
    assert trap.sprung


def test_reading_runs_nothing(tmp_path, trap):
    hostile_clone(tmp_path / "clone", trap)
    assert read_everything(tmp_path / "clone" / "registry") == {
        path.removeprefix("registry/"): content for path, content in PARTNERS.items() if path.startswith("registry/")
    }
    assert not trap.sprung


def test_writing_is_refused_and_runs_nothing(tmp_path, trap):
    base = hostile_clone(tmp_path / "clone", trap)
    repo = require_repository(tmp_path / "clone" / "registry")
    for act in (
        lambda: commit_changes(repo, CHANGE, "x", base=base),
        lambda: repair(repo),
        lambda: read_identity(repo),
    ):
        with pytest.raises(ForeignSettings) as refused:
            act()
        assert set(refused.value.keys) == set(trap.settings())
        assert "git clone" in str(refused.value.hint)
    assert git(tmp_path / "clone", "rev-parse", "main") == base
    assert not (tmp_path / "clone" / "registry" / "partners" / "worms.yaml").exists()
    assert not trap.sprung


def test_hooks_never_run(tmp_path, trap):
    clone = tmp_path / "clone"
    base = make_clone(clone)
    (clone / ".git" / "hooks").mkdir()
    for hook in ("pre-commit", "commit-msg", "post-commit", "post-index-change", "reference-transaction", "update"):
        (clone / ".git" / "hooks" / hook).symlink_to(trap.program)
    commit_changes(require_repository(clone / "registry"), CHANGE, "x", base=base)
    assert not trap.sprung
    git(clone, "commit", "-q", "--allow-empty", "-m", "von Hand")
    assert trap.sprung


def test_what_our_options_switch_off_stays_off_even_if_the_user_accepts_it(tmp_path, trap):
    base = hostile_clone(tmp_path / "clone", trap)
    repo = require_repository(tmp_path / "clone" / "registry")
    accepted = tmp_path / "state" / "accepted.json"
    # left out: what changes the repository itself, and filters, which git needs to tell whether a file was edited
    left_out = ("extensions.partialclone", "filter.evil.clean", "filter.evil.process", "filter.evil.required")
    for key in left_out:
        git(tmp_path, "config", "--file", str(repo.git_dir / "config"), "--unset", key)
    accept_settings(repo, [key for key in trap.settings() if key not in left_out], accepted)
    result = commit_changes(repo, CHANGE, "x", base=base, accepted=accepted)
    assert result.warnings == ()
    assert not trap.sprung


@pytest.mark.parametrize("key", COMMAND_KEYS)
def test_each_command_key_stops_writing_and_is_named(tmp_path, trap, key):
    make_clone(tmp_path / "clone")
    name = key.format(run=trap.program)
    git(tmp_path / "clone", "config", name, COMMAND_KEYS[key].format(run=trap.program, folder=trap.folder))
    with pytest.raises(ForeignSettings) as refused:
        check_settings(require_repository(tmp_path / "clone"))
    assert refused.value.keys == (name,)
    assert f"„{name}“" in refused.value.message


@pytest.mark.parametrize("key", ["core.fsmonitor", "core.hookspath", "include.path", "core.worktree"])
@pytest.mark.parametrize("place", ["clone", "linked"])
def test_settings_of_a_work_tree_of_its_own_are_seen(tmp_path, trap, place, key):
    """That there may be some starts nothing."""
    make_clone(tmp_path / "clone")
    git(tmp_path / "clone", "worktree", "add", "-q", "-b", "zweig", "../linked")
    git(tmp_path / "clone", "config", "extensions.worktreeConfig", "true")
    repo = require_repository(tmp_path / place)
    assert "extensions.worktreeconfig" in {setting.key for setting in check_settings(repo)}
    git(tmp_path / place, "config", "--worktree", key, str(trap.program))
    with pytest.raises(ForeignSettings) as refused:
        check_settings(repo)
    assert refused.value.keys == (key,)


def test_what_a_normal_clone_holds_is_allowed(tmp_path):
    make_clone(tmp_path / "origin")
    git(tmp_path, "clone", "-q", str(tmp_path / "origin"), "clone")
    for key in ("core.ignorecase", "core.precomposeunicode", "core.symlinks", "core.autocrlf"):
        git(tmp_path / "clone", "config", key, "false")
    keys = {setting.key for setting in check_settings(require_repository(tmp_path / "clone"))}
    assert {"remote.origin.url", "remote.origin.fetch", "branch.main.remote", "branch.main.merge"} <= keys


def test_an_accepted_key_is_remembered_with_its_value(tmp_path):
    make_clone(tmp_path / "clone")
    repo = require_repository(tmp_path / "clone")
    accepted = tmp_path / "state" / "accepted.json"
    git(tmp_path / "clone", "config", "pull.rebase", "true")
    accept_settings(repo, ["pull.rebase"], accepted)
    check_settings(repo, accepted)
    git(tmp_path / "clone", "config", "pull.rebase", "merges")
    with pytest.raises(ForeignSettings):
        check_settings(repo, accepted)


PREPARED: list[tuple[str, Callable[[Path], object]]] = [
    ("deep", lambda book: book.write_text("[" * 200_000)),
    ("deeper inside", lambda book: book.write_text('{"a": {"b": ' + "[" * 500 + "]" * 500 + "}}")),
    ("long", lambda book: book.write_bytes(b" " * (1 << 20) + b"{}")),
    ("endless", lambda book: book.symlink_to("/dev/zero")),
    ("pipe", os.mkfifo),
    ("folder", Path.mkdir),
    ("no text", lambda book: book.write_bytes(b"\xff")),
    ("half a sign", lambda book: book.write_text('{"\\ud800": {"\\ud800": ["\\ud800"]}}')),
    ("a list", lambda book: book.write_text('["x"]')),
    ("other kinds", lambda book: book.write_text('{"a": 5, "b": {"core.fsmonitor": 5}, "c": {"d": [5]}}')),
    ("long number", lambda book: book.write_text("9" * 10_000)),
]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and devices as on Unix")
@pytest.mark.parametrize("prepare", [case[1] for case in PREPARED], ids=[case[0] for case in PREPARED])
def test_a_prepared_list_of_accepted_settings_allows_nothing_and_stops_nothing(tmp_path, prepare):
    make_clone(tmp_path / "clone")
    repo = require_repository(tmp_path / "clone")
    accepted = tmp_path / "state" / "accepted.json"
    accepted.parent.mkdir()
    prepare(accepted)
    check_settings(repo, accepted)
    git(tmp_path / "clone", "config", "core.fsmonitor", "x")
    with pytest.raises(ForeignSettings):
        check_settings(repo, accepted)
    if not accepted.is_dir():
        accept_settings(repo, ["core.fsmonitor"], accepted)
        check_settings(repo, accepted)


@pytest.mark.skipif(sys.platform != "linux", reason="a folder's name that is no text")
def test_what_is_accepted_is_remembered_for_a_folder_whose_name_is_no_text(tmp_path):
    clone = tmp_path / os.fsdecode(b"\xff")
    make_clone(clone)
    git(clone, "config", "pull.rebase", "true")
    accept_settings(require_repository(clone), ["pull.rebase"], tmp_path / "accepted.json")
    check_settings(require_repository(clone), tmp_path / "accepted.json")


def test_a_bare_repository_buried_in_the_registry_is_only_a_folder(tmp_path, trap):
    clone = tmp_path / "clone"
    make_clone(clone)
    buried = buried_bare(clone, trap)
    assert find_repository(buried) == find_repository(clone / "registry" / "partners")
    repo = require_repository(buried)
    assert (repo.git_dir, repo.prefix) == (clone / ".git", "registry/partners/")
    base = git(clone, "rev-parse", "HEAD")
    read_everything(buried)
    commit_changes(repo, [FileWrite("worms.yaml", b"name: Worms\n")], "x", base=base)
    assert not trap.sprung
    git(buried, "status", check=False)
    assert trap.sprung


@pytest.mark.parametrize(
    "variable",
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_CEILING_DIRECTORIES",
    ],
)
def test_the_environment_redirects_nothing(tmp_path, monkeypatch, variable):
    other = make_clone(tmp_path / "other", {"registry/registry.yaml": b"fremd\n"})
    base = make_clone(tmp_path / "clone")
    before = (tmp_path / "other" / ".git" / "index").read_bytes()
    target = {"GIT_INDEX_FILE": "index", "GIT_OBJECT_DIRECTORY": "objects", "GIT_NAMESPACE": "x"}.get(variable, "")
    monkeypatch.setenv(variable, str(tmp_path / "other" / ".git" / target))
    result = commit_changes(require_repository(tmp_path / "clone" / "registry"), CHANGE, "x", base=base)
    assert set(read_everything(tmp_path / "clone" / "registry")) >= {"partners/worms.yaml", "partners/speyer.yaml"}
    monkeypatch.delenv(variable)
    assert git(tmp_path / "clone", "rev-parse", "HEAD") == result.commit
    assert git(tmp_path / "other", "rev-parse", "HEAD") == other
    assert (tmp_path / "other" / ".git" / "index").read_bytes() == before


def test_settings_and_programs_from_the_environment_do_not_count(tmp_path, monkeypatch, trap):
    base = make_clone(tmp_path / "clone")
    for number, key in enumerate(("core.fsmonitor", "core.hooksPath")):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", str(trap.program))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{trap.program}'")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap.program))
    monkeypatch.setenv("GIT_TRACE", str(trap.marker))
    monkeypatch.setenv("GIT_EXEC_PATH", str(trap.folder))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Jemand anderes")
    result = commit_changes(require_repository(tmp_path / "clone" / "registry"), CHANGE, "x", base=base)
    for name in ("GIT_TRACE", "GIT_EXEC_PATH", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF"):
        monkeypatch.delenv(name)
    assert not trap.sprung
    author = git(tmp_path / "clone", "log", "-1", "--format=%an <%ae>", str(result.commit))
    assert author == "Koordinierungsstelle IKZ <ikz@vorderpfalz.example>"


def test_the_user_s_own_settings_may_lie_elsewhere_and_say_who_he_is_and_nothing_else(tmp_path, monkeypatch, trap):
    base = make_clone(tmp_path / "clone")
    git(tmp_path / "clone", "config", "--remove-section", "user")
    elsewhere = tmp_path / "mine"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(elsewhere))
    for key, value in (("user.name", "Amt 1"), ("user.email", "amt@stadt.example"), ("core.fsmonitor", trap.program)):
        git(tmp_path, "config", "--file", str(elsewhere), key, str(value))
    result = commit_changes(require_repository(tmp_path / "clone" / "registry"), CHANGE, "x", base=base)
    assert not trap.sprung
    author = git(tmp_path / "clone", "log", "-1", "--format=%an <%ae>", str(result.commit))
    assert author == "Amt 1 <amt@stadt.example>"
    elsewhere.write_bytes(b"[user")
    with pytest.raises(WriteRefused, match="was GIT_CONFIG_GLOBAL nennt"):
        read_identity(require_repository(tmp_path / "clone"))


def test_a_git_in_the_current_folder_is_not_started(tmp_path, monkeypatch, trap):
    make_clone(tmp_path / "clone")
    (tmp_path / "clone" / "git").symlink_to(trap.program)
    monkeypatch.chdir(tmp_path / "clone")
    monkeypatch.setenv("PATH", f".{':'}{Path('/usr/bin')}:{Path('/bin')}:/usr/local/bin")
    assert head_state(require_repository(tmp_path / "clone")).branch == "refs/heads/main"
    assert not trap.sprung


def test_replaced_and_grafted_history_is_not_believed(tmp_path):
    clone = tmp_path / "clone"
    first = make_clone(clone)
    for number in range(3):
        put(clone, {"registry/registry.yaml": b"format: %d\n" % number})
        git(clone, "commit", "-q", "-am", f"Schritt {number}")
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "replace", head, first)
    (clone / ".git" / "info").mkdir(exist_ok=True)
    (clone / ".git" / "info" / "grafts").write_text(f"{head} {first}\n", encoding="ascii")
    with CleanRoom(require_repository(clone)) as room:
        assert room.tree_id(head) == git(clone, "--no-replace-objects", "rev-parse", f"{head}^{{tree}}")
        assert room.tree_id(head) != room.tree_id(first)
        assert room.commit_id("HEAD~3") == first
        assert (
            dict(
                room.read_blobs([e.oid for e in room.list_tree(head) if e.path == "registry/registry.yaml"])
            ).popitem()[1]
            == b"format: 2\n"
        )


def test_a_prepared_commit_graph_does_not_tell_the_history(tmp_path):
    """The graph says that the last commit is the first one; its commits say otherwise."""
    clone = tmp_path / "clone"
    first = make_clone(clone)
    git(clone, "commit", "-q", "--allow-empty", "-m", "zwei")
    git(clone, "commit", "-q", "--allow-empty", "-m", "drei")
    git(clone, "commit-graph", "write", "--reachable")
    graph = clone / ".git" / "objects" / "info" / "commit-graph"
    data = graph.read_bytes()
    at = data.index(b"CDAT")
    start = int.from_bytes(data[at + 4 : at + 12], "big")
    cut = bytearray(data)
    for number in range(3):
        row = start + number * 36
        cut[row + 20 : row + 24] = (0x70000000).to_bytes(4, "big")
    graph.chmod(0o644)
    graph.write_bytes(bytes(cut))
    assert git(clone, "rev-list", "--count", "HEAD") == "1"
    with CleanRoom(require_repository(clone)) as room:
        assert room.commit_id("HEAD~2") == first


def test_a_file_that_lies_under_a_foreign_id_is_noticed(tmp_path):
    clone = tmp_path / "clone"
    make_clone(clone)
    objects = clone / ".git" / "objects"
    true = git(clone, "rev-parse", "HEAD:registry/registry.yaml")
    other = git(clone, "hash-object", "-w", "--stdin", stdin=b"format: 9\n")
    forged = objects / true[:2] / true[2:]
    forged.chmod(0o644)
    forged.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    with CleanRoom(require_repository(clone)) as room, pytest.raises(DamagedError, match="gefälscht"):
        list(room.read_blobs([true]))


def test_a_partial_clone_fetches_nothing_by_itself(tmp_path, trap):
    make_clone(tmp_path / "origin")
    git(tmp_path / "origin", "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "-q",
        "--no-local",
        "--no-checkout",
        "--filter=blob:none",
        f"file://{tmp_path}/origin",
        "clone",
    )
    git(tmp_path / "clone", "remote", "set-url", "origin", "ssh://irgendwo.example/register")
    git(tmp_path / "clone", "config", "core.sshCommand", str(trap.program))
    with CleanRoom(require_repository(tmp_path / "clone")) as room:
        entries = room.list_tree(room.commit_id("main"))
        with pytest.raises(DamagedError, match="unvollständig"):
            list(room.read_blobs([entries[0].oid]))
    assert not trap.sprung


def test_links_programs_and_submodules_come_with_their_mode(tmp_path):
    clone = tmp_path / "clone"
    base = make_clone(clone)
    (clone / "registry" / "link.yaml").symlink_to("/etc/passwd")
    (clone / "registry" / "run.yaml").write_bytes(b"x")
    (clone / "registry" / "run.yaml").chmod(0o755)
    git(clone, "add", "--all")
    git(clone, "update-index", "--add", "--cacheinfo", f"160000,{base},registry/sub.yaml")
    git(clone, "commit", "-q", "-m", "Modi")
    repo = require_repository(clone / "registry")
    with CleanRoom(repo) as room:
        modes = {entry.path: entry.mode for entry in room.list_tree(room.commit_id(), repo.prefix)}
    assert (modes["link.yaml"], modes["run.yaml"], modes["sub.yaml"]) == ("120000", "100755", "160000")
    assert {mode for path, mode in modes.items() if path not in ("link.yaml", "run.yaml", "sub.yaml")} == {"100644"}
    head = git(clone, "rev-parse", "HEAD")
    for name in ("link.yaml", "sub.yaml", "sub.yaml/x.yaml", "link.yaml/x.yaml"):
        with pytest.raises(WriteRefused, match="nichts geändert"):
            commit_changes(repo, [FileWrite(name, b"neu\n")], "x", base=head)
    assert git(clone, "rev-parse", "HEAD") == head
    commit_changes(repo, [FileWrite("run.yaml", b"neu\n")], "x", base=head)
    assert git(clone, "diff", "--summary", head, "HEAD") == "", "the mode stays"


@pytest.mark.parametrize(
    "revision",
    ["--output=marke", "-x", "", "nicht-da", "HEAD^{tree}", "a\nb", "main:registry", "x" * 300, "\x1b[31m", "0" * 40],
)
def test_a_revision_that_names_no_commit_is_refused(tmp_path, monkeypatch, revision):
    make_clone(tmp_path / "clone")
    monkeypatch.chdir(tmp_path)
    with (
        CleanRoom(require_repository(tmp_path / "clone")) as room,
        pytest.raises(UserError, match="gibt es in diesem Repository nicht") as error,
    ):
        room.commit_id(revision)
    assert "\x1b" not in error.value.message
    assert not (tmp_path / "marke").exists()


@pytest.mark.parametrize("revision", ["HEAD@{1}", "main@{u}", "@{-1}", "main@{upstream}~1", "ORIG_HEAD", "FETCH_HEAD^"])
def test_what_only_this_clone_remembers_is_told_from_what_there_is_not(tmp_path, revision):
    make_clone(tmp_path / "clone")
    with CleanRoom(require_repository(tmp_path / "clone")) as room:
        with pytest.raises(UserError, match="merkt sich git nur in diesem einen Klon") as error:
            room.commit_id(revision)
        assert str(error.value.hint).split("git rev-parse ")[1].strip("'") == revision
        for unknown in ("ORIG_HEAD-alt", "x/ORIG_HEAD", f"{revision}\n"):
            with pytest.raises(UserError, match="gibt es in diesem Repository nicht"):
                room.commit_id(unknown)


def test_a_shallow_clone_reads_but_cannot_be_judged(tmp_path):
    make_clone(tmp_path / "origin")
    git(tmp_path / "origin", "commit", "-q", "--allow-empty", "-m", "zwei")
    git(tmp_path, "clone", "-q", "--no-local", "--depth=1", f"file://{tmp_path}/origin", "clone")
    repo = require_repository(tmp_path / "clone")
    assert set(read_registry(repo.root)) == set(PARTNERS)
    with CleanRoom(repo) as room:
        for judge in (
            lambda: room.commit_id("HEAD~1"),
            lambda: room.commit_id("gibtsnicht"),
        ):
            with pytest.raises(UserError, match="shallow") as refused:
                judge()
            assert "GIT_DEPTH: 0" in str(refused.value.hint)


def test_a_state_before_a_lost_commit_is_not_said_to_be_unknown(tmp_path):
    make_clone(tmp_path / "clone")
    head = git(tmp_path / "clone", "rev-parse", "HEAD")
    (tmp_path / "clone" / ".git" / "objects" / head[:2] / head[2:]).unlink()
    with (
        CleanRoom(require_repository(tmp_path / "clone")) as room,
        pytest.raises(UserError, match=f"fehlt ein Objekt .{head[:12]}") as error,
    ):
        room.commit_id("HEAD~1")
    assert "neu klonen" in str(error.value.hint)


def read_registry(folder: Path) -> list[str]:
    with CleanRoom(require_repository(folder)) as room:
        return [entry.path for entry in room.list_tree(room.commit_id())]
