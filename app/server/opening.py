"""Opens what all applications of a server share, and ends it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from app.assets import LocalStore, Store
from app.auth.keystore import Keystore
from app.auth.limiter import AttemptLimiter
from app.auth.passwords import Passwords
from app.engine.changes import Changes
from app.memory import collect_seldom, return_large_blocks
from app.metrics import Metrics
from app.outbound import Outbound
from app.outbound.mail import Mail, Outbox, SmtpServer
from app.resolvers.context import Server
from app.resolvers.trail import Trail
from app.server.restoring import refuse_unfinished
from app.server.running import open_dispatcher
from app.settings import Settings, SettingsError, definition_environment
from app.steps.send_email import mailbox
from app.storage.durable_runs import DurableRows
from app.storage.repeats import RepeatRows
from app.storage.sqlite import SqliteDatabase
from app.storage.work import Database
from app.traces.opening import open_tracing

if TYPE_CHECKING:
    from app.storage.postgres import PostgresDatabase
    from app.traces.tracing import Tracing


async def open_server(settings: Settings, metrics: Metrics | None = None) -> Server:
    """What all applications share: database, keystore, password pool, file store and outgoing client."""
    return_large_blocks()
    collect_seldom()
    refuse_unfinished(settings.data)
    settings.data.mkdir(parents=True, exist_ok=True)
    keystore = Keystore.load(settings.keystore_file, create=settings.environment == "development")
    store = open_store(settings, settings.upload_bytes)
    metrics, tracing = metrics or Metrics(), open_tracing(settings)
    database = _open_measured(settings, metrics, tracing)
    return Server(
        settings=settings,
        database=database,
        keystore=keystore,
        passwords=Passwords(
            workers=settings.argon2_workers,
            memory_kib=settings.argon2_memory_kib,
            time_cost=settings.argon2_time_cost,
            queue=settings.argon2_queue,
        ),
        store=store,
        outbound=open_outbound(settings, metrics),
        attempts=AttemptLimiter(),
        run_rows=DurableRows(database.dialect),
        repeat_rows=RepeatRows(database.dialect),
        dispatcher=open_dispatcher(database_url(settings), settings.run_concurrency),
        changes=Changes(),
        trail=Trail(database, keystore, metrics.refusals),
        metrics=metrics,
        tracing=tracing,
    )


def _open_measured(settings: Settings, metrics: Metrics, tracing: Tracing | None) -> Database:
    """The database, whose figures are joined to those of the process, perhaps with spans."""
    database = open_database(settings)
    database.show(metrics)
    if tracing is None:
        return database
    from app.traces.database import TracedDatabase

    return TracedDatabase(database, tracing)


def open_store(settings: Settings, max_bytes: int) -> Store:
    """Where assets are kept, each of at most so many bytes: in a folder, or in a bucket of an object store."""
    folder = settings.assets_folder
    if folder is not None:
        return LocalStore(folder, max_bytes=max_bytes)
    try:
        from app.assets.bucket import open_bucket
        from app.assets.objects import ObjectStore
    except ImportError:
        raise SettingsError(
            "ACTIONQL_ASSETS wants a package that is not installed: pip install 'actionql[s3]'."
        ) from None
    return ObjectStore(open_bucket(settings.assets_place, definition_environment()), max_bytes=max_bytes)


async def check_store(settings: Settings) -> None:
    """Raises SettingsError, with the remedy, where files could not be kept as the settings say."""
    await open_store(settings, settings.upload_bytes).check()


def open_outbound(settings: Settings, metrics: Metrics) -> Outbound:
    """The outgoing client with the operator's exemptions from the address guard."""
    try:
        return Outbound(allow=settings.outbound_allow, calls=metrics.outbound)
    except ValueError as error:
        raise SettingsError(f"ACTIONQL_OUTBOUND_ALLOW: {error}") from None


def open_mail(settings: Settings, application: str = "") -> Mail:
    """The SMTP server that the settings name, else the outbox, in which mails bear the application's uuid."""
    try:
        mailbox(settings.mail_from)
    except ValueError:
        raise SettingsError(
            "ACTIONQL_MAIL_FROM should be an e-mail address, as in Shop <shop@example.org>."
        ) from None
    url = settings.smtp_url
    post = Outbox(settings.outbox_place, application) if url is None else SmtpServer.parse(url)
    return Mail(post, settings.mail_from)


async def close_server(server: Server) -> None:
    """Ends what the server holds, in the order of use."""
    await server.outbound.aclose()
    server.passwords.close()
    await server.trail.close()
    await server.database.close()
    if server.tracing is not None:
        await asyncio.to_thread(server.tracing.close)


def open_database(settings: Settings) -> SqliteDatabase | PostgresDatabase:
    """PostgreSQL where `DATABASE_URL` says so, else the SQLite file in the data folder."""
    url = database_url(settings)
    if url.startswith("postgresql"):
        # Its driver is loaded where it is used.
        from app.storage.postgres import PostgresDatabase

        return PostgresDatabase(url)
    return SqliteDatabase(Path(url.removeprefix("sqlite:///")))


def database_url(settings: Settings) -> str:
    """The address of the database."""
    return settings.database_url or f"sqlite:///{settings.data / 'actionql.sqlite'}"
