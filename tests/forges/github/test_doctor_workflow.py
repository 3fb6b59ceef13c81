from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.forges.github.examined import CI, HEALTHY, row, troubles
from tests.forges.github.workflows import EVERY_KIND, document
from understudy.core import config_file
from understudy.forges.github import workflow
from understudy.forges.github.doctor_triggers import PULL_REQUEST_TYPES
from understudy.forges.github.doctor_workflow import INIT, Workflows, judged

if TYPE_CHECKING:
    from understudy.core.config import Config
    from understudy.core.diagnosis import Observation
    from understudy.forges.github.workflow import Settings

CONFIG = config_file.parse(None)
CHECKOUT = "actions/checkout@v5"


def looked_at(text: str, *, ci: str = CI, config: Config = CONFIG) -> tuple[Observation, ...]:
    documents = {".github/workflows/ci.yaml": document(ci), workflow.PATH: document(text)}
    return tuple(judged(Workflows(documents=documents), config, base="master"))


@pytest.mark.parametrize("settings", EVERY_KIND.values(), ids=EVERY_KIND)
def test_what_init_writes_is_fine(settings: Settings) -> None:
    ci = {
        f".github/workflows/{number}.yaml": {"name": name, "on": "pull_request"}
        for number, name in enumerate(settings.ci)
        if not name.startswith(".github/")
    }
    ci |= {name: {"on": "pull_request"} for name in settings.ci if name.startswith(".github/")}
    documents = {workflow.PATH: document(workflow.text(settings)), **ci}

    seen = tuple(judged(Workflows(documents=documents), settings.config, base=settings.base))

    assert troubles(seen) == []
    assert len(seen) == 7 + any(each.report.deployed for each in settings.config.stages.values())


def test_a_missing_workflow_is_written_by_init() -> None:
    seen = judged(Workflows(documents={"x.yaml": document(CI)}), CONFIG, base="master")

    assert row(seen, "workflow") == (
        "warning",
        "no workflow on the default branch runs understudy",
        INIT,
    )


def test_a_workflow_that_is_no_yaml_is_named() -> None:
    found = Workflows(documents={workflow.PATH: document(HEALTHY)}, unread=("x.yaml is no YAML.",))

    assert row(judged(found, CONFIG, base="master"), "workflow")[:2] == (
        "unknown",
        "x.yaml is no YAML.",
    )


def test_trap_13_ci_that_was_renamed_is_listened_to_no_more() -> None:
    seen = looked_at(HEALTHY, ci=CI.replace("name: CI", "name: Checks"))

    assert row(seen, "workflow-ci") == (
        "warning",
        (
            "pull requests run `Checks`, after which nothing is rebuilt;"
            " no workflow is called `CI` any more"
        ),
        INIT,
    )


def test_ci_that_runs_on_pushes_alone_may_be_listened_to() -> None:
    seen = looked_at(HEALTHY, ci=CI.replace("[push, pull_request]", "push"))

    assert row(seen, "workflow-ci")[0] == "ok"


@pytest.mark.parametrize(
    ("before", "after", "evidence"),
    [
        (
            "      - closed\n      - labeled\n",
            "",
            "nothing is rebuilt when a pull request is closed, labeled",
        ),
        (
            '  push:\n    branches: ["master"]\n',
            "",
            "nothing is rebuilt when `master` is pushed (`push`)",
        ),
        (
            'branches: ["master"]',
            "branches: [main]",
            "nothing is rebuilt when `master` is pushed (`push`)",
        ),
        (
            "    types: [completed]\n    workflows:",
            "    types: [requested]\n    workflows:",
            "nothing is rebuilt when CI has ended (`workflow_run`, `completed`)",
        ),
        (
            "  status:\n",
            "",
            "nothing is rebuilt when CI outside Actions reports a commit status (`status`)",
        ),
        (
            "  check_suite:\n    types: [completed]\n",
            "",
            "nothing is rebuilt when CI outside Actions reports check runs (`check_suite`)",
        ),
    ],
)
def test_an_event_that_starts_nothing_is_named(before: str, after: str, evidence: str) -> None:
    assert before in HEALTHY

    seen = looked_at(HEALTHY.replace(before, after))

    assert row(seen, "workflow-triggers") == ("warning", evidence, INIT)


def test_without_types_pull_request_target_knows_three() -> None:
    types = "    types:\n" + "".join(f"      - {each}\n" for each in PULL_REQUEST_TYPES)
    assert types in HEALTHY

    _, evidence, _ = row(looked_at(HEALTHY.replace(types, "")), "workflow-triggers")

    assert evidence == (
        "nothing is rebuilt when a pull request is closed, labeled, unlabeled, ready for review,"
        " converted to draft, edited"
    )


def test_trap_18_pull_request_is_no_trigger_for_a_rebuild() -> None:
    seen = looked_at(HEALTHY.replace("  pull_request_target:", "  pull_request:"))

    assert row(seen, "workflow-triggers") == (
        "warning",
        "for forks and Dependabot, the token of `pull_request` can only read",
        f"Use `pull_request_target`. {INIT}",
    )


@pytest.mark.parametrize("value", ["true", "${{ github.event_name == 'push' }}"])
def test_trap_19_a_rebuild_that_runs_is_not_cancelled(value: str) -> None:
    text = HEALTHY.replace("cancel-in-progress: false", f"cancel-in-progress: {value}")

    assert row(looked_at(text), "workflow-concurrency") == (
        "warning",
        "`cancel-in-progress` may end a rebuild that is pushing, and starve the others",
        "Set `cancel-in-progress: false`.",
    )


def test_trap_19_rebuilds_wait_for_each_other() -> None:
    text = HEALTHY.replace("concurrency:\n  group: staging-deploy\n  cancel", "env:\n  cancel")

    assert row(looked_at(text), "workflow-concurrency")[:2] == (
        "warning",
        "several rebuilds may run at once, and all but one are lost",
    )


TELLING = config_file.parse(
    {"stages": {"staging": {"report": {"comment": True, "deployments": True}}}}
)


@pytest.mark.parametrize(
    ("before", "config", "lacking"),
    [
        ("contents: write", CONFIG, "contents: write"),
        ("pull-requests: read", CONFIG, "pull-requests: read"),
        ("checks: read", CONFIG, "checks: read"),
        ("actions: read", CONFIG, "actions: read"),
        ("statuses: write", CONFIG, "statuses: write"),
        ("unused: none", TELLING, "pull-requests: write, deployments: write"),
    ],
)
def test_a_permission_that_the_job_lacks_is_named(
    before: str, config: Config, lacking: str
) -> None:
    text = HEALTHY.replace(f"      {before} ", "      # ")

    seen = looked_at(text, config=config)

    shown = ", ".join(f"`{each}`" for each in lacking.split(", "))
    assert row(seen, "workflow-permissions") == (
        "problem",
        f"the job's token has not {shown}",
        f"Add to the job's `permissions:` {lacking}; or run `understudy init`.",
    )


@pytest.mark.parametrize(
    ("permissions", "verdict"),
    [
        ("permissions: write-all", "ok"),
        ("permissions: read-all", "problem"),
        ("permissions: {contents: write}", "problem"),
        ("env: {}", "warning"),
    ],
)
def test_permissions_of_the_whole_workflow_count(permissions: str, verdict: str) -> None:
    parsed = document(HEALTHY)
    del parsed["permissions"], parsed["jobs"]["sync-staging"]["permissions"]
    parsed |= document(permissions)

    seen = judged(Workflows(documents={workflow.PATH: parsed}), CONFIG, base="master")

    assert row(seen, "workflow-permissions")[0] == verdict


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"app-id": "${{ vars.APP }}"}, "ok"),
        ({"token": "${{ secrets.STAGING_TOKEN }}"}, "ok"),
        ({"token": "${{ github.token }}"}, "problem"),
        ({"token": "${{secrets.GITHUB_TOKEN}}"}, "problem"),
    ],
)
def test_a_job_with_a_token_of_its_own_needs_no_permission(
    inputs: dict[str, str], verdict: str
) -> None:
    parsed = document(HEALTHY)
    job = parsed["jobs"]["sync-staging"]
    job["permissions"] = {}
    job["steps"][0]["with"] = inputs

    seen = judged(Workflows(documents={workflow.PATH: parsed}), CONFIG, base="master")

    assert row(seen, "workflow-permissions")[0] == verdict


@pytest.mark.parametrize(
    "step",
    [
        {"uses": CHECKOUT, "with": {"ref": "${{ github.event.pull_request.head.sha }}"}},
        {"uses": CHECKOUT, "with": {"ref": "${{ github.event.workflow_run.head_branch }}"}},
        {"uses": CHECKOUT, "with": {"ref": "${{ github.head_ref }}"}},
        {"uses": CHECKOUT, "with": {"ref": "refs/pull/${{ inputs.n }}/merge"}},
        {"run": "gh pr checkout 12 && make"},
        {"run": "git fetch origin refs/pull/12/head"},
    ],
)
def test_code_of_pull_requests_beside_a_token_that_writes_is_a_danger(
    step: dict[str, object],
) -> None:
    parsed = document(HEALTHY)
    parsed["jobs"]["sync-staging"]["steps"].insert(0, step)

    seen = judged(Workflows(documents={workflow.PATH: parsed}), CONFIG, base="master")

    verdict, evidence, remedy = row(seen, "workflow-checkout")
    assert (verdict, remedy) == (
        "problem",
        "Take the checkout out of the job: understudy needs none.",
    )
    assert evidence.startswith("the job checks out code of pull requests (`")


def test_a_checkout_of_the_default_branch_is_no_danger() -> None:
    parsed = document(HEALTHY)
    parsed["jobs"]["sync-staging"]["steps"].insert(0, {"uses": CHECKOUT})

    seen = judged(Workflows(documents={workflow.PATH: parsed}), CONFIG, base="master")

    assert row(seen, "workflow-checkout")[0] == "ok"


def test_trap_10_a_job_of_another_name_counts_as_a_check_elsewhere() -> None:
    text = HEALTHY.replace("  sync-staging:", "  build-stage:")

    assert row(looked_at(text), "own-check") == (
        "warning",
        (
            "the job `build-stage` of .github/workflows/staging-deploy.yaml counts as a check where"
            " understudy runs outside of it"
        ),
        "Call it `sync-staging`, or add it to the configuration: `ignore: [build-stage]`.",
    )


def test_trap_10_a_job_that_is_ignored_does_not_count() -> None:
    text = HEALTHY.replace("  sync-staging:", "  build-stage:")
    found = Workflows(documents={workflow.PATH: document(text)})

    seen = judged(found, CONFIG, base="master", ignored=["build-stage"])
    assert row(seen, "own-check")[0] == "ok"


@pytest.mark.parametrize(
    "text", ["", "[]", "on: 5\njobs: []\n", "jobs: {sync-staging: 7}", "jobs: {a: {steps: [x]}}"]
)
def test_a_document_of_any_shape_is_read(text: str) -> None:
    assert looked_at(text)
