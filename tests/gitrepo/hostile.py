"""A clone as an attacker would hand it over: every setting, hook and file that makes git start a program."""

from __future__ import annotations

from pathlib import Path

from tests.gitrepo.repos import PARTNERS, git, make_clone, put

# {run} leaves the marker behind; keys in the spelling in which git lists them
COMMAND_KEYS = {
    "alias.status": "!{run}",
    "browser.evil.cmd": "{run}",
    "core.alternaterefscommand": "{run}",
    "core.askpass": "{run}",
    "core.attributesfile": "{folder}/attributes",
    "core.editor": "{run}",
    "core.excludesfile": "{folder}/attributes",
    "core.fsmonitor": "{run}",
    "core.gitproxy": "{run}",
    "core.hookspath": "{folder}/hooks",
    "core.pager": "{run}",
    "core.sshcommand": "{run}",
    "credential.helper": "!{run}",
    "diff.evil.command": "{run}",
    "diff.evil.textconv": "{run}",
    "diff.external": "{run}",
    "difftool.evil.cmd": "{run}",
    "extensions.partialclone": "origin",
    "filter.evil.clean": "{run}",
    "filter.evil.process": "{run}",
    "filter.evil.required": "true",
    "filter.evil.smudge": "{run}",
    "gpg.program": "{run}",
    "gpg.ssh.program": "{run}",
    "include.path": "{folder}/more",
    "includeif.gitdir:/.path": "{folder}/more",
    "interactive.difffilter": "{run}",
    "merge.evil.driver": "{run}",
    "pager.log": "{run}",
    "protocol.ext.allow": "always",
    "remote.origin.promisor": "true",
    "remote.origin.receivepack": "{run}",
    "remote.origin.uploadpack": "{run}",
    "remote.origin.vcs": "evil",
    "sequence.editor": "{run}",
    "trailer.evil.command": "{run}",
    "uploadpack.packobjectshook": "{run}",
    "url.ext::{run}.insteadof": "https://",
}
HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change", "post-merge",
    "post-rewrite", "pre-auto-gc", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "reference-transaction", "update",
)  # fmt: skip


class Trap:
    """`sprung` once any of the prepared programs ran."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.marker = folder / "marker"
        self.program = folder / "program"
        self.program.write_text(f"#!/bin/sh\ntouch '{self.marker}'\ncat\n", encoding="utf-8")
        self.program.chmod(0o755)

    @property
    def sprung(self) -> bool:
        return self.marker.exists()

    def settings(self) -> dict[str, str]:
        return {
            key.format(run=self.program): value.format(run=self.program, folder=self.folder)
            for key, value in COMMAND_KEYS.items()
        }


ATTRIBUTES = b"* filter=evil diff=evil merge=evil\n"


def hostile_clone(folder: Path, trap: Trap) -> str:
    """A clone with all of it at once, and attributes that send every file through the filter; its commit."""
    base = make_clone(folder, {**PARTNERS, ".gitattributes": ATTRIBUTES})
    set_hooks(folder, trap)
    set_command_keys(folder, trap)
    return base


def set_hooks(folder: Path, trap: Trap) -> None:
    (trap.folder / "attributes").write_text("* filter=evil diff=evil\n", encoding="utf-8")
    (trap.folder / "more").write_text(f"[core]\n\tfsmonitor = {trap.program}\n", encoding="utf-8")
    for hooks in (folder / ".git" / "hooks", trap.folder / "hooks"):
        hooks.mkdir(exist_ok=True)
        for hook in HOOKS:
            (hooks / hook).symlink_to(trap.program)


def set_command_keys(folder: Path, trap: Trap) -> None:
    lines = []
    for key, value in trap.settings().items():
        section, _, rest = key.partition(".")
        middle, _, name = rest.rpartition(".")
        lines.append(f'[{section} "{middle}"]' if middle else f"[{section}]")
        lines.append(f"\t{name} = {value}")
    with (folder / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def buried_bare(clone: Path, trap: Trap) -> Path:
    """A folder of the registry dressed up as a bare repository with settings of its own; survives `git clone`."""
    folder = bury(clone / "registry" / "partners", trap)
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "vergraben")
    return folder


def bury(folder: Path, trap: Trap) -> Path:
    put(folder, {"HEAD": b"ref: refs/heads/main\n", "refs/keep": b"", "objects/keep": b""})
    config = f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = {trap.program}\n"
    put(folder, {"config": config.encode()})
    return folder
