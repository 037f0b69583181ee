"""However a registry changes: with a cache, without one, in one process or two, from a commit or the folder, the result is the same."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from ikzctl.gitrepo.objects import object_id
from tests.checks.small import AS_OF, base, cases
from tests.gitrepo.repos import git
from tests.registry.reads import read, reads
from tests.registry.remembered import SECOND, World, said, same

KFZ = "cooperations/kfz/agreement.yaml"
HEAD = "registry.yaml"
_CASES = cases()


class Life:
    """One registry and the people who work in it, all of them decided by one seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)  # noqa: S311
        self.done: list[str] = []
        self.backup: dict[str, bytes] = {}
        world.commit()

    def step(self) -> None:
        edit = self.dice.choice(EDITS)
        self.done.append(edit.__name__)
        self.world.tick()
        edit(self)
        self.world.rested = self.dice.random() < 0.6
        if self.dice.random() < 0.2:
            self.world.as_of = AS_OF + timedelta(days=self.dice.choice((0, 0, 40, 400, 4000)))

    def a_file(self) -> str:
        return self.dice.choice(self.world.paths())

    def text(self, path: str) -> str:
        return self.world.get(path).decode("utf-8", "replace")

    def proven(self) -> None:
        world = self.world
        expected = said(world.cold())
        for way in (world.warm, world.warm, *self.dice.sample((world.parallel, world.warm_parallel), 1)):
            assert said(way()) == expected, (way.__name__, self.done[-5:])
        committed = said(world.cold("HEAD"))
        assert said(world.warm("HEAD")) == committed, self.done[-5:]
        assert said(world.warm()) == expected, self.done[-5:]
        if not self.locked() and self.as_committed():
            assert committed == expected, self.done[-5:]

    def as_committed(self) -> bool:
        """By content: git's own status may take a file for unchanged whose time was put back, and knows no empty folders."""
        root, top = self.world.root, self.world.root.parent
        listed = git(top, "ls-tree", "-r", "-z", "HEAD", "--", root.name).split("\0")[:-1]
        saved = {path: (mode, oid) for line in listed for (mode, _, oid), path in [_fields(line)]}
        there = {}
        for place in root.rglob("*"):
            if place.is_dir() and not place.is_symlink():
                if not any(place.iterdir()):
                    return False
            elif place.is_symlink() or not place.is_file():
                return False
            else:
                there[place.relative_to(top).as_posix()] = ("100644", object_id("blob", place.read_bytes(), "sha1"))
        return there == saved

    def locked(self) -> bool:
        return any(not (self.world.root / p).stat().st_mode & 0o400 for p in self.world.paths())


def _fields(line: str) -> tuple[list[str], str]:
    head, _, path = line.partition("\t")
    return head.split(" "), path


# --- what people do ---------------------------------------------------------------------------------------------------


def nothing(life: Life) -> None:
    """The commonest thing of all."""


def a_known_fault(life: Life) -> None:
    for change in life.dice.choice(_CASES).change:
        path = life.world.root / change["file"]
        if "text" in change:
            life.world.put(change["file"], change["text"].encode())
        elif change.get("gone"):
            path.unlink(missing_ok=True)
        elif path.is_file():
            path.write_text(life.text(change["file"]).replace(change["old"], change["new"], 1), encoding="utf-8")


def as_it_was(life: Life) -> None:
    """What somebody broke is mended: contents come back that the cache has seen before."""
    git(life.world.root.parent, "checkout", "-q", "-f", "HEAD", "--", ".")


def another_digit(life: Life) -> None:
    """The size stays; often the meaning changes, sometimes the file breaks."""
    path = life.a_file()
    text = life.text(path)
    places = [n for n, letter in enumerate(text) if letter.isdigit()]
    if places:
        at = life.dice.choice(places)
        life.world.put(path, f"{text[:at]}{life.dice.randrange(10)}{text[at + 1 :]}".encode())


def another_digit_in_secret(life: Life) -> None:
    """The same, and the time of writing is put back."""
    path = life.world.root / life.a_file()
    before = path.stat()
    text = path.read_bytes()
    path.write_bytes(text.replace(b"1", b"2", 1) if b"1" in text else text.replace(b"2", b"1", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def a_comment(life: Life) -> None:
    """Nothing changes but the lines on which things stand, unless the comment holds what no text may."""
    path = life.a_file()
    lines = life.text(path).splitlines(keepends=True)
    at = life.dice.randrange(len(lines) + 1)
    comment = life.dice.choice(("# Rückfrage\n", "# Passwort: Sommer2026!\n", "\n", "# 0171 1234567\n"))
    life.world.put(path, "".join((*lines[:at], comment, *lines[at:])).encode())


def other_words(life: Life) -> None:
    """A text changes that no check across files sees, and what stands below it may move."""
    path = life.a_file()
    words = life.dice.choice(("Andere Worte", "|-\n  Andere\n  Worte", "Worte von vor- und nachher"))
    kept = [line for line in life.text(path).splitlines(keepends=True) if not line.startswith("note: ")]
    if kept:
        at = life.dice.choice([n for n, line in enumerate(kept) if not line.startswith(" ")] or [0])
        life.world.put(path, "".join((*kept[:at], f"note: {words}\n", *kept[at:])).encode())


def a_line_less(life: Life) -> None:
    path = life.a_file()
    lines = life.text(path).splitlines(keepends=True)
    if lines:
        del lines[life.dice.randrange(len(lines))]
        life.world.put(path, "".join(lines).encode())


def a_line_twice(life: Life) -> None:
    path = life.a_file()
    lines = life.text(path).splitlines(keepends=True)
    if lines:
        at = life.dice.randrange(len(lines))
        life.world.put(path, "".join((*lines[:at], lines[at], *lines[at:])).encode())


def broken_bytes(life: Life) -> None:
    path = life.a_file()
    broken = life.dice.choice(
        (b"", b"\xff\xfe", b"a: [", b'a: "\\ud800"\n', b"&a *a", b"x" * 300_000, b"id: 1\nid: 2\n")
    )
    life.world.put(path, life.dice.choice((broken, life.world.get(path) + broken)))


def a_new_file(life: Life) -> None:
    source = life.a_file()
    name = life.dice.choice(("neu", "zwei", "aaa", "zzz", "partner-1", "con", "Groß"))
    life.world.put(f"{source.rpartition('/')[0] or 'partners'}/{name}.yaml", life.world.get(source))


def something_strange(life: Life) -> None:
    where = life.dice.choice(("liesmich.txt", "partners/notiz.md", ".versteckt/x.yaml", "ordner/x.yaml", "NOTIZ.md"))
    life.world.put(where, b"x")


def a_file_less(life: Life) -> None:
    if len(life.world.paths()) > 5:
        path = life.a_file()
        if path != HEAD:
            (life.world.root / path).unlink()


def another_name(life: Life) -> None:
    old, new = life.a_file(), life.a_file()
    if HEAD not in (old, new):
        (life.world.root / old).rename(life.world.root / new)


def two_change_places(life: Life) -> None:
    """Renamed back and forth: the times of writing and the sizes travel along."""
    one, two = life.world.root / life.a_file(), life.world.root / life.a_file()
    if one != two and life.world.root / HEAD not in (one, two):
        aside = one.with_name("aside")
        one.rename(aside)
        two.rename(one)
        aside.rename(two)


def replaced_by_a_copy(life: Life) -> None:
    """As editors save: a new file takes the name of the old one."""
    path = life.world.root / life.a_file()
    text = path.read_bytes().replace(b"0", b"1", 1)
    aside = path.with_name("aside")
    aside.write_bytes(text)
    shutil.copystat(path, aside)
    aside.replace(path)


def locked(life: Life) -> None:
    path = life.world.root / life.a_file()
    path.chmod(0o000 if path.stat().st_mode & 0o400 else 0o644)


def touched(life: Life) -> None:
    for path in life.world.paths():
        os.utime(life.world.root / path)


def from_another_time(life: Life) -> None:
    """A clock that was wrong when the file was written, or is wrong now."""
    path = life.world.root / life.a_file()
    when = life.dice.choice((0, 1, time.time_ns() - 86_400 * SECOND, time.time_ns() + 86_400 * SECOND))
    os.utime(path, ns=(when, when))


def waivers(life: Life) -> None:
    code, file = life.dice.choice((("IKZ-L077", KFZ), ("IKZ-L021", KFZ), ("IKZ-G001", "security/speyer.yaml")))
    until = life.dice.choice(("2026-11-23", "2030-12-31"))
    waiver = f"waivers:\n  - code: {code}\n    file: {file}\n    reason: Text wird verhandelt\n    until: {until}\n"
    text = base()[HEAD].replace("land: RP\n", f"land: RP\n{waiver}")
    life.world.put(HEAD, life.dice.choice((text, base()[HEAD])).encode())


def saved(life: Life) -> None:
    for path in life.world.paths():
        (life.world.root / path).chmod(0o644)
    life.world.commit()


def a_cache_damaged(life: Life) -> None:
    if packs := life.world.packs:
        pack = life.dice.choice(packs)
        data = bytearray(pack.read_bytes())
        if data:
            data[int(life.dice.random() * len(data))] ^= 1 << life.dice.randrange(8)
        pack.write_bytes(bytes(data[: int(len(data) * life.dice.choice((1, 1, 0.5)))]))


def a_cache_less(life: Life) -> None:
    if packs := life.world.packs:
        life.dice.choice(packs).unlink()


def an_older_cache(life: Life) -> None:
    """One of the files of the cache is put back to what it was some steps ago."""
    for pack in life.world.packs:
        before = life.backup.get(pack.name)
        life.backup[pack.name] = pack.read_bytes()
        if before is not None and life.dice.random() < 0.5:
            pack.write_bytes(before)


def other_rules(life: Life) -> None:
    life.world.rules = life.dice.choice(("rules", "rules", "other rules"))


EDITS: tuple[Callable[[Life], None], ...] = (
    nothing,
    *3 * (a_known_fault, a_comment, as_it_was, saved),
    *2 * (another_digit, another_digit_in_secret, other_words),
    a_line_less,
    a_line_twice,
    broken_bytes,
    a_new_file,
    something_strange,
    a_file_less,
    another_name,
    two_change_places,
    replaced_by_a_copy,
    locked,
    touched,
    from_another_time,
    waivers,
    a_cache_damaged,
    a_cache_less,
    an_older_cache,
    other_rules,
)  # fmt: skip


def lived(folder: Path, seed: int, steps: int) -> Life:
    life = Life(World.made(folder), seed)
    life.proven()
    for _ in range(steps):
        life.step()
        life.proven()
    return life


@pytest.mark.parametrize("seed", range(3))
def test_random_lives(tmp_path: Path, seed: int):
    life = lived(tmp_path, seed, 10)
    assert len(life.done) == 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_random_lives(tmp_path: Path, seed: int):
    lived(tmp_path, seed, 60)


# --- one thing each ---------------------------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.made(tmp_path)


def test_nothing_new_is_the_same(world: World):
    first = same(world)
    assert said(world.warm()) == first
    assert "28 Dateien geprüft: kein Befund." in first


def test_a_fault_comes_and_goes(world: World):
    same(world)
    text = world.get(KFZ)
    world.put(KFZ, text.replace(b"internal: verursacher", b"internal: offen"))
    assert "IKZ-L077" in same(world)
    world.put(KFZ, text)
    assert "kein Befund" in same(world)


@pytest.mark.parametrize("rested", [True, False])
def test_same_size_same_time_of_writing(world: World, rested: bool):
    """Only the time of change tells, which nobody can set; and where it is too young to tell, the file is read."""
    world.rested = rested
    before = same(world)
    path = world.root / "partners/speyer.yaml"
    times = path.stat()
    world.tick()
    path.write_bytes(path.read_bytes().replace(b"id: speyer", b"id: spezer"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (times.st_size, times.st_mtime_ns)
    assert "IKZ-S004" in same(world)
    assert before != same(world)


def test_a_change_within_one_step_of_the_clock(world: World, monkeypatch: pytest.MonkeyPatch):
    """The file system says the same of both contents, as one does that counts in seconds: nothing young is believed."""
    from ikzctl.registry import sources

    young = time.time_ns() + 600 * SECOND  # and will be for as long as this test may take
    monkeypatch.setattr(sources, "_stamp", lambda entry: f"100\t{young}\t{young}\t7")
    world.rested = False
    same(world)
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    assert "IKZ-L077" in same(world)


@pytest.mark.parametrize("stamp", ["0\t0\t0\t0", "100\t5\t0\t7"])
def test_a_file_system_without_times(world: World, monkeypatch: pytest.MonkeyPatch, stamp: str):
    from ikzctl.registry import sources

    monkeypatch.setattr(sources, "_stamp", lambda entry: stamp)
    same(world)
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    assert "IKZ-L077" in same(world)


def test_where_times_tell_nothing_every_file_is_read(world: World, monkeypatch: pytest.MonkeyPatch):
    """Windows: the time of change is that of creation there."""
    from ikzctl.registry import cache, sources

    monkeypatch.setattr(cache, "_TIMES_TELL", False)
    monkeypatch.setattr(sources, "_stamp", lambda entry: f"100\t5\t5\t{len(entry.name)}")
    same(world)
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    assert "IKZ-L077" in same(world)


def test_the_clock_was_put_back(world: World):
    """All files seem to come from the future; then they are read, and what they say is right."""
    for path in world.paths():
        later = time.time_ns() + 3_600 * SECOND
        os.utime(world.root / path, ns=(later, later))
    same(world)
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    assert "IKZ-L077" in same(world)


def test_another_registry_at_the_same_place(world: World, tmp_path: Path):
    """As in a pipeline that keeps the cache: same paths, same sizes, same times of writing, other files."""
    same(world)
    other = World.made(tmp_path / "other")
    other.put(KFZ, other.get(KFZ).replace(b"internal: verursacher", b"internal: anteilig"))
    other.put("partners/speyer.yaml", other.get("partners/speyer.yaml").replace(b"id: speyer", b"id: spezer"))
    for path in other.paths():
        shutil.copystat(world.root / path, other.root / path)
    world.root.rename(tmp_path / "gone")
    other.root.rename(world.root)
    assert "IKZ-S004" in same(world)
    shutil.rmtree(world.root)
    (tmp_path / "gone").rename(world.root)
    assert "kein Befund" in same(world)


def test_one_registry_under_two_paths(world: World, tmp_path: Path):
    link = tmp_path / "link"
    link.symlink_to(world.root.parent)
    same(world)
    world.name = "link"
    assert "kein Befund" in same(world)
    assert len({p.parent for p in world.packs}) == 1


def test_two_registries_do_not_disturb_each_other(tmp_path: Path):
    one, two = World.made(tmp_path), World(tmp_path, name="s")
    for path, text in base().items():
        two.put(path, text.encode())
    two.put(KFZ, two.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    for _ in range(2):
        assert "kein Befund" in same(one)
        assert "IKZ-L077" in same(two)
    assert len({p.parent for p in one.packs}) == 2


def test_waivers_and_the_day_are_part_of_the_question(world: World):
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    waiver = f"land: RP\nwaivers:\n  - code: IKZ-L077\n    file: {KFZ}\n    reason: Text wird verhandelt\n    until: 2026-12-31\n"
    world.put(HEAD, world.get(HEAD).replace(b"land: RP\n", waiver.encode()))
    assert "geduldet bis 31.12.2026" in same(world)
    world.as_of = date(2027, 1, 1)
    assert "abgelaufen" in same(world)
    world.as_of = AS_OF
    assert "geduldet bis 31.12.2026" in same(world)


def test_lines_follow_a_comment(world: World):
    """The finding is remembered by what the file means; where it stands is looked up again."""
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    before = same(world)
    line = int(before.split(f"{KFZ}:")[1].split(":")[0])
    world.put(KFZ, b"# eine Zeile mehr\n" + world.get(KFZ))
    assert f"{KFZ}:{line + 1}:" in same(world)
    world.put(KFZ, world.get(KFZ).removeprefix(b"# eine Zeile mehr\n"))
    assert f"{KFZ}:{line}:" in same(world)


def test_a_folder_that_may_be_listed_but_not_entered(world: World, monkeypatch: pytest.MonkeyPatch):
    """Then even the times of its files are refused: each is named, as without a cache."""
    same(world)
    locked_folder = "partners/"
    from ikzctl.registry import sources

    class Refusing:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self.path = entry.name, entry.path
            self.is_file, self.is_dir, self.is_symlink = entry.is_file, entry.is_dir, entry.is_symlink
            self._stat = entry.stat

        def stat(self, follow_symlinks: bool = True) -> os.stat_result:
            if locked_folder in self.path:
                raise PermissionError(13, os.strerror(13), self.path)
            return self._stat(follow_symlinks=follow_symlinks)

    walk = sources.WorkTree._walk

    def refused(files: sources.Files, path: str) -> bytes:
        if path.startswith(locked_folder):
            raise PermissionError(13, os.strerror(13), path)
        return read(files, path)

    monkeypatch.setattr(sources.WorkTree, "_walk", lambda tree: ((p, Refusing(e)) for p, e in walk(tree)))
    with reads(refused):
        assert same(world).count("IKZ-P004") >= 3
    monkeypatch.undo()
    assert "kein Befund" in same(world)


def test_what_does_not_belong_there_comes_and_goes(world: World):
    """No file of the layout changes; only the folder has something more."""
    same(world)
    for _ in range(2):
        world.put("ordner/x.yaml", b"x")
        assert "IKZ-P001" in same(world)
        shutil.rmtree(world.root / "ordner")
        assert "kein Befund" in same(world)


def test_an_unreadable_file_is_never_remembered(world: World):
    same(world)
    path = world.root / "cooperations/kfz/cooperation.yaml"
    for _ in range(2):
        path.chmod(0o000)
        assert "IKZ-P004" in same(world)
        path.chmod(0o644)
        assert "kein Befund" in same(world)


def test_a_commit_and_the_folder_share_what_they_know(world: World):
    world.put(KFZ, world.get(KFZ).replace(b"internal: verursacher", b"internal: offen"))
    world.commit()
    folder = said(world.warm())
    assert said(world.warm("HEAD")) == said(world.cold("HEAD")) == folder
    world.put(KFZ, base()[KFZ].encode())
    assert "kein Befund" in same(world)
    assert said(world.warm("HEAD")) == folder
    assert "kein Befund" in said(world.warm())
