"""After git changed, GitHub follows: heads move, pull requests merge or close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.git_store import ZERO

if TYPE_CHECKING:
    from tests.github.fake.git_store import GitStore
    from tests.github.fake.model import Model
    from tests.github.fake.values import PushKind


def follow(model: Model, git: GitStore, by: str) -> None:
    """Bring the model up to date with the branches that git has."""
    repository = model.repository
    before, after = repository.branches, git.branches()
    if before == after:
        return
    repository.branches, repository.default_branch = after, git.default_branch()
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ZERO), after.get(name, ZERO)
        if old != new:
            kind = _kind(git, old, new)
            model.note_push(f"refs/heads/{name}", (old, new), kind, model.actor(by))
            _move_heads(model, git, name, new)
    for name, tip in after.items():
        if before.get(name) != tip:
            _merge_contained(model, git, name, tip)


def _kind(git: GitStore, old: str, new: str) -> PushKind:
    if old == ZERO:
        return "branch_creation"
    if new == ZERO:
        return "branch_deletion"
    return "push" if git.is_ancestor(old, new) else "force_push"


def _move_heads(model: Model, git: GitStore, branch: str, new: str) -> None:
    """Let pull requests follow a branch of this repository; without it they close."""
    for pull_request in model.repository.open():
        if pull_request.head_ref != branch or pull_request.from_fork:
            continue
        if new == ZERO:
            model.close(pull_request)
        elif pull_request.head.oid != new:
            model.move_head(pull_request, new)
            git.set_pull_heads({pull_request.number: new})


def _merge_contained(model: Model, git: GitStore, base: str, tip: str) -> None:
    """Mark as merged what a base contains now."""
    waiting = [it for it in model.repository.open() if it.base_ref == base]
    contained = git.pull_heads_in(tip) if waiting else {}
    for pull_request in waiting:
        if contained.get(pull_request.number) == pull_request.head.oid:
            model.close(pull_request, merged=True)
