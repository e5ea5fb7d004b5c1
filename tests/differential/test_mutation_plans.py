"""Compiled mutations do and answer what GraphQL's executor does, each on a database of its own that began alike."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.schema.documents import InvalidDocument
from tests.differential.documents import asked
from tests.differential.shop import Shop, open_shop

CALLERS = ("max", "ada", "max", "bob", "nobody", "nil")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
EVERYTHING = """{
  allItem(take: 200) { totalCount results { id title status price votes secret owner { id } tags { id } stars } }
  allComment(take: 200) { results { id text stars fee item { id } author { id } } }
  allTag(take: 200) { results { id name items(take: 200) { id } } }
}"""


@dataclass(frozen=True)
class Twins:
    """The application twice, on a loop of its own, since hypothesis knows none."""

    runner: asyncio.Runner
    planned: Shop
    executed: Shop

    def compare(self, caller: str, query: str, variables: Any) -> str:
        """Asks both and says how it went; fails where they differ."""
        return self.runner.run(self._compare(caller, query, variables))[0]

    def planned_answer(self, caller: str, query: str, variables: Any) -> tuple[str, Any]:
        """Asks both, and gives the answer too."""
        outcome, body = self.runner.run(self._compare(caller, query, variables))
        return outcome, json.loads(body)

    async def _compare(self, caller: str, query: str, variables: Any) -> tuple[str, bytes]:
        try:
            mine, other = (shop.prepared(caller, query) for shop in (self.planned, self.executed))
        except InvalidDocument:
            return "invalid", b""
        planned = await self.planned.planned(caller, mine, variables)
        answer = await self.planned.executed(caller, mine, variables) if planned is None else planned
        expected = await self.executed.executed(caller, other, variables)
        assert timeless(answer) == timeless(expected), f"{caller} asked {query} with {variables}"
        way = "left" if planned is None else "planned"
        return f"{way} with errors" if b'"errors":' in answer else way, answer

    async def everything(self) -> list[bytes]:
        """All that both hold."""
        return [
            await shop.executed("max", shop.prepared("max", EVERYTHING), {})
            for shop in (self.planned, self.executed)
        ]


def timeless(body: bytes) -> bytes:
    """The body without its moments."""
    return MOMENT.sub(b"then", body)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    async def opened(stack: AsyncExitStack, name: str) -> Shop:
        folder = tmp_path_factory.mktemp(name)
        return await stack.enter_async_context(open_shop(f"sqlite:///{folder / 'x.sqlite'}", folder))

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield Twins(runner, *(runner.run(opened(stack, name)) for name in ("planned", "executed")))
        runner.run(stack.aclose())


@pytest.mark.timeout(1200)
def test_compiled_mutations_do_as_the_executor(twins: Twins, long: bool) -> None:
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
        found = data.draw(asked(twins.planned.schema(caller), writing=True))
        # The first values once more: by then the plan is known.
        for variables in (*found.rounds, found.rounds[0]):
            outcome = twins.compare(caller, found.query, variables)
            event(outcome)
            seen[outcome] += 1

    compared()
    first, second = twins.runner.run(twins.everything())
    assert first == second
    # A comparison in which nothing succeeds, or most is done by one side alone, would show little.
    assert seen["planned"] + seen["planned with errors"] > 0.4 * sum(seen.values()), seen
    assert seen["planned"] > 0.05 * sum(seen.values()), seen


def test_variable_in_an_object_is_that_of_each_request(twins: Twins) -> None:
    query = """mutation ($item: JSON) { action(id: "Rate", input: {item: $item, stars: 2}) }"""
    # Items of its own: what other facts have written here may have removed any.
    make = """mutation { createItem(input: {title: "Zoo", status: "draft"}) { id } }"""
    one, other = (twins.planned_answer("max", make, {})[1]["data"]["createItem"]["id"] for _ in range(2))
    for item in (one, other, one):
        outcome, data = twins.planned_answer("max", query, {"item": item})
        assert (outcome, data["data"]) == ("planned", {"action": {"results": {"id": item}}})


def test_mutation_goes_on_after_an_error_at_a_field(twins: Twins) -> None:
    query = """mutation ($name: String) {
      ... { first: createTag(input: {name: $name}) { name } }
      again: createTag(input: {name: $name}) { name }
      last: createTag(input: {name: "last of one"}) { __typename }
      kind: __typename
    }"""
    outcome, answer = twins.planned_answer("max", query, {"name": "once"})
    assert outcome == "planned with errors"
    assert answer["data"] == {
        "first": {"name": "once"},
        "again": None,
        "last": {"__typename": "Tag"},
        "kind": "Mutation",
    }
    assert [error["path"] for error in answer["errors"]] == [["again"]]


def test_fragment_that_is_spread_twice_counts_once(twins: Twins) -> None:
    query = 'mutation { ...F ...F } fragment F on Mutation { action(id: "nothing") }'
    outcome, answer = twins.planned_answer("max", query, {})
    assert outcome == "planned with errors"
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 49}]


def test_mutation_ends_at_a_field_that_cannot_be_null(twins: Twins) -> None:
    query = """mutation ($tags: [TagInput!]!) {
      createManyTag(input: $tags) { name }
      createTag(input: {name: "never"}) { name }
    }"""
    outcome, answer = twins.planned_answer("max", query, {"tags": [{"name": "twice"}, {"name": "twice"}]})
    assert (outcome, answer["data"]) == ("planned with errors", None)
    never = """{ allTag(where: {name: {in: ["twice", "never"]}}) { totalCount } }"""
    assert twins.planned_answer("max", never, {}) == ("planned", {"data": {"allTag": {"totalCount": 0}}})


def test_record_of_an_action_is_answered_as_its_caller_may_read_it(twins: Twins) -> None:
    make = """mutation { createItem(input: {title: "Own", status: "draft", price: 3}) { id } }"""
    item = twins.planned_answer("max", make, {})[1]["data"]["createItem"]["id"]
    query = """mutation ($item: Int!) { tell(item: $item) {
      cheap one: found { title tags(take: 1) { name } } price found { id __typename } title
    } }"""
    told = {"cheap": True, "price": 3, "title": "Apple"}
    found = {"one": {"title": "Own", "tags": []}, "found": {"id": item, "__typename": "Item"}}
    for caller, seen in (("max", found), ("nobody", {"one": None, "found": None})):
        outcome, answer = twins.planned_answer(caller, query, {"item": item})
        assert (outcome, answer["data"]) == ("planned", {"tell": {**told, **seen}})


def test_records_of_an_action_are_those_that_its_caller_may_read(twins: Twins) -> None:
    items = '[{title: "One", status: "draft"}, {title: "Two", status: "draft"}]'
    make = f"mutation {{ createManyItem(input: {items}) {{ id }} }}"
    one, two = (item["id"] for item in twins.planned_answer("max", make, {})[1]["data"]["createManyItem"])
    query = "mutation ($item: Int!) { tell(item: $item) { until { id title } } }"
    ((_, mine), (_, others)) = (
        twins.planned_answer(caller, query, {"item": two}) for caller in ("max", "nobody")
    )
    assert [item["id"] for item in mine["data"]["tell"]["until"][:2]] == [two, one]
    seen = [item["id"] for item in others["data"]["tell"]["until"]]
    assert seen == sorted(seen, reverse=True)
    assert not {one, two} & {*seen}


def test_hidden_property_of_an_actions_record_is_not_there(twins: Twins) -> None:
    query = "mutation { tell(item: 1) { found { secret } } }"
    assert twins.compare("nobody", query, {}) == "invalid"
    assert twins.compare("max", query, {}) == "planned"
