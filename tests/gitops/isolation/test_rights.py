from __future__ import annotations

import pytest

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.rights import CLUSTER_RIGHTS

ROLE = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: homepage-stage}
    rules: [{apiGroups: [""], resources: [RESOURCES], verbs: [VERBS]}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: BINDING
    metadata: {name: homepage-stage}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: homepage-stage}
    subjects: [{kind: ServiceAccount, name: homepage, namespace: homepage-stage}]
"""


def role(resources: str, verbs: str, binding: str = "ClusterRoleBinding") -> str:
    return ROLE.replace("RESOURCES", resources).replace("VERBS", verbs).replace("BINDING", binding)


@pytest.mark.parametrize(
    ("resources", "verbs", "may"),
    [
        ("pods, nodes", "get, list, watch", None),
        ("tokenreviews", "create", None),
        ("pods", "get, delete", "`delete` `pods`"),
        ("secrets", "get", "read `secrets`"),
        ("'*'", "list", "read `*`"),
        ("'*'", "'*'", "`*` `*`"),
        ("clusterroles", "bind, escalate", "`bind` and `escalate` `clusterroles`"),
    ],
)
def test_reading_is_all_that_the_stage_may_in_the_whole_cluster(
    resources: str, verbs: str, may: str | None
) -> None:
    found = told(CLUSTER_RIGHTS, examined(role(resources, verbs)))
    if may is None:
        assert found == []
    else:
        (line,) = found
        assert f"the stage may {may}." in line


def test_a_role_that_is_bound_in_a_namespace_reaches_no_further() -> None:
    assert told(CLUSTER_RIGHTS, examined(role("secrets", "'*'", binding="RoleBinding"))) == []


def test_a_role_that_others_get_too_is_found() -> None:
    label = "{name: homepage-stage, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}"
    text = role("pods", "get").replace("{name: homepage-stage}", label, 1)
    (line,) = told(CLUSTER_RIGHTS, examined(text))
    assert "adds these rights to a role that others in the cluster have" in line


def test_a_role_that_is_made_of_others_may_whatever_they_may() -> None:
    text = role("pods", "get").replace(
        "rules: [{", "aggregationRule: {clusterRoleSelectors: [{}]}\n    rules: [{"
    )
    (line,) = told(CLUSTER_RIGHTS, examined(text))
    assert "the stage may do whatever other roles add to this one by their labels" in line


BINDING = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: KIND
    metadata: {name: metrics-stage, namespace: metrics-stage}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "ROLE"}
    subjects: [{kind: SUBJECT, namespace: NAMESPACE, name: metrics}]
"""


def binding(role: str, namespace: str = "metrics-stage", kind: str = "ClusterRoleBinding") -> str:
    return (
        BINDING.replace("KIND", kind)
        .replace("ROLE", role)
        .replace("SUBJECT", "ServiceAccount")
        .replace("NAMESPACE", namespace)
    )


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        ("view", None),
        ("system:auth-delegator", None),
        ("cluster-admin", "error"),
        ("edit", "error"),
        ("nobody-knows", "warning"),
    ],
)
def test_a_binding_gives_what_its_role_has(role: str, severity: str | None) -> None:
    found = told(CLUSTER_RIGHTS, examined(binding(role)))
    assert [line.split()[0] for line in found] == ([severity] if severity else [])


def test_a_role_of_production_is_read_there() -> None:
    production = role("secrets", "get").replace("homepage-stage", "reader")
    (line,) = told(CLUSTER_RIGHTS, examined(binding("reader"), production))
    assert "`reader`, with which the stage may read `secrets` in the whole cluster" in line


IN_PRODUCTION = (
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: metrics, namespace: metrics}"
)


def test_an_account_of_production_gets_no_rights_on_the_stage() -> None:
    """Kustomize leaves the namespace of a subject alone where it does not know the account."""
    text = binding("view", namespace="metrics", kind="RoleBinding")
    (line,) = told(CLUSTER_RIGHTS, examined(text, IN_PRODUCTION))
    assert "gives rights in `metrics-stage` to `metrics/metrics`, which is not of the stage" in line


def test_a_monitor_of_the_cluster_may_look_into_a_namespace_of_the_stage() -> None:
    text = binding("view", namespace="monitoring", kind="RoleBinding")
    assert told(CLUSTER_RIGHTS, examined(text, IN_PRODUCTION)) == []


def test_everybody_is_too_many() -> None:
    text = binding("view").replace("kind: ServiceAccount", "kind: Group")
    text = text.replace("name: metrics}]", "name: 'system:authenticated'}]")
    (line,) = told(CLUSTER_RIGHTS, examined(text))
    assert "in the whole cluster to `system:authenticated`" in line


@pytest.mark.parametrize(
    ("subject", "name", "is_found"),
    [
        ("Group", "system:serviceaccounts:metrics", True),
        ("User", "system:serviceaccount:metrics:metrics", True),
        ("Group", "system:serviceaccounts:metrics-stage", False),
        ("User", "system:serviceaccount:metrics-stage:metrics", False),
        ("Group", "oidc:admins", False),
    ],
)
@pytest.mark.parametrize("kind", ["RoleBinding", "ClusterRoleBinding"])
def test_accounts_can_be_named_in_other_ways(
    kind: str, subject: str, name: str, *, is_found: bool
) -> None:
    text = BINDING.replace("KIND", kind).replace("ROLE", "view").replace("SUBJECT", subject)
    text = text.replace("namespace: NAMESPACE, name: metrics", f'name: "{name}"')
    found = told(CLUSTER_RIGHTS, examined(text, IN_PRODUCTION))
    assert [f"to `{name}`, which is not of the stage" in line for line in found] == [
        True
    ] * is_found
