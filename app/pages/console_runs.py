"""The console's pages of runs: found and pictured, and one of them with all that it did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from app.errors import BadInput, Conflict
from app.pages.console import Visit, chosen, number
from app.pages.run_chart import run_chart, seconds_of, told_seconds
from app.resolvers.runs import STATES, RunView, cancel_run, count_runs, retry_run, run, runs

PAGE = 50
PICTURED = 200
FILTERS = ("text", "state", "action", "door")
DOORS = ("graphql", "rest", "execution", "incoming", "endpoint", "http", "schedule")
WORDS = {
    "created": "Created",
    "running": "Running",
    "waiting_for_input": "Waiting",
    "completed": "Success",
    "fatal_errored": "Fail",
    "unknown": "Unknown",
}
DONE = {"cancelled": "The run was cancelled.", "retried": "The run goes on from where it last stood."}


@dataclass(frozen=True, slots=True)
class Bar:
    """One step in the waterfall of a run; places are percents of the whole."""

    step: Mapping[str, Any]
    left: float
    width: float


async def list_runs(visit: Visit) -> Response:
    """The newest runs that agree with the filters, and a picture of when they ran and how long."""
    where = chosen(visit.request, FILTERS)
    skip = number(visit.request, "skip")
    context = visit.context
    try:
        pictured = await runs(context, where, 0, PICTURED)
        found = pictured[:PAGE] if skip == 0 else await runs(context, where, skip, PAGE)
        total = await count_runs(context, where)
        problem = None
    except BadInput as error:
        pictured, found, total, problem = [], [], 0, error.message
    return visit.show(
        "runs.html",
        200 if problem is None else 400,
        runs=found,
        total=total,
        skip=skip,
        most=PAGE,
        where=where,
        problem=problem,
        page_of=lambda at: "?" + urlencode({**where, "skip": at}),
        chart=run_chart(pictured),
        states=STATES,
        words=WORDS,
        doors=DOORS,
        actions=sorted(context.generation.application.actions),
        duration=_duration,
    )


async def show_run(visit: Visit) -> Response:
    """One run."""
    view = await run(visit.context, visit.request.path_params["id"])
    return _shown(visit, view, DONE.get(visit.request.query_params.get("done", "")))


async def cancel(visit: Visit) -> Response:
    """Ends a run."""
    id = visit.request.path_params["id"]
    try:
        await cancel_run(visit.context, id)
    except Conflict as error:
        return _shown(visit, await run(visit.context, id), error.message, 409)
    return visit.to(f"runs/{quote(id, safe='')}?done=cancelled")


async def retry(visit: Visit) -> Response:
    """Has a failed run go on."""
    id = visit.request.path_params["id"]
    try:
        await retry_run(visit.context, id)
    except Conflict as error:
        return _shown(visit, await run(visit.context, id), error.message, 409)
    return visit.to(f"runs/{quote(id, safe='')}?done=retried")


def _shown(visit: Visit, view: RunView, notice: str | None, status: int = 200) -> Response:
    steps = view.steps or ()
    return visit.show(
        "run.html",
        status,
        run=view,
        words=WORDS,
        notice=notice,
        bars=waterfall(steps),
        input=None if view.input is None else _pretty(view.input),
        result=None if view.result is None else _pretty(view.result),
        duration=_duration,
        may_cancel=view.durable and view.ended is None,
        may_retry=view.durable and view.state == "fatal_errored",
    )


def waterfall(steps: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """The steps one behind the other, each as wide as the time it took."""
    whole = sum(float(step["milliseconds"]) for step in steps) or 1.0
    bars, at = [], 0.0
    for step in steps:
        share = 100 * float(step["milliseconds"]) / whole
        bars.append(Bar(step, round(min(at, 99.5), 2), round(max(share, 0.5), 2)))
        at += share
    return bars


def _duration(view: RunView) -> str:
    seconds = seconds_of(view)
    return "" if seconds is None else told_seconds(seconds)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=float)
