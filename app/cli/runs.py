"""`actionql runs`: listed, shown, ended and tried again, beside a running server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.applications import ServedOption, chosen, served_last, with_server
from app.cli.base import DataOption, JsonOption, fail
from app.cli.tables import print_table
from app.errors import Conflict, NotFound
from app.json_text import write_json
from app.resolvers.context import Server
from app.resolvers.operation import Wanted, end_run, list_runs, resume_run, show_run
from app.storage.durable_runs import StoredRun

runs_cli = typer.Typer(help="Runs of actions: listed, shown, ended, tried again.", no_args_is_help=True)

COLOURS = {
    "created": "cyan",
    "running": "blue",
    "waiting_for_input": "yellow",
    "completed": "green",
    "fatal_errored": "red",
}
LEVELS = {"debug": "dim", "info": "", "warning": "yellow", "error": "red"}
IdsArgument = Annotated[list[str], typer.Argument(help="Ids of runs, as `runs list` shows them.")]


@runs_cli.command("list")
def list_all(
    state: Annotated[str | None, typer.Option(help="Only runs in this state.")] = None,
    action: Annotated[str | None, typer.Option(help="Only runs of this action, by name or uuid.")] = None,
    application: Annotated[
        str | None, typer.Option(help="Only runs of this one, by name or uuid; else of all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 20,
    definition: ServedOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists runs, the newest first."""

    async def find(server: Server) -> tuple[dict[str, str], list[StoredRun]]:
        applications = await served_last(server, definition)
        of = applications if application is None else [chosen(applications, application)]
        found = await list_runs(server, of, Wanted(state, action, limit))
        return {one.uuid.hex: one.name for one in of}, found

    names, found = with_server(data, find, begun=True)
    if as_json:
        _print_json([_plain(run) | {"application": names[run.application]} for run in found])
        return
    print_table(_runs(found, names))


@runs_cli.command("show")
def show(
    id: Annotated[str, typer.Argument(help="The run's id, as `runs list` shows it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows a run: who started it, where it stands, what its steps did and said."""
    run, steps = with_server(data, lambda server: show_run(server, id), begun=True)
    if as_json:
        _print_json(_plain(run) | {"input": run.input, "result": run.result, "steps": list(steps)})
        return
    facts = Table(box=None, show_header=False)
    for name, value in _facts(run):
        facts.add_row(Text(name, "bold"), value)
    print_table(facts)
    if steps:
        print_table(_steps(steps))


@runs_cli.command("cancel")
def cancel(ids: IdsArgument, data: DataOption = None) -> None:
    """Ends durable runs, whatever they do; a step that is out is not called back."""
    _each(ids, data, end_run, "cancelled")


@runs_cli.command("retry")
def retry(ids: IdsArgument, data: DataOption = None) -> None:
    """Has failed durable runs go on from where they last stood; a server or worker takes them up."""
    _each(ids, data, resume_run, "goes on")


def _each(ids: Sequence[str], data: Any, change: Callable[[Server, str], Awaitable[None]], done: str) -> None:
    """Changes each run that can be changed; says of the others why not, and ends with status 1 if there are any."""

    async def work(server: Server) -> list[str]:
        refused = []
        for id in ids:
            try:
                await change(server, id)
            except (Conflict, NotFound) as error:
                refused.append(error.message)
            else:
                print(f"{id} {done}")
        return refused

    refused = with_server(data, work, begun=True)
    if refused:
        fail("\n".join(refused))


def _runs(found: Sequence[StoredRun], names: Mapping[str, str]) -> Table:
    several, now = len(names) > 1, datetime.now(UTC)
    heads = ("Application", "Action") if several else ("Action",)
    table = Table("Run", *heads, "State", "Created", "Took", "Caller", "What is the matter")
    table.columns[0].no_wrap = True
    for run in found:
        of = [_words(names[run.application])] if several else []
        who = _words(run.principal or "anybody")
        where = (_state(run), _moment(run.created), _took(run, now))
        table.add_row(run.id, *of, _words(run.action_name), *where, who, _words(_matter(run, now)))
    return table


def _facts(run: StoredRun) -> Iterator[tuple[str, Text]]:
    now = datetime.now(UTC)
    yield "Run", Text(run.id)
    yield "Action", _words(f"{run.action_name} ({run.action})")
    yield "State", _state(run)
    yield "Started by", _words(f"{run.principal or 'anybody'}, door {run.door}")
    yield "Created", Text(_moment(run.created))
    if run.ended is not None:
        yield "Ended", Text(_moment(run.ended))
    yield "Took", Text(_took(run, now))
    if run.attempts is not None and run.attempts > 1:
        yield "Attempts", Text(str(run.attempts))
    if matter := _matter(run, now):
        yield "Waits" if run.ended is None else "Error", _words(matter)
    for name, value in (("Input", run.input), ("Result", run.result)):
        if value is not None:
            yield name, _words(write_json(value))


def _steps(steps: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("Action", "Place", "Step", "ms", "What it said")
    table.columns[3].justify = "right"
    for step in steps:
        said = [
            _words(f"{one['level']}: {one['text']}", LEVELS[one["level"]]) for one in step.get("messages", ())
        ]
        if error := step.get("error"):
            said.append(_words(error, "red"))
        table.add_row(
            _words(step["action"]),
            _words(step["place"]),
            step["kind"],
            f"{step['milliseconds']:.1f}",
            Text("\n").join(said),
        )
    return table


def _plain(run: StoredRun) -> dict[str, Any]:
    failed = {"code": run.reason, "message": run.message, "detail": run.error}
    moments = {name: getattr(run, name) for name in ("created", "started", "ended")}
    return {
        "id": run.id,
        "action": run.action_name,
        "state": run.state,
        "caller": run.principal,
        "door": run.door,
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "error": None if run.reason is None else failed,
        "waiting": _waiting(run),
    }


def _waiting(run: StoredRun) -> dict[str, Any] | None:
    if run.state != "waiting_for_input" or run.wait is None:
        return None
    return {"title": run.wait["title"], "since": run.wait.get("asked"), "until": run.wait.get("until")}


def _words(text: str, style: str = "") -> Text:
    """A text as it is, without what would change a terminal: callers have written parts of it."""
    return Text("".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text), style)


def _state(run: StoredRun) -> Text:
    return Text(run.state, COLOURS.get(run.state, ""))


def _matter(run: StoredRun, now: datetime) -> str:
    waiting = _waiting(run)
    if waiting is not None:
        since = waiting["since"]
        long = "" if since is None else f", for {_length(now - datetime.fromisoformat(since))}"
        return f"asks: {waiting['title']}{long}"
    if run.reason is None:
        return ""
    return f"{run.reason}: {run.error or run.message or ''}"


def _took(run: StoredRun, now: datetime) -> str:
    return _length((run.ended or now) - run.created) + ("" if run.ended else " so far")


def _length(time: timedelta) -> str:
    """A length of time in its two largest units."""
    seconds = time.total_seconds()
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if hours < 1:
        return f"{minutes} min {int(seconds) % 60} s"
    return f"{hours} h {minutes % 60} min" if days < 1 else f"{days} d {hours % 24} h"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _print_json(value: Any) -> None:
    print(write_json(value))
