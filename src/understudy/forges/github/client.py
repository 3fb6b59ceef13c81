"""GitHub's two interfaces, REST and GraphQL, as calls that return values or raise our errors.

It knows how GitHub says no, and nothing of pull requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import gidgethub
import msgspec
from gidgethub.sansio import create_headers, decipher_response

from understudy.core.errors import (
    RefusedError,
    UnavailableError,
    UnderstudyError,
    UsageError,
)
from understudy.forges.github.auth import REQUESTER
from understudy.redaction import redacted
from understudy.transport import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.forges.github.auth import Credentials
    from understudy.forges.github.place import Place
    from understudy.transport import Response, Transport

T = TypeVar("T")

TRIES = 6
"""How often a question is asked whose answers are broken."""

_TOO_HEAVY = frozenset((502, 504))
"""What a GraphQL query that takes longer than ten seconds ends with."""


class BrokenAnswerError(UnavailableError):
    """An answer did not come whole, or in time: ask again, for less at once."""


class MayNotError(RefusedError):
    """The token lacks a permission: whatever is asked of this kind will be refused."""


class GraphQLError(msgspec.Struct, frozen=True):
    """One error of an answer. `path` leads to what is missing from the data."""

    message: str = ""
    type: str = ""
    path: tuple[str | int, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple[GraphQLError, ...] = ()


class _Created(msgspec.Struct, frozen=True):
    id: int


class GitHub:
    """One repository's GitHub, asked with one set of credentials."""

    def __init__(self, place: Place, credentials: Credentials, transport: Transport) -> None:
        """Nothing is asked yet."""
        self.place = place
        self.transport = transport
        self.credentials = credentials

    def graphql(
        self, query: str, kind: type[T], **variables: object
    ) -> tuple[T, tuple[GraphQLError, ...]]:
        """Ask a query until its answer is whole; see `graphql_once`."""
        for tried in range(TRIES - 1):
            try:
                return self.graphql_once(query, kind, **variables)
            except BrokenAnswerError as error:
                self.transport.pause(tried, error.message)
        return self.graphql_once(query, kind, **variables)

    def graphql_once(
        self, query: str, kind: type[T], **variables: object
    ) -> tuple[T, tuple[GraphQLError, ...]]:
        """Ask a query; return its data with the errors that forbade a part of it.

        Raises:
            BrokenAnswerError: it took GitHub too long or too much, or the answer is cut.
            UnderstudyError: the answer has any other error, or is none: a part is never taken for
                the whole (trap 01).
        """
        request = Request(
            method="POST",
            url=self.place.graphql,
            headers=self._headers() | {"content-type": "application/json"},
            body=msgspec.json.encode({"query": query, "variables": variables}),
            answers=_TOO_HEAVY,
        )
        response = self.transport.request(request)
        if response.status in _TOO_HEAVY:
            raise BrokenAnswerError(f"GitHub answered {response.status}.", hint=_AGAIN)
        if response.status != 200:  # noqa: PLR2004 - OK
            self._refuse(request, response)
        answer = _decoded(response.body, _Answer)
        others = [error for error in answer.errors if error.type != "FORBIDDEN"]
        for error in others[:1]:
            raise _failed(error, self.place)
        try:
            return _decoded(answer.data or b"null", kind), answer.errors
        except UnavailableError:
            # What was forbidden left a hole where there may be none.
            for error in answer.errors[:1]:
                raise _failed(error, self.place) from None
            raise

    def get(self, path: str, kind: type[T], **query: str) -> T:
        """Read one thing. `path` begins with `/` and is quoted already."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._json("GET", self.place.rest + path + asked, kind)

    def pages(self, path: str, kind: type[T], **query: str) -> Iterator[T]:
        """Read a list to its end, page by page (trap 09)."""
        url: str | None = f"{self.place.rest}{path}?{urlencode({'per_page': '100', **query})}"
        asked: set[str] = set()
        while url:
            if url in asked or not url.startswith(f"{self.place.rest}/"):
                # The token is not for whatever server an answer names.
                raise _not_github(self.place)
            asked.add(url)
            response = self._ask("GET", url)
            yield _decoded(response.body, kind)
            url = _next(response)

    def write(
        self, method: str, path: str, payload: Mapping[str, object], *, repeatable: bool = True
    ) -> None:
        """Write one thing. `repeatable`: doing it twice does no harm."""
        body = msgspec.json.encode(payload)
        self._ask(method, self.place.rest + path, body, repeatable=repeatable)

    def create(self, path: str, payload: Mapping[str, object]) -> int:
        """Make one thing, once: where the answer is lost it is not asked again. Return its id."""
        body = msgspec.json.encode(payload)
        response = self._ask("POST", self.place.rest + path, body, repeatable=False)
        return _decoded(response.body, _Created).id

    def path(self, *parts: str | int) -> str:
        """Return the path of something in the repository, quoted."""
        words = ("repos", self.place.owner, self.place.name, *map(str, parts))
        return "/" + "/".join(quote(word, safe="") for word in words)

    def _json(self, method: str, url: str, kind: type[T]) -> T:
        return _decoded(self._ask(method, url).body, kind)

    def _ask(
        self, method: str, url: str, body: bytes = b"", *, repeatable: bool = True
    ) -> Response:
        headers = self._headers() | ({"content-type": "application/json"} if body else {})
        request = Request(method=method, url=url, headers=headers, body=body, repeatable=repeatable)
        response = self.transport.request(request)
        if response.status >= 300:  # noqa: PLR2004 - redirects were followed
            self._refuse(request, response)
        return response

    def _headers(self) -> dict[str, str]:
        headers = create_headers(REQUESTER, oauth_token=self.credentials.token())
        return headers | {"x-github-api-version": "2022-11-28"}

    def _refuse(self, request: Request, response: Response) -> None:
        what = f"{request.method} {request.url.removeprefix(self.place.rest)}"
        try:
            decipher_response(response.status, response.headers, response.body)
        except gidgethub.GitHubException as error:
            raise _refusal(response, what, str(error), self.place) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _not_github(self.place) from error
        raise _not_github(self.place)


def _refusal(response: Response, what: str, said: str, place: Place) -> UnderstudyError:
    said = redacted(said)[:300]
    match response.status:
        case 401:
            message = f"GitHub does not accept the token for {place.url}: {said}."
            return UsageError(message, hint="It may have expired: set GITHUB_TOKEN to a new one.")
        case 403:
            message = f"The token may not {what}: {said}."
            if _OF_ONE_THING.search(said):
                return RefusedError(message)
            needed = response.headers.get("x-accepted-github-permissions", "")
            hint = f"Give it the permission `{needed}`." if needed else _MORE_PERMISSIONS
            return MayNotError(message, hint=hint)
        case 404 | 410:
            message = f"GitHub shows this token nothing at {what}: {said}."
            return MayNotError(message, hint=_MORE_PERMISSIONS)
        case _:
            message = f"GitHub refuses {what} ({response.status}): {said}."
            return RefusedError(message, hint="`understudy doctor` looks at the settings.")


_OF_ONE_THING = re.compile(r"is locked|disabled on issues", re.IGNORECASE)
"""Where a conversation takes no comments, and no permission would change that."""

_AGAIN = "Try again; nothing is lost."
_MORE_PERMISSIONS = "`understudy doctor` tells which permission the token lacks."


def _failed(error: GraphQLError, place: Place) -> UnderstudyError:
    said = redacted(error.message)[:300] or "an answer without data"
    match error.type:
        case "NOT_FOUND" if error.path == ("repository",):
            message = f"GitHub shows this token no repository {place.repository}: {said}"
            return UsageError(message, hint="Check the address, and what the token may read.")
        case "FORBIDDEN":
            message = f"The token may not read {place.repository}: {said}"
            return MayNotError(message, hint=_MORE_PERMISSIONS)
        case "RATE_LIMITED" | "RATE_LIMIT":
            message = f"GitHub's limit for this token is used up: {said}"
            return UnavailableError(message, hint="Try again within the hour; nothing is lost.")
        case "RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED":
            return BrokenAnswerError(f"GitHub gives less at once: {said}", hint=_AGAIN)
        case _ if "timeout" in said.lower() or "something went wrong" in said.lower():
            return BrokenAnswerError(f"GitHub could not answer: {said}", hint=_AGAIN)
        case _:
            message = f"GitHub answered with an error: {said}"
            return UnavailableError(message, hint=_AGAIN)


def _decoded(content: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        return _read(content, kind)
    except msgspec.ValidationError as error:
        message = f"GitHub's answer is not of the expected form: {error}."
        raise UnavailableError(message, hint="`understudy version` tells yours: update.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"GitHub's answer cannot be read: {error}."
        raise BrokenAnswerError(message, hint=_AGAIN) from error


def _read(content: bytes | msgspec.Raw, kind: type[T]) -> T:
    """A half of a character in one title is replaced: it must not stop everybody (trap 29)."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = bytes(content).decode(errors="replace").encode()
        return msgspec.json.decode(_ESCAPE.sub(_whole_character, text), type=kind)


_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape of JSON; the group is a surrogate without its other half."""


def _whole_character(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def _not_github(place: Place) -> UnavailableError:
    message = f"What answers at {place.rest} does not speak as GitHub does."
    return UnavailableError(message, hint="Check GITHUB_API_URL, and proxies on the way.")


def _next(response: Response) -> str | None:
    link = {"link": response.headers.get("link", "")}
    following: Any = decipher_response(200, link, b"")[2]
    return following if isinstance(following, str) else None
