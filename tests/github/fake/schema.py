"""GitHub's public GraphQL schema, read once a process, and the queries that were tried on it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    parse,
    validate,
)

from tests.github.fake.fields import attach

NODE_MODULES = Path(__file__).parents[3] / ".venv" / "node" / "node_modules"


@cache
def schema() -> GraphQLSchema:
    """Return the schema with our resolvers in it. It is valid: GitHub published it."""
    text = (NODE_MODULES / "@octokit" / "graphql-schema" / "schema.graphql").read_text()
    built = build_ast_schema(
        parse(text, no_location=True), assume_valid=True, assume_valid_sdl=True
    )
    attach(built)
    return built


@cache
def parsed(query: str) -> DocumentNode | list[GraphQLError]:
    """Return the query, or what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return [error]
    return validate(schema(), document) or document
