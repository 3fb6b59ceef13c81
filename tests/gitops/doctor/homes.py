"""A home's repository as Flux reads it, and what is found when one thing in it is wrong."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from understudy.core.config_file import parse
from understudy.core.diagnosis import Health
from understudy.core.model import TreeSha
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.diagnosing import examine
from understudy.git.command import Git
from understudy.git.objects import ObjectReader
from understudy.git.trees import GitTree
from understudy.gitops.doctor.rows import Files, of_files
from understudy.gitops.layout import found_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.world import World
    from understudy.core.diagnosis import Observation
    from understudy.gitops.doctor.subject import Change

CLUSTER = "clusters/home"
SOURCE = f"{CLUSTER}/repo-staging.yaml"
STAGE = f"{CLUSTER}/apps-staging.yaml"
PRODUCTION = f"{CLUSTER}/apps-production.yaml"
SYNC = f"{CLUSTER}/flux-system/gotk-sync.yaml"
OVERLAY = "apps/staging/kustomization.yaml"
WEB = "apps/staging/web/kustomization.yaml"


def git_repository(name: str, branch: str, **spec: str) -> str:
    """Write a source as Flux's own tools do."""
    lines = {"interval": "1m0s", "url": "https://github.com/ada/home", **spec}
    secret = lines.pop("secret", "")
    text = "".join(f"  {key}: {value}\n" for key, value in lines.items())
    named = f"  secretRef:\n    name: {secret}\n" if secret else ""
    return (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        f"metadata:\n  name: {name}\n  namespace: flux-system\n"
        f"spec:\n  ref:\n    branch: {branch}\n{text}{named}"
    )


def kustomization(name: str, folder: str, source: str, more: str = "") -> str:
    """Write what applies a folder from a source."""
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata:\n  name: {name}\n  namespace: flux-system\n"
        f"spec:\n  interval: 10m0s\n  path: ./{folder}\n  prune: true\n"
        f"  sourceRef:\n    kind: GitRepository\n    name: {source}\n{more}"
    )


HOME: dict[str, str] = {
    SYNC: git_repository("flux-system", "master")
    + "---\n"
    + kustomization("flux-system", CLUSTER, "flux-system"),
    PRODUCTION: kustomization("apps-production", "apps/production", "flux-system"),
    SOURCE: git_repository("flux-system-staging", "staging"),
    STAGE: kustomization("apps-staging", "apps/staging", "flux-system-staging"),
    OVERLAY: "resources:\n  - web\n",
    WEB: "namespace: web-stage\nresources:\n  - ../../base/web\n",
    "apps/production/kustomization.yaml": "resources:\n  - web\n",
    "apps/production/web/kustomization.yaml": "namespace: web\nresources:\n  - ../../base/web\n",
    "apps/base/web/kustomization.yaml": "resources:\n  - configmap.yaml\n",
    "apps/base/web/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
}
"""Nothing is wrong here."""


def looked_at(
    world: World,
    changes: Mapping[str, str | None],
    *,
    configuration: object = None,
    change: Change | None = None,
) -> list[Observation]:
    """Look at the home with some files changed; None takes one away."""
    files = {path: text for path, text in {**HOME, **changes}.items() if text is not None}
    world.base(dict(files))
    tree = TreeSha(world.git("rev-parse", "HEAD^{tree}").strip())
    folder = world.folder / "scratch"
    folder.mkdir(exist_ok=True)
    git = Git(directory=world.clone / ".git", scratch=folder, access=USERS_OWN_ACCESS)
    stage = parse(configuration).stage()[1]
    with closing(ObjectReader(git)) as reader:
        found = GitTree(reader, tree)
        layout = found_in(found)
        seen = Files(tree=found, layout=layout, stage=stage, where="on `master`", change=change)
        return list(examine(of_files(seen)))


def troubles(seen: Iterable[Observation]) -> list[str]:
    """Return the rows that are not fine, as lines to compare by eye."""
    return [
        f"{each.verdict.value} {each.id}: {each.evidence} -> {each.remedy}"
        for each in seen
        if each.verdict is not Health.OK
    ]
