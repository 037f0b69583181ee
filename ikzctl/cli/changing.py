"""How every changing command goes: show the plan, ask, do exactly that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ikzctl.cli import output
from ikzctl.model.errors import UserError

if TYPE_CHECKING:
    from ikzctl.actions.proposal import Proposal
    from ikzctl.actions.workspace import Workspace
    from ikzctl.files.recovery import Recovery
    from ikzctl.files.writer import CommitResult


def open_workspace(registry: Path | None) -> Workspace:
    from ikzctl.actions.workspace import find_workspace

    return find_workspace(here(), registry)


def open_to_read(registry: Path | None, rev: str | None) -> Workspace:
    """The registry for a command that shows the folder, or with `rev` a commit: a folder may be halfway through a change."""
    workspace = open_workspace(registry)
    if rev is None:
        note_unfinished(workspace)
    return workspace


def here() -> Path:
    """The current folder, which somebody else may have removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UserError(
            "Den Ordner, in dem Sie stehen, gibt es nicht mehr.", "In einen anderen Ordner wechseln und wiederholen."
        ) from None


def from_here(folder: Path) -> None:
    """Refuse a relative folder where there is nothing that it could be relative to."""
    if not folder.is_absolute():
        here()


def accepted_settings() -> Path | None:
    """Where it is remembered which foreign git settings the user has allowed; None for a user who is at home nowhere."""
    from ikzctl.cli.places import state_folder

    folder = state_folder()
    return folder / "accepted-git-settings.json" if folder else None


def show_and_do(workspace: Workspace, make: Callable[[], Proposal], *, yes: bool, dry_run: bool) -> None:
    """Exit code 0: done or only shown; 1: refused by the plan or by the user; 2: nobody could be asked."""
    if dry_run:
        note_unfinished(workspace)
    else:
        _past_the_fence(workspace, lambda: _finish_first(workspace))
    proposal = make()
    try:
        _show(proposal)
    except output.ReaderGone:
        # whoever was to read the plan is gone; exit code 0 would say that it was carried out
        output.silence_stdout()
        raise UserError(
            "Die Ausgabe wurde geschlossen, bevor der Plan gezeigt war. Es wurde nichts geändert."
        ) from None
    if proposal.refusals:
        raise typer.Exit(1)
    if dry_run:
        output.note("Nur gezeigt; es wurde nichts geändert.")
        return
    if not yes:
        _ask()
    _past_the_fence(workspace, lambda: _carry_out(workspace, proposal, make))


def _carry_out(workspace: Workspace, proposal: Proposal, make: Callable[[], Proposal]) -> None:
    from ikzctl.actions.proposal import carry_out
    from ikzctl.files.interrupts import Interrupts

    # one guard around both: between the change and the word that it is made Ctrl-C must find no gap
    with Interrupts() as interrupts:
        result = carry_out(
            workspace,
            proposal,
            make,
            accepted=accepted_settings(),
            command=_command(),
            overtaken=interrupts.stop_if_asked,
        )
        interrupts.nothing_left_to_stop()
        _report(result)


def _command() -> str:
    """The words of the command that is running, without anything that was given to it: „ikzctl cooperation join“."""
    from typer._click.globals import get_current_context

    return get_current_context().command_path


def note_unfinished(workspace: Workspace) -> None:
    """Say that the files may be halfway through a change, if they may."""
    from ikzctl.gitrepo.repository import find_repository, is_unfinished

    try:
        repo = find_repository(workspace.root)
    except UserError:
        # what the command has found is no less true if git's folder cannot be read
        return
    if repo is not None and is_unfinished(repo):
        output.note("Hinweis: Eine Änderung wurde unterbrochen oder ist gerade im Gang. Abschließen: ikzctl repair")


def _finish_first(workspace: Workspace) -> None:
    """A plan starts from where an interrupted change leads to; one that refuses would otherwise leave its remains lying."""
    from ikzctl.files.recovery import repair
    from ikzctl.gitrepo.repository import is_unfinished

    if is_unfinished(workspace.repo):
        after_recovery(repair(workspace.repo, accepted=accepted_settings(), command=_command()))


def _note_recovery(recovery: Recovery) -> None:
    """Say what became of a change that had been interrupted, if there was one."""
    if recovery.text:
        output.note(f"Hinweis: {recovery.text}")


def after_recovery(recovery: Recovery) -> None:
    """Before anything else begins: say what became of it. Whoever pressed Ctrl-C meanwhile wants nothing more."""
    _note_recovery(recovery)
    if recovery.interrupted:
        output.note("Danach wurde nichts mehr begonnen.")
        raise KeyboardInterrupt


def _past_the_fence(workspace: Workspace, commit: Callable[[], None]) -> None:
    """Run `commit`; settings that could start foreign programs are accepted only by somebody who is asked at a terminal."""
    from ikzctl.gitrepo.fence import ForeignSettings

    try:
        commit()
    except ForeignSettings as fault:
        remembered = accepted_settings()
        if remembered is None or not output.is_interactive():
            raise
        output.note(f"{fault.message}")
        output.note("Nur annehmen, wenn Sie diese Einstellungen selbst gesetzt haben.")
        if not output.ask("Diese Einstellungen für dieses Repository dauerhaft annehmen?"):
            raise
        _accept(workspace, fault.keys, remembered)
        commit()


def _accept(workspace: Workspace, keys: Sequence[str], remembered: Path) -> None:
    from ikzctl.files.disk import german_reason
    from ikzctl.gitrepo.fence import accept_settings

    try:
        accept_settings(workspace.repo, keys, remembered)
    except OSError as fault:
        raise UserError(
            f"{german_reason(fault, remembered.parent, 0)} Deshalb kann ikzctl sich nicht merken, was Sie annehmen. "
            "Es wurde nichts geändert.",
            f"ikzctl braucht „{remembered.parent}“ als Ordner, in den es schreiben darf. Was dort im Weg ist, umbenennen oder löschen, "
            "und den Befehl wiederholen.",
        ) from fault


def _show(proposal: Proposal) -> None:
    output.say(proposal.title)
    output.say("=" * len(proposal.title))
    for line in proposal.lines:
        output.say(line)
    if proposal.unsaved:
        from ikzctl.plans.plan import some

        output.note(
            "Hinweis: Der Plan geht vom letzten Commit aus. Im Ordner anders, nicht festgeschrieben und deshalb nicht berücksichtigt: "
            f"{some(proposal.unsaved)}"
        )
    for reason in proposal.refusals:
        output.note(f"Nicht möglich: {reason}")
    if proposal.refusals:
        output.note("Es wurde nichts geändert.")


def _ask() -> None:
    if not output.is_interactive():
        raise UserError(
            "Ohne Terminal kann nicht gefragt werden. Es wurde nichts geändert.",
            "Mit --yes wird der Plan ohne Rückfrage ausgeführt, mit --dry-run nur gezeigt.",
        )
    try:
        agreed = output.ask("Ausführen?")
    except KeyboardInterrupt:
        output.note()
        output.note("Es wurde nichts geändert.")
        raise
    if not agreed:
        output.note("Nicht ausgeführt; es wurde nichts geändert.")
        raise typer.Exit(1)


def _report(result: CommitResult) -> None:
    from ikzctl.cli.results import say_done

    _note_recovery(result.recovery)
    commit = result.commit or ""
    saved = f"Gespeichert: Commit {commit[:12]} auf {result.branch.removeprefix('refs/heads/')}"
    say_done(
        [saved, *(f"  {path}" for path in result.changed)], f"Die Änderung ist gespeichert (Commit {commit[:12]})."
    )
    for warning in result.warnings:
        output.note(f"Hinweis: {warning}")
    # a warning may say that something else is checked out by now
    states = f"{commit[:12]}~1 {commit[:12]}" if result.warnings else "HEAD~1"
    output.note(f"Was sich geändert hat, zeigt: ikzctl diff {states}")
