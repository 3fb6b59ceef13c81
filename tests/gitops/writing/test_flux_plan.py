from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import git_repository, kustomization
from tests.gitops.writing.fleets import (
    CLUSTER,
    FLEET,
    ORIGIN,
    OVERLAY,
    SOURCE,
    STAGE,
    STAGED,
    objects,
)
from understudy.core.config import Stage
from understudy.core.errors import UsageError
from understudy.gitops.layout import found_in
from understudy.gitops.schemas import validation
from understudy.gitops.writing.flux_files import source_url
from understudy.gitops.writing.flux_plan import drafted
from understudy.gitops.writing.flux_site import Wanted
from understudy.gitops.writing.overlaid import Overlaid

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from understudy.core.ports import Tree
    from understudy.gitops.writing.drafts import Drafts

WANTED = Wanted(name="staging", stage=Stage(branch="staging"), base="main", origin=ORIGIN)

REPO_STAGING = """\
# The branch that builds itself: main and the open pull requests whose checks pass.
# It is overwritten by each rebuild: never push to it.
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system-staging
  namespace: flux-system
spec:
  interval: 1m0s
  ref:
    branch: staging
  url: https://github.com/ada/home
  secretRef:
    name: flux-system
"""
APPS_STAGING = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps-staging
  namespace: flux-system
spec:
  dependsOn:
    - name: infra-configs
  interval: 10m0s
  retryInterval: 1m
  timeout: 5m
  decryption:
    provider: sops
    secretRef:
      name: sops-agekey
  sourceRef:
    kind: GitRepository
    name: flux-system-staging
  path: ./apps/staging
  prune: true
"""
NO_APPS = """\
# The apps of the stage. One more: understudy overlay add APP
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: []
"""
RECEIVER = """\
apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata:
  name: receiver-staging
  namespace: flux-system
spec:
  type: github
  events:
    - ping
    - push
  secretRef:
    name: receiver-token
  resources:
    - apiVersion: source.toolkit.fluxcd.io/v1
      kind: GitRepository
      name: flux-system-staging
"""


def plan(tree: Tree, wanted: Wanted = WANTED) -> Drafts:
    return drafted(tree, found_in(tree), wanted)


def texts(drafts: Drafts) -> dict[str, str]:
    return {each.path: each.text for each in drafts.files}


def test_all_that_is_lacking_is_written_beside_production(lay: Lay) -> None:
    drafts = plan(lay({**FLEET}))

    assert texts(drafts) == {SOURCE: REPO_STAGING, STAGE: APPS_STAGING, OVERLAY: NO_APPS}
    assert drafts.to_decide == (
        (
            "Not copied from production's `apps-production`: `postBuild`. Give the stage values of"
            " its own where it needs any."
        ),
    )


def test_what_is_written_is_what_the_next_run_finds(lay: Lay) -> None:
    tree = lay({**FLEET})
    wanted = replace(WANTED, receiver=True)
    first = plan(tree, wanted)
    written = Overlaid(tree, first.files)

    again = plan(written, wanted)

    assert all(written.read(each.path) == each.text.encode() for each in again.files)
    assert again.present == (
        "GitRepository flux-system/flux-system-staging",
        "Kustomization flux-system/apps-staging",
        "Receiver flux-system/receiver-staging",
    )
    assert again.to_decide == ()


@pytest.mark.parametrize("per_app", [False, True])
def test_the_cluster_takes_every_object_as_its_definitions_say(lay: Lay, *, per_app: bool) -> None:
    """Trap 32: one object that the cluster refuses stops everything."""
    tree = lay({**FLEET, "apps/staging/web/kustomization.yaml": ""})
    drafts = plan(tree, replace(WANTED, receiver=True, per_app=per_app))
    files = [each for each in drafts.files if each.path.startswith(CLUSTER)]

    written = [found for each in files for found in objects(each.text)]

    kinds = sorted(each.id.kind for each in written)
    assert kinds == ["GitRepository", "Kustomization", "Receiver"]
    assert list(validation.findings(written)) == []
    typo = REPO_STAGING.replace("  interval", "  intervall")
    assert list(validation.findings(objects(typo)))


def test_a_receiver_of_its_own(lay: Lay) -> None:
    drafts = plan(lay({**STAGED}), replace(WANTED, receiver=True))

    assert texts(drafts)[f"{CLUSTER}/receiver-staging.yaml"] == RECEIVER
    assert [each.partition(":")[0] for each in drafts.to_decide] == [
        "The Receiver needs a token",
        (
            "Let an Ingress or a Gateway lead to the Service `webhook-receiver`, and add a web hook"
            " for pushes to your repository, with that token and this path"
        ),
    ]


def test_a_receiver_of_production_serves_the_stage_too(lay: Lay) -> None:
    text = RECEIVER.replace("flux-system-staging", "flux-system # production").replace(
        "receiver-staging", "hook"
    )

    drafts = plan(lay({**STAGED, "infra/hook.yaml": text}), replace(WANTED, receiver=True))

    assert texts(drafts)["infra/hook.yaml"] == (
        text + "    - kind: GitRepository\n      name: flux-system-staging\n"
    )


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("ssh://git@gitlab.com/ada/home.git", "gitlab"),
        ("https://git.example.org/ada/home", "generic"),
    ],
)
def test_the_receiver_fits_the_forge(lay: Lay, url: str, kind: str) -> None:
    files = {
        path: text.replace("https://github.com/ada/home", url) for path, text in STAGED.items()
    }

    drafts = plan(lay({**files}), replace(WANTED, receiver=True))

    assert f"  type: {kind}\n" in texts(drafts)[f"{CLUSTER}/receiver-staging.yaml"]


def test_new_files_are_listed_where_a_cluster_lists_its_files(lay: Lay) -> None:
    before = "# of the cluster\nresources:\n  - apps-production.yaml\n  - flux-system # first\n"

    drafts = plan(lay({**FLEET, f"{CLUSTER}/kustomization.yaml": before}))

    assert texts(drafts)[f"{CLUSTER}/kustomization.yaml"] == (
        "# of the cluster\nresources:\n  - apps-production.yaml\n  - apps-staging.yaml\n"
        "  - flux-system # first\n  - repo-staging.yaml\n"
    )


def test_what_is_listed_in_another_way_is_not_listed_twice(lay: Lay) -> None:
    before = "resources: [./apps-staging.yaml, ./repo-staging.yaml]\n"

    drafts = plan(lay({**FLEET, f"{CLUSTER}/kustomization.yaml": before}))

    assert texts(drafts)[f"{CLUSTER}/kustomization.yaml"] == before


def test_a_stage_that_is_applied_from_the_base_is_pointed_at_its_branch(lay: Lay) -> None:
    before = kustomization("apps-staging", "apps/staging", "flux-system") + "  # by hand\n"
    files = {**FLEET, STAGE: before, OVERLAY: "resources: []\n"}

    drafts = plan(lay({**files}))

    assert texts(drafts) == {
        SOURCE: REPO_STAGING,
        STAGE: before.replace("    name: flux-system\n", "    name: flux-system-staging\n"),
    }


def test_a_source_of_that_name_is_pointed_at_the_branch(lay: Lay) -> None:
    before = git_repository("flux-system-staging", "stage")

    drafts = plan(lay({**STAGED, SOURCE: before}))

    assert texts(drafts)[SOURCE] == before.replace("branch: stage\n", "branch: staging\n")


def test_source_and_kustomization_in_one_file_are_both_changed(lay: Lay) -> None:
    source = git_repository("flux-system-staging", "stage")
    applied = kustomization("apps-staging", "apps/staging", "flux-system")
    files = {**FLEET, OVERLAY: "resources: []\n", STAGE: f"{source}---\n{applied}"}

    text = texts(plan(lay({**files})))[STAGE]

    assert "branch: staging\n" in text
    assert "name: flux-system-staging\n" in text.partition("---")[2]


def test_each_app_can_be_applied_by_itself(lay: Lay) -> None:
    files = {
        **FLEET,
        OVERLAY: "resources:\n  - notes\n  - ./web/\n",
        "apps/staging/notes/kustomization.yaml": "",
        "apps/staging/web/kustomization.yaml": "",
        "apps/staging/old/kustomization.yaml": "",
    }

    text = texts(plan(lay({**files}), replace(WANTED, per_app=True)))[STAGE]

    notes, web = text.split("---\n")
    assert notes == APPS_STAGING.replace("apps-staging", "apps-staging-notes").replace(
        "./apps/staging", "./apps/staging/notes"
    )
    assert "path: ./apps/staging/web\n" in web


def test_a_new_app_gets_its_own_where_the_others_have(lay: Lay) -> None:
    own = kustomization("apps-staging-notes", "apps/staging/notes", "flux-system-staging")
    files = {
        **STAGED,
        STAGE: own,
        OVERLAY: "resources: [notes, web]\n",
        "apps/staging/notes/kustomization.yaml": "",
        "apps/staging/web/kustomization.yaml": "",
    }

    text = texts(plan(lay({**files})))[STAGE]

    assert text.startswith(f"{own}---\n")
    assert "  name: apps-staging-web\n" in text.removeprefix(own)


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://me:pw@git.example.org/x.git", "https://git.example.org/x.git"),
        ("ssh://git:pw@git.example.org/x.git", "ssh://git@git.example.org/x.git"),
        ("ssh://git@git.example.org:22/x.git", "ssh://git@git.example.org:22/x.git"),
        ("git@git.example.org:x.git", "ssh://git@git.example.org/x.git"),
        ("git:pw@git.example.org:x.git", "ssh://git@git.example.org/x.git"),
        ("https://git.example.org/x.git?private_token=pw#pw", "https://git.example.org/x.git"),
        ("ssh://git:p@w@git.example.org/x.git?token=pw", "ssh://git@git.example.org/x.git"),
        ("../x.git", "../x.git"),
    ],
)
def test_no_password_of_the_clone_gets_into_a_file(origin: str, url: str) -> None:
    assert source_url(origin) == url


@pytest.mark.parametrize(
    "origin",
    [
        "https://[::1",
        "https://me:pw@[::1/x",
        "https://me:pw\u2100@h/x",
        "https://me:pw?w@h/x",
        "https://me:12?pw@h/x",
    ],
)
def test_an_address_that_is_none_is_a_wrong_one(origin: str) -> None:
    with pytest.raises(UsageError, match="origin") as refused:
        source_url(origin)

    assert "pw" not in refused.value.message
