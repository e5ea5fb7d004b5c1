"""Idempotency keys of GraphQL requests: the header `Idempotency-Key`, or `idempotencyKey` among the extensions."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import ExecutionResult
from starlette.requests import Request

from app.edge import header
from app.edge.doors import REPEAT
from app.errors import BadInput
from app.resolvers.context import Context
from app.resolvers.repeats import repeatable
from app.schema.documents import Prepared
from app.schema.http import GraphQLParameters
from app.schema.mutation_field import MutationField


def with_key(
    context: Context,
    request: Request,
    parameters: GraphQLParameters,
    prepared: Prepared,
    mutations: Mapping[str, MutationField],
) -> Context:
    """The context with the key that came with the request; queries, which change nothing, need none.

    Raises `BadInput` where the extension comes with a field that takes no key: it would not be safe to send it again.
    The header means nothing there: callers such as steps send it with whatever they send.
    """
    key = _key(request, parameters)
    if key is None or prepared.reads:
        return context
    fields = [name for name in prepared.root_names if not name.startswith("__")]
    without = [name for name in fields if not mutations[name].keyed]
    if without and (parameters.extensions or {}).get("idempotencyKey"):
        raise BadInput(f"{without[0]} takes no idempotency key.")
    if without:
        return context
    asked = [parameters.query, parameters.operation_name, parameters.variables]
    context = repeatable(context, key, asked)
    request.scope[REPEAT] = context.repeat
    return context


def marked(context: Context, result: ExecutionResult) -> ExecutionResult:
    """The result with `idempotencyReplayed` among its extensions: the fields that are answered as they were before."""
    if context.repeat is not None and context.repeat.replayed:
        replayed = [key for key in result.data or {} if key in context.repeat.replayed]
        result.extensions = {**(result.extensions or {}), "idempotencyReplayed": replayed}
    return result


def _key(request: Request, parameters: GraphQLParameters) -> str | None:
    sent = header(request, b"idempotency-key")
    extended = (parameters.extensions or {}).get("idempotencyKey")
    if extended is None:
        return sent
    if not isinstance(extended, str):
        raise BadInput("The extension idempotencyKey has to be a string.")
    if sent is not None and sent != extended:
        raise BadInput("The header Idempotency-Key and the extension idempotencyKey differ.")
    return extended
