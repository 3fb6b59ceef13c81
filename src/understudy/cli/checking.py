"""From what was typed to the trees that `check` looks at, where they are those of a clone."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.clone import Clone
    from understudy.core.config import Config
    from understudy.core.inspection import Inspection
    from understudy.core.model import CommitSha
    from understudy.core.ports import Tree
    from understudy.gitops.inspecting import Asked, Named
    from understudy.wiring import Options

WORK_TREE = "the work tree"

_PULL_REQUEST = re.compile(r"(?:refs/)?(?:pull|merge-requests)/\d+/(?:head|merge)")
"""What a forge calls the head of a pull request. A clone has no such ref."""


def check(options: Options, revision: str | None, *, against: str | None) -> Inspection:
    """Look at a revision, or at the work tree.

    Raises:
        UsageError: there is no such revision, no overlay to look at, or nothing to render with.
        UnavailableError: the remote cannot be read.
    """
    from understudy.cli.checking_merged import on_the_remote
    from understudy.gitops.inspecting import inspect
    from understudy.gitops.rendering.kustomize import find_program
    from understudy.gitops.rendering.renders import Renderer
    from understudy.wiring import cache_folder

    is_elsewhere = options.repo is not None or _PULL_REQUEST.fullmatch(revision or "") is not None
    opened = on_the_remote if is_elsewhere else _in_the_clone
    program, cache = find_program(), (options.cache or cache_folder()) / "renders"
    with opened(options, revision, against) as asked:
        settings = asked.stage.kustomize
        return inspect(asked, lambda tree: Renderer(tree, program, settings, cache))


# --- in the clone --------------------------------------------------------------------------------


@contextmanager
def _in_the_clone(options: Options, revision: str | None, against: str | None) -> Iterator[Asked]:
    from understudy.clone import open_clone
    from understudy.gitops.inspecting import Asked, Named
    from understudy.render.inspection_wording import typed

    with open_clone(Path.cwd()) as clone:
        commit = clone.revision(revision or "HEAD")
        tree = clone.tree(commit) if revision else clone.work_tree()
        config = _configured(options, tree)
        _, stage = config.stage(options.stage)
        start = clone.revision(against) if against else _fork_point(clone, commit, config)
        tip = None if against else clone.stage_tip(stage.branch)
        yield Asked(
            revision=Named(name=typed(revision, commit) if revision else WORK_TREE, tree=tree),
            stage=stage,
            base=_named(clone, start, against or config.base or ""),
            published=_named(clone, tip, stage.branch),
        )


def _configured(options: Options, tree: Tree) -> Config:
    """Return the file that was named, else what the very files say that are looked at."""
    from understudy.clone import configuration_in
    from understudy.wiring import given_configuration

    return given_configuration(options.config) if options.config else configuration_in(tree)


def _fork_point(clone: Clone, commit: CommitSha, config: Config) -> CommitSha | None:
    tip = clone.base_tip(config)
    return clone.merge_base(commit, tip) if tip else None


def _named(clone: Clone, commit: CommitSha | None, name: str) -> Named | None:
    from understudy.gitops.inspecting import Named
    from understudy.render.inspection_wording import named

    return Named(name=named(name, commit), tree=clone.tree(commit)) if commit else None
