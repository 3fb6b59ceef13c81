from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.github.fake.schema import NODE_MODULES
from understudy.core.model import Trigger
from understudy.forges.github.events import LONGEST, trigger_of

EXAMPLES = NODE_MODULES / "@octokit/webhooks-examples/api.github.com/index.json"


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Return GitHub's own examples of every event; their absence is a failure, not a skip."""
    events = json.loads(EXAMPLES.read_bytes())
    return [(event["name"], payload) for event in events for payload in event["examples"]]


SHAPES = {
    "check_run": r".+ (created|completed|requested action|rerequested)(, [a-z ]+)?",
    "check_suite": r".+ (completed|requested|rerequested)(, [a-z ]+)?",
    "pull_request": r"#\d+ [a-z ]+ by \S+",
    "pull_request_review": r"#\d+ [a-z ]+ by \S+",
    "push": r"\S+ by \S+",
    "status": r"\S+ (success|pending|failure|error)",
    "workflow_run": r".+ (completed|requested|in progress)(, [a-z ]+)?",
}


def test_every_example_of_github_says_who_or_what_asked() -> None:
    events = examples()
    assert {name for name, _ in events} >= {*SHAPES, "workflow_dispatch", "issues", "repository"}
    assert len(events) > 300

    for name, payload in events:
        trigger = trigger_of(name, payload, "ada")
        assert trigger.kind == name
        assert re.fullmatch(SHAPES.get(name, "ada"), trigger.origin), (name, trigger.origin)
        assert len(trigger.origin) <= LONGEST


PULL_REQUEST = {"action": "opened", "number": 12, "pull_request": {"number": 12}}
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("pull_request_target", PULL_REQUEST, "#12 opened by ada"),
    ("pull_request_target", {**PULL_REQUEST, "action": "synchronize"}, "#12 updated by ada"),
    (
        "pull_request_target",
        {**PULL_REQUEST, "action": "labeled", "label": {"name": "no-stage"}},
        "#12 labeled no-stage by ada",
    ),
    (
        "pull_request_target",
        {**PULL_REQUEST, "action": "closed", "label": {"name": "no-stage"}},
        "#12 closed by ada",
    ),
    (
        "workflow_run",
        {"action": "completed", "workflow_run": {"name": "CI", "conclusion": "timed_out"}},
        "CI completed, timed out",
    ),
    (
        "workflow_run",
        {"action": "completed", "workflow_run": {"conclusion": None}, "workflow": {"name": "CI"}},
        "CI completed",
    ),
    (
        "check_suite",
        {"action": "completed", "check_suite": {"app": {"name": "CI"}, "conclusion": "success"}},
        "CI completed, success",
    ),
    ("status", {"context": "ci/x", "state": "success"}, "ci/x success"),
    ("push", {"ref": "refs/heads/master"}, "master by ada"),
    ("schedule", {"schedule": "17 * * * *"}, "17 * * * *"),
    ("workflow_dispatch", {"ref": "refs/heads/master", "inputs": None}, "ada"),
    ("tomorrows_event", {"action": "done"}, "ada"),
]


@pytest.mark.parametrize(("event", "payload", "origin"), SAID)
def test_a_trigger_says_in_a_few_words_what_happened(
    event: str, payload: dict[str, Any], origin: str
) -> None:
    assert trigger_of(event, payload, "ada") == Trigger(kind=event, origin=origin)


MALFORMED: list[dict[str, Any]] = [
    {},
    {"action": "opened"},
    {"action": 5, "number": 12},
    {"action": "opened", "number": "12; rm"},
    {"action": "opened", "number": True},
    {"action": "opened", "number": -1},
    {"action": "opened", "number": 10**5000},
    {"action": "opened", "pull_request": [12]},
    {"action": "completed", "workflow_run": "CI", "check_suite": 1, "check_run": []},
    {"context": None, "state": "success"},
    {"ref": {"a": 1}},
    {"schedule": 17},
]


@pytest.mark.parametrize("event", [*SHAPES, "pull_request_target", "schedule"])
def test_a_malformed_payload_leaves_kind_and_actor(event: str) -> None:
    for payload in MALFORMED:
        assert trigger_of(event, payload, "ada") == Trigger(kind=event, origin="ada")


def test_the_sender_stands_in_for_an_actor_that_is_not_told() -> None:
    payload = {"ref": "refs/heads/master", "sender": {"login": "grace"}}
    assert trigger_of("push", payload, "").origin == "master by grace"
    assert trigger_of("push", {"ref": "refs/tags/v1"}, "").origin == "tags/v1"
    assert trigger_of("push", {}, "") == Trigger(kind="push", origin="")


def test_text_of_others_becomes_one_short_line() -> None:
    hostile = "a\x1b[31m\r\n::error::b\x00\ud800 " + "c" * 500
    trigger = trigger_of("status", {"context": hostile, "state": "success"}, "ada")

    assert trigger.origin.startswith("a[31m ::error::b ccc")
    assert trigger.origin.endswith("c…")
    assert len(trigger.origin) == LONGEST


KEYS = st.sampled_from([
    "action", "number", "pull_request", "label", "name", "workflow_run", "workflow", "conclusion",
    "check_suite", "app", "check_run", "context", "state", "ref", "schedule", "sender", "login",
])  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=12,
)


@given(st.sampled_from([*SHAPES, "schedule", "watch"]), st.dictionaries(KEYS, ANY_JSON))
def test_whatever_a_payload_holds_a_trigger_that_can_be_recorded_comes_out(
    event: str, payload: dict[str, Any]
) -> None:
    trigger = trigger_of(event, payload, "ada")

    assert trigger.kind == event
    assert len(trigger.origin) <= LONGEST
    assert "\n" not in trigger.origin
    trigger.origin.encode()  # what it cannot be written with would fail the rebuild
