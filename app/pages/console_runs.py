"""The console's pages of runs: found and pictured, and one of them with all that it did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from app.definition.model import Application
from app.errors import BadInput, Conflict
from app.pages.console import Visit, chosen, number
from app.pages.console_application import link_to
from app.pages.drawings.flow import Taken, draw_action, fits
from app.pages.drawings.run_chart import run_chart, seconds_of
from app.pages.drawings.shapes import Drawing
from app.pages.drawings.times import told_seconds
from app.resolvers.people import caller_named, names_of
from app.resolvers.runs import (
    MOST_SEARCHED,
    STATES,
    WAITING,
    RunView,
    cancel_run,
    count_runs,
    retry_run,
    run,
    runs,
)

PAGE = 50
PICTURED = 200
MOST_DRAWN = 6
"""Actions of a run."""
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


@dataclass(frozen=True, slots=True)
class Message:
    """What a step said."""

    step: Mapping[str, Any]
    level: str
    text: str


async def list_runs(visit: Visit) -> Response:
    """The newest runs that agree with the filters, and a picture of when they ran and how long."""
    where = chosen(visit.request, FILTERS)
    skip = number(visit.request, "skip")
    context = visit.context
    try:
        caller = await _caller(visit, where)
        wanted = where if caller is None else {**where, "text": caller}
        pictured = await runs(context, wanted, 0, PICTURED)
        found = pictured[:PAGE] if skip == 0 else await runs(context, wanted, skip, PAGE)
        total = await count_runs(context, wanted)
        problem = None
    except BadInput as error:
        caller, pictured, found, total, problem = None, [], [], 0, error.message
    return visit.show(
        "runs.html",
        200 if problem is None else 400,
        runs=found,
        total=total,
        skip=skip,
        most=PAGE,
        where=where,
        caller=caller,
        problem=problem,
        page_of=lambda at: "?" + urlencode({**where, "skip": at}),
        chart=run_chart(pictured),
        states=STATES,
        words=WORDS,
        doors=DOORS,
        actions=sorted(context.generation.application.actions),
        duration=_duration,
        names=await names_of(context, [one.caller for one in found]),
    )


async def _caller(visit: Visit, where: Mapping[str, str]) -> str | None:
    """Who is meant where the text that runs are looked for by is somebody's name."""
    text = where.get("text", "")
    return await caller_named(visit.context, text) if len(text) <= MOST_SEARCHED else None


async def show_run(visit: Visit) -> Response:
    """One run."""
    view = await run(visit.context, visit.request.path_params["id"])
    return await _shown(visit, view, DONE.get(visit.request.query_params.get("done", "")))


async def cancel(visit: Visit) -> Response:
    """Ends a run."""
    id = visit.request.path_params["id"]
    try:
        await cancel_run(visit.context, id)
    except Conflict as error:
        return await _shown(visit, await run(visit.context, id), error.message, 409)
    return visit.to(f"runs/{quote(id, safe='')}?done=cancelled")


async def retry(visit: Visit) -> Response:
    """Has a failed run go on."""
    id = visit.request.path_params["id"]
    try:
        await retry_run(visit.context, id)
    except Conflict as error:
        return await _shown(visit, await run(visit.context, id), error.message, 409)
    return visit.to(f"runs/{quote(id, safe='')}?done=retried")


async def _shown(visit: Visit, view: RunView, notice: str | None, status: int = 200) -> Response:
    steps = view.steps or ()
    application = visit.context.generation.application
    return visit.show(
        "run.html",
        status,
        run=view,
        words=WORDS,
        notice=notice,
        bars=waterfall(steps),
        messages=list(_messages(steps)),
        drawings=list(_drawings(application, view, steps)),
        known=application.actions,
        link=link_to(application),
        input=None if view.input is None else _pretty(view.input),
        result=None if view.result is None else _pretty(view.result),
        duration=_duration,
        names=await names_of(visit.context, [view.caller]),
        may_cancel=view.durable and view.ended is None,
        may_retry=view.durable and view.state == "fatal_errored",
    )


def _messages(steps: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    """What the steps said, and why they failed, in their order."""
    for step in steps:
        for message in step.get("messages", ()):
            yield Message(step, message["level"], message["text"])
        if step.get("error"):
            yield Message(step, "error", step["error"])


def _drawings(
    application: Application, view: RunView, steps: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Drawing]]:
    """The way that a run took through its action, and through those that it called, as far as they are the same now."""
    for name in list(dict.fromkeys([view.action, *(step["action"] for step in steps)]))[:MOST_DRAWN]:
        mine = [step for step in steps if step["action"] == name]
        action = application.actions.get(name)
        if action is not None and mine and fits(action, {step["place"]: step["kind"] for step in mine}):
            waits = view.state == WAITING and mine[-1] is steps[-1]
            yield name, draw_action(action, taken_of(mine, waits=waits), link_to(application))


def taken_of(steps: Sequence[Mapping[str, Any]], *, waits: bool = False) -> dict[str, Taken]:
    """How often each step of an action ran, and how it went; a run that `waits` does so at the last."""
    found: dict[str, Taken] = {}
    for step in steps:
        before = found.get(step["place"], Taken(0, 0.0))
        milliseconds = before.milliseconds + float(step["milliseconds"])
        found[step["place"]] = Taken(
            before.count + 1, milliseconds, "failed" if step.get("error") else before.how
        )
    if waits and steps:
        found[steps[-1]["place"]] = replace(found[steps[-1]["place"]], how="waiting")
    return found


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
