import asyncio
import time
from collections.abc import Iterator

import pytest

from app.auth.passwords import Passwords
from app.errors import BadInput, Overloaded

CHEAP = {"memory_kib": 8, "time_cost": 1}


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(**CHEAP)
    yield made
    made.close()


async def test_hash_is_argon2id_with_the_given_cost_and_a_salt(passwords: Passwords) -> None:
    stored = await passwords.hash("secret")
    assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert stored != await passwords.hash("secret")


def test_passwords_by_default_cost_19_mib_and_two_passes() -> None:
    passwords = Passwords()
    assert passwords.hash_now("secret").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    passwords.close()


@pytest.mark.parametrize("password", ["secret", "", "päß wörd 🔑", "\ud800", "nul\0inside", "x" * 1024])
async def test_verify_of_the_right_password_is_true(passwords: Passwords, password: str) -> None:
    assert await passwords.verify(passwords.hash_now(password), password)
    assert await passwords.verify(await passwords.hash(password), password)
    assert not await passwords.verify(passwords.hash_now(password), password + "!")


@pytest.mark.parametrize(
    "stored", [None, "", "secret", "ä", "\ud800", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"]
)
async def test_verify_against_no_hash_is_false(passwords: Passwords, stored: str | None) -> None:
    assert not await passwords.verify(stored, "secret")


async def test_verify_of_a_password_over_the_limit_is_false_even_with_its_own_hash(
    passwords: Passwords,
) -> None:
    generous = Passwords(**CHEAP, max_length=2048)
    password = "x" * 1025
    assert await generous.verify(generous.hash_now(password), password)
    assert not await passwords.verify(generous.hash_now(password), password)
    generous.close()


@pytest.mark.parametrize("password", ["x" * 1025, "ä" * 513])
async def test_hash_of_a_password_over_the_limit_is_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(BadInput, match="at most 1024 bytes"):
        await passwords.hash(password)
    with pytest.raises(BadInput):
        passwords.hash_now(password)


async def test_verify_costs_the_same_whatever_is_wrong() -> None:
    passwords = Passwords(workers=1, memory_kib=8192, time_cost=2)
    stored = passwords.hash_now("secret")

    async def cost(stored: str | None, password: str) -> float:
        spent = []
        for _ in range(5):
            start = time.process_time()
            await passwords.verify(stored, password)
            spent.append(time.process_time() - start)
        return min(spent)

    right = await cost(stored, "secret")
    for case in [(stored, "wrong"), (None, "secret"), ("no hash", "secret"), (stored, "x" * 5000)]:
        assert 0.5 < await cost(*case) / right < 2
    passwords.close()


async def test_verify_beyond_workers_and_queue_is_overloaded() -> None:
    passwords = Passwords(workers=1, queue=2, memory_kib=8192, time_cost=2)
    stored = passwords.hash_now("secret")
    answers = await asyncio.gather(
        *(passwords.verify(stored, "secret") for _ in range(5)), return_exceptions=True
    )
    assert answers[:3] == [True, True, True]
    assert [type(answer) for answer in answers[3:]] == [Overloaded, Overloaded]
    assert await passwords.verify(stored, "secret")
    passwords.close()


async def test_verify_that_is_given_up_leaves_the_queue() -> None:
    passwords = Passwords(workers=1, queue=1, memory_kib=8192, time_cost=4)
    stored = passwords.hash_now("secret")
    running, waiting = (asyncio.create_task(passwords.verify(stored, "secret")) for _ in range(2))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await passwords.verify(stored, "secret")
    assert await running
    passwords.close()


async def test_verify_leaves_the_loop_free(passwords: Passwords) -> None:
    slow = Passwords(workers=1, memory_kib=65536, time_cost=4)
    verifying = asyncio.create_task(slow.verify(None, "secret"))
    turns = 0
    while not verifying.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 3
    slow.close()


@pytest.mark.parametrize("change", [{"memory_kib": 16}, {"time_cost": 2}])
def test_needs_rehash_after_the_cost_changed(passwords: Passwords, change: dict[str, int]) -> None:
    stored = passwords.hash_now("secret")
    changed = Passwords(**(CHEAP | change))
    assert not passwords.needs_rehash(stored)
    assert changed.needs_rehash(stored)
    changed.close()


@pytest.mark.parametrize("stored", ["", "secret", "ä", "$argon2id$v=19$"])
def test_needs_rehash_of_no_hash_is_true(passwords: Passwords, stored: str) -> None:
    assert passwords.needs_rehash(stored)
