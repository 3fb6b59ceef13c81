"""All that the fake knows, and the events that change it. No protocol, no git."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from tests.github.fake.reported import Reported
from tests.github.fake.values import (
    Actor,
    IssueComment,
    Label,
    LabeledEvent,
    PullRequest,
    UnlabeledEvent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class AboutPullRequest(TypedDict, total=False):
    """What a pull request may say beside its number and head."""

    title: str
    body: str
    author: str
    association: str
    draft: bool
    base: str
    branch: str
    fork: str
    labels: Iterable[str]


class Model(Reported):
    """One repository with its pull requests."""

    def add_pull_request(
        self, number: int, head: str, **about: Unpack[AboutPullRequest]
    ) -> PullRequest:
        """Open a pull request. The commit need not be in any git repository."""
        now = self.clock.tick()
        pull_request = self.new(
            PullRequest,
            repository=self.repository,
            number=number,
            title=about.get("title", f"Change {number}"),
            body=about.get("body", ""),
            author=self.actor(about.get("author", "ada")),
            association=about.get("association", "NONE" if "fork" in about else "MEMBER"),
            draft=about.get("draft", False),
            base_ref=about.get("base", self.repository.default_branch),
            head_ref=about.get("branch", f"feature/{number}-change"),
            head=self.commit(head),
            head_repository=self.fork(about["fork"]) if "fork" in about else self.repository,
            created_at=now,
            updated_at=now,
        )
        self.repository.pull_requests[number] = pull_request
        for name in about.get("labels", ()):
            self.label(pull_request, name)
        return pull_request

    def move_head(self, pull_request: PullRequest, oid: str) -> None:
        """Let a pull request follow its branch."""
        pull_request.head = self.commit(oid)
        self.touch(pull_request)

    def touch(self, pull_request: PullRequest) -> datetime:
        """Note that something happened to a pull request."""
        pull_request.updated_at = self.clock.tick()
        return pull_request.updated_at

    def close(self, pull_request: PullRequest, *, merged: bool = False) -> None:
        """Close a pull request, merged or not."""
        pull_request.closed_at = self.touch(pull_request)
        pull_request.state = "MERGED" if merged else "CLOSED"
        pull_request.merged_at = pull_request.closed_at if merged else None

    def reopen(self, pull_request: PullRequest) -> None:
        """Open a closed pull request again."""
        self.touch(pull_request)
        pull_request.state = "OPEN"
        pull_request.closed_at = None

    def label(self, pull_request: PullRequest, name: str, *, by: str | None = None) -> None:
        """Put a label on a pull request."""
        if name in (label.name for label in pull_request.labels):
            return
        labels = self.repository.labels
        if name not in labels:
            labels[name] = self.new(Label, name=name)
        pull_request.labels.append(labels[name])
        self._label_event(LabeledEvent, pull_request, labels[name], by)

    def unlabel(self, pull_request: PullRequest, name: str, *, by: str | None = None) -> None:
        """Take a label off a pull request."""
        label = self.repository.labels[name]
        pull_request.labels.remove(label)
        self._label_event(UnlabeledEvent, pull_request, label, by)

    def _label_event(
        self, kind: type[LabeledEvent], pull_request: PullRequest, label: Label, by: str | None
    ) -> None:
        actor = self.actor(by) if by else self.repository.owner
        event = self.new(kind, label=label, actor=actor, created_at=self.touch(pull_request))
        pull_request.events.append(event)

    def comment(self, pull_request: PullRequest, author: Actor, body: str) -> IssueComment:
        """Write a comment under a pull request."""
        now = self.touch(pull_request)
        comment = self.new(
            IssueComment,
            pull_request=pull_request,
            author=author,
            body=body,
            created_at=now,
            updated_at=now,
        )
        pull_request.comments.append(comment)
        return comment
