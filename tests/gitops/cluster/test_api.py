"""Against a real API server: what is asked, and what is said when it does not answer."""

from __future__ import annotations

import base64
import datetime as dt
import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.cluster.flux import APPS, NAMESPACE, SOURCE
from understudy.core.errors import UnavailableError, UnderstudyError, UsageError
from understudy.gitops.cluster.api import Cluster, MayNotLookError, open_cluster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.flux import FluxCluster

ONE = "1" * 40


def opened(kubeconfig: Path, context: str | None = None) -> Cluster:
    found = open_cluster(kubeconfig=kubeconfig, context=context)
    assert found is not None
    return found


def test_objects_come_back_as_the_api_has_them(cluster: FluxCluster) -> None:
    cluster.source()
    cluster.kustomization()
    cluster.kustomization("web", namespace="web")
    cluster.fetched(ONE)

    with opened(cluster.kubeconfig) as asked:
        (source,) = asked.sources(NAMESPACE)
        assert source == asked.source(NAMESPACE, SOURCE)
        assert source["kind"] == "GitRepository"
        assert source["status"]["artifact"]["revision"] == f"staging@sha1:{ONE}"
        names = [each["metadata"]["name"] for each in asked.kustomizations()]
        assert sorted(names) == [APPS, "web"]
        assert [each["kind"] for each in asked.kustomizations("web")] == ["Kustomization"]


def test_what_is_not_there_is_none(cluster: FluxCluster) -> None:
    cluster.namespace()

    with opened(cluster.kubeconfig) as asked:
        assert asked.source(NAMESPACE, "nothing") is None
        assert asked.kustomization("no-such-namespace", "nothing") is None
        assert asked.sources() == []
        assert asked.has_secret(NAMESPACE, "nothing") is False


def test_a_secret_is_there_and_nothing_of_it_is_kept(cluster: FluxCluster) -> None:
    cluster.namespace()
    metadata = {"name": "deploy-key", "namespace": NAMESPACE}
    data = {"identity": base64.b64encode(b"very secret").decode()}
    cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})

    with opened(cluster.kubeconfig) as asked:
        assert asked.has_secret(NAMESPACE, "deploy-key") is True


def test_flux_is_asked_to_look_again(cluster: FluxCluster) -> None:
    cluster.source()
    at = "2026-11-24T12:00:00.000001+00:00"

    with opened(cluster.kubeconfig) as asked:
        source = asked.source(NAMESPACE, SOURCE)
        assert source is not None
        asked.request_reconcile(source, at)

    found = cluster.found("GitRepository", SOURCE)
    assert found["metadata"]["annotations"] == {"reconcile.fluxcd.io/requestedAt": at}
    assert found["spec"] == source["spec"]


# --- who we are ----------------------------------------------------------------------------------


def with_certificate(cluster: FluxCluster, lasts: dt.timedelta) -> Path:
    certificate, key = cluster.server.authority.client("grace", "system:masters", lasts=lasts)
    data = {
        "client-certificate-data": base64.b64encode(certificate.read_bytes()).decode(),
        "client-key-data": base64.b64encode(key.read_bytes()).decode(),
    }
    return cluster.server.kubeconfig("grace", data)


def test_a_certificate_may_be_in_the_file_itself(cluster: FluxCluster) -> None:
    with opened(with_certificate(cluster, dt.timedelta(hours=1))) as asked:
        assert asked.sources() == []


def test_a_plugin_may_know_who_we_are(cluster: FluxCluster, tmp_path: Path) -> None:
    cluster.namespace()
    account = {"name": "plugged", "namespace": NAMESPACE}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    given = json.loads(cluster.kubeconfig_of("plugged").read_text())
    token = given["users"][0]["user"]["token"]
    answer = json.dumps({"kind": "ExecCredential", "status": {"token": token}})
    script = tmp_path / "login"
    script.write_text(f"#!/bin/sh\necho '{answer}'\n")
    script.chmod(0o755)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(script)}

    with (
        opened(cluster.server.kubeconfig("plugged", {"exec": plugin})) as asked,
        pytest.raises(MayNotLookError) as raised,
    ):
        asked.sources()

    # The server knows who asks; that account may do nothing.
    assert raised.value.message == (
        "The context `plugged` may not list gitrepositories in all namespaces."
    )
    assert "deploy/" in raised.value.hint


# --- what goes wrong -----------------------------------------------------------------------------


def expired_certificate(cluster: FluxCluster) -> Path:
    return with_certificate(cluster, dt.timedelta(hours=-1))


def unknown_token(cluster: FluxCluster) -> Path:
    return cluster.server.kubeconfig("nobody", {"token": "a-token-that-is-over"})


def nobody(cluster: FluxCluster) -> Path:
    return cluster.server.kubeconfig("anonymous", {})


def unreachable(cluster: FluxCluster) -> Path:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"https://ada:pass@127.0.0.1:{taken.getsockname()[1]}"
        return cluster.server.kubeconfig("gone", {}, server=address)


def untrusted(cluster: FluxCluster) -> Path:
    own = cluster.server.authority.client("stranger")[0]
    return cluster.server.kubeconfig("untrusted", {}, **{"certificate-authority": str(own)})


@pytest.mark.parametrize(
    ("who", "kind", "said"),
    [
        (expired_certificate, UsageError, "`grace` does not accept the credentials"),
        (unknown_token, UsageError, "`nobody` does not accept the credentials"),
        (nobody, MayNotLookError, "`anonymous` may not list gitrepositories in all namespaces"),
        (unreachable, UnavailableError, "://***@127.0.0.1"),
        (untrusted, UnavailableError, "certificate verify failed"),
    ],
)
def test_a_cluster_that_does_not_answer_is_told_of(
    cluster: FluxCluster,
    who: Callable[[FluxCluster], Path],
    kind: type[UnderstudyError],
    said: str,
) -> None:
    with opened(who(cluster)) as asked, pytest.raises(kind) as raised:
        asked.sources()

    assert said in raised.value.message
    assert raised.value.hint
    assert "a-token-that-is-over" not in raised.value.message + raised.value.hint
    assert "pass@" not in raised.value.message


@pytest.mark.parametrize(
    ("user", "cluster_settings"),
    [
        ({"client-certificate": "/no/such.crt", "client-key": "/no/such.key"}, {}),
        ({"client-certificate-data": "!!", "client-key-data": "!!"}, {}),
        ({}, {"certificate-authority": "/no/such/ca.crt"}),
        ({}, {"server": "https://[::1"}),
        ({}, {"proxy-url": "nonsense://proxy"}),
    ],
)
def test_a_kubeconfig_that_no_connection_can_be_made_with_is_told_of(
    cluster: FluxCluster, user: dict[str, object], cluster_settings: dict[str, object]
) -> None:
    path = cluster.server.kubeconfig("odd", user, **cluster_settings)

    with pytest.raises(UsageError) as raised:
        open_cluster(kubeconfig=path, context=None)

    assert raised.value.message.startswith("The context `odd` cannot be used")


def test_a_cluster_without_flux_is_told_of(cluster: FluxCluster) -> None:
    # Below this path the server knows nothing at all.
    certificate, key = cluster.server.authority.client("admin", "system:masters")
    user = {"client-certificate": str(certificate), "client-key": str(key)}
    bare = cluster.server.kubeconfig("bare", user, server=f"{cluster.server.address}/version")

    with opened(bare) as asked, pytest.raises(UsageError) as raised:
        asked.sources()

    assert raised.value.message == (
        "The cluster of the context `bare` has no Flux: it knows no GitRepository."
    )
