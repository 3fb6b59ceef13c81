"""The fake as a whole, without its socket: what a request does to the model and to git."""

from __future__ import annotations

import copy
import json
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.github.fake import git_http, graphql_api, rest
from tests.github.fake.faults import Faults
from tests.github.fake.following import follow
from tests.github.fake.git_store import GitStore
from tests.github.fake.messages import Reply, Seen, refusal, reply_json
from tests.github.fake.model import Model
from tests.github.fake.reading import Reading
from tests.github.fake.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github.fake.messages import Request
    from tests.github.fake.tokens import Token

NOT_MODIFIED = 304


@dataclass
class Rate:
    """The primary rate limit of one token. All share it here."""

    limit: int = 5000
    remaining: int = 5000
    resets_at: float = 0.0

    def turn(self) -> None:
        """Begin anew when the hour is over."""
        if time.time() >= self.resets_at:
            self.remaining, self.resets_at = self.limit, time.time() + 3600

    def headers(self, resource: str) -> dict[str, str]:
        """Return what GitHub says of it with every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.limit - self.remaining),
            "X-RateLimit-Reset": str(int(self.resets_at)),
            "X-RateLimit-Resource": resource,
        }


class Hub:
    """One GitHub with one repository."""

    def __init__(self, bare: Path, owner: str, name: str) -> None:
        """Take a bare repository as that of `owner/name`."""
        self.model = Model(owner, name)
        self.git = GitStore(bare)
        self.tokens = Tokens(owner)
        self.faults = Faults()
        self.rate = Rate(resets_at=time.time() + 3600)
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        """What a client did against GitHub's descriptions, or asked that the fake cannot answer."""
        self.failures: list[str] = []
        """What the fake itself did wrong."""
        self.root = ""
        self.lock = threading.RLock()
        self._frozen: Model | None = None
        self._frozen_reads = 0
        self._numbers = 0

    def sync(self, *, by: str | None = None) -> None:
        """Bring the model up to date with the branches that git has."""
        with self.lock:
            follow(self.model, self.git, by or self.model.repository.owner.login)

    def freeze_reads(self, times: int = 1) -> None:
        """Answer the next GraphQL questions from the model as it is now."""
        self.sync()
        self._frozen, self._frozen_reads = copy.deepcopy(self.model), times

    def answer(self, request: Request) -> Reply:
        """Serve a request, with what goes wrong.

        Raises:
            CutError: the connection is to be cut.
        """
        with self.lock:
            fault = self.faults.take(request)
            if fault and fault.kind == "ref-moved":
                self.git.set_ref(fault.details["ref"], fault.details["to"])
        reply = fault.before() if fault else None
        if reply is None:
            with self.lock:
                reply = self._serve(replace(request, fault=fault))
        reply.headers.setdefault("X-GitHub-Request-Id", self._request_id())
        return fault.afterwards(reply) if fault else reply

    def _serve(self, request: Request) -> Reply:
        if request.group.startswith("git"):
            return git_http.answer(self, request)
        self.sync()
        self.rate.turn()
        token, refused = self._authenticate(request)
        if refused is not None:
            return refused
        if not request.headers.get("User-Agent"):
            return refusal(403, "Request forbidden by administrative rules.")
        if request.group == "graphql":
            return self._graphql(request, token)
        if self.rate.remaining <= 0 and request.path != "/rate_limit":
            return self._spent()
        reply = rest.answer(self, request, token)
        if request.path != "/rate_limit" and reply.status != NOT_MODIFIED:
            self.rate.remaining -= 1
        reply.headers = {**self.rate.headers("core"), **reply.headers}
        return reply

    def _graphql(self, request: Request, token: Token | None) -> Reply:
        if token is None:
            return refusal(401, "This endpoint requires you to be authenticated.")
        try:
            question = json.loads(request.body)
        except ValueError:
            return refusal(400, "Problems parsing JSON")
        if self.rate.remaining <= 0:
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
            return reply_json(200, {"errors": [error]}) | self.rate.headers("graphql")
        reading = Reading(
            model=self._model_to_read(),
            token=token,
            root=self.root,
            remaining=self.rate.remaining,
            limit=self.rate.limit,
            resets=datetime.fromtimestamp(self.rate.resets_at, UTC),
            has_commit=self.git.has_commit,
            hides_pull_requests=request.fault is not None and request.fault.kind == "empty-page",
        )
        document = graphql_api.answer(question, reading)
        self._note_errors(document)
        self.rate.remaining -= reading.weight.cost
        return reply_json(200, document) | self.rate.headers("graphql")

    def _note_errors(self, document: graphql_api.Answer) -> None:
        """Keep what no test may overlook: a query against the schema, or one we cannot answer."""
        for error in document.get("errors", ()):
            if error.get("type") in {None, "NOT_MODELLED"}:
                self.violations.append(f"GraphQL: {error['message']}")

    def _model_to_read(self) -> Model:
        if self._frozen is None or not self._frozen_reads:
            return self.model
        self._frozen_reads -= 1
        return self._frozen

    def _authenticate(self, request: Request) -> tuple[Token | None, Reply | None]:
        scheme, carried = request.authorization()
        if not scheme or rest.wants_jwt(request):
            return None, None
        token = self.tokens.find(carried) if scheme in {"bearer", "token"} else None
        return token, None if token else refusal(401, "Bad credentials")

    def _spent(self) -> Reply:
        message = "API rate limit exceeded for installation ID 777."
        return refusal(403, message) | self.rate.headers("core")

    def _request_id(self) -> str:
        self._numbers += 1
        return f"C0DE:{self._numbers:06X}"
