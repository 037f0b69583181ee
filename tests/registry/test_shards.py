"""Groups of files: a change touches its own group, and digests tell what they are said to tell."""

from __future__ import annotations

import subprocess
from hashlib import blake2b
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikzctl.registry.shards import Row, Shard, blob_id, cut, digest_of, rows_of

_PATHS = st.sets(st.integers(0, 9999), min_size=1, max_size=300).map(
    lambda found: sorted(f"tasks/{n}.yaml" for n in found)
)


def groups_of(paths: list[str]) -> list[tuple[str, ...]]:
    return [tuple(paths[group]) for group in cut(paths)]


def many(count: int) -> list[str]:
    return sorted(f"partners/p-{number}.yaml" for number in range(count))


@settings(deadline=None)
@given(_PATHS)
def test_every_file_is_in_one_group_and_in_order(paths: list[str]):
    groups = groups_of(paths)
    assert [path for group in groups for path in group] == paths
    assert all(groups)


@settings(deadline=None)
@given(_PATHS, st.data())
def test_a_file_more_or_less_touches_its_own_group_only(paths: list[str], data: st.DataObject):
    gone = data.draw(st.sampled_from(paths))
    with_it = set(groups_of(paths))
    without = set(groups_of([p for p in paths if p != gone]))
    assert len(with_it - without) <= 2
    assert len(without - with_it) <= 2


def test_groups_have_the_size_that_was_meant():
    groups = groups_of(many(20_000))
    assert 20_000 / 80 < len(groups) < 20_000 / 50
    assert max(map(len, groups)) < 64 * 12


# few values, so that equal rows are not rare
_ROW = st.builds(
    Row,
    st.sampled_from("ab"),
    st.sampled_from(("", "1\t2\t3\t4", "1\t2\t3\t5")),
    st.sampled_from("cd"),
    st.sampled_from(("e", "!e")),
)


@settings(deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=8))
def test_rows_are_written_and_read(rows: list[Row]):
    shard = Shard()
    shard.seal(rows)
    assert shard.table is not None
    assert rows_of(shard.table) == rows
    assert bool(shard.stat) == all(row.stat for row in rows)


@settings(deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=4), st.lists(_ROW, min_size=1, max_size=4))
def test_digests_are_equal_for_equal_rows_only(one: list[Row], two: list[Row]):
    a, b = Shard(), Shard()
    a.seal(one)
    b.seal(two)
    assert (a.content == b.content) == ([(r.path, r.blob) for r in one] == [(r.path, r.blob) for r in two])
    assert (a.meaning == b.meaning) == ([(r.path, r.meaning) for r in one] == [(r.path, r.meaning) for r in two])


def test_lines_are_not_run_together():
    names = [digest_of(parts) for parts in (["a", "b"], ["ab"], ["a", "", "b"], ["a b"], ["b", "a"], [""], [])]
    assert len(set(pairwise(names))) == len(names) - 1


@pytest.mark.parametrize("number", [0, 1, 999, 1000, 1001, 2000, 2500])
def test_many_lines_have_the_digest_of_their_text(number: int):
    lines = [f"Zeile {n}" for n in range(number)]
    assert digest_of(iter(lines)) == blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_the_id_of_a_content(content: bytes):
    assert len(blob_id(content)) == 40


def test_the_id_of_a_content_is_that_of_git():
    for content in (b"", b"x", "Rückruf\n".encode(), bytes(range(256)) * 1000):
        asked = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
        assert asked.stdout.decode().strip() == blob_id(content)
