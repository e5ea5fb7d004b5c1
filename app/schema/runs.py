"""The fields of Query and Mutation for runs: started, looked at, answered, ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from enum import Enum
from typing import Any

import strawberry

from app.resolvers.context import Context
from app.resolvers.runs import (
    GOING_ON,
    LONGEST_WAIT,
    answer_run,
    cancel_run,
    count_runs,
    run,
    runs,
    start_action,
)
from app.schema.fields import Argument, Info, RootField, field
from app.schema.mutation_field import MutationField, fixed
from app.schema.run_types import Run, RunPage, RunStarted, RunState, RunWhere, run_answer
from app.schema.scalars import JSON
from app.schema.selections import Reader
from app.schema.shapes import Shape, shape_of
from app.schema.types import TAKE

Arguments = Mapping[str, Any]
_ID = Argument("id", strawberry.ID, description="The run's id.")
_INPUT = Argument("input", JSON | None, description="Its inputs by name.")
_FILTERS = {"createdFrom": "created_from", "createdBefore": "created_before"}


def run_query_fields() -> Iterator[RootField]:
    """`run` and `runs`."""
    wait = f"Answers when there is news of the run, or after so many seconds: {LONGEST_WAIT} at most."
    state = "The state in which to wait; created and running unless given."
    yield _reading(
        "run",
        "Run",
        Run | None,
        "A run, for who started it and for who may read the console.",
        [
            _ID,
            Argument("waitSeconds", int | None, description=wait),
            Argument("whileState", RunState | None, description=state),
        ],
        _run,
    )
    yield _reading(
        "runs",
        "RunPage",
        RunPage | None,
        "The caller's runs, or all for who may read the console.",
        [
            Argument("where", RunWhere | None, description="Which runs; all keys must hold."),
            Argument("skip", int | None, description="How many to leave out from the start."),
            Argument("take", int | None, description=TAKE),
        ],
        _runs,
    )


def run_mutation_fields() -> Iterator[MutationField]:
    """`startAction`, `answerRun` and `cancelRun`."""
    yield fixed(
        "RunStarted",
        field(
            "startAction",
            RunStarted | None,
            "Starts an action as a durable run, and answers at once.",
            [Argument("id", strawberry.ID, description="The action's uuid or name."), _INPUT],
        ),
        _start,
    )
    token = Argument("token", str, description="That of the question: `run { waiting { token } }`.")
    answer = Argument("input", JSON | None, description="The answer: its fields by name.")
    yield fixed(
        "RunStarted",
        field("answerRun", RunStarted | None, "Answers what a run asks.", [_ID, token, answer]),
        _answer,
    )
    yield fixed(
        "Run", field("cancelRun", Run | None, "Ends a run, whatever it does.", [_ID]), _cancel, keyed=False
    )


def _reading(
    name: str,
    type_name: str,
    annotation: Any,
    about: str,
    arguments: list[Argument],
    answer: Callable[[Context, Arguments, Shape], Awaitable[Any]],
) -> RootField:
    async def resolve(info: Info, given: Arguments) -> Any:
        shape = shape_of(Reader.of(info, {}), info.field_nodes, type_name)
        return shape.of(await answer(info.context, given, shape))

    return RootField(field(name, annotation, about, arguments), resolve)


async def _run(context: Context, given: Arguments, shape: Shape) -> Any:
    state = given.get("whileState")
    states = GOING_ON if state is None else (state.value,)
    return run_answer(await run(context, given["id"], given.get("waitSeconds") or 0, states))


async def _runs(context: Context, given: Arguments, shape: Shape) -> Any:
    where = {
        _FILTERS.get(key, key): value.value if isinstance(value, Enum) else value
        for key, value in (given.get("where") or {}).items()
        if value is not None
    }
    page: dict[str, Any] = {}
    if "results" in shape.names:
        skip, take = given.get("skip"), given.get("take")
        found = await runs(context, where, skip or 0, 50 if take is None else take)
        page["results"] = [run_answer(one) for one in found]
    if "totalCount" in shape.names:
        page["totalCount"] = await count_runs(context, where)
    return page


async def _start(context: Context, given: Arguments) -> Any:
    begun = await start_action(context, given["id"], given.get("input"))
    return {"runId": begun.id, "state": begun.state}


async def _answer(context: Context, given: Arguments) -> Any:
    answered = await answer_run(context, given["id"], given["token"], given.get("input"))
    return {"runId": answered.id, "state": answered.state}


async def _cancel(context: Context, given: Arguments) -> Any:
    return run_answer(await cancel_run(context, given["id"]))
