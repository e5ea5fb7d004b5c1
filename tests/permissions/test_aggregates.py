"""What records come to, for every caller: of the rows that it may read, and of nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.permissions import oracle
from tests.permissions.differences import Differences, by, nested, offered, relations, selected
from tests.permissions.oracle import CALLERS, Row
from tests.permissions.serving import Serving

pytestmark = pytest.mark.asyncio(loop_scope="package")
MODELS = tuple(oracle.FIELDS)
NUMBERS = ("salary", "mark", "amount")


async def test_aggregates_are_of_the_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            rows = oracle.visible(world, caller, model)
            names = oracle.fields(caller, model)
            numbers = [name for name in names if name in NUMBERS]
            extremes = f"min {{ {selected(numbers)} }} max {{ {selected(numbers)} }}" if numbers else ""
            sums = f"sum {{ {selected(numbers)} }}" if numbers else ""
            groups = " ".join(
                f"by_{name}: groupBy(by: [{name}]) {{ key {{ {name} }} aggregate {{ count }} }}"
                for name in names
            )
            query = f"{{ all{model} {{ aggregate {{ count {sums} {extremes} }} {groups} }} }}"
            expected: Any = offered(model, rows)
            if not isinstance(rows, str):
                expected = {f"all{model}": {"aggregate": _aggregate(rows, numbers), **_groups(rows, names)}}
            await differences.compare(caller, query, expected)
    differences.check(at_least=len(CALLERS) * len(MODELS))


def _aggregate(rows: list[Row], numbers: list[str]) -> dict[str, Any]:
    values = {name: [row[name] for row in rows if row[name] is not None] for name in numbers}
    figures: dict[str, Any] = {"count": len(rows)}
    if numbers:
        figures["sum"] = {name: sum(values[name]) for name in numbers}
        figures["min"] = {name: min(values[name], default=None) for name in numbers}
        figures["max"] = {name: max(values[name], default=None) for name in numbers}
    return figures


def _groups(rows: list[Row], names: list[str]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for name in names:
        values = [row[name] for row in oracle.ordered(rows, by(name), descending=False)]
        groups[f"by_{name}"] = [
            {"key": {name: value}, "aggregate": {"count": values.count(value)}}
            for value in dict.fromkeys(values)
        ]
    return groups


async def test_aggregate_of_a_relation_is_of_the_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in relations():
            if not reference.many:
                continue
            query = f"{{ all{model} {{ results {{ id {name}Aggregate {{ count }} }} totalCount }} }}"
            expected = nested(world, caller, model, name, reference)
            if not isinstance(expected, str):
                for row in expected[f"all{model}"]["results"]:
                    row[f"{name}Aggregate"] = {"count": len(row.pop(name))}
            await differences.compare(caller, query, expected)
    differences.check(at_least=len(CALLERS) * 4)
