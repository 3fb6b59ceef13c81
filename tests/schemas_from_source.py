"""Makes the definitions in `gitops/schemas` of what others publish. It is run by hand.

    python -m tests.schemas_from_source kubernetes 1.36 .../api/openapi-spec/v3
    python -m tests.schemas_from_source flux 2.9 .../config/crd/bases

Descriptions and defaults are left out, and each object refuses what it does not know.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

    Schema = dict[str, Any]

_GITOPS = Path(__file__).parents[1] / "src" / "understudy" / "gitops"
DEFINITIONS = _GITOPS / "schemas" / "definitions"

GROUPS = (
    "api__v1",
    *(
        f"apis__{each}"
        for each in (
            "apps__v1",
            "autoscaling__v1",
            "autoscaling__v2",
            "batch__v1",
            "coordination.k8s.io__v1",
            "discovery.k8s.io__v1",
            "networking.k8s.io__v1",
            "node.k8s.io__v1",
            "policy__v1",
            "rbac.authorization.k8s.io__v1",
            "scheduling.k8s.io__v1",
            "storage.k8s.io__v1",
        )
    ),
)

# What is asked of an API server or told by it, and is not written down by people.
_NO_OBJECTS = frozenset(
    {"APIGroup", "APIResourceList", "Binding", "ComponentStatus", "Status", "WatchEvent"}
)

METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# The published description leaves out what a field may say: staging/src/k8s.io/api, `+enum`.
VALUES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Container", "imagePullPolicy"): ("Always", "IfNotPresent", "Never"),
    ("ContainerPort", "protocol"): ("SCTP", "TCP", "UDP"),
    ("CronJobSpec", "concurrencyPolicy"): ("Allow", "Forbid", "Replace"),
    ("DaemonSetUpdateStrategy", "type"): ("OnDelete", "RollingUpdate"),
    ("DeploymentStrategy", "type"): ("Recreate", "RollingUpdate"),
    ("HTTPGetAction", "scheme"): ("HTTP", "HTTPS"),
    ("HTTPIngressPath", "pathType"): ("Exact", "ImplementationSpecific", "Prefix"),
    ("PersistentVolumeSpec", "persistentVolumeReclaimPolicy"): ("Delete", "Recycle", "Retain"),
    ("PersistentVolumeSpec", "volumeMode"): ("Block", "Filesystem"),
    ("PersistentVolumeClaimSpec", "volumeMode"): ("Block", "Filesystem"),
    ("PodSpec", "dnsPolicy"): ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("PodSpec", "restartPolicy"): ("Always", "Never", "OnFailure"),
    ("ServicePort", "protocol"): ("SCTP", "TCP", "UDP"),
    ("ServiceSpec", "externalTrafficPolicy"): ("Cluster", "Local"),
    ("ServiceSpec", "internalTrafficPolicy"): ("Cluster", "Local"),
    ("ServiceSpec", "sessionAffinity"): ("ClientIP", "None"),
    ("ServiceSpec", "type"): ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
    ("StatefulSetSpec", "podManagementPolicy"): ("OrderedReady", "Parallel"),
    ("StatefulSetUpdateStrategy", "type"): ("OnDelete", "RollingUpdate"),
    ("StorageClass", "reclaimPolicy"): ("Delete", "Retain"),
    ("StorageClass", "volumeBindingMode"): ("Immediate", "WaitForFirstConsumer"),
}
_ACCESS = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
EACH_VALUE: dict[tuple[str, str], tuple[str, ...]] = {
    ("PersistentVolumeSpec", "accessModes"): _ACCESS,
    ("PersistentVolumeClaimSpec", "accessModes"): _ACCESS,
}

_KEPT = ("enum", "maximum", "minimum", "maxLength", "minLength", "minItems", "pattern", "required")


def compact(schema: Schema) -> Schema:
    """Leave out what says nothing of what is allowed."""
    if "allOf" in schema and len(schema["allOf"]) == 1 and "$ref" in schema["allOf"][0]:
        return compact(schema["allOf"][0])
    if "$ref" in schema:
        return _referenced(schema["$ref"].rpartition("/")[2])
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    found: Schema = {key: schema[key] for key in _KEPT if key in schema}
    if "type" in schema:
        found["type"] = schema["type"]
    if schema.get("format") == "byte":
        found["format"] = "byte"
    if "items" in schema:
        found["items"] = compact(schema["items"])
    if schema.get("x-kubernetes-embedded-resource") or schema.get(
        "x-kubernetes-preserve-unknown-fields"
    ):
        return {"type": schema["type"]} if "type" in schema else {}
    return {**found, **_properties(schema)}


def _properties(schema: Schema) -> Schema:
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        return {"additionalProperties": compact(extra)}
    properties = schema.get("properties")
    if properties is None:
        return {}
    named = {name: compact(each) for name, each in sorted(properties.items())}
    return {"properties": named, "additionalProperties": False}


def _referenced(name: str) -> Schema:
    if name.endswith("IntOrString"):
        return {"type": ["integer", "string"]}
    if name.endswith("resource.Quantity"):
        return {"type": ["number", "string"], "format": "quantity"}
    if name.endswith(("meta.v1.Time", "meta.v1.MicroTime")):
        return {"type": "string"}
    return {"$ref": f"#/$defs/{name}"}


def kubernetes(folder: Path) -> tuple[Schema, Schema]:
    """Return the kinds of the chosen groups, and all that they are made of."""
    kinds: Schema = {}
    known: Schema = {}
    for group in GROUPS:
        described = json.loads((folder / f"{group}_openapi.json").read_text())
        found = described["components"]["schemas"]
        known |= found
        for name, schema in found.items():
            for each in schema.get("x-kubernetes-group-version-kind", ()):
                version = "/".join(filter(None, (each["group"], each["version"])))
                place = group.removeprefix("apis__").removeprefix("api__").replace("__", "/")
                if version == place and not _is_answer(each["kind"]):
                    kinds[f"{version} {each['kind']}"] = {"$ref": f"#/$defs/{name}"}
    definitions: Schema = {}
    waiting = [each["$ref"].rpartition("/")[2] for each in kinds.values()]
    while waiting:
        name = waiting.pop()
        if name not in definitions and name in known:
            definitions[name] = _definition(name, known[name])
            waiting += _names_in(definitions[name])
    return kinds, definitions


def _is_answer(kind: str) -> bool:
    return kind in _NO_OBJECTS or kind.endswith(("List", "Options"))


def _definition(name: str, schema: Schema) -> Schema:
    made = compact(schema)
    title = name.rpartition(".")[2]
    for field, each in made.get("properties", {}).items():
        if (title, field) in VALUES:
            each["enum"] = list(VALUES[title, field])
        if (title, field) in EACH_VALUE:
            each["items"]["enum"] = list(EACH_VALUE[title, field])
    if "status" in made.get("properties", {}):
        made["properties"]["status"] = {}
    return made


def _names_in(schema: object) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _names_in(each)
    if isinstance(schema, dict):
        if isinstance(named := schema.get("$ref"), str):
            yield named.rpartition("/")[2]
        for each in schema.values():
            yield from _names_in(each)


def custom(folder: Path) -> tuple[Schema, Schema]:
    """Return the kinds of the CustomResourceDefinitions in a folder, in every version served."""
    kinds: Schema = {}
    for path in sorted(folder.glob("*.yaml")):
        for definition in YAML(typ="safe").load_all(path.read_text()):
            spec = definition["spec"]
            for version in filter(lambda each: each["served"], spec["versions"]):
                made = compact(version["schema"]["openAPIV3Schema"])
                own = {"metadata": {"$ref": f"#/$defs/{METADATA}"}, "status": {}}
                made["properties"] |= {key: own[key] for key in own if key in made["properties"]}
                _open_kinds(spec["group"], made)
                kinds[f"{spec['group']}/{version['name']} {spec['names']['kind']}"] = made
    return kinds, {}


def _open_kinds(group: str, schema: object) -> None:
    """Let alerts and receivers name any kind: the Flux Operator adds its own to the definitions."""
    if group != "notification.toolkit.fluxcd.io":
        return
    if isinstance(schema, list):
        for each in schema:
            _open_kinds(group, each)
    if isinstance(schema, dict):
        if isinstance(named := schema.get("kind"), dict):
            named.pop("enum", None)
        for each in schema.values():
            _open_kinds(group, each)


def main(name: str, version: str, source: str) -> None:
    kinds, definitions = (kubernetes if name == "kubernetes" else custom)(Path(source))
    content = {"name": name, "version": version, "kinds": kinds, "$defs": definitions}
    DEFINITIONS.mkdir(exist_ok=True)
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    (DEFINITIONS / f"{name}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
