"""The one door to HTTP servers: repeats, waits when told to, and gives up at a deadline.

It knows no forge: what a body says is for the caller. Git opens its own connections.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2

from understudy.core.errors import UnavailableError
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

WHOLE = 300.0
"""Seconds for everything asked in one go, unless the caller knows better."""

_ONCE = httpx2.Timeout(30.0, connect=10.0)
_BROKEN = frozenset((500, 502, 503, 504))
_UNMODIFIED = 304
_OK = 200
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked. `repeatable`: asking twice does no harm where the first answer was lost.

    A status in `answers` is for the caller to deal with, though others would be tried again.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeatable: bool = True
    answers: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def told_by_headers(response: Response) -> float | None:
    """Return how many seconds the server wants to be left alone; None: it does not say so.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if response.status not in {403, 429, 503}:
        return None
    wished = response.headers.get("retry-after", "")
    if wished.isdecimal():
        return float(wished)
    reset = response.headers.get("x-ratelimit-reset", "")
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time()) + 1.0
    return None


class Transport:
    """Connections to one server, kept open."""

    def __init__(
        self, *, told_to_wait: Callable[[Response], float | None] = told_by_headers
    ) -> None:
        """`told_to_wait` reads an answer as `told_by_headers` does, for servers that say more."""
        self._client = httpx2.Client(timeout=_ONCE, follow_redirects=True)
        self._told_to_wait = told_to_wait
        self._kept: dict[str, Response] = {}
        self._ends = time.monotonic() + WHOLE

    def within(self, seconds: float) -> None:
        """Give all that is asked from now on so many seconds together."""
        self._ends = time.monotonic() + seconds

    def request(self, request: Request) -> Response:
        """Ask until there is an answer.

        Raises:
            UnavailableError: there was none before the deadline, or the server wants to be left
                alone for longer than that.
        """
        said = ""
        for tried in range(_TRIES):
            outcome = self._once(request)
            if isinstance(outcome, Response):
                wait = self._told_to_wait(outcome)
                if wait is None and (outcome.status not in _BROKEN - {*request.answers}):
                    return outcome
                said, untouched = f"it answered {outcome.status}", wait is not None
            else:
                wait, said = None, _sentence(outcome)
                untouched = isinstance(outcome, httpx2.ConnectError)
            if not (request.repeatable or untouched):
                break
            self.pause(tried, said, at_least=wait or 0.0)
        raise _unavailable(request.url, said)

    def pause(self, tried: int, why: str, *, at_least: float = 0.0) -> None:
        """Sleep before the next try: longer each time, by chance, so that many do not come at once.

        Raises:
            UnavailableError: the deadline comes first.
        """
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tried)
        seconds = max(at_least, random.uniform(longest / 2, longest))  # noqa: S311 - no secret
        if time.monotonic() + seconds > self._ends:
            message = f"The server was not available in time: {why}."
            later = f" in {round(seconds)} seconds" if at_least else " later"
            raise UnavailableError(message, hint=f"Try again{later}; nothing is lost.")
        time.sleep(seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _once(self, request: Request) -> Response | httpx2.TransportError:
        known = self._kept.get(request.url) if request.method == "GET" else None
        asked = {"if-none-match": known.headers["etag"]} if known else {}
        left = max(1.0, self._ends - time.monotonic())
        try:
            came = self._client.request(
                request.method,
                request.url,
                headers={**request.headers, **asked},
                content=request.body,
                timeout=httpx2.Timeout(min(30.0, left), connect=min(10.0, left)),
            )
        except httpx2.TransportError as error:
            return error
        response = Response(status=came.status_code, headers=dict(came.headers), body=came.content)
        return self._as_known(request, response, known)

    def _as_known(self, request: Request, response: Response, known: Response | None) -> Response:
        """Answer with what is kept where nothing changed: such an answer costs no quota."""
        if response.status == _UNMODIFIED and known:
            return known
        if request.method == "GET" and response.status == _OK and "etag" in response.headers:
            self._kept[request.url] = response
        return response


def _sentence(error: httpx2.TransportError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return redacted(f"{name}: {error}" if str(error) else name)


def _unavailable(url: str, said: str) -> UnavailableError:
    host = httpx2.URL(url).host
    message = f"{host} could not be reached: {said}."
    return UnavailableError(message, hint="Check the network; nothing was published.")
