"""Requests to a scripted server, as the transport makes them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.scripted_http import says_json
from understudy.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scripted_http import Scripted

TOKEN = "ghp_never-to-be-seen-4711"  # noqa: S105 - invented
OK = says_json({"fine": True})
ENOUGH = 20.0
"""Seconds in which every test's requests come to an end."""


@contextmanager
def quick_transport() -> Iterator[Transport]:
    """Open a transport that gives up in time."""
    opened = Transport()
    opened.within(ENOUGH)
    try:
        yield opened
    finally:
        opened.close()


def asking(server: Scripted, method: str = "GET", *, repeatable: bool = True) -> Request:
    """Return a request with a token in it; all but GET have a body."""
    return Request(
        method=method,
        url=f"{server.address}/thing",
        headers={"authorization": f"token {TOKEN}"},
        body=b"" if method == "GET" else b"{}",
        repeatable=repeatable,
    )
