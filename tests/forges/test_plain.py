from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forges.remotes import SmallRemote, make_remote
from understudy.core.config import Stage
from understudy.core.config_file import parse
from understudy.core.deployment import Readiness
from understudy.core.errors import UsageError
from understudy.core.model import (
    Check,
    CheckState,
    ChecksUnreadable,
    CommitSha,
    Snapshot,
    ToolIdentity,
    Trigger,
)
from understudy.core.record import BaseLine, DecisionWord, Line, LineState, Record
from understudy.forges.marks import encode_marks
from understudy.forges.plain import PlainForge, numbered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from understudy.core.config import Config

STAGE = Stage(branch="staging")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def remote(tmp_path: Path) -> SmallRemote:
    return make_remote(tmp_path / "remote.git")


def _config(*branches: str) -> Config:
    return parse({"plain": {"branches": list(branches)}})


def _read(remote: SmallRemote, *branches: str, previous: Record | None = None) -> Snapshot:
    config = _config(*branches) if branches else parse(None)
    return PlainForge(remote, config, STAGE).snapshot(previous)


def _seen(snapshot: Snapshot) -> list[tuple[int, str, str]]:
    return [(each.number, each.head_ref, each.title) for each in snapshot.pull_requests]


def _record(numbers: Mapping[str, int]) -> Record:
    head = CommitSha("a" * 40)
    return Record(
        serial=1,
        stage="staging",
        branch="staging",
        at="",
        trigger=Trigger(),
        tool=ToolIdentity(understudy="1", git="2"),
        base=BaseLine(branch="main", sha=head),
        previous=None,
        candidate=None,
        published=None,
        decision=DecisionWord.DRY_RUN,
        pull_requests=tuple(
            Line(
                number=number,
                title="",
                author="",
                head=head,
                head_ref=ref,
                state=LineState.INCLUDED,
            )
            for ref, number in numbers.items()
        ),
    )


def test_branches_of_the_pattern_are_pull_requests(remote: SmallRemote) -> None:
    head = remote.commit("refs/heads/feature/12-add-login_page")
    remote.commit("refs/heads/feature/7", "refs/heads/feature/team/9-x", "refs/heads/other")

    snapshot = _read(remote)

    assert (snapshot.base_ref, snapshot.base) == (
        "main",
        remote.advertised(["refs/heads/main"])["refs/heads/main"],
    )
    assert _seen(snapshot) == [
        (7, "feature/7", "feature/7"),
        (9, "feature/team/9-x", "x"),
        (12, "feature/12-add-login_page", "add login page"),
    ]
    assert snapshot.pull_requests[-1].head == head
    assert {each.base_ref for each in snapshot.pull_requests} == {"main"}


@pytest.mark.parametrize(
    ("pattern", "ref"),
    [
        ("refs/pull/*/head", "refs/pull/31/head"),
        ("refs/merge-requests/*/head", "refs/merge-requests/31/head"),
    ],
)
def test_a_mirror_of_a_forge_can_be_read(remote: SmallRemote, pattern: str, ref: str) -> None:
    remote.commit(ref, ref.replace("/head", "/merge"), "refs/heads/feature/1")
    assert _seen(_read(remote, pattern)) == [(31, ref, ref)]


def test_base_stages_records_marks_and_tags_are_never_pull_requests(remote: SmallRemote) -> None:
    remote.commit("refs/heads/staging", "refs/understudy/staging", "refs/notes/checks")
    remote.commit("refs/tags/1", "refs/heads/feature/1")

    assert [each[1] for each in _seen(_read(remote, "refs/*", "*"))] == ["feature/1"]


def test_a_ref_that_only_ends_like_the_base_is_not_taken_for_it(remote: SmallRemote) -> None:
    base = remote.advertised(["refs/heads/main"])["refs/heads/main"]
    remote.commit("refs/heads/refs/heads/main", "refs/heads/feature/1")
    assert _read(remote).base == base


def test_without_its_base_branch_nothing_is_read(remote: SmallRemote) -> None:
    config = parse({"base": "trunk"})
    with pytest.raises(UsageError, match="has no branch `trunk`"):
        PlainForge(remote, config, STAGE).snapshot(None)


def test_without_a_default_branch_the_base_must_be_named(remote: SmallRemote) -> None:
    remote.git("update-ref", "--no-deref", "HEAD", remote.commit("refs/heads/feature/1"))

    with pytest.raises(UsageError, match="no default branch"):
        _read(remote)
    assert PlainForge(remote, parse({"base": "main"}), STAGE).snapshot(None).base_ref == "main"


def test_checks_are_the_notes_on_the_head_itself_trap_02(remote: SmallRemote) -> None:
    before = remote.commit("refs/heads/feature/1")
    remote.note(before, '{"name": "lint", "state": "failure"}\n')
    remote.note(before, '{"name": "lint", "state": "success", "source": ""}\n')

    assert _read(remote).pull_requests[0].checks == (Check(name="lint", state=CheckState.PASSED),)

    tree = remote.git("mktree", said="")
    after = remote.git("commit-tree", tree, "-p", before, "-m", "pushed since")
    remote.git("update-ref", "refs/heads/feature/1", after)
    assert _read(remote).pull_requests[0].checks == ()


def test_a_note_that_cannot_be_read_is_unknown_and_spoils_no_other_trap_01(
    remote: SmallRemote,
) -> None:
    remote.note(remote.commit("refs/heads/feature/1"), "all is well\n")
    remote.note(remote.commit("refs/heads/feature/2"), '{"name": "lint", "state": "queued"}\n')

    one, two = (each.checks for each in _read(remote).pull_requests)

    assert isinstance(one, ChecksUnreadable)
    assert two == (Check(name="lint", state=CheckState.PENDING),)


NUMBERS: dict[str, tuple[list[str], dict[str, int], list[int]]] = {
    "by name": (["a", "b"], {}, [1, 2]),
    "above all that are used": (["a", "41-x"], {}, [42, 41]),
    "as before": (["a", "b"], {"b": 5, "gone": 9}, [10, 5]),
    "its own before that": (["12-a"], {"12-a": 3}, [12]),
    "its own is taken": (["12-a", "12-b"], {}, [12, 13]),
    "the one that had it keeps it": (["12-a", "12-b"], {"12-b": 12}, [13, 12]),
    "zero is none": (["0-a"], {}, [1]),
    "digits that are a word": (["2fa"], {}, [1]),
    "longer than any": (["9" * 5000], {}, [1]),
    "digits of another script": (["١٢"], {}, [1]),
}


@pytest.mark.parametrize(("names", "before", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_each_branch_has_a_number_that_lasts(
    names: list[str], before: dict[str, int], expected: list[int]
) -> None:
    refs = [f"refs/heads/feature/{name}" for name in names]
    previous = _record({f"feature/{name}": number for name, number in before.items()})
    found = numbered(refs, ["refs/heads/feature/*"], previous)
    assert [found[ref] for ref in refs] == expected


_NAMES = st.frozensets(st.sampled_from(["1", "1-a", "2-a", "2-b", "a", "b", "c", "7", "0"]))


@given(now=_NAMES, then=_NAMES)
def test_no_two_branches_share_a_number_and_none_changes_it_while_nothing_else_does(
    now: frozenset[str], then: frozenset[str]
) -> None:
    patterns = ["refs/heads/*"]
    first = numbered([f"refs/heads/{name}" for name in then], patterns, None)
    record = _record({ref.removeprefix("refs/heads/"): n for ref, n in first.items()})
    second = numbered([f"refs/heads/{name}" for name in now], patterns, record)

    assert len(set(second.values())) == len(now)
    assert numbered(first, patterns, record) == first


# --- what deploys the stage marks its commit ------------------------------------------------------


def test_marks_that_are_named_as_flux_names_statuses_tell_of_a_deployment(
    remote: SmallRemote,
) -> None:
    forge = PlainForge(remote, parse(None), STAGE)
    tip = remote.commit("refs/heads/staging")
    assert forge.deployed(tip) is None

    marks = [("kustomization/apps-staging", "failure"), ("lint", "success")]
    remote.note(tip, encode_marks(marks, source="", url=None, at=NOON))
    found = forge.deployed(tip)

    assert found is not None
    (applied,) = found.kustomizations
    assert (applied.name, applied.readiness) == ("apps-staging", Readiness.FAILED)
    assert applied.since == "2026-01-31T12:00:00+00:00"


def test_trap_10_what_production_marks_is_not_the_stage_s(remote: SmallRemote) -> None:
    base = remote.advertised(["refs/heads/main"])["refs/heads/main"]
    marks = [("kustomization/apps-production", "failure")]
    remote.note(base, encode_marks(marks, source="", url=None, at=NOON))

    assert PlainForge(remote, parse(None), STAGE).deployed(base) is None
