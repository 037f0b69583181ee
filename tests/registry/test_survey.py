"""What a run reads and what it remembers of files that change under its eyes; counted, not timed."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ikzctl.actions.remembering import Remembering
from ikzctl.actions.report import Report
from ikzctl.actions.validate import Effort, validate
from ikzctl.actions.workspace import Workspace
from ikzctl.library.resources import sample_registry_dir
from ikzctl.model.findings import Finding, Pointer
from ikzctl.registry import cache, commit_source, events, pool, reading, scan, shards, sources
from ikzctl.registry.scan import no_collector
from ikzctl.registry.survey import Survey
from tests.checks.small import AS_OF, base
from tests.gitrepo.repos import git
from tests.registry.reads import read, reads
from tests.registry.remembered import SECOND, World, many_processes, said, same

KFZ = "cooperations/kfz/agreement.yaml"
OPEN = (b"internal: verursacher", b"internal: offen")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World.made(tmp_path)
    world.put(KFZ, world.get(KFZ).replace(*OPEN))
    return world


class Watch:
    """Which files are read, in whatever way."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __enter__(self) -> Watch:
        def watched(files: sources.Files, path: str) -> bytes:
            self.read.append(path)
            return read(files, path)

        self._patch = reads(watched)
        self._patch.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.__exit__(None, None, None)


# --- what is read -----------------------------------------------------------------------------------------------------


def test_cold_every_file_is_read_once_and_the_places_of_findings_again(world: World):
    with Watch() as watch:
        world.cold()
    assert sorted(watch.read) == sorted([*world.paths(), KFZ])


def test_the_first_warm_run_reads_what_a_cold_one_reads(world: World):
    with Watch() as watch:
        world.warm()
    assert sorted(watch.read) == sorted([*world.paths(), KFZ])


def test_of_most_files_nothing_lies_in_memory_while_they_are_read(world: World):
    for number in range(1500):
        world.put(f"tasks/t-{number:04}.yaml", b"id: t\n")
    alive = []

    def counted(files: sources.Files, path: str) -> bytes:
        if path.startswith("tasks/t-") and path.endswith("00.yaml"):
            alive.append(sum(one.__class__ is shards.Row for one in gc.get_objects()))
        return read(files, path)

    with (
        mock.patch.object(shards, "_BORDER", 7),
        mock.patch.object(scan, "BLOCK", 8),
        reads(counted),
    ):
        world.warm()
    assert len(alive) >= 15
    assert 0 < max(alive) < 600


def test_the_second_run_reads_nothing(world: World):
    world.warm()
    with Watch() as watch:
        world.warm()
    assert watch.read == []


def test_one_file_changed_one_file_is_read(world: World):
    world.warm()
    world.tick()
    world.put("registry.yaml", b"#\n" + world.get("registry.yaml"))
    with Watch() as watch:
        world.warm()
    assert watch.read == ["registry.yaml"]


def test_one_file_means_something_else_and_places_of_findings_are_looked_up(world: World):
    world.warm()
    world.tick()
    world.put("registry.yaml", b"format: 1\n" + world.get("registry.yaml"))
    with Watch() as watch:
        world.warm()
    assert watch.read == ["registry.yaml", KFZ]


def test_a_text_that_no_other_check_sees_makes_no_difference_to_others(world: World):
    """It is checked by itself; what rests on all files is not done again, only lines may have moved."""
    world.warm()
    world.tick()
    world.put("partners/speyer.yaml", world.get("partners/speyer.yaml") + b"note: Neu aufgenommen\n")
    with Watch() as watch, mock.patch("ikzctl.checks.run.conclude", side_effect=AssertionError):
        world.warm()
    assert watch.read == ["partners/speyer.yaml"]
    moved = world.get(KFZ).replace(b"liability:", b"note: Neue Worte\nliability:", 1)
    assert moved != world.get(KFZ)
    world.put(KFZ, moved)
    with mock.patch("ikzctl.checks.run.conclude", side_effect=AssertionError):
        report = said(world.warm())
    assert report == said(world.cold())


def test_a_file_that_comes_or_goes_moves_no_other(world: World):
    world.warm()
    (world.root / "security/speyer.yaml").unlink()
    with Watch() as watch:
        world.warm()
    assert set(watch.read) <= {f.pointer.file for f in world.cold().findings}
    world.put("security/speyer.yaml", base()["security/speyer.yaml"].encode())
    with Watch() as watch:
        world.warm()
    assert watch.read == ["security/speyer.yaml"]


def test_touched_files_are_read_but_not_parsed(world: World):
    world.warm()
    world.tick()
    for path in world.paths():
        os.utime(world.root / path)
    with Watch() as watch, mock.patch.object(events, "load", None):
        world.warm()
    assert sorted(watch.read) == world.paths()


def test_young_files_are_read_again_and_old_ones_are_not(world: World, monkeypatch: pytest.MonkeyPatch):
    """Only those that could have changed within one step of the clock, which is as long here as this test may take."""
    world.warm()
    world.rested = False
    monkeypatch.setattr(cache, "_STEP", 600 * SECOND)
    with Watch() as watch:
        world.warm()
    assert watch.read == []
    world.tick()
    world.put(KFZ, world.get(KFZ) + b"#\n")
    for _ in range(3):
        with Watch() as watch:
            world.warm()
        assert set(watch.read) == {KFZ}


def test_a_commit_that_was_looked_at_is_not_read_again(world: World):
    world.commit()
    world.warm("HEAD")
    with mock.patch.multiple(commit_source.CommitSource, read_many=None, stamps=None):
        world.warm("HEAD")


def test_a_commit_of_files_that_were_looked_at_is_not_read(world: World):
    world.warm()
    world.commit()
    with Watch() as watch, mock.patch.object(commit_source.CommitSource, "read", None):
        assert said(world.warm("HEAD")) == said(world.warm())
    assert watch.read == []


def test_without_a_cache_nothing_is_written(world: World):
    world.cold()
    assert not world.cache.exists()
    assert not list(world.folder.glob("**/neu-*"))


def test_a_run_that_finds_the_same_writes_nothing(world: World):
    world.warm()
    before = {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in world.packs}
    world.warm()
    assert {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in world.packs} == before


# --- what is remembered of files that change while they are read ------------------------------------------------------


def changing(when: int, path: str, new: bytes) -> AbstractContextManager[object]:
    """Before this file is read for the nth time, somebody saves something else."""
    times = 0

    def changed(files: sources.Files, asked: str) -> bytes:
        nonlocal times
        if asked == path:
            times += 1
            if times == when:
                Path(files.root, path).write_bytes(new)
        return read(files, asked)

    return reads(changed)


@pytest.mark.parametrize("way", [World.warm, World.warm_parallel])
def test_a_folder_that_takes_the_place_of_another_for_a_moment(world: World, way: Callable[[World], Report]):
    """Its files keep their times; what was read there must not be remembered as what the listed files say."""
    folder, other, aside = world.root / "tasks", world.folder / "other", world.folder / "aside"
    shutil.copytree(folder, other)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes() + b"quatsch: 1\n")
    take = Survey.take

    def swap() -> None:
        folder.rename(aside)
        other.rename(folder)
        aside.rename(other)

    def swapped(survey: Survey, *hand_on: Any) -> None:
        swap()
        take(survey, *hand_on)
        swap()

    with mock.patch.object(Survey, "take", swapped):
        assert "quatsch" not in said(way(world))
    assert "quatsch" in said(world.warm()) == said(world.cold())


@pytest.mark.parametrize("when", [1, 2])
def test_a_file_saved_while_it_is_looked_at(world: World, when: int):
    """At the second time only the lines are looked up: they must belong to the content that had the finding."""
    old = world.get(KFZ)
    new = b"#\n#\n#\n" + old
    with changing(when, KFZ, new):
        shown = said(world.warm())
    assert shown == said(world.cold()), "the answer is that to the new content"
    world.tick()
    world.put(KFZ, old)
    same(world)


def test_a_file_saved_while_it_is_read_once_more(world: World):
    """What was known of it is lost, and what it says now is not what it meant when the run began."""
    world.put("partners/speyer.yaml", world.get("partners/speyer.yaml"))
    same(world)
    old = world.get(KFZ)
    next(p for p in world.packs if p.name == "results").unlink()
    facts = next(p for p in world.packs if p.name == "facts")
    data = bytearray(facts.read_bytes())
    for at in range(20, len(data) - 2500, 40):
        data[at] ^= 1
    facts.write_bytes(data)
    with changing(1, KFZ, old.replace(OPEN[1], OPEN[0])):
        said(world.warm())
    world.tick()
    world.put(KFZ, old)
    assert "IKZ-L077" in same(world)


def test_a_file_that_cannot_be_read_once_more(world: World):
    """Nothing tells from outside that it cannot be read, and what was known of it is lost: its absence is not remembered."""
    same(world)
    next(p for p in world.packs if p.name == "results").unlink()
    facts = next(p for p in world.packs if p.name == "facts")
    data = bytearray(facts.read_bytes())
    for at in range(20, len(data) - 2500, 40):
        data[at] ^= 1
    facts.write_bytes(data)

    def refused(files: sources.Files, path: str) -> bytes:
        if path == "partners/speyer.yaml":
            raise PermissionError(13, os.strerror(13), path)
        return read(files, path)

    with reads(refused):
        assert "IKZ-P004" in said(world.warm())
        assert said(world.warm()) == said(world.cold())
    assert "IKZ-P004" not in same(world)


def test_a_file_that_goes_while_its_line_is_looked_up(world: World):
    seen: set[str] = set()

    def going(files: sources.Files, path: str) -> bytes:
        if path == KFZ and path in seen:
            Path(files.root, path).unlink(missing_ok=True)
        seen.add(path)
        return read(files, path)

    for way in (world.cold, world.warm):
        seen.clear()
        world.put(KFZ, base()[KFZ].encode().replace(*OPEN))
        with reads(going):
            report = way()
        assert isinstance(report, Report)
    same(world)


def test_whoever_keeps_saving_is_not_waited_for(world: World):
    """After some attempts a report is given, and not remembered."""
    times = 0

    def changed(files: sources.Files, path: str) -> bytes:
        nonlocal times
        if path == KFZ:
            times += 1
            Path(files.root, path).write_bytes(b"#\n" * times + base()[KFZ].encode().replace(*OPEN))
        return read(files, path)

    with reads(changed):
        assert "IKZ-L077" in said(world.warm())
    assert times < 40
    same(world)


def test_the_rules_are_asked_once_per_run_only(world: World):
    attempts: list[int] = []
    attempt = Remembering._attempt

    def counted(self: Remembering) -> tuple[Report, bool]:
        attempts.append(1)
        return attempt(self)

    with mock.patch.object(Remembering, "_attempt", counted):
        world.warm()
        world.warm()
    assert len(attempts) == 2


# --- processes --------------------------------------------------------------------------------------------------------


def test_a_small_registry_starts_no_process(world: World):
    with mock.patch.object(pool, "_one_more", None):
        validate(Workspace(world.root), as_of=AS_OF, effort=Effort(jobs=8))
        world.warm(jobs=8)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_as_many_processes_as_were_allowed(world: World, jobs: int):
    started = []
    one_more = pool._one_more

    def counted(*arguments: object) -> object:
        started.append(1)
        return one_more(*arguments)  # type: ignore[arg-type]

    with many_processes(), mock.patch.object(pool, "_one_more", counted):
        report = validate(Workspace(world.root), as_of=AS_OF, effort=Effort(jobs=jobs))
    assert len(started) == (jobs if jobs > 1 else 0)
    assert said(report) == said(world.cold())


def test_the_border_of_what_is_worth_a_process():
    reader = reading.Reader(lambda: (), jobs=2)
    assert not reader._worth_a_pool(reading.WORTH_A_POOL - 1)
    assert reader._worth_a_pool(reading.WORTH_A_POOL)
    assert not reading.Reader(lambda: (), jobs=1)._worth_a_pool(10**9)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")
def test_when_somebody_ends_a_process_this_one_does_the_work(world: World):
    spread, times = pool.Crew.spread, []

    def ended(*arguments: object) -> Iterator[object]:
        times.append(1)
        yield from [*spread(*arguments)][:1]  # type: ignore[arg-type]
        raise ChildProcessError

    for way in (world.parallel, world.warm_parallel):
        times.clear()
        with mock.patch.object(pool.Crew, "spread", ended):
            assert said(way()) == said(world.cold())
        assert times == [1]


def forged(checks: reading.Checks, files: sources.Files, paths: list[str]) -> None:
    """Instead of `_foresee`: what it remembers cannot be true, so whoever sees it knows where it came from."""
    (path,) = paths
    content = files.read(path)
    fault = Finding("IKZ-S001", "error", Pointer(path, (), 1, 1), "vorausgesehen")
    result = scan.examine(path, content, checks())._replace(findings=(fault,))
    reading._foreseen[path, shards.blob_id(content)] = result


def too_early(checks: reading.Checks, files: sources.Files, paths: list[str]) -> None:
    """The file changes as soon as it has been foreseen."""
    forged(checks, files, paths)
    (Path(files.root) / paths[0]).write_bytes(b"unbekannt: 1\n" + files.read(paths[0]))


@pytest.fixture
def large(world: World) -> World:
    """A large registry, as far as the reader knows, that was looked at, and changed."""
    world.rested = False
    world.warm_parallel()
    world.tick()
    world.put(KFZ, b"# neu\n" + world.get(KFZ))
    return world


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")
def test_a_file_that_changed_is_read_while_others_are_looked_for(large: World):
    with mock.patch.object(reading, "_foresee", forged):
        assert "vorausgesehen" in said(large.warm_parallel())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")
def test_what_was_foreseen_counts_for_its_content_only(large: World):
    with mock.patch.object(reading, "_foresee", too_early):
        report = said(large.warm_parallel())
    assert large.get(KFZ).startswith(b"unbekannt: 1\n# neu\n")
    assert "vorausgesehen" not in report
    assert "unbekannt" in report
    assert report == said(large.cold())


def test_no_more_is_foreseen_than_one_process_can_do_in_time():
    told: list[str] = []
    reader = reading.Reader(tuple, jobs=2)
    files = sources.Files("nowhere")
    assert not reader.foresee(files, "a")
    reader._crew = mock.Mock(tell=lambda work, paths: told.extend(paths))
    wanted = [reader.foresee(files, str(number)) for number in range(2 * reading._MOST_FORESEEN)]
    assert wanted == sorted(wanted, reverse=True)
    assert told == [str(number) for number in range(sum(wanted))]
    assert 0 <= len(told) - reading._MOST_FORESEEN < reading._TOLD_TOGETHER


def test_progress_is_told_and_ends(world: World, tmp_path: Path):
    for number in range(200):
        world.put(f"tasks/t-{number}.yaml", b"id: x\n")
    told: list[tuple[int, int]] = []
    effort = Effort(progress=lambda done, total: told.append((done, total)))
    validate(Workspace(world.root), as_of=AS_OF, effort=effort)
    total = 200 + len(base())
    assert told == [(number, total) for number in range(50, total + 1, 50)]


# --- memory and growth ------------------------------------------------------------------------------------------------


def many(tmp_path: Path, count: int) -> World:
    world = World(tmp_path, name=f"r{count}")
    text = base()["partners/speyer.yaml"]
    for number in range(count):
        world.put(f"partners/p-{number}.yaml", text.replace("id: speyer", f"id: p-{number}").encode())
    world.put("registry.yaml", base()["registry.yaml"].encode())
    return world


class Alive:
    """How many documents are in memory at once; the collector is off in a scan, so only what nobody holds is gone."""

    def __init__(self) -> None:
        self.now = self.most = self.made = 0

    def __enter__(self) -> Alive:
        import weakref

        load = events.load

        def gone() -> None:
            self.now -= 1

        def watched(content: bytes, file: str, parser: events.Parser = "fastest") -> events.Loaded:
            loaded = load(content, file, parser)
            weakref.finalize(loaded, gone)
            self.now += 1
            self.made += 1
            self.most = max(self.most, self.now)
            return loaded

        self._patch = mock.patch.object(events, "load", watched)
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


@pytest.mark.parametrize("way", ["cold", "warm"])
def test_documents_do_not_stay_in_memory(tmp_path: Path, way: str):
    world = many(tmp_path, 250)
    with no_collector(), Alive() as alive:
        getattr(world, way)()
    assert alive.made >= 251
    # those that are read together, those kept to look up lines, one about to go
    assert alive.most <= scan.BLOCK + 8 + 1


def opened(world: World, way: str) -> int:
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if active and event in ("open", "os.scandir") and str(world.root) in str(arguments[0]):
            count += 1

    active = True
    sys.addaudithook(hook)
    getattr(world, way)()
    active = False
    return count


@pytest.mark.parametrize("way", ["cold", "warm"])
def test_opened_files_grow_with_the_registry(tmp_path: Path, way: str):
    """Each file once, and those with findings once more; warm nothing but the two folders."""
    few, more = opened(many(tmp_path, 20), way), opened(many(tmp_path, 40), way)
    assert (few, more) == (2 + 21 + 20, 2 + 41 + 40)


def test_a_warm_run_opens_folders_only(tmp_path: Path):
    for count in (20, 40):
        world = many(tmp_path, count)
        world.warm()
        assert opened(world, "warm") == 2


# --- a whole process --------------------------------------------------------------------------------------------------

_COUNTED = """
import sys
from ikzctl.registry import reading
reading.WORTH_A_POOL = {}
opened, started = [], []
def hook(event, arguments):
    if event == "open":
        opened.append(str(arguments[0]))
    elif event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        started.append(event)
sys.addaudithook(hook)
sys.argv = ["ikzctl", *sys.argv[1:]]
from ikzctl.cli.entry import answer
answer(sys.argv[1:])
import json
print("\\n@@" + json.dumps([sorted(sys.modules), opened, started]))
"""
HEAVY = (
    "pydantic",
    "pydantic_core",
    "ruamel.yaml",
    "_ruamel_yaml",
    "jinja2",
    "lxml",
    "multiprocessing",
    "ikzctl.checks",
)


class Run:
    def __init__(self, folder: Path, cache: Path, *arguments: str, worth_a_pool: int = reading.WORTH_A_POOL) -> None:
        import json

        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "HOME": str(cache)}
        command = [
            sys.executable,
            "-c",
            _COUNTED.replace("{}", str(worth_a_pool)),
            "validate",
            "--as-of",
            "2026-11-23",
            *arguments,
        ]
        command += ["--registry", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, encoding="utf-8")
        self.out, _, counted = done.stdout.rpartition("\n@@")
        modules, opened, self.started = json.loads(counted)
        self.heavy = sorted({h for h in HEAVY for m in modules if m == h or m.startswith(f"{h}.")})
        self.registry = sorted(p for p in opened if p.startswith(str(folder / "registry")))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "repo"
    shutil.copytree(sample_registry_dir(), folder / "registry")
    git(folder, "init", "-q", "-b", "main", "--template=")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "x")
    aged(folder)
    return folder


def aged(folder: Path) -> None:
    """Nobody can set the time of change; so the clock of the program is trusted to be well behind it."""
    import time

    youngest = max(p.stat().st_ctime_ns for p in (folder / "registry").rglob("*.yaml"))
    while time.time_ns() < youngest + 2_100_000_000:
        time.sleep(0.1)


def test_an_unchanged_registry_is_not_opened_and_nothing_heavy_is_imported(sample: Path, tmp_path: Path):
    first, second = Run(sample, tmp_path), Run(sample, tmp_path)
    assert len(set(first.registry)) == 99
    assert "pydantic" in first.heavy
    assert second.registry == []
    assert second.heavy == []
    assert second.started == []
    assert second.out == first.out == Run(sample, tmp_path, "--no-cache").out


def test_of_a_changed_registry_only_the_change_is_opened(sample: Path, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(sample, copy)
    aged(copy)
    Run(copy, tmp_path)
    path = copy / "registry" / "tasks" / "kfz-zulassung.yaml"
    path.write_bytes(b"#\n" + path.read_bytes())
    changed = Run(copy, tmp_path)
    assert changed.registry == [str(path)]
    assert changed.started == []
    assert changed.out == Run(copy, tmp_path, "--no-cache").out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes start anew and take long")
def test_in_a_large_registry_another_process_reads_the_change(sample: Path, tmp_path: Path):
    """It imports what that takes while this one is still looking for more; where nothing changed, nobody is started."""
    copy = tmp_path / "copy"
    shutil.copytree(sample, copy)
    aged(copy)

    def run() -> Run:
        return Run(copy, tmp_path, "--jobs", "4", worth_a_pool=50)

    first, unchanged = run(), run()
    assert (len(first.started), unchanged.started) == (4, [])
    path = copy / "registry" / "tasks" / "kfz-zulassung.yaml"
    path.write_bytes(b"#\n" + path.read_bytes())
    changed = run()
    assert changed.started == ["os.fork"]
    assert changed.heavy == ["multiprocessing"]
    assert changed.registry == []
    assert changed.out == Run(copy, tmp_path, "--no-cache").out


def test_a_commit_starts_git_as_often_as_it_must(sample: Path, tmp_path: Path):
    first, second = Run(sample, tmp_path, "--rev", "HEAD"), Run(sample, tmp_path, "--rev", "HEAD")
    cold = Run(sample, tmp_path, "--rev", "HEAD", "--no-cache")
    assert first.out == second.out == cold.out
    assert (first.registry, second.registry) == ([], [])
    assert second.heavy == []
    assert (len(second.started), len(cold.started), len(first.started)) == (2, 4, 4)
