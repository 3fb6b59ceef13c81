from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.checks import STATES
from understudy.core.errors import UsageError
from understudy.core.flux_statuses import Told
from understudy.core.model import Check, CheckState, ChecksUnreadable
from understudy.forges.marks import checks_in, encode_marks, told_in

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_mark_is_one_line_that_says_what_when_and_where() -> None:
    text = encode_marks([("lint", "Success")], source="ci", url="https://ci/1", at=NOON)

    assert text.count("\n") == 1
    assert json.loads(text) == {
        "name": "lint",
        "state": "success",
        "source": "ci",
        "url": "https://ci/1",
        "at": "2026-01-31T12:00:00+00:00",
    }


def test_the_last_line_for_a_check_wins() -> None:
    lines = [
        encode_marks([("lint", "failure")], source="a", url=None, at=NOON),
        encode_marks([("lint", "pending")], source="b", url=None, at=NOON),
        encode_marks([("lint", "success")], source="a", url=None, at=NOON),
    ]
    assert checks_in("\n".join(lines).encode()) == (
        Check(name="lint", source="a", state=CheckState.PASSED),
        Check(name="lint", source="b", state=CheckState.PENDING),
    )


def test_a_state_that_nobody_knows_is_not_written() -> None:
    with pytest.raises(UsageError, match="Did you mean `success`"):
        encode_marks([("lint", "sucess")], source="", url=None, at=NOON)


GOOD = b'{"name": "lint", "state": "success"}\n'


@pytest.mark.parametrize(
    "line",
    [
        b"lint=success",
        b"{}",
        b'{"name": "lint"}',
        b'{"name": "", "state": "success"}',
        b'{"name": "lint", "state": true}',
        b'{"name": "lint", "state": "success"',
        b'{"name": "\xff", "state": "success"}',
        b'["lint", "success"]',
        b'{"name": "lint", "state": "success", "x": ' + b"[" * 100_000,
    ],
    ids=["pair", "empty", "no state", "no name", "truth", "cut", "no UTF-8", "list", "deep"],
)
def test_a_line_that_cannot_be_read_is_never_no_checks_trap_01(line: bytes) -> None:
    found = checks_in(GOOD + b"\n" + line)
    assert isinstance(found, ChecksUnreadable)
    assert "line 3" in found.why


def test_a_later_version_may_say_more() -> None:
    note = b'{"name": "lint", "state": "success", "later": [1]}'
    assert checks_in(note) == (Check(name="lint", state=CheckState.PASSED),)


@given(
    name=st.text(min_size=1).filter(lambda text: text.isprintable() or "\ud800" not in text),
    state=st.sampled_from(sorted(STATES)),
)
def test_what_is_written_is_read_whatever_the_name(name: str, state: str) -> None:
    note = encode_marks([(name, state)], source="", url=None, at=NOON).encode()
    assert checks_in(note) == (Check(name=name, state=STATES[state]),)


def test_the_last_mark_of_a_name_is_what_was_told() -> None:
    name = "kustomization/apps-staging"
    lines = [encode_marks([(name, word)], source=word, url=None, at=NOON) for word in STATES]
    bare = '{"name": "a", "state": "success"}\n{"name": "b", "state": "success", "at": "noon"}'

    assert told_in("".join(lines).encode()) == (Told(name=name, word=list(STATES)[-1], at=NOON),)
    assert told_in(bare.encode()) == (
        Told(name="a", word="success"),
        Told(name="b", word="success"),
    )
    assert told_in(b"lint=success") == ()


@given(st.binary(max_size=200))
def test_any_note_can_be_looked_at(note: bytes) -> None:
    checks_in(note)
    told_in(note)
