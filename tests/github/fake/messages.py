"""Requests and answers on their way through the fake."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from tests.github.fake.faults import Fault

Group = Literal["graphql", "rest-read", "rest-write", "git-read", "git-push-start", "git-push"]
"""`git-push-start` is what comes before a push: the refs, and a probe without content."""

DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `path` has no query in it; `operation` is the name of a GraphQL query."""

    method: str
    path: str
    query: str
    headers: Message[str, str]
    body: bytes
    group: Group
    operation: str | None = None
    writes: bool = False
    fault: Fault | None = None

    def authorization(self) -> tuple[str, str]:
        """Return the scheme, in lower case, and what it carries."""
        scheme, _, carried = self.headers.get("Authorization", "").partition(" ")
        return scheme.lower(), carried.strip()


@dataclass(kw_only=True)
class Reply:
    """One answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __or__(self, headers: Mapping[str, str]) -> Reply:
        """Return the answer with more headers; its own stay."""
        return Reply(status=self.status, headers={**headers, **self.headers}, body=self.body)

    @property
    def document(self) -> object:
        """Return the body as plain values."""
        return json.loads(self.body)


class Seen(NamedTuple):
    """What the log keeps of a request. Status 0: the connection was cut without an answer."""

    method: str
    path: str
    kind: Literal["read", "write"]
    status: int
    operation: str | None
    group: Group


def reply_json(status: int, document: object, **headers: str) -> Reply:
    """Answer with a document."""
    kind = {"Content-Type": "application/json; charset=utf-8"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers={**kind, **named}, body=json.dumps(document).encode())


def refusal(status: int, message: str, *, errors: object = None, **headers: str) -> Reply:
    """Answer as GitHub does when it does not do what was asked."""
    document: dict[str, object] = {"message": message}
    if errors is not None:
        document["errors"] = errors
    document |= {"documentation_url": DOCUMENTATION, "status": str(status)}
    return reply_json(status, document, **headers)


def plain(status: int, text: str, **headers: str) -> Reply:
    """Answer with text; git shows it to people line by line."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    return Reply(status=status, headers={**kind, **named}, body=text.encode())
