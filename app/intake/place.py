"""Opens somebody's database to read from it, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.errors import ActionQLError, BadInput

EXACT = partial(json.loads, parse_float=Decimal)
"""Reads JSON with all digits of its numbers."""


class ImportFailed(ActionQLError):
    """The database could not be taken over, and nothing was; the message says why and what to do."""

    code = "IMPORT_FAILED"


@contextmanager
def open_source(url: str) -> Iterator[Connection]:
    """A connection that sees the database at `url` as it is now and cannot change it.

    `url` is `postgresql://..`, `sqlite:///file` or the path of a SQLite file. Raises `BadInput`, `ImportFailed`.
    """
    engine = _postgresql(url) if url.startswith(("postgresql:", "postgres:")) else _sqlite(sqlite_file(url))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            yield connection
    except (SQLAlchemyError, psycopg.Error, sqlite3.Error) as error:
        # Without the statement and its values.
        raise ImportFailed(
            f"The database could not be read: {getattr(error, 'orig', None) or error}"
        ) from error
    finally:
        engine.dispose()


def database_name(url: str) -> str:
    """What the database is called: the name of the file without its end, or that of the server's database."""
    if url.startswith(("postgresql:", "postgres:")):
        return str(psycopg.conninfo.conninfo_to_dict(_libpq(url)).get("dbname") or "imported")
    return sqlite_file(url).stem


def sqlite_file(url: str) -> Path:
    """The file that a `sqlite:///` URL, or a path, leads to; raises `BadInput` where there is none."""
    if "://" in url and not url.startswith("sqlite:///"):
        raise BadInput(
            "The URL should begin with postgresql:// or sqlite:///, or be the path of a SQLite file."
        )
    path = Path(url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    return path


def _sqlite(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        # What is no UTF-8 is found where its value is looked at, and told with its place.
        connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _postgresql(url: str) -> Engine:
    def connect() -> psycopg.Connection[Any]:
        # The driver itself reads the URL, so that all it understands may stand there.
        connection = psycopg.connect(_libpq(url), application_name="actionql import")
        set_json_loads(EXACT, connection)
        return connection

    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_engine(
        "postgresql+psycopg://", creator=connect, poolclass=NullPool, execution_options=options
    )


def _libpq(url: str) -> str:
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # What the driver says may hold the password.
        raise BadInput("The URL should be postgresql://user:password@host/database.") from None
    return url
