"""What a user sees of the cache: nothing but a quicker second run, three words to look after it, and a line while he waits."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from ikzctl.cli import progress
from ikzctl.cli.cache import processes
from ikzctl.cli.places import cache_folder, state_folder
from ikzctl.library.resources import sample_registry_dir
from tests.cli.program import DAY, Program, Result, copied, digest, needs
from tests.cli.terminal import Shown, in_terminal, of_session
from tests.gitrepo.repos import git

needs_terminal = needs(sys.platform == "linux", "looks at terminals and processes as Linux shows them")
VALIDATE = ("validate", "--as-of", DAY)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry in a repository."""
    folder = tmp_path_factory.mktemp("sample") / "d"
    shutil.copytree(sample_registry_dir(), folder / "registry")
    git(folder, "init", "-q", "-b", "main", "--template=")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "Anfang")
    return folder


@pytest.fixture
def own(sample: Path, tmp_path: Path) -> Program:
    """A copy with a home of its own, where nothing is remembered yet."""
    (tmp_path / "home").mkdir()
    return Program(copied(sample, tmp_path / "d"), tmp_path / "home")


@pytest.fixture(scope="module")
def cold(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What has to be said of every unchanged copy."""
    return Program(sample, tmp_path_factory.mktemp("home"))(*VALIDATE, "--no-cache")


def caches(program: Program) -> list[str]:
    folder = program.home / ".cache" / "ikzctl"
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


# --- the options ------------------------------------------------------------------------------------------------------


def test_second_run_says_the_same_as_the_first_and_as_one_without_cache(own: Program, cold: Result):
    assert [own(*VALIDATE), own(*VALIDATE)] == [cold, cold]
    for form in (("--format", "json"), ("--format", "lines", "registry/tasks"), ("--rev", "HEAD")):
        assert own(*VALIDATE, *form) == own(*VALIDATE, *form, "--no-cache")
    assert caches(own) == ["facts", "files", "results"]


def test_without_cache_nothing_is_left_anywhere(own: Program):
    before = digest(own.folder)
    assert own(*VALIDATE, "--no-cache").code == 0
    assert list(own.home.rglob("*")) == []
    assert digest(own.folder) == before
    own(*VALIDATE)
    assert digest(own.folder) == before


def test_a_draft_is_the_same_with_a_cache_without_one_and_with_a_damaged_one(own: Program):
    def drafted(*options: str) -> dict[str, bytes]:
        done = own(
            "agreement", "draft", "wohngeld-vorderpfalz", "--as-of", DAY, "--output", "out", "--overwrite", *options
        )
        assert done.code == 0, done.text
        return {path.name: path.read_bytes() for path in (own.folder / "out").glob("*.docx")}

    for options in ((), ("--working-tree",)):
        first = drafted(*options)
        assert caches(own) == ["facts", "files", "results"]
        assert len(first) == 2
        assert drafted(*options) == first
        for path in (own.home / ".cache" / "ikzctl").rglob("*"):
            if path.is_file():
                path.write_bytes(path.read_bytes()[::-1])
        assert drafted(*options) == first
        shutil.rmtree(own.home / ".cache")
        assert drafted(*options) == first


def test_any_number_of_processes(own: Program, cold: Result):
    assert own(*VALIDATE, "--jobs", "64", "--no-cache") == cold


@pytest.mark.parametrize(
    ("have", "wanted", "get"), [(2, None, 2), (2, 1, 1), (2, 5000, 8), (64, 5000, 128), (64, 3, 3)]
)
def test_a_few_processes_per_processor_are_enough(
    monkeypatch: pytest.MonkeyPatch, have: int, wanted: int | None, get: int
):
    monkeypatch.setattr("ikzctl.cli.cache.processors", lambda: have)
    assert processes(wanted) == get


@pytest.mark.parametrize(
    ("jobs", "why"),
    [
        ("0", "0 ist zu wenig; die kleinste Zahl ist 1."),
        ("x", "„x“ ist keine ganze Zahl."),
    ],
)
def test_what_is_no_number_of_processes(own: Program, jobs: str, why: str):
    done = own(*VALIDATE, "--jobs", jobs)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Fehler: Die Option --jobs: {why}\nHilfe: ikzctl validate --help\n"


# --- where it lies ----------------------------------------------------------------------------------------------------


@needs_terminal
@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HOME": "/h"}, "/h/.cache/ikzctl"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/c/ikzctl"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/ikzctl"),
        # the standard says so; it would lie wherever somebody happens to stand
        ({"HOME": "/h", "XDG_CACHE_HOME": "c"}, "/h/.cache/ikzctl"),
        ({"HOME": "/h", "XDG_CACHE_HOME": ""}, "/h/.cache/ikzctl"),
        ({"HOME": ""}, None),
        ({"HOME": "."}, None),
        ({"HOME": "h"}, None),
    ],
)
def test_where_caches_lie(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str | None):
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == (Path(folder) if folder else None)


@needs_terminal
@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HOME": "/h"}, "/h/.local/state/ikzctl"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s/ikzctl"),
        ({"HOME": "/h", "XDG_STATE_HOME": "."}, "/h/.local/state/ikzctl"),
        ({"HOME": "", "XDG_STATE_HOME": "registry"}, None),
        ({"HOME": "h"}, None),
    ],
)
def test_where_it_is_kept_what_was_accepted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str | None
):
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert state_folder() == (Path(folder) if folder else None)


@needs_terminal
def test_without_a_variable_the_system_knows_the_home(monkeypatch: pytest.MonkeyPatch):
    import pwd

    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder() == Path(pwd.getpwuid(os.getuid()).pw_dir, ".cache", "ikzctl")

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert cache_folder() is None


def test_a_user_without_a_home(own: Program, cold: Result):
    before = digest(own.folder)
    homeless = own.with_env(HOME=".")
    assert homeless(*VALIDATE) == cold
    assert digest(own.folder) == before
    nothing = "Für diesen Benutzer gibt es keinen Ordner für Zwischenspeicher.\nEs ist nichts zwischengespeichert.\n"
    assert homeless("cache", "info").out == nothing
    assert homeless("cache", "clear").out == "Es ist nichts zwischengespeichert.\n"


def test_a_registry_in_the_folder_for_caches_is_left_clean(own: Program, cold: Result):
    before = digest(own.folder)
    program = own.with_env(XDG_CACHE_HOME=str(own.folder / "registry"))
    assert program(*VALIDATE) == program(*VALIDATE) == cold
    assert digest(own.folder) == before


# --- info and clear ---------------------------------------------------------------------------------------------------


def test_info_and_clear(own: Program, cold: Result):
    folder = own.home / ".cache" / "ikzctl"
    empty = f"Ordner: {folder}\nEs ist nichts zwischengespeichert.\n"
    assert own("cache", "info").out == empty
    assert not folder.exists()
    own(*VALIDATE)
    done = own("cache", "info")
    assert re.fullmatch(
        rf"Ordner: {re.escape(str(folder))}\n +(\d+ kB)  {re.escape(str(own.folder))}/registry\n1 Zwischenspeicher belegt \1\.\n",
        done.out,
    )
    second = own.at(copied(own.folder, own.folder.parent / "e"))
    second(*VALIDATE)
    assert re.search(r"\n2 Zwischenspeicher belegen \d+ kB\.\n$", own("cache", "info").out)
    cleared = own("cache", "clear")
    assert re.fullmatch(r"Gelöscht: 2 Zwischenspeicher, \d+ kB\.\n", cleared.out)
    assert own("cache", "info").out == empty
    assert own("cache", "clear").out == "Es ist nichts zwischengespeichert.\n"
    assert list(folder.iterdir()) == []
    assert own(*VALIDATE) == cold


def test_clear_leaves_what_is_not_ours(own: Program, tmp_path: Path):
    own(*VALIDATE)
    folder = own.home / ".cache" / "ikzctl"
    (place,) = folder.iterdir()
    theirs = tmp_path / "theirs"
    shutil.copytree(place, theirs)
    (folder / "notiz.txt").write_text("x")
    (place / "notiz.txt").write_text("x")
    (folder / ("a" * 32)).symlink_to(theirs)
    assert own("cache", "clear").out.startswith("Gelöscht: 1 Zwischenspeicher, ")
    assert sorted(p.name for p in theirs.iterdir()) == ["facts", "files", "results"]
    assert (folder / ("a" * 32)).is_symlink()
    assert caches(own) == ["notiz.txt", "notiz.txt"]


def test_damaged_caches_and_strange_names_are_shown(own: Program, tmp_path: Path):
    strange = own.at(copied(own.folder, tmp_path / "zwei\nZeilen \x1b[31mrot"))
    strange(*VALIDATE)
    lines = own("cache", "info").out.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("zwei\\x0aZeilen \\x1b[31mrot/registry")
    for path in (own.home / ".cache" / "ikzctl").rglob("*"):
        if path.is_file():
            path.write_bytes(b"x")
    assert own("cache", "info").out.splitlines()[1:] == [
        "      1 kB  unbekanntes Register",
        "1 Zwischenspeicher belegt 1 kB.",
    ]
    assert own("cache", "clear").code == 0


# --- waiting ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slow(Program):
    """The same program where reading a file takes a while, as from a slow disk, and two processes are worth it at once."""

    prelude: str = ""

    def command(self, arguments: object) -> list[str]:
        code = f"""
import sys, time
from ikzctl.cli import progress
from ikzctl.registry import reading, scan, sources
reading._STEP, scan.BLOCK, reading.WORTH_A_POOL = 1, 4, 4
read = sources.Files.read
{self.prelude}
from ikzctl.cli.entry import main
sys.argv[0] = "ikzctl"
main()
"""
        return [sys.executable, "-c", code, *arguments]  # type: ignore[misc]


_SLOWLY = "sources.Files.read = lambda files, path: (time.sleep(0.03), read(files, path))[1]\nprogress._SILENT = 0"
_CLOCK = "times = iter(x / 1000 for x in range(0, 10**9, {}))\n" + (
    "progress.ProgressLine.__init__.__kwdefaults__['clock'] = lambda: next(times)"
)


def slow(program: Program, prelude: str = _SLOWLY) -> Slow:
    return Slow(program.folder, program.home, program.environment, prelude=prelude)


@needs_terminal
def test_a_line_is_shown_after_a_second_and_gone_at_the_end(own: Program):
    shown = in_terminal(slow(own, _CLOCK.format(150)), *VALIDATE, "--jobs", "1")
    assert shown.code == 0
    before, _, after = shown.text.rpartition("\r")
    pieces = before.split("\r")
    steps = [piece for piece in pieces if "Prüfe" in piece]
    # the clock shows 0, then 0.15 seconds more at each file: the seventh file ends the first second
    assert steps[0] == "Prüfe  ██" + "░" * 28 + "  7 %  noch 0:14"
    # nobody is told of the last one: the work is done
    assert steps[-1].startswith("Prüfe  " + "█" * 29 + "░  98 %  noch 0:00")
    assert len(steps) == 98 - 6
    assert pieces[-1].strip() == ""
    assert len(pieces[-1]) >= len(steps[-1].rstrip())
    assert "Prüfe" not in after
    assert after.startswith("cooperations/")
    assert "99 Dateien geprüft" in after


@needs_terminal
def test_getting_ready_says_nothing_about_how_long_the_work_will_take(own: Program):
    ready = "times = iter([0, 20, *(20 + x / 1000 for x in range(150, 10**6, 150))])\n" + _CLOCK.partition("\n")[2]
    shown = in_terminal(slow(own, ready), *VALIDATE, "--jobs", "1")
    steps = [piece for piece in shown.text.split("\r") if "Prüfe" in piece]
    assert steps[0] == "Prüfe  " + "░" * 30 + "  1 %"
    assert steps[1] == "Prüfe  " + "░" * 30 + "  2 %  noch 0:15"


@needs_terminal
def test_work_that_takes_less_than_a_second_is_done_in_silence(own: Program):
    shown = in_terminal(slow(own, _CLOCK.format(10)), *VALIDATE, "--jobs", "1")
    assert "Prüfe" not in shown.text
    assert "\r" not in shown.text


@needs_terminal
def test_a_narrow_terminal(own: Program):
    shown = in_terminal(slow(own, _CLOCK.format(100)), *VALIDATE, columns=20)
    steps = [piece for piece in shown.text.split("\r") if "Prüfe" in piece]
    assert steps
    assert max(map(len, steps)) == 19


@needs_terminal
def test_a_warm_run_has_nothing_to_show(own: Program):
    program = slow(own, _CLOCK.format(150))
    first = in_terminal(program, *VALIDATE, "--rev", "HEAD")
    second = in_terminal(program, *VALIDATE, "--rev", "HEAD")
    assert "Prüfe" in first.text
    assert first.text.endswith(second.text)
    assert "\r" not in second.text


@needs_terminal
def test_a_terminal_that_cannot_go_back(own: Program):
    program = slow(own, "import os; os.environ['TERM'] = 'dumb'\n" + _CLOCK.format(150))
    assert "\r" not in in_terminal(program, *VALIDATE).text


def test_nobody_looks(own: Program):
    """A pipe is not shown how far the work is."""
    done = slow(own, _CLOCK.format(100))(*VALIDATE, "--no-cache")
    assert "Prüfe" not in done.text
    assert "\r" not in done.text


@needs_terminal
def test_findings_for_a_program_and_notes_for_a_terminal(own: Program, tmp_path: Path):
    """`ikzctl validate --format json > file`: the terminal belongs to nobody who waits for text."""
    program = slow(own, _CLOCK.format(100))

    class Redirected(Slow):
        def command(self, arguments: object) -> list[str]:
            inner = super().command(arguments)
            return ["/bin/sh", "-c", 'exec "$@" > "$0"', str(tmp_path / "out"), *inner]

    shown = in_terminal(
        Redirected(own.folder, own.home, prelude=program.prelude), *VALIDATE, "--format", "json", "--no-cache"
    )
    assert shown.raw == b""
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith("{")


@needs_terminal
def test_a_terminal_that_goes_away_does_not_cost_the_result(own: Program, cold: Result):
    import pty

    program = slow(own)
    leader, follower = pty.openpty()
    # not its controlling terminal, as after `disown`: nobody ends it with a signal
    process = subprocess.Popen(
        program.command((*VALIDATE, "--no-cache", "--jobs", "1")),
        cwd=program.folder,
        env={**program.env, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown = b""
    while b"%" not in shown:
        shown += os.read(leader, 4096)
    os.close(leader)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out.decode()) == (cold.code, cold.out)


@pytest.mark.parametrize("fault", [OSError(5, "EIO"), BrokenPipeError(), ValueError("I/O operation on closed file")])
def test_the_line_falls_silent_where_it_cannot_be_shown(monkeypatch: pytest.MonkeyPatch, fault: Exception):
    class Gone(io.StringIO):
        tried = 0

        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            raise fault

        def flush(self) -> None:
            self.tried += 1
            raise fault

    monkeypatch.setenv("TERM", "xterm")
    stream = Gone()
    monkeypatch.setattr(sys, "stderr", stream)
    seconds = iter(range(100))
    with progress.ProgressLine("Prüfe", wanted=True, clock=lambda: next(seconds)) as shown:
        for done in range(1, 10):
            shown(done, 10)
    assert stream.tried == 1


@pytest.mark.parametrize("fault", [OSError(5, "EIO"), ValueError("I/O operation on closed file")])
def test_a_line_that_was_shown_is_not_taken_back_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, fault: Exception):
    class Terminal(io.StringIO):
        gone = False

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            if self.gone:
                raise fault
            return super().write(text)

    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    seconds = iter(range(0, 100, 2))
    with progress.ProgressLine("Prüfe", wanted=True, clock=lambda: next(seconds)) as shown:
        shown(1, 10)
        assert "Prüfe" in stream.getvalue()
        stream.gone = True


def test_the_line_itself():
    assert progress.line("Prüfe", 0, 100, 125.4) == "Prüfe  " + "░" * 30 + "  0 %  noch 2:05"
    assert progress.line("Prüfe", 53, 100, 7) == "Prüfe  " + "█" * 15 + "░" * 15 + "  53 %  noch 0:07"
    assert progress.line("Prüfe", 100, 100, 0.2) == "Prüfe  " + "█" * 30 + "  100 %  noch 0:00"


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


def interrupted(program: Program, *more: str) -> Shown:
    shown = in_terminal(slow(program), *VALIDATE, *more, interrupt_at=b" 1 %")
    assert shown.code == 130
    assert shown.text.endswith("Abgebrochen.\n")
    assert "Traceback" not in shown.text
    assert max(int(percent) for percent in re.findall(r" (\d+) %", shown.text)) < 100
    assert shown.left == ()
    return shown


@needs_terminal
def test_ctrl_c_in_a_first_run(own: Program, cold: Result):
    before = digest(own.folder)
    interrupted(own, "--jobs", "1")
    assert caches(own) == []
    assert digest(own.folder) == before
    assert own(*VALIDATE) == cold


@needs_terminal
@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_ctrl_c_in_a_later_run_leaves_the_cache_as_it_was(own: Program, jobs: str):
    own(*VALIDATE)
    packs = {p: p.read_bytes() for p in own.home.rglob("*") if p.is_file()}
    for path in (own.folder / "registry").rglob("*.yaml"):
        path.write_bytes(path.read_bytes() + b"#\n")
    interrupted(own, "--jobs", jobs)
    assert {p: p.read_bytes() for p in own.home.rglob("*") if p.is_file()} == packs
    assert own(*VALIDATE) == own(*VALIDATE, "--no-cache")


@needs_terminal
@pytest.mark.parametrize(
    ("sent", "jobs"),
    [
        (signal.SIGKILL, "2"),
        *(
            pytest.param(sent, jobs, marks=pytest.mark.slow)
            for sent in (signal.SIGINT, signal.SIGTERM)
            for jobs in "12"
        ),
    ],
)
def test_ended_from_outside(own: Program, cold: Result, jobs: str, sent: signal.Signals):
    """Whatever ends it: no process stays, and the next run is right."""
    program = slow(own)
    process = subprocess.Popen(
        program.command((*VALIDATE, "--jobs", jobs)),
        cwd=program.folder,
        env=program.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    started = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    folder = own.home / ".cache" / "ikzctl"
    while process.poll() is None and not (list(folder.rglob("neu-*")) or (jobs == "2" and started.read_text())):
        time.sleep(0.02)
    process.send_signal(sent)
    out, err = process.communicate()
    assert process.returncode == (130 if sent == signal.SIGINT else -sent)
    assert (out, err) == (b"", b"Abgebrochen.\n" if sent == signal.SIGINT else b"")
    for _ in range(500):
        if not (left := of_session(process.pid)):
            break
        time.sleep(0.02)
    assert left == ()
    if sent == signal.SIGINT:
        assert caches(own) == []
    assert own(*VALIDATE) == cold
    assert own("cache", "clear").code == 0
    assert caches(own) == []


# each use of the folder takes a while
_ROOMY = """
from ikzctl.gitrepo import reading as rooms
room = rooms.CleanRoom._room
rooms.CleanRoom._room = lambda *given: (room(*given), time.sleep(0.5))[0]
"""


@needs_terminal
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_no_folder_behind(own: Program, tmp_path: Path, sent: signal.Signals):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = slow(own.with_env(TMPDIR=str(temporary)), _ROOMY)
    process = subprocess.Popen(
        program.command((*VALIDATE, "--rev", "HEAD", "--no-cache")),
        cwd=program.folder,
        env=program.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # whoever runs the tests with nohup has it ignored
        preexec_fn=lambda: signal.signal(sent, signal.SIG_DFL),  # noqa: PLW1509
    )
    while process.poll() is None and not list(temporary.glob("ikzctl-*/HEAD")):
        time.sleep(0.02)
    process.send_signal(sent)
    process.send_signal(sent)
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == -sent
    assert list(temporary.iterdir()) == []
    for _ in range(500):
        if not of_session(process.pid):
            break
        time.sleep(0.02)
    assert of_session(process.pid) == ()


_COPY = """
import os, signal, sys
from ikzctl.cli import entry
from ikzctl.gitrepo import reading
signal.signal(signal.SIGHUP, signal.SIG_IGN)
entry._leave_no_rooms()
assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
reading._rooms.add(sys.argv[1])
if not (copy := os.fork()):
    signal.raise_signal(signal.SIGTERM)
assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == -signal.SIGTERM
assert os.path.isdir(sys.argv[1])
signal.raise_signal(signal.SIGTERM)
"""


@needs_terminal
def test_a_process_that_works_for_it_leaves_the_folder_alone(own: Program, tmp_path: Path):
    """And what is to be ignored, as after `nohup`, stays ignored."""
    folder = tmp_path / "room"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", _COPY, folder], env=own.env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, b"")
    assert not folder.exists()
