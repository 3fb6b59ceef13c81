from __future__ import annotations

import email.utils
import gzip
import time
from typing import TYPE_CHECKING

import pytest

from tests.requests_over_http import OK, asking, quick_transport
from tests.scripted_http import Asked, HangsUp, Says, Scripted, in_turn, says_json, scripted
from understudy.core.errors import ExitCode, UnavailableError
from understudy.transport import Request, Response, Transport, told_by_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scripted_http import Answer

pytestmark = pytest.mark.usefixtures("quick_http")


@pytest.fixture
def transport() -> Iterator[Transport]:
    with quick_transport() as opened:
        yield opened


# --- what is asked again -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_fails_is_asked_again(transport: Transport, status: int) -> None:
    with scripted(in_turn(Says(status=status), Says(status=status), OK)) as server:
        assert transport.request(asking(server)).status == 200

    assert len(server.log) == 3


def test_a_status_that_the_caller_deals_with_is_handed_over(transport: Transport) -> None:
    with scripted(in_turn(Says(status=502))) as server:
        url = f"{server.address}/graphql"
        answer = transport.request(Request(method="POST", url=url, answers=(502, 504)))

    assert (answer.status, len(server.log)) == (502, 1)


@pytest.mark.parametrize("lost", [HangsUp(), Says(status=200, body=b"{", announced=9)])
def test_an_answer_that_was_lost_or_cut_is_asked_for_again(
    transport: Transport, lost: Answer
) -> None:
    with scripted(in_turn(lost, OK)) as server:
        assert transport.request(asking(server)).body == OK.body


def test_a_body_that_cannot_be_unpacked_is_asked_for_again(transport: Transport) -> None:
    broken = Says(headers={"content-encoding": "gzip"}, body=b"no gzip")
    packed = Says(headers={"content-encoding": "gzip"}, body=gzip.compress(b"fine"))
    with scripted(in_turn(broken, packed)) as server:
        assert transport.request(asking(server)).body == b"fine"


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(HangsUp(), id="its answer was lost"),
        pytest.param(Says(status=201, body=b"{", announced=9), id="its answer was cut"),
        pytest.param(Says(status=500), id="500"),
        pytest.param(Says(status=502), id="502"),
        pytest.param(Says(status=503, headers={"retry-after": "0"}), id="503 and told to wait"),
    ],
)
def test_what_may_have_been_done_already_is_never_done_again(
    transport: Transport, first: Answer
) -> None:
    with scripted(in_turn(first, OK)) as server:
        with pytest.raises(UnavailableError):
            transport.request(asking(server, "POST", repeatable=False))

        assert len(server.log) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_what_was_turned_away_with_a_time_to_wait_is_done_then(
    transport: Transport, status: int
) -> None:
    turned_away = says_json({"message": "later"}, status, retry_after="1")
    with scripted(in_turn(turned_away, OK)) as server:
        started = time.monotonic()
        answer = transport.request(asking(server, "POST", repeatable=False))

    assert (answer.status, len(server.log)) == (200, 2)
    assert time.monotonic() - started >= 1


def test_what_nobody_heard_is_said_again_though_it_may_be_done_once_only(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("understudy.transport.time.sleep", pauses.append)
    with scripted(in_turn(OK)) as server:
        pass

    with pytest.raises(UnavailableError, match="is not available: Connect"):
        transport.request(asking(server, "POST", repeatable=False))

    assert len(pauses) == 5


# --- how long -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param(Says(body=b"x" * 1000, pause=0.1), id="a byte now and then"),
        pytest.param(
            Says(headers={f"x-{n}": "" for n in range(99)}, silence=0.1), id="a header now and then"
        ),
        pytest.param(Says(headers={"a": "b"}, silence=30), id="silence"),
    ],
)
def test_the_deadline_holds_against_a_server_that_never_ends(
    transport: Transport, slow: Answer
) -> None:
    transport.within(0.6)
    with scripted(in_turn(slow)) as server:
        started = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            transport.request(asking(server))

    assert time.monotonic() - started < 2
    assert caught.value.exit_code is ExitCode.UNAVAILABLE


def test_the_deadline_holds_for_everything_together(transport: Transport) -> None:
    transport.within(0.5)
    with scripted(in_turn(Says(body=b"xx", pause=0.1))) as server:
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="in time"):
            _ask_all_the_time(transport, server)

    assert time.monotonic() - started < 2


def _ask_all_the_time(transport: Transport, server: Scripted) -> None:
    for _ in range(100):
        transport.request(asking(server))


def test_a_wish_beyond_the_deadline_ends_at_once_and_tells_when(transport: Transport) -> None:
    with scripted(in_turn(says_json({}, 429, retry_after="3000"))) as server:
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="it answered 429") as caught:
            transport.request(asking(server))

    assert time.monotonic() - started < 2
    assert caught.value.hint == "Try again in 3000 seconds; nothing is lost."


def test_the_last_try_is_not_followed_by_a_pause(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.transport._TRIES", 1)
    monkeypatch.setattr("understudy.transport._FIRST_PAUSE", 5.0)
    with scripted(in_turn(Says(status=500))) as server:
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="is not available: it answered 500"):
            transport.request(asking(server))

    assert time.monotonic() - started < 2


NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"retry-after": "9"}, None),
        (404, {"retry-after": "9"}, None),
        (403, {}, None),
        (429, {"retry-after": "9"}, 9.0),
        (403, {"retry-after": "0"}, 0.0),
        (503, {"retry-after": email.utils.formatdate(NOW + 90, usegmt=True)}, 90.0),
        (429, {"retry-after": email.utils.formatdate(NOW - 90, usegmt=True)}, 0.0),
        (429, {"retry-after": "soon"}, None),
        (429, {"retry-after": "9" * 400}, 9_999_999_999.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 60)}, 61.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW - 60)}, 1.0),
        (403, {"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(NOW + 60)}, None),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, None),
    ],
)
def test_when_a_server_wants_to_be_left_alone(
    monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], expected: float | None
) -> None:
    monkeypatch.setattr("understudy.transport.time.time", lambda: float(NOW))

    assert told_by_headers(Response(status=status, headers=headers, body=b"")) == expected


# --- what is kept ---------------------------------------------------------------------------------


def test_what_did_not_change_is_answered_from_what_is_kept(transport: Transport) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == '"one"':
            return Says(status=304)
        return says_json({"n": 1}, ETag='"one"')

    with scripted(answer) as server:
        first = transport.request(asking(server))
        second = transport.request(asking(server))

    assert first == second
    assert [each.headers.get("if-none-match") for each in server.log] == [None, '"one"']


def test_what_changed_takes_the_place_of_what_was_kept(transport: Transport) -> None:
    one, two = says_json(1, ETag='"one"'), says_json(2, ETag='"two"')
    with scripted(in_turn(one, two, Says(status=304))) as server:
        bodies = [transport.request(asking(server)).body for _ in range(3)]

    assert bodies == [b"1", b"2", b"2"]
    assert server.log[2].headers["if-none-match"] == '"two"'
