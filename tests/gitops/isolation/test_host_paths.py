from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.host_paths import HOST_PATH

AGENT = """
    # apps/base/netscope/daemonset.yaml
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent, namespace: NAMESPACE}
    spec:
      template:
        spec:
          containers:
            - name: agent
              image: example.com/agent
              volumeMounts: [{name: data, mountPath: /data, readOnly: READONLY}]
          volumes: [{name: data, hostPath: {path: PATH}}]
"""


def agent(path: str, *, namespace: str = "agent-stage", read_only: bool = False) -> str:
    text = AGENT.replace("PATH", path).replace("NAMESPACE", namespace)
    return text.replace("READONLY", str(read_only).lower())


@pytest.mark.parametrize(
    ("path", "read_only", "severity"),
    [
        ("/var/lib/agent", False, "error"),  # production writes there too
        ("/var/lib/agent/cache", False, "error"),
        ("/var/lib/agent", True, "warning"),
        ("/var/lib/other", False, "warning"),
        ("/sys/fs/bpf", False, "warning"),
        ("/sys/kernel/btf", True, None),
        ("/etc/localtime", True, None),
        ("/proc", True, None),
    ],
)
def test_a_path_of_the_node_is_outside_of_every_namespace(
    path: str, severity: str | None, *, read_only: bool
) -> None:
    production = agent("/var/lib/agent", namespace="agent-prod")
    found = told(HOST_PATH, examined(agent(path, read_only=read_only), production))
    assert [line.split()[0] for line in found] == ([severity] if severity else [])


def test_a_finding_names_path_file_and_the_other_user() -> None:
    look_at = examined(agent("/data/app"), agent("/data", namespace="agent-prod"))
    (found,) = HOST_PATH.look(look_at)
    assert found.path == "apps/base/netscope/daemonset.yaml"
    assert found.message == (
        "It can write to `/data/app` of its node, and so can production"
        " (`DaemonSet agent-prod/agent`)."
    )


def test_an_empty_volume_is_no_path_of_the_node() -> None:
    text = agent("/x").replace("hostPath: {path: /x}", "emptyDir: {}")
    assert told(HOST_PATH, examined(text)) == []
