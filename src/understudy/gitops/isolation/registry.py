"""The isolation rules in the order in which they are told, and what the settings make of them.

A rule's own file says what it looks for. Nothing is rendered here.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.decisions import Finding, Severity
from understudy.core.inspection import Excused
from understudy.gitops.isolation.addresses import SHARED_ADDRESS
from understudy.gitops.isolation.collisions import COLLISION
from understudy.gitops.isolation.controller_objects import CONTROLLER_OBJECT
from understudy.gitops.isolation.devices import SHARED_DEVICE
from understudy.gitops.isolation.foreign import FOREIGN_REFERENCE
from understudy.gitops.isolation.host_network import HOST_NETWORK
from understudy.gitops.isolation.host_paths import HOST_PATH
from understudy.gitops.isolation.hosts import SHARED_HOST
from understudy.gitops.isolation.namespaces import CLUSTER_SCOPED, ESCAPED_NAMESPACE
from understudy.gitops.isolation.rights import CLUSTER_RIGHTS
from understudy.gitops.isolation.sources import WRONG_SOURCE
from understudy.gitops.isolation.storage import SHARED_STORAGE
from understudy.gitops.ruling import Examined, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from understudy.core.config import Allowed, Isolation

__all__ = [
    "RULES",
    "RULE_IDS",
    "UNUSED_ALLOWANCE",
    "Examined",
    "Excused",
    "Rule",
    "allows",
    "examine",
    "held_against",
    "weighed",
]

RULES: tuple[Rule, ...] = (
    ESCAPED_NAMESPACE,
    CLUSTER_SCOPED,
    CLUSTER_RIGHTS,
    COLLISION,
    SHARED_HOST,
    SHARED_ADDRESS,
    SHARED_STORAGE,
    HOST_PATH,
    SHARED_DEVICE,
    HOST_NETWORK,
    CONTROLLER_OBJECT,
    FOREIGN_REFERENCE,
    WRONG_SOURCE,
)
"""In the order in which findings are told: what is out of place first, then what is shared."""

RULE_IDS = frozenset(rule.id for rule in RULES)

UNUSED_ALLOWANCE = Rule(
    id="unused-allowance",
    severity=Severity.WARNING,
    title="The settings allow something that is not found",
    look=lambda _: iter(()),
)
"""Found here, when the settings are applied: it looks at findings, not at objects."""


def examine(examined: Examined, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Return all that the rules find, whatever the settings say of it."""
    concerning = [r for r in rules if not (r.in_one_cluster and examined.has_own_cluster)]
    return tuple(found for rule in concerning for found in rule.look(examined))


def weighed(
    findings: Iterable[Finding], settings: Isolation, *, looked: Collection[str] = RULE_IDS
) -> tuple[tuple[Finding, ...], tuple[Excused, ...]]:
    """Apply the settings to findings of any rule: switched off, of another severity, allowed.

    Give it all findings at once. An allowance that fits none of them is a finding too, if its rule
    is one of those that `looked`: where an overlay does not render, there was nothing to look at.
    """
    told: list[Finding] = []
    excused: list[Excused] = []
    used: set[Allowed] = set()
    for each in findings:
        fitting = [entry for entry in settings.allow if allows(entry, each.rule, each.subject)]
        used.update(fitting)
        if fitting:
            excused.append(Excused(finding=each, reason=fitting[0].reason))
        elif each.rule in settings.off:
            excused.append(Excused(finding=each, reason=settings.off[each.rule]))
        else:
            told.append(replace(each, severity=settings.severity.get(each.rule, each.severity)))
    unused = [entry for entry in settings.allow if entry.rule in looked and entry not in used]
    if UNUSED_ALLOWANCE.id not in settings.off:
        told += [_unused(entry, settings) for entry in unused]
    return tuple(told), tuple(excused)


def held_against(
    rules: Iterable[Rule], examined: Examined
) -> tuple[tuple[Finding, ...], tuple[Excused, ...]]:
    """Return what the rules find and what of it the settings allow."""
    applied = tuple(rules)
    ids = {rule.id for rule in applied}
    return weighed(examine(examined, applied), examined.settings, looked=ids)


def allows(entry: Allowed, rule: str, subject: str) -> bool:
    """Tell whether an allowance is for what a rule finds of an object, by the object's name."""
    return entry.rule == rule and fnmatchcase(subject, entry.object)


def _unused(entry: Allowed, settings: Isolation) -> Finding:
    return Finding(
        rule=UNUSED_ALLOWANCE.id,
        subject=f"{entry.rule}: {entry.object}",
        message=f"The settings allow `{phrases.shown(entry.object)}` for the rule"
        f" `{phrases.shown(entry.rule)}`, and nothing like it is found.",
        remedy="Remove the entry from `isolation.allow`, or mend its pattern: it is held"
        " against names such as `Deployment immich-stage/immich`.",
        severity=settings.severity.get(UNUSED_ALLOWANCE.id, UNUSED_ALLOWANCE.severity),
    )
