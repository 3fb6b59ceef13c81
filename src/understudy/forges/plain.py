"""No server: pull requests are branches that match a pattern, checks are git notes."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.answers import Report
from understudy.core.errors import UsageError
from understudy.core.flux_statuses import deployment_in
from understudy.core.model import CommitSha, PullRequest, Snapshot
from understudy.forges.marks import checks_in, told_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.core.config import Config, Stage
    from understudy.core.deployment import Deployment
    from understudy.core.ports import Remote
    from understudy.core.record import Record

_LEADING_NUMBER = re.compile(r"\A([1-9][0-9]{0,8})(?:[-_./]|\Z)")
_NEVER_HEADS = ("refs/understudy/", "refs/notes/", "refs/tags/")
"""Refs that no pattern makes a pull request of: own records, marks, releases."""


@dataclass(frozen=True, slots=True)
class PlainForge:
    """The branches and notes of a remote, read as pull requests. Satisfies `ports.Forge`."""

    remote: Remote
    config: Config
    stage: Stage

    def snapshot(self, previous: Record | None) -> Snapshot:
        """Read base, heads and marks; numbers that the branches do not say stay as they were.

        Raises:
            UsageError: the remote has no base branch.
        """
        base_ref = base_branch(self.remote, self.config)
        patterns = [_full(pattern) for pattern in self.config.plain.branches]
        refs = self.remote.advertised([f"refs/heads/{base_ref}", *patterns])
        base = refs.pop(f"refs/heads/{base_ref}", None)
        if base is None:
            raise no_base(base_ref)
        heads = self._heads(refs, patterns)
        notes = self.remote.notes(self.config.plain.notes, heads.values())
        numbers = numbered(heads, patterns, previous)
        return Snapshot(
            base_ref=base_ref,
            base=base,
            pull_requests=tuple(
                PullRequest(
                    number=numbers[ref],
                    title=_title(ref),
                    author="",
                    head=head,
                    head_ref=_short(ref),
                    base_ref=base_ref,
                    checks=checks_in(notes[head]) if head in notes else (),
                )
                for ref, head in sorted(heads.items(), key=lambda item: numbers[item[0]])
            ),
        )

    def report(self, record: Record, before: Record | None) -> Report:  # noqa: ARG002 - none to tell
        """Tell nobody: branches and notes have no place for answers."""
        return Report()

    def deployed(self, commit: CommitSha) -> Deployment | None:
        """Read the marks on the commit that are named as Flux names its commit statuses."""
        note = self.remote.notes(self.config.plain.notes, [commit]).get(commit)
        if note is None:
            return None
        refs = self.remote.advertised([f"refs/heads/{base_branch(self.remote, self.config)}"])
        is_base = commit in refs.values()
        return deployment_in(told_in(note), commit, self.stage, is_base=is_base)

    def _heads(
        self, refs: Mapping[str, CommitSha], patterns: Iterable[str]
    ) -> dict[str, CommitSha]:
        stages = {f"refs/heads/{stage.branch}" for stage in self.config.stages.values()}
        return {
            ref: head
            for ref, head in refs.items()
            if ref not in stages
            and not ref.startswith(_NEVER_HEADS)
            and any(fnmatch.fnmatchcase(ref, each) for each in patterns)
        }


def base_branch(remote: Remote, config: Config) -> str:
    """Return the branch that pull requests target: the configured one, else the default branch.

    Raises:
        UsageError: neither says which.
    """
    base_ref = config.base or remote.default_branch()
    if base_ref is None:
        message = "The remote has no default branch, so there is no telling what the base is."
        raise UsageError(message, hint="Name it in the configuration: `base: main`.")
    return base_ref


def no_base(base_ref: str) -> UsageError:
    """Return the error that tells of a base branch which does not exist."""
    message = f"The remote has no branch `{base_ref}`, which should be the base."
    return UsageError(message, hint="Push it, or name another in the configuration: `base: …`.")


def numbered(
    heads: Iterable[str], patterns: Iterable[str], previous: Record | None
) -> dict[str, int]:
    """Give each ref a number of its own, the same at each rebuild.

    The ref's own number comes first (`feature/12-title`, `refs/pull/12/head`), then the number it
    had in the last record, then the next that nobody has. Of two refs with one number the one
    that had it keeps it. Refs are taken in the order of their names, so that two readings agree.
    """
    known = {line.head_ref: line.number for line in previous.pull_requests} if previous else {}
    refs = sorted(heads)
    patterns = tuple(patterns)
    own = {ref: _own_number(ref, patterns) for ref in refs}
    had = {ref: known.get(_short(ref)) for ref in refs}
    kept = {ref: number for ref, number in own.items() if number == had[ref]}
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for wishes in (kept, own, had):
        for ref, number in wishes.items():
            if ref not in numbers and number is not None and number not in taken:
                numbers[ref] = number
                taken.add(number)
    highest = max([*taken, *known.values()], default=0)
    for ref in refs:
        if ref not in numbers:
            highest += 1
            numbers[ref] = highest
    return numbers


def _own_number(ref: str, patterns: Iterable[str]) -> int | None:
    for pattern in patterns:
        before, star, after = pattern.partition("*")
        if star and ref.startswith(before) and ref.endswith(after):
            match = _LEADING_NUMBER.match(ref[len(before) : len(ref) - len(after)])
            if match:
                return int(match[1])
    match = _LEADING_NUMBER.match(ref.rpartition("/")[2])
    return int(match[1]) if match else None


def _full(pattern: str) -> str:
    return pattern if pattern.startswith("refs/") else f"refs/heads/{pattern}"


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/")


def _title(ref: str) -> str:
    """Make a title of the branch's name, for there is no other."""
    name = _short(ref).rpartition("/")[2]
    words = re.sub(r"[-_]+", " ", _LEADING_NUMBER.sub("", name, count=1)).strip()
    return words if words and words != "head" else _short(ref)
