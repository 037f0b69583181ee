"""Shipped files are found whatever the current folder is, and every file of the repository has a licence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ikzctl.library import resources

ROOT = Path(__file__).resolve().parents[2]


def test_shipped_folders_are_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resources.templates_dir() == ROOT / "templates"
    assert resources.sample_registry_dir() == ROOT / "registry"
    assert resources.schemas_dir() == ROOT / "schemas"
    assert resources.data_file("municipalities.csv").is_file()
    assert resources.law_file("rp.yaml").is_file()


def test_an_installed_package_uses_the_folders_inside_it(tmp_path):
    """A copy of the module in a folder laid out like a wheel, imported by a process of its own."""
    library = tmp_path / "ikzctl" / "library"
    library.mkdir(parents=True)
    for package in (library, library.parent):
        (package / "__init__.py").write_text("")
    (library / "resources.py").write_text(Path(resources.__file__).read_text("utf-8"), "utf-8")
    (tmp_path / "ikzctl" / "_data" / "templates").mkdir(parents=True)
    code = "from ikzctl.library import resources as r; print(r.templates_dir()); r.schemas_dir()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(tmp_path / "ikzctl" / "_data" / "templates")
    assert "shipped folder 'schemas'" in done.stderr


def test_looking_up_a_key_loads_no_heavy_library():
    code = (
        "import sys; from ikzctl.library import municipalities as m; m.find('07318000');"
        "print([n for n in ('pydantic', 'ruamel.yaml', 'jinja2', 'lxml', 'csv') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_file_has_a_licence():
    done = subprocess.run(
        [sys.executable, "-m", "reuse", "--root", str(ROOT), "lint", "--lines"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
