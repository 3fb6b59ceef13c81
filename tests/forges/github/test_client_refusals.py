"""How GitHub says no, and what becomes of it."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.forges.github.opened import TOKEN
from tests.scripted_http import Says, Scripted, in_turn, says_json
from understudy.core.errors import RefusedError, UnavailableError, UnderstudyError, UsageError
from understudy.forges.github.client import MayNotError
from understudy.redaction import keep_secret

if TYPE_CHECKING:
    from tests.scripted_http import Answer
    from understudy.forges.github.client import GitHub


class Thing(msgspec.Struct, frozen=True):
    name: str


LOCKED = "Unable to create comment because issue is locked."
FULL = "Commenting is disabled on issues with more than 2500 comments"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (says_json({"message": "Bad credentials"}, 401), UsageError, "does not accept the token"),
        (says_json({"message": "Not accessible"}, 403), MayNotError, "may not GET /thing: Not"),
        (says_json({"message": "Not Found"}, 404), MayNotError, "nothing at GET /thing: Not F"),
        (says_json({"message": "Gone"}, 410), MayNotError, "nothing at GET /thing"),
        (says_json({"message": LOCKED}, 403), RefusedError, "issue is locked"),
        (says_json({"message": FULL}, 403), RefusedError, "more than 2500 comments"),
        (says_json({"message": "No commit"}, 422), RefusedError, "refuses GET /thing .422.: No"),
        (
            says_json({"message": "Failed", "errors": [{"message": "too long"}]}, 422),
            RefusedError,
            "too long",
        ),
        (says_json({"errors": []}, 422), UnavailableError, "does not speak as GitHub"),
        (says_json({"message": "x", "errors": 5}, 422), UnavailableError, "does not speak as"),
        (says_json(["odd"], 422), RefusedError, "refuses"),
        (Says(status=403, body=b"<html>"), MayNotError, "may not GET"),
        (
            Says(status=403, headers={"content-type": "application/json"}, body=b"<html>"),
            UnavailableError,
            "does not speak as GitHub",
        ),
        (
            Says(status=403, headers={"content-type": "text/html; charset=odd"}, body=b"<html>"),
            UnavailableError,
            "does not speak as GitHub",
        ),
        (
            Says(status=302, headers={"location": "https://login.example/"}),
            RefusedError,
            "refuses GET /thing .302.",
        ),
        (Says(body=b"<html>"), UnavailableError, "answer cannot be read"),
        (says_json({"id": 1}), UnavailableError, "not of the expected form"),
    ],
)
def test_each_refusal_is_told_in_its_own_way(
    server: Scripted,
    github: GitHub,
    answer: Answer,
    kind: type[UnderstudyError],
    words: str,
) -> None:
    server.script = in_turn(answer)

    with pytest.raises(UnderstudyError, match=words) as caught:
        github.get("/thing", Thing)

    assert isinstance(caught.value, kind)
    assert isinstance(caught.value, MayNotError) == (kind is MayNotError)
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + caught.value.hint


def test_the_permission_that_is_missing_is_named(server: Scripted, github: GitHub) -> None:
    needed = {"X_Accepted_GitHub_Permissions": "statuses=write"}
    server.script = in_turn(says_json({"message": "Resource not accessible"}, 403, **needed))

    with pytest.raises(MayNotError) as caught:
        github.write("POST", "/repos/ada/fleet/statuses/abc", {})

    assert caught.value.hint == "Give it the permission `statuses=write`."


def test_words_that_repeat_the_token_are_blanked_and_cut(server: Scripted, github: GitHub) -> None:
    keep_secret(TOKEN)
    server.script = in_turn(says_json({"message": f"no {TOKEN} " + "x" * 5000}, 401))

    with pytest.raises(UsageError) as caught:
        github.get("/thing", Thing)

    assert "no *** xxx" in caught.value.message
    assert len(caught.value.message) < 500


def test_a_write_after_a_server_error_is_written_again_where_that_does_no_harm(
    server: Scripted, github: GitHub
) -> None:
    server.script = in_turn(Says(status=500), says_json({}, 201))

    github.write("POST", "/repos/ada/fleet/statuses/abc", {"state": "success"})

    assert [each.document for each in server.log] == [{"state": "success"}] * 2
