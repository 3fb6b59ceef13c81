"""GitHub as a forge: one snapshot of all open pull requests, and answers to each. `ports.Forge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.checks import newest
from understudy.core.config import Required
from understudy.core.decisions import Raced
from understudy.core.dependencies import depends_on_in
from understudy.core.errors import UnavailableError, UsageError
from understudy.core.model import ChecksUnreadable, CommitSha, PullRequest, Snapshot
from understudy.forges.github.flux_statuses import read_deployed
from understudy.forges.github.protection import required_checks
from understudy.forges.github.reading import Forbidden, read_open_pull_requests
from understudy.forges.github.reported import own, runs
from understudy.forges.github.reporting import Reporter
from understudy.forges.github.trust import untrusted

if TYPE_CHECKING:
    from understudy.core.answers import Report
    from understudy.core.config import Config, Stage
    from understudy.core.deployment import Deployment
    from understudy.core.ports import Remote
    from understudy.core.record import Record
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.reading import OpenPullRequest, Reading
    from understudy.forges.github.reported import OurRun
    from understudy.forges.github.reporting import Voice

READING = 300.0
"""Seconds in which the whole world must have been read."""

PATIENCE = 3
"""How often it is read again where GitHub shows less than it has, or an old copy."""

_NOBODY = "ghost"
"""How GitHub shows an account that is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The stage for which GitHub is read, and the run in which that is done."""

    config: Config
    name: str
    stage: Stage
    us: OurRun


class GitHubForge:
    """One repository on GitHub, read for one stage."""

    def __init__(self, github: GitHub, remote: Remote, lane: Lane, voice: Voice) -> None:
        """`remote` is the same repository as git sees it."""
        self._github, self._remote, self._lane = github, remote, lane
        self._disagreed = 0
        self._reporter = Reporter(github, lane.name, lane.stage, voice)

    def snapshot(self, previous: Record | None) -> Snapshot | Raced:  # noqa: ARG002 - see ports
        """Read all open pull requests with their checks; see `ports.Forge.snapshot`.

        Raises:
            UnavailableError: GitHub did not answer in whole.
            RefusedError: the token may not read what is needed.
        """
        self._github.transport.within(READING)
        base_ref = self._base_ref()
        stage_ref = self._lane.stage.branch
        reading = read_open_pull_requests(self._github, base_ref, stage_ref=stage_ref)
        base = self._tip_that_git_has(base_ref)
        if moved := self._moved(reading, base_ref, base):
            return self._again(reading, moved)
        self._reporter.remember(reading.pull_requests)
        return self._as_snapshot(base_ref, base, reading)

    def report(self, record: Record, before: Record | None) -> Report:
        """Tell each pull request what differs from what it was told; see `ports.Forge.report`."""
        return self._reporter.report(record, before)

    def deployed(self, commit: CommitSha) -> Deployment | None:
        """Read what Flux's statuses say of a commit; see `ports.Forge.deployed`."""
        ref = f"refs/heads/{self._base_ref()}"
        is_base = self._remote.advertised([ref]).get(ref) == commit
        return read_deployed(self._github, commit, self._lane.stage, is_base=is_base)

    def _base_ref(self) -> str:
        base_ref = self._lane.config.base or self._remote.default_branch()
        if base_ref is None:
            message = f"{self._github.place.url} has no default branch."
            raise UsageError(message, hint="Push one, or name the base: `base: main`.")
        return base_ref

    def _tip_that_git_has(self, base_ref: str) -> CommitSha:
        ref = f"refs/heads/{base_ref}"
        tip = self._remote.advertised([ref]).get(ref)
        if tip is None:
            message = f"{self._github.place.url} has no branch `{base_ref}` that git can read."
            raise UsageError(message, hint="Name another in the configuration: `base: …`.")
        return tip

    def _moved(self, reading: Reading, base_ref: str, base: CommitSha) -> str | None:
        """Return the branch that shows that what was read is not of one moment.

        GitHub answers from copies, some of them seconds old; git tells what is there. A stage that
        we pushed ourselves and GitHub does not know yet shows an old copy too: what else it says
        is as old. That is a hint, and not waited for without end.
        """
        if not reading.complete or reading.base_tips != {base}:
            return base_ref
        stage_ref = self._lane.stage.branch
        ref = f"refs/heads/{stage_ref}"
        tip = self._remote.advertised([ref]).get(ref)
        is_old = reading.stage_tips != {tip} and self._disagreed < PATIENCE
        return stage_ref if is_old else None

    def _again(self, reading: Reading, moved: str) -> Raced:
        """Let some time pass, so that the next reading finds another moment."""
        self._disagreed += 1
        if not reading.complete and self._disagreed > PATIENCE:
            raise _incomplete(reading)
        why = f"`{moved}` moves" if reading.complete else "pull requests are missing"
        self._github.transport.pause(self._disagreed, f"{why} while it is read")
        return Raced(ref=f"refs/heads/{moved}", actual=None)

    def _as_snapshot(self, base_ref: str, base: CommitSha, reading: Reading) -> Snapshot:
        stage = self._lane.stage
        strangers = untrusted(self._github, reading.pull_requests, label=stage.labels.trust)
        by_protection = stage.checks.required is Required.BRANCH_PROTECTION
        return Snapshot(
            base_ref=base_ref,
            base=base,
            pull_requests=tuple(
                _pull_request(each, trusted=each.node.number not in strangers)
                for each in sorted(reading.pull_requests, key=lambda each: each.node.number)
            ),
            required_checks=required_checks(self._github, base_ref) if by_protection else None,
            own_checks=frozenset().union(
                *(
                    own(each.reported, self._lane.us)
                    for each in reading.pull_requests
                    if not isinstance(each.reported, Forbidden)
                )
            ),
        )


def _incomplete(reading: Reading) -> UnavailableError:
    """Never take a part for the whole (trap 09), even if GitHub never gives the rest."""
    given = len(reading.pull_requests)
    message = f"GitHub counts {reading.counted} open pull requests and shows {given} of them."
    return UnavailableError(message, hint="Rebuild again later; nothing was published.")


def _pull_request(read: OpenPullRequest, *, trusted: bool) -> PullRequest:
    node = read.node
    return PullRequest(
        number=node.number,
        title=node.title,
        author=node.author.login if node.author else _NOBODY,
        head=CommitSha(node.head_ref_oid),
        head_ref=node.head_ref_name,
        base_ref=node.base_ref_name,
        draft=node.is_draft,
        labels=read.labels,
        from_fork=node.is_cross_repository,
        trusted=trusted,
        depends_on=depends_on_in(node.body) - {node.number},
        checks=(
            ChecksUnreadable(why=read.reported.why)
            if isinstance(read.reported, Forbidden)
            else newest(runs(read.reported))
        ),
        # GitHub tells no time of a push, and a commit's date is its author's to choose. This is
        # never earlier than the push, so "no checks yet" is never taken for "none" (trap 05).
        pushed_at=node.updated_at,
        url=node.url,
    )
