"""Filters are written in two spellings, `startsWith` and `starts_with`: callers of old have the second."""

from __future__ import annotations

from graphql import (
    DocumentNode,
    InputObjectTypeDefinitionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)

from app.definition.names import camel


def plain_sdl(sdl: str) -> str:
    """The schema with the first spelling alone: to generators of clients both would be one name."""
    document = parse(sdl)
    definitions = tuple(
        _plain(one) if isinstance(one, InputObjectTypeDefinitionNode) else one for one in document.definitions
    )
    return print_ast(DocumentNode(definitions=definitions)) + "\n"


def _plain(input: InputObjectTypeDefinitionNode) -> TypeDefinitionNode:
    names = {field.name.value for field in input.fields or ()}
    kept = tuple(
        field
        for field in input.fields or ()
        if camel(field.name.value) == field.name.value or camel(field.name.value) not in names
    )
    return InputObjectTypeDefinitionNode(
        name=input.name, description=input.description, directives=input.directives, fields=kept
    )
