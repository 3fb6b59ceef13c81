from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.github.nodes import BASE, END, commits, node, page, sha
from tests.forges.github.opened import opened, opened_in
from tests.scripted_http import Asked, Says, Scripted, in_turn, says_json
from understudy.core.errors import RefusedError, UnavailableError, UsageError
from understudy.forges.github.client import BrokenAnswerError
from understudy.forges.github.reading import Forbidden, Reading, read_open_pull_requests

if TYPE_CHECKING:
    from tests.github.fake.faults import Kind
    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
    from tests.scripted_http import Answer


def _read(server: Scripted, *, within: float = 20.0) -> Reading:
    with opened(f"{server.address}/ada/fleet.git", within=within) as github:
        return read_open_pull_requests(github, "master", stage_ref="staging")


def _read_in(hub: GitHubWorld, token: Token | None = None) -> Reading:
    with opened_in(hub, token) as github:
        return read_open_pull_requests(github, "master", stage_ref="staging")


def _numbers(reading: Reading) -> list[int]:
    return [each.node.number for each in reading.pull_requests]


def _data(document: object, *errors: object) -> Says:
    return says_json({"data": document, **({"errors": errors} if errors else {})})


# --- every list to its end (trap 09) --------------------------------------------------------------


def test_trap_09_each_pull_request_label_and_check_is_read(hub: GitHubWorld) -> None:
    hub.base({"a": "1"})
    for number in range(1, 131):
        hub.model.add_pull_request(number, sha(number))
    for n in range(120):
        hub.model.label(hub.at(7), f"label-{n:03}")
    for n in range(230):
        hub.model.add_check(sha(7), f"check-{n:03}", "success", run=n + 1)
        if n < 30:
            hub.model.add_status(sha(7), f"status-{n:03}", "success", creator=hub.model.actor("ci"))
    hub.clear_log()

    reading = _read_in(hub)

    assert _numbers(reading) == list(range(1, 131))
    assert reading.complete
    assert reading.base_tips == {hub.remote_ref("refs/heads/master")}
    seventh = reading.pull_requests[6]
    assert len(seventh.labels) == 120
    assert not isinstance(seventh.reported, Forbidden)
    assert len(seventh.reported) == 260
    asked = [each.operation for each in hub.traffic]
    # 20, 40 and 70 pull requests, 70 more labels, 160 more checks.
    assert asked.count("OpenPullRequests") == 3
    assert (asked.count("MoreLabels"), asked.count("MoreChecks")) == (1, 2)


def test_no_pull_request_at_all_is_an_answer(server: Scripted) -> None:
    server.script = in_turn(_data(page()))

    assert _read(server) == Reading(
        base_tips=frozenset({BASE}), stage_tips=frozenset({None}), pull_requests=(), counted=0
    )


def test_one_that_shows_up_on_two_pages_counts_once_as_it_is_last(server: Scripted) -> None:
    moved = node(1, headRefOid=sha(99))
    server.script = in_turn(
        _data(page(node(1), node(2), after="a", total=3)), _data(page(moved, node(3), total=3))
    )

    reading = _read(server)

    assert sorted(_numbers(reading)) == [1, 2, 3]
    assert {each.node.head_ref_oid for each in reading.pull_requests} == {sha(99), sha(2), sha(3)}


@pytest.mark.parametrize(("total", "complete"), [(2, True), (3, False)])
def test_fewer_than_github_counts_is_not_all_of_them(
    server: Scripted, total: int, *, complete: bool
) -> None:
    server.script = in_turn(_data(page(node(1), node(2), total=total)))

    assert _read(server).complete is complete


def test_a_base_that_moves_between_two_pages_is_seen(server: Scripted) -> None:
    server.script = in_turn(
        _data(page(node(1), after="a", total=2)), _data(page(node(2), total=2, base="c" * 40))
    )

    assert _read(server).base_tips == {BASE, "c" * 40}


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", ""], ["a", None]])
def test_a_list_that_says_not_where_it_goes_on_is_an_error(
    server: Scripted, cursors: list[str | None]
) -> None:
    pages = [page(node(n)) for n in range(len(cursors))]
    for each, cursor in zip(pages, cursors, strict=True):
        each["repository"]["pullRequests"]["pageInfo"] = {"hasNextPage": True, "endCursor": cursor}
    server.script = in_turn(*map(_data, pages))

    with pytest.raises(UnavailableError, match="goes on, and not where"):
        _read(server)


def test_a_list_that_goes_round_in_a_ring_ends_at_the_deadline(server: Scripted) -> None:
    def answer(asked: Asked) -> Answer:
        after = "b" if asked.document["variables"]["after"] == "a" else "a"
        return _data(page(node(1), after=after))

    server.script = answer

    with pytest.raises(UnavailableError, match="in time"):
        _read(server, within=0.7)


def test_a_branch_that_is_not_there_is_told(server: Scripted) -> None:
    server.script = in_turn(_data(page(base=None)))

    with pytest.raises(UsageError, match="has no branch `master`"):
        _read(server)


# --- too much at once -----------------------------------------------------------------------------


def test_a_page_that_takes_too_long_is_asked_for_in_halves_and_then_more_again(
    server: Scripted,
) -> None:
    sizes: list[int] = []

    def answer(asked: Asked) -> Answer:
        sizes.append(asked.document["variables"]["first"])
        if sizes[-1] > 5 and len(sizes) < 4:
            return Says(status=502)
        number = len(sizes)
        return _data(page(node(number), after=f"c{number}" if number < 9 else None, total=6))

    server.script = answer

    assert _numbers(_read(server)) == [3, 4, 5, 6, 7, 8, 9]
    assert sizes == [20, 10, 5, 10, 20, 40, 80, 100, 100]


def test_even_one_at_a_time_can_be_too_much(server: Scripted) -> None:
    server.script = in_turn(Says(status=502))

    with pytest.raises(BrokenAnswerError):
        _read(server)

    assert [each.document["variables"]["first"] for each in server.log] == [20, 10, 5, 2, 1, 1]


@pytest.mark.parametrize("kind", ["502", "truncated-json", "graphql-error", "html-page"])
@pytest.mark.parametrize("operation", ["MoreChecks", "MoreLabels"])
def test_trap_01_one_bad_answer_on_the_way_costs_nothing(
    hub: GitHubWorld, kind: Kind, operation: str
) -> None:
    hub.base({"a": "1"})
    hub.model.add_pull_request(1, sha(1), labels=[f"l{n}" for n in range(60)])
    for n in range(110):
        hub.model.add_check(sha(1), f"c{n}", "success")
    hub.fault(kind, on=lambda request: request.operation == operation)

    (read,) = _read_in(hub).pull_requests

    assert (len(read.labels), len(read.reported)) == (60, 110)  # type: ignore[arg-type]
    assert not hub.fake.faults.left


@pytest.mark.parametrize("times", [1, 2])
def test_trap_01_data_with_a_hole_is_never_taken_for_whole(hub: GitHubWorld, times: int) -> None:
    hub.base({"a": "1"})
    hub.model.add_pull_request(1, sha(1))
    hub.model.add_check(sha(1), "lint", "failure")
    hub.fault("graphql-partial", times=times)

    (read,) = _read_in(hub).pull_requests

    assert not isinstance(read.reported, Forbidden)
    assert len(read.reported) == 1


# --- what may not be read (trap 39) ---------------------------------------------------------------


def test_trap_39_a_fine_grained_token_leaves_checks_unknown_and_says_what_to_do(
    hub: GitHubWorld,
) -> None:
    hub.base({"a": "1"})
    for number in (1, 2):
        hub.model.add_pull_request(number, sha(number))
    hub.model.add_check(sha(1), "lint", "success")

    first, second = _read_in(hub, hub.tokens.fine_grained()).pull_requests

    assert isinstance(first.reported, Forbidden)
    assert "a fine-grained personal access token cannot read check runs" in first.reported.why
    assert second.reported == first.reported


def _forbidden(*path: str | int, message: str = "Resource not accessible") -> dict[str, object]:
    whole = ["repository", "pullRequests", "nodes", *path]
    return {"type": "FORBIDDEN", "path": whole, "message": message}


def test_trap_39_what_is_forbidden_on_one_head_says_nothing_of_the_others(
    server: Scripted,
) -> None:
    error = _forbidden(1, "commits", "nodes", 0, "commit", "statusCheckRollup")
    server.script = in_turn(_data(page(node(1), node(2), node(3)), error))

    reported = [each.reported for each in _read(server).pull_requests]

    assert reported[0] == reported[2] == ()
    assert isinstance(reported[1], Forbidden)
    assert "`Checks: read`" in reported[1].why


def test_a_fork_that_hides_itself_does_not_stop_the_stage(server: Scripted) -> None:
    """Whose organisation has an allow list of addresses decides that, not who reads."""
    error = _forbidden(0, "headRepository", message="the organization has an IP allow list enabled")
    hidden = node(1, headRepository=None, isCrossRepository=True)
    server.script = in_turn(_data(page(hidden, node(2)), error))

    assert _numbers(_read(server)) == [1, 2]


@pytest.mark.parametrize("path", [[0, "labels"], [0], [0, "author"], []])
def test_anything_else_that_is_forbidden_is_no_answer(server: Scripted, path: list[Any]) -> None:
    server.script = in_turn(_data(page(node(1)), _forbidden(*path)))

    with pytest.raises(RefusedError, match="may not read all of the pull requests: repository"):
        _read(server)


def test_checks_that_are_not_shown_are_not_taken_for_none(server: Scripted) -> None:
    hole: dict[str, Any] = {"contexts": {"pageInfo": END, "nodes": [None]}}
    server.script = in_turn(
        _data(
            page(
                node(1, commits=commits(sha(1), hole)),
                node(2, commits=commits(sha(2), {"contexts": None})),
                node(3, commits=commits(sha(77), None)),
                node(4, commits={"nodes": []}),
            )
        )
    )

    reading = _read(server)

    assert all(isinstance(each.reported, Forbidden) for each in reading.pull_requests)


def test_checks_that_are_forbidden_on_a_later_page_are_unknown_as_a_whole(
    server: Scripted,
) -> None:
    more = {"contexts": {"pageInfo": {"hasNextPage": True, "endCursor": "c"}, "nodes": []}}
    error = {"type": "FORBIDDEN", "path": ["node", "statusCheckRollup"], "message": "no"}
    server.script = in_turn(
        _data(page(node(1, commits=commits(sha(1), more)))),
        _data({"node": {"statusCheckRollup": None}}, error),
    )

    (read,) = _read(server).pull_requests

    assert isinstance(read.reported, Forbidden)


def test_a_head_that_loses_its_checks_while_they_are_read_is_no_answer(server: Scripted) -> None:
    more = {"contexts": {"pageInfo": {"hasNextPage": True, "endCursor": "c"}, "nodes": []}}
    server.script = in_turn(
        _data(page(node(1, commits=commits(sha(1), more)))),
        _data({"node": {"statusCheckRollup": None}}),
    )

    with pytest.raises(UnavailableError, match="changed while it was read"):
        _read(server)
