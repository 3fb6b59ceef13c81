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
            f" ssh and names no secret -> In {SOURCE}, add `spec.secretRef: {{name: NAME}}`."
        ),
    ),
    "the source has not the secret of production's": (
        {
            SYNC: git_repository("flux-system", "master", secret="flux-system")  # noqa: S106 - a name
            + "---\n"
            + kustomization("flux-system", CLUSTER, "flux-system")
        },
        (
            f"problem flux-source-secret: {SOURCE}: GitRepository `flux-system-staging` names no"
            " secret, and GitRepository `flux-system` reads the same server with `flux-system`"
            f" -> In {SOURCE}, add `spec.secretRef: {{name: flux-system}}`."
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


WEBS = "namespace: web\nresources:\n  - ../../base/web\n"
"""An overlay that puts the app of the base, a ConfigMap, into production's namespace."""


def _isolated(settings: dict[str, object]) -> object:
    return {"stages": {"staging": {"isolation": settings}}}


def _allowed(pattern: str, rule: str = "escaped-namespace") -> dict[str, object]:
    return {"allow": [{"rule": rule, "object": pattern, "reason": "it is shared"}]}


@pytest.mark.parametrize(
    "settings",
    [
        {"off": {"escaped-namespace": "one namespace serves both"}},
        _allowed("* web/*"),
        _allowed("ConfigMap web/web"),
        {"namespaces": ["web", "*-stage"]},
    ],
)
def test_a_namespace_that_a_person_has_allowed_is_no_trouble(
    world: World, settings: dict[str, object]
) -> None:
    seen = looked_at(world, {WEB: WEBS}, configuration=_isolated(settings))

    assert troubles(seen) == []


@pytest.mark.parametrize("pattern", ["Deployment web/*", "web", "ConfigMap web/other", "*web-*"])
def test_an_allowance_is_for_objects_by_their_names_as_in_a_check(
    world: World, pattern: str
) -> None:
    seen = looked_at(world, {WEB: WEBS}, configuration=_isolated(_allowed(pattern)))

    assert [each.partition(":")[0] for each in troubles(seen)] == ["problem stage-namespaces"]


@pytest.mark.parametrize(("rule", "count"), [("cluster-scoped", 0), ("escaped-namespace", 1)])
def test_a_namespace_itself_is_for_the_rule_of_what_the_whole_cluster_shares(
    world: World, rule: str, count: int
) -> None:
    changes = {
        WEB: "resources:\n  - extra.yaml\n",
        "apps/staging/web/extra.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: lab}\n",
    }

    seen = looked_at(world, changes, configuration=_isolated(_allowed("Namespace lab", rule)))

    assert len(troubles(seen)) == count


def test_objects_that_no_file_tells_are_allowed_together_only(world: World) -> None:
    changes = {WEB: "namespace: web\nresources:\n  - https://example.org/x.yaml\n"}
    told = [
        len(troubles(looked_at(world, changes, configuration=_isolated(_allowed(pattern)))))
        for pattern in ("* web/*", "ConfigMap web/web")
    ]

    assert told == [0, 1]


def test_kustomizations_that_name_each_other_come_to_an_end(world: World) -> None:
    changes = {WEB: WEBS, "apps/base/web/kustomization.yaml": "resources: [../../staging/web]\n"}

    assert len(troubles(looked_at(world, changes))) == 1


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


# --- what the Flux operator makes ----------------------------------------------------------------

OPERATED = "clusters/test/instance.yaml"
SYNCED = {"kind": "GitRepository", "url": SSH, "pullSecret": "test"}
AT_STAGE = {"ref": "refs/heads/staging", "path": "clusters/test"}


def _sync(indent: int, values: Mapping[str, str]) -> str:
    lines = {"sync": "", **{f"  {key}": value for key, value in values.items() if value}}
    return "".join(f"{' ' * indent}{key}: {value}".rstrip() + "\n" for key, value in lines.items())


def _instance(**values: str) -> str:
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n"
        "metadata: {name: flux, namespace: flux-system}\nspec:\n"
        + _sync(2, {**SYNCED, **AT_STAGE, **values})
    )


def _chart(**values: str) -> str:
    return (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: instance, namespace: flux-system}\nspec:\n  values:\n    instance:\n"
        + _sync(6, {**SYNCED, **AT_STAGE, "interval": "1m", **values})
    )


def _clusters(test: str, source: str = "flux-system") -> dict[str, str | None]:
    """Write two clusters, of which one is the stage as a whole, as the Flux operator is told."""
    live = {"ref": "refs/heads/master", "path": "clusters/live"}
    return {
        **dict.fromkeys((SYNC, PRODUCTION, SOURCE, STAGE)),
        "clusters/live/instance.yaml": _instance(**live),
        "clusters/live/apps.yaml": kustomization("apps", "apps/production", "flux-system"),
        OPERATED: test,
        "clusters/test/apps.yaml": kustomization("apps", "apps/staging", source),
    }


OPERATED_CASES: dict[str, tuple[Mapping[str, str | None], str]] = {
    "all is right": (_clusters(_instance()), ""),
    "it names no secret": (
        _clusters(_instance(pullSecret="")),
        (
            f"problem flux-source-secret: {OPERATED}: FluxInstance `flux` reads over ssh and names"
            f" no secret -> In {OPERATED}, add `spec.sync.pullSecret: NAME`."
        ),
    ),
    "it follows another branch": (
        _clusters(_instance(ref="refs/heads/master", name="mine"), "mine"),
        (
            f"problem flux-source: {OPERATED}: FluxInstance `flux` follows `master`, and the stage"
            f" is `staging` -> In {OPERATED}, set `spec.sync.ref: refs/heads/staging`:"
            " understudy doctor --fix"
        ),
    ),
    "it looks seldom, and the chart of the operator tells it": (
        _clusters(_chart(interval="2h")),
        (
            f"warning flux-source-interval: {OPERATED}: HelmRelease `instance` is looked at every"
            f" 2h, and no Receiver tells Flux of a push -> In {OPERATED}, set"
            " `spec.values.instance.sync.interval: 1m0s`: understudy doctor --fix; or let a push"
            " tell Flux: understudy init --flux --receiver"
        ),
    ),
}


@pytest.mark.parametrize("case", OPERATED_CASES)
def test_a_source_that_the_flux_operator_makes_is_mended_where_it_is_told(
    world: World, case: str
) -> None:
    changes, wanted = OPERATED_CASES[case]
    stage = {"kustomize": {"stage": "apps/staging"}}

    seen = looked_at(world, changes, configuration={"stages": {"staging": stage}})

    assert "\n".join(troubles(seen)) == wanted


def test_a_whole_cluster_that_has_production_does_not_follow_the_stage(world: World) -> None:
    changes = {
        **_clusters(_instance()),
        "clusters/test/live.yaml": kustomization("live", "apps/production", "flux-system"),
    }
    stage = {"kustomize": {"stage": "apps/staging", "production": "apps/production"}}

    seen = looked_at(world, changes, configuration={"stages": {"staging": stage}})

    told = [each for each in troubles(seen) if each.startswith("problem flux-production")]
    assert [each.rpartition(" -> ")[2] for each in told] == [
        f"In {OPERATED}, name the branch of production in `spec.sync.ref`.",
        "In clusters/test/live.yaml, name the source of production in `spec.sourceRef`.",
    ]
