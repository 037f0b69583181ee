"""Files in the folder and files of the commit are one registry: whatever lies there, both are read alike."""

import os
import shutil
import sys

import pytest

from tests.cli.program import Program, needs
from tests.gitrepo.repos import git

WORMS = "registry/partners/worms.yaml"
pytestmark = needs(sys.platform != "win32", "names and modes as on Unix")


def commit(program: Program) -> None:
    git(program.folder, "add", "--all")
    git(program.folder, "commit", "-q", "-m", "so")


@pytest.mark.parametrize("format", ["text", "lines", "json"])
def test_an_executable_file_is_a_file(small: Program, format: str):
    (small.folder / WORMS).chmod(0o755)
    commit(small)
    views = [small("validate", "--format", format, *more) for more in ((), ("--rev", "HEAD"), ("--no-cache",))]
    assert len({(view.code, view.out) for view in views}) == 1, [view.out for view in views]
    for states in (("HEAD",), ("HEAD~1", "HEAD"), ("HEAD~1",)):
        done = small("diff", *states)
        assert (done.code, done.out) == (0, ""), states


def test_a_file_that_is_too_large_to_be_read_changes_all_the_same(small: Program):
    worms = small.folder / WORMS
    large = worms.read_bytes() + b"# lang\n" * 50_000
    worms.write_bytes(large)
    commit(small)
    assert (small("diff", "HEAD").code, small("diff", "HEAD").out) == (0, ""), "it is as it was"
    worms.chmod(0o755)
    commit(small)
    assert small("diff", "HEAD~1", "HEAD").code == 0
    worms.write_bytes(large[:-2] + b"x\n")
    said = "partners/worms.yaml: Die Datei hat sich geändert; sie war schon nicht lesbar und ist es auch jetzt nicht.\n"
    assert small("diff", "HEAD") == (1, said, "")
    commit(small)
    assert small("diff", "HEAD") == (0, "", "Kein Unterschied.\n")
    assert small("diff", "HEAD~1") == small("diff", "HEAD~1", "HEAD") == (1, said, "")


def test_a_file_that_is_too_large_to_be_read_is_not_shown_by_half(small: Program):
    worms = small.folder / WORMS
    fills = 256 * 1024 - len(worms.read_bytes()) - len(b"#\n")
    whole = worms.read_bytes() + b"#" + b"x" * fills + b"\n"
    worms.write_bytes(whole)
    assert small("show", "partner", "worms") == (0, whole.decode(), ""), "so much is read"
    worms.write_bytes(whole + b"\n")
    commit(small)
    for more in ((), ("--rev", "HEAD")):
        shown = small("show", "partner", "worms", *more)
        assert (shown.code, shown.out) == (2, "")
        assert "partners/worms.yaml:1:1: Fehler IKZ-Y001: Die Datei ist zu groß: erlaubt sind 256 KiB." in shown.err
        assert "Fehler: Die Datei partners/worms.yaml wird nicht gezeigt.\n" in shown.err


def test_a_repository_inside_the_registry_is_none_of_its_folders(small: Program):
    inner = small.folder / "registry/cooperations/innen"
    shutil.copytree(small.folder / "registry/cooperations/vergabestelle", inner)
    git(inner, "init", "-q")
    git(inner, "add", "--all")
    git(inner, "commit", "-q", "-m", "innen")
    commit(small)
    assert git(small.folder, "ls-files", "--stage", "registry/cooperations/innen").startswith("160000")
    for more in ((), ("--rev", "HEAD")):
        said = small("validate", "--format", "lines", *more)
        assert said.code == 1
        assert "cooperations/innen/: Fehler IKZ-P001: in diesem Ordner liegt ein eigenes git-Repository" in said.out


def test_repositories_beside_the_registry_s_folders_are_told_alike(small: Program, tmp_path):
    top = tmp_path / "oben"
    shutil.copytree(small.folder / "registry", top)
    git(top, "init", "-q", "-b", "main")
    for place in ("vendor", ".werkzeug", "partners/unter"):
        (top / place).mkdir()
        git(top / place, "init", "-q")
        git(top / place, "commit", "-q", "--allow-empty", "-m", "x")
    commit(small.at(top))
    views = [small.at(top)("validate", "--format", "lines", *more) for more in ((), ("--rev", "HEAD"))]
    assert (views[0].code, views[0].out) == (views[1].code, views[1].out)
    assert "partners/unter/: Fehler IKZ-P001" in views[0].out
    assert "vendor" not in views[0].out, "the registry shares its repository"


@pytest.mark.parametrize("empty", [True, False], ids=["an empty .git", "git init in the wrong folder"])
def test_files_that_git_keeps_all_the_same_are_read(small: Program, empty: bool):
    partners = small.folder / "registry/partners"
    (partners / ".git").mkdir()
    if not empty:
        git(partners, "init", "-q")
    said = small("validate", "--format", "lines")
    assert "R001" not in said.out, "no partner is missing"
    assert ("IKZ-P001" in said.out) is not empty
    assert small("diff", "HEAD").code == 0


def test_a_name_that_is_no_text_is_shown_alike(small: Program):
    with open(os.fsencode(small.folder / "registry/partners") + b"/\xff.yaml", "wb") as stream:  # noqa: PTH123
        stream.write(b"id: x\n")
    commit(small)
    views = [small("validate", "--format", "json", *more) for more in ((), ("--rev", "HEAD"))]
    assert views[0].out == views[1].out
    assert "\\\\xff.yaml" in views[0].out


def test_a_registry_in_a_folder_whose_name_is_no_text(small: Program):
    os.rename(os.fsencode(small.folder / "registry"), os.fsencode(small.folder) + b"/r\xffg")  # noqa: PTH104
    commit(small)
    inside = small.at(small.folder / os.fsdecode(b"r\xffg"))
    for command in (
        ("validate",),
        ("validate", "--rev", "HEAD"),
        ("diff", "HEAD"),
        ("diff", "HEAD~1", "HEAD"),
        ("status",),
    ):
        done = inside(*command)
        assert done.code in (0, 1), f"{command} {done.text}"


def test_a_cache_folder_that_leads_in_a_circle_costs_only_time(small: Program, tmp_path):
    (tmp_path / "kreis").symlink_to("kreis")
    circle = Program(small.folder, small.home, {**small.environment, "XDG_CACHE_HOME": str(tmp_path / "kreis")})
    assert circle("validate").out == small("validate").out
    assert circle("cache", "info").code == 0


def test_a_day_at_the_end_of_the_calendar_is_refused(small: Program):
    assert "möglich sind 1800 bis 2999" in small("status", "--as-of", "9999-12-31").err
    assert small("status", "--as-of", "2999-12-31").code in (0, 1)
    done = small(
        "cooperation", "leave", "vergabestelle", "worms", "--effective", "9999-12-31", "--reason", "X", "--dry-run"
    )
    assert (done.code, "möglich sind 1800 bis 2999" in done.err) == (2, True), done.text
