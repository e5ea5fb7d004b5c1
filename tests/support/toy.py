"""A tiny GraphQL server in a thread, for tests of what surrounds a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from graphql import GraphQLSchema, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from app.pages.graphiql import graphiql_response, static_app
from tests.support.ports import free_port

QUERY = '# Say hello\nquery Greeting {\n  greeting(name: "Ada")\n}\n'


@dataclass(frozen=True, slots=True)
class Toy:
    """Its GraphiQL is at `url`, its endpoint at `url`/graphql; `headers` are those of each query."""

    url: str
    headers: list[Mapping[str, str]] = field(default_factory=list)


@contextmanager
def running_toy() -> Iterator[Toy]:
    """A `Toy` on a free loopback port."""
    port = free_port()
    toy = Toy(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        _application(toy), host="127.0.0.1", port=port, log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the toy server did not start"
            time.sleep(0.01)
        yield toy
    finally:
        server.should_exit = True
        thread.join()


def _application(toy: Toy) -> Starlette:
    schema = build_schema("type Query { greeting(name: String!): String! }")
    schema.type_map["Query"].fields["greeting"].resolve = lambda _root, _info, name: f"Hello, {name}!"  # type: ignore[attr-defined]

    async def page(request: Request) -> Response:
        return graphiql_response(endpoint="/graphql", title="Toys <1> & more", query=QUERY)

    async def endpoint(request: Request) -> Response:
        toy.headers.append(dict(request.headers))
        return JSONResponse(_execute(schema, await request.json()))

    routes = [Route("/", page), Route("/graphql", endpoint, methods=["POST"]), Mount("/static", static_app())]
    return Starlette(routes=routes)


def _execute(schema: GraphQLSchema, body: Mapping[str, Any]) -> dict[str, Any]:
    result = graphql_sync(
        schema,
        body["query"],
        variable_values=body.get("variables"),
        operation_name=body.get("operationName"),
    )
    return dict(result.formatted)
