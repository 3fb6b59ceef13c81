"""What the API server lets nobody change of a Job and of a Pod that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.gitops.wedge.fields import Change, changes, without_pod_defaults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.gitops.objects import Manifest

_CONTAINERS = ("initContainers", "containers")


def job_template(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare what a Job runs. Of one that is suspended, some may change.

    batch: validatePodTemplateUpdate
    """
    was, becomes = (_tidy(each.at("spec", "template")) for each in (before, after))
    if before.at("spec", "suspend") is True:
        for template in (was, becomes):
            _forget_scheduling(template)
    yield from changes("spec.template", was, becomes)


def _forget_scheduling(template: dict[str, Any]) -> None:
    template.pop("metadata", None)
    spec = template.get("spec")
    if isinstance(spec, dict):
        _forget(spec, ("affinity", "nodeSelector", "schedulingGates", "tolerations"))
        _forget_in_containers(spec, ("resources",))


def completions(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare how often a Job must succeed, where that is fixed.

    batch: validateCompletions; the default is in pkg/apis/batch/v1/defaults.go, SetDefaults_Job.
    """
    named = after.at("spec", "completions")
    was = before.at("spec", "completions")
    if after.at("spec", "completionMode") == "Indexed" or named is was is None:
        return
    yield from changes("spec.completions", _completions(before), _completions(after))


def _completions(manifest: Manifest) -> object:
    named = manifest.at("spec", "completions")
    return 1 if named is None and manifest.at("spec", "parallelism") is None else named


def pod(before: Manifest, after: Manifest) -> Iterator[Change]:
    """Compare a Pod, all but its images and what else may change.

    core: ValidatePodUpdate
    """
    was, becomes = (_tidy(each.at("spec")) for each in (before, after))
    for spec in (was, becomes):
        _forget(spec, ("activeDeadlineSeconds", "schedulingGates", "tolerations"))
        _forget_in_containers(spec, ("image", "imagePullPolicy"))
    yield from changes("spec", was, becomes)


def _tidy(found: object) -> dict[str, Any]:
    tidy = without_pod_defaults(found)
    return tidy if isinstance(tidy, dict) else {}


def _forget(mapping: dict[str, Any], keys: Iterable[str]) -> None:
    for key in keys:
        mapping.pop(key, None)


def _forget_in_containers(spec: dict[str, Any], keys: Iterable[str]) -> None:
    for name in _CONTAINERS:
        listed = spec.get(name)
        for container in listed if isinstance(listed, list) else ():
            if isinstance(container, dict):
                _forget(container, keys)
