"""Idempotency keys of GraphQL requests: the header `Idempotency-Key`, or `idempotencyKey` among the extensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request

from app.edge import header
from app.errors import BadInput
from app.resolvers.context import Context, Repeat
from app.schema.documents import Prepared
from app.schema.http import GraphQLParameters
from app.schema.mutation_field import MutationField

REPLAYED = "Idempotency-Replayed"


def with_key(
    context: Context,
    request: Request,
    parameters: GraphQLParameters,
    prepared: Prepared,
    mutations: Mapping[str, MutationField],
) -> Context:
    """The context with the key that came with the request; queries, which change nothing, need none.

    Raises `BadInput` where the extension comes with a document that does several things, or one that takes no key:
    it would not be safe to send it again. The header means nothing there: callers such as steps send it with whatever
    they send.
    """
    key = _key(request, parameters)
    if key is None or prepared.reads:
        return context
    doing = [name for name in prepared.root_names if not name.startswith("__")]
    takes = len(doing) == 1 and mutations[doing[0]].keyed
    if not takes and not (parameters.extensions or {}).get("idempotencyKey"):
        return context
    if len(doing) > 1:
        raise BadInput("An idempotency key is for one mutation: send each in a request of its own.")
    if not all(mutations[name].keyed for name in doing):
        raise BadInput(f"{doing[0]} takes no idempotency key.")
    return replace(context, repeat=Repeat(key))


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
