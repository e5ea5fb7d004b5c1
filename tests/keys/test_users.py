from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from app.errors import BadInput, Conflict, NotFound
from app.resolvers.users import add_user, disable_user, list_users, remove_user
from tests.keys.depot import Depot, opened, settings

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def add(depot: Depot, email: str, *roles: str) -> None:
    await add_user(depot.server, depot.application, email, roles)


async def emails(depot: Depot) -> list[str]:
    return [one.email for one in await list_users(depot.server, depot.application)]


async def test_users_are_listed_by_address_with_their_roles(depot: Depot) -> None:
    await add(depot, "BOB@example.com", "reader", "clerk", "reader")
    ada, bob = await list_users(depot.server, depot.application)
    assert (ada.email, ada.roles, ada.disabled, ada.password) == ("Ada@Example.com", ("clerk",), False, None)
    assert (bob.email, bob.roles) == ("BOB@example.com", ("reader", "clerk"))


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@Example.com"])
async def test_user_is_there_once_in_whatever_case(depot: Depot, email: str) -> None:
    with pytest.raises(Conflict):
        await add(depot, email)
    assert await emails(depot) == ["Ada@Example.com"]


async def test_addresses_beyond_ascii_are_compared_regardless_of_case(depot: Depot) -> None:
    await add(depot, "\u00c9mile@example.com")
    with pytest.raises(Conflict):
        await add(depot, "e\u0301mile@example.com")


async def test_user_of_another_application_may_have_the_same_address(
    depot: Depot, database_url: str, tmp_path: Path
) -> None:
    async with opened(settings(database_url, tmp_path), uuid=UUID(int=7), name="yard") as yard:
        await add(yard, "ada@example.com")
        await remove_user(yard.server, yard.application, "ada@example.com")
    assert await emails(depot) == ["Ada@Example.com"]


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "a:b@example.com", "", "ada@example.com\0", "a@" + "b" * 300 + ".com"]
)
async def test_user_without_an_address_is_refused(depot: Depot, email: str) -> None:
    with pytest.raises(BadInput, match="The e-mail address"):
        await add(depot, email)


async def test_unknown_role_is_refused_with_the_likely_one(depot: Depot) -> None:
    with pytest.raises(BadInput, match=r"depot has no role 'clark'\. Did you mean 'clerk'"):
        await add(depot, "bob@example.com", "reader", "clark")
    assert await emails(depot) == ["Ada@Example.com"]


async def test_password_is_kept_as_a_hash(depot: Depot) -> None:
    user = await add_user(depot.server, depot.application, "bob@example.com", [], "hunter2hunter2")
    assert user.password is not None
    assert user.password.startswith("$argon2id$")
    assert await depot.server.passwords.verify(user.password, "hunter2hunter2")


async def test_user_is_disabled_enabled_and_removed_in_any_case(depot: Depot) -> None:
    await disable_user(depot.server, depot.application, "ADA@example.com")
    assert [one.disabled for one in await list_users(depot.server, depot.application)] == [True]
    await disable_user(depot.server, depot.application, "ada@EXAMPLE.com", disabled=False)
    assert [one.disabled for one in await list_users(depot.server, depot.application)] == [False]
    await remove_user(depot.server, depot.application, "ada@example.COM")
    assert await emails(depot) == []


async def test_user_who_is_not_there_is_not_found(depot: Depot) -> None:
    for change in (disable_user, remove_user):
        with pytest.raises(NotFound, match="There is no user bob"):
            await change(depot.server, depot.application, "bob@example.com")
