"""What the trail tells of credentials, logins, runs that go on, files, and of what is refused before a resolver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.storage.audit import Wanted
from tests.audit.desk import DEFINITION, STRANGER, Desk, opened
from tests.console.shop import form_of
from tests.keys.depot import basic

CLERK = "clerk@example.org"
ANYBODY = "system as caller by"
WRONG = "UNAUTHENTICATED"


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(database_url, tmp_path) as desk:
        yield desk


@asynccontextmanager
async def console(desk: Desk, name: str | None) -> AsyncIterator[Callable[..., Awaitable[httpx.Response]]]:
    """Sends forms of the console, as a user who has logged in or as nobody."""
    async with desk.client() as client:

        async def send(path: str, on: str = "login", **values: str) -> httpx.Response:
            token = form_of((await client.get(f"/console/desk/{on}")).text)
            return await client.post(f"/console/desk/{path}", data={"form": token, **values})

        if name is not None:
            await send("login", name=f"{name}@example.org", password=f"password of {name}")
        yield send


async def test_wrong_credentials_are_told_at_every_door(desk: Desk) -> None:
    token = desk.tokens["clerk"]["jwtToken"][:-1] + "x"
    for authorization in (f"Bearer {token}", "Bearer hunter2", "Basic aHVudGVyMg==", "hunter2"):
        await desk.send("POST", "/graphql", authorization, json={"query": "{ __typename }"})
        await desk.send("POST", "/api/runtime/desk/action/Hook", authorization)
        await desk.send("POST", "/v1/write", authorization, json="x")
        for path in ("/api/models/note/records", "/phixflow/api/1/action/desk/Write/trigger"):
            await desk.send("GET", path, authorization)
        await desk.send("POST", f"/api/execution/{desk.module()}/sessions", authorization)
    told = await desk.told()
    kinds = {line.split(": authenticate ")[0] for line in told}
    doors = ("graphql", "http", "endpoint", "rest", "incoming", "execution")
    assert kinds == {f"{ANYBODY} {door}" for door in doors}
    assert len(told) == 4 * len(doors)
    assert {line.split(" ")[-1] for line in told} == {WRONG}
    assert not any("hunter2" in repr(one) or token in repr(one) for one in await desk.entries())


async def test_wrong_key_is_told_by_its_id(desk: Desk) -> None:
    await desk.send("GET", "/api/models", basic(CLERK, STRANGER))
    await desk.send(
        "GET", "/phixflow/api/1/action/desk/Write/trigger", f"v1.{'0' * 16}.{STRANGER}.{STRANGER}"
    )
    assert await desk.told() == [
        f"{ANYBODY} rest: authenticate key:stranger {WRONG}",
        f"{ANYBODY} incoming: authenticate key:stranger {WRONG}",
    ]


async def test_same_wrong_key_again_is_one_entry_and_a_count(desk: Desk) -> None:
    for _ in range(9):
        await desk.send("GET", "/api/models", basic(CLERK, STRANGER))
    first, more = [one.entry for one in await desk.entries()]
    assert (first.ids, more.ids, more.subject) == ((), ("8 more",), first.subject)


async def test_credentials_in_the_clear_are_told_and_not_looked_at(desk: Desk) -> None:
    sent = {"authorization": desk.keys["rest", "clerk"]}
    transport = httpx.ASGITransport(app=desk.app, client=("192.0.2.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        await client.get("/api/models", headers=sent)
        await client.post(f"/api/execution/{desk.module()}/sessions", headers=sent)
        await client.post("/v1/login", json={"username": CLERK, "password": "x"})
    assert await desk.told() == [
        f"{ANYBODY} rest: authenticate HTTPS_REQUIRED",
        f"{ANYBODY} execution: authenticate HTTPS_REQUIRED",
        f"{ANYBODY} endpoint: login Staff HTTPS_REQUIRED",
    ]


async def test_logins_are_told_with_whom_they_were_about(desk: Desk) -> None:
    await desk.login(CLERK, "password of clerk")
    await desk.login(CLERK, "wrong")
    await desk.login("nobody@example.org", "wrong")
    await desk.login("", "", profile="Badges")
    await desk.login(CLERK, "", profile="Badges")
    async with desk.client() as client:
        await client.post("/v1/login", json={"username": CLERK, "password": "password of clerk"})
        await client.post("/v1/logout")
    async with console(desk, "clerk") as send:
        await send("logout", "runs")
    async with console(desk, "guest"):
        pass
    assert await desk.told() == [
        "Member:1 as caller by graphql: login Staff ok",
        "system as application by graphql: login Show badge ACTION_FAILED",
        "Member:1 as application by graphql: login Badges ok",
        "system as application by graphql: login Show badge ok",
        "Member:1 as caller by endpoint: login Staff ok",
        "Member:1 as caller by endpoint: logout Staff ok",
        "user:clerk as caller by console: login console ok",
        "user:clerk as caller by console: logout console ok",
        f"{ANYBODY} graphql: login Staff {WRONG}",
        f"{ANYBODY} graphql: login Staff {WRONG}",
        "user:guest as caller by console: login console FORBIDDEN",
    ]
    tried = [one.entry.ids for one in await desk.entries() if one.entry.result == WRONG]
    assert tried == [("Member:1",), ()]


async def test_tokens_are_told_as_they_are_renewed_misused_and_given_back(desk: Desk) -> None:
    renew = "mutation ($token: String!) { refreshToken(token: $token) { refreshToken } }"
    end = "mutation ($token: String!) { revokeRefreshToken(token: $token) { removed } }"
    first = desk.tokens["clerk"]["refreshToken"]
    second = (await desk.ask(None, renew, token=first))["data"]["refreshToken"]["refreshToken"]
    await desk.ask(None, renew, token=second)
    # Older than the one before the last: somebody else has it, too.
    await desk.ask(None, renew, token=first)
    await desk.ask(None, renew, token=second)
    await desk.ask(None, end, token=desk.tokens["guest"]["refreshToken"])
    await desk.ask(None, end, token="nonsense")
    assert await desk.told() == [
        "Member:1 as caller by graphql: refresh Staff ok",
        "Member:1 as caller by graphql: refresh Staff ok",
        f"Member:1 as caller by graphql: refresh Staff {WRONG}",
        "Member:2 as caller by graphql: logout Staff ok",
        f"{ANYBODY} graphql: refresh {WRONG}",
        f"{ANYBODY} graphql: logout {WRONG}",
    ]


async def test_limits_are_told(database_url: str, tmp_path: Path) -> None:
    limits: dict[str, Any] = {
        "key_per_minute": 1,
        "wrong_keys_per_address_minute": 1,
        "execution_per_minute": 1,
    }
    async with opened(database_url, tmp_path, **limits, login_per_account_minute=2) as desk:
        for _ in range(2):
            await desk.send("GET", "/api/models", desk.key("rest", "clerk"))
            await desk.send("GET", "/api/models", basic(CLERK, STRANGER))
            await desk.send("POST", f"/api/execution/{desk.module()}/sessions", desk.key("module", "clerk"))
            await desk.login(CLERK, "wrong")
        over = [line for line in await desk.told() if "TOO_MANY_REQUESTS" in line]
    assert over == [
        f"{ANYBODY} rest: authenticate key:clerk's TOO_MANY_REQUESTS",
        f"{ANYBODY} rest: authenticate key:stranger TOO_MANY_REQUESTS",
        "key:clerk's as caller by execution: authenticate key:clerk's TOO_MANY_REQUESTS",
        f"{ANYBODY} graphql: login Staff TOO_MANY_REQUESTS",
    ]


async def test_runs_are_told_as_they_are_started_cancelled_answered_and_tried_again(desk: Desk) -> None:
    async def start(name: str) -> str:
        made = await desk.ask("clerk", "mutation ($id: ID!) { startAction(id: $id) { runId } }", id=name)
        id: str = made["data"]["startAction"]["runId"]
        return id

    async def until(id: str, state: str) -> Any:
        query = "query ($id: ID!) { run(id: $id, waitSeconds: 20) { state waiting { token } } }"
        async with asyncio.timeout(60):
            while (found := (await desk.ask("clerk", query, id=id))["data"]["run"])["state"] != state:
                await asyncio.sleep(0.05)
        return found

    question = await start("Question")
    token = (await until(question, "waiting_for_input"))["waiting"]["token"]
    cancel = "mutation ($id: ID!) { cancelRun(id: $id) { id } }"
    await desk.ask("guest", cancel, id=question)
    answer = 'mutation ($id: ID!, $token: String!) { answerRun(id: $id, token: $token, input: {text: "x"}) { runId } }'
    await desk.ask("guest", answer, id=question, token="other")
    await desk.ask("clerk", answer, id=question, token=token)
    await until(question, "completed")
    later = await start("Later")
    await desk.ask("clerk", cancel, id=later)
    stumble = await start("Stumble")
    await until(stumble, "fatal_errored")
    async with console(desk, "clerk") as send:
        await send(f"runs/{stumble}/retry", "runs")
    found = [line for line in await desk.told() if "run Stumble" not in line]
    assert found == [
        "Member:1 as application by graphql: start Question ok",
        "Member:1 as caller by graphql: answer Question ok",
        "Member:1 as application by graphql: run Question ok",
        "Member:1 as application by graphql: start Later ok",
        "Member:1 as caller by graphql: cancel Later ok",
        "Member:1 as application by graphql: start Stumble ok",
        "user:clerk as caller by console: login console ok",
        "user:clerk as caller by console: retry Stumble ok",
        "Member:2 as caller by graphql: cancel Question NOT_FOUND",
        "Member:2 as caller by graphql: answer Question NOT_FOUND",
    ]
    assert {one.entry.run_id for one in await desk.entries()} == {None, question, later, stumble}


async def test_session_is_told_from_its_key_to_who_answers(desk: Desk) -> None:
    started = await desk.send("POST", f"/api/execution/{desk.module()}/sessions", desk.key("module", "clerk"))
    page = started.json()["links"]["browser"]
    async with desk.client() as client:
        async with asyncio.timeout(60):
            while "<textarea" not in (shown := (await client.get(page)).text) and 'name="text"' not in shown:
                await asyncio.sleep(0.05)
        sent = {name: _value(shown, name) for name in ("token", "form")}
        await client.post(page, data={**sent, "form": "forged", "text": "x"})
        assert (await client.post(page, data={**sent, "text": "x"})).status_code == 303
    async with asyncio.timeout(60):
        while len(told := await desk.told()) < 4:
            await asyncio.sleep(0.05)
    assert sorted(told) == [
        "key:clerk's as application by execution: run Question ok",
        "key:clerk's as application by execution: start Question ok",
        f"{ANYBODY} execution: answer Question FORBIDDEN",
        f"{ANYBODY} execution: answer Question ok",
    ]


async def test_file_is_told_with_who_asked_for_its_form(desk: Desk) -> None:
    query = (
        'mutation { generateFileUploadRequest(contentType: "text/plain", fileName: "a.txt", '
        'modelName: "Note", propertyName: "paper") { url fields reference } }'
    )
    form = (await desk.ask("clerk", query))["data"]["generateFileUploadRequest"]
    file = {"file": ("a.txt", b"words", "text/plain")}
    for fields in (form["fields"], {**form["fields"], "signature": "forged"}):
        await desk.send("POST", form["url"], None, data=fields, files=file)
    await desk.send("GET", f"/api/runtime/desk/assets/{form['reference']}?expires=1&signature=x", None)
    assert await desk.told() == [
        "Member:1 as caller by graphql: upload_request Note.paper ok",
        f"{ANYBODY} files: upload asset ok",
        f"{ANYBODY} files: upload asset FORBIDDEN",
        f"{ANYBODY} files: download asset NOT_FOUND",
    ]
    asked, stored, *_ = [one.entry.ids for one in await desk.entries()]
    assert asked == stored == (form["reference"].split("/")[0],)


async def test_console_tells_who_changed_users_and_keys(desk: Desk) -> None:
    await desk.forget()
    async with console(desk, "clerk") as send:
        await send("access/add", "access", email="new@example.org", roles="guest")
        await send("access/user", "access", email="new@example.org", to="disabled")
        await send("access/user", "access", email="new@example.org", to="enabled")
        await send("access/key", "access", email="new@example.org", kind="rest")
        await send("access/key", "access", kind="module", module="Question")
        (key,) = [one.entry.subject for one in await desk.entries() if one.entry.ids == ("Question",)]
        await send("access/revoke", "access", id=key.removeprefix("key:"))
        # Nothing of this is done, and none of it is told.
        await send("access/add", "access", email="new@example.org", roles="guest")
        await send("access/revoke", "access", id="0" * 16)
        async with desk.client() as stranger:
            await stranger.post("/console/desk/access/add", data={"email": "x@example.org"})
    words = [line.partition(": ")[2].partition(" ")[0] for line in await desk.told()]
    assert words == [
        "login", "user_add", "user_disable", "user_enable", "key_create", "key_create", "key_revoke"
    ]  # fmt: skip
    assert {one.entry.actor for one in await desk.entries()} == {desk_actor(desk)}


def desk_actor(desk: Desk) -> str:
    (id,) = [id for id, name in desk.names.items() if name == "clerk"]
    return f"user:{id}"


async def test_request_from_another_site_is_told(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/v1/login", json={"username": CLERK, "password": "password of clerk"})
        await desk.forget()
        await client.post("/v1/notes", json={"text": "x"}, headers={"origin": "https://elsewhere.test"})
    assert await desk.told() == [f"{ANYBODY} endpoint: enter Note create FORBIDDEN"]


async def test_definition_is_told_where_it_is_another_one(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    async with opened(database_url, folder, admit=False) as desk:
        served = await _served(desk)
    assert [one.operation for one in served] == ["migrate", "seed", "definition"]
    assert {(one.actor, one.door) for one in served} == {("operator", "server")}
    async with opened(database_url, folder, admit=False) as desk:
        assert await _served(desk) == served
    text = DEFINITION.read_text().replace(
        "paper: {kind: file}", "paper: {kind: file}\n      more: {kind: text}"
    )
    (tmp_path / "changed.yaml").write_text(text)
    async with opened(database_url, folder, tmp_path / "changed.yaml", False) as desk:
        migrated, changed = (await _served(desk))[3:]
    assert (migrated.operation, changed.operation) == ("migrate", "definition")
    assert any("more" in str(change) for change in migrated.ids)
    assert changed.subject != served[2].subject


async def _served(desk: Desk) -> list[Any]:
    """What was told of the application itself, the oldest first."""
    from app.resolvers.audit import list_audit

    found = await list_audit(desk.server, Wanted(actor="operator", most=1000))
    return [one.entry for one in sorted(found) if one.entry.door == "server"]


def _value(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]
