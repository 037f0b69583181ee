"""A change as it is shown and as it is done: one value makes both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ikzctl.model.changes import Edit, FileWrite, NewFile
from ikzctl.model.errors import RegistryUnreadable, UserError
from ikzctl.model.findings import Finding, Pointer

if TYPE_CHECKING:
    from ikzctl.actions.workspace import Workspace
    from ikzctl.files.writer import CommitResult
    from ikzctl.gitrepo.repository import Repository
    from ikzctl.plans.plan import Plan
    from ikzctl.registry.registry import Registry
    from ikzctl.registry.sources import Source

# each try is lost only to somebody else's success, so this many people would have to save within one command's patience
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """`lines` are what the user reads before the question; `writes` are the new texts, made from the commit `base`.

    `refusals` are the reasons for which nothing can be done at all.
    """

    title: str
    lines: tuple[str, ...]
    message: str
    base: str
    writes: tuple[FileWrite, ...]
    refusals: tuple[str, ...] = ()
    head: bytes | None = None
    """What git's file HEAD said when this was worked out."""
    unsaved: tuple[str, ...] = ()
    """Files that the plan was made from as the commit has them, and that lie otherwise in the folder."""


def propose(workspace: Workspace, make: Callable[[Registry], Plan]) -> Proposal:
    """The plan that `make` works out for the last commit, with the new texts built and checked in memory.

    Everything is read from one commit: what somebody is typing in the folder meanwhile plays no part.
    """
    from ikzctl.gitrepo.repository import read_head
    from ikzctl.registry.commit_source import CommitSource
    from ikzctl.registry.registry import Registry

    head = read_head(workspace.repo.git_dir)
    with workspace.source("HEAD") as source:
        registry = Registry(source)
        require_known_format(registry)
        plan = make(registry)
        writes = () if plan.refusals else texts_of(source, plan.edits)
        check_new_texts(source, writes)
        if not isinstance(source, CommitSource) or source.commit is None:
            raise ValueError("a proposal is made from a commit")
        ids = source.blob_ids()
        unsaved = _unsaved(workspace.repo, {path: ids[path] for path in registry.paths_read()}, source.commit)
        return Proposal(plan.title, plan.lines(), plan.message, source.commit, writes, plan.refusals, head, unsaved)


def _unsaved(repo: Repository, ids: Mapping[str, str], commit: str) -> tuple[str, ...]:
    """Those of the files that somebody has changed in the folder, line ends aside; none while another change is on its way."""
    from ikzctl.gitrepo.objects import format_of, object_id
    from ikzctl.gitrepo.repository import head_state, is_unfinished
    from ikzctl.registry.sources import Files

    used, folder = format_of(commit), Files(str(repo.root))

    def is_changed(path: str, saved: str) -> bool:
        try:
            data = folder.read(path)
        except OSError:
            # gone, or a link or folder in its place; of a disk that fails the change itself will tell
            return True
        return object_id("blob", data.replace(b"\r\n", b"\n"), used) != saved

    if is_unfinished(repo):
        return ()
    changed = tuple(path for path, saved in ids.items() if is_changed(path, saved))
    return changed if changed and head_state(repo).commit == commit else ()


def require_known_format(registry: Registry) -> None:
    """A registry of another format version is neither changed nor made documents of: its keys may mean something else."""
    _ = registry.head


def texts_of(source: Source, edits: Iterable[Edit]) -> tuple[FileWrite, ...]:
    """The new text of every file that `edits` touch. Raises WriteRefused where an edit cannot be carried out safely."""
    from ikzctl.registry.edit import apply, render_new
    from ikzctl.registry.key_order import key_order

    grouped: dict[str, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(edit.path, []).append(edit)
    known = set(source.paths())
    writes = []
    for path, mine in grouped.items():
        order = key_order(path)
        first = mine[0]
        if isinstance(first, NewFile):
            if path in known:
                raise UserError(f"Die Datei {path} gibt es schon. Es wurde nichts geändert.")
            content, mine = render_new(first, order), mine[1:]
        else:
            content = source.read(path)
        rest = [edit for edit in mine if not isinstance(edit, NewFile)]
        writes.append(FileWrite(path, apply(content, rest, order) if rest else content))
    return tuple(writes)


def check_new_texts(source: Source, writes: Sequence[FileWrite]) -> None:
    """Build the changed files in memory, check each by itself and resolve what they refer to.

    Raises RegistryUnreadable if one cannot be read, or has an error that it had not before: a secret in a reason, for instance.
    """
    from ikzctl.checks.records import RECORD_CHECKS
    from ikzctl.model.kinds import BY_NAME
    from ikzctl.registry.scan import examine

    known = set(source.paths()) | {w.path for w in writes if w.content is not None}
    errors: list[Finding] = []
    for write in writes:
        if write.content is None:
            continue
        result = examine(write.path, write.content, RECORD_CHECKS)
        found = [f for f in result.findings if f.severity == "error"]
        if found and result.fact is not None and source.has(write.path):
            old = examine(write.path, source.read(write.path), RECORD_CHECKS).findings
            before = {(f.code, f.message) for f in old}
            found = [f for f in found if (f.code, f.message) not in before]
        errors += found
        for kind, id, field in result.references:
            if BY_NAME[kind].path(id, result.place.cooperation) not in known:
                text = f"{BY_NAME[kind].german} „{id}“ gibt es nicht im Register"
                errors.append(Finding("IKZ-R001", "error", Pointer(write.path, field), text))
    if errors:
        raise RegistryUnreadable(errors, "Die Änderung würde das Register beschädigen. Es wurde nichts geändert.")


def carry_out(
    workspace: Workspace,
    proposal: Proposal,
    again: Callable[[], Proposal],
    *,
    accepted: Path | None = None,
    command: str = "ikzctl",
    overtaken: Callable[[], None] = lambda: None,
) -> CommitResult:
    """Commit the proposal. Whenever somebody has committed meanwhile it is made once more, and done only if it still says the same.

    `overtaken` is called before that and may raise. `command` is what those are told who have to wait for this one.
    """
    from ikzctl.files.writer import BranchMoved, commit_changes

    save = partial(commit_changes, workspace.repo, accepted=accepted, command=command, head=proposal.head)

    def commit(chosen: Proposal) -> CommitResult:
        return save(chosen.writes, chosen.message, base=chosen.base)

    chosen = proposal
    for _ in range(_TRIES):
        try:
            return commit(chosen)
        except BranchMoved:
            overtaken()
            chosen = again()
        if (chosen.lines, chosen.refusals) != (proposal.lines, proposal.refusals):
            raise UserError(
                "Das Register hat sich inzwischen geändert; der gezeigte Plan gilt nicht mehr. Es wurde nichts geändert.",
                "Den Befehl wiederholen und den neuen Plan lesen.",
                exit_code=1,
            )
    return commit(chosen)
