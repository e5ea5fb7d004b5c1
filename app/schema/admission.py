"""Who gets past the GraphQL door with what: the schema of a live application, and one in Private Data Mode."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import OperationType

from app.errors import Forbidden, PrivateDataMode, Unauthenticated
from app.resolvers.audit import refusals_told
from app.resolvers.context import Context, Generation
from app.schema.documents import Documents, InvalidDocument, Prepared
from app.settings import Settings

_INTROSPECTION = frozenset({"__schema", "__type"})
_LOGINS = frozenset({"login", "refreshToken", "revokeRefreshToken"})
"""What decides for itself who gets in, as callers are not known before."""


@dataclass(frozen=True, slots=True)
class Undisclosed:
    """The documents of a private application: outsiders do not learn which would be valid."""

    documents: Documents

    def prepare(self, source: str, operation_name: str | None = None) -> Prepared:
        """The operation; raises `PrivateDataMode` for whatever is no valid document."""
        try:
            return self.documents.prepare(source, operation_name)
        except InvalidDocument:
            raise PrivateDataMode from None


def is_open(generation: Generation, settings: Settings) -> bool:
    """Whether anybody may read the schema: while an application is being developed."""
    return settings.environment == "development" and generation.application.status != "live"


def is_outsider(context: Context) -> bool:
    """Whether the caller is kept out by Private Data Mode."""
    return context.generation.permissions.private and "build" not in context.principal.privileges


def admit(context: Context, prepared: Prepared) -> None:
    """Raises unless the caller may have this operation run; what it may do there is for the resolvers to say."""
    closed = not is_open(context.generation, context.server.settings)
    outside = is_outsider(context)
    if not (closed or outside):
        return
    if outside and not (prepared.operation.operation is OperationType.MUTATION and prepared.roots <= _LOGINS):
        with refusals_told(context, "enter", ""):
            raise PrivateDataMode
    if closed and prepared.roots & _INTROSPECTION:
        with refusals_told(context, "read", "schema"):
            demand_schema(context)


def demand_schema(context: Context) -> None:
    """Raises unless the caller may read the schema of an application that is not open."""
    if not context.principal.known:
        raise Unauthenticated("Log in to read the schema.")
    if "read_schema" not in context.principal.privileges:
        raise Forbidden("You may not read the schema.")
