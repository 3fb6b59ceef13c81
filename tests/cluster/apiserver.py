"""A real Kubernetes API server on the loopback, with etcd behind it and Flux's own definitions.

No controllers run: a story writes what Flux's would write. It takes about three seconds to start.
"""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from lightkube import Client, KubeConfig
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

from tests.cluster.certificates import Authority
from tests.cluster.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lightkube.generic_resource import GenericNamespacedResource

PROGRAMS = Path(sys.prefix) / "bin"
"""Where `make` puts them."""

CRDS = Path(__file__).parent / "crds"

_STARTS_WITHIN = 60.0
_PAUSE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServer:
    """A running server."""

    folder: Path
    address: str
    authority: Authority

    @property
    def admin(self) -> Path:
        """Return the kubeconfig of who may do everything."""
        return self.folder / "admin.kubeconfig"

    def kubeconfig(self, name: str, user: Mapping[str, object], **cluster: object) -> Path:
        """Write a kubeconfig with one context, which has that name too."""
        server = {"server": self.address, "certificate-authority": str(self.authority.certificate)}
        context = {"cluster": "here", "user": name, "namespace": "default"}
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": name,
                    "clusters": [{"name": "here", "cluster": {**server, **cluster}}],
                    "users": [{"name": name, "user": dict(user)}],
                    "contexts": [{"name": name, "context": context}],
                }
            )
        )
        return path


@contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """Start one that ends with the block."""
    for program in ("etcd", "kube-apiserver"):
        if not (PROGRAMS / program).exists():
            pytest.fail(f"{PROGRAMS / program} is missing: run `make test`")
    authority = Authority(folder / "pki")
    port, etcd_port, peer_port = _free_ports(3)
    address = f"https://127.0.0.1:{port}"
    certificate, key = authority.client("admin", "system:masters")
    server = ApiServer(folder=folder, address=address, authority=authority)
    server.kubeconfig("admin", {"client-certificate": str(certificate), "client-key": str(key)})
    with ExitStack() as running:
        etcd = _etcd(folder, etcd_port, peer_port)
        running.enter_context(_started(etcd, folder / "etcd.log"))
        api = _kube_apiserver(authority, folder, port=port, etcd=etcd_port)
        running.enter_context(_started(api, folder / "kube-apiserver.log"))
        _wait_until_ready(server)
        yield server


def _etcd(folder: Path, port: int, peer_port: int) -> list[str]:
    here, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
    return [
        str(PROGRAMS / "etcd"),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={here}",
        f"--advertise-client-urls={here}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
    ]


def _kube_apiserver(authority: Authority, folder: Path, *, port: int, etcd: int) -> list[str]:
    certificate, key = authority.server()
    accounts = authority.service_account_key()
    return [
        str(PROGRAMS / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'pki'}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={authority.certificate}",
        f"--service-account-key-file={accounts}",
        f"--service-account-signing-key-file={accounts}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=RBAC",
        # Nobody makes the `default` account of a namespace, for no controllers run.
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
        "--profiling=false",
    ]


@contextmanager
def _started(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(server: ApiServer) -> None:
    """Wait until it is ready, and serves Flux's kinds."""
    client = Client(KubeConfig.from_file(server.admin))
    ends = time.monotonic() + _STARTS_WITHIN
    for path in sorted(CRDS.glob("*.json")):
        definition = CustomResourceDefinition.from_dict(json.loads(path.read_text()))
        _retried(functools.partial(client.create, definition), ends, server)
    for kind in KINDS.values():
        _retried(functools.partial(_look, client, kind), ends, server)
    client.close()


def _look(client: Client, kind: type[GenericNamespacedResource]) -> None:
    list(client.list(kind, namespace="*"))


def _retried(act: Callable[[], object], ends: float, server: ApiServer) -> None:
    while True:
        try:
            act()
        except httpx2.HTTPError:
            if time.monotonic() > ends:
                log = (server.folder / "kube-apiserver.log").read_text()
                pytest.fail(f"the API server does not start:\n{log[-3000:]}")
            time.sleep(_PAUSE)
        else:
            return


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
