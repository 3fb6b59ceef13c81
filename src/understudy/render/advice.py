"""What would let one pull request in, as a sentence and, where there is one, a command.

The sentences of `understudy why`; those about records are in `wording`. All of it is raw text.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from understudy.core.config import DEFAULT_STAGE
from understudy.core.model import Reason, Reencryption
from understudy.core.record import LineState
from understudy.render.wording import command, numbers, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.record import Line, Record


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, and what to type."""

    sentence: str
    command: str | None = None


_BY_REASON = {
    Reason.DRAFT: "Mark it as ready for review.",
    Reason.FORK: "A maintainer reads it and then gives it the label that trusts its head.",
    Reason.LABEL_EXCLUDED: "Take the label away.",
    Reason.LABEL_MISSING: "Give it the label.",
    Reason.OTHER_BASE: "Let it target the base branch of this stage.",
    Reason.STAGE_BRANCH: "Open it from a branch of its own.",
    Reason.CHECKS_FAILED: "Mend what the check found and push, or run the check again.",
    Reason.CHECKS_PENDING: "It gets in by itself when its checks have passed.",
    Reason.CHECKS_MISSING: "Let the required check report on this head.",
    Reason.CHECKS_UNREADABLE: "Let understudy read its checks; the next rebuild looks again.",
    Reason.NO_CHECKS: "Let a check report on its head.",
    Reason.NO_CHECKS_YET: "Nothing: the next rebuild after that time tells whether it has checks.",
    Reason.DEPENDENCY: "Help the pull request it depends on to get in.",
    Reason.DEPENDENCY_CYCLE: "Take one of the dependencies in the circle away.",
    Reason.HEAD_MISSING: "Push its head again, or close it.",
    Reason.UNMERGEABLE: "Rebase it onto the base branch.",
    Reason.ALREADY_IN_BASE: "Nothing is left to merge: it can be closed.",
    Reason.ALREADY_ON_STAGE: "Nothing to do.",
    Reason.NO_EFFECT: "Nothing is left to change: it may have been squashed, and can be closed.",
    Reason.PINNED: "Only its landing on the base branch brings the rest.",
}


def would_let_in(line: Line, record: Record, *, flags: str = "") -> Advice | None:
    """Return the next step for somebody who wants this pull request on stage."""
    match line.reason:
        case Reason.CHECKS_PENDING:
            return Advice(_BY_REASON[Reason.CHECKS_PENDING], command("rebuild", flags))
        case Reason.CONFLICTS_WITH_BASE:
            return _resolve(
                line, f"origin/{record.base.branch}", sentence=f"Merge {record.base.branch}"
            )
        case Reason.CONFLICTS_WITH_PULL_REQUEST:
            return _resolve_with(line, record)
        case None:
            return _without_reason(line)
        case known:
            return Advice(_BY_REASON[known])


def _resolve_with(line: Line, record: Record) -> Advice:
    them = sorted({number for conflict in line.conflicts for number in conflict.with_})
    heads = [other.head for number in them if (other := record.line(number))]
    if len(heads) != 1:
        return Advice("Settle with their authors which change comes first, and rebase on it.")
    return _resolve(line, short(heads[0]), sentence=f"Merge {numbers(them)}")


def _resolve(line: Line, what: str, *, sentence: str) -> Advice:
    if line.conflicts and all(conflict.sops for conflict in line.conflicts):
        return _encrypt_again(line, what, sentence=sentence)
    typed = f"git switch {shlex.quote(line.head_ref)} && git merge {shlex.quote(what)}"
    return Advice(f"{sentence} into it, resolve the conflict there, and push:", typed)


def _encrypt_again(line: Line, what: str, *, sentence: str) -> Advice:
    """Let the other's file be the one that is changed: `--theirs` is what is merged in."""
    paths = [shlex.quote(_no_option(conflict.path)) for conflict in line.conflicts]
    them = " ".join(paths)
    typed = (
        f"git switch {shlex.quote(line.head_ref)}; git merge {shlex.quote(what)}; "
        f"git checkout --theirs -- {them} && "
        + "".join(f"sops {path} && " for path in paths)
        + f"git add -- {them} && git commit --no-edit"
    )
    again = "take over its file, make the change again in the editor that sops opens, and push:"
    return Advice(f"{sentence} into it, {again}", typed)


def _no_option(path: str) -> str:
    """Name a file so that no program takes its name for an option: anybody can choose it."""
    return f"./{path}" if path.startswith("-") else path


def _without_reason(line: Line) -> Advice | None:
    if line.state is LineState.EVICTED:
        return Advice("Mend what the verification found, and push.")
    return None


def look_at_the_cluster(record: Record) -> Advice:
    """Return what shows why the stage is not ready there."""
    flags = "" if record.stage == DEFAULT_STAGE else f"--stage {shlex.quote(record.stage)}"
    sentence = "Where there is a kubeconfig, this shows which object fails, and why:"
    return Advice(sentence, command("status", flags))


# --- the answers of `why`, in the order in which people ask (trap 27) ----------------------------


def stands(line: Line, record: Record) -> str:
    """Say where the pull request stands."""
    stage = record.stage
    match line.state:
        case LineState.INCLUDED:
            merged = f", merged as {short(line.merge_commit)}" if line.merge_commit else ""
            return f"in {stage}{merged}"
        case LineState.CONTAINED:
            return f"contained in {stage} without a merge of its own"
        case LineState.WAITING:
            return f"waiting for {stage}"
        case LineState.EXCLUDED:
            return f"out of {stage}: excluded"
        case LineState.CONFLICTED:
            return f"out of {stage}: it conflicts"
        case LineState.EVICTED:
            return f"out of {stage}: evicted, it breaks the verification"
        case _:
            assert_never(line.state)


def conflict_with_base(line: Line, base: str) -> str:
    """Answer the first question: does it conflict with the base branch?"""
    if any(not conflict.with_ for conflict in line.conflicts):
        return f"yes, with {base} alone"
    if line.state in _TRIED:
        return f"no, it merges into {base}"
    return "not tried"


def conflict_with_others(line: Line, record: Record) -> list[str]:
    """Answer the second question: with which pull request?"""
    them = sorted({number for conflict in line.conflicts for number in conflict.with_})
    others = [record.line(number) for number in them]
    return [f"#{other.number} {other.title}" for other in others if other]


def would_be_in_without(them: Sequence[int]) -> str:
    return f"It would be in without {numbers(them)}."


def blocks(them: Sequence[int]) -> str:
    return f"{numbers(them)} {'is' if len(them) == 1 else 'are'} out because of it."


def no_conflict_with_others(line: Line) -> str:
    return "no" if line.state in _TRIED else "not tried"


REENCRYPTED = {
    Reencryption.MARKS: "Both encrypted it anew with sops. No value clashes: only the time and the"
    " checksum do, which sops writes each time, so that no text of it can be merged.",
    Reencryption.VALUES: "Both encrypted it anew with sops. What clashes is cipher text, which no"
    " text editor can merge.",
}

NOT_THERE = "the file does not exist there, or is not text"
EMPTY = "nothing"

_TRIED = frozenset({LineState.INCLUDED, LineState.CONTAINED, LineState.CONFLICTED})
"""States that a pull request has only after a merge of it was tried."""
