"""What every resolver is given first: the server, the application as it is now, and who calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from app.assets.library import Library
from app.assets.store import Store
from app.auth.keystore import Keystore
from app.auth.limiter import AttemptLimiter
from app.auth.passwords import Passwords
from app.definition.model import Action, Application, AuthenticationProfile
from app.definition.names import parse_uuid
from app.definition.source import Outline
from app.engine.changes import Changes
from app.engine.dispatch import Dispatcher
from app.engine.durable_runs import DurableRuns
from app.engine.run import Start
from app.engine.runs import Runs
from app.errors import NotFound
from app.metrics import Metrics
from app.outbound import Outbound
from app.permissions import Grant, Opened, Permissions, Principal, Verb
from app.resolvers.key_ring import KeyRing
from app.resolvers.standings import Standings
from app.resolvers.tokens import Tokens
from app.resolvers.trail import Trail
from app.settings import Settings
from app.storage.durable_runs import DurableRows
from app.storage.records import Records
from app.storage.repeats import Repeat, RepeatRows
from app.storage.work import Database

if TYPE_CHECKING:
    from app.traces.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Server:
    """What all applications of one process share."""

    settings: Settings
    database: Database
    keystore: Keystore
    passwords: Passwords
    store: Store
    outbound: Outbound
    attempts: AttemptLimiter
    run_rows: DurableRows
    dispatcher: Dispatcher
    changes: Changes
    trail: Trail
    metrics: Metrics
    tracing: Tracing | None
    """There where spans are wanted."""
    repeat_rows: RepeatRows
    under_way: set[tuple[str, str]] = field(default_factory=set)
    """The requests with idempotency keys that this process is at, as key and part."""


@dataclass(frozen=True, eq=False)
class Generation:
    """One application compiled from one definition; a changed definition makes a new one."""

    application: Application
    permissions: Permissions
    records: Records
    runs: Runs
    durable: DurableRuns
    tokens: Tokens
    standings: Standings
    keys: KeyRing
    library: Library
    telling_roles: frozenset[str]
    """The roles on which it depends what exists in the schema."""
    actions_by_uuid: Mapping[str, Action]
    profiles_by_uuid: Mapping[str, AuthenticationProfile]
    outline: Outline = field(default_factory=Outline)
    """Where the parts of the definition stand."""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was made ready."""

    def action(self, id: str) -> Action:
        """The action with this uuid, in any spelling, or this name."""
        uuid = parse_uuid(id)
        found = self.actions_by_uuid.get(uuid.hex) if uuid else self.application.actions.get(id)
        if found is None:
            raise NotFound("There is no action with this id.")
        return found

    def profile(self, id: str) -> AuthenticationProfile | None:
        """The authentication profile with this uuid, in any spelling, or this name."""
        uuid = parse_uuid(id)
        profiles = self.application.authentication_profiles
        return self.profiles_by_uuid.get(uuid.hex) if uuid else profiles.get(id)


@asynccontextmanager
async def no_place() -> AsyncIterator[bool]:
    """For requests that are not counted: all of them may wait."""
    yield True


class Context(NamedTuple):
    """One request: where it came in, who calls, and what it may use. A tuple, since every request makes one."""

    server: Server
    generation: Generation
    principal: Principal
    door: str
    request_id: str
    address: str
    """The caller's address, for limits and the audit trail."""
    base_url: Callable[[], str]
    """Gives the public URL that links in answers begin with."""
    opened: Opened | None = None
    """A model that the door opens by a rule of its own."""
    repeat: Repeat | None = None
    """There where the request came with an idempotency key."""
    parked: Callable[[], AbstractAsyncContextManager[bool]] = no_place
    """Gives the request's place to others while it waits; says whether there is room for one more to wait."""

    def authorize(self, verb: Verb, model: str) -> Grant:
        """The caller's right to `verb` on records of `model`; raises when there is none."""
        permissions = self.generation.permissions
        if self.opened is not None and self.opened.model == model:
            return permissions.of_opened(self.principal, verb, self.opened)
        return permissions.authorize(self.principal, verb, model)

    def start(self, action: str, values: Mapping[str, Any], operation: str = "run") -> Start:
        """What a run of an action begins with; the audit trail tells it as `operation`."""
        return Start(
            action,
            values,
            self.principal,
            self.door,
            self.request_id,
            address=self.address,
            operation=operation,
            repeat=self.repeat,
        )
