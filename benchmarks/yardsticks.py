"""What the commands are measured against, as processes of their own: `python -m benchmarks.yardsticks events DIR`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path


def events(folder: str) -> None:
    """Read all bytes and drain the C parser's events: no program that reads these files with it can be faster."""
    import gc
    import os

    from _ruamel_yaml import CParser
    from ruamel.yaml.events import StreamEndEvent

    gc.disable()
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting.append(entry.path)
                    continue
                with open(entry.path, "rb") as stream:  # noqa: PTH123  twice as fast as Path
                    get_event = CParser(stream.read()).get_event
                while get_event().__class__ is not StreamEndEvent:
                    pass


def edit(file: str) -> None:
    """Change one value of a file with the package's editor and with ruamel's round trip; prints seconds of each, best of several."""
    from io import BytesIO

    from ruamel.yaml import YAML

    from ikzctl.model.changes import SetValue
    from ikzctl.registry.edit import apply

    content = Path(file).read_bytes()

    def ours() -> None:
        apply(content, [SetValue(file, ("source",), "Andere Quelle")])

    def theirs() -> None:
        yaml = YAML()
        data = yaml.load(content)
        data["source"] = "Andere Quelle"
        yaml.dump(data, BytesIO())

    print(_best(ours, 20), _best(theirs, 5))


def join(registry: str, cooperation: str, partner: str, day: str) -> None:
    """Let a partner join as the command does; prints the seconds that committing the finished and checked plan took."""
    from datetime import date

    from ikzctl.actions.membership import plan_to_join
    from ikzctl.actions.proposal import carry_out
    from ikzctl.actions.workspace import Workspace

    workspace = Workspace(Path(registry).resolve())
    begin = date.fromisoformat(day)
    proposal = plan_to_join(workspace, cooperation, partner, begin, tasks=(), as_of=begin)
    if proposal.refusals:
        sys.exit(" ".join(proposal.refusals))
    start = time.perf_counter()
    carry_out(workspace, proposal, lambda: proposal)
    print(time.perf_counter() - start)


def _best(action: Callable[[], None], times: int) -> float:
    action()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    {"events": events, "edit": edit, "join": join}[sys.argv[1]](*sys.argv[2:])
