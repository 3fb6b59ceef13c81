"""Whether an event starts a workflow: its `on:` with the filters of each event. Runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_TYPES = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
BOT = "github-actions[bot]"
"""Who sends what the token of a job causes. It starts workflows only by asking for one by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, as a webhook tells it."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> str:
        """Return who caused it."""
        return str(self.payload.get("sender", {}).get("login", "nobody"))


def starts(workflow: Mapping[str, Any], event: Event) -> bool:
    """Tell whether GitHub would start this workflow."""
    events = events_of(workflow)
    if event.name not in events or _is_silent(event):
        return False
    wanted = events[event.name] or {}
    if event.name in {"schedule", "workflow_dispatch"}:
        return True
    types = wanted.get("types", DEFAULT_TYPES.get(event.name))
    if types is not None and event.payload.get("action") not in types:
        return False
    named = wanted.get("workflows")
    if named is not None and event.payload["workflow"]["name"] not in named:
        return False
    return _branch_fits(wanted, _branch(event))


def events_of(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """Return the events of `on:` with their filters."""
    on = workflow["on"]
    if isinstance(on, str):
        return {on: None}
    return dict.fromkeys(on) if isinstance(on, list) else dict(on)


def _is_silent(event: Event) -> bool:
    """Tell of events that GitHub keeps to itself, lest workflows start each other for ever."""
    if event.name in {"check_suite", "check_run"}:
        app: Any = event.payload[event.name]["app"]
        return bool(app.get("slug") == "github-actions")
    return event.name not in {"workflow_dispatch", "workflow_run"} and event.actor == BOT


def _branch(event: Event) -> str | None:
    if event.name == "push":
        ref = str(event.payload["ref"])
        return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None
    if event.name.startswith("pull_request"):
        return str(event.payload["pull_request"]["base"]["ref"])
    if event.name == "workflow_run":
        return str(event.payload["workflow_run"]["head_branch"])
    return None


def _branch_fits(wanted: Mapping[str, Any], branch: str | None) -> bool:
    if "branches" in wanted:
        return branch is not None and any(_matches(each, branch) for each in wanted["branches"])
    ignored = wanted.get("branches-ignore", ())
    return not any(branch is not None and _matches(each, branch) for each in ignored)


def _matches(pattern: str, branch: str) -> bool:
    # https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions
    pieces = re.findall(r"\\.|\*\*|.", pattern)
    special = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    whole = "".join(special.get(piece) or re.escape(piece.removeprefix("\\")) for piece in pieces)
    return re.fullmatch(whole, branch) is not None
