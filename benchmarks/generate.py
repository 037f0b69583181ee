"""Makes a registry of any size as a git repository: `python -m benchmarks.generate DIR --preset medium`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import gcd
from pathlib import Path
from typing import IO

from benchmarks.records import Maker, plan
from benchmarks.sizes import PRESETS, Size
from benchmarks.text import canonical

# git of a benchmark listens to nobody's settings
GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_WHO = b"ikzctl benchmarks <benchmarks@example.org>"
_FIRST_SECOND = 1_700_000_000
_AROUND = {".gitattributes": b"* -text\n", "README.md": "Synthetisches Register für Messungen.\n".encode()}


@dataclass(frozen=True, slots=True)
class Made:
    files: int
    bytes: int
    commit: str


def texts(size: Size) -> Iterator[tuple[str, bytes]]:
    """Path below the registry folder and text of every file, as the last commit has them."""
    makers = plan(size)
    revisions: dict[str, int] = {}
    for changed in changes(list(makers), size):
        for path in changed:
            revisions[path] = revisions.get(path, 0) + 1
    for path, maker in makers.items():
        yield path, canonical(maker(revisions.get(path, 0)))


def changes(paths: list[str], size: Size) -> Iterator[list[str]]:
    """The files that each commit after the first one changes: in a fixed leap through all of them, so that none comes twice too soon."""
    total = len(paths)
    leap = next(n for n in range(total * 5 // 8 + 1, 2 * total + 2) if gcd(n, total) == 1)
    at = 0
    for _ in range(size.commits - 1):
        some = []
        for _ in range(min(size.changes, total)):
            some.append(paths[at])
            at = (at + leap) % total
        yield some


def make(size: Size, folder: Path) -> Made:
    """A new repository in `folder`, the registry below `registry/`, everything checked out."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "ikzctl benchmarks")
    git(folder, "config", "user.email", "benchmarks@example.org")
    makers = plan(size)
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--done", "--date-format=raw"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **GIT_ENVIRONMENT}) as importer:
        assert importer.stdin is not None
        _history(importer.stdin, makers, size)
    if importer.returncode:
        raise SystemExit("git fast-import failed")
    git(folder, "checkout", "--quiet", "--force", "main")
    # as a repository that lives for a while: commits written, then packed
    git(folder, "repack", "-a", "-d", "--quiet")
    git(folder, "status", "--porcelain")
    commit = git(folder, "rev-parse", "HEAD").decode().strip()
    total = sum((folder / "registry" / path).stat().st_size for path in makers)
    return Made(len(makers), total, commit)


def _history(out: IO[bytes], makers: dict[str, Maker], size: Size) -> None:
    _commit(out, 1, "Register anlegen")
    for name, text in _AROUND.items():
        _file(out, name, text)
    for path, maker in makers.items():
        _file(out, f"registry/{path}", canonical(maker(0)))
    revisions: dict[str, int] = {}
    for number, changed in enumerate(changes(list(makers), size), 2):
        _commit(out, number, f"Angaben fortschreiben ({number})")
        for path in changed:
            revisions[path] = revisions.get(path, 0) + 1
            _file(out, f"registry/{path}", canonical(makers[path](revisions[path])))
    out.write(b"done\n")


def _commit(out: IO[bytes], number: int, message: str) -> None:
    text = message.encode()
    when = _FIRST_SECOND + 3600 * number
    out.write(b"commit refs/heads/main\ncommitter %s %d +0000\ndata %d\n%s\n" % (_WHO, when, len(text), text))


def _file(out: IO[bytes], path: str, text: bytes) -> None:
    out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text))


def git(folder: Path, *arguments: str) -> bytes:
    environment = {**os.environ, **GIT_ENVIRONMENT}
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, stdout=subprocess.PIPE, env=environment
    ).stdout


def add_size_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    for field in fields(Size):
        option = "--" + field.name.replace("_", "-")
        if field.type == "bool":
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
        else:
            parser.add_argument(option, type=int, metavar="N", default=None)


def size_of(arguments: argparse.Namespace) -> Size:
    """The preset with everything that was given beside it."""
    given = {f.name: getattr(arguments, f.name) for f in fields(Size) if getattr(arguments, f.name) is not None}
    return replace(PRESETS[arguments.preset], **given)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="new or empty folder")
    add_size_options(parser)
    given = parser.parse_args(arguments)
    made = make(size_of(given), given.folder)
    print(f"{made.files} files, {made.bytes} bytes, commit {made.commit}")


if __name__ == "__main__":
    main(sys.argv[1:])
