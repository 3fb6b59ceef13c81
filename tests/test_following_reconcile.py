"""Asking Flux, on a real remote and a real API server."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controllers import acting, applies, fails
from tests.cluster.flux import APPS
from tests.cluster.staged import INVALID, OTHER, SOON_OVER, reconcile, tip
from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.core.errors import RefusedError

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from tests.world import World


def test_flux_is_asked_to_fetch_and_then_to_apply(staged: World, cluster: FluxCluster) -> None:
    cluster.kustomization("web")
    commit = tip(staged)
    with acting(
        cluster,
        source=[lambda flux: flux.fetched(commit)],
        others=[applies(commit), applies(commit, "web")],
    ):
        now = reconcile(staged, cluster)

    assert now.delivery == Delivered()
    for name in (APPS, "web"):
        status = cluster.found("Kustomization", name)
        asked = status["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"]
        assert status["status"]["lastHandledReconcileAt"] == asked


def test_what_was_told_before_it_acted_is_not_believed(staged: World, cluster: FluxCluster) -> None:
    """A failure of the same commit that a retry mends must not be told as the outcome."""
    commit = tip(staged)
    cluster.fetched(commit)
    cluster.failed(commit, INVALID)
    with acting(cluster, source=[lambda flux: flux.fetched(commit)], others=[applies(commit)]):
        now = reconcile(staged, cluster)

    assert now.delivery == Delivered()


def test_one_that_is_at_the_commit_already_is_not_asked_to_do_it_twice(
    staged: World, cluster: FluxCluster
) -> None:
    """It would wait for the same health checks a second time."""
    commit = tip(staged)

    def fetch(flux: FluxCluster) -> None:
        flux.fetched(commit)
        flux.applying(commit)
        threading.Timer(0.5, lambda: cluster.failed(commit, INVALID)).start()

    with acting(cluster, source=[fetch]):
        now = reconcile(staged, cluster)

    assert isinstance(now.delivery, Stuck)
    assert "annotations" not in cluster.found("Kustomization", APPS)["metadata"]


def test_a_source_that_was_too_early_is_asked_again(staged: World, cluster: FluxCluster) -> None:
    commit = tip(staged)
    acts = [lambda flux: flux.fetched(OTHER), lambda flux: flux.fetched(commit)]
    with acting(cluster, source=acts, others=[applies(commit)]):
        assert reconcile(staged, cluster).delivery == Delivered()


def test_the_object_that_fails_is_named(staged: World, cluster: FluxCluster) -> None:
    commit = tip(staged)
    with acting(
        cluster, source=[lambda flux: flux.fetched(commit)], others=[fails(commit, INVALID)]
    ):
        outcome = reconcile(staged, cluster).delivery

    assert isinstance(outcome, Stuck)
    assert outcome.blockers[0].message == INVALID


def test_a_source_that_cannot_fetch_ends_it(staged: World, cluster: FluxCluster) -> None:
    said = "failed to checkout: authentication required"
    with acting(cluster, source=[lambda flux: flux.fetch_failed(said)]):
        outcome = reconcile(staged, cluster).delivery

    assert isinstance(outcome, Stuck)
    assert [each.name for each in outcome.blockers] == ["flux-system-staging"]


@pytest.mark.parametrize(
    ("kind", "name", "command"),
    [
        (
            "GitRepository",
            "flux-system-staging",
            "flux resume source git flux-system-staging --namespace flux-system",
        ),
        ("Kustomization", APPS, "flux resume kustomization apps-staging --namespace flux-system"),
    ],
)
def test_what_is_suspended_is_left_as_it_is(
    staged: World, cluster: FluxCluster, kind: str, name: str, command: str
) -> None:
    cluster.change(kind, name, {"suspend": True})

    with pytest.raises(RefusedError, match="is suspended") as raised:
        reconcile(staged, cluster)

    assert command in raised.value.hint
    assert "annotations" not in cluster.found("GitRepository", "flux-system-staging")["metadata"]


def test_nobody_acts_in_time(staged: World, cluster: FluxCluster) -> None:
    assert isinstance(reconcile(staged, cluster, SOON_OVER).delivery, Underway)
