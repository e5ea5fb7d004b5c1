"""Compiled plans answer every query with the very bytes of GraphQL's executor."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.schema.documents import InvalidDocument
from tests.differential.documents import asked
from tests.differential.shop import Shop, open_shop

CALLERS = ("max", "ada", "bob", "max", "nobody", "nil")


@dataclass(frozen=True)
class Running:
    """The application on a loop of its own, since hypothesis knows none."""

    runner: asyncio.Runner
    shop: Shop

    def compare(self, caller: str, query: str, variables: Any) -> str:
        """Asks both ways and says how it went; fails where they differ."""
        return self.runner.run(self._compare(caller, query, variables))

    async def _compare(self, caller: str, query: str, variables: Any) -> str:
        try:
            prepared = self.shop.prepared(caller, query)
        except InvalidDocument:
            return "invalid"
        planned = await self.shop.planned(caller, prepared, variables)
        executed = await self.shop.executed(caller, prepared, variables)
        if planned is None:
            return "left with errors" if b'"errors":' in executed else "left"
        assert planned == executed, f"{caller} asked {query} with {variables}"
        return "planned"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("shop")
    with asyncio.Runner() as runner:
        opened = open_shop(f"sqlite:///{folder / 'x.sqlite'}", folder)
        shop = runner.run(opened.__aenter__())
        yield Running(runner, shop)
        runner.run(opened.__aexit__(None, None, None))


@pytest.mark.timeout(1200)
def test_plans_answer_as_the_executor(running: Running, long: bool) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=2000 if long else 200,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(CALLERS), st.data())
    def compared(caller: str, data: st.DataObject) -> None:
        found = data.draw(asked(running.shop.schema(caller)))
        # The first values once more: by then the plan is known.
        for variables in (*found.rounds, found.rounds[0]):
            outcome = running.compare(caller, found.query, variables)
            event(outcome)
            seen[outcome] += 1

    compared()
    # A comparison in which most answers come from one side alone would show little.
    assert seen["planned"] > 0.4 * sum(seen.values()), seen
    assert seen["left with errors"] > 0, seen


def test_variable_with_many_wrong_values_is_given_up_at_once(running: Running) -> None:
    query = "{ allItem(where: {id: {in: $ids}}) { totalCount } }"
    begun = time.process_time()
    assert running.compare("max", query, {"ids": ["a"] * 100_000}) == "left with errors"
    assert time.process_time() - begun < 1
