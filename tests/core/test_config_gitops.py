"""The parts of a stage that say what is deployed: read, and refused where they cannot be right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from understudy.core.config import Allowed, Flux
from understudy.core.config_file import parse
from understudy.core.decisions import Severity
from understudy.core.errors import ConfigError


def _staging(**keys: object) -> dict[str, object]:
    return {"stages": {"staging": keys}}


def test_every_key_is_read() -> None:
    stage = parse(
        _staging(
            kustomize={
                "stage": "apps/qa",
                "production": "apps/live",
                "network": True,
                "deadline": "2m",
            },
            isolation={
                "namespaces": ["qa-*"],
                "severity": {"host-path": "warning"},
                "off": {"host-network": "one node, one DaemonSet"},
                "allow": [{"rule": "cluster-scoped", "object": "ClusterRole x", "reason": "reads"}],
            },
            flux={"namespace": "flux", "source": "qa", "kustomization": "apps-qa"},
            report={"deployed": True},
        )
    ).stages["staging"]

    kustomize, isolation = stage.kustomize, stage.isolation
    assert (kustomize.stage, kustomize.production) == ("apps/qa", "apps/live")
    assert (kustomize.network, kustomize.deadline) == (True, timedelta(minutes=2))
    assert isolation.namespaces == ("qa-*",)
    assert isolation.severity == {"host-path": Severity.WARNING}
    assert isolation.off == {"host-network": "one node, one DaemonSet"}
    assert isolation.allow == (
        Allowed(rule="cluster-scoped", object="ClusterRole x", reason="reads"),
    )
    assert stage.flux == Flux(namespace="flux", source="qa", kustomization="apps-qa")
    assert stage.report.deployed


REFUSED: dict[str, tuple[object, tuple[str, ...]]] = {
    "overlay outside": (_staging(kustomize={"stage": "../x"}), ("kustomize.stage", "`..`")),
    "overlay from the root": (_staging(kustomize={"production": "/x"}), ("production", "`/x`")),
    "overlay with a control character": (_staging(kustomize={"stage": "a\x1b"}), ("control",)),
    "one overlay for both": (
        _staging(kustomize={"stage": "apps", "production": "./apps/"}),
        ("the same overlay",),
    ),
    "no time to render": (_staging(kustomize={"deadline": 0}), ("kustomize.deadline",)),
    "no namespace at all": (_staging(isolation={"namespaces": []}), ("namespaces` is empty",)),
    "every namespace": (_staging(isolation={"namespaces": ["*"]}), ("every namespace",)),
    "any weight": (_staging(isolation={"severity": {"x": "fatal"}}), ("`error` or `warning`",)),
    "off without a reason": (_staging(isolation={"off": {"x": " "}}), ("isolation.off.x",)),
    "a reason that is missing": (
        _staging(isolation={"allow": [{"rule": "x", "object": "y"}]}),
        ("isolation.allow[0]", "no `reason`"),
    ),
    "a reason that is empty": (
        _staging(isolation={"allow": [{"rule": "x", "object": "y", "reason": ""}]}),
        ("isolation.allow[0].reason",),
    ),
    "nothing to tell with": (
        _staging(report={"deployed": True, "status": False}),
        ("no way to tell",),
    ),
}


@pytest.mark.parametrize(("written", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_right_is_refused(written: object, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(written)

    for word in words:
        assert word in refused.value.message
