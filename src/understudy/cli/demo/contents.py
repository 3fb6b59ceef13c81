"""What the demo's repository holds: a base branch, and nine pull requests, one for each fate.

Data alone. Commits made of it have fixed dates and authors, so every demo has the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BASE = "master"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: files to write on top of the commit it is made from."""

    message: str
    author: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPullRequest:
    """A branch of one commit, and what its forge would say of it."""

    number: int
    slug: str
    change: Change
    checks: dict[str, str]
    draft: bool = False
    depends_on: list[int] = field(default_factory=list)

    @property
    def branch(self) -> str:
        """Return the name of the branch."""
        return f"feature/{self.number}-{self.slug}"


def _deployment(app: str, image: str, *, replicas: int = 1, memory: str = "64Mi") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: {app}
  template:
    metadata:
      labels:
        app: {app}
    spec:
      containers:
        - name: {app}
          image: {image}
          ports:
            - containerPort: 8080
          resources:
            limits:
              memory: {memory}
"""


def _kustomization(*resources: str, namespace: str = "") -> str:
    lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization"]
    lines += [f"namespace: {namespace}"] if namespace else []
    lines += ["resources:", *(f"  - {resource}" for resource in resources)]
    return "\n".join(lines) + "\n"


def _flux(name: str, *, source: str) -> str:
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps-{name}
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/{name}
  prune: true
  sourceRef:
    kind: GitRepository
    name: {source}
"""


def _workflow(checkout: str) -> str:
    return f"""\
name: ci
on: [pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: make lint
"""


_PODINFO = "apps/base/podinfo/deployment.yaml"
_WHOAMI = "apps/base/whoami/deployment.yaml"
_README = "README.md"

BEGINNING = Change(
    message="Begin with podinfo and whoami",
    author="alice",
    files={
        _README: "# home\n\nWhat runs at home, and how.\n",
        "understudy.yaml": "stages:\n  staging:\n    drafts: exclude\n",
        ".github/workflows/ci.yaml": _workflow("v5"),
        _PODINFO: _deployment("podinfo", "ghcr.io/stefanprodan/podinfo:6.7.0"),
        "apps/base/podinfo/kustomization.yaml": _kustomization("deployment.yaml"),
        _WHOAMI: _deployment("whoami", "docker.io/traefik/whoami:v1.9"),
        "apps/base/whoami/kustomization.yaml": _kustomization("deployment.yaml"),
        "apps/staging/kustomization.yaml": _kustomization(
            "../base/podinfo", "../base/whoami", namespace="apps-stage"
        ),
        "apps/production/kustomization.yaml": _kustomization(
            "../base/podinfo", "../base/whoami", namespace="apps"
        ),
        "clusters/home/apps-staging.yaml": _flux("staging", source="flux-system-staging"),
        "clusters/home/apps-production.yaml": _flux("production", source="flux-system"),
    },
)

LANDED = Change(
    message="Say what the clusters folder is for",
    author="dave",
    files={
        _README: "# home\n\nWhat runs at home, and how. `clusters/` is what Flux reads first.\n"
    },
)
"""Already on the base branch; its pull request was never closed."""

MOVED_ON = Change(
    message="Update whoami to v1.11",
    author="alice",
    files={_WHOAMI: _deployment("whoami", "docker.io/traefik/whoami:v1.11")},
)
"""What the base branch got after the pull requests had been opened."""

_PASSED = {"lint": "success", "flux-test": "success"}

PULL_REQUESTS = (
    DemoPullRequest(
        number=1,
        slug="podinfo-6.7.1",
        change=Change(
            message="Update podinfo to 6.7.1",
            author="alice",
            files={_PODINFO: _deployment("podinfo", "ghcr.io/stefanprodan/podinfo:6.7.1")},
        ),
        checks=_PASSED,
    ),
    DemoPullRequest(
        number=2,
        slug="podinfo-memory",
        change=Change(
            message="Give podinfo more memory",
            author="bob",
            files={
                _PODINFO: _deployment(
                    "podinfo", "ghcr.io/stefanprodan/podinfo:6.7.0", memory="128Mi"
                )
            },
        ),
        checks={"lint": "success", "flux-test": "pending"},
    ),
    DemoPullRequest(
        number=3,
        slug="whoami-replicas",
        change=Change(
            message="Run whoami three times",
            author="carol",
            files={_WHOAMI: _deployment("whoami", "docker.io/traefik/whoami:v1.9", replicas=3)},
        ),
        checks={"lint": "failure", "flux-test": "success"},
    ),
    DemoPullRequest(
        number=4,
        slug="whoami-1.10",
        change=Change(
            message="Update whoami to v1.10",
            author="bob",
            files={_WHOAMI: _deployment("whoami", "docker.io/traefik/whoami:v1.10")},
        ),
        checks=_PASSED,
    ),
    DemoPullRequest(
        number=5,
        slug="podinfo-6.8.0",
        change=Change(
            message="Try podinfo 6.8.0",
            author="carol",
            files={_PODINFO: _deployment("podinfo", "ghcr.io/stefanprodan/podinfo:6.8.0")},
        ),
        checks=_PASSED,
    ),
    DemoPullRequest(
        number=6,
        slug="podinfo-cache",
        change=Change(
            message="Add the cache that podinfo 6.8.0 can use",
            author="carol",
            files={"apps/base/podinfo/cache.yaml": _deployment("cache", "docker.io/redis:8")},
        ),
        checks=_PASSED,
        depends_on=[5],
    ),
    DemoPullRequest(
        number=7,
        slug="ntfy",
        change=Change(
            message="Add ntfy, and check out with v6",
            author="renovate[bot]",
            files={
                ".github/workflows/ci.yaml": _workflow("v6"),
                "apps/base/ntfy/deployment.yaml": _deployment(
                    "ntfy", "docker.io/binwiederhier/ntfy:v2.14"
                ),
                "apps/base/ntfy/kustomization.yaml": _kustomization("deployment.yaml"),
                "apps/staging/kustomization.yaml": _kustomization(
                    "../base/podinfo", "../base/whoami", "../base/ntfy", namespace="apps-stage"
                ),
            },
        ),
        checks=_PASSED,
    ),
    DemoPullRequest(
        number=8,
        slug="gitea",
        change=Change(
            message="Add Gitea",
            author="dave",
            files={
                "apps/base/gitea/deployment.yaml": _deployment(
                    "gitea", "docker.io/gitea/gitea:1.25"
                )
            },
        ),
        checks=_PASSED,
        draft=True,
    ),
    DemoPullRequest(number=9, slug="readme", change=LANDED, checks=_PASSED),
)
