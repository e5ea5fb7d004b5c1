from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from app.errors import Unauthenticated
from app.resolvers.standings import Standings, credential_of
from app.storage.callers import Caller
from app.storage.work import Statement, Work

LATER, PAST = datetime(2100, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
PROFILE = SimpleNamespace(name="Staff", model="Person")


class Database:
    """Counts reads; `now` is its version, where it can tell one."""

    def __init__(self, now: int | None) -> None:
        self.now = now
        self.reads: list[Sequence[str]] = []
        self.failing: Exception | None = None

    def version(self) -> int | None:
        return self.now

    async def read(self, work: Callable[[], Work[Any]]) -> Any:
        await asyncio.sleep(0)
        if self.failing is not None:
            raise self.failing
        running = work()
        try:
            self.reads.append(next(running).parameters)
            running.send([])
        except StopIteration as end:
            return end.value
        raise AssertionError("there was more than one statement")


class Callers:
    """What the database has of each session."""

    def __init__(self) -> None:
        self.roles: dict[str, frozenset[str]] = {}
        self.ends, self.credential = LATER, credential_of("hash")

    def find(self, sessions: Sequence[str]) -> Work[Mapping[str, Caller]]:
        yield Statement("", sessions)
        return {
            one: Caller({"id": 1}, self.roles[one], "hash", self.credential, self.ends)
            for one in sessions
            if one in self.roles
        }


def token(session: str, profile: str = "staff") -> Any:
    return SimpleNamespace(sid=session, auth_profile=profile)


def standings(database: Any, callers: Callers) -> Standings:
    permissions: Any = SimpleNamespace(privileges=lambda roles: frozenset())
    found: Any = {"staff": (PROFILE, callers)}
    return Standings(database, permissions, found)


async def test_token_is_looked_up_again_once_the_database_has_changed() -> None:
    database, callers = Database(1), Callers()
    callers.roles["a"] = frozenset({"boss"})
    known = standings(database, callers)
    for now, reads in ((1, 1), (1, 1), (2, 2), (2, 2)):
        database.now = now
        assert (await known.find(token("a"))).roles == {"boss"}
        assert len(database.reads) == reads


async def test_token_is_looked_up_at_each_request_where_the_database_tells_no_version() -> None:
    database, callers = Database(None), Callers()
    known = standings(database, callers)
    for roles in (frozenset({"boss"}), frozenset[str]()):
        callers.roles["a"] = roles
        assert (await known.find(token("a"))).roles == roles
    assert len(database.reads) == 2


async def test_tokens_that_come_together_are_looked_up_together() -> None:
    database, callers = Database(None), Callers()
    callers.roles.update({"a": frozenset({"boss"}), "b": frozenset({"clerk"})})
    known = standings(database, callers)
    found = await asyncio.gather(
        *(known.find(token(one)) for one in ("a", "b", "a", "gone")), return_exceptions=True
    )
    assert [getattr(one, "roles", None) for one in found] == [{"boss"}, {"clerk"}, {"boss"}, None]
    assert isinstance(found[3], Unauthenticated)
    assert database.reads == [["a", "b", "gone"]]


async def test_token_that_comes_while_others_are_looked_up_is_looked_up_anew() -> None:
    database, callers = Database(None), Callers()
    callers.roles["a"] = frozenset({"boss"})
    known = standings(database, callers)
    first = asyncio.create_task(known.find(token("a")))
    while not database.reads:
        await asyncio.sleep(0)
    callers.roles["a"] = frozenset()
    assert (await known.find(token("a"))).roles == frozenset()
    assert (await first).roles == {"boss"}


async def test_request_that_is_given_up_leaves_the_others_their_answer() -> None:
    database, callers = Database(None), Callers()
    callers.roles["a"] = frozenset({"boss"})
    known = standings(database, callers)
    gone, stays = (asyncio.create_task(known.find(token("a"))) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).roles == {"boss"}
    assert gone.cancelled()


async def test_lookup_that_fails_fails_for_all_and_not_for_the_next() -> None:
    database, callers = Database(None), Callers()
    callers.roles["a"] = frozenset({"boss"})
    known = standings(database, callers)
    database.failing = OSError("lost")
    failed = await asyncio.gather(*(known.find(token("a")) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in failed] == [OSError, OSError]
    database.failing = None
    assert (await known.find(token("a"))).roles == {"boss"}


@pytest.mark.parametrize("now", [None, 1])
async def test_token_stands_for_nobody_without_a_live_session_of_its_profile(now: int | None) -> None:
    callers = Callers()
    callers.roles["a"] = frozenset({"boss"})
    known = standings(Database(now), callers)
    for wrong in (token("b"), token("a", "guests")):
        with pytest.raises(Unauthenticated):
            await known.find(wrong)
    callers.credential = credential_of("another")
    with pytest.raises(Unauthenticated):
        await known.find(token("a"))
    callers.credential, callers.ends = credential_of("hash"), PAST
    with pytest.raises(Unauthenticated):
        await known.find(token("a"))
