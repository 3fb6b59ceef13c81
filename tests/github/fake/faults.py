"""What goes wrong on demand, and which requests it hits."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from tests.github.fake.messages import Group, Reply, refusal, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github.fake.messages import Request

Kind = Literal[
    "500",
    "502",
    "503",
    "504",
    "429",
    "primary-limit",
    "secondary-limit",
    "slow",
    "cut-before",
    "cut-during",
    "cut-after",
    "graphql-partial",
    "graphql-error",
    "graphql-rate-limited",
    "empty-page",
    "truncated-json",
    "html-page",
    "ref-moved",
    "refused-push",
]
On = Group | Literal["api", "git", "any"]
GROUPS = frozenset(get_args(Group))
SETS: dict[str, frozenset[str]] = {
    "api": frozenset({"graphql", "rest-read", "rest-write"}),
    "git": frozenset({"git-read", "git-push-start", "git-push"}),
    "any": GROUPS,
    **{group: frozenset({group}) for group in GROUPS},
}
USUAL: dict[str, On] = {
    "graphql-partial": "graphql",
    "graphql-error": "graphql",
    "graphql-rate-limited": "graphql",
    "empty-page": "graphql",
    "ref-moved": "git-push",
    "refused-push": "git-push",
}
SOMETHING_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it "
    "could be a GitHub bug. Please include `C0DE:1234` when reporting this issue."
)
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
A_PAGE = b"<!DOCTYPE html><html><head><title>Unicorn!</title></head><body>...</body></html>"
FIRST_ROLLUP = (
    *("repository", "pullRequests", "nodes", 0),
    *("commits", "nodes", 0, "commit", "statusCheckRollup"),
)


class CutError(Exception):
    """The connection ends here: without an answer, or in the middle of the one in `sent`."""

    def __init__(self, sent: Reply | None = None) -> None:
        super().__init__("cut")
        self.sent = sent


@dataclass
class Fault:
    """One thing that goes wrong `times` times, after `after` requests that it lets pass."""

    kind: Kind
    hits: Callable[[Request], bool]
    times: int
    after: int
    details: dict[str, Any] = field(default_factory=dict)

    def before(self) -> Reply | None:
        """Return what is answered at once; None: the request is served.

        Raises:
            CutError: the connection is cut before anything took effect.
        """
        if self.kind == "cut-before":
            raise CutError
        if self.kind == "slow":
            time.sleep(self.details.get("seconds", 1))
        if self.kind in {"500", "502", "503", "504"}:
            return Reply(status=int(self.kind), headers={"Content-Type": "text/html"}, body=A_PAGE)
        if self.kind == "html-page":
            return Reply(headers={"Content-Type": "text/html"}, body=A_PAGE)
        return self._limited()

    def afterwards(self, reply: Reply) -> Reply:
        """Return what is answered instead, now that the request took effect.

        Raises:
            CutError: the connection is cut.
        """
        if self.kind == "cut-after":
            raise CutError
        if self.kind == "cut-during":
            raise CutError(reply)
        if self.kind == "truncated-json":
            reply.body = reply.body[: len(reply.body) // 2]
        if self.kind == "graphql-partial":
            document = json.loads(reply.body)
            path = self.details.get("path", FIRST_ROLLUP)
            _forget(document["data"], path)
            error = {"path": list(path), "message": SOMETHING_WRONG}
            document["errors"] = [*document.get("errors", ()), error]
            reply.body = json.dumps(document).encode()
        return reply

    def _limited(self) -> Reply | None:
        """Return the answers that ask to come back later."""
        wait = self.details.get("retry_after", 1)
        later = {} if wait is None else {"Retry_After": str(wait)}
        spent = {
            "X_RateLimit_Remaining": "0",
            "X_RateLimit_Reset": str(int(time.time()) + self.details.get("reset_in", 2)),
        }
        if self.kind == "429":
            return refusal(429, SECONDARY, **later)
        if self.kind == "secondary-limit":
            return refusal(403, SECONDARY, **later)
        if self.kind == "primary-limit":
            return refusal(403, "API rate limit exceeded for installation ID 777.", **spent)
        if self.kind == "graphql-rate-limited":
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
            return reply_json(200, {"errors": [error]}, **spent)
        if self.kind == "graphql-error":
            return reply_json(200, {"data": None, "errors": [{"message": SOMETHING_WRONG}]})
        return None


class Faults:
    """All that is still to go wrong, in the order in which it was asked for."""

    def __init__(self) -> None:
        """Let nothing go wrong."""
        self._waiting: list[Fault] = []

    def add(
        self,
        kind: Kind,
        *,
        on: On | Callable[[Request], bool] | None = None,
        times: int = 1,
        after: int = 0,
        **details: object,
    ) -> None:
        """Let the next requests that match go wrong; each request is hit by one fault at most."""
        assert kind in get_args(Kind), f"There is no fault {kind!r}."
        where = on or USUAL.get(kind, "any")
        hits = where if callable(where) else _in_group(SETS[where])
        self._waiting.append(Fault(kind, hits, times, after, details))

    def take(self, request: Request) -> Fault | None:
        """Return what goes wrong with this request."""
        for fault in self._waiting:
            if not fault.hits(request):
                continue
            if fault.after:
                fault.after -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self._waiting.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    @property
    def left(self) -> list[str]:
        """Return the kinds that did not happen yet."""
        return [fault.kind for fault in self._waiting]


def _in_group(groups: frozenset[str]) -> Callable[[Request], bool]:
    return lambda request: request.group in groups


def _forget(data: Any, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - any document
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = None
