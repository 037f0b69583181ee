"""Which repository a registry folder belongs to, and what its HEAD is about."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from ikzctl.gitrepo.objects import ObjectFormat, format_of, is_object_id
from ikzctl.gitrepo.ordinary import require_no_links, require_ordinary_files
from ikzctl.gitrepo.process import QUICK, Answer, GitError, NotLikeGit, Place, run
from ikzctl.model.errors import UserError, WriteRefused

# git itself reads no more of such a file
_LONGEST_POINTER = 4096
_REFERENCE = b"ref:"
# of ours inside the git dir; what the second says is the business of `files`
OWN_FOLDER, JOURNAL = "ikzctl", "journal.json"


@dataclass(frozen=True, slots=True)
class Repository:
    """`root` is the registry folder; `prefix` its path inside the repository (`""`, or with `/` at the end)."""

    root: Path
    prefix: str
    work_tree: Path | None
    git_dir: Path
    common_dir: Path

    @property
    def place(self) -> Place:
        return Place(self.git_dir, self.work_tree)

    @property
    def objects(self) -> Path:
        return self.common_dir / "objects"

    @property
    def is_shallow(self) -> bool:
        shallow = self.common_dir / "shallow"
        return shallow.is_file() and shallow.stat().st_size > 0


@dataclass(frozen=True, slots=True)
class HeadState:
    """`branch` is a full reference name, None if detached; `commit` is None before the first commit."""

    branch: str | None
    commit: str | None
    # the unfinished operation in German, as it stands in a sentence: „Zusammenführung (git merge)“
    operation: str | None


def find_repository(folder: Path, *, prefix: str = "") -> Repository | None:
    """The repository around `folder`, found by looking, without starting git.

    A bare repository is accepted only if it is the folder itself and nothing around it is a work tree: a folder of a
    clone can be dressed up as one. `prefix` says where in a bare repository the registry lies.
    """
    root = _resolved(folder)
    for place in (root, *root.parents):
        git_dir = _git_dir_in(place)
        if git_dir is not None:
            inside = root.relative_to(place).as_posix()
            return Repository(root, "" if inside == "." else f"{inside}/", place, git_dir, _common_dir(git_dir))
    if _has_head(root) and (root / "objects").is_dir() and (root / "refs").is_dir():
        return Repository(root, prefix, None, root, _common_dir(root))
    return None


def _resolved(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError, ValueError):
        raise UserError(f"Den Ordner „{folder}“ gibt es nicht, oder er ist eine Verknüpfung im Kreis.") from None


def require_repository(folder: Path) -> Repository:
    """The repository around `folder`, with all its own files in order; UserError if there is none."""
    repo = find_repository(folder)
    if repo is None:
        raise UserError(
            f"Der Ordner „{folder}“ liegt in keinem git-Repository.",
            hint="Ein neues Register mit Repository legt an: ikzctl init ORDNER",
        )
    require_ordinary_files(repo.git_dir, repo.common_dir)
    return repo


def head_state(repo: Repository) -> HeadState:
    answer = run(["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"], repo.place, expect=(0, 128), seconds=QUICK)
    operation = _operation(repo.git_dir)
    if answer.code != 0:
        return HeadState(_unborn_branch(repo, answer), None, operation)
    commit, _, name = _line(answer.out).partition("\n")
    if not is_object_id(commit):
        raise NotLikeGit
    if _is_head_itself(repo, name):
        return HeadState(name if name.startswith("refs/heads/") else None, commit, operation)
    name, exact = _head_exactly(repo)
    return HeadState(name if name.startswith("refs/heads/") else None, exact, operation)


def _head_exactly(repo: Repository) -> tuple[str, str | None]:
    """Branch and commit where a tag or another branch is called HEAD as well: git takes that one if there is no commit yet."""
    name = _line(run(["symbolic-ref", "--quiet", "HEAD"], repo.place, expect=(0, 1), seconds=QUICK).out)
    answer = run(["show-ref", "--verify", "--hash", "HEAD"], repo.place, expect=(0, 128), seconds=QUICK)
    if answer.code == 0:
        return name, _line(answer.out)
    _require_readable(repo, name)
    if "not a valid ref" not in answer.err:
        raise GitError("show-ref", answer.code, answer.err)
    return name, None


def _is_head_itself(repo: Repository, name: str) -> bool:
    """Whether what git has found is named in the file HEAD: much else may be called HEAD, and lead to a branch."""
    text = read_head(repo.git_dir)
    if not text.startswith(_REFERENCE):
        return name == "HEAD"
    return text.removeprefix(_REFERENCE).strip().decode("utf-8", "replace") == name


def _unborn_branch(repo: Repository, answer: Answer) -> str:
    """The branch that a first commit will make. UserError if git has found no commit for another reason."""
    try:
        named = os.fsdecode(read_head(repo.git_dir).removeprefix(_REFERENCE).strip())
    except PermissionError:
        raise forbidden(repo.git_dir / "HEAD") from None
    _require_readable(repo, named)
    # the second is what git says where there is a file of the name HEAD as well
    if not any(sign in answer.err for sign in ("unknown revision", "must come before non-option")):
        raise GitError("rev-parse", answer.code, answer.err)
    name = _line(run(["symbolic-ref", "--quiet", "HEAD"], repo.place, seconds=QUICK).out)
    if not name.startswith("refs/"):
        raise NotLikeGit
    return name


def _require_readable(repo: Repository, branch: str) -> None:
    """UserError if it may not be seen where the branch is: for git that is often the same as a branch that is not there."""
    # where it may not enter this folder, git sees no repository at all
    if repo.objects.is_dir() and not os.access(repo.objects, os.X_OK):
        raise forbidden(repo.objects)
    is_name = branch.startswith("refs/") and ".." not in branch and "\0" not in branch
    for path in (repo.common_dir / name for name in ("packed-refs", *((branch,) if is_name else ()))):
        try:
            path.open("rb").close()
        except PermissionError:
            raise forbidden(path) from None
        except OSError:  # it lies in the other of the two, or there is none
            continue


def _line(out: bytes) -> str:
    """What git says, without the end of its last line: a name may end in a blank that Unicode knows and git does not."""
    return out.decode("utf-8", "replace").removesuffix("\n")


def object_format(repo: Repository, commit: str | None) -> ObjectFormat:
    if commit is not None:
        return format_of(commit)
    answer = run(["rev-parse", "--show-object-format"], repo.place, seconds=QUICK)
    return "sha256" if answer.out.strip() == b"sha256" else "sha1"


def branch_commit(repo: Repository, branch: str) -> str | None:
    """Where the branch with this full name is; no tag that is called like it is taken for it."""
    question = ["for-each-ref", "--format=%(objectname) %(refname)", "--end-of-options", branch]
    for line in _line(run(question, repo.place, seconds=QUICK).out).split("\n"):
        commit, _, name = line.partition(" ")
        if name == branch:
            return commit
    _require_readable(repo, branch)
    return None


def is_ancestor(place: Place, commit: str, of: str) -> bool:
    """Whether `commit` is in the history of the commit `of`; one that git has tidied away since, or never had, is in nobody's.

    The whole history is asked for: `merge-base --is-ancestor` ends alike for a commit that nobody needs and for a gap in the history,
    for which `rev-list` fails.
    """
    answer = run(["rev-list", "--end-of-options", of], place, seconds=QUICK)
    return commit.encode("ascii") in answer.out.splitlines()


def require_work_tree(repo: Repository) -> None:
    """WriteRefused unless a change of the files here is one of this very repository, and stays in it."""
    if repo.work_tree is None:
        raise WriteRefused(
            "Dieses Repository hat keinen Arbeitsordner (bare); geändert werden kann nur in einem gewöhnlichen Klon.",
            hint=f"git clone {shlex.quote(str(repo.git_dir))}",
        )
    dot_git = repo.work_tree / ".git"
    if not _belongs(repo, dot_git):
        raise WriteRefused(
            f"„{dot_git}“ verweist auf „{repo.git_dir}“, doch das Repository dort kennt diesen Ordner nicht; "
            "es ist ein Untermodul, ein ausgelagertes oder ein fremdes Repository. Es wurde nichts geändert.",
            hint="Das Register für sich klonen (git clone) und dort arbeiten.",
        )
    if _is_diverted(repo, dot_git):
        raise WriteRefused(
            f"„{dot_git / 'commondir'}“ schickt git in ein anderes Repository. Es wurde nichts geändert.",
            hint="Das Register frisch klonen (git clone) und dort arbeiten.",
        )
    require_no_links(repo.git_dir, repo.common_dir)


def is_unfinished(repo: Repository) -> bool:
    """Whether a change of ours was interrupted, or is just being made. Nothing is written, waited for, or read through a link."""
    return os.path.lexists(repo.git_dir / OWN_FOLDER / JOURNAL)


def is_at_home(repo: Repository) -> bool:
    """Whether the files around belong to this very repository: only then may anything be noted or finished in it."""
    if repo.work_tree is None:
        return False
    dot_git = repo.work_tree / ".git"
    return _belongs(repo, dot_git) and not _is_diverted(repo, dot_git)


def _belongs(repo: Repository, dot_git: Path) -> bool:
    return repo.git_dir == dot_git or _knows_work_tree(repo.git_dir, dot_git)


def _is_diverted(repo: Repository, dot_git: Path) -> bool:
    return repo.git_dir == dot_git and repo.common_dir != repo.git_dir


def _knows_work_tree(git_dir: Path, dot_git: Path) -> bool:
    """Whether the repository says of itself that it belongs to this folder, as `git worktree add` makes it."""
    pointer = git_dir / "gitdir"
    if not pointer.is_file():
        return False
    return _followed(pointer, _pointed(pointer)) == dot_git


def require_branch(head: HeadState) -> str:
    """The branch that a change may go to; WriteRefused with the command that helps if there is none."""
    if head.operation is not None:
        raise WriteRefused(
            f"Im Repository ist eine {head.operation} nicht abgeschlossen. Es wurde nichts geändert.",
            hint="Erst abschließen oder abbrechen; was zu tun ist, zeigt: git status",
        )
    if head.branch is None:
        raise WriteRefused(
            "Ausgecheckt ist ein einzelner Stand, kein Zweig (detached HEAD). Es wurde nichts geändert.",
            hint="Auf einen Zweig wechseln, zum Beispiel: git switch main",
        )
    if "\ufffd" in head.branch:
        raise WriteRefused(
            "Der Name des ausgecheckten Zweigs ist kein lesbarer Text (nicht UTF-8). Es wurde nichts geändert.",
            hint="Umbenennen: git branch -m NEUER-NAME",
        )
    return head.branch


FETCH_ALL = "Lokal: git fetch --unshallow   GitLab CI: GIT_DEPTH: 0   GitHub Actions: fetch-depth: 0"


def create_repository(folder: Path) -> Repository:
    """A new repository in an existing folder, without anything from the user's template folder.

    It may lie below the work tree of another one, which then takes it for a folder that is none of its own; WriteRefused if it is a
    repository already.
    """
    around, root = find_repository(folder), folder.resolve()
    if around is not None and around.work_tree in (None, root):
        raise WriteRefused(f"Der Ordner „{folder}“ ist schon ein git-Repository.")
    run(["init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha1", "--", str(root)], None)
    return require_repository(root)


def _git_dir_in(folder: Path) -> Path | None:
    dot_git = folder / ".git"
    if dot_git.is_dir():
        return dot_git.resolve() if _has_head(dot_git) else None
    if not dot_git.is_file():
        return None
    text = _pointed(dot_git)
    if not text.startswith("gitdir: "):
        return None
    target = _followed(dot_git, text.removeprefix("gitdir: "))
    if not _has_head(target):
        raise UserError(
            f"„{dot_git}“ verweist auf „{target}“, doch dort liegt kein Repository.",
            hint="Das Register frisch klonen (git clone); wurde ein Repository verschoben, hilft dort: git worktree repair",
        )
    return target


def _has_head(git_dir: Path) -> bool:
    """Whether there is a HEAD, be it a link to a branch that is kept among the packed ones. UserError if nobody may look."""
    try:
        os.lstat(git_dir / "HEAD")
    except PermissionError:
        raise forbidden(git_dir) from None
    except OSError:
        return False
    return True


def forbidden(path: Path) -> UserError:
    """What to say of a file or folder of git's that we may not see."""
    return UserError(
        f"„{path}“ darf nicht gelesen werden (fehlende Zugriffsrechte).",
        hint="Wem es gehört, zeigt: ls -ld. Dort um Leserechte bitten, oder das Register selbst klonen (git clone).",
    )


def read_head(git_dir: Path) -> bytes:
    """What git's file HEAD says: the name of the branch, or a commit. Where it is a link, as in very old repositories, that is the name."""
    head = git_dir / "HEAD"
    try:
        named = os.fsencode(head.readlink())
    except OSError:  # an ordinary file
        return head.read_bytes()
    return b"ref: " + named if named.startswith(b"refs/") else head.read_bytes()


def _common_dir(git_dir: Path) -> Path:
    """A linked work tree keeps objects and branches in the repository that it was made from."""
    pointer = git_dir / "commondir"
    if not pointer.is_file():
        return git_dir
    return _followed(pointer, _pointed(pointer))


def _pointed(pointer: Path) -> str:
    with pointer.open("rb") as stream:
        return stream.read(_LONGEST_POINTER).decode("utf-8", "surrogateescape").rstrip("\r\n")


def _followed(pointer: Path, text: str) -> Path:
    """The folder that a file of git's names, seen from where the file lies."""
    try:
        target = (pointer.parent / text).resolve()
        target.exists()
    except (OSError, RuntimeError, ValueError):
        raise UserError(
            f"„{pointer}“ nennt keinen brauchbaren Ordner; das git-Repository ist beschädigt.",
            hint="Das Register frisch klonen (git clone).",
        ) from None
    return target


_OPERATIONS = (
    ("MERGE_HEAD", "Zusammenführung (git merge)"),
    ("rebase-merge", "Umsetzung von Commits (git rebase)"),
    ("rebase-apply", "Umsetzung von Commits (git rebase)"),
    ("CHERRY_PICK_HEAD", "Übernahme eines Commits (git cherry-pick)"),
    ("REVERT_HEAD", "Rücknahme eines Commits (git revert)"),
    # between two of them, when what is named above is gone
    ("sequencer/todo", "Übernahme oder Rücknahme mehrerer Commits (git cherry-pick, git revert)"),
    ("BISECT_START", "Suche in der Historie (git bisect)"),
)


def _operation(git_dir: Path) -> str | None:
    return next((german for name, german in _OPERATIONS if (git_dir / name).exists()), None)
