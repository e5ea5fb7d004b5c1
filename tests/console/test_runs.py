"""What the console shows of runs."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from app.errors import ActionFailed
from app.resolvers.actions import run_action
from app.resolvers.runs import start_action
from tests.console.shop import SECRET, Person, Shop

HOSTILE = "<script>alert(1)</script>"


async def text_of_only_run(person: Person) -> str:
    listed = (await person.look("runs")).text
    id = listed.split("/console/shop/runs/")[1].split('"')[0]
    return (await person.look(f"runs/{id}")).text


async def test_run_shows_input_answer_and_messages_escaped(shop: Shop) -> None:
    await run_action(shop.anybody, "Say", {"what": HOSTILE, "secret": "hush-hush"})
    async with shop.person("viewer@example.org") as person:
        text = await text_of_only_run(person)
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2
    assert "<script" not in text and "hush-hush" not in text
    assert "[hidden]" in text and "Success" in text and ">create<" in text


async def test_answer_shows_no_secret(shop: Shop) -> None:
    assert await run_action(shop.anybody, "Say", {"what": SECRET}) == SECRET
    async with shop.person("viewer@example.org") as person:
        text = await text_of_only_run(person)
    assert "[secret]" in text and SECRET not in text


async def test_large_answer_is_not_kept(shop: Shop) -> None:
    await run_action(shop.anybody, "Say", {"what": "x" * 20_000})
    async with shop.person("viewer@example.org") as person:
        text = await text_of_only_run(person)
    assert "xxxxx" not in text.replace("Said " + "x" * 1995, "") and text.count("None, or not kept.") == 2


async def test_runs_are_found_by_state_action_door_and_text(shop: Shop) -> None:
    await run_action(shop.anybody, "Say", {"what": "a"})
    with pytest.raises(ActionFailed):
        await run_action(shop.anybody, "Fail order", {})
    async with shop.person("viewer@example.org") as person:
        for where, found in (
            ({}, 2),
            ({"state": "fatal_errored"}, 1),
            ({"action": "Say"}, 1),
            ({"door": "rest"}, 0),
            ({"text": "IS BROKEN"}, 1),
            ({"text": "%"}, 0),
        ):
            text = (await person.look("runs", params=where)).text
            assert text.count('<th scope="row">') == found, where
        assert "Fail" in text
        assert (await person.look("runs", params={"state": "odd"})).status_code == 400
        assert (await person.look("runs", params={"skip": "9"})).status_code == 200


async def test_waiting_run_shows_its_fields_and_can_be_cancelled_once(shop: Shop) -> None:
    started = await start_action(shop.anybody, "Ask", {})
    async with shop.person("viewer@example.org") as person:
        deadline = monotonic() + 10
        while "Which one?" not in (text := (await person.look(f"runs/{started.id}")).text):
            assert monotonic() < deadline
            await asyncio.sleep(0.05)
        assert "Your choice" in text and "Cancel the run" in text
        done = await person.send(f"runs/{started.id}/cancel")
        assert done.status_code == 303
        assert "CANCELLED" in (await person.look(f"runs/{started.id}")).text
        assert (await person.send(f"runs/{started.id}/cancel")).status_code == 409
        assert (await person.send(f"runs/{started.id}/retry")).status_code == 409
        assert (await person.look("runs/none")).status_code == 404
