from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.git.stores import Store, request
from understudy.core.config_file import parse
from understudy.core.decisions import (
    Finding,
    Publish,
    Raced,
    Unchanged,
    Withheld,
)
from understudy.core.lines import lines_of
from understudy.core.model import (
    Candidate,
    CommitSha,
    Eligible,
    Merged,
    Revision,
    Snapshot,
    Step,
    ToolIdentity,
    Trigger,
)
from understudy.core.record import BaseLine, DecisionWord, Record
from understudy.git import mirror
from understudy.git.repository import open_repository
from understudy.stage import Project, StageState, conclude, read_stage, revision_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from understudy.core.answers import Report
    from understudy.core.deployment import Deployment
    from understudy.git.repository import GitRepository

STAGE = "refs/heads/staging"
RECORD = "refs/understudy/staging"
TOOL = ToolIdentity(understudy="1", git="2.39.5")
FINDING = Finding(rule="r", subject="s", message="m", remedy="do")


class StoppedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


class NobodyAsks:
    """A forge that is not read here."""

    def snapshot(self, previous: Record | None) -> Snapshot:
        raise NotImplementedError

    def report(self, record: Record, before: Record | None) -> Report:
        raise NotImplementedError

    def deployed(self, commit: CommitSha) -> Deployment | None:
        raise NotImplementedError


@dataclass(frozen=True)
class World:
    """A remote with a base and one pull request, and the project that works on it."""

    store: Store
    repository: GitRepository
    project: Project
    base: CommitSha
    head: CommitSha

    def state(self) -> StageState:
        self.repository.look_again()
        state = read_stage(self.project)
        assert isinstance(state, StageState)
        return state

    def candidate(self) -> Candidate:
        asked = request(1, self.head)
        self.repository.fetch([self.base, self.head])
        base = self.repository.revision(self.base)
        with self.repository.merging(base=base, heads=[self.head], pin=()) as merger:
            outcome = merger.merge(base, asked)
        assert isinstance(outcome, Merged)
        tip = Revision(commit=outcome.commit, tree=outcome.tree)
        step = Step(pull_request=asked, left=base, outcome=outcome)
        return Candidate(base=base, tip=tip, steps=(step,))

    def draft(self, state: StageState, **changes: object) -> Record:
        candidate = self.candidate()
        draft = Record(
            serial=state.next_serial,
            stage="staging",
            branch="staging",
            at=self.project.clock.now().isoformat(),
            trigger=Trigger(),
            tool=TOOL,
            base=BaseLine(branch="master", sha=self.base),
            previous=state.latest_serial,
            candidate=revision_line(candidate.tip),
            published=None,
            decision=DecisionWord.DRY_RUN,
            order=(1,),
            pull_requests=lines_of([(candidate.steps[0].pull_request, Eligible())], candidate),
        )
        return replace(draft, **changes)

    def publish(self, **changes: object) -> Record | Raced:
        state = self.state()
        expected = state.published.commit if state.published else None
        draft = self.draft(state, **changes)
        return conclude(self.project, state, draft=draft, decision=Publish(expected=expected))

    def refs(self) -> dict[str, str]:
        listed = self.store.git("for-each-ref", "--format=%(refname) %(objectname)", STAGE, RECORD)
        return dict(line.split(" ") for line in listed.splitlines())

    def refuse(self, refs: str) -> None:
        hook = self.store.path / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\ncase "$1" in {refs}) echo not here >&2; exit 1;; esac\n')
        hook.chmod(0o755)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store.create(tmp_path / "remote.git")
    base = store.commit({"a": "1"})
    head = store.commit({"a": "1", "b": "1"}, base)
    store.ref("refs/heads/master", base)
    store.ref("refs/pull/1/head", head)
    config = parse(None)
    with open_repository(str(store.path), cache=tmp_path / "cache") as repository:
        project = Project(
            repository=repository,
            forge=NobodyAsks(),
            clock=StoppedClock(),
            config=config,
            stage_name="staging",
            stage=config.stages["staging"],
            tool=TOOL,
        )
        yield World(store=store, repository=repository, project=project, base=base, head=head)


def test_at_first_there_is_neither_branch_nor_record(world: World) -> None:
    state = world.state()
    assert state == StageState(published=None, record_tip=None, latest=None)
    assert (state.next_serial, state.latest_serial) == (1, None)


def test_branch_and_record_are_published_together(world: World) -> None:
    record = world.publish()
    assert isinstance(record, Record)
    assert (record.decision, record.published) == (DecisionWord.PUBLISHED, record.candidate)
    state = world.state()
    assert state.latest == record
    assert state.published is not None
    assert record.candidate is not None
    assert world.refs() == {STAGE: record.candidate.commit, RECORD: state.record_tip}
    assert (state.next_serial, state.latest_serial) == (2, 1)
    assert world.store.git("rev-parse", f"{RECORD}^") == record.candidate.commit


def test_an_unchanged_stage_with_nothing_new_to_say_is_not_pushed_to(world: World) -> None:
    first = world.publish()
    assert isinstance(first, Record)
    before, state = world.refs(), world.state()
    draft = world.draft(state, at="later", trigger=Trigger(kind="schedule"))
    record = conclude(world.project, state, draft=draft, decision=Unchanged())
    assert isinstance(record, Record)
    assert (record.decision, record.serial, record.previous) == (DecisionWord.UNCHANGED, 1, None)
    assert world.refs() == before


def test_news_is_written_down_though_the_stage_is_unchanged_trap_23_trap_24(world: World) -> None:
    world.publish()
    before, state = world.refs(), world.state()
    draft = world.draft(state, pull_requests=())
    record = conclude(world.project, state, draft=draft, decision=Unchanged())
    assert isinstance(record, Record)
    after = world.refs()
    assert after[STAGE] == before[STAGE]
    assert after[RECORD] != before[RECORD]
    assert world.state().latest == record
    assert (record.serial, record.previous) == (2, 1)


def test_what_is_withheld_leaves_the_branch_and_says_why(world: World) -> None:
    first = world.publish()
    assert isinstance(first, Record)
    before, state = world.refs(), world.state()
    decision = Withheld(findings=(FINDING,))
    record = conclude(world.project, state, draft=world.draft(state), decision=decision)
    assert isinstance(record, Record)
    assert (record.decision, record.findings) == (DecisionWord.WITHHELD, (FINDING,))
    assert record.published == first.published
    assert world.refs()[STAGE] == before[STAGE]
    assert world.state().latest == record


def test_a_refused_branch_is_recorded_without_its_candidate_trap_22(world: World) -> None:
    world.refuse("refs/heads/*")
    record = world.publish()
    assert isinstance(record, Record)
    assert (record.decision, record.candidate, record.published) == (
        DecisionWord.REFUSED,
        None,
        None,
    )
    (finding,) = record.findings
    assert (finding.rule, finding.subject) == ("hook", STAGE)
    assert "not here" in finding.message
    assert world.refs().keys() == {RECORD}
    assert world.state().latest == record


def test_a_refusal_is_recorded_once(world: World) -> None:
    world.refuse("refs/heads/*")
    world.publish()
    before = world.refs()
    record = world.publish(at="later")
    assert isinstance(record, Record)
    assert (record.serial, record.previous) == (1, None)
    assert world.refs() == before


def test_where_nothing_may_be_written_the_reason_is_returned_all_the_same(world: World) -> None:
    world.refuse("*")
    record = world.publish()
    assert isinstance(record, Record)
    assert record.decision is DecisionWord.REFUSED
    assert world.refs() == {}


@pytest.mark.parametrize("refs", ["refs/heads/*", "*"], ids=["the branch", "everything"])
def test_a_remote_that_refuses_for_ever_does_not_fill_the_cache(
    world: World, tmp_path: Path, refs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_MOST_PACKS", 3)
    world.refuse(refs)
    for number in range(9):
        world.publish(at=f"moment {number}")
    assert len(list(tmp_path.glob("cache/*/mirror.git/objects/pack/*.pack"))) <= 4


@pytest.mark.parametrize("ref", [STAGE, RECORD])
def test_a_ref_that_moved_since_it_was_read_is_a_race_and_nothing_is_written_trap_21(
    world: World, ref: str
) -> None:
    state = world.state()
    draft = world.draft(state)
    world.store.ref(ref, world.base)
    outcome = conclude(world.project, state, draft=draft, decision=Publish(expected=None))
    assert outcome == Raced(ref=ref, actual=world.base)
    assert world.refs() == {ref: world.base}


def test_a_tip_that_is_gone_before_it_is_fetched_is_a_race(world: World) -> None:
    world.store.ref(STAGE, world.head)
    world.repository.look_again()
    assert world.repository.advertised([STAGE]) == {STAGE: world.head}
    world.store.git("update-ref", "-d", STAGE)
    world.store.git("update-ref", "-d", "refs/pull/1/head")
    world.store.git("update-ref", "-d", "refs/made/last")
    world.store.lose(world.head)
    assert read_stage(world.project) == Raced(ref=STAGE, actual=None)


def test_the_chain_is_trimmed_to_what_is_kept(world: World) -> None:
    project = dataclasses.replace(world.project, config=parse({"history": {"keep": 2}}))
    kept = dataclasses.replace(world, project=project)
    for number in range(4):
        decision = Withheld(findings=(dataclasses.replace(FINDING, message=str(number)),))
        state = kept.state()
        conclude(project, state, draft=kept.draft(state), decision=decision)
    state = kept.state()
    assert [r.serial for r in kept.repository.records(state.record_tip)] == [4, 3]
