"""Calling it: help, exit codes, and what somebody reads who mistyped a command, an option, a kind, an id or a day."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from tests.cli.program import DAY, Program, digest


def test_without_arguments_the_help_is_shown(read_demo: Program):
    asked, bare = read_demo("--help"), read_demo()
    assert (asked.code, bare.code) == (0, 2)
    assert asked.out == bare.err
    assert asked.out.startswith("Aufruf: ikzctl [OPTIONEN] BEFEHL …\n")


@pytest.mark.parametrize("group", ["partner", "cooperation", "agreement", "access"])
def test_a_group_alone_shows_its_commands(read_demo: Program, group: str):
    done = read_demo(group)
    assert done.code == 2
    assert f"Aufruf: ikzctl {group} [OPTIONEN] BEFEHL …" in done.err
    assert "Befehle:" in done.err


def test_the_version(read_demo: Program):
    assert read_demo("--version").out == read_demo("-V").out == "ikzctl 0.1.0\n"


MISTYPED = [
    (("stat",), "Fehler: Den Befehl „stat“ gibt es nicht. Meinten Sie „status“?", "Hilfe: ikzctl --help"),
    (("xyzzy",), "Fehler: Den Befehl „xyzzy“ gibt es nicht.", "Hilfe: ikzctl --help"),
    (("it's",), "Fehler: Den Befehl „it's“ gibt es nicht.", "Hilfe: ikzctl --help"),
    (
        ("cooperation", "jion"),
        "Fehler: Den Befehl „jion“ gibt es nicht. Meinten Sie „join“?",
        "Hilfe: ikzctl cooperation --help",
    ),
    (
        ("validate", "--forma", "json"),
        "Fehler: Die Option „--forma“ gibt es hier nicht. Meinten Sie --format?",
        "Hilfe: ikzctl validate --help",
    ),
    (("--foo",), "Fehler: Die Option „--foo“ gibt es hier nicht.", "Hilfe: ikzctl --help"),
    (
        ("validate", "--format", "yml"),
        "Fehler: Die Option --format: „yml“ gibt es nicht; möglich sind „text“, „lines“, „json“.",
        "Hilfe: ikzctl validate --help",
    ),
    (("validate", "--as-of"), "Fehler: Die Option „--as-of“ braucht eine Angabe.", None),
    (("repair", "--abandon=3"), "Fehler: Die Option „--abandon“ nimmt keine Angabe.", None),
    (("demo", "a", "b", "c"), "Fehler: Das ist zu viel: „b c“.", "Hilfe: ikzctl demo --help"),
    (("init",), "Fehler: Es fehlt die Angabe ORDNER.", "Hilfe: ikzctl init --help"),
    (("explain",), "Fehler: Es fehlt die Angabe CODE.", "Hilfe: ikzctl explain --help"),
    (("show", "partner"), "Fehler: Es fehlt die Angabe KENNUNG.", "Hilfe: ikzctl show --help"),
    (
        ("cooperation", "join", "kfz-vorderpfalz", "speyer"),
        "Fehler: Es fehlt die Option --from.",
        "Hilfe: ikzctl cooperation join --help",
    ),
    (
        ("list", "partne"),
        "Fehler: Die Art „partne“ gibt es nicht. Möglich sind: partner, task, system, security, cooperation.",
        "Meinten Sie „partner“?",
    ),
    (("show", "partner", "speyr"), "Fehler: Partner „speyr“ gibt es nicht im Register.", "Meinten Sie „speyer“?"),
    (("show", "mandate", "x"), "Fehler: Die Art „mandate“ gibt es nicht. Möglich sind: partner, task,", None),
    (
        ("status", "kfz-vorderpflaz"),
        "Fehler: Zusammenarbeit „kfz-vorderpflaz“ gibt es nicht im Register.",
        "Meinten Sie „kfz-vorderpfalz“?",
    ),
    (("agreement", "draft", "nix"), "Fehler: Zusammenarbeit „nix“ gibt es nicht im Register.", "Vorhanden: adoption-"),
    (("access", "manifest", "nix"), "Fehler: Zusammenarbeit „nix“ gibt es nicht im Register.", "Vorhanden: adoption-"),
    (
        ("cooperation", "join", "kfz-vorderpfalz", "speyr", "--from", "2027-01-01"),
        "Fehler: Partner „speyr“ gibt es nicht im Register.",
        "Meinten Sie „speyer“?",
    ),
    (
        ("cooperation", "leave", "kfz-vorderpfal", "speyer", "--effective", "2027-12-31", "--reason", "x"),
        "Fehler: Zusammenarbeit „kfz-vorderpfal“ gibt es nicht im Register.",
        "Meinten Sie „kfz-vorderpfalz“?",
    ),
    (("explain", "IKZ-S01"), "Fehler: Den Befund „IKZ-S01“ gibt es nicht.", "Meinten Sie IKZ-S01"),
    (("explain", "x"), "Fehler: Den Befund „x“ gibt es nicht.", "Codes sehen so aus: IKZ-L021"),
    (
        ("validate", "--as-of", "2026-02-30"),
        "Fehler: --as-of: „2026-02-30“ ist kein Tag; erwartet wird ein Datum wie 2027-01-31.",
        None,
    ),
    (("validate", "--as-of", "2027-W01-1"), "Fehler: --as-of: „2027-W01-1“ ist kein Tag;", None),
    (("validate", "--as-of", "20270131"), "Fehler: --as-of: „20270131“ ist kein Tag;", None),
    (("validate", "--as-of", "31.01.2027"), "Fehler: --as-of: „31.01.2027“ ist kein Tag;", None),
    (
        ("cooperation", "join", "kfz-vorderpfalz", "speyer", "--from", "morgen"),
        "Fehler: --from: „morgen“ ist kein Tag;",
        None,
    ),
    (("partner", "add", "--key", "0731800"), "Fehler: „0731800“ ist kein amtlicher Schlüssel: erwartet werden", None),
    (("partner", "add", "--key", "99999"), "Fehler: Den Schlüssel 99999 gibt es im amtlichen Verzeichnis nicht", None),
    (
        ("diff", "HEAD~99"),
        "Fehler: Den Stand „HEAD~99“ gibt es in diesem Repository nicht.",
        "Frühere Stände zeigt: git log --oneline",
    ),
    (("diff", "HEAD~1..HEAD"), "Fehler: „HEAD~1..HEAD“ ist kein einzelner Stand.", "ikzctl diff HEAD~1 HEAD"),
    (("validate", "--rev", "nirgends"), "Fehler: Den Stand „nirgends“ gibt es in diesem Repository nicht.", None),
    (("validate", "--rev", "--output=x"), "Fehler: ", None),
    (
        ("validate", "nixda.yaml"),
        "Fehler: „nixda.yaml“ gibt es nicht, weder von hier aus gesehen noch im Register",
        None,
    ),
    (("fmt", "nixda.yaml"), "Fehler: „nixda.yaml“ gibt es nicht, weder von hier aus gesehen noch im Register", None),
    (("validate", "/etc/hostname"), "Fehler: „/etc/hostname“ liegt nicht im Register", None),
]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"), MISTYPED, ids=lambda v: " ".join(v) if isinstance(v, tuple) else ""
)
def test_a_slip_ends_with_2_and_a_german_sentence(
    read_demo: Program, arguments: tuple[str, ...], message: str, hint: str | None
):
    before = digest(read_demo.folder)
    done = read_demo(*arguments)
    assert done.code == 2, done.text
    assert done.out == ""
    assert done.err.startswith(message), done.err
    if hint is not None:
        assert hint in done.err.split("\n", 1)[1], done.err
    assert digest(read_demo.folder) == before


def test_validate_fails_on_warnings_only_if_asked(read_demo: Program):
    assert read_demo("validate", "--as-of", DAY).code == 0
    assert read_demo("validate", "--as-of", DAY, "--fail-on", "warning").code == 1


def test_explain_is_read_without_a_registry(read_demo: Program, home):
    done = read_demo.at(home)("explain", "ikz-l066")
    assert done.code == 0
    assert done.out.startswith("IKZ-L066  ")
    assert "\nWas zu tun ist\n" in done.out


def test_every_look_at_the_demo_leaves_it_as_it_was(read_demo: Program):
    before = digest(read_demo.folder)
    for arguments, code, sentence in (
        (("validate", "--as-of", DAY), 0, "99 Dateien geprüft: "),
        (("validate", "--rev", "HEAD~2", "--as-of", DAY), 0, "Dateien geprüft: "),
        (("status",), 0, "IKZ Vorderpfalz, Stand"),
        (("status", "kfz-vorderpfalz", "--rev", "HEAD~1"), 0, "Was den Start verhindert"),
        (("diff", "HEAD~1"), 1, "Vereinbarung kfz-vorderpfalz"),
        (("diff", "HEAD", "HEAD"), 0, "Kein Unterschied."),
        (("list", "partner"), 0, "speyer           "),
        (("list", "task", "--rev", "HEAD~8"), 0, "wohngeld"),
        (("show", "partner", "speyer"), 0, 'key: "07318000"'),
        (("show", "cooperation", "kfz-vorderpfalz", "--rev", "HEAD"), 0, "name: Kfz-Zulassung Vorderpfalz"),
        (("fmt", "--check"), 0, "99 Dateien geprüft; alle sind in Form."),
        (("repair",), 0, "Es gibt nichts zu reparieren."),
    ):
        done = read_demo(*arguments)
        assert done.code == code, f"{arguments}\n{done.text}"
        assert sentence in done.text, f"{arguments}\n{done.text}"
    assert digest(read_demo.folder) == before


def test_completion_is_set_up_in_german(read_demo: Program, tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    program = replace(read_demo.with_env(HOME=str(tmp_path)), before=(bash, "-c", '"$@"; exit $?', "bash"))
    done = program("--install-completion")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"Vervollständigung für bash eingerichtet: {tmp_path}/.bash_completions/ikzctl.sh\n"
        "Sie wirkt in jedem neuen Fenster.\n"
    )
    script = (tmp_path / ".bash_completions" / "ikzctl.sh").read_text(encoding="utf-8")
    assert program("--show-completion").out.strip() == script.strip()
    assert "_IKZCTL_COMPLETE" in script


def test_a_fault_of_the_program_ends_with_3_and_a_log(small: Program, tmp_path, monkeypatch):
    """There is none that we know of; one is made by a library that breaks while it is loaded."""
    broken = tmp_path / "broken" / "ruamel"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ValueError('kaputt')\n")
    state = tmp_path / "state"
    program = small.with_env(PYTHONPATH=f"{broken.parent}:{small.env['PYTHONPATH']}", XDG_STATE_HOME=str(state))
    done = program("validate")
    assert done.code == 3
    assert done.out == ""
    (log,) = (state / "ikzctl").iterdir()
    assert done.err == (
        "Das ist ein Fehler in ikzctl, nicht in Ihren Daten. Es wurde nichts weiter unternommen.\n"
        f"Bitte melden Sie ihn und hängen Sie diese Datei an: {log}\n"
    )
    assert log.stat().st_mode & 0o777 == 0o600
    assert "ValueError: kaputt" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("question", ["complete_bash", "complete_", "complete_ksh", "x"])
def test_what_no_shell_asks_is_said_in_german(read_demo: Program, question: str):
    done = read_demo.with_env(_IKZCTL_COMPLETE=question)("list")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Fehler: Die Umgebungsvariable _IKZCTL_COMPLETE ist gesetzt, aber nicht so")


def test_an_empty_reason_is_none(read_demo: Program):
    leave = ("cooperation", "leave", "wohngeld-vorderpfalz", "speyer", "--effective", "2027-12-31", "--yes")
    done = read_demo(*leave, "--reason", " ")
    assert (done.code, done.out, done.err) == (2, "", "Fehler: --reason: Die Angabe ist leer.\n")
