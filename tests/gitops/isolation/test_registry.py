"""All rules on overlays as people have them, and what the settings make of what is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gitops.isolation.examples import lines, manifests
from understudy.core.config import Allowed, Isolation
from understudy.core.decisions import Finding, Severity
from understudy.gitops.isolation.registry import RULES, Examined, examine, held_against, weighed

CASES = Path(__file__).parent / "cases"


def case(name: str, settings: Isolation | None = None) -> Examined:
    return Examined(
        stage=manifests((CASES / name / "staging.yaml").read_text()),
        production=manifests((CASES / name / "production.yaml").read_text()),
        settings=settings or Isolation(),
        stage_overlay="apps/staging",
        production_overlay="apps/production",
    )


@pytest.mark.parametrize("name", sorted(each.name for each in CASES.iterdir() if each.is_dir()))
def test_an_overlay_as_people_have_it(name: str) -> None:
    found = [
        f"{each.severity.value} {each.rule}: {each.subject} ({each.path})"
        for each in examine(case(name))
    ]
    assert found == (CASES / name / "findings.txt").read_text().splitlines()


def test_a_clean_overlay_has_nothing_to_say() -> None:
    """The other way round it has: it is clean because it was made so."""
    clean = case("clean")
    assert len(clean.stage) >= 20
    assert examine(clean) == ()
    swapped = Examined(stage=clean.production, production=clean.stage, settings=Isolation())
    assert len(examine(swapped)) > 15


def test_each_rule_has_a_name_of_its_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_hostile_manifests_are_looked_at_like_any_other() -> None:
    body = "\n    ---\n".join(
        f"""
    apiVersion: {version}
    kind: {kind}
    metadata: {{name: a, namespace: b-stage, labels: 3, annotations: [x]}}
    spec: {spec}
    data: 7
    rules: {spec}
    subjects: {spec}
    roleRef: {spec}
"""
        for version, kind in (
            ("v1", "Service"),
            ("v1", "PersistentVolume"),
            ("v1", "PersistentVolumeClaim"),
            ("apps/v1", "Deployment"),
            ("rbac.authorization.k8s.io/v1", "ClusterRole"),
            ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
            ("networking.k8s.io/v1", "Ingress"),
            ("gateway.networking.k8s.io/v1", "HTTPRoute"),
            ("gateway.networking.k8s.io/v1", "Gateway"),
            ("gateway.networking.k8s.io/v1", "ReferenceGrant"),
            ("cert-manager.io/v1", "Certificate"),
            ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        )
        for spec in (
            "null",
            "7",
            "[1, [2], null]",
            "{rules: 3, ports: x, listeners: [1], hostnames: {a: b}, nfs: 3, csi: [], hostPath: 9}",
            "{containers: [{image: 1, env: x, ports: [1], volumeMounts: {a: b}}], volumes: 3}",
            "{nfs: {server: 1, path: []}, csi: {volumeHandle: 3}, hostPath: {path: 4}, from: 2}",
            "{? [1, 2] : {host: [1, {a: 2}]}, 3: {namespace: 4, name: 5}, parentRefs: [3]}",
        )
    )
    stage = manifests(body)
    assert examine(Examined(stage=stage, production=(), settings=Isolation())) is not None
    assert examine(Examined(stage=stage, production=stage, settings=Isolation())) is not None


# --- the settings ---------------------------------------------------------------------------------


def found(rule: str, subject: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(rule=rule, subject=subject, message="m", remedy="r", severity=severity)


GATEWAY = found("escaped-namespace", "Gateway default/app-gateway-staging")
SECRET = found("escaped-namespace", "Secret security/tls")
DEVICE = found("shared-device", "Deployment jellyfin-stage/jellyfin", Severity.WARNING)


def test_without_settings_all_is_told_as_it_is() -> None:
    assert weighed([GATEWAY, DEVICE], Isolation()) == ((GATEWAY, DEVICE), ())


def test_what_is_allowed_is_kept_with_its_reason() -> None:
    allow = (Allowed(rule="escaped-namespace", object="Gateway default/*", reason="one for all"),)
    told, excused = weighed([GATEWAY, SECRET], Isolation(allow=allow))
    assert told == (SECRET,)
    assert [(each.finding, each.reason) for each in excused] == [(GATEWAY, "one for all")]


def test_an_allowance_that_another_one_covers_is_not_said_to_fit_nothing() -> None:
    several = ("Gateway *", "Gateway default/*")
    allow = tuple(Allowed(rule=GATEWAY.rule, object=each, reason=each) for each in several)
    told, excused = weighed([GATEWAY], Isolation(allow=allow))
    assert told == ()
    assert [each.reason for each in excused] == ["Gateway *"]


def test_an_allowance_is_for_its_rule_alone() -> None:
    allow = (Allowed(rule="shared-host", object="Gateway *", reason="x"),)
    told, excused = weighed([GATEWAY], Isolation(allow=allow))
    assert excused == ()
    assert told[0] == GATEWAY
    (line,) = lines(told[1:])
    assert line == (
        "warning unused-allowance: shared-host: Gateway *: The settings allow `Gateway *` for the"
        " rule `shared-host`, and nothing like it is found."
    )


def test_a_rule_that_is_off_excuses_all_that_it_finds() -> None:
    told, excused = weighed([GATEWAY, DEVICE], Isolation(off={"shared-device": "one GPU"}))
    assert told == (GATEWAY,)
    assert [each.reason for each in excused] == ["one GPU"]


def test_a_rule_can_be_made_graver_or_less_grave() -> None:
    severity = {"shared-device": Severity.ERROR, "escaped-namespace": Severity.WARNING}
    told, _ = weighed([GATEWAY, DEVICE], Isolation(severity=severity))
    assert [each.severity for each in told] == [Severity.WARNING, Severity.ERROR]


def test_an_allowance_for_a_rule_that_did_not_look_may_be_needed() -> None:
    """A stage that does not render has no findings of these rules, and no wedge was looked for."""
    allow = (
        Allowed(rule="shared-host", object="x", reason="y"),
        Allowed(rule="immutable-field", object="x", reason="y"),
    )
    settings = Isolation(allow=allow)
    assert weighed([], settings, looked=()) == ((), ())
    assert len(weighed([], settings)[0]) == 1


def test_unused_allowances_can_be_silenced_too() -> None:
    allow = (Allowed(rule="shared-host", object="x", reason="y"),)
    off = {"unused-allowance": "kept for later"}
    assert weighed([], Isolation(allow=allow, off=off)) == ((), ())


def test_rules_are_held_against_what_is_examined() -> None:
    settings = Isolation(
        off={"host-network": "an agent of each node", "host-path": "as above"},
        namespaces=("*-stage", "security"),
    )
    told, excused = held_against(RULES, case("escapes", settings))
    assert "security/" not in " ".join(lines(told))
    assert {each.reason for each in excused} == {"an agent of each node", "as above"}
