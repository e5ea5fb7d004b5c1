"""The description of an application's doors: `/openapi.json`, and `/docs` that shows it in a browser."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.definition.model import Application
from app.edge import Edge, header, plain_error
from app.openapi import Schemas, Subject, document
from app.pages.docs import docs_response
from app.permissions import Permissions
from app.resolvers.audit import refusals_told
from app.resolvers.context import Context
from app.schema.admission import demand_schema, is_open
from app.shims import files, webhooks
from app.shims.endpoints.openapi import describe as describe_endpoints
from app.shims.records.openapi import describe as describe_records
from app.shims.sessions.openapi import describe as describe_sessions
from app.shims.triggers.openapi import describe as describe_triggers

DESCRIPTIONS = (
    describe_records,
    describe_endpoints,
    describe_sessions,
    describe_triggers,
    webhooks.describe,
    files.describe,
)
"""What each door says of its operations, in the order in which they are shown."""
DOOR = "openapi"
_RUNTIME = "/api/runtime/{application}"


def describe(
    application: Application,
    permissions: Permissions,
    server: str = "",
    roles: frozenset[str] = frozenset(),
    *,
    unprefixed: bool = True,
    instance: str = "phixflow",
) -> bytes:
    """The OpenAPI document as JSON: what there is for callers with these roles, at the URL `server`.

    `unprefixed`: the paths without an application's name lead to this one. `instance` is that of the incoming API.
    """
    schemas = Schemas(application, permissions, roles)
    subject = Subject(application, permissions, roles, schemas, unprefixed, instance)
    operations = [operation for door in DESCRIPTIONS for operation in door(subject)]
    return orjson.dumps(document(subject, operations, server), option=orjson.OPT_INDENT_2) + b"\n"


def description_routes(edge: Edge) -> list[Route]:
    """The document and the page, of the application by host and of each."""
    door = Descriptions(edge)
    return [
        Route(f"{prefix}{path}", answer, methods=["GET"])
        for prefix in ("", _RUNTIME)
        for path, answer in (("/openapi.json", door.document), ("/docs", door.page))
    ]


class Descriptions:
    """Tells what the doors are, to those who may read the schema."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def document(self, request: Request) -> Response:
        """The OpenAPI document."""
        try:
            context = await self._admit(request)
        except Exception as error:
            return plain_error(request, error)
        generation = context.generation
        first = self._edge.applications.by_host(header(request, b"host") or "")
        text = describe(
            generation.application,
            generation.permissions,
            context.base_url(),
            context.principal.roles & generation.telling_roles,
            unprefixed=generation is first,
            instance=self._edge.server.settings.incoming_instance,
        )
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def page(self, request: Request) -> Response:
        """The page, which asks for the document beside it."""
        try:
            application = (await self._admit(request)).generation.application
        except Exception as error:
            return plain_error(request, error)
        title = application.title or application.name
        return docs_response(document=f"{request.url.path.removesuffix('/docs')}/openapi.json", title=title)

    async def _admit(self, request: Request) -> Context:
        """The caller, by token or API key, whom the rule of GraphQL's introspection lets in."""
        by_key = (header(request, b"authorization") or "").lower().startswith("basic ")
        know = self._edge.context_by_key if by_key else self._edge.context
        context = await know(request, DOOR)
        with refusals_told(context, "read", "schema"):
            context.generation.permissions.admit(context.principal)
            if not is_open(context.generation, self._edge.server.settings):
                demand_schema(context)
        return context
