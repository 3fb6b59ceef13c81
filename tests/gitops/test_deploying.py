from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.shapes import shape
from understudy.core.config import Stage
from understudy.core.decisions import Severity
from understudy.gitops import deploying
from understudy.gitops.layout import found_in

if TYPE_CHECKING:
    from tests.gitops.conftest import Lay
    from understudy.core.decisions import Finding

FILES: dict[str, str] = {path: str(text) for path, text in shape("overlays").items()}
CLUSTER = next(path.rpartition("/")[0] for path in FILES if path.endswith("/repo-staging.yaml"))
SOURCE, STAGING = f"{CLUSTER}/repo-staging.yaml", f"{CLUSTER}/apps-staging.yaml"
PRODUCTION = f"{CLUSTER}/apps-production.yaml"
RECEIVER = """\
apiVersion: notification.toolkit.fluxcd.io/v1
kind: Receiver
metadata: {name: staging, namespace: flux-system}
spec:
  type: github
  secretRef: {name: token}
  resources: [{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, name: SOURCE}]
"""


def found(lay: Lay, files: dict[str, str]) -> list[Finding]:
    tree = lay({**FILES, **files})
    return list(deploying.findings(tree, found_in(tree), Stage(branch="staging")))


def test_files_that_are_right_have_no_finding(lay: Lay) -> None:
    assert (
        found(lay, {"hooks/receiver.yaml": RECEIVER.replace("SOURCE", "flux-system-staging")}) == []
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (SOURCE, "interval:", "intervall:", "There is no field `spec.intervall` in Flux"),
        (SOURCE, "interval: 1m0s", "interval: 1 minute", "must be a time such as `30s`"),
        (SOURCE, "kind: GitRepository", "kind: GitRepositry", "There is no kind `GitRepositry`"),
        (SOURCE, "kind: GitRepository", "kind: HelmRepository", "no field `spec.ref`"),
        (STAGING, "kind: Kustomization", "kind: Customization", "no kind `Customization`"),
        (STAGING, "prune: true", "prune: yess", "`spec.prune` is `yess` (text)"),
        (PRODUCTION, "prune: true", "prune: yess", "`spec.prune` is `yess` (text)"),
    ],
)
def test_a_mistake_is_told_with_its_file(
    lay: Lay, path: str, old: str, new: str, message: str
) -> None:
    assert old in FILES[path]

    told = found(lay, {path: FILES[path].replace(old, new, 1)})

    assert {(each.rule, each.path) for each in told} == {("schema", path)}
    (one,) = [each for each in told if message in each.message]
    assert "The cluster refuses the" in one.message
    assert "and with it all that Flux applies together with it." in one.message


def test_a_receiver_of_the_stage_is_looked_at_wherever_it_is(lay: Lay) -> None:
    wrong = RECEIVER.replace("type: github", "type: githup")

    told = found(lay, {"hooks/a.yaml": wrong.replace("SOURCE", "flux-system-staging")})
    assert [(each.rule, each.path) for each in told] == [("schema", "hooks/a.yaml")]
    assert found(lay, {"hooks/a.yaml": wrong.replace("SOURCE", "elsewhere")}) == []


def test_all_that_is_in_the_folder_of_a_cluster_is_looked_at(lay: Lay) -> None:
    wrong = FILES[SOURCE].replace("kind: GitRepository", "kind: GitRepositry")
    elsewhere = {STAGING: "", PRODUCTION: "", "flux/a.yaml": FILES[STAGING]}

    told = found(lay, {**elsewhere, "flux/b.yaml": FILES[PRODUCTION], SOURCE: wrong})

    assert [each.path for each in told] == [SOURCE]


def test_files_of_others_are_left_alone(lay: Lay) -> None:
    wrong = FILES[SOURCE].replace("interval:", "intervall:").replace("branch: ", "branch: other-")

    assert found(lay, {"examples/repo.yaml": wrong}) == []


@pytest.mark.parametrize(
    "changes", ["patches: [{patch: '- {}'}]", "components: [../more]", "patchesJson6902: []"]
)
def test_what_may_be_added_later_is_not_missing(lay: Lay, changes: str) -> None:
    without = {STAGING: FILES[STAGING].replace("prune: true\n", "\n")}
    lists = {f"{CLUSTER}/kustomization.yaml": f"resources: [apps-staging.yaml]\n{changes}\n"}

    assert [each.message[:23] for each in found(lay, without)] == ["`spec.prune` is missing"]
    assert found(lay, {**without, **lists}) == []


# --- files that cannot be read -------------------------------------------------------------------

UNREADABLE = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec: {{ .Values }\n"


def test_a_file_of_the_cluster_that_cannot_be_read_is_a_warning(lay: Lay) -> None:
    path = f"{CLUSTER}/more.yaml"

    (told,) = found(lay, {path: UNREADABLE})

    assert (told.rule, told.severity, told.path) == ("broken-yaml", Severity.WARNING, path)
    assert told.subject == path


def test_a_template_elsewhere_is_none_of_our_business(lay: Lay) -> None:
    assert found(lay, {"templates/source.yaml": UNREADABLE}) == []


def test_it_is_where_nothing_tells_what_deploys_the_stage(lay: Lay) -> None:
    unseen = {STAGING: "", "templates/source.yaml": UNREADABLE}

    assert [each.path for each in found(lay, unseen)] == ["templates/source.yaml"]


def test_what_an_overlay_renders_is_told_by_the_render(lay: Lay) -> None:
    assert found(lay, {STAGING: "", "apps/staging/music/source.yaml": UNREADABLE}) == []
