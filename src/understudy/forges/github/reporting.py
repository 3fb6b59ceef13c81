"""What each pull request is told: a commit status, and if wanted a comment and a deployment.

An answer is sent only where it differs from what GitHub already shows, so one that was lost is
sent by the next rebuild. No failure here is one of the rebuild: the stage is published already.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.answers import Report, answers, became, context, says_no_less
from understudy.core.decisions import Finding
from understudy.core.deployment import as_told
from understudy.core.errors import RefusedError, UnavailableError, UnderstudyError
from understudy.forges.github.client import MayNotError
from understudy.forges.github.comments import put_comment
from understudy.forges.github.deployments import show_deployed
from understudy.forges.github.flux_statuses import read_deployed
from understudy.forges.github.reading import Forbidden
from understudy.forges.github.reported import said_before

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from understudy.core.answers import Answer
    from understudy.core.config import Stage
    from understudy.core.deployment import Deployment
    from understudy.core.model import CommitSha
    from understudy.core.record import Line, Record
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.reading import OpenPullRequest

TELLING = 120.0
"""Seconds for all answers; what is left is said by the next rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a stage speaks: the page that answers lead to, and the text of a comment.

    `deployed` adds what is known elsewhere to what Flux has told GitHub of a commit.
    """

    page: str
    comment: Callable[[Record, Line, Deployment | None], str]
    deployed: Callable[[CommitSha, Deployment | None], Deployment | None] = as_told


class Reporter:
    """Tells the pull requests of one stage, knowing what GitHub shows them already."""

    def __init__(self, github: GitHub, stage_name: str, stage: Stage, voice: Voice) -> None:
        """Nothing is known yet of what was said before."""
        self._github, self._voice = github, voice
        self._name, self._stage, self._wanted = stage_name, stage, stage.report
        self._shown: dict[str, tuple[str, str] | None] = {}

    def remember(self, pull_requests: Iterable[OpenPullRequest]) -> None:
        """Take note of the answer that GitHub shows on each head, if it may be read."""
        self._shown = {}
        for each in pull_requests:
            if not isinstance(each.reported, Forbidden):
                said = said_before(each.reported, context(self._name))
                shown = (said.state.lower(), said.description or "") if said else None
                self._shown[each.node.head_ref_oid] = shown

    def report(self, record: Record, before: Record | None) -> Report:
        """Send what is new; what could not be sent is part of the result."""
        self._github.transport.within(TELLING)
        round_ = _Round()
        deployment = self._deployment(record, round_)
        news = self._news(record, before, deployment) if self._wanted.status else ()
        for answer in news:
            telling = self._telling(record, answer, deployment, round_)
            round_.try_to("status", f"#{answer.number}", telling)
        if self._wanted.deployments and record.published:
            show = functools.partial(self._show, record, deployment)
            round_.try_to("deployment", record.branch, show)
        return round_.result()

    def _deployment(self, record: Record, round_: _Round) -> Deployment | None:
        """Read what became of the stage, where that is told; None too where it cannot be read."""
        found: list[Deployment | None] = []
        published = record.published

        def read() -> bool:
            if published:
                commit, is_base = published.commit, published.commit == record.base.sha
                told = read_deployed(self._github, commit, self._stage, is_base=is_base)
                found.append(self._voice.deployed(commit, told))
            return False

        if self._wanted.deployed:
            round_.try_to("deployed", f"what Flux made of {record.branch}", read)
        return found[0] if found else None

    def _news(
        self, record: Record, before: Record | None, deployment: Deployment | None
    ) -> tuple[Answer, ...]:
        """Return one answer a head, where GitHub does not show it yet.

        What became of the stage is told only where it is seen what was told: it is not in records.
        """
        last = self._by_head(before) if before else {}
        told = {head: _said(answer) for head, answer in last.items()} | self._shown
        heard = {head for head, said in told.items() if said}
        now = self._by_head(record, heard)
        if deployment:
            delivered = self._by_head(record, heard, deployment)
            now |= {head: delivered[head] for head in now.keys() & self._shown.keys()}
        return tuple(each for head, each in now.items() if self._is_news(each, told.get(head)))

    def _is_news(self, answer: Answer, said: tuple[str, str] | None) -> bool:
        """Until Flux speaks of a newer commit, what it said of the one before holds."""
        if said is None or said == _said(answer):
            return said is None
        state, text = said
        states = {answer.state.value, self._wanted.out.value}
        kept = self._wanted.deployed and state in states and says_no_less(text, answer.text)
        return not kept

    def _by_head(
        self,
        record: Record,
        heard: Collection[str] = (),
        deployment: Deployment | None = None,
    ) -> dict[str, Answer]:
        """Of several pull requests with one head, one that is in speaks: the stage has it."""
        found: dict[str, Answer] = {}
        ours, out = record.incumbents(), self._wanted.out
        asked = answers(record, out=out, deployment=deployment)
        others = answers(record, out=out, heard=heard, deployment=deployment)
        for answer in (*sorted(asked, key=lambda each: each.number not in ours), *others):
            found.setdefault(answer.head, answer)
        return found

    def _telling(
        self, record: Record, answer: Answer, deployment: Deployment | None, round_: _Round
    ) -> Callable[[], None]:
        """Write the comment before the status: one that is lost is written again with it."""

        def tell() -> None:
            line = record.line(answer.number)
            if self._wanted.comment and line:
                comment = f"the comment on #{answer.number}"
                round_.unless_refused(comment, lambda: self._comment(record, line, deployment))
            self._status(answer)

        return tell

    def _status(self, answer: Answer) -> None:
        """https://docs.github.com/en/rest/commits/statuses#create-a-commit-status ."""
        payload = {
            "state": answer.state.value,
            "context": context(self._name),
            "description": answer.text,
            "target_url": self._voice.page,
        }
        self._github.write("POST", self._github.path("statuses", answer.head), payload)

    def _comment(self, record: Record, line: Line, deployment: Deployment | None) -> None:
        put_comment(self._github, line.number, self._voice.comment(record, line, deployment))

    def _show(self, record: Record, deployment: Deployment | None) -> bool:
        if record.published is None:
            return False
        commit = record.published.commit
        return show_deployed(
            self._github,
            commit,
            environment=self._name,
            page=self._voice.page,
            became=became(record, deployment) if self._wanted.deployed else None,
        )


class _Round:
    """One round of answers. It is over when GitHub, or its own time, allows no more.

    What the token may not do is tried once: the rest of its kind is let be.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._failures: dict[str, _Failure] = {}
        self._over: UnavailableError | None = None
        self._forbidden: dict[str, MayNotError] = {}

    def try_to(self, kind: str, subject: str, send: Callable[[], bool | None]) -> None:
        if known := self._over or self._forbidden.get(kind):
            self._note(subject, known)
            return
        try:
            self._sent += send() is not False
        except UnavailableError as error:
            self._over = error
            self._note(subject, error)
        except UnderstudyError as error:
            self._note_refusal(kind, subject, error)

    def unless_refused(self, subject: str, send: Callable[[], None]) -> None:
        """Go on with the rest of an answer where its comment is not allowed, here or at all."""
        if known := self._forbidden.get("comment"):
            self._note(subject, known)
            return
        try:
            send()
        except RefusedError as error:
            self._note_refusal("comment", subject, error)

    def result(self) -> Report:
        return Report(
            sent=self._sent, unsent=tuple(each.finding() for each in self._failures.values())
        )

    def _note_refusal(self, kind: str, subject: str, error: UnderstudyError) -> None:
        if isinstance(error, MayNotError):
            self._forbidden[kind] = error
        self._note(subject, error)

    def _note(self, subject: str, error: UnderstudyError) -> None:
        self._failures.setdefault(error.message, _Failure(error)).subjects.append(subject)


class _Failure:
    """What stood against one or more answers."""

    def __init__(self, error: UnderstudyError) -> None:
        self.error = error
        self.subjects: list[str] = []

    def finding(self) -> Finding:
        more = len(self.subjects) - _LISTED
        return Finding(
            rule="not-told",
            subject=", ".join(self.subjects[:_LISTED]) + (f" and {more} more" if more > 0 else ""),
            message=self.error.message,
            remedy=self.error.hint,
        )


_LISTED = 5


def _said(answer: Answer) -> tuple[str, str]:
    return answer.state.value, answer.text
