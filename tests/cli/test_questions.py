"""What is shown is what is done, and only after an explicit yes: at a terminal, without one, and when somebody interrupts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ikzctl.cli import changing
from ikzctl.files.writer import CommitResult
from tests.cli.program import Program, digest, needs
from tests.cli.terminal import in_terminal

needs_terminal = needs(sys.platform != "win32", "Windows has no pseudo-terminal to type at")
JOIN = ("cooperation", "join", "vergabestelle", "speyer", "--from", "2027-10-01")
LEAVE = (
    "cooperation",
    "leave",
    "vergabestelle",
    "alzey-worms",
    "--effective",
    "2029-12-31",
    "--reason",
    "Eigene Stelle",
)
ADD = ("partner", "add", "--key", "07318000")
NOTHING = "Es wurde nichts geändert."


@pytest.fixture
def three(small: Program) -> Program:
    """The small registry with a third partner that can join."""
    assert small(*ADD, "--yes").code == 0
    return small


@pytest.mark.parametrize("command", [ADD, LEAVE], ids=lambda c: c[1])
def test_without_terminal_and_yes_nothing_happens(small: Program, command: tuple[str, ...]):
    before = digest(small.folder)
    for stdin in (b"", b"j\n"):
        done = small(*command, stdin=stdin)
        assert done.code == 2
        assert done.out.startswith(("Neuer Partner", "Ausscheiden", "Alzey-Worms", "Landkreis"))
        assert done.err == (
            "Fehler: Ohne Terminal kann nicht gefragt werden. Es wurde nichts geändert.\n"
            "Mit --yes wird der Plan ohne Rückfrage ausgeführt, mit --dry-run nur gezeigt.\n"
        )
    assert digest(small.folder) == before


@pytest.mark.parametrize("command", [ADD, JOIN, LEAVE], ids=lambda c: c[1])
def test_dry_run_shows_the_same_plan_and_changes_nothing(three: Program, command: tuple[str, ...]):
    program = three
    if command is ADD:
        command = ("partner", "add", "--key", "07316000")
    before = digest(program.folder)
    shown = program(*command, "--dry-run")
    assert (shown.code, shown.err) == (0, "Nur gezeigt; es wurde nichts geändert.\n")
    assert digest(program.folder) == before
    done = program(*command, "--yes")
    assert done.code == 0
    assert done.out.startswith(shown.out)
    said = done.out.removeprefix(shown.out)
    assert re.match(r"Gespeichert: Commit [0-9a-f]{12} auf main\n", said)
    changed = program.git("diff", "--name-only", "HEAD~1").split()
    assert sorted(f"registry/{line.strip()}" for line in said.splitlines()[1:]) == changed
    assert program.git("status", "--porcelain") == ""
    assert program("validate").code == 0


@needs_terminal
@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        (b"j\n", 0, "Gespeichert: Commit"),
        (b"ja\n", 0, "Gespeichert: Commit"),
        (b"n\n", 1, "Nicht ausgeführt; es wurde nichts geändert."),
        (b"\n", 1, "Nicht ausgeführt; es wurde nichts geändert."),
        (b"vielleicht\n", 1, "Nicht ausgeführt; es wurde nichts geändert."),
        (b"\x1b[A\n", 1, "Nicht ausgeführt; es wurde nichts geändert."),
        (b"\x03", 130, f"{NOTHING}\nAbgebrochen.\n"),
        (b"\x04", 130, f"{NOTHING}\nAbgebrochen.\n"),
    ],
    ids=["j", "ja", "n", "enter", "something-else", "arrow-key", "ctrl-c", "ctrl-d"],
)
def test_only_a_yes_at_the_terminal_carries_it_out(small: Program, answer: bytes, code: int, sentence: str):
    before = digest(small.folder)
    shown = in_terminal(small, *ADD, answers=(answer,))
    assert shown.code == code, shown.text
    assert "Ausführen? [j/N] " in shown.text
    assert sentence in shown.text
    assert (digest(small.folder) == before) is (code != 0)


@needs_terminal
def test_yes_and_dry_run_ask_nothing_at_a_terminal(small: Program):
    assert "[j/N]" not in in_terminal(small, *ADD, "--dry-run").text
    assert "[j/N]" not in in_terminal(small, *ADD, "--yes").text


def test_with_its_input_closed_it_does_not_ask(small: Program):
    before = digest(small.folder)
    command = [*small.command(ADD)]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command], cwd=small.folder, env=small.env, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert "Ohne Terminal kann nicht gefragt werden." in done.stderr.decode()
    assert digest(small.folder) == before


def test_a_plan_that_cannot_be_carried_out_ends_with_1(small: Program):
    before = digest(small.folder)
    done = small(
        "cooperation", "leave", "vergabestelle", "worms", "--effective", "2027-12-31", "--reason", "x", "--yes"
    )
    assert done.code == 1
    assert "Nicht möglich: " in done.err
    assert done.err.endswith(f"{NOTHING}\n")
    assert digest(small.folder) == before


@needs_terminal
def test_settings_that_could_start_programs_are_accepted_only_at_a_terminal(small: Program, tmp_path):
    program = small.with_env(XDG_STATE_HOME=str(tmp_path / "state"))
    program.git("config", "core.sshCommand", "echo")
    before = digest(program.folder)
    refused = program(*ADD, "--yes")
    assert refused.code == 2
    assert "„core.sshcommand“" in refused.err
    assert digest(program.folder) == before
    said_no = in_terminal(program, *ADD, "--yes", answers=(b"n\n",))
    assert said_no.code == 2
    assert digest(program.folder) == before
    said_yes = in_terminal(program, *ADD, "--yes", answers=(b"j\n",))
    assert said_yes.code == 0
    assert "Gespeichert: Commit" in said_yes.text
    assert program("partner", "add", "--key", "07316000", "--yes").code == 0, "once is enough"


BOOK = "ikzctl/accepted-git-settings.json"
IN_THE_WAY: list[tuple[str, str, Callable[[Path], object]]] = [
    ("file", "ikzctl", lambda place: place.write_bytes(b"")),
    ("pipe", "ikzctl", os.mkfifo),
    ("link to nowhere", "ikzctl", lambda place: place.symlink_to("nirgends")),
    ("folder", BOOK, lambda place: place.mkdir(parents=True)),
]


@needs_terminal
@pytest.mark.parametrize(("name", "make"), [case[1:] for case in IN_THE_WAY], ids=[case[0] for case in IN_THE_WAY])
def test_what_stands_where_it_is_kept_what_was_accepted_is_named(
    small: Program, tmp_path: Path, name: str, make: Callable[[Path], object]
):
    state = tmp_path / "state"
    state.mkdir()
    make(state / name)
    there = sorted(state.rglob("*"))
    program = small.with_env(XDG_STATE_HOME=str(state))
    program.git("config", "core.sshCommand", "echo")
    before = digest(program.folder)
    shown = in_terminal(program, *ADD, "--yes", answers=(b"j\n",))
    said = shown.text.split("Fehler: ")[1]
    assert (shown.code, said.startswith(f"„{state / name}“ ")) == (2, True), shown.text
    assert f"ikzctl braucht „{state / 'ikzctl'}“ als Ordner" in said
    assert sorted(state.rglob("*")) == there
    assert digest(program.folder) == before


@needs_terminal
def test_an_interrupt_while_it_works_ends_with_130_and_no_traceback(read_demo: Program):
    process = subprocess.Popen(
        read_demo.command(("validate",)),
        cwd=read_demo.folder,
        env=read_demo.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    # the second import of the program's own package has begun when its interpreter answers signals
    while not _has_loaded(process.pid):
        pass
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert b"Traceback" not in err
    assert (process.returncode, out) == (130, b"") or process.returncode == 0


def _has_loaded(pid: int) -> bool:
    """True once the process has opened the C parser of the YAML library: it is reading the registry then."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:  # noqa: PTH123
            return "_pydantic_core" in maps.read()
    except FileNotFoundError:
        pytest.skip("no /proc here to see what the program is doing")


@pytest.mark.parametrize(("warnings", "shown"), [((), "HEAD~1"), (("…",), f"{'a' * 12}~1 {'a' * 12}")])
def test_what_shows_the_change_is_true_on_any_branch(
    capsys: pytest.CaptureFixture[str], warnings: tuple[str, ...], shown: str
):
    """With a warning, another branch may be checked out by now."""
    changing._report(CommitResult("a" * 40, "refs/heads/main", (), warnings))
    assert capsys.readouterr().err.splitlines()[-1] == f"Was sich geändert hat, zeigt: ikzctl diff {shown}"


_SWALLOWED = """
import os, signal, sys, time
from ikzctl.cli import entry
class Going:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)
def invoke(arguments):
    gone = Going()
    del gone
    print("weiter", flush=True)
    time.sleep(60)
    return 0
entry._invoke = invoke
entry.main()
"""


@needs(sys.platform != "win32", "signals as on Unix")
def test_ctrl_c_that_python_swallows_is_not_lost():
    """Some places let no exception out: what an object does when it goes, or compiled code that calls back."""
    done = subprocess.run([sys.executable, "-c", _SWALLOWED], capture_output=True, text=True, check=False, timeout=50)
    assert (done.returncode, done.stdout, done.stderr) == (130, "weiter\n", "Abgebrochen.\n")


def test_a_plan_names_the_files_of_which_it_knows_only_what_is_saved(small: Program):
    leave = (
        "cooperation",
        "leave",
        "vergabestelle",
        "worms",
        "--effective",
        "2029-12-31",
        "--reason",
        "x",
        "--dry-run",
    )
    file = small.folder / "registry/cooperations/vergabestelle/members/worms.yaml"
    saved = file.read_bytes()
    for content, unsaved in (
        (saved, False),
        (saved.replace(b"\n", b"\r\n"), False),
        (saved + b"# neu\n", True),
        (None, True),
    ):
        file.unlink() if content is None else file.write_bytes(content)
        done = small(*leave)
        named = (
            "Hinweis: Der Plan geht vom letzten Commit aus." in done.err
            and "cooperations/vergabestelle/members/worms.yaml" in done.err
        )
        assert (done.code, named) == (0, unsaved), done.text
