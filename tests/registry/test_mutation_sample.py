"""The sample's own files damaged by thousands: whatever validate finds, it says where, with both parsers alike, and nothing breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ikzctl.model.kinds import KINDS, place_of
from tests.registry.damage import damaged, judge, originals

NORMAL = 2_000
LONG = 100_000
MOST_MEMORY = 300


def _judged(seeds: range) -> Counter[str]:
    return Counter(judge(seed, both=seed % 4 == 0, whole=seed % 50 == 0) for seed in seeds)


def test_damaged_files_of_the_sample(capfd):
    kinds = _judged(range(NORMAL))
    assert kinds["refused"] > NORMAL // 4
    assert kinds["clean"] + kinds["read"] > NORMAL // 5
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_damaged_files_of_the_sample_many(capfd):
    assert _judged(range(NORMAL, NORMAL + LONG)).total() == LONG
    assert capfd.readouterr() == ("", "")


def test_every_kind_of_record_is_damaged():
    kinds = {place.kind.name for path in originals() if (place := place_of(path)) is not None}
    assert kinds >= {kind.name for kind in KINDS} - {"suspension"}, "the sample holds no suspension"
    assert {damaged(seed).path for seed in range(NORMAL)} == set(originals())


# what is made to grow: aliases, merge keys, brackets, events, keys of the same name, findings, quotes, one long text
BOMBS = {
    "aliases": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
    "merges": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n}\n  <<: [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
    **{f"deep {sign}": sign * 100_000 for sign in ("[", "{a: ", "- ", "? ", "{[")},
    "deep indentation": "".join(" " * n + "a:\n" for n in range(700)),
    "keys": "".join(f"k{n}: 1\n" for n in range(9_990)),
    "equal keys": "k: 1\n" * 9_990,
    "items": "id: speyer\ncontacts:\n" + "- {function: IT, mail: a.b@c.de}\n" * 2_400,
    "documents": "---\n" * 60_000,
    "quotes": "id: '" + "''" * 100_000 + "'\n",
    "escapes": 'id: "' + "\\u202e" * 9_000 + '"\n',
    "marks": 'id: "' + "{{" * 4_900 + '"\n',
    "tags": "! " * 100_000,
    "anchors": "&a " * 80_000,
    "blanks": " " * 250_000 + "a: b",
    "lines": "\n" * 250_000 + "a: b",
    "tabs": "\t" * 250_000,
    "signs": "\u202e" * 80_000,
    "text": "id: " + "a " * 120_000,
    "bars": "# " + "|" * 250_000 + "{\n",
    "folds": "# " + ">" * 250_000 + "{\n",
    "bars and lines": "# |\n\n" * 50_000 + "{",
    "blanks in lines": (" " * 9_990 + "? x\n") * 25,
    "blanks before signs": ("a:" + " " * 4_990 + "x" + " " * 4_990 + ": y\n") * 25,
}
_MEASURE = """
import json, re, signal, sys
from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.registry.scan import examine
from tests.registry.damage import judge
found = {}
for name, text in json.load(sys.stdin).items():
    # the process ends if one takes so long; no machine is five times as slow as is allowed
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    result = examine("partners/speyer.yaml", text.encode(), RECORD_CHECKS)
    found[name] = [len(result.findings), sum(len(f.message) for f in result.findings)]
signal.setitimer(signal.ITIMER_VIRTUAL, 0)
for seed in range(200):
    judge(seed, both=True, whole=seed % 50 == 0)
# not ru_maxrss, which starts with what the test runner held when it started this process
most = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
json.dump([found, int(most[1]) / 1024], sys.stdout)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is asked for as on Linux")
def test_bombs_and_damage_stay_small_in_memory_and_in_words():
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE],
        input=json.dumps(BOMBS),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found, megabytes = json.loads(done.stdout)
    assert set(found) == set(BOMBS)
    for name, (findings, letters) in found.items():
        assert 1 <= findings <= 202, name
        assert letters < 100_000, name
    assert megabytes < MOST_MEMORY
