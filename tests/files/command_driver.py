"""Whole commands under faults: started with the interposed library, prints what was wrong at which point as JSON.

One process has everything imported and forks for each command (or starts `python -m ikzctl` anew, if asked to). Every point gets a
fresh copy of the same folder; the judge is this process, with the library disarmed.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from ikzctl.cli import completion, entry
from ikzctl.documents import agreement
from ikzctl.files import steps
from ikzctl.registry import canonical
from tests.files.fault_driver import MODES, NO_LIMIT, Control, fresh
from tests.gitrepo.repos import git, make_clone, put

PROJECT = Path(__file__).parents[2]
DAY = "2026-11-23"
KILL = ("kill all", "kill self")
# what somebody is working on and has not committed; the second one is no registry file
UNSAVED = {"registry/partners/worms-entwurf.txt": b"halb fertig\n", "README.md": b"# Von Hand\n"}
RC = b"# meine Einstellungen\nalias ll='ls -l'"


class Said(NamedTuple):
    """`code` is None for a command that was killed."""

    code: int | None
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


_IN_BASH = "from ikzctl.cli import completion, entry; completion._shell = lambda: 'bash'; entry.main()"


@dataclass
class Runner:
    """Runs commands in the folder `place / "r"`, with a home, a cache and a folder for temporary files of its own."""

    control: Control
    hit: int = 0
    calls: int = 0

    def __call__(self, place: Path, args: Sequence[str], at: int = 0, mode: int = 0, *, real: bool = False) -> Said:
        pipes = (os.pipe(), os.pipe())
        child = os.fork()
        if child == 0:
            self._be(place, args, pipes, (at, mode), real)
        texts = []
        for reading, writing in pipes:
            os.close(writing)
            with os.fdopen(reading, "rb") as pipe:
                texts.append(pipe.read().decode())
        status = os.waitpid(child, 0)[1]
        self.calls, self.hit = self.control.disarm()
        return Said(None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), *texts)

    def _be(
        self,
        place: Path,
        args: Sequence[str],
        pipes: tuple[tuple[int, int], tuple[int, int]],
        arm: tuple[int, int],
        real: bool,
    ) -> None:
        """In the child: become the command. Does not return."""
        code: object = 1
        try:
            for number, (_, writing) in enumerate(pipes, start=1):
                os.dup2(writing, number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(place / "r" if (place / "r").exists() else place)
            os.environ.update(environment(place))
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if arm[0]:
                self.control.arm(*arm, os.getpid())
            if real:
                # the shell is looked for among the parents, and a test may have none
                program = ["-c", _IN_BASH] if "--install-completion" in args else ["-m", "ikzctl"]
                os.execv(sys.executable, [sys.executable, *program, *args])  # noqa: S606
            sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
            tempfile.tempdir = None
            sys.argv = ["ikzctl", *args]
            entry.main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def environment(place: Path) -> dict[str, str]:
    return {
        "HOME": str(place / "home"),
        "XDG_CONFIG_HOME": str(place / "home"),
        "XDG_STATE_HOME": str(place / "state"),
        "XDG_CACHE_HOME": str(place / "cache"),
        "TMPDIR": str(place / "tmp"),
        "PYTHONPATH": str(PROJECT),
    }


Judge = Callable[["Runner", Path, Said, "Case"], list[str]]


@dataclass
class Case:
    """One command. `wanted` are the files after an undisturbed run, `before` those at its start."""

    name: str
    args: tuple[str, ...]
    pattern: Path
    judge: Judge
    codes: tuple[int, ...] = (0,)
    before: Mapping[str, bytes] = field(default_factory=dict)
    wanted: Mapping[str, bytes] = field(default_factory=dict)
    said: Said = field(default_factory=lambda: Said(0, "", ""))
    base: str = ""
    calls: int = 0


def files_in(folder: Path, *, git_too: bool = False) -> dict[str, bytes]:
    paths = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    named = ((p.relative_to(folder).as_posix(), p) for p in paths)
    return {name: p.read_bytes() for name, p in named if git_too or ".git/" not in f"/{name}"}


# --- the laws -----------------------------------------------------------------------------------------------------------


def words(said: Said, mode: str, codes: Sequence[int], *, struck: bool) -> list[str]:
    """What holds for every command: no traceback, a known exit code, and a sentence for each refusal."""
    wrong = []
    if "Traceback" in said.text or "Fehler in ikzctl" in said.text:
        wrong.append("traceback or fault of the tool")
    allowed: set[int | None] = {None} if mode == "kill all" else {130, *codes} if mode == "interrupt" else {2, *codes}
    if mode == "kill self":
        allowed.add(None)
    if not struck:
        allowed |= {*codes}
    if said.code not in allowed:
        wrong.append(f"exit code {said.code}")
    if said.code == 2 and not said.err.startswith(("Fehler: ", "Hinweis: ")):
        wrong.append("refused without a sentence")
    return wrong


def saved_words(said: Said, moved: bool) -> list[str]:
    """The exit code and the sentences tell on which side of the commit point we are."""
    wrong = []
    claims_saved = "Gespeichert: Commit" in said.out or "ist gespeichert" in said.text
    if said.code is not None:
        if (said.code == 0) != moved:
            wrong.append(f"exit code {said.code}, branch moved: {moved}")
        if claims_saved != moved:
            wrong.append("says saved, is not" if claims_saved else "is saved, does not say so")
    if "nichts geändert" in said.text and moved:
        wrong.append("says nothing changed, but the branch moved")
    return wrong


def judge_commit(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """A registry command: branch old or new, after one recovery files = branch, nothing left over, work goes on."""
    clone = place / "r"
    before = git(clone, "rev-parse", "main")
    wrong = saved_words(said, before != case.base)
    if said.code == 0 and "Hinweis" not in said.err:
        wrong += [f"at once: {law}" for law in clone_laws(clone, case.wanted)]
    recovery = ("repair",) if run.hit % 2 else ("partner", "add", "--key", "07331", "--yes")
    again = run(place, recovery)
    if again.code != 0:
        wrong.append(f"recovery by {recovery[0]}: {again}")
    wanted = dict(case.before if before == case.base else case.wanted)
    now = git(clone, "rev-parse", "main")
    if recovery[0] == "partner":
        added = "registry/partners/alzey-worms.yaml"
        wanted[added] = git(clone, "show", f"HEAD:{added}", check=False).encode() + b"\n"
        if git(clone, "rev-parse", "main^") != before:
            wrong.append("history is neither old nor new")
    elif now != before:
        wrong.append("history is neither old nor new")
    if before != case.base and git(clone, "rev-parse", f"{before}^") != case.base:
        wrong.append("not one commit")
    wrong += clone_laws(clone, wanted)
    # a second changing command needs no third
    return wrong + goes_on(run, place, ours=recovery[0] == "repair")


def clone_laws(clone: Path, wanted: Mapping[str, bytes]) -> list[str]:
    wrong = []
    there = files_in(clone)
    wrong += [f"content of {path}" for path in sorted({*there, *wanted}) if there.get(path) != wanted.get(path)]
    status = git(clone, "status", "--porcelain", "--untracked-files=all").splitlines()
    if sorted(line.strip() for line in status) != ["?? registry/partners/worms-entwurf.txt", "M README.md"]:
        wrong.append(f"status {status}")
    return wrong + left_overs(clone)


def left_overs(clone: Path) -> list[str]:
    left = [p for p in clone.rglob("*") if p.name.startswith(".ikzctl-") and p.name != ".ikzctl-output.json"]
    left += [p for p in clone.rglob("*") if p.suffix in (".lock", ".new", ".tmp")]
    left += [p for p in (clone / ".git" / "ikzctl").glob("*") if p.name != "lock"]
    left += [p for p in clone.rglob("*") if p.is_dir() and ".git" not in p.parts and not any(p.iterdir())]
    return [f"left over: {path.relative_to(clone)}" for path in left]


def goes_on(run: Runner, place: Path, *, ours: bool = True) -> list[str]:
    """Work goes on, by plain git and by us, and the whole history is sound."""
    clone = place / "r"
    wrong = []
    before = git(clone, "rev-parse", "HEAD")
    put(clone, {"von-hand.txt": b"x\n"})
    git(clone, "add", "von-hand.txt", check=False)
    git(clone, "commit", "-q", "-m", "von Hand", check=False)
    if git(clone, "rev-parse", "HEAD") == before:
        wrong.append("plain git cannot commit")
    if ours and (done := run(place, ("partner", "add", "--key", "07313000", "--yes"))).code != 0:
        wrong.append(f"next command: {done}")
    sound = git(clone, "fsck", "--strict", "--no-dangling", check=False)
    return wrong + ([f"fsck: {sound}"] if sound else [])


def judge_repair(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """What `repair` leaves, the next recovery brings to an end; the branch does not move."""
    clone = place / "r"
    wrong = [] if git(clone, "rev-parse", "main") == case.base else ["repair moved the branch"]
    if said.code == 0:
        wrong += [f"at once: {law}" for law in clone_laws(clone, case.wanted)]
    again = run(place, ("repair",))
    if again.code != 0:
        wrong.append(f"second repair: {again}")
    return wrong + clone_laws(clone, case.wanted) + goes_on(run, place)


def judge_fmt(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """Each file as it was or in form, and exactly those named that are in form."""
    clone = place / "r"
    there = files_in(clone)
    wrong = []
    changing = {path for path in case.wanted if case.wanted[path] != case.before.get(path)}
    done = {path for path in changing if there.get(path) == case.wanted[path]}
    halves = [p for p in changing - done if there.get(p) != case.before[p]]
    wrong += [f"neither old nor new: {path}" for path in halves]
    if git(clone, "rev-parse", "main") != case.base:
        wrong.append("branch moved")
    if said.code == 0 and done != changing:
        wrong.append("says done, is not")
    if said.code == 2:
        named = {path for path in changing if path.removeprefix("registry/") in said.err}
        if named != done or ("nichts geändert" in said.err) != (not done):
            wrong.append(f"in form: {sorted(done)}, said: {said.err}")
    again = run(place, ("fmt",))
    if again.code != 0 or files_in(clone) != case.wanted:
        wrong.append(f"second run: {again}")
    git(clone, "checkout", "-q", "--", "registry")
    return wrong + clone_laws(clone, case.before) + goes_on(run, place)


def judge_output(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """Each file old, new or not there yet; nobody else's file is touched; the second run completes all of them."""
    wrong = []
    out = place / "out"
    there = files_in(out)
    ours = {path: data for path, data in there.items() if ".ikzctl-" not in path}
    wrong += [f"half or foreign: {p}" for p in ours if ours[p] not in (case.before.get(p), case.wanted.get(p))]
    if said.code == 0 and there != case.wanted:
        wrong.append("says done, is not")
    again = run(place, case.args)
    if again.code != 0 or files_in(out) != case.wanted:
        wrong.append(f"second run: {again} {sorted(set(files_in(out)) ^ set(case.wanted))}")
    return wrong


def judge_new_folder(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """Nothing, or all, or what a second run of the same command makes all of."""
    new = place / "neu" / "r"
    wrong = []
    if said.code == 0:
        # two empty folders stay if the disk does not let go of them
        wrong += [f"at once: {law}" for law in whole_new(new, case) if ".ikzctl-neu" not in law]
    elif said.code is not None and (new / ".git").exists():
        wrong.append("says failed, but the repository is there")
    complete = (new / ".git").exists()
    again = run(place, case.args)
    if again.code != 0 and not (complete and "ist nicht leer" in again.err):
        wrong.append(f"second run: {again}")
    return wrong + whole_new(new, case)


def whole_new(new: Path, case: Case) -> list[str]:
    wrong = ["files"] if stable(files_in(new)) != stable(case.wanted) else []
    if git(new, "status", "--porcelain", "--untracked-files=all"):
        wrong.append("status")
    sound = git(new, "fsck", "--strict", "--no-dangling", check=False)
    return wrong + ([f"fsck: {sound}"] if sound else []) + left_overs(new)


def stable(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if not path.endswith("lock")}


def judge_validate(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """What is remembered between runs never changes a result, however it came to lie there."""
    wrong = []
    if said.code in case.codes and said.out != case.said.out:
        wrong.append("another result")
    for _ in range(2):
        again = run(place, case.args)
        if (again.code, again.out) != (case.said.code, case.said.out):
            wrong.append(f"another result afterwards: {again}")
    return wrong


def judge_completion(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    """The user's own settings stay at the head of the file, byte for byte."""
    settings = place / "home" / ".bashrc"
    wrong = []
    if not settings.read_bytes().startswith(RC):
        wrong.append("the user's settings are damaged")
    if said.code == 0 and files_in(place / "home") != case.wanted:
        wrong.append("says done, is not")
    again = run(place, case.args)
    if again.code != 0 or files_in(place / "home") != case.wanted:
        wrong.append(f"second run: {again}")
    return wrong


def judge_clear(run: Runner, place: Path, said: Said, case: Case) -> list[str]:
    again = run(place, case.args)
    left = files_in(place / "cache")
    return [f"second run: {again} {sorted(left)}"] if again.code != 0 or left else []


# --- the commands -------------------------------------------------------------------------------------------------------

ADD = ("partner", "add", "--key", "07319000", "--yes")
JOIN = ("cooperation", "join", "adoption-vorderpfalz", "bad-duerkheim", "--from", "2025-09-01", "--as-of", DAY, "--yes")
LEAVE = ("cooperation", "leave", "kfz-vorderpfalz", "frankenthal", "--effective", "2027-12-31", "--reason", "Eigene Lösung",
         "--as-of", DAY, "--yes")  # fmt: skip
DRAFT = ("agreement", "draft", "kfz-vorderpfalz", "--output", "../out", "--as-of", DAY)
MANIFEST = ("access", "manifest", "kfz-vorderpfalz", "--output", "../out", "--as-of", DAY)
VALIDATE = ("validate", "--as-of", DAY)
# from how many calls before its end on the change was killed that is then recovered: the branch has moved, or not yet
CRASHES = {"late": 12, "early": 24}
NAMES = ("add", "join", "leave", "repair-late", "repair-early", "fmt", "fmt-late", "draft", "manifest", "validate", "validate-warm",
         "validate-rev", "clear", "completion", "init", "init-empty", "demo")  # fmt: skip


def sample() -> dict[str, bytes]:
    return {f"registry/{path}": data for path, data in files_in(PROJECT / "registry").items()}


def make_pattern(place: Path, files: Mapping[str, bytes], *, unsaved: bool = True) -> None:
    """A clone of the sample with unsaved work in it, and the folders around it."""
    for name in ("home", "state", "cache", "tmp"):
        (place / name).mkdir(parents=True)
    make_clone(place / "r", files)
    put(place / "r", UNSAVED if unsaved else {})


def uneven(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Some files in another form than `fmt` gives them."""
    paths = ("partners/speyer.yaml", "partners/neustadt.yaml", "tasks/kfz-zulassung.yaml")
    return {**files, **{f"registry/{p}": files[f"registry/{p}"].replace(b"\n", b"\r\n") for p in paths}}


def make_case(name: str, run: Runner, folder: Path) -> Case:
    pattern = folder / "patterns" / name
    kind, _, variant = name.partition("-")
    if kind in ("init", "demo", "completion"):
        for part in ("home", "state", "cache", "tmp"):
            (pattern / part).mkdir(parents=True)
        (pattern / "home" / ".bashrc").write_bytes(RC)
        if variant == "empty":
            (pattern / "neu" / "r").mkdir(parents=True)
    else:
        make_pattern(pattern, {"README.md": b"# Register\n", **(uneven(sample()) if name == "fmt" else sample())})
    args, judge, look = COMMANDS[name if name in COMMANDS else kind]
    case = Case(name, args, pattern, judge)
    if name == "validate-rev":
        case.args += ("--rev", "HEAD")
    prepare(case, variant, run)
    start, undisturbed = folder / "start", folder / "clone"
    fresh(pattern, start)
    fresh(pattern, undisturbed)
    case.before = files_in(start / look)
    case.said = run(undisturbed, case.args, NO_LIMIT, 1)
    case.calls = run.calls
    case.codes = (case.said.code or 0,)
    case.wanted = files_in(undisturbed / look)
    if (pattern / "r").exists():
        case.base = git(pattern / "r", "rev-parse", "main")
    return case


def prepare(case: Case, variant: str, run: Runner) -> None:
    """What happened before the command."""
    if variant in CRASHES:
        trial = case.pattern.with_name("trial")
        fresh(case.pattern, trial)
        run(trial, ADD, NO_LIMIT, 1)
        run(case.pattern, ADD, run.calls - CRASHES[variant], 1)
    if case.name in ("draft", "manifest"):
        run(case.pattern, (*case.args[:-1], "2026-01-15"))
        copy = case.pattern.with_name("copy")
        fresh(case.pattern, copy)
        run_here(copy, [case.args])
        put(case.pattern, {"out/notiz.txt": b"meins\n"})
    if case.name in ("validate-warm", "clear"):
        run(case.pattern, VALIDATE)
        put(
            case.pattern,
            {
                "r/registry/partners/speyer.yaml": (case.pattern / "r/registry/partners/speyer.yaml").read_bytes()
                + b"# neu\n"
            },
        )


# what is started, who judges it, and where its files are
COMMANDS: dict[str, tuple[tuple[str, ...], Judge, str]] = {
    "add": (ADD, judge_commit, "r"),
    "join": (JOIN, judge_commit, "r"),
    "leave": (LEAVE, judge_commit, "r"),
    "repair": (("repair",), judge_repair, "r"),
    "fmt": (("fmt",), judge_fmt, "r"),
    # the files of an interrupted change must not be brought into form before they are what they are to be
    "fmt-late": (("fmt",), judge_repair, "r"),
    "draft": (DRAFT, judge_output, "out"),
    "manifest": (MANIFEST, judge_output, "out"),
    "validate": (VALIDATE, judge_validate, "r"),
    "clear": (("cache", "clear"), judge_clear, "cache"),
    "completion": (("--install-completion",), judge_completion, "home"),
    "init": (("init", "neu/r"), judge_new_folder, "neu/r"),
    "demo": (("demo", "neu/r", "--as-of", DAY), judge_new_folder, "neu/r"),
}


class CaseReport(TypedDict):
    calls: int
    # of the same command started as a program of its own
    real_calls: int
    modes: dict[str, dict[str, int]]
    bad: list[list[object]]


def points(calls: int, wanted: int) -> Iterator[tuple[int, int]]:
    """`wanted` of all points (call, mode), or all of them for 0: spread over the calls, every mode in its turn."""
    if not wanted:
        yield from ((at, mode) for at in range(1, calls + 1) for mode in range(1, len(MODES) + 1))
        return
    for number in range(min(wanted, calls)):
        # the first of them is what happens most: the disk was full before it all began
        yield 1 + number * calls // min(wanted, calls), 1 + (number + 4) % len(MODES)


def strike_case(case: Case, run: Runner, clone: Path, wanted: int, real: bool) -> CaseReport:
    report: CaseReport = {"calls": case.calls, "real_calls": case.calls, "modes": {}, "bad": []}
    if real or not wanted:
        fresh(case.pattern, clone)
        run(clone, case.args, NO_LIMIT, 1, real=True)
        report["real_calls"] = run.calls
    for at, mode in points(case.calls, wanted):
        name = MODES[mode - 1]
        fresh(case.pattern, clone)
        said = run(clone, case.args, at, mode, real=real)
        counts = report["modes"].setdefault(name, {"points": 0, "struck": 0, "done": 0})
        counts["points"] += 1
        counts["struck"] += run.hit > 0
        counts["done"] += said.code in case.codes
        wrong = words(said, name, case.codes, struck=run.hit > 0) + case.judge(run, clone, said, case)
        if wrong:
            report["bad"].append([name, at, said, wrong])
    return report


def main() -> None:
    folder, real = Path(sys.argv[1]), sys.argv[2] == "real"
    run = Runner(Control(Path(os.environ["FAULT_CONTROL"])))
    # no git is alive here that could hold the lock of a branch for longer
    steps.LOCK_REST = 0.02
    # which shell has started this is not the point here
    completion._shell = lambda: "bash"
    warm_up(folder)
    for argument in sys.argv[3:]:
        name, _, wanted = argument.partition(":")
        case = make_case(name, run, folder)
        report = strike_case(case, run, folder / "clone", int(wanted), real)
        print(json.dumps([name, report]), flush=True)


def remembered(module: Any, name: str, key: Callable[..., object]) -> None:
    """Computing the same bytes for every point is no part of the proof; what is written with them is."""
    real: Callable[..., object] = getattr(module, name)
    known: dict[object, object] = {}

    def answer(*args: Any, **more: Any) -> Any:
        sought = key(*args, **more)
        if sought not in known:
            known[sought] = real(*args, **more)
        return known[sought]

    setattr(module, name, answer)


def warm_up(folder: Path) -> None:
    """Import whatever the commands need and compute what does not change, so that a fork does little but write."""
    pattern = folder / "warm"
    make_pattern(pattern, uneven(sample()))
    remembered(agreement, "draft_agreement", lambda case, stamp: stamp)
    remembered(canonical, "fmt", lambda data, order: data)
    commands = (ADD, JOIN, VALIDATE, MANIFEST, ("fmt",), ("repair",), ("init", "../n"), ("--show-completion",))
    run_here(pattern, commands)
    gc.freeze()


def run_here(place: Path, commands: Iterable[Sequence[str]]) -> None:
    """In this process itself, so that what is imported and remembered is there for all the forks to come."""
    kept, here = (sys.stdout, sys.stderr), Path.cwd()
    os.environ.update(environment(place))
    os.chdir(place / "r")
    sys.stdout = sys.stderr = io.TextIOWrapper(io.BytesIO())
    for args in commands:
        entry.run(list(args))
    os.chdir(here)
    sys.stdout, sys.stderr = kept


if __name__ == "__main__":
    main()
