"""Makes of one application's tables what serves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.assets.library import Library
from app.definition.load import from_text
from app.definition.model import Application
from app.definition.source import Outline, Source
from app.engine.compile import compile_actions
from app.engine.revisions import Engine
from app.engine.runs import Runs
from app.functions import kinds_with
from app.permissions import Permissions, telling_roles
from app.resolvers.context import Generation, Server
from app.resolvers.key_ring import KeyRing
from app.resolvers.run_callers import RunCallers
from app.resolvers.standings import Standings
from app.resolvers.tokens import Tokens
from app.server.opening import open_mail
from app.server.running import durable_runs
from app.steps.base import Services
from app.storage.audit import AuditRows
from app.storage.callers import Callers
from app.storage.records import Records
from app.storage.sessions import Sessions
from app.storage.tables import Tables, build_tables
from app.storage.users import Users
from app.storage.work import Database


def build_generation(
    server: Server, tables: Tables, config: Mapping[str, Any], source: Source | None = None
) -> Generation:
    """One application compiled: permissions, actions, tokens and files."""
    application = tables.application
    parts = _build_parts(server, tables, config)
    revive = _reviving(server, application, config, source)
    revision = "" if source is None else source.revision
    return Generation(
        application=application,
        permissions=parts.permissions,
        records=parts.records,
        runs=parts.engine.runs,
        durable=durable_runs(server, parts.engine, revision, revive),
        tokens=parts.tokens,
        standings=_standings(server.database, tables, parts.permissions),
        keys=KeyRing(application.uuid.hex, server.database, server.keystore),
        library=parts.library,
        telling_roles=telling_roles(application),
        actions_by_uuid={action.uuid.hex: action for action in application.actions.values()},
        profiles_by_uuid={one.uuid.hex: one for one in application.authentication_profiles.values()},
        outline=Outline() if source is None else source.outline(),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What runs the actions of a definition, also of an earlier one."""

    permissions: Permissions
    records: Records
    tokens: Tokens
    library: Library
    engine: Engine


def _build_parts(server: Server, tables: Tables, config: Mapping[str, Any]) -> _Parts:
    application, dialect = tables.application, server.database.dialect
    id = application.uuid.hex
    permissions = Permissions(application)
    records = Records(tables, dialect)
    tokens = _tokens(server, tables, permissions, records)
    library = Library(server.store, server.database, id)
    mail = open_mail(server.settings, id)
    runs = _kind_of_runs(server)(
        server.database,
        compile_actions(application),
        Services(application, records, server.outbound, library, tokens, config, mail),
        permissions,
        server.passwords,
        server.metrics.runs,
    )
    callers = RunCallers(application, permissions, tokens, Users(dialect, id))
    return _Parts(permissions, records, tokens, library, Engine(runs, callers.find))


def _reviving(
    server: Server, application: Application, config: Mapping[str, Any], source: Source | None
) -> Callable[[str], Engine]:
    """What makes an engine of the text of an earlier definition."""

    def revive(text: str) -> Engine:
        # The functions are those of today: only what they are called with is part of a definition.
        kinds, _ = kinds_with(() if source is None else source.functions)
        # An application that has been renamed has its tables under its name of today.
        began = from_text(text, steps=kinds).model_copy(update={"name": application.name})
        return _build_parts(server, build_tables(began, application), config).engine

    return revive


def _kind_of_runs(server: Server) -> type[Runs]:
    """The engine of runs; another one where they are traced."""
    if server.tracing is None:
        return Runs
    from app.traces.engine import traced_runs

    return traced_runs(server.tracing)


def _tokens(server: Server, tables: Tables, permissions: Permissions, records: Records) -> Tokens:
    application, dialect = tables.application, server.database.dialect
    return Tokens(
        application,
        permissions,
        records,
        Sessions(dialect, application.uuid.hex),
        AuditRows(dialect),
        server.keystore,
        timedelta(seconds=server.settings.refresh_grace_seconds),
    )


def _standings(database: Database, tables: Tables, permissions: Permissions) -> Standings:
    profiles = tables.application.authentication_profiles.values()
    callers = {one.uuid.hex: (one, Callers(tables, one, database.dialect)) for one in profiles}
    return Standings(database, permissions, callers)
