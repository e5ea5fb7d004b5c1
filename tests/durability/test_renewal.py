"""What is served is swapped in this process: what is freed, what goes on, what is refused."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from app.definition.load import Loaded
from app.edge import Applications, Edge
from app.main import compile_applications, open_applications, settle
from app.memory import free_what_stayed, made_to_stay
from app.permissions import ANYBODY
from app.resolvers.actions import run_action
from app.resolvers.audit import list_audit
from app.resolvers.context import Context
from app.resolvers.runs import answer_run, run, start_action
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.renewal import Renewal
from app.server.routes import Front
from app.server.running import begin_worker
from app.settings import load
from app.storage.audit import Wanted
from tests.durability.desk import DEFINITION, loaded

QUERY = "{ allMark { totalCount results { step } } }"


@dataclass(slots=True)
class Life:
    """A process that serves a file, and can be told to look at it again."""

    file: Path
    edge: Edge
    renewal: Renewal
    client: httpx.AsyncClient

    def change(self, old: str, new: str) -> None:
        """Writes the definition anew, with what is `new` in place of `old`."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def read(self) -> Sequence[Loaded]:
        """The definition as it is now."""
        return [loaded(self.file)]

    async def renew(self) -> bool:
        """Whether a changed definition is served now."""
        return await self.renewal.renew(self.read)

    def context(self) -> Context:
        """Anybody's, at what is served now."""
        edge = self.edge
        return Context(
            edge.server, edge.applications.generations[0], ANYBODY, "tests", "r-1", "127.0.0.1", str
        )

    async def token(self, id: str, former: str = "") -> str:
        """What answers the question that the run asks now."""
        while (waiting := (await run(self.context(), id)).waiting) is None or waiting.token == former:
            await asyncio.sleep(0.02)
        return waiting.token

    async def ask(self, query: str) -> Any:
        """The answer of the GraphQL door."""
        return (await self.client.post("/graphql", json={"query": query})).json()


@asynccontextmanager
async def life(folder: Path, database_url: str) -> AsyncIterator[Life]:
    file = folder / "runs.yaml"
    file.write_text(DEFINITION.read_text())
    settings = load(env_file=None, database_url=database_url, data=folder / "data")
    server = await open_server(settings)
    try:
        first = loaded(file)
        with made_to_stay():
            sources = {first.application.name: first.source}
            edge = Edge(
                server,
                Applications(await open_applications(server, [first.application], {}, sources=sources)),
            )
        graphql, app = GraphQLEndpoint(edge), Front(settings)
        app.open(edge, graphql)
        worker = begin_worker(server, edge.applications.generations)
        compile = partial(compile_applications, server, environment={})
        renewal = Renewal(edge, graphql, worker, compile, partial(settle, server, gone="refuse"))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Life(file, edge, renewal, client)
        await worker.stop(0.0)
    finally:
        gc.unfreeze()
        await close_server(server)


async def test_what_was_served_before_is_freed(tmp_path: Path, database_url: str) -> None:
    async with life(tmp_path, database_url) as one:
        former: list[weakref.ref[Any]] = []
        for number in range(3):
            assert "errors" not in await one.ask(QUERY)
            await one.client.get("/api/runtime/runs/api/models")
            await one.client.get("/nothing/here")
            former.append(weakref.ref(one.edge.applications.generations[0]))
            one.change(
                "      value: {kind: json}\n",
                f"      value: {{kind: json}}\n      p{number}: {{kind: text}}\n",
            )
            assert await one.renew()
        await asyncio.sleep(0)
        free_what_stayed()
        assert [each() for each in former] == [None, None, None]
        assert "errors" not in await one.ask("{ allMark { results { p0 p1 p2 } } }")


async def test_refusal_is_kept_until_a_definition_is_served(tmp_path: Path, database_url: str) -> None:
    async with life(tmp_path, database_url) as one:
        served = one.edge.applications.generations[0]
        assert one.edge.applications.reloads.refused is None
        one.change("value: {kind: json}", "value: {kind: jsn}")
        assert not await one.renew()
        refused = one.edge.applications.reloads.refused
        assert refused is not None
        assert tuple(map(str, refused.problems)) == (
            f"{one.file}:13 models.Mark.properties.value.kind: unknown kind 'jsn'. Did you mean 'json'?",
        )
        assert one.edge.applications.generations[0] is served
        one.change("value: {kind: jsn}", "value: {kind: json}")
        assert not await one.renew()
        assert one.edge.applications.reloads.refused is None


async def test_refusal_is_told_once_in_the_audit_trail(tmp_path: Path, database_url: str) -> None:
    async with life(tmp_path, database_url) as one:
        one.change("value: {kind: json}", "value: {kind: jsn}")
        for _ in range(2):
            assert not await one.renew()
        server = one.edge.server
        await server.trail.close()
        found = await list_audit(server, Wanted(operation="definition", result="DEFINITION_ERROR"))
        (entry,) = [told.entry for told in found]
        assert (entry.actor, entry.door) == ("operator", "server")
        assert entry.application == one.edge.applications.generations[0].application.uuid.hex
        assert entry.ids == (
            "runs.yaml:13 models.Mark.properties.value.kind: unknown kind 'jsn'. Did you mean 'json'?",
        )


async def test_run_goes_on_with_the_definition_that_it_began_with(tmp_path: Path, database_url: str) -> None:
    async with life(tmp_path, database_url) as one:
        started = await start_action(one.context(), "Ask", {"name": "Ada"})
        first = await one.token(started.id)
        one.change("    result: =answer.amount", "    result: =0 - answer.amount")
        assert await one.renew()
        await answer_run(one.context(), started.id, first, {"amount": 7})
        await answer_run(one.context(), started.id, await one.token(started.id, first), {"amount": 9})
        while (ended := await run(one.context(), started.id)).state != "completed":
            await asyncio.sleep(0.02)
        assert ended.result == 9
        assert await run_action(one.context(), "Three", {"n": 1}) == 2


async def test_run_that_was_just_started_is_driven_after_a_swap(tmp_path: Path, database_url: str) -> None:
    async with life(tmp_path, database_url) as one:
        former = one.context()
        one.change("    result: =double", "    result: =0 - double")
        assert await one.renew()
        started = await start_action(former, "Three", {"n": 21})
        while (ended := await run(one.context(), started.id)).state != "completed":
            await asyncio.sleep(0.02)
        assert ended.result == 42
