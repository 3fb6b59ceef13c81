from __future__ import annotations

import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.gitops.wedge.api_answers import NAMESPACE, Answered, answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.cluster.apiserver import ApiServer

BEFORE = (
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
    {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "grows"},
        "provisioner": "x/y",
        "allowVolumeExpansion": True,
    },
)


@pytest.fixture(scope="module")
def http(running_api_server: ApiServer) -> Iterator[httpx2.Client]:
    config = json.loads(running_api_server.admin.read_text())
    (user,) = config["users"]
    context = ssl.create_default_context(cafile=str(running_api_server.authority.certificate))
    context.load_cert_chain(user["user"]["client-certificate"], user["user"]["client-key"])
    with httpx2.Client(base_url=running_api_server.address, verify=context) as client:
        for each in BEFORE:
            assert not _refusal(client, each)
        yield client


@pytest.mark.parametrize("answered", answers(), ids=lambda each: each.title)
def test_a_real_api_server_answers_as_the_table_says(
    http: httpx2.Client, answered: Answered
) -> None:
    assert not _refusal(http, answered.before)
    if answered.status:
        _set_status(http, answered)
    # The server learns of a new class or definition by watching: it may take a moment.
    ends = time.monotonic() + 5
    while bool(refusal := _refusal(http, answered.after, dryRun="All")) != answered.is_refused:
        assert time.monotonic() < ends, refusal or "it is not refused"
        time.sleep(0.05)


def _refusal(http: httpx2.Client, body: Mapping[str, Any], **parameters: str) -> str:
    """Apply it as Flux does, and return what is said against it."""
    answer = http.patch(
        _address(body),
        params={"fieldManager": "kustomize-controller", "force": "true", **parameters},
        headers={"Content-Type": "application/apply-patch+yaml"},
        content=json.dumps(body),
    )
    return "" if answer.is_success else answer.text


def _set_status(http: httpx2.Client, answered: Answered) -> None:
    """Do what a controller would: none runs here."""
    answer = http.patch(
        f"{_address(answered.before)}/status",
        headers={"Content-Type": "application/merge-patch+json"},
        content=json.dumps({"status": answered.status}),
    )
    assert answer.is_success, answer.text


def _address(body: Mapping[str, Any]) -> str:
    version, kind, metadata = body["apiVersion"], body["kind"].lower(), body["metadata"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    place = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    plural = f"{kind}es" if kind.endswith("ss") else f"{kind}s"
    return f"{root}{place}/{plural}/{metadata['name']}"
