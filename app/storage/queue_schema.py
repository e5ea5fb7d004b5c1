"""The tables of Procrastinate in a schema of their own, as the installed version wants them."""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from app.settings import SettingsError

SCHEMA = "actionql_procrastinate"
_LOCK = 0x616374696F6E7172
"""The number of an advisory lock; it spells actionqr."""
_PATIENCE = 60
_NOTED = f"SELECT obj_description(to_regclass('{SCHEMA}.procrastinate_jobs'), 'pg_class')"
_EMPTY = f"""
DO $empty$ DECLARE thing text; BEGIN
FOR thing IN SELECT format('TABLE %s', oid::regclass) FROM pg_class
  WHERE relnamespace = to_regnamespace('{SCHEMA}') AND relkind = 'r' LOOP
  EXECUTE 'DROP ' || thing || ' CASCADE';
END LOOP;
FOR thing IN SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc
  WHERE pronamespace = to_regnamespace('{SCHEMA}') LOOP
  EXECUTE 'DROP ' || thing || ' CASCADE';
END LOOP;
FOR thing IN SELECT format('TYPE %s', oid::regtype) FROM pg_type
  WHERE typnamespace = to_regnamespace('{SCHEMA}') AND (typtype = 'e' OR typtype = 'c') LOOP
  EXECUTE 'DROP ' || thing || ' CASCADE';
END LOOP;
END $empty$
"""  # noqa: S608


async def make_queue(database_url: str) -> None:
    """Makes the tables of the queue, unless they are there as this version wants them.

    Those of another version are made anew: jobs only wake runs, and a run that nobody wakes is found by a sweep.
    Raises SettingsError where the database's user may not make them.
    """
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
            await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            await _make(connection)
    except asyncpg.InsufficientPrivilegeError:
        user = await connection.fetchval("SELECT quote_ident(current_user)")
        raise SettingsError(
            f"The database's user may not make the schema {SCHEMA}, where the queue of durable runs is. "
            f"Let an administrator of the database do: CREATE SCHEMA {SCHEMA} AUTHORIZATION {user};"
        ) from None
    finally:
        await connection.close()


async def _make(connection: asyncpg.Connection) -> None:
    script = _script()
    note = f"made by {sha256(script.encode()).hexdigest()[:16]}"
    if await connection.fetchval(_NOTED) == note:
        return
    if await connection.fetchval(f"SELECT to_regnamespace('{SCHEMA}')") is None:
        await connection.execute(f"CREATE SCHEMA {SCHEMA}")
    await connection.execute(f"SET LOCAL search_path TO {SCHEMA}")
    await connection.execute(_EMPTY)
    await connection.execute(script)
    # Works call this one from sessions that have another search path; what it calls has the same.
    await connection.execute(
        f"ALTER FUNCTION procrastinate_defer_jobs_v1 SET search_path TO {SCHEMA}, pg_temp"
    )
    await connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{note}'")


def _script() -> str:
    """Procrastinate's own statements, read without loading it."""
    found = find_spec("procrastinate")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "sql" / "schema.sql").read_text(encoding="utf-8")
