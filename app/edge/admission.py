"""Limits on what is in flight: requests at once, and the time within which their bodies must arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.places import Place, Places
from app.errors import BadInput, Overloaded

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""What watches the server is answered also when it is full."""
_BUSY = {"code": Overloaded.code, "statusCode": Overloaded.status}


class Admission:
    """ASGI middleware: so many requests at once, so many waiting, a time within which a body must arrive.

    A request whose body is still to come has no place meanwhile, so slow clients keep nobody else waiting.

    What is over that gets 503 with Retry-After at once, so that what is in flight ends in time.
    """

    def __init__(self, app: ASGIApp, *, in_flight: int, queued: int, seconds: float) -> None:
        self._app = app
        self.places = Places(in_flight, queued)
        self._patience = Patience(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        places = self.places
        if places.full:
            places.refused += 1
            refusal = JSONResponse(
                {"errors": [{"message": "The server is busy.", "extensions": _BUSY}]},
                503,
                {"Retry-After": "1"},
            )
            await refusal(scope, receive, send)
            return
        place = scope["actionql.place"] = Place(places)
        places.here += 1
        try:
            await place.take()
            await self._app(scope, self._in_time(receive, place), send)
        finally:
            place.free()
            places.here -= 1

    def _in_time(self, receive: Receive, place: Place) -> Receive:
        """A `receive` that leaves the request's place to others while nothing of its body comes, and not for ever.

        Most bodies have come with their headers: then there is nothing to wait for, and nobody to keep the time.
        """
        deadline = self._patience.deadline()
        whole = False

        async def receive_in_time() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            coming = receive().__await__()
            try:
                first = next(coming)
            except StopIteration as come:
                message: Message = come.value
            else:
                async with place.left():
                    message = await self._patience.wait(_Rest(coming, first), deadline)
            whole = not message.get("more_body", False)
            return message

        return receive_in_time


class _Rest:
    """What is left of an awaitable that has begun and waits for `first`."""

    def __init__(self, begun: Generator[Any, None, Message], first: Any) -> None:
        self._begun = begun
        self._first = first

    def __await__(self) -> Generator[Any, None, Message]:
        try:
            yield self._first
        except BaseException:
            self._begun.close()
            raise
        return (yield from self._begun)


class Patience:
    """Ends the wait for bodies that do not arrive in time, with one timer for all requests.

    All have the same time, so they run out in the order in which they came.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def deadline(self) -> float:
        """When the time of a request that comes now is over, on the event loop's clock."""
        return asyncio.get_running_loop().time() + self._seconds

    async def wait(self, coming: Awaitable[Message], deadline: float) -> Message:
        """What is coming; raises `BadInput` once the time is over."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._waiting[task] = deadline
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._look, loop)
        try:
            return await coming
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise BadInput("The body took too long to arrive.") from None
        finally:
            self._waiting.pop(task, None)
            self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for task, deadline in list(self._waiting.items()):
            if deadline > now:
                self._timer = loop.call_at(deadline, self._look, loop)
                return
            self._late.add(task)
            task.cancel()
