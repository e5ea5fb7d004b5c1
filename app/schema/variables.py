"""Gives each variable the type of the place where it is used, whatever was declared.

Callers of the runtime GraphQL door send `mutation { action(id: $id, input: $input) }` without declaring a
variable, or declare types of their own. The operations are declared anew before validation, which then checks
and reports as for any document. A declaration that is right already stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import (
    SKIP,
    DefinitionNode,
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    ListTypeNode,
    Location,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    TypeNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
    is_specified_scalar_type,
    type_from_ast,
    visit,
)
from graphql.validation import ValidationContext
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage


def bind_variables(schema: GraphQLSchema, document: DocumentNode) -> DocumentNode:
    """A document whose operations declare their variables as they are used; the same one if they do already.

    A variable used at several places gets the strictest type; where the places contradict each other the
    first one counts. A variable whose place is unknown is left as it was, declared or not. A GraphQLError is
    raised only for fragments so entangled that validation would give them up too.
    """
    if document.loc and "$" not in document.loc.source.body:
        return document
    type_info = TypeInfo(schema)
    context = ValidationContext(schema, document, type_info, lambda error: None)
    # Nodes are hashed by their whole content, so they are known by their identity here.
    uses = {
        id(definition): _uses(definition, type_info)
        for definition in document.definitions
        if isinstance(definition, ExecutableDefinitionNode)
    }

    def bind(definition: DefinitionNode) -> DefinitionNode:
        if not isinstance(definition, OperationDefinitionNode):
            return definition
        reached = [definition, *context.get_recursively_referenced_fragments(definition)]
        return _declare(schema, definition, _by_name([use for node in reached for use in uses[id(node)]]))

    definitions = tuple(map(bind, document.definitions))
    if all(new is old for new, old in zip(definitions, document.definitions, strict=True)):
        return document
    return replace(document, definitions=definitions)


@dataclass(frozen=True, slots=True)
class _Use:
    """A variable, the type of its place and the place's default value, Undefined without one."""

    node: VariableNode
    type: GraphQLInputType
    default: object

    @property
    def wanted(self) -> GraphQLInputType:
        """The type a variable needs here: a place that falls back on its own default takes none as well."""
        if self.default is Undefined:
            return self.type
        return cast(GraphQLInputType, get_nullable_type(self.type))


class _UseCollector(Visitor):
    """Notes the variables of one definition whose place has a known type."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.uses: list[_Use] = []
        self._type_info = type_info
        self._scalars: list[GraphQLScalarType | None] = []

    def enter_variable_definition(self, *_: Any) -> VisitorAction:
        return SKIP

    def enter_argument(self, *_: Any) -> None:
        """Remember the custom scalar around this place: what stands inside is of its type too."""
        input_type = self._type_info.get_input_type()
        scalar = self._scalars[-1] if self._scalars else None
        if input_type is not None:
            named = get_named_type(input_type)
            scalar = named if is_scalar_type(named) and not is_specified_scalar_type(named) else None
        self._scalars.append(scalar)

    def leave_argument(self, *_: Any) -> None:
        self._scalars.pop()

    enter_list_value = enter_object_field = enter_argument
    leave_list_value = leave_object_field = leave_argument

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        place = self._type_info.get_input_type() or self._scalars[-1]
        if place is None:
            return
        parent = self._type_info.get_parent_input_type()
        if is_input_object_type(parent) and parent.is_one_of:
            place = cast(GraphQLInputType, GraphQLNonNull(get_nullable_type(place)))
        self.uses.append(_Use(node, place, self._type_info.get_default_value()))


def _uses(definition: ExecutableDefinitionNode, type_info: TypeInfo) -> list[_Use]:
    collector = _UseCollector(type_info)
    visit(definition, TypeInfoVisitor(type_info, collector))
    return collector.uses


def _by_name(uses: Sequence[_Use]) -> dict[str, list[_Use]]:
    by_name: dict[str, list[_Use]] = {}
    for use in uses:
        by_name.setdefault(use.node.name.value, []).append(use)
    return by_name


def _declare(
    schema: GraphQLSchema, operation: OperationDefinitionNode, uses: Mapping[str, list[_Use]]
) -> OperationDefinitionNode:
    """The operation with what it declares put right and what it does not declare added."""
    declared = operation.variable_definitions or ()
    names = {definition.variable.name.value for definition in declared}
    right = [_correct(schema, node, uses.get(node.variable.name.value, ())) for node in declared]
    added = [_definition(places) for name, places in uses.items() if name not in names]
    if not added and all(new is old for new, old in zip(right, declared, strict=True)):
        return operation
    return replace(operation, variable_definitions=(*right, *added))


def _correct(
    schema: GraphQLSchema, definition: VariableDefinitionNode, uses: Sequence[_Use]
) -> VariableDefinitionNode:
    """The definition itself if it fits every use, else one of the type used, no laxer about null."""
    declared = type_from_ast(schema, definition.type)
    default = definition.default_value
    fits = is_input_type(declared) and all(
        allowed_variable_usage(schema, declared, default, use.type, use.default) for use in uses
    )
    if fits or not uses:
        return definition
    used = _strictest(uses)
    if isinstance(definition.type, NonNullTypeNode) and not is_non_null_type(used):
        used = GraphQLNonNull(cast(Any, used))
    return replace(definition, type=_type_node(used, definition.type.loc))


def _definition(uses: Sequence[_Use]) -> VariableDefinitionNode:
    """A definition for a variable that has none, located at its first use."""
    node = uses[0].node
    return VariableDefinitionNode(variable=node, type=_type_node(_strictest(uses), node.loc), loc=node.loc)


def _strictest(uses: Sequence[_Use]) -> GraphQLInputType:
    """The type that fits every use; uses that contradict the earlier ones do not count."""
    strictest = uses[0].wanted
    for use in uses[1:]:
        strictest = _meet(strictest, use.wanted) or strictest
    return strictest


def _meet(one: Any, other: Any) -> Any:
    """The loosest type that fits both places, None if there is none."""
    if is_non_null_type(one) or is_non_null_type(other):
        inner = _meet(get_nullable_type(one), get_nullable_type(other))
        return inner and GraphQLNonNull(inner)
    if is_list_type(one) and is_list_type(other):
        inner = _meet(one.of_type, other.of_type)
        return inner and GraphQLList(inner)
    return one if one is other else None


def _type_node(type_: Any, loc: Location | None) -> TypeNode:
    """The type as it would be written, located where the variable stands."""
    if is_non_null_type(type_):
        return NonNullTypeNode(type=cast(Any, _type_node(type_.of_type, loc)), loc=loc)
    if is_list_type(type_):
        return ListTypeNode(type=_type_node(type_.of_type, loc), loc=loc)
    return NamedTypeNode(name=NameNode(value=type_.name, loc=loc), loc=loc)
