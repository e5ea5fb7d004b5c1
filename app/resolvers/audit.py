"""What is told in the audit trail, and by whom; the one place that makes entries."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from app.definition.model import Application
from app.engine.telling import actor_name
from app.errors import Forbidden, HttpsRequired, PrivateDataMode, TooManyRequests, Unauthenticated
from app.resolvers.context import Context, Server
from app.storage.audit import OK, AuditRows, Entry, Told, Wanted
from app.storage.durable_runs import StoredRun
from app.storage.naming import owner_of

if TYPE_CHECKING:
    # What changes tables takes time to import, and most starts change none.
    from app.storage.migrate import Tell
    from app.storage.plan import Change

P = ParamSpec("P")
T = TypeVar("T")
Operation = Callable[Concatenate[Context, str, P], Coroutine[Any, Any, T]]
MOST_IDS = 200
REFUSALS = (Unauthenticated, PrivateDataMode, Forbidden, HttpsRequired, TooManyRequests)
"""Errors that say: not you, or not now. Each that a caller meets is told once."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to users and keys, and where it came in."""

    actor: str
    door: str
    address: str = ""
    request_id: str | None = None


OPERATOR = By("operator", "command")
"""Who sits at the command line."""
STARTER = By("operator", "server")
"""Who starts a server, or has it read its definitions again."""


def by(context: Context) -> By:
    """The caller of a request."""
    return By(actor_name(context.principal), context.door, context.address, context.request_id)


def entry(
    context: Context,
    operation: str,
    subject: str,
    ids: Sequence[int | str] = (),
    *,
    result: str = OK,
    actor: str | None = None,
) -> Entry:
    """What a caller did by its own rights; `actor` where it became somebody only now."""
    return Entry(
        context.generation.application.uuid.hex,
        datetime.now(UTC),
        actor or actor_name(context.principal),
        "caller",
        context.door,
        context.address,
        context.request_id,
        operation,
        subject,
        result,
        None,
        ids,
    )


def about_run(context: Context, operation: str, row: StoredRun) -> Entry:
    """What a caller did to a run: answered, cancelled or retried it."""
    return entry(context, operation, row.action_name)._replace(run_id=row.id)


def administered(application: str, by: By, operation: str, subject: str, ids: Sequence[str] = ()) -> Entry:
    """What somebody did to an application, by its uuid in 32 digits; `ids` say whose a key is."""
    return Entry(
        application,
        datetime.now(UTC),
        by.actor,
        "caller",
        by.door,
        by.address,
        by.request_id,
        operation,
        subject,
        ids=ids,
    )


def migrated(by: By, applications: Iterable[Application]) -> Tell:
    """What somebody changed of the tables of applications: an entry for each, with the changes in words."""

    def tell(changes: Sequence[Change]) -> Iterator[Entry]:
        for one in applications:
            own = [change.text for change in changes if change.table.startswith(owner_of(one).prefix)]
            if own:
                yield administered(one.uuid.hex, by, "migrate", "tables", tuple(own[:MOST_IDS]))

    return tell


def about(told: Entry, ids: Sequence[int]) -> Entry:
    """The entry with the records that it is about, the first of very many."""
    return told._replace(ids=tuple(ids[:MOST_IDS]))


def tells_refusals(operation: str) -> Callable[[Operation[P, T]], Operation[P, T]]:
    """Has a resolver that is given the context and a name tell what it refuses."""

    def telling(resolve: Operation[P, T]) -> Operation[P, T]:
        @wraps(resolve)
        async def told(context: Context, subject: str, /, *given: P.args, **named: P.kwargs) -> T:
            try:
                return await resolve(context, subject, *given, **named)
            except REFUSALS as error:
                tell_refusal(context, operation, subject, error)
                raise

        return told

    return telling


class refusals_told:  # noqa: N801 - it is used as a function
    """Tells of what within is refused."""

    __slots__ = ("_context", "_ids", "_operation", "_subject")

    def __init__(self, context: Context, operation: str, subject: str, ids: Sequence[int | str] = ()) -> None:
        self._context = context
        self._operation = operation
        self._subject = subject
        self._ids = ids

    def __enter__(self) -> None:
        """Begins."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            tell_refusal(self._context, self._operation, self._subject, error, self._ids)


def tell_refusal(
    context: Context, operation: str, subject: str, error: object, ids: Sequence[int | str] = ()
) -> None:
    """Tells of a refusal, unless somebody has; of any other error nothing."""
    if isinstance(error, REFUSALS) and not error.told:
        error.told = True
        context.server.trail.note(entry(context, operation, subject, ids, result=error.code))


async def list_audit(server: Server, wanted: Wanted) -> Sequence[Told]:
    """The entries that are wanted, the newest first."""
    rows = AuditRows(server.database.dialect)
    return await server.database.read(lambda: rows.list(wanted))
