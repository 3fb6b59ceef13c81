"""What an event says of who asked for a rebuild. It carries no facts: the world is read anew.

Everything in a payload was written by others: whatever is amiss in it, a trigger comes out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from understudy.core.model import Trigger

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 120
"""Characters of an origin."""

Payload = Mapping[str, object]


def trigger_of(event_name: str, payload: Payload, actor: str) -> Trigger:
    """Return the kind of event, and in a few words what happened or who did it."""
    who = actor or _text(payload, "sender", "login")
    tell = _TELLING.get(event_name, _nothing)
    return Trigger(kind=_one_line(event_name), origin=_one_line(tell(payload, who) or who))


# --- what happened; nothing where the payload does not say ---------------------------------------


def _nothing(_: Payload, __: str) -> str:
    return ""


def _pull_request(payload: Payload, who: str) -> str:
    number = _number(payload, "number") or _number(payload, "pull_request", "number")
    action = _text(payload, "action").replace("_", " ").replace("synchronize", "updated")
    if not (number and action):
        return ""
    label = _text(payload, "label", "name") if action in {"labeled", "unlabeled"} else ""
    return f"{number} {action}{f' {label}' if label else ''}{_by(who)}"


def _workflow_run(payload: Payload, _: str) -> str:
    name = _text(payload, "workflow_run", "name") or _text(payload, "workflow", "name")
    return _ended(name, payload, "workflow_run")


def _check_suite(payload: Payload, _: str) -> str:
    return _ended(_text(payload, "check_suite", "app", "name"), payload, "check_suite")


def _check_run(payload: Payload, _: str) -> str:
    return _ended(_text(payload, "check_run", "name"), payload, "check_run")


def _ended(name: str, payload: Payload, what: str) -> str:
    action = _text(payload, "action").replace("_", " ")
    if not (name and action):
        return ""
    conclusion = _text(payload, what, "conclusion").replace("_", " ")
    return f"{name} {action}{f', {conclusion}' if conclusion else ''}"


def _status(payload: Payload, _: str) -> str:
    context, state = _text(payload, "context"), _text(payload, "state")
    return f"{context} {state}" if context and state else ""


def _push(payload: Payload, who: str) -> str:
    ref = _text(payload, "ref").removeprefix("refs/heads/").removeprefix("refs/")
    return f"{ref}{_by(who)}" if ref else ""


def _schedule(payload: Payload, _: str) -> str:
    # GitHub's actor of a schedule is whoever changed the workflow last, not somebody who asked.
    return _text(payload, "schedule")


def _by(who: str) -> str:
    return f" by {who}" if who else ""


_TELLING: dict[str, Callable[[Payload, str], str]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "pull_request_review": _pull_request,
    "workflow_run": _workflow_run,
    "check_suite": _check_suite,
    "check_run": _check_run,
    "status": _status,
    "push": _push,
    "schedule": _schedule,
}

# --- reading what may be anything ----------------------------------------------------------------


def _at(payload: Payload, path: tuple[str, ...]) -> object:
    found: object = payload
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _text(payload: Payload, *path: str) -> str:
    found = _at(payload, path)
    return found.strip() if isinstance(found, str) else ""


def _number(payload: Payload, *path: str) -> str:
    found = _at(payload, path)
    if not isinstance(found, int) or isinstance(found, bool):
        return ""
    return f"#{found}" if 0 < found < _LARGEST else ""


_LARGEST = 10**12
"""No number of a pull request; one of thousands of digits, Python does not even write."""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    line = "".join(c for c in line if unicodedata.category(c) not in _NOT_TEXT)
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


_NOT_TEXT = frozenset({"Cc", "Cs"})
"""Controls, and halves of characters, which no record can be written with."""
