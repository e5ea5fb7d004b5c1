"""The schemas of applications: gone with their generation, and not to be worn out by strange documents."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import execute

from app.checks import load_checked
from app.errors import BadInput
from app.main import open_applications
from app.memory import collect_all
from app.permissions import ANYBODY
from app.resolvers.context import Context, Generation, Server
from app.schema.documents import InvalidDocument, Prepared
from app.schema.endpoint import Schemas, Served
from app.schema.filters import MOST_CONDITIONS, MOST_ORDERS
from app.schema.plans import MOST_BYTES, MOST_PLANS, Compiled, CompiledQuery, Plans
from app.server.opening import close_server, open_server
from app.settings import load
from app.steps import KINDS

DEFINITION = """\
application: shelf
uuid: 1b2c3d4e5f604a7b8c9d0e1f2a3b4c5d
models:
  Book:
    properties:
      title: {kind: text, required: true}
    read: {public: all}
"""
QUERY = "{ allBook(where: {title: {startsWith: $start}}) { totalCount results { id title } } }"
STREAM = 20_000
GOOD_EVERY, HOT_EVERY = 10, 50
MOST_DOCUMENTS, MOST_DOCUMENT_BYTES = 1_000, 16_000_000


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    opened = await open_server(load(None, data=tmp_path, argon2_memory_kib=8, argon2_time_cost=1))
    yield opened
    await close_server(opened)


async def generate(server: Server) -> Generation:
    """A new generation of the application."""
    file = server.settings.data / "shelf.yaml"
    file.write_text(DEFINITION)
    (generation,) = await open_applications(server, [load_checked(file, steps=KINDS).application], {})
    return generation


async def ask(
    server: Server, generation: Generation, served: Served, query: str, variables: dict[str, Any]
) -> Prepared:
    """Has a query answered by its plan; gives what was prepared for it."""
    context = Context(server, generation, ANYBODY, "graphql", "r-1", "127.0.0.1", str)
    prepared = served.documents.prepare(query)
    result = await served.plans.execute(context, prepared, variables)
    assert result is not None, query
    assert result.errors is None
    return prepared


def compiled() -> int:
    """How many plans there are in this process."""
    return sum(isinstance(thing, CompiledQuery) for thing in gc.get_objects())


async def use(server: Server, schemas: Schemas) -> dict[str, weakref.ref[Any]]:
    """Answers a query in a generation of its own; what that made, referred to weakly."""
    generation = await generate(server)
    served = schemas.of(generation, frozenset())
    prepared = await ask(server, generation, served, QUERY, {"start": "A"})
    made = {
        "generation": generation,
        "served": served,
        "schema": served.built.graphql,
        "documents": served.documents,
        "plans": served.plans,
        "prepared": prepared,
        "document": prepared.document,
        "records": generation.records,
    }
    return {name: weakref.ref(one) for name, one in made.items()}


async def test_generation_that_is_dropped_takes_schemas_documents_and_plans_along(server: Server) -> None:
    collect_all()
    schemas, before = Schemas(server.settings), compiled()
    made = await use(server, schemas)
    kept = await generate(server)
    served = schemas.of(kept, frozenset())
    await ask(server, kept, served, QUERY, {"start": "B"})
    collect_all()
    assert {name for name, one in made.items() if one() is not None} == set()
    assert compiled() == before + 1
    assert schemas.of(kept, frozenset()) is served


def stream(begin: int, end: int) -> Iterator[tuple[str, bool]]:
    """Documents never seen before and whether they are good; most are cheap to refuse."""
    for number in range(begin, end):
        good = number % GOOD_EVERY == 0
        yield (
            (
                f"{{ a{number}: oneBook(where: {{id: {{eq: {number}}}}}) {{ id }} }}"
                if good
                else f"{{ a{number}"
            ),
            good,
        )


async def test_stream_of_strange_documents_stays_within_bounds_and_leaves_hot_ones_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = await generate(server)
    served = Schemas(server.settings).of(generation, frozenset())
    plans: Counter[Prepared] = Counter()
    compile_query = Plans._compile

    def counted(own: Plans, context: Context, prepared: Prepared, *others: Any) -> Compiled | None:
        plans[prepared] += 1
        return compile_query(own, context, prepared, *others)

    monkeypatch.setattr(Plans, "_compile", counted)
    hot = [f"query Hot{number} {QUERY}" for number in range(8)]
    known = [await ask(server, generation, served, query, {"start": "A"}) for query in hot for _ in "12"][
        1::2
    ]

    async def flow(begin: int, end: int) -> int:
        for number, (source, good) in enumerate(stream(begin, end)):
            if good:
                await ask(server, generation, served, source, {})
            else:
                with pytest.raises(InvalidDocument):
                    served.documents.prepare(source)
            if number % HOT_EVERY == 0:
                await ask(server, generation, served, hot[number // HOT_EVERY % len(hot)], {"start": "A"})
            assert len(served.documents) <= MOST_DOCUMENTS
            assert served.documents.weight <= MOST_DOCUMENT_BYTES
            assert len(served.plans) <= MOST_PLANS
            assert served.plans.weight <= MOST_BYTES
        for prepared in [one for one in plans if one not in known]:
            del plans[prepared]
        gc.collect()
        return sys.getallocatedblocks()

    full = await flow(0, STREAM // 2)
    assert await flow(STREAM // 2, STREAM) < full * 1.02
    assert [served.documents.prepare(query) for query in hot] == known
    assert [plans[prepared] for prepared in known] == [1] * len(known)


@pytest.mark.parametrize(
    ("variables", "most"),
    [
        ({"where": {"_or": [{"id": {"eq": 1}}] * (MOST_CONDITIONS // 2)}}, MOST_CONDITIONS),
        ({"sort": [{"field": "id"}] * (MOST_ORDERS + 1)}, MOST_ORDERS),
    ],
)
async def test_query_with_more_conditions_or_orders_than_there_may_be_is_refused(
    server: Server, variables: dict[str, Any], most: int
) -> None:
    generation = await generate(server)
    served = Schemas(server.settings).of(generation, frozenset())
    prepared = served.documents.prepare("{ allBook(where: $where, sort: $sort) { totalCount } }")
    context = Context(server, generation, ANYBODY, "graphql", "r-1", "127.0.0.1", str)
    assert await served.plans.execute(context, prepared, variables) is None
    running: Any = execute(
        served.built.graphql, prepared.document, context_value=context, variable_values=variables
    )
    (error,) = (await running).errors
    assert isinstance(error.original_error, BadInput)
    assert f"at most {most} " in error.message
