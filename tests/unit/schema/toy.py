"""A small GraphQL schema with every shape the protocol has to carry, and the app that serves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute_sync,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import ActionQLError, BadInput, StepFailed, TooManyRequests, Unauthenticated
from app.schema.documents import Documents, Prepared
from app.schema.guard import Limits
from app.schema.http import Door, GraphQLParameters, RequestLimits

SDL = """
scalar JSON
scalar Date
input Text { eq: String, in: [String!] }
input Where { title: Text, size: Int! = 3, data: JSON, _and: [Where!] }
input Key @oneOf { id: Int, name: String }
type Task { id: ID, title(upper: Boolean = false): String, task: Task, tasks: [Task] }
type Tokens { jwtToken: String }
type Query {
  hello(name: String): String
  all(where: Where, take: Int! = 5, skip: Int, ids: [ID!]): [Task]
  need(name: String!): String
  take(name: String): String
  list(of: [Int!]): String
  rows(of: [Int]!): String
  one(key: Key): Task
  day(on: Date): String
  task: Task
  price: JSON
  fail(how: String): String
  sure: String!
  number: Int
}
type Mutation {
  action(id: ID!, input: JSON): JSON
  upsert(uniqueBy: [String!]!): Int
  login(username: String, password: String): Tokens
}
"""
FAILURES: dict[str, Callable[[], Exception]] = {
    "credentials": lambda: Unauthenticated("Wrong credentials, please try again"),
    "fields": lambda: BadInput("No.", {"title": ["is required"]}),
    "rate": lambda: TooManyRequests("Too often.", retry_after=7),
    "step": lambda: StepFailed("The step 'charge' failed.", "password=hunter2"),
    "bare": lambda: ActionQLError("hunter2 in /srv/app.py"),
    "bug": lambda: RuntimeError("hunter2"),
}


def toy_schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    date = schema.type_map["Date"]
    assert isinstance(date, GraphQLScalarType)
    date.coerce_input_value = _date
    return schema


def _date(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError as error:
        raise GraphQLError(f"{value!r} is no date.", original_error=error) from error


class Root:
    """The resolvers of the toy schema."""

    def hello(self, _: Any, name: str = "world") -> str:
        return f"hello {name}"

    def price(self, _: Any) -> dict[str, object]:
        return {"exact": Decimal("0.10"), "big": Decimal("1E+3"), "at": datetime(2026, 1, 2, tzinfo=UTC)}

    def fail(self, _: Any, how: str) -> str:
        raise FAILURES[how]()

    def sure(self, _: Any) -> None:
        return None

    def number(self, _: Any) -> str:
        return "hunter2"

    def action(self, _: Any, id: str, input: object = None) -> dict[str, object]:
        return {"results": {"id": id, "input": input}}

    def login(self, _: Any, **credentials: object) -> None:
        raise Unauthenticated("Wrong credentials, please try again")


class Endpoint:
    """A Starlette route over one door, which counts what it executes."""

    def __init__(
        self, raising: Exception | None = None, door: Door | None = None, limits: Limits | None = None
    ) -> None:
        self.executed = 0
        self._raising = raising
        self._door = door or Door()
        self._schema = toy_schema()
        self._documents = Documents(self._schema, limits or Limits())

    async def handle(self, request: Request) -> Response:
        return await self._door.serve(request, self._documents, self._execute, "r-1")

    async def _execute(self, parameters: GraphQLParameters, prepared: Prepared) -> ExecutionResult:
        self.executed += 1
        if self._raising:
            raise self._raising
        return execute_sync(
            self._schema,
            prepared.document,
            Root(),
            variable_values=parameters.variables,
            operation_name=parameters.operation_name,
        )

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"]
        return Starlette(routes=[Route("/graphql", self.handle, methods=methods)])

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app())
        return httpx.AsyncClient(transport=transport, base_url="http://test")


def small_door() -> Door:
    return Door(RequestLimits(bytes=1_000, nesting=8))
