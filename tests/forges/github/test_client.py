from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.forges.github.opened import TOKEN
from tests.scripted_http import Asked, HangsUp, Says, Scripted, in_turn, says_json, scripted
from understudy.core.errors import UnavailableError, UnderstudyError, UsageError
from understudy.forges.github.client import BrokenAnswerError, MayNotError

if TYPE_CHECKING:
    from tests.scripted_http import Answer
    from understudy.forges.github.client import GitHub


class Thing(msgspec.Struct, frozen=True):
    name: str


class Found(msgspec.Struct, frozen=True):
    repository: Thing


def _error(kind: str, message: str, *path: str | int) -> dict[str, object]:
    return {"type": kind, "message": message, "path": list(path)}


# --- GraphQL --------------------------------------------------------------------------------------


def test_a_query_goes_out_with_its_variables_and_comes_back_as_values(
    server: Scripted, github: GitHub
) -> None:
    server.script = in_turn(says_json({"data": {"repository": {"name": "fleet", "new": 1}}}))

    answer, errors = github.graphql("query Q { … }", Found, owner="ada", first=7, after=None)

    assert (answer.repository.name, errors) == ("fleet", ())
    (asked,) = server.log
    assert (asked.method, asked.path) == ("POST", "/api/graphql")
    assert asked.document == {
        "query": "query Q { … }",
        "variables": {"owner": "ada", "first": 7, "after": None},
    }
    assert asked.headers["authorization"].endswith(TOKEN)


WHOLE = {"repository": {"name": "fleet"}}


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        pytest.param(
            {"data": WHOLE, "errors": [{"message": "odd"}]}, UnavailableError, "odd", id="trap 01"
        ),
        pytest.param(
            {"data": WHOLE, "errors": [_error("FORBIDDEN", "no"), _error("SERVICE", "down")]},
            UnavailableError,
            "down",
            id="trap 01: forbidden is not all that is wrong",
        ),
        pytest.param(
            {"errors": [_error("NOT_FOUND", "Could not resolve", "repository")]},
            UsageError,
            "GitHub shows this token no repository ada/fleet: Could not resolve",
            id="no such repository",
        ),
        pytest.param(
            {"data": {"nodes": [None]}, "errors": [_error("NOT_FOUND", "gone", "nodes", 0)]},
            UnavailableError,
            "GitHub answered with an error: gone",
            id="something else is gone meanwhile",
        ),
        pytest.param(
            {"errors": [_error("RATE_LIMITED", "exceeded")]},
            UnavailableError,
            "limit for this token is used up",
            id="used up",
        ),
        pytest.param(
            {"errors": [_error("RATE_LIMIT", "already exceeded")]},
            UnavailableError,
            "limit for this token is used up",
            id="used up, newer word",
        ),
        pytest.param(
            {"data": {"repository": None}, "errors": [_error("FORBIDDEN", "SAML", "repository")]},
            MayNotError,
            "The token may not read ada/fleet: SAML",
            id="all of it is forbidden",
        ),
        pytest.param(
            {"data": None, "errors": [_error("FORBIDDEN", "SAML")]},
            MayNotError,
            "SAML",
            id="forbidden, and no data at all",
        ),
    ],
)
def test_an_answer_with_an_error_is_none(
    server: Scripted, github: GitHub, document: object, kind: type[UnderstudyError], words: str
) -> None:
    server.script = in_turn(says_json(document))

    with pytest.raises(kind, match=words):
        github.graphql("query", Found)

    assert len(server.log) == 1


def test_trap_39_what_may_not_be_read_comes_with_the_rest(server: Scripted, github: GitHub) -> None:
    error = _error("FORBIDDEN", "Resource not accessible", "repository", "x", 0)
    server.script = in_turn(says_json({"data": WHOLE, "errors": [error]}))

    answer, (forbidden,) = github.graphql("query", Found)

    assert answer.repository.name == "fleet"
    assert forbidden.path == ("repository", "x", 0)


BROKEN = [
    pytest.param(Says(status=502, body=b"<html>"), id="502"),
    pytest.param(Says(status=504), id="504"),
    pytest.param(Says(body=b'{"data":{"repository":{"na'), id="cut"),
    pytest.param(Says(body=b""), id="empty"),
    pytest.param(Says(body=b"<!DOCTYPE html>"), id="a page"),
    pytest.param(Says(body=b"\xff\xfe\x00"), id="no text"),
    pytest.param(Says(body=b'{"data":' + b"[" * 200_000), id="endless depth"),
    pytest.param(
        says_json({"errors": [{"message": "Something went wrong while executing your query."}]}),
        id="something went wrong",
    ),
    pytest.param(
        says_json({"data": WHOLE, "errors": [_error("RESOURCE_LIMITS_EXCEEDED", "too much")]}),
        id="too much at once",
    ),
]


@pytest.mark.parametrize("document", [{"data": {"repository": {"name": 7}}}, {"data": None}, {}])
def test_an_answer_of_another_shape_is_not_asked_for_again(
    server: Scripted, github: GitHub, document: object
) -> None:
    server.script = in_turn(says_json(document))

    with pytest.raises(UnavailableError, match="is not of the expected form"):
        github.graphql("query", Found)

    assert len(server.log) == 1


@pytest.mark.parametrize("answer", BROKEN)
def test_a_broken_answer_is_told_as_such_to_who_can_ask_for_less(
    server: Scripted, github: GitHub, answer: Answer
) -> None:
    server.script = in_turn(answer)

    with pytest.raises(BrokenAnswerError) as caught:
        github.graphql_once("query", Found)

    assert caught.value.hint
    assert len(server.log) == 1


@pytest.mark.parametrize("answer", BROKEN)
def test_a_broken_answer_is_asked_for_again(
    server: Scripted, github: GitHub, answer: Answer
) -> None:
    server.script = in_turn(answer, answer, says_json({"data": WHOLE}))

    assert github.graphql("query", Found)[0].repository.name == "fleet"


def test_answers_that_stay_broken_end(server: Scripted, github: GitHub) -> None:
    server.script = in_turn(Says(status=502))

    with pytest.raises(BrokenAnswerError, match="502"):
        github.graphql("query", Found)

    assert len(server.log) == 6


# --- REST -----------------------------------------------------------------------------------------


def test_paths_are_quoted(server: Scripted, github: GitHub) -> None:
    server.script = in_turn(says_json({"name": "x"}))
    path = github.path("branches", "a/b?c#d%2e é")

    github.get(path, Thing, q="a b&c")

    assert server.log[0].path == (
        "/api/v3/repos/ada/fleet/branches/a%2Fb%3Fc%23d%252e%20%C3%A9?q=a+b%26c"
    )


def test_trap_09_a_list_is_read_to_its_end(server: Scripted, github: GitHub) -> None:
    def answer(asked: Asked) -> Answer:
        number = int(asked.path.rpartition("page=")[2]) if "&page=" in asked.path else 1
        if number == 3:
            return says_json([3])
        url = f"{server.address}/api/v3/repositories/7/things?per_page=100&page={number + 1}"
        return says_json([number], link=f'<{url}>; rel="next", <{url}>; rel="last"')

    server.script = answer

    assert list(github.pages("/repos/ada/fleet/things", list[int])) == [[1], [2], [3]]
    assert "per_page=100" in server.log[0].path


def test_the_next_page_is_not_looked_for_on_another_server(
    server: Scripted, github: GitHub
) -> None:
    with scripted(in_turn(says_json([2]))) as other:
        link = f'<{other.address}/api/v3/things?page=2>; rel="next"'
        server.script = in_turn(says_json([1], link=link))

        with pytest.raises(UnavailableError, match="does not speak as GitHub does"):
            list(github.pages("/things", list[int]))

    assert other.log == []


def test_pages_in_a_ring_end(server: Scripted, github: GitHub) -> None:
    link = f'<{server.address}/api/v3/things?per_page=100>; rel="next"'
    server.script = in_turn(says_json([1], link=link))

    with pytest.raises(UnavailableError):
        list(github.pages("/things", list[int]))

    assert len(server.log) < 3


def test_what_is_made_once_is_not_asked_for_again(server: Scripted, github: GitHub) -> None:
    server.script = in_turn(HangsUp(), says_json({"id": 3}, 201))

    with pytest.raises(UnavailableError):
        github.create("/things", {"name": "x"})

    assert len(server.log) == 1
    assert github.create("/things", {"name": "x"}) == 3
    assert json.loads(server.log[1].body) == {"name": "x"}
