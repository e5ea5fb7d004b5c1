from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.resolvers import noted
from app.resolvers import trail as trail_module
from app.server.opening import close_server, open_server
from app.storage.migrate import migrate
from app.storage.system import SYSTEM
from app.storage.work import Work
from tests.audit.trails import PLAIN, Trails
from tests.keys.depot import settings

REFUSED = PLAIN._replace(result="FORBIDDEN", ids=())


async def test_entry_is_told_as_it_was(trails: Trails) -> None:
    await trails.tell(PLAIN, PLAIN._replace(request_id=None, ids=(), run_id="r-1", operation="run"))
    second, first = await trails.told()
    assert (first.sequence, first.entry) == (1, PLAIN)
    assert second.entry == PLAIN._replace(request_id=None, ids=(), run_id="r-1", operation="run")


async def test_entry_goes_with_its_transaction(trails: Trails) -> None:
    def work() -> Work[None]:
        yield from trails.server.trail.tell(PLAIN)
        raise ValueError

    with pytest.raises(ValueError):
        await trails.server.database.write(work)
    assert await trails.told() == []


async def test_entries_are_listed_by_what_they_say(trails: Trails) -> None:
    other = PLAIN._replace(
        application="1" * 32, actor="system", operation="run", subject="Pay", run_id="r-1", result="FORBIDDEN"
    )
    await trails.tell(PLAIN, other, PLAIN)
    for name in ("application", "actor", "operation", "subject", "result", "run_id"):
        assert [one.entry for one in await trails.told(**{name: getattr(other, name)})] == [other]
    assert [one.sequence for one in await trails.told(most=2)] == [3, 2]
    assert [one.sequence for one in await trails.told(before=3)] == [2, 1]
    assert len(await trails.told(since=PLAIN.at)) == 3
    assert await trails.told(since=PLAIN.at.replace(year=2027)) == []


async def test_noted_entries_are_written_and_sealed_at_the_end(database_url: str, tmp_path: Path) -> None:
    given = settings(database_url, tmp_path)
    await migrate(database_url, [SYSTEM])
    server = await open_server(given)
    server.trail.note(REFUSED)
    await close_server(server)
    server = await open_server(given)
    try:
        trails = Trails(server, database_url)
        assert [one.entry for one in await trails.told()] == [REFUSED]
        assert ((await trails.check()).entries, (await trails.check()).fresh) == (1, 0)
    finally:
        await close_server(server)


async def test_noted_entries_are_written_while_the_server_runs(
    trails: Trails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_module, "EVERY", 0.01)
    trails.server.trail.open()
    trails.server.trail.note(REFUSED)
    async with asyncio.timeout(60):
        while (await trails.check()).entries < 1:
            await asyncio.sleep(0.01)
    assert [one.entry for one in await trails.told()] == [REFUSED]


async def test_flood_of_refusals_is_counted_beyond_a_bound(trails: Trails) -> None:
    for number in range(1000):
        trails.server.trail.note(REFUSED._replace(subject=f"key:{number}"))
    trails.server.trail.note(REFUSED._replace(address="192.0.2.8"))
    await trails.server.trail.close()
    more, *told = await trails.told(most=1000)
    assert len(told) == noted.PER_ADDRESS_MINUTE + 1
    assert (more.entry.operation, more.entry.subject) == ("refusal", "940 more")
    # One address does not keep others out.
    assert told[0].entry.address == "192.0.2.8"


async def test_same_refusal_again_is_counted(trails: Trails) -> None:
    for request in range(1000):
        trails.server.trail.note(REFUSED._replace(request_id=f"request-{request}"))
    await trails.server.trail.close()
    more, first = [one.entry for one in await trails.told()]
    assert (first.request_id, first.ids) == ("request-0", ())
    assert more == first._replace(request_id=None, at=more.at, ids=("999 more",))


async def test_flood_from_many_addresses_is_counted_beyond_a_bound(trails: Trails) -> None:
    for number in range(1000):
        trails.server.trail.note(REFUSED._replace(address=f"192.0.2.{number}"))
    await trails.server.trail.close()
    assert len(await trails.told(most=1000)) == noted.PER_MINUTE + 1


async def test_refusals_wait_for_a_database_that_takes_no_writes(
    trails: Trails, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(work: object) -> None:
        raise OSError("disk full")

    trails.server.trail.note(REFUSED)
    with monkeypatch.context() as patched:
        patched.setattr(type(trails.server.database), "write", lambda self, work: refuse(work))
        await trails.server.trail.close()
    assert await trails.told() == []
    await trails.server.trail.close()
    assert [one.entry for one in await trails.told()] == [REFUSED]
