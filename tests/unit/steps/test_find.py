from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput, DefinitionError, Forbidden, StepFailed, TooLarge, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.steps import find
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import STAFF, World, actions, definition

MAKE = """
Make:
  steps:
    - loop: '=[map_of("name", "b", "price", 2), map_of("name", "a", "price", 3), map_of("name", "hidden")]'
      each: row
      do: [{create: {model: Shoe, values: {name: =row.name, price: =row.price}}}]
"""


async def finding(open_world: Open, options: str, *inputs: str, run_as: str = "application") -> World:
    steps = f"- find: {{model: Shoe, {options}}}\n  as: found"
    action = actions(steps, "=found", inputs).replace("  input:", f"  run_as: {run_as}\n  input:")
    world = await open_world(f"{MAKE}{action}")
    await world.run("Make")
    return world


async def names(world: World, **input: Any) -> list[str]:
    return [shoe["name"] for shoe in await world.run(**input)]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("sort: [{field: name}]", ["a", "b", "hidden"]),
        ("sort: [{field: name, order: DESC}]", ["hidden", "b", "a"]),
        ("sort: [{field: name}], skip: 1", ["b", "hidden"]),
        ("sort: [{field: name}], take: 2", ["a", "b"]),
        ("sort: [{field: name}], take: 0", []),
        ("all: true", ["b", "a", "hidden"]),
        ("where: {price: {gt: 2}}", ["a"]),
        ("where: {_or: [{name: b}, {price: 3}]}", ["b", "a"]),
    ],
)
async def test_find_gives_the_page_of_what_it_selects(
    open_world: Open, options: str, found: list[str]
) -> None:
    assert await names(await finding(open_world, options)) == found


async def test_find_gives_records_that_know_their_model(open_world: Open) -> None:
    world = await finding(open_world, "take: 1")
    assert [(shoe.model, shoe["id"], shoe["price"]) for shoe in await world.run()] == [("Shoe", 1, 2)]


async def test_find_first_gives_one_record_or_null(open_world: Open) -> None:
    world = await finding(open_world, "where: {name: =name}, first: true", "name")
    assert (await world.run(name="a"))["price"] == 3
    assert await world.run(name="zz") is None


@pytest.mark.parametrize(("ignore", "found"), [("false", []), ("true", ["b", "a", "hidden"])])
async def test_find_compared_with_null_matches_nothing_unless_told(
    open_world: Open, ignore: str, found: list[str]
) -> None:
    world = await finding(open_world, f"where: {{price: {{lt: =most}}}}, ignore_null: {ignore}", "most")
    assert await names(world, most=None) == found
    assert await names(world, most=3) == ["b"]


@pytest.mark.parametrize(("take", "count"), [(1, 1), (Decimal("2"), 2), (None, 3)])
async def test_find_takes_a_number_from_the_run(open_world: Open, take: Any, count: int) -> None:
    world = await finding(open_world, "take: =take", "take")
    assert len(await world.run(take=take)) == count


@pytest.mark.parametrize("take", [-1, 1.5, "3", True])
async def test_find_takes_nothing_but_a_number(open_world: Open, take: Any) -> None:
    world = await finding(open_world, "take: =take", "take")
    with pytest.raises(StepFailed, match="take"):
        await world.run(take=take)


async def test_find_of_too_many_records_is_refused_and_not_cut(
    open_world: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.steps.find.MAXIMUM_RECORDS", 2)
    monkeypatch.setattr("app.steps.filter.MAXIMUM_RECORDS", 2)
    world = await finding(open_world, "take: =take", "take")
    assert len(await world.run(take=2)) == 2
    with pytest.raises(TooLarge):
        await world.run(take=None)
    with pytest.raises(TooLarge):
        await world.run(take=3)


async def test_find_compares_with_values_of_the_propertys_kind(open_world: Open) -> None:
    world = await finding(open_world, "where: {price: =price}", "price")
    with pytest.raises(BadInput):
        await world.run(price="dear")


async def test_find_as_the_caller_sees_what_the_caller_may_read(open_world: Open) -> None:
    world = await finding(open_world, "sort: [{field: name}]", run_as="caller")
    assert [shoe["name"] for shoe in await world.run(principal=STAFF)] == ["a", "b"]


@pytest.mark.parametrize(
    ("principal", "error"), [(ANYBODY, Unauthenticated), (Principal("p", "Member", {"id": 1}), Forbidden)]
)
async def test_find_as_a_caller_without_the_right_is_refused(
    open_world: Open, principal: Principal, error: type[Exception]
) -> None:
    world = await finding(open_world, "all: true", run_as="caller")
    with pytest.raises(error):
        await world.run(principal=principal)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("first: true, take: 1", "one of `first`, `take` and `all`"),
        ("all: true, take: 1", "one of `first`, `take` and `all`"),
        ("sort: [{field: maker}]", "maker is a relation"),
        ("sort: [{field: nmae}]", "Did you mean 'name'"),
        ("sort: [{field: name, order: up}]", "asc"),
        ("where: {nmae: x}", "Did you mean 'name'"),
    ],
)
def test_find_that_cannot_work_is_a_definition_error(tmp_path: Path, options: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- find: {{model: Shoe, {options}}}"))


def test_find_reads_only() -> None:
    assert find.KIND.mode == "work"
    assert not find.KIND.reaches
