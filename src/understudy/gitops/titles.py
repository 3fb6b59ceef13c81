"""What each rule is about, in a few words, whichever file it is in; and that there is no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.errors import ConfigError
from understudy.core.phrases import near_miss, shown
from understudy.gitops import orphans
from understudy.gitops.isolation import registry
from understudy.gitops.schemas import validation
from understudy.gitops.wedge import comparing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.core.config import Isolation

RENDERING: Mapping[str, str] = {
    "not-rendered": "Kustomize cannot render the overlay, for a reason in its own words",
    "broken-yaml": "A file, or what it renders to, is no YAML of Kubernetes objects",
    "missing-base": "A file or folder that is named is not in the repository",
    "outside-repository": "A path leads out of the repository",
    "overlay-cycle": "Overlays name each other in a circle",
    "remote-base": "Something would be fetched from the network",
    "helm-chart": "Kustomize is asked to render a Helm chart",
    "plugin": "A plugin that is not built into Kustomize is named",
    "render-timeout": "The render did not end in the time that it has",
    "render-too-large": "What is rendered has no reasonable end",
}
"""What keeps an overlay from being rendered."""

_OTHERS = {**comparing.TITLES, **validation.TITLES, **orphans.TITLES}

TITLES: Mapping[str, str] = {
    **RENDERING,
    **{rule.id: rule.title for rule in registry.RULES},
    **{rule: f"{title[:1].upper()}{title[1:]}" for rule, title in _OTHERS.items()},
    registry.UNUSED_ALLOWANCE.id: registry.UNUSED_ALLOWANCE.title,
}


def refuse_unknown_rules(settings: Isolation) -> None:
    """Refuse settings for a rule that does not exist: they would do nothing, and not say so.

    Raises:
        ConfigError: there is one.
    """
    named = [("off", rule) for rule in settings.off]
    named += [("severity", rule) for rule in settings.severity]
    named += [("allow", entry.rule) for entry in settings.allow]
    for key, rule in named:
        if rule not in TITLES:
            meant = near_miss(rule, TITLES)
            hint = f"Did you mean `{meant}`?" if meant else "The reference lists all rules."
            message = f"`isolation.{key}` names the rule `{shown(rule)}`, which does not exist."
            raise ConfigError(message, hint=hint)
