"""Every open pull request with its labels and checks, each list read to its end (trap 09).

One query serves up to a hundred pull requests (trap 34). It knows no rule: what is in a list
is passed on as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.errors import RefusedError, UnavailableError, UsageError
from understudy.forges.github import payloads
from understudy.forges.github.client import TRIES, BrokenAnswerError
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.forges.github.client import GitHub, GraphQLError

FIRST_PAGE = 20
"""Pull requests asked for at first; twice as many after each answer, half after none came."""

LARGEST_PAGE = 100
"""GitHub gives no more at once."""

Reported = tuple[payloads.CheckRun | payloads.StatusContext, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """The token may not read this; GitHub says why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPullRequest:
    """One pull request, with all of its labels and all that was reported on its head."""

    node: payloads.PullRequestNode
    labels: frozenset[str]
    reported: Reported | Forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All open pull requests, and each tip of base and stage that the pages told of.

    None for a tip of the stage: it is not there. `counted` is how many pull requests there are, as
    the last page says: some may have come meanwhile.
    """

    base_tips: frozenset[str]
    stage_tips: frozenset[str | None]
    pull_requests: tuple[OpenPullRequest, ...]
    counted: int

    @property
    def complete(self) -> bool:
        """Tell whether none is missing."""
        return len(self.pull_requests) >= self.counted


def read_open_pull_requests(github: GitHub, base_ref: str, *, stage_ref: str) -> Reading:
    """Read them, oldest first.

    Raises:
        UnavailableError: GitHub did not answer in whole (trap 01).
        UsageError: there is no such branch, or no such repository.
    """
    base_tips: set[str] = set()
    stage_tips: set[str | None] = set()
    found: dict[int, OpenPullRequest] = {}
    total = 0
    for page, errors in _pages(github, base_ref, stage_ref):
        if page.base is None or page.base.target is None:
            message = f"{github.place.url} has no branch `{base_ref}`, which should be the base."
            hint = "Name another: `base: …`. Or does the token lack `Contents: read`?"
            raise UsageError(message, hint=hint)
        base_tips.add(page.base.target.oid)
        stage_tips.add(page.stage.target.oid if page.stage and page.stage.target else None)
        total = page.pull_requests.total_count
        forbidden = _forbidden(errors)
        for index, node in enumerate(page.pull_requests.nodes):
            found[node.number] = _completed(github, node, forbidden.get(index))
    return Reading(
        base_tips=frozenset(base_tips),
        stage_tips=frozenset(stage_tips),
        pull_requests=tuple(found.values()),
        counted=total,
    )


def following(cursor: payloads.Cursor, before: str | None) -> str | None:
    """Return from where a list goes on; None: that was all of it.

    Raises:
        UnavailableError: it goes on from where it went on before, so it would never end.
    """
    if not cursor.has_next_page:
        return None
    if not cursor.end_cursor or cursor.end_cursor == before:
        message = "GitHub says that a list goes on, and not where."
        raise UnavailableError(message, hint="Try again; nothing was published.")
    return cursor.end_cursor


_Page = tuple[payloads.OpenRepository, tuple["GraphQLError", ...]]


def _pages(github: GitHub, base_ref: str, stage_ref: str) -> Iterator[_Page]:
    size, tried, after = FIRST_PAGE, 0, None
    while True:
        try:
            answer, errors = github.graphql_once(
                query("OpenPullRequests"),
                payloads.OpenPullRequests,
                owner=github.place.owner,
                name=github.place.name,
                base=f"refs/heads/{base_ref}",
                stage=f"refs/heads/{stage_ref}",
                first=size,
                after=after,
            )
        except BrokenAnswerError as error:
            tried += 1
            if tried == TRIES:
                raise
            size = max(1, size // 2)
            github.transport.pause(tried, error.message)
            continue
        yield answer.repository, errors
        after = following(answer.repository.pull_requests.page_info, after)
        if after is None:
            return
        size, tried = min(LARGEST_PAGE, size * 2), 0


def _completed(
    github: GitHub, node: payloads.PullRequestNode, forbidden: Forbidden | None
) -> OpenPullRequest:
    if node.labels is None:
        message = f"The token may not read the labels of #{node.number}."
        raise RefusedError(message, hint="Give it the permission `Pull requests: read`.")
    return OpenPullRequest(
        node=node,
        labels=frozenset(_all_labels(github, node.id, node.labels)),
        reported=forbidden or _all_reported(github, node),
    )


def _all_labels(github: GitHub, node_id: str, page: payloads.Labels) -> Iterator[str]:
    after: str | None = None
    while True:
        yield from (label.name for label in page.nodes)
        after = following(page.page_info, after)
        if after is None:
            return
        answer, _ = github.graphql(
            query("MoreLabels"), payloads.MoreLabels, id=node_id, after=after
        )
        if answer.node.labels is None:
            raise _changed_meanwhile()
        page = answer.node.labels


def _all_reported(github: GitHub, node: payloads.PullRequestNode) -> Reported | Forbidden:
    commit = next((each.commit for each in node.commits.nodes if each), None)
    if commit is None or commit.oid != node.head_ref_oid:
        # Its commits are counted a moment after the push: what was read belongs to another head.
        return Forbidden(why="GitHub does not show the commits of this head yet")
    rollup, after, found = commit.status_check_rollup, None, []
    while rollup is not None:
        if rollup.contexts is None or None in rollup.contexts.nodes:
            return Forbidden(why="GitHub does not show some of them")
        found += [context for context in rollup.contexts.nodes if context]
        after = following(rollup.contexts.page_info, after)
        if after is None:
            break
        answer, errors = github.graphql(
            query("MoreChecks"), payloads.MoreChecks, id=commit.id, after=after
        )
        if errors:
            return Forbidden(why=_why(errors[0]))
        rollup = answer.node.status_check_rollup
        if rollup is None:
            raise _changed_meanwhile()
    return tuple(found)


def _forbidden(errors: tuple[GraphQLError, ...]) -> dict[int, Forbidden]:
    """Return which pull requests of a page lack their checks, by index.

    Anything else that is forbidden is no partial answer but none (trap 01, trap 39).
    """
    found = {}
    for error in errors:
        match error.path:
            case ("repository", "pullRequests", "nodes", int(index), "commits", *_):
                found[index] = Forbidden(why=_why(error))
            case ("repository", "pullRequests", "nodes", int(), "headRepository", *_):
                pass  # the fork's owner decides who sees it; a fork that is not seen is not trusted
            case _:
                where = ".".join(map(str, error.path))
                message = f"The token may not read all of the pull requests: {where}."
                hint = "Give it the permissions `Contents: read` and `Pull requests: read`."
                raise RefusedError(message, hint=hint)
    return found


def _why(error: GraphQLError) -> str:
    if "personal access token" in error.message.lower():
        return (
            "a fine-grained personal access token cannot read check runs; use a GitHub App, a"
            " workflow's token or a classic token"
        )
    lacking = "`Actions: read`" if error.path[-1:] == ("workflowRun",) else "`Checks: read`"
    return f"the token lacks {lacking} ({error.message})"


def _changed_meanwhile() -> UnavailableError:
    message = "A pull request changed while it was read."
    return UnavailableError(message, hint="Rebuild again; nothing was published.")
