from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.gitops.manifests import rendered
from understudy.gitops import effects

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from tests.plans import Entry

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec: {replicas: 1}
"""
DATA = "{apiVersion: v1, kind: ConfigMap, metadata: {name: data, namespace: a}, data: {a: b}}\n"
SPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"


def test_objects_that_come_change_and_go_are_named() -> None:
    before = rendered(f"{SPACE}---\n{WEB}")
    after = rendered(f"{WEB.replace('replicas: 1', 'replicas: 2')}---\n{DATA}")
    found = effects.effect(before, after, against="main")
    assert found.against == "main"
    assert found.added == ("ConfigMap a/data",)
    assert found.changed == ("Deployment a/web",)
    assert found.removed == ("Namespace a",)
    assert not found.is_none


def test_the_same_objects_are_no_effect_wherever_they_come_from() -> None:
    """Trap 40: merges that change nothing are common."""
    before = rendered(f"{SPACE}---\n{WEB}", "apps/base/web.yaml")
    after = tuple(replace(each, path="apps/base/renamed.yaml") for each in reversed(before))
    assert effects.effect(before, after, against="main").is_none


def test_another_version_of_its_api_is_an_effect() -> None:
    after = rendered(WEB.replace("apps/v1", "apps/v1beta2"))
    found = effects.effect(rendered(WEB), after, against="main")
    assert found.changed == ("Deployment a/web",)


@pytest.mark.parametrize(
    ("path", "text", "is_same"),
    [
        ("README.md", "other", True),
        ("apps/base/web/web.yaml", WEB.replace("1}", "2}"), False),
        ("apps/base/db/db.yaml", "new", True),
        ("apps/base/web/deeper/new.yaml", "new", False),
    ],
)
def test_a_render_is_spared_when_nothing_that_it_depends_on_differs(
    lay: Lay,
    path: str,
    text: str,
    is_same: bool,  # noqa: FBT001 - a column of the table
) -> None:
    files: dict[str, str | bytes | Entry] = {
        "README.md": "one",
        "apps/staging/kustomization.yaml": "",
        "apps/base/web/web.yaml": WEB,
    }
    before, after = lay(files), lay({**files, path: text})
    folders = ("apps/staging", "apps/base/web")
    assert effects.cannot_differ(before, after, folders) is is_same
