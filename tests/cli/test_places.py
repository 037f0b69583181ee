"""From wherever it is called: the registry is found, paths mean what their author sees, output lands where he said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import DAY, Program, Result, copied, digest, needs, save

KNOWN = "99 Dateien geprüft: "


@pytest.mark.parametrize(
    "inside", [".", "registry", "registry/cooperations/kfz-vorderpfalz/members", "schemas", "out/vereinbarungen"]
)
def test_the_nearest_registry_upwards_is_meant(read_demo: Program, inside: str):
    done = read_demo.at(read_demo.folder / inside)("validate", "--as-of", DAY)
    assert done.code == 0
    assert KNOWN in done.out


@pytest.mark.parametrize("named", ["d", "d/registry", "./d/", "d/registry/../registry"])
def test_the_registry_option_takes_the_repository_or_its_registry_folder(read_demo: Program, named: str):
    outside = read_demo.at(read_demo.folder.parent)
    assert KNOWN in outside("validate", "--as-of", DAY, "--registry", named).out
    assert KNOWN in outside("validate", "--as-of", DAY, "--registry", str(outside.folder / named)).out


def test_the_option_wins_over_the_current_folder(read_demo: Program, small: Program):
    assert "worms" in read_demo("list", "partner", "--registry", str(small.folder)).out


@pytest.mark.parametrize("named", ["nirgends", "registry/partners", "README.md", "registry/registry.yaml", ""])
def test_a_wrong_registry_option_says_what_was_looked_for(small: Program, named: str):
    done = small.at(small.folder.parent)("validate", "--registry", str(small.folder / named) if named else "")
    assert done.code == 2
    assert "liegt kein Register (gesucht wurde registry.yaml, auch im Unterordner registry)." in done.err
    assert "Ein neues Register legt an: ikzctl init ORDNER" in done.err


def test_without_a_registry_it_says_how_to_get_one(small: Program, home: Path):
    done = small.at(home)("status")
    assert done.code == 2
    assert done.err == (
        "Fehler: Hier und in den Ordnern darüber liegt kein Register (gesucht wurde registry/registry.yaml).\n"
        "Entweder in den Ordner des Registers wechseln, ihn mit --registry ORDNER nennen oder eines anlegen: ikzctl init ORDNER\n"
    )


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        (".", "registry/tasks/kfz-zulassung.yaml"),
        (".", "tasks/kfz-zulassung.yaml"),
        (".", "./registry/../registry/tasks/kfz-zulassung.yaml"),
        ("registry", "tasks/kfz-zulassung.yaml"),
        ("registry/tasks", "kfz-zulassung.yaml"),
        ("registry/partners", "../systems/vois-kfz.yaml"),
        ("schemas", "systems/vois-kfz.yaml"),
    ],
)
def test_paths_are_seen_from_here_or_from_the_registry(read_demo: Program, inside: str, named: str):
    """Each of these files has a finding or none; none of the others' findings may be shown."""
    done = read_demo.at(read_demo.folder / inside)("validate", named, "--as-of", DAY, "--format", "lines")
    wanted = "tasks/kfz-zulassung.yaml" if "kfz-zulassung" in named else "systems/vois-kfz.yaml"
    assert done.code == 0
    assert {line.split(":")[0] for line in done.out.splitlines()} <= {wanted}
    if wanted.startswith("systems"):
        assert "IKZ-L059" in done.out


def test_a_folder_names_all_that_lies_in_it(read_demo: Program):
    both = read_demo("validate", "systems", "registry/partners", "--as-of", DAY, "--format", "lines").out.splitlines()
    assert {line.split("/")[0] for line in both} == {"systems", "partners"}
    whole = read_demo("validate", "--as-of", DAY, "--format", "lines").out.splitlines()
    assert both == [line for line in whole if line.startswith(("systems/", "partners/"))]


def test_output_lands_where_the_user_said_seen_from_where_he_stands(demo: Program, tmp_path: Path):
    here = demo.at(demo.folder / "registry" / "tasks")
    drafted = here("agreement", "draft", "kfz-vorderpfalz", "-o", "../../hier", "--as-of", DAY)
    assert drafted.out.splitlines()[0] == "../../hier/kfz-vorderpfalz-zweckvereinbarung-entwurf.docx"
    assert (demo.folder / "hier" / "kfz-vorderpfalz-pruefvermerk.docx").is_file()
    listed = demo("access", "manifest", "kfz-vorderpfalz", "-o", str(tmp_path / "m"), "--as-of", DAY).out.splitlines()
    assert listed
    assert all(Path(line).is_file() and line.startswith(str(tmp_path / "m")) for line in listed)


def test_manifests_that_there_are_no_more_do_not_stay_behind(demo: Program):
    """A file that still says "recht_geben" for a mandate that is gone is a right that nobody has."""

    def manifests(of: str = "kfz-vorderpfalz") -> Result:
        return demo("access", "manifest", of, "-o", "m", "--as-of", DAY)

    before, others = manifests(), manifests("wohngeld-vorderpfalz")
    drafted = demo("agreement", "draft", "kfz-vorderpfalz", "-o", "m", "--as-of", DAY)
    mandates = demo.folder / "registry" / "cooperations" / "kfz-vorderpfalz" / "mandates"
    (mandates / "terminmanagement.yaml").unlink()
    save(demo, "Mandat beendet")
    after = manifests()
    gone = sorted(set(before.out.splitlines()) - set(after.out.splitlines()))
    assert len(gone) == 3
    named = "\n  ".join(gone)
    sentence = "Entfernt, weil es diese Manifeste nicht mehr gibt (Rechte, die nur darin standen, gelten nicht mehr):"
    assert f"{sentence}\n  {named}\n" in after.err
    assert manifests() == after._replace(err=after.err.partition("Entfernt")[0])

    edited = after.out.splitlines()[0]
    (demo.folder / edited).write_text("von Hand", encoding="utf-8")
    for path in mandates.iterdir():
        path.unlink()
    save(demo, "Alle Mandate beendet")
    for _ in range(2):
        nothing = manifests()
        assert (nothing.code, nothing.out) == (0, "")
        assert nothing.err.endswith(
            "Achtung: Diese Dateien gelten nicht mehr. Sie bleiben nur, weil jemand sie geändert hat; "
            f"bitte löschen:\n  {edited}\n"
        )
    left = sorted(str(path.relative_to(demo.folder)) for path in (demo.folder / "m").rglob("*") if path.is_file())
    kept = [line for line in (others.out + drafted.out).splitlines() if line.startswith("m/")]
    assert left == sorted(["m/.ikzctl-output.json", edited, *kept])


def test_a_draft_that_somebody_edited_is_kept_unless_told_otherwise(demo: Program):
    command = ("agreement", "draft", "kfz-vorderpfalz", "--as-of", DAY)
    first = demo(*command)
    assert first.code == 0
    assert demo(*command) == first, "same input, same files"
    path = demo.folder / first.out.splitlines()[0]
    ours = path.read_bytes()
    path.write_bytes(b"von Hand")
    refused = demo(*command)
    assert (refused.code, refused.out) == (2, "")
    assert "stammt nicht von ikzctl oder wurde seither geändert" in refused.err
    assert path.read_bytes() == b"von Hand"
    assert demo(*command, "--overwrite").code == 0
    assert path.read_bytes() == ours


def test_a_registry_at_the_top_of_its_repository_works_too(small: Program, tmp_path: Path):
    top = tmp_path / "flach"
    shutil.copytree(small.folder / "registry", top)
    program = small.at(top)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        program.git(*arguments)
    program.git("config", "user.name", "IKZ")
    program.git("config", "user.email", "ikz@stadt.example")
    (top / "README.txt").write_text("gehört zum Repository, nicht zum Register")
    assert program("partner", "add", "--key", "07318000", "--yes").code == 0
    assert program("list", "partner", "--rev", "HEAD").out.splitlines()[1].startswith("speyer ")
    assert program("diff", "HEAD~1").code == 1


def test_folder_names_with_spaces_umlauts_and_dashes(small: Program, tmp_path: Path):
    folder = copied(small.folder, tmp_path / "-IKZ Süd (alt)" / "mein Register")
    program = small.at(folder)
    assert program("validate").code == 0
    assert program("partner", "add", "--key", "07318000", "--yes").code == 0
    assert program("agreement", "draft", "vergabestelle", "-o", "Entwürfe für Rat").code == 0


def test_a_current_folder_that_is_gone_is_named(small: Program, tmp_path: Path):
    gone = tmp_path / "gone"
    gone.mkdir()
    for arguments in (("status",), ("validate", "x"), ("init", "neu")):
        command = 'rmdir "$PWD"; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", command, "sh", *small.command(arguments)],
            cwd=gone,
            env=small.env,
            capture_output=True,
            check=False,
        )
        gone.mkdir()
        assert done.returncode == 2, done.stderr
        assert done.stderr.decode().startswith("Fehler: ")
        assert b"Traceback" not in done.stderr


def test_nothing_is_taken_from_the_folder_that_is_looked_at(small: Program):
    """A module or a program that lies about is not started, whatever its name."""
    trap = "import pathlib; pathlib.Path(__file__).with_suffix('.sprung').touch()"
    for name in ("typer.py", "pydantic.py", "json.py", "sitecustomize.py"):
        (small.folder / name).write_text(trap)
    (small.folder / "git").write_text("#!/bin/sh\ntouch git.sprung\n")
    (small.folder / "git").chmod(0o755)
    # as the installed program starts: without the current folder in the search path
    start = "import sys; sys.argv[0] = 'ikzctl'; from ikzctl.cli.entry import main; main()"
    program = small.with_env(PATH=f".{os.pathsep}{os.environ['PATH']}", PYTHONSAFEPATH="1")
    before = digest(small.folder)
    import sys

    done = subprocess.run(
        [sys.executable, "-c", start, "status", "--rev", "HEAD"],
        cwd=small.folder,
        env=program.env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert digest(small.folder) == before


@needs(sys.platform != "win32", "links as on Unix")
def test_a_link_that_nobody_named_does_not_lead_into_another_repository(small: Program, tmp_path: Path):
    other = copied(small.folder, tmp_path / "other")
    head = small.at(other).git("rev-parse", "HEAD")
    small.git("rm", "-rq", "registry")
    (small.folder / "registry").symlink_to(other / "registry")
    for command in (("validate",), ("partner", "add", "--key", "07315000", "--yes"), ("status", "--registry", ".")):
        done = small(*command)
        assert (done.code, done.out) == (2, "")
        assert (
            f"ist eine Verknüpfung nach „{other / 'registry'}“, und das liegt nicht in diesem Repository." in done.err
        )
        assert f"--registry {other / 'registry'}" in done.err
    assert small.at(other).git("rev-parse", "HEAD") == head
    assert small("status", "--registry", "registry").code == 0
    # a link from where there is no repository is somebody's short way
    (tmp_path / "short").mkdir()
    (tmp_path / "short/registry").symlink_to(other / "registry")
    assert small.at(tmp_path / "short")("status").code == 0


@needs(sys.platform != "win32", "pipes and devices as on Unix")
@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("pipe", "/pipe“ ist kein Ordner"),
        ("pipe/inside", "/pipe“ ist kein Ordner"),
        ("/dev/null", "„/dev/null“ ist kein Ordner"),
        ("registry/registry.yaml", "registry.yaml“ ist kein Ordner"),
        ("registry", "„registry“ liegt im Register"),
        ("registry/partners/neu", "„registry/partners/neu“ liegt im Register"),
        (".git/hooks", "„.git/hooks“ gehört zu git"),
    ],
)
def test_where_no_output_can_go_is_said_before_the_work_begins(small: Program, output: str, why: str):
    os.mkfifo(small.folder / "pipe")
    before = digest(small.folder)
    for command in (("agreement", "draft"), ("access", "manifest")):
        # there is no such cooperation, and it is not even looked for
        done = small(*command, "niemand", "--output", output)
        assert (done.code, done.out) == (2, "")
        assert why in done.err
        assert "--output ORDNER" in done.err
    assert digest(small.folder) == before
