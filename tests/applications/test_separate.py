"""What belongs to one application is nothing at the other, through every door and whatever is alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from app.resolvers.users import disable_user
from tests.applications.conftest import KNOWN, LOGIN, USER, Side, code

Sides = tuple[Side, Side]


async def test_same_names_ids_and_texts_stand_beside_each_other(sides: Sides) -> None:
    for side in sides:
        made = await side.query('mutation { createNote(input: {text: "same"}) { id } }')
        assert made["data"]["createNote"] == {"id": 2}
        ran = await side.query('mutation { action(id: "Write down", input: {text: "as well"}) }')
        assert ran["data"]["action"] == {"results": 3}
    for side in sides:
        assert await side.texts() == sorted(["as well", "same", f"{side.name} only"])


async def test_token_of_one_is_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    for path in ("/graphql", f"/api/runtime/{two.uuid}", f"/api/runtime/{two.name}"):
        answer = await two.client.post(path, json={"query": KNOWN}, headers=one.bearer)
        assert code(answer.json()) == "UNAUTHENTICATED", path
    hook = two.generation.application.actions["Hook"].uuid.hex
    for path in (
        "/v1/notes",
        f"/api/runtime/{two.uuid}/endpoints/v1/notes",
        f"/api/runtime/{two.uuid}/action/{hook}",
        "/openapi.json",
        "/docs",
    ):
        answer = await two.client.get(path, headers=one.bearer)
        assert answer.status_code == 401, path
        assert "two only" not in answer.text
    assert (await one.client.get("/v1/notes", headers=one.bearer)).status_code == 200


async def test_refresh_token_of_one_neither_renews_nor_ends_anything_at_the_other(sides: Sides) -> None:
    one, two = sides
    for name, fields in (("refreshToken", "{ jwtToken }"), ("revokeRefreshToken", "{ removed }")):
        tried = await two.query(
            f"mutation ($token: String!) {{ {name}(token: $token) {fields} }}", token=one.refresh
        )
        assert code(tried) == "UNAUTHENTICATED"
    renewed = await one.query(
        "mutation ($token: String!) { refreshToken(token: $token) { jwtToken } }", token=one.refresh
    )
    assert renewed["data"]["refreshToken"]["jwtToken"]


async def test_password_and_profile_of_one_let_nobody_into_the_other(sides: Sides) -> None:
    one, two = sides
    for profile, password in (("Members", "password of one"), (one.profile, "password of two")):
        given = {"profile": profile, "name": USER, "password": password}
        answer = await two.client.post("/graphql", json={"query": LOGIN, "variables": given})
        assert code(answer.json()) == "UNAUTHENTICATED"
    given = {"username": USER, "password": "password of one"}
    assert (await two.client.post("/v1/login", json=given)).status_code == 401


async def test_cookie_of_one_is_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    given = {"username": USER, "password": "password of one"}
    assert (await one.client.post("/v1/login", json=given)).status_code == 200
    ((name, value),) = one.client.cookies.items()
    assert (await one.client.get("/v1/notes")).status_code == 200
    for cookie in (f"{name}={value}", f"{name.replace(one.uuid, two.uuid)}={value}"):
        answer = await two.client.get("/v1/notes", headers={"Cookie": cookie})
        assert answer.status_code == 401
        assert "two only" not in answer.text
    assert (await one.client.get("/v1/notes")).status_code == 200


async def test_keys_of_one_are_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/api/models/Note/records", {"headers": one.basic}),
        ("POST", "/api/models/Note/records", {"headers": one.basic, "json": {"text": "mine"}}),
        ("GET", "/openapi.json", {"headers": one.basic}),
        (
            "POST",
            f"{two.trigger}/Write%20down/trigger?text=mine",
            {"headers": {"Authorization": one.incoming_key}},
        ),
        ("POST", two.module, {"headers": {"Authorization": f"Bearer {one.module_key}"}, "json": {}}),
    ]
    for method, path, options in requests:
        answer = await two.client.request(method, path, **options)
        assert answer.status_code == 401, path
        assert "two only" not in answer.text
    assert await two.texts() == ["two only"]
    assert await two.runs() == []
    rights = await one.client.get("/api/models/Note/records", headers=one.basic)
    assert rights.status_code == 200 and "two only" not in rights.text


async def test_run_of_one_is_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    started = await one.query('mutation { startAction(id: "Question") { runId } }')
    run = started["data"]["startAction"]["runId"]
    asked = await one.query(
        "query ($id: ID!) { run(id: $id, waitSeconds: 10) { state waiting { token } } }", id=run
    )
    token = asked["data"]["run"]["waiting"]["token"]
    for text in (
        "query ($id: ID!) { run(id: $id) { state } }",
        "mutation ($id: ID!) { cancelRun(id: $id) { state } }",
        'mutation ($id: ID!, $token: String!) { answerRun(id: $id, token: $token, input: {text: "x"}) { state } }',
    ):
        assert code(await two.query(text, id=run, token=token)) == "NOT_FOUND"
    assert await two.runs() == []
    for path in (f"{two.trigger}/Later/poll/{run}", f"{two.trigger}/Write%20down/poll/{run}"):
        answer = await two.client.get(path, headers={"Authorization": two.incoming_key})
        assert answer.status_code == 404
    still = await one.query("query ($id: ID!) { run(id: $id) { state } }", id=run)
    assert still["data"]["run"]["state"] == "waiting_for_input"
    answered = await one.query(
        'mutation ($id: ID!, $token: String!) { answerRun(id: $id, token: $token, input: {text: "x"}) { state } }',
        id=run,
        token=token,
    )
    assert answered["data"]["answerRun"]["state"] == "running"


async def test_session_of_one_is_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    begun = await one.client.post(one.module, json={}, headers={"Authorization": f"Bearer {one.module_key}"})
    id = begun.json()["data"]["id"]
    wrong = await two.client.get(f"{two.module}/{id}", headers={"Authorization": f"Bearer {two.module_key}"})
    assert wrong.status_code == 404
    page = urlsplit(begun.json()["links"]["browser"]).path
    module = two.module.split("/")[3]
    assert (await two.client.get(f"/{module}/sessions/{id}")).status_code == 404
    assert (await one.client.get(page)).status_code == 200
    # The path of a module has no application in it, so its own key is good on every host.
    right = await two.client.get(f"{one.module}/{id}", headers={"Authorization": f"Bearer {one.module_key}"})
    assert right.status_code == 200


async def test_file_of_one_is_none_at_the_other(sides: Sides) -> None:
    one, two = sides
    form = (
        await one.query(
            'mutation { generateFileUploadRequest(modelName: "Note", propertyName: "paper", fileName: "a.txt", '
            'contentType: "text/plain") { url fields reference } }'
        )
    )["data"]["generateFileUploadRequest"]
    path, fields = urlsplit(form["url"]).path, form["fields"]
    file = {"file": ("a.txt", b"secret of one")}
    stolen = await two.client.post(path.replace(one.uuid, two.uuid), data=fields, files=file)
    assert stolen.status_code == 403
    assert (await one.client.post(path, data=fields, files=file)).status_code == 201
    taken = await two.query(
        'mutation ($of: String!) { createNote(input: {text: "taken", paper: $of}) { paper { url } } }',
        of=form["reference"],
    )
    assert code(taken) == "BAD_USER_INPUT"
    made = await one.query(
        'mutation ($of: String!) { createNote(input: {text: "kept", paper: $of}) { paper { url } } }',
        of=form["reference"],
    )
    link = urlsplit(made["data"]["createNote"]["paper"]["url"])
    own = await one.client.get(f"{link.path}?{link.query}")
    assert own.content == b"secret of one"
    other = await two.client.get(f"{link.path.replace(one.uuid, two.uuid)}?{link.query}")
    assert other.status_code == 404
    assert b"secret" not in other.content


async def test_action_of_one_is_unknown_at_the_other(sides: Sides) -> None:
    one, two = sides
    action = one.generation.application.actions["Write down"].uuid.hex
    tried = await two.query('mutation ($id: ID!) { action(id: $id, input: {text: "x"}) }', id=action)
    assert code(tried) == "NOT_FOUND"
    hook = one.generation.application.actions["Hook"].uuid.hex
    answer = await two.client.get(f"/api/runtime/{two.uuid}/action/{hook}", headers=two.bearer)
    assert answer.status_code == 404
    assert await two.texts() == ["two only"]


async def test_same_idempotency_key_starts_a_run_at_each(sides: Sides) -> None:
    for side in sides:
        answer = await side.client.post(
            "/graphql",
            json={"query": 'mutation { action(id: "Write down", input: {text: "once"}) }'},
            headers={**side.bearer, "Idempotency-Key": "the-same"},
        )
        assert answer.json()["data"]["action"] == {"results": 2}
    assert [await side.texts() for side in sides] == [["once", "one only"], ["once", "two only"]]


async def test_user_disabled_in_one_stays_in_the_other(sides: Sides) -> None:
    one, _ = sides
    await disable_user(one.server, one.generation.application, USER)
    statuses = [
        (await side.client.get("/api/models/Note/records", headers=side.basic)).status_code for side in sides
    ]
    assert statuses == [401, 200]


async def test_old_incoming_path_is_refused_where_both_have_the_action(sides: Sides) -> None:
    one, _ = sides
    answer = await one.client.post(
        "/phixflow/api/1/action/Write%20down/trigger?text=x", headers={"Authorization": one.incoming_key}
    )
    assert answer.status_code == 400
    assert [await side.texts() for side in sides] == [["one only"], ["two only"]]
