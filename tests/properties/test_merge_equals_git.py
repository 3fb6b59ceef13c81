"""Each step of a fold gives what `git merge --no-ff` gives in a work tree (invariant 3)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given

from tests import folds, oracle
from tests.gitenv import clean_environment
from tests.plans import SUBMODULE, Built, Move, Plan, PlannedCommit, Remove, Write, build
from tests.strategies import plans
from understudy.core.model import Candidate, Merged

_TEXT = b"1\n2\n3\n4\n5\n6\n7\n8\n"
_FROM_ROOT = (0,)

# Git adds advice for people to its answer.
SUBMODULES_THAT_DIFFER = Plan(
    commits=(
        PlannedCommit((), (Write(b"module", b"1" * 40, SUBMODULE),)),
        PlannedCommit(_FROM_ROOT, (Write(b"module", b"2" * 40, SUBMODULE),)),
        PlannedCommit(_FROM_ROOT, (Write(b"module", b"3" * 40, SUBMODULE),)),
        PlannedCommit(_FROM_ROOT, (Write(b"other", _TEXT),)),
    ),
    base=0,
    heads=(1, 2, 3),
)
# A folder was renamed to where a file is: git stops, yet leaves no path unmerged.
FOLDER_RENAMED_ONTO_A_FILE = Plan(
    commits=(
        PlannedCommit((), (Write(b"src/a", _TEXT), Write(b"b", b"b\n"))),
        PlannedCommit(_FROM_ROOT, (Move(b"src/a", b"a"),)),
        PlannedCommit(_FROM_ROOT, (Write(b"src/b", b"another\n"),)),
    ),
    base=0,
    heads=(1, 2),
)
# What merges by union, by text or not at all changes with each head.
ATTRIBUTES_THAT_COME_AND_GO = Plan(
    commits=(
        PlannedCommit((), (Write(b"a", _TEXT), Write(b"src/a", _TEXT))),
        PlannedCommit(_FROM_ROOT, (Write(b"a", b"red\n" + _TEXT), Write(b"src/a", b"red\n"))),
        PlannedCommit(_FROM_ROOT, (Write(b".gitattributes", b"* merge=union\n"),)),
        PlannedCommit(_FROM_ROOT, (Write(b"a", b"blue\n" + _TEXT),)),
        PlannedCommit(_FROM_ROOT, (Write(b"src/.gitattributes", b"a -merge\n"),)),
        PlannedCommit(_FROM_ROOT, (Write(b"src/a", b"blue\n" + _TEXT),)),
        PlannedCommit((2,), (Remove(b".gitattributes"),)),
        PlannedCommit(_FROM_ROOT, (Write(b"a", b"green\n" + _TEXT),)),
    ),
    base=0,
    heads=(1, 2, 3, 4, 5, 6, 7),
)


@given(plan=plans())
@example(plan=SUBMODULES_THAT_DIFFER)
@example(plan=FOLDER_RENAMED_ONTO_A_FILE)
@example(plan=ATTRIBUTES_THAT_COME_AND_GO)
def test_each_step_has_the_verdict_the_tree_and_the_paths_of_git_merge_trap_38(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        built = build(plan, Path(folder, "remote.git"))
        expected = oracle.fold(built.store, built.base, built.heads, work=Path(folder, "work"))
        candidate = folds.fold(built, Path(folder, "cache"))
        found = [folds.answer(step) for step in candidate.steps]
        comparable = list(map(_comparable, found, expected))
        assert comparable == [_comparable(answer, answer) for answer in expected]


@given(plan=plans())
def test_merge_commits_have_two_parents_and_never_fast_forward_trap_11(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        built = build(plan, Path(folder, "remote.git"))
        candidate = folds.fold(built, Path(folder, "cache"), stage=folds.STAGE)
        assert _first_parents(built) == _merges(candidate)
        assert _included_heads_not_reached(built, candidate) == ""


def _comparable(found: oracle.Answer, expected: oracle.Answer) -> oracle.Answer:
    """Leave out what may differ: the words of a failure, and paths that git does not list."""
    if isinstance(found, oracle.Failed):
        return oracle.Failed("")
    if isinstance(found, oracle.Conflicted) and expected == oracle.Conflicted(frozenset()):
        return expected
    return found


def _merges(candidate: Candidate) -> list[str]:
    """Return `commit left head` of each merge, the last one first."""
    return [
        f"{step.outcome.commit} {step.left.commit} {step.pull_request.head}"
        for step in reversed(candidate.steps)
        if isinstance(step.outcome, Merged)
    ]


def _first_parents(built: Built) -> list[str]:
    shown = _git(built, "log", "--first-parent", "--format=%H %P", f"{built.base}..staging")
    return shown.splitlines()


def _included_heads_not_reached(built: Built, candidate: Candidate) -> str:
    """Trap 28: what is called included has to be an ancestor of what was published."""
    heads = [step.pull_request.head for step in candidate.steps if isinstance(step.outcome, Merged)]
    return _git(built, "rev-list", *heads, "--not", "staging") if heads else ""


def _git(built: Built, *arguments: str) -> str:
    environment = clean_environment(built.store.parent)
    command = ["git", "-C", str(built.store), *arguments]
    return subprocess.check_output(command, env=environment, text=True)
