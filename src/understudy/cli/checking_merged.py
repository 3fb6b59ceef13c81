"""The trees that `check` looks at on a remote: a revision as merged into the base, by itself."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.config import Config, Stage
    from understudy.core.model import CommitSha, MergeOutcome, PullRequest
    from understudy.core.ports import Tree
    from understudy.git.repository import GitRepository
    from understudy.gitops.inspecting import Asked, Named
    from understudy.wiring import Options

_SHORT_REF = re.compile(r"(?:pull|merge-requests)/\d+/\w+")


@contextmanager
def on_the_remote(options: Options, revision: str | None, against: str | None) -> Iterator[Asked]:
    """Open the mirror, and merge the revision into the base there.

    Raises:
        UsageError: there is no such revision, or it cannot be merged.
        UnavailableError: the remote cannot be read.
    """
    from understudy.forge_choice import host_of
    from understudy.gitops.inspecting import Asked, Named
    from understudy.render.inspection_wording import typed
    from understudy.wiring import SystemClock, configuration, opened, origin_here

    address = options.repo or origin_here()
    with (
        host_of(address, kind=options.forge, clock=SystemClock()) as host,
        opened(address, options, host) as repository,
    ):
        config, _ = configuration(repository, options.config)
        _, stage = config.stage(options.stage)
        base_name = against or _base_name(repository, config)
        base, name = _fetched(repository, base_name), revision or base_name
        head = _fetched(repository, name)
        with _merged(repository, base, _alone(head, name), stage) as tree:
            yield Asked(
                revision=Named(name=typed(name, head), tree=tree),
                stage=stage,
                base=_named(repository, base, base_name),
                published=None if against else _published(repository, stage),
            )


def _base_name(repository: GitRepository, config: Config) -> str:
    from understudy.core.errors import UsageError

    name = config.base or repository.default_branch()
    if name is None:
        message = "There is no telling which branch is the base: the remote has no default branch."
        raise UsageError(message, hint="Set `base` in the configuration, or give --against REV.")
    return name


def _published(repository: GitRepository, stage: Stage) -> Named | None:
    ref = f"refs/heads/{stage.branch}"
    tip = repository.advertised([ref]).get(ref)
    if tip is None or repository.fetch([tip]):
        return None
    return _named(repository, tip, stage.branch)


def _named(repository: GitRepository, commit: CommitSha, name: str) -> Named:
    from understudy.gitops.inspecting import Named
    from understudy.render.inspection_wording import named

    return Named(name=named(name, commit), tree=repository.tree(commit))


def _fetched(repository: GitRepository, name: str) -> CommitSha:
    from understudy.core.errors import UsageError
    from understudy.wiring import full_commit

    whole = f"refs/{name}" if _SHORT_REF.fullmatch(name) else name
    commit = full_commit(repository, whole)
    if repository.fetch([commit]):
        raise UsageError(f"The remote has no commit {commit}.", hint="Check its id.")
    return commit


def _alone(head: CommitSha, name: str) -> PullRequest:
    from understudy.core.model import PullRequest

    return PullRequest(number=0, title="", author="", head=head, head_ref=name, base_ref="")


@contextmanager
def _merged(
    repository: GitRepository, base: CommitSha, alone: PullRequest, stage: Stage
) -> Iterator[Tree]:
    onto = repository.revision(base)
    with repository.merging(base=onto, heads=[alone.head], pin=stage.pin) as merger:
        commit = _commit(merger.merge(onto, alone), base, alone.head_ref)
        yield repository.tree(commit)


def _commit(outcome: MergeOutcome, base: CommitSha, name: str) -> CommitSha:
    from understudy.core.errors import UsageError
    from understudy.core.model import AlreadyIncluded, Conflicted, Merged, Unmergeable
    from understudy.core.phrases import listed, shown

    match outcome:
        case Merged(commit=commit):
            return commit
        case AlreadyIncluded():
            return base
        case Conflicted(conflicts=conflicts):
            paths = listed(dict.fromkeys(shown(each.path) for each in conflicts))
            problem = f"it conflicts with the base in {paths}"
        case Unmergeable(detail=detail):
            problem = detail
        case _:
            assert_never(outcome)
    message = f"`{shown(name)}` cannot be merged, so that there is nothing to look at: {problem}."
    raise UsageError(message, hint="Bring it up to date with the base, and check it again.")
