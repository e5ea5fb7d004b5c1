"""The server's own tables, the same for every application."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, MetaData, Table, false
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.storage.columns import Json, collated_text, identifier
from app.storage.system_fields import (
    index_of_rows,
    index_where_set,
    json_field,
    key_field,
    maybe_moment_field,
    maybe_number_field,
    maybe_text_field,
    moment_field,
    number_field,
    text_field,
)

SYSTEM = MetaData(naming_convention={"pk": "pk__%(table_name)s"})


class _System(SQLModel, registry=registry(metadata=SYSTEM)):
    model_config = {"protected_namespaces": (), "defer_build": True}


class RunRecord(_System, table=True):
    """One run of an action: what the console lists and the polling doors ask for.

    `journal` is what the steps of its first transaction did, which for most runs is all of them. `due` is when
    somebody has to look at the run: at once when it was created, when the lease of its driver ends, when it goes on or
    nobody has answered; null when it has ended. What is from `cursor` on, durable runs alone have.
    """

    __tablename__: ClassVar[str] = "actionql_run"
    __table_args__ = (
        Index("ix__actionql_run__application__created", "application", "created"),
        index_where_set("ix__actionql_run__due", "due"),
        index_of_rows("ix__actionql_run__open", "state", where="ended IS NULL"),
        index_where_set("ix__actionql_run__application__revision", "application", "revision"),
    )

    id: str = key_field()
    application: str = text_field()
    action: str = text_field()
    action_name: str = text_field()
    revision: str | None = maybe_text_field()
    state: str = text_field()
    reason: str | None = maybe_text_field()
    error: str | None = maybe_text_field()
    result: Any = json_field()
    input: Any = json_field()
    door: str = text_field()
    principal: str | None = maybe_text_field()
    run_as: str = text_field()
    parent: str | None = maybe_text_field()
    created: datetime = moment_field()
    started: datetime | None = maybe_moment_field()
    ended: datetime | None = maybe_moment_field()
    journal: Any = json_field()
    due: datetime | None = maybe_moment_field()
    cursor: str | None = maybe_text_field()
    caller: Any = json_field()
    message: str | None = maybe_text_field()
    wait: Any = json_field()
    owner: str | None = maybe_text_field()
    epoch: int | None = maybe_number_field()
    attempts: int | None = maybe_number_field()


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

    id: str = key_field()
    application: str = text_field()
    profile: str = text_field()
    record: int = Field(sa_column=Column(identifier(), nullable=False))
    counter: int = number_field()
    credential: str = text_field()
    rotated: datetime = moment_field()
    ends: datetime = moment_field()
    revoked: bool = Field(default=False, sa_column=Column(Boolean(), nullable=False, server_default=false()))


class UserRecord(_System, table=True):
    """One person or program that the operator let in; `email_key` is the address as it is compared."""

    __tablename__: ClassVar[str] = "actionql_user"
    __table_args__ = (
        Index("uq__actionql_user__application__email_key", "application", "email_key", unique=True),
    )

    id: str = key_field()
    application: str = text_field()
    email: str = text_field()
    email_key: str = text_field()
    roles: Any = Field(sa_column=Column(Json(), nullable=False))
    disabled: bool = Field(default=False, sa_column=Column(Boolean(), nullable=False, server_default=false()))
    password: str | None = maybe_text_field()
    created: datetime = moment_field()


class KeyRecord(_System, table=True):
    """One API key, of a user or of a module; of the key itself only its digest."""

    __tablename__: ClassVar[str] = "actionql_key"
    __table_args__ = (
        Index("ix__actionql_key__application__created", "application", "created"),
        Index("ix__actionql_key__user_id", "user_id"),
    )

    id: str = key_field()
    application: str = text_field()
    kind: str = text_field()
    user_id: str | None = Field(
        default=None,
        sa_column=Column(
            collated_text(),
            ForeignKey("actionql_user.id", name="fk__actionql_key__user_id", ondelete="CASCADE"),
        ),
    )
    action: str | None = maybe_text_field()
    digest: str = text_field()
    expires: datetime = moment_field()
    revoked: datetime | None = maybe_moment_field()
    created: datetime = moment_field()
    last_used: datetime | None = maybe_moment_field()


class AssetRecord(_System, table=True):
    """A stored file: pending until a record refers to it, then attached."""

    __tablename__: ClassVar[str] = "actionql_asset"
    __table_args__ = (
        Index("ix__actionql_asset__application__state__created", "application", "state", "created"),
    )

    id: str = key_field()
    application: str = text_field()
    name: str = text_field()
    content_type: str = text_field()
    size: int = number_field()
    sha256: str = text_field()
    state: str = text_field()
    created: datetime = moment_field()


class SeedRecord(_System, table=True):
    """Says that an application's seed records have been made."""

    __tablename__: ClassVar[str] = "actionql_seed"

    application: str = key_field()
    seeded_at: datetime = moment_field()


class ApplicationRecord(_System, table=True):
    """Whose tables begin with a prefix: an application's, whatever it is called."""

    __tablename__: ClassVar[str] = "actionql_application"
    __table_args__ = (Index("uq__actionql_application__prefix", "prefix", unique=True),)

    uuid: str = key_field()
    name: str = text_field()
    prefix: str = text_field()


class HealthRecord(_System, table=True):
    """One row that readiness writes to, which shows that the database takes writes."""

    __tablename__: ClassVar[str] = "actionql_health"

    id: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    beat: datetime = moment_field()


class AuditRecord(_System, table=True):
    """One operation as the audit trail tells it: who did what to what, from where, and how it ended; no values."""

    __tablename__: ClassVar[str] = "actionql_audit"
    __table_args__ = ({"info": {"append_only": True}, "sqlite_autoincrement": True},)

    sequence: int = Field(sa_column=Column(identifier(), Identity(), primary_key=True))
    application: str = text_field()
    at: datetime = moment_field()
    actor: str = text_field()
    behalf: str = text_field()
    door: str = text_field()
    address: str = text_field()
    request_id: str | None = maybe_text_field()
    operation: str = text_field()
    subject: str = text_field()
    result: str = text_field()
    run_id: str | None = maybe_text_field()
    ids: Any = json_field()


class AuditSealRecord(_System, table=True):
    """One link of the chain that holds the audit trail: the entries in `ranges`, a digest of each, and the last link.

    `last` is the highest entry of this link and all before it.
    """

    __tablename__: ClassVar[str] = "actionql_audit_seal"
    __table_args__ = ({"info": {"append_only": True}},)

    number: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    made: datetime = moment_field()
    last: int = number_field()
    ranges: Any = Field(sa_column=Column(Json(), nullable=False))
    digests: str = text_field()
    mac: str = text_field()


class RepeatRecord(_System, table=True):
    """A request with an idempotency key that was done, wholly or in part; `answers` are JSON, by part.

    All that identifies it are digests. `run` is the durable run that it started or answered.
    """

    __tablename__: ClassVar[str] = "actionql_repeat"
    __table_args__ = (Index("ix__actionql_repeat__created", "created"),)

    key: str = key_field()
    asked: str = text_field()
    rights: str = text_field()
    answers: str = text_field()
    created: datetime = moment_field()
    run: str | None = maybe_text_field()


class RevisionRecord(_System, table=True):
    """A definition as it was served, for the runs that began with it."""

    __tablename__: ClassVar[str] = "actionql_revision"

    application: str = key_field()
    digest: str = key_field()
    definition: str = text_field()
    created: datetime = moment_field()


class ScheduleRecord(_System, table=True):
    """Where the schedule of an action stands: its last slot, and the line that the slots are of."""

    __tablename__: ClassVar[str] = "actionql_schedule"

    application: str = key_field()
    action: str = key_field()
    line: str = text_field()
    slot: datetime = moment_field()


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
