"""The library that lets calls fail, built once, and a folder where a thousand copies cost little."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FAULTS, NO_LOCKS = (Path(__file__).with_name(name) for name in ("faults.c", "no_locks.c"))


def compiled(source: Path, into: Path) -> Path:
    """A library that is put before others by LD_PRELOAD; without a compiler the test skips, in CI it fails."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if sys.platform != "linux":
        pytest.skip("the library is put before others by LD_PRELOAD, which is Linux")
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail("no C compiler: this proof must not be missing in CI")
        pytest.skip("no C compiler (cc, gcc or clang) to build the fault library")
    built = into / f"{source.stem}.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", built, source, "-ldl"], check=True)
    return built


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(FAULTS, tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def without_locks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library under which the disk is one that knows no locks, as some network shares are."""
    return compiled(NO_LOCKS, tmp_path_factory.mktemp("locks"))


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """In memory if that can be had: no power fails in these tests, and fsync is most of their time on a real disk."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="ikzctl-test-", dir=memory) as folder:
        yield Path(folder)
