"""What holds for every way to write, through whichever door: with an idempotency key it is done once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.repeats.desk import REPLAYED, WAYS, Desk, Way, code

pytestmark = pytest.mark.asyncio(loop_scope="module")
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.door}-{way.name}")
refusing = pytest.mark.parametrize(
    "way", [way for way in WAYS if way.refuses], ids=lambda way: f"{way.door}-{way.name}"
)


async def caller(desk: Desk, way: Way) -> dict[str, str]:
    """The credentials of who writes."""
    return {} if way.role is None else await desk.user(way.role)


def answered(answer: httpx.Response) -> Any:
    """What an answer says, without the mark."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return answer.text
    body = answer.json()
    if isinstance(body, dict) and body.get("extensions") is not None:
        assert list(body.pop("extensions")) == ["idempotencyReplayed"]
    return body


@every_way
async def test_same_request_again_is_done_once_and_answered_the_same(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    first, again = [await desk.send(**way.request("a"), key="k", headers=headers) for _ in range(2)]
    assert (code(first), first.headers.get(REPLAYED)) == (None, None)
    assert (code(again), again.headers.get(REPLAYED)) == (None, "true")
    assert (first.status_code, answered(first)) == (again.status_code, answered(again))
    assert first.headers.get("location") == again.headers.get("location")
    assert await desk.texts() == ["a"]
    assert await desk.keys() == 1


@every_way
async def test_same_key_with_another_body_is_refused(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    await desk.send(**way.request("a"), key="k", headers=headers)
    other = await desk.send(**way.request("b"), key="k", headers=headers)
    assert (code(other), other.headers.get(REPLAYED)) == ("IDEMPOTENCY_KEY_REUSED", None)
    assert other.status_code == way.statuses[1]
    assert await desk.texts() == ["a"]


@every_way
async def test_without_a_key_and_with_another_it_is_done_again(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    for key in (None, None, "k", "l"):
        answer = await desk.send(**way.request("a"), key=key, headers=headers)
        assert (code(answer), answer.headers.get(REPLAYED)) == (None, None)
    assert len(await desk.texts()) == (1 if way.name == "replace" else 4)
    assert await desk.keys() == 2


@every_way
async def test_many_at_once_have_one_effect(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    sent = (desk.send(**way.request("a"), key="k", headers=headers) for _ in range(8))
    answers = await asyncio.gather(*sent)
    assert await desk.texts() == ["a"]
    assert {code(answer) for answer in answers} <= {None, "IDEMPOTENCY_KEY_IN_USE"}
    assert [code(answer) for answer in answers].count(None) >= 1
    firsts = [one for one in answers if code(one) is None and REPLAYED not in one.headers]
    assert len(firsts) == 1
    for one in answers:
        if code(one) is not None:
            assert one.status_code == way.statuses[0]


@refusing
async def test_what_failed_is_tried_again_unless_it_may_have_reached_outside(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    first, again = [await desk.send(**way.request("no"), key="k", headers=headers) for _ in range(2)]
    assert code(first) == code(again) == "ACTION_FAILED"
    assert again.headers.get(REPLAYED) == ("true" if way.reaches else None)
    assert await desk.keys() == int(way.reaches)
    assert await desk.texts() == (["no"] if way.reaches else [])


@every_way
async def test_key_is_visible_ascii(desk: Desk, way: Way) -> None:
    headers = await caller(desk, way)
    for key in ("", "a b", "k" * 256):
        refused = await desk.send(**way.request("a"), key=key, headers=headers)
        assert code(refused) == "BAD_USER_INPUT"
    assert await desk.texts() == []
