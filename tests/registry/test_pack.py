"""A pack gives back what was put into it, or says that it has nothing; there is no third thing."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikzctl.registry import pack
from ikzctl.registry.pack import Pack, PackWriter, is_temporary

PARTS = {"a": b"one", "b": b"", "c": b"x" * 300}
META = {"root": "/tmp", "n": [1, "ä"]}
MAGIC = b"ikzctl-cache/1\n"


def written(path: Path, parts: dict[str, bytes] | None = None, meta: dict[str, object] | None = None) -> bytes:
    with PackWriter(path) as writer:
        for name, data in (PARTS if parts is None else parts).items():
            writer.add(name, data)
        writer.finish(META if meta is None else meta)
    return path.read_bytes()


def read(path: Path) -> tuple[dict[str, object], dict[str, bytes | None]] | None:
    found = Pack.open(path)
    if found is None:
        return None
    try:
        return found.meta, {name: found.get(name) for name in found.parts}
    finally:
        found.close()


def forged(path: Path, listed: object, body: bytes = b"") -> None:
    """Somebody knows the format and counts the digests as we do."""
    text = listed if isinstance(listed, bytes) else json.dumps(listed).encode()
    check = blake2b(text, digest_size=16).hexdigest()
    path.write_bytes(MAGIC + body + text + f"{len(MAGIC) + len(body):016x}{check}\n".encode())


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=20), st.binary(max_size=200), max_size=8),
    st.dictionaries(st.text(), st.integers()),
)
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, parts: dict[str, bytes], meta: dict[str, int]
):
    path = tmp_path_factory.mktemp("pack") / "p"
    written(path, parts, dict(meta))
    assert read(path) == (meta, parts)


def test_every_single_bit_counts(tmp_path: Path):
    """Each byte in turn, one bit of it: a part is whole or missing, never another."""
    path = tmp_path / "p"
    data = written(path)
    seen = set()
    for at in range(len(data)):
        for bit in (at % 8, (at + 3) % 8):
            damaged = bytearray(data)
            damaged[at] ^= 1 << bit
            path.write_bytes(damaged)
            found = read(path)
            seen.add(found is None)
            if found is not None:
                meta, parts = found
                assert meta == META
                assert set(parts) == set(PARTS)
                assert all(part in (None, PARTS[name]) for name, part in parts.items())
                assert None in parts.values(), at
    assert seen == {True, False}


def test_a_damaged_part_of_another_pack_is_not_taken_over(tmp_path: Path):
    parts = {**PARTS, "c": b"x" * 100_000}
    data = bytearray(written(tmp_path / "old", parts))
    data[len(MAGIC) + 5] ^= 1
    (tmp_path / "old").write_bytes(data)
    old = Pack.open(tmp_path / "old")
    assert old is not None
    with PackWriter(tmp_path / "new") as writer:
        assert [writer.take_over(name, old) for name in ("c", "a", "none", "b")] == [False, True, False, True]
        writer.finish({})
    assert read(tmp_path / "new") == ({}, {"a": b"one", "b": b""})
    os.truncate(tmp_path / "old", len(MAGIC) + 50_000)
    with PackWriter(tmp_path / "new") as writer:
        assert [writer.take_over(name, old) for name in ("c", "a")] == [False, True]
        writer.finish({})
    assert read(tmp_path / "new") == ({}, {"a": b"one"})
    old.close()


def test_every_length(tmp_path: Path):
    path = tmp_path / "p"
    data = written(path)
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert read(path) is None
    path.write_bytes(data + b"\n")
    assert read(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        MAGIC,
        MAGIC * 40,
        b"\x80\x04\x95",
        b"SQLite format 3\0" * 100,
        b"\0" * 100_000,
        b"ikzctl-cache/2\n" + b"0" * 100,
        os.urandom(5000),
        MAGIC + b"ffffffffffffffff" + b"0" * 32 + b"\n",
        MAGIC + b"-000000000000001" + b"0" * 32 + b"\n",
    ],
)
def test_what_is_no_pack_is_not_there(tmp_path: Path, content: bytes):
    (tmp_path / "p").write_bytes(content)
    assert read(tmp_path / "p") is None


_CHECK = blake2b(b"", digest_size=16).hexdigest()


@pytest.mark.parametrize(
    "listed",
    [
        [],
        {},
        {"parts": [], "meta": []},
        {"parts": [], "meta": None},
        {"parts": None, "meta": {}},
        {"parts": [["a", 1 << 62, _CHECK]], "meta": {}},
        {"parts": [["a", -1, _CHECK]], "meta": {}},
        {"parts": [["a", -5, _CHECK], ["b", 5, _CHECK]], "meta": {}},
        {"parts": [["a", 1.5, _CHECK]], "meta": {}},
        {"parts": [["a", 1e400, _CHECK]], "meta": {}},
        {"parts": [["a", True, _CHECK]], "meta": {}},
        {"parts": [["a", "1", _CHECK]], "meta": {}},
        {"parts": [["a"]], "meta": {}},
        {"parts": [[["a"], 0, _CHECK]], "meta": {}},
        {"parts": "abc", "meta": {}},
        b'{"parts": [], "meta": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"parts": [["a", ' + b"9" * 5000 + b', ""]], "meta": {}}',
        b"\xff\xfe",
    ],
    ids=lambda listed: str(listed)[:40],
)
def test_a_forged_list_of_parts(tmp_path: Path, listed: object):
    forged(tmp_path / "p", listed)
    assert read(tmp_path / "p") is None


def test_a_forger_gets_in_what_he_forged_completely(tmp_path: Path):
    """So that the cases above fail for their reason: digests protect from damage, not from the user himself."""
    forged(tmp_path / "p", {"parts": [["a", 3, blake2b(b"xyz", digest_size=16).hexdigest()]], "meta": {"k": 1}}, b"xyz")
    assert read(tmp_path / "p") == ({"k": 1}, {"a": b"xyz"})


def test_a_file_that_is_larger_than_any_cache_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = written(tmp_path / "p")
    monkeypatch.setattr(pack, "_LARGEST", len(data))
    assert read(tmp_path / "p") is not None
    monkeypatch.setattr(pack, "_LARGEST", len(data) - 1)
    assert read(tmp_path / "p") is None


def test_no_file(tmp_path: Path):
    assert read(tmp_path / "p") is None
    (tmp_path / "p").mkdir()
    assert read(tmp_path / "p") is None
    assert read(tmp_path / "p" / "q") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "p")
    assert read(tmp_path / "p") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_another_user_wrote_is_not_believed(tmp_path: Path):
    written(tmp_path / "p")
    assert read(tmp_path / "p") is not None
    os.chown(tmp_path / "p", 12345, 12345)
    assert read(tmp_path / "p") is None


def test_others_may_not_read_what_a_registry_holds(tmp_path: Path):
    written(tmp_path / "x" / "p")
    assert stat.S_IMODE((tmp_path / "x" / "p").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o700


def test_nothing_stands_there_before_it_is_finished(tmp_path: Path):
    before = written(tmp_path / "p")
    with PackWriter(tmp_path / "p") as writer:
        writer.add("other", b"y" * 100_000)
        assert (tmp_path / "p").read_bytes() == before
        assert sorted(is_temporary(p.name) for p in tmp_path.iterdir()) == [False, True]
    assert [p.name for p in tmp_path.iterdir()] == ["p"]
    assert (tmp_path / "p").read_bytes() == before


def test_an_exception_on_the_way_leaves_nothing(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), PackWriter(tmp_path / "p") as writer:
        writer.add("a", b"x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_whoever_reads_keeps_the_file_that_he_opened(tmp_path: Path):
    written(tmp_path / "p")
    old = Pack.open(tmp_path / "p")
    assert old is not None
    written(tmp_path / "p", {"a": b"two"})
    assert old.get("a") == b"one"
    old.close()


@pytest.mark.parametrize("limit", [0, 5, 20, 3000, 9000, 40_000])
def test_a_full_disk_costs_the_cache_and_nothing_else(tmp_path: Path, limit: int):
    before = written(tmp_path / "p")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with PackWriter(tmp_path / "p") as writer:
            for number in range(40):
                writer.add(str(number), bytes(1000))
            writer.finish({})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [p.name for p in tmp_path.iterdir()] == ["p"]
    assert (tmp_path / "p").read_bytes() == before


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("call", ["mkstemp", "replace", "mkdir"])
def test_whatever_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fault: int):
    def refuse(*arguments: object, **named: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr({"mkstemp": "tempfile.mkstemp"}.get(call, f"pathlib.Path.{call}"), refuse)
    with PackWriter(tmp_path / "p") as writer:
        writer.add("a", b"x")
        writer.finish({})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path):
    (tmp_path / "x").write_text("")
    with PackWriter(tmp_path / "x" / "p") as writer:
        writer.add("a", b"x")
        writer.finish({})
    assert (tmp_path / "x").read_text() == ""


def test_a_folder_that_goes_away_while_we_write(tmp_path: Path):
    with PackWriter(tmp_path / "x" / "p") as writer:
        writer.add("a", b"x")
        for path in (tmp_path / "x").iterdir():
            path.unlink()
        (tmp_path / "x").rmdir()
        writer.finish({})
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_replaced_and_not_followed(tmp_path: Path):
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "p").symlink_to("theirs")
    written(tmp_path / "p")
    assert not (tmp_path / "p").is_symlink()
    assert (tmp_path / "theirs").read_text() == "theirs"
