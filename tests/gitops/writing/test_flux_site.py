from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import git_repository, kustomization
from tests.gitops.writing.fleets import CLUSTER, FLEET, PRODUCTION, SOURCE, STAGED
from tests.gitops.writing.test_flux_plan import REPO_STAGING, WANTED, plan, texts
from understudy.core.config import Flux, Kustomize, Stage
from understudy.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.gitops.conftest import Lay
    from understudy.gitops.writing.flux_site import Wanted


def test_without_the_source_of_production_the_origin_stands_for_it(lay: Lay) -> None:
    files = {**FLEET, f"{CLUSTER}/flux-system/gotk-sync.yaml": "# made by `flux bootstrap`\n"}
    wanted = replace(WANTED, origin="https://ada:s3cret@github.com/ada/home.git")

    drafts = plan(lay({**files}), wanted)

    assert texts(drafts)[SOURCE] == REPO_STAGING.replace("ada/home", "ada/home.git")
    assert "compare it with the one in the cluster" in drafts.to_decide[0]
    assert "s3cret" not in repr(drafts)


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("git@github.com:ada/home.git", "ssh://git@github.com/ada/home.git"),
        ("host:/srv/home.git", "ssh://git@host/srv/home.git"),
        ("ssh://git@host:2222/home.git", "ssh://git@host:2222/home.git"),
        ("https://token@host:8443/home", "https://host:8443/home"),
    ],
)
def test_the_origin_is_written_as_flux_wants_it(lay: Lay, origin: str, url: str) -> None:
    files = {**FLEET, f"{CLUSTER}/flux-system/gotk-sync.yaml": ""}

    assert f"  url: {url}\n" in texts(plan(lay({**files}), replace(WANTED, origin=origin)))[SOURCE]


def test_names_and_folders_as_configured(lay: Lay) -> None:
    stage = Stage(
        branch="next",
        kustomize=Kustomize(stage="deploy/next", production="apps/production"),
        flux=Flux(source="next", kustomization="all-next"),
    )

    written = texts(plan(lay({**FLEET}), replace(WANTED, name="next", stage=stage)))

    assert sorted(written) == [
        "clusters/home/all-next.yaml",
        "clusters/home/repo-next.yaml",
        "deploy/next/kustomization.yaml",
    ]
    assert "  name: next\n" in written["clusters/home/repo-next.yaml"]
    assert "  path: ./deploy/next\n" in written["clusters/home/all-next.yaml"]


# --- where there is no telling -------------------------------------------------------------------

_SECOND = {"clusters/work/flux-system/gotk-sync.yaml": git_repository("flux-system", "main")}
_ONE = {path: text for path, text in FLEET.items() if path != PRODUCTION}
_ARTIFACT = kustomization("apps", "staging", "apps").replace("GitRepository", "ExternalArtifact")


@pytest.mark.parametrize(
    ("files", "wanted", "message", "hint"),
    [
        pytest.param({}, WANTED, "No Flux is found", "Bootstrap Flux first", id="no Flux"),
        pytest.param({**FLEET, **_SECOND}, WANTED,
                     "There are several clusters: `clusters/home` and `clusters/work`.",
                     "Say with `--cluster`", id="several clusters"),
        pytest.param({**FLEET, "clusters/staging/flux-system/gotk-sync.yaml": "---"}, WANTED,
                     "There are several clusters: `clusters/home` and `clusters/staging`.",
                     "If `clusters/staging` is the stage as a whole, nothing has to be written",
                     id="several clusters, one the stage"),
        pytest.param(FLEET, replace(WANTED, cluster="hom"), "There is no cluster `hom`.",
                     "There is `clusters/home`.", id="no such cluster"),
        pytest.param({**_ONE, f"{CLUSTER}/ks.yaml": kustomization("all", "kubernetes/apps",
                                                                  "flux-system")},
                     WANTED, "This repository has one environment",
                     "production: kubernetes/apps}", id="one environment"),
        pytest.param({**FLEET, f"{CLUSTER}/apps.yaml": _ARTIFACT}, WANTED,
                     "`apps` in clusters/home/apps.yaml deploys `staging` already, from the"
                     " ExternalArtifact `apps`.", "follow the branch `staging`",
                     id="a cluster that is the stage"),
        pytest.param({**FLEET, SOURCE: "kind: Secret\n"}, WANTED,
                     f"{SOURCE} is there, and is not what deploys `staging`.", "Rename it",
                     id="a file in the way"),
        pytest.param(STAGED, replace(WANTED, per_app=True),
                     "`apps-staging` in clusters/home/apps-staging.yaml applies the whole stage.",
                     "leave out `--per-app`", id="one for all is there"),
        pytest.param(FLEET, replace(WANTED, per_app=True), "There is no app in apps/staging yet",
                     "understudy overlay add APP", id="no app yet"),
        pytest.param({**FLEET, f"{CLUSTER}/flux-system/gotk-sync.yaml": ""},
                     replace(WANTED, origin=None), "the clone has no origin", "git remote add",
                     id="no source, no origin"),
        pytest.param({**FLEET, f"{CLUSTER}/kustomization.yaml": "resources: &all [a.yaml]\n"},
                     WANTED, "is written in a way that is not changed here",
                     "Put `repo-staging.yaml`, `apps-staging.yaml` there yourself",
                     id="a list by hand"),
    ],
)  # fmt: skip
def test_it_says_what_has_to_be_done_first(
    lay: Lay, files: Mapping[str, str], wanted: Wanted, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        plan(lay({**files}), wanted)

    assert message in refused.value.message
    assert hint in refused.value.hint


def test_one_of_several_clusters_by_its_name(lay: Lay) -> None:
    drafts = plan(lay({**FLEET, **_SECOND}), replace(WANTED, cluster="home"))

    assert SOURCE in texts(drafts)
