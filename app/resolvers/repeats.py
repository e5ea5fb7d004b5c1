"""Requests that can be sent again: with an idempotency key, what a caller asks is done once.

What is done and its answer commit together, so a key is known if and only if its effects are there. It belongs to
its caller in one application. Who sends it again is authorized anew, and gets the answer only while he may read what
he might read then. What failed has done nothing, and is not kept.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeVar

from app.engine.telling import principal_name
from app.errors import BadInput, KeyInUse
from app.resolvers.context import Context
from app.storage.repeats import Repeat
from app.storage.work import Work

T = TypeVar("T")
_KEY = re.compile(r"[!-~]{1,255}")


def repeatable(context: Context, key: str, asked: Any) -> Context:
    """The context of a request that came with an idempotency key; `asked` is all that it asks, as plain values.

    `BadInput` for a key that is none.
    """
    if not _KEY.fullmatch(key):
        raise BadInput("An idempotency key has 1 to 255 visible ASCII characters.")
    application, who = context.generation.application.uuid.hex, principal_name(context.principal)
    repeat = Repeat(
        key=_digest(context, [application, who, key]),
        asked=_digest(context, asked),
        rights=sha256(context.generation.permissions.view(context.principal.roles).encode()).hexdigest(),
    )
    return context._replace(repeat=repeat)


def asking(context: Context, more: Any) -> Context:
    """The context of a request that asks this, too, where it came with an idempotency key."""
    repeat = context.repeat
    if repeat is None:
        return context
    return context._replace(repeat=replace(repeat, asked=_digest(context, [repeat.asked, more])))


def part(context: Context, name: str) -> Context:
    """The context of one of several things that a request asks, each of which is done once."""
    return context if context.repeat is None else context._replace(repeat=replace(context.repeat, part=name))


async def once(context: Context, work: Callable[[], Work[T]]) -> T:
    """What a work that writes answers; where the request came with an idempotency key, JSON can say it."""
    repeat = context.repeat
    if repeat is None:
        return await context.server.database.write(work)
    rows = context.server.repeat_rows
    with at_work(context):
        return await context.server.database.write(lambda: rows.once(repeat, work()))


@contextmanager
def at_work(context: Context) -> Iterator[None]:
    """Raises `KeyInUse` while this process is at the same already; what another one is at is waited for."""
    repeat, under_way = context.repeat, context.server.under_way
    if repeat is None:
        yield
        return
    this = (repeat.key, repeat.part)
    if this in under_way:
        raise KeyInUse
    under_way.add(this)
    try:
        yield
    finally:
        under_way.discard(this)


def _digest(context: Context, value: Any) -> str:
    """Of a value as JSON, whatever the order of its keys; who has the database alone can't guess what it was."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hmac.digest(
        context.server.keystore.secret("key-pepper"), b"repeat\n" + text.encode(), "sha256"
    ).hex()
