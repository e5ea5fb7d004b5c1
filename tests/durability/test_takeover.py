"""Processes that die, stop and come back while they drive runs: each run ends, its database steps done once.

What another server is asked for may come twice; it then has the same key and the same body.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.resolvers.runs import answer_run, cancel_run, start_action
from app.storage.prepare import Prepared
from app.storage.work import Statement
from tests.durability.desk import DEFINITION, Desk, asked_for, desk, loaded, slow_answer
from tests.durability.driver_process import LEASE, driving
from tests.end_to_end.databases import run_sql
from tests.support.files import FileServer, running_file_server

APPLICATION = "7f2c4a9e1b3d4c5f8a6e0d1c2b3a4f5e"
SHOP = """
application: shop
uuid: 7f2c4a9e1b3d4c5f8a6e0d1c2b3a4f60
models:
  Client: {properties: {name: {kind: text}}}
  Tag: {properties: {name: {kind: text}}}
  Item:
    properties: {amount: {kind: number}}
    relations: {client: {belongs_to: Client}, tags: {has_and_belongs_to_many: Tag}}
actions:
  Order:
    allow: [public]
    steps:
      - create: {model: Client, values: {name: Ada}}
        as: client
      - create: {model: Tag, values: {name: new}}
        as: tag
      - ask: {title: How many?, fields: {amount: {kind: number}}}
        as: answer
      - create: {model: Item, values: {amount: =answer.amount, client: =client, tags: {_add: ["=tag"]}}}
        as: item
      - find: {model: Item, where: {amount: {gt: 2}, client: {name: Ada}}, first: true}
        as: found
      - count: {model: Item, where: {tags: {name: new}}}
        as: tagged
      - update: {record: =found, values: {amount: 3}}
    result: {line: =found.amount, of: Ada, tags: =tagged}
"""
RENAMED = """
application: shop
uuid: 7f2c4a9e1b3d4c5f8a6e0d1c2b3a4f60
models:
  Customer: {was: Client, properties: {name: {kind: text}}}
  Label: {was: Tag, properties: {name: {kind: text}}}
  Line:
    was: Item
    properties: {number: {kind: number, was: amount}}
    relations:
      customer: {belongs_to: Customer, was: client}
      labels: {has_and_belongs_to_many: Label, was: tags}
"""


def _keys(files: FileServer) -> list[str]:
    return [request.headers["idempotency-key"] for request in files.requests]


@pytest.mark.parametrize(("where", "requests"), [("before", 1), ("after", 2), ("in", 2)])
async def test_process_killed_round_an_effect_is_followed_by_another(
    tmp_path: Path, database_url: str, where: str, requests: int
) -> None:
    with running_file_server() as files:
        url = files.serve("/x", b"")
        async with desk(tmp_path, database_url, driving=False, run_lease_seconds=LEASE) as one:
            started = await start_action(one.context, "Reach", {"url": url})
            with driving(tmp_path, database_url, where) as dying:
                assert await asyncio.to_thread(dying.died) == -signal.SIGKILL
            assert await one.marks(started.id) == ["before"]
            with driving(tmp_path, database_url):
                ended = await one.until(started.id, "completed")
            assert ended.result == 200
            assert await one.marks(started.id) == ["before", "after"]
        assert len(files.requests) == requests
        assert (
            len({(key, request.body) for key, request in zip(_keys(files), files.requests, strict=True)}) == 1
        )
        assert _keys(files)[0].startswith(f"{started.id}:")


async def test_two_processes_die_and_the_third_ends_the_run(tmp_path: Path, database_url: str) -> None:
    with running_file_server() as files:
        url = files.serve("/x", b"")
        async with desk(tmp_path, database_url, driving=False) as one:
            started = await start_action(one.context, "Reach", {"url": url})
            for where in ("after", "in"):
                with driving(tmp_path, database_url, where) as dying:
                    assert await asyncio.to_thread(dying.died) == -signal.SIGKILL
            with driving(tmp_path, database_url):
                await one.until(started.id, "completed")
            assert await one.marks(started.id) == ["before", "after"]
        assert len(set(_keys(files))) == 1


async def test_run_that_kills_each_process_is_given_up(tmp_path: Path, database_url: str) -> None:
    attempts: dict[str, Any] = {"run_attempts": 2}
    async with desk(tmp_path, database_url, driving=False, **attempts) as one:
        started = await start_action(one.context, "Reach", {"url": "http://127.0.0.1:1"})
        # The first gets on to the call; two more end at it.
        for _ in range(3):
            with driving(tmp_path, database_url, "before", **attempts) as dying:
                assert await asyncio.to_thread(dying.died) == -signal.SIGKILL
        with driving(tmp_path, database_url, "before", **attempts) as last:
            ended = await one.until(started.id, "fatal_errored")
            assert last.process.is_alive()
        assert ended.error is not None
        assert (ended.error.code, "each process that drove it" in ended.error.message) == ("ATTEMPTS", True)
        assert await one.marks(started.id) == ["before"]
        assert (await one.row(started.id, "due"))["due"] is None


async def test_process_stopped_and_woken_changes_nothing_that_another_took(
    tmp_path: Path, database_url: str
) -> None:
    with running_file_server() as files:
        slow = slow_answer(files, 0.4)
        async with desk(tmp_path, database_url, driving=False) as one:
            started = await start_action(one.context, "Reach", {"url": slow})
            with driving(tmp_path, database_url) as zombie:
                await asked_for(files, "/slow")
                zombie.send(signal.SIGSTOP)
                with driving(tmp_path, database_url):
                    await one.until(started.id, "completed")
                    zombie.send(signal.SIGCONT)
                    await asyncio.sleep(0.8)
            assert await one.marks(started.id) == ["before", "after"]
            assert (await one.row(started.id, "epoch"))["epoch"] == 2
        assert len(set(_keys(files))) == 1
        assert len(files.requests) == 2


async def test_two_processes_on_one_queue_do_each_run_once(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url, driving=False) as one:
        started = [await start_action(one.context, "Three", {"n": n}) for n in range(60)]
        with driving(tmp_path, database_url), driving(tmp_path, database_url):
            for run in started:
                await one.until(run.id, "completed")
        marks = await run_sql(database_url, "SELECT run, count(*) FROM runs__mark GROUP BY run")
        assert dict(marks) == {run.id: 2 for run in started}
        owners = await run_sql(database_url, "SELECT max(epoch) FROM actionql_run")
        assert owners == [(1,)]


async def test_run_that_waited_for_a_person_goes_on_in_another_process(
    tmp_path: Path, database_url: str
) -> None:
    async with desk(tmp_path, database_url, driving=False) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        with driving(tmp_path, database_url) as first:
            asked_first = (await one.until(started.id, "waiting_for_input")).waiting
            first.send(signal.SIGKILL)
        assert asked_first is not None
        await answer_run(one.context, started.id, asked_first.token, {"amount": 1})
        with driving(tmp_path, database_url):
            asked_again = (await one.until(started.id, "waiting_for_input")).waiting
        assert asked_again is not None
        assert asked_again.title == "Question 2 for Ada"
        assert await one.marks(started.id) == ["before", "answer 1"]


async def test_process_told_to_stop_gives_its_run_back_at_once(tmp_path: Path, sqlite_database: str) -> None:
    with running_file_server() as files:
        slow = slow_answer(files, 5)
        async with desk(tmp_path, sqlite_database, run_lease_seconds=60) as one:
            started = await start_action(one.context, "Reach", {"url": slow})
            await asked_for(files, "/slow")
            await one.worker.stop(0.0)
            row = await one.row(started.id, "owner", "attempts", "state")
            assert (row["owner"], row["attempts"], row["state"]) == (None, 0, "running")
            assert await run_sql(
                sqlite_database,
                "SELECT due <= strftime('%Y-%m-%dT%H:%M:%f', 'now', '+1 seconds') FROM actionql_run",
            ) == [(1,)]


async def test_waiting_run_whose_process_died_is_ended_by_the_sweep(
    tmp_path: Path, database_url: str
) -> None:
    async with desk(tmp_path, database_url, driving=False) as one:
        insert = (
            "INSERT INTO actionql_run (id, application, action, action_name, state, door, run_as, created, due) "
            "VALUES ('r', '{}', 'a', 'Reach', 'running', 'graphql', 'application', '{}', '{}')"
        )
        application = one.context.generation.application.uuid.hex
        before, after = "2026-01-01T00:00:00.000000+00:00", "2999-01-01T00:00:00.000000+00:00"
        await run_sql(database_url, insert.format(application, before, before))
        await run_sql(database_url, insert.format(application, before, after).replace("'r'", "'s'"))
        await one.worker.sweep()
        row = await one.row("r", "state", "reason", "due")
        assert (row["state"], row["reason"], row["due"]) == ("fatal_errored", "INTERRUPTED", None)
        assert (await one.row("s", "state"))["state"] == "running"


async def test_run_goes_on_with_the_definition_it_began_with(tmp_path: Path, database_url: str) -> None:
    changed = tmp_path / "changed.yaml"
    text = DEFINITION.read_text()
    changed.write_text(text.replace('"=\\"answer \\" + i"', '"=\\"changed \\" + i"'))
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        waiting = (await one.until(started.id, "waiting_for_input")).waiting
    async with desk(tmp_path, database_url, loaded(changed)) as one:
        assert waiting is not None
        later = await start_action(one.context, "Ask", {"name": "Bo"})
        other = (await one.until(later.id, "waiting_for_input")).waiting
        assert other is not None
        await answer_run(one.context, started.id, waiting.token, {"amount": 1})
        await answer_run(one.context, later.id, other.token, {"amount": 1})
        for _ in range(200):
            marks = await one.marks(started.id), await one.marks(later.id)
            if len(marks[0]) == len(marks[1]) == 2:
                break
            await asyncio.sleep(0.02)
        assert marks == (["before", "answer 1"], ["before", "changed 1"])


async def test_run_goes_on_after_its_application_was_renamed(tmp_path: Path, database_url: str) -> None:
    renamed = tmp_path / "renamed.yaml"
    renamed.write_text(DEFINITION.read_text().replace("application: runs", "application: errands"))
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        waiting = (await one.until(started.id, "waiting_for_input")).waiting
        assert waiting is not None
    async with desk(tmp_path, database_url, loaded(renamed)) as one:
        await answer_run(one.context, started.id, waiting.token, {"amount": 1})
        while (again := (await one.until(started.id, "waiting_for_input")).waiting) == waiting:
            await asyncio.sleep(0.02)
        assert again is not None and again.title == "Question 2 for Ada"
    marks = await run_sql(database_url, "SELECT step FROM errands__mark ORDER BY id")
    assert marks == [("before",), ("answer 1",)]


async def test_run_goes_on_after_what_it_uses_was_renamed(tmp_path: Path, database_url: str) -> None:
    began, renamed = tmp_path / "began.yaml", tmp_path / "renamed.yaml"
    began.write_text(SHOP)
    renamed.write_text(RENAMED)
    async with desk(tmp_path, database_url, loaded(began)) as one:
        started = await start_action(one.context, "Order", {})
        waiting = (await one.until(started.id, "waiting_for_input")).waiting
        assert waiting is not None
    async with desk(tmp_path, database_url, loaded(renamed)) as one:
        await answer_run(one.context, started.id, waiting.token, {"amount": 3})
        ended = await one.until(started.id, "completed", "fatal_errored")
        assert (ended.error, ended.result) == (None, {"line": 3, "of": "Ada", "tags": 1})
    lines = "SELECT number, customer_id FROM shop__line"
    assert await run_sql(database_url, lines) == [(3, 1)]
    assert await run_sql(database_url, "SELECT count(*) FROM shop__line__labels") == [(1,)]


async def test_run_whose_table_was_dropped_ends_with_the_step_that_wanted_it(
    tmp_path: Path, database_url: str
) -> None:
    began, changed = tmp_path / "began.yaml", tmp_path / "changed.yaml"
    began.write_text(SHOP)
    changed.write_text(RENAMED.replace("was: Item", "index: []"))
    async with desk(tmp_path, database_url, loaded(began)) as one:
        started = await start_action(one.context, "Order", {})
        waiting = (await one.until(started.id, "waiting_for_input")).waiting
        assert waiting is not None
    await run_sql(database_url, "DROP TABLE shop__item__tags")
    await run_sql(database_url, "DROP TABLE shop__item")
    with capture_logs() as logs:
        async with desk(tmp_path, database_url, loaded(changed)) as one:
            await answer_run(one.context, started.id, waiting.token, {"amount": 3})
            ended = await one.until(started.id, "completed", "fatal_errored")
            assert ended.error is not None
            assert ended.error.code == "STEP_FAILED"
            assert ended.error.message == "The run cannot go on: what it remembers no longer fits its action."
            told = (await one.row(started.id, "error"))["error"]
    assert told.startswith("the step steps[3] (create) of 'Order': ")
    assert told.endswith("; the definition has changed since the run began")
    assert "INSERT" not in told
    assert "run failed unexpectedly" in [line["event"] for line in logs]


async def test_definition_is_kept_while_a_run_needs_it(tmp_path: Path, database_url: str) -> None:
    changed = tmp_path / "changed.yaml"
    changed.write_text(DEFINITION.read_text() + "\n# changed\n")
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        await one.until(started.id, "waiting_for_input")
    async with desk(tmp_path, database_url, loaded(changed)) as one:
        await run_sql(
            database_url, "UPDATE actionql_revision SET created = '2026-01-01T00:00:00.000000+00:00'"
        )
        revisions = one.context.generation.durable.revisions
        count = "SELECT count(*) FROM actionql_revision"
        await revisions.free()
        assert await run_sql(database_url, count) == [(2,)]
        await cancel_run(one.context, started.id)
        await revisions.free()
        assert await run_sql(database_url, count) == [(1,)]


async def test_run_whose_definition_is_gone_fails_with_words(tmp_path: Path, sqlite_database: str) -> None:
    async with desk(tmp_path, sqlite_database) as one:
        started = await start_action(one.context, "Wait", {})
        await run_sql(sqlite_database, "UPDATE actionql_run SET revision = 'gone'")
        ended = await one.until(started.id, "fatal_errored", "completed")
        assert ended.error is not None
        assert (ended.error.code, "no longer fits" in ended.error.message) == ("STEP_FAILED", True)


async def test_many_waiting_runs_cost_no_time(tmp_path: Path, sqlite_database: str) -> None:
    async with desk(tmp_path, sqlite_database) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        waiting = (await one.until(started.id, "waiting_for_input")).waiting
        alone = await _seconds_of_sweeps(one)
        columns = (
            "application, action, action_name, state, door, run_as, created, cursor, wait, epoch, attempts"
        )
        await run_sql(
            sqlite_database,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
            f"INSERT INTO actionql_run (id, {columns}) SELECT 'r' || i, {columns} FROM actionql_run, n",
        )
        assert await _seconds_of_sweeps(one) < 2 * alone + 0.1
        assert waiting is not None
        await answer_run(one.context, started.id, waiting.token, {"amount": 1})
        await one.until(started.id, "waiting_for_input")


async def test_many_waiting_runs_add_no_statement_to_a_start_or_a_sweep(
    tmp_path: Path, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counter[str]()
    made = Prepared.statement

    def statement(self: Prepared, values: Mapping[str, Any]) -> Statement:
        counted[self.sql] += 1
        return made(self, values)

    monkeypatch.setattr(Prepared, "statement", statement)

    async def started_and_swept() -> Counter[str]:
        counted.clear()
        async with desk(tmp_path, sqlite_database, driving=False) as one:
            for _ in range(3):
                await one.worker.sweep()
            assert await one.server.database.read(lambda: one.server.run_rows.due([APPLICATION], 9)) == []
        return Counter(counted)

    await started_and_swept()
    alone = await started_and_swept()
    columns = "application, action, action_name, revision, state, door, run_as, created, cursor, wait, due"
    values = f"'{APPLICATION}', 'a', 'Ask', 'r', 'waiting_for_input', 'd', '-', '-', 'c', '{{}}'"
    await run_sql(
        sqlite_database,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
        f"INSERT INTO actionql_run (id, {columns}) "
        f"SELECT 'r' || i, {values}, CASE i % 2 WHEN 0 THEN '2999-01-01T00:00:00.000000+00:00' END FROM n",
    )
    assert await started_and_swept() == alone
    (due,) = [sql for sql in alone if "ORDER BY actionql_run.due" in sql]
    plan = await run_sql(sqlite_database, f"EXPLAIN QUERY PLAN {due.replace('?', '1')}")
    assert any("ix__actionql_run__due (due" in line[-1] for line in plan), plan


async def _seconds_of_sweeps(one: Desk) -> float:
    """Processor time of a hundred seconds' sweeps."""
    before = process_time()
    for _ in range(100):
        await one.worker.sweep()
    return process_time() - before
