"""Users, keys and the audit trail in the console."""

from __future__ import annotations

import re

import pytest

from app.resolvers.keys import list_keys
from app.resolvers.users import list_users
from tests.console.shop import HERE, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORMS = ("access/add", "access/user", "access/key", "access/revoke")


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        (None, {"runs": 303, "audit": 303, "access": 303, "form": 401}),
        ("viewer@example.org", {"runs": 200, "audit": 200, "access": 403, "form": 403}),
        ("chief@example.org", {"runs": 200, "audit": 200, "access": 200, "form": 303}),
    ],
)
async def test_pages_and_forms_open_to_their_privilege_alone(
    shop: Shop, name: str | None, statuses: dict[str, int]
) -> None:
    async with shop.person(name) as person:
        for path in ("runs", "audit", "access"):
            assert (await person.look(path)).status_code == statuses[path], path
        on = "login" if name is None else "runs"
        values = {"email": "clerk@example.org", "to": "disabled"}
        assert (await person.send("access/user", values, on=on)).status_code == statuses["form"]
        if statuses["form"] != 303:
            for path in FORMS:
                answer = await person.send(path, {"email": "new@example.org"}, on=on)
                assert answer.status_code == statuses["form"], path
    application = shop.generation.application
    assert len(await list_users(shop.server, application)) == 3
    assert await list_keys(shop.server, application) == []


async def test_user_is_added_and_gets_a_key_that_is_shown_once(shop: Shop) -> None:
    async with shop.person("chief@example.org") as person:
        added = await person.send("access/add", {"email": "new@example.org", "roles": "clerk"})
        assert added.status_code == 303
        assert (await person.send("access/add", {"email": "new@example.org"})).status_code == 409
        made = await person.send("access/key", {"email": "new@example.org", "kind": "rest"})
        key = re.search(r'class="key">([^<]+)<', made.text)
        assert made.status_code == 200 and key is not None
        again = await person.look("access")
        assert key[1] not in again.text
        ((stored, _),) = await list_keys(shop.server, shop.generation.application)
        assert (await person.send("access/revoke", {"id": stored.id})).status_code == 303
        assert (await person.send("access/revoke", {"id": stored.id})).status_code == 404
        trail = (await person.look("audit", params={"operation": "key_create"})).text
        assert stored.id in trail and "user_add" not in trail and ">console<" in trail


async def test_nobody_shuts_themselves_out(shop: Shop) -> None:
    async with shop.person("chief@example.org") as person:
        sent = await person.send("access/user", {"email": "Chief@example.org", "to": "disabled"})
        assert (sent.status_code, "shut yourself out" in sent.text) == (409, True)
        assert (await person.client.get(f"{HERE}/access")).status_code == 200
