"""One call of a REST endpoint, and the small parts that answers are made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.github.fake.messages import Reply, refusal, reply_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.github.fake.hub import Hub
    from tests.github.fake.tokens import Token
    from tests.github.fake.values import Actor, Commit, Repository

Document = dict[str, Any]
PER_PAGE, MOST_PER_PAGE = 30, 100
_USER_URLS = (
    *("followers", "following", "gists", "starred", "subscriptions"),
    *("organizations", "repos", "events", "received_events"),
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a handler gets: the parts of the path, the query, the body, and who calls."""

    hub: Hub
    token: Token | None
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Document

    @property
    def repository(self) -> Repository:
        """Return the one repository."""
        return self.hub.model.repository

    @property
    def api(self) -> str:
        """Return the address of the repository in the API."""
        return f"{self.hub.root}/api/v3/repos/{self.repository.full_name}"

    @property
    def html(self) -> str:
        """Return the address of the repository for people."""
        return f"{self.hub.root}/{self.repository.full_name}"

    @property
    def actor(self) -> Actor:
        """Return who calls."""
        assert self.token is not None
        return self.hub.model.actor(self.token.login)

    def knows(self, oid: str) -> bool:
        """Tell whether a full id is a commit of the repository."""
        return oid in self.repository.commits or self.hub.git.has_commit(oid)

    def commit(self, ref: str) -> Commit | None:
        """Return the commit that a branch or a full id names."""
        oid = self.repository.branches.get(ref.removeprefix("refs/heads/"), ref)
        return self.hub.model.commit(oid) if self.knows(oid) else None

    def user(self, actor: Actor) -> Document:
        """Describe somebody."""
        url = f"{self.hub.root}/api/v3/users/{actor.rest_login}"
        return {
            "login": actor.rest_login,
            "id": actor.id,
            "node_id": actor.node_id,
            "avatar_url": f"{self.hub.root}/avatars/u/{actor.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.hub.root}/{actor.login}",
            **{f"{name}_url": f"{url}/{name}" for name in _USER_URLS},
            "type": actor.kind,
            "site_admin": False,
        }


@dataclass(frozen=True, kw_only=True)
class Route:
    """An endpoint. One of its permissions is enough; none: it needs none, or an app's JWT."""

    method: str
    template: str
    handler: Callable[[Call], Reply]
    permissions: tuple[tuple[str, str], ...] = ()
    by_app: bool = False
    of_forks: bool = False


def invalid(resource: str, field: str, code: str = "custom", message: str = "") -> Reply:
    """Answer that a field is not valid."""
    error = {"resource": resource, "code": code, "field": field}
    if message:
        error["message"] = message
    return refusal(422, "Validation Failed", errors=[error])


def paged(call: Call, route: str, documents: Sequence[Document]) -> Reply:
    """Answer with one page of a list and links to the others."""
    size = min(int(call.query.get("per_page", PER_PAGE)), MOST_PER_PAGE)
    number = int(call.query.get("page", 1))
    last = max(1, -(-len(documents) // size))
    wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    others = "".join(
        f"&{key}={value}" for key, value in call.query.items() if key not in {"page", "per_page"}
    )
    links = [
        f'<{call.api}{route}?per_page={size}&page={page}{others}>; rel="{name}"'
        for name, page in wanted.items()
        if 1 <= page <= last and page != number
    ]
    start = (number - 1) * size
    reply = reply_json(200, list(documents[start : start + size]))
    return reply | {"Link": ", ".join(links)} if links else reply


def with_etag(reply: Reply, known: str | None) -> Reply:
    """Add the answer's ETag; one that the client knows already is not sent again."""
    tag = f'W/"{hashlib.sha256(reply.body).hexdigest()}"'
    if known == tag:
        return Reply(status=304, headers={"ETag": tag})
    return reply | {"ETag": tag}
