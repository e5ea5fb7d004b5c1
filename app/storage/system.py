"""The server's own tables, the same for every application."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, MetaData, Table, false, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.storage.columns import Json, UtcDateTime, collated_text, identifier

SYSTEM = MetaData(naming_convention={"pk": "pk__%(table_name)s"})


class _System(SQLModel, registry=registry(metadata=SYSTEM)):
    model_config = {"protected_namespaces": (), "defer_build": True}


def _key() -> Any:
    return Field(sa_column=Column(collated_text(), primary_key=True))


def _text() -> Any:
    return Field(sa_column=Column(collated_text(), nullable=False))


def _maybe_text() -> Any:
    return Field(default=None, sa_column=Column(collated_text()))


def _moment() -> Any:
    return Field(sa_column=Column(UtcDateTime(), nullable=False))


def _maybe_moment() -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime()))


def _json() -> Any:
    return Field(default=None, sa_column=Column(Json()))


def _number() -> Any:
    return Field(sa_column=Column(BigInteger(), nullable=False))


def _maybe_number() -> Any:
    return Field(default=None, sa_column=Column(BigInteger()))


def _of_rows(name: str, *columns: str, where: str) -> Index:
    """An index of some rows alone: the others cost it nothing.

    Saying so for PostgreSQL too would load its dialect; `migrate_postgres` does it there.
    """
    return Index(name, *columns, sqlite_where=text(where))


def _where_set(name: str, *columns: str) -> Index:
    """An index of the rows alone that have a value in the last column."""
    return _of_rows(name, *columns, where=f"{columns[-1]} IS NOT NULL")


class RunRecord(_System, table=True):
    """One run of an action: what the console lists and the polling doors ask for.

    `journal` is what the steps of its first transaction did, which for most runs is all of them. `due` is when
    somebody has to look at the run: at once when it was created, when the lease of its driver ends, when it goes on or
    nobody has answered; null when it has ended. What is from `cursor` on, durable runs alone have.
    """

    __tablename__: ClassVar[str] = "actionql_run"
    __table_args__ = (
        Index("ix__actionql_run__application__created", "application", "created"),
        _where_set("ix__actionql_run__due", "due"),
        _of_rows("ix__actionql_run__open", "state", where="ended IS NULL"),
        _where_set("ix__actionql_run__application__revision", "application", "revision"),
    )

    id: str = _key()
    application: str = _text()
    action: str = _text()
    action_name: str = _text()
    revision: str | None = _maybe_text()
    state: str = _text()
    reason: str | None = _maybe_text()
    error: str | None = _maybe_text()
    result: Any = _json()
    input: Any = _json()
    door: str = _text()
    principal: str | None = _maybe_text()
    run_as: str = _text()
    parent: str | None = _maybe_text()
    created: datetime = _moment()
    started: datetime | None = _maybe_moment()
    ended: datetime | None = _maybe_moment()
    journal: Any = _json()
    due: datetime | None = _maybe_moment()
    cursor: str | None = _maybe_text()
    caller: Any = _json()
    message: str | None = _maybe_text()
    wait: Any = _json()
    owner: str | None = _maybe_text()
    epoch: int | None = _maybe_number()
    attempts: int | None = _maybe_number()


class JournalRecord(_System, table=True):
    """What the steps of a run did in its second and later transactions, in their order."""

    __tablename__: ClassVar[str] = "actionql_run_journal"

    run_id: str = Field(
        sa_column=Column(
            collated_text(),
            ForeignKey("actionql_run.id", name="fk__actionql_run_journal__run_id", ondelete="CASCADE"),
            primary_key=True,
        )
    )
    sequence: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    entries: Any = Field(sa_column=Column(Json(), nullable=False))


class SessionRecord(_System, table=True):
    """One login: its refresh token is good for as long as `counter` has not moved on."""

    __tablename__: ClassVar[str] = "actionql_session"
    __table_args__ = (
        Index("ix__actionql_session__application__profile__record", "application", "profile", "record"),
        Index("ix__actionql_session__ends", "ends"),
    )

    id: str = _key()
    application: str = _text()
    profile: str = _text()
    record: int = Field(sa_column=Column(identifier(), nullable=False))
    counter: int = _number()
    credential: str = _text()
    rotated: datetime = _moment()
    ends: datetime = _moment()
    revoked: bool = Field(default=False, sa_column=Column(Boolean(), nullable=False, server_default=false()))


class UserRecord(_System, table=True):
    """One person or program that the operator let in; `email_key` is the address as it is compared."""

    __tablename__: ClassVar[str] = "actionql_user"
    __table_args__ = (
        Index("uq__actionql_user__application__email_key", "application", "email_key", unique=True),
    )

    id: str = _key()
    application: str = _text()
    email: str = _text()
    email_key: str = _text()
    roles: Any = Field(sa_column=Column(Json(), nullable=False))
    disabled: bool = Field(default=False, sa_column=Column(Boolean(), nullable=False, server_default=false()))
    password: str | None = _maybe_text()
    created: datetime = _moment()


class KeyRecord(_System, table=True):
    """One API key, of a user or of a module; of the key itself only its digest."""

    __tablename__: ClassVar[str] = "actionql_key"
    __table_args__ = (
        Index("ix__actionql_key__application__created", "application", "created"),
        Index("ix__actionql_key__user_id", "user_id"),
    )

    id: str = _key()
    application: str = _text()
    kind: str = _text()
    user_id: str | None = Field(
        default=None,
        sa_column=Column(
            collated_text(),
            ForeignKey("actionql_user.id", name="fk__actionql_key__user_id", ondelete="CASCADE"),
        ),
    )
    action: str | None = _maybe_text()
    digest: str = _text()
    expires: datetime = _moment()
    revoked: datetime | None = _maybe_moment()
    created: datetime = _moment()
    last_used: datetime | None = _maybe_moment()


class AssetRecord(_System, table=True):
    """A stored file: pending until a record refers to it, then attached."""

    __tablename__: ClassVar[str] = "actionql_asset"
    __table_args__ = (
        Index("ix__actionql_asset__application__state__created", "application", "state", "created"),
    )

    id: str = _key()
    application: str = _text()
    name: str = _text()
    content_type: str = _text()
    size: int = _number()
    sha256: str = _text()
    state: str = _text()
    created: datetime = _moment()


class SeedRecord(_System, table=True):
    """Says that an application's seed records have been made."""

    __tablename__: ClassVar[str] = "actionql_seed"

    application: str = _key()
    seeded_at: datetime = _moment()


class ApplicationRecord(_System, table=True):
    """Whose tables begin with a prefix: an application's, whatever it is called."""

    __tablename__: ClassVar[str] = "actionql_application"
    __table_args__ = (Index("uq__actionql_application__prefix", "prefix", unique=True),)

    uuid: str = _key()
    name: str = _text()
    prefix: str = _text()


class HealthRecord(_System, table=True):
    """One row that readiness writes to, which shows that the database takes writes."""

    __tablename__: ClassVar[str] = "actionql_health"

    id: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    beat: datetime = _moment()


class AuditRecord(_System, table=True):
    """One operation as the audit trail tells it: who did what to what, from where, and how it ended; no values."""

    __tablename__: ClassVar[str] = "actionql_audit"
    __table_args__ = ({"info": {"append_only": True}, "sqlite_autoincrement": True},)

    sequence: int = Field(sa_column=Column(identifier(), Identity(), primary_key=True))
    application: str = _text()
    at: datetime = _moment()
    actor: str = _text()
    behalf: str = _text()
    door: str = _text()
    address: str = _text()
    request_id: str | None = _maybe_text()
    operation: str = _text()
    subject: str = _text()
    result: str = _text()
    run_id: str | None = _maybe_text()
    ids: Any = _json()


class AuditSealRecord(_System, table=True):
    """One link of the chain that holds the audit trail: the entries in `ranges`, a digest of each, and the last link.

    `last` is the highest entry of this link and all before it.
    """

    __tablename__: ClassVar[str] = "actionql_audit_seal"
    __table_args__ = ({"info": {"append_only": True}},)

    number: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    made: datetime = _moment()
    last: int = _number()
    ranges: Any = Field(sa_column=Column(Json(), nullable=False))
    digests: str = _text()
    mac: str = _text()


class RepeatRecord(_System, table=True):
    """A request with an idempotency key that was done, wholly or in part; `answers` are JSON, by part.

    All that identifies it are digests. `run` is the durable run that it started or answered.
    """

    __tablename__: ClassVar[str] = "actionql_repeat"
    __table_args__ = (Index("ix__actionql_repeat__created", "created"),)

    key: str = _key()
    asked: str = _text()
    rights: str = _text()
    answers: str = _text()
    created: datetime = _moment()
    run: str | None = _maybe_text()


class RevisionRecord(_System, table=True):
    """A definition as it was served, for the runs that began with it."""

    __tablename__: ClassVar[str] = "actionql_revision"

    application: str = _key()
    digest: str = _key()
    definition: str = _text()
    created: datetime = _moment()


class ScheduleRecord(_System, table=True):
    """Where the schedule of an action stands: its last slot, and the line that the slots are of."""

    __tablename__: ClassVar[str] = "actionql_schedule"

    application: str = _key()
    action: str = _key()
    line: str = _text()
    slot: datetime = _moment()


APPLICATION: Table = SYSTEM.tables["actionql_application"]
RUN: Table = SYSTEM.tables["actionql_run"]
JOURNAL: Table = SYSTEM.tables["actionql_run_journal"]
SESSION: Table = SYSTEM.tables["actionql_session"]
USER: Table = SYSTEM.tables["actionql_user"]
KEY: Table = SYSTEM.tables["actionql_key"]
ASSET: Table = SYSTEM.tables["actionql_asset"]
SEED: Table = SYSTEM.tables["actionql_seed"]
REPEAT: Table = SYSTEM.tables["actionql_repeat"]
REVISION: Table = SYSTEM.tables["actionql_revision"]
SCHEDULE: Table = SYSTEM.tables["actionql_schedule"]
AUDIT: Table = SYSTEM.tables["actionql_audit"]
AUDIT_SEAL: Table = SYSTEM.tables["actionql_audit_seal"]
HEALTH: Table = SYSTEM.tables["actionql_health"]
