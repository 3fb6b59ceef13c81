"""Workflows that `init` can write: one of each kind."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from understudy.core import config_file
from understudy.forges.github.workflow import Kept, Settings

DIGEST = "acme/understudy-mirror@" + "5fda3b95a4ea91299a34e894583c3862153e4b97"


def settings(*ci: str, base: str = "main", kept: Kept | None = None, **stage: Any) -> Settings:  # noqa: ANN401 - any key
    """Return settings with these names of CI; `stage` has keys of the stage `staging`."""
    config = config_file.parse({"stages": {"staging": stage}} if stage else None)
    return Settings(base=base, ci=ci, config=config, kept=kept or Kept())


def document(text: str) -> Any:  # noqa: ANN401 - a document
    """Return what a YAML text says."""
    return YAML(typ="safe", pure=True).load(text)


SEVERAL = Settings(
    base="main",
    ci=("Lint",),
    config=config_file.parse({"stages": {"staging": {}, "preview": {"branch": "next"}}}),
    kept=Kept(),
)
FLUX = settings("Lint", report={"deployed": True})
EVERY_KIND = {
    "plain": settings("Lint"),
    "no CI": settings(),
    "odd names": settings('it\'s "quoted": 🚀 #1', ".github/workflows/a b.yml", "- x\t\u2028"),
    "odd base": settings("Lint", base="release/c++'s"),
    "schedule": settings("Lint", kept=Kept(schedule=("17 * * * *", "0 3 * * 1-5"))),
    "told more": settings("Lint", report={"comment": True, "deployments": True}),
    "told nothing": settings("Lint", report={"status": False}),
    "digest": settings("Lint", kept=Kept(uses=DIGEST)),
    "own machine": settings("Lint", kept=Kept(runs_on=["self-hosted", "linux", "x64"])),
    "group": settings("Lint", kept=Kept(runs_on={"group": "big ones", "labels": ["a"]})),
    "app": settings(
        "Lint",
        kept=Kept(
            inputs=(("app-id", "${{ vars.APP_ID }}"), ("app-private-key", "${{ secrets.KEY }}"))
        ),
    ),
    "several stages": SEVERAL,
    "Flux": FLUX,
    "Flux by name": settings(
        "Lint", report={"deployed": True}, flux={"kustomization": "apps-staging"}
    ),
    "Flux, odd base": settings("Lint", base="release/c++'s", report={"deployed": True}),
}
