"""Broken input, kind by kind: a German sentence with a place, the exit code of the contract, and nothing changed on the disk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.program import Program, digest, needs, needs_rights, powerless, save

REGISTRY = "registry"
WORMS = "partners/worms.yaml"
MANDATE = "cooperations/vergabestelle/mandates/verfahren.yaml"
MEMBER = "cooperations/vergabestelle/members/worms.yaml"


@dataclass(frozen=True)
class Kind:
    """`code` at `place` is what `validate` reports; `text` is part of the sentence."""

    name: str
    path: str
    code: str
    place: str
    text: str
    breaks: Callable[[bytes], bytes]


def line(number: int, text: str) -> Callable[[bytes], bytes]:
    """Put a line before the line of that number."""

    def insert(content: bytes) -> bytes:
        lines = content.split(b"\n")
        return b"\n".join([*lines[: number - 1], text.encode(), *lines[number - 1 :]])

    return insert


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    def replaced(content: bytes) -> bytes:
        assert content.count(old.encode()) == 1, old
        return content.replace(old.encode(), new.encode())

    return replaced


def whole(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


def _conflict(content: bytes) -> bytes:
    return content.replace(
        b"task: vergabe\n", b"<<<<<<< HEAD\ntask: vergabe\n=======\ntask: wohngeld\n>>>>>>> anderer-zweig\n"
    )


TEXT = [
    Kind("tab", MANDATE, "IKZ-Y008", ":8:1", "Tabulator", swap("  kind: teil", "\tkind: teil")),
    Kind("unclosed-quote", WORMS, "IKZ-Y0", ":", "", swap('key: "07319000"', 'key: "07319000')),
    Kind("missing-colon", MANDATE, "IKZ-Y0", ":", "", swap("task: vergabe", "task vergabe")),
    Kind("bad-indentation", MANDATE, "IKZ-Y0", ":", "", swap("    - id: lieferungen", "   - id: lieferungen")),
    Kind("unclosed-bracket", MEMBER, "IKZ-Y0", ":", "", whole(b"partner: worms\ntasks: [vergabe\nfrom: 2027-07-01\n")),
    Kind(
        "key-twice",
        MANDATE,
        "IKZ-Y019",
        ":4:1",
        "steht zweimal da: in Zeile 1 und in Zeile 4",
        line(4, "id: noch-eins"),
    ),
    Kind("anchor", MEMBER, "IKZ-Y015", ":1:10", "Anker", whole(b"partner: &a worms\nfrom: 2027-07-01\n")),
    Kind("alias", MEMBER, "IKZ-Y016", ":1:10", "Verweise", whole(b"partner: *a\nfrom: 2027-07-01\n")),
    Kind("merge-key", MEMBER, "IKZ-Y017", ":1:1", "Zusammenführungen", whole(b"<<: {}\npartner: worms\n")),
    Kind("tag", MEMBER, "IKZ-Y018", ":1:10", "Typangaben", whole(b"partner: !!python/name:os.system worms\n")),
    Kind("second-document", MEMBER, "IKZ-Y013", ":4:1", "zweites Dokument", lambda c: c + b"---\nid: x\n"),
    Kind("directive", MEMBER, "IKZ-Y014", ":1:1", "Direktiven", lambda c: b"%YAML 1.1\n---\n" + c),
    Kind("deep-nesting", MEMBER, "IKZ-Y022", ":1:", "Zu tief", whole(b"partner: " + b"[" * 100_000 + b"\n")),
    Kind("alias-bomb", MEMBER, "IKZ-Y01", ":1:", "", whole(b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")),
    Kind("many-entries", MEMBER, "IKZ-Y023", ":", "zu viele", whole(b"partner: worms\ntasks:\n" + b"- x\n" * 30_000)),
    Kind("merge-conflict", MANDATE, "IKZ-Y0", ":3:1", "beim Zusammenführen nicht entscheiden", _conflict),
    Kind("utf-16", WORMS, "IKZ-Y002", ":1:1", "nicht als UTF-8", lambda c: c.decode().encode("utf-16")),
    Kind("latin-1", "tasks/vergabe.yaml", "IKZ-Y002", ":", "nicht als UTF-8", lambda c: c.decode().encode("cp1252")),
    Kind("bom", WORMS, "IKZ-Y003", ":1:1", "ikzctl fmt", lambda c: b"\xef\xbb\xbf" + c),
    Kind("crlf", WORMS, "IKZ-Y004", ":1:", "ikzctl fmt", lambda c: c.replace(b"\n", b"\r\n")),
    Kind("nul", WORMS, "IKZ-Y005", ":", "U+0000", swap("seat: Worms", "seat: Wor\0ms")),
    Kind("escape", WORMS, "IKZ-Y005", ":", "U+001B", swap("seat: Worms", 'seat: "\\e[31mWorms"')),
    Kind("bidi", WORMS, "IKZ-Y005", ":", "U+202E", swap("seat: Worms", "seat: \u202eWorms")),
    Kind("cyrillic", WORMS, "IKZ-Y006", ":", "lateinische Schrift", swap("seat: Worms", "seat: W\u043erms")),
    Kind("empty", MEMBER, "IKZ-Y011", ":1:1", "leer", whole(b"")),
    Kind("only-comments", MEMBER, "IKZ-Y011", ":", "leer", whole(b"# nichts\n")),
    Kind("a-list", MEMBER, "IKZ-Y012", ":1:1", "Auf der obersten Ebene", whole(b"- partner\n- worms\n")),
    Kind("too-big", MEMBER, "IKZ-Y001", "", "zu groß", lambda c: c + b"# x\n" * 70_000),
    Kind("word-file", MEMBER, "IKZ-Y0", "", "", whole(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00")),
]
SHAPE = [
    Kind(
        "wrong-type",
        MANDATE,
        "IKZ-S",
        ":",
        "eine Liste",
        swap("principals:\n  - alzey-worms", "principals: alzey-worms"),
    ),
    Kind("unknown-key", MANDATE, "IKZ-S", ":4:1", "Meinten Sie", swap("\nmode: ", "\nmodus: ")),
    Kind("missing-key", MANDATE, "IKZ-S", ":", "task", swap("task: vergabe\n", "")),
    Kind("unknown-word", MANDATE, "IKZ-S", ":4:1", "Meinten Sie „delegating“?", swap("delegating", "delegatig")),
    Kind("unquoted-key", WORMS, "IKZ-", ":", "Anführungszeichen", swap('key: "07319000"', "key: 07319000")),
    Kind("impossible-day", MEMBER, "IKZ-", ":2:1", "2027-02-30", swap("2027-07-01", "2027-02-30")),
    Kind("german-day", MEMBER, "IKZ-", ":2:1", "01.07.2027", swap("2027-07-01", "01.07.2027")),
    Kind("until-before-from", MEMBER, "IKZ-", ":", "", line(3, "until: 2026-01-01")),
    Kind("dangling-reference", MANDATE, "IKZ-R001", ":", "Meinten Sie „worms“?", swap("agent: worms", "agent: wurms")),
    Kind("wrong-id", MANDATE, "IKZ-S004", ":1:1", "die Datei heißt „verfahren“", swap("id: verfahren", "id: vorgang")),
    Kind("template-in-a-name", WORMS, "IKZ-Y009", ":", "Dokumentvorlagen", swap("seat: Worms", 'seat: "{{ 7*7 }}"')),
    Kind("formula-in-a-name", WORMS, "IKZ-", ":", "", swap("short_name: Worms", 'short_name: "=1+1"')),
    Kind("wrong-format", "registry.yaml", "IKZ-S", ":", "ikz-registry/1", swap("ikz-registry/1", "ikz-registry/9")),
    Kind(
        "personal-mail",
        WORMS,
        "IKZ-D001",
        ":",
        "",
        swap("contacts: []", "contacts:\n  - function: IT\n    mail: erika.mustermann@worms.de"),
    ),
]


def findings(out: str) -> list[tuple[str, str, str]]:
    """(place, code, sentence) of every error and warning in the one-line form."""
    return re.findall(r"^(\S+?): (?:Fehler|Warnung|Hinweis) (IKZ-\w+): (.*)$", out, re.M)


@pytest.mark.parametrize("kind", [*TEXT, *SHAPE], ids=lambda k: k.name)
def test_a_broken_file_is_named_with_its_place(small: Program, kind: Kind):
    target = small.folder / REGISTRY / kind.path
    broken = kind.breaks(target.read_bytes())
    assert broken != target.read_bytes()
    target.write_bytes(broken)
    before = digest(small.folder)
    done = small("validate", "--format", "lines")
    assert done.code == (0 if kind.name in ("personal-mail",) else 1), done.text
    hits = [f for f in findings(done.out) if f[1].startswith(kind.code) and f[0].startswith(kind.path + kind.place)]
    assert hits, done.out
    assert any(kind.text in sentence for _, _, sentence in hits), hits
    for _, _, sentence in hits:
        assert len(re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", sentence)) >= 3, sentence
        assert len(sentence) < 400
    assert re.fullmatch(r"\d+ Dateien geprüft: .*\.\n", done.err), done.err
    assert digest(small.folder) == before


# one of each way in which a file can fail: as bytes, as text, as data, as a record, as a reference
_EACH_WAY = (
    "utf-16",
    "unclosed-quote",
    "alias-bomb",
    "escape",
    "empty",
    "too-big",
    "missing-key",
    "dangling-reference",
    "wrong-id",
    "wrong-format",
)


@pytest.mark.parametrize("kind", [k for k in (*TEXT, *SHAPE) if k.name in _EACH_WAY], ids=lambda k: k.name)
def test_no_other_command_is_thrown_off_by_a_broken_file(small: Program, kind: Kind):
    """What needs the file says which one and where; what does not, works; nothing is changed; nothing is a fault of the program."""
    target = small.folder / REGISTRY / kind.path
    target.write_bytes(kind.breaks(target.read_bytes()))
    save(small, "Kaputt")
    before = digest(small.folder)
    for command in (
        ("status",),
        ("list", "partner"),
        ("diff", "HEAD~1"),
        ("agreement", "draft", "vergabestelle", "-o", str(small.home / "nirgends")),
        ("cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "x", "--dry-run"),
    ):
        done = small(*command)
        assert done.code in (0, 1, 2), f"{command}\n{done.text}"
        if done.code == 2:
            assert done.out == ""
            assert "Fehler: " in done.err
        if kind.name == "wrong-format" and command[0] in ("agreement", "cooperation", "status"):
            assert "registry.yaml" in done.err
    assert digest(small.folder) == before


Setup = Callable[[Path], object]


def _link(registry: Path) -> None:
    (registry / WORMS).rename(registry / "partners/original.txt")
    (registry / WORMS).symlink_to("original.txt")


LAYOUT: list[tuple[str, Setup, str, str]] = [
    ("link", _link, "partners/worms.yaml", "symbolische Verknüpfungen sind im Register nicht erlaubt"),
    ("yml", lambda r: _put(r / "partners/neu.yml"), "partners/neu.yml", "die Endung muss .yaml heißen: „neu.yaml“"),
    ("capitals", lambda r: _put(r / "partners/Neu.yaml"), "partners/Neu.yaml", "ist keine gültige Kennung"),
    ("windows-name", lambda r: _put(r / "partners/con.yaml"), "partners/con.yaml", "ist keine gültige Kennung"),
    (
        "windows-folder",
        lambda r: _put(_made(r / "cooperations/con") / "cooperation.yaml"),
        "cooperations/con/cooperation.yaml",
        "der Ordnername „con“ ist keine gültige Kennung",
    ),
    ("word-file", lambda r: _put(r / "partners/brief.docx"), "partners/brief.docx", "gehört nicht zum Aufbau"),
    ("unknown-folder", lambda r: (r / "partner").mkdir(), "partner/", "Meinten Sie „partners“?"),
    ("folder-for-file", lambda r: (r / "partners/neu.yaml").mkdir(), "partners/neu.yaml/", "gehört nicht zum Aufbau"),
    ("pipe", lambda r: os.mkfifo(r / "partners/neu.yaml"), "partners/neu.yaml", "gewöhnliche Datei erwartet"),
    ("loop", lambda r: (r / "systems").symlink_to("systems"), "systems", "symbolische Verknüpfungen"),
]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _put(path: Path) -> None:
    path.write_text("id: neu\n", encoding="utf-8")


@needs(sys.platform != "win32", "links and pipes as on Unix")
@pytest.mark.parametrize(("setup", "place", "text"), [c[1:] for c in LAYOUT], ids=[c[0] for c in LAYOUT])
def test_what_does_not_belong_into_the_folder_is_named(small: Program, setup: Setup, place: str, text: str):
    setup(small.folder / REGISTRY)
    before = digest(small.folder)
    done = small("validate", "--format", "lines")
    assert done.code == 1
    assert [s for p, c, s in findings(done.out) if p == place and c.startswith("IKZ-P") and text in s], done.out
    assert digest(small.folder) == before


@needs(sys.platform != "win32", "links and pipes as on Unix")
def test_list_and_fmt_name_what_they_pass_over(small: Program):
    _link(small.folder / REGISTRY)
    os.mkfifo(small.folder / REGISTRY / "tasks/neu.yaml")
    listed = small("list", "partner")
    assert (listed.code, re.findall(r"^[a-z-]+", listed.out, re.M)) == (1, ["alzey-worms"])
    assert f"Hinweis: {WORMS}: symbolische Verknüpfungen sind im Register nicht erlaubt" in listed.err
    assert "neu.yaml" not in listed.err, "tasks are no partners"
    assert "symbolische" in small("list", "partner", "--format", "json").err
    form = small("fmt", "--check")
    assert form.code == 1
    assert f"{WORMS}: symbolische" in form.err
    assert "tasks/neu.yaml: hier wird eine gewöhnliche Datei erwartet" in form.err
    assert "die übrigen sind in Form" in form.err
    assert small("fmt", "--check", "registry/cooperations").code == 0, "none of them lies there"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"id: alzey-worms\nlegal_name: [\n", ""),
        (b"\xff\xfe", "UTF-16"),
        (b"", "leer"),
        (b"id: alzey-worms\nlegal_name: A\nlegal_name: B\n", "legal_name"),
        (b"#" * 300_000, "256"),
    ],
    ids=["bracket", "encoding", "empty", "twice", "large"],
)
def test_list_says_which_files_cannot_be_read(small: Program, content: bytes, text: str):
    (small.folder / REGISTRY / WORMS).write_bytes(content)
    listed = small("list", "partner")
    assert (listed.code, re.findall(r"^[a-z-]+", listed.out, re.M)) == (1, ["alzey-worms", "worms"])
    hints = [line for line in listed.err.splitlines() if line.startswith(f"Hinweis: {WORMS}:")]
    assert len(hints) == 1
    assert text in hints[0]


READING = pytest.mark.parametrize(
    "command",
    [
        ("validate",),
        ("status",),
        ("list", "partner"),
        ("show", "partner", "worms"),
        ("diff", "HEAD"),
        ("fmt", "--check"),
    ],
    ids=lambda command: command[0],
)


@READING
def test_whoever_reads_the_folder_is_told_that_a_change_is_unfinished(small: Program, command: tuple[str, ...]):
    """Its files may be halfway between two commits; what is read from a commit is whole."""
    hint = "Hinweis: Eine Änderung wurde unterbrochen oder ist gerade im Gang. Abschließen: ikzctl repair"
    journal = small.folder / ".git/ikzctl/journal.json"
    assert not journal.exists()
    assert hint not in small(*command).err
    journal.parent.mkdir(exist_ok=True)
    journal.touch()
    assert small(*command).err.count(hint) == 1
    if command[0] != "fmt":
        assert hint not in small(*command, *(("HEAD",) if command[0] == "diff" else ("--rev", "HEAD"))).err


def _in_the_way(path: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def put(registry: Path) -> None:
        target = registry / path
        target.rename(registry.parent / "daneben")
        make(target)

    return put


IN_THE_WAY: list[tuple[str, str, Callable[[Path], object], tuple[str, ...]]] = [
    ("pipe", WORMS, os.mkfifo, ("show", "partner", "worms")),
    ("pipe", WORMS, os.mkfifo, ("status",)),
    ("link", WORMS, lambda p: p.symlink_to("/etc/passwd"), ("show", "partner", "worms")),
    ("link", "registry.yaml", lambda p: p.symlink_to("../daneben"), ("status",)),
    ("link", "tasks", lambda p: p.symlink_to("/etc"), ("agreement", "draft", "vergabestelle", "--working-tree")),
    ("link", "tasks", lambda p: p.symlink_to("/etc"), ("show", "task", "vergabe")),
]


@needs(sys.platform != "win32", "links and pipes as on Unix")
@pytest.mark.parametrize(
    ("path", "make", "command"), [c[1:] for c in IN_THE_WAY], ids=[f"{c[0]}-{c[3][0]}-{c[1]}" for c in IN_THE_WAY]
)
def test_a_record_that_is_no_file_is_not_said_to_be_missing(
    small: Program, path: str, make: Callable[[Path], object], command: tuple[str, ...]
):
    _in_the_way(path, make)(small.folder / REGISTRY)
    before = digest(small.folder)
    done = small(*command)
    assert (done.code, done.out) == (2, "")
    assert re.search(rf"^{path}: Fehler IKZ-P003: ", done.err, re.M), done.err
    assert re.search(r"^Fehler: Die Datei \S+ kann nicht gelesen werden\.$", done.err, re.M), done.err
    assert digest(small.folder) == before


def test_a_registry_that_is_a_submodule_in_the_commit_is_named(small: Program):
    commit = small.git("rev-parse", "HEAD").strip()
    small.git("rm", "-rq", "--cached", REGISTRY)
    small.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{REGISTRY}")
    small.git("commit", "-q", "-m", "Submodul")
    done = small("validate", "--rev", "HEAD", "--format", "lines")
    assert done.code == 1
    sentence = "der Ordner des Registers ist in diesem Commit ein Submodul oder eine Verknüpfung"
    assert f".: Fehler IKZ-P003: {sentence}\n" in done.out


ODD_NAMES = [
    b"\x1b[31m.yaml",
    b"{{ 7*7 }}.yaml",
    b"{% for x in y %}.yaml",
    b"\xff\xfe.yaml",
    "\ufffe\u27e6.yaml".encode(),
    b"<&>.yaml",
]


@needs(sys.platform != "win32", "names of any bytes as on Unix")
def test_file_names_of_any_kind_reach_the_review_sheet_harmless(small: Program):
    """The names of files that do not belong there stand in the findings, and those in the draft's review sheet."""
    folder = small.folder / REGISTRY / "cooperations/vergabestelle/members"
    for name in ODD_NAMES:
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    save(small)
    done = small("agreement", "draft", "vergabestelle", "--working-tree", "-o", str(small.home / "odd"))
    assert done.code == 0, done.text
    assert len(list((small.home / "odd").glob("*pruefvermerk.docx"))) == 1


@needs(sys.platform != "win32", "limits as on Unix")
def test_a_file_that_does_not_fit_into_memory_is_no_fault_of_the_program(small: Program):
    member = small.folder / REGISTRY / "cooperations/vergabestelle/members/alzey-worms.yaml"
    with member.open("wb") as stream:
        stream.truncate(16 << 30)
    words = (
        "cooperation",
        "leave",
        "vergabestelle",
        "alzey-worms",
        "--effective",
        "2029-12-31",
        "--reason",
        "x",
        "--yes",
    )
    limited = replace(small, before=("sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh"))
    done = limited(*words)
    assert done.code == 2, done.text
    assert re.search(r"^Fehler: .*[a-zäöü] ", done.err, re.M), done.err
    assert small.git("status", "--porcelain") == f" M {member.relative_to(small.folder).as_posix()}\n"
    assert small.git("log", "-1", "--format=%s") == "Gemeinsame Vergabestelle vorbereiten\n"


@needs_rights
def test_an_unreadable_file_is_named(small: Program):
    (small.folder / REGISTRY / WORMS).chmod(0)
    before = digest(small.folder)
    program = powerless(small)
    done = program("validate", "--format", "lines")
    assert done.code == 1
    assert f"{WORMS}: Fehler IKZ-P004: die Datei kann nicht gelesen werden" in done.out
    for command in (
        ("status",),
        ("list", "partner"),
        ("show", "partner", "worms"),
        ("diff", "HEAD"),
        ("fmt", "--check"),
    ):
        done = program(*command)
        assert done.code in (1, 2), f"{command}\n{done.text}"
        assert "worms.yaml" in done.text, f"{command}\n{done.text}"
    assert digest(small.folder) == before


@needs_rights
def test_an_unreadable_folder_is_named(small: Program):
    (small.folder / REGISTRY / "partners").chmod(0)
    try:
        done = powerless(small)("validate")
    finally:
        (small.folder / REGISTRY / "partners").chmod(0o755)
    assert done.code in (1, 2)
    assert "partners" in done.text
    assert "Zugriffsrechte" in done.text


@needs_rights
@pytest.mark.parametrize("closed", ["registry/partners", ".git", ".git/refs/heads", ".git/objects"])
def test_a_folder_that_may_not_be_written_to(small: Program, closed: str):
    before = digest(small.folder)
    folder = small.folder / closed
    folder.chmod(0o555)
    try:
        done = powerless(small)("partner", "add", "--key", "07318000", "--yes")
    finally:
        folder.chmod(0o755)
    assert done.code == 2, done.text
    assert "Es wurde nichts geändert." in done.err
    assert re.search("darf nicht geschrieben werden|fehlen Zugriffsrechte|Schreibrechte", done.err), done.err
    assert digest(small.folder) == before


ADD = ("partner", "add", "--key", "07318000", "--yes")


def _merging(p: Program, command: str = "merge") -> None:
    p.git("switch", "-q", "-c", "anderer")
    _edit(p, MEMBER, "2027-07-01", "2027-08-01")
    save(p)
    p.git("switch", "-q", "main")
    _edit(p, MEMBER, "2027-07-01", "2027-09-01")
    save(p)
    who = {f"GIT_{role}_{what}": "x@example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", command, "anderer"], cwd=p.folder, env=p.env | who, capture_output=True, check=False)


def _edit(p: Program, path: str, old: str, new: str) -> None:
    target = p.folder / REGISTRY / path
    target.write_text(target.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _no_identity(p: Program) -> None:
    p.git("config", "--unset", "user.name")
    p.git("config", "--unset", "user.email")


GIT: list[tuple[str, Callable[[Program], object], str, str]] = [
    ("detached", lambda p: p.git("checkout", "-q", "HEAD~1"), "(detached HEAD)", "git switch main"),
    ("merging", _merging, "eine Zusammenführung (git merge) nicht abgeschlossen", "git status"),
    (
        "rebasing",
        lambda p: _merging(p, "rebase"),
        "Umsetzung von Commits (git rebase) nicht abgeschlossen",
        "git status",
    ),
    ("picking", lambda p: _merging(p, "cherry-pick"), "(git cherry-pick) nicht abgeschlossen", "git status"),
    (
        "searching",
        lambda p: p.git("bisect", "start", "--no-checkout", "HEAD", "HEAD~1"),
        "eine Suche in der Historie (git bisect) nicht abgeschlossen",
        "git status",
    ),
    ("no-identity", _no_identity, "git kennt Ihren Namen und Ihre E-Mail-Adresse noch nicht", "git config --global"),
    ("index-lock", lambda p: (p.folder / ".git/index.lock").touch(), "index.lock", ""),
    (
        "no-repository",
        lambda p: shutil.rmtree(p.folder / ".git"),
        "liegt in keinem git-Repository",
        "ikzctl init ORDNER",
    ),
    ("hooks", lambda p: p.git("config", "core.hooksPath", "."), "„core.hookspath“", "git clone"),
    ("broken-head", lambda p: (p.folder / ".git/HEAD").write_text("Unsinn\n"), "", ""),
    ("lost-objects", lambda p: shutil.rmtree(p.folder / ".git/objects"), "", ""),
]


@pytest.mark.parametrize(("setup", "text", "hint"), [c[1:] for c in GIT], ids=[c[0] for c in GIT])
def test_a_repository_that_is_not_ready_is_left_alone(
    small: Program, setup: Callable[[Program], object], text: str, hint: str
):
    setup(small)
    before = digest(small.folder)
    done = small(*ADD)
    assert done.code == 2, done.text
    assert re.search(r"^Fehler: .*[a-zäöü] ", done.err, re.M), done.err
    assert text in done.err, done.err
    assert hint in done.err, done.err
    assert digest(small.folder) == before
    assert small("validate").code in (0, 1), "reading the files needs no repository"


def test_an_unsaved_change_in_a_file_that_is_to_change_is_kept(small: Program):
    _edit(small, MEMBER, "role: beauftragter", "role: beauftragter\nsource: Vermerk")
    before = digest(small.folder)
    done = small(
        "cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "x", "--yes"
    )
    assert done.code in (1, 2)
    assert digest(small.folder) == before
    refused = small(
        "cooperation", "leave", "vergabestelle", "alzey-worms", "--effective", "2029-12-31", "--reason", "x", "--yes"
    )
    assert refused.code == 0, "a file that is not touched may be unsaved"
    assert "source: Vermerk" in (small.folder / REGISTRY / MEMBER).read_text(encoding="utf-8")


def _shallow(p: Program, folder: Path) -> Program:
    p.git("clone", "-q", "--depth=1", f"file://{p.folder}", str(folder))
    clone = p.at(folder)
    for key in ("user.name", "user.email"):
        clone.git("config", key, "ikz@stadt.example")
    return clone


def _linked(p: Program, folder: Path) -> Program:
    p.git("worktree", "add", "-q", str(folder), "-b", "zweig")
    return p.at(folder)


@pytest.mark.parametrize("make", [_shallow, _linked], ids=["shallow", "worktree"])
def test_a_shallow_clone_and_a_second_work_tree_are_read_and_changed(
    small: Program, tmp_path: Path, make: Callable[[Program, Path], Program]
):
    program = make(small, tmp_path / "hier")
    before = small.git("rev-parse", "main")
    assert program("validate", "--rev", "HEAD").code == 0
    assert program(*ADD).code == 0
    assert program.git("show", "--format=", "--name-only", "HEAD") == "registry/partners/speyer.yaml\n"
    assert program.git("status", "--porcelain") == ""
    assert small.git("rev-parse", "main") == before
    assert small.git("fsck", "--strict") == ""


def test_a_bare_repository_says_how_to_get_at_its_files(small: Program, tmp_path: Path):
    bare = tmp_path / "ohne Dateien.git"
    small.git("clone", "-q", "--bare", str(small.folder), str(bare))
    for program, words in ((small, ("--registry", str(bare))), (small.at(bare), ())):
        done = program("validate", *words)
        assert (done.code, done.out) == (2, "")
        assert "ist ein Repository ohne Arbeitsordner (bare)" in done.err
        assert f"git clone '{bare}'\n" in done.err


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda c: c.replace(b"\n", b"\r\n"), "hat auf der Platte Windows-Zeilenenden (CRLF), im Repository nicht."),
        (lambda c: b"\xef\xbb\xbf" + c, "hat Änderungen, die nicht festgeschrieben sind"),
    ],
    ids=["crlf", "bom"],
)
def test_what_an_editor_of_windows_leaves_is_named_and_fmt_takes_it_away(
    small: Program, spoil: Callable[[bytes], bytes], sentence: str
):
    path = small.folder / REGISTRY / "cooperations/vergabestelle/members/alzey-worms.yaml"
    path.write_bytes(spoil(path.read_bytes()))
    before = digest(small.folder)
    leave = (
        "cooperation",
        "leave",
        "vergabestelle",
        "alzey-worms",
        "--effective",
        "2029-12-31",
        "--reason",
        "x",
        "--yes",
    )
    refused = small(*leave)
    assert (refused.code, digest(small.folder)) == (2, before)
    assert sentence in refused.err
    assert small("fmt").code == 0
    assert small.git("status", "--porcelain") == ""
    assert small(*leave).code == 0


def test_an_unsaved_change_in_the_very_file_is_refused(small: Program):
    path = "cooperations/vergabestelle/members/alzey-worms.yaml"
    _edit(small, path, "role: mitglied", "role: mitglied\nsource: Vermerk")
    before = digest(small.folder)
    done = small(
        "cooperation", "leave", "vergabestelle", "alzey-worms", "--effective", "2029-12-31", "--reason", "x", "--yes"
    )
    assert done.code == 2
    assert f"„{path}“ hat Änderungen, die nicht festgeschrieben sind; sie gingen sonst verloren." in done.err
    assert digest(small.folder) == before


def test_without_git_it_says_what_to_install(small: Program, tmp_path: Path):
    before = digest(small.folder)
    program = small.with_env(PATH=str(tmp_path))
    for command in (ADD, ("status", "--rev", "HEAD"), ("agreement", "draft", "vergabestelle"), ("diff", "HEAD~1")):
        done = program(*command)
        assert done.code == 2
        assert done.err.startswith("Fehler: Das Programm git wurde nicht gefunden.\ngit installieren")
    assert program("validate").code == 0
    assert program("status").code == 0
    assert program("init", str(tmp_path / "neu")).code == 2
    assert digest(small.folder) == before


def test_without_its_head_it_is_no_registry(small: Program):
    (small.folder / REGISTRY / "registry.yaml").unlink()
    for command in (("validate",), ("status",), ADD):
        done = small(*command)
        assert done.code == 2
        assert "liegt kein Register (gesucht wurde registry/registry.yaml)" in done.err


def test_a_record_that_went_missing_is_named_where_it_is_missed(small: Program):
    (small.folder / REGISTRY / WORMS).unlink()
    done = small("validate", "--format", "lines")
    assert done.code == 1
    assert f"{MANDATE}:" in done.out
    assert "Partner „worms“ gibt es nicht im Register" in done.out


def _in_small_space(script: str, program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `script` with own mounts; `$@` is the program's command."""
    command = ["unshare", "-rm", "sh", "-ec", script, "sh", *program.command(arguments)]
    return subprocess.run(command, cwd=program.folder, env=program.env, capture_output=True, text=True, check=False)


def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-rm", "sh", "-ec", "mount -t tmpfs -o size=64k none /mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


needs_mount = needs(_can_mount(), "mounting needs user namespaces, which are switched off here")


@needs_mount
@pytest.mark.parametrize("free", [0, 4, 16, 64])
def test_a_full_disk_changes_nothing(small: Program, tmp_path: Path, free: int):
    """A copy of the registry on a disk of its own, with `free` KiB left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
        mount -t tmpfs -o size=8m none {disk}
        cp -a {small.folder} {disk}/r
        cd {disk}/r
        left=$(df --output=avail -k . | tail -1)
        [ $left -gt {free} ] && dd if=/dev/zero of={disk}/ballast bs=1k count=$((left - {free})) 2>/dev/null
        git -C . rev-parse HEAD
        "$@" && code=0 || code=$?
        git -C . rev-parse HEAD
        rm {disk}/ballast
        git -C . status --porcelain
        git -C . fsck --strict
        echo "code $code"
    """
    done = _in_small_space(script, small, *ADD)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    heads = [x for x in lines if re.fullmatch("[0-9a-f]{40}", x)]
    assert "Traceback" not in done.stderr
    if lines[-1] == "code 0":
        assert heads[0] != heads[1]
    else:
        assert lines[-1] == "code 2", done.stdout + done.stderr
        assert heads[0] == heads[1]
        assert re.search(r"Der Datenträger ist voll.* Es wurde nichts geändert\.", done.stderr), done.stderr
    if free < 16:
        assert lines[-1] == "code 2"
    assert not [x for x in lines if x.startswith(("??", " M", "M ", "A ", " D"))], "no half-written file stays"


@needs_mount
def test_a_read_only_disk_can_be_read_and_says_why_nothing_is_written(small: Program, tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
        mount --bind {small.folder} {disk}
        mount -o remount,ro,bind {disk}
        cd {disk}
        "$@" && echo "code 0" || echo "code $?"
    """
    for command in (("validate",), ("status",), ("list", "partner"), ("diff", "HEAD~1", "HEAD"), ("fmt", "--check")):
        done = _in_small_space(script, small, *command)
        assert done.stdout.splitlines()[-1] == ("code 1" if command[0] == "diff" else "code 0"), (
            done.stdout + done.stderr
        )
    writing: list[tuple[str, ...]] = [ADD, ("agreement", "draft", "vergabestelle"), ("init", "neu")]
    for words in writing:
        done = _in_small_space(script, small, *words)
        assert done.stdout.splitlines()[-1] == "code 2", f"{words}\n{done.stdout}{done.stderr}"
        assert "schreibgeschützt" in done.stderr, done.stderr


LEAVE = ("cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--yes", "--reason")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Passwort: geheim123!", "hier steht ein Passwort"),
        ("geb. 1.1.1990", "hier steht ein Geburtsdatum"),
        ("a\x1bb", "So kann der Eintrag nicht gespeichert werden: Unsichtbares Zeichen"),
        ("a\rb", "U+000D. Bitte löschen."),
        ("{{ x", "ist ein Zeichen für Dokumentvorlagen"),
        ("x" * 10_001, "Dieser Text hat 10001 Zeichen"),
    ],
)
def test_a_reason_that_no_file_may_hold_is_refused_before_it_is_saved(small: Program, reason: str, said: str):
    """git does not forget; and it is the reason that is named, not the place in the file where it was to stand."""
    before = digest(small.folder)
    done = small(*LEAVE, reason)
    assert (done.code, said in done.err, "Es wurde nichts geändert." in done.err) == (2, True, True), done.text
    assert "von Hand" not in done.err
    assert digest(small.folder) == before


@needs(sys.platform != "win32", "links as on Unix")
def test_a_link_is_meant_itself(small: Program):
    """What is wrong with it must not be hidden by the file that it leads to."""
    link = small.folder / "registry/partners/zweite.yaml"
    link.symlink_to("worms.yaml")
    for command in (("validate", "registry/partners/zweite.yaml"), ("fmt", "--check", "registry/partners/zweite.yaml")):
        done = small(*command)
        assert (done.code, "symbolische Verknüpfungen sind im Register nicht erlaubt" in done.text) == (1, True), (
            done.text
        )
    link.unlink()
    link.symlink_to("/etc/hostname")
    assert small("validate", "registry/partners/zweite.yaml").code == 1


@needs(sys.platform != "win32", "links as on Unix")
@pytest.mark.parametrize("more", [(), ("--no-cache",)])
def test_what_cannot_be_read_is_not_called_missing(small: Program, more: tuple[str, ...]):
    for name in ("partners/worms.yaml", "registry.yaml"):
        path = small.folder / "registry" / name
        aside = small.folder / "aside"
        path.rename(aside)
        path.symlink_to(aside)
        done = small("validate", "--format", "lines", *more)
        errors = [line for line in done.out.splitlines() if " Fehler " in line]
        assert len(errors) == 1, errors
        assert "IKZ-P003" in errors[0]
        path.unlink()
        aside.rename(path)
