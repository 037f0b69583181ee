"""The first code that runs: answers `--version` before anything heavy is imported, and turns every failure into one clear end."""

from __future__ import annotations

import gc
import os
import sys

from ikzctl import __version__

# not imported from typing: that alone would cost `--version` a third of its time
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ikzctl.model.errors import UserError

INTERRUPTED = 130
# as a shell tells of git or grep whose reader has gone (128 and SIGPIPE): what was left to say might have been that something is wrong
READER_GONE = 141
FAULT = 3
WRONG_USE = 2
# within so many seconds a second Ctrl-C is the same as the first
_AT_ONCE = 1.0
_A_LITTLE = 0.02


def main() -> None:
    """Entry point of the program `ikzctl`. Does not return."""
    code = INTERRUPTED
    try:
        code = answer(sys.argv[1:])
        _ignore_interrupts()
    except (KeyboardInterrupt, MemoryError):
        # all has been said, or the program was still being loaded
        pass
    # the system takes a process apart in no time; Python would spend a sixth of a small command on it
    os._exit(code)


def answer(arguments: list[str]) -> int:
    """Do what the command line says and return the exit code, with nothing left to be written."""
    if arguments in (["--version"], ["-V"]) and _say_version():
        return 0
    return run(arguments)


def _say_version() -> bool:
    """False if nobody can be told, because the output is closed or full: then the usual way knows what to say."""
    try:
        # past Python's buffer, which would keep what it could not write and fail once more at the end
        os.write(sys.stdout.fileno(), f"ikzctl {__version__}\n".encode("ascii"))
    except (AttributeError, OSError, ValueError):
        return False
    return True


def _ignore_interrupts() -> None:
    """All has been said and done: Ctrl-C would only end in lines of program text."""
    # whoever imports this takes longer than what is left to do
    if signal := sys.modules.get("signal"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; no failure escapes, and nothing waits in a buffer."""
    from ikzctl.cli import output
    from ikzctl.model.errors import UserError

    output.prepare_streams()
    _hear_of_children()
    _interrupt_once()
    _leave_no_rooms()
    _keep_threads_quiet()
    # most of what a command makes stays, and hardly anything refers to itself in a circle: looking for that every 700 objects takes
    # a third of the time of a cooperation of ten thousand members
    gc.set_threshold(50_000, 20, 50)
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
        return code
    except UserError as fault:
        return _refuse(fault)
    except KeyboardInterrupt:
        _note("Abgebrochen.")
        return INTERRUPTED
    except output.ReaderGone:
        output.silence_stdout()
        return READER_GONE
    except OSError as fault:
        from ikzctl.cli.system_faults import reason

        output.silence_stdout()
        known = reason(fault)
        return _report_fault(fault, arguments) if known is None else _refuse(UserError(known))
    except MemoryError:
        output.silence_stdout()
        return _refuse(
            UserError("Der Arbeitsspeicher reicht nicht.", "Liegt im Ordner eine Datei, die viel zu groß ist?")
        )
    except Exception as fault:
        return _report_fault(fault, arguments)


def _hear_of_children() -> None:
    """Some services start programs with this signal ignored. Then the system tells nobody how a git ended, and Python takes it for well."""
    import signal

    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _keep_threads_quiet() -> None:
    """A thread that memory or the system fails ends in silence: whoever needs its work sees that it is missing, and says so."""
    import threading

    def ended(found: threading.ExceptHookArgs) -> None:
        if not issubclass(found.exc_type, (MemoryError, OSError)):
            threading.__excepthook__(found)

    threading.excepthook = ended


def _interrupt_once() -> None:
    """Ctrl-C ends the program; pressed again at once it must not disturb what tidies up after the first."""
    import signal
    import time

    heard = -_AT_ONCE

    def end(number: int, frame: object) -> None:
        nonlocal heard
        if time.monotonic() - heard >= _AT_ONCE:
            heard = time.monotonic()
            raise KeyboardInterrupt

    def dropped(found: sys.UnraisableHookArgs) -> None:
        """Python lets no exception out of some places (a weak reference that goes, for one): then it is as if somebody pressed again."""
        nonlocal heard
        if found.exc_type is KeyboardInterrupt:
            heard = -_AT_ONCE
            _press_again()
        else:
            sys.__unraisablehook__(found)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end)
        sys.unraisablehook = dropped


def _leave_no_rooms() -> None:
    """Told to end (a time limit, a cancelled job, a closed terminal), the program takes its folders for reading along.

    Nothing is raised, for that could come in the middle of saving a change: it ends where it is, as it would without this, and
    `recovery` knows how to go on from there.
    """
    import signal

    if sys.platform == "win32":  # there nobody is asked before
        return
    told = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_DFL]
    ours = os.getpid()

    def end(number: int, frame: object) -> None:
        for other in told:  # a closed terminal says so twice
            signal.signal(other, signal.SIG_IGN)
        try:
            # a copy of this process, which works for it, has none of its own
            if os.getpid() == ours and (reading := sys.modules.get("ikzctl.gitrepo.reading")):
                reading.remove_rooms()
        finally:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in told:
        signal.signal(number, end)


def _press_again() -> None:
    """A little later, when the place that swallowed Ctrl-C is over."""
    import _thread
    import signal
    import threading
    from contextlib import suppress

    def press() -> None:
        if sys.platform == "win32":
            _thread.interrupt_main()
        else:  # also while the system is waited for
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    again = threading.Timer(_A_LITTLE, press)
    again.daemon = True
    with suppress(RuntimeError):  # no further thread; somebody has to press again
        again.start()


def _note(text: str) -> None:
    """A word about how it ended; what it says counts even if nobody can be shown it."""
    from ikzctl.cli import output

    try:
        output.note(text)
    except OSError:  # what was still on its way to stdout
        output.silence_stdout()
        output.note(text)


def _report_fault(fault: Exception, arguments: list[str]) -> int:
    from ikzctl.cli.fault_log import write_fault_log

    where = write_fault_log(fault, arguments)
    _note("Das ist ein Fehler in ikzctl, nicht in Ihren Daten. Es wurde nichts weiter unternommen.")
    _note(f"Bitte melden Sie ihn und hängen Sie diese Datei an: {where}")
    return FAULT


def _invoke(arguments: list[str]) -> int:
    from ikzctl.cli import output
    from ikzctl.cli.german import usage_fault

    from typer import Abort, Exit  # isort: skip
    from typer._click.exceptions import ClickException  # isort: skip

    from ikzctl.cli.app import command

    try:
        result = command().main(args=arguments, prog_name="ikzctl", standalone_mode=False)
    except ClickException as fault:
        for line in usage_fault(fault):
            _note(line)
        return WRONG_USE
    except Abort:
        _note("Abgebrochen.")
        return INTERRUPTED
    except Exit as end:
        return int(end.exit_code)
    except SystemExit as end:  # how typer ends after completing a word, and where nobody reads its help
        if isinstance(end.__context__, BrokenPipeError):
            raise output.ReaderGone from None
        return end.code if isinstance(end.code, int) else 0
    if result == INTERRUPTED:  # what typer makes of Ctrl-C
        _note("Abgebrochen.")
    return result if isinstance(result, int) else 0


def _refuse(fault: UserError) -> int:
    from ikzctl.cli import output
    from ikzctl.model.errors import RegistryUnreadable

    if isinstance(fault, RegistryUnreadable):
        from ikzctl.cli.findings_text import finding_lines

        for line in finding_lines(fault.findings):
            _note(line)
    _note(output.shortened(f"Fehler: {fault.message}", 1200))
    if fault.hint:
        _note(fault.hint)
    return fault.exit_code
