"""The cluster that a test may ask for: one real API server a session, empty for each test.

What it takes is imported only when a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.apiserver import ApiServer
    from tests.cluster.flux import FluxCluster
    from tests.world import World


@pytest.fixture(scope="session")
def running_api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """Start a real API server when the first test asks for it."""
    from tests.cluster.apiserver import api_server  # noqa: PLC0415 - see above

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("no_proxy", "127.0.0.1,localhost")
        with api_server(tmp_path_factory.mktemp("cluster")) as server:
            yield server


@pytest.fixture
def cluster(
    running_api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FluxCluster]:
    """A cluster with Flux's kinds and none of its objects. Nothing of the machine names another."""
    from tests.cluster.flux import FluxCluster  # noqa: PLC0415 - see above

    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    found = FluxCluster(running_api_server)
    found.clear()
    yield found
    found.clear()
    found.close()


@pytest.fixture
def staged(world: World, cluster: FluxCluster) -> Iterator[World]:
    """A stage with #1, on a machine, and a cluster that has not heard of it yet."""
    world.base({"a": "1\n"})
    world.pull_request(1, {"b": "1\n"})
    world.rebuild()
    cluster.source()
    cluster.kustomization()
    with world.machine.active():
        yield world
