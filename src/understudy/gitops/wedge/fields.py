"""What differs between two values of a field, in the eyes of the Kubernetes API server.

It compares values after it has filled in defaults, so an empty value and none are often the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.core import phrases
from understudy.gitops.quantities import is_same_amount
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    _Leaving = Callable[[Mapping[str, Any], str], bool]

_AMOUNTS = (".limits", ".requests", ".capacity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field with what it was and what it would be; None: it is not set.

    `is_certain`: the cluster refuses the change for sure, not only if it filled in another value.
    """

    field: str
    before: object
    after: object
    is_certain: bool = True

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        return f"`{phrases.shown(self.field)}` from {_said(self.before)} to {_said(self.after)}"


def changes(field: str, before: object, after: object) -> Iterator[Change]:
    """Return the innermost fields that differ. Lists of named things are compared by name."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        are_amounts = field.endswith(_AMOUNTS)
        for key in dict.fromkeys((*before, *after)):
            was, becomes = before.get(key), after.get(key)
            if not (are_amounts and is_same_amount(was, becomes)):
                yield from changes(f"{field}.{key}", was, becomes)
        return
    ours, theirs = _by_name(before), _by_name(after)
    if ours and theirs and list(ours) == list(theirs):
        for name, value in ours.items():
            yield from changes(f"{field}[{name}]", value, theirs[name])
        return
    yield Change(field=field, before=before, after=after)


def without_empty(value: object) -> Any:  # noqa: ANN401 - as it comes in
    """Leave out what a mapping has as nothing, as an empty mapping or as an empty list."""
    return _without(value, _is_nothing)


def without_zeros(value: object) -> Any:  # noqa: ANN401 - as above
    """Leave out what is false, 0 or no text too, and the defaults of the sources of volumes."""
    return _without(value, _is_source_default)


def without_pod_defaults(value: object) -> Any:  # noqa: ANN401 - as above
    """Leave out what the API server puts into a pod template by itself."""
    return _without(value, _is_pod_default)


_SOURCE_DEFAULTS = {
    # pkg/apis/core/v1/defaults.go: SetDefaults_ISCSIVolumeSource, SetDefaults_RBDVolumeSource
    "iscsiInterface": "default",
    "keyring": "/etc/ceph/keyring",
    "pool": "rbd",
    "user": "admin",
}
_POD_DEFAULTS: Mapping[str, object] = {
    # pkg/apis/core/v1/defaults.go: SetDefaults_PodSpec, SetDefaults_Container, SetDefaults_Probe,
    # SetDefaults_SecretVolumeSource, SetDefaults_ConfigMapVolumeSource, SetDefaults_HTTPGetAction
    "defaultMode": 420,
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "failureThreshold": 3,
    "periodSeconds": 10,
    "protocol": "TCP",
    "schedulerName": "default-scheduler",
    "scheme": "HTTP",
    "successThreshold": 1,
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "timeoutSeconds": 1,
}
# In Go these are no pointers, so that empty and absent are one.
_EMPTY_IS_ABSENT = frozenset(
    {
        *("hostIPC", "hostNetwork", "hostPID", "readOnly", "stdin", "stdinOnce", "tty"),
        *("hostname", "nodeName", "subPath", "subPathExpr", "subdomain", "value", "workingDir"),
    }
)


def _is_nothing(siblings: Mapping[str, Any], key: str) -> bool:
    return siblings[key] is None or siblings[key] in ({}, [])


def _is_source_default(siblings: Mapping[str, Any], key: str) -> bool:
    return not siblings[key] or siblings[key] == _SOURCE_DEFAULTS.get(key)


def _is_pod_default(siblings: Mapping[str, Any], key: str) -> bool:
    value = siblings[key]
    if key == "imagePullPolicy":
        return bool(value == _pull_policy(siblings.get("image")))
    if key in _EMPTY_IS_ABSENT and not value:
        return True
    return _is_nothing(siblings, key) or value == _POD_DEFAULTS.get(key)


def _pull_policy(image: object) -> str:
    """Return the default: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting."""
    _, _, tag = str(image).rpartition("/")[2].partition(":")
    is_moving = "@" not in str(image) and tag in ("", "latest")
    return "Always" if is_moving else "IfNotPresent"


def _without(value: object, is_left_out: _Leaving) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, list):
        return [_without(each, is_left_out) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without(each, is_left_out) for key, each in value.items()}
    return {key: each for key, each in kept.items() if not is_left_out(kept, key)}


def _by_name(value: object) -> dict[str, object] | None:
    if not isinstance(value, list):
        return None
    named: dict[str, object] = {_name(each): each for each in value if isinstance(each, dict)}
    return named if len(named) == len(value) and "" not in named else None


def _name(value: dict[str, Any]) -> str:
    metadata = value.get("metadata")
    name = value.get("name") or (metadata.get("name") if isinstance(metadata, dict) else None)
    return name if isinstance(name, str) else ""


def _said(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case list() if all(isinstance(each, str | int | float) for each in value):
            return _quoted(", ".join(map(str, value)))
        case dict() | list():
            return _quoted(json.dumps(value, default=str))
        case str():
            return _quoted(value)
        case _:
            return f"`{phrases.shown(value)}`"


def _quoted(text: str) -> str:
    """Show a text, without what opens an address in it."""
    return f"`{phrases.shown(redacted(text))}`"
