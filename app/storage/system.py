"""The server's own tables, the same for every application."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, MetaData, Table, false

from app.storage.columns import Json, collated_text, identifier
from app.storage.system_columns import (
    index_of_rows,
    index_where_set,
    json_column,
    key_column,
    maybe_moment_column,
    maybe_number_column,
    maybe_text_column,
    moment_column,
    number_column,
    text_column,
)

SYSTEM = MetaData(naming_convention={"pk": "pk__%(table_name)s"})

RUN = Table(
    "actionql_run",
    SYSTEM,
    key_column("id"),
    text_column("application"),
    text_column("action"),
    text_column("action_name"),
    maybe_text_column("revision"),
    text_column("state"),
    maybe_text_column("reason"),
    maybe_text_column("error"),
    json_column("result"),
    json_column("input"),
    text_column("door"),
    maybe_text_column("principal"),
    text_column("run_as"),
    maybe_text_column("parent"),
    moment_column("created"),
    maybe_moment_column("started"),
    maybe_moment_column("ended"),
    json_column("journal"),
    maybe_moment_column("due"),
    maybe_text_column("cursor"),
    json_column("caller"),
    maybe_text_column("message"),
    json_column("wait"),
    maybe_text_column("owner"),
    maybe_number_column("epoch"),
    maybe_number_column("attempts"),
    Index("ix__actionql_run__application__created", "application", "created"),
    index_where_set("ix__actionql_run__due", "due"),
    index_of_rows("ix__actionql_run__open", "state", where="ended IS NULL"),
    index_where_set("ix__actionql_run__application__revision", "application", "revision"),
)
"""One run of an action: what the console lists and the polling doors ask for.

`journal` is what the steps of its first transaction did, which for most runs is all of them. `due` is when
somebody has to look at the run: at once when it was created, when the lease of its driver ends, when it goes on or
nobody has answered; null when it has ended. What is from `cursor` on, durable runs alone have.
"""

JOURNAL = Table(
    "actionql_run_journal",
    SYSTEM,
    Column(
        "run_id",
        collated_text(),
        ForeignKey("actionql_run.id", name="fk__actionql_run_journal__run_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("sequence", BigInteger(), primary_key=True, autoincrement=False),
    Column("entries", Json(), nullable=False),
)
"""What the steps of a run did in its second and later transactions, in their order."""

SESSION = Table(
    "actionql_session",
    SYSTEM,
    key_column("id"),
    text_column("application"),
    text_column("profile"),
    Column("record", identifier(), nullable=False),
    number_column("counter"),
    text_column("credential"),
    moment_column("rotated"),
    moment_column("ends"),
    Column("revoked", Boolean(), nullable=False, server_default=false()),
    Index("ix__actionql_session__application__profile__record", "application", "profile", "record"),
    Index("ix__actionql_session__ends", "ends"),
)
"""One login: its refresh token is good for as long as `counter` has not moved on."""

USER = Table(
    "actionql_user",
    SYSTEM,
    key_column("id"),
    text_column("application"),
    text_column("email"),
    text_column("email_key"),
    Column("roles", Json(), nullable=False),
    Column("disabled", Boolean(), nullable=False, server_default=false()),
    maybe_text_column("password"),
    moment_column("created"),
    Index("uq__actionql_user__application__email_key", "application", "email_key", unique=True),
)
"""One person or program that the operator let in; `email_key` is the address as it is compared."""

KEY = Table(
    "actionql_key",
    SYSTEM,
    key_column("id"),
    text_column("application"),
    text_column("kind"),
    Column(
        "user_id",
        collated_text(),
        ForeignKey("actionql_user.id", name="fk__actionql_key__user_id", ondelete="CASCADE"),
    ),
    maybe_text_column("action"),
    text_column("digest"),
    moment_column("expires"),
    maybe_moment_column("revoked"),
    moment_column("created"),
    maybe_moment_column("last_used"),
    Index("ix__actionql_key__application__created", "application", "created"),
    Index("ix__actionql_key__user_id", "user_id"),
)
"""One API key, of a user or of a module; of the key itself only its digest."""

ASSET = Table(
    "actionql_asset",
    SYSTEM,
    key_column("id"),
    text_column("application"),
    text_column("name"),
    text_column("content_type"),
    number_column("size"),
    text_column("sha256"),
    text_column("state"),
    moment_column("created"),
    Index("ix__actionql_asset__application__state__created", "application", "state", "created"),
)
"""A stored file: pending until a record refers to it, then attached."""

SEED = Table(
    "actionql_seed",
    SYSTEM,
    key_column("application"),
    moment_column("seeded_at"),
)
"""Says that an application's seed records have been made."""

APPLICATION = Table(
    "actionql_application",
    SYSTEM,
    key_column("uuid"),
    text_column("name"),
    text_column("prefix"),
    Index("uq__actionql_application__prefix", "prefix", unique=True),
)
"""Whose tables begin with a prefix: an application's, whatever it is called."""

HEALTH = Table(
    "actionql_health",
    SYSTEM,
    Column("id", BigInteger(), primary_key=True, autoincrement=False),
    moment_column("beat"),
)
"""One row that readiness writes to, which shows that the database takes writes."""

AUDIT = Table(
    "actionql_audit",
    SYSTEM,
    Column("sequence", identifier(), Identity(), primary_key=True),
    text_column("application"),
    moment_column("at"),
    text_column("actor"),
    text_column("behalf"),
    text_column("door"),
    text_column("address"),
    maybe_text_column("request_id"),
    text_column("operation"),
    text_column("subject"),
    text_column("result"),
    maybe_text_column("run_id"),
    json_column("ids"),
    info={"append_only": True},
    sqlite_autoincrement=True,
)
"""One operation as the audit trail tells it: who did what to what, from where, and how it ended; no values."""

AUDIT_SEAL = Table(
    "actionql_audit_seal",
    SYSTEM,
    Column("number", BigInteger(), primary_key=True, autoincrement=False),
    moment_column("made"),
    number_column("last"),
    Column("ranges", Json(), nullable=False),
    text_column("digests"),
    text_column("mac"),
    info={"append_only": True},
)
"""One link of the chain that holds the audit trail: the entries in `ranges`, a digest of each, and the last link.

`last` is the highest entry of this link and all before it.
"""

REPEAT = Table(
    "actionql_repeat",
    SYSTEM,
    key_column("key"),
    text_column("asked"),
    text_column("rights"),
    text_column("answers"),
    moment_column("created"),
    maybe_text_column("run"),
    Index("ix__actionql_repeat__created", "created"),
)
"""A request with an idempotency key that was done, wholly or in part; `answers` are JSON, by part.

All that identifies it are digests. `run` is the durable run that it started or answered.
"""

REVISION = Table(
    "actionql_revision",
    SYSTEM,
    key_column("application"),
    key_column("digest"),
    text_column("definition"),
    moment_column("created"),
)
"""A definition as it was served, for the runs that began with it."""

SCHEDULE = Table(
    "actionql_schedule",
    SYSTEM,
    key_column("application"),
    key_column("action"),
    text_column("line"),
    moment_column("slot"),
)
"""Where the schedule of an action stands: its last slot, and the line that the slots are of."""
