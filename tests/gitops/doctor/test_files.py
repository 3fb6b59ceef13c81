from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gitops.doctor.homes import (
    CLUSTER,
    HOME,
    OVERLAY,
    PRODUCTION,
    SOURCE,
    STAGE,
    SYNC,
    WEB,
    git_repository,
    kustomization,
    looked_at,
    troubles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world import World

LISTING = f"{CLUSTER}/kustomization.yaml"
SSH = "ssh://git@github.com/ada/home.git"
OF_STAGE = "Kustomization `apps-staging`"


def test_a_home_in_order_has_no_troubles(world: World) -> None:
    seen = looked_at(world, {})

    assert troubles(seen) == []
    assert [f"{each.id}: {each.evidence}" for each in seen] == [
        "controllers: objects of Flux are on `master`",
        f"stage-overlay: {OVERLAY} lists 1 thing to deploy",
        (
            "stage-namespaces: every namespace that the overlay's files name is `*-stage`; what"
            " bases name is seen by `understudy check`"
        ),
        f"flux-source: {SOURCE}: GitRepository `flux-system-staging` follows `staging`",
        (
            f"flux-source-interval: {SOURCE}: GitRepository `flux-system-staging` is looked at"
            " every 1m0s"
        ),
        f"flux-stage: {STAGE}: {OF_STAGE} applies `apps/staging` from `flux-system-staging`",
        "flux-production: nothing but the stage is deployed from `staging`",
    ]


CASES: dict[str, tuple[Mapping[str, str | None], str]] = {
    "the source follows another branch": (
        {SOURCE: git_repository("flux-system-staging", "stagging")},
        (
            f"problem flux-source: {SOURCE}: GitRepository `flux-system-staging` follows `stagging`"
            f", and the stage is `staging` -> In {SOURCE}, set `spec.ref.branch: staging`:"
            " understudy doctor --fix"
        ),
    ),
    "the source reads another repository": (
        {SOURCE: git_repository("flux-system-staging", "staging", url="https://github.com/ada/x")},
        (
            f"problem flux-source-url: {SOURCE}: GitRepository `flux-system-staging` reads"
            " https://github.com/ada/x, and GitRepository `flux-system` reads"
            " https://github.com/ada/home: the stage would come from elsewhere ->"
            f" In {SOURCE}, set `spec.url: https://github.com/ada/home`: understudy doctor --fix"
        ),
    ),
    "the source reads over ssh without a secret": (
        {SOURCE: git_repository("flux-system-staging", "staging", url=SSH)},
        (
            f"problem flux-source-secret: {SOURCE}: GitRepository `flux-system-staging` reads over"
            f" ssh and has no `secretRef` -> In {SOURCE}, add `secretRef: {{name: NAME}}`."
        ),
    ),
    "the source has not the secret of production's": (
        {
            SYNC: git_repository("flux-system", "master", secret="flux-system")  # noqa: S106 - a name
            + "---\n"
            + kustomization("flux-system", CLUSTER, "flux-system")
        },
        (
            f"problem flux-source-secret: {SOURCE}: GitRepository `flux-system-staging` has no"
            " `secretRef`, and GitRepository `flux-system` reads the same server with `flux-system`"
            f" -> In {SOURCE}, add `secretRef: {{name: flux-system}}`."
        ),
    ),
    "the source is looked at too seldom": (
        {SOURCE: git_repository("flux-system-staging", "staging", interval="1h")},
        (
            f"warning flux-source-interval: {SOURCE}: GitRepository `flux-system-staging` is looked"
            f" at every 1h, and no Receiver tells Flux of a push -> In {SOURCE}, set"
            " `spec.interval: 1m0s`: understudy doctor --fix; or let a push tell Flux: understudy"
            " init --flux --receiver"
        ),
    ),
    "the interval is none": (
        {SOURCE: git_repository("flux-system-staging", "staging", interval="1 minute")},
        (
            f"problem flux-source-interval: {SOURCE}: `1 minute` is no interval that Flux takes ->"
            f" In {SOURCE}, set `spec.interval: 1m0s`: understudy doctor --fix"
        ),
    ),
    "the source is suspended": (
        {SOURCE: git_repository("flux-system-staging", "staging", suspend="true")},
        (
            f"warning flux-source-suspended: {SOURCE}: GitRepository `flux-system-staging` is"
            " suspended, so Flux does not read the stage ->"
            f" In {SOURCE}, take `suspend: true` away."
        ),
    ),
    "production is applied from the stage": (
        {PRODUCTION: kustomization("apps-production", "apps/production", "flux-system-staging")},
        (
            f"problem flux-production: {PRODUCTION}: Kustomization `apps-production` applies"
            " `apps/production` from `flux-system-staging`, which follows `staging`: it deploys"
            f" what nobody has merged -> In {PRODUCTION}, set `spec.sourceRef.name: flux-system`:"
            " understudy doctor --fix"
        ),
    ),
    "the stage is applied from production's branch": (
        {STAGE: kustomization("apps-staging", "apps/staging", "flux-system")},
        (
            f"problem flux-stage: {STAGE}: {OF_STAGE} applies `apps/staging` from `flux-system`,"
            " which follows `master`: not the stage's branch ->"
            f" In {STAGE}, set `spec.sourceRef.name: flux-system-staging`: understudy doctor --fix"
        ),
    ),
    "the stage is applied from nowhere": (
        {STAGE: kustomization("apps-staging", "apps/staging", "gone")},
        (
            f"problem flux-stage: {STAGE}: {OF_STAGE} applies `apps/staging` from `gone`, which is"
            f" nowhere on `master` -> In {STAGE}, set `spec.sourceRef.name: flux-system-staging`:"
            " understudy doctor --fix"
        ),
    ),
    "nothing applies the stage": (
        {STAGE: None},
        (
            "warning flux-stage: no Flux Kustomization on `master` applies `apps/staging`: the"
            " stage is deployed nowhere -> understudy init --flux"
        ),
    ),
    "what applies the stage is suspended": (
        {
            STAGE: kustomization(
                "apps-staging", "apps/staging", "flux-system-staging", "  suspend: true\n"
            )
        },
        (
            f"warning flux-stage-suspended: {STAGE}: {OF_STAGE} is suspended: the stage stays as it"
            f" is -> In {STAGE}, take `suspend: true` away."
        ),
    ),
    "what applies the stage waits for nobody": (
        {
            STAGE: kustomization(
                "apps-staging",
                "apps/staging",
                "flux-system-staging",
                "  dependsOn:\n    - name: infra\n",
            )
        },
        (
            f"warning flux-dependency: {STAGE}: {OF_STAGE} waits for the Kustomization `infra`,"
            f" which is nowhere on `master` -> In {STAGE}, name one that there is in"
            " `spec.dependsOn`."
        ),
    ),
    "the overlay lists nothing": (
        {OVERLAY: "resources: []\n"},
        (
            f"warning stage-overlay: {OVERLAY} lists nothing, so the stage is empty ->"
            " understudy overlay add APP"
        ),
    ),
    "the overlay is no YAML": (
        {OVERLAY: "resources: [\n"},
        (
            f"problem stage-overlay: {OVERLAY} cannot be read, or is not there: `apps/staging` does"
            " not render -> understudy check"
        ),
    ),
    "the overlay is in production's namespace": (
        {WEB: "namespace: web\nresources:\n  - ../../base/web\n"},
        (
            f"problem stage-namespaces: the stage puts objects into the namespace `web`: {WEB} ->"
            " Name `web-stage` there. What else escapes: understudy check"
        ),
    ),
    "a manifest of the overlay is in production's namespace": (
        {
            WEB: "resources:\n  - extra.yaml\n",
            "apps/staging/web/extra.yaml": (
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: web-stage}\n---\n"
                "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: security}\n"
            ),
        },
        (
            "problem stage-namespaces: the stage puts objects into the namespace `security`:"
            " apps/staging/web/extra.yaml -> Name `security-stage` there. What else escapes:"
            " understudy check"
        ),
    ),
    "a file is not listed, so that Flux never sees it": (
        {LISTING: "resources:\n  - flux-system\n  - apps-production.yaml\n  - repo-staging.yaml\n"},
        (
            f"problem flux-registered: {LISTING} does not list apps-staging.yaml, so Flux never"
            f" sees {OF_STAGE} -> understudy init --flux adds it; or add `- apps-staging.yaml`"
            f" under `resources:` of {LISTING}."
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_that_is_wrong_is_one_trouble(world: World, case: str) -> None:
    changes, wanted = CASES[case]

    assert troubles(looked_at(world, changes)) == [wanted]


def test_without_a_source_the_command_that_writes_one_is_told(world: World) -> None:
    seen = troubles(looked_at(world, {SOURCE: None, STAGE: None}))

    assert [each.rpartition(" -> ")[2] for each in seen] == ["understudy init --flux"] * 2


@pytest.mark.parametrize(
    "settings",
    [
        {"off": {"escaped-namespace": "one namespace serves both"}},
        {"allow": [{"rule": "escaped-namespace", "object": "* web/*", "reason": "it is shared"}]},
        {"namespaces": ["web", "*-stage"]},
    ],
)
def test_a_namespace_that_a_person_has_allowed_is_no_trouble(
    world: World, settings: dict[str, object]
) -> None:
    changes = {WEB: "namespace: web\nresources:\n  - ../../base/web\n"}

    seen = looked_at(world, changes, configuration={"stages": {"staging": {"isolation": settings}}})

    assert troubles(seen) == []


def test_patches_name_the_namespace_from_before_and_are_no_trouble(world: World) -> None:
    patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: web}\n"
    kustomized = (
        "namespace: web-stage\nresources:\n  - ../../base/web\npatches:\n  - path: p.yaml\n"
    )

    assert troubles(looked_at(world, {WEB: kustomized, "apps/staging/web/p.yaml": patch})) == []


def test_the_namespace_of_a_kustomization_moves_all_that_it_lists(world: World) -> None:
    changes = {
        WEB: "namespace: web-stage\nresources:\n  - extra.yaml\n",
        "apps/staging/web/extra.yaml": (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: security}\n"
        ),
    }

    assert troubles(looked_at(world, changes)) == []


def test_a_repository_that_tells_no_controller_is_in_order(world: World) -> None:
    seen = looked_at(world, {**dict.fromkeys(HOME), "README.md": "home\n"})

    assert [each.evidence for each in seen] == ["no object of Flux or Argo CD is on `master`"]


def test_a_template_is_told_and_is_no_trouble(world: World) -> None:
    template = (
        "{{ if .Values.flux }}\nkind: GitRepository\napiVersion: source.toolkit.fluxcd.io/v1\n"
    )

    seen = looked_at(world, {"chart/templates/x.yaml": template})

    assert troubles(seen) == []
    assert any("chart/templates/x.yaml" in each.evidence for each in seen)
