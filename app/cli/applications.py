"""The applications whose users and keys a command is about, and the server's own tables, beside a running server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from app import settings as settings_module
from app.definition.load import from_text
from app.definition.model import Application
from app.definition.names import parse_uuid
from app.errors import BadInput, NotFound
from app.main import load_definitions
from app.resolvers.context import Server
from app.server.opening import close_server, database_url, open_server
from app.settings import Settings
from app.steps import KINDS
from app.storage.migrate import migrate
from app.storage.revisions import RevisionRows
from app.storage.system import SYSTEM
from app.storage.work import Work
from app.suggestions import did_you_mean

T = TypeVar("T")

DefinitionOption = Annotated[
    list[Path] | None, typer.Option("--definition", help="Definitions; none means the built-in examples.")
]
ServedOption = Annotated[
    list[Path] | None,
    typer.Option("--definition", help="Definitions; none means those that were served last."),
]
ApplicationOption = Annotated[
    str | None, typer.Option("--application", help="Its name or uuid; the first when there are several.")
]


def served(paths: Sequence[Path] | None) -> list[Application]:
    """The applications of these definitions."""
    return [one.application for one in load_definitions(paths or [])]


async def served_last(server: Server, paths: Sequence[Path] | None) -> list[Application]:
    """The applications of these definitions, without any those that servers of this database began to serve last."""
    if paths:
        return served(paths)
    rows = RevisionRows(server.database.dialect)

    def work() -> Work[list[str]]:
        texts = []
        for id in (yield from rows.applications()):
            texts.append((yield from rows.last_served(id)) or "")
        return texts

    try:
        return [from_text(text, steps=KINDS) for text in await server.database.read(work)]
    except ValidationError:
        raise BadInput("What was served last has functions of its own; name it with --definition.") from None


def chosen(applications: Sequence[Application], named: str | None) -> Application:
    """The application with this name or uuid, without one the first."""
    if named is None:
        return applications[0]
    uuid = parse_uuid(named)
    for one in applications:
        if one.name == named or one.uuid == uuid:
            return one
    near = did_you_mean(named, [one.name for one in applications])
    raise NotFound(f"There is no application {named!r}.{near}")


def with_server(
    data: Path | None, work: Callable[[Server], Coroutine[Any, Any, T]], *, begun: bool = False
) -> T:
    """What `work` returns, given the database and secrets of the settings; missing tables are made first.

    With `begun` there has to be a database file already: `NotFound`, and nothing is made.
    """

    async def run() -> T:
        settings = settings_module.load(data=data)
        if begun:
            _check_begun(database_url(settings))
        async with _opened(settings) as server:
            return await work(server)

    return asyncio.run(run())


def print_rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table whose cells are never cut, so that it can be piped on."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _check_begun(url: str) -> None:
    scheme, _, file = url.partition(":///")
    if scheme == "sqlite" and not Path(file).exists():
        raise NotFound(f"There is no database {file}; name the folder of the server with --data.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Server]:
    server = await open_server(settings)
    try:
        await migrate(database_url(settings), [SYSTEM])
        yield server
    finally:
        await close_server(server)
