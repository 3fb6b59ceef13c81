"""Where a stage stands, and waiting for it, on a real remote and a real API server."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.cluster.flux import APPS, NAMESPACE
from tests.cluster.staged import (
    INVALID,
    OTHER,
    QUICK,
    SOON_OVER,
    options,
    stand,
    teller,
    tip,
    wait,
)
from understudy import following
from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.core.errors import UnavailableError, UsageError
from understudy.core.standing import Presence, Unknown
from understudy.deployment_wiring import ClusterOptions, Teller

if TYPE_CHECKING:
    from tests.cluster.flux import FluxCluster
    from tests.world import World


def test_a_commit_that_flux_applied_is_told_of_each_pull_request(
    staged: World, cluster: FluxCluster
) -> None:
    """Flux knows a commit; who wants to know asks for pull requests (trap 33)."""
    cluster.fetched(tip(staged))
    cluster.applied(tip(staged))

    now = stand(staged, cluster)

    assert now.delivery == Delivered()
    assert [(each.line.number, each.presence) for each in now.members] == [(1, Presence.HEALTHY)]


def test_a_pull_request_may_be_on_the_branch_and_not_in_the_cluster_yet(
    staged: World, cluster: FluxCluster
) -> None:
    first = tip(staged)
    cluster.fetched(first)
    cluster.applied(first)
    staged.pull_request(2, {"c": "1\n"})
    staged.rebuild()

    now = stand(staged, cluster)

    assert isinstance(now.delivery, Underway)
    assert [(each.line.number, each.presence) for each in now.members] == [
        (1, Presence.HEALTHY),
        (2, Presence.ON_THE_WAY),
    ]


def test_one_kustomization_that_fails_is_told_of_the_pull_requests_it_was_to_deploy(
    staged: World, cluster: FluxCluster
) -> None:
    """One immutable field stops every app of a Kustomization (trap 32)."""
    first = tip(staged)
    cluster.kustomization("web")
    cluster.applied(first, name="web")
    staged.pull_request(2, {"c": "1\n"})
    staged.rebuild()
    cluster.fetched(tip(staged))
    cluster.applied(tip(staged), name="web")
    cluster.failed(tip(staged), INVALID)

    now = stand(staged, cluster)

    assert isinstance(now.delivery, Stuck)
    assert [(blocker.name, blocker.failing) for blocker in now.delivery.blockers] == [  # type: ignore[union-attr]
        (APPS, "PersistentVolume music-pv")
    ]
    assert {each.presence for each in now.members} == {Presence.FAILING}


def test_a_commit_that_no_record_knows_says_nothing_of_pull_requests(
    staged: World, cluster: FluxCluster
) -> None:
    cluster.fetched(OTHER)
    cluster.applied(OTHER)

    now = stand(staged, cluster)

    assert [each.presence for each in now.members] == [Presence.ON_THE_WAY]


def test_what_was_applied_and_is_not_watched_is_not_called_healthy(
    staged: World, cluster: FluxCluster
) -> None:
    cluster.change("Kustomization", APPS, {"wait": False})
    cluster.fetched(tip(staged))
    cluster.applied(tip(staged))

    assert [each.presence for each in stand(staged, cluster).members] == [Presence.DEPLOYED]


def test_the_base_may_have_moved_and_others_may_have_pushed(
    staged: World, cluster: FluxCluster
) -> None:
    before = stand(staged, cluster)
    staged.base({"a": "2\n"})
    staged.branch("staging", {"d": "by hand\n"})
    after = stand(staged, cluster)

    assert (before.is_behind_base, before.was_pushed_by_others) == (False, False)
    assert (after.is_behind_base, after.was_pushed_by_others) == (True, True)
    assert after.members == ()


def test_a_cluster_that_cannot_be_asked_hides_nothing_else(
    staged: World, cluster: FluxCluster
) -> None:
    cluster.clear()

    now = stand(staged, cluster)

    assert isinstance(now.deployment, Unknown)
    assert "no GitRepository that reads the branch `staging`" in now.deployment.message
    assert now.record is not None
    assert now.delivery is None


def test_where_no_cluster_is_named_the_forge_is_asked(staged: World) -> None:
    with Teller(options(staged), ClusterOptions()) as asked:
        told = following.stand(asked.opening, asked).deployment

        assert isinstance(told, Unknown)
        assert told.message.startswith("No cluster is named")
        with pytest.raises(UsageError, match="No cluster is named"):
            asked.need_cluster()


def test_what_changes_is_told_again(staged: World, cluster: FluxCluster) -> None:
    cluster.fetched(tip(staged))
    cluster.applying(tip(staged))
    timer = threading.Timer(0.3, lambda: cluster.applied(tip(staged)))
    with teller(staged, cluster) as asked:
        watched = following.watch(asked.opening, asked, pause=0.05)
        first = next(watched)
        timer.start()
        second = next(watched)
        timer.join()

    assert isinstance(first.delivery, Underway)
    assert second.delivery == Delivered()


# --- which objects are meant ---------------------------------------------------------------------


def test_the_configuration_names_what_is_meant(staged: World, cluster: FluxCluster) -> None:
    flux = "{source: flux-system-staging, kustomization: web}"
    staged.base({"understudy.yaml": f"stages: {{staging: {{flux: {flux}}}}}\n"})
    cluster.source("another")
    cluster.kustomization("web")

    told = stand(staged, cluster).deployment

    assert not isinstance(told, Unknown)
    assert [each.name for each in told.kustomizations] == ["web"]


def test_a_name_that_the_cluster_does_not_have_is_told_of(
    staged: World, cluster: FluxCluster
) -> None:
    staged.base({"understudy.yaml": "stages: {staging: {flux: {source: nowhere}}}\n"})

    told = stand(staged, cluster).deployment

    assert isinstance(told, Unknown)
    assert told.message.endswith(f"has no GitRepository `{NAMESPACE}/nowhere`.")


# --- waiting -------------------------------------------------------------------------------------


def test_waiting_ends_when_it_is_deployed(staged: World, cluster: FluxCluster) -> None:
    def later() -> None:
        cluster.fetched(tip(staged))
        cluster.applying(tip(staged))
        cluster.applied(tip(staged))

    timer = threading.Timer(0.3, later)
    timer.start()
    now = wait(staged, cluster)
    timer.join()

    assert now.delivery == Delivered()


def test_waiting_ends_when_it_cannot_be_deployed(staged: World, cluster: FluxCluster) -> None:
    cluster.fetched(tip(staged))
    cluster.failed(tip(staged), INVALID)

    assert isinstance(wait(staged, cluster).delivery, Stuck)


def test_a_failure_of_the_commit_before_does_not_end_the_wait(
    staged: World, cluster: FluxCluster
) -> None:
    cluster.fetched(tip(staged))
    cluster.failed(OTHER, INVALID)

    assert isinstance(wait(staged, cluster, SOON_OVER).delivery, Underway)


def test_waiting_follows_the_branch(
    staged: World, cluster: FluxCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_REMOTE_EVERY", 0.1)
    started = time.monotonic()
    before = tip(staged)
    staged.pull_request(2, {"c": "1\n"})

    def later() -> None:
        staged.rebuild()
        cluster.fetched(tip(staged))
        cluster.applied(tip(staged))

    timer = threading.Timer(0.3, later)
    timer.start()
    now = wait(staged, cluster)
    timer.join()

    assert now.delivery == Delivered()
    assert now.tip not in {None, before}
    assert time.monotonic() - started < QUICK.timeout / 2


def test_there_is_nothing_to_wait_for(world: World, cluster: FluxCluster) -> None:
    world.base({"a": "1\n"})
    with world.machine.active(), pytest.raises(UsageError, match="no branch `staging` yet"):
        wait(world, cluster)


def test_a_first_look_that_fails_is_the_last(staged: World, cluster: FluxCluster) -> None:
    gone = cluster.server.kubeconfig("gone", {}, server="https://127.0.0.1:1")
    where = ClusterOptions(kubeconfig=gone)

    with (
        Teller(options(staged), where) as asked,
        pytest.raises(UnavailableError, match="did not answer"),
    ):
        following.wait(asked.opening, asked, patience=QUICK)
