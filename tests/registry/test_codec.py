"""What a cache keeps and processes send each other comes back equal, types included; anything else is refused."""

from __future__ import annotations

import json
from datetime import date
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikzctl.checks.records import RECORD_CHECKS
from ikzctl.library.resources import sample_registry_dir
from ikzctl.model.findings import Finding, Pointer, in_order
from ikzctl.model.kinds import BY_NAME, place_of
from ikzctl.registry.codec import _CLASSES, as_json, decode_results, encode_results, parsed_with_findings
from ikzctl.registry.finding_rows import LARGEST, finding_of, finding_row
from ikzctl.registry.pack import FOREIGN
from ikzctl.registry.scan import FileResult, examine, scan
from ikzctl.registry.sources import WorkTree
from tests.checks.small import cases, changed

_TEXT = st.text(max_size=6)
_COUNT = st.integers(0, LARGEST - 1)
_FIELD = st.lists(_TEXT | _COUNT, max_size=3).map(tuple)
_FINDING = st.builds(
    Finding,
    _TEXT,
    st.sampled_from(("error", "warning", "note")),
    st.builds(Pointer, _TEXT, _FIELD, _COUNT, _COUNT),
    _TEXT,
    st.none() | _TEXT,
    st.none() | st.sampled_from(("verified", "partly")),
)


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Anything that a fact of this type may hold."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return st.one_of(*map(values, arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if hasattr(annotation, "_fields"):
        hints = get_type_hints(annotation)
        return st.tuples(*(values(hints[name]) for name in annotation._fields)).map(annotation._make)
    simple = {str: _TEXT, int: st.integers(0, 5), bool: st.booleans(), date: st.dates(), NoneType: st.none()}
    return simple[annotation]


def exact(value: Any) -> Any:
    """A value with all its types, so that 1 and True differ, and a list and a tuple."""
    return repr(value)


@pytest.mark.parametrize("kind", sorted(_CLASSES))
def test_every_fact_that_there_could_be(kind: str):
    path = BY_NAME[kind].path("x", "c")
    place = place_of(path)
    assert place is not None
    references = st.lists(st.tuples(_TEXT, _TEXT, _FIELD), max_size=2)

    @settings(max_examples=25, deadline=None)
    @given(st.none() | values(_CLASSES[kind]), references.map(tuple), st.lists(_FINDING, max_size=2).map(tuple))
    def comes_back(fact: Any, refs: Any, findings: Any) -> None:
        result = FileResult(path, place, fact, refs, findings)
        (back,) = decode_results([path], encode_results([result]))
        assert exact(back) == exact(result)

    comes_back()


def test_there_is_a_class_for_every_kind():
    assert set(_CLASSES) == set(BY_NAME)


def test_the_sample_comes_back():
    source = WorkTree(sample_registry_dir())
    results = list(scan(source, RECORD_CHECKS))
    assert exact(decode_results(source.paths(), encode_results(results))) == exact(results)


def test_words_of_references_are_kept_once():
    """A hundred thousand references name the same few fields and ids; each by itself they were a third of all memory."""
    found = list(scan(WorkTree(sample_registry_dir())))
    back = decode_results([result.path for result in found], encode_results(found))
    words = [word for result in back for kind, id, path in result.references for word in (kind, id, *path)]
    texts = [word for word in words if isinstance(word, str)]
    assert len({id(text) for text in texts}) == len(set(texts)) < len(texts)
    paths = [path for result in back for _, _, path in result.references]
    assert len({id(path) for path in paths}) == len(set(paths)) < len(paths)


def _back(path: str, *texts: bytes) -> list[Any]:
    """What several processes make of these contents, put together in one."""
    return [decode_results([path], encode_results([examine(path, text, RECORD_CHECKS)]))[0] for text in texts]


def test_what_pools_and_plans_have_in_common_is_kept_once():
    texts = {path: (sample_registry_dir() / path).read_bytes() for path in WorkTree(sample_registry_dir()).paths()}
    pools = [(path, text) for path, text in texts.items() if "/pools/" in path]
    for path, text in pools:
        one, two = (found.fact.positions for found in _back(path, text, text))
        assert one
        assert all(a.tasks is b.tasks and a.roles is b.roles and a.id is b.id for a, b in zip(one, two, strict=True))
    plans = [(path, text) for path, text in texts.items() if path.endswith("/cooperation.yaml")]
    for path, text in plans:
        one, two = (found.fact for found in _back(path, text, text))
        assert one.milestones is two.milestones
        assert one.questions is two.questions
        assert one.tasks is two.tasks
    assert pools
    assert plans


def test_what_findings_have_in_common_is_kept_once():
    one, two = (found.findings for found in _back("tasks/x.yaml", b"id: x\nfarbe: rot\n", b"id: x\nfarbe: blau\n"))
    assert one == two
    assert all(a.message is b.message and a.pointer.field is b.pointer.field for a, b in zip(one, two, strict=True))


def test_every_known_fault_comes_back():
    for case in cases():
        texts = changed(case.change)
        for path in {change["file"] for change in case.change} & texts.keys():
            if place_of(path):
                result = examine(path, texts[path].encode(), RECORD_CHECKS)
                assert exact(decode_results([path], encode_results([result]))) == exact([result])


@pytest.mark.parametrize(
    "text",
    [
        b'id: "\\ud800"\nname: "\\udfff\\ud800"\n',
        b'id: x\n"a\\ud800b": 1\n',
        b'id: x\nholders:\n  - "\\udfff"\n"\\ud800": 1\n"\\ud800": 2\n',
    ],
)
def test_half_of_a_pair_of_surrogates_reaches_no_finding(text: bytes):
    result = examine("tasks/x.yaml", text, RECORD_CHECKS)
    assert any("U+D800" in f.message or "U+DFFF" in f.message for f in result.findings)
    assert exact(decode_results(["tasks/x.yaml"], encode_results([result]))) == exact([result])


FOREIGN_TEXTS = [
    b"",
    b"{}",
    b"null",
    b"[]",
    b"[1]",
    b"[null]",
    b'["abc"]',
    b"[[1,2]]",
    b"[[null,[],[]],[null,[],[]]]",
    b"[[5,[],[]]]",
    b"[[{},[],[]]]",
    b"[[[1,2,3],[],[]]]",
    b"[[null,[1],[]]]",
    b"[[null,[],[[1,2,3]]]]",
    b'[[null,[],[["C","fatal","f",[],1,1,"m",null,null]]]]',
    b'[[null,[],[["C","error","f",[],"1",1,"m",null,null]]]]',
    b'[[null,[],[["C","error",5,[],1,1,"m",null,null]]]]',
    b'[[null,[],[["C","error","f",[1.5],1,1,"m",null,null]]]]',
    b'[[null,[],[["C",["error"],"f",[],1,1,"m",null,null]]]]',
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b"9" * 5000,
]


@pytest.mark.parametrize("text", FOREIGN_TEXTS, ids=lambda text: text[:50])
def test_foreign_texts_are_refused(text: bytes):
    with pytest.raises(FOREIGN):
        decode_results(["tasks/x.yaml"], text)


def test_a_path_without_a_place_is_refused():
    with pytest.raises(FOREIGN):
        decode_results(["somewhere/x.yaml"], b"[[null,[],[]]]")


@settings(deadline=None)
@given(_FINDING)
def test_findings_as_rows(finding: Finding):
    assert exact(finding_of(json.loads(json.dumps(finding_row(finding))))) == exact(finding)


@given(st.lists(_FINDING, max_size=8))
def test_findings_of_a_result_are_made_one_by_one(found: list[Finding]):
    rows = [finding_row(finding) for finding in found]
    result = {"files": 3, "cooperations": "a b", "findings": rows, "blobs": {"x": "y"}}
    parsed = parsed_with_findings(as_json(result))
    lazy = parsed.pop("findings")
    assert parsed == {"files": 3, "cooperations": "a b", "blobs": {"x": "y"}}
    assert len(lazy) == len(found)
    assert [finding_of(row) for row in lazy] == found
    assert [finding_of(row) for row in lazy[2:5]] == found[2:5]


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"files":1,"cooperations":"","findings":1,"blobs":{}}', b'{"findings":[{}']
)
def test_what_is_no_result(text: bytes):
    with pytest.raises(FOREIGN):
        parsed_with_findings(text)


@given(st.lists(_FINDING, max_size=12))
def test_findings_come_in_one_order_and_once(found: list[Finding]):
    assert list(in_order(found)) == sorted(set(found), key=lambda finding: finding.sort_key)
    assert in_order(found) == in_order(reversed(found))
