"""What steps call other servers with; the client behind it is loaded when the first of them calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from app.outbound.addresses import parse_exemptions
from app.outbound.answers import Response, StreamedResponse

if TYPE_CHECKING:
    from app.outbound.client import Client


class Outbound:
    """Calls other servers; made once, used by all, closed with the application.

    `allow` are the operator's exemptions from the address guard, ValueError where one is none; `options` are those
    of `Client`. Every failure of a call is StepFailed: OutboundRefused where the URL may not be called.
    """

    def __init__(self, *, allow: Sequence[str] = (), **options: Any) -> None:
        self._options = {"allow": parse_exemptions(allow), **options}
        self._made: Client | None = None

    async def request(self, method: str, url: str, **options: Any) -> Response:
        """Sends a request and reads the whole answer, with the options of `Client.request`."""
        return await self._client.request(method, url, **options)

    def stream(self, method: str, url: str, **options: Any) -> AbstractAsyncContextManager[StreamedResponse]:
        """Sends a request and gives the answer as it comes, with the options of `Client.stream`."""
        return self._client.stream(method, url, **options)

    async def aclose(self) -> None:
        """Closes all connections."""
        if self._made is not None:
            await self._made.aclose()

    @property
    def _client(self) -> Client:
        if self._made is None:
            # The client's packages are a twentieth of a server's memory, and many applications call nobody.
            from app.outbound.client import Client

            self._made = Client(**self._options)
        return self._made
