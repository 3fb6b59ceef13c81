"""The one door to HTTP servers: repeats, waits when told to, and gives up at a deadline.

It knows no forge: what a body says is for the caller. Git opens its own connections.
"""

from __future__ import annotations

import concurrent.futures
import math
import random
import ssl
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2

from understudy.core.errors import UnavailableError, UsageError
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

WHOLE = 300.0
"""Seconds for everything asked in one go, unless the caller knows better."""

LARGEST = 100_000_000
"""Bytes of an answer, unpacked. A hundred pull requests with all they can hold stay below it."""

_SILENCE, _CONNECTING = 30.0, 10.0
_HOPS = 5
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
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
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
    wished = _seconds(response.headers.get("retry-after", ""))
    if wished is not None:
        return wished
    reset = response.headers.get("x-ratelimit-reset", "")
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time()) + 1.0
    return None


class Transport:
    """Connections to one server, kept open."""

    def __init__(
        self,
        *,
        told_to_wait: Callable[[Response], float | None] = told_by_headers,
        longest: float | None = None,
    ) -> None:
        """`told_to_wait` reads an answer as `told_by_headers` does, for servers that say more.

        `longest`: seconds that anything may take at most, whatever `within` allows.

        Raises:
            UsageError: the environment names a proxy or certificates that cannot be used.
        """
        self._client = _client()
        self._told_to_wait = told_to_wait
        self._kept: dict[str, Response] = {}
        self._longest = longest or math.inf
        self.within(WHOLE)

    def within(self, seconds: float) -> None:
        """Give all that is asked from now on so many seconds together."""
        self._ends = time.monotonic() + min(seconds, self._longest)

    def at_least(self, seconds: float) -> None:
        """Give what is asked next so many seconds, where less than that is left of all."""
        self._ends = max(self._ends, time.monotonic() + min(seconds, self._longest))

    def request(self, request: Request) -> Response:
        """Ask until there is an answer.

        Raises:
            UnavailableError: there was none before the deadline, or the server wants to be left
                alone for longer than that.
        """
        said, wait = "", None
        for tried in range(_TRIES):
            if tried:
                self.pause(tried - 1, said, at_least=wait or 0.0)
            outcome = self._once(request)
            if isinstance(outcome, Response):
                wait = self._told_to_wait(outcome)
                broken = outcome.status in _BROKEN
                if wait is None and (not broken or outcome.status in request.answers):
                    return outcome
                said, untouched = f"it answered {outcome.status}", not broken
            else:
                wait, said = None, _sentence(outcome)
                untouched = isinstance(outcome, _NOT_SENT)
            if not (request.repeatable or untouched):
                break
        raise _unavailable(request.url, said)

    def pause(self, tried: int, why: str, *, at_least: float = 0.0) -> None:
        """Sleep before the next try: longer each time, by chance, so that many do not come at once.

        Raises:
            UnavailableError: the deadline comes first.
        """
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tried)
        seconds = max(at_least, random.uniform(longest / 2, longest))  # noqa: S311 - no secret
        if time.monotonic() + seconds > self._ends:
            raise _too_late(why, at_least)
        time.sleep(seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _once(self, request: Request) -> Response | httpx2.RequestError:
        known = self._kept.get(request.url) if request.method == "GET" else None
        asked = {"if-none-match": known.headers["etag"]} if known else {}
        left = self._ends - time.monotonic()
        if left <= 0:
            raise _too_late("its answers took all of the time", 0.0)
        try:
            response = _before(
                left, lambda: self._exchange(request, {**request.headers, **asked}, left)
            )
        except httpx2.RequestError as error:
            _refuse_stranger(request.url, error)
            return error
        return self._as_known(request, response, known)

    def _exchange(self, request: Request, headers: Mapping[str, str], left: float) -> Response:
        timeout = httpx2.Timeout(min(_SILENCE, left), connect=min(_CONNECTING, left))
        asked = self._client.build_request(
            request.method, request.url, headers=headers, content=request.body, timeout=timeout
        )
        came, body = self._sent(asked)
        for _ in range(_HOPS):
            following = came.next_request
            if following is None or not _asks_the_same(asked, following):
                break
            came, body = self._sent(following)
        return Response(status=came.status_code, headers=dict(came.headers), body=body)

    def _sent(self, asked: httpx2.Request) -> tuple[httpx2.Response, bytes]:
        came = self._client.send(asked, stream=True)
        try:
            return came, _whole(came)
        finally:
            came.close()

    def _as_known(self, request: Request, response: Response, known: Response | None) -> Response:
        """Answer with what is kept where nothing changed: such an answer costs no quota."""
        if response.status == _UNMODIFIED and known:
            return known
        if request.method == "GET" and response.status == _OK and "etag" in response.headers:
            self._kept[request.url] = response
        return response


_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
"""What goes wrong before the server has heard anything."""


def _client() -> httpx2.Client:
    try:
        return httpx2.Client()
    except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
        said = redacted(str(error)).rstrip(".")
        message = f"No connection can be made as the environment says: {said}."
        raise UsageError(message, hint="Check HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.") from None


def _before(left: float, ask: Callable[[], Response]) -> Response:
    """Return what `ask` returns, if it does so in time.

    A timeout of the client is one of silence: who sends a byte now and then, or looks up a name
    for ever, would never meet it. So the work is done aside, and left to itself when it is late.
    """
    answer: concurrent.futures.Future[Response] = concurrent.futures.Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised where somebody waits
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return answer.result(timeout=left)
    except concurrent.futures.TimeoutError:
        raise _too_late("its answer did not come to an end", 0.0) from None


def _whole(came: httpx2.Response) -> bytes:
    body = bytearray()
    for part in came.iter_bytes():
        body += part
        if len(body) > LARGEST:
            message = f"{came.url.host} sends more than {LARGEST // 1_000_000} MB in one answer."
            raise UnavailableError(message, hint="Check what is on the way; nothing is lost.")
    return bytes(body)


def _asks_the_same(asked: httpx2.Request, following: httpx2.Request) -> bool:
    """Tell whether a redirect may be followed: a write stays one, the token stays on its server."""
    one, other = asked.url, following.url
    server = (one.scheme, one.host, one.port)
    return asked.method == following.method and server == (other.scheme, other.host, other.port)


def _seconds(wished: str) -> float | None:
    """Read `Retry-After`: seconds, or a date."""
    if wished.isdecimal():
        return float(wished[:10])
    try:
        at = parsedate_to_datetime(wished).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, math.ceil(at - time.time()))


def _sentence(error: httpx2.RequestError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return redacted(f"{name}: {error}" if str(error) else name)


def _refuse_stranger(url: str, error: BaseException) -> None:
    """Raise where the server's certificate is not trusted: it will not be the next time either."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            host = httpx2.URL(url).host
            message = f"The certificate of {host} is not trusted: {cause.verify_message}."
            hint = "Name the file of your certificate authority in SSL_CERT_FILE."
            raise UnavailableError(message, hint=hint) from None
        cause = cause.__cause__ or cause.__context__


def _too_late(why: str, at_least: float) -> UnavailableError:
    message = f"The server was not available in time: {why.removesuffix('.')}."
    later = f" in {round(at_least)} seconds" if at_least else " later"
    return UnavailableError(message, hint=f"Try again{later}; nothing is lost.")


def _unavailable(url: str, said: str) -> UnavailableError:
    host = httpx2.URL(url).host
    message = f"{host} is not available: {said}."
    return UnavailableError(message, hint="Check the network; nothing is lost.")
