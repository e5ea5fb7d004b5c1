"""What the console shows of runs."""

from __future__ import annotations

import asyncio
import re
from time import monotonic

import pytest

from app.errors import ActionFailed
from app.permissions import Principal
from app.resolvers.actions import run_action
from app.resolvers.runs import start_action
from app.resolvers.users import list_users
from tests.console.shop import SECRET, Person, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = "<script>alert(1)</script>"


async def text_of_only_run(person: Person) -> str:
    listed = (await person.look("runs")).text
    id = listed.split("/console/shop/runs/")[1].split('"')[0]
    return (await person.look(f"runs/{id}")).text


async def until(person: Person, id: str, words: str) -> str:
    """The page of a run once it has these words."""
    deadline = monotonic() + 60
    while words not in (text := (await person.look(f"runs/{id}")).text):
        assert monotonic() < deadline, text
        await asyncio.sleep(0.05)
    return text


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
        text = await until(person, started.id, "Which one?")
        assert "Your choice" in text and "Cancel the run" in text and 'class="box step wait waiting"' in text
        done = await person.send(f"runs/{started.id}/cancel")
        assert done.status_code == 303
        assert "CANCELLED" in (await person.look(f"runs/{started.id}")).text
        assert (await person.send(f"runs/{started.id}/cancel")).status_code == 409
        assert (await person.send(f"runs/{started.id}/retry")).status_code == 409
        assert (await person.look("runs/none")).status_code == 404


async def test_retried_run_goes_on_and_succeeds(shop: Shop) -> None:
    started = await start_action(shop.anybody, "Fail once", {})
    async with shop.person("viewer@example.org") as person:
        failed = await until(person, started.id, "Go on from where it failed")
        assert "There is no order yet." in failed and ">Fail<" in failed
        await run_action(shop.anybody, "Say", {"what": "an order"})
        assert (await person.send(f"runs/{started.id}/retry")).status_code == 303
        page = await until(person, started.id, ">Success<")
        assert "Go on from where it failed" not in page and '<pre tabindex="0">1</pre>' in page
        assert (await person.send(f"runs/{started.id}/retry")).status_code == 409


async def test_run_shows_the_way_that_it_took(shop: Shop) -> None:
    with pytest.raises(ActionFailed):
        await run_action(shop.anybody, "Fail order", {})
    await run_action(shop.anybody, "Say", {"what": "x"})
    async with shop.person("viewer@example.org") as person:
        listed = (await person.look("runs")).text
        said, failed = dict.fromkeys(re.findall(r'/console/shop/runs/([^"]+)"', listed))
        page = (await person.look(f"runs/{said}")).text
        assert page.count(" taken") == 2 and " failed" not in page and "The way it took" in page
        assert 'class="box step stop failed"' in (await person.look(f"runs/{failed}")).text


async def test_run_of_an_older_definition_is_shown_without_the_way(shop: Shop) -> None:
    await run_action(shop.anybody, "Say", {"what": "x"})
    say = shop.generation.application.actions["Say"]
    changed = say.model_copy(update={"steps": say.steps[1:]})
    shop.generation.application.actions["Say"] = changed
    async with shop.person("viewer@example.org") as person:
        page = await text_of_only_run(person)
    assert "The way it took" not in page and ">create<" in page


async def test_callers_have_their_names_and_are_found_by_them(shop: Shop) -> None:
    (chief,) = [
        user for user in await list_users(shop.server, shop.generation.application) if "chief" in user.email
    ]
    ada = Principal("Staff", "Member", {"id": 1}, frozenset({"viewer"}))
    key = Principal(record={"id": chief.id, "email": chief.email}, key="k")
    gone = Principal("Staff", "Member", {"id": 999}, frozenset())
    for principal in (ada, key, gone, shop.anybody.principal):
        await run_action(shop.anybody._replace(principal=principal), "Say", {"what": "x"})
    async with shop.person("viewer@example.org") as person:
        listed = (await person.look("runs")).text
        assert all(f">{name}<" in listed for name in ("ada", "chief@example.org", "Member:999"))
        assert ">anybody<" in listed and "Member:1<" not in listed
        for name in ("ada", "Member:1", "CHIEF@example.org", f"user:{chief.id}"):
            found = (await person.look("runs", params={"text": name})).text
            assert found.count('<th scope="row">') == 1, name
            assert ("These are the runs that" in found) is (":" not in name)
        trail = (await person.look("audit", params={"actor": "ada"})).text
        assert trail.count('<th scope="row">') == 1 and ">ada" in trail


@pytest.mark.parametrize("skip", ["9" * 18, "1" + "0" * 7, "-1", "x", "9" * 4000, "٣", "1e3", ""])
async def test_any_page_number_has_a_page(shop: Shop, skip: str) -> None:
    await run_action(shop.anybody, "Say", {"what": "x"})
    async with shop.person("viewer@example.org") as person:
        for path, name in (("runs", "skip"), ("audit", "before"), ("outbox", "skip")):
            assert (await person.look(path, params={name: skip})).status_code == 200


async def test_hostile_texts_find_nothing_and_are_escaped(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as person:
        for text in (HOSTILE, "\u202eabc", "%", "'; DROP TABLE run; --", "x" * 200):
            page = await person.look("runs", params={"text": text})
            assert (page.status_code, "There is no run that agrees" in page.text) == (200, True)
            assert "<script" not in page.text
        for text in ("x" * 201, "\0"):
            assert (await person.look("runs", params={"text": text})).status_code == 400
