"""The fields of GitHub's schema that the model knows, put into it. All others refuse loudly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLObjectType

from tests.github.fake import (
    check_fields,
    protection_fields,
    pull_request_fields,
    repository_fields,
)
from tests.github.fake.values import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema

    from tests.github.fake.reading import Reading
    from tests.github.fake.resolving import Facts

CONNECTIONS = (
    "PullRequest",
    "PullRequestCommit",
    "PullRequestTimelineItems",
    "Label",
    "StatusCheckRollupContext",
    "IssueComment",
    "Deployment",
    "DeploymentStatus",
)
PAGING: Facts = {
    "Connection": {
        "nodes": lambda page: page.nodes,
        "edges": lambda page: list(zip(page.nodes, page.cursors, strict=True)),
        "totalCount": lambda page: len(page.whole),
        "pageInfo": lambda page: page,
    },
    "Edge": {
        "node": lambda edge: edge[0],
        "cursor": lambda edge: edge[1],
    },
    "PageInfo": {
        "hasNextPage": lambda page: page.has_next,
        "hasPreviousPage": lambda page: page.has_previous,
        "startCursor": lambda page: page.start,
        "endCursor": lambda page: page.end,
    },
}
ROOMS = (repository_fields, protection_fields, pull_request_fields, check_fields)


def attach(schema: GraphQLSchema) -> None:
    """Put our resolvers into the schema; one for a field that GitHub has not is an error."""
    facts: Facts = {"PageInfo": PAGING["PageInfo"]}
    for name in CONNECTIONS:
        facts[f"{name}Connection"] = PAGING["Connection"]
        facts[f"{name}Edge"] = PAGING["Edge"]
    for room in ROOMS:
        facts |= room.FACTS
    for type_name, fields in facts.items():
        for name, fact in fields.items():
            _field(schema, type_name, name).resolve = _telling(fact)
    for room in ROOMS:
        for type_name, questions in room.QUESTIONS.items():
            for name, question in questions.items():
                _field(schema, type_name, name).resolve = _answering(question)


def refuse(_: object, info: GraphQLResolveInfo[Reading], **__: object) -> object:
    """Answer for a field that the model does not know.

    Raises:
        GraphQLError: always; null in silence would hide a question that nobody answers.
    """
    raise GraphQLError(
        f"The fake GitHub does not model {info.parent_type.name}.{info.field_name}.",
        extensions={"type": "NOT_MODELLED"},
    )


def name_of_type(thing: object, *_: object) -> str:
    """Return the GraphQL type of a thing in the model."""
    return thing.kind if isinstance(thing, Actor) else type(thing).__name__


def _field(schema: GraphQLSchema, type_name: str, name: str) -> GraphQLField:
    found = schema.type_map[type_name]
    assert isinstance(found, GraphQLObjectType), type_name
    field: GraphQLField = found.fields[name]
    return field


def _telling(fact: Callable[[Any], object]) -> Callable[..., object]:
    return lambda source, _: fact(source)


def _answering(question: Callable[[Any, Any, dict[str, Any]], object]) -> Callable[..., object]:
    return lambda source, info, **arguments: question(source, info.context, arguments)
