"""Make a new, empty registry: a git repository with the head file, editor settings and a first commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.changes import FileWrite, NewFile
from ikzctl.model.errors import UserError, WriteRefused
from ikzctl.model.findings import FieldPath

if TYPE_CHECKING:
    from ikzctl.files.writer import CommitResult
    from ikzctl.gitrepo.fence import Identity

SCHEMA_FOLDER = "schemas"
_PLAIN_FILES = {
    "README.md": "README.md",
    "editorconfig": ".editorconfig",
    "gitattributes": ".gitattributes",
    "gitignore": ".gitignore",
}
_HEAD_COMMENTS: dict[FieldPath, str] = {
    (): "Kopf des Registers. Was die Schlüssel bedeuten, zeigt der Editor beim Schreiben; ein Beispiel macht „ikzctl demo“.",
    ("format",): "Formatversion; bitte nicht ändern.",
    ("name",): "Wie das Register in Dokumenten und Berichten heißt.",
    ("land",): "Land, dessen Recht im Regelfall gilt (zwei Buchstaben, z. B. RP).",
    ("house_style",): "Schreibweisen in den Dokumenten.",
}


@dataclass(frozen=True, slots=True)
class NewRegistry:
    folder: Path
    result: CommitResult
    identity_set: bool
    """True if a function identity was written into the new repository, because the user has none."""


def make_registry(folder: Path, *, name: str, land: str, identity: Identity) -> NewRegistry | None:
    """Create `folder` (it must not exist or be empty) with an empty registry and its first commit.

    `identity` is used, and written into the new repository, if the user has set none for git. None: an earlier run had been
    interrupted when all was made, and is finished now.
    """
    from ikzctl.files.new_folder import fill_new_folder
    from ikzctl.gitrepo.fence import check_identity
    from ikzctl.registry.edit import render_new
    from ikzctl.registry.key_order import key_order

    head = NewFile(
        "registry.yaml",
        {"format": "ikz-registry/1", "name": name, "land": land, "house_style": {"euro": "Euro"}},
        _HEAD_COMMENTS,
    )
    check_identity(identity)
    content = render_new(head, key_order("registry.yaml"))
    _require_good_head(content)
    writes = [FileWrite("registry/registry.yaml", content), *surroundings()]

    def fill(inside: Path) -> NewRegistry:
        result, identity_set = _first_commit(inside, writes, identity)
        return NewRegistry(folder, result, identity_set)

    return fill_new_folder(folder, fill)


def _first_commit(folder: Path, writes: Sequence[FileWrite], identity: Identity) -> tuple[CommitResult, bool]:
    from ikzctl.files.writer import commit_changes
    from ikzctl.gitrepo.fence import read_identity, set_identity
    from ikzctl.gitrepo.repository import create_repository

    repo = create_repository(folder)
    try:
        read_identity(repo)
        identity_set = False
    except WriteRefused:
        set_identity(repo, identity)
        identity_set = True
    return whole(commit_changes(repo, writes, "Register anlegen", base=None)), identity_set


def whole(result: CommitResult) -> CommitResult:
    """What nobody sees yet must be complete: neither a file that is still to come nor a Ctrl-C that came late is passed over."""
    if result.interrupted:
        raise KeyboardInterrupt
    if result.warnings:
        raise WriteRefused(
            f"{result.warnings[0].partition('Grund: ')[2] or result.warnings[0]} Es wurde nichts angelegt."
        )
    return result


def _require_good_head(content: bytes) -> None:
    """What the user named must be readable before the first folder is made for it."""
    from ikzctl.registry.scan import examine

    faults = [f for f in examine("registry.yaml", content).findings if f.severity == "error"]
    if faults:
        raise UserError(f"{faults[0].message.rstrip('.')}. Es wurde nichts angelegt.")


def surroundings() -> list[FileWrite]:
    """What lies around a registry: a note for people, editor settings, the JSON schemas that editors read."""
    from ikzctl.library.resources import schemas_dir, templates_dir

    source = templates_dir() / "new-registry"
    writes = [FileWrite(target, (source / name).read_bytes()) for name, target in _PLAIN_FILES.items()]
    schemas = sorted(p for p in schemas_dir().iterdir() if p.name.startswith("registry-"))
    writes += [FileWrite(f"{SCHEMA_FOLDER}/{p.name}", p.read_bytes()) for p in schemas]
    writes.append(FileWrite(".vscode/settings.json", _json(_editor_settings())))
    writes.append(
        FileWrite(
            ".vscode/extensions.json", _json({"recommendations": ["redhat.vscode-yaml", "EditorConfig.EditorConfig"]})
        )
    )
    return writes


def _editor_settings() -> dict[str, object]:
    from ikzctl.library.schemas import schema_name
    from ikzctl.model.kinds import KINDS

    schemas = {f"{SCHEMA_FOLDER}/{schema_name(k)}": f"registry/{k.pattern.format(c='*', id='*')}" for k in KINDS}
    return {"yaml.schemas": schemas, "files.eol": "\n", "[yaml]": {"editor.tabSize": 2, "editor.insertSpaces": True}}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
