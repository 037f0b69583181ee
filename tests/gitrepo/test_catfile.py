"""Questions put beforehand: the same answers, in any order, and git is never waited for while they are put."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ikzctl.gitrepo import catfile
from ikzctl.gitrepo.catfile import CatFile
from ikzctl.gitrepo.process import QUICK, GitError, Place
from ikzctl.gitrepo.repository import require_repository
from tests.gitrepo.repos import git, make_clone

NAMES = ["HEAD^{tree}", "HEAD:b", "HEAD:b/c", ":0:a", ":0:b", "HEAD:nowhere", "HEAD", "HEAD:big"]
LIMITS = st.sampled_from([None, 0, 5])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("foreseen") / "clone"
    make_clone(folder, {"a": b"1", "b/c": b"2", "big": b"x" * 300_000})
    return require_repository(folder).place


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    foreseen=st.lists(st.tuples(st.lists(st.sampled_from(NAMES), max_size=4), LIMITS), max_size=3),
    asked=st.lists(st.tuples(st.sampled_from(NAMES), LIMITS), max_size=6),
)
def test_what_was_foreseen_does_not_matter(
    place: Place, foreseen: list[tuple[list[str], int | None]], asked: list[tuple[str, int | None]]
):
    with CatFile(place) as plain, CatFile(place) as ahead:
        for names, limit in foreseen:
            ahead.foresee(names, limit)
        for name, limit in asked:
            assert ahead.get(name, limit) == plain.get(name, limit)


def test_a_limit_counts_for_what_was_foreseen_with_another(place: Place):
    with CatFile(place) as objects:
        objects.foresee(["HEAD:big"], max_bytes=0)
        found = [objects.get("HEAD:big", limit) for limit in (0, 5, None)]
    assert [len(one.data) for one in found if one] == [1, 6, 300_000]


def test_no_more_is_foreseen_than_any_pipe_holds(place: Place):
    with CatFile(place) as objects:
        objects.foresee(["HEAD:big"] * 10_000)
        assert len(objects._coming) == catfile._AHEAD // len("HEAD:big\n")
        assert objects.get("HEAD:b/c") is not None


def test_a_git_that_is_gone_says_so(place: Place):
    with CatFile(place) as objects:
        objects._git.kill()
        objects._git._process.wait()
        with pytest.raises(GitError):
            objects.foresee(["HEAD"])


def test_a_git_that_complains_at_length_is_listened_to(tmp_path: Path):
    """Nobody took in what it said on stderr, so it stood still in the middle of an answer."""
    make_clone(tmp_path / "clone", {"a": b"1"})
    lines = "".join(f"/nirgendwo/{number:0100d}\n" for number in range(1500))
    (tmp_path / "clone/.git/objects/info/alternates").write_text(lines, encoding="utf-8")
    place = require_repository(tmp_path / "clone").place
    oid = git(tmp_path / "clone", "rev-parse", "HEAD:a")
    with CatFile(place) as objects:
        found = objects.get("HEAD:a")
        assert found is not None
        assert found.data == b"1"
    assert [one and one.data for one in catfile.stream_objects(place, [oid] * 3, 10)] == [b"1"] * 3
    with CatFile(place) as objects:
        objects.get("HEAD:a")
        assert "nirgendwo" in objects._git.broken().err


class _Exhausting(list[str]):
    def __getitem__(self, at: object) -> list[str]:  # type: ignore[override]
        raise MemoryError


@pytest.mark.filterwarnings("error")
def test_questions_that_there_is_no_memory_for_are_seen_to_be_missing_at_once(place: Place):
    started = time.monotonic()
    with pytest.raises(GitError):
        list(catfile.stream_objects(place, _Exhausting(["0" * 40]), 10))
    assert time.monotonic() - started < QUICK / 2


@pytest.mark.filterwarnings("error")
def test_complaints_that_there_is_no_memory_for_are_done_without(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catfile, "_CHUNK", _Endless())
    with CatFile(place) as objects:
        assert objects.get("HEAD:a") is not None


class _Endless:
    def __index__(self) -> int:
        raise MemoryError


def test_a_branch_that_moves_meanwhile(tmp_path: Path):
    """Answers that were foreseen are of one moment; what is asked later is of its own."""
    make_clone(tmp_path / "clone", {"a": b"1"})
    with CatFile(require_repository(tmp_path / "clone").place) as objects:
        objects.foresee(["HEAD:a"])
        first = objects.get("HEAD:a")
        (tmp_path / "clone/a").write_bytes(b"2")
        git(tmp_path / "clone", "commit", "-qam", "two")
        assert first is not None
        assert (objects.get("HEAD:a"), first.data) == (first, b"1")
