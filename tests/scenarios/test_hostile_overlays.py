"""Overlays that are mistaken or malicious: each is told as what it is, and holds nothing up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checks import check, typed
from tests.shapes import shape
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.world import Files, World

COMPONENTS = shape("components")
STAGING = "apps/staging/kustomization.yaml"
_OF = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def listing(*resources: str) -> str:
    return _OF + "resources:\n" + "".join(f"  - {each}\n" for each in resources)


BAD: dict[str, tuple[Files, str, str]] = {
    "broken YAML": ({STAGING: "resources: [wiki\n"}, "broken-yaml", STAGING),
    "a missing base": ({STAGING: listing("wiki", "../gone")}, "missing-base", STAGING),
    "a cycle": (
        {"apps/staging/wiki/kustomization.yaml": listing("../../staging")},
        "overlay-cycle",
        "apps/staging/wiki/kustomization.yaml",
    ),
    "a server": (
        {STAGING: listing("wiki", "https://example.org/install.yaml")},
        "remote-base",
        STAGING,
    ),
    "a repository elsewhere": (
        {STAGING: listing("wiki", "github.com/example/fleet//apps?ref=v1")},
        "remote-base",
        STAGING,
    ),
    "out of the repository": (
        {STAGING: listing("wiki", "../../../outside")},
        "outside-repository",
        STAGING,
    ),
    "a file of the machine": ({STAGING: listing("/etc/hostname")}, "outside-repository", STAGING),
    "a chart": (
        {STAGING: _OF + 'helmCharts:\n  - {name: web, repo: "https://example.org"}\n'},
        "helm-chart",
        STAGING,
    ),
    "a program": (
        {
            STAGING: listing("wiki") + "generators:\n  - run.yaml\n",
            "apps/staging/run.yaml": (
                "apiVersion: example.org/v1\nkind: Run\nmetadata:\n  name: run\n  annotations:\n"
                "    config.kubernetes.io/function: |\n      exec: {path: ./run.sh}\n"
            ),
        },
        "plugin",
        "apps/staging/run.yaml",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_named_with_its_file(what: str, world: World) -> None:
    files, rule, path = BAD[what]
    world.base(COMPONENTS)
    world.pull_request(6, files)

    told = check(world)

    assert {(each[0], each[2]) for each in told.found} == {(rule, path)}
    assert told.code == ExitCode.WITHHELD


def test_a_render_that_takes_too_long_is_ended(world: World) -> None:
    """Each step of a chain renames all that the one before it rendered."""
    chain: Files = {
        f"apps/base/c{step}/kustomization.yaml": _OF
        + f"resources: [../c{step - 1}]\nnameSuffix: -s{step}\n"
        for step in range(1, 30)
    }
    chain["apps/base/c0/kustomization.yaml"] = listing("many.yaml")
    chain["apps/base/c0/many.yaml"] = "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{number}\n"
        for number in range(4000)
    )
    world.base(COMPONENTS)
    world.pull_request(
        7,
        {
            **chain,
            STAGING: listing("wiki", "../base/c29"),
            "understudy.yaml": "stages: {staging: {kustomize: {deadline: 1s}}}\n",
        },
    )

    told = check(world)

    assert {each[0] for each in told.found} == {"render-timeout"}
    assert told.code == ExitCode.WITHHELD


def test_hostile_names_are_shown_and_do_nothing(world: World) -> None:
    name = "web\x1b[2J\u202e"
    world.base(COMPONENTS)
    world.pull_request(
        8,
        {
            STAGING: listing("wiki", "evil.yaml"),
            "apps/staging/evil.yaml": (
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
                '  name: "web\\u001b[2J\\u202e"\n  namespace: "::error::x"\n'
            ),
        },
    )

    code, page = typed(world)

    assert code == ExitCode.WITHHELD
    assert name not in page
    assert "web\\x1b[2J\\u202e" in page
