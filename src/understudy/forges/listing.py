"""Pull requests from a file: for a mirror, a forge without an adapter, or a trial.

The format is documented in `docs/reference/listing.md`. It is strict: what cannot be right is
refused, with the entry and what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from understudy.core import phrases, refnames, strict
from understudy.core.answers import Report
from understudy.core.checks import Run, newest
from understudy.core.errors import UsageError
from understudy.core.model import CommitSha, PullRequest, Snapshot
from understudy.documents import load
from understudy.forges.plain import base_branch, no_base

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from understudy.core.config import Config
    from understudy.core.ports import Remote
    from understudy.core.record import Record

_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_ABBREVIATED = re.compile(r"[0-9a-f]{4,63}", re.IGNORECASE)
_HIGHEST_NUMBER = 999_999_999
_WHAT_A_HEAD_IS = "Give a full commit id, or a branch that the remote has."


class ListedBase(msgspec.Struct, frozen=True, kw_only=True):
    """The base. Without `branch` the configured or default one; without `sha` its tip."""

    branch: str | None = None
    sha: str | None = None


class ListedPullRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `head` is a full commit id, or a ref of the remote; `base` the branch targeted.

    A fork's author is trusted only where the entry says so.
    """

    number: int
    head: str
    title: str = ""
    author: str = ""
    branch: str = ""
    base: str | None = None
    labels: tuple[str, ...] = ()
    draft: bool = False
    from_fork: bool = False
    trusted: bool | None = None
    depends_on: tuple[int, ...] = ()
    checks: dict[str, str] = {}
    pushed_at: datetime | None = None
    url: str | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    base: ListedBase = ListedBase()
    pull_requests: tuple[ListedPullRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingForge:
    """A file, and the remote that its heads are fetched from. Satisfies `ports.Forge`."""

    remote: Remote
    config: Config
    path: Path

    def snapshot(self, previous: Record | None) -> Snapshot:  # noqa: ARG002 - the file has numbers
        """Read the file anew.

        Raises:
            UsageError: the file cannot be read, or cannot be right.
        """
        listing = parse_listing(self._content(), where=str(self.path))
        base_ref = listing.base.branch or base_branch(self.remote, self.config)
        names = [entry.head for entry in listing.pull_requests if not _is_id(entry.head)]
        refs = self.remote.advertised(
            [f"refs/heads/{base_ref}", *(full for name in names for full in _full_names(name))]
        )
        base = listing.base.sha or refs.get(f"refs/heads/{base_ref}")
        if base is None:
            raise no_base(base_ref)
        return Snapshot(
            base_ref=base_ref,
            base=CommitSha(base.lower()),
            pull_requests=tuple(
                _pull_request(entry, head=_head(entry, refs), base_ref=base_ref)
                for entry in sorted(listing.pull_requests, key=lambda entry: entry.number)
            ),
        )

    def report(self, record: Record, before: Record | None) -> Report:  # noqa: ARG002 - as above
        """Tell nobody: a file is only read."""
        return Report()

    def deployed(self, commit: CommitSha) -> None:
        """Know of none: a file tells of pull requests alone."""

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            message = f"The listing {self.path} cannot be read: {error.strerror}."
            raise UsageError(message, hint="Check --pull-requests.") from error


def parse_listing(content: bytes, *, where: str) -> Listing:
    """Read a listing, YAML or JSON.

    Raises:
        UsageError: it cannot be right. The message names the entry.
    """
    document = load(content, where=where, failure=UsageError)
    listing = strict.read(document, Listing, where="", failure=UsageError)
    if listing.base.sha is not None and not _is_id(listing.base.sha):
        message = f"`base.sha` is `{phrases.shown(listing.base.sha)}`; it must be a full commit id."
        raise UsageError(message, hint="`git rev-parse` prints it.")
    if listing.base.branch is not None:
        _refuse_name(listing.base.branch, subject="`base.branch`")
    _refuse_numbers(entry.number for entry in listing.pull_requests)
    for entry in listing.pull_requests:
        if not _is_id(entry.head):
            _refuse_name(entry.head.removeprefix("refs/"), subject=f"The head of #{entry.number}")
    return listing


def _refuse_name(name: str, *, subject: str) -> None:
    if (problem := refnames.problem_of_short(name)) is not None:
        message = f"{subject} is `{phrases.shown(name)}`, which is no ref's name: {problem}."
        raise UsageError(message, hint=_WHAT_A_HEAD_IS)


def _refuse_numbers(numbers: Iterable[int]) -> None:
    seen: set[int] = set()
    for number in numbers:
        if not 1 <= number <= _HIGHEST_NUMBER:
            message = f"The listing has the number {phrases.shown(number)}; numbers begin with 1."
            raise UsageError(message, hint="Correct the entry.")
        if number in seen:
            message = f"The listing has #{number} twice."
            raise UsageError(message, hint="Give each pull request one entry.")
        seen.add(number)


def _pull_request(entry: ListedPullRequest, *, head: CommitSha, base_ref: str) -> PullRequest:
    named = "" if _is_id(entry.head) else entry.head.removeprefix("refs/heads/")
    return PullRequest(
        number=entry.number,
        title=entry.title or f"pull request {entry.number}",
        author=entry.author,
        head=head,
        head_ref=entry.branch or named or f"pull/{entry.number}",
        base_ref=entry.base or base_ref,
        draft=entry.draft,
        labels=frozenset(entry.labels),
        from_fork=entry.from_fork,
        trusted=not entry.from_fork if entry.trusted is None else entry.trusted,
        depends_on=frozenset(entry.depends_on) - {entry.number},
        checks=newest(Run(name=name, word=word) for name, word in entry.checks.items()),
        pushed_at=entry.pushed_at,
        url=entry.url,
    )


def _head(entry: ListedPullRequest, refs: dict[str, CommitSha]) -> CommitSha:
    if _is_id(entry.head):
        return CommitSha(entry.head.lower())
    for name in _full_names(entry.head):
        if name in refs:
            return refs[name]
    message = (
        f"The head of #{entry.number}, `{phrases.shown(entry.head)}`, is no ref of the remote."
    )
    if _ABBREVIATED.fullmatch(entry.head):
        raise UsageError(message, hint="Give all 40 digits of a commit id: `git rev-parse` does.")
    raise UsageError(message, hint=_WHAT_A_HEAD_IS)


def _full_names(name: str) -> tuple[str, ...]:
    return (name,) if name.startswith("refs/") else (f"refs/heads/{name}",)


def _is_id(text: str) -> bool:
    return _FULL_ID.fullmatch(text) is not None
