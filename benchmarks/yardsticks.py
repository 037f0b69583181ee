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


def _best(action: Callable[[], None], times: int) -> float:
    action()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    {"events": events, "edit": edit}[sys.argv[1]](sys.argv[2])
