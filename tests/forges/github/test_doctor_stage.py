from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.examined import examined, healthy, row, troubles
from tests.github.fake.openapi import description
from understudy.core.errors import ExitCode
from understudy.forges.github.doctor_stage import (
    HARMLESS,
    NEW_BRANCH,
    REFUSING,
    TEXTS,
    UpdateRule,
    judged,
    of_protection,
)
from understudy.forges.github.protection import Rule
from understudy.git.objects import IDENTITY

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

PLACE = "https://github.com/ada/fleet/rules?ref=refs%2Fheads%2Fstaging"


def verdict(kind: str, *, is_new: bool = False) -> str:
    seen = tuple(judged([Rule(type=kind)], "staging", place=PLACE, is_new=is_new))
    return row(seen, "stage-rules")[0]


@pytest.mark.parametrize("kind", REFUSING)
def test_trap_22_a_rule_that_no_stage_gets_past_is_a_problem(kind: str) -> None:
    assert verdict(kind) == "problem"


@pytest.mark.parametrize("kind", TEXTS)
def test_a_rule_that_holds_for_some_pushes_is_a_warning(kind: str) -> None:
    assert verdict(kind) == "warning"


def test_a_rule_on_new_branches_stands_in_the_way_once() -> None:
    assert verdict("creation", is_new=True) == "problem"
    assert verdict("creation") == "ok"


def test_a_rule_that_came_after_us_is_a_warning() -> None:
    assert verdict("no_fridays") == "warning"


def test_every_rule_of_github_is_known() -> None:
    schemas = description()["components"]["schemas"]
    parts = [
        schemas[part["$ref"].rpartition("/")[2]]
        for one in schemas["repository-rule-detailed"]["oneOf"]
        for part in one.get("allOf", [one])
    ]
    kinds = {kind for part in parts for kind in part["properties"].get("type", {}).get("enum", ())}

    assert kinds == {*REFUSING, *NEW_BRANCH, *TEXTS, *HARMLESS}


def test_rules_on_who_commits_are_told_who_does() -> None:
    assert IDENTITY in TEXTS["committer_email_pattern"]
    assert IDENTITY in TEXTS["commit_author_email_pattern"]


def published(hub: GitHubWorld) -> None:
    healthy(hub)
    hub.rebuild()


def test_trap_22_a_ruleset_on_the_stage_is_named_with_its_page(hub: GitHubWorld) -> None:
    published(hub)
    hub.ruleset("staging", rules=["non_fast_forward"])

    seen = examined(hub)

    assert row(seen, "stage-rules") == (
        "problem",
        (
            "the rule `non_fast_forward` holds for `staging`: it refuses force-pushes, and the"
            " stage is built anew each time"
        ),
        (
            "Let understudy bypass the ruleset, or take `staging` out of it:"
            f" {hub.fake.root}/ada/fleet/rules?ref=refs%2Fheads%2Fstaging"
        ),
    )
    assert seen.exit_code is ExitCode.WITHHELD


def test_a_ruleset_that_we_bypass_does_not_bind_us(hub: GitHubWorld) -> None:
    published(hub)
    hub.ruleset("staging", rules=["update"])
    hub.model.repository.rulesets[0].bypass = "always"

    assert row(examined(hub), "stage-rules")[0] == "ok"


def test_a_ruleset_for_pull_requests_only_binds_us(hub: GitHubWorld) -> None:
    published(hub)
    hub.ruleset("staging", rules=["update"])
    hub.model.repository.rulesets[0].bypass = "pull_requests_only"

    assert row(examined(hub), "stage-rules")[0] == "problem"


def test_a_ruleset_on_the_base_is_no_trouble(hub: GitHubWorld) -> None:
    published(hub)
    hub.ruleset("master", ["lint"])

    assert troubles(examined(hub).observations) == []


def test_trap_22_classic_protection_of_the_stage_is_told(hub: GitHubWorld) -> None:
    published(hub)
    hub.protect("staging", pushes=True)

    assert row(examined(hub), "stage-protection") == (
        "problem",
        "`staging` is protected: force-pushes are not allowed",
        (
            "Allow understudy to force-push to `staging`, or take its protection off:"
            f" {hub.fake.root}/ada/fleet/settings/branches"
        ),
    )


def test_protection_that_lets_us_force_push_is_no_trouble(hub: GitHubWorld) -> None:
    published(hub)
    hub.protect("staging", pushes=True, force=True)

    assert row(examined(hub), "stage-protection")[0] == "ok"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (UpdateRule(viewer_can_push=False), "we may not push"),
        (UpdateRule(allows_force_pushes=False), "force-pushes are not allowed"),
        (UpdateRule(requires_linear_history=True), "merge commits are not allowed"),
        (UpdateRule(requires_signatures=True), "commits must be signed"),
        (UpdateRule(required_approving_review_count=0), "pull requests are demanded"),
        (UpdateRule(required_status_check_contexts=("lint",)), "checks are demanded"),
    ],
)
def test_everything_that_classic_protection_demands_is_a_problem(
    rule: UpdateRule, reason: str
) -> None:
    seen = of_protection(rule, "staging", place=PLACE)

    assert row([seen], "stage-protection")[:2] == ("problem", f"`staging` is protected: {reason}")


def test_a_stage_that_is_the_base_is_a_problem(hub: GitHubWorld) -> None:
    healthy(hub, "stages: {staging: {branch: master}}\n")

    assert row(examined(hub), "stage") == (
        "problem",
        "the stage's branch `master` would overwrite the base `master`",
        "Give the stage another branch in the configuration: `branch: staging`.",
    )


def test_a_base_that_is_not_there_is_a_problem(hub: GitHubWorld) -> None:
    healthy(hub, "base: mastr\n")

    seen = examined(hub)

    assert row(seen, "base") == (
        "problem",
        "the remote has no branch `mastr`",
        "Name the base in the configuration: `base: master`.",
    )
    assert row(seen, "push")[0] == "unknown"
