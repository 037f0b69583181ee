"""Measures the commands against their yardsticks: `python -m benchmarks.measure --preset reference`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.bench import Bench
from benchmarks.generate import add_size_options, make, size_of
from benchmarks.process import Failed
from benchmarks.rows import ROWS
from benchmarks.sizes import Size
from benchmarks.trial import NotThere, Outcome


def prepared(size: Size, folder: Path) -> Path:
    """The repository of this size below `folder`, made anew unless it is there from an earlier run."""
    stamp, repository = folder / "size.json", folder / "repository"
    wanted = json.dumps(asdict(size))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(repository, ignore_errors=True)
        print(f"generating {size}", file=sys.stderr)
        make(size, repository)
        stamp.write_text(wanted, encoding="utf-8")
    return repository


def measured(bench: Bench, names: list[str], rounds: int) -> list[Outcome]:
    """One outcome per row; what cannot be measured here says why."""
    outcomes = []
    for name in names:
        row, trial_of = ROWS[name]
        try:
            outcomes.append(row.run(trial_of(bench), rounds))
        except (NotThere, Failed) as trouble:
            outcomes.append(row.skip(str(trouble)))
        finally:
            bench.restore()
    return outcomes


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    add_size_options(parser)
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", default=list(ROWS), help=", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.add_argument("--check", action="store_true", help="end with 1 if a reach is missed")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="where the registry and foreign tools are kept for the next run"
    )
    given = parser.parse_args(arguments)
    size = size_of(given)
    folder = given.folder or Path(tempfile.gettempdir()) / f"ikzctl-benchmarks-{given.preset}"
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(prepared(size, folder.resolve()), folder.resolve() / "scratch")
    outcomes = measured(bench, given.only, given.rounds)
    around = report.surroundings(bench, size)
    sys.stdout.write(report.table(around, outcomes))
    if given.json:
        text = json.dumps(report.as_json(around, outcomes), ensure_ascii=False, indent=2)
        given.json.write_text(text + "\n", encoding="utf-8")
    return 1 if given.check and any(outcome.met is False for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
