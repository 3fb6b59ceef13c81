"""One comment a pull request, found again by its first line: edited, never repeated (trap 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.forges.github.payloads import Comment, CommentsAnswer
from understudy.forges.github.queries import query
from understudy.forges.github.reading import following

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.forges.github.client import GitHub


def put_comment(github: GitHub, number: int, text: str) -> None:
    """Make our comment say this. Its first line is a mark that nobody sees.

    Raises:
        UnderstudyError: it could not be written. Writing again later edits, whatever became of it.
    """
    mark = text.partition("\n")[0]
    ours = next((each for each in _comments(github, number) if _is_ours(each, mark)), None)
    if ours is None:
        github.create(github.path("issues", number, "comments"), {"body": text})
    elif ours.body != text:
        path = github.path("issues", "comments", ours.full_database_id)
        github.write("PATCH", path, {"body": text})


def _is_ours(comment: Comment, mark: str) -> bool:
    """Anybody can write the mark, so who wrote it counts too."""
    return comment.viewer_did_author and comment.body.partition("\n")[0].strip() == mark


def _comments(github: GitHub, number: int) -> Iterator[Comment]:
    after: str | None = None
    while True:
        answer, _ = github.graphql(
            query("Comments"),
            CommentsAnswer,
            owner=github.place.owner,
            name=github.place.name,
            number=number,
            after=after,
        )
        comments = answer.repository.pull_request.comments
        yield from comments.nodes
        after = following(comments.page_info, after)
        if after is None:
            return
