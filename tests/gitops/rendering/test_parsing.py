from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.gitops.objects import ObjectId
from understudy.gitops.rendering.parsing import Unreadable, manifests

if TYPE_CHECKING:
    from understudy.gitops.objects import Manifest

NAMED = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"


def read(text: str) -> tuple[Manifest, ...]:
    found = manifests(text.encode(), root="../repository")
    assert not isinstance(found, Unreadable), found.problem
    return found


def test_an_object_is_known_by_group_kind_namespace_and_name() -> None:
    (found,) = read(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: web-stage}\n"
    )
    assert found.id == ObjectId(group="apps", kind="Deployment", namespace="web-stage", name="web")
    assert found.api_version == "apps/v1"
    assert found.path == ""


def test_lists_are_taken_apart_and_empty_documents_left_out() -> None:
    listed = (
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n"
    )
    nested = (
        "- {apiVersion: v1, kind: BList, items: [{apiVersion: v1, kind: B, metadata: {name: b}}]}\n"
    )
    found = read(f"---\n---\n{listed}{nested}---\n{NAMED}---\n# nothing\n")
    assert [str(each.id) for each in found] == ["A a", "B b", "ConfigMap settings"]


def test_a_custom_kind_that_ends_in_list_is_an_object() -> None:
    (found,) = read("apiVersion: a/v1\nkind: AllowList\nmetadata: {name: x}\nspec: {items: [1]}\n")
    assert found.id.kind == "AllowList"


@pytest.mark.parametrize(
    ("origin", "path"),
    [
        ("path: ../repository/apps/base/app.yaml\n", "apps/base/app.yaml"),
        ("path: ../repository/apps/../base/app.yaml\n", "base/app.yaml"),
        ('path: "../repository/a b.yaml"\n', "a b.yaml"),
        ("configuredIn: ../repository/apps/k.yaml\nconfiguredBy: {kind: A}\n", "apps/k.yaml"),
        ("path: ../repository/app.yaml\nref: v1\nrepo: https://example.org/a\n", ""),
        ("path: ../elsewhere/app.yaml\n", ""),
        ("path: ../repository/../../etc/passwd\n", ""),
        ("path: [1]\n", ""),
        ("[", ""),
    ],
)
def test_the_origin_is_the_path_and_no_annotation(origin: str, path: str) -> None:
    indented = origin.replace("\n", "\n      ").rstrip(" ")
    text = f"{NAMED}  annotations:\n    config.kubernetes.io/origin: |\n      {indented}"
    (alone,) = read(text)
    assert alone.path == path
    assert alone.body["metadata"] == {"name": "settings"}
    (beside,) = read(f'{text.rstrip()}\n    keep: "me"\n')
    assert beside.at("metadata", "annotations") == {"keep": "me"}


def test_objects_share_nothing_though_their_text_does() -> None:
    shared = "annotations: &shared {config.kubernetes.io/origin: 'path: ../repository/a.yaml\n\n'}"
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        f"- {{apiVersion: v1, kind: A, metadata: {{name: a, {shared}}}}}\n"
        "- {apiVersion: v1, kind: A, metadata: {name: b, annotations: *shared}}\n"
    )
    assert [each.path for each in read(text)] == ["a.yaml", "a.yaml"]


def test_values_are_as_an_api_server_has_them() -> None:
    (found,) = read(f"{NAMED}data: {{day: 2026-02-03, 8080: port, raw: !!binary aGk=}}\n")
    assert found.at("data") == {"day": "2026-02-03", "8080": "port", "raw": "aGk="}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kind: ConfigMap\nmetadata: {name: x}\n", "An object called x has no `apiVersion`"),
        ("apiVersion: v1\nmetadata: {name: x}\n", "no `kind`"),
        ("apiVersion: v1\nkind: ConfigMap\n", "kind ConfigMap has no `metadata.name`"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 12}\n", "no `metadata.name`"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: nope\n", "no `metadata.name`"),
        ("- a\n- b\n", "A document is a list"),
        ("just text", "A document is just text"),
        ("a: [b", "What is rendered is no YAML, line "),
        (f"{NAMED}data: {{a: &a [*a]}}\n", "aliases stand for too much"),
        (f'{NAMED}data: {{a: "\\ud800"}}\n', "none that a cluster takes"),
        ("[" * 5000, "nested too deeply"),
        ("kind: 'a\x1b[31m'\nmetadata: {name: x}\n", "no YAML"),
    ],
)
def test_what_is_no_object_is_said_in_one_sentence(text: str, problem: str) -> None:
    found = manifests(text.encode(), root="..")
    assert isinstance(found, Unreadable)
    assert problem in found.problem
    assert found.problem.endswith(".")
    assert found.problem.isprintable()
