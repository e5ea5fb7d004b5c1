"""The console's pages of an application: what it is made of, who may enter where, and each action as a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from starlette.responses import Response

from app.definition.model import Action, Application
from app.definition.source import Place
from app.definition.steps import Step
from app.definition.walk import walk
from app.engine.compile import blocks_of
from app.pages.console import Visit
from app.pages.drawings.entities import draw_models
from app.pages.drawings.flow import draw_action
from app.pages.drawings.step_words import asides_of, words_of
from app.resolvers.entrances import Entrance, columns, entrances, following_slots

SLOTS = 3
"""Of a schedule, shown beforehand."""


@dataclass(frozen=True, slots=True)
class Row:
    """An action in the list of them."""

    action: Action
    doors: Sequence[str]
    who: Sequence[str]
    public: bool
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """A step in words, with those of its blocks below it."""

    kind: str
    words: str
    result: str | None
    asides: Sequence[str]
    blocks: Sequence[tuple[str, Sequence[Said]]]


async def show_application(visit: Visit) -> Response:
    """The application as its definition says it is."""
    generation = visit.context.generation
    application, ways = generation.application, entrances(visit.context)
    return visit.show(
        "application.html",
        generation=generation,
        files=sorted(PurePath(file).name for file in generation.outline.files),
        revision=generation.durable.revisions.current,
        # Many models take a while, in which others are served.
        models=await asyncio.to_thread(draw_models, application, _told_of_models(ways)),
        counts={
            name: len(getattr(application, name)) for name in ("models", "actions", "endpoints", "roles")
        },
        open=sorted((way for way in ways if way.public), key=lambda way: not way.changes),
        rows=[_row(action, ways) for action in application.actions.values()],
        ways=ways,
        columns=columns(application),
        place=place_text,
    )


async def show_action(visit: Visit) -> Response:
    """One action: its doors and its steps."""
    generation = visit.context.generation
    action = generation.action(visit.request.path_params["id"])
    application, ways = generation.application, entrances(visit.context)
    schedule = action.triggers.schedule
    return visit.show(
        "action.html",
        action=action,
        doors=[way for way in ways if way.action == action.name],
        columns=columns(application),
        slots=following_slots(schedule, datetime.now(UTC), SLOTS) if schedule else [],
        callers=sorted(_callers(application, action.name)),
        drawing=draw_action(action, link=link_to(application)),
        steps=said(action.steps),
        written=generation.outline.place(("actions", action.name)),
        place=place_text,
        link=link_to(application),
    )


def link_to(application: Application) -> Callable[[str], str]:
    """Gives where the page of an action is, among the console's pages of its application."""
    return lambda name: f"application/actions/{application.actions[name].uuid.hex}"


def place_text(place: Place) -> str:
    """Where something stands: the file's name and the line."""
    return f"{PurePath(place.file).name}:{place.line}"


def said(steps: Sequence[Step]) -> list[Said]:
    """Steps in words, for those who do not see pictures."""
    return [
        Said(
            step.kind,
            words_of(step),
            step.as_,
            asides_of(step),
            [(name, said(block)) for name, _, block in blocks_of(step) if block],
        )
        for step in steps
    ]


def _told_of_models(ways: Sequence[Entrance]) -> dict[str, str]:
    """What anybody at all may do with the records of each model."""
    told: dict[str, str] = {}
    for way in ways:
        if way.model is not None and way.public:
            told[way.model] = (
                "anybody writes" if way.changes or "writes" in told.get(way.model, "") else "anybody reads"
            )
    return told


def _row(action: Action, ways: Sequence[Entrance]) -> Row:
    mine = [way for way in ways if way.action == action.name]
    doors = [way.door for way in mine]
    schedule = action.triggers.schedule
    slots = following_slots(schedule, datetime.now(UTC), 1) if schedule else []
    who = dict.fromkeys(name for way in mine for name, access in way.who.items() if access != "none")
    if schedule:
        doors.append("schedule")
    return Row(
        action,
        list(dict.fromkeys(doors)),
        list(who),
        any(way.public for way in mine),
        next(iter(slots), None),
    )


def _callers(application: Application, name: str) -> Iterator[str]:
    """The actions that call this one."""
    for action in application.actions.values():
        if any(found.to == "action" and found.value == name for found in walk(action)):
            yield action.name
