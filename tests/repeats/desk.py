"""The application of this folder behind all its doors, and requests that are sent to it again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette

from app.checks import load_checked
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.context import Generation, Server
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.server.running import begin_worker
from app.settings import load
from app.steps import KINDS
from tests.end_to_end.databases import run_sql

DEFINITION = Path(__file__).parent / "application.yaml"
REPLAYED = "idempotency-replayed"


@dataclass(frozen=True)
class Desk:
    """The doors, and what they have written."""

    app: Starlette
    server: Server
    generation: Generation
    applications: Applications
    database_url: str

    async def send(
        self,
        method: str,
        path: str,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """The answer to a request, with an idempotency key where one is given."""
        sent = {**(headers or {}), **({} if key is None else {"Idempotency-Key": key})}
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.request(method, path, headers=sent, **body)
        assert not any(word in answer.text for word in ("Traceback", "SELECT", ".py", "sqlite"))
        return answer

    async def graphql(self, query: str, key: str | None = None, **more: Any) -> Any:
        """The body of the answer to a GraphQL request."""
        return (await self.send("POST", "/graphql", key, json={"query": query, **more})).json()

    async def texts(self) -> list[str]:
        """What the notes say, in their order."""
        return [
            text for (text,) in await run_sql(self.database_url, "SELECT text FROM repeats__note ORDER BY id")
        ]

    async def keys(self) -> int:
        """How many keys are known."""
        ((count,),) = await run_sql(self.database_url, "SELECT count(*) FROM actionql_repeat")
        return int(count)

    async def user(self, role: str) -> dict[str, str]:
        """The credentials of a new user of the REST door."""
        email, application = f"{uuid4().hex}@example.org", self.generation.application
        await add_user(self.server, application, email, [role])
        key = (await create_user_key(self.server, application, email)).text
        return {"Authorization": httpx.BasicAuth(email, key)._auth_header}

    async def new_role(self, role: str) -> None:
        """Gives all users another role."""
        await run_sql(self.database_url, f"UPDATE actionql_user SET roles = '[\"{role}\"]'")


@asynccontextmanager
async def open_desk(folder: Path, database_url: str) -> AsyncIterator[Desk]:
    """A desk on this database."""
    server = await open_server(load(env_file=None, database_url=database_url, data=folder / "data"))
    try:
        application = load_checked(DEFINITION, steps=KINDS).application
        generations = await open_applications(server, [application], {})
        applications = Applications(generations)
        edge = Edge(server, applications)
        front = Front(server.settings)
        front.open(edge, GraphQLEndpoint(edge))
        worker = begin_worker(server, generations)
        yield Desk(front, server, generations[0], applications, database_url)
        await worker.stop(0)
    finally:
        await close_server(server)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to write a note with a text."""

    door: str
    name: str
    request: Callable[[str], dict[str, Any]]
    role: str | None = None
    """Of who writes; anybody without one."""
    refuses: bool = False
    """Whether it ends with an error for the text `no`, after the note was written."""
    reaches: bool = False
    """Whether it then keeps the error, for it may have reached outside."""

    @property
    def statuses(self) -> tuple[int, int]:
        """Of a key that is in use, and of one that came with another request."""
        return {"graphql": (200, 200), "rest": (400, 400)}.get(self.door, (409, 422))


def code(answer: httpx.Response) -> str | None:
    """The code of an error, in whichever shape its door has; None of an answer."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    body = answer.json()
    if not isinstance(body, dict):
        return None
    errors = body.get("errors")
    error = errors[0]["extensions"] if isinstance(errors, list) else body.get("error", body)
    found: str | None = error.get("code")
    return found


def _graphql(query: str) -> Callable[[str], dict[str, Any]]:
    def request(text: str) -> dict[str, Any]:
        return {"method": "POST", "path": "/graphql", "json": {"query": query, "variables": {"text": text}}}

    return request


def _plain(text: str) -> Any:
    return {"text": text}


def _sent(
    path: str, body: Callable[[str], Any] = _plain, place: str = "json", method: str = "POST"
) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"method": method, "path": path, place: body(text)}


def _in_query(path: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"method": "POST", "path": f"{path}?text={text}"}


def _file(text: str) -> dict[str, Any]:
    files = {"picture": ("a.txt", text.encode(), "text/plain")}
    return {"method": "POST", "path": "/v1/file", "data": {"text": text}, "files": files}


_TEXT = "mutation ($text: String!) "
_MODEL = "/api/models/Note"
_INCOMING = "/phixflow/api/1/action/repeats"
WAYS = [
    Way("graphql", "create", _graphql(_TEXT + "{ createNote(input: {text: $text}) { id text createdAt } }")),
    Way("graphql", "create many", _graphql(_TEXT + "{ createManyNote(input: [{text: $text}]) { id } }")),
    Way(
        "graphql",
        "action",
        _graphql(_TEXT + '{ action(id: "Write down", input: {text: $text}) }'),
        refuses=True,
    ),
    Way("graphql", "typed", _graphql(_TEXT + "{ writeDown(text: $text) { result } }"), refuses=True),
    Way(
        "graphql",
        "reaching",
        _graphql(_TEXT + "{ writeSlowly(text: $text) { result } }"),
        refuses=True,
        reaches=True,
    ),
    Way("rest", "create", _sent(f"{_MODEL}/records", lambda text: {"record": {"text": text}}), "clerk"),
    Way("rest", "form", _sent(f"{_MODEL}/records/new", lambda text: {"record[text]": text}, "data"), "clerk"),
    Way("rest", "replace", _sent(f"{_MODEL}/records", lambda text: [{"text": text}], method="PUT"), "clerk"),
    Way("rest", "execute", _sent(f"{_MODEL}/actions/Write down/execute"), "clerk", refuses=True),
    Way("endpoint", "action", _sent("/v1/write"), refuses=True),
    Way("endpoint", "page", _sent("/v1/page"), refuses=True),
    Way("endpoint", "file", _file),
    Way("endpoint", "generated", _sent("/v1/notes")),
    Way("incoming", "wait", _in_query(f"{_INCOMING}/Write%20down/trigger"), refuses=True),
    Way("incoming", "reaching", _in_query(f"{_INCOMING}/Write%20slowly/trigger"), refuses=True, reaches=True),
    Way("incoming", "each", _sent(f"{_INCOMING}/Write%20each/trigger", lambda text: [{"text": text}])),
    Way("http", "action", _sent("/api/runtime/repeats/action/Answer request", str.encode, "content")),
]
