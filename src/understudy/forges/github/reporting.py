"""What each pull request is told: a commit status, and if wanted a comment and a deployment.

An answer is sent only where it differs from what GitHub already shows, so one that was lost is
sent by the next rebuild. No failure here is one of the rebuild: the stage is published already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.answers import Report, answers, context
from understudy.core.decisions import Finding
from understudy.core.errors import RefusedError, UnavailableError, UnderstudyError
from understudy.forges.github.client import MayNotError
from understudy.forges.github.comments import put_comment
from understudy.forges.github.deployments import show_deployed
from understudy.forges.github.reading import Forbidden
from understudy.forges.github.reported import said_before

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from understudy.core.answers import Answer
    from understudy.core.config import Stage
    from understudy.core.record import Line, Record
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.reading import OpenPullRequest

TELLING = 120.0
"""Seconds for all answers; what is left is said by the next rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a stage speaks: the page that answers lead to, and the text of a comment."""

    page: str
    comment: Callable[[Record, Line], str]


class Reporter:
    """Tells the pull requests of one stage, knowing what GitHub shows them already."""

    def __init__(self, github: GitHub, stage_name: str, stage: Stage, voice: Voice) -> None:
        """Nothing is known yet of what was said before."""
        self._github, self._voice = github, voice
        self._name, self._wanted = stage_name, stage.report
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
        news = self._news(record, before) if self._wanted.status else ()
        for answer in news:
            round_.try_to("status", f"#{answer.number}", self._telling(record, answer, round_))
        if self._wanted.deployments and record.published:
            round_.try_to("deployment", record.branch, lambda: self._deploy(record))
        return round_.result()

    def _news(self, record: Record, before: Record | None) -> tuple[Answer, ...]:
        """Return one answer a head, where GitHub does not show it yet."""
        last = self._by_head(before) if before else {}
        told = {head: _said(answer) for head, answer in last.items()} | self._shown
        heard = {head for head, said in told.items() if said}
        now = self._by_head(record, heard)
        return tuple(each for head, each in now.items() if told.get(head) != _said(each))

    def _by_head(self, record: Record, heard: Collection[str] = ()) -> dict[str, Answer]:
        """Of several pull requests with one head, one that is in speaks: the stage has it."""
        found: dict[str, Answer] = {}
        ours = record.incumbents()
        asked = answers(record, out=self._wanted.out)
        others = answers(record, out=self._wanted.out, heard=heard)
        for answer in (*sorted(asked, key=lambda each: each.number not in ours), *others):
            found.setdefault(answer.head, answer)
        return found

    def _telling(self, record: Record, answer: Answer, round_: _Round) -> Callable[[], None]:
        """Write the comment before the status: one that is lost is written again with it."""

        def tell() -> None:
            line = record.line(answer.number)
            if self._wanted.comment and line:
                comment = f"the comment on #{answer.number}"
                round_.unless_refused(comment, lambda: self._comment(record, line))
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

    def _comment(self, record: Record, line: Line) -> None:
        put_comment(self._github, line.number, self._voice.comment(record, line))

    def _deploy(self, record: Record) -> bool:
        if record.published is None:
            return False
        return show_deployed(
            self._github,
            record.published.commit,
            environment=self._name,
            page=self._voice.page,
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
