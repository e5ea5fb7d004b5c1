"""No data without a grant: where `authorize` refuses, nothing asks the database for records."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from app.errors import Forbidden
from app.permissions import Permissions
from app.storage.tables import build_tables
from tests.permissions import oracle
from tests.permissions.requests import every_operation
from tests.permissions.serving import Serving, definition

pytestmark = pytest.mark.asyncio(loop_scope="package")
CALLERS = (None, "eve", "mia")
LOOKS_UP_WHO_CALLS = "actionql_session"


def tables() -> set[str]:
    """The tables that hold records."""
    return set(build_tables(definition()).metadata.tables)


def on_records(statements: list[str]) -> list[str]:
    """The statements that name one of them, but for the one that finds out who calls."""
    return [
        sql
        for sql in statements
        if LOOKS_UP_WHO_CALLS not in sql
        and any(f'"{name}"' in sql or f" {name} " in sql for name in tables())
    ]


def refuse(*given: Any) -> NoReturn:
    raise Forbidden("Nobody may do anything.")


async def test_refused_authorization_leaves_no_statement_on_record_tables(
    callers: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Permissions, "authorize", refuse)
    monkeypatch.setattr(Permissions, "of_oneself", refuse)
    asked = 0
    for caller in CALLERS:
        for query, variables in every_operation():
            del callers.watched.statements[:]
            answer = await callers.ask(query, variables, callers.tokens[caller] if caller else None)
            assert set(answer.codes) <= {oracle.FORBIDDEN, oracle.UNAUTHENTICATED}, (
                caller,
                query,
                answer.body,
            )
            assert answer.codes, (caller, query)
            assert on_records(callers.watched.statements) == [], (caller, query)
            asked += 1
    assert asked >= 60 * len(CALLERS)


async def test_granted_authorization_is_followed_by_statements_on_record_tables(callers: Serving) -> None:
    del callers.watched.statements[:]
    answer = await callers.ask("{ allNote { results { id comments { id } } } }", token=callers.tokens["ada"])
    assert answer.code is None
    # A work may be started anew, so that a statement may be there twice.
    assert len(set(on_records(callers.watched.statements))) == 2
