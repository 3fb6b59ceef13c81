from __future__ import annotations

from tests.gitops.isolation.examples import examined, told
from understudy.gitops.isolation.collisions import COLLISION

HOMEPAGE = """
    # apps/base/homepage/rbac.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: homepage}
    rules: []
    ---
    # apps/staging/homepage/configmap.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: homepage, namespace: homepage}
"""


def test_one_object_of_two_owners_is_a_collision() -> None:
    production = HOMEPAGE.replace("staging", "production")
    role, settings = COLLISION.look(examined(HOMEPAGE, production))
    assert role.subject == "ClusterRole homepage"
    assert role.path == "apps/base/homepage/rbac.yaml"
    assert "such as `homepage-stage`" in role.remedy
    assert "(from `apps/production/homepage/configmap.yaml`)" in settings.message
    assert "another `namespace:`" in settings.remedy


def test_another_namespace_or_another_name_makes_another_object() -> None:
    stage = HOMEPAGE.replace("namespace: homepage", "namespace: homepage-stage").replace(
        "metadata: {name: homepage}", "metadata: {name: homepage-stage}"
    )
    assert told(COLLISION, examined(stage, HOMEPAGE)) == []


def test_another_version_of_the_api_is_the_same_object() -> None:
    """An Ingress of two groups is two objects, one of two versions is one."""
    old = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: memos}"
    assert len(told(COLLISION, examined(old, old.replace("/v1", "/v2")))) == 1
    assert told(COLLISION, examined(old, old.replace("autoscaling", "example.com"))) == []
