"""The GraphQL door: `/graphql` and `/api/runtime/{application}`, with GraphiQL for browsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from graphql import ExecutionResult, FieldNode, GraphQLError, execute
from starlette.requests import Request
from starlette.responses import Response

from app.edge import Edge, header, request_id
from app.edge.doors import OPERATION
from app.errors import ActionQLError, Forbidden, NotFound
from app.metrics import Metrics
from app.pages.graphiql import graphiql_response
from app.resolvers.audit import refusals_told, tell_refusal
from app.resolvers.context import Context, Generation
from app.schema.admission import Undisclosed, admit, is_open, is_outsider
from app.schema.answers import JSON, refuse
from app.schema.build import BuiltSchema, build_schema
from app.schema.documents import Documents, Prepared
from app.schema.examples import example_query
from app.schema.guard import Limits
from app.schema.http import Door, GraphQLParameters, RequestLimits, negotiate
from app.schema.idempotency import marked, with_key
from app.schema.plans import Plans
from app.settings import Settings

_DOOR = "graphql"


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Served:
    """One schema as some callers see it, with its documents."""

    built: BuiltSchema
    documents: Documents
    plans: Plans


class Schemas:
    """The schemas of the applications that are served, made when first asked for, gone with their generation."""

    def __init__(self, settings: Settings, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._metrics = metrics or Metrics()
        self._limits = _limits(settings)
        self._served: WeakKeyDictionary[Generation, dict[frozenset[str], Served]] = WeakKeyDictionary()

    def of(self, generation: Generation, roles: frozenset[str]) -> Served:
        """The schema of an application as it exists for callers with these roles."""
        variants = self._served.setdefault(generation, {})
        telling = roles & generation.telling_roles
        if telling not in variants:
            built = build_schema(generation.application, generation.permissions, telling)
            hidden = not is_open(generation, self._settings)
            documents = Documents(
                built.graphql, self._limits, hide_suggestions=hidden, counted=self._metrics.documents
            )
            variants[telling] = Served(built, documents, Plans(built, counted=self._metrics.plans))
        return variants[telling]


class GraphQLEndpoint:
    """Serves GraphQL requests, and GraphiQL to browsers."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._schemas = Schemas(edge.server.settings, edge.server.metrics)
        self._door = Door(RequestLimits(bytes=edge.server.settings.body_bytes))

    async def answer(self, request: Request) -> Response:
        """The answer to one request; never raises."""
        try:
            if _wants_page(request):
                return await self._page(request)
            context = await self._edge.context(request, _DOOR)
        except Exception as error:
            status = error.status if isinstance(error, Forbidden | NotFound) else None
            return refuse(error, _media_type(request), request_id(request), status=status)
        served = self._schemas.of(context.generation, context.principal.roles)

        async def run(parameters: GraphQLParameters, prepared: Prepared) -> ExecutionResult:
            request.scope[OPERATION] = "query" if prepared.reads else "mutation"
            caller = with_key(context, request, parameters, prepared, served.built.mutations)
            result = await _execute(caller, served, parameters, prepared)
            if result.errors:
                _tell(caller, prepared, result.errors)
            return marked(caller, result)

        documents = Undisclosed(served.documents) if is_outsider(context) else served.documents
        return await self._door.serve(request, documents, run, context.request_id)

    def warm(self, generation: Generation) -> None:
        """Makes the schema that callers without hidden properties see, before the first request."""
        self._schemas.of(generation, frozenset())

    async def _page(self, request: Request) -> Response:
        generation = self._edge.generation(request)
        if not is_open(generation, self._edge.server.settings):
            context = await self._edge.context(request, _DOOR)
            with refusals_told(context, "read", "schema"):
                if "read_schema" not in context.principal.privileges:
                    raise Forbidden("GraphiQL is closed in a live application.")
        application, permissions = generation.application, generation.permissions
        return graphiql_response(
            endpoint=request.url.path,
            title=application.title or application.name,
            query="" if permissions.private else example_query(application, permissions),
        )


async def _execute(
    context: Context, served: Served, parameters: GraphQLParameters, prepared: Prepared
) -> ExecutionResult:
    admit(context, prepared)
    compiled = await served.plans.execute(context, prepared, parameters.variables)
    if compiled is not None:
        return compiled
    found: Any = execute(
        served.built.graphql,
        prepared.document,
        context_value=context,
        variable_values=parameters.variables,
        operation_name=prepared.operation.name.value if prepared.operation.name else None,
        hide_suggestions=not is_open(context.generation, context.server.settings),
    )
    result: ExecutionResult = found if isinstance(found, ExecutionResult) else await found
    return result


def _tell(context: Context, prepared: Prepared, errors: Sequence[GraphQLError]) -> None:
    """Tells of refusals that no resolver has told of: those of reading."""
    operation = "read" if prepared.reads else "write"
    for error in errors:
        field = error.nodes[0] if error.nodes else None
        subject = field.name.value if isinstance(field, FieldNode) else ""
        tell_refusal(context, operation, subject, error.original_error)


def _wants_page(request: Request) -> bool:
    """Whether a browser asks for the page: it prefers HTML and sends no query."""
    if request.method != "GET":
        return False
    return "text/html" in (header(request, b"accept") or "") and "query" not in request.query_params


def _media_type(request: Request) -> str:
    """What to answer in before the request has been read; one that accepts neither is told so later."""
    try:
        return negotiate(request)
    except ActionQLError:
        return JSON


def _limits(settings: Settings) -> Limits:
    return Limits(
        bytes=settings.graphql_bytes,
        tokens=settings.graphql_tokens,
        depth=settings.graphql_depth,
        introspection_depth=settings.graphql_introspection_depth,
        fields=settings.graphql_fields,
        aliases=settings.graphql_aliases,
        root_fields=settings.graphql_root_fields,
        root_mutations=settings.graphql_root_mutations,
    )
