"""Takes a database over: its definition, and with it its rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Connection

from app.checks import load_checked
from app.definition.model import Application
from app.errors import BadInput
from app.intake.choices import read_choices
from app.intake.copying import copy_rows
from app.intake.drawing import draw
from app.intake.found import find_tables
from app.intake.names import application_name
from app.intake.outline import Outline
from app.intake.place import database_name, open_source, sqlite_file
from app.intake.text import write_definition
from app.steps import KINDS
from app.storage.audit import Entry
from app.storage.migrate import migrate
from app.storage.system import SYSTEM
from app.storage.tables import build_tables


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken: `without` and `kinds` as the command line has them, `schemas` of PostgreSQL."""

    url: str
    without: Sequence[str] = ()
    kinds: Sequence[str] = ()
    schemas: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A definition, and how many records of each model were copied; None where no rows were wanted."""

    text: str
    counts: Mapping[str, int] | None


def take_over(wanted: Wanted, name: str | None, into: str | None) -> TakenOver:
    """The definition of a database, called `name` or as the database is; its rows go `into` the database of this URL.

    Raises `BadInput`, `ImportFailed` and the errors of a migration; then nothing was changed.
    """
    if into is not None:
        _check_apart(wanted.url, into)
    called = database_name(wanted.url)
    with open_source(wanted.url) as source:
        found = find_tables(source, wanted.schemas)
        if not found.tables:
            raise BadInput("There is no table in this database, or in these schemas.")
        choices = read_choices(found, wanted.without, wanted.kinds)
        outline = draw(found, application_name(name or called), choices)
        text = write_definition(outline, uuid4(), called)
        application = _loaded(text)
        counts = None if into is None else _copy(source, outline, application, into)
    return TakenOver(text, counts)


def _check_apart(url: str, into: str) -> None:
    target = Path(into.removeprefix("sqlite:///"))
    if (
        "postgres" not in url
        and into.startswith("sqlite:")
        and target.exists()
        and target.samefile(sqlite_file(url))
    ):
        raise BadInput("This is the server's own database; name another folder with --data.")


def _loaded(text: str) -> Application:
    """The application of a definition, checked like any other."""
    with TemporaryDirectory(prefix="actionql-import-") as folder:
        file = Path(folder) / "definition.yaml"
        file.write_text(text, encoding="utf-8")
        return load_checked(file, steps=KINDS).application


def _copy(source: Connection, outline: Outline, application: Application, into: str) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    tables = build_tables(application)
    entry = Entry(
        application.uuid.hex,
        datetime.now(UTC),
        "operator",
        "application",
        "command",
        "",
        None,
        "import",
        application.name,
    )

    def copy(target: Connection) -> None:
        counts.update(copy_rows(source, target, outline, tables, entry))

    asyncio.run(migrate(into, [SYSTEM, tables.metadata], then=copy))
    return counts
