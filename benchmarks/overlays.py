"""A clone with a stage and production as overlays of the same apps, to be rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.environment import git

if TYPE_CHECKING:
    from pathlib import Path

STAGE, PRODUCTION = "apps/staging", "apps/production"

_KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
_BASE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {app}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  namespace: {app}
spec:
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
          image: registry.example.org/{app}:1.0
          ports:
            - name: http
              containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: {app}
  namespace: {app}
spec:
  selector:
    app: {app}
  ports:
    - name: http
      port: 80
      targetPort: http
"""
_PATCHED = """\
namespace: {app}-{mark}
resources:
  - ../../base/{app}
labels:
  - pairs:
      env: {mark}
patches:
  - target:
      kind: Namespace
    patch: |
      - op: replace
        path: /metadata/name
        value: {app}-{mark}
"""


def clone_of_overlays(folder: Path, *, apps: int) -> Path:
    """Make it, with everything committed."""
    names = [f"app-{number:03}" for number in range(apps)]
    for app in names:
        _write(folder, f"apps/base/{app}/{app}.yaml", _BASE.format(app=app))
        _write(folder, f"apps/base/{app}", _listing([f"{app}.yaml"]))
    for overlay, mark in ((STAGE, "stage"), (PRODUCTION, "prod")):
        _write(folder, overlay, _listing(names))
        for app in names:
            _write(folder, f"{overlay}/{app}", _KUSTOMIZATION + _PATCHED.format(app=app, mark=mark))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Overlays")
    return folder


def change_one_app(clone: Path, *, version: int) -> None:
    """Change the stage's overlay of one app, and commit that."""
    overlay = clone / STAGE / "app-000" / "kustomization.yaml"
    text = overlay.read_text().partition("commonAnnotations:")[0]
    overlay.write_text(f"{text}commonAnnotations:\n  version: v{version}\n")
    git(clone, "commit", "--quiet", "--all", "--message", f"Change {version}")


def _listing(resources: list[str]) -> str:
    return _KUSTOMIZATION + "resources:\n" + "".join(f"  - {each}\n" for each in resources)


def _write(folder: Path, path: str, text: str) -> None:
    file = folder / (path if path.endswith(".yaml") else f"{path}/kustomization.yaml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
