"""From an HTTP request to a `Context`: its application, and its caller authenticated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from app.edge.applications import Applications
from app.edge.doors import REPEAT
from app.edge.proxies import is_secure
from app.edge.requests import address, header, request_id
from app.errors import HttpsRequired
from app.permissions import ANYBODY, Principal
from app.resolvers.audit import REFUSALS
from app.resolvers.authenticate import authenticate, authenticate_basic, tell_unknown
from app.resolvers.context import Context, Generation, Server, no_place
from app.resolvers.repeats import repeatable


@dataclass(frozen=True, slots=True)
class Edge:
    """Turns requests into contexts."""

    server: Server
    applications: Applications

    def generation(self, request: Request) -> Generation:
        """The application a request is for: the one its path names, else by its host."""
        named = request.path_params.get("application")
        if named is not None:
            return self.applications.by_id(named)
        return self.applications.by_host(header(request, b"host") or "")

    async def context(self, request: Request, door: str) -> Context:
        """The request's context, its caller authenticated by Bearer token."""
        authorization = header(request, b"authorization")
        if authorization is None:
            return self.anonymous(request, door)
        generation = self.generation(request)
        try:
            principal = await authenticate(generation, authorization)
        except REFUSALS as error:
            tell_unknown(self._context(request, door, generation, ANYBODY), authorization, error)
            raise
        return self._context(request, door, generation, principal)

    async def context_by_key(self, request: Request, door: str) -> Context:
        """The request's context, its caller authenticated by HTTP Basic with e-mail address and API key."""
        generation = self.generation(request)
        authorization = header(request, b"authorization")
        try:
            self.require_secure(request)
            principal = await authenticate_basic(self.server, generation, authorization, address(request))
        except REFUSALS as error:
            tell_unknown(self._context(request, door, generation, ANYBODY), authorization, error)
            raise
        return self._context(request, door, generation, principal)

    def require_secure(self, request: Request) -> None:
        """Raises `HttpsRequired` for plain HTTP from other machines; to be asked before credentials are read."""
        if not is_secure(request) and not self.server.settings.allow_http:
            raise HttpsRequired

    def anonymous(self, request: Request, door: str) -> Context:
        """The request's context for a caller who need not say who it is."""
        return self._context(request, door, self.generation(request), ANYBODY)

    def _context(self, request: Request, door: str, generation: Generation, principal: Principal) -> Context:
        return Context(
            server=self.server,
            generation=generation,
            principal=principal,
            door=door,
            request_id=request_id(request),
            address=address(request),
            base_url=lambda: self.server.settings.public_url or str(request.base_url).rstrip("/"),
            parked=place.left if (place := request.scope.get("actionql.place")) else no_place,
        )


def keyed(context: Context, request: Request, asked: Any) -> Context:
    """The context of a request that changes something, which can be sent again with the same Idempotency-Key.

    `asked` is what its body asks, as plain values.
    """
    key = header(request, b"idempotency-key")
    if key is None:
        return context
    scope = request.scope
    query: bytes = scope["query_string"]
    context = repeatable(context, key, [request.method, scope["path"], query.decode("latin-1"), asked])
    scope[REPEAT] = context.repeat
    return context
