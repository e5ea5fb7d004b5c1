"""Durable runs over both databases: started, waiting, answered, ended; what goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from app.errors import ActionFailed, BadInput, Conflict, KeyReused, NotFound
from app.permissions import Principal
from app.resolvers.actions import run_action
from app.resolvers.repeats import repeatable
from app.resolvers.runs import answer_run, cancel_run, retry_run, run, runs, start_action
from app.storage.repeats import KEPT
from tests.durability.desk import Desk, asked_for, desk, slow_answer
from tests.support.files import FileServer

CLERK = Principal("p", "Clerk", {"id": 1}, frozenset({"clerk"}))
OTHER = Principal("p", "Clerk", {"id": 2}, frozenset({"clerk"}))
OPERATOR = Principal("p", "Clerk", {"id": 3}, frozenset({"operator"}), frozenset({"read_console"}))


async def test_short_run_completes_and_leaves_its_result(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Three", {"n": 21})
        ended = await one.until(started.id, "completed")
        assert (ended.result, ended.error, ended.waiting, ended.steps) == (42, None, None, None)
        assert await one.marks(started.id) == ["one", "two"]
        row = await one.row(started.id, "due", "cursor", "owner", "epoch", "ended")
        assert (row["due"], row["cursor"], row["owner"], row["epoch"]) == (None, None, None, 1)
        shown = await run(one.as_(OPERATOR), started.id)
        assert [step["kind"] for step in shown.steps or ()] == ["create", "assign", "create"]


async def test_failed_run_tells_its_caller_the_message_and_undoes_the_stretch(
    tmp_path: Path, database_url: str
) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Fail", {"n": 3})
        ended = await one.until(started.id, "fatal_errored")
        assert ended.error is not None
        assert (ended.error.code, ended.error.message, ended.error.detail) == ("ACTION_FAILED", "No 3.", None)
        assert await one.marks(started.id) == []


async def test_run_asks_twice_and_ends_with_the_answers(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada", "secret": "canary-word"})
        asked = (await one.until(started.id, "waiting_for_input")).waiting
        assert asked is not None
        assert (asked.title, asked.fields[0]["name"]) == ("Question 1 for Ada", "amount")
        with pytest.raises(BadInput, match="amount"):
            await answer_run(one.context, started.id, asked.token, {"amount": 101})
        with pytest.raises(Conflict, match="token"):
            await answer_run(one.context, started.id, "other", {"amount": 1})
        await answer_run(one.context, started.id, asked.token, {"amount": 7})
        with pytest.raises(Conflict):
            await answer_run(one.context, started.id, asked.token, {"amount": 7})
        while (again := (await one.until(started.id, "waiting_for_input")).waiting) is not None:
            if again.token != asked.token:
                break
        assert again is not None
        assert again.title == "Question 2 for Ada"
        await answer_run(
            repeatable(one.context, "key", {"amount": 8}), started.id, again.token, {"amount": 8}
        )
        await answer_run(
            repeatable(one.context, "key", {"amount": 8}), started.id, again.token, {"amount": 8}
        )
        ended = await one.until(started.id, "completed")
        assert ended.result == 8
        assert await one.marks(started.id) == ["before", "answer 1", "answer 2"]
        with pytest.raises(Conflict, match="ended"):
            await answer_run(one.context, started.id, again.token, {"amount": 9})
        kept = await one.row(started.id, "input", "journal", "wait")
        assert "canary" not in str(kept)


async def test_answer_with_a_key_is_known_whatever_becomes_of_the_run(
    tmp_path: Path, database_url: str
) -> None:
    async with desk(tmp_path, database_url) as one:
        theirs = replace(one, context=one.as_(CLERK))
        started = await start_action(theirs.context, "Ask", {"name": "Ada"})
        token = await asked(theirs, started.id)

        async def again(amount: int) -> str:
            """The answer of somebody who has the token and may not see the run."""
            context = repeatable(one.context, "k", [token, amount])
            return (await answer_run(context, started.id, token, {"amount": amount})).id

        assert await again(7) == started.id
        second = await asked(theirs, started.id, token)
        assert await again(7) == started.id
        with pytest.raises(KeyReused):
            await again(8)
        forget = partial(one.server.repeat_rows.forget, datetime.now(UTC) + 2 * KEPT)
        await one.server.database.write(forget)
        assert await again(7) == started.id, "the run goes on"
        await answer_run(theirs.context, started.id, second, {"amount": 9})
        assert (await theirs.until(started.id, "completed")).result == 9
        assert await again(7) == started.id
        with pytest.raises(KeyReused):
            await again(8)
        await one.server.database.write(forget)
        with pytest.raises(NotFound):
            await again(7)
        assert await one.marks(started.id) == ["before", "answer 1", "answer 2"]


async def asked(one: Desk, run: str, before: str = "") -> str:
    """The token of the run's next question."""
    while True:
        waiting = (await one.until(run, "waiting_for_input")).waiting
        if waiting is not None and waiting.token != before:
            return waiting.token


async def test_answer_before_the_question_is_refused(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url, driving=False) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        assert started.state == "created"
        with pytest.raises(Conflict, match="has not been asked"):
            await answer_run(one.context, started.id, "token", {"amount": 1})


async def test_two_answers_at_once_count_once(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        asked = (await one.until(started.id, "waiting_for_input")).waiting
        assert asked is not None
        answers = [answer_run(one.context, started.id, asked.token, {"amount": n}) for n in range(4)]
        done = await asyncio.gather(*answers, return_exceptions=True)
        assert sum(isinstance(one, Conflict) for one in done) == 3


async def test_question_that_nobody_answers_ends_the_run(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask soon", {})
        ended = await one.until(started.id, "fatal_errored")
        assert ended.error is not None
        assert (ended.error.code, ended.error.message) == ("TIMED_OUT", "Nobody answered in time.")


async def test_run_that_waits_goes_on_at_its_time(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Wait", {})
        assert (await one.until(started.id, "completed")).result == "done"
        assert await one.marks(started.id) == ["before", "after"]


async def test_waiting_form_sits_a_wait_out_and_refuses_a_question(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        assert await run_action(one.context, "Wait", {}) == "done"
        with pytest.raises(BadInput, match="waits for a person"):
            await run_action(one.context, "Ask", {"name": "Ada"})


async def test_cancelled_run_ends_while_it_waits(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Ask", {"name": "Ada"})
        asked = (await one.until(started.id, "waiting_for_input")).waiting
        ended = await cancel_run(one.context, started.id)
        assert ended.error is not None
        assert (ended.state, ended.error.code, ended.waiting) == ("fatal_errored", "CANCELLED", None)
        with pytest.raises(Conflict):
            await cancel_run(one.context, started.id)
        assert asked is not None
        with pytest.raises(Conflict, match="ended"):
            await answer_run(one.context, started.id, asked.token, {"amount": 1})
        with pytest.raises(Conflict):
            await retry_run(one.context, started.id)


async def test_run_cancelled_while_it_is_out_changes_nothing_any_more(
    tmp_path: Path, database_url: str, file_server: FileServer
) -> None:
    slow = slow_answer(file_server)
    async with desk(tmp_path, database_url, run_lease_seconds=1) as one:
        started = await start_action(one.context, "Reach", {"url": slow})
        await asked_for(file_server, "/slow")
        assert (await cancel_run(one.context, started.id)).state == "fatal_errored"
        await asyncio.sleep(1.0)
        assert await one.marks(started.id) == ["before"]
        assert (await run(one.context, started.id)).state == "fatal_errored"


async def test_failed_run_goes_on_from_its_last_place(
    tmp_path: Path, database_url: str, file_server: FileServer
) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.context, "Reach", {"url": f"{file_server.url}:1/"})
        await one.until(started.id, "fatal_errored")
        with pytest.raises(NotFound):
            await retry_run(one.as_(CLERK), "no such run")
        await retry_run(one.context, started.id)
        await one.until(started.id, "fatal_errored")
        assert await one.marks(started.id) == ["before"]


async def test_same_key_starts_once(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        starts = [
            start_action(repeatable(one.as_(CLERK), "k", {"n": 1}), "Three", {"n": 1}) for _ in range(8)
        ]
        assert len({started.id for started in await asyncio.gather(*starts)}) == 1
        with pytest.raises(KeyReused):
            await start_action(repeatable(one.as_(CLERK), "k", {"n": 2}), "Three", {"n": 2})
        with pytest.raises(KeyReused):
            await start_action(repeatable(one.as_(CLERK), "k", "other"), "Fail", {"n": 1})
        with pytest.raises(BadInput, match="1 to 255 visible ASCII"):
            await start_action(repeatable(one.as_(CLERK), "", {"n": 1}), "Three", {"n": 1})
        others = await start_action(repeatable(one.as_(OTHER), "k", {"n": 1}), "Three", {"n": 1})
        assert len(await runs(one.as_(OPERATOR))) == 2
        assert [shown.id for shown in await runs(one.as_(OTHER))] == [others.id]


async def test_waiting_form_with_a_key_gives_the_same_result_again(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as one:
        assert await run_action(repeatable(one.context, "k", {"n": 2}), "Three", {"n": 2}) == 4
        assert await run_action(repeatable(one.context, "k", {"n": 2}), "Three", {"n": 2}) == 4
        for _ in range(2):
            with pytest.raises(ActionFailed, match=r"No 5\."):
                await run_action(repeatable(one.context, "f", {"n": 5}), "Fail", {"n": 5})
        # What failed had done nothing, and was tried again.
        assert len(await runs(one.as_(OPERATOR))) == 3


async def test_input_in_another_order_is_the_same_input(tmp_path: Path, sqlite_database: str) -> None:
    async with desk(tmp_path, sqlite_database) as one:
        inputs = [{"name": "Ada", "secret": "long-enough"}, {"secret": "long-enough", "name": "Ada"}]
        first, second = [
            await start_action(repeatable(one.context, "k", input), "Ask", input) for input in inputs
        ]
        assert first.id == second.id


async def test_waiting_form_with_a_key_in_flight_is_refused(
    tmp_path: Path, database_url: str, file_server: FileServer
) -> None:
    slow = slow_answer(file_server)
    async with desk(tmp_path, database_url) as one:
        first = asyncio.create_task(
            run_action(repeatable(one.context, "k", {"url": slow}), "Reach", {"url": slow})
        )
        await asked_for(file_server, "/slow")
        with pytest.raises(Conflict, match="under way"):
            await run_action(repeatable(one.context, "k", {"url": slow}), "Reach", {"url": slow})
        assert await first == 200


async def test_run_is_there_for_who_started_it_and_the_console_alone(
    tmp_path: Path, database_url: str
) -> None:
    async with desk(tmp_path, database_url) as one:
        started = await start_action(one.as_(CLERK), "Fail", {"n": 1})
        while (mine := await run(one.as_(CLERK), started.id)).state != "fatal_errored":
            await asyncio.sleep(0.02)
        for other in (one.as_(OTHER), one.context):
            with pytest.raises(NotFound):
                await run(other, started.id)
            with pytest.raises(NotFound):
                await cancel_run(other, started.id)
            assert await runs(other) == []
        shown = await run(one.as_(OPERATOR), started.id)
        assert (mine.steps, shown.steps is not None) == (None, True)
        assert [one.id for one in await runs(one.as_(OPERATOR), {"state": "fatal_errored", "action": "Fail"})]
        assert await runs(one.as_(OPERATOR), {"state": "completed"}) == []
