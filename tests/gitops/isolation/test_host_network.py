from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.host_network import HOST_NETWORK

AGENT = """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: NAME, namespace: NAMESPACE}
    spec:
      template:
        spec:
          SETTING
          containers: [{name: agent, image: example.com/agent, ports: [PORT]}]
"""


def agent(port: str, *, setting: str = "", namespace: str = "agent-stage", name: str = "a") -> str:
    text = AGENT.replace("SETTING", setting or "restartPolicy: Always").replace("PORT", port)
    return text.replace("NAMESPACE", namespace).replace("NAME", name)


HOST = "hostNetwork: true"


@pytest.mark.parametrize(
    ("port", "setting", "severity"),
    [
        ("{containerPort: 9101}", HOST, "error"),
        ("{containerPort: 80, hostPort: 9101}", "", "error"),
        ("{containerPort: 9101, protocol: UDP}", HOST, "warning"),
        ("{containerPort: 9102}", HOST, "warning"),
        ("{containerPort: 80, hostPort: 9102}", "", "warning"),
        ("{containerPort: 9101}", "hostPID: true", "warning"),
        ("{containerPort: 9101}", "", None),
        ("{containerPort: 9101}", "hostNetwork: false", None),
    ],
)
def test_a_port_of_the_node_can_be_taken_once(
    port: str, setting: str, severity: str | None
) -> None:
    production = agent("{containerPort: 9101}", setting=HOST, namespace="agent-prod")
    found = told(HOST_NETWORK, examined(agent(port, setting=setting), production))
    assert [line.split()[0] for line in found] == ([severity] if severity else [])


def test_the_port_and_who_else_takes_it_are_named() -> None:
    production = agent("{containerPort: 9101}", setting=HOST, namespace="agent-prod")
    (line,) = told(HOST_NETWORK, examined(agent("{hostPort: 9101}"), production))
    assert "the port `9101/TCP` of its nodes, and so does production" in line
    assert "(`DaemonSet agent-prod/a`)" in line


def test_one_address_of_a_node_is_not_another() -> None:
    production = agent("{hostPort: 53, hostIP: 10.0.0.1}", namespace="dns-prod")
    (line,) = told(HOST_NETWORK, examined(agent("{hostPort: 53, hostIP: 10.0.0.2}"), production))
    assert line.startswith("warning ")
    (line,) = told(HOST_NETWORK, examined(agent("{hostPort: 53, hostIP: 0.0.0.0}"), production))
    assert line.startswith("error ")


def test_the_stage_can_be_in_its_own_way() -> None:
    both = agent("{hostPort: 9101}") + "    ---" + agent("{hostPort: 9101}", name="b")
    first, second = told(HOST_NETWORK, examined(both))
    assert first.startswith("warning host-network: DaemonSet agent-stage/a: ")
    assert second.startswith("error host-network: DaemonSet agent-stage/b: ")
    assert "and so does another object of the stage (`DaemonSet agent-stage/a`)" in second


SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: syslog, namespace: NAMESPACE}
    spec: {type: NodePort, ports: [{port: 514, nodePort: PORT}]}
"""


def test_a_node_port_is_refused_to_the_second_service() -> None:
    production = SERVICE.replace("NAMESPACE", "syslog-prod").replace("PORT", "30600")
    stage = SERVICE.replace("NAMESPACE", "syslog-stage")
    (line,) = told(HOST_NETWORK, examined(stage.replace("PORT", "30600"), production))
    assert line.startswith("error host-network: Service syslog-stage/syslog: ")
    assert told(HOST_NETWORK, examined(stage.replace("PORT", "30601"), production)) == []
    assert told(HOST_NETWORK, examined(stage.replace(", nodePort: PORT", ""), production)) == []
