"""Lists that were asked for before: nobody sees what was read for other roles or for another definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.checks import load_checked
from app.main import open_applications
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user, remove_user
from app.steps import KINDS
from tests.rest.conftest import DEFINITION, Caller, Door

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = "/models/Person/records"
OLD = '[{"path": ["age"], "predicate": "gteq", "criteria": 12}]'


async def test_same_query_of_other_roles_has_their_rows(clerk: Caller, reader: Caller) -> None:
    for _ in range(3):
        assert await clerk.ids(filters=OLD, order="age") == [2, 1, 3]
        assert await reader.ids(filters=OLD, order="age") == [1, 3]


async def test_same_query_of_other_models_and_values_is_another_list(clerk: Caller) -> None:
    for _ in range(2):
        assert len(await clerk.ask("/models/Company/records", order="id:desc")) == 2
        assert await clerk.ids(order="id:desc") == [4, 3, 2, 1]
        assert await clerk.ids(order="id:asc") == [1, 2, 3, 4]
        assert await clerk.ids(order="id:desc", limit=1) == [4]


async def test_same_query_with_a_body_takes_the_body_too(clerk: Caller) -> None:
    for body, ids in ((None, [1, 2, 3, 4]), ({"limit": 1}, [1]), (None, [1, 2, 3, 4])):
        answer = await clerk.send("GET", f"{PEOPLE}?order=id", json=body)
        assert [one["id"] for one in answer.json()] == ids


async def test_user_with_changed_roles_gets_what_they_may_read_now(door: Door, clerk: Caller) -> None:
    application, email = door.generation.application, "clerk@example.org"
    assert await clerk.ids(filters=OLD) == [1, 2, 3]
    for roles, status in ((["reader"], 200), ([], 401)):
        await remove_user(door.server, application, email)
        await add_user(door.server, application, email, roles)
        key = (await create_user_key(door.server, application, email)).text
        answer = await door.with_credentials((email, key)).send("GET", PEOPLE, params={"filters": OLD})
        assert answer.status_code == status
        assert "Bob" not in answer.text


async def test_changed_definition_reads_a_known_query_anew(own_door: Door, tmp_path: Path) -> None:
    clerk = await own_door.caller("clerk")
    assert await clerk.ids(filters=OLD) == [1, 2, 3]
    changed = tmp_path / "application.yaml"
    changed.write_text(
        DEFINITION.read_text().replace("age: {kind: number,", "age: {kind: number, hidden: true,")
    )
    application = load_checked(changed, steps=KINDS).application
    own_door.applications.swap(await open_applications(own_door.server, [application], {}))
    answer = await clerk.send("GET", PEOPLE, params={"filters": OLD})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"filters": ["is_invalid"]})
    assert "age" not in (await clerk.ask(PEOPLE))[0]


@pytest.mark.parametrize("order", ["nothing", "id:up"])
async def test_refused_query_is_refused_again(clerk: Caller, order: str) -> None:
    for _ in range(2):
        assert (await clerk.send("GET", PEOPLE, params={"order": order})).status_code == 400
