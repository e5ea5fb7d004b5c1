"""The door: knows the module and who has a key of it, starts its sessions and tells how they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.definition.inputs import Sent
from app.definition.model import Action
from app.definition.names import short_uuid
from app.edge import Edge, address, header, keyed, plain_error
from app.edge.doors import Door, counted
from app.errors import BadInput, Unauthenticated
from app.resolvers.audit import REFUSALS, refusals_told
from app.resolvers.authenticate import authenticate_module, tell_unknown
from app.resolvers.context import Context
from app.resolvers.sessions import DOOR, find_module, session, start_session
from app.shims.endpoints.door import WrongMethod
from app.shims.endpoints.requests import read_json
from app.shims.sessions.addresses import SESSION, SESSIONS
from app.shims.sessions.clients import Clients

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def session_routes(edge: Edge) -> list[Route]:
    """The two paths of the door."""
    door, told = Sessions(edge), counted(edge.server.metrics.requests, "sessions")
    return [
        Route(SESSIONS, Door(door.start, told), methods=_METHODS),
        Route(SESSION, Door(door.show, told), methods=_METHODS),
    ]


class Sessions:
    """The sessions of all modules."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._clients = Clients(edge.server.settings)

    async def start(self, request: Request) -> Response:
        """201 and the new session, which is `created`; the module goes on by itself."""
        try:
            async with self._known(request, "POST") as (context, module):
                body = await read_json(request, context.server.settings.body_bytes)
                begun = await start_session(keyed(context, request, body), module, parameters(module, body))
            id = short_uuid(UUID(begun.id))
            shown = rendered(context, module, id, {"id": id, "state": "created"})
            return _answer(shown, 201, {"Location": shown["links"]["self"]})
        except Exception as error:
            return _refusal(request, error)

    async def show(self, request: Request) -> Response:
        """200 and the state of a session."""
        try:
            async with self._known(request, "GET", "HEAD") as (context, module):
                found = await session(context, module, request.path_params["session"])
            id = short_uuid(UUID(found.id))
            return _answer(rendered(context, module, id, {"state": found.state}))
        except Exception as error:
            return _refusal(request, error)

    @asynccontextmanager
    async def _known(self, request: Request, *methods: str) -> AsyncIterator[tuple[Context, Action]]:
        """The module of the request and its caller, counted while the request is served."""
        if request.method not in methods:
            raise WrongMethod(" and ".join(methods))
        anybody = self._edge.anonymous(request, DOOR)
        everywhere = self._edge.applications.everywhere(header(request, b"host") or "")
        generation, module = find_module(everywhere, request.path_params["module"]) or (None, None)
        context = anybody._replace(generation=generation or anybody.generation)
        authorization = header(request, b"authorization")
        try:
            self._edge.require_secure(request)
            principal = await authenticate_module(
                context.server, context.generation, module, authorization, address(request)
            )
        except REFUSALS as error:
            tell_unknown(context, authorization, error)
            raise
        # The key is one of a module, so there is a module.
        assert module is not None
        context = context._replace(principal=principal)
        with refusals_told(context, "authenticate", f"key:{principal.key}"):
            leave = self._clients.admit(principal.key or "")
        with leave:
            yield context, module


def parameters(module: Action, body: Any) -> Sent:
    """The start parameters of a body: an object of them, or an object with nothing but `data`, which has them."""
    if body is None:
        return Sent({})
    if isinstance(body, Mapping) and [*body] == ["data"] and "data" not in module.input:
        body = body["data"]
    if not isinstance(body, Mapping):
        raise BadInput("The body is a JSON object with the start parameters under their names.")
    return Sent(body)


def rendered(context: Context, module: Action, id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A session with its links; `id` is that of the session in base64url."""
    of = short_uuid(module.uuid)
    own = SESSION.format(module=of, session=id)
    return {
        "data": data,
        "links": {"self": own, "browser": f"{context.base_url()}/{of}/sessions/{id}"},
    }


def _answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})


def _refusal(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        error = BadInput("The request ended before its body did.")
    response = plain_error(request, error)
    response.headers["cache-control"] = "no-store"
    if isinstance(error, Unauthenticated):
        response.headers["www-authenticate"] = "Bearer"
    if isinstance(error, WrongMethod):
        response.headers["allow"] = error.allow.replace(" and ", ", ")
    return response
