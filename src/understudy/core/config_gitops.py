"""What cannot be right about the parts of a stage that say what is deployed, and from where.

The ids of rules are not known here: whoever applies the rules refuses those that are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.errors import ConfigError
from understudy.core.phrases import shown

if TYPE_CHECKING:
    from understudy.core.config import Isolation, Kustomize, Stage


def check(stage: Stage, *, where: str) -> None:
    """Refuse what cannot be right; `where` is the place of the stage.

    Raises:
        ConfigError: the message names the key.
    """
    _check_kustomize(stage.kustomize, f"{where}.kustomize")
    _check_isolation(stage.isolation, f"{where}.isolation")


def problem_of_path(path: str) -> str | None:
    """Say why a path does not stay inside the repository; None: it does."""
    if not path.strip():
        return "it is empty"
    if path.startswith("/"):
        return "it begins with `/`"
    if ".." in path.split("/"):
        return "it contains `..`"
    return None if path.isprintable() else "it contains a control character"


def _check_kustomize(kustomize: Kustomize, where: str) -> None:
    for key, path in (("stage", kustomize.stage), ("production", kustomize.production)):
        if path and (problem := problem_of_path(path)) is not None:
            message = f"`{where}.{key}` is `{shown(path)}`, but {problem}."
            hint = "Write a folder from the repository's root, as `apps/staging`."
            raise ConfigError(message, hint=hint)
    if kustomize.stage and kustomize.stage.strip("./") == kustomize.production.strip("./"):
        message = f"`{where}` has the same overlay for the stage and for production."
        raise ConfigError(message, hint="Give the stage an overlay of its own: `apps/staging`.")
    if not kustomize.deadline:
        message = f"`{where}.deadline` is 0: no overlay would ever render."
        raise ConfigError(message, hint="Set it to `60s`, say.")


def _check_isolation(isolation: Isolation, where: str) -> None:
    if not isolation.namespaces:
        message = f"`{where}.namespaces` is empty: no object could be on the stage."
        raise ConfigError(message, hint='Name the stage\'s namespaces, as `["*-stage"]`.')
    for pattern in isolation.namespaces:
        if not pattern.strip("*?"):
            message = f"`{where}.namespaces` has `{shown(pattern)}`: that is every namespace."
            raise ConfigError(message, hint='Write what only the stage has, as `"*-stage"`.')
    for rule, reason in isolation.off.items():
        _demand_reason(reason, f"{where}.off.{shown(rule)}")
    for index, allowed in enumerate(isolation.allow):
        _demand_reason(allowed.reason, f"{where}.allow[{index}].reason")


def _demand_reason(reason: str, where: str) -> None:
    if not reason.strip():
        message = f"`{where}` is empty: without a reason nobody knows when it has ceased to hold."
        raise ConfigError(message, hint="Say in a few words why this is no danger here.")
