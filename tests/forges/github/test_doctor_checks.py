from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.forges.github.examined import examined, healthy, row

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld


def stage(checks: str, report: str = "{}") -> str:
    return f"stages: {{staging: {{checks: {{{checks}}}, report: {report}}}}}\n"


def test_a_required_check_that_nobody_reports_has_the_near_miss(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [Lint, flux-test]"))
    hub.status(1, "ci/build", "success")

    seen = [each for each in examined(hub).observations if each.id == "required-checks"]

    assert [(each.verdict.value, each.evidence, each.remedy) for each in seen] == [
        (
            "warning",
            "`Lint` is required, and no open pull request has it",
            "Name a check that is there in `checks.required`: `lint`.",
        ),
        (
            "warning",
            "`flux-test` is required, and no open pull request has it",
            "Name a check that is there in `checks.required`: `ci/build` or `lint`.",
        ),
    ]


def test_required_checks_that_are_reported_are_fine(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [lint]"))

    assert row(examined(hub), "required-checks") == ("ok", "open pull requests have `lint`", "")


def test_without_any_check_there_is_no_telling(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [lint]"))
    hub.close(1)

    assert row(examined(hub), "required-checks") == (
        "unknown",
        "no open pull request shows a check, so none shows `lint`",
        "Look again when the checks of one have ended.",
    )


def test_a_protection_that_demands_nothing_is_a_warning(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: branch-protection"))

    assert row(examined(hub), "required-checks") == (
        "warning",
        "`checks.required: branch-protection`, and `master` demands none: every check counts",
        f"Demand checks: {hub.fake.root}/ada/fleet/settings/rules; or list their names.",
    )


def test_a_protection_that_demands_checks_is_fine(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: branch-protection"))
    hub.protect("master", ["lint"])

    assert row(examined(hub), "required-checks") == ("ok", "`master` demands `lint`", "")


@pytest.mark.parametrize(
    ("configuration", "verdict", "outcome"),
    [
        (stage(""), "warning", "nothing can be merged while the stage stands still"),
        (
            stage("required: branch-protection"),
            "problem",
            "nothing can be merged any more",
        ),
        (stage("", "{status: false}"), "problem", "nothing can be merged any more"),
    ],
)
def test_our_own_status_among_the_required_checks_blocks_merging(
    hub: GitHubWorld, configuration: str, verdict: str, outcome: str
) -> None:
    healthy(hub, configuration)
    hub.ruleset("master", ["lint", "understudy/staging"])

    assert row(examined(hub), "own-context") == (
        verdict,
        (
            "the protection of `master` demands `understudy/staging`, which understudy reports:"
            f" {outcome}"
        ),
        f"Take it off the required checks: {hub.fake.root}/ada/fleet/settings/rules",
    )


def test_trap_06_a_check_that_does_not_begin_for_a_day_is_told(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [lint]"))
    hub.pull_request(2, {"two.yaml": "two\n"})
    hub.pull_request(3, {"three.yaml": "three\n"})
    hub.at(3).updated_at = datetime.now(UTC) - timedelta(hours=1)

    assert row(examined(hub), "missing-checks") == (
        "warning",
        "#2 had no `lint` for more than a day",
        "Run `lint` on them, or take it off the required checks.",
    )


def test_checks_that_begin_in_time_are_fine(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [lint]"))

    assert row(examined(hub), "missing-checks")[0] == "ok"


def test_where_pull_requests_cannot_be_read_nothing_is_said_of_them(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [lint]"))

    seen = examined(hub, hub.tokens.actions({"contents": "write", "checks": "read"}))

    assert row(seen, "missing-checks") == (
        "unknown",
        "The pull requests cannot be read: Resource not accessible by integration.",
        "See `read-pull-requests`.",
    )


def test_a_check_that_nobody_reports_is_told_of_once(hub: GitHubWorld) -> None:
    healthy(hub, stage("required: [flux-test]"))

    seen = examined(hub)

    assert row(seen, "required-checks")[0] == "warning"
    assert row(seen, "missing-checks")[0] == "ok"
