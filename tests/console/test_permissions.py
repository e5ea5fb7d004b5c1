"""Every page and form of the console, for everybody who may come to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.routing import Route

from app.definition.model import Privilege
from app.errors import Forbidden
from app.pages.console_routes import console_routes
from app.permissions import Principal
from app.resolvers import administration, outbox, people
from app.resolvers.keys import list_keys
from app.resolvers.users import list_users
from app.storage.audit import Wanted
from app.storage.sessions import Sessions
from tests.console.shop import HERE, Person, Shop, form_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPEN, READ, MANAGE = "open", "read_console", "manage"
NEEDS = {
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("POST", "/logout"): READ,
    ("GET", "/runs"): READ,
    ("GET", "/runs/{id}"): READ,
    ("POST", "/runs/{id}/cancel"): READ,
    ("POST", "/runs/{id}/retry"): READ,
    ("GET", "/application"): READ,
    ("GET", "/application/actions/{id}"): READ,
    ("GET", "/access"): MANAGE,
    ("POST", "/access/add"): MANAGE,
    ("POST", "/access/user"): MANAGE,
    ("POST", "/access/key"): MANAGE,
    ("POST", "/access/revoke"): MANAGE,
    ("GET", "/audit"): READ,
    ("GET", "/outbox"): READ,
    ("GET", "/outbox/{name}"): MANAGE,
}
FORM = {
    "email": "clerk@example.org",
    "to": "disabled",
    "kind": "rest",
    "name": "x",
    "password": "x",
    "id": "x",
}


def of_application(shop: Shop) -> set[tuple[str, str]]:
    """The method and path of each page and form within an application."""
    prefix = "/console/{application}"
    return {
        (method, route.path.removeprefix(prefix))
        for route in console_routes(shop.edge)
        if isinstance(route, Route) and route.path.startswith(prefix)
        for method in (route.methods or set()) - {"HEAD"}
    }


async def ask(person: Person, method: str, path: str, form: str | None = None) -> int:
    """The status of an answer; a form is sent with this token."""
    filled = f"{HERE}{path}".replace("{id}", "x").replace("{name}", "x")
    if method == "GET":
        return (await person.client.get(filled)).status_code
    data = FORM if form is None else {**FORM, "form": form}
    return (await person.client.post(filled, data=data)).status_code


async def changed(shop: Shop) -> tuple[int, int, int]:
    """What the forms could have changed."""
    application = shop.generation.application
    users = await list_users(shop.server, application)
    keys = await list_keys(shop.server, application)
    return len(users), len(keys), sum(user.disabled for user in users)


async def test_every_page_and_form_is_told_whom_it_is_for(shop: Shop) -> None:
    assert of_application(shop) == NEEDS.keys()


async def test_nobody_gets_anything_without_a_login(shop: Shop) -> None:
    async with shop.person() as stranger:
        form = form_of((await stranger.look("login")).text)
        for (method, path), need in NEEDS.items():
            expected = {OPEN: 401 if method == "POST" else 200}.get(need, 401 if method == "POST" else 303)
            assert await ask(stranger, method, path, form) == expected, path
    assert await changed(shop) == (3, 0, 0)


async def test_who_may_read_changes_nothing_and_sees_no_users(shop: Shop) -> None:
    async with shop.person("viewer@example.org") as viewer:
        form = form_of((await viewer.look("runs")).text)
        for (method, path), need in NEEDS.items():
            if need != OPEN and path != "/logout":
                status = await ask(viewer, method, path, form)
                assert (status == 403) is (need == MANAGE), (path, status)
    assert await changed(shop) == (3, 0, 0)


async def test_forms_without_their_token_change_nothing(shop: Shop) -> None:
    async with shop.person("chief@example.org") as chief, shop.person("viewer@example.org") as other:
        theirs = form_of((await other.look("runs")).text)
        for (method, path), need in NEEDS.items():
            if method == "POST" and need != OPEN:
                for form in (None, "", theirs, "x" * 500):
                    assert await ask(chief, method, path, form) == 403, path
        assert (await chief.look("access")).status_code == 200
    assert await changed(shop) == (3, 0, 0)


async def test_session_that_was_revoked_opens_nothing(shop: Shop) -> None:
    async with shop.person("chief@example.org") as chief:
        form = form_of((await chief.look("runs")).text)
        ((_, token),) = [one for one in chief.client.cookies.items() if "console" in one[0]]
        sessions = Sessions(shop.server.database.dialect, shop.generation.application.uuid.hex)
        assert await shop.server.database.write(lambda: sessions.revoke(token.partition(".")[0]))
        for (method, path), need in NEEDS.items():
            if need != OPEN:
                assert await ask(chief, method, path, form) in (303, 401), path
    assert await changed(shop) == (3, 0, 0)


@pytest.mark.parametrize("privileges", [(), ("read_console",)])
async def test_every_operation_asks_for_its_privilege(shop: Shop, privileges: tuple[Privilege, ...]) -> None:
    known = Principal(record={"id": "1"}, privileges=frozenset(privileges))
    context = shop.anybody._replace(principal=known)
    managing: list[Callable[[], Awaitable[Any]]] = [
        lambda: administration.users(context),
        lambda: administration.keys(context),
        lambda: administration.new_user(context, "new@example.org", [], None),
        lambda: administration.switch_user(context, "clerk@example.org", True),
        lambda: administration.new_user_key(context, "clerk@example.org", "rest"),
        lambda: administration.new_module_key(context, "Import orders"),
        lambda: administration.end_key(context, "x"),
        lambda: outbox.mail(context, "x"),
    ]
    reading: list[Callable[[], Awaitable[Any]]] = [
        lambda: administration.trail(context, Wanted()),
        lambda: outbox.mails(context, 0, 1),
        lambda: people.names_of(context, ["Member:1"]),
        lambda: people.caller_named(context, "ada"),
    ]
    for operation in managing + ([] if privileges else reading):
        with pytest.raises(Forbidden):
            await operation()
    assert await changed(shop) == (3, 0, 0)
