"""A cache that is foreign, damaged, forged, locked, full, shared or gone costs time; it never changes a result and never fails."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from ikzctl.checks import run
from ikzctl.checks.network import CooperationFacts, Network
from ikzctl.model.findings import Finding
from ikzctl.registry import cache as cache_module
from ikzctl.registry.cache import Cache, Memory, clear, inventory
from ikzctl.registry.codec import parsed_with_findings
from ikzctl.registry.facts import CooperationFact, PartnerFact
from ikzctl.registry.pack import Pack, PackWriter
from tests.checks.small import base
from tests.registry.remembered import SECOND, World, said, same

KFZ = "cooperations/kfz/agreement.yaml"
NAMES = ("facts", "files", "results")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A registry with a finding, and a cache that knows it."""
    world = World.made(tmp_path)
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    same(world)
    return world


def pack(world: World, name: str) -> Path:
    return next(p for p in world.packs if p.name == name)


def used(world: World) -> str:
    """The result after a change that makes the run look into every part of the cache."""
    world.tick()
    world.put(KFZ, b"#\n" + world.get(KFZ))
    return same(world)


# --- damaged ----------------------------------------------------------------------------------------------------------


def test_one_registry_has_three_files(world: World):
    assert tuple(p.name for p in world.packs) == NAMES
    assert len({p.parent for p in world.packs}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_bits_flipped_at_many_places(world: World, name: str):
    """The unchanged registry: everything is asked for by what the file system says."""
    expected = said(world.cold())
    dice = random.Random(name)  # noqa: S311
    kept = {p: p.read_bytes() for p in world.packs}
    whole = kept[pack(world, name)]
    places = {*range(20), *range(len(whole) - 50, len(whole), 3), *(dice.randrange(len(whole)) for _ in range(40))}
    for at in sorted(places):
        for path, data in kept.items():
            path.write_bytes(data)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << dice.randrange(8)
        pack(world, name).write_bytes(damaged)
        assert said(world.warm()) == expected, at


@pytest.mark.parametrize("name", NAMES)
def test_bits_flipped_before_something_changes(world: World, name: str):
    dice = random.Random(name)  # noqa: S311
    for _ in range(12):
        path = pack(world, name)
        damaged = bytearray(path.read_bytes())
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        assert "IKZ-L077" in used(world)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "content", [b"", b"ikzctl-cache/1\n", b"\0" * 5000, b"\x80\x05cos\nsystem\n(S'false'\ntR.", None]
)
def test_a_file_of_something_else(world: World, name: str, content: bytes | None):
    path = pack(world, name)
    path.write_bytes(content if content is not None else path.read_bytes()[:-1])
    assert "IKZ-L077" in same(world)
    assert "IKZ-L077" in used(world)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_less(world: World, name: str):
    pack(world, name).unlink()
    assert "IKZ-L077" in same(world)
    (pack(world, "results").parent / name).unlink(missing_ok=True)
    assert "IKZ-L077" in used(world)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_in_place_of_a_file(world: World, name: str):
    path = pack(world, name)
    path.unlink()
    (path / "inside").mkdir(parents=True)
    assert "IKZ-L077" in same(world)
    assert "IKZ-L077" in used(world)
    assert (path / "inside").is_dir()


@pytest.mark.parametrize("name", NAMES)
def test_a_link_in_place_of_a_file(world: World, name: str, tmp_path: Path):
    path = pack(world, name)
    theirs = tmp_path / "theirs"
    theirs.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(theirs)
    before = theirs.read_bytes()
    assert "IKZ-L077" in used(world)
    assert theirs.read_bytes() == before


def test_what_was_damaged_is_mended(world: World):
    """A damaged part does not stay, nor does everything else have to be read for ever."""
    for path in world.packs:
        data = bytearray(path.read_bytes())
        data[40] ^= 1
        path.write_bytes(data)
    used(world)
    used(world)
    for path in world.packs:
        found = Pack.open(path)
        assert found is not None
        assert all(found.get(name) is not None for name in found.parts)
        found.close()


def test_lines_are_right_though_the_table_of_their_file_is_lost(world: World):
    """The result is found by its meaning, but nobody knows any more whether the file is still the same: so it is looked at."""
    before = world.get(KFZ)
    world.put(KFZ, b"#\n#\n" + before)
    there = f"{KFZ}:{int(same(world).split(f'{KFZ}:')[1].split(':')[0]) - 2}:"
    results = pack(world, "results").read_bytes()
    world.put(KFZ, before)
    assert there in same(world)
    pack(world, "results").write_bytes(results)
    damaged = bytearray(pack(world, "files").read_bytes())
    damaged[damaged.index(KFZ.encode())] ^= 1
    pack(world, "files").write_bytes(damaged)
    world.put("registry.yaml", b"#\n" + world.get("registry.yaml"))
    assert there in same(world)


# --- foreign and forged -----------------------------------------------------------------------------------------------


def rewritten(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    """The pack with something else in it, all digests right."""
    found = Pack.open(path)
    assert found is not None
    meta, parts = found.meta, {name: found.get(name) or b"" for name in found.parts}
    found.close()
    change(meta, parts)
    with PackWriter(path) as writer:
        for name, data in parts.items():
            writer.add(name, data)
        writer.finish(meta)


FORGED: list[Any] = [
    None,
    1,
    "x",
    [],
    {},
    [[]],
    [1],
    [["a", "b"]],
    {"a": 1},
    [[1, 2, 3]],
    [[["a"], {}, None]],
    1e400,
    "\ud800",
]


@pytest.mark.parametrize("value", FORGED, ids=ascii)
@pytest.mark.parametrize(
    ("name", "key"), [("files", "shards"), ("results", "names"), ("facts", "root"), ("files", "rules")]
)
def test_forged_lists(world: World, name: str, key: str, value: Any):
    rewritten(pack(world, name), lambda meta, parts: meta.update({key: value}))
    assert "IKZ-L077" in same(world)


@pytest.mark.parametrize("value", FORGED, ids=ascii)
@pytest.mark.parametrize("key", ["findings", "files", "cooperations", "blobs", None])
def test_forged_results_are_no_fault_of_the_program(world: World, key: str | None, value: Any):
    """Whoever forges them may be told what he forged; he is not shown a traceback."""

    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        for name, text in parts.items():
            whole = json.loads(text)
            parts[name] = json.dumps(value if key is None else {**whole, key: value}).encode()

    rewritten(pack(world, "results"), forge)
    said(world.warm())
    world.put(KFZ, b"#\n" + world.get(KFZ))
    said(world.warm())


@pytest.mark.parametrize("number", [-1, 1 << 40, 10**400, 10**4300 - 1, True, 1.0], ids=lambda n: f"{n!r:.5}")
@pytest.mark.parametrize("where", ["files", "field", "line", "column"])
def test_forged_numbers_that_nobody_can_have_counted(world: World, where: str, number: Any):
    """Python makes no text of a number of so many digits; the result is read anew."""
    expected = said(world.warm())

    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        for name, text in parts.items():
            whole = json.loads(text)
            for row in whole["findings"]:
                row[3] = [number] if where == "field" else row[3]
                row[4] = number if where == "line" else row[4]
                row[5] = number if where == "column" else row[5]
            parts[name] = json.dumps({**whole, "files": number} if where == "files" else whole).encode()

    rewritten(pack(world, "results"), forge)
    assert said(world.warm()) == expected


@pytest.mark.parametrize("number", [-1, 1 << 40, 10**4300 - 1], ids=lambda n: f"{n!r:.5}")
@pytest.mark.parametrize("place", ["reference", "named", "groups"])
def test_forged_places_in_facts(world: World, place: str, number: int):
    """What checks across files would point to is looked at before they run."""
    classes: dict[str, Any] = {"named": CooperationFact, "groups": PartnerFact}
    values = {"named": [[[number], "nirgends"]], "groups": [[number, "kfz-zulassung", "nirgends"]]}

    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        for name, text in parts.items():
            rows = json.loads(text)
            for fact, references, _ in rows:
                for reference in references if place == "reference" else ():
                    reference[1:] = ["nirgends", [number]]
                if (
                    place in classes
                    and fact
                    and fact[0] in ("kfz", "speyer")
                    and len(fact) == len(classes[place]._fields)
                ):
                    fact[classes[place]._fields.index(place)] = values[place]
            parts[name] = json.dumps(rows).encode()

    rewritten(pack(world, "facts"), forge)
    pack(world, "results").unlink()
    world.put(KFZ, b"#\n" + world.get(KFZ))
    assert said(world.warm()) == said(world.cold())


PARTS = [
    b"",
    b"\xff",
    b"a",
    b"a\tb\tc",
    b"a\tb\tc\td",
    b"a\tb\tc\t1\t2\t3\t4",
    b"\n\n",
    b"registry.yaml\t\t\t",
    b"[]",
    b"[1]",
    b"[" * 50_000,
    b"[[null,[],[]]]",
    b"[[[1,2,3],[],[]]]",
    b"null",
]


@pytest.mark.parametrize("text", PARTS, ids=lambda text: ascii(text[:20]))
@pytest.mark.parametrize("name", ["files", "facts"])
def test_forged_parts(world: World, name: str, text: bytes):
    rewritten(pack(world, name), lambda meta, parts: parts.update(dict.fromkeys(parts, text)))
    said(world.warm())
    assert "IKZ-L077" in used(world)


def forged(world: World, other: Callable[[Any], Any]) -> None:
    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        for name, text in parts.items():
            rows = json.loads(text)
            for row in rows:
                row[0] = row[0] and [other(value) for value in row[0]]
            parts[name] = json.dumps(rows).encode()

    rewritten(pack(world, "facts"), forge)
    pack(world, "results").unlink()
    world.put(KFZ, b"#\n" + world.get(KFZ))


def test_forged_facts_of_another_type(world: World):
    """Numbers where names should be are not facts: the files are read once more."""
    forged(world, lambda value: 5 if isinstance(value, str) and value[:1].isalpha() else value)
    assert said(world.warm()) == said(world.cold())
    assert "IKZ-L077" in same(world)


def test_forged_facts_that_no_check_can_stand(world: World, monkeypatch: pytest.MonkeyPatch):
    """The checks fail, everything is read anew, and the forgery is gone."""
    forged(world, lambda value: "?" if value == "kfz" else value)
    honest = run.COOPERATION_CHECKS

    def stumbling(folder: CooperationFacts, network: Network, as_of: date) -> Iterator[Finding]:
        if folder.cooperation and folder.cooperation.id == "?":
            raise KeyError(folder.cooperation.id)
        yield from ()

    monkeypatch.setattr(run, "COOPERATION_CHECKS", (*honest, stumbling))
    assert said(world.warm()) == said(world.cold())
    assert world.packs == []
    assert "IKZ-L077" in same(world)


def test_other_rules_do_not_believe_it(world: World):
    """A result that only the old rules would give is not shown by the new ones, and the other way round."""

    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        for name, text in parts.items():
            parts[name] = text.replace(b"IKZ-L077", b"IKZ-L999")

    rewritten(pack(world, "results"), forge)
    assert "IKZ-L999" in said(world.warm()), "otherwise this test proves nothing"
    world.rules = "new rules"
    assert "IKZ-L077" in same(world)
    world.rules = "rules"
    assert "IKZ-L077" in same(world)


def test_the_cache_of_another_place_is_not_believed(world: World, tmp_path: Path):
    """Copied to where that of this registry should lie."""
    other = World(tmp_path, name="s")
    for path, text in base().items():
        other.put(path, text.encode())
    same(other)
    mine, theirs = sorted({p.parent for p in world.packs}, key=lambda p: p != pack(world, "files").parent)
    shutil.copytree(theirs, mine, dirs_exist_ok=True)
    assert "IKZ-L077" in same(world)
    assert "kein Befund" in same(other)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_another_user_wrote_is_not_believed(world: World):
    def forge(meta: dict[str, Any], parts: dict[str, bytes]) -> None:
        parts.update({name: text.replace(b"IKZ-L077", b"IKZ-L999") for name, text in parts.items()})

    rewritten(pack(world, "results"), forge)
    os.chown(pack(world, "results"), 12345, 12345)
    assert "IKZ-L077" in same(world)


# --- where nothing can be written -------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["cache", "cache/{}"])
def test_a_file_where_the_folder_should_be(tmp_path: Path, where: str):
    world = World.made(tmp_path)
    same(world)
    place = world.packs[0].parent.name
    shutil.rmtree(world.cache)
    path = tmp_path / where.format(place)
    path.parent.mkdir(exist_ok=True)
    path.write_text("theirs")
    assert "kein Befund" in same(world)
    assert path.read_text() == "theirs"


def test_a_folder_that_cannot_be_written_to(world: World, monkeypatch: pytest.MonkeyPatch):
    kept = {p: p.read_bytes() for p in world.packs}

    def refuse(*arguments: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert "IKZ-L077" in used(world)
    assert {p: p.read_bytes() for p in world.packs} == kept


@pytest.mark.parametrize("limit", [0, 100, 3000, 6000])
def test_a_full_disk(world: World, limit: int):
    kept = {p: p.read_bytes() for p in world.packs}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    world.put(KFZ, b"#\n" + world.get(KFZ))
    expected = said(world.cold())
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        assert said(world.warm()) == expected
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [p.name for p in world.packs] == list(NAMES)
    assert limit > 0 or {p: p.read_bytes() for p in world.packs} == kept
    assert "IKZ-L077" in same(world)


def test_a_cache_would_not_lie_in_the_registry(tmp_path: Path):
    """There it would be a finding itself."""
    world = World.made(tmp_path)
    memory = Memory(world.root / "ikzctl", time.time_ns())
    from ikzctl.actions.validate import Effort

    assert said(world._validated(Effort(memory), None)) == said(world.cold())
    assert not (world.root / "ikzctl").exists()
    assert memory.is_inside(world.root)
    assert not Memory(world.cache, 0).is_inside(world.root)


# --- many at once -----------------------------------------------------------------------------------------------------


def _ask(world: World, times: int, pipe: Connection) -> None:
    answers = []
    world.rested = False
    for _ in range(times):
        answers.append(said(world.warm()))
    pipe.send(answers)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")
def test_eight_processes_while_somebody_edits(tmp_path: Path):
    """One file is replaced at a stroke, again and again, by one of four contents: each answer is that to one of them."""
    world = World.made(tmp_path)
    contents = [
        base()[KFZ],
        base()[KFZ].replace("internal: verursacher", "internal: offen"),
        "#\n" + base()[KFZ].replace("internal: verursacher", "internal: offen"),
        "a: [",
    ]
    right = set()
    for content in contents:
        world.put(KFZ, content.encode())
        right.add(said(world.cold()))
    assert len(right) == 4
    context = get_context("fork")
    pipes = [context.Pipe() for _ in range(8)]
    running = [context.Process(target=_ask, args=(world, 8, theirs)) for _, theirs in pipes]
    for process in running:
        process.start()
    answers: list[str] = []
    number = 0
    while len(answers) < 64:
        number += 1
        for ours, _ in pipes:
            answers += ours.recv() if ours.poll() else []
        aside = tmp_path / "aside"
        aside.write_text(contents[number % 4], encoding="utf-8")
        aside.replace(world.root / KFZ)
        if number % 10 == 0:
            clear(world.cache)
        time.sleep(0.03)
    for process, pair in zip(running, pipes, strict=True):
        process.join()
        assert process.exitcode == 0
        process.close()
        for pipe in pair:
            pipe.close()
    assert set(answers) <= right
    assert list(world.cache.rglob("neu-*")) == []
    same(world)


def test_a_cache_that_is_taken_away_while_it_is_used(world: World, monkeypatch: pytest.MonkeyPatch):
    keep = Cache.keep_files

    def gone(cache: Cache, shards: Any) -> None:
        shutil.rmtree(world.cache)
        keep(cache, shards)

    monkeypatch.setattr(Cache, "keep_files", gone)
    assert "IKZ-L077" in used(world)


# --- looking after it -------------------------------------------------------------------------------------------------


def test_only_so_much_is_kept(world: World):
    sizes = []
    for number in range(30):
        world.put(KFZ, b"#\n" * number + world.get(KFZ).lstrip(b"#\n"))
        said(world.warm())
        sizes.append(sum(p.stat().st_size for p in world.packs))
    found = Pack.open(pack(world, "results"))
    assert found is not None
    assert len(found.parts) == cache_module._MAX_RESULTS
    assert len(found.meta["names"]) <= cache_module._MAX_NAMES
    found.close()
    assert max(sizes[-5:]) - min(sizes[-5:]) < 2000


def test_what_a_killed_run_left_is_swept_up_in_time(world: World):
    folder = pack(world, "files").parent
    old, young = folder / "neu-alt", folder / "neu-jung"
    for path in (old, young):
        path.write_bytes(b"x")
    long_ago = time.time_ns() - 25 * 3600 * SECOND
    os.utime(old, ns=(long_ago, long_ago))
    used(world)
    assert not old.exists()
    assert young.exists()


def test_inventory_and_clear(world: World, tmp_path: Path):
    place = pack(world, "files").parent
    size = sum(p.stat().st_size for p in world.packs)
    assert inventory(world.cache) == ((str(world.root), size, 3),)
    theirs = [world.cache / "notiz.txt", world.cache / ("0" * 32) / "x.txt", place / "von-hand.txt"]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "files").write_text("theirs")
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_text("theirs")
    (world.cache / ("1" * 32)).symlink_to(outside)
    (place / "neu-link").symlink_to(outside / "files")
    (place / "neu-rest").write_text("x")
    assert [kept.files for kept in clear(world.cache)] == [4]
    assert [p.read_text() for p in (*theirs, outside / "files")] == ["theirs"] * 4
    assert sorted(p.name for p in place.iterdir()) == ["neu-link", "von-hand.txt"]
    assert inventory(world.cache) == ()
    assert clear(world.cache) == ()
    assert clear(tmp_path / "nowhere") == ()
    assert "IKZ-L077" in same(world)


def test_a_clean_folder_disappears(world: World):
    clear(world.cache)
    assert list(world.cache.iterdir()) == []


def test_unreadable_caches_are_listed_without_a_name(world: World):
    for path in world.packs:
        path.write_bytes(b"x" * 10)
    assert inventory(world.cache) == ((None, 30, 3),)
    assert clear(world.cache) == ((None, 30, 3),)


@pytest.fixture(autouse=True)
def _no_handle_left() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208
    yield
    assert not before or len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("few", [-1, 10**9])
@pytest.mark.parametrize("short", [-1, 10**9])
def test_many_findings_are_read_as_few_are(world: World, monkeypatch: pytest.MonkeyPatch, few: int, short: int):
    """Another reader and writer of JSON take over where there is much; each reads what the other wrote, long texts of few findings too."""
    monkeypatch.setattr(cache_module, "_FEW", few)
    monkeypatch.setattr(cache_module, "_SHORT", short)
    monkeypatch.setattr(Cache, "forget", None)
    monkeypatch.setattr(cache_module, "_PIECE", 2)
    for number in range(4):
        world.put(f"partners/x-{number}.yaml", b"id: y\n")
    assert "IKZ-L077" in used(world)
    monkeypatch.undo()
    assert "IKZ-L077" in same(world)


@pytest.mark.parametrize("few", [-1, 10**9])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_findings_that_were_restored_can_be_kept_again(monkeypatch: pytest.MonkeyPatch, few: int, count: int):
    """Few findings can make a long text: then those that are read in one way are written in the other."""
    monkeypatch.setattr(cache_module, "_FEW", few)
    monkeypatch.setattr(cache_module, "_PIECE", 2)
    result = {"files": 1, "cooperations": "", "findings": [[number, "ä"] for number in range(count)], "blobs": {}}
    restored = parsed_with_findings(json.dumps(result).encode())
    assert json.loads(b"".join(cache_module._json(restored))) == result
    assert json.loads(b"".join(cache_module._json(result))) == result
