from __future__ import annotations

import pytest
from hypothesis import given
from msgspec.structs import replace

from tests.render import samples
from tests.render.parsed import parsed
from tests.render.test_fragments import ANY_TEXT
from tests.render.test_markdown import HOSTILE, everywhere
from understudy.core.deployment import AppliedStatus, Deployment, Readiness
from understudy.core.model import ConflictKind, Reason, Reencryption
from understudy.core.record import ConflictLine, DecisionWord, LineState
from understudy.render.comment import comment

LONGEST = 65536
"""Characters of a comment on GitHub."""


def test_trap_30_a_comment_has_a_hidden_mark_by_which_it_is_found_again() -> None:
    assert comment(samples.record(), samples.INCLUDED) == (
        "<!-- understudy:staging -->\n\n**On staging**"
    )


@pytest.mark.parametrize("stage", ["next/a-b_c.d", "a-->b", "a%b", "é"])
def test_the_mark_of_any_stage_is_one_comment_of_html(stage: str) -> None:
    told = comment(samples.record(stage=stage), samples.INCLUDED)

    page = parsed(told)
    assert page.html[0].strip() == told.partition("\n")[0]
    assert [text for text in page.texts if text] == ["On staging"]


def test_no_two_stages_share_a_mark() -> None:
    stages = ["a", "A", "a>", "a%3e", "a/b", "a-b", "a--b"]
    marks = {comment(samples.record(stage=stage), samples.INCLUDED) for stage in stages}
    assert len(marks) == len(stages)


def test_trap_27_a_conflict_is_told_with_the_way_in() -> None:
    told = comment(samples.record(), samples.CONFLICTED)

    page = parsed(told)
    assert "**Not on staging\\: conflicts with \\#<!-- -->4 in apps/base/x/deploy\\.yaml**" in told
    assert page.code == ["git switch feature/14 && git merge 4444444\n"]
    assert "Merge \\#<!-- -->4 into it, resolve the conflict there, and push" in told


def test_a_conflict_of_encrypted_files_is_told_with_another_way_in() -> None:
    paths = ("-e secret.yaml", "b c/secret.yaml")
    line = samples.line(
        14,
        LineState.CONFLICTED,
        reason=Reason.CONFLICTS_WITH_PULL_REQUEST,
        detail="conflicts with #4",
        conflicts=tuple(
            ConflictLine(path=path, kind=ConflictKind.CONTENT, with_=(4,), sops=Reencryption.VALUES)
            for path in paths
        ),
    )

    (command,) = parsed(comment(samples.record(), line)).code
    assert command == (
        "git switch feature/14; git merge 4444444; git checkout --theirs --"
        " './-e secret.yaml' 'b c/secret.yaml' && sops './-e secret.yaml' &&"
        " sops 'b c/secret.yaml' &&"
        " git add -- './-e secret.yaml' 'b c/secret.yaml' && git commit --no-edit\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_trap_26_what_a_cluster_says_mentions_nobody_either(text: str) -> None:
    status = AppliedStatus(
        namespace="flux-system",
        name=text,
        readiness=Readiness.FAILED,
        attempted=samples.commit("c"),
        failing=text,
        message=text,
    )
    deployment = Deployment(told_by="forge", source=None, kustomizations=(status,))

    page = parsed(comment(samples.record(), samples.INCLUDED, deployment))
    assert page.is_well_formed()
    assert page.links == {}
    assert page.code == ["understudy status\n"]


def test_the_way_to_see_more_names_the_stage_if_it_is_another() -> None:
    status = AppliedStatus(
        namespace="flux-system",
        name="apps",
        readiness=Readiness.FAILED,
        attempted=samples.commit("c"),
    )
    deployment = Deployment(told_by="forge", source=None, kustomizations=(status,))

    told = comment(samples.record(stage="next"), samples.INCLUDED, deployment)

    assert parsed(told).code == ["understudy status --stage next\n"]


def test_one_that_waits_is_told_what_for_and_that_it_need_not_do_anything() -> None:
    told = comment(samples.record(), samples.WAITING)

    assert "**Not yet on staging\\: flux\\-test is still running**" in told
    assert told.endswith("\n\nIt gets in by itself when its checks have passed\\.")
    assert "understudy rebuild" not in told


def test_it_says_the_same_until_something_changes_for_its_pull_request() -> None:
    record = samples.record()
    later = replace(
        record,
        serial=18,
        at="2026-11-25T00:00:00+00:00",
        decision=DecisionWord.UNCHANGED,
        base=replace(record.base, sha=samples.commit("f")),
        candidate=samples.revision("d"),
        published=samples.revision("d"),
    )
    for line in record.pull_requests:
        assert comment(record, line) == comment(later, line)


@pytest.mark.parametrize("text", HOSTILE)
def test_trap_26_a_comment_mentions_nobody_and_links_to_nothing(text: str) -> None:
    record, _ = everywhere(text)

    for line in record.pull_requests:
        page = parsed(comment(record, line))
        assert page.is_well_formed()
        assert page.links == {}


@pytest.mark.parametrize("text", ["#@" * 3000, "日" * 3000, "```\n" * 200])
def test_however_much_there_is_to_say_it_fits(text: str) -> None:
    record, _ = everywhere(text)

    for line in record.pull_requests:
        told = comment(record, line)
        assert len(told) <= LONGEST
        assert parsed(told).is_well_formed()


@given(ANY_TEXT)
def test_whatever_it_has_to_say_it_is_whole(text: str) -> None:
    record, _ = everywhere(text)

    for line in record.pull_requests:
        assert parsed(comment(record, line)).is_well_formed()


@pytest.mark.parametrize("state", LineState)
@pytest.mark.parametrize("reason", [None, *Reason])
def test_every_state_and_reason_has_a_comment(state: LineState, reason: Reason | None) -> None:
    told = comment(samples.record(), samples.line(7, state, reason=reason, detail="so it is"))
    assert told.startswith("<!-- understudy:staging -->\n\n**")
    assert not told.endswith("\n")
