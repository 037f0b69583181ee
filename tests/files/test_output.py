"""Generated files in an output folder: whole, inside it, and never over somebody's own work."""

from __future__ import annotations

import errno
import json

import pytest

from ikzctl.files import output
from ikzctl.files.output import RECORD, Output, write_output
from ikzctl.model.errors import WriteRefused

MANIFESTS = {"kfz/a.json": b"recht_geben", "kfz/b.json": b"recht_geben", "kfz/c.json": b"recht_geben"}
OTHERS = {"kfz-entwurf.docx": b"PK", "kfz-nord/a.json": b"{}", "wohngeld/a.json": b"{}"}
DRAFT = {"vereinbarungen/adoption.docx": b"PK\x03\x04 eins", "manifest.json": b"{}\n"}


def names(folder) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_and_folders_are_made(tmp_path):
    out = tmp_path / "neu" / "out"
    written = write_output(out, DRAFT)
    assert written == Output(written=("vereinbarungen/adoption.docx", "manifest.json"))
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


@pytest.fixture
def earlier(tmp_path):
    """An output folder in which earlier runs left manifests, those of others and drafts."""
    write_output(tmp_path, OTHERS)
    write_output(tmp_path, MANIFESTS, within="kfz/")
    return tmp_path


def test_what_this_run_does_not_make_any_more_is_removed_and_named(earlier):
    (earlier / "kfz" / "notiz.txt").write_bytes(b"meins")
    (earlier / "kfz" / "c.json").unlink()
    done = write_output(earlier, {"kfz/a.json": b"neu"}, within="kfz/")
    assert done == Output(("kfz/a.json",), removed=("kfz/b.json",))
    assert names(earlier) == sorted([RECORD, *OTHERS, "kfz/a.json", "kfz/notiz.txt"])
    assert sorted(json.loads((earlier / RECORD).read_bytes())) == sorted([*OTHERS, "kfz/a.json"])


def test_where_nothing_is_left_to_be_made_the_folder_is_looked_at_all_the_same(earlier):
    (earlier / "kfz" / ".ikzctl-0123abcd-0.tmp").write_bytes(b"recht_geben")
    assert write_output(earlier, {}, within="kfz/") == Output(removed=tuple(MANIFESTS))
    assert names(earlier) == sorted([RECORD, *OTHERS])
    assert write_output(earlier, {}, within="kfz/") == Output()
    assert write_output(earlier / "neu", {}, within="kfz/") == Output()
    (earlier / "leer").mkdir()
    assert write_output(earlier / "leer", {}, within="kfz/") == Output()
    assert not (earlier / "neu").exists()
    assert names(earlier / "leer") == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_somebody_has_changed_stays_and_is_named_every_time(earlier, overwrite):
    (earlier / "kfz" / "b.json").write_bytes(b"von Hand")
    (earlier / "kfz" / "c.json").unlink()
    (earlier / "kfz" / "c.json").symlink_to(earlier / "kfz-entwurf.docx")
    for _ in range(2):
        done = write_output(earlier, {"kfz/a.json": b"neu"}, within="kfz/", overwrite=overwrite)
        assert done == Output(("kfz/a.json",), kept=("kfz/b.json", "kfz/c.json"))
    assert (earlier / "kfz" / "b.json").read_bytes() == b"von Hand"
    assert (earlier / "kfz" / "c.json").is_symlink()


def test_nothing_is_removed_through_a_link_or_a_record_that_leads_elsewhere(earlier):
    (earlier / "kfz").rename(earlier / "anderswo")
    (earlier / "kfz").symlink_to(earlier / "anderswo")
    with pytest.raises(WriteRefused, match="Verknüpfung"):
        write_output(earlier, {}, within="kfz/")
    (earlier / "kfz").unlink()
    digests = json.loads((earlier / RECORD).read_bytes())["kfz/a.json"]
    (earlier / RECORD).write_text(json.dumps({"kfz/../anderswo/a.json": digests}), encoding="utf-8")
    assert write_output(earlier, {}, within="kfz/") == Output()
    assert sorted(path.name for path in (earlier / "anderswo").iterdir()) == ["a.json", "b.json", "c.json"]


@pytest.mark.parametrize("at", ["_write", "_remove", "sync_folders"])
def test_a_run_that_is_cut_off_leaves_only_work_for_the_next_one(earlier, monkeypatch, at):
    def dead(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(output, at, dead)
        write_output(earlier, {"kfz/a.json": b"neu"}, within="kfz/")
    # the new ones come first: whoever takes what is there finds a manifest too many, never one too few
    assert (earlier / "kfz" / "b.json").exists() is (at != "sync_folders")
    assert (earlier / "kfz" / "a.json").read_bytes() == (b"recht_geben" if at == "_write" else b"neu")
    write_output(earlier, {"kfz/a.json": b"neu"}, within="kfz/")
    assert names(earlier) == sorted([RECORD, *OTHERS, "kfz/a.json"])
    assert sorted(json.loads((earlier / RECORD).read_bytes())) == sorted([*OTHERS, "kfz/a.json"])


def test_a_file_that_is_saved_while_it_is_to_be_removed_stays(earlier, monkeypatch):
    real = output._write

    def saves(root, path, *rest):
        (root / "kfz" / "b.json").write_bytes(b"von Hand")
        real(root, path, *rest)

    monkeypatch.setattr(output, "_write", saves)
    with pytest.raises(WriteRefused, match=r"b\.json“ wurde gerade geändert"):
        write_output(earlier, {"kfz/a.json": b"neu"}, within="kfz/")
    assert (earlier / "kfz" / "b.json").read_bytes() == b"von Hand"


@pytest.fixture
def stopped(monkeypatch):
    """What stops the step of this number, counted from 0."""

    def stop(error: BaseException, number: int) -> None:
        count = iter(range(10))

        def stops(real):
            def step(*rest: object) -> None:
                if next(count) == number:
                    raise error
                real(*rest)

            return step

        for name in ("_write", "_remove"):
            monkeypatch.setattr(output, name, stops(getattr(output, name)))

    return stop


STOPS = [
    (OSError(errno.ENOSPC, "voll"), "Der Datenträger ist voll", 2),
    (OSError(errno.EROFS, "fest", "x"), "darf nicht geschrieben werden", 2),
    (WriteRefused("Geändert.", "Umbenennen."), "Geändert.", 2),
    (KeyboardInterrupt(), "Abgebrochen.", 130),
]


@pytest.mark.parametrize(("error", "sentence", "code"), STOPS)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_output_that_is_half_new_is_called_so(earlier, stopped, error, sentence, code, number):
    stopped(error, number)
    with pytest.raises(WriteRefused, match=sentence) as refused:
        write_output(earlier, {"kfz/a.json": b"neu", "kfz/d.json": b"neu"}, within="kfz/")
    hint = str(refused.value.hint)
    assert hint.removeprefix("Umbenennen. ").startswith("Die Ausgabe ist unvollständig: ")
    assert ("Umbenennen. " in hint, refused.value.exit_code) == (isinstance(error, WriteRefused), code)


@pytest.mark.parametrize(("error", "sentence", "code"), STOPS)
def test_an_output_that_nobody_touched_is_not_called_half(earlier, stopped, error, sentence, code):
    stopped(error, 0)
    with pytest.raises((WriteRefused, KeyboardInterrupt)) as refused:
        write_output(earlier, {"kfz/a.json": b"neu", "kfz/d.json": b"neu"}, within="kfz/")
    assert "unvollständig" not in str(getattr(refused.value, "hint", ""))
    assert code == 130 or sentence in str(refused.value)
