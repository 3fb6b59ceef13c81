from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from tests.gitops.isolation.test_host_paths import agent
from understudy.gitops.isolation.devices import SHARED_DEVICE


@pytest.mark.parametrize(
    ("device", "severity"),
    [
        ("/dev/ttyUSB0", "error"),
        ("/dev/serial/by-id/usb-Sonoff_Zigbee_3.0-if00-port0", "error"),
        ("/dev/bus/usb", "error"),
        ("/dev/network-modem", "error"),
        ("//dev/ttyUSB0", "error"),
        ("/dev/dri", "warning"),
        ("/dev/nvidia0", "warning"),
    ],
)
def test_a_device_of_the_node_that_both_use(device: str, severity: str) -> None:
    look_at = examined(agent(device), agent(device, namespace="agent-prod"))
    (line,) = told(SHARED_DEVICE, look_at)
    assert line.startswith(f"{severity} shared-device: DaemonSet agent-stage/agent: ")
    assert f"`/{device.lstrip('/')}`" in line


@pytest.mark.parametrize("password", ["hunter2", "me:hunter2", "p@hunter2", "me:hunter2@x"])
def test_what_opens_a_device_is_not_told(password: str) -> None:
    port = f"tcp://{password}@10.42.2.15:6638/a"
    (line,) = told(SHARED_DEVICE, examined(zigbee(port, "z-stage"), zigbee(port, "z-prod")))
    assert "the device at `tcp://10.42.2.15:6638`" in line
    broken = zigbee(f"tcp://{password}@$HOST", "z-stage"), zigbee(f"tcp://{password}@$HOST", "z")
    assert told(SHARED_DEVICE, examined(*broken)) == []


def test_a_device_of_the_stage_alone_is_a_path_of_the_node() -> None:
    look_at = examined(agent("/dev/ttyUSB1"), agent("/dev/ttyUSB0", namespace="agent-prod"))
    (line,) = told(SHARED_DEVICE, look_at)
    assert line.startswith("warning host-path: ")


ZIGBEE = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: zigbee2mqtt, namespace: NAMESPACE}
    data:
      configuration.yaml: |
        mqtt: {server: "mqtt://mosquitto.mosquitto.svc:1883"}
        frontend: {host: "tcp://0.0.0.0:8080"}
        serial:
          port: PORT
"""


def zigbee(port: str, namespace: str) -> str:
    return ZIGBEE.replace("PORT", port).replace("NAMESPACE", namespace)


@pytest.mark.parametrize(
    "port",
    [
        "tcp://10.42.2.15:6638",
        "socket://slzb-06.example.com:6638",
        "rfc2217://10.42.2.15:2217",
        "serial://10.42.2.15",
    ],
)
def test_a_coordinator_at_the_end_of_a_wire_can_serve_one_only(port: str) -> None:
    production = zigbee("tcp://10.42.2.99:6638", "other-prod") + "    ---" + zigbee(port, "z-prod")
    (line,) = told(SHARED_DEVICE, examined(zigbee(port, "z-stage"), production))
    assert line == (
        f"error shared-device: ConfigMap z-stage/zigbee2mqtt: It drives the device at `{port}`,"
        " and so does production (`ConfigMap z-prod/zigbee2mqtt`)."
    )


@pytest.mark.parametrize(
    "port", ["tcp://127.0.0.1:6638", "tcp://adapter:6638", "tcp://adapter.zigbee.svc:6638"]
)
def test_what_is_in_the_pod_or_the_cluster_is_no_device(port: str) -> None:
    look_at = examined(zigbee(port, "z-stage"), zigbee(port, "z-prod"))
    assert told(SHARED_DEVICE, look_at) == []


def test_a_device_of_the_stages_own_is_fine_and_so_is_one_in_a_comment() -> None:
    production = zigbee("tcp://10.42.2.15:6638", "z-prod")
    own = zigbee("tcp://10.42.2.16:6638 # was tcp://10.42.2.15:6638", "z-stage")
    assert told(SHARED_DEVICE, examined(own, production)) == []


MACHINE = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: espresso, namespace: NAMESPACE}
    spec:
      template:
        spec:
          containers:
            - name: espresso
              image: example.com/espresso
              env:
                - {name: MACHINE_HOST, value: HOST}
                - {name: LISTEN, value: "0.0.0.0:8080"}
                - {name: TRANSPORT, value: TRANSPORT_VALUE}
"""


@pytest.mark.parametrize(
    ("host", "transport", "found"),
    [
        ("10.42.7.11", "wifi", True),
        ("10.42.7.11", "sim", False),  # told to simulate it
        ("10.42.7.12", "wifi", False),
        ("8.8.8.8", "wifi", False),  # not in the house
        ("machine.example.com", "wifi", False),
    ],
)
def test_a_machine_that_both_are_told_of_is_a_warning(
    host: str, transport: str, *, found: bool
) -> None:
    names = "8.8.8.8", "machine.example.com"
    production = MACHINE.replace("NAMESPACE", "espresso-prod").replace("TRANSPORT_VALUE", "wifi")
    production = production.replace("HOST, v", "HOST, v").replace(
        "value: HOST", f"value: {host if host in names else '10.42.7.11'}"
    )
    stage = MACHINE.replace("NAMESPACE", "espresso-stage").replace("value: HOST", f"value: {host}")
    lines = told(SHARED_DEVICE, examined(stage.replace("TRANSPORT_VALUE", transport), production))
    assert bool(lines) is found
    assert all(line.startswith("warning shared-device: ") for line in lines)
    assert all("`MACHINE_HOST=10.42.7.11`" in line for line in lines)
