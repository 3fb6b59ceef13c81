from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.forges.github.opened import opened_in
from tests.render import samples
from understudy.core.config import Checks, Config, Required, Stage
from understudy.core.decisions import Raced
from understudy.core.errors import UnavailableError, UsageError
from understudy.core.model import Check, CheckState, ChecksUnreadable, CommitSha, Snapshot
from understudy.core.record import LineState
from understudy.forges.github.forge import GitHubForge, Lane
from understudy.forges.github.reported import OurRun
from understudy.forges.github.reporting import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.github.fake.tokens import Token
    from tests.github.world import GitHubWorld
    from understudy.core.answers import Report as Sent
    from understudy.core.model import PullRequest
    from understudy.core.record import Record

US = OurRun(run_id="9000001", workflow_file="staging-deploy.yaml")
VOICE = Voice(page="", comment=lambda *_: "")


class _Remote:
    """The refs of the fake's repository, as git sees them."""

    def __init__(self, hub: GitHubWorld) -> None:
        self._hub = hub
        self.default: str | None = "master"

    def advertised(self, patterns: Sequence[str]) -> dict[str, CommitSha]:
        found = {ref: self._hub.remote_ref(ref) for ref in patterns}
        return {ref: CommitSha(tip) for ref, tip in found.items() if tip}

    def default_branch(self) -> str | None:
        return self.default

    def notes(self, _: str, __: Iterable[CommitSha]) -> dict[CommitSha, bytes]:
        return {}


class _Situation:
    """How the forge is opened."""

    def __init__(self, hub: GitHubWorld) -> None:
        self.hub = hub
        self.remote = _Remote(hub)
        self.config = Config()
        self.stage = Stage(branch="staging")
        self.token: Token | None = None

    def snapshot(self) -> Snapshot | Raced:
        with self._opened() as forge:
            return forge.snapshot(None)

    def seen(self) -> Snapshot:
        snapshot = self.snapshot()
        assert isinstance(snapshot, Snapshot)
        return snapshot

    def one(self, number: int) -> PullRequest:
        return next(each for each in self.seen().pull_requests if each.number == number)

    def told(self, record: Record) -> Sent:
        """Read, and answer, as one rebuild does that knows of none before it."""
        with self._opened() as forge:
            forge.snapshot(None)
            return forge.report(record, None)

    @contextmanager
    def _opened(self) -> Iterator[GitHubForge]:
        with opened_in(self.hub, self.token) as github:
            lane = Lane(config=self.config, name="staging", stage=self.stage, us=US)
            yield GitHubForge(github, self.remote, lane, VOICE)


@pytest.fixture
def forge(hub: GitHubWorld) -> _Situation:
    hub.base({"a": "1"})
    return _Situation(hub)


# --- what a pull request is -----------------------------------------------------------------------


def test_a_pull_request_is_read_with_its_checks(hub: GitHubWorld, forge: _Situation) -> None:
    request = hub.pull_request(
        12,
        {"b": "2"},
        title="Add b",
        author="grace",
        labels=["no-stage", "Big"],
        draft=True,
        body="Depends-On: #3\nDepends-On: #12",
    )
    hub.check(12, "lint", "success")
    hub.status(12, "ci/jenkins", "pending")

    read = forge.one(12)

    assert (read.title, read.author, read.head) == ("Add b", "grace", request.head)
    assert (read.head_ref, read.base_ref) == (request.branch, "master")
    assert (read.draft, read.from_fork, read.trusted) == (True, False, True)
    assert read.labels == {"no-stage", "Big"}
    assert read.depends_on == {3}
    assert read.url == f"{hub.fake.root}/ada/fleet/pull/12"
    assert [(c.name, c.source, c.state) for c in _checks(read)] == [
        ("ci/jenkins", "", CheckState.PENDING),
        ("lint", "ci.yaml, pull_request", CheckState.PASSED),
    ]


def _checks(read: PullRequest) -> tuple[Check, ...]:
    assert not isinstance(read.checks, ChecksUnreadable)
    return read.checks


def test_the_base_is_what_git_has_too(hub: GitHubWorld, forge: _Situation) -> None:
    snapshot = forge.seen()

    assert (snapshot.base_ref, snapshot.base) == ("master", hub.remote_ref("refs/heads/master"))
    assert snapshot.pull_requests == ()
    assert snapshot.required_checks is None


def test_pull_requests_come_in_the_order_of_their_numbers(
    hub: GitHubWorld, forge: _Situation
) -> None:
    for number in (12, 3, 7):
        hub.pull_request(number, {f"f{number}": "x"})

    assert [each.number for each in forge.seen().pull_requests] == [3, 7, 12]


def test_trap_05_a_push_is_never_taken_for_older_than_it_is(
    hub: GitHubWorld, forge: _Situation
) -> None:
    """A commit can bear any date, such as one of years ago."""
    hub.pull_request(1, {"b": "2"})
    pushed = hub.model.clock.now

    read = forge.one(1).pushed_at

    assert read is not None
    assert read >= pushed


# --- forks ----------------------------------------------------------------------------------------


def test_trap_37_a_strangers_fork_is_not_trusted_and_a_members_is(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.pull_request(1, {"b": "2"}, fork="mallory/fleet")
    hub.pull_request(2, {"c": "2"}, fork="grace/fleet", association="MEMBER")
    hub.pull_request(3, {"d": "2"}, fork="mallory/fleet", association="OWNER", author="ada")

    seen = forge.seen().pull_requests

    assert [each.trusted for each in seen] == [False, True, False]
    assert all(each.from_fork for each in seen)


def test_trap_37_a_label_lets_in_what_was_pushed_before_it_alone(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.pull_request(1, {"b": "2"}, fork="mallory/fleet")
    hub.label(1, "stage")
    assert forge.one(1).trusted

    hub.push(1, {"b": "worse"})
    assert not forge.one(1).trusted


def test_a_fork_that_is_gone_is_still_a_pull_request(hub: GitHubWorld, forge: _Situation) -> None:
    hub.pull_request(1, {"b": "2"}, fork="mallory/fleet")
    hub.delete_fork(1)

    assert not forge.one(1).trusted


# --- our own checks (trap 10) ---------------------------------------------------------------------


def test_trap_10_the_job_that_runs_us_is_named_for_every_head(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.pull_request(1, {"b": "2"})
    hub.check(1, "sync-staging", "in_progress", workflow="staging-deploy")
    hub.check(1, "lint", "success")

    assert forge.seen().own_checks == {("staging-deploy.yaml, pull_request", "sync-staging")}


# --- required checks ------------------------------------------------------------------------------


def test_required_checks_come_from_the_base_where_that_is_wanted(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.protect("master", ["lint"])
    hub.ruleset("master", ["test"])
    assert forge.seen().required_checks is None

    forge.stage = Stage(checks=Checks(required=Required.BRANCH_PROTECTION))
    assert forge.seen().required_checks == ("lint", "test")


# --- one moment -----------------------------------------------------------------------------------


def test_a_base_that_git_has_moved_on_is_read_again(hub: GitHubWorld, forge: _Situation) -> None:
    hub.freeze_reads()
    hub.base({"a": "2"})

    assert forge.snapshot() == Raced(ref="refs/heads/master", actual=None)
    assert isinstance(forge.snapshot(), Snapshot)


def test_trap_09_a_page_without_anything_on_it_is_not_the_end(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.pull_request(1, {"b": "2"})
    hub.fault("empty-page")
    assert [each.number for each in forge.seen().pull_requests] == [1]


def test_a_base_that_is_not_there_is_told(forge: _Situation) -> None:
    forge.config = Config(base="trunk")
    with pytest.raises(UsageError, match="has no branch `trunk`"):
        forge.snapshot()

    forge.config, forge.remote.default = Config(), None
    with pytest.raises(UsageError, match="has no default branch"):
        forge.snapshot()


@pytest.mark.parametrize("fault", ["graphql-error", "cut-before", "html-page", "truncated-json"])
def test_trap_01_a_github_that_does_not_answer_is_a_failure(
    hub: GitHubWorld, forge: _Situation, fault: str
) -> None:
    hub.pull_request(1, {"b": "2"})
    hub.fault(fault, on="graphql", times=99)  # type: ignore[arg-type]

    with pytest.raises(UnavailableError):
        forge.snapshot()


def test_trap_39_checks_that_cannot_be_read_are_unknown_and_say_why(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.pull_request(1, {"b": "2"})
    forge.token = hub.tokens.fine_grained()
    read = forge.one(1).checks
    assert isinstance(read, ChecksUnreadable)
    assert "use a GitHub App" in read.why


def test_trap_34_a_page_of_pull_requests_costs_one_request(
    hub: GitHubWorld, forge: _Situation
) -> None:
    for number in range(1, 11):
        hub.model.add_pull_request(number, f"{number:040x}")
        hub.model.add_check(f"{number:040x}", "lint", "success")
    hub.clear_log()

    assert len(forge.seen().pull_requests) == 10
    assert [each.operation for each in hub.reads()] == ["OpenPullRequests"]


def test_what_a_head_shows_already_is_known_when_answers_are_sent(
    hub: GitHubWorld, forge: _Situation
) -> None:
    hub.model.add_pull_request(1, samples.commit("1"))
    record = samples.record(pull_requests=(samples.line(1, LineState.INCLUDED),))

    assert [forge.told(record).sent for _ in range(2)] == [1, 0]
