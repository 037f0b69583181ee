"""Make a new, empty registry: a git repository with the head file, editor settings and a first commit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.changes import FileWrite, NewFile
from ikzctl.model.errors import UserError
from ikzctl.model.findings import FieldPath

if TYPE_CHECKING:
    from ikzctl.files.writer import CommitResult
    from ikzctl.gitrepo.fence import Identity
    from ikzctl.gitrepo.repository import Repository

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


def make_registry(folder: Path, *, name: str, land: str, identity: Identity) -> NewRegistry:
    """Create `folder` (it must not exist or be empty) with an empty registry and its first commit.

    `identity` is used, and written into the new repository, if the user has set none for git.
    """
    from ikzctl.files.writer import commit_changes
    from ikzctl.gitrepo.fence import check_identity, read_identity, set_identity
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
    repo = start_repository(folder)
    try:
        read_identity(repo)
        identity_set = False
    except UserError:
        set_identity(repo, identity)
        identity_set = True
    return NewRegistry(folder, commit_changes(repo, writes, "Register anlegen", base=None), identity_set)


def _require_good_head(content: bytes) -> None:
    """What the user named must be readable before the first folder is made for it."""
    from ikzctl.registry.scan import examine

    faults = [f for f in examine("registry.yaml", content).findings if f.severity == "error"]
    if faults:
        raise UserError(f"{faults[0].message} Es wurde nichts angelegt.")


def start_repository(folder: Path) -> Repository:
    """A new git repository in `folder`, which must not exist yet or be empty."""
    from ikzctl.gitrepo.repository import create_repository

    _require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return create_repository(folder, nested=True)


def _require_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"„{folder}“ ist kein Ordner. Es wurde nichts geändert.")
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            f"Der Ordner „{folder}“ ist nicht leer. Es wurde nichts geändert.",
            "Einen Ordner nennen, den es noch nicht gibt.",
        )


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
    from ikzctl.actions.schemas import schema_name
    from ikzctl.model.kinds import KINDS

    schemas = {f"{SCHEMA_FOLDER}/{schema_name(k)}": f"registry/{k.pattern.format(c='*', id='*')}" for k in KINDS}
    return {"yaml.schemas": schemas, "files.eol": "\n", "[yaml]": {"editor.tabSize": 2, "editor.insertSpaces": True}}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
