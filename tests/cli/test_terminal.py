"""Nothing that stands in a registry, a file name or an argument steers the terminal; closed pipes end quietly."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import DAY, Program, digest, needs, save
from tests.cli.terminal import in_terminal

needs_terminal = needs(sys.platform != "win32", "Windows has no pseudo-terminal to look at")
# escape sequence, C1 control, direction mark, no width, soft hyphen, tag, bell, carriage return, back space
HOSTILE = "\x1b[31mrot\x1b]0;Titel\x07 \x9b31m \u202eumgekehrt\u202c \u200b \xad \U000e0041 \r\x08 [bold]fett[/bold] [/x] [link=http://x]"
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\U000e0000-\U000e0fff]"
)
READING = [
    ("validate",),
    ("validate", "--format", "lines"),
    ("validate", "--format", "json"),
    ("status",),
    ("status", "--format", "json"),
    ("status", "vergabestelle"),
    ("status", "vergabestelle", "--format", "json"),
    ("diff", "HEAD~1"),
    ("diff", "HEAD~1", "--format", "json"),
    ("list", "partner"),
    ("list", "partner", "--format", "json"),
    ("show", "partner", "worms"),
    ("fmt", "--check"),
    ("agreement", "draft", "vergabestelle"),
    ("access", "manifest", "vergabestelle"),
    ("cooperation", "join", "vergabestelle", "worms", "--from", "2027-01-01", "--dry-run"),
    ("cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "x", "--dry-run"),
    ("partner", "add", "--key", "07318000", "--dry-run"),
]


def quiet(text: str) -> bool:
    return _STEERING.search(text) is None


def unreadable_output(kind: str) -> int:
    """A descriptor that takes nothing: "full" is a disk without room, "gone" a pipe whose reader has closed it."""
    if kind == "full":
        if not Path("/dev/full").exists():
            pytest.skip("no device here that is always full")
        return os.open("/dev/full", os.O_WRONLY)
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def unread(program: Program, kind: str, words: list[str]) -> tuple[int, str]:
    """Exit code and stderr of a program whose output takes nothing."""
    target = unreadable_output(kind)
    done = subprocess.run(
        words,
        cwd=program.folder,
        env=program.env,
        stdin=subprocess.DEVNULL,
        stdout=target,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(target)
    err = done.stderr.decode()
    assert "Traceback" not in err, err
    return done.returncode, err


@pytest.fixture(scope="module")
def hostile(made_small: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The small registry where names, values, file names and the registry's own name try to steer the terminal, saved."""
    from tests.cli.program import copied

    program = Program(copied(made_small, tmp_path_factory.mktemp("hostile") / "r"), home)
    registry = program.folder / "registry"
    escaped = json.dumps(HOSTILE)
    for path, key in (
        ("registry.yaml", "name"),
        ("partners/worms.yaml", "short_name"),
        ("cooperations/vergabestelle/cooperation.yaml", "name"),
    ):
        before, after = re.split(rf"^{key}: .*$", (registry / path).read_text(encoding="utf-8"), maxsplit=1, flags=re.M)
        (registry / path).write_text(f"{before}{key}: {escaped}{after}", encoding="utf-8")
    raw = registry / "partners/alzey-worms.yaml"
    raw.write_bytes(raw.read_bytes() + f"\n# {HOSTILE}\n".encode())
    (registry / "partners" / "\x1b[31m[bold]\nzweite: Zeile.yaml").write_text("id: x\n")
    (registry / "partners" / "\u202elmay.yaml").write_text("id: x\n")
    (registry / "\x9bordner").mkdir()
    save(program, f"Böse {HOSTILE}".replace("\r", " "))
    return program


@needs_terminal
@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_hostile_registry_reaches_no_terminal(hostile: Program, command: tuple[str, ...]):
    shown = in_terminal(hostile, *command)
    assert shown.code in (0, 1, 2), shown.text
    assert quiet(shown.text), [hex(ord(c)) for c in _STEERING.findall(shown.text)]
    assert "Traceback" not in shown.text
    piped = hostile(*command)
    assert quiet(piped.text)
    if "json" in command and piped.out:
        json.loads(piped.out)


def test_a_file_name_with_a_line_feed_stays_one_line(hostile: Program):
    lines = hostile("validate", "--format", "lines").out.splitlines()
    assert not [line for line in lines if line.startswith("zweite")]
    assert [line for line in lines if "\\x1b[31m[bold]\\x0azweite: Zeile.yaml" in line]


ARGUMENTS = [
    ("{}",),
    ("--{}",),
    ("list", "{}"),
    ("show", "{}", "x"),
    ("show", "partner", "{}"),
    ("status", "{}"),
    ("explain", "{}"),
    ("diff", "{}"),
    ("validate", "{}"),
    ("validate", "--rev", "{}"),
    ("validate", "--as-of", "{}"),
    ("validate", "--format", "{}"),
    ("validate", "--registry", "{}"),
    ("fmt", "{}"),
    ("partner", "add", "--key", "{}", "--yes"),
    ("partner", "add", "--key", "07318000", "--id", "{}", "--yes"),
    ("cooperation", "join", "{}", "worms", "--from", "2027-01-01", "--yes"),
    ("cooperation", "join", "vergabestelle", "{}", "--from", "2027-01-01", "--yes"),
    ("cooperation", "join", "vergabestelle", "worms", "--from", "{}", "--yes"),
    ("cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "{}", "--dry-run"),
    ("agreement", "draft", "{}"),
    ("agreement", "draft", "vergabestelle", "--output", "registry/registry.yaml/{}"),
    ("access", "manifest", "{}"),
    ("init", "registry/registry.yaml/{}"),
]


@pytest.mark.parametrize("command", ARGUMENTS, ids=" ".join)
@pytest.mark.parametrize("value", ["\n\n" + HOSTILE, "ä" * 10_000, "'\"`$(x)\\"], ids=["steering", "long", "quotes"])
def test_hostile_arguments_are_refused_and_shown_harmless(small: Program, command: tuple[str, ...], value: str):
    before = digest(small.folder)
    done = small(*(part.format(value) for part in command))
    assert done.code in (0, 1, 2), done.text
    assert quiet(done.text), [hex(ord(c)) for c in _STEERING.findall(done.text)]
    if "--reason" not in command:
        assert done.code == 2, done.text
        assert "Fehler: " in done.err
        assert len(done.err) < 3_000
        assert len(done.err.splitlines()) <= 4
    assert digest(small.folder) == before


@pytest.mark.parametrize("value", [HOSTILE, "\u202eRP", "ä" * 10_000], ids=["steering", "direction", "long"])
@pytest.mark.parametrize("option", ["--name", "--land", "--function", "--mail"])
def test_a_new_registry_takes_nothing_that_it_could_not_read(home: Path, tmp_path: Path, option: str, value: str):
    done = Program(tmp_path, home)("init", "neu", option, value)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Fehler: ")
    assert quiet(done.text)
    assert list(tmp_path.iterdir()) == []


def test_arguments_that_are_no_utf8_are_shown_as_codes(small: Program):
    for command in (("status", b"\xff\xfe"), ("validate", b"\xff.yaml"), (b"\xff",)):
        done = subprocess.run(
            [*map(os.fsencode, small.command(())), *(os.fsencode(part) for part in command)],
            cwd=small.folder,
            env={**small.env, "PYTHONUTF8": "1"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 2
        assert b"\\udcff" in done.stderr
        done.stderr.decode("utf-8")


@needs_terminal
def test_no_colour_anywhere(read_demo: Program):
    for command in ((), ("--help",), ("validate", "--as-of", DAY), ("status",), ("list", "partner"), ("stat",)):
        for environment in ({}, {"FORCE_COLOR": "1"}, {"NO_COLOR": "1"}):
            shown = in_terminal(read_demo.with_env(**environment), *command)
            assert b"\x1b" not in shown.raw, command


def test_german_is_readable_whatever_the_locale_says(read_demo: Program):
    for environment in (
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "cp850"},
    ):
        done = read_demo.with_env(**environment)("show", "partner", "speyer")
        assert done.code == 0
        assert "Oberbürgermeister" in done.out


@pytest.mark.parametrize(
    "command",
    [
        ("validate",),
        ("validate", "--format", "json"),
        ("status",),
        ("show", "partner", "speyer"),
        ("diff", "HEAD~1"),
        ("--help",),
        ("--version",),
    ],
    ids=" ".join,
)
def test_a_reader_who_stops_reading_ends_the_program_quietly(read_demo: Program, command: tuple[str, ...]):
    """And not with 0: what was left to say might have been that something is wrong."""
    assert unread(read_demo, "gone", read_demo.command(command)) == (141, "")


def test_where_there_was_nothing_to_read_a_closed_output_does_not_matter(read_demo: Program):
    code, err = unread(read_demo, "gone", read_demo.command(("fmt", "--check")))
    assert (code, err.endswith("alle sind in Form.\n")) == (0, True), err


def test_a_plan_that_nobody_can_read_is_not_carried_out(small: Program):
    before = digest(small.folder)
    code, err = unread(small, "gone", small.command(("partner", "add", "--key", "07318000", "--yes")))
    assert code == 2
    assert err == "Fehler: Die Ausgabe wurde geschlossen, bevor der Plan gezeigt war. Es wurde nichts geändert.\n"
    assert digest(small.folder) == before


# the last two are answered before the rest of the program is loaded
SHORT = pytest.mark.parametrize("command", [("list", "partner"), ("--help",), ("--version",), ("-V",)])


@SHORT
@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_do_no_harm(read_demo: Program, redirection: str, command: tuple[str, ...]):
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *read_demo.command(command)],
        cwd=read_demo.folder,
        env=read_demo.env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""


@needs(Path("/dev/full").exists(), "no device here that is always full")
@SHORT
def test_an_output_that_is_full_is_named(read_demo: Program, command: tuple[str, ...]):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            read_demo.command(command),
            cwd=read_demo.folder,
            env=read_demo.env,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode() == "Fehler: Der Datenträger ist voll.\n"


@needs(sys.platform == "linux", "a pipe of a chosen size")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_takes_little_at_once_gets_everything(read_demo: Program, unbuffered: str):
    """Python without a buffer drops what does not fit; a pipe that others have set not to be waited for takes no more than fits."""
    import fcntl

    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, 1031, 4096)  # F_SETPIPE_SZ
    os.set_blocking(theirs, False)
    with subprocess.Popen(
        read_demo.command(("validate", "--format", "json")),
        cwd=read_demo.folder,
        env=read_demo.env | {"PYTHONUNBUFFERED": unbuffered},
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        with open(ours, "rb") as stream:  # noqa: PTH123
            text = stream.read()
        assert (process.wait(), process.stderr.read() if process.stderr else b"") == (0, b"")
    assert len(text) > 3 * 4096
    assert json.loads(text)["files"] > 50


# command, what it makes, what it says of that if the output is full, what it notes besides
FINISHED = [
    (("fmt",), "registry/partners/speyer.yaml", "Die Dateien sind geschrieben.", "Dateien in Form gebracht."),
    (("init", "neu"), "neu/registry/registry.yaml", "Angelegt: neu (Commit ", ""),
    (("demo", "neu"), "neu/registry/registry.yaml", "Das Beispiel ist angelegt: neu", ""),
    (
        ("agreement", "draft", "kfz-vorderpfalz", "--output", "neu"),
        "neu/kfz-vorderpfalz-pruefvermerk.docx",
        "Geschrieben: neu/",
        "Zuerst den Prüfvermerk lesen",
    ),
    (
        ("access", "manifest", "kfz-vorderpfalz", "--output", "neu"),
        "neu/kfz-vorderpfalz",
        "Geschrieben: neu/",
        "Enthält Beispielangaben; nicht zur Einrichtung von Rechten verwenden.",
    ),
    (("repair",), ".git", "Es gibt nichts zu reparieren.", ""),
    (("cache", "clear"), ".git", "Gelöscht: 1 Zwischenspeicher, ", ""),
]


@pytest.mark.parametrize("kind", ["full", "gone"])
@pytest.mark.parametrize(("command", "made", "said", "noted"), FINISHED, ids=[row[0][0] for row in FINISHED])
def test_what_is_done_is_no_failure_because_nobody_can_be_shown_it(
    demo: Program, tmp_path: Path, kind: str, command: tuple[str, ...], made: str, said: str, noted: str
):
    program = demo.with_env(XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert program("validate").code == 0
    path = program.folder / "registry/partners/speyer.yaml"
    path.write_bytes(path.read_bytes().replace(b"id: ", b"id:   ", 1))
    code, err = unread(program, kind, program.command(command))
    assert (code, "Fehler" in err, noted in err) == (0, False, True), err
    assert (said in err, "Die Ausgabe brach ab: Der Datenträger ist voll." in err) == (kind == "full",) * 2, err
    assert (program.folder / made).exists()
    assert program("fmt", "--check").code == (0 if command == ("fmt",) else 1)


@pytest.mark.parametrize("kind", ["full", "gone"])
def test_a_saved_change_is_noted_although_the_output_broke_after_the_plan(small: Program, kind: str):
    target = unreadable_output(kind)
    patch = (
        "import dataclasses, os, sys\nfrom ikzctl.actions import proposal\nreal = proposal.carry_out\n"
        "def made(*a, **k):\n"
        "    result = dataclasses.replace(real(*a, **k), warnings=('Dort fehlt sie.',))\n"
        f"    os.dup2({target}, 1)\n    return result\n"
        "proposal.carry_out = made\nsys.argv = ['ikzctl', 'partner', 'add', '--key', '07318000', '--yes']\n"
        "from ikzctl.cli.entry import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", patch],
        cwd=small.folder,
        env=small.env,
        capture_output=True,
        pass_fds=(target,),
        check=False,
    )
    os.close(target)
    err = done.stderr.decode()
    commit = small.git("rev-parse", "HEAD")[:12]
    assert (done.returncode, "Hinweis: Dort fehlt sie.\n" in err) == (0, True), err
    assert f"ikzctl diff {commit}~1 {commit}\n" in err
    assert (f"Die Änderung ist gespeichert (Commit {commit})." in err) == (kind == "full")
