"""Which configurations of generators, transformers and validators may be rendered.

Only those that are known: another kind might name files in a field that nobody looked for.
"""

from __future__ import annotations

_KINDS = frozenset(
    {
        # These name no files.
        *("AnnotationsTransformer", "HashTransformer", "ImageTagTransformer", "LabelTransformer"),
        *("LegacyOrderTransformer", "NamespaceTransformer", "PrefixSuffixTransformer"),
        *("PrefixTransformer", "ReplicaCountTransformer", "SortOrderTransformer"),
        "SuffixTransformer",
        # What these name is followed: `kustomization.files_of_plugin`.
        *("ConfigMapGenerator", "SecretGenerator", "PatchTransformer", "ReplacementTransformer"),
        *("PatchJson6902Transformer", "PatchStrategicMergeTransformer"),
    }
)


def is_chart(document: dict[str, object]) -> bool:
    """Tell whether it is a chart that would be downloaded."""
    kind = document.get("kind")
    return document.get("apiVersion") == "builtin" and kind == "HelmChartInflationGenerator"


def refusal(document: object) -> str:
    """Say why a configuration is refused; empty: it is not. It goes on from "a plugin that"."""
    if document is None:  # an empty document
        return ""
    if not isinstance(document, dict):
        return "is no object"
    if document.get("apiVersion") != "builtin":
        return "is not built in: it would run a program"
    keys = {key.casefold() for key in document}
    # Kustomize takes a list apart, and merges what is under `<<` even where that is quoted.
    if "items" in keys or "<<" in keys or str(document.get("kind")).endswith("List"):
        return "is a list of others: name each by itself"
    if document.get("kind") not in _KINDS:
        return "is of a kind that understudy does not look into"
    return ""
