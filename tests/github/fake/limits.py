"""GitHub's limits on a query, which it looks at before it answers: pages, nodes, cost.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import DocumentNode, GraphQLSchema, SelectionSetNode

PAGE = 100
NODES = 500_000
Variables = dict[str, Any]


@dataclass
class Weight:
    """How many nodes a query can reach, and how many requests GitHub counts for it."""

    nodes: int = 0
    requests: int = 1

    @property
    def cost(self) -> int:
        """Return the points it takes."""
        return max(1, round(self.requests / 100))


def weigh(
    schema: GraphQLSchema, document: DocumentNode, operation: str | None, variables: Variables
) -> Weight:
    """Return what a valid query weighs.

    Raises:
        GraphQLError: a page has no size or too large a one, or all pages together are too large.
    """
    chosen = next(
        it
        for it in document.definitions
        if isinstance(it, OperationDefinitionNode)
        and (operation is None or (it.name and it.name.value == operation))
    )
    defaults = {
        it.variable.name.value: it.default_value.value
        for it in chosen.variable_definitions or ()
        if isinstance(it.default_value, IntValueNode)
    }
    root = schema.get_root_type(chosen.operation)
    scales = _Scales(schema, _fragments(document), {**defaults, **variables}, Weight())
    assert root is not None
    scales.add(chosen.selection_set, root.name, 1)
    if scales.weight.nodes > NODES:
        raise _refusal(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {scales.weight.nodes:,} possible nodes which exceeds the "
            f"maximum limit of {NODES:,}.",
        )
    return scales.weight


@dataclass
class _Scales:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: Variables
    weight: Weight

    def add(self, selected: SelectionSetNode, type_name: str, times: int) -> None:
        for field, owner in self._fields(selected, type_name):
            definition = getattr(self.schema.type_map[owner], "fields", {}).get(field.name.value)
            if definition is None or field.selection_set is None:
                continue
            result = get_named_type(definition.type).name
            inside = times
            if result.endswith("Connection") and "first" in definition.args:
                size = self._size(field, field.selection_set)
                self.weight.requests += times
                inside = times * size
                self.weight.nodes += inside
            self.add(field.selection_set, result, inside)

    def _fields(
        self, selected: SelectionSetNode, type_name: str
    ) -> Iterator[tuple[FieldNode, str]]:
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                yield selection, type_name
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                yield from self._fields(fragment.selection_set, fragment.type_condition.name.value)
            elif isinstance(selection, InlineFragmentNode):
                named = selection.type_condition
                yield from self._fields(
                    selection.selection_set, named.name.value if named else type_name
                )

    def _size(self, field: FieldNode, selected: SelectionSetNode) -> int:
        """Return how many may come. What is only counted needs no size."""
        name = field.name.value
        sizes = {
            it.name.value: self._integer(it.value)
            for it in field.arguments or ()
            if it.name.value in {"first", "last"}
        }
        given = {key: size for key, size in sizes.items() if size is not None}
        if not given and not any(
            it.name.value != "totalCount" for it, _ in self._fields(selected, "")
        ):
            return 0
        if not given:
            raise _refusal(
                "MISSING_PAGINATION_BOUNDARIES",
                f"You must provide a `first` or `last` value to properly paginate the `{name}` "
                "connection.",
            )
        if len(given) > 1:
            raise _refusal(
                "ARGUMENT_LIMIT",
                f"Passing both `first` and `last` to paginate the `{name}` connection is not "
                "supported.",
            )
        key, size = next(iter(given.items()))
        if size < 0:
            raise _refusal(
                "ARGUMENT_LIMIT", f"`{key}` on the `{name}` connection cannot be less than zero."
            )
        if size > PAGE:
            raise _refusal(
                "EXCESSIVE_PAGINATION",
                f"Requesting {size} records on the `{name}` connection exceeds the `{key}` limit "
                f"of {PAGE} records.",
            )
        return size

    def _integer(self, value: object) -> int | None:
        if isinstance(value, VariableNode):
            found = self.variables.get(value.name.value)
            return None if found is None else int(found)
        return int(value.value) if isinstance(value, IntValueNode) else None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)
    }


def _refusal(kind: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": kind})
