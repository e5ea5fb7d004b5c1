"""The server's own tables in PostgreSQL and those of its applications, by PostgreSQL's own programs.

Other tables in the same database are neither copied nor replaced. Nor is the queue: its jobs only wake runs, and a
sweep finds those that nobody wakes.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.storage.append_only import FUNCTION
from app.storage.copies import (
    BackupFailed,
    Holdings,
    NotKnown,
    RestoreRefused,
    Snapshot,
    read_assets,
    read_served,
)
from app.storage.queue_schema import SCHEMA as QUEUE
from app.storage.system import APPLICATION

_PATIENCE = "60s"
_OWN = "actionql_"
_USED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'actionql%' AND pid <> pg_backend_pid()"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_DATA = re.compile(rb"COPY .* FROM stdin;\n")


def dump_database(url: str, folder: Path) -> Snapshot:
    """Has `pg_dump` copy what the database is at this moment, and reads the same."""
    file = folder / "database.dump"
    try:
        with _connected(url) as connection:
            ask = _asking(connection)
            ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            ask("SET LOCAL idle_in_transaction_session_timeout = 0")
            ((moment, schema),) = ask("SELECT pg_export_snapshot(), current_schema()")
            version = _version(connection)
            _check_program("pg_dump", version)
            tables = [f'--table="{schema}"."{prefix}"*' for prefix in _prefixes(ask)]
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={_PATIENCE}"]
            _run(url, ["pg_dump", *options, f"--snapshot={moment}", f"--file={file}", *tables])
            return Snapshot(file, "postgresql", version, read_assets(ask), read_served(ask))
    except psycopg.Error as error:
        raise BackupFailed(f"The database could not be copied: {_reason(error)}") from error


def count_tables(url: str) -> Holdings:
    """How many tables of ours the database has, and how many rows they have."""
    try:
        with _connected(url) as connection:
            ask = _asking(connection)
            tables = _tables(ask)
            return Holdings(len(tables), sum(ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables))  # noqa: S608
    except psycopg.Error as error:
        raise RestoreRefused(f"The database could not be read: {_reason(error)}") from error


@contextmanager
def replacing_tables(url: str, file: Path, version: int) -> Iterator[None]:
    """Drops our tables and makes those of the dump, in one transaction that is committed after the block."""
    try:
        with _connected(url) as connection:
            ask = _asking(connection)
            ask(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            _check_target(connection, version)
            ((schema,),) = ask("SELECT current_schema()")
            if tables := _tables(ask):
                ask(f"DROP TABLE {', '.join(_quoted(name) for name in tables)}")
            if ask(f"SELECT to_regclass('{QUEUE}.procrastinate_jobs')") != [(None,)]:
                ask(f"DELETE FROM {QUEUE}.procrastinate_jobs")  # noqa: S608
            ask(FUNCTION)
            with _script(url, file) as lines:
                _load(connection, lines, schema)
            yield
            _commit(connection)
    except psycopg.Error as error:
        raise RestoreRefused(f"The database did not take the backup: {_reason(error)}") from error


def _commit(connection: psycopg.Connection[Any]) -> None:
    try:
        connection.commit()
    except psycopg.OperationalError as error:
        raise NotKnown(
            "The connection to the database ended while the backup was put in place: restore it again with "
            "--yes-overwrite."
        ) from error


def _check_target(connection: psycopg.Connection[Any], version: int) -> None:
    """Refuses a server that is older than the dump's, and one that is in use."""
    found = _version(connection)
    if found < version:
        raise RestoreRefused(
            f"The backup is of PostgreSQL {version}, and DATABASE_URL leads to PostgreSQL {found}: "
            f"restore it into {version} or newer."
        )
    _check_program("pg_restore", version, RestoreRefused)
    ((others,),) = _asking(connection)(_USED)
    if others:
        raise RestoreRefused("A server or a command is connected to the database: stop it, then restore.")


def _load(connection: psycopg.Connection[Any], lines: Iterable[bytes], schema: str) -> None:
    """Runs a script of pg_dump's: statements, and between them the rows of tables.

    `psql` would also obey what a script says to itself.
    """
    statements: list[bytes] = []
    rows = iter(lines)
    with connection.cursor() as cursor:
        for line in rows:
            if not _DATA.fullmatch(line):
                if not line.startswith((b"\\restrict ", b"\\unrestrict ")):
                    statements.append(line)
                continue
            cursor.execute(b"".join(statements))
            statements = []
            with cursor.copy(line) as copy:
                for row in rows:
                    if row == b"\\.\n":
                        break
                    copy.write(row)
        cursor.execute(b"".join(statements))
        cursor.execute("SELECT set_config('search_path', %s, false)", (schema,))


@contextmanager
def _script(url: str, file: Path) -> Iterator[Iterable[bytes]]:
    """The lines of a dump as a script."""
    command = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file)]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as program:  # noqa: S603
            assert program.stdout is not None
            yield program.stdout
        if program.returncode:
            said.seek(0)
            raise RestoreRefused(f"pg_restore cannot read the backup: {_last(said.read())}")


def _prefixes(ask: Any) -> list[str]:
    """How the names of our tables begin."""
    if ask(f"SELECT to_regclass('{APPLICATION.name}')") == [(None,)]:
        return [_OWN]
    return [_OWN, *(prefix for (prefix,) in ask(f"SELECT prefix FROM {APPLICATION.name} ORDER BY prefix"))]  # noqa: S608


def _tables(ask: Any) -> list[str]:
    prefixes = tuple(_prefixes(ask))
    return [name for (name,) in ask(_TABLES) if name.startswith(prefixes)]


def _connected(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, application_name="actionql copy", connect_timeout=30)


def _version(connection: psycopg.Connection[Any]) -> int:
    """The server's release, as in 15."""
    return connection.info.server_version // 10_000


def _asking(connection: psycopg.Connection[Any]) -> Any:
    def ask(sql: str) -> Sequence[Sequence[Any]]:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    return ask


def _check_program(
    program: str, version: int, failure: type[BackupFailed | RestoreRefused] = BackupFailed
) -> None:
    """Raises where PostgreSQL's program is missing, or older than the server and would refuse."""
    remedy = f"install the client programs of PostgreSQL {version} or newer, and put them first on the PATH"
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise failure(f"There is no {program} here: {remedy}.") from None
    found = re.search(r"(\d+)[.\d]*", done.stdout)
    if found is None or int(found[1]) < version:
        raise failure(f"This {program} is of PostgreSQL {found and found[1]}: {remedy}.")


def _run(url: str, command: Sequence[str]) -> None:
    """Runs a program on the database; the password is in its environment, where others do not see it."""
    known = conninfo_to_dict(url)
    secret = known.pop("password", None)
    environment = os.environ | ({} if secret is None else {"PGPASSWORD": str(secret)})
    place = make_conninfo("", **cast(dict[str, Any], known))
    command = [*command, f"--dbname={place}"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"{command[0]} could not copy the database: {_last(done.stderr)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _last(said: bytes) -> str:
    """The last line that a program wrote to say what is wrong."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it did not say why"


def _reason(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.DependentObjectsStillExist):
        return f"Drop first what depends on the tables: {error.diag.message_detail}"
    return error.diag.message_primary or str(error).partition("\n")[0]
