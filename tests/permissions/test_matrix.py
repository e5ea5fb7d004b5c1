"""Every caller against every model by every way of reading and every action, each answer as the oracle has it.

A test runs one kind of operation for all callers and collects what differs, so that a failure lists the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.permissions import oracle
from tests.permissions.callers import LATE
from tests.permissions.oracle import CALLERS, INVALID, Caller, Reference, Row, World
from tests.permissions.serving import Answer, Serving

MODELS = tuple(oracle.FIELDS)
TYPES = {"id": "IntFilter", "amount": "IntFilter", "salary": "IntFilter", "mark": "IntFilter"}
UNAUTHENTICATED = oracle.UNAUTHENTICATED


@dataclass
class Differences:
    """What came back otherwise than the oracle says."""

    served: Serving
    found: list[str] = field(default_factory=list)
    asked: int = 0

    async def compare(
        self,
        caller: Caller,
        query: str,
        expected: Mapping[str, Any] | str,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Asks; `expected` is the whole of `data`, or the code with which nothing but nulls comes."""
        answer = await self.served.ask(query, variables, self.served.tokens.get(caller.name))
        self.asked += 1
        got = answer.code or answer.data
        if got != expected or (answer.code and not _empty(answer.data)):
            short = re.sub(r"\s+", " ", query)
            self.found.append(f"{caller.name}: {short} {variables or ''}\n   {answer.body}\n   not {expected}")

    def check(self, at_least: int) -> None:
        assert self.asked >= at_least
        assert not self.found, f"{len(self.found)} of {self.asked}:\n" + "\n".join(self.found[:20])


def _empty(data: Any) -> bool:
    return data is None or all(value is None for value in data.values())


def _selected(names: list[str]) -> str:
    return " ".join(names)


def _page(rows: list[Row]) -> dict[str, Any]:
    return {"results": rows, "totalCount": len(rows)}


def _offered(model: str, expected: Any) -> Any:
    """What is expected of a root field that is there only where anybody at all may read."""
    return expected if model in oracle.READ_BY_ANYBODY else INVALID


def _all(world: World, caller: Caller, model: str) -> Any:
    rows = oracle.visible(world, caller, model)
    if isinstance(rows, str):
        return _offered(model, rows)
    return {f"all{model}": _page([oracle.shown(caller, model, row) for row in rows])}


async def test_all_answers_the_rows_and_fields_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            names = _selected(oracle.fields(caller, model))
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
                names = _selected(oracle.fields(caller, model))
                query = f"query ($id: Int) {{ one{model}(where: {{id: {{eq: $id}}}}) {{ {names} }} }}"
                rows = oracle.visible(world, caller, model)
                if isinstance(rows, str):
                    await differences.compare(caller, query, _offered(model, rows), {"id": id})
                    continue
                found = [oracle.shown(caller, model, row) for row in rows if row["id"] == id]
                expected = {f"one{model}": found[0] if found else None}
                await differences.compare(caller, query, expected, {"id": id})
    differences.check(at_least=len(CALLERS) * 30)


async def test_me_answers_who_calls(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            names = _selected(oracle.fields(caller, model))
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
            for name in oracle.fields(caller, model):
                query = f"query ($v: JSON) {{ all{model}(where: {{{name}: {{eq: $v}}}}) {{ results {{ id }} totalCount }} }}"
                for value in _values(world, model, name):
                    rows = oracle.visible(world, caller, model)
                    expected: Any = _offered(model, rows)
                    if not isinstance(rows, str):
                        page = [{"id": row["id"]} for row in rows if row[name] == value]
                        expected = {f"all{model}": _page(page)}
                    await differences.compare(caller, query, expected, {"v": value})
    differences.check(at_least=len(CALLERS) * 50)


def _values(world: World, model: str, name: str) -> list[Any]:
    """Every value that a row has, whoever may see it."""
    return sorted({row[name] for row in world[model].values() if row[name] is not None})


async def test_sort_orders_the_rows_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model in MODELS:
            for name in oracle.fields(caller, model):
                for order in ("ASC", "DESC"):
                    query = f"{{ all{model}(sort: {{field: {name}, order: {order}}}) {{ results {{ id }} totalCount }} }}"
                    rows = oracle.visible(world, caller, model)
                    expected: Any = _offered(model, rows)
                    if not isinstance(rows, str):
                        ordered = oracle.ordered(rows, _by(name), order == "DESC")
                        expected = {f"all{model}": _page([{"id": row["id"]} for row in ordered])}
                    await differences.compare(caller, query, expected)
    differences.check(at_least=len(CALLERS) * 30)


def _by(name: str) -> Any:
    return lambda row: row[name]


def _relations() -> Iterator[tuple[str, str, Reference]]:
    for model, relations in oracle.RELATIONS.items():
        for name, reference in relations.items():
            yield model, name, reference


async def test_relation_answers_the_rows_of_the_caller(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in _relations():
            names = _selected(oracle.fields(caller, reference.model))
            query = f"{{ all{model} {{ results {{ id {name} {{ {names} }} }} totalCount }} }}"
            await differences.compare(caller, query, _nested(world, caller, model, name, reference))
    differences.check(at_least=len(CALLERS) * 8)


def _nested(world: World, caller: Caller, model: str, name: str, reference: Reference) -> Any:
    rows = oracle.visible(world, caller, model)
    allowed = oracle.visible(world, caller, reference.model)
    if isinstance(rows, str) or isinstance(allowed, str):
        return _offered(model, rows if isinstance(rows, str) else str(allowed))
    results = []
    for row in rows:
        others = oracle.related(world, caller, row, reference)
        assert not isinstance(others, str)
        seen = [oracle.shown(caller, reference.model, other) for other in others]
        results.append({"id": row["id"], name: seen if reference.many else next(iter(seen), None)})
    return {f"all{model}": _page(results)}


async def test_where_over_a_relation_looks_at_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in _relations():
            for property in oracle.fields(caller, reference.model):
                query = (
                    f"query ($v: JSON) {{ all{model}(where: {{{name}: {{{property}: {{eq: $v}}}}}})"
                    " { results { id } totalCount } }"
                )
                for value in _values(world, reference.model, property):
                    expected = _found_over(world, caller, model, reference, property, value)
                    await differences.compare(caller, query, expected, {"v": value})
    differences.check(at_least=len(CALLERS) * 60)


def _found_over(
    world: World, caller: Caller, model: str, reference: Reference, property: str, value: Any
) -> Any:
    rows = oracle.visible(world, caller, model)
    allowed = oracle.visible(world, caller, reference.model)
    if isinstance(rows, str) or isinstance(allowed, str):
        return _offered(model, rows if isinstance(rows, str) else str(allowed))
    found = []
    for row in rows:
        others = oracle.related(world, caller, row, reference)
        if any(isinstance(other, dict) and other[property] == value for other in others):
            found.append({"id": row["id"]})
    return {f"all{model}": _page(found)}


async def test_sort_over_a_relation_looks_at_rows_of_the_caller_alone(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    for caller in CALLERS:
        for model, name, reference in _relations():
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
        return _offered(model, rows if isinstance(rows, str) else str(allowed))

    def key(row: Row) -> Any:
        others = oracle.related(world, caller, row, reference)
        return others[0][property] if others and isinstance(others[0], dict) else None

    ordered = oracle.ordered(rows, key, order == "DESC")
    return {f"all{model}": _page([{"id": row["id"]} for row in ordered])}


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
    for other, relations in oracle.RELATIONS.items():
        for relation, reference in relations.items():
            if reference.model == model:
                yield f"{{ all{other} {{ results {{ {relation} {{ {name} }} }} }} }}"
                yield f"{{ all{other}(where: {{{relation}: {{{name}: {{exists: true}}}}}}) {{ totalCount }} }}"
    if name not in ("password",):
        yield f'mutation {{ create{model}(input: {{{name}: "x"}}) {{ id }} }}'
        yield f'mutation {{ update{model}(id: 1, input: {{{name}: "x"}}) {{ id }} }}'


async def test_action_runs_for_whom_it_is_allowed(callers: Serving) -> None:
    world, differences = oracle.seeded(), Differences(callers)
    query = "mutation ($id: ID!) { action(id: $id) }"
    for caller in CALLERS:
        for action in oracle.ACTIONS:
            result, refusal = oracle.call(world, caller, action)
            expected: Any = refusal or {"action": {"results": result}}
            await differences.compare(caller, query, expected, {"id": action})
    differences.check(at_least=len(CALLERS) * len(oracle.ACTIONS))


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


def _unused(answer: Answer) -> None:
    """Keeps the type of answers in sight of readers."""
