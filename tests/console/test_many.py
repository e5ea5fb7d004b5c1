"""The console of a server that has run for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.storage.runs import RunRow, RunRows
from app.storage.work import Work
from tests.console.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANY, AT_ONCE = 10_000, 500
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def run(shop: Shop, number: int, *, failed: bool = False) -> RunRow:
    """One run of many, a minute after the one before it."""
    created = BEGIN + timedelta(minutes=number)
    return RunRow(
        id=f"00000000-0000-4000-8000-{number:012}",
        application=shop.generation.application.uuid.hex,
        action=shop.generation.application.actions["Say"].uuid.hex,
        action_name="Say",
        door="graphql",
        principal="Member:1",
        run_as="application",
        created=created,
        state="fatal_errored" if failed else "completed",
        reason="ACTION_FAILED" if failed else None,
        error=f"No {number}" if failed else None,
        ended=created + timedelta(milliseconds=number % 500),
        input=None,
        result=None,
    )


async def record_runs(shop: Shop) -> None:
    """Ten thousand runs, each tenth failed."""
    rows = RunRows(shop.server.database.dialect)
    for first in range(0, MANY, AT_ONCE):

        def work(first: int = first) -> Work[None]:
            for number in range(first, first + AT_ONCE):
                yield from rows.record(run(shop, number, failed=number % 10 == 0), [], 0)

        await shop.server.database.write(work)


async def test_ten_thousand_runs_come_in_pages_of_the_same_size(shop: Shop) -> None:
    await record_runs(shop)
    async with shop.person("viewer@example.org") as person:
        for where, total in (({}, 10_000), ({"state": "fatal_errored"}, 1_000), ({"text": "No 1000"}, 1)):
            page = (await person.look("runs", params=where)).text
            assert f">{total:,} run" in page and len(page) < 200_000
            assert page.count('<th scope="row">') == min(total, 50)
        last = (await person.look("runs", params={"skip": "9950"})).text
        assert "9,951 to 10,000" in last and "Older" not in last and "2026-01-01 00:00:00" in last
        for skip in ("10000", "10000000", "9" * 18):
            assert "There is no run" in (await person.look("runs", params={"skip": skip})).text
        assert "95 of 100 within" in last


async def test_long_journal_is_shown(shop: Shop) -> None:
    rows, row = RunRows(shop.server.database.dialect), run(shop, 0)
    messages = [{"level": "debug", "text": "m" * 2000}]
    steps = [
        {"action": "Say", "place": "steps[0]", "kind": "debug", "milliseconds": 0.01, "messages": messages}
        for _ in range(1_000)
    ]
    await shop.server.database.write(lambda: rows.record(row, steps, 0))
    async with shop.person("viewer@example.org") as person:
        page = await person.look(f"runs/{row.id}")
    assert (page.status_code, "1,000 times, 10 ms" in page.text) == (200, True)
