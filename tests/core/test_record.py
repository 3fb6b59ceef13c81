from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.render import samples
from understudy.core.decisions import Finding
from understudy.core.errors import UnderstudyError
from understudy.core.model import (
    CheckState,
    ConflictKind,
    Reason,
    ToolIdentity,
    TreeSha,
    Trigger,
)
from understudy.core.record import (
    BaseLine,
    CheckLine,
    ConflictLine,
    DecisionWord,
    Hold,
    LineState,
    Record,
    Timings,
    from_json,
    json_schema,
    says_the_same,
    to_json,
)

CONFLICTED = samples.line(
    14,
    LineState.CONFLICTED,
    reason=Reason.CONFLICTS_WITH_PULL_REQUEST,
    detail="conflicts with #12 in a",
    conflicts=(
        ConflictLine(path="a", kind=ConflictKind.ADD_ADD, with_=(12,)),
        ConflictLine(path="b", kind=ConflictKind.CONTENT),
    ),
    checks=(CheckLine(name="lint", state=CheckState.PASSED, source="ci", url="https://x"),),
    url="https://host/14",
)
INCLUDED = samples.line(
    12,
    LineState.INCLUDED,
    merge_commit=samples.commit("c"),
    tree=TreeSha("d" * 40),
    pinned=("p/x",),
    reason=Reason.PINNED,
)
FULL = Record(
    serial=7,
    stage="staging",
    branch="staging",
    at="2026-01-01T00:00:00+00:00",
    trigger=Trigger(kind="webhook", origin="push by ada"),
    tool=ToolIdentity(understudy="1", git="2.39.5"),
    base=BaseLine(branch="master", sha=samples.commit("b"), tree=TreeSha("e" * 40)),
    previous=6,
    candidate=samples.revision("c", "d"),
    published=samples.revision("c", "d"),
    decision=DecisionWord.PUBLISHED,
    hold=Hold(serial=5, since="2026-01-01T00:00:00+00:00", by="ada"),
    pin=("p/**",),
    order=(12, 14),
    pull_requests=(INCLUDED, CONFLICTED),
    findings=(Finding(rule="r", subject="s", message="m", remedy="do"),),
    timings=Timings(total_ms=12, phases={"merge": 3}),
)
SMALL = replace(
    FULL, candidate=None, published=None, previous=None, hold=None, pull_requests=(), findings=()
)


def test_json_comes_back_as_it_went() -> None:
    for record in (FULL, SMALL):
        assert from_json(to_json(record)) == record


def test_json_is_readable_text_that_ends_in_one_newline() -> None:
    text = to_json(FULL)
    assert text.startswith(b'{\n "schema": 1,\n "serial": 7,\n')
    assert text.endswith(b"}\n")


def test_the_words_others_rely_on_stay() -> None:
    plain = json.loads(to_json(FULL))
    assert plain["decision"] == "published"
    assert plain["trigger"] == {"kind": "webhook", "origin": "push by ada"}
    assert plain["base"]["branch"] == "master"
    assert plain["candidate"] == {"commit": "c" * 40, "tree": "d" * 40}
    first, second = plain["pull_requests"]
    assert (first["number"], first["state"], first["merge_commit"]) == (12, "included", "c" * 40)
    assert second["reason"] == "conflicts-with-pull-request"
    assert second["conflicts"] == [
        {"path": "a", "kind": "add/add", "with": [12]},
        {"path": "b", "kind": "content", "with": []},
    ]
    assert [word.value for word in DecisionWord] == [
        "published",
        "unchanged",
        "withheld",
        "refused",
        "dry-run",
    ]
    assert {state.value for state in LineState} == {
        "included",
        "contained",
        "waiting",
        "excluded",
        "conflicted",
        "evicted",
    }


def edited(**changes: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps({**json.loads(to_json(FULL)), **changes}).encode()


def test_unknown_keys_are_passed_over_wherever_they_are() -> None:
    plain = json.loads(to_json(FULL))
    for part in (plain, plain["trigger"], plain["base"], plain["tool"], plain["timings"]):
        part["new"] = {"any": "thing"}
    for part in (*plain["pull_requests"], *plain["findings"]):
        part["new"] = 1
    plain["pull_requests"][1]["conflicts"][0]["new"] = 1
    assert from_json(json.dumps(plain).encode()) == FULL


@pytest.mark.parametrize(
    "changes", [{}, {"decision": "postponed"}, {"pull_requests": {"as": "a mapping"}}], ids=str
)
def test_a_newer_schema_is_refused_with_the_right_advice(changes: dict[str, Any]) -> None:
    with pytest.raises(UnderstudyError, match="schema 2") as caught:
        from_json(edited(schema=2, **changes))
    assert caught.value.hint == "Update understudy to the version that wrote it."


@pytest.mark.parametrize(
    "data",
    [b"", b"rubbish", b"[]", b"{}", b"\xff", edited(serial="seven"), edited(decision="maybe")],
)
def test_what_is_no_record_is_refused_with_the_way_out(data: bytes) -> None:
    with pytest.raises(UnderstudyError, match="cannot be read") as caught:
        from_json(data)
    assert "refs/understudy/<stage>" in caught.value.hint


@given(title=st.text(), path=st.text(), number=st.integers(min_value=0, max_value=1 << 40))
def test_any_text_survives(title: str, path: str, number: int) -> None:
    line = replace(CONFLICTED, title=title, number=number, pinned=(path,))
    record = replace(FULL, pull_requests=(line,))
    assert from_json(to_json(record)) == record


def test_a_real_record_keeps_to_the_schema_that_is_shipped() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for record in (FULL, SMALL):
        validator.validate(json.loads(to_json(record)))
    assert not validator.is_valid({**json.loads(to_json(FULL)), "decision": "maybe"})
    assert not validator.is_valid({"schema": 1})


def test_incumbents_are_those_whose_content_is_there() -> None:
    states = [(number, state) for number, state in enumerate(LineState, 1)]
    record = replace(
        FULL, pull_requests=tuple(samples.line(number, state) for number, state in states)
    )
    expected = {n for n, s in states if s in {LineState.INCLUDED, LineState.CONTAINED}}
    assert record.incumbents() == expected
    assert record.line(1) == record.pull_requests[0]
    assert record.line(99) is None


OTHER = samples.revision("f", "f")
SAME: dict[str, dict[str, Any]] = {
    "nothing": {},
    "serial": {"serial": 99, "previous": 98},
    "time": {"at": "2027-01-01T00:00:00+00:00"},
    "timings": {"timings": Timings(total_ms=1)},
    "who asked": {"trigger": Trigger(kind="schedule")},
    "published, then unchanged": {"decision": DecisionWord.UNCHANGED},
}
NOT_THE_SAME: dict[str, dict[str, Any]] = {
    "base": {"base": BaseLine(branch="master", sha=samples.commit("9"))},
    "candidate": {"candidate": OTHER},
    "published": {"published": OTHER},
    "decision": {"decision": DecisionWord.WITHHELD},
    "hold": {"hold": None},
    "pins": {"pin": ()},
    "order": {"order": (14, 12)},
    "membership, trap 23": {"pull_requests": (INCLUDED,)},
    "a newcomer that conflicts, trap 24": {
        "pull_requests": (INCLUDED, CONFLICTED, replace(CONFLICTED, number=15))
    },
    "a title": {"pull_requests": (replace(INCLUDED, title="x"), CONFLICTED)},
    "findings": {"findings": ()},
    "tool": {"tool": ToolIdentity(understudy="2", git="2.39.5")},
}


@pytest.mark.parametrize("case", SAME)
def test_times_and_occasions_are_no_news(case: str) -> None:
    assert says_the_same(FULL, replace(FULL, **SAME[case]))


@pytest.mark.parametrize("case", NOT_THE_SAME)
def test_everything_else_is_news(case: str) -> None:
    assert not says_the_same(FULL, replace(FULL, **NOT_THE_SAME[case]))


def test_the_table_of_what_is_news_covers_every_key() -> None:
    keys = {key for case in (*SAME.values(), *NOT_THE_SAME.values()) for key in case}
    fixed = {"schema", "stage", "branch"}
    assert {field.name for field in msgspec.structs.fields(Record)} - fixed == keys
