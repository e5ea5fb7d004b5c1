"""Who calls: credentials in, `Principal` out."""

from __future__ import annotations

from app.errors import PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.context import Generation, Server


async def authenticate(server: Server, generation: Generation, authorization: str | None) -> Principal:
    """The caller behind an `Authorization` header with a Bearer token; without the header, or an empty one, anybody.

    Raises `Unauthenticated` for another scheme and for a token that is forged, expired, revoked, of another
    application, or whose user is gone or has a new password; `PrivateDataMode` instead where only builders get in.
    """
    if authorization is None or not authorization.strip():
        # Webservices whose header is a template send it empty while they have no token yet.
        return ANYBODY
    try:
        claims = generation.tokens.read(_bearer(authorization))
        return await server.database.read(lambda: generation.tokens.principal(claims))
    except Unauthenticated:
        if generation.permissions.private:
            raise PrivateDataMode from None
        raise


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send the access token as Authorization: Bearer <token>.")
    return token.strip()
