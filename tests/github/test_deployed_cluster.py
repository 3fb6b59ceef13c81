"""Where a cluster is named, pull requests hear what it says itself: the object, and its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github.telling import rebuild
from understudy.core.errors import ExitCode
from understudy.core.model import CommitSha

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.flux import FluxCluster
    from tests.github.world import GitHubWorld

CONFIGURATION = "stages: {staging: {report: {deployed: true}}}\n"


@pytest.fixture
def fleet(hub: GitHubWorld, cluster: FluxCluster) -> GitHubWorld:
    """A stage with #1, on a cluster whose Flux says nothing on GitHub."""
    hub.base({"understudy.yaml": CONFIGURATION, "app.yaml": "image: 1\n"})
    hub.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    cluster.source()
    cluster.kustomization()
    _rebuild(hub, cluster.kubeconfig)
    return hub


def _rebuild(fleet: GitHubWorld, kubeconfig: Path) -> int:
    named = {"KUBECONFIG": str(kubeconfig), "no_proxy": "127.0.0.1,localhost"}
    return rebuild(fleet, env={**fleet.environment(), **named})


def _answer(fleet: GitHubWorld) -> str | None:
    return fleet.statuses(1)["understudy/staging"].description


def test_trap_33_the_object_that_fails_and_its_message_reach_the_pull_request(
    fleet: GitHubWorld, cluster: FluxCluster
) -> None:
    assert _answer(fleet) == "On staging"
    tip = CommitSha(fleet.remote_ref("refs/heads/staging") or "")
    cluster.fetched(tip)
    cluster.failed(tip, "PersistentVolume/media-stage dry-run failed: field is immutable")

    assert _rebuild(fleet, cluster.kubeconfig) == ExitCode.DONE

    assert _answer(fleet) == (
        "On staging, apps-staging not ready: PersistentVolume media-stage:"
        " dry-run failed: field is immutable"
    )


def test_what_the_cluster_has_of_another_commit_is_told_to_nobody(
    fleet: GitHubWorld, cluster: FluxCluster
) -> None:
    other = CommitSha("0" * 40)
    cluster.fetched(other)
    cluster.applied(other)

    _rebuild(fleet, cluster.kubeconfig)

    assert _answer(fleet) == "On staging"


def test_a_cluster_that_does_not_answer_takes_no_answer_with_it(
    fleet: GitHubWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.pull_request(2, {"two.yaml": "2\n"}, checks={"lint": "success"})

    assert _rebuild(fleet, tmp_path / "none") == ExitCode.DONE

    assert fleet.statuses(2)["understudy/staging"].description == "On staging"
    assert "what Flux made of staging" in capsys.readouterr().err
