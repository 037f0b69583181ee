"""How long and how much memory damaged files take: `python -m benchmarks.damaged [COUNT] [FIRST]`.

Damages the sample's files as tests/registry/damage.py does, takes each through all that `validate` does with one file, and every
hundredth through the checks over the whole registry. Prints the slowest file, the largest amount of memory, and what broke a law.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter

from tests.registry.damage import damaged, judge


def main(count: int, first: int) -> None:
    judge(first, both=True, whole=True)
    kinds: Counter[str] = Counter()
    slowest = {False: (0.0, first), True: (0.0, first)}
    began = time.process_time()
    for seed in range(first, first + count):
        whole = seed % 100 == 0
        start = time.process_time()
        try:
            kinds[judge(seed, both=seed % 10 == 0, whole=whole)] += 1
        except Exception as fault:
            kinds[f"broken law ({type(fault).__name__})"] += 1
            print(f"{seed}: {str(fault)[:500]}", flush=True)
        slowest[whole] = max(slowest[whole], (time.process_time() - start, seed))
    print(f"{count} files, {time.process_time() - began:.0f} s: {dict(kinds)}")
    for whole, (seconds, seed) in slowest.items():
        path, content = damaged(seed)
        what = "with the whole registry" if whole else "alone"
        print(f"slowest {what}: {seconds:.3f} s (seed {seed}, {path}, {len(content)} bytes)")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [4_000, 0][len(numbers) :]))
