"""GitHub as our client asks it, for tests that look at one part of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.forges.github.auth import GivenToken
from understudy.forges.github.client import GitHub
from understudy.forges.github.limits import told_to_wait
from understudy.forges.github.place import place_of
from understudy.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
TOKEN = "ghs_not-to-be-seen-by-anybody-42"  # noqa: S105 - invented


@contextmanager
def opened(address: str, token: str = TOKEN, *, within: float = 20.0) -> Iterator[GitHub]:
    """Open the repository at an address on the loopback; all of it must end in time."""
    place = place_of(address, {}, certain=True)
    assert place is not None
    transport = Transport(told_to_wait=told_to_wait)
    transport.within(within)
    try:
        yield GitHub(place, GivenToken(token), transport)
    finally:
        transport.close()


@contextmanager
def opened_in(hub: GitHubWorld, token: Token | None = None) -> Iterator[GitHub]:
    """Open the fake's repository, as a run of the workflow unless a token is given."""
    known = token or hub.tokens.actions()
    with opened(hub.address, known.text) as github:
        yield github
