from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.examined import examined, healthy, row
from tests.github.fake.tokens import ACTIONS
from understudy.forges.github import workflow
from understudy.forges.github.doctor_runs import Run, judged

if TYPE_CHECKING:
    from tests.github.world import GitHubWorld

AT = "2026-01-05T09:10:00Z"


def run(number: int, conclusion: str | None, status: str = "completed") -> Run:
    url = f"https://github.com/ada/fleet/actions/runs/{number}"
    return Run(id=number, status=status, conclusion=conclusion, html_url=url, updated_at=AT)


def said(*runs: Run) -> tuple[str, str, str]:
    return row([judged(runs)], "workflow-runs")


@pytest.mark.parametrize(
    "conclusion", ["failure", "timed_out", "startup_failure", "action_required", "stale"]
)
def test_a_run_that_failed_is_named_with_its_page(conclusion: str) -> None:
    assert said(run(8, "cancelled"), run(7, conclusion), run(6, "success")) == (
        "warning",
        (
            f"the last run of staging-deploy.yaml did not succeed ({conclusion}, 2026-01-05 09:10"
            " UTC), so the stage may be stale: https://github.com/ada/fleet/actions/runs/7"
        ),
        ("See why: gh run view 7 --log-failed; then: gh workflow run staging-deploy.yaml"),
    )


@pytest.mark.parametrize(
    ("runs", "evidence"),
    [
        ((), "staging-deploy.yaml has not run yet"),
        (
            (run(3, "skipped"), run(2, "cancelled")),
            "the last 2 runs of staging-deploy.yaml were skipped, or made way for others",
        ),
        (
            (run(3, None, "in_progress"), run(2, "failure")),
            "the newest run of staging-deploy.yaml is in progress",
        ),
        (
            (run(3, "skipped"), run(2, "success"), run(1, "failure")),
            "the last run of staging-deploy.yaml succeeded, 2026-01-05 09:10 UTC",
        ),
    ],
)
def test_runs_that_are_no_trouble(runs: tuple[Run, ...], evidence: str) -> None:
    assert said(*runs)[:2] == ("ok", evidence)


def failed_run(hub: GitHubWorld) -> None:
    base = hub.remote_ref("refs/heads/master")
    assert base is not None
    hub.model.add_check(base, "sync-staging", "failure", workflow=workflow.NAME, event="push")


def test_trap_16_the_run_is_found_though_it_reports_on_the_base(hub: GitHubWorld) -> None:
    """Runs of `workflow_run` and `schedule` report on the base (trap 16)."""
    healthy(hub)
    failed_run(hub)

    verdict, evidence, remedy = row(examined(hub), "workflow-runs")

    assert verdict == "warning"
    assert f"{hub.fake.root}/ada/fleet/actions/runs/"[:60] in evidence
    assert remedy.endswith("gh workflow run staging-deploy.yaml")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("disabled_inactivity", "nothing had happened here for 60 days"),
        ("disabled_manually", "somebody switched it off"),
    ],
)
def test_trap_14_a_workflow_that_is_off_is_told_with_what_puts_it_on(
    hub: GitHubWorld, state: str, why: str
) -> None:
    """In public repositories a schedule is switched off after 60 idle days (trap 14)."""
    healthy(hub)
    hub.model.workflow_states[workflow.PATH] = state

    verdict, evidence, remedy = row(examined(hub), "workflow-off")

    assert verdict == "warning"
    assert why in evidence
    assert remedy == "gh workflow enable staging-deploy.yaml"


def test_a_repository_without_the_workflow_is_asked_for_no_runs(hub: GitHubWorld) -> None:
    hub.base({"app.yaml": "app\n"})

    assert "workflow-runs" not in {each.id for each in examined(hub).observations}


def test_a_token_that_may_not_read_actions_leaves_it_unknown(hub: GitHubWorld) -> None:
    healthy(hub)

    seen = examined(hub, hub.tokens.actions({**ACTIONS, "actions": "none"}))

    assert row(seen, "workflow-runs")[0] == "unknown"
