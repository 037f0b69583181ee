"""A newcomer's first minutes: the demo, the README's commands one after the other, the first own cooperation by hand."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.handbook import ROOT, command_blocks, page, yaml_files
from tests.cli.program import DAY, Program, digest, needs, save
from tests.cli.terminal import in_terminal

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_demo_says_what_it_made_in_paths_that_can_be_copied(made_demo: Path):
    said = (made_demo.parent / "said.txt").read_text(encoding="utf-8")
    assert said.startswith("Das Beispiel „IKZ Vorderpfalz“ liegt in d\n")
    assert str(made_demo.parent) not in said
    named = re.findall(r"^  (d/out/\S+)", said, re.M)
    assert "d/out/vereinbarungen/kfz-vorderpfalz-zweckvereinbarung-entwurf.docx" in named
    assert all((made_demo.parent / path).exists() for path in named)
    assert re.search(r"^Prüfung: \d+ Dateien geprüft: \d+ Warnungen", said, re.M)
    assert "Fehler" not in said
    assert "  cd d\n  ikzctl status kfz-vorderpfalz\n" in said


def test_the_demo_is_a_clean_repository_without_needing_an_identity(read_demo: Program):
    assert read_demo.git("status", "--porcelain") == ""
    assert len(read_demo.git("log", "--format=%s").splitlines()) == 9
    assert not (read_demo.home / ".gitconfig").exists()


@pytest.mark.parametrize("line", [line for block in command_blocks(README) for line in block if "ikzctl" in line])
def test_every_command_of_the_readme_is_tried_below(line: str):
    assert line.startswith("ikzctl ")
    assert shlex.split(line)[1] in ("validate", "status", "cooperation", "diff", "agreement", "access", "init")


def test_the_readme_s_commands_run_one_after_the_other(demo: Program):
    """Literally, at a terminal, answering „j“ where asked; the last one makes a registry beside the demo."""
    lines = [line for block in command_blocks(README) for line in block if line.startswith("ikzctl ")]
    said = {}
    for line in lines:
        words = shlex.split(line.replace("~/", f"{demo.folder.parent}/"))[1:]
        said[words[0]] = in_terminal(demo, *words, answers=(b"j\n",) if words[0] == "cooperation" else ())
    expected = {"validate": 0, "status": 0, "cooperation": 0, "diff": 1, "agreement": 0, "access": 0, "init": 0}
    assert {name: result.code for name, result in said.items()} == expected
    assert "Was den Start verhindert" in said["status"].text
    assert "Gespeichert: Commit" in said["cooperation"].text
    assert "Landkreis Bad Dürkheim" in said["diff"].text
    assert "entwuerfe/kfz-vorderpfalz-zweckvereinbarung-entwurf.docx" in said["agreement"].text
    assert "Rechte frei" in said["access"].text
    assert (demo.folder.parent / "mein-register" / "registry" / "registry.yaml").is_file()
    assert not demo.git("status", "--porcelain"), "drafts and manifests belong to what git ignores"


def test_what_the_demo_proposes_next_works(demo: Program):
    from ikzctl.cli.demo_text import NEXT

    for line, _ in NEXT:
        words = shlex.split(line)[1:]
        done = demo(*words, *(["--yes"] if words[0] == "cooperation" else []))
        assert done.code == (1 if words[0] == "diff" else 0), f"{line}\n{done.text}"


def test_a_new_registry_is_clean_checked_and_says_what_comes_next(home: Path, tmp_path: Path):
    program = Program(tmp_path, home)
    made = program("init", "mein register", "--name", "IKZ Muster")
    assert made.code == 0
    assert "  cd 'mein register'\n  ikzctl partner add --key 07318000\n  ikzctl validate\n" in made.out
    assert "IKZ-Koordination <ikz-koordination@register.invalid>" in made.err
    inside = program.at(tmp_path / "mein register")
    assert inside("validate").out == "1 Datei geprüft: kein Befund.\n"
    assert inside.git("status", "--porcelain") == ""
    assert inside("fmt", "--check").code == 0
    assert inside("list", "partner").out == ""
    assert inside("status").out.startswith("IKZ Muster, Stand")


def test_the_first_own_cooperation_of_the_handbook_works_as_it_is_told(home: Path, tmp_path: Path):
    """Types what the page says, file by file and command by command."""
    text = page("erste-zusammenarbeit.md")
    create, *rest = command_blocks(text)
    program = Program(tmp_path, home)
    for line in create:
        words = shlex.split(line)
        if words[0] == "cd":
            program = program.at(program.folder / words[1])
        else:
            answers = (b"j\n",) if words[1] == "partner" else ()
            assert in_terminal(program, *words[1:], answers=answers).code == 0, line
    for path, content in yaml_files(text).items():
        (program.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (program.folder / path).write_text(content, encoding="utf-8")
    assert len(yaml_files(text)) == 7
    assert program("fmt", "--check").code == 0, "the page shows the canonical form"
    for line in (line for block in rest for line in block):
        words = shlex.split(line)
        if words[0] == "git":
            program.git(*words[1:])
            continue
        done = program(*words[1:])
        assert done.code == 0, f"{line}\n{done.text}"
        if words[1] == "validate":
            assert re.findall(r"(Fehler|Warnung|Hinweis) (IKZ-\w+)", done.out) == [("Warnung", "IKZ-L066")]
    assert sorted(p.name for p in (program.folder / "entwuerfe").glob("*.docx")) == [
        "vergabestelle-pruefvermerk.docx",
        "vergabestelle-zweckvereinbarung-entwurf.docx",
    ]
    assert program.git("status", "--porcelain") == ""


def test_the_typing_mistake_of_the_handbook_is_named_with_place_and_proposal(small: Program):
    mandate = small.folder / "registry/cooperations/vergabestelle/mandates/verfahren.yaml"
    text = mandate.read_text(encoding="utf-8")
    mandate.write_text(text.replace("agent: worms", "agent: wurms"), encoding="utf-8")
    line = text.splitlines().index("agent: worms") + 1
    done = small("validate", "--format", "lines")
    assert done.code == 1
    assert f"cooperations/vergabestelle/mandates/verfahren.yaml:{line}:1: Fehler IKZ-R001: " in done.out
    assert "Meinten Sie „worms“?" in done.out


@needs(sys.platform == "linux", "names that are no text")
def test_a_name_that_is_no_text_is_told_from_a_file_that_is_none(small: Program, tmp_path: Path):
    odd = os.fsdecode(b"\xff")
    before = sorted(tmp_path.iterdir())
    for arguments, what in (((odd,), "ORDNER"), (("neu", "--name", odd), "--name")):
        done = small.at(tmp_path)("init", *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"Fehler: {what}: Die Angabe ist kein lesbarer Text (nicht UTF-8).\n"
    assert sorted(tmp_path.iterdir()) == before
    assert small.at(tmp_path)("init", odd, "--name", "Köln").code == 0


def test_demo_and_init_never_touch_a_folder_that_holds_something(small: Program):
    before = digest(small.folder)
    for arguments in (("demo", "."), ("init", "."), ("demo", "registry"), ("init", "README.md")):
        done = small(*arguments, *(["--as-of", DAY] if arguments[0] == "demo" else []))
        assert done.code == 2
        assert "Es wurde nichts geändert." in done.err
    assert digest(small.folder) == before


def test_a_change_by_hand_is_told_in_words(small: Program):
    path = small.folder / "registry/cooperations/vergabestelle/members/worms.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2027-07-01", "2027-10-01"), encoding="utf-8")
    save(small, "Beginn verschoben")
    done = small("diff", "HEAD~1")
    assert done.code == 1
    assert done.out == (
        "Stadt Worms: Mitgliedschaft in vergabestelle beginnt am 1.\u00a0Oktober 2027 (bisher 1.\u00a0Juli 2027)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--", "-x"), "gefunden wurde „-x“. Es wurde nichts angelegt."),
        (("neu", "--land", "XX"), "Es wurde nichts angelegt."),
        (("neu", "--name", 301 * "x"), "Es wurde nichts angelegt."),
    ],
)
def test_init_refuses_in_whole_sentences(tmp_path: Path, home: Path, arguments: tuple[str, ...], sentence: str):
    done = Program(tmp_path, home)("init", *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert re.search(r"[^.?!] Es wurde nichts angelegt", done.err) is None
    assert list(tmp_path.iterdir()) == []
