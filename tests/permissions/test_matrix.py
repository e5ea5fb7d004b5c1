"""Every caller against every model by every way of reading and every action, each answer as the oracle has it.

A test runs one kind of operation for all callers and collects what differs, so that a failure lists the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.permissions import oracle, oracle_actions
from tests.permissions.callers import LATE
from tests.permissions.differences import Differences, by, nested, offered, page, relations, selected
from tests.permissions.oracle import CALLERS, INVALID, Caller, Reference, Row, World
from tests.permissions.serving import Serving

pytestmark = pytest.mark.asyncio(loop_scope="package")
MODELS = tuple(oracle.FIELDS)
UNAUTHENTICATED = oracle.UNAUTHENTICATED


def _all(world: World, caller: Caller, model: str) -> Any:
    rows = oracle.visible(world, caller, model)
    if isinstance(rows, str):
        return offered(model, rows)
    return {f"all{model}": page([oracle.shown(caller, model, row) for row in rows])}


async def test_all_answers_the_rows_and_fields_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            names = selected(oracle.fields(caller, model))
            query = f"{{ all{model} {{ results {{ {names} }} totalCount }} }}"
            await differences.compare(caller, query, _all(world, caller, model))
            counting = f"{{ all{model}(take: 1) {{ totalCount }} }}"
            await differences.compare(caller, counting, _counted(_all(world, caller, model)))
    differences.check(at_least=2 * len(CALLERS) * len(MODELS))


def _counted(expected: Any) -> Any:
    if isinstance(expected, str):
        return expected
    return {key: {"totalCount": page["totalCount"]} for key, page in expected.items()}


async def test_one_answers_a_row_of_the_caller_or_null(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            for id in [*world[model], 99]:
                names = selected(oracle.fields(caller, model))
                query = f"query ($id: Int) {{ one{model}(where: {{id: {{eq: $id}}}}) {{ {names} }} }}"
                rows = oracle.visible(world, caller, model)
                if isinstance(rows, str):
                    await differences.compare(caller, query, offered(model, rows), {"id": id})
                    continue
                found = [oracle.shown(caller, model, row) for row in rows if row["id"] == id]
                expected = {f"one{model}": found[0] if found else None}
                await differences.compare(caller, query, expected, {"id": id})
    differences.check(at_least=len(CALLERS) * 30)


async def test_me_answers_who_calls(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            names = selected(oracle.fields(caller, model))
            expected: Any = INVALID
            if model in oracle.PROFILE_MODELS:
                found = oracle.myself(world, caller, model)
                expected = found if isinstance(found, str) else {f"me{model}": found}
            await differences.compare(caller, f"{{ me{model} {{ {names} }} }}", expected)
    differences.check(at_least=len(CALLERS) * len(MODELS))


async def test_where_finds_no_row_that_the_caller_may_not_read(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            rows = oracle.visible(world, caller, model)
            for name in oracle.fields(caller, model):
                values = _values(world, model, name)
                expected: Any = offered(model, rows)
                if not isinstance(rows, str):
                    expected = [[{"id": row["id"]} for row in rows if row[name] == value] for value in values]
                await _compare_where(differences, caller, model, f"{name}: {{eq: %s}}", values, expected)
    differences.check(at_least=len(CALLERS) * len(MODELS))


async def _compare_where(
    differences: Differences, caller: Caller, model: str, where: str, values: list[Any], expected: Any
) -> None:
    """One request with a root field for each value; `expected` has the rows of each, or a code for all."""
    if not values:
        return
    declared = ", ".join(f"$v{index}: JSON" for index in range(len(values)))
    fields = " ".join(
        f"f{index}: all{model}(where: {{{where % f'$v{index}'}}}) {{ results {{ id }} totalCount }}"
        for index in range(len(values))
    )
    variables = {f"v{index}": value for index, value in enumerate(values)}
    if not isinstance(expected, str):
        expected = {f"f{index}": page(rows) for index, rows in enumerate(expected)}
    await differences.compare(caller, f"query ({declared}) {{ {fields} }}", expected, variables)


def _values(world: World, model: str, name: str) -> list[Any]:
    """Every value that a row has, whoever may see it."""
    return sorted({row[name] for row in world[model].values() if row[name] is not None})


async def test_sort_orders_the_rows_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            for name in oracle.fields(caller, model):
                for order in ("ASC", "DESC"):
                    sort = f"sort: {{field: {name}, order: {order}}}"
                    query = f"{{ all{model}({sort}) {{ results {{ id }} totalCount }} }}"
                    rows = oracle.visible(world, caller, model)
                    expected: Any = offered(model, rows)
                    if not isinstance(rows, str):
                        ordered = oracle.ordered(rows, by(name), order == "DESC")
                        expected = {f"all{model}": page([{"id": row["id"]} for row in ordered])}
                    await differences.compare(caller, query, expected)
    differences.check(at_least=len(CALLERS) * 30)


async def test_relation_answers_the_rows_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in relations():
            names = selected(oracle.fields(caller, reference.model))
            query = f"{{ all{model} {{ results {{ id {name} {{ {names} }} }} totalCount }} }}"
            await differences.compare(caller, query, nested(world, caller, model, name, reference))
    differences.check(at_least=len(CALLERS) * 8)


async def test_where_over_a_relation_looks_at_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in relations():
            for property in oracle.fields(caller, reference.model):
                values = _values(world, reference.model, property)
                expected = _found_over(world, caller, model, reference, property, values)
                where = f"{name}: {{{property}: {{eq: %s}}}}"
                await _compare_where(differences, caller, model, where, values, expected)
    differences.check(at_least=len(CALLERS) * 8)


def _found_over(
    world: World, caller: Caller, model: str, reference: Reference, property: str, values: list[Any]
) -> list[list[Row]] | str:
    """For each value the rows with a related one that has it, as far as the caller may read both."""
    rows = oracle.visible(world, caller, model)
    allowed = oracle.visible(world, caller, reference.model)
    if isinstance(rows, str) or isinstance(allowed, str):
        return str(offered(model, rows if isinstance(rows, str) else allowed))
    known = {row["id"]: oracle.related(world, caller, row, reference) for row in rows}
    return [
        [{"id": id} for id, others in known.items() if value in [_part(other, property) for other in others]]
        for value in values
    ]


def _part(row: Any, name: str) -> Any:
    return row[name]


async def test_sort_over_a_relation_looks_at_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in relations():
            if reference.many:
                continue
            for property in oracle.fields(caller, reference.model):
                for order in ("ASC", "DESC"):
                    query = (
                        f"{{ all{model}(sort: {{relation: {{{name}: {{{property}: {order}}}}}}})"
                        " { results { id } totalCount } }"
                    )
                    expected = _sorted_over(world, caller, model, reference, property, order)
                    await differences.compare(caller, query, expected)
    differences.check(at_least=len(CALLERS) * 20)


def _sorted_over(
    world: World, caller: Caller, model: str, reference: Reference, property: str, order: str
) -> Any:
    rows = oracle.visible(world, caller, model)
    allowed = oracle.visible(world, caller, reference.model)
    if isinstance(rows, str) or isinstance(allowed, str):
        return offered(model, rows if isinstance(rows, str) else str(allowed))

    def key(row: Row) -> Any:
        others = oracle.related(world, caller, row, reference)
        return others[0][property] if others and isinstance(others[0], dict) else None

    ordered = oracle.ordered(rows, key, order == "DESC")
    return {f"all{model}": page([{"id": row["id"]} for row in ordered])}


async def test_names_that_are_not_there_for_the_caller_are_refused_everywhere(callers: Serving) -> None:
    differences = Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            for name in oracle.missing(caller, model):
                for query in _uses(model, name):
                    await differences.compare(caller, query, INVALID)
    differences.check(at_least=len(CALLERS) * 60)


def _uses(model: str, name: str) -> Iterator[str]:
    """Every way to bring a property into a request."""
    yield f"{{ one{model} {{ {name} }} }}"
    yield f"{{ all{model} {{ results {{ {name} }} }} }}"
    yield f"{{ all{model}(where: {{{name}: {{exists: true}}}}) {{ totalCount }} }}"
    yield f"{{ all{model}(where: {{_or: [{{{name}: {{exists: true}}}}]}}) {{ totalCount }} }}"
    yield f"{{ all{model}(sort: {{field: {name}}}) {{ totalCount }} }}"
    for figure in ("sum", "avg", "min", "max"):
        yield f"{{ all{model} {{ aggregate {{ {figure} {{ {name} }} }} }} }}"
    yield f"{{ all{model} {{ groupBy(by: [{name}]) {{ aggregate {{ count }} }} }} }}"
    yield f"{{ all{model} {{ groupBy(by: [id]) {{ key {{ {name} }} }} }} }}"
    for other, relation, reference in relations():
        if reference.model == model:
            yield f"{{ all{other} {{ results {{ {relation} {{ {name} }} }} }} }}"
            yield f"{{ all{other}(where: {{{relation}: {{{name}: {{exists: true}}}}}}) {{ totalCount }} }}"
            yield f"{{ all{other} {{ results {{ {relation}Aggregate {{ max {{ {name} }} }} }} }} }}"
    if name not in ("password",):
        yield f'mutation {{ create{model}(input: {{{name}: "x"}}) {{ id }} }}'
        yield f'mutation {{ update{model}(id: 1, input: {{{name}: "x"}}) {{ id }} }}'


async def test_action_runs_for_whom_it_is_allowed(trial: Serving) -> None:
    world, differences = oracle.seeded(), Differences(trial)
    query = "mutation ($id: ID!) { action(id: $id) }"
    for caller in CALLERS:
        for action in oracle_actions.ACTIONS:
            result, refusal = oracle_actions.call(world, caller, action)
            expected: Any = refusal or {"action": {"results": result}}
            await differences.compare(caller, query, expected, {"id": action})
    differences.check(at_least=len(CALLERS) * len(oracle_actions.ACTIONS))


OPERATIONS = (
    "{ allTeam { totalCount } }",
    "{ oneNote { id } }",
    "{ mePerson { id } }",
    "{ __typename }",
    'mutation { action(id: "Ping") }',
    'mutation { createMessage(input: {text: "x"}) { id } }',
    "mutation { deleteMessage(id: 1) { id } }",
    f'mutation {{ login(authProfileUuid: "{"1" * 32}", username: "a", password: "b") {{ jwtToken }} }}',
)


async def test_tokens_that_were_good_are_refused_for_every_operation(callers: Serving) -> None:
    differences = Differences(callers)
    for name in LATE:
        for query in OPERATIONS:
            await differences.compare(Caller(name), query, UNAUTHENTICATED)
    differences.check(at_least=len(LATE) * len(OPERATIONS))
