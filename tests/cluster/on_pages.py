"""A cluster with Flux as the tutorial meets it: real objects, with what Flux would say of them.

A page says in a comment what happens there: `<!-- elsewhere: flux has applied staging -->`.
"""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.cluster.apiserver import api_server
from tests.cluster.controllers import acting
from tests.cluster.flux import APPS, NAMESPACE, FluxCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.cluster.apiserver import ApiServer

CLUSTER = "clusters/home"
"""What Flux applies from the default branch."""

CONTEXT = "home"

_ADDRESS = "https://home.example.org:6443"
_SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "flux-system", "namespace": NAMESPACE},
}


class FluxOnPages:
    """The cluster `home`. The reader has its kubeconfig once Flux has the files."""

    def __init__(self, server: ApiServer, *, home: Path, remote: Path) -> None:
        """Have a server that is empty, and a remote that may not be there yet."""
        self._server = server
        self._kubeconfig = home / ".kube/config"
        self._remote = remote
        self._cluster = FluxCluster(server)
        self._acting = ExitStack()
        self._events: dict[str, Callable[[], None]] = {
            "flux has the files of main": self._created,
            "flux has applied staging": self._deployed,
        }

    def close(self) -> None:
        """Let nobody act any more; see that whoever was to be asked was."""
        try:
            self._acting.close()
        finally:
            self._cluster.close()

    def environment(self, _home: Path) -> Mapping[str, str]:
        """Return what lets the reader's shell reach the cluster."""
        return {"no_proxy": "127.0.0.1,localhost"}

    def happen(self, event: str) -> str:
        """Let it happen; nobody sees anything."""
        self._events[event]()
        return ""

    def as_readers_see(self, text: str) -> str:
        """Return the text with the address of the cluster at home."""
        return text.replace(self._server.address, _ADDRESS)

    def _created(self) -> None:
        """Do what `flux bootstrap` does, and what Flux does with what it finds."""
        self._cluster.namespace()
        self._cluster.create(_SECRET)
        for path in self._git("ls-tree", "-r", "--name-only", "main", CLUSTER).splitlines():
            text = self._git("show", f"main:{path}")
            for manifest in YAML(typ="safe", pure=True).load_all(text):
                self._cluster.create(manifest)
        admin = self._server.admin
        self._kubeconfig.parent.mkdir()
        self._kubeconfig.write_text(admin.read_text().replace(f'"{admin.stem}"', f'"{CONTEXT}"'))

    def _deployed(self) -> None:
        """Do so now, and once more when somebody asks for it."""
        self._fetch(self._cluster)
        self._apply(self._cluster)
        others = [(APPS, self._apply)]
        self._acting.enter_context(acting(self._cluster, source=[self._fetch], others=others))

    def _fetch(self, cluster: FluxCluster) -> None:
        cluster.fetched(self._tip())

    def _apply(self, cluster: FluxCluster) -> None:
        cluster.applied(self._tip())

    def _tip(self) -> str:
        return self._git("rev-parse", "refs/heads/staging").strip()

    def _git(self, *arguments: str) -> str:
        command = ["git", f"--git-dir={self._remote}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def flux_on_pages(*, home: Path, remote: Path) -> Iterator[FluxOnPages]:
    """Start the cluster of a reader with this home."""
    folder = home.with_name(f"{home.name}-cluster")
    folder.mkdir()
    with api_server(folder) as server:
        found = FluxOnPages(server, home=home, remote=remote)
        try:
            yield found
        finally:
            found.close()
