from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from understudy.core.config import Stage
from understudy.core.errors import UsageError
from understudy.gitops.layout import found_in
from understudy.gitops.writing.argo_plan import Wanted, drafted
from understudy.gitops.writing.overlaid import Overlaid

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from understudy.core.ports import Tree
    from understudy.gitops.writing.drafts import Drafts

WANTED = Wanted(name="staging", stage=Stage(branch="staging"))
PRODUCTION = "argocd/apps-production.yaml"
STAGE = "argocd/apps-staging.yaml"

FILES = {
    PRODUCTION: """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: apps-production
  namespace: argocd
spec:
  project: home
  source:
    repoURL: https://github.com/ada/home
    targetRevision: HEAD
    path: apps/production
    kustomize:
      namePrefix: prod-
  destination:
    server: https://kubernetes.default.svc
    namespace: apps
  syncPolicy:
    automated:
      prune: false
    syncOptions:
      - ServerSideApply=true
""",
    "apps/production/kustomization.yaml": "",
}
APPLICATION = """\
# What is deployed from the branch that builds itself. It is overwritten by each rebuild.
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: apps-staging
  namespace: argocd
spec:
  project: home
  source:
    repoURL: https://github.com/ada/home
    targetRevision: staging
    path: apps/staging
  destination:
    server: https://kubernetes.default.svc
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - ServerSideApply=true
"""
APPLICATION_SET = """\
# What is deployed from the branch that builds itself. It is overwritten by each rebuild.
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: apps-staging
  namespace: argocd
spec:
  goTemplate: true
  goTemplateOptions:
    - missingkey=error
  generators:
    - git:
        repoURL: https://github.com/ada/home
        revision: staging
        directories:
          - path: apps/staging/*
  template:
    metadata:
      name: apps-staging-{{ .path.basename }}
    spec:
      project: home
      source:
        repoURL: https://github.com/ada/home
        targetRevision: staging
        path: '{{ .path.path }}'
      destination:
        server: https://kubernetes.default.svc
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        syncOptions:
          - ServerSideApply=true
"""


def plan(tree: Tree, wanted: Wanted = WANTED) -> Drafts:
    return drafted(tree, found_in(tree), wanted)


def texts(drafts: Drafts) -> dict[str, str]:
    return {each.path: each.text for each in drafts.files}


def test_an_application_beside_that_of_production(lay: Lay) -> None:
    drafts = plan(lay({**FILES}))

    written = texts(drafts)
    assert written[STAGE] == APPLICATION
    assert sorted(written) == ["apps/staging/kustomization.yaml", STAGE]
    assert drafts.to_decide == (
        (
            "Not copied from production's `apps-production`: `kustomize`. Give the stage values of"
            " its own where it needs any."
        ),
    )


def test_a_set_with_an_application_for_each_app(lay: Lay) -> None:
    assert texts(plan(lay({**FILES}), replace(WANTED, per_app=True))) == {STAGE: APPLICATION_SET}


@pytest.mark.parametrize("per_app", [False, True])
def test_what_is_written_is_what_the_next_run_finds(lay: Lay, *, per_app: bool) -> None:
    tree, wanted = lay({**FILES}), replace(WANTED, per_app=per_app)
    written = Overlaid(tree, plan(tree, wanted).files)

    again = plan(written, wanted)

    assert texts(again) == {STAGE: APPLICATION_SET if per_app else APPLICATION}
    assert again.present == (f"Application{'Set' * per_app} argocd/apps-staging",)


def test_a_new_file_is_listed_beside_production(lay: Lay) -> None:
    files = {**FILES, "argocd/kustomization.yaml": "resources:\n  - apps-production.yaml\n"}

    assert texts(plan(lay({**files})))["argocd/kustomization.yaml"] == (
        "resources:\n  - apps-production.yaml\n  - apps-staging.yaml\n"
    )


@pytest.mark.parametrize(
    ("schema", "text"), [("application", APPLICATION), ("applicationset", APPLICATION_SET)]
)
def test_argo_cd_takes_every_object_as_its_definitions_say(schema: str, text: str) -> None:
    definition = json.loads((Path(__file__).parent / "argo" / f"{schema}.json").read_text())
    validator = Draft202012Validator(_strict(definition))
    document = YAML(typ="safe").load(text)

    assert [each.message for each in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({**document, "spec": {**document["spec"], "typo": 1}}))


def _strict(schema: Any) -> Any:  # noqa: ANN401 - a schema is any JSON
    """Let no field pass that is not defined: the cluster would drop it without a word."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _strict(value) for key, value in schema.items()}
    closed = "properties" in schema and "x-kubernetes-preserve-unknown-fields" not in schema
    return {"additionalProperties": False, **found} if closed else found


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "No Argo CD Application in this repository deploys a folder for production"),
        (
            {"apps/templates/apps.yaml": "{{ x }}\nkind: Application\n# argoproj.io\n"},
            "Not read, for it may be a template: `apps/templates/apps.yaml`.",
        ),
        ({**FILES, STAGE: "a: b\n"}, f"{STAGE} is there, and is not what deploys `staging`."),
    ],
)
def test_it_says_what_has_to_be_done_first(lay: Lay, files: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan(lay({**files}))

    assert message in refused.value.message
