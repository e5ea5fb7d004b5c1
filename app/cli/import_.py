"""`actionql import`."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import join
from typing import Annotated

import typer

from app import settings as settings_module
from app.cli.base import DataOption, fail
from app.intake.taking import TakenOver, Wanted, take_over
from app.server.opening import database_url


def import_database(
    url: Annotated[str, typer.Argument(help="postgresql://.., sqlite:///file or the path of a SQLite file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File of the definition; else it is printed.")
    ] = None,
    with_data: Annotated[bool, typer.Option("--with-data", help="Copy the rows, too: all, or none.")] = False,
    without: Annotated[
        list[str] | None, typer.Option(help="Leave out TABLE or TABLE.COLUMN; may be repeated.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="TABLE.COLUMN=KIND gives a column this kind; may be repeated.")
    ] = None,
    schema: Annotated[
        list[str] | None, typer.Option(help="Take this schema of PostgreSQL only; may be repeated.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Makes a definition of a database that is there, and copies its rows if they are wanted.

    The database itself stays as it is.
    """
    settings = settings_module.load(data=data)
    if output is not None and output.exists():
        fail(f"{output} is there already; nothing was written.")
    if output is not None and not output.parent.is_dir():
        fail(f"There is no folder {output.parent}.")
    if with_data:
        settings.data.mkdir(parents=True, exist_ok=True)
    taken = take_over(
        Wanted(url, without or (), kind or (), schema or ()),
        None if output is None else output.stem,
        database_url(settings) if with_data else None,
    )
    _tell(taken, output, data if with_data else None)


def _tell(taken: TakenOver, output: Path | None, data: Path | None) -> None:
    if output is None:
        print(taken.text, end="")
    else:
        output.write_text(taken.text, encoding="utf-8")
    for model, count in (taken.counts or {}).items():
        print(f"{model}: {count} record(s)", file=sys.stderr)
    if output is not None:
        words = ["actionql", "serve", str(output), *(() if data is None else ("--data", str(data)))]
        print(f"wrote {output}\n\nServe it, which prints its address and a login:\n\n  {join(words)}")
