"""Generated files in an output folder: whole, inside it, and never over somebody's own work."""

from __future__ import annotations

import pytest

from ikzctl.files.output import RECORD, write_output
from ikzctl.model.errors import WriteRefused

DRAFT = {"vereinbarungen/adoption.docx": b"PK\x03\x04 eins", "manifest.json": b"{}\n"}


def names(folder) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_and_folders_are_made(tmp_path):
    out = tmp_path / "neu" / "out"
    written = write_output(out, DRAFT)
    assert written == (out / "vereinbarungen/adoption.docx", out / "manifest.json")
    assert names(out) == [RECORD, "manifest.json", "vereinbarungen/adoption.docx"]
    assert (out / "vereinbarungen/adoption.docx").read_bytes() == b"PK\x03\x04 eins"


def test_own_files_are_replaced_and_others_stay(tmp_path):
    write_output(tmp_path, DRAFT)
    (tmp_path / "notiz.txt").write_bytes(b"meins")
    write_output(tmp_path, {"manifest.json": b"[]\n"})
    write_output(tmp_path, {"vereinbarungen/adoption.docx": b"zwei"})
    assert (tmp_path / "manifest.json").read_bytes() == b"[]\n"
    assert (tmp_path / "vereinbarungen/adoption.docx").read_bytes() == b"zwei"
    assert (tmp_path / "notiz.txt").read_bytes() == b"meins"


def test_a_file_edited_since_is_not_replaced_and_nothing_else_is_written(tmp_path):
    write_output(tmp_path, DRAFT)
    (tmp_path / "manifest.json").write_bytes(b"von Hand\n")
    with pytest.raises(WriteRefused, match="stammt nicht von ikzctl oder wurde seither geändert") as refused:
        write_output(tmp_path, {"vereinbarungen/adoption.docx": b"zwei", "manifest.json": b"[]\n"})
    assert "--overwrite" in str(refused.value.hint)
    assert (tmp_path / "vereinbarungen/adoption.docx").read_bytes() == DRAFT["vereinbarungen/adoption.docx"]
    assert (tmp_path / "manifest.json").read_bytes() == b"von Hand\n"
    write_output(tmp_path, {"manifest.json": b"[]\n"}, overwrite=True)
    assert (tmp_path / "manifest.json").read_bytes() == b"[]\n"


def test_a_foreign_file_with_the_same_content_is_no_obstacle(tmp_path):
    (tmp_path / "manifest.json").write_bytes(b"{}\n")
    write_output(tmp_path, {"manifest.json": b"{}\n"})
    assert (tmp_path / "manifest.json").read_bytes() == b"{}\n"


def test_unchanged_files_are_not_touched(tmp_path):
    write_output(tmp_path, DRAFT)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in names(tmp_path)}
    write_output(tmp_path, DRAFT)
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in names(tmp_path)} == before


@pytest.mark.parametrize(
    "path", ["../x.docx", "/tmp/x.docx", "a/../../x", "a\\b", "a\0b", "", "nul.docx", ".git/hooks/x"]
)
def test_no_way_out_of_the_folder(tmp_path, path):
    with pytest.raises(WriteRefused, match="kein zulässiger Dateiname"):
        write_output(tmp_path / "out", {"gut.txt": b"x", path: b"x"}, overwrite=True)
    assert not (tmp_path / "out").exists()


def test_no_link_is_followed(tmp_path):
    (tmp_path / "anderswo").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "vereinbarungen").symlink_to(tmp_path / "anderswo")
    (tmp_path / "out" / "manifest.json").symlink_to(tmp_path / "anderswo" / "ziel")
    for path, data in DRAFT.items():
        with pytest.raises(WriteRefused, match=r"Verknüpfung|keine gewöhnliche Datei"):
            write_output(tmp_path / "out", {path: data}, overwrite=True)
    assert list((tmp_path / "anderswo").iterdir()) == []


@pytest.mark.parametrize(
    "record",
    [b"", b"[]", b"{", b'{"manifest.json": "x"}', b'{"manifest.json": [7, "zz"]}', b'{"\\ud800": ["x"]}', b"\xff"],
)
def test_a_damaged_record_only_makes_us_ask(tmp_path, record):
    (tmp_path / RECORD).write_bytes(record)
    (tmp_path / "manifest.json").write_bytes(b"alt")
    with pytest.raises(WriteRefused, match="stammt nicht von ikzctl"):
        write_output(tmp_path, {"manifest.json": b"neu"})
    write_output(tmp_path, {"manifest.json": b"neu"}, overwrite=True)
    write_output(tmp_path, {"manifest.json": b"neuer"})
    assert (tmp_path / "manifest.json").read_bytes() == b"neuer"


def test_a_file_without_end_is_refused_unread(tmp_path):
    with (tmp_path / "a.docx").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(WriteRefused, match="größer als 64 MiB"):
        write_output(tmp_path, {"a.docx": b"x"})
    assert (tmp_path / "a.docx").stat().st_size == 1 << 40
