"""What the operator does with runs: sees those of all applications, ends one, has a failed one go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definition.model import Action, Application
from app.definition.names import parse_uuid
from app.engine.durable_runs import CANCELLED
from app.errors import BadInput, Conflict, NotFound
from app.resolvers.audit import OPERATOR, administered
from app.resolvers.context import Server
from app.resolvers.runs import STATES
from app.storage.audit import Entry
from app.storage.durable_runs import StoredRun
from app.storage.run_lists import RunLists
from app.storage.work import Work
from app.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs to list: in a state, of an action by name or uuid, the newest so many."""

    state: str | None = None
    action: str | None = None
    most: int = 20


async def list_runs(server: Server, applications: Sequence[Application], wanted: Wanted) -> list[StoredRun]:
    """The runs of these applications, the newest first.

    `BadInput` for a state that no run has, `NotFound` for an action that no application has.
    """
    if wanted.state is not None and wanted.state not in STATES:
        near = did_you_mean(wanted.state, STATES)
        raise BadInput(f"A state is one of {', '.join(STATES)}.{near}", {"state": ["is_invalid"]})
    state: dict[str, str] = {} if wanted.state is None else {"state": wanted.state}
    lists = RunLists(server.database.dialect)

    def work() -> Work[list[StoredRun]]:
        found: list[StoredRun] = []
        for application, action in _searched(applications, wanted.action):
            found += yield from lists.newest(application.uuid.hex, state | action, 0, wanted.most)
        return found

    found = await server.database.read(work)
    return sorted(found, key=lambda run: run.created, reverse=True)[: wanted.most]


async def show_run(server: Server, id: str) -> tuple[StoredRun, Sequence[Mapping[str, Any]]]:
    """The run with this id, of any application, and what its steps did; `NotFound` where there is none."""
    lists = RunLists(server.database.dialect)

    def work() -> Work[tuple[StoredRun, Sequence[Mapping[str, Any]]]]:
        row = yield from _found(server, id)
        return row, (yield from lists.steps(id))

    return await server.database.read(work)


async def end_run(server: Server, id: str) -> None:
    """Ends a durable run, whatever it does; `Conflict` where it has ended or can't be ended."""

    def work() -> Work[None]:
        row = yield from _found(server, id)
        if not (yield from server.run_rows.cancel(id, row.application, CANCELLED)):
            what = "has ended" if row.ended else "was started with a caller who waits; it ends by itself"
            raise Conflict(f"The run {id} {what}.")
        yield from server.trail.tell(_told("cancel", row))

    await server.database.write(work)


async def resume_run(server: Server, id: str) -> None:
    """Has a failed durable run go on from where it last stood, on a server; `Conflict` for any other."""

    def work() -> Work[None]:
        row = yield from _found(server, id)
        if not (yield from server.run_rows.retry(id, row.application)):
            raise Conflict(f"The run {id} is {row.state}; only a durable run that has failed can go on.")
        yield from server.trail.tell(_told("retry", row))
        yield from server.dispatcher.defer(id)

    await server.database.write(work)


def _told(operation: str, row: StoredRun) -> Entry:
    return administered(row.application, OPERATOR, operation, row.action_name)._replace(run_id=row.id)


def _found(server: Server, id: str) -> Work[StoredRun]:
    row = yield from server.run_rows.find(id)
    if row is None:
        raise NotFound(f"There is no run {id}.")
    return row


def _searched(
    applications: Sequence[Application], action: str | None
) -> list[tuple[Application, dict[str, str]]]:
    """The applications to look through, each with what its action is found by."""
    if action is None:
        return [(one, {}) for one in applications]
    uuid = parse_uuid(action)
    found = [
        (application, {"action": one.uuid.hex})
        for application, one in _actions(applications)
        if one.name == action or one.uuid == uuid
    ]
    if not found:
        near = did_you_mean(action, [one.name for _, one in _actions(applications)])
        raise NotFound(f"There is no action {action!r}.{near}")
    return found


def _actions(applications: Sequence[Application]) -> Iterable[tuple[Application, Action]]:
    return ((application, one) for application in applications for one in application.actions.values())
