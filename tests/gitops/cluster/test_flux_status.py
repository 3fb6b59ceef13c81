"""What the controllers write into status, and how it is read."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.core.deployment import Readiness
from understudy.gitops.cluster.flux_status import Request, applied_status, commit_of, source_status

ONE, TWO = "1" * 40, "2" * 40
NOON, LATER = "2026-11-24T12:00:00Z", "2026-11-24T12:00:30Z"


@pytest.mark.parametrize(
    ("revision", "commit"),
    [
        (f"staging@sha1:{ONE}", ONE),
        (f"feature/a-b@sha1:{ONE}", ONE),
        (f"refs/heads/staging@sha1:{ONE}", ONE),
        (f"v1.0.0@sha1:{ONE}", ONE),
        (f"sha1:{ONE}", ONE),
        (f"staging@sha256:{'a' * 64}", "a" * 64),
        (f"staging/{ONE}", ONE),
        (ONE, ONE),
        ("staging@sha1:1111", None),
        (f"staging@sha1:{ONE}0", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_a_revision_names_a_commit(revision: object, commit: str | None) -> None:
    assert commit_of(revision) == commit


def kustomization(status: str | None, reason: str = "", **others: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API has it
    condition = {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": "said",
        "lastTransitionTime": LATER,
        "observedGeneration": others.get("seen", 1),
    }
    return {
        "kind": "Kustomization",
        "metadata": {"namespace": "flux-system", "name": "apps-staging", "generation": 1},
        "spec": {"wait": True, **others.get("spec", {})},
        "status": {
            "conditions": [{"type": "Reconciling"}, condition] if status else [],
            "lastAppliedRevision": f"staging@sha1:{ONE}",
            "lastAttemptedRevision": f"staging@sha1:{ONE}",
            **others.get("more", {}),
        },
    }


SOURCE = {
    "metadata": {"namespace": "flux-system", "name": "flux-system-staging"},
    "spec": {"url": "https://ada:s3cret@example/home", "ref": {"branch": "staging"}},
    "status": {"artifact": {"revision": f"staging@sha1:{TWO}", "lastUpdateTime": NOON}},
}


@pytest.mark.parametrize(
    ("found", "readiness"),
    [
        (kustomization("True"), Readiness.READY),
        (kustomization("False", "HealthCheckFailed"), Readiness.FAILED),
        (kustomization("False", "BuildFailed"), Readiness.FAILED),
        (kustomization("False", "DependencyNotReady"), Readiness.PROGRESSING),
        (kustomization("False", "HealthCheckCanceled"), Readiness.PROGRESSING),
        (kustomization("Unknown", "Progressing"), Readiness.PROGRESSING),
        (kustomization("Maybe"), Readiness.UNKNOWN),
        (kustomization(None), Readiness.PROGRESSING),
        (kustomization("True", spec={"suspend": True}), Readiness.SUSPENDED),
        (kustomization("True", seen=0), Readiness.PROGRESSING),
        ({"metadata": {"namespace": "a", "name": "b"}}, Readiness.PROGRESSING),
    ],
)
def test_the_ready_condition_is_read(found: dict[str, Any], readiness: Readiness) -> None:
    assert applied_status(found, SOURCE).readiness is readiness


@pytest.mark.parametrize(
    ("handled", "since_then", "readiness"),
    [
        ("now", LATER, Readiness.READY),
        ("before", LATER, Readiness.PROGRESSING),
        ("before", NOON, Readiness.READY),
    ],
)
def test_one_that_was_asked_is_at_it_until_it_has_acted(
    handled: str, since_then: str, readiness: Readiness
) -> None:
    """Who was at work when it was asked tells only after its next turn that it has heard."""
    found = kustomization("True", more={"lastHandledReconcileAt": handled})

    asked = Request(moment="now", since=since_then)

    assert applied_status(found, SOURCE, asked=asked).readiness is readiness


def test_while_it_is_at_work_it_says_at_what() -> None:
    found = kustomization("Unknown", "Progressing")
    found["status"]["conditions"][0]["message"] = "Running health checks"

    assert applied_status(found, SOURCE).message == "Running health checks"


def test_a_path_that_is_not_in_the_commit_was_attempted_all_the_same() -> None:
    """The controller ends before it writes down the revision that it looked at."""
    failing = applied_status(kustomization("False", "ArtifactFailed"), SOURCE)
    before = {**SOURCE, "status": {"artifact": {"revision": "x", "lastUpdateTime": "2027"}}}

    assert failing.attempted == TWO
    assert applied_status(kustomization("False", "ArtifactFailed"), before).attempted == ONE


def test_credentials_in_an_address_are_not_passed_on() -> None:
    assert source_status(SOURCE).url == "https://***@example/home"
    assert source_status(SOURCE).revision == TWO


@pytest.mark.parametrize(
    ("spec", "watched"),
    [
        ({"wait": True}, True),
        ({"wait": False}, False),
        ({"wait": False, "healthChecks": [1]}, True),
    ],
)
def test_whether_health_is_watched(spec: dict[str, Any], watched: object) -> None:
    assert applied_status(kustomization("True", spec=spec), SOURCE).watches_health is watched
