from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.forges.github.nodes import moment, read, sha
from tests.forges.github.opened import opened
from tests.scripted_http import Asked, HangsUp, Scripted, says_json, scripted
from understudy.core.errors import UnavailableError
from understudy.forges.github.trust import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.scripted_http import Answer
    from understudy.forges.github.reading import OpenPullRequest

FORK = {"nameWithOwner": "mallory/fleet"}


class _GitHub:
    """Knows when labels were set, and where branches of forks were when."""

    def __init__(self) -> None:
        self.labelled: list[tuple[int, str, str]] = []
        self.moved: list[tuple[str, str]] = []
        self.activity: Answer | None = None

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            ids = asked.document["variables"]["ids"]
            return says_json({"data": {"nodes": [self._node(each) for each in ids]}})
        return self.activity or says_json(
            [{"after": after, "timestamp": at, "activity_type": "push"} for after, at in self.moved]
        )

    def _node(self, node_id: str) -> dict[str, Any]:
        number = int(node_id.removeprefix("PR_"))
        events = [
            {"createdAt": at, "label": {"name": name}}
            for labelled, name, at in self.labelled
            if labelled == number
        ]
        return {"number": number, "timelineItems": {"nodes": events}}


@pytest.fixture
def github() -> _GitHub:
    return _GitHub()


@pytest.fixture
def server(github: _GitHub) -> Iterator[Scripted]:
    with scripted(github) as running:
        yield running


def _fork(
    *labels: str, author: str | None = "mallory", association: str = "NONE"
) -> OpenPullRequest:
    return read(
        7,
        *labels,
        author={"login": author} if author else None,
        authorAssociation=association,
        isCrossRepository=True,
        headRepository=FORK,
    )


def _untrusted(server: Scripted, pull_requests: Iterable[OpenPullRequest]) -> set[int]:
    with opened(f"{server.address}/ada/fleet.git") as client:
        return set(untrusted(client, list(pull_requests), label="stage"))


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("association", "trusted"),
    [
        ("OWNER", True),
        ("MEMBER", True),
        ("COLLABORATOR", True),
        ("CONTRIBUTOR", False),
        ("FIRST_TIME_CONTRIBUTOR", False),
        ("FIRST_TIMER", False),
        ("MANNEQUIN", False),
        ("NONE", False),
        ("SOMETHING_NEW", False),
    ],
)
def test_people_of_the_project_are_trusted_with_their_own_fork(
    server: Scripted, association: str, *, trusted: bool
) -> None:
    assert _untrusted(server, [_fork(association=association)]) == (set() if trusted else {7})
    assert server.log == []


def test_the_owner_is_told_whatever_the_case_of_the_name(server: Scripted) -> None:
    assert _untrusted(server, [_fork(author="Mallory", association="OWNER")]) == set()


@pytest.mark.parametrize("author", ["ada", None])
def test_a_strangers_fork_is_not_trusted_for_the_name_of_who_opened_it(
    server: Scripted, author: str | None
) -> None:
    """Its owner can push to it what he likes, whenever he likes."""
    assert _untrusted(server, [_fork(author=author, association="OWNER")]) == {7}


def test_a_fork_that_is_gone_is_not_trusted(server: Scripted) -> None:
    gone = read(7, "stage", isCrossRepository=True, headRepository=None, authorAssociation="MEMBER")

    assert _untrusted(server, [gone]) == {7}


def test_a_branch_of_the_repository_itself_needs_no_trust(server: Scripted) -> None:
    assert _untrusted(server, [read(7), read(8, "stage")]) == set()
    assert server.log == []


# --- when (trap 37) -------------------------------------------------------------------------------

OLD = sha(6)


@pytest.mark.parametrize(
    ("labelled", "moved", "trusted"),
    [
        pytest.param(moment(10), [(sha(7), moment(9))], True, id="pushed, then labelled"),
        pytest.param(moment(9), [(sha(7), moment(10))], False, id="labelled, then pushed"),
        pytest.param(moment(9), [(sha(7), moment(9))], False, id="in one second: not told apart"),
        pytest.param(
            moment(10),
            [(sha(7), moment(11)), (OLD, moment(9))],
            False,
            id="an old head was labelled, another came after",
        ),
        pytest.param(
            moment(10),
            [(sha(7), moment(11)), (OLD, moment(10, 30)), (sha(7), moment(9))],
            False,
            id="taken away and put back",
        ),
        pytest.param(moment(10), [(OLD, moment(9))], False, id="the branch is elsewhere already"),
        pytest.param(moment(10), [], False, id="nothing is known of the branch"),
        pytest.param(None, [(sha(7), moment(9))], False, id="nobody is known to have labelled it"),
    ],
)
def test_trap_37_a_label_speaks_of_what_was_pushed_before_it(
    server: Scripted,
    github: _GitHub,
    labelled: str | None,
    moved: list[tuple[str, str]],
    *,
    trusted: bool,
) -> None:
    github.labelled = [(7, "Stage", labelled)] if labelled else []
    github.moved = moved

    assert _untrusted(server, [_fork("STAGE")]) == (set() if trusted else {7})


def test_trap_37_a_label_that_was_set_again_counts_from_then_on(
    server: Scripted, github: _GitHub
) -> None:
    github.labelled = [(7, "stage", moment(8)), (7, "stage", moment(11)), (7, "x", moment(12))]
    github.moved = [(sha(7), moment(10))]

    assert _untrusted(server, [_fork("stage")]) == set()


def test_trap_37_another_label_vouches_for_nothing(server: Scripted, github: _GitHub) -> None:
    github.labelled = [(7, "staged", moment(11))]
    github.moved = [(sha(7), moment(10))]

    assert _untrusted(server, [_fork("stage", "staged")]) == {7}
    assert _untrusted(server, [_fork("staged")]) == {7}


def test_the_branch_is_looked_for_in_the_fork(server: Scripted, github: _GitHub) -> None:
    github.labelled = [(7, "stage", moment(11))]

    _untrusted(server, [_fork("stage")])

    (path,) = server.asked("GET")
    assert path.startswith("/api/v3/repos/mallory/fleet/activity?")
    assert "ref=refs%2Fheads%2Ffeature%2F7" in path


@pytest.mark.parametrize("status", [403, 404, 422])
def test_trap_37_a_fork_whose_past_is_not_shown_is_not_trusted(
    server: Scripted, github: _GitHub, status: int
) -> None:
    github.labelled = [(7, "stage", moment(11))]
    github.activity = says_json({"message": "no"}, status)

    assert _untrusted(server, [_fork("stage")]) == {7}


def test_a_server_that_does_not_answer_is_no_verdict(server: Scripted, github: _GitHub) -> None:
    github.labelled = [(7, "stage", moment(11))]
    github.activity = HangsUp()

    with pytest.raises(UnavailableError):
        _untrusted(server, [_fork("stage")])


def test_labels_of_many_are_asked_for_a_hundred_at_a_time(
    server: Scripted,
) -> None:
    many = [
        read(n, "stage", isCrossRepository=True, headRepository=FORK, author={"login": "mallory"})
        for n in range(1, 251)
    ]

    assert len(_untrusted(server, many)) == 250
    assert [len(each.document["variables"]["ids"]) for each in server.log] == [100, 100, 50]
