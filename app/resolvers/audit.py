"""What is told in the audit trail, and by whom; the one place that makes entries."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.definition.model import Application
from app.engine.telling import actor_name
from app.errors import Forbidden, PrivateDataMode, Unauthenticated
from app.resolvers.context import Context, Server
from app.storage.audit import OK, AuditRows, Entry, Told, Wanted
from app.storage.durable_runs import StoredRun

P = ParamSpec("P")
T = TypeVar("T")
Operation = Callable[Concatenate[Context, str, P], Coroutine[Any, Any, T]]
MOST_IDS = 200
REFUSALS = (Unauthenticated, PrivateDataMode, Forbidden)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to users and keys, and where it came in."""

    actor: str
    door: str
    address: str = ""
    request_id: str | None = None


OPERATOR = By("operator", "command line")


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


def administered(
    application: Application, by: By, operation: str, subject: str, ids: Sequence[str] = ()
) -> Entry:
    """What somebody did to the users and keys of an application; `ids` say whose a key is."""
    return _done_by(by, application.uuid.hex, operation, subject)._replace(ids=ids)


def operated(application: str, operation: str, subject: str) -> Entry:
    """What the operator did by command to all of an application, which is known by its uuid in 32 digits."""
    return _done_by(OPERATOR, application, operation, subject)


def _done_by(by: By, application: str, operation: str, subject: str) -> Entry:
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
    )


def about(told: Entry, ids: Sequence[int]) -> Entry:
    """The entry with the records that it is about, the first of very many."""
    return told._replace(ids=tuple(ids[:MOST_IDS]))


def tells_refusals(operation: str) -> Callable[[Operation[P, T]], Operation[P, T]]:
    """Has a resolver that is given the context and a name tell what it refuses with 401 or 403."""

    def telling(resolve: Operation[P, T]) -> Operation[P, T]:
        @wraps(resolve)
        async def told(context: Context, subject: str, /, *given: P.args, **named: P.kwargs) -> T:
            try:
                return await resolve(context, subject, *given, **named)
            except REFUSALS as error:
                context.server.trail.note(entry(context, operation, subject, result=error.code))
                raise

        return told

    return telling


class refusals_told:  # noqa: N801 - it is used as a function
    """Tells of what within is refused with 401 or 403."""

    __slots__ = ("_context", "_operation", "_subject")

    def __init__(self, context: Context, operation: str, subject: str) -> None:
        self._context = context
        self._operation = operation
        self._subject = subject

    def __enter__(self) -> None:
        """Begins."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, REFUSALS):
            told = entry(self._context, self._operation, self._subject, result=error.code)
            self._context.server.trail.note(told)


async def list_audit(server: Server, wanted: Wanted) -> Sequence[Told]:
    """The entries that are wanted, the newest first."""
    rows = AuditRows(server.database.dialect)
    return await server.database.read(lambda: rows.list(wanted))
