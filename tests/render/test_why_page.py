from __future__ import annotations

import json

import pytest

from tests.render import samples
from understudy.core.hunks import Hunk, Side
from understudy.core.model import ConflictKind, Reason
from understudy.core.record import ConflictLine, Line, LineState
from understudy.core.why import ConflictView, Explanation
from understudy.render.advice import would_let_in
from understudy.render.documents import why_document
from understudy.render.page import plain
from understudy.render.why_page import why_page

CONFLICT = Explanation(
    record=samples.record(),
    line=samples.CONFLICTED,
    conflicts=(
        ConflictView(
            path="apps/base/x/deploy.yaml",
            kind=ConflictKind.CONTENT,
            with_=(4,),
            hunks=(
                Hunk(
                    start_line=12,
                    ours=Side(label="stage, with #4", text="image: x:1\n\ttab\n"),
                    theirs=Side(label="#14", text="image: x:2\r\n"),
                ),
                Hunk(
                    start_line=None,
                    ours=Side(label="stage, with #4", text=None),
                    theirs=Side(label="#14", text=""),
                ),
            ),
        ),
    ),
    would_be_in_without=(4,),
    blocks=(17, 18),
)


def test_trap_27_a_conflict_is_explained_in_the_order_people_ask() -> None:
    assert (
        plain(why_page(CONFLICT))
        == """\
#14 Use the new chart
by alice, feature/14 at 4444444

State                   out of staging: it conflicts
Reason                  conflicts with #4 in apps/base/x/deploy.yaml
Checks                  none
Conflict with master?   no, it merges into master
Conflict with others?   #4 Update podinfo
Blocks                  #17 and #18 are out because of it.

apps/base/x/deploy.yaml (content, with #4)
  line 12
  stage, with #4:
    | image: x:1
    |     tab
  #14:
    | image: x:2\\r
  stage, with #4:
    the file does not exist there, or is not text
  #14:
    nothing

It would be in without #4.

Merge #4 into it, resolve the conflict there, and push:
    git switch feature/14 && git merge 4444444
"""
    )


def test_a_waiting_pull_request_shows_each_check_and_what_it_waits_for() -> None:
    page = why_page(Explanation(record=samples.record(), line=samples.WAITING))

    assert (
        plain(page)
        == """\
#11 Give it more memory
by alice, feature/11 at 1111111

State                   waiting for staging
Reason                  flux-test is still running
Checks                  lint (ci): passed
                        flux-test: still running
Conflict with master?   not tried
Conflict with others?   not tried

It gets in by itself when its checks have passed.
    understudy rebuild
"""
    )


def test_one_that_is_in_names_its_merge_and_needs_nothing() -> None:
    page = why_page(Explanation(record=samples.record(), line=samples.INCLUDED))

    assert (
        plain(page)
        == """\
#4 Update podinfo
by alice, feature/4 at 4444444

State                   in staging, merged as eeeeeee
Checks                  none
Conflict with master?   no, it merges into master
Conflict with others?   no
"""
    )


def _with_base(**more: str) -> Line:
    return samples.line(
        14,
        LineState.CONFLICTED,
        reason=Reason.CONFLICTS_WITH_BASE,
        conflicts=(ConflictLine(path="a", kind=ConflictKind.CONTENT),),
        **more,
    )


def test_a_conflict_with_the_base_is_told_first_and_resolved_by_merging_the_base() -> None:
    told = plain(why_page(Explanation(record=samples.record(), line=_with_base())))

    assert "Conflict with master?   yes, with master alone\n" in told
    assert "    git switch feature/14 && git merge origin/master\n" in told


def test_a_branch_name_is_one_word_of_the_suggested_command() -> None:
    advice = would_let_in(_with_base(head_ref="x;rm -rf ~"), samples.record())

    assert advice
    assert advice.command == "git switch 'x;rm -rf ~' && git merge origin/master"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_an_answer_to_what_would_let_it_in(reason: Reason) -> None:
    advice = would_let_in(samples.line(1, LineState.EXCLUDED, reason=reason), samples.record())

    assert advice
    assert advice.sentence.endswith((".", ":"))


def test_as_json_it_has_both_sides() -> None:
    told = json.loads(why_document(CONFLICT))

    assert list(told) == [
        "serial",
        "stage",
        "line",
        "conflicts",
        "would_be_in_without",
        "blocks",
    ]
    assert told["line"]["conflicts"][0]["with"] == [4]
    assert told["conflicts"][0]["with"] == [4]
    assert told["conflicts"][0]["sops"] is None
    assert told["conflicts"][0]["hunks"][1] == {
        "start_line": None,
        "ours": {"label": "stage, with #4", "text": None},
        "theirs": {"label": "#14", "text": ""},
    }
