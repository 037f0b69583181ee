"""Clean-room reading: commits, trees and files without the repository's settings, hooks, grafts and replacements."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ikzctl.gitrepo.catfile import CatFile, DamagedError, RawObject, stream_objects
from ikzctl.gitrepo.objects import FILE_MODES, ObjectFormat, format_of, is_object_id, no_object
from ikzctl.gitrepo.process import QUICK, Place, printable, run
from ikzctl.gitrepo.repository import FETCH_ALL, Repository, forbidden, head_state
from ikzctl.gitrepo.trees import Trees
from ikzctl.model.errors import UserError

MAX_BLOB = 32 << 20
# the log of references, the branch elsewhere that one follows, what an operation has left
_ONLY_IN_THIS_CLONE = re.compile(r"@\{|^(?:ORIG|FETCH|MERGE|CHERRY_PICK|REVERT|REBASE|BISECT)_HEAD(?![\w./-])")


# folders of rooms that are in use
_rooms: set[str] = set()


def remove_rooms() -> None:
    """For a program that ends without leaving its `with`; nothing can be read in a room any more."""
    for folder in tuple(_rooms):
        shutil.rmtree(folder, ignore_errors=True)


class TreeEntry(NamedTuple):
    """One file of a commit. Only mode `100644` is data; the caller makes findings of the others.

    `path` is relative to the prefix asked for; bytes that are no UTF-8 stand in it as `\\xNN`.
    """

    mode: str
    oid: str
    path: str


class TreeChange(NamedTuple):
    """What differs at a path between two commits: `status` is A, M, D or T (another kind of entry)."""

    status: str
    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str


class CleanRoom:
    """An empty git dir of our own over the objects of `repo`; use it with `with`.

    Needs neither the fence nor write access, so it works on CI runners, in bare, shallow and read-only repositories.
    """

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self.head = head_state(repo)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._refs_known = False
        self._single: CatFile | None = None
        self._trees: dict[str, Trees] = {}
        self._place: Place | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._single is not None:
            self._single.__exit__(kind, error, at)
        if self._folder is not None:
            self._folder.cleanup()
            _rooms.discard(self._folder.name)

    def commit_id(self, revision: str = "HEAD") -> str:
        """The full id of the commit that a user means by `revision`."""
        if revision in ("HEAD", "@"):
            if self.head.commit is None:
                raise UserError("Das Repository hat noch keinen Commit.", hint="git add --all; git commit -m Anfang")
            return self.head.commit
        if self.head.commit is not None and is_object_id(revision) and len(revision) != len(self.head.commit):
            raise self._unknown(revision)
        place = self._room(format_of(revision) if is_object_id(revision) else None)
        if not is_object_id(revision):
            self._fetch_refs(place)
        if not revision.isprintable() or not 0 < len(revision) < 256:
            raise self._unknown(revision)
        question = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        oid = run(question, place, expect=(0, 1, 128), seconds=QUICK).out.decode("ascii", "replace").strip()
        if not is_object_id(oid):
            raise self._unknown(revision)
        return oid

    def _unknown(self, revision: str) -> UserError:
        shown = f"„{printable(revision).replace(chr(10), ' ')}“"
        if ".." in revision:
            # no branch, tag or id can hold this; git itself takes it for everything from one commit to another
            return UserError(
                f"{shown} ist kein einzelner Stand.",
                hint="Zwei Stände vergleicht: ikzctl diff HEAD~1 HEAD (mit Leerzeichen dazwischen)",
            )
        if revision.isprintable() and _ONLY_IN_THIS_CLONE.search(revision):
            return UserError(
                f"{shown} merkt sich git nur in diesem einen Klon; ikzctl kennt Zweige, Marken und Kennungen von Commits.",
                hint=f"Die Kennung, die hier stehen kann, zeigt: git rev-parse {shlex.quote(revision)}",
            )
        if self.repo.is_shallow:
            text = f"Den Stand {shown} gibt es in diesem Klon nicht; er enthält nur einen Teil der Historie (shallow)."
            return UserError(text, FETCH_ALL)
        head = self.head.commit
        if head and self._asking(head).get(head) is None:
            return self._missing(head)
        return UserError(
            f"Den Stand {shown} gibt es in diesem Repository nicht.",
            hint="Zweige und Marken zeigt: git branch --all; git tag. Frühere Stände zeigt: git log --oneline",
        )

    def list_tree(self, commit: str, prefix: str = "") -> list[TreeEntry]:
        """All files below `prefix` (`""` or with `/` at the end), with links and submodules, in git's order."""
        where = ["--", prefix] if prefix else []
        command = ["ls-tree", "-r", "-z", "--full-tree", _checked(commit), *where]
        out = run(command, self._room_for(commit), seconds=QUICK).out
        cut = len(os.fsencode(prefix))
        entries = []
        for line in out.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.split(b" ")
            entries.append(TreeEntry(mode.decode("ascii"), oid.decode("ascii"), _path(path[cut:])))
        return entries

    def read_blobs(self, oids: Sequence[str], *, max_bytes: int = MAX_BLOB) -> Iterator[tuple[str, bytes]]:
        """The contents in the order asked for, each compared with its id; fastest in the order of the tree.

        A blob that is longer than `max_bytes` comes cut one byte after it, so that the reader's own limit refuses it.
        """
        for oid, found in zip(oids, self._read(oids, max_bytes), strict=True):
            if found.kind != "blob":
                raise DamagedError(f"Unter {oid[:12]} liegt keine Datei, sondern „{found.kind}“.")
            yield oid, found.data

    def read_blob(self, oid: str, *, max_bytes: int = MAX_BLOB) -> bytes:
        """One content; all single reads of a room share one start of git."""
        found = self._asking(_checked(oid)).get(oid, max_bytes)
        if found is None:
            raise self._missing(oid)
        if found.kind != "blob":
            raise DamagedError(f"Unter {oid[:12]} liegt keine Datei, sondern „{found.kind}“.")
        return found.data

    def find_files(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Path (from the top of the repository) → id of those that are ordinary files in the commit; links are none."""
        if commit not in self._trees:
            self._trees[commit] = Trees(self._asking(_checked(commit)), commit)
        trees = self._trees[commit]
        found = ((path, trees.entry(path)) for path in paths)
        return {path: node.oid for path, node in found if node is not None and node.mode in FILE_MODES}

    def _asking(self, oid: str) -> CatFile:
        if self._single is None:
            self._single = CatFile(self._room_for(oid))
            self._single.__enter__()
        return self._single

    def diff_tree(self, old: str, new: str, prefix: str = "") -> list[TreeChange]:
        """What changed below `prefix` from one commit to another, paths relative to it; renames are not sought."""
        where = ["--", prefix] if prefix else []
        command = ["diff-tree", "-r", "-z", "--raw", "--no-renames", _checked(old), _checked(new), *where]
        parts = run(command, self._room_for(new)).out.split(b"\0")[:-1]
        cut = len(os.fsencode(prefix))
        changes = []
        for head, path in zip(parts[::2], parts[1::2], strict=True):
            old_mode, new_mode, old_oid, new_oid, status = head[1:].decode("ascii").split(" ")
            changes.append(TreeChange(status, _path(path[cut:]), old_mode, new_mode, old_oid, new_oid))
        return changes

    def tree_id(self, commit: str) -> str:
        """The id of the folder that a commit holds, whatever else it says."""
        found = self._asking(_checked(commit)).get(commit)
        head, _, tree = found.data.partition(b"\n")[0].partition(b" ") if found else (b"", b"", b"")
        if head != b"tree" or not is_object_id(text := tree.decode("ascii", "replace")):
            raise self._missing(commit)
        return text

    def _missing(self, oid: str) -> UserError:
        # git passes over packs that it may not see
        packs = self.repo.objects / "pack"
        if packs.is_dir() and not os.access(packs, os.R_OK | os.X_OK):
            return forbidden(packs)
        return DamagedError(
            f"Im Repository fehlt ein Objekt ({oid[:12]}); der Klon ist unvollständig.",
            hint="Das Register vollständig neu klonen, ohne --filter und --depth.",
        )

    def _read(self, oids: Sequence[str], max_bytes: int) -> Iterator[RawObject]:
        if not oids:
            return
        for oid in oids:
            _checked(oid)
        answers = stream_objects(self._room_for(oids[0]), oids, max_bytes)
        for oid, found in zip(oids, answers, strict=True):
            if found is None:
                raise self._missing(oid)
            yield found

    def _room_for(self, oid: str) -> Place:
        return self._room(format_of(oid))

    def _room(self, object_format: ObjectFormat | None) -> Place:
        """The room is made when first needed; how long ids are shows in the first id (HEAD, if a name is asked for)."""
        if self._place is None:
            if object_format is None:
                object_format = format_of(self.head.commit) if self.head.commit else "sha1"
            self._folder = tempfile.TemporaryDirectory(prefix="ikzctl-", ignore_cleanup_errors=True)
            _rooms.add(self._folder.name)
            # git is started elsewhere, and the folder for temporary files may be named from here
            folder = Path(self._folder.name).absolute()
            for name in ("objects", "refs"):
                (folder / name).mkdir()
            extension = "[extensions]\n\tobjectformat = sha256\n" if object_format == "sha256" else ""
            version = 1 if extension else 0
            settings = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}"
            (folder / "config").write_text(settings, encoding="ascii")
            # a branch without a commit must not lead to another one that happens to be called like it
            head = self.head.commit or no_object(object_format)
            (folder / "HEAD").write_text(f"{head}\n", encoding="ascii")
            self._place = Place(folder, None, {"GIT_OBJECT_DIRECTORY": str(self.repo.objects)})
        return self._place

    def _fetch_refs(self, place: Place) -> None:
        """Copy the names of branches and tags; resolving them in the room keeps grafts and partial clones out of it."""
        if not self._refs_known:
            command = ["for-each-ref", "--format=%(objectname) %(refname)"]
            out = run(command, self.repo.place, seconds=QUICK).out
            (place.git_dir / "packed-refs").write_bytes(out)
            self._refs_known = True


def _checked(oid: str) -> str:
    if not is_object_id(oid):
        raise ValueError("not a full object id")
    return oid


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
