from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.nodes import sha
from tests.forges.github.opened import opened_in
from understudy.core.errors import RefusedError, UnavailableError
from understudy.forges.github.client import MayNotError
from understudy.forges.github.comments import put_comment

if TYPE_CHECKING:
    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld

MARK = "<!-- understudy: staging -->"
TEXT = f"{MARK}\nOn staging."


@pytest.fixture(autouse=True)
def _pull_request(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    hub.model.add_pull_request(7, sha(7))


def _put(hub: GitHubWorld, text: str = TEXT, *, token: Token | None = None) -> None:
    with opened_in(hub, token) as github:
        put_comment(github, 7, text)


def test_trap_30_there_is_one_comment_and_it_is_edited(hub: GitHubWorld) -> None:
    for word in ("On staging.", "On staging.", "Not on staging.", "On staging."):
        _put(hub, f"{MARK}\n{word}")

    assert hub.comments(7) == [f"{MARK}\nOn staging."]
    assert [each.method for each in hub.writes()] == ["POST", "PATCH", "PATCH"]


def test_trap_30_it_is_found_behind_a_hundred_others(hub: GitHubWorld) -> None:
    for n in range(120):
        hub.model.comment(hub.at(7), hub.model.actor("eve"), f"chat {n}")
    _put(hub)
    for n in range(120):
        hub.model.comment(hub.at(7), hub.model.actor("eve"), f"more chat {n}")

    _put(hub, f"{MARK}\nChanged.")

    assert [text for text in hub.comments(7) if text.startswith(MARK)] == [f"{MARK}\nChanged."]


def test_a_mark_that_somebody_else_wrote_is_not_ours(hub: GitHubWorld) -> None:
    hub.model.comment(hub.at(7), hub.model.actor("mallory"), f"{MARK}\nOn production.")

    _put(hub)

    assert hub.comments(7) == [f"{MARK}\nOn production.", TEXT]


def test_a_comment_of_ours_for_another_stage_is_another(hub: GitHubWorld) -> None:
    _put(hub, "<!-- understudy: qa -->\nOn qa.")
    _put(hub)

    assert len(hub.comments(7)) == 2


def test_lines_that_end_as_github_stores_them_are_known_again(hub: GitHubWorld) -> None:
    _put(hub)
    hub.at(7).comments[0].body = TEXT.replace("\n", "\r\n")

    _put(hub, f"{MARK}\nNew.")

    assert hub.comments(7) == [f"{MARK}\nNew."]


def test_numbers_are_larger_than_graphql_counts(hub: GitHubWorld) -> None:
    _put(hub)
    hub.at(7).comments[0].id = 3_000_000_000

    _put(hub, f"{MARK}\nNew.")

    assert hub.comments(7) == [f"{MARK}\nNew."]


def test_a_comment_whose_answer_was_lost_is_not_written_twice(hub: GitHubWorld) -> None:
    hub.fault("cut-after", on="rest-write")

    with pytest.raises(UnavailableError):
        _put(hub)
    _put(hub)

    assert hub.comments(7) == [TEXT]


def test_who_may_not_comment_is_told_so(hub: GitHubWorld) -> None:
    mute = hub.tokens.actions({"metadata": "read", "pull_requests": "read", "contents": "read"})

    with pytest.raises(MayNotError) as caught:
        _put(hub, token=mute)

    assert isinstance(caught.value, RefusedError)
    assert "issues=write" in caught.value.hint
