"""A stage as it stands on the remote: its branch, its chain of records, and how both move.

The one place where a decision becomes a write. It knows the outside through ports alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from understudy.core.decisions import (
    Decision,
    Finding,
    Publish,
    Published,
    Raced,
    RefUpdate,
    Refused,
    Unchanged,
    Withheld,
)
from understudy.core.record import DecisionWord, Record, RevisionLine, says_the_same

if TYPE_CHECKING:
    from understudy.core.config import Config, Stage
    from understudy.core.model import CommitSha, Revision, ToolIdentity
    from understudy.core.ports import Clock, Forge, Repository


ATTEMPTS = 5
"""How often the world is read again after a lost race."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One stage of one repository, with everything it takes to work on it."""

    repository: Repository
    forge: Forge
    clock: Clock
    config: Config
    stage_name: str
    stage: Stage
    tool: ToolIdentity

    @property
    def branch_ref(self) -> str:
        """Return the full name of the stage branch."""
        return f"refs/heads/{self.stage.branch}"

    @property
    def record_ref(self) -> str:
        """Return the full name of the ref that the chain of records hangs on."""
        return f"refs/understudy/{self.stage_name}"

    def record_tip(self) -> CommitSha | None:
        """Ask the remote for the newest record."""
        return self.repository.advertised([self.record_ref]).get(self.record_ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """What the remote had when it was read: every write is pinned to this."""

    published: Revision | None
    record_tip: CommitSha | None
    latest: Record | None

    @property
    def next_serial(self) -> int:
        """Return the number of the record that comes next."""
        return self.latest.serial + 1 if self.latest else 1

    @property
    def latest_serial(self) -> int | None:
        """Return the number of the newest record."""
        return self.latest.serial if self.latest else None


def read_stage(project: Project) -> StageState | Raced:
    """Read branch and newest record. Raced: what was advertised is gone already."""
    refs = project.repository.advertised([project.branch_ref, project.record_ref])
    branch_tip, record_tip = refs.get(project.branch_ref), refs.get(project.record_ref)
    missing = project.repository.fetch(tip for tip in (branch_tip, record_tip) if tip)
    if missing:
        ref = project.branch_ref if branch_tip in missing else project.record_ref
        return Raced(ref=ref, actual=None)
    records = project.repository.records(record_tip, limit=1)
    return StageState(
        published=project.repository.revision(branch_tip) if branch_tip else None,
        record_tip=record_tip,
        latest=records[0] if records else None,
    )


def conclude(
    project: Project, state: StageState, *, draft: Record, decision: Decision
) -> Record | Raced:
    """Do what was decided: move branch and record in one atomic push, and return the record.

    A record that says nothing new is not written. One that was refused is written without its
    candidate, so that the reason can be read later; if that is refused too, nothing is lost.
    """
    record = _decided(draft, decision, state)
    if isinstance(decision, Publish) and record.published:
        branch = RefUpdate(
            ref=project.branch_ref, old=decision.expected, new=record.published.commit
        )
        outcome = _push(project, state, record, branch)
    elif state.latest and says_the_same(state.latest, record):
        project.repository.settle()
        return _as_it_stands(record, state.latest)
    else:
        outcome = _push(project, state, record)
    if isinstance(outcome, Refused):
        return _refused(project, state, record, outcome)
    return record if isinstance(outcome, Published) else outcome


def revision_line(revision: Revision) -> RevisionLine:
    """Return a revision as records write it."""
    return RevisionLine(commit=revision.commit, tree=revision.tree)


def _decided(draft: Record, decision: Decision, state: StageState) -> Record:
    published = revision_line(state.published) if state.published else None
    match decision:
        case Publish():
            return replace(draft, decision=DecisionWord.PUBLISHED, published=draft.candidate)
        case Unchanged():
            return replace(draft, decision=DecisionWord.UNCHANGED, published=published)
        case Withheld(findings=findings):
            return replace(
                draft, decision=DecisionWord.WITHHELD, published=published, findings=findings
            )
        case _:
            assert_never(decision)


def _push(
    project: Project, state: StageState, record: Record, *others: RefUpdate
) -> Published | Raced | Refused:
    repository = project.repository
    keep = project.config.history.keep
    tip = repository.write_record(record, tip=state.record_tip, keep=keep)
    chain = RefUpdate(ref=project.record_ref, old=state.record_tip, new=tip)
    outcome = repository.publish([*others, chain])
    if isinstance(outcome, Published):
        repository.settle()
    return outcome


def _refused(
    project: Project, state: StageState, record: Record, refusal: Refused
) -> Record | Raced:
    finding = Finding(
        rule=refusal.rule,
        subject=project.branch_ref,
        message=refusal.message,
        remedy=refusal.remedy,
    )
    refused = replace(
        record,
        decision=DecisionWord.REFUSED,
        candidate=None,
        order=(),
        published=revision_line(state.published) if state.published else None,
        findings=(finding,),
    )
    if state.latest and says_the_same(state.latest, refused):
        project.repository.settle()
        return _as_it_stands(refused, state.latest)
    outcome = _push(project, state, refused)
    project.repository.settle()
    return outcome if isinstance(outcome, Raced) else refused


def _as_it_stands(record: Record, stored: Record) -> Record:
    """Return a record that is not written under the name of the one that says the same."""
    return replace(
        record,
        serial=stored.serial,
        previous=stored.previous,
        at=stored.at,
        trigger=stored.trigger,
    )
