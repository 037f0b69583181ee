"""What a crash, another program or an attacker left among git's files: answered at once, nothing changed, nothing left over."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import Program, needs, needs_rights, powerless, save
from tests.gitrepo.repos import git

ADD = ("partner", "add", "--key", "07315000", "--yes")
OTHER = ("partner", "add", "--key", "07312000", "--yes")
MAINZ = "registry/partners/mainz.yaml"
pytestmark = needs(sys.platform != "win32", "links and pipes as on Unix")

Setup = Callable[[Path], object]


def _run_with(program: Program, patch: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own in which `patch` has been run first."""
    script = f"{patch}import sys\nfrom ikzctl.cli.entry import main\nsys.argv = ['ikzctl', *sys.argv[1:]]\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=program.folder,
        env=program.env,
        capture_output=True,
        text=True,
        check=False,
    )


def _pipe(path: str) -> Setup:
    def make(folder: Path) -> None:
        target = folder / ".git" / path
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        os.mkfifo(target)

    return make


def _link(path: str, target: str) -> Setup:
    def make(folder: Path) -> None:
        place = folder / ".git" / path
        place.unlink(missing_ok=True)
        place.symlink_to(target)

    return make


def _linked_index(folder: Path) -> None:
    (folder / ".git/index").rename(folder / ".git/real-index")
    (folder / ".git/index").symlink_to("real-index")


def _object_of_the_next_commit(content: bytes) -> Setup:
    """Something else where git will look whether it has the new partner's file already."""

    def make(folder: Path) -> None:
        twin = folder.with_name("twin")
        subprocess.run(["cp", "-a", folder, twin], check=True)
        assert Program(twin, folder.parent)(*ADD).code == 0
        oid = git(twin, "rev-parse", f"HEAD:{MAINZ}")
        (folder / ".git/objects" / oid[:2]).mkdir(exist_ok=True)
        (folder / ".git/objects" / oid[:2] / oid[2:]).write_bytes(content)

    return make


def _stage(path: str, *stages: int) -> Setup:
    def make(folder: Path) -> None:
        oid = git(folder, "hash-object", "-w", "--stdin", stdin=b"von Hand\n")
        lines = "".join(f"100644 {oid} {stage}\t{path}\n" for stage in stages or (0,))
        git(folder, "update-index", "--index-info", stdin=lines.encode())

    return make


def _staged_in_place_of_the_folder(folder: Path) -> None:
    git(folder, "rm", "-q", "--cached", "-r", "registry/partners")
    _stage("registry/partners")(folder)


ANSWERS: list[tuple[str, Setup, str]] = [
    ("pipe as index.lock", _pipe("index.lock"), "Ein anderes git-Programm arbeitet gerade"),
    ("pipe as HEAD.lock", _pipe("HEAD.lock"), "Ein anderes git-Programm arbeitet gerade"),
    ("endless HEAD.lock", _link("HEAD.lock", "/dev/zero"), "Ein anderes git-Programm arbeitet gerade"),
    ("folder as HEAD.lock", lambda f: (f / ".git/HEAD.lock").mkdir(), "Ein anderes git-Programm arbeitet gerade"),
    ("folder as lock", lambda f: (f / ".git/refs/heads/main.lock").mkdir(), "Ein anderes git-Programm arbeitet gerade"),
    ("pipe as note", _pipe("ikzctl/scratch.json"), "müsste eine gewöhnliche Datei sein"),
    ("pipe as journal", _pipe("ikzctl/journal.json"), "müsste eine gewöhnliche Datei sein"),
    ("pipe as log", _pipe("logs/refs/heads/main"), "müsste eine gewöhnliche Datei sein"),
    ("pipe as log of HEAD", _pipe("logs/HEAD"), "müsste eine gewöhnliche Datei sein"),
    ("index is a link", _linked_index, "ist eine Verknüpfung; ikzctl kann sie nicht ersetzen"),
    ("our lock is a link", _link("ikzctl/lock", "../config"), "ist eine Verknüpfung"),
    # as a power failure leaves it under a git that does not bring its files to the disk
    ("object cut off", _object_of_the_next_commit(b""), "liegt ein beschädigtes Objekt"),
    ("object forged", _object_of_the_next_commit(zlib.compress(b"blob 2\0x\n")), "Objekt beschädigt oder gefälscht"),
    ("staged below", _stage(f"{MAINZ}/x"), "in git vorgemerkte, aber nicht festgeschriebene Änderungen"),
    ("staged above", _staged_in_place_of_the_folder, "in git vorgemerkte, aber nicht festgeschriebene Änderungen"),
    ("unmerged", _stage(MAINZ, 1, 2), "in git vorgemerkte, aber nicht festgeschriebene Änderungen"),
    ("branch of no text", lambda f: git(f, "branch", "-m", "m\udce4in"), "ist kein lesbarer Text"),
    ("nameless", lambda f: git(f, "config", "user.name", "..."), "git kennt Ihren Namen"),
]


def left_over(folder: Path) -> list[str]:
    own = {path.name for path in (folder / ".git/ikzctl").glob("*")} - {"lock", "scratch.json", "journal.json"}
    lock = folder / ".git/index.lock"
    ours = lock.is_file() and b"ikzctl" in lock.read_bytes()
    journal = folder / ".git/ikzctl/journal.json"
    written = journal.is_file() and stat.S_ISREG(journal.lstat().st_mode)
    temps = [path.name for path in folder.rglob(".ikzctl-*.tmp")]
    return [*own, *temps, *(["index.lock"] if ours else []), *(["journal"] if written else [])]


@pytest.mark.parametrize(("setup", "text"), [case[1:] for case in ANSWERS], ids=[case[0] for case in ANSWERS])
def test_a_change_is_refused_at_once_and_leaves_nothing(small: Program, setup: Setup, text: str):
    before, staged = git(small.folder, "rev-parse", "HEAD"), ""
    setup(small.folder)
    if "index" not in text and not (small.folder / ".git/index.lock").exists():
        staged = git(small.folder, "ls-files", "--stage")
    done = small(*ADD)
    assert done.code == 2, done.text
    assert text in done.err
    assert "Objekt" not in text or "Es wurde nichts geändert." in done.err
    assert git(small.folder, "rev-parse", "HEAD") == before
    assert not (small.folder / MAINZ).exists()
    assert left_over(small.folder) == []
    if staged:
        assert git(small.folder, "ls-files", "--stage") == staged


@pytest.mark.parametrize("packed", [False, True])
def test_a_head_that_is_a_link_names_its_branch(small: Program, packed: bool):
    """As very old repositories have it: what it leads to is a commit before and another one afterwards, and no other branch."""
    branch = git(small.folder, "symbolic-ref", "HEAD")
    _link("HEAD", branch)(small.folder)
    if packed:
        git(small.folder, "pack-refs", "--all")
    done = small(*ADD)
    assert done.code == 0
    assert "ausgecheckt" not in done.err
    assert git(small.folder, "status", "--short", "--untracked-files=no") == ""
    assert git(small.folder, "show", f"{branch}:{MAINZ}") == (small.folder / MAINZ).read_text().strip()
    assert small("validate", "--rev", "HEAD").code == small("validate").code


MEMBER = "registry/cooperations/vergabestelle/members/worms.yaml"
LEAVE = ("cooperation", "leave", "vergabestelle", "worms", "--effective", "2029-12-31", "--reason", "X", "--yes")


def _modes(folder: Path) -> list[str]:
    """That of the member's file in HEAD, in the index, and on the disk."""
    saved, staged = git(folder, "ls-tree", "HEAD", MEMBER), git(folder, "ls-files", "--stage", MEMBER)
    return [saved[:6], staged[:6], f"{(folder / MEMBER).lstat().st_mode:o}"]


def test_a_staged_mode_is_somebody_s_work_and_stays_staged(small: Program):
    git(small.folder, "update-index", "--chmod=+x", MEMBER)
    done = small(*LEAVE)
    assert done.code == 0, done.text
    assert _modes(small.folder) == ["100644", "100755", "100644"]
    assert git(small.folder, "diff", "--cached", "--summary") == f"mode change 100644 => 100755 {MEMBER}"


def test_a_staged_link_with_the_same_text_is_not_written_over(small: Program):
    saved = git(small.folder, "rev-parse", f"HEAD:{MEMBER}")
    git(small.folder, "update-index", "--cacheinfo", f"120000,{saved},{MEMBER}")
    done = small(*LEAVE)
    assert (done.code, "vorgemerkte" in done.err) == (2, True), done.text
    assert git(small.folder, "ls-files", "--stage", MEMBER).startswith("120000")
    assert f":/{MEMBER}" in done.err, "the hint works from every folder"


@pytest.mark.parametrize("cut_off", [False, True])
def test_a_file_that_may_be_executed_stays_one(small: Program, cut_off: bool):
    (small.folder / MEMBER).chmod(0o755)
    save(small)
    if cut_off:
        done = _run_with(
            small, "import os\nimport ikzctl.files.writer as w\nw._complete = lambda *a: os._exit(9)\n", *LEAVE
        )
        assert done.returncode == 9, done
        for left in small.folder.rglob(".ikzctl-*.tmp"):
            left.unlink()
        assert small("repair").code == 0
    else:
        assert small(*LEAVE).code == 0
    assert _modes(small.folder) == ["100755", "100755", "100755"]
    assert "2029-12-31" in (small.folder / MEMBER).read_text()
    assert git(small.folder, "status", "--porcelain") == ""


def test_a_deep_folder_of_branches_and_a_tag_called_head_do_not_matter(small: Program):
    place = str(small.folder / ".git/refs/heads")
    for _ in range(1500):
        place += "/a"
        os.mkdir(place)  # noqa: PTH102  a Path this deep takes long
    git(small.folder, "update-ref", "refs/tags/HEAD", "HEAD")
    codes = [small(*command).code for command in (ADD, ("status", "--rev", "HEAD"), ("diff", "HEAD~1"))]
    # Python's own way of removing it would go as deep as the folder does
    subprocess.run(["rm", "-rf", small.folder / ".git/refs/heads/a"], check=True)
    assert codes[0] == 0
    assert set(codes) <= {0, 1}
    assert (small.folder / MAINZ).exists()


@pytest.mark.parametrize("command", [("status", "--rev", "HEAD"), ADD], ids=["read", "write"])
def test_too_few_open_files_are_no_fault_of_the_program(small: Program, command: tuple[str, ...]):
    few = Program(small.folder, small.home, small.environment, ("sh", "-c", 'ulimit -n 12; exec "$@"', "sh"))
    done = few(*command)
    assert (done.code, "zu viele Dateien zugleich geöffnet" in done.err) == (2, True), done.text
    assert left_over(small.folder) == []


def test_two_values_of_a_foreign_setting_can_be_allowed_together(small: Program):
    from ikzctl.gitrepo.fence import ForeignSettings, accept_settings, check_settings
    from ikzctl.gitrepo.repository import require_repository

    for value in ("", "cache"):
        git(small.folder, "config", "--add", "credential.helper", value)
    repo, accepted = require_repository(small.folder), small.folder.parent / "accepted.json"
    accept_settings(repo, ["credential.helper"], accepted)
    check_settings(repo, accepted)
    git(small.folder, "config", "--add", "credential.helper", "!böse")
    with pytest.raises(ForeignSettings):
        check_settings(repo, accepted)


@pytest.mark.parametrize("name", ["fertig", "halb"])
def test_init_takes_nothing_through_a_link(small: Program, name: str):
    place = small.folder.parent
    (place / "fremd").mkdir()
    (place / "fremd/brief.txt").write_text("wichtig", encoding="utf-8")
    (place / "neu/.ikzctl-neu").mkdir(parents=True)
    (place / "neu/.ikzctl-neu" / name).symlink_to(place / "fremd")
    done = small.at(place)("init", "neu")
    assert (done.code, "stammt nicht von ikzctl" in done.err) == (2, True), done.text
    assert (place / "fremd/brief.txt").read_text(encoding="utf-8") == "wichtig"


@pytest.mark.parametrize("command", ["init", "demo"])
@pytest.mark.parametrize(
    ("target", "hint"),
    [("ein leerer", "selbst nennen, zu dem sie führt: '{}/ein leerer'"), ("link", "den es noch nicht gibt")],
)
def test_a_link_in_the_place_of_a_new_folder_is_called_one(
    tmp_path: Path, home: Path, command: str, target: str, hint: str
):
    (tmp_path / "ein leerer").mkdir()
    (tmp_path / "link").symlink_to(target)
    done = Program(tmp_path, home)(command, "link")
    assert (done.code, "„link“ ist eine Verknüpfung. Es wurde nichts geändert." in done.err) == (2, True), done.text
    assert hint.format(tmp_path) in done.err
    assert list((tmp_path / "ein leerer").iterdir()) == []


def test_init_after_one_that_was_cut_off_says_whose_name_counts(tmp_path: Path, home: Path):
    program = Program(tmp_path, home)
    patch = "import os\nimport ikzctl.files.new_folder as n\nn._move_up = lambda *a: os._exit(9)\n"
    assert _run_with(program, patch, "init", "neu", "--name", "Eins").returncode == 9
    done = program("init", "neu", "--name", "Zwei")
    assert done.code == 0, done.text
    assert "name: Eins\n" in (tmp_path / "neu/registry/registry.yaml").read_text(encoding="utf-8")
    assert "Name, Land und Absender sind die aus jenem Aufruf; was eben angegeben wurde, zählt nicht." in done.err
    assert "registry/registry.yaml" in done.err


def test_ctrl_c_again_and_again_never_hides_that_a_change_is_saved(small: Program):
    """From the moment the branch has moved until the program has ended."""
    branch = small.folder / ".git/refs/heads/main"
    before = branch.read_bytes()
    process = subprocess.Popen(
        small.command(ADD), cwd=small.folder, env=small.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while process.poll() is None and branch.read_bytes() == before:
        time.sleep(0.0005)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.0005)
    out, err = (text.decode() for text in process.communicate())
    assert "Gespeichert" in out, err
    assert "Abgebrochen" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("stderr", ["full", "gone"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("validate",), 0),
        (("validate", "--rev", "nope"), 2),
        (("validate", "--gibtsnicht"), 2),
        (("foo",), 2),
        (("cooperation", "leave", "vergabestelle", "x", "--effective", "2029-12-31", "--reason", "X"), 2),
    ],
)
def test_an_error_that_nobody_can_be_shown_keeps_its_exit_code(
    small: Program, stderr: str, command: tuple[str, ...], code: int
):
    if stderr == "full":
        target = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, target = os.pipe()
        os.close(reader)
    done = subprocess.run(
        small.command(command), cwd=small.folder, env=small.env, stdout=subprocess.PIPE, stderr=target, check=False
    )
    os.close(target)
    assert done.returncode == code


CRASH = "import os\nimport ikzctl.files.writer as w\nw._complete = lambda *a: os._exit(9)\n"
INTERRUPTED_RECOVERY = (
    "import os, signal\nimport ikzctl.files.{module} as m\nreal = m.recover\n"
    "def press(*a):\n    os.kill(os.getpid(), signal.SIGINT)\n    return real(*a)\n"
    "m.recover = press\n"
)


@pytest.mark.parametrize(("module", "command"), [("recovery", OTHER), ("working", ("fmt",))], ids=["add", "fmt"])
def test_ctrl_c_while_an_interrupted_change_is_finished_stops_the_new_one(
    small: Program, module: str, command: tuple[str, ...]
):
    """What is saved is put in place, what had not begun does not begin."""
    _run_with(small, CRASH, *ADD)
    saved = git(small.folder, "rev-parse", "HEAD")
    edited = small.folder / "registry/partners/alzey-worms.yaml"
    edited.write_bytes(edited.read_bytes().replace(b"\n", b"\r\n"))
    done = _run_with(small, INTERRUPTED_RECOVERY.format(module=module), *command)
    assert done.returncode == 130, done.stderr
    assert "schon gespeicherte Änderung wurde abgeschlossen" in done.stderr
    assert done.stderr.endswith("Abgebrochen.\n")
    assert git(small.folder, "rev-parse", "HEAD") == saved
    assert git(small.folder, "status", "--porcelain") == "M registry/partners/alzey-worms.yaml"
    assert b"\r" in edited.read_bytes()
    assert left_over(small.folder) == []


def test_ctrl_c_while_the_change_is_prepared_stops_it(small: Program):
    """From the answer to the question on, also while nothing has been written yet."""
    patch = (
        "import os, signal\nimport ikzctl.files.writer as w\nreal = w._check_request\n"
        "def ask(*a):\n    os.kill(os.getpid(), signal.SIGINT)\n    return real(*a)\n"
        "w._check_request = ask\n"
    )
    before = git(small.folder, "rev-parse", "HEAD")
    done = _run_with(small, patch, *ADD)
    assert (done.returncode, "Gespeichert" in done.stdout) == (130, False), done.stderr
    assert git(small.folder, "rev-parse", "HEAD") == before
    assert left_over(small.folder) == []


def test_a_second_ctrl_c_does_not_disturb_the_tidying_after_the_first(small: Program, tmp_path: Path):
    place = tmp_path / "temp"
    place.mkdir()
    env = {**small.env, "TMPDIR": str(place)}
    for wait in (0.15, 0.2, 0.25, 0.3):
        command = small.command(("validate", "--rev", "HEAD", "--no-cache"))
        process = subprocess.Popen(command, cwd=small.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(wait)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.002)
        out, err = (text.decode() for text in process.communicate())
        assert "Traceback" not in err, err
        assert process.returncode in (0, 130), (out, err)
        assert not any(place.iterdir())


def test_a_ctrl_c_that_python_drops_does_not_make_deaf(small: Program):
    """Out of a weak reference that goes no exception comes; the next Ctrl-C has to work, however soon."""
    patch = (
        "import os, signal, time, weakref\nimport ikzctl.actions.validate as v\nreal = v.validate\n"
        "class Thing: pass\n"
        "def slow(*a, **k):\n    thing = Thing()\n"
        "    kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))\n    del thing\n"
        "    time.sleep(0.05)\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(30)\n    return real(*a, **k)\n"
        "v.validate = slow\n"
    )
    done = _run_with(small, patch, "validate")
    assert (done.returncode, done.stderr.strip()) == (130, "Abgebrochen.")


def test_the_folder_for_temporary_files_may_be_named_from_here(small: Program):
    here = Program(small.folder, small.home, {**small.environment, "TMPDIR": "."})
    assert here("validate", "--rev", "HEAD").out == small("validate", "--rev", "HEAD").out
    assert here("diff", "HEAD~1").code in (0, 1)


@pytest.mark.parametrize("command", [("repair",), ("fmt",), ADD])
def test_a_user_who_is_at_home_nowhere(small: Program, command: tuple[str, ...]):
    """As in a container that runs under a number without a name."""
    patch = (
        "import pathlib\n"
        "def nowhere(*a):\n    raise RuntimeError('Could not determine home directory.')\n"
        "pathlib.Path.home = classmethod(nowhere)\nimport os\nos.environ.pop('HOME')\n"
    )
    done = _run_with(small, patch, *command)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_a_reason_that_is_no_text_is_refused_as_such(small: Program):
    where = ("vergabestelle", "worms", "--effective", "2029-12-31", "--dry-run", "--reason", os.fsdecode(b"\xff"))
    done = small("cooperation", "leave", *where)
    assert (done.code, "--reason: Die Angabe ist kein lesbarer Text" in done.err) == (2, True), done.text


@pytest.mark.parametrize("again", [ADD, (*ADD[:-1], "--dry-run")])
def test_the_same_command_once_more_after_it_was_cut_off_behind_the_commit(small: Program, again: tuple[str, ...]):
    """Its plan alone would say that all this is there already, and leave git locked."""
    died = _run_with(
        small, "import os\nfrom ikzctl.files import writer\nwriter._complete = lambda *a: os._exit(9)\n", *ADD
    )
    assert (died.returncode, (small.folder / ".git/index.lock").exists()) == (9, True)
    done = small(*again)
    if "--yes" in again:
        assert "Eine unterbrochene, schon gespeicherte Änderung wurde abgeschlossen" in done.err
        assert git(small.folder, "status", "--porcelain", "--untracked-files=all") == ""
    else:
        assert "Abschließen: ikzctl repair" in done.err
        assert (small.folder / ".git/ikzctl/journal.json").exists()


def test_fmt_tells_what_it_has_finished_although_it_then_refuses_a_file(small: Program):
    """The saved change is in the folder now, whatever becomes of the form."""
    _run_with(small, "import os\nfrom ikzctl.files import writer\nwriter._complete = lambda *a: os._exit(9)\n", *ADD)
    path = small.folder / "registry/partners/worms.yaml"
    path.write_bytes(path.read_bytes().replace(b"id: ", b"id:   ", 1))
    patch = (
        "from ikzctl.files import working\nreal = working._replace_all\n"
        "def late(root, changes, *a):\n"
        "    for name in changes:\n        (root / name).write_bytes(b'anders')\n"
        "    real(root, changes, *a)\n"
        "working._replace_all = late\n"
    )
    done = _run_with(small, patch, "fmt")
    assert (done.returncode, "wurde inzwischen geändert" in done.stderr) == (2, True), done.stderr
    assert done.stderr.count("Hinweis: Eine unterbrochene, schon gespeicherte Änderung wurde abgeschlossen") == 1
    assert (small.folder / MAINZ).exists()


def test_findings_of_files_that_are_halfway_through_a_change_say_so(small: Program):
    (small.folder / "registry/partners/speyer.yaml").write_text("halb", encoding="utf-8")
    assert "ikzctl repair" not in small("validate").err
    (small.folder / ".git/ikzctl").mkdir(exist_ok=True)
    (small.folder / ".git/ikzctl/journal.json").write_text("{}", encoding="utf-8")
    assert "Abschließen: ikzctl repair" in small("validate").err
    assert "Abschließen" not in small("validate", "--rev", "HEAD").err


_DEAF = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"


def test_a_parent_that_ignores_the_end_of_children_hides_no_failure(small: Program):
    """Such a setting is inherited; the system then tells nobody how a git ended, and Python takes it for well."""
    deaf = replace(small, before=(sys.executable, "-c", _DEAF))
    head = small.git("rev-parse", "HEAD")
    lock = small.folder / ".git/refs/heads/main.lock"
    lock.touch()
    done = deaf(*ADD)
    assert done.code == 2
    assert "Es wurde nichts geändert." in done.err
    assert (small.git("rev-parse", "HEAD"), small.git("status", "--short")) == (head, "")
    lock.unlink()
    assert deaf(*ADD).code == 0
    assert (small.git("rev-parse", "HEAD~1"), small.git("status", "--short")) == (head, "")


@pytest.mark.parametrize("sign", ["\u00a0", "\u2028", "\u3000", "\u0085"])
def test_a_branch_whose_name_ends_in_a_blank_of_unicode_is_itself(small: Program, sign: str):
    before = small.git("rev-parse", "main")
    small.git("switch", "-q", "-c", f"main{sign}")
    done = small(*ADD)
    assert done.code == 0, done.text
    assert small.git("rev-parse", "main") == before
    assert small.git("rev-parse", "HEAD~1") == before
    assert small.git("status", "--short") == ""


@pytest.mark.parametrize("digits", [40, 64])
def test_an_id_that_nobody_has_blames_no_clone(small: Program, tmp_path: Path, digits: int):
    done = small("validate", "--rev", "a" * digits)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Fehler: Den Stand „{'a' * digits}“ gibt es in diesem Repository nicht.")


def test_a_commit_with_impossible_dates_can_be_checked(small: Program):
    tree, parent = small.git("rev-parse", "HEAD^{tree}", "HEAD").split()
    text = f"tree {tree}\nparent {parent}\nauthor X <x@y> 99999999999999 +0000\ncommitter X <x@y> -5 -9999\n\nodd\n"
    (small.folder / ".git/odd").write_text(text)
    odd = small.git("hash-object", "-t", "commit", "-w", "--literally", ".git/odd").strip()
    assert small("validate", "--rev", odd) == small("validate", "--rev", parent)


@needs_rights
def test_a_repository_that_may_not_be_read_is_not_said_to_be_missing(small: Program):
    program = powerless(small)
    (small.folder / ".git").chmod(0)
    (small.folder / "registry/partners/falsch.yaml").write_bytes(b"id: [\n")
    wanted = program("validate", "--format", "lines")
    assert wanted.code == 1
    assert "partners/falsch.yaml" in wanted.out
    for command in (("validate", "--rev", "HEAD"), ADD, ("fmt",), ("repair",)):
        done = program(*command)
        assert (done.code, done.out) == (2, ""), command
        assert f"Fehler: „{small.folder / '.git'}“ darf nicht gelesen werden (fehlende Zugriffsrechte)." in done.err
    (small.folder / ".git").chmod(0o755)
    assert small.git("status", "--short") == "?? registry/partners/falsch.yaml\n"


@pytest.mark.parametrize("kind", ["MemoryError", "OSError"])
def test_a_thread_that_ends_early_shows_no_program_text(small: Program, kind: str):
    patch = (
        f"from ikzctl.gitrepo.process import Patience\ndef lost(patience):\n    raise {kind}\nPatience._look = lost\n"
    )
    done = _run_with(small, patch, *ADD)
    assert (done.returncode, "Gespeichert" in done.stdout, "Traceback" in done.stderr) == (0, True, False), done.stderr


@needs_rights
@pytest.mark.parametrize("command", [ADD, ("repair",)])
def test_a_home_that_belongs_to_somebody_else_has_nothing_accepted(small: Program, tmp_path: Path, command):
    (tmp_path / "fremd").mkdir(mode=0)
    program = powerless(small.with_env(HOME=str(tmp_path / "fremd")))
    assert program(*command).code == 0
    small.git("config", "core.sshCommand", "echo")
    refused = program(*(word.replace("07315000", "07316000") for word in command))
    assert (refused.code, "„core.sshcommand“" in refused.err) == (2, True), refused.text
    (tmp_path / "fremd").chmod(0o700)


UNREADABLE = ["packed-refs", "HEAD", "refs/heads/main", "refs/heads", "objects", "objects/pack"]


@needs_rights
@pytest.mark.parametrize("name", UNREADABLE)
def test_where_the_branch_may_not_be_seen_the_repository_is_neither_empty_nor_damaged(small: Program, name: str):
    if name == "packed-refs":
        small.git("pack-refs", "--all")
    if name == "objects/pack":
        small.git("gc", "-q")
    path = small.folder / ".git" / name
    mode = path.stat().st_mode
    path.chmod(0)
    program = powerless(small)
    for command in (("validate", "--rev", "HEAD"), ("validate", "--rev", "main"), ADD):
        done = program(*command)
        assert (done.code, done.out) == (2, ""), command
        named = rf"Fehler: [^\n]*„{path}[^\n]*(darf nicht gelesen werden|fehlen die Zugriffsrechte)"
        # whoever writes hears of the packs from git, which names none of its folders
        said_by_git = command is ADD and name == "objects/pack" and "Es fehlen Zugriffsrechte" in done.err
        assert re.search(named, done.err) or said_by_git, done.err
        assert "frisch klonen" not in done.err
    path.chmod(mode)
    assert small(*ADD).code == 0


def _file_as_folder_of_logs(folder: Path) -> None:
    shutil.rmtree(folder / ".git/logs")
    (folder / ".git/logs").write_text("x")


NOT_MOVED: list[tuple[str, Setup, str]] = [
    ("log in a file", _file_as_folder_of_logs, "Das git-Repository ist beschädigt"),
    ("sticky", lambda f: _given_away(f / ".git/refs/heads"), "git durfte die Datei des Zweigs nicht ersetzen"),
]


def _given_away(folder: Path) -> None:
    """Everybody may make files here, and nobody may replace one of another."""
    for path in (folder / "main", folder):
        os.chown(path, 1234, -1)
    folder.chmod(0o1777)


@needs(sys.platform == "linux" and os.geteuid() == 0, "gives files away")
@pytest.mark.parametrize(("setup", "text"), [case[1:] for case in NOT_MOVED], ids=[case[0] for case in NOT_MOVED])
def test_why_a_branch_could_not_be_moved(small: Program, setup: Setup, text: str):
    setup(small.folder)
    before = git(small.folder, "rev-parse", "main")
    weak = replace(small, before=("setpriv", "--bounding-set=-fowner", "--inh-caps=-fowner"))
    done = weak(*ADD)
    assert (done.code, text in done.err, "git gc" in done.err) == (2, True, False), done.text
    assert "Es wurde nichts geändert." in done.err
    assert (git(small.folder, "rev-parse", "main"), git(small.folder, "status", "--short")) == (before, "")
    assert left_over(small.folder) == []
    assert not list((small.folder / ".git/refs").rglob("*.lock"))
