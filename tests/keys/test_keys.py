from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from app.errors import (
    ActionQLError,
    BadInput,
    NotFound,
    PrivateDataMode,
    TooManyRequests,
    Unauthenticated,
)
from app.permissions import Verb
from app.resolvers.authenticate import authenticate
from app.resolvers.keys import create_user_key, list_keys, revoke_key
from app.resolvers.users import add_user, disable_user, remove_user
from app.storage.keys import Key
from tests.keys.depot import Depot, opened, settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADA = "ada@example.com"
SOON = timedelta(milliseconds=1)


class Tomorrow(datetime):
    """A clock that is more than a day ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Tomorrow:
        return super().now(tz) + timedelta(days=2)


async def refusal(call: Awaitable[object]) -> ActionQLError:
    with pytest.raises(ActionQLError) as raised:
        await call
    return raised.value


async def only_key(depot: Depot) -> Key:
    ((key, _),) = await list_keys(depot.server, depot.application)
    return key


async def test_basic_is_the_user_with_roles_and_privileges(depot: Depot) -> None:
    principal = await depot.by_basic("ADA@example.COM", await depot.rest_key(ADA))
    key = await only_key(depot)
    assert principal.record is not None
    assert principal.record == {"id": key.user_id, "email": "Ada@Example.com"}
    assert (principal.roles, principal.privileges) == (frozenset({"clerk"}), frozenset({"use_api_key"}))
    assert (principal.model, principal.profile, principal.key) == (None, None, key.id)


async def test_key_is_43_characters_and_good_for_a_year(depot: Depot) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", await depot.rest_key(ADA))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", (await depot.module_key()).text)
    for key, _ in await list_keys(depot.server, depot.application):
        assert abs(key.expires - datetime.now(UTC) - timedelta(days=365)) < timedelta(minutes=1)


async def test_new_key_does_not_show_itself(depot: Depot) -> None:
    made = await depot.module_key()
    assert made.text not in repr(made)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic w6Q=", "Bearer x", "Basic YWRh", "\xff", "Basic /w=="]
)
async def test_basic_that_is_none_is_refused_like_a_wrong_key(depot: Depot, header: str) -> None:
    wrong = await refusal(depot.by_basic(ADA, "wrong"))
    broken = await refusal(depot.by_header(header))
    assert (type(broken), broken.message) == (type(wrong), wrong.message) == (Unauthenticated, wrong.message)


async def test_basic_with_anothers_key_or_name_is_refused(depot: Depot) -> None:
    await add_user(depot.server, depot.application, "bob@example.com", ["clerk"])
    adas = await depot.rest_key(ADA)
    for email, key in (
        ("bob@example.com", adas),
        ("", adas),
        ("nobody@example.com", adas),
        (ADA, ""),
        (ADA, adas[:-1]),
    ):
        assert type(await refusal(depot.by_basic(email, key))) is Unauthenticated
    assert (await depot.by_basic(ADA, adas)).known


async def test_incoming_key_counts_raw_and_as_bearer(depot: Depot) -> None:
    token = await depot.incoming_key(ADA)
    assert (await depot.by_incoming(token)) == (await depot.by_incoming(f"bearer  {token} "))
    assert (await depot.by_incoming(token)).key == (await only_key(depot)).id


async def test_incoming_key_with_another_signature_is_refused(depot: Depot) -> None:
    token = await depot.incoming_key(ADA)
    other = await depot.incoming_key(ADA)
    version, id, text, mac = token.split(".")
    forged = [
        ".".join(parts)
        for parts in (
            (version, id, text, other.split(".")[3]),
            (version, other.split(".")[1], text, mac),
            (version, id, other.split(".")[2], mac),
            ("v2", id, text, mac),
            (version, id, text),
        )
    ]
    for one in (*forged, text, "", f"Basic {token}"):
        assert type(await refusal(depot.by_incoming(one))) is Unauthenticated
    assert (await depot.by_incoming(token)).known


async def test_module_key_starts_its_module_and_no_other(depot: Depot) -> None:
    made = await depot.module_key()
    principal = await depot.by_module(made.text)
    assert (principal.key, principal.known, principal.roles) == (made.key.id, False, frozenset())
    refused = [
        await refusal(depot.by_module(made.text, action)) for action in ("Close gate", "Paint gate", None)
    ]
    refused += [await refusal(depot.by_module("x" * 43, action)) for action in ("Open gate", None)]
    assert {(one.code, one.message) for one in refused} == {("UNAUTHENTICATED", "The key is not valid here.")}


async def test_module_key_is_for_modules_that_take_keys(depot: Depot) -> None:
    with pytest.raises(BadInput, match="Paint gate is no module"):
        await depot.module_key("Paint gate")


async def test_key_opens_no_other_door(depot: Depot) -> None:
    rest, incoming = await depot.rest_key(ADA), await depot.incoming_key(ADA)
    module = (await depot.module_key()).text
    inner = incoming.split(".")[2]
    for key in (incoming, module, inner):
        assert type(await refusal(depot.by_basic(ADA, key))) is Unauthenticated
    for key in (rest, module, inner):
        assert type(await refusal(depot.by_incoming(key))) is Unauthenticated
    for key in (rest, incoming, inner):
        assert type(await refusal(depot.by_module(key))) is Unauthenticated
    for key in (rest, incoming, module, inner):
        bearer = authenticate(depot.generation, f"Bearer {key}")
        assert type(await refusal(bearer)) is Unauthenticated


Way = Callable[[Depot], Awaitable[Callable[[], Awaitable[object]]]]


async def basic_way(depot: Depot, expires: timedelta = timedelta(days=1)) -> Callable[[], Awaitable[object]]:
    key = await depot.rest_key(ADA, expires=expires)
    return lambda: depot.by_basic(ADA, key)


async def incoming_way(
    depot: Depot, expires: timedelta = timedelta(days=1)
) -> Callable[[], Awaitable[object]]:
    key = await depot.incoming_key(ADA, expires=expires)
    return lambda: depot.by_incoming(key)


async def module_way(depot: Depot, expires: timedelta = timedelta(days=1)) -> Callable[[], Awaitable[object]]:
    key = (await depot.module_key(expires=expires)).text
    return lambda: depot.by_module(key)


@pytest.mark.parametrize("way", [basic_way, incoming_way, module_way])
async def test_revoked_key_ends_at_the_next_request(depot: Depot, way: Way) -> None:
    call = await way(depot)
    await call()
    id = (await only_key(depot)).id
    await revoke_key(depot.server, depot.application, id)
    assert type(await refusal(call())) is Unauthenticated
    assert (await only_key(depot)).revoked is not None
    with pytest.raises(NotFound):
        await revoke_key(depot.server, depot.application, id)


@pytest.mark.parametrize("way", [basic_way, incoming_way, module_way])
async def test_expired_key_is_refused(
    depot: Depot, way: Callable[..., Awaitable[Callable[[], Awaitable[object]]]]
) -> None:
    call = await way(depot, SOON)
    await asyncio.sleep(0.01)
    assert type(await refusal(call())) is Unauthenticated


@pytest.mark.parametrize("way", [basic_way, incoming_way, module_way])
async def test_key_that_was_right_expires_all_the_same(
    depot: Depot, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await way(depot)
    await call()
    monkeypatch.setattr("app.resolvers.key_ring.datetime", Tomorrow)
    assert type(await refusal(call())) is Unauthenticated


@pytest.mark.parametrize("way", [basic_way, incoming_way, module_way])
async def test_key_is_looked_up_once_while_the_database_stays_as_it_is(
    way: Way, sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(settings(sqlite_database, tmp_path)) as depot:
        await add_user(depot.server, depot.application, ADA, ["clerk"])
        monkeypatch.setattr(depot.generation.keys, "note_use", lambda key: None)
        call = await way(depot)
        asked, read = [], depot.server.database.read

        async def noted(work: Callable[[], object]) -> object:
            asked.append(work)
            return await read(work)  # type: ignore[arg-type]

        monkeypatch.setattr(depot.server.database, "read", noted)
        assert await call() == await call()
        assert len(asked) == 1
        await add_user(depot.server, depot.application, "bob@example.com", [])
        assert await call()
        assert len(asked) == 2


@pytest.mark.parametrize("way", [basic_way, incoming_way])
async def test_disabled_user_is_refused_until_enabled(depot: Depot, way: Way) -> None:
    call = await way(depot)
    await call()
    await disable_user(depot.server, depot.application, ADA)
    assert type(await refusal(call())) is Unauthenticated
    await disable_user(depot.server, depot.application, ADA, disabled=False)
    await call()


@pytest.mark.parametrize("way", [basic_way, incoming_way])
async def test_removed_user_takes_the_keys_along(depot: Depot, way: Way) -> None:
    call = await way(depot)
    await call()
    await depot.module_key()
    await remove_user(depot.server, depot.application, ADA)
    assert type(await refusal(call())) is Unauthenticated
    assert (await only_key(depot)).kind == "module"
    await add_user(depot.server, depot.application, ADA, ["clerk"])
    assert type(await refusal(call())) is Unauthenticated


async def test_key_of_nobody_is_not_made(depot: Depot) -> None:
    with pytest.raises(NotFound, match="There is no user bob"):
        await depot.rest_key("bob@example.com")
    with pytest.raises(BadInput):
        await create_user_key(depot.server, depot.application, ADA, expires=timedelta(0))
    assert await list_keys(depot.server, depot.application) == []


async def test_key_does_not_open_another_application(depot: Depot, database_url: str, tmp_path: Path) -> None:
    rest, incoming = await depot.rest_key(ADA), await depot.incoming_key(ADA)
    other = UUID(int=7)
    async with opened(settings(database_url, tmp_path), uuid=other, name="yard") as yard:
        await add_user(yard.server, yard.application, ADA, ["clerk"])
        assert type(await refusal(yard.by_basic(ADA, rest))) is Unauthenticated
        assert type(await refusal(yard.by_incoming(incoming))) is Unauthenticated
    assert (await depot.by_basic(ADA, rest)).known


async def test_key_is_worth_nothing_without_its_keystore(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(settings(sqlite_database, tmp_path)) as depot:
        await add_user(depot.server, depot.application, ADA, ["clerk"])
        key, module = await depot.rest_key(ADA), (await depot.module_key()).text
    other = settings(sqlite_database, tmp_path, keystore=tmp_path / "other.json")
    async with opened(other) as depot:
        assert type(await refusal(depot.by_basic(ADA, key))) is Unauthenticated
        assert type(await refusal(depot.by_module(module))) is Unauthenticated


async def test_last_use_is_written_once_a_minute_and_nobody_waits(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await depot.rest_key(ADA)
    written: list[object] = []
    write = depot.server.database.write

    async def slow(work: Callable[[], object]) -> object:
        written.append(work)
        await asyncio.sleep(0.05)
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(depot.server.database, "write", slow)
    await asyncio.wait_for(depot.by_basic(ADA, key), 1)
    await depot.by_basic(ADA, key)
    assert (await only_key(depot)).last_used is None
    for _ in range(200):
        if (await only_key(depot)).last_used is not None:
            break
        await asyncio.sleep(0.01)
    await depot.by_basic(ADA, key)
    await asyncio.sleep(0.01)
    assert len(written) == 1
    assert (await only_key(depot)).last_used is not None


async def test_last_use_that_can_not_be_written_fails_no_request(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await depot.rest_key(ADA)

    async def broken(work: object) -> None:
        raise OSError(f"disk full of {key}")

    monkeypatch.setattr(depot.server.database, "write", broken)
    with structlog.testing.capture_logs() as logs:
        assert (await depot.by_basic(ADA, key)).known
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [one["event"] for one in logs] == ["use of a key not noted"]
    assert key not in str(logs)


async def test_key_is_good_for_so_many_requests_a_minute(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(settings(sqlite_database, tmp_path, key_per_minute=3)) as depot:
        await add_user(depot.server, depot.application, ADA, [])
        first, second = await depot.rest_key(ADA), await depot.rest_key(ADA)
        for number in range(3):
            await depot.by_basic(ADA, first, f"192.0.2.{number}")
        limited = await refusal(depot.by_basic(ADA, first))
        assert isinstance(limited, TooManyRequests)
        assert 0 < limited.retry_after <= 60
        assert (await depot.by_basic(ADA, second)).known


async def test_wrong_keys_are_limited_by_address_and_right_ones_are_not(
    sqlite_database: str, tmp_path: Path
) -> None:
    async with opened(settings(sqlite_database, tmp_path, wrong_keys_per_address_minute=3)) as depot:
        await add_user(depot.server, depot.application, ADA, ["clerk"])
        key, module = await depot.rest_key(ADA), (await depot.module_key()).text
        for call in (depot.by_basic(ADA, "x"), depot.by_incoming("x"), depot.by_module("x")):
            assert type(await refusal(call)) is Unauthenticated
        for call in (
            depot.by_basic("b@example.com", "y"),
            depot.by_incoming("y"),
            depot.by_module("y", None),
        ):
            assert type(await refusal(call)) is TooManyRequests
        assert type(await refusal(depot.by_basic(ADA, "x", "192.0.2.8"))) is Unauthenticated
        assert (await depot.by_basic(ADA, key)).known
        await depot.by_module(module)


async def test_missing_credentials_are_no_wrong_ones(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(settings(sqlite_database, tmp_path, wrong_keys_per_address_minute=1)) as depot:
        for _ in range(3):
            for call in (depot.by_header(None), depot.by_header(" "), depot.by_incoming(None)):
                assert type(await refusal(call)) is Unauthenticated


async def test_private_application_tells_nothing_more(sqlite_database: str, tmp_path: Path) -> None:
    async with opened(settings(sqlite_database, tmp_path), private_data_mode=True) as depot:
        module = (await depot.module_key()).text
        for call in (depot.by_basic(ADA, "x"), depot.by_incoming("x"), depot.by_module(module)):
            assert type(await refusal(call)) is PrivateDataMode
        assert type(await refusal(depot.by_module("x"))) is Unauthenticated


async def test_filters_with_me_are_not_about_the_user_of_a_key(depot: Depot) -> None:
    principal = await depot.by_basic(ADA, await depot.rest_key(ADA))
    assert depot.generation.permissions.authorize(principal, Verb.READ, "Person").values == (None,)
