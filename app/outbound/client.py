"""The HTTP client of every step that calls another server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import perf_counter

import httpcore
import httpx

from app.errors import StepFailed
from app.metrics import Durations
from app.metrics.figures import REQUEST_SECONDS
from app.outbound.addresses import Exemption
from app.outbound.answers import OutboundRefused, Response, StreamedResponse
from app.outbound.body import GARBLED, counted, decoded
from app.outbound.guard import Guard, Resolve, look_up
from app.outbound.redirects import check_url, follow, origin
from app.outbound.transport import PoolTransport

UNREACHABLE = "The other server could not be reached."
LATE = "The other server did not answer in time."
UNWRITABLE = "The request cannot be sent as it is written."

# How long a body is and where it ends is the client's to say.
FRAMING = frozenset({"content-length", "transfer-encoding"})

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


class Client:
    """Calls other servers. No proxies of the environment, no cookies.

    `resolve`, `network` and `tls` replace the system's own.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Exemption] = (),
        timeout: float = 30.0,
        max_bytes: int = 10_000_000,
        max_redirects: int = 5,
        connections: int = 100,
        resolve: Resolve = look_up,
        network: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        calls: Durations | None = None,
    ) -> None:
        self._calls = calls or Durations(REQUEST_SECONDS)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        network = network or httpcore.AnyIOBackend()
        tls = tls or httpx.create_ssl_context(trust_env=False)
        # A pool each, or a kept connection to a trusted inner host would serve a URL that came with data.
        self._trusted = _client(network, tls, connections)
        self._guarded = _client(Guard(allow, network, resolve), tls, connections)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        trusted: bool = False,
        timeout: float | None = None,
        follow_redirects: bool = True,
    ) -> Response:
        """Sends a request and reads the whole answer; `timeout` is in seconds for all of it.

        `trusted` is for hosts that the definition names: their addresses are not checked.
        """
        async with self.stream(
            method,
            url,
            headers=headers,
            content=content,
            params=params,
            trusted=trusted,
            timeout=timeout,
            follow_redirects=follow_redirects,
        ) as answer:
            body = b"".join([chunk async for chunk in answer.chunks])
        return Response(answer.status, answer.headers, body, answer.url)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
        trusted: bool = False,
        timeout: float | None = None,
        follow_redirects: bool = True,
        limit: int | None = None,
    ) -> AsyncIterator[StreamedResponse]:
        """Sends a request and gives the answer with its body as counted chunks, `limit` bytes at most.

        The time for all of it, what the caller does with the chunks included, is `timeout` seconds.
        """
        seconds = self._timeout if timeout is None else timeout
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                request = self._build(method, url, headers, content, params)
                answer = await self._send(request, trusted, follow_redirects)
                try:
                    yield _streamed(answer, self._max_bytes if limit is None else limit)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise StepFailed(LATE, f"no whole answer within {seconds} s") from error

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._trusted.aclose()
        await self._guarded.aclose()

    def _build(
        self,
        method: str,
        url: str,
        headers: Headers | None,
        content: bytes | None,
        params: Mapping[str, str] | None,
    ) -> httpx.Request:
        try:
            method.encode("ascii")
            address = httpx.URL(url)
            address = address.copy_merge_params(params) if params else address
            check_url(address)
            pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
            kept = [(name, value) for name, value in pairs if name.lower() not in FRAMING]
            return self._guarded.build_request(method, address, headers=kept, content=content)
        except httpx.InvalidURL as error:
            raise OutboundRefused("The URL to call is not valid.", str(error)) from error
        except (TypeError, ValueError) as error:
            # The error's text may hold the value of a header.
            raise StepFailed(UNWRITABLE, type(error).__name__) from None

    async def _send(self, request: httpx.Request, trusted: bool, follow_redirects: bool) -> httpx.Response:
        for _ in range(self._max_redirects + 1):
            check_url(request.url)
            client = self._trusted if trusted else self._guarded
            with self._counting() as outcome, _failures_told(request.url):
                answer = await client.send(request, stream=True)
                outcome.append(f"{answer.status_code // 100}xx")
            if not follow_redirects or answer.next_request is None:
                return answer
            await answer.aclose()
            request, trusted = follow(request, answer.next_request, trusted)
        raise StepFailed("The other server redirects too often.", f"after {self._max_redirects} redirects")

    @contextmanager
    def _counting(self) -> Iterator[list[str]]:
        """Counts one request by what is left in the list: the class of its status, nothing where there is no answer."""
        began, outcome = perf_counter(), list[str]()
        try:
            yield outcome
        finally:
            self._calls.add(perf_counter() - began, (outcome[0] if outcome else "failed",))


def _client(
    backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext, connections: int
) -> httpx.AsyncClient:
    pool = httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=5.0,
        network_backend=backend,
    )
    return httpx.AsyncClient(
        transport=PoolTransport(pool),
        trust_env=False,
        timeout=None,  # noqa: S113 - the deadline of `stream` is for the whole request
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "ActionQL", "Accept-Encoding": "gzip"},
    )


def _streamed(answer: httpx.Response, limit: int) -> StreamedResponse:
    raw = counted(_told(answer), limit)
    chunks = counted(decoded(raw, answer.headers.get("content-encoding", "")), limit)
    return StreamedResponse(answer.status_code, tuple(answer.headers.multi_items()), str(answer.url), chunks)


async def _told(answer: httpx.Response) -> AsyncIterator[bytes]:
    with _failures_told(answer.url):
        async for chunk in answer.aiter_raw():
            yield chunk


@contextmanager
def _failures_told(url: httpx.URL) -> Iterator[None]:
    """Turns the library's errors into StepFailed; its reason holds no path, header or body of the request."""
    try:
        yield
    except (httpcore.LocalProtocolError, ValueError) as error:
        # Its text may hold the value of a header. ValueError is for hosts that no lookup or TLS takes.
        raise StepFailed(UNWRITABLE, f"{type(error).__name__} for {origin(url)}") from None
    except (httpcore.ProtocolError, httpx.ProtocolError, httpx.InvalidURL) as error:
        raise StepFailed(GARBLED, f"{origin(url)}: {error}") from error
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise StepFailed(UNREACHABLE, f"{origin(url)}: {error}") from error
